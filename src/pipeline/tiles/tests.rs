mod coverage;
mod panels;
mod ranking;

use serde_json::{Value, json};

use super::*;
use crate::cube::Cube;
use crate::kpi::SourceFile;
use crate::model::{
    Channel, Contact, DossierEvent, DossierKey, Field, Instant, Rating, Record, Status, UnitFact, UnitKind, Zone,
};
use crate::pipeline::worlds::district;

const BOARD: &str = r#"
title = { vi = "Toàn cảnh", en = "Overview" }
window = "year"

[source.motcua]
name = { vi = "Một cửa điện tử", en = "One-stop" }
stale_after_s = 600

[source.kiosk]
name = { vi = "Đánh giá tại quầy", en = "Kiosks" }

[[panel]]
id = "on_time"
kind = "kpi"
kpi = "on_time_rate"
title = { vi = "v", en = "e" }
sparkline = true
sources = ["motcua"]

[[panel]]
id = "digitised"
kind = "progress"
kpi = "digitisation_rate"
title = { vi = "v", en = "e" }

[[panel]]
id = "counts"
kind = "counts"
title = { vi = "v", en = "e" }

[[panel]]
id = "ranking"
kind = "ranking"
kpi = "on_time_rate"
category = "huyện"
title = { vi = "v", en = "e" }

[[panel]]
id = "trend"
kind = "trend"
series = ["received", "on_time_rate"]
title = { vi = "v", en = "e" }

[[panel]]
id = "sources"
kind = "freshness"
title = { vi = "v", en = "e" }

[[panel]]
id = "clock"
kind = "clock"
title = { vi = "v", en = "e" }
"#;

/// The tiles of a unit as whoever sees everything is shown them.
fn shown(view: &View, catalogue: &Catalogue, board: &Board, unit: UnitId) -> BTreeMap<String, Box<RawValue>> {
    let all = crate::units::Scope::all();
    let seen = all.on(view.units(), view.hierarchies(), crate::units::Hierarchy::Now).visible(unit).unwrap();
    tiles(
        Figures {
            view,
            catalogue,
            feeds: &Feeds::default(),
            backfill: &[],
            closed: &ClosedPeriods::default(),
            alerts: &[],
        },
        board,
        seen,
    )
}

fn catalogue() -> Catalogue {
    catalogue_with(BOARD)
}

fn catalogue_with(board: &str) -> Catalogue {
    let file = |name, text| SourceFile { name, text };
    let kpis = include_str!("../../../dashboards/kpis.toml");
    let targets = include_str!("../../../dashboards/targets.toml");
    Catalogue::read(file("kpis.toml", kpis), file("targets.toml", targets), &[file("boards/test.toml", board)]).unwrap()
}

fn t(text: &str) -> Instant {
    let timestamp: jiff::Timestamp = format!("{}:00+07:00", text.replace(' ', "T")).parse().unwrap();
    Instant(timestamp.as_millisecond())
}

fn unit(code: &str, parent: Option<&str>, category: &str) -> Record {
    Record::Unit(Box::new(UnitFact {
        at: t("2020-01-01 00:00"),
        kind: if category == "sở" { UnitKind::Department } else { UnitKind::District },
        category: category.into(),
        short_name: None,
        ..district(code, parent)
    }))
}

/// A dossier accepted and done at 09:00 of two days, due at the end of the third.
fn dossier(id: &str, unit: &str, accepted: &str, done: Option<&str>, due: &str) -> [Record; 2] {
    let key = DossierKey { source: "motcua".into(), id: id.into() };
    let at = |day: &str| t(&format!("{day} 09:00"));
    let mut first = DossierEvent::new(key.clone(), unit.into(), at(accepted));
    first.status = Some(Status::Accepted);
    first.due_at = Field::Value(t(&format!("{due} 23:59")));
    first.digitised = Field::Value(id.len().is_multiple_of(2));
    first.channel = Field::Value(Channel::Online);
    let mut second = DossierEvent::new(key, unit.into(), at(done.unwrap_or(accepted)));
    second.status = Some(if done.is_some() { Status::Done } else { Status::Processing });
    [first, second].map(|event| Record::Dossier(Box::new(event)))
}

/// A province with three districts and a department, at 2 August 2024, 08:00.
fn world(records: impl IntoIterator<Item = Record>) -> View {
    let mut cube = Cube::new(Zone::named("Asia/Ho_Chi_Minh").unwrap(), t("2024-08-02 08:00"));
    let units = [
        unit("17", None, "tỉnh"),
        unit("148", Some("17"), "huyện"),
        unit("150", Some("17"), "huyện"),
        unit("158", Some("17"), "huyện"),
        unit("so1", Some("17"), "sở"),
        unit("so2", Some("17"), "sở"),
        unit("so3", Some("17"), "sở"),
        unit("so4", Some("17"), "sở"),
    ];
    cube.apply(units, 8);
    cube.apply(records, 9);
    cube.view()
}

/// One tile of the province.
fn tile(view: &View, id: &str) -> Value {
    tile_of(view, &catalogue(), id)
}

fn tile_of(view: &View, catalogue: &Catalogue, id: &str) -> Value {
    let unit = view.units().read("17", view.today()).unit;
    let tiles = shown(view, catalogue, catalogue.board("test").unwrap(), unit);
    serde_json::from_str(tiles[id].get()).unwrap()
}

/// So many finished dossiers of a unit, the first `late` of them late.
fn finished(unit: &str, count: usize, late: usize) -> Vec<Record> {
    let dossiers = (0..count).flat_map(|number| {
        let due = if number < late { "2024-07-29" } else { "2024-07-31" };
        dossier(&format!("{unit}-{number}"), unit, "2024-07-22", Some("2024-07-30"), due)
    });
    dossiers.collect()
}

#[test]
fn an_empty_province_has_nulls_and_never_a_zero_for_no_data() {
    let view = world([]);
    let on_time = tile(&view, "on_time");
    assert_eq!(on_time["kpis"]["on_time_rate"]["value"], Value::Null);
    assert_eq!(on_time["kpis"]["on_time_rate"]["band"], Value::Null);
    assert_eq!(on_time["compare"]["same_period_last_year"], Value::Null);
    assert_eq!((&on_time["source"], &on_time["source_at"]), (&json!("motcua"), &Value::Null));
    let points = tile(&view, "trend")["series"][0]["points"].clone();
    assert_eq!(points.as_array().unwrap().len(), 26);
    assert!(points.as_array().unwrap().iter().all(|point| point["value"].is_null()));
    assert_eq!(tile(&view, "digitised")["projection"], Value::Null);
    let counts = tile(&view, "counts");
    for figures in [&counts["measures"], &counts["today"]] {
        assert!(figures.as_object().unwrap().values().all(Value::is_null), "{figures}");
    }
}

#[test]
fn a_unit_without_any_data_has_a_true_zero_once_a_source_is_heard() {
    let contact = Record::Contact(Contact { source: "motcua".into(), at: t("2024-08-02 07:59") });
    let view = world([contact]);
    let counts = tile(&view, "counts");
    assert_eq!((&counts["measures"]["received"], &counts["today"]["resolved"]), (&json!(0), &json!(0)));
    let points = tile(&view, "trend")["series"][0]["points"].clone();
    assert_eq!((&points[24]["value"], &points[25]["value"]), (&Value::Null, &json!(0)));
}

#[test]
fn a_source_the_board_does_not_know_feeds_a_panel_only_while_its_own_are_silent() {
    let board = BOARD.replace("kind = \"counts\"\n", "kind = \"counts\"\nsources = [\"motcua\"]\n");
    let catalogue = catalogue_with(&board);
    let contact = |source: &str, at: &str| Record::Contact(Contact { source: source.into(), at: t(at) });
    let fed_by = |records: &[Record]| {
        let counts = tile_of(&world(records.to_vec()), &catalogue, "counts");
        (counts["source"].clone(), counts["measures"]["received"].clone())
    };
    // A source that the board knows, but not this panel, says nothing about it.
    let mut records = vec![contact("kiosk", "2024-08-02 07:00")];
    assert_eq!(fed_by(&records), (json!("motcua"), Value::Null));
    records.push(contact("example", "2024-08-02 07:10"));
    assert_eq!(fed_by(&records), (json!("example"), json!(0)));
    records.push(contact("motcua", "2024-08-02 07:20"));
    assert_eq!(fed_by(&records), (json!("motcua"), json!(0)));
}

#[test]
fn a_kpi_tile_has_figure_measures_comparison_and_26_weeks() {
    let mut records = finished("148", 50, 1);
    records.extend(dossier("old", "148", "2023-08-01", Some("2023-08-03"), "2023-08-02"));
    records.extend(dossier("older", "148", "2023-01-02", Some("2023-01-03"), "2023-01-04"));
    records.extend(dossier("too-late", "148", "2023-08-01", Some("2023-08-04"), "2023-08-05"));
    records.push(Record::Contact(Contact { source: "motcua".into(), at: t("2024-08-02 07:59") }));
    let tile = tile(&world(records), "on_time");
    assert_eq!(tile["window"], json!({"from": "2024-01-01", "to": "2024-08-02"}));
    assert_eq!(tile["source_at"], "2024-08-02T07:59:00.000+07:00");
    assert_eq!(
        (&tile["unit"], &tile["name"], &tile["stale_after_s"]),
        (&json!("17"), &json!("Huyện 17"), &json!(3600))
    );
    let figure = &tile["kpis"]["on_time_rate"];
    assert_eq!((&figure["num"], &figure["den"], &figure["value"]), (&json!(49), &json!(50), &json!(0.98)));
    assert_eq!(
        (&figure["band"], &figure["better"], &figure["unit"]),
        (&json!("met"), &json!("higher"), &json!("ratio"))
    );
    assert_eq!(tile["measures"]["resolved_late"], 1);
    assert_eq!(tile["measures"]["resolved_withdrawn"], 0);
    let before = &tile["compare"]["same_period_last_year"];
    assert_eq!(before["window"], json!({"from": "2023-01-01", "to": "2023-08-03"}));
    assert_eq!((&before["num"], &before["den"]), (&json!(1), &json!(2)));
    assert!((before["difference_points"].as_f64().unwrap() - 48.0).abs() < 1e-9);
    let trend = tile["trend"].as_array().unwrap();
    assert_eq!(trend.len(), 26);
    assert_eq!(
        trend[25],
        json!({"from": "2024-07-29", "to": "2024-08-02", "num": 49, "den": 50, "value": 0.98, "partial": true})
    );
    assert_eq!(trend[24]["value"], Value::Null);
}

#[test]
fn progress_has_the_plan_of_the_day_the_goal_and_a_projection() {
    // Ids of even length are digitised: 148-0 to 148-9 aren't (5), 148-10 to 148-39 are (6).
    let tile = tile(&world(finished("148", 40, 0)), "digitised");
    let figure = &tile["kpis"]["digitisation_rate"];
    assert_eq!(
        (&figure["num"], &figure["den"], &figure["goal"], &figure["goal_year"]),
        (&json!(30), &json!(40), &json!(0.8), &json!(2024))
    );
    // 215 of 366 days from 0.66 to 0.80.
    assert_eq!(figure["target"], 0.742240);
    assert_eq!(figure["band"], "met");
    assert!((tile["projection"].as_f64().unwrap() - 0.75).abs() < 1e-12);
}

#[test]
fn counts_compare_with_last_year_and_know_their_limit() {
    let mut records: Vec<Record> = (0..141)
        .flat_map(|number| dossier(&format!("open-{number}"), "148", "2024-07-22", None, "2024-07-31"))
        .collect();
    records.extend(dossier("new", "150", "2024-08-02", None, "2024-08-02"));
    let old = |first: &str| {
        let count = (0..100).map(|number| if number == 0 { first.to_owned() } else { "2023-03-01".to_owned() });
        let dossiers = count.enumerate().map(|(number, accepted)| {
            dossier(&format!("old-{number}"), "150", &accepted, Some("2023-03-02"), "2023-03-03")
        });
        dossiers.flatten().collect::<Vec<_>>()
    };
    // Figures that only begin in the middle of the former period are no comparison.
    let partly = tile(&world([records.clone(), old("2023-02-01")].concat()), "counts");
    assert_eq!(partly["compare"]["received"], json!({"same_period_last_year": null, "change": null}));
    records.extend(old("2023-01-08"));
    let tile = tile(&world(records), "counts");
    assert_eq!(
        tile["measures"],
        json!({"received": 142, "resolved": 0, "resolved_late": 0, "in_progress": 142, "in_progress_overdue": 141,
               "nearly_late": 1, "in_progress_waiting": 0})
    );
    assert_eq!(tile["compare"]["received"], json!({"same_period_last_year": 100, "change": 0.42}));
    assert_eq!(tile["limits"]["in_progress_overdue"], json!({"limit": 140, "band": "over"}));
    // Accepted at 09:00, an hour ahead of now: it counts on its own day. 141 became overdue with the end of 31 July.
    assert_eq!(tile["today"], json!({"received": 1, "resolved": 0, "in_progress_overdue": 0}));
}

#[test]
fn sources_come_with_the_stalest_first_and_a_silent_one_before_all() {
    let contact = |source: &str, at: &str| Record::Contact(Contact { source: source.into(), at: t(at) });
    let view = world([contact("motcua", "2024-08-02 07:50"), contact("dvc", "2024-08-02 07:30")]);
    let sources = tile(&view, "sources")["sources"].clone();
    let rows: Vec<Value> = sources
        .as_array()
        .unwrap()
        .iter()
        .map(|row| json!([row["id"], row["source_at"], row["stale_after_s"]]))
        .collect();
    assert_eq!(
        rows,
        [
            json!(["kiosk", null, 3600]),
            json!(["motcua", "2024-08-02T07:50:00.000+07:00", 600]),
            json!(["dvc", "2024-08-02T07:30:00.000+07:00", 3600]),
        ]
    );
    assert_eq!(sources[1]["name"]["vi"], "Một cửa điện tử");
    // Fed by all known sources, a tile is as old as the oldest.
    assert_eq!(tile(&view, "counts")["source"], "dvc");
}

#[test]
fn unchanged_tiles_stay_equal_when_the_clock_or_another_tile_moves() {
    let catalogue = catalogue();
    let mut cube = Cube::new(Zone::named("Asia/Ho_Chi_Minh").unwrap(), t("2024-08-02 08:00"));
    cube.apply([unit("17", None, "tỉnh")], 1);
    let board = catalogue.board("test").unwrap();
    let of = |cube: &Cube| shown(&cube.view(), &catalogue, board, UnitId(1));
    let before = of(&cube);
    cube.tick(t("2024-08-02 08:01"));
    let rating = Rating {
        key: DossierKey { source: "kiosk".into(), id: "1".into() },
        unit: "17".into(),
        at: t("2024-08-02 08:00"),
        score: Field::Value(5),
        dossier: Field::Absent,
        channel: Field::Absent,
    };
    cube.apply([Record::Rating(rating)], 2);
    let after = of(&cube);
    let changed: Vec<&String> = after.keys().filter(|id| before[*id].get() != after[*id].get()).collect();
    // The running week of the trend has become known: nothing received is no gap any more.
    assert_eq!(changed, ["trend"]);
    assert!(!after.contains_key("clock"));
}

#[test]
fn what_a_source_sent_is_good_until_it_is_late_by_its_own_cadence_and_hours() {
    let contact = |source: &str, at: &str| Record::Contact(Contact { source: source.into(), at: t(at) });
    let profile = crate::model::SourceProfile {
        cadence_minutes: Some(60),
        hours: vec![(450, 690), (810, 1_020)],
        weekdays: vec![1, 2, 3, 4, 5],
        ..crate::model::SourceProfile::default()
    };
    let fact = crate::model::SourceFact { at: t("2024-08-01 08:00"), source: "motcua".into(), profile };
    // It is Friday, 08:00: what was heard at the end of Thursday is good until 08:26, not for an hour.
    let night = [Record::Source(Box::new(fact)), contact("motcua", "2024-08-01 16:50")];
    let counts = tile(&world(night.to_vec()), "counts");
    assert_eq!(counts["source_at"], "2024-08-01T16:50:00.000+07:00");
    assert_eq!(counts["stale_after_s"], 15 * 3_600 + 36 * 60);
    // Of two sources the one that is stale first makes the tile old, though it was heard later.
    let counts = tile(&world([night.to_vec(), vec![contact("kiosk", "2024-08-02 07:10")]].concat()), "counts");
    assert_eq!((&counts["source"], &counts["stale_after_s"]), (&json!("kiosk"), &json!(3_600)));
}
