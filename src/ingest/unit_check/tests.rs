use super::*;
use crate::model::{Instant, UnitKind};

fn fact(code: &str, parent: &str, from: &str, to: &str) -> UnitFact {
    let day = |text: &str| (!text.is_empty()).then(|| text.parse().unwrap());
    UnitFact {
        at: Instant(0),
        code: code.into(),
        valid_from: day(from),
        valid_to: day(to),
        parent: (!parent.is_empty()).then(|| parent.into()),
        kind: UnitKind::Office,
        category: "".into(),
        name_vi: code.into(),
        name_en: None,
        short_name: None,
        sort_order: 0,
        lat: None,
        lon: None,
        tree: "territory".into(),
    }
}

fn check(new: &[UnitFact], known: &[UnitFact], expected: &[(u64, &str)]) {
    let rows: Vec<UnitRow> = (2..).zip(new).map(|(line, fact)| UnitRow { line, fact: fact.clone() }).collect();
    let found = check_units(&rows, known);
    let found: Vec<(u64, &str)> = found.iter().map(|refused| (refused.line, refused.code.as_str())).collect();
    assert_eq!(found, expected);
}

#[test]
fn r23_versions_of_one_code_follow_one_another() {
    let old = fact("25", "", "", "2025-06-30");
    let new = fact("25", "", "2025-07-01", "");
    let (only_old, only_new) = (std::slice::from_ref(&old), std::slice::from_ref(&new));
    check(&[old.clone(), new.clone()], &[], &[]);
    check(only_new, only_old, &[]);
    check(only_old, only_new, &[]);
    check(&[new.clone(), fact("25", "", "", "2025-07-01")], &[], &[(2, "overlap")]);
    check(only_new, &[fact("25", "", "", "")], &[(2, "overlap")]);
    check(&[fact("25", "", "", "")], only_new, &[(2, "overlap")]);
    check(&[new.clone(), new.clone()], only_old, &[(3, "duplicate_unit")]);
}

#[test]
fn a_version_with_the_same_first_day_replaces_the_known_one() {
    let known = [fact("17", "", "", ""), fact("a", "17", "2020-01-01", "")];
    check(&[fact("17", "", "", "2025-06-30")], &known, &[]);
    check(&[fact("a", "17", "2020-01-01", "2021-12-31"), fact("a", "17", "2022-01-01", "")], &known, &[]);
}

#[test]
fn a_parent_is_in_the_list_or_known() {
    check(&[fact("a", "17", "", "")], &[], &[(2, "unknown_parent")]);
    check(&[fact("a", "17", "", "")], &[fact("17", "", "", "")], &[]);
    check(&[fact("a", "17", "", ""), fact("17", "", "", "")], &[], &[]);
}

#[test]
fn no_unit_stands_above_itself() {
    check(&[fact("a", "a", "", "")], &[], &[(2, "cycle")]);
    check(&[fact("a", "b", "", ""), fact("b", "c", "", "")], &[fact("c", "", "", "")], &[]);
    check(
        &[fact("c", "a", "", "")],
        &[fact("a", "b", "", ""), fact("b", "c", "", ""), fact("c", "", "", "")],
        &[(2, "cycle")],
    );
    // Two units may change places over time.
    let first = [fact("a", "b", "", "2024-12-31"), fact("b", "", "", "2024-12-31")];
    check(&[fact("b", "a", "2025-01-01", ""), fact("a", "", "2025-01-01", "")], &first, &[]);
}
