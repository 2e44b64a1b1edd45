//! How many records a second pass intake's checks and the cube, and how long a question takes: `make bench`.
//!
//! The records are those of the demonstration's province, so the mix of events and units is a real one. One thread;
//! best of a few rounds, since other programs only ever make it slower.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench")]

use std::hint::black_box;
use std::time::Instant;

use opcentre::cli::demo::{Event, HOA_BINH, History, SEED, START};
use opcentre::cube::{Cube, Window};
use opcentre::ingest::{Context, Limits, read_batch, read_units};
use opcentre::model::{Day, Record, UnitFact, Zone};
use opcentre::units::{Hierarchy, Perspective};

const UNITS: &[u8] = include_bytes!("../../dashboards/units/hoa-binh.csv");
const BATCH_LINES: usize = 5_000;
const ROUNDS: usize = 3;

fn main() {
    let units: Vec<UnitFact> = read_units(UNITS, Some("text/csv"), START, &Limits::default())
        .unwrap()
        .units
        .into_iter()
        .map(|row| row.fact)
        .collect();
    let events: Vec<Event> =
        timed("made up, with their lines", || History::generate(&HOA_BINH, SEED).events().collect());
    let bodies: Vec<String> = events
        .chunks(BATCH_LINES)
        .map(|batch| batch.iter().map(|event| event.line.as_str()).collect::<Vec<_>>().join("\n"))
        .collect();
    let records = timed("read and checked", || read(&bodies));
    let cube = timed("applied to the cube", || {
        let mut cube = Cube::new(zone(), START);
        cube.apply_units(units.clone());
        cube.apply(records.clone(), 1);
        Counted(cube, records.len())
    });
    questions(&cube.0);
}

fn zone() -> Zone {
    Zone::named("Asia/Ho_Chi_Minh").unwrap()
}

fn read(bodies: &[String]) -> Vec<Record> {
    let context = Context { source: "bench".into(), now: START, zone: zone(), limits: Limits::default() };
    let batches = bodies.iter().map(|body| read_batch(body.as_bytes(), None, None, &context).unwrap());
    batches.flat_map(|batch| batch.records).collect()
}

/// What a stage made of how many records.
trait Records {
    fn count(&self) -> usize;
}

impl<T> Records for Vec<T> {
    fn count(&self) -> usize {
        self.len()
    }
}

struct Counted(Cube, usize);

impl Records for Counted {
    fn count(&self) -> usize {
        self.1
    }
}

fn timed<T: Records>(what: &str, stage: impl Fn() -> T) -> T {
    let mut best_s = f64::INFINITY;
    let mut made = stage();
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        made = stage();
        best_s = best_s.min(begun.elapsed().as_secs_f64());
    }
    let count = made.count();
    println!("{count:>9} records {what:<28} {best_s:>8.3} s {:>12.0} records/s", count as f64 / best_s);
    made
}

/// Every unit's measures over a year, from one view.
fn questions(cube: &Cube) {
    let begun = Instant::now();
    let view = cube.view();
    let took_us = begun.elapsed().as_micros();
    let last = view.today();
    let window = Window { first: Day(last.0 - 365), last };
    let begun = Instant::now();
    let units: Vec<_> = view.tree(Hierarchy::Now).ids().collect();
    for unit in &units {
        black_box(view.measures(*unit, window, Perspective::default()));
    }
    let each_us = begun.elapsed().as_micros() as f64 / units.len() as f64;
    println!("a view in {took_us} us; all measures of a unit over a year in {each_us:.1} us ({} units)", units.len());
}
