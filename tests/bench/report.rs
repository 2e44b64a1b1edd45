//! How long a report's page takes, and a province's worth of them: `make bench`.
//!
//! Figures are those of the demonstration's province, read from one view as the server does; one thread, warm, best and
//! middle of some rounds. The page of the week has four charts and a table on 1920x1080. Beside it stands what others
//! take for a comparable page, where they are at hand: `BENCH_OTHERS=1` runs matplotlib with Python.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench")]

use std::hint::black_box;
use std::process::Command;
use std::time::Instant;

use opcentre::cli::demo::{Event, HOA_BINH, History, SEED, START};
use opcentre::cube::{Cube, View};
use opcentre::http::answers::{Figures, FormQuery, IndexQuery, current_form, index, report_figures};
use opcentre::ingest::{Context, Limits, read_batch, read_units};
use opcentre::kpi::{Catalogue, Report};
use opcentre::model::{Period, Zone};
use opcentre::pipeline::feeds::Feeds;
use opcentre::report::{Material, Paper, Press, compose};
use opcentre::units::Scope;

const UNITS: &[u8] = include_bytes!("../../dashboards/units/hoa-binh.csv");
const BATCH_LINES: usize = 5_000;
const ROUNDS: usize = 30;
/// A comparable page of matplotlib: five axes on 1920x1080, two hundred points, a table.
const MATPLOTLIB: &str = include_str!("report_matplotlib.py");

fn main() {
    let cube = province();
    let view = cube.view();
    let catalogue = Catalogue::embedded().unwrap();
    let press = Press::new().unwrap();
    let weekly = paper(&view, &catalogue, "weekly", ("17", "2024-W30"));
    let monthly = paper(&view, &catalogue, "monthly", ("17", "2024-07"));
    for (name, paper) in [("1920x1080, four charts and a table", &weekly), ("A4, six sections", &monthly)] {
        let bytes = press.page(paper, 1).unwrap().png.len();
        let (best, middle) = timed(|| black_box(press.page(paper, 1).unwrap()));
        println!("a page ({name}): {best:.1} ms at best, {middle:.1} ms in the middle, {} KiB", bytes / 1_024);
    }
    let (best, middle) = timed(|| black_box(paper(&view, &catalogue, "monthly", ("17", "2024-07"))));
    println!("the figures of a province's month: {best:.1} ms at best, {middle:.1} ms in the middle");
    communes(&view, &catalogue, &press);
    if std::env::var_os("BENCH_OTHERS").is_some() {
        let told = Command::new("python3").args(["-c", MATPLOTLIB]).output();
        let told = told.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
        println!("{}", if told.is_empty() { "matplotlib isn't here" } else { told.trim() });
    }
}

/// The month of every commune, all pages, one after another.
fn communes(view: &View, catalogue: &Catalogue, press: &Press) {
    let communes = view.units().versions().filter(|(_, fact)| fact.kind.as_str() == "commune");
    let codes: Vec<String> = communes.map(|(_, fact)| fact.code.to_string()).collect();
    let begun = Instant::now();
    let (mut pages, mut bytes) = (0, 0);
    for code in &codes {
        let paper = paper(view, catalogue, "monthly", (code, "2024-07"));
        for page in 1..=paper.pages.len() {
            bytes += press.page(&paper, page).unwrap().png.len();
            pages += 1;
        }
    }
    let took = begun.elapsed().as_secs_f64();
    println!(
        "{} communes, {pages} pages, {} MiB: {took:.1} s on one thread; peak memory {} MiB with all figures",
        codes.len(),
        bytes >> 20,
        peak_mib()
    );
}

fn timed<T>(made: impl Fn() -> T) -> (f64, f64) {
    let mut took: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let begun = Instant::now();
            made();
            begun.elapsed().as_secs_f64() * 1_000.0
        })
        .collect();
    took.sort_by(f64::total_cmp);
    (took[0], took[ROUNDS / 2])
}

fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or_default() / 1_024
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
    let units = read_units(UNITS, Some("text/csv"), START, &Limits::default()).unwrap().units;
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
