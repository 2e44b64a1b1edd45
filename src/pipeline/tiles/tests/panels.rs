//! Maps, tables, stacks, ages of what is overdue, named counts and sentences.

use super::*;

const PANELS: &str = r#"
title = { vi = "Toàn cảnh", en = "Overview" }
window = "year"

[[panel]]
id = "map"
kind = "tilemap"
kpi = "on_time_rate"
title = { vi = "v", en = "e" }

[[panel]]
id = "table"
kind = "table"
series = ["received", "in_progress_overdue", "on_time_rate"]
title = { vi = "v", en = "e" }

[[panel]]
id = "stack"
kind = "stack"
by = "unit"
title = { vi = "v", en = "e" }

[[panel]]
id = "answers"
kind = "stack"
of = "answers"
title = { vi = "v", en = "e" }

[[panel]]
id = "overdue"
kind = "overdue_age"
by = "field"
title = { vi = "v", en = "e" }

[[panel]]
id = "soon"
kind = "counts"
series = ["nearly_late", "received"]
title = { vi = "v", en = "e" }

[[panel]]
id = "ticker"
kind = "ticker"
title = { vi = "v", en = "e" }

[[panel]]
id = "path"
kind = "trend"
series = ["digitisation_rate"]
last_year = true
title = { vi = "v", en = "e" }
"#;

fn of(records: impl IntoIterator<Item = Record>, id: &str) -> Value {
    tile_of(&world(records), &catalogue_with(PANELS), id)
}

/// So many open dossiers of a unit and a field, due on a day.
fn open(field: Option<&str>, unit: &str, count: usize, due: &str) -> Vec<Record> {
    let name = field.unwrap_or("none");
    let records = (0..count).flat_map(|number| {
        dossier(&format!("{unit}-{name}-{due}-{number}"), unit, "2024-05-02", None, due).map(|record| match record {
            Record::Dossier(mut event) => {
                event.field = field.map_or(Field::Absent, |field| Field::Value(field.into()));
                Record::Dossier(event)
            }
            other => other,
        })
    });
    records.collect()
}

fn rating(id: &str, unit: &str, score: u8) -> Record {
    Record::Rating(Rating {
        key: DossierKey { source: "kiosk".into(), id: id.into() },
        unit: unit.into(),
        at: t("2024-07-30 08:00"),
        score: Field::Value(score),
        dossier: Field::Absent,
        channel: Field::Absent,
    })
}

#[test]
fn c3_what_is_overdue_adds_up_by_age_and_by_field_to_the_measure() {
    let records = [
        open(Some("Đất đai"), "148", 3, "2024-05-10"),
        open(Some("Đất đai"), "150", 2, "2024-07-31"),
        open(Some("Hộ tịch"), "148", 4, "2024-07-20"),
        open(None, "158", 1, "2024-07-26"),
        open(Some("Xây dựng"), "158", 5, "2024-08-20"),
        finished("148", 7, 7),
    ];
    let view = world(records.concat());
    let catalogue = catalogue_with(PANELS);
    let tile = tile_of(&view, &catalogue, "overdue");
    let class = |id: &str| {
        let classes = tile["classes"].as_array().unwrap();
        classes.iter().find(|class| class["id"] == id).unwrap()["count"].clone()
    };
    assert_eq!([class("le_5"), class("le_10"), class("le_30"), class("gt_30")], [2, 1, 4, 3].map(Value::from));
    assert_eq!(
        tile["fields"],
        json!([
            {"field": "Đất đai", "count": 5, "oldest": 3},
            {"field": "Hộ tịch", "count": 4, "oldest": 0},
            {"field": null, "count": 1, "oldest": 0},
        ])
    );
    assert_eq!((&tile["total"], &tile["limit"], &tile["band"]), (&json!(10), &json!(140), &Value::Null));
    let measures = view.measures(view.units().read("17", view.today()).unit, year(&view), Perspective::default());
    assert_eq!(measures.get(crate::kpi::Measure::InProgressOverdue), 10);
    // One finished since then is overdue no more, though it was open when it was last looked at.
    let done = dossier("148-Đất đai-2024-05-10-0", "148", "2024-05-02", Some("2024-08-01"), "2024-05-10");
    let mut cube = Cube::new(Zone::named("Asia/Ho_Chi_Minh").unwrap(), t("2024-08-02 08:00"));
    cube.apply([unit("17", None, "tỉnh"), unit("148", Some("17"), "huyện")], 1);
    cube.apply(open(Some("Đất đai"), "148", 3, "2024-05-10"), 2);
    cube.apply(done, 3);
    assert_eq!(tile_of(&cube.view(), &catalogue, "overdue")["total"], 2);
}

fn year(view: &View) -> Window {
    "year".parse::<crate::kpi::WindowChoice>().unwrap().on(view.today())
}

#[test]
fn ratings_stand_by_their_answer_and_a_changed_one_counts_once() {
    let mut records: Vec<Record> = [5, 5, 4, 2, 1, 3]
        .into_iter()
        .zip(["a", "b", "c", "d", "e", "f"])
        .map(|(score, id)| rating(id, "148", score))
        .collect();
    let Record::Rating(mut changed) = rating("f", "150", 4) else { unreachable!() };
    changed.at = t("2024-07-31 08:00");
    records.push(Record::Rating(changed));
    let counts: Vec<Value> =
        of(records, "answers")["answers"].as_array().unwrap().iter().map(|one| one["count"].clone()).collect();
    assert_eq!(counts, [2, 2, 0, 1, 1].map(Value::from));
    assert_eq!(of([], "answers")["answers"][0], json!({"score": 5, "count": null}));
}

#[test]
fn a_map_has_a_cell_of_its_own_for_every_unit_of_the_category() {
    let records = [finished("148", 40, 4), finished("150", 40, 0), open(None, "150", 2, "2024-07-20")].concat();
    let tile = of(records, "map");
    assert_eq!((&tile["columns"], &tile["rows"], &tile["target"]), (&json!(2), &json!(2), &json!(0.98)));
    let cells: Vec<Value> = tile["cells"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cell| {
            let figure = &cell["kpis"]["on_time_rate"];
            json!([
                cell["unit"],
                cell["x"],
                cell["y"],
                figure["value"],
                figure["band"],
                cell["measures"]["in_progress_overdue"]
            ])
        })
        .collect();
    assert_eq!(
        cells,
        [
            json!(["148", 0, 0, 0.9, "below", 0]),
            json!(["150", 1, 0, 1.0, "met", 2]),
            json!(["158", 0, 1, null, null, 0]),
        ]
    );
}

#[test]
fn a_table_has_its_units_and_their_sum() {
    let tile = of([finished("148", 10, 1), finished("150", 5, 0)].concat(), "table");
    assert_eq!((&tile["count"], &tile["category"]), (&json!(3), &json!("huyện")));
    let values =
        |row: &Value| -> Vec<Value> { row.as_array().unwrap().iter().map(|one| one["value"].clone()).collect() };
    assert_eq!(values(&tile["rows"][0]["values"]), [json!(10.0), json!(0.0), json!(0.9)]);
    assert_eq!(values(&tile["total"]), [json!(15.0), json!(0.0), json!(14.0 / 15.0)]);
    assert_eq!(tile["columns"][2]["kind"], "ratio");
    assert_eq!(tile["rows"][2]["values"][2]["value"], Value::Null);
}

#[test]
fn a_stack_has_the_parts_of_what_was_resolved() {
    let tile = of([finished("148", 10, 1), finished("150", 5, 0)].concat(), "stack");
    assert_eq!((&tile["measures"]["resolved_early"], &tile["measures"]["resolved_late"]), (&json!(14), &json!(1)));
    assert_eq!(tile["children"][0]["measures"]["resolved_late"], 1);
    assert_eq!(of([], "stack")["measures"]["resolved_late"], Value::Null);
}

#[test]
fn named_counts_say_how_a_level_changed_since_yesterday() {
    let tile = of(open(None, "148", 3, "2024-08-05"), "soon");
    assert_eq!((&tile["measures"]["nearly_late"], &tile["today"]["nearly_late"]), (&json!(3), &json!(3)));
    assert_eq!((&tile["named"][0]["level"], &tile["named"][1]["level"]), (&json!(true), &json!(false)));
    assert_eq!((&tile["measures"]["received"], &tile["today"]["received"]), (&json!(3), &json!(0)));
}

#[test]
fn sentences_are_made_by_rule_from_the_figures() {
    let records =
        [finished("148", 100, 1), finished("150", 40, 3), open(Some("Đất đai"), "150", 2, "2024-07-20")].concat();
    let tile = of(records, "ticker");
    let vi: Vec<&str> = tile["items"].as_array().unwrap().iter().map(|item| item["vi"].as_str().unwrap()).collect();
    assert_eq!(
        vi,
        [
            "Trước và đúng hạn 97,1%, chưa đạt mục tiêu 98%",
            "Huyện 150 xa mục tiêu nhất: trước và đúng hạn 92,5%",
            "Quá hạn 2 hồ sơ, trong ngưỡng 140",
            "Quá hạn nhiều nhất: Đất đai, 2 trên 2 hồ sơ",
        ]
    );
    assert_eq!(of([], "ticker")["items"], json!([]));
}

#[test]
fn a_trend_of_rates_has_its_plan_and_the_year_before() {
    let mut records = finished("148", 40, 0);
    records.extend(dossier("before-1", "148", "2023-07-24", Some("2023-07-25"), "2023-07-28"));
    records.extend(dossier("early", "148", "2023-01-02", Some("2023-01-03"), "2023-01-04"));
    let series = of(records, "path")["series"][0].clone();
    let plan = series["plan"].as_array().unwrap();
    assert_eq!(plan.len(), 26);
    assert_eq!(plan[25], series["target"]);
    assert!(plan[0].as_f64().unwrap() < plan[25].as_f64().unwrap());
    let before = series["before"].as_array().unwrap();
    assert_eq!((&before[24], &before[23]), (&json!(1.0), &Value::Null));
}
