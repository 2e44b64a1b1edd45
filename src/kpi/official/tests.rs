use proptest::prelude::*;

use super::*;
use crate::kpi::Slot;
use crate::kpi::measure::Sums;

const FILE: SourceFile<'_> =
    SourceFile { name: "forms/ii06a.toml", text: include_str!("../../../dashboards/forms/ii06a.toml") };

fn form() -> OfficialForm {
    let mut faults = Vec::new();
    let read = OfficialForm::read(FILE, &mut faults);
    assert_eq!(faults, []);
    read.unwrap()
}

fn refused(old: &str, new: &str) -> Vec<String> {
    assert!(FILE.text.contains(old), "{old}");
    let text = FILE.text.replace(old, new);
    let mut faults = Vec::new();
    assert_eq!(OfficialForm::read(SourceFile { text: &text, ..FILE }, &mut faults), None);
    faults.iter().map(ToString::to_string).collect()
}

fn line_of(text: &str) -> usize {
    FILE.text.lines().position(|line| line.contains(text)).unwrap() + 1
}

#[test]
fn the_form_has_the_columns_of_the_circular() {
    let form = form();
    assert_eq!((&*form.id, &*form.number), ("ii06a", "II.06a/VPCP/KSTT"));
    let numbers: Vec<u8> = form.columns().map(|(number, _)| number).collect();
    assert_eq!(numbers, [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
    assert_eq!((form.group_of("sở"), form.group_of("xã"), form.group_of("tỉnh"), form.group_of("")), (0, 2, 4, 4));
}

#[test]
fn a_measure_left_out_twice_or_elsewhere_is_refused_with_line_and_key() {
    let nine = line_of("resolved_withdrawn");
    assert_eq!(
        refused("\"resolved_withdrawn\", ", ""),
        [format!(
            "forms/ii06a.toml:{}: column.measures: `resolved_withdrawn` is a part of resolved and stands in none of its columns",
            line_of("id = \"resolved\"")
        )]
    );
    assert_eq!(
        refused("[\"resolved_late\"]", "[\"resolved_late\", \"resolved_withdrawn\"]"),
        [format!(
            "forms/ii06a.toml:{}: column.measures: `resolved_withdrawn` stands in column 9 already",
            line_of("[\"resolved_late\"]")
        )]
    );
    assert_eq!(
        refused("[\"resolved_on_time\", ", "[\"in_progress_within\", \"resolved_on_time\", "),
        [format!("forms/ii06a.toml:{nine}: column.measures: `in_progress_within` is no part of resolved"),]
    );
    assert_eq!(
        refused("\"resolved_early\"", "\"early\""),
        [format!("forms/ii06a.toml:{}: column.measures: no measure is called `early`", line_of("resolved_early"))]
    );
    assert_eq!(refused("number = 13", "number = 12").len(), 1);
    assert_eq!(refused("number = 13", "number = 61").len(), 1);
    assert_eq!(refused("categories = []", "categories = [\"sở\"]").len(), 2);
    assert!(refused("total = \"taken_on\"", "total = \"all\"")[0].contains("no total of the form is called `all`"));
}

#[test]
fn c4_domain_7_the_on_time_vector_as_the_form() {
    // DOMAIN.md section 7: received 100 (50 early, 15 on the day, 7 late; 22 within, 6 overdue), carried over 20 (10 early,
    // 5 on the day, 3 late; 2 overdue).
    let mut sums = Sums { carried_over: 20, ..Sums::ZERO };
    for (slot, value) in [
        (Slot::ReceivedCounter, 100),
        (Slot::ResolvedEarly, 60),
        (Slot::ResolvedOnTime, 20),
        (Slot::ResolvedLate, 10),
        (Slot::InProgressWithin, 22),
        (Slot::InProgressOverdue, 8),
    ] {
        sums.slots[slot.place()] = value;
    }
    let counts = form().counts(&Measures::of(&sums));
    let expected =
        [(3, 120), (4, 0), (5, 100), (6, 20), (7, 90), (8, 60), (9, 20), (10, 10), (11, 30), (12, 22), (13, 8)];
    assert_eq!(counts, BTreeMap::from(expected));
}

proptest! {
    #[test]
    fn c4_columns_add_up_to_their_totals_whatever_the_figures(values in prop::collection::vec(0..1_000_i64, Slot::COUNT), carried in 0..1_000_i64) {
        let mut sums = Sums { carried_over: carried, ..Sums::ZERO };
        sums.slots.copy_from_slice(&values);
        let form = form();
        let counts = form.counts(&Measures::of(&sums));
        for total in &form.totals {
            prop_assert_eq!(counts[&total.column], total.columns.iter().map(|column| counts[&column.number]).sum::<i64>());
        }
    }
}
