//! The router as a service, without a socket.

mod areas;
mod screens;

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
use crate::pipeline::reports::ReportRuns;
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
            closings: crate::http::Closings::open(Facts::in_memory().unwrap()).unwrap(),
            runs: ReportRuns::open(Facts::in_memory().unwrap(), folder.path().join("reports"), "n1").unwrap(),
            printing: crate::http::Printing::default(),
            imports: crate::http::Imports::new(Facts::in_memory().unwrap()),
            returns: crate::http::Returns::new(Facts::in_memory().unwrap()),
            displays: crate::http::ScreenKeeper::open(Facts::in_memory().unwrap()).unwrap(),
            facts: Facts::in_memory().unwrap(),
            alerts: crate::pipeline::alerts::Alerts::open(Facts::in_memory().unwrap(), 400, "n1").unwrap(),
            outbox: crate::pipeline::outbox::Outbox::open(
                Facts::in_memory().unwrap(),
                std::collections::BTreeMap::new(),
            )
            .unwrap(),
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

    pub(super) async fn ask(&self, request: Request<Body>) -> Answer {
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
            "delivery": {"state": "ok"},
            "reports": {"state": "ok"},
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
