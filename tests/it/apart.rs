//! `--clickhouse-url`: the engine run alone, as a server of its own, behind the same program.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::timeout;

use crate::support::engine::OPCENTRE;
use crate::support::server::{Server, signal};

const NOW: &str = "2024-08-02T08:00:00+07:00";
const KEY: &str = "a-key-of-this-test-alone";
const UNITS: &str = "code,parent,kind,category,name_vi\n17,,province,tỉnh,Hòa Bình\n";

/// An engine that nobody supervises, in a time zone of its own.
struct Apart {
    child: Child,
    address: String,
}

impl Apart {
    fn start(dir: &Path, listen: &str) -> Apart {
        let key_file = dir.join("key");
        fs::write(&key_file, format!("{KEY}\n")).unwrap();
        let mut child = Command::new(OPCENTRE)
            .args(["engine", "--listen", listen, "--data-dir"])
            .arg(dir.join("tables"))
            .arg("--key-file")
            .arg(&key_file)
            .env("TZ", "America/New_York")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(!line.contains(KEY), "the key of a file is not printed: {line}");
        let address = line.split("http://").nth(1).unwrap_or_else(|| panic!("no address in {line:?}"));
        let address = address.split(',').next().unwrap().to_owned();
        Apart { child, address }
    }

    fn url(&self, key: &str) -> String {
        format!("http://default:{key}@{}", self.address)
    }
}

impl Drop for Apart {
    fn drop(&mut self) {
        // It may have been killed already.
        let _ended = self.child.kill();
        let _waited = self.child.wait();
    }
}

fn migrate(url: &str) -> Output {
    Command::new(OPCENTRE).args(["migrate", "--clickhouse-url", url]).stdin(Stdio::null()).output().unwrap()
}

/// Received within the last hour of a local day, so that another zone would count them on another day.
fn lines(ids: std::ops::Range<u64>) -> String {
    let line = |id| {
        json!({"type": "dossier", "id": format!("d{id}"), "unit": "17", "at": "2024-07-01T23:30:00+07:00",
            "received_at": "2024-07-01T23:30:00+07:00", "due_at": "2024-07-02", "status": "done"})
        .to_string()
    };
    ids.map(line).collect::<Vec<_>>().join("\n")
}

async fn started(data_dir: &Path, arguments: &[&str]) -> Server {
    let server = Server::start(data_dir, arguments).await;
    server.put_units(UNITS).await;
    server.until("/api/v1/units/17/kpis?window=today", |answer| answer["measures"].is_object()).await;
    server
}

async fn received(server: &Server, day: &str) -> Value {
    server.kpis("17", day).await["measures"]["received"].clone()
}

#[test]
fn s4_migrate_makes_the_schema_once_and_says_what_is_wrong_with_a_key() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Apart::start(dir.path(), "127.0.0.1:0");
    let refused = migrate(&engine.url("another-key-altogether"));
    let words = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(1), "{words}");
    assert!(words.contains("can't migrate") && !words.contains("another-key"), "{words}");

    let done = migrate(&engine.url(KEY));
    let words = String::from_utf8(done.stdout).unwrap();
    assert_eq!(done.status.code(), Some(0), "{words}{}", String::from_utf8_lossy(&done.stderr));
    assert!(words.contains("0001") && !words.contains(KEY), "{words}");
    let words = String::from_utf8(migrate(&engine.url(KEY)).stdout).unwrap();
    assert!(words.contains("is up to date") && !words.contains(KEY), "{words}");
}

#[tokio::test]
async fn s2_a_wrong_key_leaves_the_intake_open_and_is_mended_by_the_right_one() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Apart::start(dir.path(), "127.0.0.1:0");
    let data_dir = dir.path().join("server");
    let log = dir.path().join("log");
    let wrong = engine.url("another-key-altogether");
    let arguments = ["--now", NOW, "--clickhouse-url", &wrong];
    let server = Server::spawn_logging(&data_dir, &arguments, File::create(&log).unwrap());
    let (status, answer) = server.post("s", lines(0..10)).await.unwrap();
    assert_eq!((status, &answer["accepted"]), (202, &json!(10)), "{answer}");
    server
        .until("/readyz", |ready| {
            let reason = ready["components"]["clickhouse"]["reason"].as_str().unwrap_or_default();
            reason.contains("doesn't let us in")
        })
        .await;
    let (status, problem) = server.get("/api/v1/units/17/kpis?window=today").await;
    assert_eq!((status, &problem["code"]), (503, &json!("not_ready")), "{problem}");
    assert_eq!(server.stop(), Some(0));
    let words = fs::read_to_string(&log).unwrap();
    assert!(words.contains("not usable") && !words.contains("another-key"), "{words}");

    let right = engine.url(KEY);
    let server = started(&data_dir, &["--now", NOW, "--clickhouse-url", &right]).await;
    assert_eq!(received(&server, "2024-07-01").await, 10);
    server.verified().await;
    assert_eq!(server.stop(), Some(0));
}

#[tokio::test]
async fn s2_a_server_of_another_time_zone_agrees_also_after_its_own_restart() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Apart::start(dir.path(), "127.0.0.1:0");
    let (data_dir, url) = (dir.path().join("server"), engine.url(KEY));
    let arguments = ["--now", NOW, "--clickhouse-url", &url];
    let server = started(&data_dir, &arguments).await;
    assert_eq!(server.engine_pid(), None, "no engine of its own");
    let send = async |ids| {
        let (status, answer) = server.post("s", lines(ids)).await.unwrap();
        assert_eq!(status, 202, "{answer}");
        server.reach("17", answer["seq"].as_u64().unwrap()).await;
    };
    send(0..20).await;
    server.verified().await;

    signal(engine.child.id(), "KILL");
    let address = engine.address.clone();
    drop(engine);
    send(20..30).await;
    assert_eq!(received(&server, "2024-07-01").await, 30, "figures go on without ClickHouse");
    let _engine = Apart::start(dir.path(), &address);
    timeout(Duration::from_secs(60), server.verified()).await.expect("it is found again");
    assert_eq!(received(&server, "2024-07-02").await, 0);
    assert_eq!(server.stop(), Some(0));
}
