use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::kpi::{Lines, Place, Side};
use crate::model::{Decimal, Instant};

type Steps = Vec<((), Step<i64>)>;

/// A place and the figure there.
type Seen = Option<(Place, i64)>;

const TIMING: Timing = Timing { for_ms: 5_000, clear_for_ms: 3_000 };

fn look(watcher: &mut Watcher<(), i64>, timing: Timing, figure: Seen, at_ms: i64) -> Steps {
    watcher.step(&BTreeMap::from([((), Sighting { timing, figure })]), Instant(at_ms))
}

fn raised(since: i64, at: i64, figure: i64) -> ((), Step<i64>) {
    ((), Step::Raised { since: Instant(since), at: Instant(at), figure })
}

fn cleared(at: i64, figure: i64) -> ((), Step<i64>) {
    ((), Step::Cleared { at: Instant(at), figure })
}

fn beyond(figure: i64) -> Seen {
    Some((Place::Beyond, figure))
}

fn calm(figure: i64) -> Seen {
    Some((Place::Calm, figure))
}

#[test]
fn an_alert_needs_its_duration_and_the_other_line_to_be_over() {
    let mut watcher = Watcher::new(BTreeMap::new());
    let mut at = |figure, at_ms| look(&mut watcher, TIMING, figure, at_ms);
    assert_eq!(at(beyond(21), 1_000), []);
    assert_eq!(at(beyond(22), 5_999), []);
    assert_eq!(at(beyond(23), 6_500), [raised(1_000, 6_000, 22)], "at its own instant, with what was seen by then");
    assert_eq!(at(Some((Place::Between, 18)), 7_000), []);
    assert_eq!(at(calm(15), 8_000), []);
    assert_eq!(at(Some((Place::Between, 18)), 10_000), [], "not calm for long enough");
    assert_eq!(at(calm(14), 11_000), []);
    assert_eq!(at(calm(13), 14_000), [cleared(14_000, 14)]);
    assert_eq!(at(calm(13), 99_000), []);
}

#[test]
fn what_was_past_the_threshold_too_briefly_is_no_alert() {
    let mut watcher = Watcher::new(BTreeMap::new());
    let mut at = |figure, at_ms| look(&mut watcher, TIMING, figure, at_ms);
    assert_eq!(at(beyond(21), 0), []);
    assert_eq!(at(Some((Place::Between, 19)), 4_999), []);
    assert_eq!(at(beyond(21), 5_000), []);
    assert_eq!(at(beyond(21), 9_999), []);
    assert_eq!(at(beyond(21), 10_000), [raised(5_000, 10_000, 21)]);
}

#[test]
fn a_gap_makes_nothing_up_and_forgets_nothing() {
    let mut watcher = Watcher::new(BTreeMap::new());
    assert_eq!(look(&mut watcher, TIMING, beyond(21), 0), []);
    // Nobody looked for an hour: whether it was past the threshold all the time isn't known, and it no longer is.
    assert_eq!(look(&mut watcher, TIMING, calm(1), 3_600_000), []);
    assert_eq!(look(&mut watcher, TIMING, beyond(21), 3_601_000), []);
    let mut again = Watcher::new(watcher.phases().clone());
    assert_eq!(look(&mut again, TIMING, beyond(22), 7_200_000), [raised(3_601_000, 3_606_000, 22)], "it still is");
    let mut again = Watcher::new(again.phases().clone());
    assert_eq!(look(&mut again, TIMING, beyond(22), 7_300_000), [], "what was raised is not raised again");
}

#[test]
fn what_is_no_longer_watched_is_withdrawn() {
    let mut watcher = Watcher::new(BTreeMap::new());
    look(&mut watcher, Timing { for_ms: 0, clear_for_ms: 0 }, beyond(1), 0);
    assert_eq!(watcher.step(&BTreeMap::new(), Instant(10)), [((), Step::Withdrawn { at: Instant(10) })]);
    assert!(watcher.phases().is_empty());
}

#[test]
fn on_the_threshold_is_not_past_it_and_the_other_line_is_reached_on_it() {
    let line = |number: i64| Decimal::from_millionths(number * Decimal::SCALE).unwrap();
    let above = Lines { side: Side::Above, threshold: line(20), clear: line(15) };
    let places = [21, 20, 16, 15, 14].map(|count| above.place(count, 1));
    assert_eq!(places, [Place::Beyond, Place::Between, Place::Between, Place::Calm, Place::Calm]);
    let lines = Lines {
        side: Side::Below,
        threshold: Decimal::from_millionths(900_000).unwrap(),
        clear: Decimal::from_millionths(920_000).unwrap(),
    };
    // 899,999 of a million print as 90.0 %.
    assert_eq!(lines.place(899_999, 1_000_000), Place::Beyond);
    assert_eq!(lines.place(9, 10), Place::Between);
    assert_eq!(lines.place(919_999, 1_000_000), Place::Between);
    assert_eq!(lines.place(92, 100), Place::Calm);
    // Of a percentile in the open bucket only a bound is known.
    let hours = Lines { side: Side::Above, threshold: line(480), clear: line(480) };
    assert_eq!((hours.place_above(720), hours.place_above(240)), (Some(Place::Beyond), None));
}

/// A figure by time: where it stands from which instant on; instants ascend by at most the time that a sighting holds.
fn signal() -> impl Strategy<Value = Vec<(i64, Seen)>> {
    let seen = prop_oneof![
        3 => (21..30_i64).prop_map(beyond),
        2 => (16..21_i64).prop_map(|figure| Some((Place::Between, figure))),
        3 => (0..16_i64).prop_map(calm),
        1 => Just(None),
    ];
    prop::collection::vec((0..7_000_i64, seen), 1..40).prop_map(|changes| {
        let mut at = 0;
        changes
            .into_iter()
            .map(|(after, seen)| {
                at += after;
                (at, seen)
            })
            .collect()
    })
}

fn run(signal: &[(i64, Seen)], timing: Timing, extra: &[i64]) -> Vec<Step<i64>> {
    let end = signal.last().map_or(0, |(at, _)| *at) + 20_000;
    let mut instants: Vec<i64> = signal.iter().map(|(at, _)| *at).chain(extra.iter().copied()).collect();
    instants.extend([end]);
    instants.retain(|at| *at <= end && *at >= signal[0].0);
    instants.sort_unstable();
    instants.dedup();
    let mut watcher = Watcher::new(BTreeMap::new());
    let mut steps = Vec::new();
    for at in instants {
        let seen = signal.iter().rev().find(|(from, _)| *from <= at).and_then(|(_, seen)| *seen);
        steps.extend(look(&mut watcher, timing, seen, at).into_iter().map(|(_, step)| step));
    }
    steps
}

fn instant(step: &Step<i64>) -> i64 {
    match step {
        Step::Raised { at, .. } | Step::Cleared { at, .. } | Step::Withdrawn { at } => at.0,
    }
}

fn timings() -> impl Strategy<Value = Timing> {
    (0..9_000_i64, 0..9_000_i64).prop_map(|(for_ms, clear_for_ms)| Timing { for_ms, clear_for_ms })
}

proptest! {
    #[test]
    fn it_does_not_matter_how_often_it_is_looked_at(
        signal in signal(), timing in timings(), extra in prop::collection::vec(0..300_000_i64, 0..200),
    ) {
        prop_assert_eq!(run(&signal, timing, &[]), run(&signal, timing, &extra));
    }

    #[test]
    fn raised_and_cleared_take_turns_and_each_has_lasted(signal in signal(), timing in timings()) {
        let steps = run(&signal, timing, &[]);
        let at = |at: i64| signal.iter().rev().find(|(from, _)| *from <= at).and_then(|(_, seen)| *seen);
        let all = |from: i64, to: i64, wanted: Place| {
            let inside = signal.iter().map(|(at, _)| *at).filter(|at| from < *at && *at < to);
            std::iter::once(from).chain(inside).all(|instant| at(instant).is_some_and(|(place, _)| place == wanted))
        };
        for (place, step) in steps.iter().enumerate() {
            let is_raised = matches!(step, Step::Raised { .. });
            prop_assert_eq!(is_raised, place % 2 == 0, "{:?}", &steps);
            let (lasted, wanted) = if is_raised {
                (timing.for_ms, Place::Beyond)
            } else {
                (timing.clear_for_ms, Place::Calm)
            };
            // Neither null nor anything between the lines was part of it.
            prop_assert!(all(instant(step) - lasted, instant(step), wanted), "{:?} in {:?}", step, &signal);
        }
        let mut before = None;
        for step in &steps {
            prop_assert!(before.is_none_or(|before| before <= instant(step)));
            before = Some(instant(step));
        }
    }

    #[test]
    fn a_stop_and_a_start_between_any_two_looks_raise_nothing_twice(signal in signal(), cut in 0..40_usize) {
        let timing = Timing { for_ms: 0, clear_for_ms: 0 };
        let mut whole = Watcher::new(BTreeMap::new());
        let mut cut_off = Watcher::new(BTreeMap::new());
        for (place, (at, seen)) in signal.iter().enumerate() {
            if place == cut {
                cut_off = Watcher::new(cut_off.phases().clone());
            }
            prop_assert_eq!(look(&mut whole, timing, *seen, *at), look(&mut cut_off, timing, *seen, *at));
        }
    }
}
