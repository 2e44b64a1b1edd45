//! The router as a service, without a socket.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt;
use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};
use tower::ServiceExt;

use super::*;
use crate::auth::{Gate, OpenMode, Rates};
use crate::cube::{Cube, View};
use crate::facts::Facts;
use crate::ingest::Limits;
use crate::ingest::rejects::Rejects;
use crate::journal::{Journal, Options, RealDisk};
use crate::kpi::{Catalogue, SourceFile};
use crate::model::{Instant, Record, Text, UnitFact, UnitKind, Zone};
use crate::pipeline::backfill::Backfills;
use crate::pipeline::catalogues::Catalogues;
use crate::pipeline::verify::Verifier;
use crate::topics::{LivePulse, Topics, TopicsLimits};

/// A server without a process around it.
pub(super) struct World {
    pub(super) state: AppState,
    pub(super) views: watch::Sender<Option<Arc<View>>>,
    wall: Arc<AtomicI64>,
    _folder: tempfile::TempDir,
}

pub(super) const NOW: Instant = Instant(1_722_560_400_000);

impl World {
    pub(super) fn new(limits: LiveLimits) -> World {
        let views = watch::Sender::new(Some(Arc::new(view())));
        let wall = Arc::new(AtomicI64::new(NOW.0));
        let read = Arc::clone(&wall);
        let folder = tempfile::tempdir().unwrap();
        let state = AppState {
            clock: Arc::new(|| NOW),
            clock_kind: ClockKind::Frozen,
            wall: Arc::new(move || Instant(read.load(Ordering::Relaxed))),
            zone: Arc::new(zone()),
            view: views.subscribe(),
            topics: Topics::new("e1", TopicsLimits::default()),
            pulse: LivePulse::new(),
            readiness: Readiness::starting(&["journal", "clickhouse"]),
            gate: Gate::Open(OpenMode::on("127.0.0.1:0".parse().unwrap()).unwrap()),
            rates: Rates::default(),
            tokens: TokenKeeper::open(Facts::in_memory().unwrap()).unwrap(),
            screens: Screens::new(limits),
            node: Text::new("n1"),
            demo: true,
            journal: journal(&folder),
            limits: Limits::default(),
            metrics: PrometheusBuilder::new().build_recorder().handle(),
            started_at: NOW,
            verifier: verifier(),
            stores: watch::channel(None).1,
            rejects: Rejects::open(Facts::in_memory().unwrap()).unwrap(),
            portal: Arc::new(crate::ingest::Portal::embedded()),
            closings: crate::http::Closings::new(Facts::in_memory().unwrap()),
            imports: crate::http::Imports::new(Facts::in_memory().unwrap()),
            returns: crate::http::Returns::new(Facts::in_memory().unwrap()),
            facts: Facts::in_memory().unwrap(),
            backfills: Backfills::open(Facts::in_memory().unwrap(), Duration::from_secs(900), Arc::new(|| NOW))
                .unwrap(),
            catalogues: Catalogues::of(catalogue()),
        };
        World { state, views, wall, _folder: folder }
    }

    fn router(&self) -> Router {
        router(self.state.clone())
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        self.ask(Request::get(path).header("host", "localhost:8080").body(Body::empty()).unwrap()).await
    }

    async fn ask(&self, request: Request<Body>) -> Answer {
        Answer::of(self.router().oneshot(request).await.unwrap()).await
    }
}

/// A real journal in a folder.
fn journal(folder: &tempfile::TempDir) -> Journal {
    let disk = Arc::new(RealDisk::open(folder.path()).unwrap());
    let (journal, writer, _) = crate::journal::open(disk, Options::default(), 0, NOW.0).unwrap();
    std::thread::spawn(move || writer.run());
    journal
}

/// A verifier without stages behind it.
fn verifier() -> Verifier {
    Verifier {
        snapshots: mpsc::channel(1).0,
        holds: mpsc::channel(1).0,
        stores: watch::channel(None).1,
        zone: zone(),
        catalogues: Catalogues::of(catalogue()),
        node: String::new(),
        sink: watch::channel(crate::pipeline::sink::SinkState::default()).1,
        hold_max: std::time::Duration::from_secs(1),
        running: Arc::default(),
    }
}

fn catalogue() -> Catalogue {
    let kpis = include_str!("../../dashboards/kpis.toml");
    let board = r#"
        title = { vi = "Toàn cảnh", en = "Overview" }
        window = "year"
        [[panel]]
        id = "on_time"
        kind = "kpi"
        kpi = "on_time_rate"
        title = { vi = "Trước và đúng hạn", en = "Early and on time" }
        grid = { x = 0, y = 0, w = 4, h = 6 }
    "#;
    let file = |name, text| SourceFile { name, text };
    Catalogue::read(file("kpis.toml", kpis), file("targets.toml", ""), &[file("province.toml", board)]).unwrap()
}

pub(super) fn zone() -> Zone {
    Zone::named("Asia/Ho_Chi_Minh").unwrap()
}

fn view() -> View {
    let ended = Some("2025-06-30".parse().unwrap());
    let unit = |code: &str, parent: Option<&str>| UnitFact {
        at: Instant(0),
        code: Text::new(code),
        valid_from: None,
        valid_to: parent.and(ended),
        parent: parent.map(Text::new),
        kind: UnitKind::Province,
        category: Text::new("tỉnh"),
        name_vi: Text::new("Tỉnh Hòa Bình"),
        name_en: None,
        short_name: None,
        sort_order: 0,
        lat: None,
        lon: None,
        tree: Text::new("territory"),
    };
    let mut cube = Cube::new(zone(), NOW);
    cube.apply([unit("17", None), unit("158", Some("17"))].map(|fact| Record::Unit(Box::new(fact))), 1);
    cube.view()
}

pub(super) struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    async fn of(response: Response) -> Answer {
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Status and code of a problem.
    pub(super) fn problem(&self) -> (u16, String) {
        assert_eq!(self.header("content-type"), "application/problem+json");
        let body = self.json();
        assert_eq!(body["status"], json!(self.status.as_u16()));
        assert!(body["title"].is_string() && body["detail"].is_string() && body["type"].is_string(), "{body}");
        (self.status.as_u16(), body["code"].as_str().unwrap().to_owned())
    }
}

fn world() -> World {
    World::new(LiveLimits::default())
}

#[tokio::test]
async fn a_request_for_another_host_is_refused_on_every_route() {
    let world = world();
    for path in ["/", "/healthz", "/readyz", "/wall/province", "/assets/x.js", "/api/v1/live", "/nowhere"] {
        let request = Request::get(path).header("host", "evil.example").body(Body::empty()).unwrap();
        assert_eq!(world.ask(request).await.problem(), (403, "host_not_loopback".into()), "{path}");
    }
    let no_host = Request::get("/healthz").body(Body::empty()).unwrap();
    assert_eq!(world.ask(no_host).await.problem(), (403, "host_missing".into()));
    let absolute = Request::get("http://evil.example/healthz").header("host", "localhost").body(Body::empty()).unwrap();
    assert_eq!(world.ask(absolute).await.problem(), (403, "host_not_loopback".into()));
}

#[tokio::test]
async fn a_foreign_origin_and_a_proxy_are_refused() {
    let world = world();
    for (name, value, code) in [
        ("origin", "https://evil.example", "origin_foreign"),
        ("x-forwarded-for", "10.0.0.1", "forwarded"),
        ("Via", "1.1 proxy", "forwarded"),
    ] {
        let request =
            Request::post("/api/v1/events").header("host", "localhost").header(name, value).body(Body::empty());
        assert_eq!(world.ask(request.unwrap()).await.problem(), (403, code.into()), "{name}");
    }
}

#[tokio::test]
async fn an_unknown_path_and_a_wrong_method_are_problems() {
    let world = world();
    assert_eq!(world.get("/api/v1/nothing").await.problem(), (404, "not_found".into()));
    assert_eq!(world.get("/assets/nothing.js").await.problem(), (404, "not_found".into()));
    let request = Request::builder().method(Method::DELETE).uri("/healthz").header("host", "localhost");
    let answer = world.ask(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.problem(), (405, "method_not_allowed".into()));
}

#[tokio::test]
async fn h2_the_cause_of_a_fault_stays_inside() {
    let cause = std::io::Error::other("password=hunter2 in /var/lib/secret");
    let answer = Answer::of(Problem::internal(cause).into_response()).await;
    assert_eq!(answer.problem(), (500, "internal".into()));
    let text = String::from_utf8(answer.body).unwrap();
    assert!(!text.contains("hunter2") && !text.contains("secret"), "{text}");
}

#[tokio::test]
async fn figures_before_the_first_view_are_not_ready_and_say_when_to_ask_again() {
    let world = world();
    assert!(world.state.view().is_ok());
    world.views.send_replace(None);
    let problem = world.state.view().unwrap_err();
    let answer = Answer::of(problem.into_response()).await;
    assert_eq!(answer.problem(), (503, "not_ready".into()));
    assert_eq!(answer.header("retry-after"), "2");
}

#[tokio::test]
async fn readiness_is_told_with_reasons() {
    let world = world();
    assert_eq!(world.get("/healthz").await.status, StatusCode::OK);
    let answer = world.get("/readyz").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.json()["components"]["journal"], json!({"state": "not_ready", "reason": "starting"}));

    world.state.readiness.set("journal", Condition::Ok);
    world.state.readiness.set("clickhouse", Condition::degraded("away since 08:00"));
    assert_eq!(world.get("/readyz").await.status, StatusCode::SERVICE_UNAVAILABLE, "no tick went through yet");
    world.state.pulse.stamp(NOW);
    let answer = world.get("/readyz").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(
        answer.json(),
        json!({"ready": true, "degraded": {"clickhouse": "away since 08:00"}, "components": {
            "journal": {"state": "ok"}, "live": {"state": "ok"}, "intake": {"state": "ok"},
            "clickhouse": {"state": "degraded", "reason": "away since 08:00"}},
            "catalogue": world.state.catalogues.now().version()})
    );
}

#[tokio::test]
async fn figures_that_stand_still_are_not_ready() {
    let world = world();
    world.state.readiness.set("journal", Condition::Ok);
    world.state.readiness.set("clickhouse", Condition::Ok);
    world.state.pulse.stamp(NOW);
    world.wall.fetch_add(10_001, Ordering::Relaxed);
    let answer = world.get("/readyz").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    let reason = &answer.json()["components"]["live"]["reason"];
    assert_eq!(reason, "the figures were last live at 2024-08-02T08:00:00.000+07:00");
}

#[tokio::test]
async fn whoever_waits_for_readiness_is_woken_once_all_is_ready() {
    let readiness = Readiness::starting(&["a", "b"]);
    let waiting = tokio::spawn({
        let readiness = readiness.clone();
        async move { readiness.ready().await }
    });
    readiness.set("a", Condition::Ok);
    assert!(!readiness.is_ready());
    readiness.set("b", Condition::degraded("slow"));
    waiting.await.unwrap();
}

#[tokio::test]
async fn every_answer_is_kept_from_doing_harm_in_a_browser() {
    let world = world();
    for path in ["/healthz", "/wall/province", "/nowhere"] {
        let answer = world.get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{path}: {policy}");
        assert!(!answer.header("cache-control").is_empty(), "{path}");
    }
}

#[tokio::test]
async fn the_start_page_is_the_wall_of_the_province() {
    let answer = world().get("/").await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::TEMPORARY_REDIRECT, "/wall/province"));
}

#[tokio::test]
async fn units_are_listed_as_they_stand_on_a_day() {
    let world = world();
    let answer = world.get("/api/v1/units").await.json();
    assert_eq!(answer["on"], "2024-08-02");
    let codes: Vec<_> = answer["units"].as_array().unwrap().iter().map(|unit| unit["code"].clone()).collect();
    assert_eq!(codes, ["158", "17"]);
    let answer = world.get("/api/v1/units?on=2025-07-01").await.json();
    assert_eq!(answer["units"].as_array().unwrap().len(), 1, "the district has ended");
    for query in ["on=yesterday", "day=2024-08-02"] {
        let answer = world.get(&format!("/api/v1/units?{query}")).await;
        assert_eq!(answer.problem(), (400, "bad_parameter".into()), "{query}");
    }
}

#[tokio::test]
async fn a_unit_is_told_with_those_above_and_below_it() {
    let world = world();
    let answer = world.get("/api/v1/units/158").await.json();
    assert_eq!((&answer["unit"]["parent"], &answer["stale_code"]), (&json!("17"), &json!(false)));
    assert_eq!(answer["above"][0]["code"], "17");
    let answer = world.get("/api/v1/units/17").await.json();
    assert_eq!((&answer["children"][0]["code"], &answer["above"]), (&json!("158"), &json!([])));
    let ended = world.get("/api/v1/units/158?on=2025-07-01").await.json();
    assert_eq!(ended["stale_code"], true);
    assert_eq!(world.get("/api/v1/units/99").await.problem(), (404, "unknown_unit".into()));
    assert_eq!(world.get("/api/v1/units/%FF").await.problem(), (400, "bad_parameter".into()));
    world.views.send_replace(None);
    assert_eq!(world.get("/api/v1/units").await.problem(), (503, "not_ready".into()));
}

#[tokio::test]
async fn answers_are_packed_for_those_who_unpack() {
    let world = world();
    let request = Request::get("/api/v1/units").header("host", "localhost").header("accept-encoding", "gzip");
    let answer = world.ask(request.body(Body::empty()).unwrap()).await;
    let vary: Vec<&str> = answer.headers.get_all("vary").iter().map(|value| value.to_str().unwrap()).collect();
    assert_eq!((answer.header("content-encoding"), vary), ("gzip", vec!["accept", "accept-encoding"]));
    assert_eq!(world.get("/api/v1/units").await.header("content-encoding"), "");
}

#[tokio::test(start_paused = true)]
async fn p2_an_answer_that_takes_too_long_is_a_problem() {
    let stuck = Router::new().route("/", axum::routing::get(std::future::pending::<()>));
    let app = stuck.layer(middleware::from_fn(bounds::within_request_timeout));
    let answer = Answer::of(app.oneshot(Request::get("/").body(Body::empty()).unwrap()).await.unwrap()).await;
    assert_eq!(answer.problem(), (503, "timeout".into()));
}

#[tokio::test]
async fn figures_of_a_unit_are_answered_and_questions_that_cannot_be_are_problems() {
    let world = world();
    let answer = world.get("/api/v1/units/17/kpis?window=2024-Q2").await.json();
    assert_eq!((&answer["unit"], &answer["node"], &answer["seq"]), (&json!("17"), &json!("n1"), &json!(1)));
    assert_eq!(answer["window"], json!({"from": "2024-04-01", "to": "2024-06-30"}));
    assert_eq!(answer["kpis"]["on_time_rate"]["value"], json!(null));
    for (path, problem) in [
        ("units/99/kpis", (404, "unknown_unit")),
        ("units/17/kpis?window=soon", (400, "bad_window")),
        ("units/17/kpis?hierarchy=then", (400, "bad_hierarchy")),
        ("units/17/kpis?windows=week", (400, "bad_parameter")),
        ("dossiers/motcua/nothing", (404, "unknown_dossier")),
    ] {
        let (status, code) = world.get(&format!("/api/v1/{path}")).await.problem();
        assert_eq!((status, code.as_str()), problem, "{path}");
    }
    world.views.send_replace(None);
    for path in ["units/17/kpis", "dossiers/motcua/1"] {
        assert_eq!(world.get(&format!("/api/v1/{path}")).await.problem(), (503, "not_ready".into()), "{path}");
    }
}

#[tokio::test]
async fn an_answer_goes_out_as_csv_to_those_who_accept_that_and_nothing_to_those_who_accept_neither() {
    let world = world();
    let paths = [
        "/api/v1/units",
        "/api/v1/units/17/kpis",
        "/api/v1/units/17/breakdown?by=unit",
        "/api/v1/units/17/dossiers?measure=received",
    ];
    for path in paths {
        let ask = |accept: &'static str, path: String| {
            world.ask(
                Request::get(path).header("host", "localhost").header("accept", accept).body(Body::empty()).unwrap(),
            )
        };
        let csv = ask("text/csv", path.to_owned()).await;
        assert_eq!(
            (csv.status, csv.header("content-type")),
            (StatusCode::OK, "text/csv; charset=utf-8; header=present")
        );
        let text = String::from_utf8(csv.body).unwrap();
        let lines: Vec<&str> = text.split_inclusive("\r\n").collect();
        assert!(lines.iter().all(|line| line.ends_with("\r\n")), "{path}: {text}");
        let mut reader = ::csv::Reader::from_reader(text.as_bytes());
        assert!(reader.records().all(|record| record.is_ok()), "{path}: {text}");
        let with = if path.contains('?') { '&' } else { '?' };
        let marked = ask("text/csv", format!("{path}{with}bom=true")).await;
        assert_eq!(String::from_utf8(marked.body).unwrap(), format!("\u{feff}{text}"), "{path}");
        assert_eq!(ask("image/png", path.to_owned()).await.problem(), (406, "not_acceptable".into()), "{path}");
        assert_eq!(ask("text/html, */*;q=0.1", path.to_owned()).await.header("content-type"), "application/json");
    }
}

#[tokio::test]
async fn what_stands_behind_a_figure_is_asked_by_route_and_refused_as_a_problem() {
    let world = world();
    let empty = world.get("/api/v1/units/17/dossiers?measure=received").await.json();
    assert_eq!((&empty["total"], &empty["rows"], &empty["cursor"]), (&json!(0), &json!([]), &Value::Null));
    let rows = world.get("/api/v1/units/17/breakdown?by=unit&window=2024").await.json()["rows"].clone();
    assert_eq!((&rows[0]["value"], &rows[1]["value"]), (&json!("own"), &json!("158")));
    for (path, problem) in [
        ("/api/v1/units/99/breakdown?by=unit", (404, "unknown_unit")),
        ("/api/v1/units/17/breakdown", (400, "bad_dimension")),
        ("/api/v1/units/17/breakdown?by=unit&colour=red", (400, "bad_parameter")),
        ("/api/v1/units/17/dossiers?measure=all", (400, "bad_measure")),
        ("/api/v1/units/17/dossiers?measure=received&cursor=00", (400, "bad_cursor")),
    ] {
        assert_eq!(world.get(path).await.problem(), (problem.0, problem.1.into()), "{path}");
    }
}

#[tokio::test]
async fn sources_are_taken_whole_or_not_at_all() {
    let world = world();
    let put = |body: &'static str| {
        world.ask(Request::put("/api/v1/sources").header("host", "localhost").body(Body::from(body)).unwrap())
    };
    let good = put(r#"[{"source":"a","units":["17"],"cadence_minutes":15},{"source":"b"}]"#).await;
    assert_eq!(
        (good.status, good.json()),
        (
            StatusCode::OK,
            json!({"received": 2, "accepted": 2, "rejected": 0, "rejections": [], "seq": 2, "node": "n1"})
        )
    );
    let bad = put(r#"[{"source":"a"},{"source":"b","weekdays":["x"]}]"#).await;
    assert_eq!(bad.problem(), (422, "none_accepted".into()));
    let rejection = &bad.json()["rejections"][0];
    assert_eq!((&rejection["line"], &rejection["pointer"]), (&json!(2), &json!("/weekdays/0")));
    assert_eq!(put("{}").await.problem(), (400, "bad_array".into()));
    assert_eq!(world.get("/api/v1/freshness").await.json()["sources"], json!([]));
    assert_eq!(world.get("/api/v1/sources?x=1").await.problem(), (400, "bad_parameter".into()));
}
