mod dossier;
mod drill;
mod ontime;
mod forms;
mod quality;
mod reconcile;
mod standing;

use serde_json::{Value, json};

use super::*;
use crate::cube::Cube;
use crate::kpi::MEASURES;
use crate::model::{
    DossierEvent, DossierKey, DossierState, Field, Instant, PauseEvent, PauseKind, Record, Status, Succession,
    UnitFact, UnitKind, Zone,
};
use crate::pipeline::feeds::Feeds;
use crate::store::HistoryEntry;
use crate::units::TERRITORY;

fn t(text: &str) -> Instant {
    let timestamp: jiff::Timestamp = format!("{}:00+07:00", text.replace(' ', "T")).parse().unwrap();
    Instant(timestamp.as_millisecond())
}

fn unit(code: &str, parent: Option<&str>, valid_to: Option<&str>) -> Record {
    Record::Unit(Box::new(UnitFact {
        at: t("2020-01-01 00:00"),
        code: code.into(),
        valid_from: None,
        valid_to: valid_to.map(|day| day.parse().unwrap()),
        parent: parent.map(Text::new),
        kind: UnitKind::District,
        category: "huyện".into(),
        name_vi: format!("Huyện {code}").as_str().into(),
        name_en: None,
        short_name: None,
        sort_order: 0,
        lat: None,
        lon: None,
        tree: TERRITORY.into(),
    }))
}

fn event(id: &str, unit: &str, at: &str, change: impl FnOnce(&mut DossierEvent)) -> Record {
    let key = DossierKey { source: "motcua".into(), id: id.into() };
    let mut event = DossierEvent::new(key, unit.into(), t(at));
    change(&mut event);
    Record::Dossier(Box::new(event))
}

fn accepted(id: &str, unit: &str, at: &str) -> Record {
    event(id, unit, at, |event| event.status = Some(Status::Accepted))
}

fn done(id: &str, unit: &str, at: &str) -> Record {
    event(id, unit, at, |event| event.status = Some(Status::Done))
}

/// Province 17 over 148 and 158 (over commune 05000), and two districts that ended before 2024.
fn world(records: impl IntoIterator<Item = Record>) -> View {
    let mut cube = Cube::new(Zone::named("Asia/Ho_Chi_Minh").unwrap(), t("2024-08-02 08:00"));
    let units = [
        unit("17", None, None),
        unit("148", Some("17"), None),
        unit("158", Some("17"), None),
        unit("05000", Some("158"), None),
        unit("149", Some("17"), Some("2019-12-31")),
        unit("151", Some("17"), Some("2019-12-31")),
    ];
    cube.apply(units, 6);
    cube.apply(records, 7);
    cube.view()
}

fn answer(view: &View, code: &str, query: &KpisQuery) -> Result<Value, AnswerError> {
    let catalogue = Catalogue::embedded().unwrap();
    let figures = Figures { view, catalogue: &catalogue, node: "n1", scope: &Scope::all() };
    kpis(figures, code, query).map(|answer| serde_json::to_value(answer).unwrap())
}

fn window(text: &str) -> KpisQuery {
    KpisQuery { window: Some(text.to_owned()), ..KpisQuery::default() }
}

fn mixed() -> Vec<Record> {
    vec![
        accepted("own", "17", "2024-02-01 09:00"),
        accepted("city", "148", "2024-02-01 09:00"),
        done("city", "148", "2024-02-02 09:00"),
        accepted("commune", "05000", "2024-02-01 09:00"),
        accepted("lost", "99", "2024-02-01 09:00"),
        accepted("stale", "151", "2024-02-01 09:00"),
    ]
}

#[test]
fn c3_rows_add_up_to_the_unit_and_own_is_marked() {
    let answer = answer(&world(mixed()), "17", &window("year")).unwrap();
    assert_eq!(
        (&answer["window"], &answer["seq"], &answer["node"], &answer["hierarchy"], &answer["as_of"]),
        (
            &json!({"from": "2024-01-01", "to": "2024-08-02"}),
            &json!(7),
            &json!("n1"),
            &json!("now"),
            &json!("2024-08-02T08:00:00.000+07:00")
        )
    );
    let rows = answer["children"].as_array().unwrap();
    let summary: Vec<Value> =
        rows.iter().map(|row| json!([row["unit"], row["own"], row["measures"]["received"]])).collect();
    // 149 ended before the window and has no figure; 151 has one under its ended code; 99 is unresolved.
    assert_eq!(
        summary,
        [
            json!(["own", true, 1]),
            json!(["148", null, 1]),
            json!(["151", null, 1]),
            json!(["158", null, 1]),
            json!(["unresolved", null, 1]),
        ]
    );
    for (_, measure) in MEASURES {
        let sum: i64 = rows.iter().map(|row| row["measures"][measure].as_i64().unwrap()).sum();
        assert_eq!(json!(sum), answer["measures"][measure], "{measure}");
    }
    assert_eq!(answer["measures"]["received"], 5);
    assert_eq!(answer["kpis"]["on_time_rate"]["value"], Value::Null);
    assert_eq!(answer["kpis"]["digitisation_rate"]["num"], 0);
    assert_eq!(rows[2]["valid_to"], "2019-12-31");
}

#[test]
fn r23_a_code_is_read_today_and_an_ended_one_is_marked() {
    let view = world(mixed());
    let stale = answer(&view, "151", &window("2024")).unwrap();
    assert_eq!((&stale["stale_code"], &stale["measures"]["received"]), (&json!(true), &json!(1)));
    assert_eq!(answer(&view, "17", &window("2024")).unwrap()["stale_code"], false);
    let lost = answer(&view, "unresolved", &window("2024")).unwrap();
    assert_eq!((&lost["name"], &lost["measures"]["received"]), (&json!("Chưa xác định đơn vị"), &json!(1)));
}

#[test]
fn r16_another_window_carries_over_what_was_open() {
    let answer = answer(&world(mixed()), "17", &window("2024-02-02..2024-02-02")).unwrap();
    assert_eq!((&answer["measures"]["carried_over"], &answer["measures"]["resolved"]), (&json!(5), &json!(1)));
}

#[test]
fn what_cannot_be_answered_has_a_stable_code() {
    let view = world([]);
    let code = |of: &str, query: &KpisQuery| answer(&view, of, query).unwrap_err().code();
    assert_eq!(code("17", &window("soon")), "bad_window");
    let hierarchy = |text: &str| KpisQuery { hierarchy: Some(text.to_owned()), ..KpisQuery::default() };
    assert_eq!(code("99", &hierarchy("was")), "unknown_unit");
    assert_eq!(code("17", &hierarchy("then")), "bad_hierarchy");
    let role = |text: &str| KpisQuery { role: Some(text.to_owned()), ..KpisQuery::default() };
    assert_eq!(code("17", &role("giving")), "bad_role");
    assert_eq!(code("17", &role("sending")), "bad_role");
}

fn source(name: &str, cadence_minutes: Option<u32>) -> Record {
    let profile = crate::model::SourceProfile {
        system: Some(format!("Hệ thống {name}").as_str().into()),
        units: vec!["17".into()],
        cadence_minutes,
        hours: vec![(450, 690), (810, 1_020)],
        weekdays: vec![1, 2, 3, 4, 5],
        ..crate::model::SourceProfile::default()
    };
    Record::Source(Box::new(crate::model::SourceFact { at: t("2024-08-01 08:00"), source: name.into(), profile }))
}

#[test]
fn freshness_is_judged_in_the_sources_own_hours_and_the_worst_comes_first() {
    let heard = |source: &str, at: &str| Record::Contact(crate::model::Contact { source: source.into(), at: t(at) });
    // It is Friday, 2024-08-02 08:00.
    let view = world([
        source("night", Some(60)),
        source("late", Some(60)),
        source("silent", Some(60)),
        source("free", None),
        heard("night", "2024-08-01 16:55"),
        heard("late", "2024-08-01 16:00"),
        heard("free", "2020-01-01 00:00"),
        heard("stranger", "2024-08-02 07:59"),
    ]);
    let catalogue = Catalogue::embedded().unwrap();
    let figures = Figures { view: &view, catalogue: &catalogue, node: "n1", scope: &Scope::all() };
    let stated = std::collections::BTreeMap::new();
    let answer = serde_json::to_value(freshness(figures, &Feeds::default(), &stated)).unwrap();
    let rows: Vec<Value> = answer["sources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| json!([row["source"], row["state"], row["expected_by"], row["late_since"], row["age_s"]]))
        .collect();
    assert_eq!(
        rows,
        [
            json!(["silent", "never", "2024-08-01T09:00:00.000+07:00", "2024-08-01T09:00:00.000+07:00", null]),
            json!(["late", "late", "2024-08-01T17:00:00.000+07:00", "2024-08-01T17:00:00.000+07:00", 57_600]),
            json!(["night", "in_time", "2024-08-02T08:25:00.000+07:00", null, 54_300]),
            json!(["free", "no_cadence", null, null, 144_748_800]),
            json!(["stranger", "no_cadence", null, null, 60]),
        ]
    );
    assert_eq!(freshness(figures, &Feeds::default(), &stated).table().rows.len(), 5);
    let sources = serde_json::to_value(sources(figures, &Feeds::default(), &stated)).unwrap();
    assert_eq!(sources["sources"][0]["hours"], json!([["07:30", "11:30"], ["13:30", "17:00"]]));
    assert_eq!(sources["sources"][0]["weekdays"], json!(["mon", "tue", "wed", "thu", "fri"]));
}

/// 158 went on as 148 on 1 July; commune 05000 and district 148 are members of area `north`.
fn merged() -> View {
    let goes_on = Record::Succession(Succession {
        at: t("2024-01-01 00:00"),
        old: "158".into(),
        new: "148".into(),
        effective: "2024-07-01".parse().unwrap(),
        share: "1".parse().unwrap(),
        is_default: false,
    });
    let in_tree = |record: Record| match record {
        Record::Unit(fact) => Record::Unit(Box::new(UnitFact { tree: "areas".into(), ..*fact })),
        other => other,
    };
    let areas = [unit("north", None, None), unit("05000", Some("north"), None), unit("148", Some("north"), None)];
    let at_counter = event("f", "158", "2024-02-01 09:00", |event| {
        event.status = Some(Status::Accepted);
        event.received_by = Field::Value("17".into());
    });
    let records = [accepted("c", "05000", "2024-02-01 09:00"), at_counter, goes_on];
    world(records.into_iter().chain(areas.map(in_tree)))
}

#[test]
fn r22_each_hierarchy_and_role_has_its_figures_and_rows_add_up_in_all() {
    let view = merged();
    let asked = |code: &str, hierarchy: &str, role: &str| {
        let query = KpisQuery { hierarchy: Some(hierarchy.into()), role: Some(role.into()), ..KpisQuery::default() };
        let answer = answer(&view, code, &query).unwrap();
        assert_eq!((&answer["hierarchy"], &answer["role"]), (&json!(hierarchy), &json!(role)));
        assert_eq!(answer["units_pending"], false);
        let rows = answer["children"].as_array().unwrap();
        let sum: i64 = rows.iter().map(|row| row["measures"]["received"].as_i64().unwrap()).sum();
        // Of a unit that stands for nobody any more there is no figure, which isn't 0.
        assert_eq!(answer["measures"]["received"].as_i64().unwrap_or(0), sum, "rows add up");
        sum
    };
    let all = |code: &str| {
        [("now", "processing"), ("now", "receiving"), ("was", "processing"), ("was", "receiving")]
            .map(|(hierarchy, role)| asked(code, hierarchy, role))
    };
    assert_eq!(all("17"), [2, 2, 2, 2]);
    assert_eq!(all("148"), [2, 1, 0, 0]);
    assert_eq!(all("158"), [0, 0, 2, 1]);
    assert_eq!(all("north"), [2, 1, 1, 1], "the commune, and as it is now the district with what it took over");
    let old = answer(&view, "158", &KpisQuery::default()).unwrap();
    assert_eq!((&old["succeeded_by"], &old["unit"]), (&json!("148"), &json!("158")));
    assert_eq!(answer(&view, "148", &KpisQuery::default()).unwrap()["succeeded_by"], Value::Null);
    let area = answer(&view, "north", &KpisQuery::default()).unwrap();
    let rows: Vec<_> = area["children"].as_array().unwrap().iter().map(|row| row["unit"].as_str().unwrap()).collect();
    assert_eq!(rows, ["own", "05000", "148"]);
    assert_eq!(area["children"][0]["measures"]["received"], 0, "an area handles nothing itself");
}

#[test]
fn r22_a_dossier_says_under_which_units_it_counts() {
    let view = merged();
    let catalogue = Catalogue::embedded().unwrap();
    let figures = Figures { view: &view, catalogue: &catalogue, node: "n1", scope: &Scope::all() };
    let key = DossierKey { source: "motcua".into(), id: "f".into() };
    let found = view.dossier(&key).unwrap();
    let found = serde_json::to_value(dossier(figures, &found, &Provenance::new())).unwrap();
    let unit = |hierarchy: &str, role: &str| found["units"][hierarchy][role]["unit"].clone();
    assert_eq!((unit("now", "processing"), unit("now", "receiving")), (json!("148"), json!("17")));
    assert_eq!((unit("was", "processing"), unit("was", "receiving")), (json!("158"), json!("17")));
    assert_eq!(found["unit"]["unit"], "148");
}
