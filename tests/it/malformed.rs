//! Thousands of malformed bodies, frames and headers against a running server: each is answered or cut off, never with
//! a 500 and never with a panic, while a neighbour is served in time and memory stays bounded.

mod bodies;
mod frames;
mod headers;

use std::fs::{self, File};
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{interval, timeout};
use tokio_tungstenite::tungstenite::Message;

use crate::support::server::Server;

const NOW: &str = "2024-08-02T08:00:00+07:00";
const UNITS: &str = "code,parent,kind,category,name_vi\n17,,province,tỉnh,Hòa Bình\n";
/// Senders at once.
const SENDERS: usize = 4;
/// How long anything malformed may keep its connection: a body that never comes is waited for a while.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(90);
/// How long a neighbour may wait for a figure, on a machine that does much else.
const NEIGHBOUR_WAIT_MAX: Duration = Duration::from_secs(3);
/// Bodies under work at once take up to a few times their 16 MiB each.
const MEMORY_GROWTH_MAX_KIB: u64 = 512 * 1024;

/// A part of them in every run of the tests, all of them by `make soak`.
fn count(usual: usize, soak: usize) -> usize {
    if std::env::var("OPCENTRE_SOAK").is_ok_and(|soak| soak == "full") { soak } else { usual }
}

/// As many values of a strategy, the same in every run.
fn values<T: std::fmt::Debug>(strategy: impl Strategy<Value = T>, count: usize) -> Vec<T> {
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &[17; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), random);
    (0..count).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

fn memory_kib(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Somebody who behaves: asks for a figure again and again, and watches a wall.
async fn neighbour(server: &Server, mut stop: watch::Receiver<bool>) -> (usize, Duration) {
    let live = format!("{}/api/v1/live", server.url.replace("http", "ws"));
    let (mut screen, _) = tokio_tungstenite::connect_async(live).await.unwrap();
    screen.send(Message::text(r#"{"op":"subscribe","board":"province","unit":"17"}"#)).await.unwrap();
    let mut ticks = interval(Duration::from_millis(50));
    let (mut asked, mut longest, mut pings) = (0, Duration::ZERO, 0);
    loop {
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            _ = ticks.tick() => {
                let begun = Instant::now();
                server.kpis("17", "2024-07").await;
                longest = longest.max(begun.elapsed());
                asked += 1;
            }
            frame = screen.next() => {
                let frame = frame.expect("the wall stays connected").expect("the wall hears frames");
                let frame: Value = serde_json::from_str(frame.to_text().unwrap()).unwrap();
                assert_ne!(frame["op"], "error", "{frame}");
                if frame["op"] == "ping" {
                    pings += 1;
                    screen.send(Message::text(r#"{"op":"pong"}"#)).await.unwrap();
                }
            }
        }
    }
    assert!(pings > 0 && asked > 0);
    (asked, longest)
}

/// Has `attack` made against a server with a neighbour; then the server must be well.
async fn survive<F: Future<Output = ()>>(name: &str, count: usize, attack: impl FnOnce(String) -> F) {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("log");
    let server = Server::spawn_logging(&dir.path().join("data"), &["--now", NOW], File::create(&log).unwrap());
    server.ready().await;
    server.put_units(UNITS).await;
    let before_kib = memory_kib(server.pid());
    let (stop, stopped) = watch::channel(false);
    let attack = async {
        attack(server.url.trim_start_matches("http://").to_owned()).await;
        stop.send(true).unwrap();
    };
    let ((asked, longest), ()) = tokio::join!(neighbour(&server, stopped), attack);
    let growth_kib = memory_kib(server.pid()) - before_kib;
    println!(
        "{count} malformed {name}: a neighbour asked {asked} times and waited at most {} ms, memory grew by {} MiB",
        longest.as_millis(),
        growth_kib / 1024
    );
    assert!(longest < NEIGHBOUR_WAIT_MAX, "a neighbour waited {longest:?}");
    assert!(growth_kib < MEMORY_GROWTH_MAX_KIB, "P-2: memory grew by {growth_kib} KiB");
    server.verified().await;
    assert_eq!(server.stop(), Some(0));
    let log = fs::read_to_string(log).unwrap();
    assert!(!log.contains("panicked") && !log.contains("broke down"), "{log}");
}

/// Gives every value to `send`, several at once.
async fn each<T, F: Future<Output = ()>>(values: Vec<T>, send: impl Fn(T) -> F) {
    futures_util::stream::iter(values).for_each_concurrent(SENDERS, send).await;
}

/// Writes bytes, ends its side, and reads what comes until the other side ends too.
async fn exchange(address: &str, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let mut answer = Vec::new();
    let talk = async {
        // A server that has seen enough closes while there is more to write.
        let _refused = stream.write_all(bytes).await;
        let _closed = stream.shutdown().await;
        let _reset = stream.read_to_end(&mut answer).await;
    };
    timeout(ANSWER_TIMEOUT, talk).await.unwrap_or_else(|_| panic!("never ended: {:?}", start_of(bytes)));
    answer
}

fn start_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(300)]).into_owned()
}

/// The status of an answer in HTTP; none where the server closed without a word.
fn status_of(answer: &[u8]) -> Option<u16> {
    let line = std::str::from_utf8(answer.get(..12)?).ok()?;
    line.strip_prefix("HTTP/1.")?.get(2..)?.parse().ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i2_p2_malformed_bodies_are_refused_and_hurt_nobody() {
    let count = count(1_500, 10_000);
    survive("bodies", count, |address| async move {
        let http = reqwest::Client::new();
        each(values(bodies::body(), count), |body| bodies::send(&http, &address, body)).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p2_malformed_headers_are_refused_and_hurt_nobody() {
    let count = count(1_000, 10_000);
    survive("headers", count, |address| async move {
        each(values(headers::request(), count), async |request| {
            let answer = exchange(&address, &request).await;
            let status = status_of(&answer);
            assert!(status.is_none_or(|status| status < 500 || status == 501), "{status:?} to {}", start_of(&request));
        })
        .await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t2_malformed_frames_are_refused_and_hurt_nobody() {
    let count = count(500, 10_000);
    survive("frames", count, |address| async move {
        each(values(frames::frames(), count), async |frames| {
            let mut request = frames::handshake(&address);
            request.extend(&frames);
            let answer = exchange(&address, &request).await;
            assert_eq!(status_of(&answer), Some(101), "{}", start_of(&answer));
        })
        .await;
    })
    .await;
}
