//! P-3 under load: nothing acknowledged is lost, screens hear `bye`, the end is in time and in order.

use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

use crate::support::server::{Server, signal};

const NOW: &str = "2024-08-02T08:00:00+07:00";
const UNITS: &str = "code,parent,kind,category,name_vi\n17,,province,tỉnh,Hòa Bình\n";
const SENDERS: u64 = 4;
const SCREENS: usize = 5;
const BATCH_LINES: u64 = 50;
/// Sum of all deadlines of a stop without the sink's, which the tests set to a second: 5 + 10 + 5 + 1 + 10.
const STOP_MAX: Duration = Duration::from_secs(31);

fn body(sender: u64, batch: u64) -> String {
    let line = |number| {
        json!({"type": "dossier", "id": format!("{sender}-{batch}-{number}"), "unit": "17", "at": "2024-07-01T08:00:00+07:00", "status": "done"})
            .to_string()
    };
    (0..BATCH_LINES).map(line).collect::<Vec<_>>().join("\n")
}

/// Sends until the server takes nothing more; how many lines were acknowledged.
async fn send(server: &Server, sender: u64, acknowledged: &AtomicU64) -> u64 {
    let mut mine = 0;
    for batch in 0.. {
        match server.post("load", body(sender, batch)).await {
            Some((202, answer)) => {
                assert_eq!(answer["accepted"], BATCH_LINES, "{answer}");
                mine += BATCH_LINES;
                acknowledged.fetch_add(BATCH_LINES, Ordering::Relaxed);
            }
            Some((status, answer)) => {
                assert_eq!((status, &answer["code"]), (503, &json!("stopping")));
                break;
            }
            None => break,
        }
    }
    mine
}

/// A screen until its connection ends; the last frame that it heard.
async fn watch(url: &str) -> Value {
    let address = format!("{}/api/v1/live", url.replace("http:", "ws:"));
    let (mut socket, _) = connect_async(address).await.unwrap();
    let frame = json!({"op": "subscribe", "board": "province", "unit": "17"});
    socket.send(Message::text(frame.to_string())).await.unwrap();
    let mut last = Value::Null;
    while let Some(Ok(message)) = socket.next().await {
        if let Message::Text(text) = message {
            last = serde_json::from_str(&text).unwrap();
        }
    }
    last
}

/// Stops a loaded server by a signal; `before` happens just before it.
async fn stop_under_load(name: &str, before: impl FnOnce(&Server)) {
    let dir = tempfile::tempdir().unwrap();
    let log_path = dir.path().join("log");
    let arguments = ["--now", NOW, "--stop-flush-s", "1"];
    let server = Server::spawn_logging(dir.path(), &arguments, File::create(&log_path).unwrap());
    server.ready().await;
    server.put_units(UNITS).await;
    let acknowledged = Arc::new(AtomicU64::new(0));
    let screens = futures_util::future::join_all((0..SCREENS).map(|_| watch(&server.url)));
    let senders = futures_util::future::join_all((0..SENDERS).map(|sender| send(&server, sender, &acknowledged)));
    let stopper = async {
        // Waited for, not slept: some hundred records are in, and more are under way.
        let mut ticks = tokio::time::interval(Duration::from_millis(10));
        while acknowledged.load(Ordering::Relaxed) < 20 * BATCH_LINES {
            ticks.tick().await;
        }
        before(&server);
        signal(server.pid(), name);
        Instant::now()
    };
    let (last_frames, sent, asked_at) = tokio::join!(screens, senders, stopper);
    for frame in last_frames {
        assert_eq!((&frame["op"], &frame["code"]), (&json!("bye"), &json!("stopping")), "{frame}");
        assert!(frame["retry_ms"].as_u64().is_some());
    }
    let logged = || std::fs::read_to_string(&log_path).unwrap();
    assert_eq!(server.ended(), Some(0), "{}", logged());
    assert!(asked_at.elapsed() < STOP_MAX, "{name}: {:?}", asked_at.elapsed());
    assert!(!logged().contains("panicked"), "{}", logged());

    let server = Server::start(dir.path(), &["--now", NOW]).await;
    let received = server.kpis("17", "2024-07").await["measures"]["received"].as_u64().unwrap();
    let sent: u64 = sent.iter().sum();
    assert!(received >= sent, "{received} are there, {sent} were acknowledged");
    server.verified().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p3_sigterm_under_load_keeps_every_202_and_tells_the_screens() {
    stop_under_load("TERM", |_| ()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p3_sigint_with_a_hanging_clickhouse_ends_within_the_deadlines() {
    stop_under_load("INT", |server| signal(server.engine_pid().unwrap(), "STOP")).await;
}

#[tokio::test]
async fn p3_a_second_signal_ends_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let log_path = dir.path().join("log");
    let hang = dir.path().join("hang");
    let arguments = ["--now", NOW, "--fault-live-hang", hang.to_str().unwrap()];
    let server = Server::spawn_logging(dir.path(), &arguments, File::create(&log_path).unwrap());
    server.ready().await;
    // A stage that doesn't end holds up an orderly stop for its whole deadline.
    File::create(&hang).unwrap();
    let (status, _) = server.post("s", body(0, 0)).await.unwrap();
    assert_eq!(status, 202);
    signal(server.engine_pid().unwrap(), "STOP");
    signal(server.pid(), "TERM");
    let stopping = async {
        // The listener is gone when the stop has begun.
        let mut ticks = tokio::time::interval(Duration::from_millis(10));
        while server.post("s", body(0, 1)).await.is_some_and(|(status, _)| status == 202) {
            ticks.tick().await;
        }
    };
    stopping.await;
    let asked_at = Instant::now();
    signal(server.pid(), "INT");
    assert_eq!(server.ended(), Some(1));
    assert!(asked_at.elapsed() < Duration::from_secs(2), "{:?}", asked_at.elapsed());
    let logged = std::fs::read_to_string(&log_path).unwrap();
    assert!(logged.contains("ended at once by a second signal"), "{logged}");

    let server = Server::start(dir.path(), &["--now", NOW]).await;
    server.put_units(UNITS).await;
    let all = |answer: &serde_json::Value| answer["measures"]["received"].as_u64() >= Some(BATCH_LINES);
    server.until("/api/v1/units/17/kpis?window=2024-07", all).await;
}
