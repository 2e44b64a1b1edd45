//! The table of routes: what each takes and answers.

use serde_json::{Value, json};

use crate::model::quality::Mark;

use super::{Route, SAFE, get_of, procedures, route};

/// Every route of the server.
pub(super) fn routes() -> Vec<Route> {
    let mut all = process();
    all.extend(pages());
    all.extend(records());
    all.extend(rejects());
    all.extend(units());
    all.extend(links());
    all.extend(super::sources::routes());
    all.extend(procedures::routes());
    all.extend(figures());
    all.extend(super::tokens::routes());
    all.extend(super::screens::routes());
    all.extend(drill());
    all.extend(super::reports::routes());
    all.extend(super::indicators::routes().into_iter().chain(super::alerts::routes()));
    let more = [super::kit::routes(), super::imports::routes(), super::totals::routes(), super::returns::routes()];
    all.extend(super::reconcile::routes());
    all.extend(more.into_iter().flatten());
    all.extend(super::geometry::routes());
    all
}

pub(super) fn text() -> Value {
    json!({"type": "string"})
}

pub(super) fn any_of(words: &[&str]) -> Value {
    json!({"type": "string", "enum": words})
}

pub(super) fn day() -> Value {
    json!({"type": "string", "format": "date", "examples": ["2024-08-02"]})
}

fn process() -> Vec<Route> {
    vec![
        get_of("/healthz", "process", "The process answers").answer(200, "It does", "text/plain", &text()),
        get_of("/readyz", "process", "Whether it can do its work, or why not")
            .json(200, "It can", "Ready")
            .json(503, "It can't; each component says why in words", "Ready")
            .problem(503, &["timeout"]),
        get_of("/metrics", "process", "Metrics for Prometheus")
            .answer(200, "The text exposition format", "text/plain", &text())
            .problem(403, &["forbidden"])
            .problem(503, &["timeout"]),
        get_of("/api/openapi.json", "process", "This document")
            .answer(200, "OpenAPI 3.1", "application/json", &json!({"type": "object"}))
            .problem(503, &["timeout"]),
        route("post", "/api/v1/verify", "process", "Compares the live figures with those that SQL makes")
            .json(200, "What was compared and what differs", "Report")
            .problem(403, &["forbidden"])
            .problem(409, &["busy"])
            .problem(503, &["not_verified"]),
        route("post", "/api/v1/reload", "process", "Reads KPIs, targets and boards anew")
            .json(200, "The catalogue in force", "Reloaded")
            .problem(403, &["forbidden"])
            .problem(422, &["faulty_catalogue"])
            .problem(503, &["timeout"]),
    ]
}

fn pages() -> Vec<Route> {
    let page = |route: Route| {
        route
            .answer(200, "The page", "text/html", &text())
            .empty(304, "The page that the browser has is the newest")
            .empty(307, "To the top of the tree")
            .answer(404, "A page that says that there is no such board or unit", "text/html", &text())
            .answer(503, "A page that says what is missing and asks again by itself", "text/html", &text())
            .problem(400, &["bad_parameter"])
            .problem(503, &["timeout"])
    };
    vec![
        get_of("/", "pages", "To the wall of the province").empty(307, "To the wall").problem(503, &["timeout"]),
        page(get_of("/ops", "pages", "To the desk of the top of the tree")),
        page(get_of("/ops/sources", "pages", "The desk of sources: what they state, and who hasn't reported")),
        page(get_of("/ops/reports", "pages", "Reports that were made by themselves, on the desk")),
        page(get_of("/ops/alerts", "pages", "What is worth an alert, and what was, on the desk")),
        page(get_of("/ops/units/{code}", "pages", "The desk of a unit").part("code", "Code of a unit", "17")),
        page(
            get_of("/ops/dossiers/{source}/{id}", "pages", "One dossier on the desk")
                .part("source", "The sending system", "local")
                .part("id", "Its id of the dossier", "1"),
        ),
        page(get_of("/wall/{board}", "pages", "A wall screen").part("board", "Id of a board", "province").query(
            "unit",
            "Code of a unit; without it the page goes on to the top of the tree",
            &text(),
        )),
        get_of("/assets/{path}", "pages", "What the pages are made of")
            .part("path", "Its name", "index.js")
            .answer(200, "The file", "*/*", &json!({"type": "string", "format": "binary"}))
            .empty(304, "The file that the browser has is the newest")
            .problem(400, &["bad_parameter"])
            .problem(404, &["not_found"])
            .problem(503, &["timeout"]),
        get_of("/api/v1/live", "figures", "A WebSocket of snapshots and updates, one JSON object a frame")
            .empty(101, "The WebSocket is open")
            .problem(400, &["bad_parameter"])
            .problem(403, &["forbidden"])
            .problem(503, &["stopping", "too_many_screens"]),
    ]
}

fn records() -> Vec<Route> {
    let record = json!({"$ref": "#/components/schemas/Record"});
    let example = json!({
        "type": "dossier", "id": "EX-1", "unit": "17", "at": "2024-08-02T08:00:00+07:00", "status": "accepted"
    });
    let list = json!({"type": "array", "items": record, "maxItems": 1000});
    vec![
        route("post", "/api/v1/events", "records", "Records in, an exact answer about every line out")
            .query(
                "source",
                "The sending system, where the caller isn't bound to one",
                &json!({"type": "string", "minLength": 1, "maxLength": 64, "default": "local"}),
            )
            .query("dry_run", "Check everything, store nothing", &json!({"type": "boolean", "default": false}))
            .query(
                "backfill",
                "It is old data: figures of the units that the source feeds are marked until it is all in; `done` with \
                 the last batch, which may be empty",
                &any_of(&["true", "done"]),
            )
            .query(
                "batch",
                "The import that the records are a part of",
                &json!({"type": "integer", "minimum": 1, "maximum": SAFE}),
            )
            .query(
                "revive",
                "Let dossiers count again whose import was taken back",
                &json!({"type": "boolean", "default": false}),
            )
            .problem(404, &["unknown_import"])
            .problem(409, &["import_undone"])
            .problem(503, &["not_ready"])
            .body(&[
                ("application/json", list, json!([example])),
                ("application/x-ndjson", text(), json!(format!("{example}\n"))),
            ])
            .json(202, "Safe on disk, but for the lines listed as refused", "EventsAnswer")
            .json(200, "What would become of it (dry run)", "EventsAnswer")
            .problem(400, &["bad_parameter", "bad_array", "bad_encoding"])
            .problem(403, &["forbidden", "foreign_source"])
            .problem(413, &["too_large"])
            .problem(415, &["unknown_content_type", "unknown_encoding"])
            .problem(422, &["none_accepted"])
            .problem(503, &["busy", "timeout", "storage_full", "stopping", "unknown_outcome"]),
        super::portal::portal(),
    ]
}

/// Why a list may not be taken as a body.
const LIST_CODES: [&str; 7] =
    ["bad_parameter", "bad_array", "bad_encoding", "no_header", "unknown_column", "duplicate_column", "missing_column"];
/// Why what was accepted may not be acknowledged.
pub(super) const APPEND_CODES: [&str; 4] = ["busy", "storage_full", "stopping", "unknown_outcome"];

/// A list that is taken as a whole or not at all.
pub(super) fn list(path: &'static str, summary: &'static str, csv: &str) -> Route {
    route("put", path, "units", summary)
        .body(&[
            ("text/csv", text(), json!(csv)),
            ("application/x-ndjson", text(), json!("")),
            ("application/json", json!({"type": "array", "items": {"type": "object"}}), json!([])),
        ])
        .json(200, "Loaded", "EventsAnswer")
        .problem(400, &LIST_CODES)
        .problem(403, &["forbidden"])
        .problem(413, &["too_large"])
        .problem(415, &["unknown_content_type", "unknown_encoding"])
        .problem(422, &["none_accepted"])
        .problem(503, &["not_ready"])
        .problem(503, &APPEND_CODES)
}

fn links() -> Vec<Route> {
    let successions = "old,new,share,effective,default\n148,17,1,2025-07-01,true\n";
    vec![
        get_of("/api/v1/successions", "units", "Which unit goes on as which")
            .json(200, "Those that weren't taken back", "Successions")
            .problem(403, &["forbidden"])
            .of_figures(),
        list("/api/v1/successions", "Loads successions, taken as a whole or not at all", successions),
        get_of("/api/v1/aliases", "units", "What sources mean by their codes")
            .json(200, "Those that weren't taken back", "Aliases")
            .problem(403, &["forbidden"])
            .of_figures(),
        list("/api/v1/aliases", "Loads aliases, taken as a whole or not at all", "source,raw,unit\nlocal,HB,17\n"),
    ]
}

fn rejects() -> Vec<Route> {
    let source = || json!({"type": "string", "minLength": 1, "maxLength": 64});
    let record = json!({"$ref": "#/components/schemas/Record"});
    vec![
        get_of("/api/v1/rejects", "records", "Refused lines, without any value in which a person could stand")
            .query("source", "Of one source only", &source())
            .query("cursor", "Where the page before ended", &json!({"type": "integer", "minimum": 0, "maximum": SAFE}))
            .json(200, "A page of them", "Rejects")
            .problem(403, &["forbidden"])
            .problem(503, &["timeout"]),
        route("post", "/api/v1/rejects/replay", "records", "Checks all that is whole again by the rules of today")
            .query("source", "Of one source only", &source())
            .json(200, "None of them passes", "Replayed")
            .json(202, "Those that pass are safe on disk", "Replayed")
            .problem(403, &["forbidden"])
            .problem(503, &["timeout"])
            .problem(503, &APPEND_CODES),
        route("post", "/api/v1/rejects/{id}", "records", "Takes the corrected record in place of a refused line")
            .number("id", "Number of the refused line")
            .body(&[("application/json", record, json!({}))])
            .json(202, "Safe on disk", "Mended")
            .problem(400, &["bad_parameter", "bad_array", "bad_encoding"])
            .problem(403, &["forbidden"])
            .problem(404, &["unknown_reject"])
            .problem(413, &["too_large"])
            .problem(415, &["unknown_content_type", "unknown_encoding"])
            .problem(422, &["none_accepted"])
            .problem(503, &["timeout"])
            .problem(503, &APPEND_CODES),
    ]
}

/// What stands behind a figure, as JSON or CSV.
fn drill() -> Vec<Route> {
    let table = |route: Route, shape: &str| {
        asked(route.part("code", "Code of a unit", "17"))
            .query("bom", "Of CSV: begins with a byte order mark", &json!({"type": "boolean", "default": false}))
            .json(200, "At one sequence number and one instant", shape)
            .answer(200, "As a table", "text/csv", &text())
            .problem(400, &["bad_window", "bad_hierarchy", "bad_role"])
            .problem(403, &["forbidden"])
            .problem(404, &["unknown_unit"])
            .problem(406, &["not_acceptable"])
            .problem(503, &["busy"])
            .of_figures()
    };
    let count = json!({"type": "integer", "minimum": 1, "maximum": 1000});
    let dimensions = any_of(&["unit", "field", "procedure", "channel", "status", "holder", "age", "day"]);
    let breakdown = get_of("/api/v1/units/{code}/breakdown", "figures", "A unit's figures by one dimension")
        .query("by", "The dimension", &dimensions)
        .query("rows", "The most rows; the others are summed up", &count)
        .problem(400, &["bad_dimension"]);
    let marks = Mark::ALL.map(Mark::as_str);
    let dossiers = get_of("/api/v1/units/{code}/dossiers", "figures", "The dossiers behind any measure")
        .query(
            "measure",
            "Name of a measure, or of several that are added up",
            &json!({"type": "string", "examples": ["received"]}),
        )
        .query("mark", "In place of a measure: a mark of quality", &any_of(&marks))
        .query("source", "With a mark: only those of this source", &text())
        .query("cursor", "Where the page before ended", &text())
        .query("limit", "Rows of a page", &count)
        .query("own", "Only what the unit itself handles", &json!({"type": "boolean", "default": false}))
        .problem(400, &["bad_measure", "bad_mark", "bad_cursor", "bad_value", "bad_dimension"]);
    let filters = ["field", "procedure", "channel", "status", "holder", "age", "without"];
    let about = "Only those with this value";
    let dossiers = filters.into_iter().fold(dossiers, |route, name| route.query(name, about, &text()));
    let quality = get_of("/api/v1/units/{code}/quality", "figures", "How many dossiers of each source are doubtful");
    vec![table(breakdown, "Breakdown"), table(dossiers, "Dossiers"), table(quality, "Quality")]
}

/// A window and a perspective.
fn asked(route: Route) -> Route {
    let window =
        json!({"type": "string", "default": "year", "examples": ["today", "2024-Q2", "2024-07-01..2024-07-31"]});
    let about = "today, week, month, quarter, year, a period such as 2024-Q2, or FROM..TO, both days included";
    route
        .query("window", about, &window)
        .query("scheme", "By which scheme a period's days are read", &text())
        .problem(400, &["bad_scheme"])
        .query("hierarchy", "As it is now, or as it was", &any_of(&["now", "was"]))
        .query("role", "By the unit that processes, or that received", &any_of(&["processing", "receiving"]))
        .query("same_day", "Without the dossiers of procedures done on the same day", &any_of(&["exclude"]))
        .problem(400, &["bad_value"])
        .problem(503, &["busy"])
}

fn units() -> Vec<Route> {
    let csv = "code,parent,kind,category,name_vi\n17,,province,tỉnh,Hòa Bình\n";
    vec![
        get_of("/api/v1/units", "units", "All units that exist on a day")
            .query("on", "The day; today when absent", &day())
            .json(200, "By code", "Units")
            .problem(403, &["forbidden"])
            .of_figures(),
        list("/api/v1/units", "Loads a list of units, taken as a whole or not at all", csv),
        get_of("/api/v1/units/{code}", "units", "What a code names on a day, with the units above and below")
            .part("code", "Code of a unit", "17")
            .query("on", "The day; today when absent", &day())
            .json(200, "The unit", "Unit")
            .problem(403, &["forbidden"])
            .problem(404, &["unknown_unit"])
            .of_figures(),
        get_of("/api/v1/boards/{board}", "units", "What a wall shows")
            .part("board", "Id of a board", "province")
            .query("unit", "Code of a unit; the top of the tree when absent", &text())
            .json(200, "Its panels", "Board")
            .problem(403, &["forbidden"])
            .problem(404, &["unknown_board", "unknown_unit"])
            .of_figures(),
    ]
}

fn figures() -> Vec<Route> {
    vec![
        asked(get_of("/api/v1/units/{code}/kpis", "figures", "Measures and KPIs of a unit, with the rows that add up"))
            .part("code", "Code of a unit", "17")
            .query(
                "version",
                "What is counted now, what is closed, or the number of an older closing",
                &super::indicators::version(),
            )
            .problem(400, &["bad_version"])
            .problem(404, &["not_closed", "unknown_version"])
            .problem(503, &["busy"])
            .json(200, "The figures, at one sequence number and one instant", "Kpis")
            .problem(400, &["bad_window", "bad_hierarchy", "bad_role"])
            .problem(403, &["forbidden"])
            .problem(404, &["unknown_unit"])
            .of_figures(),
        get_of(
            "/api/v1/dossiers/{source}/{id}",
            "figures",
            "One dossier: every register, and why it counts as it does",
        )
        .part("source", "The sending system", "local")
        .part("id", "Its id there", "EX-1")
        .query(
            "provenance",
            "Whether to look up which record wrote each register",
            &json!({"type": "boolean", "default": true}),
        )
        .json(200, "The dossier", "Dossier")
        .problem(403, &["forbidden"])
        .problem(404, &["unknown_dossier"])
        .of_figures(),
    ]
}
