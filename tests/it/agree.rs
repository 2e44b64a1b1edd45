//! The central property: whatever records come, in whatever order, split and repetition, the cube that applied them,
//! the cube seeded from ClickHouse and SQL over ClickHouse have the same figures.
//!
//! Each round has a seed; a round that fails is cut down to the dossiers that it takes and printed with them.
//! `OPCENTRE_SEED=n` runs that round alone, `OPCENTRE_SOAK=full` many rounds.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::Arc;

use opcentre::cube::{Cube, View};
use opcentre::kpi::{Catalogue, Slot};
use opcentre::model::{Class, Day, DossierKey, Instant, Record, Zone};
use opcentre::pipeline::verify::compare;
use opcentre::store::{Seeded, Sequenced, Store, UnitKey, Verdict};
use opcentre::units::{Perspective, UnitId};

use crate::store::{Dice, store};
use crate::support::engine::TestEngine;
use crate::support::worlds::{SOURCES, World};

/// Rounds of one test, and of `make soak`.
const ROUNDS: (u64, u64) = (8, 250);

/// Differences printed of a round that fails.
const PRINTED_MAX: usize = 12;

/// Smaller lists tried of a round that fails.
const CUT_TRIES_MAX: usize = 60;

/// Figures by perspective, unit, day and measure.
type Figures = BTreeMap<(Perspective, UnitId, Day, &'static str), i64>;

fn figures(view: &View) -> Figures {
    let mut figures = Figures::new();
    for perspective in Perspective::ALL {
        for change in view.changes(perspective) {
            *figures.entry((perspective, change.unit, change.day, change.measure)).or_default() += change.by;
        }
    }
    figures.retain(|_, by| *by != 0);
    figures
}

/// The records in another order, a fourth of them twice, in parts; a number stays with its record.
fn mixed(dice: &mut Dice, records: &[Record]) -> Vec<Vec<(u64, Record)>> {
    let mut all: Vec<(u64, Record)> = (1..).zip(records.iter().cloned()).collect();
    let again: Vec<(u64, Record)> = all.iter().filter(|_| dice.roll(4) == 0).cloned().collect();
    // Sent again by a retry of ours with the same number, or by the sender, who gets another one.
    let next = all.len() as u64 + 1;
    all.extend(
        again.into_iter().zip(next..).map(|((seq, record), new)| (if new % 2 == 0 { seq } else { new }, record)),
    );
    dice.shuffle(&mut all);
    let mut parts = Vec::new();
    while !all.is_empty() {
        let cut = usize::try_from(dice.roll(all.len() as u64 / 2 + 40)).unwrap().min(all.len());
        parts.push(all.split_off(all.len() - cut));
    }
    parts
}

/// A cube that got the records in parts while its clock went on to `now`.
fn applied(dice: &mut Dice, world: &World) -> Cube {
    let mut times: Vec<Instant> = (0..6).map(|_| world.past(dice)).collect();
    times.sort_unstable();
    // A new hierarchy is read in slices of any size.
    let slice = usize::try_from(dice.roll(60)).unwrap() + 1;
    let mut cube = Cube::with_slice(world.zone.clone(), times[0], slice);
    let mut times = times.into_iter();
    for part in mixed(dice, &world.records) {
        cube.apply(part.into_iter().map(|(_, record)| record), 0);
        if let Some(time) = times.next() {
            cube.tick(time);
        }
    }
    cube.tick(world.now);
    cube.settle();
    cube
}

async fn insert(dice: &mut Dice, store: &Store, world: &World) {
    for part in mixed(dice, &world.records) {
        let sequenced = |(seq, record)| Sequenced { seq, received_at: world.now, record };
        store.insert(1, &part.into_iter().map(sequenced).collect::<Vec<_>>()).await.unwrap();
    }
}

/// A cube as a start makes it from ClickHouse.
async fn seeded(store: &Store, world: &World) -> Cube {
    let mut cube = Cube::new(world.zone.clone(), world.now);
    let mut hierarchy = Vec::new();
    store
        .seed(|item| match item {
            Seeded::Unit(fact) => hierarchy.push(Record::Unit(fact)),
            Seeded::Succession(succession) => hierarchy.push(Record::Succession(succession)),
            Seeded::Alias(alias) => hierarchy.push(Record::Alias(alias)),
            Seeded::Procedure(fact) => hierarchy.push(Record::Procedure(fact)),
            Seeded::Calendar(fact) => hierarchy.push(Record::Calendar(fact)),
            Seeded::Dossier(key, state) => {
                if !hierarchy.is_empty() {
                    cube.apply(std::mem::take(&mut hierarchy), 0);
                }
                cube.join_dossier(key, *state);
            }
            Seeded::Rating(key, state) => cube.join_rating(key, *state),
            Seeded::Indicator(key, state) => cube.join_indicator(key, *state),
            Seeded::Source(fact) => cube.apply_source(*fact),
            Seeded::Contact(contact) => cube.apply_contact(contact),
        })
        .await
        .unwrap();
    cube.apply(hierarchy, 0);
    cube.settle();
    cube
}

fn unit_key(view: &View, unit: UnitId) -> UnitKey {
    match view.units().fact(unit) {
        None => UnitKey::Unresolved,
        Some(fact) => {
            UnitKey::Version { tree: fact.tree.clone(), code: fact.code.clone(), valid_from: fact.valid_from }
        }
    }
}

/// The model's verdict on a dossier in the terms of SQL's; none of a void one.
fn verdict(view: &View, key: &DossierKey) -> Option<Verdict> {
    let found = view.dossier(key)?;
    let derived = found.derived;
    let class = derived.class.map(|class| match class {
        Class::Withdrawn => "resolved_withdrawn",
        Class::Late => "resolved_late",
        Class::Undated => "resolved_undated",
        Class::Early => "resolved_early",
        Class::OnTime => "resolved_on_time",
    });
    (!derived.void).then(|| Verdict {
        id: key.id.to_string(),
        units: Perspective::ALL.map(|of| unit_key(view, found.placement.unit(of))).to_vec(),
        accepted: derived.accepted,
        taken_on: derived.taken_on,
        finish: derived.finish,
        due: derived.due,
        overdue_from: derived.overdue_from.filter(|from| *from != Instant::FOREVER),
        rescheduled_at: derived.rescheduled,
        class: class.map(str::to_owned),
    })
}

/// Only what figures depend on.
fn judged(verdict: Verdict) -> Verdict {
    if verdict.accepted {
        return verdict;
    }
    let Verdict { id, units, accepted, .. } = verdict;
    Verdict {
        id,
        units,
        accepted,
        taken_on: None,
        finish: None,
        due: None,
        overdue_from: None,
        rescheduled_at: None,
        class: None,
    }
}

/// SQL's verdicts beside the model's, dossier by dossier.
async fn verdict_differences(store: &Store, view: &View, world: &World) -> Vec<String> {
    let mut differences = Vec::new();
    for source in SOURCES {
        let rows = store.verify_verdicts(&world.zone, view.now(), source).await.unwrap();
        let sql: BTreeMap<String, Verdict> = rows.into_iter().map(|row| (row.id.clone(), judged(row))).collect();
        let keys = world.dossiers().into_iter().filter(|key| &*key.source == source);
        for key in keys {
            let (model, sql) = (verdict(view, &key).map(judged), sql.get(&*key.id).cloned());
            if model != sql {
                differences.push(format!("{source}/{}:\n  model {model:?}\n  SQL   {sql:?}", key.id));
            }
        }
    }
    differences
}

/// SQL's figures beside a view's.
async fn sql_differences(store: &Store, view: &Arc<View>, zone: &Zone, when: &str) -> Vec<String> {
    let (compared, found) = compare(store, view, zone, &Catalogue::embedded().unwrap()).await.unwrap();
    assert!(compared > 0, "nothing was compared");
    found.iter().map(|difference| format!("{when} {difference:?}")).collect()
}

fn cube_differences(what: &str, left: &View, right: &View) -> Vec<String> {
    let (left, right) = (figures(left), figures(right));
    let keys: BTreeSet<_> = left.keys().chain(right.keys()).copied().collect();
    let differs = keys.into_iter().filter(|key| left.get(key) != right.get(key));
    differs.map(|key| format!("{what}: {key:?} {:?} and {:?}", left.get(&key), right.get(&key))).collect()
}

/// Everything that differs where nothing may. The measures that came up are added to `seen`.
async fn differences(store: &Store, world: &World, seed: u64, seen: &mut BTreeSet<&'static str>) -> Vec<String> {
    let mut dice = Dice(seed);
    insert(&mut dice, store, world).await;
    let mut live = applied(&mut dice, world);
    let mut straight = Cube::new(world.zone.clone(), world.now);
    straight.apply(world.records.iter().cloned(), 1);
    let mut seeded = seeded(store, world).await;
    let view = Arc::new(live.view());
    seen.extend(view.changes(Perspective::default()).map(|change| change.measure));

    let mut found = verdict_differences(store, &view, world).await;
    found.extend(sql_differences(store, &view, &world.zone, "now").await);
    found.extend(cube_differences("in parts and at once", &view, &straight.view()));
    found.extend(cube_differences("applied and seeded", &view, &seeded.view()));
    // A replay from before the seed repeats what the seed holds.
    let from = usize::try_from(dice.roll(world.records.len() as u64 + 1)).unwrap();
    seeded.apply(world.records[from..].iter().cloned(), 1);
    found.extend(cube_differences("applied and replayed", &view, &seeded.view()));
    for later in world.later(&mut dice) {
        for cube in [&mut live, &mut straight, &mut seeded] {
            cube.tick(later);
            cube.settle();
        }
        found.extend(cube_differences("later, in parts and at once", &live.view(), &straight.view()));
        found.extend(cube_differences("later, applied and seeded", &live.view(), &seeded.view()));
    }
    // SQL takes the most time by far.
    if seed % 2 == 1 {
        found.extend(sql_differences(store, &Arc::new(live.view()), &world.zone, "later").await);
    }
    found
}

/// Leaves out dossiers and single other records in ever smaller portions, as long as what is left still differs.
async fn cut_down(engine: &TestEngine, world: World, seed: u64) -> World {
    let mut world = world;
    let mut portions = 2;
    let mut tries = 0;
    loop {
        let groups = world.groups();
        let size = groups.len().div_ceil(portions).max(1);
        let mut smaller = None;
        for place in 0..groups.len().div_ceil(size) {
            tries += 1;
            let part = world.without(&groups[place * size..groups.len().min((place + 1) * size)]);
            let database = store(engine, &format!("cut_{seed}_{tries}")).await;
            if !differences(&database, &part, seed, &mut BTreeSet::new()).await.is_empty() {
                smaller = Some(part);
                break;
            }
        }
        match smaller {
            Some(part) => world = part,
            None if size == 1 => return world,
            None => portions *= 2,
        }
        if tries > CUT_TRIES_MAX {
            return world;
        }
    }
}

async fn run(zone: &str, first_seed: u64) {
    let engine = TestEngine::start();
    let zone = Zone::named(zone).unwrap();
    let rounds = if std::env::var("OPCENTRE_SOAK").is_ok_and(|soak| soak == "full") { ROUNDS.1 } else { ROUNDS.0 };
    let only: Option<u64> = std::env::var("OPCENTRE_SEED").ok().map(|seed| seed.parse().unwrap());
    let seeds: Vec<u64> = only.map_or_else(|| (first_seed..first_seed + rounds).collect(), |seed| vec![seed]);
    let mut seen = BTreeSet::new();
    for seed in &seeds {
        let seed = *seed;
        let world = World::of(zone.clone(), seed);
        let database = store(&engine, &format!("round_{seed}")).await;
        let found = differences(&database, &world, seed, &mut seen).await;
        if found.is_empty() {
            continue;
        }
        println!("seed {seed} in {} differs; cutting it down", zone.name());
        let least = cut_down(&engine, world, seed).await;
        let database = store(&engine, &format!("least_{seed}")).await;
        let found_least = differences(&database, &least, seed, &mut BTreeSet::new()).await;
        let mut report = format!("seed {seed} in {} at {}: {} differences\n", zone.name(), least.now, found.len());
        let printed = if found_least.is_empty() { &found } else { &found_least };
        for line in printed.iter().take(PRINTED_MAX) {
            writeln!(report, "{line}").unwrap();
        }
        for record in &least.records {
            writeln!(report, "{}", serde_json::to_string(record).unwrap()).unwrap();
        }
        panic!("{report}");
    }
    if only.is_none() {
        let unseen: Vec<&str> = Slot::ALL.iter().map(|slot| slot.name()).filter(|name| !seen.contains(name)).collect();
        assert!(unseen.is_empty(), "no record list had {unseen:?}");
    }
}

#[tokio::test]
async fn c2_i3_cube_seed_and_sql_agree_on_any_records_in_any_order() {
    run("Asia/Ho_Chi_Minh", 1).await;
}

#[tokio::test]
async fn c2_i3_cube_seed_and_sql_agree_where_clocks_are_changed() {
    run("America/New_York", 1_000_001).await;
}
