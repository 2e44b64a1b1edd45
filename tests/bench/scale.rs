//! Questions of a desk over very many dossiers while records go on coming: `make bench`.
//!
//! 2,000,000 dossiers of a year and a half, 2,000 records a second; every question is asked in turn over HTTP.
//! `OPCENTRE_BENCH=short` tries it with small numbers.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a bench")]

use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use opcentre::model::Day;
use serde_json::json;
use tokio::time::interval;

use support::server::Server;

#[allow(dead_code, unreachable_pub, reason = "shared with the integration tests")]
#[path = "../it/support"]
mod support {
    pub mod engine;
    pub mod server;
}

const NOW: &str = "2024-08-02T08:00:00+07:00";
const UNITS: &str = include_str!("../../dashboards/units/hoa-binh.csv");
const SENDERS: u64 = 4;
const BATCH_LINES: u64 = 5_000;
/// 2023-01-01, the first day on which dossiers are received.
const FIRST_DAY: i32 = 19_358;
const DAYS: u64 = 579;
/// Records a second while questions are asked, in ten requests.
const RATE: u64 = 2_000;

/// What is asked, with a name for the table.
const QUESTIONS: [(&str, &str); 7] = [
    ("kpis of a month", "units/17/kpis?window=month"),
    ("kpis of a year", "units/17/kpis?window=2023"),
    ("by unit", "units/17/breakdown?by=unit&window=month"),
    ("by field", "units/17/breakdown?by=field&window=month"),
    ("by field, a year", "units/17/breakdown?by=field&window=2023"),
    ("dossiers overdue", "units/17/dossiers?measure=in_progress_overdue&window=month"),
    ("dossiers of a ward", "units/04792/dossiers?measure=received&window=month"),
];

#[tokio::main]
async fn main() {
    let short = std::env::var("OPCENTRE_BENCH").is_ok_and(|size| size == "short");
    let (dossiers, rounds) = if short { (20_000, 3) } else { (2_000_000, 40) };
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path(), &["--now", NOW]).await;
    server.put_units(UNITS).await;
    let units: Vec<&str> =
        UNITS.lines().filter_map(|line| line.split(',').next()).filter(|code| code.len() == 5).collect();
    fill(&server, &units, dossiers).await;
    let stop = AtomicBool::new(false);
    let sent = AtomicU64::new(0);
    let (took, ()) = tokio::join!(
        async {
            let took = ask(&server, rounds).await;
            stop.store(true, Ordering::Relaxed);
            took
        },
        go_on(&server, &units, &stop, &sent)
    );
    println!(
        "{:<20} {:>10} {:>10} {:>10}   {dossiers} dossiers, {RATE} records a second meanwhile",
        "", "p50", "p99", "most"
    );
    for ((name, _), mut took) in QUESTIONS.iter().zip(took) {
        took.sort();
        let at = |share: f64| {
            let place = ((took.len() as f64 * share).ceil() as usize).clamp(1, took.len()) - 1;
            took[place].as_secs_f64() * 1_000.0
        };
        println!("{name:<20} {:>7.1} ms {:>7.1} ms {:>7.1} ms", at(0.5), at(0.99), at(1.0));
    }
    assert_eq!(server.stop(), Some(0));
}

/// A dossier received on a day of the year and a half; most are done within their time.
fn lines(id: u64, units: &[&str], body: &mut String) {
    let mixed = id.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
    let unit = units[(mixed % units.len() as u64) as usize];
    let received = Day(FIRST_DAY + ((mixed >> 8) % DAYS) as i32);
    let limit = [1, 3, 5, 10, 20][(mixed >> 20) as usize % 5];
    let (due, finished) = (received.plus(limit), received.plus(((mixed >> 24) % (limit as u64 + 2)) as i32));
    let is_open = finished >= Day(FIRST_DAY + DAYS as i32) || mixed.is_multiple_of(97);
    let end = if is_open { String::new() } else { format!(r#","finished_at":"{finished}T15:00:00+07:00""#) };
    let status = if is_open { "processing" } else { "done" };
    writeln!(
        body,
        r#"{{"type":"dossier","id":"d{id}","unit":"{unit}","at":"{received}T08:30:00+07:00","status":"{status}","received_at":"{received}T08:30:00+07:00","due_at":"{due}","channel":"{}","field":"f{}","procedure":"1.{}"{end}}}"#,
        ["online", "counter"][(mixed >> 32) as usize % 2],
        (mixed >> 33) % 30,
        (mixed >> 33) % 900
    )
    .unwrap();
}

async fn fill(server: &Server, units: &[&str], dossiers: u64) {
    let begun = Instant::now();
    let send = async |sender: u64| {
        let mut id = sender * BATCH_LINES;
        while id < dossiers {
            let mut body = String::new();
            (id..dossiers.min(id + BATCH_LINES)).for_each(|id| lines(id, units, &mut body));
            let (status, answer) = server.post("bench", body).await.unwrap();
            assert_eq!((status, &answer["rejected"]), (202, &json!(0)), "{answer}");
            id += SENDERS * BATCH_LINES;
        }
    };
    join_all((0..SENDERS).map(send)).await;
    let mut ticks = interval(Duration::from_millis(200));
    loop {
        ticks.tick().await;
        let metrics = reqwest::get(format!("{}/metrics", server.url)).await.unwrap().text().await.unwrap();
        let is_zero = |name: &str| metrics.lines().any(|line| line == format!("{name} 0"));
        if is_zero("opcentre_cube_lag_records") && is_zero("opcentre_sink_lag_records") {
            break;
        }
    }
    println!("{dossiers} dossiers sent, in the figures and in ClickHouse after {:.1} s", begun.elapsed().as_secs_f64());
}

/// Records at a steady rate until told to stop.
async fn go_on(server: &Server, units: &[&str], stop: &AtomicBool, sent: &AtomicU64) {
    let mut ticks = interval(Duration::from_millis(100));
    while !stop.load(Ordering::Relaxed) {
        ticks.tick().await;
        let mut body = String::new();
        let first = sent.fetch_add(RATE / 10, Ordering::Relaxed);
        (first..first + RATE / 10).for_each(|id| lines(id + 100_000_000, units, &mut body));
        assert_eq!(server.post("bench", body).await.unwrap().0, 202);
    }
}

/// How long each question took, round after round.
async fn ask(server: &Server, rounds: usize) -> Vec<Vec<Duration>> {
    let client = reqwest::Client::new();
    let mut took = vec![Vec::new(); QUESTIONS.len()];
    for _ in 0..rounds {
        for ((_, path), took) in QUESTIONS.iter().zip(&mut took) {
            let asked = Instant::now();
            let answer = client.get(format!("{}/api/v1/{path}", server.url)).send().await.unwrap();
            let (status, body) = (answer.status(), answer.bytes().await.unwrap());
            assert!(status.is_success(), "{path}: {status} {}", String::from_utf8_lossy(&body));
            took.push(asked.elapsed());
        }
    }
    took
}
