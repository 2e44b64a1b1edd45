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

/// The measures of what a unit handles itself, counted dossier by dossier as say it.
fn counted(view: &View, records: &[Record], (unit, perspective): (UnitId, Perspective), window: Window) -> Measures {
    let mut sums = Sums { slots: [0; Slot::COUNT], carried_over: 0 };
    for id in 0..6 {
        let key = DossierKey { source: "s".into(), id: id.to_string().as_str().into() };
        if let Some(dossier) =
            view.dossier(&key).filter(|it| it.placement.unit(perspective) == unit && !it.derived.void)
        {
            count(&mut sums, &dossier, view, window);
        }
    }
    for id in 0..4 {
        let id = id.to_string();
        let mut state = crate::model::RatingState::default();
        for record in records {
            if let Record::Rating(rating) = record
                && *rating.key.id == *id
            {
                state.apply(rating);
            }
        }
        let of = |at| view.zone().day(at);
        let written = match perspective.hierarchy {
            Hierarchy::Now => state.unit.value().zip(state.unit.at()),
            Hierarchy::Was => state.unit_first.get().map(|(at, code)| (code, at)),
        };
        let (Some((code, at)), Some(score)) = (written, state.score.get()) else { continue };
        let day = of(state.score.at().unwrap());
        let under = view.hierarchies().place(view.units(), perspective.hierarchy, "k", (code, of(at))).unit;
        if under == unit && window.first <= day && day <= window.last {
            sums.slots[Slot::Ratings.place()] += 1;
            sums.slots[Slot::RatingsSatisfied.place()] += i64::from(score >= 4);
            sums.slots[Slot::RatingScoreSum.place()] += i64::from(score);
        }
    }
    Measures::of(&sums)
}

/// The time between two instants that lies in no pause, piece by piece.
fn worked_ms(from: i64, to: i64, pauses: &[(Instant, Instant)]) -> i64 {
    let mut edges: Vec<i64> = pauses.iter().flat_map(|(from, to)| [from.0, to.0]).collect();
    edges.extend([from, to]);
    edges.sort_unstable();
    let pieces = edges.windows(2).filter(|piece| from <= piece[0] && piece[1] <= to);
    let worked = pieces.filter(|piece| !pauses.iter().any(|(begin, end)| begin.0 <= piece[0] && piece[0] < end.0));
    worked.map(|piece| piece[1] - piece[0]).sum()
}

fn count(sums: &mut Sums, dossier: &DossierView, view: &View, window: Window) {
    let (derived, state, zone, now) = (&dossier.derived, &dossier.state, view.zone(), view.now());
    let mut add = |slot: Slot, counts: bool| sums.slots[slot.place()] += i64::from(counts);
    let within = |at: Instant| window.first <= zone.day(at) && zone.day(at) <= window.last;
    let judged = zone.end(window.last).min(now);
    add(Slot::WaitingAcceptance, derived.waiting_acceptance.is_some_and(|(from, to)| from <= judged && judged < to));
    add(Slot::SentBack, derived.sent_back.is_some_and(within));
    let Some(taken_on) = derived.taken_on else { return };
    add(Slot::Rescheduled, derived.rescheduled.is_some_and(within));
    let received = within(taken_on);
    add(Slot::ReceivedOnline, received && state.channel.get() == Some(Channel::Online));
    add(Slot::ReceivedPost, received && state.channel.get() == Some(Channel::Post));
    add(Slot::ReceivedCounter, received && matches!(state.channel.get(), None | Some(Channel::Counter)));
    add(Slot::Digitised, received && state.digitised.get() == Some(true));
    add(Slot::ReusedData, received && state.reused_data.get() == Some(true));
    add(Slot::Payable, received && state.payable.get() == Some(true));
    add(Slot::PaidOnline, received && state.paid_online.get() == Some(true));
    let open_within = matches!(derived.stage(now), Stage::Within { .. } | Stage::Waiting);
    add(Slot::ReceivedOnTime, received && matches!(derived.class, Some(Class::Early | Class::OnTime)));
    add(Slot::ReceivedOpenWithin, received && derived.finish.is_none() && open_within);
    add(Slot::ReceivedWithdrawn, received && derived.class == Some(Class::Withdrawn));
    let resolved = derived.class.filter(|_| derived.finish.is_some_and(within));
    add(Slot::ResolvedEarly, resolved == Some(Class::Early));
    add(Slot::ResolvedOnTime, resolved == Some(Class::OnTime));
    add(Slot::ResolvedLate, resolved == Some(Class::Late));
    add(Slot::ResolvedUndated, resolved == Some(Class::Undated));
    add(Slot::ResolvedWithdrawn, resolved == Some(Class::Withdrawn));
    add(Slot::ElectronicResult, resolved.is_some() && state.electronic_result.get() == Some(true));
    let hours = derived
        .finish
        .filter(|finish| within(*finish))
        .map_or(0, |finish| worked_ms(taken_on.0, finish.0, &derived.pauses) / HOUR_MS);
    add(Slot::of_hours(hours), resolved.is_some());
    sums.slots[Slot::ResolvedHoursSum.place()] += hours;
    let mut add = |slot: Slot, counts: bool| sums.slots[slot.place()] += i64::from(counts);
    let by = |at: Option<Instant>, day: Day| at.is_some_and(|at| zone.day(at) <= day);
    let collected = by(derived.delivered, window.last);
    add(Slot::Uncollected, by(derived.finish, window.last) && !derived.given_up && !collected);
    let in_progress_at_end = |day: Day| by(Some(taken_on), day) && !by(derived.finish, day);
    let stage = in_progress_at_end(window.last).then(|| derived.stage(judged));
    add(Slot::InProgressOverdue, stage == Some(Stage::Overdue));
    add(Slot::InProgressWaiting, stage == Some(Stage::Waiting));
    add(Slot::InProgressUndated, stage == Some(Stage::Undated));
    add(Slot::InProgressWithin, matches!(stage, Some(Stage::Within { .. })));
    add(Slot::NearlyLate, stage == Some(Stage::Within { nearly_late: true }));
    sums.carried_over += i64::from(in_progress_at_end(window.first.plus(-1)));
}

/// `08-02 09:00` of 2024 in Asia/Ho_Chi_Minh.
fn t(text: &str) -> Instant {
    let timestamp: jiff::Timestamp = format!("2024-{}:00+07:00", text.replace(' ', "T")).parse().unwrap();
    Instant(timestamp.as_millisecond())
}

/// Dossiers accepted on one day, due with the end of another, and perhaps done on a third.
fn dossiers(name: &str, count: usize, accepted: &str, due: &str, done: Option<&str>) -> Vec<Record> {
    let dossiers = (0..count).flat_map(|number| {
        let key = DossierKey { source: "s".into(), id: format!("{name}{number}").as_str().into() };
        let at = |day: &str| t(&format!("{day} 09:00"));
        let mut first = DossierEvent::new(key.clone(), "148".into(), at(accepted));
        first.status = Some(Status::Accepted);
        first.due_at = Field::Value(t(&format!("{due} 23:59")));
        let second = done
            .map(|day| DossierEvent { status: Some(Status::Done), ..DossierEvent::new(key, "148".into(), at(day)) });
        [Some(first), second].into_iter().flatten().map(|event| Record::Dossier(Box::new(event)))
    });
    dossiers.collect()
}

/// The field's test vector for on-time rates: received 100 (50 early, 15 on the day, 7 late, 22 open within, 6 open
/// overdue), carried over 20 (10 early, 5 on the day, 3 late, 2 open overdue).
#[test]
fn c4_r18_the_columns_of_the_report_form_and_the_cohort_come_out_of_real_events() {
    let records = [
        units(),
        dossiers("a", 50, "07-02", "07-10", Some("07-09")),
        dossiers("b", 15, "07-02", "07-10", Some("07-10")),
        dossiers("c", 7, "07-02", "07-10", Some("07-11")),
        dossiers("d", 22, "07-02", "08-10", None),
        dossiers("e", 6, "07-02", "07-10", None),
        dossiers("f", 10, "06-20", "07-10", Some("07-09")),
        dossiers("g", 5, "06-20", "07-10", Some("07-10")),
        dossiers("h", 3, "06-20", "07-10", Some("07-11")),
        dossiers("i", 2, "06-20", "07-10", None),
    ]
    .concat();
    let july = Window { first: "2024-07-01".parse().unwrap(), last: "2024-07-31".parse().unwrap() };
    // Now lies after July: its figures are those of its end.
    let view = built(&records, t("08-02 08:00"));
    let measures = view.measures(view.units().read("17", view.today()).unit, july, NOW);
    let of = |measure| measures.get(measure);
    let columns = [
        (Measure::TakenOn, 120),
        (Measure::Received, 100),
        (Measure::CarriedOver, 20),
        (Measure::Resolved, 90),
        (Measure::ResolvedEarly, 60),
        (Measure::ResolvedOnTime, 20),
        (Measure::ResolvedLate, 10),
        (Measure::InProgress, 30),
        (Measure::InProgressWithin, 22),
        (Measure::InProgressOverdue, 8),
        (Measure::ReceivedOnTime, 65),
        (Measure::ReceivedOpenWithin, 22),
    ];
    for (measure, expected) in columns {
        assert_eq!(of(measure), expected, "{}", measure.name());
    }
    let percent = |num: i64, den: i64| format!("{:.2}", 100.0 * crate::kpi::figure::ratio(num, den).unwrap());
    let on_time = of(Measure::ResolvedEarly) + of(Measure::ResolvedOnTime);
    let overdue = of(Measure::InProgressOverdue) + of(Measure::ResolvedLate);
    assert_eq!(percent(on_time, of(Measure::Resolved)), "88.89");
    assert_eq!(percent(of(Measure::TakenOn) - overdue, of(Measure::TakenOn)), "85.00");
    let cohort = of(Measure::ReceivedOnTime) + of(Measure::ReceivedOpenWithin);
    assert_eq!(percent(cohort, of(Measure::Received)), "87.00");
}

#[test]
fn r17_an_open_dossier_becomes_overdue_by_the_clock_alone() {
    let mut cube = cube_at(t("08-02 08:00"));
    cube.apply([units(), dossiers("a", 1, "08-01", "08-05", None)].concat(), 1);
    let overdue = |cube: &Cube| {
        let view = cube.view();
        let today = Window { first: view.today(), last: view.today() };
        let measures = view.measures(view.units().read("17", view.today()).unit, today, NOW);
        [Measure::InProgressWithin, Measure::NearlyLate, Measure::InProgressOverdue]
            .map(|measure| measures.get(measure))
    };
    // Due on Monday: nearly late from Friday on.
    assert_eq!(overdue(&cube), [1, 1, 0]);
    cube.tick(t("08-05 23:59"));
    assert_eq!(overdue(&cube), [1, 1, 0]);
    cube.tick(Instant(t("08-05 23:59").0 + 1));
    assert_eq!(overdue(&cube), [0, 0, 1]);
}

#[test]
fn r19_uncollected_is_done_and_not_delivered_by_the_end_of_the_day() {
    let records = [units(), dossiers("a", 1, "08-01", "08-09", Some("08-02"))].concat();
    let delivered = DossierEvent {
        status: Some(Status::Delivered),
        ..DossierEvent::new(DossierKey { source: "s".into(), id: "a0".into() }, "148".into(), t("08-05 10:00"))
    };
    let view = built(&[records, vec![Record::Dossier(Box::new(delivered))]].concat(), t("08-20 08:00"));
    let on = |day: &str| {
        let day = day.parse().unwrap();
        view.measures(UnitId(4), Window { first: day, last: day }, NOW).get(Measure::Uncollected)
    };
    assert_eq!(view.units().label(UnitId(4)).code, "17");
    assert_eq!(["2024-08-01", "2024-08-02", "2024-08-04", "2024-08-05"].map(on), [0, 1, 1, 0]);
}

#[test]
fn r20_processing_time_is_counted_in_whole_hours_without_pauses() {
    let key = |id: &str| DossierKey { source: "s".into(), id: id.into() };
    let dossier = |id: &str, from: &str, to: &str, pauses: &[(&str, &str, &str)]| {
        let pause = |(id, from, to): &(&str, &str, &str)| PauseEvent {
            id: (*id).into(),
            kind: Field::Value(PauseKind::Payment),
            from: Field::Value(t(from)),
            to: Field::Value(t(to)),
        };
        Record::Dossier(Box::new(DossierEvent {
            status: Some(Status::Done),
            received_at: Field::Value(t(from)),
            finished_at: Field::Value(t(to)),
            pauses: pauses.iter().map(pause).collect(),
            ..DossierEvent::new(key(id), "148".into(), t(to))
        }))
    };
    let hours = |dossier: Record| {
        let view = built(&[units(), vec![dossier]].concat(), t("12-20 08:00"));
        let august = Window { first: "2024-08-01".parse().unwrap(), last: "2024-08-31".parse().unwrap() };
        let measures = view.measures(view.units().read("148", view.today()).unit, august, NOW);
        let filled = measures.iter().filter(|(name, value)| name.starts_with("resolved_hours_") && *value != 0);
        filled.map(|(name, value)| format!("{} {value}", &name["resolved_hours_".len()..])).collect::<Vec<_>>()
    };
    assert_eq!(hours(dossier("a", "08-05 08:00", "08-05 12:59", &[])), ["le_4 1", "sum 4"]);
    assert_eq!(hours(dossier("b", "08-05 08:00", "08-05 13:00", &[])), ["le_8 1", "sum 5"]);
    assert_eq!(hours(dossier("c", "08-05 08:00", "08-05 08:30", &[])), ["le_4 1"], "no whole hour");
    assert_eq!(hours(dossier("d", "07-01 08:00", "08-05 08:00", &[])), ["gt_720 1", "sum 840"]);
    // Two pauses that overlap are one; what lies before taken on or after the finish takes nothing away.
    let pauses = [
        ("1", "08-04 08:00", "08-05 09:00"),
        ("2", "08-05 10:00", "08-05 12:00"),
        ("3", "08-05 11:00", "08-05 14:00"),
        ("4", "08-05 17:00", "08-09 08:00"),
    ];
    assert_eq!(hours(dossier("e", "08-05 08:00", "08-05 18:00", &pauses)), ["le_4 1", "sum 4"]);
}

#[test]
fn r21_a_rating_counts_on_the_day_of_its_score_under_its_newest_unit() {
    let rating = |at: &str, unit: &str, score: Field<u8>| {
        let key = DossierKey { source: "k".into(), id: "1".into() };
        Record::Rating(Rating {
            key,
            unit: unit.into(),
            at: t(at),
            score,
            dossier: Field::Absent,
            channel: Field::Absent,
        })
    };
    let of = |ratings: &[Record], day: &str, code: &str| {
        let view = built(&[&units()[..], ratings].concat(), t("08-20 08:00"));
        let day = day.parse().unwrap();
        let measures = view.own_measures(view.units().read(code, day).unit, Window { first: day, last: day }, NOW);
        [Measure::Ratings, Measure::RatingsSatisfied, Measure::RatingScoreSum].map(|measure| measures.get(measure))
    };
    let given = [rating("08-01 10:00", "148", Field::Value(4)), rating("08-03 10:00", "17", Field::Absent)];
    assert_eq!(of(&given, "2024-08-01", "17"), [1, 1, 4]);
    assert_eq!(of(&given, "2024-08-01", "148"), [0, 0, 0]);
    let taken_back = [&given[..], &[rating("08-04 10:00", "17", Field::Null)]].concat();
    assert_eq!(of(&taken_back, "2024-08-01", "17"), [0, 0, 0]);
}

#[test]
fn c2_a_new_hierarchy_is_read_aside_and_shown_at_once_when_all_of_it_is_there() {
    let now = t("08-20 08:00");
    let mut cube = Cube::with_slice(zone(), now, 10);
    cube.apply([units(), dossiers("a", 25, "08-01", "08-30", None)].concat(), 1);
    cube.settle();
    let month = Window { first: "2024-08-01".parse().unwrap(), last: "2024-08-31".parse().unwrap() };
    let received = |cube: &Cube| {
        let view = cube.view();
        let of =
            |code: &str| view.measures(view.units().read(code, view.today()).unit, month, NOW).get(Measure::Received);
        (view.units_pending(), of("148"), of("05000"))
    };
    assert_eq!(received(&cube), (false, 25, 0));
    let goes_on = Succession {
        at: now,
        old: "148".into(),
        new: "05000".into(),
        effective: "2024-08-10".parse().unwrap(),
        share: "1".parse().unwrap(),
        is_default: false,
    };
    cube.apply([Record::Succession(goes_on)], 2);
    assert_eq!(received(&cube), (true, 25, 0), "ten are read, the figures are still whole");
    // One that is read already and one that isn't change; another comes.
    let change = |id: &str| {
        let void = Field::Value(Text::new("twice"));
        let key = DossierKey { source: "s".into(), id: id.into() };
        Record::Dossier(Box::new(DossierEvent { void, ..DossierEvent::new(key, "148".into(), t("08-01 10:00")) }))
    };
    cube.apply([vec![change("a0"), change("a24")], dossiers("b", 1, "08-02", "08-30", None)].concat(), 3);
    assert_eq!(received(&cube), (true, 24, 0));
    cube.tick(Instant(now.0 + 1));
    assert_eq!(received(&cube), (false, 0, 24));
}

#[test]
fn r24_the_parts_of_dossiers_add_up_to_the_measures() {
    let records =
        [units(), dossiers("a", 3, "08-01", "08-05", Some("08-06")), dossiers("b", 2, "08-01", "08-30", None)];
    let view = built(&records.concat(), t("08-20 08:00"));
    let window = Window { first: "2024-08-02".parse().unwrap(), last: "2024-08-31".parse().unwrap() };
    let mut sums: Vec<i64> = Vec::new();
    for dossier in view.dossiers() {
        let part: Vec<i64> = view.share(&dossier, window).iter().map(|(_, value)| value).collect();
        sums.resize(part.len(), 0);
        sums.iter_mut().zip(part).for_each(|(sum, value)| *sum += value);
    }
    let root = view.units().read("17", view.today()).unit;
    let whole: Vec<i64> = view.measures(root, window, NOW).iter().map(|(_, value)| value).collect();
    assert_eq!(sums, whole);
    assert_eq!(view.measures(root, window, NOW).get(Measure::CarriedOver), 5);
}
