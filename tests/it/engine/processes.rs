//! The engine as a process: how it starts, ends, fails and comes back.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};

use clickhouse::error::Error;
use opcentre::engine::{Cause, EngineState, LIBRARY_RELEASE, Notice, SuperviseOptions, default_library, supervise};
use tokio::sync::{oneshot, watch};

use super::{PAIRS, Pair, execute, number};
use crate::support::engine::{OPCENTRE, StartFailure, TestEngine};

fn send(signal: &str, pid: u32) {
    assert!(Command::new("kill").args([signal, &pid.to_string()]).status().unwrap().success());
}

fn is_alive(pid: u32) -> bool {
    Path::new(&format!("/proc/{pid}")).exists()
}

/// Why a start failed.
fn failure(failure: StartFailure) -> (Cause, String) {
    assert_eq!(failure.code, Some(1), "{failure:?}");
    match failure.notice {
        Some(Notice::Failed { failed, reason }) => (failed, reason),
        other => panic!("{other:?}, {}", failure.stderr),
    }
}

#[tokio::test]
async fn s2_acknowledged_rows_survive_a_kill_in_a_cursor_and_in_an_insert() {
    let mut engine = TestEngine::start();
    execute(&engine.client(), PAIRS).await;
    let mut acknowledged = 0;
    for round in 0..2 {
        let client = engine.client();
        for _ in 0..5 {
            let mut insert = client.insert::<Pair>("t").await.unwrap();
            for n in 0..1000 {
                insert.write(&Pair { n, text: "whole".to_owned() }).await.unwrap();
            }
            insert.end().await.unwrap();
            acknowledged += 1000;
        }
        let mut cursor = client.query("SELECT number FROM numbers(10000000)").fetch::<u64>().unwrap();
        assert_eq!(cursor.next().await.unwrap(), Some(0));
        let mut insert = client.insert::<Pair>("t").await.unwrap();
        for n in 0..20_000 {
            insert.write(&Pair { n, text: "partial".to_owned() }).await.unwrap();
        }
        let folder = engine.kill();
        let ended = loop {
            match cursor.next().await {
                Ok(Some(_)) => {}
                Ok(None) => panic!("a cut result looked whole"),
                Err(error) => break error,
            }
        };
        assert!(matches!(ended, Error::Network(_)), "{ended:?}");
        assert!(insert.end().await.is_err());
        engine = TestEngine::start_in(folder);
        let client = engine.client();
        assert_eq!(number(&client, "SELECT count() FROM t").await, acknowledged, "round {round}");
        assert_eq!(number(&client, "SELECT countIf(text != 'whole') FROM t").await, 0);
    }
}

#[tokio::test]
async fn a_second_process_on_the_same_folder_is_told_who_has_it() {
    let engine = TestEngine::start();
    let second = TestEngine::try_start(&engine.data_dir(), tempfile::tempdir().unwrap(), &[]).err().unwrap();
    let (cause, reason) = failure(second);
    assert_eq!(cause, Cause::DataDirInUse);
    assert!(reason.contains(&format!("in use by process {} (code 76)", engine.pid())), "{reason}");
    assert_eq!(number(&engine.client(), "SELECT 7::UInt64").await, 7);
}

#[test]
fn a_library_that_is_missing_or_cut_is_named_and_not_loaded() {
    let folder = tempfile::tempdir().unwrap();
    let library = folder.path().join("libchdb.so");
    let start = || {
        let data_dir = folder.path().join("data");
        failure(
            TestEngine::try_start(&data_dir, tempfile::tempdir().unwrap(), &["--library", library.to_str().unwrap()])
                .err()
                .unwrap(),
        )
    };
    let (cause, reason) = start();
    assert_eq!(cause, Cause::LibraryMissing);
    assert!(reason.contains("make build"), "{reason}");
    let mut head = Vec::new();
    std::fs::File::open(default_library()).unwrap().take(1 << 20).read_to_end(&mut head).unwrap();
    std::fs::write(&library, head).unwrap();
    let (cause, reason) = start();
    assert_eq!(cause, Cause::LibraryWrong);
    assert!(reason.contains("1048576 bytes"), "{reason}");
}

#[test]
fn a_child_ends_when_its_input_does() {
    let mut engine = TestEngine::start();
    assert_eq!(engine.close_pipe(), Some(0));
}

/// The pipe stays open here: it's the kernel that tells.
#[test]
fn no_child_outlives_a_parent_that_was_killed() {
    let folder = tempfile::tempdir().unwrap();
    let script = r#""$0" engine --child --data-dir "$1" <&0 & wait"#;
    let mut parent = Command::new("bash")
        .args(["-c", script, OPCENTRE])
        .arg(folder.path().join("data"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(parent.stdout.take().unwrap());
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    assert!(matches!(serde_json::from_str(&line), Ok(Notice::Ready { .. })), "{line}");
    send("-KILL", parent.id());
    parent.wait().unwrap();
    // Its end closes the last writer of the pipe.
    assert_eq!(output.read_to_string(&mut line).unwrap(), 0);
}

#[tokio::test]
async fn a_stop_ends_running_queries_and_then_the_process() {
    let mut engine = TestEngine::start();
    let client = engine.client();
    let long = tokio::spawn({
        let client = client.clone();
        async move { client.query("SELECT sum(sipHash64(number)) FROM numbers(100000000000)").fetch_one::<u64>().await }
    });
    let running =
        "SELECT count() FROM system.processes WHERE query LIKE '%sipHash64(number)%' AND query NOT LIKE '%processes%'";
    while number(&client, running).await == 0 {}
    send("-TERM", engine.pid());
    assert!(long.await.unwrap().is_err());
    assert_eq!(engine.close_pipe(), Some(0));
}

#[test]
fn an_engine_alone_takes_its_key_from_a_file_and_listens_on_loopback_only() {
    let folder = tempfile::tempdir().unwrap();
    let key_file = folder.path().join("key");
    let start = |listen: &str| {
        let mut command = Command::new(OPCENTRE);
        command.args(["engine", "--listen", listen, "--data-dir"]).arg(folder.path().join("data"));
        command.arg("--key-file").arg(&key_file);
        command
    };
    std::fs::write(&key_file, "short\n").unwrap();
    let refused = start("127.0.0.1:0").output().unwrap();
    assert!(String::from_utf8_lossy(&refused.stderr).contains("16 or more"), "{refused:?}");
    std::fs::write(&key_file, "a-key-of-one's-own-words\n").unwrap();
    let refused = start("0.0.0.0:0").output().unwrap();
    assert!(String::from_utf8_lossy(&refused.stderr).contains("not on loopback"), "{refused:?}");
    let mut alone = start("127.0.0.1:0").stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(alone.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.contains("http://127.0.0.1:") && line.contains("the key is in"), "{line}");
    send("-TERM", alone.id());
    assert_eq!(alone.wait().unwrap().code(), Some(0));
}

/// The state for which `wanted` gives something.
async fn until<T>(state: &mut watch::Receiver<EngineState>, wanted: impl Fn(&EngineState) -> Option<T>) -> T {
    loop {
        if let Some(found) = wanted(&state.borrow_and_update()) {
            return found;
        }
        state.changed().await.unwrap();
    }
}

fn ready(state: &EngineState) -> Option<(clickhouse::Client, u32)> {
    match state {
        EngineState::Ready { url, key, pid } => {
            Some((clickhouse::Client::default().with_url(url).with_user("default").with_password(key.text()), *pid))
        }
        _ => None,
    }
}

fn supervised(folder: &Path) -> SuperviseOptions {
    SuperviseOptions { executable: OPCENTRE.into(), ..SuperviseOptions::new(folder.join("data")) }
}

#[tokio::test]
async fn s2_a_supervised_engine_comes_back_with_its_rows() {
    let folder = tempfile::tempdir().unwrap();
    let (sender, mut state) = watch::channel(EngineState::Starting);
    let (stop, stopped) = oneshot::channel::<()>();
    let supervisor = tokio::spawn(supervise(supervised(folder.path()), sender, async { stopped.await.unwrap() }));
    let (client, first) = until(&mut state, ready).await;
    execute(&client, PAIRS).await;
    execute(&client, "INSERT INTO t VALUES (1, 'a')").await;
    send("-KILL", first);
    let reason = until(&mut state, |state| match state {
        EngineState::Down { reason, .. } => Some(reason.clone()),
        _ => None,
    });
    let reason = reason.await;
    assert!(reason.contains("signal: 9"), "{reason}");
    let (client, second) = until(&mut state, ready).await;
    assert_ne!(first, second);
    assert_eq!(number(&client, "SELECT count() FROM t").await, 1);
    stop.send(()).unwrap();
    supervisor.await.unwrap();
    assert_eq!(*state.borrow(), EngineState::Stopped);
    assert!(!is_alive(first) && !is_alive(second));
}

#[tokio::test]
async fn a_supervisor_says_why_an_engine_does_not_start() {
    let holder = TestEngine::start();
    let folder = tempfile::tempdir().unwrap();
    let missing = SuperviseOptions { library: Some(folder.path().join("gone.so")), ..supervised(folder.path()) };
    let in_use = SuperviseOptions { data_dir: holder.data_dir(), ..supervised(folder.path()) };
    let absent = SuperviseOptions { executable: folder.path().join("gone"), ..supervised(folder.path()) };
    for (options, expected, word) in [
        (missing, Cause::LibraryMissing, "make build".to_owned()),
        (in_use, Cause::DataDirInUse, holder.pid().to_string()),
        (absent, Cause::Unknown, "could not be started".to_owned()),
    ] {
        let (sender, mut state) = watch::channel(EngineState::Starting);
        let supervisor = tokio::spawn(supervise(options, sender, std::future::pending()));
        let down = until(&mut state, |state| match state {
            EngineState::Down { cause, reason, .. } => Some((*cause, reason.clone())),
            _ => None,
        });
        let (cause, reason) = down.await;
        assert!(cause == expected && reason.contains(&word), "{cause:?}: {reason}");
        supervisor.abort();
    }
}

#[tokio::test]
async fn dropping_the_supervisor_ends_its_engine() {
    let folder = tempfile::tempdir().unwrap();
    let (sender, mut state) = watch::channel(EngineState::Starting);
    let supervisor = tokio::spawn(supervise(supervised(folder.path()), sender, std::future::pending()));
    let (_, pid) = until(&mut state, ready).await;
    supervisor.abort();
    assert!(supervisor.await.unwrap_err().is_cancelled());
    tokio::task::spawn_blocking(move || while is_alive(pid) {}).await.unwrap();
}

/// ClickHouse reads what earlier releases wrote, not what later ones did.
#[test]
fn data_of_a_later_release_are_refused_in_words_with_64_and_older_ones_are_taken_over() {
    let folder = tempfile::tempdir().unwrap();
    let tables = folder.path().join("engine");
    std::fs::create_dir(&tables).unwrap();
    let mark = tables.join("opcentre-release");
    std::fs::write(&mark, "99.1.0-stable.1\n").unwrap();
    let alone = ["engine", "--listen", "127.0.0.1:0", "--data-dir", tables.to_str().unwrap()];
    let serving = ["serve", "--listen", "127.0.0.1:0", "--data-dir", folder.path().to_str().unwrap()];
    for arguments in [alone, serving] {
        let output = Command::new(OPCENTRE).args(arguments).stdin(Stdio::null()).output().unwrap();
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(64), "{words}");
        assert!(
            words.contains("written by chDB 99.1.0-stable.1") && words.contains("run the newer program"),
            "{words}"
        );
        assert!(output.stdout.is_empty(), "nothing was opened");
    }
    assert_eq!(std::fs::read_to_string(&mark).unwrap(), "99.1.0-stable.1\n");

    std::fs::write(&mark, "25.1.0-stable.1\n").unwrap();
    let engine = TestEngine::try_start(&tables, tempfile::tempdir().unwrap(), &[]).unwrap();
    assert_eq!(std::fs::read_to_string(&mark).unwrap().trim(), LIBRARY_RELEASE);
    engine.kill();
}
