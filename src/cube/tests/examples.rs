//! Rules by hand-worked examples, in the cube.

use super::*;

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

/// What is ahead of the clock counts as it stands: a wait for acceptance ends only when the clock has passed its end, also
/// for a window that begins after everything of the dossier.
#[test]
fn c3_r19_what_is_visited_adds_up_in_a_window_behind_a_dossier_that_ends_ahead_of_the_clock() {
    let event = |at: &str, status: Status| {
        let key = DossierKey { source: "s".into(), id: "1".into() };
        DossierEvent { status: Some(status), ..DossierEvent::new(key, "148".into(), t(at)) }
    };
    let received = DossierEvent {
        received_at: Field::Value(t("08-02 23:57")),
        finished_at: Field::Value(t("08-02 23:58")),
        ..event("08-02 23:58", Status::Done)
    };
    let events = [event("08-02 23:50", Status::Registered), received, event("08-02 23:59", Status::Delivered)];
    let records = events.map(|event| Record::Dossier(Box::new(event)));
    let view = built(&[units(), records.into()].concat(), t("08-02 23:55"));
    let window = Window { first: t_day("2024-08-03"), last: t_day("2024-08-03") };
    let selection = Selection {
        perspective: NOW,
        unit: UnitId(4),
        own: false,
        window,
        filters: Vec::new(),
        without_same_day: false,
    };
    let mut sums = Sums::ZERO;
    view.visit(&selection, |item| item.add_to(&mut sums));
    let measures = view.measures(UnitId(4), window, NOW);
    assert_eq!(Measures::of(&sums), measures);
    assert_eq!(measures.get(Measure::WaitingAcceptance), 1);
}

fn t_day(text: &str) -> Day {
    text.parse().unwrap()
}
