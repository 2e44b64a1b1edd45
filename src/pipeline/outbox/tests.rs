//! Messages over failures and stops: none lost, none sent twice by a process that lives.

use std::path::Path;

use serde_json::json;
use tokio::time::Instant as Timer;

use super::*;
use crate::delivery::Folder;
use crate::delivery::retry::GIVE_UP_AFTER_MS;

/// A real clock that goes with the paused one.
fn wall() -> Clock {
    let begun = Timer::now();
    Arc::new(move || Instant(1_722_560_400_000 + i64::try_from(begun.elapsed().as_millis()).unwrap()))
}

fn draft(to: &str, id: &str, not_before: Instant) -> Draft {
    let message = Message {
        id: id.to_owned(),
        subject: "s".to_owned(),
        text: "t".to_owned(),
        html: None,
        payload: json!({}),
        parts: Vec::new(),
    };
    Draft { to: to.to_owned(), not_before, message }
}

fn outbox(facts: &Facts, path: &Path) -> Outbox {
    let to = Destination::Folder(Folder { path: path.to_owned() });
    Outbox::open(facts.clone(), BTreeMap::from([("box".to_owned(), to)])).unwrap()
}

fn put(outbox: &Outbox, facts: &Facts, drafts: Vec<Draft>, now: Instant) {
    let mut change = Change::default();
    let prepared = outbox.prepare(&mut change, drafts, now).unwrap();
    facts.commit(change).unwrap();
    outbox.accept(prepared);
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .map(|all| all.flatten().map(|entry| entry.file_name().into_string().unwrap()).collect())
        .unwrap_or_default();
    names.sort();
    names
}

/// Runs until something is so.
async fn run_until(outbox: &Outbox, wall: &Clock, is_so: impl Fn(&Outbox) -> bool) {
    let (_stop, stopped) = watch::channel(false);
    let poll = async {
        let mut ticks = tokio::time::interval(Duration::from_millis(100));
        while !is_so(outbox) {
            ticks.tick().await;
        }
    };
    tokio::select! {
        () = outbox.run(wall.clone(), || 0.5, stopped) => panic!("it goes on"),
        () = poll => {}
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_message_is_tried_again_later_and_delivered_once() {
    let (facts, folder, wall) = (Facts::in_memory().unwrap(), tempfile::tempdir().unwrap(), wall());
    let path = folder.path().join("box");
    std::fs::write(&path, "no folder").unwrap();
    let outbox = outbox(&facts, &path);
    let begun = (wall)();
    put(&outbox, &facts, vec![draft("box", "a", begun), draft("nowhere", "b", begun)], begun);
    assert_eq!(outbox.waiting(), 1, "a destination that isn't configured takes nothing");
    run_until(&outbox, &wall, |outbox| outbox.troubles().contains_key("box")).await;
    let trouble = outbox.troubles().remove("box").unwrap();
    assert_eq!((trouble.failures, trouble.given_up), (3, 0));
    let waiting = outbox.fate(1).unwrap().unwrap();
    assert_eq!((waiting.state, waiting.tries), (FateState::Waiting, 3));
    assert!(waiting.at > (wall)() && waiting.why.unwrap().contains("the folder can't be written"));
    let dropped = outbox.fate(2).unwrap().unwrap();
    let why = Some("no such destination is configured".to_owned());
    assert_eq!(dropped, Fate { state: FateState::Dropped, at: begun, tries: 0, why });
    assert_eq!(outbox.fate(3).unwrap(), None);
    assert!((wall)().0 - begun.0 >= 1_000 + 2_000, "with growing pauses");
    std::fs::remove_file(&path).unwrap();
    run_until(&outbox, &wall, |outbox| outbox.waiting() == 0).await;
    assert_eq!(names(&path), ["a.json"]);
    assert!(outbox.troubles().is_empty(), "it takes messages again");
    assert_eq!(facts.count(WAITING).unwrap(), 0);
    let taken = outbox.fate(1).unwrap().unwrap();
    assert_eq!((taken.state, taken.tries, taken.why), (FateState::Delivered, 3, None));
    assert!(taken.at > begun);
}

#[tokio::test(start_paused = true)]
async fn what_waits_outlives_the_process_and_quiet_hours_delay_it() {
    let (facts, folder, wall) = (Facts::in_memory().unwrap(), tempfile::tempdir().unwrap(), wall());
    let now = (wall)();
    let first = outbox(&facts, folder.path());
    put(&first, &facts, vec![draft("box", "night", now.plus_ms(3_600_000)), draft("box", "now", now)], now);
    drop(first);
    let second = outbox(&facts, folder.path());
    assert_eq!(second.waiting(), 2);
    run_until(&second, &wall, |outbox| outbox.waiting() == 1).await;
    assert_eq!(names(folder.path()), ["now.json"]);
    assert!((wall)().0 - now.0 < 3_600_000);
    run_until(&second, &wall, |outbox| outbox.waiting() == 0).await;
    assert_eq!(names(folder.path()), ["night.json", "now.json"]);
    assert!((wall)().0 - now.0 >= 3_600_000);
    put(&second, &facts, vec![draft("box", "later", (wall)())], (wall)());
    run_until(&second, &wall, |outbox| outbox.waiting() == 0).await;
    assert_eq!(facts.get(LAST, LAST_KEY).unwrap(), Some(3), "no number twice");
}

#[tokio::test(start_paused = true)]
async fn what_nobody_takes_for_a_day_is_given_up_and_named() {
    let (facts, folder, wall) = (Facts::in_memory().unwrap(), tempfile::tempdir().unwrap(), wall());
    let path = folder.path().join("box");
    std::fs::write(&path, "no folder").unwrap();
    let outbox_ = outbox(&facts, &path);
    let begun = (wall)();
    put(&outbox_, &facts, vec![draft("box", "a", begun)], begun);
    run_until(&outbox_, &wall, |outbox| outbox.waiting() == 0).await;
    assert!((wall)().0 - begun.0 >= GIVE_UP_AFTER_MS);
    let again = outbox(&facts, &path);
    let trouble = again.troubles().remove("box").unwrap();
    assert_eq!(trouble.given_up, 1);
    let fate = again.fate(1).unwrap().unwrap();
    assert_eq!((fate.state, u64::from(fate.tries)), (FateState::GivenUp, trouble.failures));
    assert_eq!(fate.why, Some(trouble.reason.clone()));
    assert!(trouble.failures > 50 && trouble.reason.contains("the folder can't be written"), "{trouble:?}");
}

#[test]
fn no_number_is_given_twice_in_whatever_order_changes_are_made() {
    let (facts, folder) = (Facts::in_memory().unwrap(), tempfile::tempdir().unwrap());
    let first = outbox(&facts, folder.path());
    let (mut left, mut right) = (Change::default(), Change::default());
    let now = Instant(1);
    let _left = first.prepare(&mut left, vec![draft("box", "a", now)], now).unwrap();
    let _right = first.prepare(&mut right, vec![draft("box", "b", now)], now).unwrap();
    facts.commit(right).unwrap();
    facts.commit(left).unwrap();
    assert_eq!(facts.get(LAST, LAST_KEY).unwrap(), Some(1), "what was written last isn't the greatest");
    let second = outbox(&facts, folder.path());
    put(&second, &facts, vec![draft("nowhere", "c", now)], now);
    assert_eq!(second.waiting(), 2);
    // Nor when the greatest doesn't wait.
    let mut change = Change::default();
    change.put(LAST, LAST_KEY, &1).unwrap();
    facts.commit(change).unwrap();
    let third = outbox(&facts, folder.path());
    put(&third, &facts, vec![draft("box", "d", now)], now);
    assert_eq!((third.waiting(), third.fate(3).unwrap().unwrap().state), (3, FateState::Dropped));
}

#[test]
fn what_waits_for_a_destination_that_is_gone_is_dropped() {
    let (facts, folder) = (Facts::in_memory().unwrap(), tempfile::tempdir().unwrap());
    let first = outbox(&facts, folder.path());
    put(&first, &facts, vec![draft("box", "a", Instant(5))], Instant(5));
    drop(first);
    let second = Outbox::open(facts.clone(), BTreeMap::new()).unwrap();
    assert_eq!((second.waiting(), facts.count(WAITING).unwrap()), (0, 0));
    let dropped = second.fate(1).unwrap().unwrap();
    assert_eq!((dropped.state, dropped.why.as_deref()), (FateState::Dropped, Some(UNKNOWN)));
}

#[test]
fn no_more_wait_than_may() {
    let (facts, folder) = (Facts::in_memory().unwrap(), tempfile::tempdir().unwrap());
    let outbox = outbox(&facts, folder.path());
    let all = (0..=WAITING_MAX).map(|number| draft("box", &number.to_string(), Instant(1))).collect();
    put(&outbox, &facts, all, Instant(1));
    assert_eq!(outbox.waiting(), WAITING_MAX);
    let last = outbox.fate(u64::try_from(WAITING_MAX).unwrap() + 1).unwrap().unwrap();
    assert_eq!((last.state, last.why.as_deref()), (FateState::Dropped, Some("too many messages wait")));
}
