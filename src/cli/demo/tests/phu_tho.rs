//! The demonstration of province 25: over the day on which three provinces became one nothing is lost.

use std::collections::BTreeMap;

use crate::cube::{Cube, View, Window};
use crate::kpi::Measure;
use crate::model::{Record, Text, UnitKind};
use crate::units::{Hierarchy, Perspective, UnitId};

use super::super::{Event, History, PHU_THO, Scenario};
use super::{assert_near, read, zone};

fn view(events: &[Event]) -> View {
    let lists = (PHU_THO.lists)();
    let mut cube = Cube::new(zone(), PHU_THO.start);
    cube.apply_units(lists.units().unwrap());
    cube.apply(lists.successions().unwrap().into_iter().map(Record::Succession), 1);
    let mut by_source: BTreeMap<&str, Vec<Event>> = BTreeMap::new();
    events.iter().for_each(|event| by_source.entry(event.source).or_default().push(event.clone()));
    for (source, events) in &by_source {
        cube.apply(read(events, source, PHU_THO.start), 1);
    }
    cube.view()
}

fn of(view: &View, unit: UnitId, (first, last): (&str, &str), measure: Measure) -> i64 {
    let window = Window { first: first.parse().unwrap(), last: last.parse().unwrap() };
    view.measures(unit, window, Perspective::default()).get(measure)
}

const YEAR: (&str, &str) = ("2025-01-01", "2025-12-01");
const SECOND_HALF: (&str, &str) = ("2025-07-01", "2025-12-01");

/// One test, since the history is made once.
#[test]
fn three_provinces_become_one_and_every_dossier_keeps_its_unit() {
    let events: Vec<Event> = History::generate(&PHU_THO, PHU_THO.seed).events().collect();
    assert!(events.is_sorted_by_key(|event| event.at) && events.last().unwrap().at <= PHU_THO.start);
    assert!((250_000..=350_000).contains(&events.len()), "{} records", events.len());
    some_begin_in_a_district_and_end_in_a_commune(&events);
    let view = view(&events);
    let province = view.units().read("25", view.today()).unit;
    nobody_is_unknown(&view);
    communes_stand_below_the_province(&view, province);
    figures_are_those_of_a_province_in_order(&view, province);
}

fn some_begin_in_a_district_and_end_in_a_commune(events: &[Event]) {
    let part = |event: &Event, name: &str| -> Option<String> {
        Some(event.line.split(&format!("\"{name}\":\"")).nth(1)?.split('"').next()?.to_owned())
    };
    let dossiers = events.iter().filter(|event| event.line.starts_with(r#"{"type":"dossier""#));
    let mut units: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for event in dossiers {
        units.entry(part(event, "id").unwrap()).or_default().push(part(event, "unit").unwrap());
    }
    let in_flight = |units: &&Vec<String>| units[0].len() == 3 && units.last().unwrap().len() == 5;
    let count = units.values().filter(in_flight).count();
    assert!(count > 300, "{count} from districts");
    let departments =
        units.values().filter(|units| units[0].starts_with("17.") && units.last().unwrap().starts_with("25."));
    assert!(departments.count() > 50, "from departments of province 17");
}

fn nobody_is_unknown(view: &View) {
    for hierarchy in [Hierarchy::Now, Hierarchy::Was] {
        let perspective = Perspective { hierarchy, ..Perspective::default() };
        let window = Window { first: "2024-01-01".parse().unwrap(), last: view.today() };
        let unknown = view.own_measures(UnitId::UNRESOLVED, window, perspective);
        assert!(unknown.is_zero(), "{hierarchy:?}: {unknown:?}");
    }
}

fn communes_stand_below_the_province(view: &View, province: UnitId) {
    let below = view.tree(Hierarchy::Now).node(province).children.iter();
    let facts = below.filter_map(|unit| Some((*unit, view.units().fact(*unit)?)));
    let communes: Vec<(UnitId, &Text)> = facts
        .filter(|(_, fact)| fact.kind == UnitKind::Commune && fact.valid_to.is_none())
        .map(|(unit, fact)| (unit, &fact.code))
        .collect();
    assert_eq!(communes.len(), 148);
    for (unit, code) in communes {
        let received = of(view, unit, SECOND_HALF, Measure::Received);
        assert!(received > 60, "{code} received {received}");
        assert!(of(view, unit, ("2024-01-01", "2024-12-31"), Measure::Received) > 0, "{code} has no past");
    }
}

fn figures_are_those_of_a_province_in_order(view: &View, province: UnitId) {
    use Measure as M;
    let figure = |measure| of(view, province, YEAR, measure) as f64;
    let percent = |parts: &[M], whole: &[M]| {
        let sum = |measures: &[M]| measures.iter().map(|measure| figure(*measure)).sum::<f64>();
        100.0 * sum(parts) / sum(whole)
    };
    let dated = [M::ResolvedEarly, M::ResolvedOnTime, M::ResolvedLate];
    assert_near(percent(&dated[..2], &dated), 98.2, 0.5);
    assert_near(percent(&[M::Digitised], &[M::Received]), 73.0, 2.0);
    assert_near(percent(&[M::RatingsSatisfied], &[M::Ratings]), 91.3, 1.5);
    assert!((60.0..250.0).contains(&figure(M::InProgressOverdue)), "{} overdue", figure(M::InProgressOverdue));
    for few in [M::InProgressWaiting, M::NearlyLate, M::ResolvedWithdrawn, M::SentBack] {
        assert!((3.0..1_500.0).contains(&figure(few)), "{} is {}", few.name(), figure(few));
    }
}

#[test]
fn a_demonstration_is_named_by_its_unit() {
    assert_eq!(Scenario::of("25").unwrap().start, PHU_THO.start);
    assert_eq!(Scenario::of("26").unwrap_err(), "there is no demonstration of unit 26, only of 17, 25");
    let start: jiff::Timestamp = "2025-12-01T08:00:00+07:00".parse().unwrap();
    assert_eq!(PHU_THO.start.0, start.as_millisecond());
}
