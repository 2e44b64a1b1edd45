use std::sync::atomic::{AtomicI64, Ordering};

use super::*;
use crate::cube::Cube;
use crate::model::{Record, SourceFact, SourceProfile, Zone};
use crate::pipeline::worlds::unit;

const NOW: Instant = Instant(1_722_560_400_000);
const QUIET: Duration = Duration::from_secs(900);

/// A real clock that the test moves.
fn clock() -> (Arc<AtomicI64>, Clock) {
    let time = Arc::new(AtomicI64::new(NOW.0));
    let shown = time.clone();
    (time, Arc::new(move || Instant(shown.load(Ordering::Relaxed))))
}

/// A province of two communes after so many records; the source `of-a` covers the first.
fn view(seq: u64) -> View {
    let mut cube = Cube::new(Zone::named("Asia/Ho_Chi_Minh").unwrap(), NOW);
    let profile = SourceProfile { units: vec!["a".into()], ..SourceProfile::default() };
    let source = Record::Source(Box::new(SourceFact { source: "of-a".into(), at: Instant(1), profile }));
    cube.apply([unit("17", None), unit("a", Some("17")), unit("b", Some("17")), source], seq);
    cube.settle();
    cube.view()
}

fn under(backfills: &Backfills, view: &View, code: &str) -> Vec<String> {
    let unit = view.units().read(code, view.today()).unit;
    backfills.under(view, &Feeds::default(), unit).into_iter().map(|mark| mark.source.to_string()).collect()
}

#[test]
fn it_marks_the_units_that_the_source_feeds_and_those_above_and_no_others() {
    let (_, wall) = clock();
    let backfills = Backfills::open(Facts::in_memory().unwrap(), QUIET, wall).unwrap();
    let view = view(9);
    assert!(backfills.is_idle() && under(&backfills, &view, "17").is_empty());
    backfills.begin(&"of-a".into(), NOW).unwrap();
    assert_eq!(["17", "a", "b"].map(|code| under(&backfills, &view, code).len()), [1, 1, 0]);
    let mark = backfills.under(&view, &Feeds::default(), UnitId::UNRESOLVED).remove(0);
    assert_eq!(mark, Mark { source: "of-a".into(), since: NOW.to_rfc3339(view.zone()) });
    // Of a source of which nothing is known any unit may be fed.
    backfills.begin(&"anybody".into(), NOW).unwrap();
    assert_eq!(["17", "a", "b"].map(|code| under(&backfills, &view, code).len()), [2, 2, 1]);
}

#[test]
fn it_ends_when_told_and_only_after_the_figures_hold_the_last_record() {
    let (_, wall) = clock();
    let backfills = Backfills::open(Facts::in_memory().unwrap(), QUIET, wall).unwrap();
    backfills.begin(&"of-a".into(), NOW).unwrap();
    backfills.reached(&"of-a".into(), 12);
    backfills.end(&"of-a".into()).unwrap();
    assert_eq!(under(&backfills, &view(11), "17"), ["of-a"]);
    assert!(under(&backfills, &view(12), "17").is_empty());
    // Ending what never began is nothing.
    backfills.end(&"other".into()).unwrap();
    assert!(under(&backfills, &view(12), "17").is_empty());
}

#[test]
fn it_ends_by_itself_after_the_quiet_time_and_begins_anew_later() {
    let (time, wall) = clock();
    let backfills = Backfills::open(Facts::in_memory().unwrap(), QUIET, wall).unwrap();
    let view = view(9);
    let source: Text = "of-a".into();
    backfills.begin(&source, NOW).unwrap();
    time.fetch_add(899_999, Ordering::Relaxed);
    assert_eq!(under(&backfills, &view, "a"), ["of-a"]);
    // A further batch goes on with it.
    backfills.begin(&source, NOW.plus_ms(899_999)).unwrap();
    time.fetch_add(899_999, Ordering::Relaxed);
    let unit = view.units().read("a", view.today()).unit;
    assert_eq!(backfills.under(&view, &Feeds::default(), unit)[0].since, NOW.to_rfc3339(view.zone()));
    time.fetch_add(1, Ordering::Relaxed);
    assert!(under(&backfills, &view, "a").is_empty());
    let later = NOW.plus_ms(5_000_000);
    backfills.begin(&source, later).unwrap();
    assert_eq!(backfills.under(&view, &Feeds::default(), unit)[0].since, later.to_rfc3339(view.zone()));
}

#[test]
fn it_outlives_the_process_and_old_ones_are_forgotten() {
    let (time, wall) = clock();
    let facts = Facts::in_memory().unwrap();
    let first = Backfills::open(facts.clone(), QUIET, wall.clone()).unwrap();
    first.begin(&"of-a".into(), NOW).unwrap();
    first.begin(&"ended".into(), NOW).unwrap();
    first.end(&"ended".into()).unwrap();
    let again = Backfills::open(facts.clone(), QUIET, wall.clone()).unwrap();
    assert_eq!(under(&again, &view(9), "17"), ["of-a"]);
    time.fetch_add(OVER_MS + 1, Ordering::Relaxed);
    again.begin(&"new".into(), NOW).unwrap();
    assert_eq!(facts.count(BACKFILLS).unwrap(), 1);
    assert_eq!(under(&Backfills::open(facts, QUIET, wall).unwrap(), &view(9), "17"), ["new"]);
}
