//! The four definitions of "on time" (DOMAIN.md 1.4) on the test vector of its section 7, and what the answers say of
//! processing time and of goals.

use super::*;

/// So many dossiers received on a day, with a due day and perhaps a finish.
fn many(name: &str, count: usize, (received, due): (&str, &str), finished: Option<&str>) -> Vec<Record> {
    let one = |number: usize| {
        let id = format!("{name}-{number}");
        event(&id, "148", &format!("{} 10:00", finished.unwrap_or(received)), |event| {
            event.status = Some(if finished.is_some() { Status::Done } else { Status::Accepted });
            event.received_at = Field::Value(t(&format!("{received} 09:00")));
            event.due_at = Field::Value(t(&format!("{due} 23:59")));
        })
    };
    (0..count).map(one).collect()
}

/// Received 100 (72 resolved: 50 early, 15 on the day, 7 late; 28 open: 22 within, 6 overdue), carried over 20
/// (18 resolved: 10 early, 5 on the day, 3 late; 2 open overdue).
fn vector() -> Vec<Record> {
    let (new, old) = ("2024-07-02", "2024-06-20");
    [
        many("new-early", 50, (new, "2024-07-12"), Some("2024-07-11")),
        many("new-on-day", 15, (new, "2024-07-12"), Some("2024-07-12")),
        many("new-late", 7, (new, "2024-07-12"), Some("2024-07-13")),
        many("new-within", 22, (new, "2024-08-30"), None),
        many("new-overdue", 6, (new, "2024-07-12"), None),
        many("old-early", 10, (old, "2024-07-12"), Some("2024-07-11")),
        many("old-on-day", 5, (old, "2024-07-12"), Some("2024-07-12")),
        many("old-late", 3, (old, "2024-07-12"), Some("2024-07-13")),
        many("old-overdue", 2, (old, "2024-07-12"), None),
    ]
    .concat()
}

fn shown(kpi: &Value) -> String {
    format!("{:.2}", kpi["value"].as_f64().unwrap() * 100.0)
}

#[test]
fn the_four_on_time_definitions_give_the_test_vector_and_none_is_the_defect() {
    let answer = answer(&world(vector()), "17", &window("2024-07")).unwrap();
    let measures = &answer["measures"];
    // Form II.06: columns 3 and 6 to 13.
    let form = [
        "taken_on",
        "carried_over",
        "resolved",
        "resolved_early",
        "resolved_on_time",
        "resolved_late",
        "in_progress",
        "in_progress_within",
        "in_progress_overdue",
    ];
    assert_eq!(form.map(|name| measures[name].as_i64().unwrap()), [120, 20, 90, 60, 20, 10, 30, 22, 8]);
    let kpis = answer["kpis"].as_object().unwrap();
    let of = |id: &str| (kpis[id]["num"].as_i64().unwrap(), kpis[id]["den"].as_i64().unwrap(), shown(&kpis[id]));
    assert_eq!(of("ontime.resolved"), (80, 90, "88.89".to_owned()));
    assert_eq!(of("on_time_rate"), of("ontime.resolved"), "the same under the name of the first catalogue");
    assert_eq!(of("ontime.workload"), (102, 120, "85.00".to_owned()));
    assert_eq!(of("ontime.cohort"), (87, 100, "87.00".to_owned()));
    assert_eq!(of("ontime.766"), (102, 120, "85.00".to_owned()), "with those carried over it equals workload");
    let defect = kpis.values().filter(|kpi| kpi["value"].is_f64() && kpi["unit"] == "ratio").map(shown);
    assert!(defect.clone().count() >= 5 && defect.clone().all(|shown| shown != "22.22"), "those on the day only");
}

#[test]
fn a_signed_numerator_opens_into_the_dossiers_that_it_counts() {
    let (view, catalogue) = (world(vector()), Catalogue::embedded().unwrap());
    let figures = Figures { view: &view, catalogue: &catalogue, node: "n1", scope: &Scope::all() };
    let asked = |measure: &str| {
        let query = json!({"measure": measure, "window": "2024-07", "limit": 1_000});
        dossiers(figures, "17", &serde_json::from_value(query).unwrap()).map(|list| serde_json::to_value(list).unwrap())
    };
    let query = json!({"by": "unit", "window": "2024-07"});
    let rows = breakdown(figures, "17", &serde_json::from_value(query).unwrap()).unwrap();
    let formulas = serde_json::to_value(rows).unwrap()["formulas"].clone();
    for (id, total) in [("ontime.workload", 102), ("ontime.cohort", 87), ("ontime.766", 102)] {
        let terms: Vec<&str> =
            formulas[id]["num"].as_array().unwrap().iter().map(|term| term.as_str().unwrap()).collect();
        let list = asked(&terms.join(",")).unwrap();
        assert_eq!((&list["total"], &list["count"]), (&json!(total), &json!(total)), "{id}");
        assert_eq!(list["measure"], terms.join(","));
    }
    assert!(asked("taken_on,-taken_on").is_err() && asked("-ratings,received").is_err());
}

#[test]
fn processing_time_has_a_mean_in_hours_and_percentiles_that_are_limits() {
    // Hours of the 90: 217 and 241 and 265 of the new ones, 505, 529 and 553 of the old ones.
    let answer = answer(&world(vector()), "17", &window("2024-07")).unwrap();
    let kpis = &answer["kpis"];
    let hours = 50 * 217 + 15 * 241 + 7 * 265 + 10 * 505 + 5 * 529 + 3 * 553;
    assert_eq!(
        (&kpis["processing_hours_mean"]["num"], &kpis["processing_hours_mean"]["den"]),
        (&json!(hours), &json!(90))
    );
    assert_eq!(kpis["processing_hours_mean"]["unit"], "hours");
    assert_eq!(kpis["processing_hours_median"]["value"], 240.0, "fifty of ninety took at most 240 hours");
    assert_eq!(
        (&kpis["processing_hours_p90"]["value"], &kpis["processing_hours_p90"]["num"]),
        (&json!(720.0), &json!(90))
    );
    assert_eq!(
        (&kpis["full_process_rate"]["value"], &kpis["full_process_rate"]["no_source"]),
        (&json!(null), &json!(true))
    );
}

#[test]
fn a_goal_comes_with_the_month_in_which_the_trend_reaches_it() {
    // Half a year of months with 100 received each; 60, 62 ... 70 of them digitised.
    let mut records = Vec::new();
    for month in 2..=7_usize {
        for number in 0..100 {
            let day = format!("2024-{month:02}-10");
            records.push(event(&format!("{month}-{number}"), "148", &format!("{day} 09:00"), |event| {
                event.status = Some(Status::Accepted);
                event.digitised = Field::Value(number < 56 + 2 * month);
            }));
        }
    }
    let view = world(records);
    let kpis = include_str!("../../../../dashboards/kpis.toml");
    let targets = "[[target]]\nkpi = \"digitisation_rate\"\ndecision = \"QĐ 1/QĐ-UBND\"\npath = [{ on = \"2024-01-01\", value = 0.6 }, { on = \"2025-01-31\", value = 0.9 }]\n";
    let file = |name, text| crate::kpi::SourceFile { name, text };
    let catalogue = Catalogue::read(file("kpis.toml", kpis), file("targets.toml", targets), &[]).unwrap();
    let figures = Figures { view: &view, catalogue: &catalogue, node: "n1", scope: &Scope::all() };
    let asked = serde_json::to_value(super::kpis(figures, "17", &KpisQuery::default()).unwrap()).unwrap();
    let figure = &asked["kpis"]["digitisation_rate"];
    assert_eq!(figure["decision"], "QĐ 1/QĐ-UBND");
    // 0.70 in July and two hundredths a month: 0.90 ten months later.
    assert_eq!(
        json!([figure["projection"]["trend"], figure["projection"]["reaches"], figure["projection"]["planned"]]),
        json!(["reaches", "2025-05", "2025-01"])
    );
    assert_eq!(figure["projection"]["months"], 6);
    assert!(asked["kpis"]["online_rate"].get("projection").is_none(), "nothing is to be reached");
    assert_eq!(asked["catalogue"], catalogue.version());
}
