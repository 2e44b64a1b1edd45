//! Verify over both hierarchies and roles after many random records: duplicates, disorder, ties of one millisecond,
//! reopenings, transfers, moved due dates, pauses, voids, limits of procedures, indicators, unknown units and hierarchies
//! that come late: measures, KPIs, indicators and scores.
//!
//! A few thousand records in every run of the tests, a million by `make soak`.

use std::sync::Arc;
use std::time::{Duration, Instant as Timer};

use opcentre::cube::Cube;
use opcentre::kpi::Catalogue;
use opcentre::model::{Field, Instant, Record, Text, Zone};
use opcentre::pipeline::verify::compare;
use opcentre::store::Sequenced;

use crate::store::{Dice, store};
use crate::support::engine::TestEngine;
use crate::support::worlds::World;

/// Records in every run, and in a soak.
const RECORDS: (usize, usize) = (5_000, 1_000_000);
/// Of so many worlds the units, successions and aliases are taken; of the others only what happens under them.
const HIERARCHIES: u64 = 4;
/// Figures compared at the least.
const COMPARED_MIN: u64 = 20_000;
/// Rows of one insert.
const BATCH: usize = 20_000;
/// The sink is held at most for so long.
const HOLD_MAX: Duration = Duration::from_secs(60);

/// The records of worlds around one instant, whose dossiers are told apart by the world's number.
fn records(zone: &Zone, now: Instant, count: usize) -> Vec<Record> {
    let mut records = Vec::with_capacity(count);
    let mut number = 0;
    while records.len() < count {
        number += 1;
        let world = World::at(zone.clone(), now, Dice(20_250_701 + number));
        let named = |id: &Text| Text::new(&format!("{number}/{id}"));
        records.extend(world.records.into_iter().filter_map(|record| match record {
            Record::Dossier(mut event) => {
                event.key.id = named(&event.key.id);
                Some(Record::Dossier(event))
            }
            Record::Rating(mut rating) => {
                rating.key.id = named(&rating.key.id);
                rating.dossier = match rating.dossier {
                    Field::Value(dossier) => Field::Value(named(&dossier)),
                    other => other,
                };
                Some(Record::Rating(rating))
            }
            other => (number <= HIERARCHIES).then_some(other),
        }));
    }
    records
}

/// Highest resident memory of a process so far, MiB.
fn memory_peak_mib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c2_i3_verify_agrees_in_every_perspective_after_random_records() {
    let soak = std::env::var("OPCENTRE_SOAK").is_ok_and(|soak| soak == "full");
    let count = if soak { RECORDS.1 } else { RECORDS.0 };
    let engine = TestEngine::start();
    let store = store(&engine, "random").await;
    let zone = Zone::named("Asia/Ho_Chi_Minh").unwrap();
    let now = zone.start("2024-08-05".parse().unwrap()).plus_ms(8 * 3_600_000);
    let mut dice = Dice(17);
    let mut sequenced: Vec<Sequenced> = (1..)
        .zip(records(&zone, now, count))
        .map(|(seq, record)| Sequenced { seq, received_at: now, record })
        .collect();
    // One in ten comes twice; all come in any order, so that most are there before their hierarchy is.
    let again: Vec<Sequenced> = sequenced.iter().filter(|_| dice.roll(10) == 0).cloned().collect();
    sequenced.extend(again);
    dice.shuffle(&mut sequenced);

    let mut cube = Cube::new(zone.clone(), now);
    for part in sequenced.chunks(BATCH.min(count / 4)) {
        store.insert(1, part).await.unwrap();
        cube.apply(part.iter().map(|sequenced| sequenced.record.clone()), part.len() as u64);
    }
    cube.settle();
    let view = Arc::new(cube.view());
    let stored_mib = memory_peak_mib(engine.pid());
    let begun = Timer::now();
    let (compared, differences) = compare(&store, &view, &zone, &Catalogue::embedded().unwrap()).await.unwrap();
    let took = begun.elapsed();
    println!(
        "{} records, {} dossiers: {compared} figures compared in {took:?}; engine's peak {} MiB ({stored_mib} before), \
         own peak {} MiB",
        sequenced.len(),
        view.dossier_count(),
        memory_peak_mib(engine.pid()),
        memory_peak_mib(std::process::id()),
    );
    assert!(differences.is_empty(), "{}: {:#?}", differences.len(), &differences[..differences.len().min(12)]);
    assert!(compared > COMPARED_MIN, "{compared}");
    assert!(!soak || took < HOLD_MAX, "{took:?}");
}
