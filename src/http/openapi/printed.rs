//! Reports in the document.

use serde_json::json;

use super::routes::text;
use super::{Route, get_of};

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
    ]
}
