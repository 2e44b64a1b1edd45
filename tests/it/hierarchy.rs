//! The lists of units that we ship, and what becomes of figures when provinces are merged.

use opcentre::cube::{Cube, View, Window};
use opcentre::ingest::{Limits, check_successions, check_units, read_successions, read_units};
use opcentre::kpi::Measure;
use opcentre::model::{Day, DossierEvent, DossierKey, Instant, Record, Status, UnitFact, UnitKind, Zone};
use opcentre::units::{Hierarchies, Hierarchy, Perspective, UnitId, UnitRole, Units};
use serde_json::Value;

use crate::support::engine::OPCENTRE;
use crate::support::server::Server;
const HOA_BINH: &str = include_str!("../../dashboards/units/hoa-binh.csv");
const PHU_THO: &str = include_str!("../../dashboards/units/phu-tho.csv");
const HOA_BINH_SUCCESSIONS: &str = include_str!("../../dashboards/units/hoa-binh-successions.csv");
const FORMER_DISTRICTS: &str = include_str!("../../dashboards/units/hoa-binh-former-districts.csv");
const VIETNAM_H1: &str = include_str!("../../dashboards/units/vietnam-2025h1.csv");
const VIETNAM_H2: &str = include_str!("../../dashboards/units/vietnam-2025h2.csv");
const SUCCESSIONS: &str = include_str!("../../dashboards/units/successions-2025.csv");

fn zone() -> Zone {
    Zone::named("Asia/Ho_Chi_Minh").unwrap()
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// `2025-06-20 09:00` in Hanoi.
fn at(text: &str) -> Instant {
    let timestamp: jiff::Timestamp = format!("{}:00+07:00", text.replace(' ', "T")).parse().unwrap();
    Instant(timestamp.as_millisecond())
}

fn load(units: &mut Units, csv: &str) {
    let batch = read_units(csv.as_bytes(), Some("text/csv"), Instant(0), &Limits::default()).unwrap();
    assert_eq!(batch.rejections, []);
    let known: Vec<UnitFact> = units.versions().map(|(_, fact)| UnitFact::clone(fact)).collect();
    assert_eq!(check_units(&batch.units, &known), []);
    units.offer(batch.units.into_iter().map(|row| row.fact));
}

fn load_successions(units: &mut Units, csv: &str) {
    let list = read_successions(csv.as_bytes(), Some("text/csv"), Instant(0), &Limits::default()).unwrap();
    assert_eq!(list.rejections, []);
    assert_eq!(check_successions(&list.rows, |code, day| units.read(code, day).unit != UnitId::UNRESOLVED), []);
    units.offer_successions(list.rows.into_iter().map(|row| row.fact));
}

fn hoa_binh() -> Units {
    let mut units = Units::default();
    load(&mut units, HOA_BINH);
    load(&mut units, PHU_THO);
    load(&mut units, FORMER_DISTRICTS);
    load_successions(&mut units, HOA_BINH_SUCCESSIONS);
    units
}

#[test]
fn r22_the_whole_country_goes_on_in_34_provinces_and_nothing_is_left_behind() {
    let mut units = Units::default();
    for list in [HOA_BINH, VIETNAM_H1, VIETNAM_H2, FORMER_DISTRICTS] {
        load(&mut units, list);
    }
    load_successions(&mut units, SUCCESSIONS);
    let (before, after) = (day("2025-06-30"), day("2025-07-01"));
    let then = Hierarchies::build(&units, before);
    let now = Hierarchies::build(&units, after);
    let nation = units.read("VN", after).unit;
    let provinces = |hierarchies: &Hierarchies, on: Day| {
        let tree = hierarchies.tree(Hierarchy::Now);
        let is_valid =
            |fact: &UnitFact| fact.valid_from.is_none_or(|from| from <= on) && fact.valid_to.is_none_or(|to| on <= to);
        let children = tree.node(nation).children.iter().filter_map(|child| units.fact(*child));
        children.filter(|fact| fact.kind == UnitKind::Province && is_valid(fact)).count()
    };
    assert_eq!((provinces(&then, before), provinces(&now, after)), (63, 34));
    for (id, fact) in units.versions().filter(|(_, fact)| fact.kind == UnitKind::Commune && &*fact.tree == "territory")
    {
        let successor = units.fact(now.successor(id)).unwrap();
        assert_eq!((successor.valid_to, successor.kind), (None, UnitKind::Commune), "{fact:?}");
        let root = now.tree(Hierarchy::Now).path(now.successor(id)).last();
        assert_eq!(root, Some(nation), "{fact:?}");
    }
}

#[test]
fn the_departments_of_the_province_were_merged_before_it_was() {
    let units = hoa_binh();
    let now_of = |code: &str, today: &str| {
        let hierarchies = Hierarchies::build(&units, day(today));
        let end = hierarchies.written_on(&units, code, day("2024-08-02"));
        units.label(end).code.to_owned()
    };
    assert_eq!(now_of("17.so-giao-thong-van-tai", "2025-02-28"), "17.so-giao-thong-van-tai");
    assert_eq!(now_of("17.so-giao-thong-van-tai", "2025-03-01"), "17.so-xay-dung");
    assert_eq!(now_of("17.so-lao-dong-tbxh", "2026-01-01"), "17.so-noi-vu");
    assert_eq!(now_of("17", "2025-06-30"), "17");
    assert_eq!(now_of("17", "2025-07-01"), "25");
}

/// The end of the story.
const NOW: &str = "2026-01-05 08:00";

/// Where the dossiers of the story go: communes of two districts, one that was divided, a district, a department.
const OLD: [&str; 6] = ["04789", "04831", "04876", "05089", "148", "17.so-xay-dung"];
/// New communes, among them codes that named others before.
const NEW: [&str; 4] = ["04828", "04831", "05089", "07894"];

/// A year of Hoa Binh with the old codes, July to December 2025 with the new ones; a dossier a day in each unit, done
/// four days later. What is in flight at the change is done by the unit that goes on.
fn story(units: &Units) -> Vec<Record> {
    let mut records = Vec::new();
    let hierarchies = Hierarchies::build(units, day("2025-07-01"));
    let change = day("2025-07-01");
    let mut received = day("2024-07-01");
    while received <= day("2025-12-20") {
        let codes: &[&str] = if received < change { &OLD } else { &NEW };
        for code in codes {
            let key = DossierKey { source: "one-stop".into(), id: format!("{code}/{received}").as_str().into() };
            let event = |unit: &str, status, day: Day| {
                let at = zone().start(day).plus_ms(9 * 3_600_000);
                let event = DossierEvent { status: Some(status), ..DossierEvent::new(key.clone(), unit.into(), at) };
                Record::Dossier(Box::new(event))
            };
            let done = received.plus(4);
            let goes_on = hierarchies.successor(units.read(code, received).unit);
            let by = if done >= change { units.label(goes_on).code } else { code };
            records.push(event(code, Status::Accepted, received));
            records.push(event(by, Status::Done, done));
        }
        received = received.plus(1);
    }
    records
}

fn view_of(units: &Units, records: Vec<Record>) -> View {
    let mut cube = Cube::new(zone(), at(NOW));
    let facts = units.versions().map(|(_, fact)| Record::Unit(Box::new(UnitFact::clone(fact))));
    cube.apply(facts.chain(units.successions().cloned().map(Record::Succession)).collect::<Vec<_>>(), 1);
    cube.apply(records, 2);
    cube.settle();
    cube.view()
}

const AS_NOW: Perspective = Perspective { hierarchy: Hierarchy::Now, role: UnitRole::Processing };
const AS_WAS: Perspective = Perspective { hierarchy: Hierarchy::Was, role: UnitRole::Processing };

/// The days of the story: 365 with the old codes, 173 with the new ones.
const DAYS: (i64, i64) = (365, 173);

fn received(view: &View, code: &str, on: &str, perspective: Perspective) -> i64 {
    let unit = view.units().ask(code, day(on)).unit;
    assert_ne!(unit, UnitId::UNRESOLVED, "{code}");
    let all = Window { first: day("2024-07-01"), last: day("2025-12-31") };
    let measures = view.measures(unit, all, perspective);
    assert_eq!(measures.get(Measure::Received), measures.get(Measure::Resolved), "each is received and done once");
    measures.get(Measure::Received)
}

#[test]
fn r22_phu_tho_now_includes_both_and_hoa_binh_was_shows_its_ten_districts() {
    let units = hoa_binh();
    let view = view_of(&units, story(&units));
    let (old, new) = (DAYS.0 * 6, DAYS.1 * 4);
    let today = "2026-01-05";
    assert_eq!(received(&view, "25", today, AS_NOW), old + new, "each dossier once");
    assert_eq!(received(&view, "17", today, AS_NOW), 0, "it went on as 25");
    assert_eq!(received(&view, "17", today, AS_WAS), old);
    assert_eq!(received(&view, "25", today, AS_WAS), new);
    // The same code is two communes.
    assert_eq!(received(&view, "04831", "2025-06-30", AS_WAS), DAYS.0);
    assert_eq!(received(&view, "04831", "2025-07-01", AS_WAS), DAYS.1);
    let was = view.tree(Hierarchy::Was);
    let hoa_binh = view.units().read("17", view.today()).unit;
    let districts = was
        .node(hoa_binh)
        .children
        .iter()
        .filter(|child| view.units().fact(**child).is_some_and(|fact| fact.kind == UnitKind::District));
    assert_eq!(districts.count(), 10);
}

#[test]
fn r22_in_each_perspective_every_dossier_is_somewhere_and_in_the_area_of_its_former_district() {
    let units = hoa_binh();
    let records = story(&units);
    let view = view_of(&units, records);
    let today = "2026-01-05";
    for perspective in [AS_NOW, AS_WAS] {
        let districts = ["148", "150", "152", "153", "154", "155", "156", "157", "158", "159"];
        let mut sum = 0;
        for district in districts {
            sum += received(&view, &format!("former-{district}"), today, perspective);
        }
        assert_eq!(received(&view, "former-17", today, perspective), sum);
        // 07894 is no commune of the former province; a department belongs to no district.
        assert_eq!(sum, DAYS.0 * 5 + DAYS.1 * 3, "{perspective:?}");
    }
    // 04789 was in the city, and what it went on as is.
    assert_eq!(received(&view, "former-148", today, AS_NOW), DAYS.0 * 2 + DAYS.1);
}

/// Runs the program against a server; what it printed.
fn run(server: &Server, arguments: &[&str]) -> String {
    let output = std::process::Command::new(OPCENTRE).args(arguments).args(["--url", &server.url]).output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{arguments:?}: {printed}");
    printed
}

/// The records of the story as a one-stop system sends them.
fn lines(records: &[Record]) -> String {
    let line = |record: &Record| match record {
        Record::Dossier(event) => format!(
            r#"{{"type":"dossier","id":"{}","unit":"{}","at":"{}","status":"{}"}}"#,
            event.key.id,
            event.unit,
            event.at.to_rfc3339(&zone()),
            event.status.unwrap().as_str()
        ),
        _ => unreachable!("only dossiers"),
    };
    records.iter().map(line).collect::<Vec<_>>().join("\n")
}

async fn received_by_server(server: &Server, code: &str, hierarchy: &str) -> (Option<i64>, Value) {
    let path = format!("/api/v1/units/{code}/kpis?window=2024-07-01..2025-12-31&hierarchy={hierarchy}");
    let (status, answer) = server.get(&path).await;
    assert_eq!(status, 200, "{answer}");
    (answer["measures"]["received"].as_i64(), answer)
}

#[tokio::test]
async fn r22_a_server_that_is_told_of_the_merger_afterwards_counts_each_dossier_once() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &["--now", "2026-01-05T08:00:00+07:00"]).await;
    let records = story(&hoa_binh());
    // The records come first: nobody knows their units yet.
    let (status, answer) = server.post("one-stop", lines(&records)).await.unwrap();
    assert_eq!((status, &answer["rejected"]), (202, &Value::from(0)), "{answer}");
    let lists = |name: &str| format!("{}/dashboards/units/{name}", env!("CARGO_MANIFEST_DIR"));
    run(&server, &["units", "load", &lists("hoa-binh.csv")]);
    let printed =
        run(&server, &["units", "load", &lists("phu-tho.csv"), "--successions", &lists("hoa-binh-successions.csv")]);
    assert!(printed.contains("162 successions loaded"), "{printed}");
    run(&server, &["units", "load", &lists("hoa-binh-former-districts.csv")]);
    let (old, new) = (DAYS.0 * 6, DAYS.1 * 4);
    let pending = |answer: &Value| answer["units_pending"] == false;
    server.until("/api/v1/units/former-17/kpis", pending).await;
    let (now, answer) = received_by_server(&server, "25", "now").await;
    assert_eq!((now, &answer["measures"]["resolved"]), (Some(old + new), &Value::from(old + new)));
    let (now, answer) = received_by_server(&server, "17", "now").await;
    assert_eq!((now, &answer["succeeded_by"], &answer["stale_code"]), (None, &Value::from("25"), &Value::from(true)));
    assert_eq!(answer["ended"]["on"], "2025-06-30", "nothing of it is a figure any more, and nobody is told 0");
    let (was, answer) = received_by_server(&server, "17", "was").await;
    assert_eq!(was, Some(old));
    let codes: Vec<_> = answer["children"].as_array().unwrap().iter().filter_map(|row| row["unit"].as_str()).collect();
    assert_eq!(codes.iter().filter(|code| code.len() == 3 && **code != "own").count(), 10, "{codes:?}");
    assert_eq!(received_by_server(&server, "25", "was").await.0, Some(new));
    for hierarchy in ["now", "was"] {
        let areas = received_by_server(&server, "former-17", hierarchy).await.0;
        assert_eq!(areas, Some(DAYS.0 * 5 + DAYS.1 * 3), "{hierarchy}");
    }
}
