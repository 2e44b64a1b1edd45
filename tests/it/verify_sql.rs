//! The figures that the rules give, by SQL: every rule as a named example, and what must hold of all of them together.

use std::collections::BTreeMap;

use opcentre::model::{Day, Instant, Record, Zone};
use opcentre::store::{FigureRow, Store, UnitKey, Verdict};
use opcentre::units::{Hierarchy, Perspective, TERRITORY};

use crate::store::{Dice, refold, sequenced, store};
use crate::support::engine::TestEngine;
use crate::support::records::{dossier, rating, shown, time, unit, zone};

/// Friday morning, the instant at which the examples are judged.
const NOW: &str = "08-02T08:00";

/// An example: its name, its records, and what the rules make of them.
type Example = (&'static str, &'static [&'static str], &'static [&'static str]);

/// Writes the records of all examples in disorder, some twice, in several batches.
pub async fn insert_mixed(store: &Store, records: &[Record]) {
    let mut batch = sequenced(records);
    batch.extend(batch.clone().into_iter().step_by(5));
    Dice(7).shuffle(&mut batch);
    for part in batch.chunks(batch.len() / 5 + 1) {
        store.insert(1, part).await.unwrap();
    }
}

fn verdict(verdict: &Verdict) -> String {
    if !verdict.accepted {
        return format!("{} not accepted", verdict.id);
    }
    let mut words = vec![verdict.id.clone()];
    let mut add = |name: &str, instant: Option<Instant>| {
        words.extend(instant.map(|instant| format!("{name}={}", shown(instant))));
    };
    add("taken", verdict.taken_on);
    add("finish", verdict.finish);
    add("due", verdict.due);
    add("overdue", verdict.overdue_from.filter(|from| Some(*from) != verdict.due));
    add("rescheduled", verdict.rescheduled_at);
    words.extend(verdict.class.clone());
    words.join(" ")
}

/// `code@first day`, behind `tree:` unless it is the territory.
pub fn unit_name(unit: &UnitKey) -> String {
    let UnitKey::Version { tree, code, valid_from } = unit else { return "unresolved".to_owned() };
    let within = if &**tree == TERRITORY { String::new() } else { format!("{tree}:") };
    let from = valid_from.map(|day| format!("@{day}")).unwrap_or_default();
    format!("{within}{code}{from}")
}

fn figure(row: &FigureRow) -> String {
    format!("{} {} {:+}", row.day.to_string().strip_prefix("2024-").unwrap(), row.measure, row.delta)
}

/// All figures as now and processing.
async fn figures(store: &Store, now: Instant) -> Vec<FigureRow> {
    let mut rows = Vec::new();
    store.verify_figures(&zone(), now, |row| rows.push(row)).await.unwrap();
    rows.retain(|row| row.perspective == Perspective::default());
    rows
}

async fn check_verdicts(examples: &[Example]) {
    let engine = TestEngine::start();
    let store = store(&engine, "verdicts").await;
    let records: Vec<Record> =
        examples.iter().flat_map(|(name, lines, _)| lines.iter().map(|line| dossier(name, line))).collect();
    insert_mixed(&store, &records).await;
    for (name, _, expected) in examples {
        let verdicts = store.verify_verdicts(&zone(), time(NOW), name).await.unwrap();
        let got: Vec<String> = verdicts.iter().map(verdict).collect();
        assert_eq!(got, *expected, "{name}");
    }
    assert!(refold(&store).await.is_empty());
}

/// A figure without R-20's, which have examples of their own.
fn is_shown(row: &FigureRow) -> bool {
    !row.measure.starts_with("resolved_hours_")
}

/// Judges examples whose rows stand under the unit of their name; the expected rows are given in any order.
async fn check_figures(now: &str, examples: &[Example]) {
    let engine = TestEngine::start();
    let store = store(&engine, "figures").await;
    let mut records = vec![unit("root")];
    for (name, lines, _) in examples {
        records.push(unit(&format!("{name} parent=root")));
        for line in *lines {
            records.push(match line.strip_prefix("rating ") {
                Some(line) => rating(name, line),
                None => dossier(name, line),
            });
        }
    }
    insert_mixed(&store, &records).await;
    let mut got: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in figures(&store, time(now)).await.into_iter().filter(is_shown) {
        got.entry(unit_name(&row.unit)).or_default().push(figure(&row));
    }
    for (name, _, expected) in examples {
        let mut expected: Vec<&str> = expected.to_vec();
        expected.sort_unstable();
        let mut got = got.remove(*name).unwrap_or_default();
        got.sort_unstable();
        assert_eq!(got, expected, "{name}");
    }
    assert!(got.is_empty(), "{got:?}");
}

const R3_TO_R11: &[Example] = &[
    (
        "r3_value_beats_null_at_equal_at",
        &[
            "a 07-01T08:00 status=accepted received=07-01T07:00",
            "a 07-01T08:00 received=null",
            "b 07-01T08:00 status=accepted received=07-01T06:00",
            "b 07-01T08:00 received=07-01T07:00",
            "c 07-01T08:00 status=accepted received=07-01T06:00",
            "c 07-01T08:00:00.001 received=null",
        ],
        &["a taken=07-01T07:00", "b taken=07-01T07:00", "c taken=07-01T08:00"],
    ),
    (
        "r4_newest_status_breaks_ties_by_position",
        &[
            "a 07-01T08:00 status=accepted",
            "a 07-05T08:00 status=withdrawn",
            "a 07-05T08:00 status=done",
            "b 07-01T08:00 status=accepted",
            "b 07-05T08:00 status=done",
            "b 07-05T08:00:00.001 status=withdrawn",
        ],
        &[
            "a taken=07-01T08:00 finish=07-05T08:00 resolved_undated",
            "b taken=07-01T08:00 finish=07-05T08:00 resolved_withdrawn",
        ],
    ),
    (
        "r6_void_is_in_no_figure",
        &[
            "a 07-01T08:00 status=accepted void=twice",
            "b 07-01T08:00 status=accepted void=twice",
            "b 07-02T08:00 void=null",
            "c 07-01T08:00 status=accepted void=null",
            "c 07-01T08:00 void=x",
        ],
        &["b taken=07-01T08:00"],
    ),
    (
        "r7_accepted",
        &[
            "a 07-01T08:00 status=registered received=07-01T08:00",
            "b 07-01T08:00 received=07-01T07:00",
            "c 07-03T08:00 status=withdrawn",
            "d 07-03T08:00 status=withdrawn received=07-01T08:00",
            "e 07-03T08:00 status=refused received=07-01T08:00",
            "f 07-03T08:00 status=stopped",
            "g 07-03T08:00 status=delivered",
            "h 07-03T08:00 digitised=true",
        ],
        &[
            "a not accepted",
            "b taken=07-01T07:00",
            "c not accepted",
            "d taken=07-01T08:00 finish=07-03T08:00 resolved_withdrawn",
            "e not accepted",
            "f taken=07-03T08:00 finish=07-03T08:00 resolved_withdrawn",
            "g taken=07-03T08:00 finish=07-03T08:00 resolved_undated",
            "h not accepted",
        ],
    ),
    (
        "r8_taken_on",
        &[
            "a 07-01T08:00 status=refused",
            "a 07-02T08:00 status=registered",
            "a 07-04T08:00 status=processing",
            "a 07-03T08:00 status=accepted",
            "b 07-01T08:00 received=07-01T08:00",
            "b 07-02T08:00 status=accepted",
            "b 07-05T08:00 received=null",
        ],
        &["a taken=07-03T08:00", "b taken=07-02T08:00"],
    ),
    (
        "r9_done_sent_again_moves_nothing",
        &["a 07-01T08:00 status=accepted", "a 07-05T08:00 status=done", "a 07-09T08:00 status=done"],
        &["a taken=07-01T08:00 finish=07-05T08:00 resolved_undated"],
    ),
    (
        "r9_reopened",
        &[
            "a 07-01T08:00 status=accepted",
            "a 07-05T08:00 status=done",
            "a 07-07T08:00 status=processing",
            "b 07-01T08:00 status=accepted",
            "b 07-05T08:00 status=done",
            "b 07-07T08:00 status=processing",
            "b 07-09T08:00 status=done",
            "c 07-05T08:00 status=done",
            "c 07-05T08:00 status=processing",
        ],
        &[
            "a taken=07-01T08:00",
            "b taken=07-01T08:00 finish=07-09T08:00 resolved_undated",
            "c taken=07-05T08:00 finish=07-05T08:00 resolved_undated",
        ],
    ),
    (
        "r9_which_finish_stands",
        &[
            "done_over_delivered 07-01T08:00 received=07-01T08:00",
            "done_over_delivered 07-03T08:00 status=delivered",
            "done_over_delivered 07-05T08:00 status=done",
            "finished_at_first 07-01T08:00 status=accepted",
            "finished_at_first 07-05T08:00 status=done finished=07-04T08:00",
            "later_register 07-06T08:00 status=processing received=07-01T08:00",
            "later_register 07-07T08:00 finished=07-04T08:00",
            "not_later_register 07-06T08:00 status=processing received=07-01T08:00 finished=07-04T08:00",
            "otherwise 07-01T08:00 status=accepted",
            "otherwise 07-03T08:00 status=refused",
            "otherwise 07-04T08:00 status=withdrawn",
            "raised 07-05T08:00 status=done received=07-05T08:00 finished=07-03T08:00",
        ],
        &[
            "done_over_delivered taken=07-01T08:00 finish=07-05T08:00 resolved_undated",
            "finished_at_first taken=07-01T08:00 finish=07-04T08:00 resolved_undated",
            "later_register taken=07-01T08:00 finish=07-04T08:00 resolved_undated",
            "not_later_register taken=07-01T08:00",
            "otherwise taken=07-01T08:00 finish=07-04T08:00 resolved_withdrawn",
            "raised taken=07-05T08:00 finish=07-05T08:00 resolved_undated",
        ],
    ),
    (
        "r10_given_up_whatever_gave_the_finish",
        &["a 07-01T08:00 status=accepted due=07-02", "a 07-05T08:00 status=done", "a 07-06T08:00 status=stopped"],
        &["a taken=07-01T08:00 finish=07-05T08:00 due=07-02T23:59:59.999 resolved_withdrawn"],
    ),
    (
        "r11_pauses_end_at_the_finish",
        &[
            "a 07-01T08:00 status=accepted due=07-10T08:00 pause=p:payment:07-05T08:00..",
            "a 07-06T08:00 status=done",
            "b 07-01T08:00 status=accepted due=07-10T08:00",
            "b 07-06T08:00 status=done pause=p:payment:07-06T08:00..07-09T08:00",
            "c 07-01T08:00 status=accepted due=07-10T08:00 pause=p:payment:07-05T08:00..07-05T08:00",
            "d 07-01T08:00 status=accepted due=07-10T08:00 pause=p:payment:07-02T08:00..07-04T08:00",
            "d 07-01T09:00 pause=q:payment:07-03T08:00..07-05T08:00",
            "e 07-01T08:00 status=accepted due=07-10T08:00 pause=p:payment:07-05T08:00..",
            "e 07-02T08:00 pause=p::null",
            "f 07-01T08:00 status=accepted due=07-10T08:00 pause=p:payment:07-05T08:00..07-06T08:00",
            "f 07-02T08:00 pause=p:null:..null",
        ],
        &[
            "a taken=07-01T08:00 finish=07-06T08:00 due=07-11T08:00 resolved_early",
            "b taken=07-01T08:00 finish=07-06T08:00 due=07-10T08:00 resolved_early",
            "c taken=07-01T08:00 due=07-10T08:00",
            "d taken=07-01T08:00 due=07-13T08:00",
            "e taken=07-01T08:00 due=07-10T08:00",
            "f taken=07-01T08:00 due=forever",
        ],
    ),
];

#[tokio::test]
async fn r3_to_r11_examples_have_their_verdicts() {
    check_verdicts(R3_TO_R11).await;
}

const R12_TO_R15: &[Example] = &[
    (
        "r12_pause_moves_due",
        &[
            "a 07-01T08:00 status=accepted due=07-10 pause=p:supplement:07-02T08:00..07-04T08:00",
            "before_its_at 07-01T08:00 status=accepted pause=p:supplement:07-02T08:00..07-04T08:00",
            "before_its_at 07-05T08:00 due=07-10",
            "begins_at_due 07-01T08:00 status=accepted due=07-10T08:00 pause=p:payment:07-10T08:00..07-11T08:00",
            "begins_just_before 07-01T08:00 status=accepted due=07-10T08:00 pause=p:payment:07-10T07:59:59.999..07-11T08:00",
            "moved_so_far 07-01T08:00 status=accepted due=07-10T08:00 pause=p:payment:07-09T08:00..07-11T08:00",
            "moved_so_far 07-01T08:00 pause=q:payment:07-12T07:00..07-12T09:00",
            "not_moved_so_far 07-01T08:00 status=accepted due=07-10T08:00 pause=p:payment:07-09T08:00..07-11T08:00",
            "not_moved_so_far 07-01T08:00 pause=q:payment:07-12T08:00..07-12T09:00",
            "open 07-01T08:00 status=accepted due=07-10T08:00 pause=p:payment:07-02T08:00",
        ],
        &[
            "a taken=07-01T08:00 due=07-12T23:59:59.999",
            "before_its_at taken=07-01T08:00 due=07-12T23:59:59.999",
            "begins_at_due taken=07-01T08:00 due=07-10T08:00",
            "begins_just_before taken=07-01T08:00 due=07-11T08:00:00.001",
            "moved_so_far taken=07-01T08:00 due=07-12T10:00",
            "not_moved_so_far taken=07-01T08:00 due=07-12T08:00",
            "open taken=07-01T08:00 due=forever",
        ],
    ),
    (
        "r12_later_due_dates",
        &[
            "in_time 07-01T08:00 status=accepted due=07-10T08:00",
            "in_time 07-05T08:00 due=07-20T08:00",
            "at_the_last_instant 07-01T08:00 status=accepted due=07-10T08:00",
            "at_the_last_instant 07-10T08:00 due=07-20T08:00",
            "too_late 07-01T08:00 status=accepted due=07-10T08:00",
            "too_late 07-10T08:00:00.001 due=07-20T08:00",
            "too_late 07-11T08:00 due=07-21T08:00",
            "the_same 07-01T08:00 status=accepted due=07-10T08:00",
            "the_same 07-12T08:00 due=07-10T08:00",
            "null_in_time 07-01T08:00 status=accepted due=07-10T08:00",
            "null_in_time 07-03T08:00 due=null",
            "null_in_time 07-20T08:00 due=07-25T08:00",
            "null_too_late 07-01T08:00 status=accepted due=07-10T08:00",
            "null_too_late 07-11T08:00 due=null",
            "null_first 07-01T08:00 status=accepted due=null",
            "null_first 07-11T08:00 due=null",
            "null_first 07-12T08:00 due=07-05T08:00",
            "moved_by_pause 07-01T08:00 status=accepted due=07-10T08:00 pause=p:payment:07-09T08:00..07-11T08:00",
            "moved_by_pause 07-12T08:00 due=07-20T08:00",
            "while_open 07-01T08:00 status=accepted due=07-10T08:00 pause=p:payment:07-09T08:00",
            "while_open 07-30T08:00 due=08-20T08:00",
            "back_to_moved 07-01T08:00 status=accepted due=07-10T08:00 pause=p:payment:07-02T08:00..07-04T08:00",
            "back_to_moved 07-05T08:00 due=07-10T08:00",
        ],
        &[
            "at_the_last_instant taken=07-01T08:00 due=07-20T08:00",
            "back_to_moved taken=07-01T08:00 due=07-12T08:00",
            "in_time taken=07-01T08:00 due=07-20T08:00",
            "moved_by_pause taken=07-01T08:00 due=07-20T08:00",
            "null_first taken=07-01T08:00 due=07-05T08:00",
            "null_in_time taken=07-01T08:00 due=07-25T08:00",
            "null_too_late taken=07-01T08:00 due=07-10T08:00 rescheduled=07-11T08:00",
            "the_same taken=07-01T08:00 due=07-10T08:00",
            "too_late taken=07-01T08:00 due=07-10T08:00 rescheduled=07-10T08:00:00.001",
            "while_open taken=07-01T08:00 due=forever",
        ],
    ),
    (
        "r12_rest_of_a_pause_in_progress",
        &[
            "a 07-01T08:00 status=accepted due=07-10T08:00 pause=p:payment:07-03T08:00..07-07T08:00",
            "a 07-05T08:00 due=07-20T08:00",
            "value_not_after 07-01T08:00 status=accepted due=07-10T08:00 pause=p:payment:07-03T08:00..07-07T08:00",
            "value_not_after 07-05T08:00 due=07-05T08:00",
            "same_instant 07-01T08:00 status=accepted due=07-05T09:00 pause=p:payment:07-05T08:00..07-06T08:00",
            "same_instant 07-05T08:00 due=07-20T08:00",
            "ended 07-01T08:00 status=accepted due=07-10T08:00 pause=p:payment:07-03T08:00..07-05T08:00",
            "ended 07-05T08:00 due=07-20T08:00",
            "unmoved_still_rests 07-01T08:00 status=accepted due=null pause=p:payment:07-03T08:00..07-07T08:00",
            "unmoved_still_rests 07-05T08:00 due=07-20T08:00",
        ],
        &[
            "a taken=07-01T08:00 due=07-22T08:00",
            "ended taken=07-01T08:00 due=07-20T08:00",
            "same_instant taken=07-01T08:00 due=07-21T08:00",
            "unmoved_still_rests taken=07-01T08:00 due=07-22T08:00",
            "value_not_after taken=07-01T08:00 due=07-05T08:00",
        ],
    ),
    (
        "r5_one_due_date_per_at",
        &["a 07-01T08:00 status=accepted due=07-09T08:00", "a 07-01T08:00 due=null", "a 07-01T08:00 due=07-10T08:00"],
        &["a taken=07-01T08:00 due=07-10T08:00"],
    ),
    (
        "r13_second_request",
        &[
            "a 07-01T08:00 status=accepted due=07-30T08:00 pause=p:supplement:07-02T08:00..07-02T08:00",
            "a 07-03T08:00 pause=q:supplement:07-03T08:00..07-03T08:00",
            "undated 07-01T08:00 status=accepted pause=p:supplement:07-02T08:00..07-03T08:00",
            "undated 07-04T08:00 pause=q:supplement:07-04T08:00..07-05T08:00",
            "undated 07-09T08:00 status=done",
            "payment 07-01T08:00 status=accepted due=07-30T08:00 pause=p:supplement:07-02T08:00..07-02T08:00",
            "payment 07-03T08:00 pause=q:payment:07-03T08:00..07-03T08:00",
            "same_instant 07-01T08:00 status=accepted due=07-30T08:00 pause=p:supplement:07-02T08:00..07-02T08:00",
            "same_instant 07-03T08:00 pause=q:supplement:07-02T08:00..07-02T08:00",
            "after_finish 07-01T08:00 status=accepted due=07-30T08:00 pause=p:supplement:07-02T08:00..07-02T08:00",
            "after_finish 07-03T08:00 status=done pause=q:supplement:07-03T08:00..07-03T08:00",
            "open_due 07-01T08:00 status=accepted due=07-30T08:00 pause=p:supplement:07-02T08:00",
            "open_due 07-03T08:00 pause=q:supplement:07-03T08:00",
        ],
        &[
            "a taken=07-01T08:00 due=07-30T08:00 overdue=07-03T08:00",
            "after_finish taken=07-01T08:00 finish=07-03T08:00 due=07-30T08:00 resolved_early",
            "open_due taken=07-01T08:00 due=forever overdue=07-03T08:00",
            "payment taken=07-01T08:00 due=07-30T08:00",
            "same_instant taken=07-01T08:00 due=07-30T08:00 overdue=07-02T08:00",
            "undated taken=07-01T08:00 finish=07-09T08:00 overdue=07-04T08:00 resolved_late",
        ],
    ),
    (
        "r14_r15_class",
        &[
            "at_due 07-01T08:00 status=accepted due=07-10",
            "at_due 07-10T23:59:59.999 status=done",
            "after_due 07-01T08:00 status=accepted due=07-10",
            "after_due 07-11T00:00 status=done",
            "day_before 07-01T08:00 status=accepted due=07-10T00:00",
            "day_before 07-09T23:59:59.999 status=done",
            "hours_before 07-01T08:00 status=accepted due=07-10T17:00",
            "hours_before 07-10T08:00 status=done",
            "late_and_given_up 07-01T08:00 status=accepted due=07-10",
            "late_and_given_up 07-11T08:00 status=withdrawn",
        ],
        &[
            "after_due taken=07-01T08:00 finish=07-11T00:00 due=07-10T23:59:59.999 resolved_late",
            "at_due taken=07-01T08:00 finish=07-10T23:59:59.999 due=07-10T23:59:59.999 resolved_on_time",
            "day_before taken=07-01T08:00 finish=07-09T23:59:59.999 due=07-10T00:00 resolved_early",
            "hours_before taken=07-01T08:00 finish=07-10T08:00 due=07-10T17:00 resolved_on_time",
            "late_and_given_up taken=07-01T08:00 finish=07-11T08:00 due=07-10T23:59:59.999 resolved_withdrawn",
        ],
    ),
];

#[tokio::test]
async fn r12_to_r15_examples_have_their_verdicts() {
    check_verdicts(R12_TO_R15).await;
}

#[tokio::test]
async fn r5_the_64_least_of_due_dates_and_pauses_count() {
    let engine = TestEngine::start();
    let store = store(&engine, "sets").await;
    let mut records = Vec::new();
    for place in 0..70 {
        let (hour, minute) = (8 + place / 60, place % 60);
        records.push(dossier(
            "s",
            &format!("due 07-01T{hour:02}:{minute:02} status=accepted due=07-20T{hour:02}:{minute:02}"),
        ));
        let (day, hour) = (2 + place / 12, place % 12 * 2);
        records.push(dossier(
            "s",
            &format!("pauses 07-01T08:00 status=accepted due=07-20T00:00 pause=p{place:02}:payment:07-{day:02}T{hour:02}:00..07-{day:02}T{:02}:00", hour + 1),
        ));
    }
    insert_mixed(&store, &records).await;
    let verdicts = store.verify_verdicts(&zone(), time(NOW), "s").await.unwrap();
    let got: Vec<String> = verdicts.iter().map(verdict).collect();
    // 64 due dates: the last that counts is number 63, at 09:03; 64 hours of pauses are 2 days and 16 hours.
    assert_eq!(got, ["due taken=07-01T08:00 due=07-20T09:03", "pauses taken=07-01T08:00 due=07-22T16:00"]);
    assert!(refold(&store).await.is_empty());
    let states = crate::store::seeded(&store).await;
    for state in states.values() {
        let opcentre::store::Seeded::Dossier(key, state) = state else { continue };
        match &*key.id {
            "due" => assert_eq!(state.due.len(), 64),
            _ => assert_eq!(state.pauses.len(), 64),
        }
    }
}

const R16_TO_R21: &[Example] = &[
    (
        "r16_r17_overdue_by_the_clock",
        &["a 07-01T08:00 status=accepted due=07-10T08:00"],
        &[
            "07-01 received_counter +1",
            "07-01 in_progress_within +1",
            "07-09 nearly_late +1",
            "07-10 nearly_late -1",
            "07-10 in_progress_within -1",
            "07-10 in_progress_overdue +1",
        ],
    ),
    (
        "r17_due_at_the_end_of_a_day",
        &["a 07-01T08:00 status=accepted due=07-10"],
        &[
            "07-01 received_counter +1",
            "07-01 in_progress_within +1",
            "07-09 nearly_late +1",
            "07-11 nearly_late -1",
            "07-11 in_progress_within -1",
            "07-11 in_progress_overdue +1",
        ],
    ),
    (
        "r17_working_day_before_a_weekend",
        &[
            "saturday 07-01T08:00 status=accepted due=08-10",
            "mon 07-01T08:00 status=accepted due=07-15",
            "mon 07-15T09:00 status=done",
            "sun 07-01T08:00 status=accepted due=07-21",
            "sun 07-21T09:00 status=done",
            "sat 07-01T08:00 status=accepted due=07-27",
            "sat 07-27T09:00 status=done",
        ],
        &[
            "07-01 received_counter +4",
            "07-01 in_progress_within +4",
            "07-01 received_on_time +3",
            "07-01 received_open_within +1",
            "07-12 nearly_late +1",
            "07-15 nearly_late -1",
            "07-15 in_progress_within -1",
            "07-15 resolved_on_time +1",
            "07-15 uncollected +1",
            "07-19 nearly_late +1",
            "07-21 nearly_late -1",
            "07-21 in_progress_within -1",
            "07-21 resolved_on_time +1",
            "07-21 uncollected +1",
            "07-26 nearly_late +1",
            "07-27 nearly_late -1",
            "07-27 in_progress_within -1",
            "07-27 resolved_on_time +1",
            "07-27 uncollected +1",
        ],
    ),
    (
        "r17_today_is_judged_now",
        &["a 08-01T08:00 status=accepted due=08-02T08:00"],
        &[
            "08-01 received_counter +1",
            "08-01 received_open_within +1",
            "08-01 in_progress_within +1",
            "08-01 nearly_late +1",
        ],
    ),
    (
        "r17_today_a_millisecond_overdue",
        &["a 08-01T08:00 status=accepted due=08-02T07:59:59.999"],
        &[
            "08-01 received_counter +1",
            "08-01 in_progress_within +1",
            "08-01 nearly_late +1",
            "08-02 in_progress_within -1",
            "08-02 nearly_late -1",
            "08-02 in_progress_overdue +1",
        ],
    ),
    (
        "r17_nearly_late_from_today",
        &["a 08-01T08:00 status=accepted due=08-05"],
        &[
            "08-01 received_counter +1",
            "08-01 received_open_within +1",
            "08-01 in_progress_within +1",
            "08-02 nearly_late +1",
        ],
    ),
    (
        "r17_waiting",
        &["a 07-01T08:00 status=accepted due=07-10 pause=p:payment:07-03T08:00..07-05T08:00"],
        &[
            "07-01 received_counter +1",
            "07-01 in_progress_within +1",
            "07-03 in_progress_within -1",
            "07-03 in_progress_waiting +1",
            "07-05 in_progress_waiting -1",
            "07-05 in_progress_within +1",
            "07-11 nearly_late +1",
            "07-13 nearly_late -1",
            "07-13 in_progress_within -1",
            "07-13 in_progress_overdue +1",
        ],
    ),
    (
        "r17_waiting_for_ever",
        &["a 07-01T08:00 status=accepted due=07-10 pause=p:payment:07-03T08:00"],
        &[
            "07-01 received_counter +1",
            "07-01 received_open_within +1",
            "07-01 in_progress_within +1",
            "07-03 in_progress_within -1",
            "07-03 in_progress_waiting +1",
        ],
    ),
    (
        "r17_waiting_from_this_instant",
        &["a 08-01T08:00 status=accepted pause=p:payment:08-02T08:00"],
        &[
            "08-01 received_counter +1",
            "08-01 received_open_within +1",
            "08-01 in_progress_undated +1",
            "08-02 in_progress_undated -1",
            "08-02 in_progress_waiting +1",
        ],
    ),
    (
        "r17_waiting_until_this_instant",
        &["a 08-01T08:00 status=accepted pause=p:payment:08-01T09:00..08-02T08:00"],
        &[
            "08-01 received_counter +1",
            "08-01 in_progress_waiting +1",
            "08-02 in_progress_waiting -1",
            "08-02 in_progress_undated +1",
        ],
    ),
    (
        "r17_overdue_before_waiting",
        &["a 07-01T08:00 status=accepted due=07-10T08:00", "a 07-11T08:00 pause=p:payment:07-11T08:00"],
        &[
            "07-01 received_counter +1",
            "07-01 in_progress_within +1",
            "07-09 nearly_late +1",
            "07-10 nearly_late -1",
            "07-10 in_progress_within -1",
            "07-10 in_progress_overdue +1",
        ],
    ),
    (
        "r17_undated_second_request",
        &[
            "a 07-01T08:00 status=accepted pause=p:supplement:07-02T08:00..07-02T09:00",
            "a 07-03T08:00 pause=q:supplement:07-03T08:00..07-03T09:00",
        ],
        &[
            "07-01 received_counter +1",
            "07-01 in_progress_undated +1",
            "07-03 in_progress_undated -1",
            "07-03 in_progress_overdue +1",
        ],
    ),
    (
        "r16_a_few_minutes_ahead",
        &["a 08-02T08:05 status=accepted", "b 08-02T07:00 status=accepted", "b 08-02T08:07 status=done"],
        &[
            "08-02 received_counter +2",
            "08-02 in_progress_undated +1",
            "08-02 resolved_undated +1",
            "08-02 uncollected +1",
        ],
    ),
    (
        "r18_flags",
        &[
            "a 07-01T08:00 status=accepted channel=online digitised=true payable=true paid_online=true reused_data=true due=07-10",
            "a 07-05T09:00 status=done electronic_result=true",
            "a 07-08T09:00 status=delivered",
            "b 07-01T08:00 status=accepted channel=post digitised=true due=07-20",
            "b 07-02T08:00 digitised=false channel=null",
            "b 07-02T08:00 status=withdrawn electronic_result=true",
        ],
        &[
            "07-01 received_online +1",
            "07-01 received_counter +1",
            "07-01 digitised +1",
            "07-01 payable +1",
            "07-01 paid_online +1",
            "07-01 reused_data +1",
            "07-01 received_on_time +1",
            "07-01 received_withdrawn +1",
            "07-01 in_progress_within +2",
            "07-02 in_progress_within -1",
            "07-02 resolved_withdrawn +1",
            "07-02 electronic_result +1",
            "07-05 in_progress_within -1",
            "07-05 resolved_early +1",
            "07-05 electronic_result +1",
            "07-05 uncollected +1",
            "07-08 uncollected -1",
        ],
    ),
    (
        "r18_post",
        &["a 07-01T08:00 status=done channel=post"],
        &["07-01 received_post +1", "07-01 resolved_undated +1", "07-01 uncollected +1"],
    ),
    (
        "r19_waiting_acceptance",
        &[
            "refused 07-01T08:00 status=registered",
            "refused 07-04T08:00 status=refused",
            "withdrawn 07-02T08:00 status=registered",
            "withdrawn 07-05T08:00 status=withdrawn",
            "again 07-03T08:00 status=registered",
            "again 07-06T08:00 status=refused",
            "again 07-08T08:00 status=registered",
            "accepted 07-09T08:00 status=registered",
            "accepted 07-11T08:00 status=accepted",
            "same_day 07-10T08:00 status=registered",
            "same_day 07-10T09:00 status=refused",
            "ahead 08-02T08:01 status=registered",
        ],
        &[
            "07-01 waiting_acceptance +1",
            "07-02 waiting_acceptance +1",
            "07-03 waiting_acceptance +1",
            "07-04 waiting_acceptance -1",
            "07-04 sent_back +1",
            "07-05 waiting_acceptance -1",
            "07-09 waiting_acceptance +1",
            "07-10 sent_back +1",
            "07-11 waiting_acceptance -1",
            "07-11 received_counter +1",
            "07-11 in_progress_undated +1",
        ],
    ),
    (
        "r19_rescheduled",
        &[
            "a 07-01T08:00 status=accepted due=07-02T08:00",
            "a 07-05T08:00 status=done",
            "a 07-06T08:00 due=07-20T08:00",
            "not_accepted 07-01T08:00 status=refused due=07-02T08:00",
            "not_accepted 07-06T08:00 due=07-20T08:00",
        ],
        &[
            "07-01 received_counter +1",
            "07-01 in_progress_within +1",
            "07-01 nearly_late +1",
            "07-01 sent_back +1",
            "07-02 nearly_late -1",
            "07-02 in_progress_within -1",
            "07-02 in_progress_overdue +1",
            "07-05 in_progress_overdue -1",
            "07-05 resolved_late +1",
            "07-05 uncollected +1",
            "07-06 rescheduled +1",
        ],
    ),
    (
        "r19_uncollected_after_reopening",
        &[
            "a 07-01T08:00 status=accepted",
            "a 07-05T08:00 status=done",
            "a 07-06T08:00 status=delivered",
            "a 07-07T08:00 status=processing",
            "a 07-09T08:00 status=done",
            "b 07-01T08:00 status=done",
            "b 07-01T09:00 status=delivered",
        ],
        &[
            "07-01 received_counter +2",
            "07-01 in_progress_undated +1",
            "07-01 resolved_undated +1",
            "07-09 in_progress_undated -1",
            "07-09 resolved_undated +1",
            "07-09 uncollected +1",
        ],
    ),
    (
        "r21_ratings",
        &[
            "rating taken_back 07-01T08:00 score=4",
            "rating taken_back 07-03T08:00 score=null",
            "rating changed 07-01T08:00 score=5",
            "rating changed 07-05T08:00 score=3",
            "rating newer_unit 07-04T08:00 score=4 unit=r21_nowhere",
            "rating newer_unit 07-06T08:00",
            "rating no_opinion 07-01T08:00 score=null",
            "rating by_tie 07-07T08:00 score=4",
            "rating by_tie 07-07T08:00 score=5",
        ],
        &[
            "07-04 rating_score_sum +4",
            "07-04 ratings +1",
            "07-04 ratings_satisfied +1",
            "07-05 rating_score_sum +3",
            "07-05 ratings +1",
            "07-07 rating_score_sum +5",
            "07-07 ratings +1",
            "07-07 ratings_satisfied +1",
        ],
    ),
];

#[tokio::test]
async fn r16_r17_r18_r19_r21_examples_have_their_day_deltas() {
    check_figures(NOW, R16_TO_R21).await;
}

#[tokio::test]
async fn r16_instants_ahead_of_now_count_on_their_own_day() {
    check_figures(
        "08-02T23:58",
        &[
            (
                "taken_on_tomorrow",
                &["a 08-03T00:03 status=accepted due=08-03T00:04"],
                &[
                    "08-03 received_counter +1",
                    "08-03 received_open_within +1",
                    "08-03 in_progress_within +1",
                    "08-03 nearly_late +1",
                ],
            ),
            (
                "finished_tomorrow",
                &["a 08-02T08:00 status=accepted", "a 08-03T00:03 status=done"],
                &[
                    "08-02 received_counter +1",
                    "08-02 in_progress_undated +1",
                    "08-03 in_progress_undated -1",
                    "08-03 resolved_undated +1",
                    "08-03 uncollected +1",
                ],
            ),
        ],
    )
    .await;
}

/// Zones with daylight saving at midnight, days that are missing, and changes of offset.
const ZONES: [&str; 9] = [
    "Asia/Ho_Chi_Minh",
    "America/New_York",
    "America/Sao_Paulo",
    "America/Havana",
    "Asia/Beirut",
    "Africa/Cairo",
    "Europe/Berlin",
    "Asia/Tehran",
    "UTC",
];

#[tokio::test]
async fn r1_days_begin_alike_in_sql_and_in_the_model() {
    let engine = TestEngine::start();
    let client = engine.database("days").await;
    for name in ZONES {
        let zone = Zone::named(name).unwrap();
        // As verify_rules.sql does it, 2000 to 2036.
        let rows: Vec<(i32, i64, i32, i32)> = client
            .query_raw(
                "WITH ms -> toInt32(toDate32(fromUnixTimestamp64Milli(ms, {tz:String}))) AS local_day
                SELECT toInt32(number) AS day,
                    toUnixTimestamp64Milli(toDateTime64(toDate32(toInt32(day)), 3, {tz:String})) AS start,
                    local_day(start), local_day(start - 1)
                FROM numbers(10957, 13514)",
            )
            .param("tz", name)
            .fetch_all()
            .await
            .unwrap();
        assert_eq!(rows.len(), 13_514);
        for (day, start, first, before) in rows {
            assert_eq!(zone.start(Day(day)), Instant(start), "{name} {}", Day(day));
            assert_eq!((zone.day(Instant(start)), zone.day(Instant(start - 1))), (Day(first), Day(before)), "{name}");
        }
    }
}

#[tokio::test]
async fn r22_r23_a_code_is_read_on_its_day() {
    let engine = TestEngine::start();
    let store = store(&engine, "units").await;
    let mut records: Vec<Record> = [
        "root",
        "A from=2024-01-01 to=2024-06-30 parent=root",
        "A from=2024-07-01 parent=B",
        "ended to=2024-06-30 parent=A",
        "ended to=2024-06-29 from=2024-01-01 parent=A",
        "later from=2024-08-01 parent=root",
        "elsewhere tree=health parent=root",
        "B parent=root name=old",
        "B parent=nowhere name=new at=06-01T08:00",
        "B parent=root name=older at=05-01T08:00",
    ]
    .map(unit)
    .to_vec();
    let lines = [
        "1 06-30T23:59:59.999 unit=A status=accepted received=01-01T08:00",
        "2 07-01T00:00 unit=A status=accepted",
        "3 07-05T08:00 unit=ended status=accepted",
        "4 07-05T08:00 unit=later status=accepted",
        "5 07-05T08:00 unit=elsewhere status=accepted",
        "6 07-05T08:00 unit=unknown status=accepted",
        "7 06-01T08:00 unit=A status=accepted",
        "7 07-05T08:00 unit=A",
        "8 07-05T08:00 unit=A status=accepted",
        "8 07-06T08:00 unit=B",
        "9 07-05T08:00 unit=A status=accepted",
        "9 07-05T08:00 unit=B",
    ];
    records.extend(lines.iter().map(|line| dossier("s", line)));
    insert_mixed(&store, &records).await;
    let verdicts = store.verify_verdicts(&zone(), time(NOW), "s").await.unwrap();
    let got: Vec<String> =
        verdicts.iter().map(|verdict| format!("{} {}", verdict.id, unit_name(&verdict.units[0]))).collect();
    assert_eq!(
        got,
        [
            "1 A@2024-01-01",
            "2 A@2024-07-01",
            "3 ended",
            "4 unresolved",
            "5 unresolved",
            "6 unresolved",
            "7 A@2024-07-01",
            "8 B",
            "9 B",
        ]
    );
    assert_eq!(
        paths(&store).await,
        [
            "unresolved root",
            "health:elsewhere",
            "A@2024-01-01 root",
            "A@2024-07-01 B unresolved root",
            "B unresolved root",
            "ended A@2024-01-01 root",
            "ended@2024-01-01 A@2024-01-01 root",
            "later@2024-08-01 root",
            "root",
        ]
    );
}

async fn paths(store: &Store) -> Vec<String> {
    let mut paths = store.verify_units(&zone(), time(NOW)).await.unwrap();
    paths.retain(|found| found.hierarchy == Hierarchy::Now);
    paths.iter().map(|found| found.path.iter().map(unit_name).collect::<Vec<_>>().join(" ")).collect()
}

#[tokio::test]
async fn r23_unresolved_stands_under_the_root() {
    let engine = TestEngine::start();
    let examples: [(&str, &[&str], &[&str]); 7] = [
        ("least_code", &["b", "a", "0 to=2024-07-01"], &["unresolved a", "0", "a", "b"]),
        (
            "ended_last",
            &["a to=2024-06-01", "b to=2024-07-01", "c from=2025-01-01"],
            &["unresolved b", "a", "b", "c@2025-01-01"],
        ),
        ("only_later", &["c from=2025-01-01"], &["unresolved", "c@2025-01-01"]),
        (
            "began_last",
            &["c from=2024-08-01", "c from=2024-08-02", "c from=2024-08-03"],
            &["unresolved c@2024-08-02", "c@2024-08-01", "c@2024-08-02", "c@2024-08-03"],
        ),
        ("ended_last_least_code", &["b to=2024-07-01", "a to=2024-07-01"], &["unresolved a", "a", "b"]),
        (
            "cycle",
            &["c parent=b", "b parent=a", "a parent=c", "0 parent=c", "z parent=b", "self parent=self"],
            &[
                "unresolved",
                "0 c b a unresolved",
                "a unresolved",
                "b a unresolved",
                "c b a unresolved",
                "self unresolved",
                "z b a unresolved",
            ],
        ),
        (
            "read_on_the_last_day",
            &[
                "p to=2024-06-30 parent=q",
                "p from=2024-07-01",
                "q",
                "child to=2024-06-30 parent=p",
                "child from=2024-07-01 parent=p",
            ],
            &["unresolved p@2024-07-01", "child p q", "child@2024-07-01 p@2024-07-01", "p q", "p@2024-07-01", "q"],
        ),
    ];
    for (name, lines, expected) in examples {
        let store = store(&engine, name).await;
        let records: Vec<Record> = lines.iter().map(|line| unit(line)).collect();
        insert_mixed(&store, &records).await;
        assert_eq!(paths(&store).await, expected, "{name}");
    }
}

/// The measures that are sums of others (C-4).
const SUMS: [(&str, &[&str]); 4] = [
    ("received", &["received_online", "received_counter", "received_post"]),
    ("resolved", &["resolved_early", "resolved_on_time", "resolved_late", "resolved_undated", "resolved_withdrawn"]),
    ("in_progress", &["in_progress_within", "in_progress_overdue", "in_progress_undated", "in_progress_waiting"]),
    ("taken_on", &["received", "carried_over"]),
];

const STOCKS: [&str; 7] = [
    "in_progress_within",
    "in_progress_overdue",
    "in_progress_undated",
    "in_progress_waiting",
    "nearly_late",
    "uncollected",
    "waiting_acceptance",
];

#[tokio::test]
async fn c3_c4_windows_are_sums_of_day_deltas_and_of_units() {
    let engine = TestEngine::start();
    let store = store(&engine, "windows").await;
    let mut dice = Dice(31);
    // From few events a dossier, where each counts, to many, where all collide.
    let mut records: Vec<Record> = (1..16).flat_map(|size| dice.records(&format!("s{size}"), size * 30)).collect();
    // More than 720 hours are too rare otherwise.
    records.push(dossier("long", "1 06-01T08:00 unit=A status=accepted"));
    records.push(dossier("long", "1 07-15T08:00 unit=A status=done"));
    records.extend(
        ["root", "A parent=root", "B parent=A", "C parent=B to=2024-07-10", "C from=2024-07-11 parent=A"].map(unit),
    );
    insert_mixed(&store, &records).await;
    assert!(refold(&store).await.is_empty());

    let now = time("07-20T14:00");
    let first = zone().day(time("06-29"));
    let mut windows = vec![(first, first.plus(60))];
    for _ in 0..12 {
        let begin = first.plus(i32::try_from(dice.roll(36)).unwrap());
        windows.push((begin, begin.plus(i32::try_from(dice.roll(12)).unwrap())));
    }
    let mut direct = store.verify_windows(&zone(), now, &windows, false).await.unwrap();
    direct.retain(|row| row.perspective == Perspective::default());
    let mut expected: BTreeMap<(usize, UnitKey, String), i64> = BTreeMap::new();
    let mut units = store.verify_units(&zone(), now).await.unwrap();
    units.retain(|found| found.hierarchy == Hierarchy::Now);
    let rows = figures(&store, now).await;
    assert!(rows.len() > 500);
    for row in &rows {
        let path = &units.iter().find(|found| found.path[0] == row.unit).unwrap().path;
        for (window, (first, last)) in windows.iter().enumerate() {
            for unit in path {
                let stock = STOCKS.contains(&&*row.measure);
                let counts = if stock { row.day <= *last } else { (*first..=*last).contains(&row.day) };
                if counts {
                    *expected.entry((window, unit.clone(), row.measure.clone())).or_default() += row.delta;
                }
                // Carried over: in progress at the end of the day before.
                if row.measure.starts_with("in_progress") && row.day < *first {
                    *expected.entry((window, unit.clone(), "carried_over".to_owned())).or_default() += row.delta;
                }
            }
        }
    }
    for (sum, parts) in SUMS {
        let of_parts: Vec<_> = expected.iter().filter(|((_, _, measure), _)| parts.contains(&&**measure)).collect();
        let of_parts: Vec<_> = of_parts
            .into_iter()
            .map(|((window, unit, _), total)| ((*window, unit.clone(), sum.to_owned()), *total))
            .collect();
        for (key, total) in of_parts {
            *expected.entry(key).or_default() += total;
        }
    }
    expected.retain(|_, total| *total != 0);
    let got: BTreeMap<(usize, UnitKey, String), i64> =
        direct.into_iter().map(|row| ((row.window, row.unit, row.measure), row.total)).collect();
    for (key, total) in &expected {
        assert_eq!(got.get(key), Some(total), "{key:?}");
    }
    assert_eq!(got.len(), expected.len());
    let measures: std::collections::BTreeSet<&str> = got.keys().map(|(_, _, measure)| &**measure).collect();
    assert_eq!(measures.len(), 44, "every measure occurs: {measures:?}");
    let of = |window: usize, unit: &UnitKey, measure: &str| {
        got.get(&(window, unit.clone(), measure.to_owned())).copied().unwrap_or(0)
    };
    for (window, unit, _) in got.keys() {
        let handled = of(*window, unit, "resolved") + of(*window, unit, "in_progress");
        assert_eq!(of(*window, unit, "taken_on"), handled, "window {window} of {unit:?}");
    }
}
