//! Who sends records, and who is late with them.

use serde_json::json;

use super::routes::{APPEND_CODES, any_of, day, text};
use super::{Route, get_of, route};

/// Who sends records, and who is late with them.
pub(super) fn routes() -> Vec<Route> {
    let bom = json!({"type": "boolean", "default": false});
    let table = |path: &'static str, about: &'static str, shape: &str| {
        get_of(path, "sources", about)
            .query("bom", "Of CSV: begins with a byte order mark", &bom)
            .json(200, "At one sequence number and one instant", shape)
            .answer(200, "As a table", "text/csv", &text())
            .problem(403, &["forbidden", "needs_whole"])
            .problem(406, &["not_acceptable"])
            .problem(503, &["busy"])
            .of_figures()
    };
    let list = json!({"type": "array", "items": {"type": "object", "required": ["source"], "properties": {
        "source": text(), "system": text(), "units": {"type": "array", "items": text()},
        "cadence_minutes": {"type": "integer", "minimum": 1, "maximum": 44_640},
        "hours": {"type": "array", "items": {"type": "array", "items": text(), "minItems": 2, "maxItems": 2}},
        "weekdays": {"type": "array", "items": any_of(&["mon", "tue", "wed", "thu", "fri", "sat", "sun"])},
        "coverage_start": day(), "contact": text()}}});
    let example = json!([{"source": "motcua", "units": ["17"], "cadence_minutes": 15, "hours": [["07:30", "17:00"]]}]);
    vec![
        table("/api/v1/sources", "What is known of each source", "Sources"),
        table("/api/v1/freshness", "When each source was heard and is expected, the worst first", "Freshness"),
        route("put", "/api/v1/sources", "sources", "Loads sources, taken as a whole or not at all")
            .body(&[("application/json", list, example)])
            .json(200, "Loaded", "EventsAnswer")
            .problem(400, &["bad_parameter", "bad_array"])
            .problem(403, &["forbidden", "needs_whole"])
            .problem(413, &["too_large"])
            .problem(422, &["none_accepted"])
            .problem(503, &["not_ready", "timeout"])
            .problem(503, &APPEND_CODES),
    ]
}
