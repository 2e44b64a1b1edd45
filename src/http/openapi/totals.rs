//! Control totals of sources.

use serde_json::{Value, json};

use super::routes::text;
use super::schemas::object;
use super::{Route, get_of, route};

pub(super) fn routes() -> Vec<Route> {
    let day = json!({"type": "string", "format": "date"});
    let count = json!({"type": ["integer", "null"], "minimum": 0});
    let one = json!({
        "type": "object", "required": ["day"], "additionalProperties": false,
        "properties": {"day": day, "received": count, "finished": count}
    });
    let list = json!({"type": "array", "maxItems": 3660, "items": one});
    let example = json!([{"day": "2024-07-01", "received": 120, "finished": 97}]);
    let path = "/api/v1/sources/{source}/totals";
    vec![
        get_of(path, "units", "What a source says of its days beside what is known here: khớp or lệch n")
            .part("source", "The sending system", "local")
            .query("from", "First day", &day)
            .query("to", "Last day", &day)
            .json(200, "The days that something was stated of", "Totals")
            .problem(400, &["bad_parameter"])
            .problem(403, &["forbidden"])
            .problem(503, &["busy"])
            .of_figures(),
        route("put", path, "units", "How many dossiers a source has of its days; said again, the last one counts")
            .part("source", "The sending system", "local")
            .body(&[("application/json", list, example)])
            .json(200, "Kept", "TotalsTaken")
            .problem(400, &["bad_parameter"])
            .problem(403, &["forbidden", "foreign_source"])
            .problem(413, &["too_large"]),
    ]
}

pub(super) fn schemas() -> Value {
    let count = json!({"type": "integer", "minimum": 0});
    let beside = object(json!({
        "theirs": {"type": ["integer", "null"]}, "ours": count, "difference": {"type": ["integer", "null"]},
        "verdict": {"type": ["string", "null"]}
    }));
    let row = object(json!({"day": {"type": "string", "format": "date"}, "received": beside, "finished": beside}));
    json!({
        "TotalsTaken": object(json!({"days": count})),
        "Totals": object(json!({
            "source": text(), "as_of": {"type": "string", "format": "date-time"}, "seq": count, "node": text(),
            "agreeing": count, "differing": count, "days": {"type": "array", "items": row}
        }))
    })
}
