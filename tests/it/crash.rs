//! Load with `kill -9` of the server and of the engine: what was acknowledged is there, once, and verify agrees.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::time::{interval, timeout};

use crate::support::server::{Server, signal};

const NOW: &str = "2024-08-02T08:00:00+07:00";
const UNITS: &str =
    "code,parent,kind,category,name_vi\n17,,province,tỉnh,Hòa Bình\n148,17,district,huyện,TP Hòa Bình\n";
const SENDERS: usize = 4;
const BATCH_LINES: u64 = 20;
/// Each sender's pace: enough to have batches under way at any moment, not so much that checking takes hours.
const BATCH_EVERY_MS: u64 = 25;

/// Few rounds in every run of the tests, all of them by `make soak`.
fn rounds(usual: usize, soak: usize) -> usize {
    if std::env::var("OPCENTRE_SOAK").is_ok_and(|soak| soak == "full") { soak } else { usual }
}

/// What senders know: the ids that were acknowledged.
#[derive(Default)]
struct Load {
    next: AtomicU64,
    acknowledged: std::sync::Mutex<BTreeSet<u64>>,
    stop: AtomicBool,
}

fn line(number: u64) -> String {
    let minute = number % 600;
    let status = if number.is_multiple_of(3) { "processing" } else { "done" };
    format!(
        r#"{{"type":"dossier","id":"d{number}","unit":"148","at":"2024-07-{day:02}T{hour:02}:{minute:02}:00+07:00","status":"{status}","received_at":"2024-07-01T08:00:00+07:00","due_at":"2024-07-{due:02}"}}"#,
        day = 2 + number % 25,
        hour = minute / 60 + 7,
        minute = minute % 60,
        due = 1 + number % 28,
    )
}

/// Sends batches until told to stop; a batch that was not acknowledged is sent again to the next server.
async fn send(load: Arc<Load>, server: &Server) {
    let mut pace = interval(Duration::from_millis(BATCH_EVERY_MS));
    while !load.stop.load(Ordering::Relaxed) {
        pace.tick().await;
        let first = load.next.fetch_add(BATCH_LINES, Ordering::Relaxed);
        let numbers = first..first + BATCH_LINES;
        let body = numbers.clone().map(line).collect::<Vec<_>>().join("\n");
        match server.post("load", body).await {
            Some((202, answer)) => {
                assert_eq!(answer["accepted"], BATCH_LINES, "{answer}");
                load.acknowledged.lock().unwrap().extend(numbers);
            }
            Some((status, answer)) => assert_eq!(status, 503, "{answer}"),
            None => return,
        }
    }
}

/// Loads a server for a random while and then does something terrible to it.
async fn load_and(server: &Server, load: &Arc<Load>, random: &mut StdRng, terrible: impl FnOnce(&Server)) {
    load.stop.store(false, Ordering::Relaxed);
    let while_ms = random.random_range(200..2_500);
    let senders = futures_util::future::join_all((0..SENDERS).map(|_| send(load.clone(), server)));
    let killer = async {
        let mut ticks = interval(Duration::from_millis(while_ms));
        ticks.tick().await;
        ticks.tick().await;
        terrible(server);
        let mut ticks = interval(Duration::from_millis(while_ms));
        ticks.tick().await;
        ticks.tick().await;
        load.stop.store(true, Ordering::Relaxed);
    };
    tokio::join!(senders, killer);
}

/// Everything acknowledged is a dossier, and the figures count each dossier once.
async fn assert_nothing_lost(server: &Server, load: &Load) {
    let report = timeout(Duration::from_secs(120), server.verified()).await.unwrap();
    assert!(report["seq"].as_u64().unwrap() > 0);
    let answer = server.kpis("17", "2024-07").await;
    let received = answer["measures"]["received"].as_u64().unwrap();
    let acknowledged = load.acknowledged.lock().unwrap().clone();
    assert!(received >= acknowledged.len() as u64, "{received} of {} are there", acknowledged.len());
    assert!(received <= load.next.load(Ordering::Relaxed), "nothing is counted twice");
    for number in acknowledged.iter().step_by(1 + acknowledged.len() / 200) {
        let (status, dossier) = server.get(&format!("/api/v1/dossiers/load/d{number}?provenance=false")).await;
        assert_eq!(status, 200, "d{number}: {dossier}");
    }
    // What was sent but never acknowledged may be there or not; sent again, all of it is there, once.
    for first in (0..load.next.load(Ordering::Relaxed)).step_by(2_000) {
        let last = (first + 2_000).min(load.next.load(Ordering::Relaxed));
        let body = (first..last).map(line).collect::<Vec<_>>().join("\n");
        let (status, answer) = server.post("load", body).await.unwrap();
        assert_eq!(status, 202, "{answer}");
        server.reach("17", answer["seq"].as_u64().unwrap()).await;
    }
    load.acknowledged.lock().unwrap().extend(0..load.next.load(Ordering::Relaxed));
    let answer = server.kpis("17", "2024-07").await;
    assert_eq!(answer["measures"]["received"].as_u64().unwrap(), load.next.load(Ordering::Relaxed));
}

async fn started(data_dir: &Path) -> Server {
    let server = Server::start(data_dir, &["--now", NOW]).await;
    server.put_units(UNITS).await;
    server
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn j1_j2_s2_kill_9_of_server_and_engine_loses_nothing_and_counts_nothing_twice() {
    let dir = tempfile::tempdir().unwrap();
    let load = Arc::new(Load::default());
    let mut random = StdRng::seed_from_u64(17);
    let mut server = started(dir.path()).await;
    for round in 0..rounds(4, 20) {
        if round.is_multiple_of(2) {
            load_and(&server, &load, &mut random, |server| signal(server.pid(), "KILL")).await;
            server.kill();
            server = Server::start(dir.path(), &["--now", NOW]).await;
        } else {
            load_and(&server, &load, &mut random, |server| signal(server.engine_pid().unwrap(), "KILL")).await;
            server.ready().await;
        }
        assert_nothing_lost(&server, &load).await;
        println!("round {round}: {} dossiers, nothing lost", load.next.load(Ordering::Relaxed));
    }
    assert_eq!(server.stop(), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s2_a_stopped_engine_loses_nothing_and_figures_stay_live() {
    let dir = tempfile::tempdir().unwrap();
    let load = Arc::new(Load::default());
    let server = started(dir.path()).await;
    server.verified().await;
    let engine = server.engine_pid().unwrap();
    signal(engine, "STOP");
    let stopped_s = rounds(5, 60) as u64;
    let senders = futures_util::future::join_all((0..SENDERS).map(|_| send(load.clone(), &server)));
    let watcher = async {
        let mut ticks = interval(Duration::from_secs(1));
        ticks.tick().await;
        let mut last = 0;
        for _ in 0..stopped_s {
            ticks.tick().await;
            let seq = server.kpis("17", "2024-07").await["seq"].as_u64().unwrap();
            assert!(seq > last, "figures go on while ClickHouse stands still: {seq} after {last}");
            last = seq;
        }
        load.stop.store(true, Ordering::Relaxed);
    };
    tokio::join!(senders, watcher);
    signal(engine, "CONT");
    assert_nothing_lost(&server, &load).await;
    server.verified().await;
}
