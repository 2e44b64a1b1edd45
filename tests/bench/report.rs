//! How long a report's page takes, and a province's worth of them: `make bench`.
//!
//! Figures are those of the demonstration's province, read from one view as the server does; one thread, warm, best and
//! middle of some rounds. The page of the week has four charts and a table on 1920x1080. In the same run the same page,
//! from the same JSON, is drawn by ECharts with @napi-rs/canvas, by matplotlib and by ECharts in a headless Chromium that
//! is kept between pages (`report_others/run`, which installs their pinned packages below `target/`); where one can't be
//! had, the reason stands in its row. `BENCH_OTHERS=0` leaves them out, `BENCH_PAGES=F` keeps the pictures of all.
//!
//! Then `opcentre report render --all-units` of the real program writes the month of 151 communes from a real server: how
//! long it takes, the peak memory of the command, and by how much drawing raises that of the server, which holds all its
//! records besides (`VmHWM` of `/proc`, counted anew for each batch, less `VmRSS` before it).
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a bench")]

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use opcentre::cli::demo::{Event, HOA_BINH, History, SEED, START};
use opcentre::cube::{Cube, View};
use opcentre::http::answers::{Figures, FormQuery, IndexQuery, current_form, index, report_figures};
use opcentre::ingest::{Context, Limits, read_batch, read_units};
use opcentre::kpi::{Catalogue, Report};
use opcentre::model::{Period, Zone};
use opcentre::pipeline::feeds::Feeds;
use opcentre::report::{Material, Paper, Press, compose};
use opcentre::units::Scope;

use support::engine::OPCENTRE;
use support::server::Server;

#[allow(dead_code, unreachable_pub, reason = "shared with the integration tests")]
#[path = "../it/support"]
mod support {
    pub mod engine;
    pub mod server;
}

const UNITS: &str = include_str!("../../dashboards/units/hoa-binh.csv");
const BATCH_LINES: usize = 5_000;
const ROUNDS: usize = 30;
const ROUNDS_OF_OTHERS: usize = 15;
const OTHERS: [(&str, &str); 3] = [
    ("echarts", "ECharts with @napi-rs/canvas"),
    ("matplotlib", "matplotlib (Agg)"),
    ("chromium", "ECharts in a kept headless Chromium"),
];
/// When the server of the batch thinks it is: all of July is over.
const NOW: &str = "2024-08-02T08:00:00+07:00";
/// How often the batch is made; the first is cold.
const BATCHES: usize = 3;
/// The most memory of a process.
const PEAK: &str = "VmHWM:";

fn main() {
    let catalogue = Catalogue::embedded().unwrap();
    println!("load before: {}", std::fs::read_to_string("/proc/loadavg").unwrap_or_default().trim());
    let folder = tempfile::tempdir().unwrap();
    let pictures = std::env::var_os("BENCH_PAGES").map_or_else(|| folder.path().to_owned(), PathBuf::from);
    {
        let cube = province();
        let view = cube.view();
        pages(&view, &catalogue, &pictures);
    }
    tokio::runtime::Runtime::new().unwrap().block_on(communes());
    println!("load after: {}", std::fs::read_to_string("/proc/loadavg").unwrap_or_default().trim());
}

fn pages(view: &View, catalogue: &Catalogue, pictures: &Path) {
    let press = Press::new().unwrap();
    let weekly = paper(view, catalogue, "weekly", ("17", "2024-W30"));
    let monthly = paper(view, catalogue, "monthly", ("17", "2024-07"));
    println!("{:<44} {:>10} {:>10}", "1920x1080, four charts and a table, warm", "best ms", "median ms");
    row("opcentre", timed(ROUNDS, || black_box(press.page(&weekly, 1).unwrap())));
    std::fs::write(pictures.join("opcentre.png"), press.page(&weekly, 1).unwrap().png).unwrap();
    if std::env::var_os("BENCH_OTHERS").is_none_or(|asked| asked != "0") {
        let scene = pictures.join("scene.json");
        std::fs::write(&scene, serde_json::to_vec(&weekly).unwrap()).unwrap();
        for (way, name) in OTHERS {
            match other(way, &scene, &pictures.join(format!("{way}.png"))) {
                Ok(took) => row(name, took),
                Err(reason) => println!("{name:<44} {reason}"),
            }
        }
        row("opcentre, after them", timed(ROUNDS, || black_box(press.page(&weekly, 1).unwrap())));
    }
    for page in 1..=monthly.pages.len() {
        let took = timed(ROUNDS, || black_box(press.page(&monthly, page).unwrap()));
        row(&format!("opcentre, A4 month, page {page}"), took);
    }
    for (name, unit) in [("a province", "17"), ("a district", "148"), ("a commune", "04792")] {
        let took = timed(ROUNDS_OF_OTHERS, || black_box(paper(view, catalogue, "monthly", (unit, "2024-07"))));
        row(&format!("figures of the month of {name}"), took);
    }
}

fn row(name: &str, (best, middle): (f64, f64)) {
    println!("{name:<44} {best:>10.1} {middle:>10.1}");
}

fn timed<T>(rounds: usize, made: impl Fn() -> T) -> (f64, f64) {
    made();
    let once = |_| {
        let begun = Instant::now();
        made();
        begun.elapsed().as_secs_f64() * 1_000.0
    };
    best_and_middle((0..rounds).map(once).collect())
}

fn best_and_middle(mut took: Vec<f64>) -> (f64, f64) {
    took.sort_by(f64::total_cmp);
    (took[0], took[took.len() / 2])
}

/// What another way takes for the page; or why it can't be told.
fn other(way: &str, scene: &Path, out: &Path) -> Result<(f64, f64), String> {
    let run = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bench/report_others/run");
    let output = Command::new(run).arg(way).arg(scene).arg(ROUNDS_OF_OTHERS.to_string()).arg(out).output();
    let output = output.map_err(|error| error.to_string())?;
    let took: Vec<f64> = String::from_utf8_lossy(&output.stdout).lines().filter_map(|line| line.parse().ok()).collect();
    if output.status.success() && took.len() == ROUNDS_OF_OTHERS {
        return Ok(best_and_middle(took));
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing");
    Err(format!("can't be had here: {}", last.trim()))
}

/// The month of every commune, all pages, by the command and a server, each time from nothing kept.
async fn communes() {
    println!(
        "{:<44} {:>8} {:>12} {:>12}",
        "report render --all-units, 151 communes", "seconds", "drawing MiB", "command MiB"
    );
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path(), &["--now", NOW]).await;
    server.put_units(UNITS).await;
    let events: Vec<Event> = History::generate(&HOA_BINH, SEED).events().collect();
    let mut seq = 0;
    for batch in events.chunks(BATCH_LINES) {
        let body = batch.iter().map(|event| event.line.as_str()).collect::<Vec<_>>().join("\n");
        let (status, answer) = server.post("bench", body).await.unwrap();
        assert_eq!(status, 202, "{answer}");
        seq = answer["seq"].as_u64().unwrap();
    }
    server.reach("17", seq).await;
    println!("  the server with {} records: {} MiB", events.len(), memory_mib(server.pid(), "VmRSS:"));
    for batch in 0..BATCHES {
        // Every batch is of another month, so that no page of it is kept.
        let period = format!("2024-{:02}", 7 - batch);
        let out = dir.path().join(&period);
        forget_peak(server.pid());
        let before = memory_mib(server.pid(), "VmRSS:");
        let begun = Instant::now();
        let mut command = Command::new(OPCENTRE)
            .args(["report", "render", "monthly", "--all-units", "--kind", "commune", "--period", &period, "--out"])
            .arg(&out)
            .args(["--url", &server.url])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let peak = peak_until_ended(&mut command).await;
        let took = begun.elapsed().as_secs_f64();
        let said = std::io::read_to_string(command.stdout.take().unwrap()).unwrap();
        assert!(command.wait().unwrap().success(), "{said}");
        let made = said.split(" in ").next().unwrap_or_default();
        let drawing = memory_mib(server.pid(), PEAK).saturating_sub(before);
        println!("{:<44} {took:>8.1} {drawing:>12} {peak:>12}", format!("  {period}: {made}"));
    }
    assert_eq!(server.stop(), Some(0));
}

/// Memory of a process: what it has now, or the most it had since it began or since that was forgotten.
fn memory_mib(pid: u32, field: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or_default() / 1_024
}

/// From here the peak is that of what comes.
fn forget_peak(pid: u32) {
    std::fs::write(format!("/proc/{pid}/clear_refs"), "5").unwrap();
}

/// The peak of a child as it was seen last before its end.
async fn peak_until_ended(child: &mut Child) -> u64 {
    let mut looks = tokio::time::interval(Duration::from_millis(20));
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        peak = peak.max(memory_mib(child.id(), PEAK));
        looks.tick().await;
    }
    peak
}

fn paper(view: &View, catalogue: &Catalogue, report: &str, (code, period): (&str, &str)) -> Paper {
    let scope = Scope::all();
    let figures = Figures { view, catalogue, node: "bench", scope: &scope };
    let report: &Report = catalogue.report(report).unwrap();
    let of: Period = period.parse().unwrap();
    let (kpis, facts) = report_figures(figures, &Feeds::default(), code, ("report", of)).unwrap();
    let query = FormQuery { period: Some(period.to_owned()), ..FormQuery::default() };
    let form = |form: &opcentre::http::answers::FormAnswer<'_>| -> Result<_, opcentre::http::answers::AnswerError> {
        Ok(serde_json::to_value(form).unwrap())
    };
    let form = current_form(figures, ("ii06a", code), &query, form).unwrap();
    let query = IndexQuery { period: Some(period.to_owned()), ..IndexQuery::default() };
    let score = index(figures, (code, "qd766"), &query).ok().map(|score| serde_json::to_value(score).unwrap());
    let scores = score.map_or_else(|| serde_json::json!({}), |score| serde_json::json!({"qd766": score}));
    let facts = serde_json::to_value(facts).unwrap();
    let material = Material::read(kpis, facts, serde_json::json!({"ii06a": form}), scores).unwrap();
    compose(report, catalogue, &material, true)
}

fn province() -> Cube {
    let zone = || Zone::named("Asia/Ho_Chi_Minh").unwrap();
    let units = read_units(UNITS.as_bytes(), Some("text/csv"), START, &Limits::default()).unwrap().units;
    let events: Vec<Event> = History::generate(&HOA_BINH, SEED).events().collect();
    let context = Context { source: "bench".into(), now: START, zone: zone(), limits: Limits::default() };
    let mut cube = Cube::new(zone(), START);
    cube.apply_units(units.into_iter().map(|row| row.fact).collect::<Vec<_>>());
    for (seq, batch) in (1..).zip(events.chunks(BATCH_LINES)) {
        let body = batch.iter().map(|event| event.line.as_str()).collect::<Vec<_>>().join("\n");
        cube.apply(read_batch(body.as_bytes(), None, None, &context).unwrap().records, seq);
    }
    cube
}
