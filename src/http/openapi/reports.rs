//! Official forms and closed periods in the document.

use serde_json::{Value, json};

use super::{Route, get_of};

fn text() -> Value {
    json!({"type": "string"})
}

fn any_of(words: &[&str]) -> Value {
    json!({"type": "string", "enum": words})
}

/// Their routes.
pub(super) fn routes() -> Vec<Route> {
    vec![form()]
}

fn form() -> Route {
    let period = json!({"type": "string", "default": "month", "examples": ["2024-Q2", "2024-07-01..2024-07-31"]});
    let workbook = json!({"type": "string", "format": "binary"});
    get_of("/api/v1/units/{code}/forms/{form}", "figures", "An official form of a unit and a period")
        .part("code", "Code of a unit", "17")
        .part("form", "Id of a form", "ii06a")
        .query("period", "month, quarter, year, a period such as 2024-Q2, or FROM..TO, both days included", &period)
        .query("scheme", "By which scheme a period's days are read; that of forms when absent", &text())
        .query("rows", "By what rows are made", &any_of(&["field", "unit", "procedure"]))
        .query("hierarchy", "As it is now, or as it was", &any_of(&["now", "was"]))
        .query("role", "By the unit that processes, or that received", &any_of(&["processing", "receiving"]))
        .query("version", "What is counted now, or what was closed", &any_of(&["current", "official"]))
        .query("format", "By `Accept` when absent", &any_of(&["json", "csv", "xlsx"]))
        .query("bom", "Of CSV: begins with a byte order mark", &json!({"type": "boolean", "default": false}))
        .json(200, "At one sequence number and one instant", "OfficialForm")
        .answer(200, "As a table", "text/csv", &text())
        .answer(200, "As a workbook", crate::http::official::XLSX, &workbook)
        .problem(400, &["bad_window", "bad_scheme", "bad_rows", "bad_hierarchy", "bad_role", "bad_version"])
        .problem(403, &["forbidden"])
        .problem(404, &["unknown_unit", "unknown_form", "not_closed"])
        .problem(406, &["not_acceptable"])
        .problem(503, &["busy"])
        .of_figures()
}

fn object(members: Value) -> Value {
    let names: Vec<String> = members.as_object().into_iter().flat_map(|members| members.keys().cloned()).collect();
    json!({"type": "object", "required": names, "properties": members})
}

/// Their shapes.
pub(super) fn schemas() -> Value {
    let words = json!({"$ref": "#/components/schemas/Words"});
    let counts = json!({"type": "object", "additionalProperties": {"type": "integer"}});
    let text_or_null = json!({"type": ["string", "null"]});
    let row = object(json!({"key": text_or_null, "name": text(), "counts": counts}));
    let group = object(json!({"heading": words, "counts": counts, "rows": {"type": "array", "items": row}}));
    json!({
        "OfficialForm": object(json!({
            "form": text(), "number": text(), "title": words, "legal_basis": words, "unit": text(), "name": text(),
            "receiver": text_or_null, "period": text(), "scheme": text(),
            "window": object(json!({"from": {"type": "string", "format": "date"}, "to": {"type": "string", "format": "date"}})),
            "ended": {"type": "boolean"}, "as_of": {"type": "string", "format": "date-time"},
            "seq": {"type": "integer", "minimum": 0}, "version": any_of(&["current", "official"]),
            "rows": any_of(&["field", "unit", "procedure"]), "convention": text(),
            "columns": {"type": "array", "items": object(json!({
                "number": {"type": "integer"}, "heading": words, "measures": {"type": "array", "items": text()}
            }))},
            "total": counts, "groups": {"type": "array", "items": group},
            "footnotes": {"type": "array", "items": text()}
        }))
    })
}
