//! The cube against an independent model, its indifference to order, batches and ticks, and its identities.

use proptest::prelude::*;

use super::*;
use crate::kpi::measure::Sums;
use crate::kpi::{MEASURES, Measure, Measures, Slot};
use crate::model::{
    Alias, Channel, Class, Day, DossierEvent, DossierKey, Field, Instant, PauseEvent, PauseKind, Rating, Record, Stage,
    Status, Succession, Text, UnitFact, UnitKind, Zone,
};
use crate::units::{Hierarchy, Perspective, TERRITORY, UnitId, UnitRole};

mod counted;
mod examples;
mod undone;

use counted::counted;

const HOUR_MS: i64 = 3_600_000;
/// As it is now, processed.
const NOW: Perspective = Perspective { hierarchy: Hierarchy::Now, role: UnitRole::Processing };
/// 20 July 2024, 00:00 in Asia/Ho_Chi_Minh; a Saturday.
const BASE_MS: i64 = 1_721_408_400_000;
/// How many days the random instants lie in.
const SPAN_DAYS: i64 = 20;
const CODES: [&str; 5] = ["17", "148", "158", "05000", "99"];

fn zone() -> Zone {
    Zone::named("Asia/Ho_Chi_Minh").unwrap()
}

fn unit(code: &str, parent: Option<&str>, valid_to: Option<&str>) -> Record {
    Record::Unit(Box::new(UnitFact {
        at: Instant(0),
        code: code.into(),
        valid_from: None,
        valid_to: valid_to.map(|day| day.parse().unwrap()),
        parent: parent.map(Text::new),
        kind: UnitKind::District,
        category: "huyện".into(),
        name_vi: code.into(),
        name_en: None,
        short_name: None,
        sort_order: 0,
        lat: None,
        lon: None,
        tree: TERRITORY.into(),
    }))
}

/// Province 17 over the districts 148 and 158; commune 05000 under 158 moves under 148 when 158's code ends.
fn units() -> Vec<Record> {
    vec![
        unit("17", None, None),
        unit("148", Some("17"), None),
        unit("158", Some("17"), Some("2024-07-30")),
        unit("05000", Some("158"), None),
    ]
}

fn cube_at(now: Instant) -> Cube {
    Cube::new(zone(), now)
}

/// A cube that was given all records at once at an instant.
fn built(records: &[Record], now: Instant) -> View {
    let mut cube = cube_at(now);
    cube.apply(records.iter().cloned(), 1);
    cube.view()
}

// Random records: instants on a grid of six hours, some a millisecond beside it, so that ties and edges are common.

fn instants() -> impl Strategy<Value = Instant> {
    (0..SPAN_DAYS * 4, prop_oneof![4 => Just(0), 1 => Just(-1), 1 => Just(1)])
        .prop_map(|(step, beside)| Instant(BASE_MS + step * 6 * HOUR_MS + beside))
}

fn fields<T: std::fmt::Debug + Clone>(values: impl Strategy<Value = T>) -> impl Strategy<Value = Field<T>> {
    (0..8, values).prop_map(|(kind, value)| match kind {
        0..4 => Field::Absent,
        4 => Field::Null,
        _ => Field::Value(value),
    })
}

fn pauses() -> impl Strategy<Value = PauseEvent> {
    let kind = prop_oneof![Just(PauseKind::Supplement), Just(PauseKind::Payment)];
    ("[a-c]", fields(kind), fields(instants()), fields(instants())).prop_map(|(id, kind, from, to)| PauseEvent {
        id: id.as_str().into(),
        kind,
        from,
        to,
    })
}

fn events() -> impl Strategy<Value = DossierEvent> {
    let who = (0..6_u8, 0..CODES.len(), fields(0..CODES.len()), instants());
    let status = proptest::option::weighted(0.8, 0..Status::ALL.len());
    let times = (fields(instants()), fields(instants()), fields(instants()));
    let channel = prop_oneof![Just(Channel::Online), Just(Channel::Counter), Just(Channel::Post)];
    let flags = (fields(any::<bool>()), fields(any::<bool>()), fields(channel));
    let void = prop_oneof![15 => Just(Field::Absent), 1 => Just(Field::Null), 1 => Just(Field::Value(Text::new("x")))];
    (who, status, times, proptest::collection::vec(pauses(), 0..2), flags, void).prop_map(
        |(
            (id, code, received_by, at),
            status,
            (received_at, due_at, finished_at),
            pauses,
            (flag, result, channel),
            void,
        )| {
            let key = DossierKey { source: "s".into(), id: id.to_string().as_str().into() };
            DossierEvent {
                status: status.map(|place| Status::ALL[place]),
                received_by: match received_by {
                    Field::Value(code) => Field::Value(CODES[code].into()),
                    Field::Null => Field::Null,
                    Field::Absent => Field::Absent,
                },
                received_at,
                due_at,
                finished_at,
                pauses,
                digitised: flag.clone(),
                reused_data: flag.clone(),
                payable: flag.clone(),
                paid_online: flag,
                electronic_result: result,
                channel,
                void,
                ..DossierEvent::new(key, CODES[code].into(), at)
            }
        },
    )
}

fn ratings() -> impl Strategy<Value = Rating> {
    (0..4_u8, 0..CODES.len(), instants(), fields(1..=5_u8)).prop_map(|(id, code, at, score)| Rating {
        key: DossierKey { source: "k".into(), id: id.to_string().as_str().into() },
        unit: CODES[code].into(),
        at,
        score,
        dossier: Field::Absent,
        channel: Field::Absent,
    })
}

fn days() -> impl Strategy<Value = Day> {
    instants().prop_map(|at| zone().day(at))
}

fn successions() -> impl Strategy<Value = Succession> {
    (0..4_i64, 0..CODES.len(), 0..CODES.len(), days(), 0..4_u8, any::<bool>()).prop_map(
        |(at, old, new, effective, share, is_default)| Succession {
            at: Instant(at),
            old: CODES[old].into(),
            new: CODES[new].into(),
            effective,
            share: ["0", "0.5", "1", "1"][usize::from(share)].parse().unwrap(),
            is_default,
        },
    )
}

fn aliases() -> impl Strategy<Value = Alias> {
    (0..4_i64, prop_oneof![Just("s"), Just("k")], 0..CODES.len(), proptest::option::of(0..CODES.len())).prop_map(
        |(at, source, raw, unit)| Alias {
            at: Instant(at),
            source: source.into(),
            raw: CODES[raw].into(),
            unit: unit.map(|code| CODES[code].into()),
        },
    )
}

/// Versions that come late: of the territory, or rows of a tree of areas.
fn later_units() -> impl Strategy<Value = Record> {
    let codes = (0..CODES.len(), proptest::option::of(0..CODES.len()));
    (codes, days(), proptest::option::of(days()), 0..3_u8).prop_map(|((code, parent), from, to, tree)| {
        let Record::Unit(fact) = unit(CODES[code], parent.map(|parent| CODES[parent]), None) else { unreachable!() };
        let valid_to = to.filter(|to| from <= *to);
        let tree = [TERRITORY, "areas", "areas"][usize::from(tree)].into();
        Record::Unit(Box::new(UnitFact { valid_from: Some(from), valid_to, tree, ..*fact }))
    })
}

fn records() -> impl Strategy<Value = Vec<Record>> {
    let one = prop_oneof![
        8 => events().prop_map(|event| Record::Dossier(Box::new(event))),
        1 => ratings().prop_map(Record::Rating),
        1 => successions().prop_map(Record::Succession),
        1 => aliases().prop_map(Record::Alias),
        1 => later_units(),
    ];
    proptest::collection::vec(one, 1..40).prop_map(|records| [units(), records].concat())
}

fn windows() -> impl Strategy<Value = Window> {
    let base = zone().day(Instant(BASE_MS)).0;
    let span = i32::try_from(SPAN_DAYS).unwrap();
    (-2..span + 2, 0..span)
        .prop_map(move |(first, days)| Window { first: Day(base + first), last: Day(base + first + days) })
}

/// Everything that a view says, in every perspective: its changes, and each unit's measures in some windows.
fn said(view: &View, windows: &[Window]) -> (Vec<Change>, Vec<Measures>) {
    let (mut all, mut measures) = (Vec::new(), Vec::new());
    for perspective in Perspective::ALL {
        let mut changes: Vec<Change> = view.changes(perspective).collect();
        changes.sort();
        all.extend(changes);
        for (unit, window) in
            view.tree(perspective.hierarchy).ids().flat_map(|unit| windows.iter().map(move |w| (unit, *w)))
        {
            measures.push(view.measures(unit, window, perspective));
            measures.push(view.own_measures(unit, window, perspective));
        }
    }
    (all, measures)
}

/// Every rating is kept under the units that its codes are read as, also where counters are being built.
fn check_rating_placements(cube: &Cube) {
    let built = cube.building.as_ref().map(|building| (&building.counters, building.ratings));
    for (counters, known) in [Some((&cube.shown, cube.ratings.len())), built].into_iter().flatten() {
        let reader = counters.reader(&cube.zone);
        let read = cube.ratings.iter().take(known).map(|(key, state)| reader.rating(&key.source, state));
        assert!(counters.rating_placements.iter().eq(read));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn i3_c2_order_repetition_and_batches_change_nothing(
        records in records(),
        order in proptest::collection::vec(any::<(u16, u16)>(), 45),
        now in instants(),
        window in windows(),
        slice in 1..30_usize,
    ) {
        let expected = said(&built(&records, now), &[window]);
        // Each record once or twice, in a random order, in batches of one to three.
        let mut shuffled: Vec<(u16, Record)> = Vec::new();
        for (record, (first, second)) in records.iter().zip(&order) {
            shuffled.push((*first, record.clone()));
            if second % 2 == 0 {
                shuffled.push((*second, record.clone()));
            }
        }
        shuffled.sort_by_key(|(key, _)| *key);
        let mut cube = Cube::with_slice(zone(), now, slice);
        for (batch, (size, _)) in shuffled.chunks(3).zip(&order) {
            let (left, right) = batch.split_at(usize::from(*size) % (batch.len() + 1));
            for part in [left, right] {
                cube.apply(part.iter().map(|(_, record)| record.clone()), 1);
                check_rating_placements(&cube);
            }
        }
        cube.settle();
        prop_assert_eq!(said(&cube.view(), &[window]), expected);
    }

    #[test]
    fn c1_the_history_of_ticks_changes_nothing(
        records in records(),
        mut ticks in proptest::collection::vec(instants(), 0..20),
        window in windows(),
        slice in 1..30_usize,
    ) {
        ticks.sort_unstable();
        let (begin, end) = (Instant(BASE_MS - HOUR_MS), Instant(BASE_MS + (SPAN_DAYS + 1) * 24 * HOUR_MS));
        let expected = said(&built(&records, end), &[window]);
        // Records and ticks in turns.
        let mut cube = Cube::with_slice(zone(), begin, slice);
        let each = records.len().div_ceil(ticks.len() + 1);
        let mut batches = records.chunks(each);
        for tick in &ticks {
            cube.apply(batches.next().unwrap_or_default().iter().cloned(), 1);
            cube.tick(*tick);
            check_rating_placements(&cube);
        }
        cube.apply(batches.flatten().cloned(), 1);
        cube.tick(end);
        cube.settle();
        prop_assert_eq!(&said(&cube.view(), &[window]), &expected);
        // All records first, then one tick.
        let mut cube = Cube::with_slice(zone(), begin, slice);
        cube.apply(records.iter().cloned(), 1);
        cube.tick(end);
        cube.settle();
        prop_assert_eq!(&said(&cube.view(), &[window]), &expected);
    }

    #[test]
    fn c3_a_unit_is_the_sum_of_its_children_and_own(records in records(), now in instants(), window in windows()) {
        let view = built(&records, now);
        for (unit, perspective) in everywhere(&view) {
            let mut sum: Vec<i64> = view.own_measures(unit, window, perspective).iter().map(|(_, value)| value).collect();
            for child in &view.tree(perspective.hierarchy).node(unit).children {
                for (sum, (_, value)) in sum.iter_mut().zip(view.measures(*child, window, perspective).iter()) {
                    *sum += value;
                }
            }
            let whole: Vec<i64> = view.measures(unit, window, perspective).iter().map(|(_, value)| value).collect();
            prop_assert_eq!(whole, sum);
        }
    }

    #[test]
    fn c3_what_is_visited_adds_up_to_the_counters(records in records(), now in instants(), window in windows()) {
        let view = built(&records, now);
        for (unit, perspective) in everywhere(&view) {
            for own in [false, true] {
                let selection = Selection { perspective, unit, own, window, filters: Vec::new(), without_same_day: false };
                let mut rows: std::collections::BTreeMap<UnitId, Sums> = std::collections::BTreeMap::new();
                view.visit(&selection, |item| item.add_to(rows.entry(item.through).or_insert(Sums::ZERO)));
                let of = |unit: UnitId| Measures::of(rows.get(&unit).unwrap_or(&Sums::ZERO));
                prop_assert_eq!(of(unit), view.own_measures(unit, window, perspective));
                if !own {
                    for child in &view.tree(perspective.hierarchy).node(unit).children {
                        prop_assert_eq!(of(*child), view.measures(*child, window, perspective));
                    }
                }
            }
            let mut changes = Sums::ZERO;
            view.unit_changes(unit, perspective).for_each(|change| changes.add(window, change));
            prop_assert_eq!(Measures::of(&changes), view.measures(unit, window, perspective));
        }
    }

    #[test]
    fn c4_the_identities_hold_in_every_window(records in records(), now in instants(), window in windows()) {
        let view = built(&records, now);
        for (unit, perspective) in everywhere(&view) {
            let measures = view.measures(unit, window, perspective);
            let of = |measure| measures.get(measure);
            prop_assert_eq!(of(Measure::TakenOn), of(Measure::Resolved) + of(Measure::InProgress));
            prop_assert!(MEASURES.iter().all(|(measure, _)| measures.get(*measure) >= 0), "{:?}", measures);
            prop_assert!(of(Measure::NearlyLate) <= of(Measure::InProgressWithin));
            prop_assert!(of(Measure::ReceivedOnTime) + of(Measure::ReceivedOpenWithin) + of(Measure::ReceivedWithdrawn)
                <= of(Measure::Received));
            // What is in progress at the end of one window is carried over into the next.
            let next = Window { first: window.last.plus(1), last: window.last.plus(3) };
            prop_assert_eq!(view.measures(unit, next, perspective).get(Measure::CarriedOver), of(Measure::InProgress));
        }
    }

    #[test]
    fn r16_to_r21_day_deltas_agree_with_counting_one_by_one(
        records in records(),
        now in instants(),
        window in windows(),
    ) {
        let view = built(&records, now);
        for (unit, perspective) in everywhere(&view).filter(|(unit, _)| view.tree(Hierarchy::Now).is_territory(*unit)) {
            let expected = counted(&view, &records, (unit, perspective), window);
            prop_assert_eq!(view.own_measures(unit, window, perspective), expected, "{:?}", view.units().label(unit));
        }
    }
}

/// All units in all perspectives.
fn everywhere(view: &View) -> impl Iterator<Item = (UnitId, Perspective)> + '_ {
    let units = |perspective: Perspective| view.tree(perspective.hierarchy).ids();
    Perspective::ALL.into_iter().flat_map(move |perspective| units(perspective).map(move |unit| (unit, perspective)))
}
