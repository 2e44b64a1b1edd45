//! Raw values of units and imports: routes and shapes.

use serde_json::{Value, json};

use super::routes::{APPEND_CODES, any_of, text};
use super::schemas::{count, instant, object, text_or_null};
use super::{Route, get_of, route};

pub(super) fn routes() -> Vec<Route> {
    let asked = json!({"type": "object", "required": ["file", "sha256"], "properties": {
        "source": {"type": "string", "minLength": 1, "maxLength": 64}, "file": text(),
        "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"}}});
    let example = json!({"source": "motcua", "file": "ho-so.xlsx", "sha256": "0".repeat(64)});
    vec![
        get_of("/api/v1/unresolved", "units", "What sources sent as codes that name no unit, and what may be meant")
            .query("source", "Of one source only", &text())
            .query("raw", "One value only, also one that nobody has sent yet", &text())
            .json(200, "Those with most dossiers first", "UnresolvedValues")
            .problem(403, &["forbidden", "needs_whole"])
            .problem(503, &["busy"])
            .of_figures(),
        get_of("/api/v1/imports", "records", "Files that were sent, the newest first")
            .json(200, "Those of the caller's sources", "Imports")
            .problem(403, &["forbidden"]),
        route("post", "/api/v1/imports", "records", "Begins an import; its records come as a part of it")
            .body(&[("application/json", asked, example)])
            .json(201, "With its number", "Import")
            .problem(400, &["bad_parameter"])
            .problem(403, &["forbidden", "foreign_source"])
            .problem(413, &["too_large"]),
        route("post", "/api/v1/imports/{id}/undo", "records", "Takes an import back, as far as nothing else is known")
            .number("id", "Number of the import")
            .query("dry_run", "Say what that would do", &json!({"type": "boolean", "default": false}))
            .json(200, "What was taken back, and what stays", "Undone")
            .problem(403, &["forbidden"])
            .problem(404, &["unknown_import"])
            .problem(503, &["store_away", "timeout"])
            .problem(503, &APPEND_CODES),
    ]
}

pub(super) fn schemas() -> Value {
    let list = |items: Value| json!({"type": "array", "items": items});
    let suggestion = object(json!({
        "unit": text(), "name": text(), "kind": text(), "parent": text_or_null(), "parent_name": text_or_null(),
        "score": count(),
        "reason": any_of(&[
            "leading_zeros", "punctuation", "same_name", "code_inside", "other_kind", "similar_name"
        ]),
        "valid": {"type": "boolean"}
    }));
    let mut alias = object(json!({"source": text(), "raw": text(), "unit": text()}));
    alias["type"] = json!(["object", "null"]);
    let kept = object(json!({"id": text(), "records": count(), "imports": list(count())}));
    let outcome = object(json!({
        "known": count(), "undone": count(), "already": count(), "kept": count(), "kept_list": list(kept)
    }));
    json!({
        "Imports": object(json!({"imports": list(object(json!({
            "id": count(), "source": text(), "file": text(), "sha256": text(), "begun_at": instant(),
            "last_at": instant(), "by": text_or_null(), "received": count(), "accepted": count(),
            "state": any_of(&["sent", "undone"]), "undone_at": text_or_null()
        })))})),
        "Import": object(json!({"id": count(), "source": text(), "same_file": list(count())})),
        "Undone": object(json!({
            "id": count(), "source": text(), "dry_run": {"type": "boolean"}, "dossiers": outcome, "ratings": outcome,
            "indicators": outcome, "set_aside": count(), "complete": {"type": "boolean"},
            "seq": {"type": ["integer", "null"], "minimum": 0}, "node": text()
        })),
        "UnresolvedValues": object(json!({
            "as_of": instant(), "seq": count(), "node": text(), "units_pending": {"type": "boolean"},
            "counted": count(), "more": count(),
            "values": list(object(json!({
                "source": text(), "raw": text(), "dossiers": count(), "counted": count(), "ratings": count(),
                "reports": count(), "first_at": instant(), "last_at": instant(),
                "why": any_of(&["unknown_code", "not_yet_valid", "alias_unknown", "alias_not_yet_valid"]),
                "reason": text(), "suggestions": list(suggestion), "alias": alias
            })))
        }))
    })
}
