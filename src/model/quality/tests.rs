use super::*;
use crate::model::{DossierEvent, Field, Rules, Zone, derive};

/// 2024-08-02 08:00 in Asia/Ho_Chi_Minh; hours from it.
fn h(hours: i64) -> Instant {
    Instant(1_722_560_400_000 + hours * 3_600_000)
}

const KNOWN: CodesRead = CodesRead { stale: false, unknown: false, level: None };

fn event(at: i64, change: impl FnOnce(&mut DossierEvent)) -> DossierEvent {
    let key = crate::model::DossierKey { source: "s".into(), id: "1".into() };
    let mut event = DossierEvent::new(key, "158".into(), h(at));
    change(&mut event);
    event
}

#[track_caller]
fn check(events: &[DossierEvent], read: CodesRead, expected: &[&str]) {
    let mut state = DossierState::default();
    events.iter().for_each(|event| state.apply(event));
    let derived = derive(&state, &Zone::named("Asia/Ho_Chi_Minh").unwrap(), &Rules::default());
    let found: Vec<&str> = marks(&state, &derived, read, h(0)).map(Mark::as_str).collect();
    assert_eq!(found, expected);
}

fn taken(received: i64, due: i64) -> DossierEvent {
    event(-100, |event| {
        event.status = Some(Status::Accepted);
        event.received_at = Field::Value(h(received));
        event.due_at = Field::Value(h(due));
    })
}

fn done(at: i64, finished: Option<i64>) -> DossierEvent {
    event(at, |event| {
        event.status = Some(Status::Done);
        event.finished_at = finished.map_or(Field::Absent, |hours| Field::Value(h(hours)));
    })
}

#[test]
fn each_kind_of_dirt_has_its_mark() {
    check(&[taken(-100, 50), done(-10, Some(-10))], KNOWN, &[]);
    check(&[event(-5, |event| event.status = Some(Status::Accepted))], KNOWN, &["no_received_date", "no_due_date"]);
    check(&[taken(-100, 50), done(-10, None)], KNOWN, &["done_without_date"]);
    check(&[taken(-100, 50), done(-10, Some(-101))], KNOWN, &["finished_before_received"]);
    // As late as the instants themselves nothing is in the future.
    check(&[taken(0, 50), done(0, Some(0))], KNOWN, &[]);
    check(&[taken(1, 50), done(-1, Some(2))], KNOWN, &["received_in_future", "finished_in_future"]);
    check(&[taken(-100, -101)], KNOWN, &["due_before_received"]);
    let moved = event(-40, |event| event.due_at = Field::Value(h(20)));
    check(&[taken(-100, -50), moved], KNOWN, &["due_moved_too_late"]);
    let delivered = event(-3, |event| {
        event.status = Some(Status::Delivered);
        event.finished_at = Field::Value(h(-3));
    });
    check(&[taken(-100, 50), delivered], KNOWN, &["delivered_not_done"]);
}

#[test]
fn r6_r23_units_and_void_are_marked_whatever_else() {
    let registered = event(-5, |event| event.status = Some(Status::Registered));
    check(&[registered], CodesRead { stale: true, ..KNOWN }, &["stale_unit"]);
    check(&[taken(-100, 50)], CodesRead { unknown: true, ..KNOWN }, &["unknown_unit"]);
    let void = event(-1, |event| event.void = Field::Value("duplicate".into()));
    check(&[taken(-100, -101), void], CodesRead { stale: true, ..KNOWN }, &["void"]);
}

#[test]
fn a_procedure_that_is_only_told_about_online_cannot_be_filed_online() {
    let at = |level| CodesRead { level, ..KNOWN };
    let through = |channel| [taken(-100, 50), event(-99, |event| event.channel = Field::Value(channel))];
    check(&through(Channel::Online), at(Some(Level::Information)), &["online_not_offered"]);
    for level in [None, Some(Level::Partial), Some(Level::Full)] {
        check(&through(Channel::Online), at(level), &[]);
    }
    check(&through(Channel::Counter), at(Some(Level::Information)), &[]);
    check(&[taken(-100, 50)], at(Some(Level::Information)), &[]);
}

#[test]
fn names_lead_back_to_marks() {
    assert!(Mark::ALL.into_iter().all(|mark| Mark::named(mark.as_str()) == Some(mark)));
    assert_eq!(Mark::named("mark"), None);
}
