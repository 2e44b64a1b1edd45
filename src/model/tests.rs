//! Every rule by named examples, with the verdict in words. All times are of 2024 in Asia/Ho_Chi_Minh; 2 August is a
//! Friday. The expectations are worked out by hand from the rules.

mod registers;
mod finish;
mod due;
mod verdict;

use super::*;
use crate::model::derive::{Class, Stage};

fn zone() -> Zone {
    Zone::named("Asia/Ho_Chi_Minh").unwrap()
}

/// `08-02 09:00` or `08-02 09:00:00.001`.
fn t(text: &str) -> Instant {
    let (date, time) = text.split_once(' ').unwrap();
    let time = if time.len() == 5 { format!("{time}:00") } else { time.to_owned() };
    let timestamp: jiff::Timestamp = format!("2024-{date}T{time}+07:00").parse().unwrap();
    Instant(timestamp.as_millisecond())
}

/// The last millisecond of a day: what a due date alone means.
fn end(date: &str) -> Instant {
    t(&format!("{date} 23:59:59.999"))
}

fn event(at: &str, change: impl FnOnce(&mut DossierEvent)) -> DossierEvent {
    let key = DossierKey { source: "motcua".into(), id: "1".into() };
    let mut event = DossierEvent::new(key, "158".into(), t(at));
    change(&mut event);
    event
}

fn status(at: &str, status: Status) -> DossierEvent {
    event(at, |event| event.status = Some(status))
}

fn due(at: &str, value: Option<Instant>) -> DossierEvent {
    event(at, |event| event.due_at = value.map_or(Field::Null, Field::Value))
}

fn pause(id: &str, kind: PauseKind, from: &str, to: Option<&str>) -> DossierEvent {
    event("08-30 00:00", |event| {
        event.pauses.push(PauseEvent {
            id: id.into(),
            kind: Field::Value(kind),
            from: Field::Value(t(from)),
            to: to.map_or(Field::Absent, |to| Field::Value(t(to))),
        });
    })
}

fn papers(id: &str, from: &str, to: Option<&str>) -> DossierEvent {
    pause(id, PauseKind::Supplement, from, to)
}

/// Accepted and received on Thursday 1 August at 08:00, due at the instant given.
fn taken(due: Instant) -> DossierEvent {
    event("08-01 08:00", |event| {
        event.status = Some(Status::Accepted);
        event.received_at = Field::Value(t("08-01 08:00"));
        event.due_at = Field::Value(due);
    })
}

fn derived(events: &[DossierEvent]) -> Derived {
    derive(&state(events), &zone(), &Rules::default())
}

fn state(events: &[DossierEvent]) -> DossierState {
    let mut state = DossierState::default();
    // Backwards: no order of arrival changes anything (I-3).
    for event in events.iter().rev() {
        state.apply(event);
    }
    state
}

/// The verdict at an instant: measure, Vietnamese, English.
#[track_caller]
fn check(events: &[DossierEvent], now: &str, [code, vi, en]: [&str; 3]) {
    let state = state(events);
    let verdict = verdict(&state, &derive(&state, &zone(), &Rules::default()), t(now), &zone());
    assert_eq!([verdict.code, &verdict.vi, &verdict.en], [code, vi, en]);
    assert!(!verdict.rules.is_empty());
}

const LATER: &str = "12-31 00:00";

#[test]
fn local_days_are_those_of_the_database_in_every_zone() {
    // Midnights that don't exist or come twice, a day that was left out, half hours, and none of it.
    let names = [
        "Asia/Ho_Chi_Minh",
        "America/New_York",
        "America/Sao_Paulo",
        "Asia/Beirut",
        "Africa/Cairo",
        "Pacific/Apia",
        "Australia/Lord_Howe",
        "Asia/Kathmandu",
        "Africa/Casablanca",
        "UTC",
    ];
    for name in names {
        let zone = Zone::named(name).unwrap();
        let start = |day: Day| {
            let midnight = day.date().to_datetime(jiff::civil::Time::midnight());
            zone.tz().to_zoned_datetime(midnight).unwrap().timestamp().as_millisecond()
        };
        // 1989 to 2121: beyond what is kept at hand on either side.
        for day in (6_940..55_200).map(Day) {
            let begin = start(day);
            assert_eq!(zone.start(day).0, begin, "{name} {day}");
            for at in [begin - 1, begin, begin + 1, begin + 12 * 3_600_000, begin + 86_399_999] {
                let zoned = jiff::Timestamp::from_millisecond(at).unwrap().to_zoned_datetime(zone.tz().clone());
                assert_eq!(zone.day(Instant(at)), Day::from_date(zoned.date()), "{name} {at}");
            }
        }
    }
}
