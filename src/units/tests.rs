use super::*;
use crate::model::{Alias, Day, Instant, Succession, Text, UnitFact, UnitKind};

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
    let tree = Tree::was(&units, today);
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
    let tree = Tree::was(&units, Day(20_000));
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
    let tree = Tree::was(&units, Day(20_000));
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
    let tree = Tree::was(&units, Day(20_000));
    let (id, _) = units.versions().find(|(_, fact)| &*fact.code == "elsewhere").unwrap();
    assert_eq!(tree.path(id).collect::<Vec<_>>(), [id]);
    assert_eq!(tree.node(units.read("root", Day(20_000)).unit).children, [UnitId::UNRESOLVED]);
    assert_eq!(units.read("elsewhere", Day(20_000)).unit, UnitId::UNRESOLVED);
}

#[test]
fn r23_unresolved_stands_under_the_root_of_the_day() {
    let root_on = |day: &str, facts: &[UnitFact]| {
        let units = units(facts.iter().cloned());
        let tree = Tree::was(&units, day.parse().unwrap());
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

fn in_tree(tree: &str, fact: UnitFact) -> UnitFact {
    UnitFact { tree: Text::new(tree), ..fact }
}

fn goes_on(old: &str, new: &str, effective: &str, share: &str, is_default: bool) -> Succession {
    Succession {
        at: Instant(0),
        old: Text::new(old),
        new: Text::new(new),
        effective: effective.parse().unwrap(),
        share: share.parse().unwrap(),
        is_default,
    }
}

/// A unit as tests write it: its code, with the first day of its version when there is one.
fn named(units: &Units, unit: UnitId) -> String {
    match units.fact(unit) {
        None => UNRESOLVED.to_owned(),
        Some(fact) => match fact.valid_from {
            None => fact.code.to_string(),
            Some(from) => format!("{} from {from}", fact.code),
        },
    }
}

/// The code read on a day, then as what it stands now on another day.
fn now_of(units: &Units, (code, on): (&str, &str), today: &str) -> String {
    let hierarchies = Hierarchies::build(units, today.parse().unwrap());
    named(units, hierarchies.written_on(units, code, on.parse().unwrap()))
}

/// The way up in a hierarchy of a code read on a day.
fn way_up(units: &Units, hierarchy: Hierarchy, (code, on): (&str, &str), today: &str) -> Vec<String> {
    let hierarchies = Hierarchies::build(units, today.parse().unwrap());
    let tree = hierarchies.tree(hierarchy);
    tree.path(units.ask(code, on.parse().unwrap()).unit).map(|id| named(units, id)).collect()
}

const OLD: (Option<&str>, Option<&str>) = (None, Some("2025-06-30"));
const NEW: (Option<&str>, Option<&str>) = (Some("2025-07-01"), None);

/// Hoa Binh (17) goes on in Phu Tho (25); its commune 04903 in 04831, while the code 04903 names another unit.
fn merged() -> Units {
    let mut units = units([
        unit("17", None, OLD),
        unit("148", Some("17"), OLD),
        unit("04903", Some("148"), OLD),
        unit("04906", Some("148"), OLD),
        unit("25", None, OLD),
        unit("25", None, NEW),
        unit("04831", Some("25"), NEW),
        unit("04903", Some("25"), NEW),
    ]);
    units.offer_successions([
        goes_on("17", "25", "2025-07-01", "1", false),
        goes_on("25", "25", "2025-07-01", "1", false),
        goes_on("04903", "04831", "2025-07-01", "1", false),
        goes_on("04906", "04831", "2025-07-01", "0.3", false),
        goes_on("04906", "04903", "2025-07-01", "0.7", true),
    ]);
    units
}

#[test]
fn r22_a_succession_counts_from_its_day_on_and_a_divided_unit_goes_on_as_its_default() {
    let units = merged();
    assert_eq!(now_of(&units, ("17", "2025-06-01"), "2025-06-30"), "17");
    assert_eq!(now_of(&units, ("17", "2025-06-01"), "2025-07-01"), "25 from 2025-07-01");
    assert_eq!(now_of(&units, ("25", "2025-06-01"), "2025-07-01"), "25 from 2025-07-01");
    assert_eq!(now_of(&units, ("04906", "2025-06-01"), "2025-07-01"), "04903 from 2025-07-01");
    assert_eq!(now_of(&units, ("148", "2025-06-01"), "2025-07-01"), "148", "nothing stands for it");
}

#[test]
fn r23_a_code_used_again_is_another_unit_from_its_day_on() {
    let units = merged();
    assert_eq!(now_of(&units, ("04903", "2025-06-30"), "2025-12-01"), "04831 from 2025-07-01");
    assert_eq!(now_of(&units, ("04903", "2025-07-01"), "2025-12-01"), "04903 from 2025-07-01");
    // The old code written late is still the old unit, which goes on.
    assert_eq!(now_of(&units, ("17", "2025-11-01"), "2025-12-01"), "25 from 2025-07-01");
}

#[test]
fn r22_parents_are_mapped_in_the_tree_as_it_is_now_and_not_in_that_as_it_was() {
    let units = merged();
    let old = ("04906", "2025-06-30");
    assert_eq!(way_up(&units, Hierarchy::Was, old, "2025-12-01"), ["04906", "148", "17"]);
    assert_eq!(way_up(&units, Hierarchy::Now, old, "2025-12-01"), ["04906", "148", "25 from 2025-07-01"]);
    assert_eq!(way_up(&units, Hierarchy::Now, old, "2025-06-30"), ["04906", "148", "17"]);
}

#[test]
fn r22_of_several_successions_a_whole_one_goes_first_then_the_earliest_then_the_least_code() {
    let facts = ["a", "b", "c", "d", "old"].map(|code| unit(code, None, (None, None)));
    let after = |successions: &[Succession]| {
        let mut units = units(facts.clone());
        units.offer_successions(successions.iter().cloned());
        now_of(&units, ("old", "2025-01-01"), "2025-12-01")
    };
    let part = goes_on("old", "a", "2025-01-01", "0.5", true);
    let whole = goes_on("old", "d", "2025-03-01", "1", false);
    let whole_too = goes_on("old", "c", "2025-03-01", "1", true);
    let earlier = goes_on("old", "d", "2025-02-01", "1", false);
    assert_eq!(after(std::slice::from_ref(&part)), "a");
    assert_eq!(after(&[part.clone(), whole.clone()]), "d");
    assert_eq!(after(&[part.clone(), whole.clone(), whole_too.clone()]), "c");
    assert_eq!(after(&[part.clone(), whole_too.clone(), earlier]), "d");
    assert_eq!(after(&[goes_on("old", "a", "2025-01-01", "0.5", false)]), "old", "a part that is no default");
    assert_eq!(after(&[goes_on("old", "nobody", "2025-01-01", "1", false)]), "old", "an unknown successor");
    assert_eq!(after(&[goes_on("old", "a", "2025-12-02", "1", false)]), "old", "not yet in effect");
    let taken_back = Succession { at: Instant(5), share: "0".parse().unwrap(), ..whole.clone() };
    for successions in [[whole.clone(), taken_back.clone()], [taken_back, whole]] {
        assert_eq!(after(&successions), "old", "taken back, in any order");
    }
}

#[test]
fn r22_in_a_circle_of_successions_the_way_ends_at_its_least_member() {
    let mut units = units(["a", "b", "c", "z"].map(|code| unit(code, None, (None, None))));
    units.offer_successions([
        goes_on("z", "c", "2025-01-01", "1", false),
        goes_on("c", "b", "2025-01-01", "1", false),
        goes_on("b", "c", "2025-01-01", "1", false),
        goes_on("a", "a", "2025-01-01", "1", false),
    ]);
    for (code, end) in [("z", "b"), ("c", "b"), ("b", "b"), ("a", "a")] {
        assert_eq!(now_of(&units, (code, "2025-02-01"), "2025-12-01"), end);
    }
}

#[test]
fn r22_a_unit_whose_parent_goes_on_as_itself_stands_as_a_root() {
    let mut units = units([unit("p", None, (None, None)), unit("c", Some("p"), (None, None))]);
    units.offer_successions([goes_on("p", "c", "2025-01-01", "1", false)]);
    assert_eq!(way_up(&units, Hierarchy::Now, ("c", "2025-02-01"), "2025-12-01"), ["c"]);
    assert_eq!(way_up(&units, Hierarchy::Was, ("c", "2025-02-01"), "2025-12-01"), ["c", "p"]);
}

#[test]
fn an_alias_says_what_one_source_means_until_it_is_taken_back() {
    let mut units = units(["1", "2", "3"].map(|code| unit(code, None, (None, None))));
    let alias = |at, source: &str, raw: &str, unit: Option<&str>| Alias {
        at: Instant(at),
        source: source.into(),
        raw: raw.into(),
        unit: unit.map(Text::new),
    };
    let under = |units: &Units, source: &str, raw: &str| {
        let today = "2025-02-01".parse().unwrap();
        let hierarchies = Hierarchies::build(units, today);
        named(units, hierarchies.place(units, Hierarchy::Was, source, (&raw.into(), today)).unit)
    };
    assert!(units.offer_aliases([alias(1, "s", "x", Some("1")), alias(1, "s", "1", Some("2"))]));
    assert_eq!(under(&units, "s", "x"), "1", "one step, no chain");
    assert_eq!(under(&units, "s", "1"), "2", "it wins over the unit of that code");
    assert_eq!(under(&units, "other", "1"), "1");
    assert_eq!(under(&units, "other", "x"), UNRESOLVED);
    assert!(!units.offer_aliases([alias(2, "s", "x", Some("1"))]), "nothing new");
    assert!(units.offer_aliases([alias(3, "s", "1", None), alias(2, "s", "1", Some("3"))]));
    assert_eq!(under(&units, "s", "1"), "1", "taken back by the newest");
}

/// Areas of two former districts beside the province's communes.
fn with_areas() -> Units {
    let mut units = merged();
    units.offer([
        in_tree("former", UnitFact { kind: UnitKind::Area, ..unit("former-148", None, (None, None)) }),
        in_tree("former", UnitFact { kind: UnitKind::Area, ..unit("former-north", Some("former-148"), (None, None)) }),
        in_tree("former", unit("04903", Some("former-north"), OLD)),
        in_tree("former", unit("04906", Some("former-148"), OLD)),
        in_tree("former", unit("04831", Some("former-148"), NEW)),
    ]);
    units
}

#[test]
fn a_second_tree_groups_units_of_the_territory_and_names_nothing_in_records() {
    let units = with_areas();
    let today: Day = "2025-12-01".parse().unwrap();
    assert_eq!(units.read("former-148", today).unit, UnitId::UNRESOLVED);
    assert_eq!(
        way_up(&units, Hierarchy::Now, ("former-north", "2025-12-01"), "2025-12-01"),
        ["former-north", "former-148"]
    );
    assert_eq!(named(&units, units.ask("04831", today).unit), "04831 from 2025-07-01", "the territory goes first");
    let hierarchies = Hierarchies::build(&units, today);
    let tree = hierarchies.tree(Hierarchy::Was);
    let area = units.ask("former-148", today).unit;
    let mut owners: Vec<String> =
        tree.below(area).flat_map(|below| tree.owners(below)).map(|id| named(&units, id)).collect();
    owners.sort();
    // The later unit of code 04903 is read in that tree as late: until the tree names it, it goes with the former one.
    assert_eq!(owners, ["04831 from 2025-07-01", "04903", "04903 from 2025-07-01", "04906"]);
}

#[test]
fn h1_a_unit_covers_what_is_part_of_its_figures() {
    let units = with_areas();
    let today: Day = "2025-12-01".parse().unwrap();
    let hierarchies = Hierarchies::build(&units, today);
    let covers = |hierarchy: Hierarchy, above: &str, (unit, on): (&str, &str)| {
        let unit = units.ask(unit, on.parse().unwrap()).unit;
        hierarchies.tree(hierarchy).covers(units.ask(above, today).unit, unit)
    };
    let (old, new) = ("2025-06-30", "2025-12-01");
    assert!(covers(Hierarchy::Now, "25", ("148", old)));
    assert!(!covers(Hierarchy::Was, "25", ("148", old)));
    assert!(covers(Hierarchy::Was, "17", ("04906", old)));
    assert!(!covers(Hierarchy::Was, "04906", ("17", old)));
    assert!(covers(Hierarchy::Now, "former-148", ("04831", new)));
    assert!(!covers(Hierarchy::Now, "former-north", ("04831", new)));
    assert!(covers(Hierarchy::Now, "25", ("former-148", new)), "all its members are");
    assert!(!covers(Hierarchy::Was, "17", ("former-148", new)), "04831 is not under 17");
    assert!(!covers(Hierarchy::Now, "former-148", ("25", new)));
}

#[test]
fn circles_and_unknown_parents_of_another_tree_stand_apart() {
    let units = units([
        unit("root", None, (None, None)),
        in_tree("t", unit("a", Some("b"), (None, None))),
        in_tree("t", unit("b", Some("a"), (None, None))),
        in_tree("t", unit("c", Some("root"), (None, None))),
    ]);
    let on = "2025-12-01";
    assert_eq!(way_up(&units, Hierarchy::Now, ("b", on), on), ["b", "a"]);
    assert_eq!(way_up(&units, Hierarchy::Now, ("c", on), on), ["c"]);
}
