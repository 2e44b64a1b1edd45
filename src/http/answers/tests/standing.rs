//! A code that has ended, and comparisons over a change of the hierarchy.

use serde_json::{Value, json};

use super::{Catalogue, Figures, KpisQuery, Scope, accepted, answer, event, t, unit, world};
use crate::cube::View;
use crate::http::answers::{Tabular, kpis};
use crate::model::{Record, Status, Succession};

/// 158 ended with June 2024 and went on as 148.
fn ended() -> View {
    let goes_on = Record::Succession(Succession {
        at: t("2024-01-01 00:00"),
        old: "158".into(),
        new: "148".into(),
        effective: "2024-07-01".parse().unwrap(),
        share: "1".parse().unwrap(),
        is_default: false,
    });
    let of_158 = event("f", "158", "2024-02-01 09:00", |event| event.status = Some(Status::Accepted));
    world([unit("158", Some("17"), Some("2024-06-30")), accepted("c", "148", "2024-07-02 09:00"), of_158, goes_on])
}

fn asked(view: &View, code: &str, window: &str, hierarchy: &str) -> Value {
    let query = KpisQuery { window: Some(window.into()), hierarchy: Some(hierarchy.into()), ..KpisQuery::default() };
    answer(view, code, &query).unwrap()
}

#[test]
fn a_code_that_has_ended_names_who_goes_on_and_its_zeros_are_null() {
    let view = ended();
    let now = asked(&view, "158", "2024", "now");
    assert_eq!(now["ended"]["on"], "2024-06-30");
    assert_eq!(now["ended"]["succeeded_by"]["unit"], "148");
    assert!(now["measures"].as_object().unwrap().values().all(Value::is_null), "{}", now["measures"]);
    let catalogue = Catalogue::embedded().unwrap();
    let figures = Figures { view: &view, catalogue: &catalogue, node: "n1", scope: &Scope::all() };
    let table = kpis(figures, "158", &KpisQuery::default()).unwrap().table();
    let received = table.header.iter().position(|name| name == "received").unwrap();
    assert_eq!(table.rows[0][received], crate::http::answers::Cell::Nothing);
    let was = asked(&view, "158", "2024-02", "was");
    assert_eq!(was["measures"]["received"], 1, "as it was it has its figures");
    assert_eq!(asked(&view, "158", "2024-07", "was")["measures"]["in_progress"], 1, "what is open there still counts");
    let goes_on = asked(&view, "148", "2024-05", "now");
    assert_eq!((&goes_on["ended"], &goes_on["measures"]["received"]), (&Value::Null, &json!(0)), "there 0 is 0");
}

#[test]
fn a_comparison_says_since_when_the_hierarchy_is_another_one() {
    let view = ended();
    let across = |code: &str, window: &str| {
        let before = asked(&view, code, window, "now")["compare"]["previous"].clone();
        (before["window"]["from"].clone(), before["across"].clone())
    };
    for code in ["148", "17"] {
        assert_eq!(across(code, "2024-07"), (json!("2024-06-01"), json!("2024-07-01")), "{code}");
        assert_eq!(across(code, "2024-06"), (json!("2024-05-01"), Value::Null), "before it nothing has changed");
        assert_eq!(across(code, "2024-07-02..2024-07-02"), (json!("2024-07-01"), Value::Null), "both are after it");
    }
    assert_eq!(across("148", "2024-02"), (Value::Null, Value::Null), "there was nothing before");
}
