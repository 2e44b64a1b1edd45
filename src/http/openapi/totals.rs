//! Control totals of sources.

use serde_json::{Value, json};

use super::routes::text;
use super::schemas::{object, text_or_null};
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
        get_of("/api/v1/totals", "units", "What each source says of its newest days beside what is known here")
            .query(
                "days",
                "Days of each source, the newest ones",
                &json!({"type": "integer", "minimum": 1, "maximum": 3660}),
            )
            .json(200, "The sources that ever stated anything", "AllTotals")
            .problem(400, &["bad_parameter"])
            .problem(403, &["forbidden", "needs_whole"])
            .problem(503, &["busy"])
            .of_figures(),
    ]
}

pub(super) fn schemas() -> Value {
    let count = json!({"type": "integer", "minimum": 0});
    let beside = object(json!({
        "theirs": {"type": ["integer", "null"]}, "ours": {"type": ["integer", "null"]},
        "difference": {"type": ["integer", "null"]}, "verdict": text_or_null()
    }));
    let instant = json!({"type": "string", "format": "date-time"});
    let row = json!({
        "day": {"type": "string", "format": "date"}, "stated_at": text_or_null(), "received": beside, "finished": beside
    });
    let days = json!({"type": "array", "items": object(row.clone())});
    let mut summary = row;
    summary["agreeing"] = count.clone();
    summary["differing"] = count.clone();
    summary["days_max"] = count.clone();
    let mut summary = object(summary);
    summary["type"] = json!(["object", "null"]);
    let source = object(json!({
        "source": text(), "system": text_or_null(), "contact": text_or_null(), "agreeing": count, "differing": count,
        "days": days
    }));
    json!({
        "TotalsTaken": object(json!({"days": count})),
        "TotalsSummary": summary,
        "Totals": object(json!({
            "source": text(), "as_of": instant, "seq": count, "node": text(), "agreeing": count, "differing": count,
            "days": days
        })),
        "AllTotals": object(json!({
            "as_of": instant, "seq": count, "node": text(), "sources": {"type": "array", "items": source}
        }))
    })
}
