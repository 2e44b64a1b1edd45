//! Limits by named examples. 2 August 2024 is a Friday.

use super::*;
use crate::model::calendar::{DayKind, WorkingWeek};
use crate::model::procedure::{Level, ProcedureProfile};

fn zone() -> Zone {
    Zone::named("Asia/Ho_Chi_Minh").unwrap()
}

fn t(text: &str) -> Instant {
    let timestamp: jiff::Timestamp = format!("2024-{}+07:00", text.replace(' ', "T")).parse().unwrap();
    Instant(timestamp.as_millisecond())
}

fn day(date: &str, is: DayKind) -> CalendarFact {
    let entry = CalendarEntry::Day { day: date.parse().unwrap(), is, name: None, source: None };
    CalendarFact { at: Instant(1), entry }
}

/// Monday the 5th is a holiday, Saturday the 3rd is worked on for it.
fn swapped() -> Rules {
    let mut rules = Rules::default();
    assert!(rules.offer_calendar(day("2024-08-05", DayKind::Holiday)));
    assert!(rules.offer_calendar(day("2024-08-03", DayKind::Working)));
    rules
}

fn check(rules: &Rules, limit: Limit, taken_on: &str, due: &str) {
    let found = rules.due(limit, t(taken_on), &zone());
    assert_eq!(found.to_rfc3339(&zone()), t(due).to_rfc3339(&zone()), "{limit:?} from {taken_on}");
}

#[test]
fn r12_working_days_end_with_the_last_of_them_and_begin_after_the_day_of_taking_on() {
    let plain = Rules::default();
    check(&plain, Limit::WorkingDays(3), "08-02 10:00:00", "08-07 23:59:59.999");
    check(&plain, Limit::WorkingDays(1), "08-03 10:00:00", "08-05 23:59:59.999");
    check(&swapped(), Limit::WorkingDays(3), "08-02 10:00:00", "08-07 23:59:59.999");
    check(&swapped(), Limit::WorkingDays(1), "08-02 10:00:00", "08-03 23:59:59.999");
    check(&swapped(), Limit::WorkingDays(1), "08-03 10:00:00", "08-06 23:59:59.999");
    check(&plain, Limit::CalendarDays(3), "08-02 23:59:59.999", "08-05 23:59:59.999");
}

#[test]
fn r12_the_same_day_is_the_next_working_day_when_taken_on_on_a_day_off() {
    check(&Rules::default(), Limit::SameDay, "08-02 16:59:00", "08-02 23:59:59.999");
    check(&Rules::default(), Limit::SameDay, "08-03 08:00:00", "08-05 23:59:59.999");
    check(&swapped(), Limit::SameDay, "08-04 08:00:00", "08-06 23:59:59.999");
}

#[test]
fn r12_working_hours_run_in_working_time_only() {
    let plain = Rules::default();
    check(&plain, Limit::WorkingHours(8), "08-02 16:00:00", "08-05 16:30:00");
    check(&plain, Limit::WorkingHours(4), "08-02 07:30:00", "08-02 11:30:00");
    check(&plain, Limit::WorkingHours(4), "08-02 03:00:00", "08-02 11:30:00");
    check(&plain, Limit::WorkingHours(4), "08-02 07:30:00.001", "08-02 13:30:00.001");
    check(&plain, Limit::WorkingHours(1), "08-02 17:00:00", "08-05 08:30:00");
    check(&swapped(), Limit::WorkingHours(1), "08-02 17:00:00", "08-03 08:30:00");
    let mut nights = Rules::default();
    let week = WorkingWeek { weekdays: vec![7], hours: vec![(1_380, 1_440)] };
    assert!(nights.offer_calendar(CalendarFact { at: Instant(1), entry: CalendarEntry::Week(week) }));
    check(&nights, Limit::WorkingHours(2), "08-02 17:00:00", "08-12 00:00:00");
}

#[test]
fn r17_the_working_day_before_passes_over_days_off_and_stops_at_swapped_ones() {
    let before = |rules: &Rules, date: &str| rules.calendar().working_day_before(date.parse().unwrap()).to_string();
    assert_eq!(before(&Rules::default(), "2024-08-05"), "2024-08-02");
    assert_eq!(before(&swapped(), "2024-08-06"), "2024-08-03");
    let mut rules = swapped();
    // Taken back, by a later word only.
    assert!(!rules.offer_calendar(CalendarFact { at: Instant(0), ..day("2024-08-03", DayKind::Usual) }));
    assert!(rules.offer_calendar(CalendarFact { at: Instant(2), ..day("2024-08-03", DayKind::Usual) }));
    assert_eq!(before(&rules, "2024-08-06"), "2024-08-02");
}

fn procedure(raw: &str, from: Option<&str>, to: Option<&str>, limit: Limit) -> ProcedureFact {
    let profile = ProcedureProfile {
        raw: raw.into(),
        valid_to: to.map(|day| day.parse().unwrap()),
        name_vi: "Cấp giấy phép".into(),
        name_en: None,
        field: None,
        limit: Some(limit),
        level: Some(Level::Full),
        fee: None,
        written_result: None,
    };
    let valid_from = from.map(|day| day.parse().unwrap());
    ProcedureFact { at: Instant(1), code: stripped_code(raw).into(), valid_from, profile }
}

#[test]
fn r12_the_version_of_the_day_of_taking_on_counts() {
    let mut rules = Rules::default();
    assert!(rules.offer_procedure(procedure("1.002835", None, None, Limit::WorkingDays(5))));
    let second = Some("2024-08-01");
    assert!(rules.offer_procedure(procedure("1.002835.H56", second, Some("2024-08-02"), Limit::SameDay)));
    let limit = |code: &str, on: &str| rules.limit(code, on.parse().unwrap());
    assert_eq!(limit("1.002835.000.00.00.H28", "2024-07-31"), Some(Limit::WorkingDays(5)));
    assert_eq!(limit("1.002835", "2024-08-01"), Some(Limit::SameDay));
    assert_eq!(limit("1.002835", "2024-08-02"), Some(Limit::SameDay));
    assert_eq!(limit("1.002835", "2024-08-03"), None, "an ended version doesn't give way to an older one");
    assert_eq!(limit("1.002836", "2024-08-01"), None);
}

#[test]
fn codes_are_matched_without_what_localities_put_behind_them() {
    for (raw, stripped) in [
        ("1.002835.000.00.00.H56", "1.002835"),
        ("2.002621.H56", "2.002621"),
        ("1.002835", "1.002835"),
        ("1.0028351", "1.0028351"),
        ("1.00283", "1.00283"),
        ("x.002835.H56", "x.002835.H56"),
        ("1.00283é", "1.00283é"),
        ("", ""),
    ] {
        assert_eq!(stripped_code(raw), stripped);
    }
}
