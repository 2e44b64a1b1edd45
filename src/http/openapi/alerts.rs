//! Alerts: routes and shapes.

use serde_json::{Value, json};

use super::routes::{any_of, text};
use super::schemas::{count, instant, object, shape, text_or_null};
use super::{Route, get_of, route};

pub(super) fn routes() -> Vec<Route> {
    vec![
        get_of("/api/v1/alerts", "alerts", "What is open, or what is over, of the caller's units")
            .query("state", "Open ones, or those that are over", &any_of(&["open", "history"]))
            .query("cursor", "Where the page before ended", &count())
            .json(200, "The newest first", "Alerts")
            .problem(400, &["bad_parameter"])
            .problem(403, &["forbidden"])
            .of_figures(),
        route("post", "/api/v1/alerts/{id}/acknowledge", "alerts", "Says that an alert was seen")
            .number("id", "Number of the alert")
            .json(200, "The alert; who saw it first stays", "Alert")
            .problem(400, &["bad_parameter"])
            .problem(403, &["forbidden"])
            .problem(404, &["unknown_alert"])
            .problem(409, &["alert_over"])
            .of_figures(),
    ]
}

pub(super) fn schemas() -> Value {
    let number_or_null = json!({"type": ["number", "null"]});
    let counted = ["count", "ratio", "hours", "more_hours", "silent_since", "never_heard"];
    let or_null = |mut shape: Value| {
        shape["type"] = json!(["object", "null"]);
        shape
    };
    let figure = object(json!({
        "num": {"type": "integer"}, "den": {"type": "integer"}, "value": number_or_null,
        "counted_in": any_of(&counted), "words": shape("Words"), "seq": count()
    }));
    json!({
        "Alerts": object(json!({
            "as_of": instant(), "seq": count(), "node": text(), "state": any_of(&["open", "history"]),
            "alerts": {"type": "array", "items": shape("Alert")},
            "next": {"type": ["integer", "null"], "minimum": 0}
        })),
        "Alert": object(json!({
            "id": count(), "rule": text(), "version": text(), "level": any_of(&["notice", "warning", "severe"]),
            "label": shape("Words"), "sentence": shape("Words"), "unit": text_or_null(), "source": text_or_null(),
            "name": text(), "side": text_or_null(), "threshold": number_or_null,
            "clear": number_or_null, "figure": figure, "raised": figure, "since": instant(), "raised_at": instant(),
            "told_from": text_or_null(), "acknowledged": or_null(object(json!({"by": text(), "at": instant()}))),
            "cleared": or_null(object(json!({
                "at": instant(), "how": any_of(&["cleared", "withdrawn"]), "seq": count()
            }))),
            "seq": count()
        }))
    })
}
