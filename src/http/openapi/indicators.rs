//! Indicators and indices: routes and shapes.

use serde_json::{Value, json};

use super::routes::{any_of, text};
use super::schemas::{count, instant, object, shape, text_or_null};
use super::{Route, get_of};

pub(super) fn routes() -> Vec<Route> {
    let table = |route: Route, shape: &str| {
        route
            .query("bom", "Of CSV: begins with a byte order mark", &json!({"type": "boolean", "default": false}))
            .json(200, "At one sequence number and one instant", shape)
            .answer(200, "As a table", "text/csv", &text())
            .problem(403, &["forbidden"])
            .problem(406, &["not_acceptable"])
            .problem(503, &["busy"])
            .of_figures()
    };
    let period = json!({"type": "string", "examples": ["2024-H1", "2024-07", "2024"]});
    let of_unit = |path: &'static str, about: &'static str| {
        get_of(path, "figures", about)
            .part("code", "Code of a unit", "17")
            .query("period", "A period such as 2024-H1", &period)
            .query("hierarchy", "As it is now, or as it was", &any_of(&["now", "was"]))
            .query("version", "What is so now, what is closed, or the number of an older closing", &version())
            .query("scheme", "By which scheme the period was closed; that of forms when absent", &text())
            .problem(404, &["unknown_unit", "not_closed", "unknown_version"])
            .problem(400, &["bad_period", "bad_hierarchy", "bad_version", "bad_scheme", "bad_window"])
    };
    let missing = get_of("/api/v1/indicators/missing", "figures", "Which unit hasn't reported what, and until when")
        .query("period", "A period such as 2024-H1", &period)
        .problem(400, &["bad_period"]);
    let index = of_unit("/api/v1/units/{code}/indices/{index}", "The score of a unit beside the published one")
        .part("index", "Id of the index", "qd766")
        .query("role", "By the unit that processes, or that received", &any_of(&["processing", "receiving"]))
        .problem(400, &["bad_role"])
        .problem(404, &["unknown_index"]);
    vec![
        table(get_of("/api/v1/indicators", "figures", "What can be reported, by whom and until when"), "Indicators"),
        table(missing, "Missing"),
        table(of_unit("/api/v1/units/{code}/indicators", "What was reported of a unit"), "UnitIndicators"),
        table(index, "IndexAnswer"),
    ]
}

/// `current`, `official` or a number.
pub(super) fn version() -> Value {
    json!({"type": "string", "pattern": "^(current|official|[1-9][0-9]*)$", "default": "current"})
}

pub(super) fn schemas() -> Value {
    let number = || json!({"type": ["number", "null"]});
    let list = |items: Value| json!({"type": "array", "items": items});
    let (as_of, seq, node) = (instant(), count(), text());
    json!({
        "Indicators": object(json!({
            "as_of": as_of, "seq": seq, "node": node,
            "indicators": list(object(json!({
                "code": text(), "label": shape("Words"), "definition": shape("Words"), "system": shape("Words"),
                "kind": any_of(&["ratio", "count", "gauge", "score"]),
                "roll_up": any_of(&["sum", "latest", "weighted", "none"]),
                "cadence": text(), "deadline_days": count(), "measured_in": shape("Words"), "reported_by": list(text())
            }))),
            "unlisted": list(object(json!({"code": text(), "reports": count()})))
        })),
        "Missing": object(json!({
            "period": text_or_null(), "as_of": as_of, "seq": seq, "node": node, "reported": count(),
            "missing": list(object(json!({
                "unit": text(), "name": text(), "code": text(), "label": shape("Words"), "period": text(),
                "deadline": {"type": "string", "format": "date"}, "overdue": {"type": "boolean"},
                "overdue_days": count(), "state": text_or_null()
            })))
        })),
        "UnitIndicators": object(json!({
            "unit": text(), "name": text(), "period": text_or_null(), "as_of": as_of, "seq": seq, "node": node,
            "hierarchy": any_of(&["now", "was"]), "closed": {"type": ["object", "null"]}, "indicators": list(shape("IndicatorRow"))
        })),
        "IndicatorRow": object(json!({
            "code": text(), "label": shape("Words"), "kind": text(), "period": text_or_null(), "value": number(),
            "num": number(), "den": number(), "declared": number(), "difference": number(),
            "differs": {"type": "boolean"}, "made_from": text_or_null(), "reported": count(), "expected": count(),
            "change": number()
        })),
        "Points": object(json!({
            "score": number(), "measurable": {"type": "number"}, "max": {"type": "number"},
            "lost": {"type": "number"}, "recoverable": {"type": "number"}, "official": number()
        })),
        "IndexAnswer": {"allOf": [shape("Points"), object(json!({
            "unit": text(), "name": text(), "index": text(), "period": text(), "as_of": as_of, "seq": seq, "node": node,
            "version": text(), "closed": {"type": ["object", "null"]}, "difference": number(),
            "groups": list(json!({"allOf": [shape("Points"), shape("IndexGroup")]}))
        }))]},
        "IndexGroup": object(json!({
            "id": text(), "code": text(), "label": shape("Words"),
            "criteria": list(json!({"allOf": [shape("Points"), shape("IndexCriterion")]}))
        })),
        "IndexCriterion": object(json!({
            "id": text(), "code": text(), "label": shape("Words"), "definition": shape("Words"),
            "state": any_of(&["measured", "no_source", "empty", "not_applicable", "informative"]),
            "rule": text(), "num": number(), "den": number(), "ratio": number()
        }))
    })
}
