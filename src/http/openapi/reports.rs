//! Official forms and closed periods in the document.

use serde_json::{Value, json};

use super::{Route, get_of, route};

fn text() -> Value {
    json!({"type": "string"})
}

fn any_of(words: &[&str]) -> Value {
    json!({"type": "string", "enum": words})
}

/// Their routes.
pub(super) fn routes() -> Vec<Route> {
    let mut all = vec![form()];
    all.extend(periods());
    all
}

/// Closed periods.
fn periods() -> Vec<Route> {
    let of = |route: Route| {
        route
            .part("scheme", "Id of a scheme of periods", "report")
            .part("period", "A period, no span of days", "2024-07")
            .problem(400, &["bad_parameter", "bad_scheme", "bad_window"])
            .problem(403, &["forbidden"])
            .problem(404, &["unknown_unit", "not_closed"])
            .problem(503, &["busy"])
            .of_figures()
    };
    let asked = |further: &str| {
        let mut shape = object(json!({"unit": text()}));
        if !further.is_empty() {
            shape = object(json!({"unit": text(), further: {"type": "string", "minLength": 1, "maxLength": 500}}));
        }
        shape
    };
    let count = json!({"type": "integer", "minimum": 1, "maximum": 1000});
    let unit = json!({"type": "string", "examples": ["17"]});
    let path = "/api/v1/periods/{scheme}/{period}";
    vec![
        get_of("/api/v1/periods", "periods", "All periods of a unit that were ever closed, of all schemes")
            .query("unit", "Code of the unit", &unit)
            .json(200, "The period that ended last first", "AllClosings")
            .problem(403, &["forbidden"])
            .problem(404, &["unknown_unit"])
            .problem(503, &["busy"])
            .of_figures(),
        of(get_of(path, "periods", "By whom and when a period of a unit was closed"))
            .query("unit", "Code of the unit", &unit)
            .json(200, "All closings, the oldest first", "Closings"),
        of(get_of("/api/v1/periods/{scheme}/{period}/difference", "periods", "Official beside current figures"))
            .query("unit", "Code of the unit", &unit)
            .query("limit", "Rows of a page", &count)
            .query("cursor", "Where the page before ended", &text())
            .json(200, "By measure, and by dossier", "Difference")
            .problem(400, &["bad_cursor"]),
        of(route("post", "/api/v1/periods/{scheme}/{period}/close", "periods", "Closes a period of a unit"))
            .body(&[("application/json", asked(""), json!({"unit": "17"}))])
            .json(201, "Closed, with everything below the unit", "Closings")
            .problem(400, &["too_much_to_close"])
            .problem(409, &["not_ended", "already_closed"])
            .problem(413, &["too_large"]),
        of(route("post", "/api/v1/periods/{scheme}/{period}/reopen", "periods", "Opens a closed period again"))
            .body(&[("application/json", asked("reason"), json!({"unit": "17", "reason": "a source was late"}))])
            .json(200, "Reopened; what was closed stays", "Closings")
            .problem(413, &["too_large"]),
    ]
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
        .query(
            "version",
            "What is counted now, what is closed, or the number of an older closing",
            &super::indicators::version(),
        )
        .query("format", "By `Accept` when absent", &any_of(&["json", "csv", "xlsx"]))
        .query("bom", "Of CSV: begins with a byte order mark", &json!({"type": "boolean", "default": false}))
        .json(200, "At one sequence number and one instant", "OfficialForm")
        .answer(200, "As a table", "text/csv", &text())
        .answer(200, "As a workbook", crate::http::official::XLSX, &workbook)
        .problem(400, &["bad_window", "bad_scheme", "bad_rows", "bad_hierarchy", "bad_role", "bad_version"])
        .problem(403, &["forbidden"])
        .problem(404, &["unknown_unit", "unknown_form", "not_closed", "unknown_version"])
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
    let count = json!({"type": "integer", "minimum": 0});
    let window =
        object(json!({"from": {"type": "string", "format": "date"}, "to": {"type": "string", "format": "date"}}));
    let side = object(json!({"seq": count, "as_of": {"type": "string", "format": "date-time"}}));
    json!({
        "AllClosings": object(json!({"unit": text(), "name": text(), "periods": {
            "type": "array", "items": {"$ref": "#/components/schemas/Closings"}
        }})),
        "Closings": object(json!({
            "unit": text(), "name": text(), "scheme": text(), "period": text(), "window": window,
            "ended": {"type": "boolean"}, "official": {"type": ["object", "null"]},
            "versions": {"type": "array", "items": object(json!({
                "version": count, "closed_by": text(), "closed_at": {"type": "string", "format": "date-time"}, "seq": count,
                "node": text(), "as_of": {"type": "string", "format": "date-time"}, "kpis": {"type": "object"},
                "forms": {"type": "object"}, "indices": {"type": "object"}, "catalogue": text_or_null, "units": count, "members": count,
                "reopened": {"type": ["object", "null"]}
            }))}
        })),
        "Difference": object(json!({
            "unit": text(), "name": text(), "scheme": text(), "period": text(), "window": window, "official": side,
            "current": side, "closed": {"type": "object"},
            "measures": {"type": "array", "items": object(json!({
                "measure": text(), "official": {"type": "integer"}, "current": {"type": "integer"},
                "difference": {"type": "integer"}, "judged_now": {"type": "boolean"}
            }))},
            "indicators": {"type": "array", "items": object(json!({
                "code": text(), "label": words, "official": {"type": ["object", "null"]},
                "current": {"type": ["object", "null"]}
            }))},
            "indices": {"type": "array", "items": object(json!({
                "index": text(), "official": {"type": ["object", "null"]}, "current": {"type": ["object", "null"]}
            }))},
            "missing": count, "added": count, "changed": count,
            "rows": {"type": "array", "items": object(json!({
                "change": any_of(&["missing", "added", "changed"]), "kind": any_of(&["dossier", "rating"]),
                "source": text(), "id": text(), "from": {"type": ["object", "null"]}, "to": {"type": ["object", "null"]}
            }))},
            "cursor": text_or_null
        })),
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
