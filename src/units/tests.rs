use super::*;
use crate::model::{Day, Instant, Text, UnitFact, UnitKind};

fn unit(code: &str, parent: Option<&str>, valid: (Option<&str>, Option<&str>)) -> UnitFact {
    let day = |text: &str| text.parse::<Day>().unwrap();
    UnitFact {
        at: Instant(0),
        code: Text::new(code),
        valid_from: valid.0.map(day),
        valid_to: valid.1.map(day),
        parent: parent.map(Text::new),
        kind: UnitKind::Commune,
        category: Text::new("xã"),
        name_vi: Text::new(code),
        name_en: None,
        short_name: None,
        sort_order: 0,
        lat: None,
        lon: None,
        tree: Text::new(TERRITORY),
    }
}

fn units(facts: impl IntoIterator<Item = UnitFact>) -> Units {
    let mut units = Units::default();
    units.offer(facts);
    units
}

fn read(units: &Units, code: &str, day: &str) -> (Option<Option<String>>, bool) {
    let reading = units.read(code, day.parse().unwrap());
    (units.fact(reading.unit).map(|fact| fact.valid_from.map(|day| day.to_string())), reading.stale_code)
}

#[test]
fn r23_the_same_code_names_another_unit_from_its_day_on() {
    let units = units([unit("25", None, (None, Some("2025-06-30"))), unit("25", None, (Some("2025-07-01"), None))]);
    assert_eq!(read(&units, "25", "2025-06-30"), (Some(None), false));
    assert_eq!(read(&units, "25", "2025-07-01"), (Some(Some("2025-07-01".into())), false));
}

#[test]
fn r23_an_ended_code_is_read_as_its_latest_earlier_unit_and_marked() {
    let units = units([unit("17", None, (None, Some("2025-06-30")))]);
    assert_eq!(read(&units, "17", "2025-12-01"), (Some(None), true));
}

#[test]
fn r23_a_code_that_only_begins_later_or_is_unknown_is_unresolved() {
    let units = units([unit("25", None, (Some("2025-07-01"), None))]);
    assert_eq!(read(&units, "25", "2025-06-30"), (None, false));
    assert_eq!(read(&units, "99", "2025-07-01"), (None, false));
}

#[test]
fn r22_a_parent_is_read_on_the_last_valid_day_of_its_child() {
    let units = units([
        unit("25", None, (None, Some("2025-06-30"))),
        unit("25", None, (Some("2025-07-01"), None)),
        unit("0001", Some("25"), (None, Some("2025-06-30"))),
        unit("0002", Some("25"), (Some("2025-07-01"), None)),
    ]);
    let today = "2025-12-01".parse().unwrap();
    let tree = Tree::build(&units, today);
    let parent_from = |code: &str| {
        let unit = units.read(code, today).unit;
        tree.node(tree.node(unit).parent.unwrap()).fact.clone().unwrap().valid_from.map(|day| day.to_string())
    };
    assert_eq!(parent_from("0001"), None);
    assert_eq!(parent_from("0002"), Some("2025-07-01".to_owned()));
    let root = tree.node(UnitId::UNRESOLVED).parent.unwrap();
    assert_eq!(units.fact(root).unwrap().valid_from.unwrap().to_string(), "2025-07-01");
}

#[test]
fn a_circle_of_parents_is_cut_and_an_unknown_parent_is_unresolved() {
    let units = units([
        unit("a", Some("b"), (None, None)),
        unit("b", Some("a"), (None, None)),
        unit("c", Some("x"), (None, None)),
    ]);
    let tree = Tree::build(&units, Day(20_000));
    for id in tree.ids() {
        assert!(tree.path(id).count() <= tree.len());
    }
    let c = units.read("c", Day(20_000)).unit;
    assert_eq!(tree.node(c).parent, Some(UnitId::UNRESOLVED));
}

#[test]
fn i3_the_greatest_of_the_versions_of_one_code_and_day_stays_in_any_order() {
    let old = unit("1", None, (None, None));
    let new = UnitFact { at: Instant(5), name_vi: Text::new("mới"), ..old.clone() };
    for facts in [[old.clone(), new.clone()], [new.clone(), old.clone()]] {
        let units = units(facts);
        assert_eq!(&*units.fact(UnitId(1)).unwrap().name_vi, "mới");
    }
}

#[test]
fn r22_of_a_circle_only_the_least_member_is_cut() {
    let units = units([
        unit("0", Some("c"), (None, None)),
        unit("a", Some("c"), (None, None)),
        unit("b", Some("a"), (None, None)),
        unit("c", Some("b"), (None, None)),
    ]);
    let tree = Tree::build(&units, Day(20_000));
    let codes: Vec<String> = tree
        .path(units.read("0", Day(20_000)).unit)
        .map(|id| units.fact(id).map_or("unresolved".to_owned(), |fact| fact.code.to_string()))
        .collect();
    assert_eq!(codes, ["0", "c", "b", "a", "unresolved"]);
}

#[test]
fn r23_a_unit_of_another_tree_stands_under_nobody_and_names_nothing() {
    let elsewhere = UnitFact { tree: Text::new("health"), ..unit("elsewhere", Some("root"), (None, None)) };
    let units = units([unit("root", None, (None, None)), elsewhere]);
    let tree = Tree::build(&units, Day(20_000));
    let (id, _) = units.versions().find(|(_, fact)| &*fact.code == "elsewhere").unwrap();
    assert_eq!(tree.path(id).collect::<Vec<_>>(), [id]);
    assert_eq!(tree.node(units.read("root", Day(20_000)).unit).children, [UnitId::UNRESOLVED]);
    assert_eq!(units.read("elsewhere", Day(20_000)).unit, UnitId::UNRESOLVED);
}

#[test]
fn r23_unresolved_stands_under_the_root_of_the_day() {
    let root_on = |day: &str, facts: &[UnitFact]| {
        let units = units(facts.iter().cloned());
        let tree = Tree::build(&units, day.parse().unwrap());
        let root = tree.node(UnitId::UNRESOLVED).parent?;
        let fact = units.fact(root).unwrap();
        Some(format!("{} {}", fact.code, fact.valid_from.map(|day| day.to_string()).unwrap_or_default()))
    };
    let old = unit("b", None, (None, Some("2024-06-30")));
    let older = unit("a", None, (None, Some("2024-06-29")));
    let new = unit("c", None, (Some("2024-08-03"), None));
    let newer = unit("c", None, (Some("2024-08-04"), None));
    assert_eq!(root_on("2024-08-02", std::slice::from_ref(&new)), None, "one that only begins later is none");
    let facts = [old, older, new, newer];
    assert_eq!(root_on("2024-08-02", &facts).unwrap(), "b ", "the one that ended last");
    assert_eq!(root_on("2024-08-03", &facts).unwrap(), "c 2024-08-03");
    assert_eq!(root_on("2024-08-04", &facts).unwrap(), "c 2024-08-04", "the version that began last");
    assert_eq!(root_on("2024-06-29", &facts).unwrap(), "a ", "the least code of those valid");
}
