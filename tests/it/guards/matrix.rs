//! Every route and topic x every role x own, child, sibling, foreign and unknown unit.

use opcentre::http::{ROUTES, Route};
use reqwest::Method;
use serde_json::json;

use super::tries::{Try, tries};
use super::world::{CHILD, FOREIGN, MARKS, OWN, SIBLING, UNKNOWN, Who, World};

/// Lists that are taken as a whole by whoever may change what all units share.
const LISTS: [&str; 7] = [
    "/api/v1/units",
    "/api/v1/successions",
    "/api/v1/aliases",
    "/api/v1/procedures",
    "/api/v1/calendar",
    "/api/v1/sources",
    "/api/v1/geometry",
];

/// What is done about one thing, of which there is none here.
const NONE_THERE: [&str; 2] = ["/api/v1/reports/{run}/retry", "/api/v1/alerts/{id}/acknowledge"];

/// Lists that whoever may look at anything is answered, cut to what they may see.
const SEEN: [&str; 10] = [
    "/api/v1/units",
    "/api/v1/indicators",
    "/api/v1/indicators/missing",
    "/api/v1/sources",
    "/api/v1/freshness",
    "/api/v1/successions",
    "/api/v1/procedures",
    "/api/v1/calendar",
    "/api/v1/alerts",
    "/api/v1/reports",
];

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
        ("GET", "/reports/{file}") if known => role(&[View, Operate, Whole, Admin], seen(200)),
        ("GET", "/reports/{file}") => 401,
        ("GET", path) if !path.starts_with("/api/v1/") => expected_page(path, known),
        ("GET", "/api/v1/live") if who == Who::None => 400,
        (_, path) if path.starts_with("/api/v1/screen") => expected_screens(path, route.method, known, role),
        _ if !known => 401,
        ("GET", "/api/v1/live") => role(&[View, Operate, Whole, Admin], 400),
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
            | "/api/v1/units/{code}/geometry"
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
        ("GET", "/api/v1/units/{code}/dossiers" | "/api/v1/units/{code}/quality") | ("POST", "/api/v1/reconcile") => {
            role(&[Operate, Whole, Admin], seen(200))
        }
        ("GET", "/api/v1/unresolved" | "/api/v1/totals" | "/api/v1/sources/{source}/totals") => {
            role(&[Whole, Admin], 200)
        }
        ("GET", "/api/v1/aliases") => role(&[Operate, Whole, Admin], 200),
        ("GET", path) if SEEN.contains(&path) => role(&[View, Operate, Whole, Admin], 200),
        ("GET", "/api/v1/reports/{run}/{file}") => role(&[View, Operate, Whole, Admin], 404),
        ("POST", path) if NONE_THERE.contains(&path) => role(&[Operate, Whole, Admin], 404),
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
        ("PUT", path) if LISTS.contains(&path) => role(&[Whole, Admin], 400),
        ("POST", "/api/v1/verify" | "/api/v1/reload") => role(&[Whole, Admin], 200),
        ("GET", "/api/v1/tokens") => role(&[Admin], 200),
        (method, "/api/v1/tokens") => role(&[Admin], if method == "POST" { 400 } else { 404 }),
        (method, path) => panic!("{method} {path} has no expected answer"),
    }
}

/// What is answered about screens.
fn expected_screens(path: &str, method: &str, known: bool, role: impl Fn(&[Who], u16) -> u16) -> u16 {
    let operators = [Who::Operate, Who::Whole, Who::Admin];
    match (path, method) {
        // What a screen that nobody knows asks.
        ("/api/v1/screen" | "/api/v1/screen/code", _) => 200,
        ("/api/v1/screen/token", _) => 400,
        _ if !known => 401,
        ("/api/v1/screens", "GET") => role(&operators, 200),
        // No screen is there, or none waits with this code.
        _ => role(&operators, 404),
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
