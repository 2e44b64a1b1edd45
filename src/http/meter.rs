//! Counts requests by route and gives each an id, and `/metrics`.
//!
//! What a request says about itself beyond its method and route template is in no label, span or log line: a path may
//! name a unit or a dossier.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use metrics::{counter, gauge, histogram};
use tokio::time::Instant as Timer;
use tracing::Instrument as _;

use crate::auth::{Caller, Role};

use super::error::Problem;
use super::guard::require;
use super::readiness::Condition;
use super::state::AppState;

/// By which a line of the log and an answer find each other.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The route of a request that met none.
const NO_ROUTE: &str = "(none)";
/// What the exposition format is called.
const EXPOSITION: &str = "text/plain; version=0.0.4; charset=utf-8";
/// Size of a page of memory in `/proc/self/statm`.
const PAGE_BYTES: u64 = 4096;

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/metrics", get(metrics))
}

/// Measures a request and marks its log lines and its answer with an id.
pub(super) async fn measure(State(state): State<AppState>, request: Request, next: Next) -> Response {
    static REQUESTS: AtomicU64 = AtomicU64::new(0);
    let number = REQUESTS.fetch_add(1, Ordering::Relaxed) + 1;
    let id = format!("{}-{number}", state.topics.epoch());
    let route =
        request.extensions().get::<MatchedPath>().map_or_else(|| NO_ROUTE.to_owned(), |path| path.as_str().to_owned());
    let method = method_name(request.method());
    let span = tracing::info_span!("request", request.id = %id, http.method = method, http.route = %route);
    let begun = Timer::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let (took, status) = (begun.elapsed(), response.status().as_u16());
    span.in_scope(|| tracing::debug!(http.status = status, took_ms = took.as_millis(), "answered"));
    counter!(
        "opcentre_http_requests_total",
        "route" => route.clone(), "method" => method, "status" => status.to_string()
    )
    .increment(1);
    histogram!("opcentre_http_request_seconds", "route" => route).record(took.as_secs_f64());
    let id = HeaderValue::try_from(id).expect("hexadecimal digits and a number are visible ASCII");
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

/// Methods as labels: whatever else a client makes up is one.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::PATCH => "PATCH",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// Everything that was counted, and what is so at this moment.
async fn metrics(State(state): State<AppState>, Extension(caller): Extension<Caller>) -> Result<Response, Problem> {
    require(&caller, Role::View)?;
    look_around(&state);
    Ok(([(header::CONTENT_TYPE, EXPOSITION)], state.metrics.render()).into_response())
}

/// Gauges are read when somebody asks.
#[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
fn look_around(state: &AppState) {
    let usage = state.journal.usage();
    gauge!("opcentre_journal_segments").set(usage.segments as f64);
    gauge!("opcentre_journal_bytes").set(usage.bytes as f64);
    gauge!("opcentre_journal_bytes_max").set(usage.bytes_max as f64);
    gauge!("opcentre_journal_seq").set(usage.last_seq as f64);
    let view = state.view.borrow().clone();
    let (dossiers, seq) = view.map_or((0, 0), |view| (view.dossier_count(), view.seq()));
    gauge!("opcentre_cube_dossiers").set(dossiers as f64);
    gauge!("opcentre_cube_lag_records").set(usage.last_seq.saturating_sub(seq) as f64);
    let now = (state.wall)();
    let seconds_since = |at: crate::model::Instant| (now.0 - at.0).max(0) as f64 / 1_000.0;
    gauge!("opcentre_cube_tick_age_seconds").set(seconds_since(state.pulse.live_at()));
    gauge!("opcentre_topics").set(state.topics.count() as f64);
    counter!("opcentre_topic_versions_total").absolute(state.topics.encoded_versions());
    gauge!("opcentre_screens").set(state.screens.connected() as f64);
    gauge!("opcentre_clickhouse_up").set(if state.stores.borrow().is_some() { 1.0 } else { 0.0 });
    for (component, condition) in state.readiness.components() {
        let ready = match condition {
            Condition::Ok => 1.0,
            Condition::Degraded { .. } => 0.5,
            Condition::NotReady { .. } => 0.0,
        };
        gauge!("opcentre_component_ready", "component" => component).set(ready);
    }
    gauge!("opcentre_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    gauge!("opcentre_uptime_seconds").set(seconds_since(state.started_at));
    gauge!("opcentre_resident_bytes").set(resident_bytes().unwrap_or_default() as f64);
}

/// Memory of this process as the system counts it.
fn resident_bytes() -> Option<u64> {
    let pages = std::fs::read_to_string("/proc/self/statm").ok()?;
    pages.split(' ').nth(1)?.parse::<u64>().ok().map(|pages| pages * PAGE_BYTES)
}
