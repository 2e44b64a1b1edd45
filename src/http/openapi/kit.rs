//! What integrators build on: the schema of the records and the guide.

use serde_json::{Value, json};

use crate::ingest::record_schema;

use super::routes::text;
use super::{Route, get_of};

pub(super) fn routes() -> Vec<Route> {
    let file =
        |route: Route| route.problem(400, &["bad_parameter"]).problem(404, &["not_found"]).problem(503, &["timeout"]);
    vec![
        get_of("/api/schemas/records.json", "records", "JSON Schema (2020-12) of a record of POST /api/v1/events")
            .answer(200, "The schema", "application/schema+json", &json!({"type": "object"}))
            .problem(503, &["timeout"]),
        file(
            get_of("/guide/{page}", "pages", "The integrator's guide, and its style")
                .part("page", "vi, en or guide.css", "vi")
                .answer(200, "The page", "text/html", &text())
                .answer(200, "The page", "text/css", &text()),
        ),
        file(
            get_of("/guide/examples/{file}", "pages", "An example of a sender, to be downloaded")
                .part("file", "Its name", "send.py")
                .answer(200, "The file", "text/plain", &text()),
        ),
    ]
}

/// A shape of figures that may carry marks: old data is on its way into them, or they are whole only from a day on.
pub(super) fn marked(mut shape: Value) -> Value {
    shape["properties"]["backfill"] = json!({
        "type": "array",
        "description": "Whose old data is on its way into these figures; absent when nobody's",
        "items": {"$ref": "#/components/schemas/BackfillMark"}
    });
    shape["properties"]["covered_from"] = json!({
        "type": "string",
        "format": "date",
        "description": "The first day that all sources cover that feed the unit; absent when the window begins on it or later"
    });
    shape
}

/// The record as the document shows it: the published schema with its parts in place, so that it stands alone.
pub(super) fn record() -> Value {
    let mut schema = record_schema();
    let defs = schema["$defs"].take();
    let mut record = json!({"description": schema["description"], "oneOf": schema["oneOf"]});
    // A pause and an instant are used by the three types, and use nothing themselves but the instant.
    for _ in 0..3 {
        put_in_place(&mut record, &defs);
    }
    record
}

fn put_in_place(value: &mut Value, defs: &Value) {
    match value {
        Value::Object(members) => {
            let named = members.get("$ref").and_then(Value::as_str).and_then(|name| name.strip_prefix("#/$defs/"));
            if let Some(part) = named.and_then(|name| defs.get(name)).cloned() {
                members.remove("$ref");
                members.extend(part.as_object().cloned().unwrap_or_default());
            }
            members.values_mut().for_each(|member| put_in_place(member, defs));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| put_in_place(item, defs)),
        _ => {}
    }
}
