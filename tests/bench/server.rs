//! The real server with its real engine, by three rows: `make bench`, under two minutes.
//!
//! - *durable ingest*: records a second that were acknowledged after fsync, and how long a request took;
//! - *event to screen*: from the POST of one record to the frame on a WebSocket that shows it;
//! - *fan-out*: frames a second to many screens, a few of which never read.
//!
//! `OPCENTRE_BENCH=short` tries it with small numbers. Many sockets need `ulimit -n 8192`.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a bench")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::{interval, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use support::server::Server;

#[allow(dead_code, unreachable_pub, reason = "shared with the integration tests")]
#[path = "../it/support"]
mod support {
    pub mod engine;
    pub mod server;
}

const NOW: &str = "2024-08-02T08:00:00+07:00";
const UNITS: &str = include_str!("../../dashboards/units/hoa-binh.csv");
const SENDERS: u64 = 8;
const BATCH_LINES: u64 = 500;
/// Pace of events while screens are counted: as often as topics are published.
const EVENT_EVERY_MS: u64 = 100;

/// How much of everything.
struct Size {
    ingest_s: u64,
    events: usize,
    screens: usize,
    slow: usize,
    fan_out_s: u64,
}

const WHOLE: Size = Size { ingest_s: 6, events: 100, screens: 1_000, slow: 20, fan_out_s: 15 };
const SHORT: Size = Size { ingest_s: 2, events: 10, screens: 40, slow: 4, fan_out_s: 3 };

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

#[tokio::main]
async fn main() {
    let size = if std::env::var("OPCENTRE_BENCH").is_ok_and(|size| size == "short") { SHORT } else { WHOLE };
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path(), &["--now", NOW, "--screens-max", "1200", "--connections-max", "1400"]).await;
    server.put_units(UNITS).await;
    println!("{:<16} {:>26}   ", "the real server", "");
    durable_ingest(&server, &size).await;
    event_to_screen(&server, &size).await;
    fan_out(&server, &size).await;
    assert_eq!(server.stop(), Some(0));
}

fn line(id: &str) -> String {
    json!({
        "type": "dossier", "id": id, "unit": "148", "at": "2024-08-02T07:30:00+07:00", "status": "accepted",
        "received_at": "2024-08-02T07:30:00+07:00", "due_at": "2024-08-16", "channel": "online", "field": "dat-dai"
    })
    .to_string()
}

fn at(sorted: &[Duration], share: f64) -> f64 {
    let place = ((sorted.len() as f64 * share).ceil() as usize).clamp(1, sorted.len()) - 1;
    sorted[place].as_secs_f64() * 1_000.0
}

async fn durable_ingest(server: &Server, size: &Size) {
    let begun = Instant::now();
    let end = Duration::from_secs(size.ingest_s);
    let send = async |sender: u64| {
        let mut took = Vec::new();
        while begun.elapsed() < end {
            let batch = took.len();
            let body: Vec<String> =
                (0..BATCH_LINES).map(|number| line(&format!("i{sender}-{batch}-{number}"))).collect();
            let asked = Instant::now();
            let (status, answer) = server.post("bench", body.join("\n")).await.unwrap();
            assert_eq!((status, &answer["accepted"]), (202, &json!(BATCH_LINES)), "{answer}");
            took.push(asked.elapsed());
        }
        took
    };
    let mut took: Vec<Duration> = join_all((0..SENDERS).map(send)).await.concat();
    let records = took.len() as f64 * BATCH_LINES as f64;
    let per_second = records / begun.elapsed().as_secs_f64();
    took.sort();
    println!(
        "{:<16} {per_second:>14.0} records/s   {SENDERS} senders, {BATCH_LINES} records a request: p50 {:.1} ms, p99 {:.1} ms",
        "durable ingest",
        at(&took, 0.5),
        at(&took, 0.99)
    );
    // The figures and ClickHouse catch up before the next row.
    let mut ticks = interval(Duration::from_millis(200));
    loop {
        ticks.tick().await;
        let metrics = reqwest::get(format!("{}/metrics", server.url)).await.unwrap().text().await.unwrap();
        let is_zero = |name: &str| metrics.lines().any(|line| line == format!("{name} 0"));
        if is_zero("opcentre_cube_lag_records") && is_zero("opcentre_sink_lag_records") {
            break;
        }
    }
    let caught_up = records / begun.elapsed().as_secs_f64();
    println!("{:<16} {caught_up:>14.0} records/s   until all of them are in ClickHouse", "stored");
}

async fn screen(url: &str) -> Socket {
    let (mut socket, _) = connect_async(format!("{}/api/v1/live", url.replace("http:", "ws:"))).await.unwrap();
    let frame = json!({"op": "subscribe", "board": "province", "unit": "17"});
    socket.send(Message::text(frame.to_string())).await.unwrap();
    socket
}

/// The next snapshot or update; pings are answered. None when the connection ends.
async fn tiles(socket: &mut Socket) -> Option<Value> {
    while let Some(Ok(message)) = socket.next().await {
        let Message::Text(text) = message else { continue };
        let frame: Value = serde_json::from_str(&text).unwrap();
        match frame["op"].as_str() {
            Some("snapshot" | "update") => return Some(frame),
            Some("ping") => socket.send(Message::text(json!({"op": "pong"}).to_string())).await.ok()?,
            _ => {}
        }
    }
    None
}

async fn event_to_screen(server: &Server, size: &Size) {
    let mut socket = screen(&server.url).await;
    tiles(&mut socket).await.unwrap();
    let mut took = Vec::new();
    for event in 0..size.events {
        let asked = Instant::now();
        let post = server.post("bench", line(&format!("e{event}")));
        tokio::pin!(post);
        let mut acknowledged = None;
        let mut shown = (0, asked);
        // The frame may come before the acknowledgement has been read.
        while acknowledged.is_none_or(|seq| shown.0 < seq) {
            tokio::select! {
                answer = &mut post, if acknowledged.is_none() => acknowledged = answer.unwrap().1["seq"].as_u64(),
                frame = tiles(&mut socket) => shown = (frame.unwrap()["seq"].as_u64().unwrap(), Instant::now()),
            }
        }
        took.push(shown.1.duration_since(asked));
    }
    took.sort();
    println!(
        "{:<16} {:>11.1} ms at p50   p99 {:.1} ms, {} events one after the other",
        "event to screen",
        at(&took, 0.5),
        at(&took, 0.99),
        size.events
    );
}

/// What all screens have seen.
#[derive(Default)]
struct Seen {
    frames: AtomicU64,
    joined: AtomicU64,
    /// Screens at the last event's sequence.
    there: AtomicU64,
    last_seq: AtomicU64,
    is_over: AtomicBool,
}

async fn fan_out(server: &Server, size: &Size) {
    let seen = Arc::new(Seen { last_seq: AtomicU64::new(u64::MAX), ..Seen::default() });
    // Those never read a byte; they are kept open to the end.
    let slow = join_all((0..size.slow).map(|_| screen(&server.url))).await;
    let fast = size.screens - size.slow;
    let mut readers = Vec::new();
    for _ in 0..fast {
        let mut socket = screen(&server.url).await;
        let seen = Arc::clone(&seen);
        readers.push(tokio::spawn(async move {
            while let Some(frame) = tiles(&mut socket).await {
                let first = frame["op"] == "snapshot";
                seen.joined.fetch_add(u64::from(first), Ordering::Relaxed);
                seen.frames.fetch_add(1, Ordering::Relaxed);
                if frame["seq"].as_u64() >= Some(seen.last_seq.load(Ordering::Acquire)) {
                    seen.there.fetch_add(1, Ordering::Relaxed);
                    return;
                }
            }
            assert!(seen.is_over.load(Ordering::Relaxed), "a screen that reads is never cut");
        }));
    }
    let reached = async |count: &AtomicU64, wanted: usize| {
        let poll = async {
            let mut ticks = interval(Duration::from_millis(5));
            while count.load(Ordering::Relaxed) < wanted as u64 {
                ticks.tick().await;
            }
        };
        timeout(Duration::from_secs(30), poll).await.expect("every screen got there");
    };
    reached(&seen.joined, fast).await;
    let (begun, before) = (Instant::now(), seen.frames.load(Ordering::Relaxed));
    let mut ticks = interval(Duration::from_millis(EVENT_EVERY_MS));
    let mut events = 0_u64;
    while begun.elapsed() < Duration::from_secs(size.fan_out_s) {
        ticks.tick().await;
        assert_eq!(server.post("bench", line(&format!("f{events}"))).await.unwrap().0, 202);
        events += 1;
    }
    let (frames, took) = (seen.frames.load(Ordering::Relaxed) - before, begun.elapsed().as_secs_f64());
    let asked = Instant::now();
    let answer = server.post("bench", line("last")).await.unwrap().1;
    seen.last_seq.store(answer["seq"].as_u64().unwrap(), Ordering::Release);
    // A screen that had the last frame before its sequence was known here needs one more to notice.
    assert_eq!(server.post("bench", line("after")).await.unwrap().0, 202);
    reached(&seen.there, fast).await;
    println!(
        "{:<16} {:>15.0} frames/s   {} screens, {} of them never read; {:.1} updates/s each, all at the newest within {:.0} ms",
        "fan-out",
        frames as f64 / took,
        size.screens,
        size.slow,
        frames as f64 / took / fast as f64,
        asked.elapsed().as_secs_f64() * 1_000.0
    );
    seen.is_over.store(true, Ordering::Relaxed);
    drop(slow);
    join_all(readers).await.into_iter().for_each(|reader| reader.unwrap());
}
