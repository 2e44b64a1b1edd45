//! Reports in the document.

use serde_json::{Value, json};

use super::routes::{any_of, text};
use super::schemas::{count, instant, object, shape, text_or_null};
use super::{Route, get_of, route};

pub(super) fn routes() -> Vec<Route> {
    let binary = json!({"type": "string", "format": "binary"});
    let page = json!({"type": "integer", "minimum": 1, "default": 1});
    let unit = json!({"type": "string", "examples": ["17"]});
    let period = json!({"type": "string", "examples": ["2024-07", "2024-W30"]});
    vec![
        get_of("/reports/{file}", "reports", "A page of a report, its paragraph, or all its figures")
            .part("file", "Id of a report with .png, .txt or .json", "monthly.png")
            .query("unit", "Code of the unit; the top of the tree when absent", &unit)
            .query("period", "The newest that is over when absent", &period)
            .query("page", "From 1; `x-pages` says how many there are", &page)
            .query(
                "version",
                "current, official or the number of a closing; official where there is one when absent",
                &super::indicators::version(),
            )
            .answer(200, "The page", "image/png", &binary)
            .answer(200, "The paragraph", "text/plain", &text())
            .answer(200, "All figures, exactly and as they are printed", "application/json", &json!({"type": "object"}))
            .empty(304, "The figures are still the same")
            .problem(400, &["bad_period", "bad_version", "bad_window"])
            .problem(403, &["forbidden"])
            .problem(404, &["unknown_report", "unknown_unit", "not_closed", "unknown_version"])
            .problem(503, &["busy"])
            .of_figures(),
        get_of(
            "/api/v1/reports",
            "reports",
            "Reports that were made by schedule, and those that wait, of the caller's units",
        )
        .query("report", "Id of a report", &text())
        .query("unit", "Code of a unit", &unit)
        .query("cursor", "Where the page before ended", &count())
        .json(200, "The newest first", "ReportRuns")
        .problem(400, &["bad_parameter"])
        .problem(403, &["forbidden"])
        .of_figures(),
        get_of("/api/v1/reports/{run}/{file}", "reports", "A page, the paragraph or the workbook of a run")
            .number("run", "Number of the run")
            .part("file", "1.png and further pages, text.txt, figures.xlsx", "1.png")
            .answer(200, "The page", "image/png", &binary)
            .answer(200, "The paragraph", "text/plain", &text())
            .answer(200, "The figures", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", &binary)
            .problem(400, &["bad_parameter"])
            .problem(403, &["forbidden"])
            .problem(404, &["unknown_run"])
            .of_figures(),
        route("post", "/api/v1/reports/{run}/retry", "reports", "Tries a run anew that was given up")
            .number("run", "Number of the run")
            .json(200, "It waits again", "ReportRun")
            .problem(400, &["bad_parameter"])
            .problem(403, &["forbidden"])
            .problem(404, &["unknown_run"])
            .problem(409, &["run_not_failed"])
            .of_figures(),
    ]
}

pub(super) fn schemas() -> Value {
    let list = |items: Value| json!({"type": "array", "items": items});
    let count_or_null = json!({"type": ["integer", "null"], "minimum": 0});
    let since = json!({"type": ["string", "null"],
        "description": "Since when, by the real clock; of one that waits, when it is tried next"});
    let why = json!({"type": ["string", "null"], "description": "Why the last try failed; only for those who operate"});
    let state = json!({"type": ["string", "null"], "description": "Null: not known any more", "enum": ["waiting", "delivered", "given_up", "dropped", null]});
    let delivery = object(json!({
        "to": text(), "state": state, "at": since, "tries": count(), "why": why
    }));
    let mut made = object(json!({
        "at": instant(), "late": {"type": "boolean"}, "seq": count(), "closing": count_or_null,
        "backfill": list(text()), "deliveries": list(delivery), "pages": count(), "files": list(text())
    }));
    made["type"] = json!(["object", "null"]);
    json!({
        "ReportRuns": object(json!({
            "as_of": instant(), "seq": count(), "node": text(),
            "schedules": list(object(json!({
                "report": text(), "title": shape("Words"), "cron": text(), "since": text_or_null(), "next": text_or_null(), "keep_days": count()
            }))),
            "runs": list(shape("ReportRun")), "next": count_or_null
        })),
        "ReportRun": object(json!({
            "run": count(), "report": text(), "title": shape("Words"), "unit": text(), "name": text(), "period": text(),
            "state": any_of(&["waiting", "made", "failed"]), "at": instant(), "tries": count(), "why": text_or_null(),
            "next_at": text_or_null(), "made": made
        }))
    })
}
