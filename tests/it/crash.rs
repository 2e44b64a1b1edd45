//! Load with `kill -9` of the server and of the engine: what was acknowledged is there, once, and verify agrees.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::Value;
use tokio::time::{interval, timeout};

use crate::support::server::{Server, signal, signalled};

const NOW: &str = "2024-08-02T08:00:00+07:00";
const UNITS: &str =
    "code,parent,kind,category,name_vi\n17,,province,tỉnh,Hòa Bình\n148,17,district,huyện,TP Hòa Bình\n";
const SENDERS: usize = 4;
const BATCH_LINES: u64 = 5;
/// Each sender's pace: enough to have batches under way at any moment, not so much that checking takes hours.
const BATCH_EVERY_MS: u64 = 25;
/// How long there is load before and after the terrible thing.
const LOAD_MS: std::ops::Range<u64> = 50..700;
/// Dossiers are received on so many days of July, so that a figure per day tells which ones are there.
const DAYS: u64 = 25;

/// Few rounds in every run of the tests, all of them by `make soak`.
fn rounds(usual: usize, soak: usize) -> usize {
    if std::env::var("OPCENTRE_SOAK").is_ok_and(|soak| soak == "full") { soak } else { usual }
}

/// What senders know: the ids that were acknowledged.
#[derive(Default)]
struct Load {
    next: AtomicU64,
    acknowledged: std::sync::Mutex<BTreeSet<u64>>,
    /// The greatest sequence number that was acknowledged.
    seq: AtomicU64,
    stop: AtomicBool,
}

/// Every second one is of a unit that isn't known until a round makes it known.
fn line(number: u64) -> String {
    let minute = number % 600;
    let status = if number.is_multiple_of(3) { "processing" } else { "done" };
    format!(
        r#"{{"type":"dossier","id":"d{number}","unit":"{unit}","at":"2024-07-{day:02}T{hour:02}:{minute:02}:00+07:00","status":"{status}","received_at":"2024-07-{received:02}T06:00:00+07:00","due_at":"2024-07-{due:02}"}}"#,
        unit = 148 + number % 2,
        received = 1 + number % DAYS,
        day = 1 + number % DAYS,
        hour = minute / 60 + 7,
        minute = minute % 60,
        due = 1 + number % 28,
    )
}

fn lines(numbers: impl IntoIterator<Item = u64>) -> String {
    numbers.into_iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Sends batches until told to stop or the server is gone.
async fn send(load: Arc<Load>, server: &Server) {
    let mut pace = interval(Duration::from_millis(BATCH_EVERY_MS));
    while !load.stop.load(Ordering::Relaxed) {
        pace.tick().await;
        let first = load.next.fetch_add(BATCH_LINES, Ordering::Relaxed);
        let numbers = first..first + BATCH_LINES;
        match server.post("load", lines(numbers.clone())).await {
            Some((202, answer)) => {
                assert_eq!(answer["accepted"], BATCH_LINES, "{answer}");
                load.acknowledged.lock().unwrap().extend(numbers);
                load.seq.fetch_max(answer["seq"].as_u64().unwrap(), Ordering::Relaxed);
            }
            Some((status, answer)) => assert_eq!(status, 503, "{answer}"),
            None => return,
        }
    }
}

/// The moment at which something is killed is a random one, not one that is waited for.
async fn pause(ms: u64) {
    let mut ticks = interval(Duration::from_millis(ms.max(1)));
    ticks.tick().await;
    ticks.tick().await;
}

/// Loads a server for a random while and then does something terrible to it.
async fn load_and(server: &Server, load: &Arc<Load>, random: &mut StdRng, terrible: impl Future<Output = ()>) {
    load.stop.store(false, Ordering::Relaxed);
    let senders = futures_util::future::join_all((0..SENDERS).map(|_| send(load.clone(), server)));
    let killer = async {
        pause(random.random_range(LOAD_MS)).await;
        terrible.await;
        pause(random.random_range(LOAD_MS)).await;
        load.stop.store(true, Ordering::Relaxed);
    };
    tokio::join!(senders, killer);
}

/// Everything acknowledged is there, and everything counts once. What was sent and not acknowledged may be there or
/// not; it alone is sent again, and then the figures of each day are exactly those of all that was ever sent.
async fn assert_nothing_lost(server: &Server, load: &Load) -> Value {
    let sent = load.next.load(Ordering::Relaxed);
    let acknowledged = std::mem::take(&mut *load.acknowledged.lock().unwrap());
    // What was acknowledged a moment ago is on its way into the figures.
    server.reach("17", load.seq.load(Ordering::Relaxed)).await;
    let received = server.kpis("17", "2024-07").await["measures"]["received"].as_u64().unwrap();
    assert!(received >= acknowledged.len() as u64, "J-1: {received} of {} are there", acknowledged.len());
    assert!(received <= sent, "I-3: {received} of {sent} are counted");
    let again: Vec<u64> = (0..sent).filter(|number| !acknowledged.contains(number)).collect();
    let mut acknowledged = acknowledged;
    for part in again.chunks(2_000) {
        let (status, answer) = server.post("load", lines(part.iter().copied())).await.unwrap();
        assert_eq!(status, 202, "{answer}");
        server.reach("17", answer["seq"].as_u64().unwrap()).await;
        acknowledged.extend(part);
    }
    *load.acknowledged.lock().unwrap() = acknowledged;
    for day in 0..DAYS {
        let there = (0..sent).filter(|number| number % DAYS == day);
        let done = there.clone().filter(|number| !number.is_multiple_of(3)).count();
        let measures = &server.kpis("17", &format!("2024-07-{:02}", day + 1)).await["measures"];
        let found = ["received", "resolved"].map(|measure| measures[measure].as_u64().unwrap());
        assert_eq!(found, [there.count() as u64, done as u64], "J-1, I-3: 2024-07-{:02}", day + 1);
    }
    timeout(Duration::from_secs(600), server.verified()).await.expect("the verification ends")["took_ms"].clone()
}

/// A machine that does much else may take longer to compare than a sink is usually held for.
fn spawned(dir: &Path) -> Server {
    Server::spawn(dir, &["--now", NOW, "--verify-hold-s", "600"])
}

async fn started(dir: &Path) -> Server {
    let server = spawned(dir);
    server.ready().await;
    server.put_units(UNITS).await;
    server
}

/// What happens in a round.
#[derive(Debug, Clone, Copy)]
enum Blow {
    ServerUnderLoad,
    EngineUnderLoad,
    /// While the figures are read from ClickHouse and the journal is replayed, once or several times.
    ServerWhileStarting,
    EngineWhileStarting,
    ServerInVerify,
    EngineInVerify,
    /// While units come that make every record be read anew.
    ServerInUnits,
    EngineInUnits,
}

const BLOWS: [Blow; 8] = [
    Blow::ServerUnderLoad,
    Blow::EngineUnderLoad,
    Blow::ServerWhileStarting,
    Blow::EngineWhileStarting,
    Blow::ServerInVerify,
    Blow::EngineInVerify,
    Blow::ServerInUnits,
    Blow::EngineInUnits,
];

/// The unit that half of the records name, now here, now there.
fn moved_unit(round: usize) -> String {
    let parent = if round.is_multiple_of(3) { "17" } else { "148" };
    format!("code,parent,kind,category,name_vi\n149,{parent},commune,xã,Xã {round}\n")
}

/// One round; the server that runs afterwards.
async fn strike(blow: Blow, round: usize, server: Server, load: &Arc<Load>, random: &mut StdRng, dir: &Path) -> Server {
    let url = server.url.clone();
    let (server_pid, engine_pid) = (server.pid(), server.engine_pid().expect("the engine runs"));
    let http = reqwest::Client::new();
    let wait_ms = random.random_range(0..400);
    let terrible = async {
        let busy = async {
            // Whether it is answered doesn't matter: the process is killed meanwhile.
            let request = match blow {
                Blow::ServerInVerify | Blow::EngineInVerify => http.post(format!("{url}/api/v1/verify")),
                Blow::ServerInUnits | Blow::EngineInUnits => {
                    http.put(format!("{url}/api/v1/units")).header("content-type", "text/csv").body(moved_unit(round))
                }
                _ => return,
            };
            drop(request.send().await);
        };
        let kill = async {
            match blow {
                Blow::ServerUnderLoad | Blow::ServerWhileStarting | Blow::EngineWhileStarting => {}
                Blow::EngineUnderLoad => return signal(engine_pid, "KILL"),
                _ => pause(wait_ms).await,
            }
            match blow {
                Blow::EngineInVerify | Blow::EngineInUnits => signal(engine_pid, "KILL"),
                _ => signal(server_pid, "KILL"),
            }
        };
        tokio::join!(busy, kill);
    };
    load_and(&server, load, random, terrible).await;
    let server = match blow {
        Blow::EngineUnderLoad | Blow::EngineInVerify | Blow::EngineInUnits => {
            another_engine(&server, engine_pid).await;
            server
        }
        Blow::ServerUnderLoad | Blow::ServerInVerify | Blow::ServerInUnits => restarted(server, dir),
        Blow::ServerWhileStarting => {
            let mut server = server;
            for _ in 0..random.random_range(1..4) {
                server = restarted(server, dir);
                pause(random.random_range(0..3_000)).await;
            }
            restarted(server, dir)
        }
        Blow::EngineWhileStarting => {
            let server = restarted(server, dir);
            let mut engine = another_engine(&server, engine_pid).await;
            pause(random.random_range(0..3_000)).await;
            // One that finds the folder still held by the killed server's engine ends by itself.
            while !signalled(engine, "KILL") {
                engine = another_engine(&server, engine).await;
            }
            another_engine(&server, engine).await;
            server
        }
    };
    server.ready().await;
    server
}

/// Waits until the server has started another engine than the killed one.
async fn another_engine(server: &Server, killed: u32) -> u32 {
    let mut ticks = interval(Duration::from_millis(20));
    loop {
        ticks.tick().await;
        if let Some(engine) = server.engine_pid().filter(|engine| *engine != killed) {
            return engine;
        }
    }
}

fn restarted(server: Server, dir: &Path) -> Server {
    server.kill();
    spawned(dir)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn j1_j2_s2_kill_9_of_server_and_engine_loses_nothing_and_counts_nothing_twice() {
    let dir = tempfile::tempdir().unwrap();
    let load = Arc::new(Load::default());
    let mut random = StdRng::seed_from_u64(17);
    let mut server = started(dir.path()).await;
    server.until("/api/v1/units/17/kpis?window=today", |answer| answer["measures"].is_object()).await;
    let rounds = rounds(BLOWS.len(), 200);
    for round in 0..rounds {
        let blow = BLOWS[round % BLOWS.len()];
        let begun = Instant::now();
        server = strike(blow, round, server, &load, &mut random, dir.path()).await;
        let ready_s = begun.elapsed().as_secs_f32();
        let verify_ms = assert_nothing_lost(&server, &load).await;
        let (sent, all_s) = (load.next.load(Ordering::Relaxed), begun.elapsed().as_secs_f32());
        println!(
            "round {round}: {blow:?}, {sent} dossiers, nothing lost; ready after {ready_s:.1} s, checked after {all_s:.1} s, verify took {verify_ms} ms"
        );
    }
    assert_eq!(server.stop(), Some(0));
    println!("{rounds} kill rounds: nothing lost, nothing counted twice, verify agrees after each");
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
