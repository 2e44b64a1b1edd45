//! What is asked of every route, of the unit that a bound token may see and of those that it may not.

use opcentre::http::Route;
use serde_json::json;

use super::world::{CHILD, FOREIGN, OWN, SIBLING, UNKNOWN};

/// A request to one route.
pub(super) struct Try {
    pub(super) path: String,
    pub(super) body: Option<(&'static str, String)>,
    /// Whether a unit is asked for that a bound token may see; none when the route has no unit.
    pub(super) is_own: Option<bool>,
    /// Whether there is such a unit at all.
    pub(super) exists: bool,
}

impl Try {
    fn plain(path: &str) -> Try {
        Try { path: path.to_owned(), body: None, is_own: None, exists: true }
    }

    fn with(path: &str, kind: &'static str, body: String) -> Try {
        Try { body: Some((kind, body)), ..Try::plain(path) }
    }

    /// One for each kind of unit.
    fn units(path: impl Fn(&str) -> String) -> Vec<Try> {
        let all = [(OWN, true, true), (CHILD, true, true), (SIBLING, false, true), (FOREIGN, false, true)];
        let all = all.into_iter().chain([("top", false, true), (UNKNOWN, false, false), ("unresolved", false, true)]);
        all.map(|(unit, is_own, exists)| Try { is_own: Some(is_own), exists, ..Try::plain(&path(unit)) }).collect()
    }
}

fn line(unit: &str) -> String {
    json!({"type": "dossier", "id": "m", "unit": unit, "at": "2024-07-01T08:00:00+07:00", "status": "processing"})
        .to_string()
}

/// What is asked without more.
const PLAIN: [&str; 17] = [
    "/api/openapi.json",
    "/api/schemas/records.json",
    "/api/v1/tokens",
    "/api/v1/units",
    "/api/v1/indicators",
    "/api/v1/indicators/missing",
    "/api/v1/successions",
    "/api/v1/aliases",
    "/api/v1/rejects",
    "/api/v1/sources",
    "/api/v1/freshness",
    "/api/v1/totals",
    "/api/v1/unresolved",
    "/api/v1/imports",
    "/api/v1/alerts",
    "/api/v1/reports",
    // Without the headers of an upgrade: whoever gets past the gate is told so. Topics have a test of their own.
    "/api/v1/live",
];

/// What is asked of a route. A route that isn't here fails the test: say what is to be asked, and what is allowed.
pub(super) fn tries(route: &Route) -> Vec<Try> {
    match (route.method, route.path) {
        ("GET", "/reports/{file}") => Try::units(|unit| format!("/reports/monthly.png?period=2024-07&unit={unit}")),
        ("GET", path) if !path.starts_with("/api/") => page_tries(path),
        ("GET", path) if PLAIN.contains(&path) => vec![Try::plain(path)],
        (_, path) if path.contains("/indicators/returns/") => return_tries(route.method, path),
        ("GET", "/api/v1/units/{code}") => {
            let mut tries = Try::units(|unit| format!("/api/v1/units/{unit}"));
            // `unresolved` is a row of figures, not a unit of the list.
            tries.iter_mut().filter(|one| one.path.ends_with("unresolved")).for_each(|one| one.exists = false);
            tries
        }
        ("GET", path) if path.starts_with("/api/v1/units/{code}/") => unit_tries(path),
        ("GET", "/api/v1/periods") => Try::units(|unit| format!("/api/v1/periods?unit={unit}")),
        (_, path) if path.starts_with("/api/v1/periods/") => period_tries(path),
        ("GET", "/api/v1/procedures" | "/api/v1/calendar") => vec![public(Try::plain(route.path))],
        ("PUT", "/api/v1/procedures" | "/api/v1/calendar") => vec![Try::with(route.path, "text/csv", "code\n".into())],
        ("GET", path) if path.ends_with("/totals") => vec![Try::plain("/api/v1/sources/own-source/totals")],
        ("PUT", path) if path.ends_with("/totals") => ["own-source", "foreign-source"]
            .map(|source| {
                let is_own = Some(source == "own-source");
                let path = format!("/api/v1/sources/{source}/totals");
                Try { is_own, ..Try::with(&path, "application/json", "[]".to_owned()) }
            })
            .into(),
        ("PUT", "/api/v1/sources" | "/api/v1/geometry") => {
            vec![Try::with(route.path, "application/json", "{}".to_owned())]
        }
        ("PUT", "/api/v1/successions" | "/api/v1/aliases") => {
            vec![Try::with(route.path, "text/csv", "nothing\nx\n".to_owned())]
        }
        ("POST", "/api/v1/imports") => vec![Try::with(route.path, "application/json", "{}".to_owned())],
        ("POST", "/api/v1/imports/{id}/undo") => vec![Try::plain("/api/v1/imports/1/undo")],
        ("POST", "/api/v1/rejects/replay") => vec![Try::with(route.path, "application/json", String::new())],
        ("POST", "/api/v1/rejects/{id}") => vec![Try::with("/api/v1/rejects/1", "application/json", line(OWN))],
        // Nothing is raised here: whoever may ask is told that there is no such alert.
        ("GET", "/api/v1/reports/{run}/{file}") => vec![Try::plain("/api/v1/reports/1/1.png")],
        ("POST", "/api/v1/reports/{run}/retry") => vec![Try::plain("/api/v1/reports/1/retry")],
        ("POST", "/api/v1/alerts/{id}/acknowledge") => vec![Try::plain("/api/v1/alerts/1/acknowledge")],
        ("GET", "/api/v1/boards/{board}") => Try::units(|unit| format!("/api/v1/boards/province?unit={unit}")),
        ("GET", "/api/v1/dossiers/{source}/{id}") => {
            let source = |unit: &str| if [OWN, CHILD].contains(&unit) { "own-source" } else { "foreign-source" };
            let mut tries = Try::units(|unit| format!("/api/v1/dossiers/{}/{unit}-1", source(unit)));
            let none = |one: &&mut Try| one.path.contains("/top-") || one.path.contains("/unresolved-");
            tries.iter_mut().filter(none).for_each(|one| one.exists = false);
            tries
        }
        ("POST", "/api/v1/events" | "/api/v1/adapters/dvcqg") => ["own-source", "foreign-source"]
            .map(|source| {
                let path = format!("{}?dry_run=true&source={source}", route.path);
                let is_own = Some(source == "own-source");
                let body = if route.path.ends_with("events") { line(OWN) } else { portal_message(OWN) };
                Try { is_own, ..Try::with(&path, "application/json", body) }
            })
            .into(),
        ("POST", "/api/v1/reconcile") => reconcile_tries(),
        ("PUT", "/api/v1/units") => vec![Try::with(route.path, "text/csv", "code,parent\nx\n".to_owned())],
        ("POST", "/api/v1/verify" | "/api/v1/reload") => vec![Try::plain(route.path)],
        (_, path) if path.starts_with("/api/v1/screen") => screen_tries(route.method, path),
        ("POST", "/api/v1/tokens") => vec![Try::with(route.path, "application/json", "{}".to_owned())],
        ("DELETE", "/api/v1/tokens") => vec![Try::plain("/api/v1/tokens?id=nothing")],
        (method, path) => panic!("{method} {path} is in no row of the matrix"),
    }
}

/// No screen waits and none is there: whoever may look after screens is told so.
fn screen_tries(method: &str, path: &str) -> Vec<Try> {
    let json = |body: serde_json::Value| Try::with(&path.replace("{id}", "0"), "application/json", body.to_string());
    match (method, path) {
        ("GET", "/api/v1/screen" | "/api/v1/screens") | ("DELETE", _) => vec![json(json!(null))],
        ("POST", "/api/v1/screen/code") => vec![public(json(json!(null)))],
        ("POST", "/api/v1/screen/token") => vec![public(json(json!({"device_code": "none"})))],
        ("POST", "/api/v1/screens") => {
            let asked = |unit: &str| json!({"code": "BCDF-GHJK", "name": "a", "unit": unit, "board": "province"});
            let mut tries = Try::units(|_| path.to_owned());
            for (one, unit) in tries.iter_mut().zip([OWN, CHILD, SIBLING, FOREIGN, "top", UNKNOWN, "unresolved"]) {
                one.body = Some(("application/json", asked(unit).to_string()));
            }
            tries
        }
        ("POST", "/api/v1/screens/deny") => vec![json(json!({"code": "BCDF-GHJK"}))],
        ("PUT", _) => vec![json(json!({"board": "province"}))],
        ("POST", "/api/v1/screens/{id}/command") => vec![json(json!({"do": "identify"}))],
        (method, path) => panic!("{method} {path} is in no row of the matrix"),
    }
}

/// A list of dossiers beside those of each kind of unit.
fn reconcile_tries() -> Vec<Try> {
    let list = "Mã hồ sơ,Trạng thái\nown-1-0,Đang xử lý\nnobody,Đang xử lý\n";
    let tries = Try::units(|unit| format!("/api/v1/reconcile?unit={unit}&window=2024-07&source=own-source"));
    tries.into_iter().map(|one| Try { body: Some(("text/csv", list.to_owned())), ..one }).collect()
}

/// What is asked of pages and of the process.
fn page_tries(path: &str) -> Vec<Try> {
    match path {
        "/" => vec![Try::plain("/")],
        "/wall/{board}" => Try::units(|unit| format!("/wall/province?unit={unit}")).into_iter().map(public).collect(),
        "/ops" | "/ops/alerts" | "/ops/reports" | "/ops/screens" | "/screen" => vec![Try::plain(path)],
        "/ops/units/{code}" => Try::units(|unit| format!("/ops/units/{unit}")).into_iter().map(public).collect(),
        "/ops/sources" => vec![Try::plain("/ops/sources")],
        "/ops/dossiers/{source}/{id}" => vec![Try::plain("/ops/dossiers/foreign-source/1")],
        "/assets/{*path}" => vec![Try::plain("/assets/nothing.js")],
        "/guide/{page}" => vec![Try::plain("/guide/vi")],
        "/guide/examples/{file}" => vec![Try::plain("/guide/examples/send.py")],
        "/healthz" | "/readyz" | "/metrics" => vec![Try::plain(path)],
        other => panic!("GET {other} is in no row of the matrix"),
    }
}

/// A dossier of a unit as the national portal's messages have it.
fn portal_message(unit: &str) -> String {
    let dossier =
        serde_json::json!({"MaHoSo": "1", "TrangThaiHoSo": "2", "NgayTiepNhan": "20240701080000", "DonViXuLy": unit});
    serde_json::json!({"service": "DongBoHoSoMC", "data": [dossier]}).to_string()
}

/// What is asked about a unit.
fn unit_tries(path: &str) -> Vec<Try> {
    let rest = match path.trim_start_matches("/api/v1/units/{code}/") {
        "kpis" => "kpis?window=2024-07",
        "geometry" => "geometry",
        "breakdown" => "breakdown?by=unit&window=2024-07",
        "forms/{form}" => "forms/ii06a?rows=unit&period=2024-07",
        "quality" => "quality?window=2024-07",
        "dossiers" => "dossiers?measure=received&window=2024-07",
        "indicators" => "indicators?period=2024-07",
        "indicators/template" => "indicators/template?period=2024-07",
        "indices/{index}" => "indices/qd766?period=2024-07",
        other => panic!("GET {other} of a unit is in no row of the matrix"),
    };
    Try::units(|unit| format!("/api/v1/units/{unit}/{rest}"))
}

/// Nothing was filled in, and nothing is: whoever may do so is told that.
fn return_tries(method: &str, path: &str) -> Vec<Try> {
    let step = path.trim_start_matches("/api/v1/units/{code}/indicators/returns/{period}");
    let mut tries = Try::units(|unit| format!("/api/v1/units/{unit}/indicators/returns/2024-07{step}"));
    for one in tries.iter_mut().filter(|_| method != "GET") {
        let body = if step.is_empty() { json!({"rows": []}) } else { json!({"by": "A"}) };
        one.body = Some(("application/json", body.to_string()));
    }
    tries
}

fn period_tries(path: &str) -> Vec<Try> {
    match path.rsplit('/').next() {
        Some("difference") => Try::units(|unit| format!("/api/v1/periods/report/2024-06/difference?unit={unit}")),
        // A period that is still to come: whoever may close is told so.
        Some(action @ ("close" | "reopen")) => {
            let mut tries = Try::units(str::to_owned);
            for one in &mut tries {
                let unit = std::mem::replace(&mut one.path, format!("/api/v1/periods/report/2999-01/{action}"));
                let reopen = json!({"unit": unit, "reason": "why"});
                let body = if action == "close" { json!({"unit": unit}) } else { reopen };
                one.body = Some(("application/json", body.to_string()));
            }
            tries
        }
        _ => Try::units(|unit| format!("/api/v1/periods/report/2024-06?unit={unit}")),
    }
}

fn public(one: Try) -> Try {
    Try { is_own: None, exists: true, ..one }
}
