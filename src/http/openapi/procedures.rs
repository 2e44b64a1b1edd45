//! The routes of procedures and of the calendar, and their shapes.

use serde_json::{Value, json};

use super::routes::{day, list, text};
use super::{Route, get_of};

pub(super) fn routes() -> Vec<Route> {
    let bom = json!({"type": "boolean", "default": false});
    let table = |route: Route, shape: &str| {
        route
            .query("bom", "Of CSV: begins with a byte order mark", &bom)
            .json(200, "At one sequence number", shape)
            .answer(200, "As a table", "text/csv", &text())
            .problem(403, &["forbidden"])
            .problem(406, &["not_acceptable"])
            .of_figures()
    };
    let procedures = "code,name_vi,limit,limit_unit\n1.002835,Cấp giấy phép,5,working_days\n";
    let calendar = "kind,date,name\nholiday,2026-01-01,Tết Dương lịch\n";
    let year = json!({"type": "integer", "minimum": 2000, "maximum": 2100});
    vec![
        table(
            get_of(
                "/api/v1/procedures",
                "rules",
                "Procedures under which dossiers are taken on a day, with their limits",
            )
            .query("on", "The day; today when absent", &day()),
            "Procedures",
        ),
        list("/api/v1/procedures", "Loads procedures, taken as a whole or not at all", procedures),
        table(
            get_of("/api/v1/calendar", "rules", "Working hours, holidays and swapped days").query(
                "year",
                "Only the days of that year",
                &year,
            ),
            "Calendar",
        ),
        list("/api/v1/calendar", "Loads entries of the calendar, taken as a whole or not at all", calendar),
    ]
}

/// The shapes of their answers.
pub(super) fn schemas() -> Value {
    let maybe = |of: &str| json!({"type": [of, "null"]});
    let list = |of: &str| json!({"type": "array", "items": {"$ref": format!("#/components/schemas/{of}")}});
    let count = json!({"type": "integer", "minimum": 0});
    json!({
        "Procedures": {"type": "object", "required": ["on", "seq", "pending", "procedures"], "properties": {
            "on": day(), "seq": count, "pending": {"type": "boolean"}, "procedures": list("Procedure")}},
        "Procedure": {"type": "object", "required": ["code", "name_vi", "limit", "limit_unit", "matched_by"],
            "properties": {
                "code": text(), "name_vi": text(), "name_en": maybe("string"), "field": maybe("string"),
                "limit": maybe("integer"), "limit_unit": maybe("string"), "level": maybe("string"), "fee": maybe("boolean"),
                "written_result": maybe("boolean"), "valid_from": maybe("string"), "valid_to": maybe("string"),
                "matched_by": text()}},
        "Calendar": {"type": "object", "required": ["seq", "pending", "years_missing", "entries"], "properties": {
            "seq": count, "pending": {"type": "boolean"},
            "years_missing": {"type": "array", "items": {"type": "integer"}}, "entries": list("CalendarEntry")}},
        "CalendarEntry": {"type": "object", "required": ["kind"], "properties": {
            "kind": text(), "date": maybe("string"), "name": maybe("string"), "source": maybe("string"),
            "weekdays": maybe("string"), "hours": maybe("string")}}
    })
}
