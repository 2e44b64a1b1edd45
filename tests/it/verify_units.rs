//! The figures that the rules give, by SQL, as far as they hang on units: hierarchies, roles, aliases, successions, second
//! trees; and processing times. Every expectation is worked out by hand from the rules.

use opcentre::model::Record;
use opcentre::store::Store;
use opcentre::units::{Hierarchy, Perspective};

use crate::store::{refold, store};
use crate::support::engine::TestEngine;
use crate::support::records::{alias, dossier, rating, succession, time, unit, zone};
use crate::verify_sql::{insert_mixed, unit_name};

/// Friday morning, the instant at which the examples are judged.
const NOW: &str = "08-02T08:00";

/// The records of lines: `unit ..`, `succession ..`, `alias ..`, `rating ..`, else a dossier event; all of the source `s`.
fn records(lines: &[&str]) -> Vec<Record> {
    let record = |line: &&str| match line.split_once(' ').unwrap() {
        ("unit", rest) => unit(rest),
        ("succession", rest) => succession(rest),
        ("alias", rest) => alias("s", rest),
        ("rating", rest) => rating("s", rest),
        _ => dossier("s", line),
    };
    lines.iter().map(record).collect()
}

async fn given(engine: &TestEngine, name: &str, lines: &[&str]) -> Store {
    let store = store(engine, name).await;
    insert_mixed(&store, &records(lines)).await;
    assert!(refold(&store).await.is_empty(), "{name}");
    store
}

/// `id now was`, and `id now/received now was/received was` where who received it differs.
async fn units(store: &Store) -> Vec<String> {
    let verdicts = store.verify_verdicts(&zone(), time(NOW), "s").await.unwrap();
    let words = verdicts.iter().map(|verdict| {
        let names: Vec<String> = verdict.units.iter().map(unit_name).collect();
        let pair = |of: &[String]| if of[0] == of[1] { of[0].clone() } else { format!("{}/{}", of[0], of[1]) };
        format!("{} {} {}", verdict.id, pair(&names[..2]), pair(&names[2..]))
    });
    words.collect()
}

async fn paths(store: &Store, hierarchy: Hierarchy) -> Vec<String> {
    let mut paths = store.verify_units(&zone(), time(NOW)).await.unwrap();
    paths.retain(|found| found.hierarchy == hierarchy);
    paths.iter().map(|found| found.path.iter().map(unit_name).collect::<Vec<_>>().join(" ")).collect()
}

/// `unit measure total` in a perspective over a window, of measures that begin with some text.
async fn totals(store: &Store, perspective: Perspective, of: &str, (first, last): (&str, &str)) -> Vec<String> {
    let window = (zone().day(time(first)), zone().day(time(last)));
    let mut rows = store.verify_windows(&zone(), time(NOW), &[window], false).await.unwrap();
    rows.retain(|row| row.perspective == perspective && row.measure.starts_with(of));
    rows.iter().map(|row| format!("{} {} {}", unit_name(&row.unit), row.measure, row.total)).collect()
}

async fn check(examples: &[(&str, &[&str], &[&str])]) {
    let engine = TestEngine::start();
    for (name, lines, expected) in examples {
        let store = given(&engine, name, lines).await;
        assert_eq!(units(&store).await, *expected, "{name}");
    }
}

/// Name, what is given, which units each dossier has, now and as it was.
type Example<'a> = (&'a str, &'a [&'a str], &'a [&'a str]);

const SUCCESSIONS: &[Example<'_>] = &[
    (
        "whole",
        &[
            "unit old to=2024-06-30",
            "unit new from=2024-07-01",
            "succession old new 2024-07-01",
            "before 06-15T08:00 unit=old",
            "by_a_late_code 07-05T08:00 unit=old",
            "after 07-05T08:00 unit=new",
            "too_early 06-15T08:00 unit=new",
        ],
        &[
            "after new@2024-07-01 new@2024-07-01",
            "before new@2024-07-01 old",
            "by_a_late_code new@2024-07-01 old",
            "too_early unresolved unresolved",
        ],
    ),
    (
        "divided",
        &[
            "unit old to=2024-06-30",
            "unit x from=2024-07-01",
            "unit y from=2024-07-01",
            "succession old x 2024-07-01 share=0.6",
            "succession old y 2024-07-01 share=0.4 default",
            "a 06-15T08:00 unit=old",
        ],
        &["a y@2024-07-01 old"],
    ),
    (
        "divided_without_default",
        &[
            "unit old to=2024-06-30",
            "unit x from=2024-07-01",
            "unit y from=2024-07-01",
            "succession old x 2024-07-01 share=0.6",
            "succession old y 2024-07-01 share=0.4",
            "a 06-15T08:00 unit=old",
        ],
        &["a old old"],
    ),
    (
        "whole_before_default",
        &[
            "unit old to=2024-06-30",
            "unit x",
            "unit y",
            "succession old x 2024-07-01 share=0.999999 default",
            "succession old y 2024-07-15",
            "a 06-15T08:00 unit=old",
        ],
        &["a y old"],
    ),
    (
        "earliest_then_least",
        &[
            "unit old",
            "unit c",
            "unit b",
            "unit a",
            "unit other",
            "succession old c 2024-07-01",
            "succession old b 2024-07-01",
            "succession old a 2024-07-02",
            "succession other c 2024-07-02 share=0.5 default",
            "succession other b 2024-07-01 share=0.2 default",
            "succession other a 2024-07-03 share=0.3 default",
            "1 06-15T08:00 unit=old",
            "2 06-15T08:00 unit=other",
        ],
        &["1 b old", "2 b other"],
    ),
    (
        "only_until_today",
        &[
            "unit a",
            "unit b",
            "unit c",
            "succession a c 2024-08-02",
            "succession b c 2024-08-03",
            "1 06-15T08:00 unit=a",
            "2 06-15T08:00 unit=b",
        ],
        &["1 c a", "2 b b"],
    ),
    (
        "taken_back_and_given_again",
        &[
            "unit a",
            "unit b",
            "unit c",
            "succession a c 2024-07-01",
            "succession a c 2024-07-01 share=0 at=07-01T08:00",
            "succession b c 2024-07-01 share=0",
            "succession b c 2024-07-01 share=0.5 default at=07-01T08:00",
            "1 06-15T08:00 unit=a",
            "2 06-15T08:00 unit=b",
        ],
        &["1 a a", "2 c b"],
    ),
    (
        "of_one_instant_the_greater_content",
        &["unit a", "unit b", "succession a b 2024-07-01 share=0", "succession a b 2024-07-01", "1 06-15T08:00 unit=a"],
        &["1 b a"],
    ),
    (
        "unresolved_ends_count_for_nothing",
        &[
            "unit a",
            "unit late from=2024-07-02",
            "unit begun from=2024-07-01",
            "unit z",
            "succession a nowhere 2024-07-01",
            "succession a late 2024-07-01",
            "succession begun z 2024-07-01",
            "succession nowhere z 2024-07-01",
            "1 06-15T08:00 unit=a",
            "2 07-15T08:00 unit=begun",
            "3 07-15T08:00 unit=nowhere",
        ],
        &["1 a a", "2 begun@2024-07-01 begun@2024-07-01", "3 unresolved unresolved"],
    ),
];

#[tokio::test]
async fn r22_successions_say_which_unit_it_is_now() {
    check(SUCCESSIONS).await;
}

#[tokio::test]
async fn r22_r23_successions_repeat_and_end_in_circles() {
    check(&[
        (
            "repeatedly",
            &[
                "unit a to=2022-12-31",
                "unit b from=2023-01-01 to=2024-06-30",
                "unit c from=2024-07-01",
                "succession b c 2024-07-01",
                "succession a b 2023-01-01",
                "1 2022-06-15T08:00 unit=a",
                "2 2023-06-15T08:00 unit=b",
            ],
            &["1 c@2024-07-01 a", "2 c@2024-07-01 b@2023-01-01"],
        ),
        (
            "circle",
            &[
                "unit a",
                "unit b",
                "unit c",
                "unit tail",
                "unit self",
                "succession c b 2024-07-01",
                "succession b a 2024-07-02",
                "succession a c 2024-07-03",
                "succession tail c 2024-07-01",
                "succession self self 2024-07-01",
                "1 06-15T08:00 unit=a",
                "2 06-15T08:00 unit=b",
                "3 06-15T08:00 unit=c",
                "4 06-15T08:00 unit=tail",
                "5 06-15T08:00 unit=self",
            ],
            &["1 a a", "2 a b", "3 a c", "4 a tail", "5 self self"],
        ),
        (
            // From 1 July the code 25 is another province, which takes up 17 and the former 25.
            "reused_code",
            &[
                "unit 17 to=2024-06-30",
                "unit 25 to=2024-06-30",
                "unit 25 from=2024-07-01",
                "succession 17 25 2024-07-01",
                "succession 25 25 2024-07-01",
                "1 06-15T08:00 unit=17",
                "2 06-15T08:00 unit=25",
                "3 07-15T08:00 unit=25",
                "4 07-15T08:00 unit=17",
            ],
            &["1 25@2024-07-01 17", "2 25@2024-07-01 25", "3 25@2024-07-01 25@2024-07-01", "4 25@2024-07-01 17"],
        ),
        (
            "another_tree_goes_on_as_nothing",
            &[
                "unit a",
                "unit b tree=areas",
                "unit a tree=areas from=2024-01-01",
                "succession a b 2024-07-01",
                "1 06-15T08:00 unit=a",
                "2 06-15T08:00 unit=b",
            ],
            &["1 a a", "2 unresolved unresolved"],
        ),
    ])
    .await;
}

#[tokio::test]
async fn r23_an_alias_says_what_its_source_means() {
    check(&[
        (
            "alias",
            &[
                "unit A",
                "unit B",
                "unit 25 to=2024-06-30",
                "unit 25 from=2024-07-01",
                "alias H33.1 A",
                "alias B A",
                "alias one two",
                "alias two A",
                "alias reused 25",
                "alias gone A",
                "alias gone null at=07-01T08:00",
                "alias B2 null",
                "alias B2 B",
                "1 06-15T08:00 unit=H33.1",
                "2 06-15T08:00 unit=B",
                "3 06-15T08:00 unit=one",
                "4 06-15T08:00 unit=reused",
                "4 07-15T08:00 unit=reused",
                "5 06-15T08:00 unit=gone",
                "6 06-15T08:00 unit=B2 received_by=B",
                "7 06-15T08:00 unit=H33.1",
                "7 06-16T08:00 unit=nowhere",
            ],
            &[
                "1 A A",
                "2 A A",
                "3 unresolved unresolved",
                "4 25@2024-07-01 25",
                "5 unresolved unresolved",
                "6 B/A B/A",
                "7 unresolved A",
            ],
        ),
        (
            "then_successions",
            &[
                "unit old to=2024-06-30",
                "unit new from=2024-07-01",
                "succession old new 2024-07-01",
                "alias x old",
                "1 06-15T08:00 unit=x",
            ],
            &["1 new@2024-07-01 old"],
        ),
    ])
    .await;
    let engine = TestEngine::start();
    let mut records = records(&["unit A", "alias x A"]);
    records.extend([dossier("t", "1 06-15T08:00 unit=x"), dossier("t", "2 06-15T08:00 unit=A")]);
    let store = store(&engine, "of_its_source_alone").await;
    insert_mixed(&store, &records).await;
    let verdicts = store.verify_verdicts(&zone(), time(NOW), "t").await.unwrap();
    let names: Vec<String> = verdicts.iter().map(|verdict| unit_name(&verdict.units[0])).collect();
    assert_eq!(names, ["unresolved", "A"]);
}

#[tokio::test]
async fn r22_who_received_it_counts_in_the_role_of_receiving() {
    check(&[(
        "receiving",
        &[
            "unit A",
            "unit B",
            "unit R to=2024-06-30",
            "unit R from=2024-07-01",
            "unit Q",
            "absent 07-01T08:00 unit=A",
            "given 07-01T08:00 unit=A",
            "given 07-02T08:00 unit=A received_by=Q",
            "taken_back 07-01T08:00 unit=A",
            "taken_back 07-02T08:00 unit=A received_by=Q",
            "taken_back 07-03T08:00 unit=B received_by=null",
            "never 07-01T08:00 unit=A received_by=null",
            "tie 07-01T08:00 unit=A received_by=null",
            "tie 07-01T08:00 unit=A received_by=Q",
            "least_of_a_tie 07-01T08:00 unit=A received_by=Q",
            "least_of_a_tie 07-01T08:00 unit=B received_by=B",
            "moved 06-20T08:00 unit=A received_by=R",
            "moved 07-03T08:00 unit=B",
            "moved 07-04T08:00 unit=B received_by=Q",
            "own_day 06-20T08:00 unit=A received_by=R",
            "own_day 07-04T08:00 unit=A received_by=R",
            "unknown 07-04T08:00 unit=A received_by=nowhere",
        ],
        &[
            "absent A A",
            "given A/Q A/Q",
            "least_of_a_tie B/Q A/B",
            "moved B/Q A/R",
            "never A A",
            "own_day A/R@2024-07-01 A/R",
            "taken_back B A/Q",
            "tie A/Q A/Q",
            "unknown A/unresolved A/unresolved",
        ],
    )])
    .await;
}

#[tokio::test]
async fn r22_parents_are_mapped_as_it_is_now_and_not_as_it_was() {
    let engine = TestEngine::start();
    let lines = [
        "unit P0 to=2024-06-30",
        "unit P1 from=2024-07-01",
        "unit child parent=P0",
        "unit ended to=2024-06-30 parent=P0",
        "unit below_itself parent=goes_on",
        "unit goes_on parent=P1",
        "unit x parent=y",
        "unit y parent=x",
        "unit lost parent=nowhere",
        "succession P0 P1 2024-07-01",
        "succession goes_on below_itself 2024-07-01",
    ];
    let store = given(&engine, "parents", &lines).await;
    assert_eq!(
        paths(&store, Hierarchy::Now).await,
        [
            "unresolved P1@2024-07-01",
            "P0",
            "P1@2024-07-01",
            "below_itself",
            "child P1@2024-07-01",
            "ended P1@2024-07-01",
            "goes_on P1@2024-07-01",
            "lost unresolved P1@2024-07-01",
            "x unresolved P1@2024-07-01",
            "y x unresolved P1@2024-07-01",
        ]
    );
    assert_eq!(
        paths(&store, Hierarchy::Was).await,
        [
            "unresolved P1@2024-07-01",
            "P0",
            "P1@2024-07-01",
            "below_itself goes_on P1@2024-07-01",
            "child P0",
            "ended P0",
            "goes_on P1@2024-07-01",
            "lost unresolved P1@2024-07-01",
            "x unresolved P1@2024-07-01",
            "y x unresolved P1@2024-07-01",
        ]
    );
}

#[tokio::test]
async fn r21_r24_figures_stand_under_the_units_of_each_perspective() {
    let engine = TestEngine::start();
    let lines = [
        "unit P",
        "unit A parent=P",
        "unit B parent=P",
        "unit Q",
        "1 07-01T08:00 unit=A status=accepted received_by=Q",
        "1 07-05T08:00 unit=B",
        "2 07-02T08:00 unit=A status=accepted",
        "rating r 07-03T08:00 unit=A score=4",
        "rating r 07-04T08:00 unit=B",
    ];
    let store = given(&engine, "perspectives", &lines).await;
    let [now, now_receiving, was, was_receiving] = Perspective::ALL;
    let window = ("07-01", "07-31");
    let received = "received_counter";
    let of = async |perspective| totals(&store, perspective, received, window).await;
    assert_eq!(of(now).await, ["A received_counter 1", "B received_counter 1", "P received_counter 2"]);
    assert_eq!(of(now_receiving).await, ["A received_counter 1", "P received_counter 1", "Q received_counter 1"]);
    assert_eq!(of(was).await, ["A received_counter 2", "P received_counter 2"]);
    assert_eq!(of(was_receiving).await, ["A received_counter 1", "P received_counter 1", "Q received_counter 1"]);
    for (perspective, unit) in [(now, "B"), (now_receiving, "B"), (was, "A"), (was_receiving, "A")] {
        let expected = [format!("{unit} rating_score_sum 4"), "P rating_score_sum 4".to_owned()];
        assert_eq!(totals(&store, perspective, "rating_score_sum", window).await, expected, "{perspective:?}");
    }
    let mut days = Vec::new();
    store
        .verify_figures(&zone(), time(NOW), |row| {
            if ["received_counter", "ratings"].contains(&&*row.measure) {
                let place = row.perspective.place();
                days.push(format!("{place} {} {} {} {:+}", unit_name(&row.unit), row.day, row.measure, row.delta));
            }
        })
        .await
        .unwrap();
    assert_eq!(
        days,
        [
            "0 A 2024-07-02 received_counter +1",
            "0 B 2024-07-01 received_counter +1",
            "0 B 2024-07-03 ratings +1",
            "1 A 2024-07-02 received_counter +1",
            "1 B 2024-07-03 ratings +1",
            "1 Q 2024-07-01 received_counter +1",
            "2 A 2024-07-01 received_counter +1",
            "2 A 2024-07-02 received_counter +1",
            "2 A 2024-07-03 ratings +1",
            "3 A 2024-07-02 received_counter +1",
            "3 A 2024-07-03 ratings +1",
            "3 Q 2024-07-01 received_counter +1",
        ]
    );
}

#[tokio::test]
async fn r24_an_area_counts_what_is_directly_under_its_members() {
    let engine = TestEngine::start();
    let lines = [
        "unit P",
        "unit D parent=P to=2024-06-30",
        "unit c1 parent=D",
        "unit c2 parent=D",
        "unit c3 parent=P from=2024-07-01",
        "unit north tree=areas",
        "unit old_D tree=areas parent=north",
        "unit D tree=areas parent=old_D",
        "unit c1 tree=areas parent=old_D",
        "unit c2 tree=areas parent=old_D to=2024-07-31",
        "unit lost tree=areas parent=nowhere",
        "unit k1 tree=areas parent=k2",
        "unit k2 tree=areas parent=k1",
        "succession c2 c3 2024-08-01",
        "1 06-15T08:00 unit=D status=accepted",
        "2 06-15T08:00 unit=c1 status=accepted",
        "3 06-15T08:00 unit=c2 status=accepted",
        "4 06-15T08:00 unit=P status=accepted",
        "5 06-15T08:00 unit=nowhere status=accepted",
    ];
    let store = given(&engine, "areas", &lines).await;
    let [now, _, was, _] = Perspective::ALL;
    let of = async |perspective| totals(&store, perspective, "received_counter", ("06-01", "07-31")).await;
    let counts = |lines: &[(&str, u8)]| -> Vec<String> {
        lines.iter().map(|(unit, count)| format!("{unit} received_counter {count}")).collect()
    };
    // c2 is c3 now, which is in no area. P isn't either, so that nothing of D, c1 and c2 counts twice.
    let expected = [
        ("unresolved", 1),
        ("areas:D", 1),
        ("areas:c1", 1),
        ("areas:north", 2),
        ("areas:old_D", 2),
        ("D", 2),
        ("P", 5),
        ("c1", 1),
        ("c3@2024-07-01", 1),
    ];
    assert_eq!(of(now).await, counts(&expected));
    // c2 has no end, so that it is read there today, after its end there: its latest earlier version.
    let expected = [
        ("unresolved", 1),
        ("areas:D", 1),
        ("areas:c1", 1),
        ("areas:c2", 1),
        ("areas:north", 3),
        ("areas:old_D", 3),
        ("D", 3),
        ("P", 5),
        ("c1", 1),
        ("c2", 1),
    ];
    assert_eq!(of(was).await, counts(&expected));
    let mut of_areas = paths(&store, Hierarchy::Now).await;
    of_areas.retain(|path| path.starts_with("areas:"));
    assert_eq!(
        of_areas,
        [
            "areas:D areas:old_D areas:north",
            "areas:c1 areas:old_D areas:north",
            "areas:c2 areas:old_D areas:north",
            "areas:k1",
            "areas:k2 areas:k1",
            "areas:lost",
            "areas:north",
            "areas:old_D areas:north",
        ]
    );
}

#[tokio::test]
async fn r20_processing_time_in_exclusive_buckets() {
    let engine = TestEngine::start();
    // Taken on at 08:00 on 1 July, so long before the finish; hours begun don't count.
    let finishes: [(&str, &str, u32); 20] = [
        ("07-01T08:00", "le_4", 0),
        ("07-01T12:59:59.999", "le_4", 4),
        ("07-01T13:00", "le_8", 5),
        ("07-01T16:59:59.999", "le_8", 8),
        ("07-01T17:00", "le_24", 9),
        ("07-02T08:59:59.999", "le_24", 24),
        ("07-02T09:00", "le_48", 25),
        ("07-03T08:59:59.999", "le_48", 48),
        ("07-03T09:00", "le_72", 49),
        ("07-04T08:59:59.999", "le_72", 72),
        ("07-04T09:00", "le_120", 73),
        ("07-06T08:59:59.999", "le_120", 120),
        ("07-06T09:00", "le_240", 121),
        ("07-11T08:59:59.999", "le_240", 240),
        ("07-11T09:00", "le_480", 241),
        ("07-21T08:59:59.999", "le_480", 480),
        ("07-21T09:00", "le_720", 481),
        ("07-31T08:59:59.999", "le_720", 720),
        ("07-31T09:00", "gt_720", 721),
        ("08-01T08:00", "gt_720", 744),
    ];
    let mut lines = vec!["unit s".to_owned()];
    for (place, (finish, ..)) in finishes.iter().enumerate() {
        lines.push(format!("unit u{place:02} parent=s"));
        lines.push(format!("{place} 07-01T08:00 unit=u{place:02} status=accepted"));
        let status = if place % 2 == 0 { "done" } else { "withdrawn" };
        lines.push(format!("{place} {finish} unit=u{place:02} status={status}"));
    }
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let store = given(&engine, "buckets", &lines).await;
    let got = totals(&store, Perspective::default(), "resolved_hours", ("07-01", "08-02")).await;
    let mut expected: Vec<String> =
        ["gt_720", "le_120", "le_24", "le_240", "le_4", "le_48", "le_480", "le_72", "le_720", "le_8"]
            .iter()
            .map(|bucket| format!("s resolved_hours_{bucket} 2"))
            .collect();
    expected.push(format!("s resolved_hours_sum {}", finishes.iter().map(|(.., hours)| hours).sum::<u32>()));
    for (place, (_, bucket, hours)) in finishes.iter().enumerate() {
        expected.push(format!("u{place:02} resolved_hours_{bucket} 1"));
        // A total of 0 is left out.
        expected.extend((*hours != 0).then(|| format!("u{place:02} resolved_hours_sum {hours}")));
    }
    assert_eq!(got, expected);
}

#[tokio::test]
async fn r20_pauses_are_merged_and_count_only_between() {
    let engine = TestEngine::start();
    let pauses: [(&str, &str, u32); 6] = [
        // 10 hours less 09:00 to 12:00.
        ("overlapping", "pause=p:payment:07-01T09:00..07-01T11:00 pause=q:payment:07-01T10:00..07-01T12:00", 7),
        ("inside", "pause=p:payment:07-01T09:00..07-01T13:00 pause=q:payment:07-01T10:00..07-01T11:00", 6),
        ("begun_before", "pause=p:payment:07-01T06:00..07-01T09:00", 9),
        ("ended_before", "pause=p:payment:07-01T06:00..07-01T07:00", 10),
        // Ended by the finish.
        ("open", "pause=p:payment:07-01T17:00", 9),
        ("a_millisecond", "pause=p:payment:07-01T09:00..07-01T09:00:00.001", 9),
    ];
    let mut lines = vec!["unit s".to_owned()];
    for (name, pauses, _) in &pauses {
        lines.push(format!("unit {name} parent=s"));
        lines.push(format!("{name} 07-01T08:00 unit={name} status=accepted {pauses}"));
        lines.push(format!("{name} 07-01T18:00 unit={name} status=done"));
    }
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let store = given(&engine, "hours", &lines).await;
    let got = totals(&store, Perspective::default(), "resolved_hours_sum", ("07-01", "07-31")).await;
    for (name, _, hours) in &pauses {
        let expected = format!("{name} resolved_hours_sum {hours}");
        assert!(got.contains(&expected), "{expected} in {got:?}");
    }
    assert!(got.contains(&"s resolved_hours_sum 50".to_owned()), "{got:?}");
}
