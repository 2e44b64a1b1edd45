use super::super::registry::TERRITORY;
use super::*;
use crate::model::{Instant, Succession, UnitFact, UnitKind};

fn unit(code: &str, parent: Option<&str>, tree: &str) -> UnitFact {
    UnitFact {
        at: Instant(0),
        code: Text::new(code),
        valid_from: None,
        valid_to: None,
        parent: parent.map(Text::new),
        kind: UnitKind::Commune,
        category: Text::new("xã"),
        name_vi: Text::new(code),
        name_en: None,
        short_name: None,
        sort_order: 0,
        lat: None,
        lon: None,
        tree: Text::new(tree),
    }
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn units(facts: impl IntoIterator<Item = UnitFact>) -> Units {
    let mut units = Units::default();
    units.offer(facts);
    units
}

fn scope(code: &str, bound: &str) -> Scope {
    Scope::subtrees([ScopeRoot { code: Text::new(code), bound: day(bound) }])
}

/// Which of these codes are seen on a day.
fn seen<'a>(scope: &Scope, units: &Units, on: &str, codes: &[&'a str]) -> Vec<&'a str> {
    let hierarchies = Hierarchies::build(units, day(on));
    let sight = scope.on(units, &hierarchies, Hierarchy::Now);
    codes.iter().copied().filter(|code| sight.unit(code, day(on)).is_some()).collect()
}

const ALL: [&str; 7] = ["17", "148", "a", "b", "150", "unresolved", "nowhere"];

fn province() -> Units {
    units([
        unit("17", None, TERRITORY),
        unit("148", Some("17"), TERRITORY),
        unit("a", Some("148"), TERRITORY),
        unit("b", Some("148"), TERRITORY),
        unit("150", Some("17"), TERRITORY),
    ])
}

#[test]
fn h1_a_subtree_is_seen_and_nothing_beside_or_above_it() {
    let units = province();
    let on = "2024-08-02";
    assert_eq!(seen(&scope("148", on), &units, on, &ALL), ["148", "a", "b"]);
    assert_eq!(seen(&scope("a", on), &units, on, &ALL), ["a"]);
    assert_eq!(seen(&Scope::all(), &units, on, &ALL), ["17", "148", "a", "b", "150", "unresolved"]);
    assert_eq!(seen(&Scope::subtrees([]), &units, on, &ALL), Vec::<&str>::new());
    assert_eq!(seen(&scope("nowhere", on), &units, on, &ALL), Vec::<&str>::new(), "an unknown root opens nothing");
}

#[test]
fn h1_unresolved_is_seen_by_who_sees_every_root() {
    let on = "2024-08-02";
    assert_eq!(seen(&scope("17", on), &province(), on, &["unresolved"]), ["unresolved"]);
    let mut two = province();
    two.offer([unit("25", None, TERRITORY)]);
    assert_eq!(seen(&scope("17", on), &two, on, &["17", "unresolved"]), ["17"]);
    assert_eq!(seen(&scope("unresolved", on), &two, on, &["unresolved"]), Vec::<&str>::new());
}

#[test]
fn h1_a_code_is_read_on_the_day_it_was_bound() {
    let old = UnitFact { valid_to: Some(day("2025-06-30")), ..unit("25", None, TERRITORY) };
    let new = UnitFact { valid_from: Some(day("2025-07-01")), ..unit("25", None, TERRITORY) };
    let below = |code: &str, from: &UnitFact| UnitFact {
        valid_from: from.valid_from,
        valid_to: from.valid_to,
        ..unit(code, Some("25"), TERRITORY)
    };
    let units = units([below("before", &old), below("after", &new), old, new]);
    let codes = ["25", "before", "after"];
    assert_eq!(seen(&scope("25", "2025-06-30"), &units, "2025-12-01", &codes), ["before"], "25 is another unit now");
    assert_eq!(seen(&scope("25", "2025-07-01"), &units, "2025-12-01", &codes), ["25", "after"]);
}

#[test]
fn h1_an_area_is_seen_only_by_who_sees_all_its_parts() {
    let mut units = province();
    let old = |code, parent| unit(code, parent, "old");
    units.offer([
        old("whole", None),
        old("part", Some("whole")),
        old("a", Some("part")),
        old("b", Some("part")),
        old("150", Some("whole")),
        old("empty", None),
    ]);
    let areas = |scope: &Scope| {
        let hierarchies = Hierarchies::build(&units, day("2024-08-02"));
        let sight = scope.on(&units, &hierarchies, Hierarchy::Now);
        let rows = units.versions().filter(|(id, fact)| &*fact.tree == "old" && sight.covers(*id));
        rows.map(|(_, fact)| fact.code.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(areas(&scope("148", "2024-08-02")), ["a", "b", "part"]);
    assert_eq!(areas(&scope("a", "2024-08-02")), ["a"]);
    assert_eq!(areas(&scope("17", "2024-08-02")), ["150", "a", "b", "part", "whole"]);
}

#[test]
fn h1_a_scope_goes_on_with_its_unit_and_keeps_what_it_was() {
    let old = |code, parent| UnitFact { valid_to: Some(day("2025-06-30")), ..unit(code, parent, TERRITORY) };
    let new = |code, parent| UnitFact { valid_from: Some(day("2025-07-01")), ..unit(code, parent, TERRITORY) };
    let mut units =
        units([old("17", None), old("148", Some("17")), old("26", None), new("25", None), new("x", Some("25"))]);
    let succession = |old: &str| Succession {
        at: Instant(0),
        old: Text::new(old),
        new: Text::new("25"),
        effective: day("2025-07-01"),
        share: "1".parse().unwrap(),
        is_default: true,
    };
    units.offer_successions([succession("17"), succession("26")]);
    let hierarchies = Hierarchies::build(&units, day("2025-12-01"));
    let seen = |code: &str, hierarchy| {
        let scope = scope(code, "2025-01-01");
        let sight = scope.on(&units, &hierarchies, hierarchy);
        let all = ["17", "148", "26", "25", "x"];
        all.into_iter().filter(|code| sight.unit(code, day("2025-12-01")).is_some()).collect::<Vec<_>>()
    };
    assert_eq!(seen("17", Hierarchy::Now), ["17", "148", "25", "x"], "both went on in 25");
    assert_eq!(seen("17", Hierarchy::Was), ["17", "148", "25", "x"], "and 26 as it was is another's");
    assert_eq!(seen("148", Hierarchy::Was), ["148"]);
}
