//! Start and stop of the process: what it refuses, what it does without ClickHouse, and how it ends.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::engine::OPCENTRE;
use crate::support::server::{Server, signal};

const NOW: &str = "2024-08-02T08:00:00+07:00";
const UNITS: &str = "code,parent,kind,category,name_vi\n17,,province,tỉnh,Hòa Bình\n";

fn lines(ids: std::ops::Range<u64>) -> String {
    let line = |id| {
        json!({"type": "dossier", "id": format!("d{id}"), "unit": "17", "at": "2024-07-01T08:00:00+07:00", "status": "done"})
            .to_string()
    };
    ids.map(line).collect::<Vec<_>>().join("\n")
}

/// An address of this machine where nobody listens.
fn closed_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

/// The log of a server in a file, to be read when it has ended.
fn log_in(dir: &Path) -> (File, impl Fn() -> String + use<>) {
    let path = dir.join("log");
    (File::create(&path).unwrap(), move || fs::read_to_string(&path).unwrap())
}

#[tokio::test]
async fn s2_without_clickhouse_intake_is_open_and_figures_say_that_they_are_not_ready() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::spawn(dir.path(), &["--now", NOW, "--clickhouse-url", &closed_address()]);
    let (status, answer) = server.post("s", lines(0..10)).await.unwrap();
    assert_eq!((status, &answer["accepted"]), (202, &json!(10)), "{answer}");
    for path in ["/api/v1/units/17/kpis?window=today", "/api/v1/units/17", "/api/v1/dossiers/s/d1"] {
        let (status, problem) = server.get(path).await;
        assert_eq!((status, &problem["code"]), (503, &json!("not_ready")), "{path}: {problem}");
    }
    let (status, ready) = server.get("/readyz").await;
    assert_eq!((status, &ready["ready"]), (503, &json!(false)), "{ready}");
    let words = |component: &str| ready["components"][component]["reason"].as_str().unwrap_or_default().to_owned();
    assert!(words("clickhouse").len() > 10 && words("figures") == "starting", "{ready}");
    assert!(words("live").contains("not been live"), "{ready}");
    assert_eq!(server.get("/healthz").await.0, 200);
    assert_eq!(server.stop(), Some(0));

    let server = Server::start(dir.path(), &["--now", NOW]).await;
    server.put_units(UNITS).await;
    assert_eq!(server.verified().await["seq"], 11);
    assert_eq!(server.kpis("17", "2024-07").await["measures"]["received"], 10);
}

#[test]
fn a_configuration_that_makes_no_sense_is_refused_in_words_with_64() {
    let dir = tempfile::tempdir().unwrap();
    let refusals: [(&[&str], &str); 8] = [
        (&["--listen", "0.0.0.0:0"], "reachable from other machines"),
        (&["--listen", "0.0.0.0:0", "--auth-mode", "open"], "reachable from other machines"),
        (&["--auth-mode", "closed"], "auth_mode: `closed` must be open or required"),
        (&["--listen", "here"], "is no address"),
        (&["--timezone", "Asia/Hanoi"], "not in the IANA time zone database"),
        (&["--now", "yesterday"], "is no instant"),
        (&["--clickhouse-url", "ftp://somewhere"], "clickhouse_url: is no address"),
        (&["--config", "/nowhere.toml"], "can't read /nowhere.toml"),
    ];
    for (arguments, words) in refusals {
        let data_dir = dir.path().join("data");
        let output = Command::new(OPCENTRE)
            .arg("serve")
            .args(arguments)
            .env("OPCENTRE_DATA_DIR", &data_dir)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let log = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(64), "{arguments:?}: {log}");
        assert!(log.contains(words), "{arguments:?}: {log}");
        assert!(output.stdout.is_empty() && !data_dir.exists(), "{arguments:?}: nothing was opened");
    }
}

#[tokio::test]
async fn p3_a_stop_loses_nothing_and_ends_with_0() {
    let dir = tempfile::tempdir().unwrap();
    let (log, logged) = log_in(dir.path());
    let server = Server::spawn_logging(dir.path(), &["--now", NOW], log);
    server.ready().await;
    server.put_units(UNITS).await;
    let pid = server.pid();
    let mut acknowledged = 0;
    // The stop is asked for while batches are under way; the first that isn't taken is the last.
    while let Some((202, _)) = server.post("s", lines(acknowledged * 100..(acknowledged + 1) * 100)).await {
        acknowledged += 1;
        if acknowledged == 20 {
            signal(pid, "TERM");
        }
    }
    assert!(acknowledged >= 20);
    assert_eq!(server.ended(), Some(0), "{}", logged());
    assert!(!logged().contains("panicked"), "{}", logged());

    let server = Server::start(dir.path(), &["--now", NOW]).await;
    let received = server.kpis("17", "2024-07").await["measures"]["received"].as_u64().unwrap();
    assert!(received >= acknowledged * 100, "{received} of {acknowledged} batches");
    server.verified().await;
}

#[tokio::test]
async fn p3_a_hanging_live_stage_is_left_behind_without_a_panic() {
    let dir = tempfile::tempdir().unwrap();
    let (log, logged) = log_in(dir.path());
    let hang = dir.path().join("hang");
    let server = Server::spawn_logging(dir.path(), &["--now", NOW, "--fault-live-hang", hang.to_str().unwrap()], log);
    server.ready().await;
    File::create(&hang).unwrap();
    let (status, _) = server.post("s", lines(0..10)).await.unwrap();
    assert_eq!(status, 202);
    assert_eq!(server.stop(), Some(0), "{}", logged());
    assert!(!logged().contains("panicked"), "{}", logged());
    fs::remove_file(&hang).unwrap();
    let server = Server::start(dir.path(), &["--now", NOW]).await;
    assert_eq!(server.verified().await["seq"], 10);
}

#[tokio::test]
async fn s2_a_cursor_that_cannot_be_kept_is_waited_for_and_said() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path(), &["--now", NOW]).await;
    // The sink's next cursor has no room.
    fs::create_dir(dir.path().join("journal/cursor.next")).unwrap();
    let (status, _) = server.post("s", lines(0..10)).await.unwrap();
    assert_eq!(status, 202);
    let said = |ready: &Value| ready["components"]["sink"]["reason"].as_str().is_some_and(|why| why.contains("disk"));
    server.until("/readyz", said).await;
    fs::remove_dir(dir.path().join("journal/cursor.next")).unwrap();
    server.until("/readyz", |ready| ready["components"]["sink"]["state"] == "ok").await;
    assert_eq!(server.verified().await["seq"], 10);
}

#[test]
fn p1_a_server_that_nobody_hears_ends_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let mut child = Command::new(OPCENTRE)
        .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
        .arg(dir.path())
        .stdin(Stdio::null())
        .stdout(Stdio::from(fs::OpenOptions::new().write(true).open("/dev/full").unwrap()))
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut log = String::new();
    std::io::Read::read_to_string(&mut child.stderr.take().unwrap(), &mut log).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1), "{log}");
    assert!(log.contains("can't say where it listens") && !log.contains("panicked"), "{log}");
}
