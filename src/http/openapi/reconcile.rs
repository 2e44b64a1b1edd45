//! Another system's figures beside ours.

use serde_json::{Value, json};

use super::routes::{any_of, text};
use super::schemas::{count, object, shape, text_or_null};
use super::{Route, route};

pub(super) fn routes() -> Vec<Route> {
    let file = json!({"type": "string", "format": "binary"});
    let example = json!("Mã hồ sơ;Trạng thái\nH28.17-240702-0001;Đang xử lý\n");
    let limit = json!({"type": "integer", "minimum": 0, "maximum": 100_000});
    let about =
        "Compares another system's form II.06a or list of dossiers (up to 500,000) with what is known, from one view";
    vec![
        route("post", "/api/v1/reconcile", "figures", about)
            .query("unit", "Code of the unit", &json!({"type": "string", "examples": ["17"]}))
            .query(
                "window",
                "A period such as 2024-06, or FROM..TO",
                &json!({"type": "string", "examples": ["2024-06"]}),
            )
            .query("scheme", "The scheme that a period's days are read by; that of forms when absent", &text())
            .query("rows", "Of a form: what its rows are", &any_of(&["field", "unit", "procedure"]))
            .query("source", "Of a list: whose dossiers they are; else the only source that has any there", &text())
            .query("file", "Its name, of which the ending says what it is; .csv when absent", &text())
            .query("limit", "Differences that are listed; all are counted", &limit)
            .body(&[("application/octet-stream", file, example)])
            .json(200, "At one sequence number and one instant", "Reconciled")
            .problem(400, &["bad_parameter", "bad_window", "bad_scheme", "bad_rows", "source_needed"])
            .problem(403, &["forbidden"])
            .problem(404, &["unknown_unit"])
            .problem(413, &["too_large"])
            .problem(422, &["unreadable_file"])
            .problem(503, &["busy", "timeout"])
            .of_figures(),
    ]
}

pub(super) fn schemas() -> Value {
    let whole_or_null = json!({"type": ["integer", "null"]});
    let reasons = [
        "cell",
        "row_missing_here",
        "row_missing_there",
        "twice",
        "status",
        "received_at",
        "due_at",
        "finished_at",
        "missing_there",
        "unknown",
        "another_source",
        "void",
        "not_taken_on",
        "another_unit",
        "outside_window",
    ];
    json!({
        "Reconciled": object(json!({
            "kind": any_of(&["form", "list"]), "unit": text(), "name": text(), "window": {"type": "object"}, "scheme": text(),
            "as_of": {"type": "string", "format": "date-time"}, "seq": count(), "node": text(), "source": text_or_null(),
            "theirs": count(), "ours": whole_or_null, "agree": count(), "differ": count(),
            "reasons": {"type": "object", "additionalProperties": count()},
            "differences": {"type": "array", "items": shape("ReconciledDifference")}, "more": count()
        })),
        "ReconciledDifference": object(json!({
            "row": whole_or_null, "what": text(), "of": text(), "theirs": text(), "ours": text(), "reason": any_of(&reasons),
            "why": text()
        }))
    })
}
