//! `/healthz` (the process answers) and `/readyz` (it can do its work, or why not).

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Extension, Json, Router};
use serde::Serialize;

use crate::auth::{Caller, Role};
use crate::model::{Instant, Zone};

use super::readiness::Condition;
use super::state::AppState;

/// The figures are live when a tick passed through the cube within this time.
const LIVE_AGE_MS_MAX: i64 = 10_000;
/// By how much a tick may seem to lie ahead.
const CLOCK_SLACK_MS: i64 = 1_000;

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/healthz", get(healthz)).route("/readyz", get(readyz))
}

async fn healthz() -> &'static str {
    "ok\n"
}

#[derive(Serialize)]
struct Ready {
    ready: bool,
    /// With reasons, for whom they concern.
    #[serde(skip_serializing_if = "Option::is_none")]
    components: Option<BTreeMap<&'static str, Condition>>,
}

async fn readyz(State(state): State<AppState>, caller: Option<Extension<Caller>>) -> (StatusCode, Json<Ready>) {
    let mut components = state.readiness.components();
    components.insert("live", live_condition(state.pulse.live_at(), (state.wall)(), &state.zone));
    let ready = !components.values().any(|condition| matches!(condition, Condition::NotReady { .. }));
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let components = caller.is_some_and(|Extension(caller)| caller.may(Role::Operate)).then_some(components);
    (status, Json(Ready { ready, components }))
}

fn live_condition(live_at: Instant, now: Instant, zone: &Zone) -> Condition {
    // A stamp from the future says nothing: the clock was set back since.
    if now <= live_at.plus_ms(LIVE_AGE_MS_MAX) && live_at <= now.plus_ms(CLOCK_SLACK_MS) {
        return Condition::Ok;
    }
    if live_at == Instant(0) {
        return Condition::not_ready("the figures have not been live since the start");
    }
    Condition::not_ready(format!("the figures were last live at {}", live_at.to_rfc3339(zone)))
}
