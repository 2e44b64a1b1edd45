//! What offices fill in: routes and shapes.

use serde_json::{Value, json};

use super::routes::{any_of, text};
use super::schemas::{count, object, shape};
use super::{Route, get_of, route};

const PATH: &str = "/api/v1/units/{code}/indicators/returns/{period}";

pub(super) fn routes() -> Vec<Route> {
    let period = json!({"type": "string", "examples": ["2024-H1", "2024-07", "2024"]});
    let of = |route: Route| {
        route
            .part("code", "Code of a unit on the period's last day", "17")
            .problem(400, &["bad_period", "bad_parameter"])
            .problem(403, &["forbidden"])
            .problem(404, &["unknown_unit"])
            .problem(503, &["busy"])
            .of_figures()
    };
    let returns = |route: Route, about: &'static str| {
        of(route).part("period", "A period such as 2024-H1", "2024-H1").json(200, about, "Returns")
    };
    let name = json!({"type": "string", "minLength": 1, "maxLength": 120});
    let by = object(json!({"by": name}));
    let why = object(json!({"by": name, "reason": {"type": "string", "minLength": 1, "maxLength": 500}}));
    let step = |path: &'static str, about: &'static str, body: Value, example: Value| {
        returns(route("post", path, "figures", about), "The return, and those before it")
            .body(&[("application/json", body, example)])
            .problem(404, &["no_return"])
            .problem(409, &["return_state"])
            .problem(413, &["too_large"])
    };
    let row = json!({
        "type": "object", "required": ["row", "code"], "additionalProperties": false,
        "properties": {
            "row": count(), "code": text(), "numerator": cell(), "denominator": cell(), "value": cell(), "declared": cell()
        }
    });
    let filled = json!({"rows": [{"row": 7, "code": "portals.active", "value": "12"}]});
    let sheet = json!({"type": "string", "format": "binary"});
    vec![
        of(get_of("/api/v1/units/{code}/indicators/template", "figures", "The sheet that a unit fills in"))
            .query("period", "A period such as 2024-H1", &period)
            .query("scheme", "By whose days the unit counts: calendar (as when absent) or report", &text())
            .answer(200, "As a workbook", crate::http::official::XLSX, &sheet)
            .problem(400, &["bad_scheme"])
            .problem(404, &["nothing_to_report"]),
        returns(
            get_of(PATH, "figures", "What a unit filled in, and who submitted and approved it"),
            "The oldest first",
        ),
        returns(route("put", PATH, "figures", "Takes what was filled in as a draft"), "Kept, with what is striking")
            .body(&[("application/json", object(json!({"rows": {"type": "array", "items": row}})), filled)])
            .problem(409, &["return_state"])
            .problem(413, &["too_large"])
            .problem(422, &["faulty_return"]),
        step(
            "/api/v1/units/{code}/indicators/returns/{period}/submit",
            "Hands a draft in",
            by.clone(),
            json!({"by": "Nguyễn Văn A"}),
        ),
        step(
            "/api/v1/units/{code}/indicators/returns/{period}/approve",
            "Turns a submitted return into records",
            by,
            json!({"by": "Trần Thị B"}),
        )
        .problem(409, &["same_person", "report_ahead"]),
        step(
            "/api/v1/units/{code}/indicators/returns/{period}/reject",
            "Sends a submitted return back",
            why,
            json!({"by": "Trần Thị B", "reason": "tử số thiếu một xã"}),
        ),
    ]
}

fn cell() -> Value {
    json!({"type": ["string", "null"], "description": "The cell's text"})
}

pub(super) fn schemas() -> Value {
    let list = |items: Value| json!({"type": "array", "items": items});
    let act = json!({"type": ["object", "null"]});
    json!({
        "Returns": object(json!({
            "unit": text(), "name": text(), "period": text(), "window": {"type": "object"}, "expected": count(),
            "filled_in": count(), "differences": list(shape("ReturnDifference")), "versions": list(shape("Return"))
        })),
        "ReturnDifference": object(json!({
            "row": count(), "column": text(), "cell": text(), "indicator": text(), "label": shape("Words"),
            "against": any_of(&["reported", "below", "previous", "declared"]), "period": text(),
            "is": {"type": "number"}, "filled_in": {"type": "number"}, "reason": text()
        })),
        "Return": object(json!({
            "version": count(), "state": any_of(&["draft", "replaced", "submitted", "approved", "rejected"]),
            "drafted": act, "submitted": act, "approved": act, "rejected": act,
            "seq": {"type": ["integer", "null"]}, "entries": list(json!({"type": "object"}))
        }))
    })
}
