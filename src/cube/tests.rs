//! The cube against an independent model, its indifference to order, batches and ticks, and its identities.

use proptest::prelude::*;

use super::*;
use crate::kpi::measure::Sums;
use crate::kpi::{MEASURES, Measure, Measures, Slot};
use crate::model::{
    Channel, Class, Day, DossierEvent, DossierKey, Field, Instant, PauseEvent, PauseKind, Rating, Record, Stage,
    Status, Text, UnitFact, UnitKind, Zone,
};
use crate::units::{TERRITORY, UnitId};

const HOUR_MS: i64 = 3_600_000;
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
    let who = (0..6_u8, 0..CODES.len(), instants());
    let status = proptest::option::weighted(0.8, 0..Status::ALL.len());
    let times = (fields(instants()), fields(instants()), fields(instants()));
    let channel = prop_oneof![Just(Channel::Online), Just(Channel::Counter), Just(Channel::Post)];
    let flags = (fields(any::<bool>()), fields(any::<bool>()), fields(channel));
    let void = prop_oneof![15 => Just(Field::Absent), 1 => Just(Field::Null), 1 => Just(Field::Value(Text::new("x")))];
    (who, status, times, proptest::collection::vec(pauses(), 0..2), flags, void).prop_map(
        |((id, code, at), status, (received_at, due_at, finished_at), pauses, (flag, result, channel), void)| {
            let key = DossierKey { source: "s".into(), id: id.to_string().as_str().into() };
            DossierEvent {
                status: status.map(|place| Status::ALL[place]),
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

fn records() -> impl Strategy<Value = Vec<Record>> {
    let one = prop_oneof![
        8 => events().prop_map(|event| Record::Dossier(Box::new(event))),
        1 => ratings().prop_map(Record::Rating),
    ];
    proptest::collection::vec(one, 1..40).prop_map(|records| [units(), records].concat())
}

fn windows() -> impl Strategy<Value = Window> {
    let base = zone().day(Instant(BASE_MS)).0;
    let span = i32::try_from(SPAN_DAYS).unwrap();
    (-2..span + 2, 0..span)
        .prop_map(move |(first, days)| Window { first: Day(base + first), last: Day(base + first + days) })
}

/// Everything that a view says: its changes, and each unit's measures in some windows.
fn said(view: &View, windows: &[Window]) -> (Vec<Change>, Vec<Measures>) {
    let mut changes: Vec<Change> = view.changes().collect();
    changes.sort();
    let of = |unit: UnitId| {
        windows.iter().flat_map(move |window| [view.measures(unit, *window), view.own_measures(unit, *window)])
    };
    (changes, view.tree().ids().flat_map(of).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn i3_c2_order_repetition_and_batches_change_nothing(
        records in records(),
        order in proptest::collection::vec(any::<(u16, u16)>(), 45),
        now in instants(),
        window in windows(),
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
        let mut cube = cube_at(now);
        for (batch, (size, _)) in shuffled.chunks(3).zip(&order) {
            let (left, right) = batch.split_at(usize::from(*size) % (batch.len() + 1));
            for part in [left, right] {
                cube.apply(part.iter().map(|(_, record)| record.clone()), 1);
            }
        }
        prop_assert_eq!(said(&cube.view(), &[window]), expected);
    }

    #[test]
    fn c1_the_history_of_ticks_changes_nothing(
        records in records(),
        mut ticks in proptest::collection::vec(instants(), 0..20),
        window in windows(),
    ) {
        ticks.sort_unstable();
        let (begin, end) = (Instant(BASE_MS - HOUR_MS), Instant(BASE_MS + (SPAN_DAYS + 1) * 24 * HOUR_MS));
        let expected = said(&built(&records, end), &[window]);
        // Records and ticks in turns.
        let mut cube = cube_at(begin);
        let each = records.len().div_ceil(ticks.len() + 1);
        let mut batches = records.chunks(each);
        for tick in &ticks {
            cube.apply(batches.next().unwrap_or_default().iter().cloned(), 1);
            cube.tick(*tick);
        }
        cube.apply(batches.flatten().cloned(), 1);
        cube.tick(end);
        prop_assert_eq!(&said(&cube.view(), &[window]), &expected);
        // All records first, then one tick.
        let mut cube = cube_at(begin);
        cube.apply(records.iter().cloned(), 1);
        cube.tick(end);
        prop_assert_eq!(&said(&cube.view(), &[window]), &expected);
    }

    #[test]
    fn c3_a_unit_is_the_sum_of_its_children_and_own(records in records(), now in instants(), window in windows()) {
        let view = built(&records, now);
        for unit in view.tree().ids() {
            let mut sum: Vec<i64> = view.own_measures(unit, window).iter().map(|(_, value)| value).collect();
            for child in &view.tree().node(unit).children {
                for (sum, (_, value)) in sum.iter_mut().zip(view.measures(*child, window).iter()) {
                    *sum += value;
                }
            }
            let whole: Vec<i64> = view.measures(unit, window).iter().map(|(_, value)| value).collect();
            prop_assert_eq!(whole, sum);
        }
    }

    #[test]
    fn c4_the_identities_hold_in_every_window(records in records(), now in instants(), window in windows()) {
        let view = built(&records, now);
        for unit in view.tree().ids() {
            let measures = view.measures(unit, window);
            let of = |measure| measures.get(measure);
            prop_assert_eq!(of(Measure::TakenOn), of(Measure::Resolved) + of(Measure::InProgress));
            prop_assert!(MEASURES.iter().all(|(measure, _)| measures.get(*measure) >= 0), "{:?}", measures);
            prop_assert!(of(Measure::NearlyLate) <= of(Measure::InProgressWithin));
            prop_assert!(of(Measure::ReceivedOnTime) + of(Measure::ReceivedOpenWithin) + of(Measure::ReceivedWithdrawn)
                <= of(Measure::Received));
            // What is in progress at the end of one window is carried over into the next.
            let next = Window { first: window.last.plus(1), last: window.last.plus(3) };
            prop_assert_eq!(view.measures(unit, next).get(Measure::CarriedOver), of(Measure::InProgress));
        }
    }

    #[test]
    fn r16_to_r21_day_deltas_agree_with_counting_one_by_one(
        records in records(),
        now in instants(),
        window in windows(),
    ) {
        let view = built(&records, now);
        for unit in view.tree().ids() {
            let expected = counted(&view, &records, unit, window);
            prop_assert_eq!(view.own_measures(unit, window), expected, "{:?}", view.units().label(unit));
        }
    }
}

/// The measures of what a unit handles itself, counted dossier by dossier as say it.
fn counted(view: &View, records: &[Record], unit: UnitId, window: Window) -> Measures {
    let mut sums = Sums { slots: [0; Slot::COUNT], carried_over: 0 };
    for id in 0..6 {
        let key = DossierKey { source: "s".into(), id: id.to_string().as_str().into() };
        if let Some(dossier) = view.dossier(&key).filter(|dossier| dossier.unit == unit && !dossier.derived.void) {
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
        let (Some(code), Some(at), Some(score)) = (state.unit.value(), state.unit.at(), state.score.get()) else {
            continue;
        };
        let day = of(state.score.at().unwrap());
        if view.units().read(code, of(at)).unit == unit && window.first <= day && day <= window.last {
            sums.slots[Slot::Ratings.place()] += 1;
            sums.slots[Slot::RatingsSatisfied.place()] += i64::from(score >= 4);
            sums.slots[Slot::RatingScoreSum.place()] += i64::from(score);
        }
    }
    Measures::of(&sums)
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
    let measures = view.measures(view.units().read("17", view.today()).unit, july);
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
        let measures = view.measures(view.units().read("17", view.today()).unit, today);
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
        view.measures(UnitId(4), Window { first: day, last: day }).get(Measure::Uncollected)
    };
    assert_eq!(view.units().label(UnitId(4)).code, "17");
    assert_eq!(["2024-08-01", "2024-08-02", "2024-08-04", "2024-08-05"].map(on), [0, 1, 1, 0]);
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
        let measures = view.own_measures(view.units().read(code, day).unit, Window { first: day, last: day });
        [Measure::Ratings, Measure::RatingsSatisfied, Measure::RatingScoreSum].map(|measure| measures.get(measure))
    };
    let given = [rating("08-01 10:00", "148", Field::Value(4)), rating("08-03 10:00", "17", Field::Absent)];
    assert_eq!(of(&given, "2024-08-01", "17"), [1, 1, 4]);
    assert_eq!(of(&given, "2024-08-01", "148"), [0, 0, 0]);
    let taken_back = [&given[..], &[rating("08-04 10:00", "17", Field::Null)]].concat();
    assert_eq!(of(&taken_back, "2024-08-01", "17"), [0, 0, 0]);
}
