//! Every route and topic x every role x own, child, sibling, foreign and unknown unit.

use opcentre::http::{ROUTES, Route};
use reqwest::Method;
use serde_json::json;

use super::world::{CHILD, FOREIGN, MARKS, OWN, SIBLING, UNKNOWN, Who, World};

/// A request to one route.
struct Try {
    path: String,
    body: Option<(&'static str, String)>,
    /// Whether a unit is asked for that a bound token may see; none when the route has no unit.
    is_own: Option<bool>,
    /// Whether there is such a unit at all.
    exists: bool,
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

/// What is asked of a route. A route that isn't here fails the test: say what is to be asked, and what is allowed.
fn tries(route: &Route) -> Vec<Try> {
    match (route.method, route.path) {
        ("GET", path) if !path.starts_with("/api/") => page_tries(path),
        ("GET", "/api/openapi.json" | "/api/schemas/records.json" | "/api/v1/tokens") => vec![Try::plain(route.path)],
        (_, path) if path.contains("/indicators/returns/") => return_tries(route.method, path),
        ("GET", "/api/v1/units") => vec![Try::plain("/api/v1/units")],
        ("GET", "/api/v1/units/{code}") => {
            let mut tries = Try::units(|unit| format!("/api/v1/units/{unit}"));
            // `unresolved` is a row of figures, not a unit of the list.
            tries.iter_mut().filter(|one| one.path.ends_with("unresolved")).for_each(|one| one.exists = false);
            tries
        }
        ("GET", path) if path.starts_with("/api/v1/units/{code}/") => unit_tries(path),
        ("GET", "/api/v1/periods") => Try::units(|unit| format!("/api/v1/periods?unit={unit}")),
        (_, path) if path.starts_with("/api/v1/periods/") => period_tries(path),
        ("GET", "/api/v1/indicators" | "/api/v1/indicators/missing") => vec![Try::plain(route.path)],
        (
            "GET",
            "/api/v1/successions"
            | "/api/v1/aliases"
            | "/api/v1/rejects"
            | "/api/v1/sources"
            | "/api/v1/freshness"
            | "/api/v1/totals"
            | "/api/v1/unresolved",
        ) => vec![Try::plain(route.path)],
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
        ("PUT", "/api/v1/sources") => vec![Try::with(route.path, "application/json", "{}".to_owned())],
        ("PUT", "/api/v1/successions" | "/api/v1/aliases") => {
            vec![Try::with(route.path, "text/csv", "nothing\nx\n".to_owned())]
        }
        ("GET", "/api/v1/imports") => vec![Try::plain(route.path)],
        ("POST", "/api/v1/imports") => vec![Try::with(route.path, "application/json", "{}".to_owned())],
        ("POST", "/api/v1/imports/{id}/undo") => vec![Try::plain("/api/v1/imports/1/undo")],
        ("POST", "/api/v1/rejects/replay") => vec![Try::with(route.path, "application/json", String::new())],
        ("POST", "/api/v1/rejects/{id}") => vec![Try::with("/api/v1/rejects/1", "application/json", line(OWN))],
        ("GET", "/api/v1/boards/{board}") => Try::units(|unit| format!("/api/v1/boards/province?unit={unit}")),
        // Without the headers of an upgrade: whoever gets past the gate is told so. Topics have a test of their own.
        ("GET", "/api/v1/live") => vec![Try::plain("/api/v1/live")],
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
        ("POST", "/api/v1/tokens") => vec![Try::with(route.path, "application/json", "{}".to_owned())],
        ("DELETE", "/api/v1/tokens") => vec![Try::plain("/api/v1/tokens?id=nothing")],
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
        "/ops" => vec![Try::plain("/ops")],
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

/// What somebody is to be answered.
fn expected(route: &Route, who: Who, one: &Try) -> u16 {
    let known = !matches!(who, Who::None | Who::Expired | Who::Revoked);
    let everything = matches!(who, Who::Whole | Who::Admin);
    let seen = |found: u16| match one.is_own {
        _ if !one.exists => 404,
        Some(false) if !everything => 404,
        _ => found,
    };
    let role = |roles: &[Who], answer: u16| if roles.contains(&who) { answer } else { 403 };
    use Who::{Admin, Ingest, Operate, View, Whole};
    match (route.method, route.path) {
        ("GET", "/metrics") if known => role(&[Whole, Admin], 200),
        ("GET", "/metrics") => 401,
        ("GET", path) if !path.starts_with("/api/v1/") => expected_page(path, known),
        ("GET", "/api/v1/live") if who == Who::None => 400,
        _ if !known => 401,
        ("GET", "/api/v1/live") => role(&[View, Operate, Whole, Admin], 400),
        ("GET", "/api/v1/units") => role(&[View, Operate, Whole, Admin], 200),
        // What has no unit reports nothing.
        ("GET", "/api/v1/units/{code}/indicators/template") if one.path.contains("/unresolved/") => {
            role(&[View, Operate, Whole, Admin], 404)
        }
        (
            "GET",
            "/api/v1/units/{code}"
            | "/api/v1/units/{code}/kpis"
            | "/api/v1/boards/{board}"
            | "/api/v1/units/{code}/breakdown"
            | "/api/v1/units/{code}/forms/{form}"
            | "/api/v1/units/{code}/indicators"
            | "/api/v1/units/{code}/indicators/template"
            | "/api/v1/units/{code}/indices/{index}"
            | "/api/v1/periods"
            | "/api/v1/periods/{scheme}/{period}",
        ) => role(&[View, Operate, Whole, Admin], seen(200)),
        // Nothing is closed.
        ("GET", "/api/v1/periods/{scheme}/{period}/difference")
        | ("POST", "/api/v1/periods/{scheme}/{period}/reopen") => role(&[Operate, Whole, Admin], 404),
        ("POST", "/api/v1/periods/{scheme}/{period}/close") => role(&[Operate, Whole, Admin], seen(409)),
        ("GET", "/api/v1/units/{code}/indicators/returns/{period}") => role(&[Operate, Whole, Admin], seen(200)),
        ("PUT", "/api/v1/units/{code}/indicators/returns/{period}") => role(&[Operate, Whole, Admin], seen(400)),
        ("POST", path) if path.contains("/indicators/returns/") => role(&[Operate, Whole, Admin], 404),
        ("GET", "/api/v1/indicators" | "/api/v1/indicators/missing") => role(&[View, Operate, Whole, Admin], 200),
        ("GET", "/api/v1/units/{code}/dossiers" | "/api/v1/units/{code}/quality") | ("POST", "/api/v1/reconcile") => {
            role(&[Operate, Whole, Admin], seen(200))
        }
        ("GET", "/api/v1/unresolved" | "/api/v1/totals" | "/api/v1/sources/{source}/totals") => {
            role(&[Whole, Admin], 200)
        }
        ("GET", "/api/v1/aliases") => role(&[Operate, Whole, Admin], 200),
        ("GET", "/api/v1/sources" | "/api/v1/freshness" | "/api/v1/successions") => {
            role(&[View, Operate, Whole, Admin], 200)
        }
        ("GET", "/api/v1/procedures" | "/api/v1/calendar") => role(&[View, Operate, Whole, Admin], 200),
        ("PUT", "/api/v1/procedures" | "/api/v1/calendar" | "/api/v1/sources") => role(&[Whole, Admin], 400),
        ("GET", "/api/v1/imports") => role(&[Ingest, Operate, Whole, Admin], 200),
        ("POST", "/api/v1/imports") => role(&[Ingest, Operate, Whole, Admin], 400),
        ("POST", "/api/v1/imports/{id}/undo") => role(&[Ingest, Operate, Whole, Admin], 404),
        ("GET", "/api/v1/rejects") | ("POST", "/api/v1/rejects/replay") => role(&[Whole, Admin], 200),
        ("POST", "/api/v1/rejects/{id}") => role(&[Whole, Admin], 404),
        ("GET", "/api/v1/dossiers/{source}/{id}") => role(&[Operate, Whole, Admin], seen(200)),
        ("POST", "/api/v1/events" | "/api/v1/adapters/dvcqg") | ("PUT", "/api/v1/sources/{source}/totals") => {
            match one.is_own {
                Some(false) if !everything => 403,
                _ => role(&[Ingest, Operate, Whole, Admin], 200),
            }
        }
        // A list without names, refused by whoever may load lists at all.
        ("PUT", "/api/v1/units" | "/api/v1/successions" | "/api/v1/aliases") => role(&[Whole, Admin], 400),
        ("POST", "/api/v1/verify" | "/api/v1/reload") => role(&[Whole, Admin], 200),
        ("GET", "/api/v1/tokens") => role(&[Admin], 200),
        (method, "/api/v1/tokens") => role(&[Admin], if method == "POST" { 400 } else { 404 }),
        (method, path) => panic!("{method} {path} has no expected answer"),
    }
}

/// What a page answers, which holds nothing of anybody.
fn expected_page(path: &str, known: bool) -> u16 {
    match path {
        "/" => 307,
        // Which units there are isn't told to somebody unknown.
        "/ops" if known => 307,
        "/assets/{*path}" => 404,
        _ => 200,
    }
}

#[tokio::test]
async fn h1_every_route_gives_every_role_exactly_what_is_its_own() {
    let world = World::start().await;
    let mut asked = 0;
    for route in ROUTES {
        for one in tries(route) {
            for who in Who::ALL {
                let method: Method = route.method.parse().unwrap();
                let mut request = world.ask(who, method, &one.path);
                if let Some((kind, body)) = &one.body {
                    request = request.header("content-type", *kind).body(body.clone());
                }
                let answer = no_redirect(who, request).await;
                let what = format!("{} {} as {who:?}", route.method, one.path);
                let headers = format!("{:?}", answer.headers());
                let (status, challenge) = (answer.status().as_u16(), answer.headers().get("www-authenticate").cloned());
                let body = answer.text().await.unwrap();
                // Who may verify may also hear that a busy machine took too long for it.
                let is_too_slow = body.contains("\"not_verified\"");
                let status = if is_too_slow { 200 } else { status };
                assert_eq!(status, expected(route, who, &one), "{what}: {body}");
                assert_eq!(status == 401, challenge.is_some(), "{what}");
                if !matches!(who, Who::Whole | Who::Admin) {
                    // The answer may repeat what was asked for, nothing else of it.
                    let asked = one.body.as_ref().map_or(String::new(), |(_, body)| body.clone());
                    let said = without_asked(&body, &format!("{}{asked}", one.path));
                    let leaked: Vec<&&str> = MARKS.iter().filter(|mark| said.contains(**mark)).collect();
                    assert!(leaked.is_empty(), "{what}: {leaked:?} in {body}");
                    assert!(!MARKS.iter().any(|mark| headers.contains(mark)), "{what}: {headers}");
                }
                asked += 1;
            }
        }
    }
    assert!(asked > 300, "only {asked} requests");
    let log = world.logged();
    let leaked: Vec<&&str> = MARKS.iter().filter(|mark| log.contains(**mark)).collect();
    assert!(leaked.is_empty(), "{leaked:?} in the log: {log}");
    world.assert_no_secret_logged();
}

/// A body without the names of units and sources that its question had.
fn without_asked(body: &str, path: &str) -> String {
    let names = [SIBLING, FOREIGN, "foreign-source"];
    names.iter().filter(|name| path.contains(**name)).fold(body.to_owned(), |body, name| body.replace(name, ""))
}

/// Asks from an address of one's own: whoever shows no good token shares the rate of the address.
async fn no_redirect(who: Who, request: reqwest::RequestBuilder) -> reqwest::Response {
    let place = Who::ALL.iter().position(|known| *known == who).unwrap();
    let address = std::net::Ipv4Addr::new(127, 0, 1, u8::try_from(place + 1).unwrap());
    let client =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).local_address(Some(address.into()));
    let client = client.build().unwrap();
    client.execute(request.build().unwrap()).await.unwrap()
}

#[tokio::test]
async fn h1_a_bound_token_is_told_of_the_sources_of_its_subtree_and_of_no_other() {
    let world = World::start().await;
    let source = |name: &str, units: &[&str]| json!({"source": name, "units": units, "cadence_minutes": 60});
    let said = json!([
        source("own-source", &[OWN]),
        source("foreign-source", &[FOREIGN]),
        source("of-the-top", &["top", SIBLING]),
        source("of-nobody", &[]),
        source("of-a-child", &[CHILD, FOREIGN]),
        source("of-the-unknown", &[UNKNOWN]),
    ]);
    let put = world.ask(Who::Whole, Method::PUT, "/api/v1/sources").json(&said);
    assert_eq!(put.send().await.unwrap().status(), 200);
    world.until("/api/v1/sources", |answer| answer["sources"].as_array().is_some_and(|rows| rows.len() == 6)).await;
    for path in ["/api/v1/sources", "/api/v1/freshness"] {
        for who in [Who::View, Who::Operate] {
            let answer = world.ask(who, Method::GET, path).send().await.unwrap().text().await.unwrap();
            let read: serde_json::Value = serde_json::from_str(&answer).unwrap();
            let mut rows: Vec<String> = read["sources"]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| format!("{} {}", row["source"].as_str().unwrap(), row["units"]))
                .collect();
            rows.sort();
            let wanted = [r#"of-a-child ["child-1"]"#, "of-the-top []", r#"own-source ["own-1"]"#];
            assert_eq!(rows, wanted, "{path} as {who:?}");
            assert!(!MARKS.iter().any(|mark| answer.contains(mark)), "{answer}");
        }
        let all = world.ask(Who::Whole, Method::GET, path).send().await.unwrap();
        let all: serde_json::Value = all.json().await.unwrap();
        assert_eq!(all["sources"].as_array().map(Vec::len), Some(6), "{path}: {all}");
    }
}

#[tokio::test]
async fn h1_a_foreign_unit_is_answered_like_one_that_does_not_exist() {
    let world = World::start().await;
    for path in ["/api/v1/units/{}", "/api/v1/units/{}/kpis", "/api/v1/boards/province?unit={}"] {
        let mut said = Vec::new();
        for unit in [SIBLING, FOREIGN, "top", "unresolved", UNKNOWN] {
            let answer = world.ask(Who::View, Method::GET, &path.replace("{}", unit)).send().await.unwrap();
            let headers = answer
                .headers()
                .iter()
                .filter(|(name, _)| !["date", "content-length", "x-request-id"].contains(&name.as_str()));
            let headers = format!("{:?}", headers.collect::<Vec<_>>());
            said.push((answer.status(), headers, answer.text().await.unwrap().replace(unit, "{}")));
        }
        said.dedup();
        assert_eq!(said.len(), 1, "{path}: {said:?}");
    }
    let mut said = Vec::new();
    for (source, id) in
        [("foreign-source", "FOREIGN-SIBLING-1"), ("foreign-source", "nothing"), ("none", "FOREIGN-XYZ-1")]
    {
        let answer =
            world.ask(Who::Operate, Method::GET, &format!("/api/v1/dossiers/{source}/{id}")).send().await.unwrap();
        said.push((answer.status(), answer.text().await.unwrap().replace(source, "{}").replace(id, "{}")));
    }
    said.dedup();
    assert_eq!(said.len(), 1, "{said:?}");
}
