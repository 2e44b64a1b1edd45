//! `/healthz` (the process answers) and `/readyz` (it can do its work, or why not).
//!
//! `/readyz` is 200 as long as records are taken and figures are given, whatever else is wrong: a balancer that took
//! the node out for a ClickHouse that is away would make a small trouble a great one. What is wrong then stands under
//! `degraded`, by component and in words; `components` has the condition of each.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Extension, Json, Router};
use serde::Serialize;

use crate::auth::{Caller, Role, Scope};
use crate::cube::View;
use crate::journal::Usage;
use crate::kpi::Catalogue;
use crate::model::{Instant, Zone};
use crate::pipeline::outbox::{Outbox, Trouble};
use crate::pipeline::reports::GivenUp;

use super::readiness::Condition;
use super::reports;
use super::state::AppState;

/// The figures are live when a tick passed through the cube within this time.
const LIVE_AGE_MS_MAX: i64 = 10_000;
/// With less room in the journal than this a body of an ordinary size finds none.
const INTAKE_ROOM_BYTES_MIN: u64 = 1 << 20;
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
    /// Intake and figures work: a balancer may send requests here.
    ready: bool,
    /// What doesn't work fully, in words: for the one who runs it.
    #[serde(skip_serializing_if = "Option::is_none")]
    degraded: Option<BTreeMap<&'static str, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    components: Option<BTreeMap<&'static str, Condition>>,
    /// Names the catalogue in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    catalogue: Option<String>,
}

async fn readyz(State(state): State<AppState>, caller: Option<Extension<Caller>>) -> (StatusCode, Json<Ready>) {
    let mut components = state.readiness.components();
    components.insert("live", live_condition(state.pulse.live_at(), (state.wall)(), &state.zone));
    components.insert("intake", intake_condition(&state.journal.usage()));
    components.insert("delivery", delivery_condition(&state.outbox, &state.catalogues.now()));
    components.insert("reports", report_condition(&state, caller.as_ref().map(|Extension(caller)| &caller.scope)));
    let degraded = components.iter().filter_map(|(name, condition)| match condition {
        Condition::Degraded { reason } => Some((*name, reason.clone())),
        Condition::Ok | Condition::NotReady { .. } => None,
    });
    let degraded = degraded.collect();
    let ready = !components.values().any(|condition| matches!(condition, Condition::NotReady { .. }));
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    // Reasons are for those whom they concern.
    let is_told = caller.is_some_and(|Extension(caller)| caller.may(Role::Operate));
    let catalogue = is_told.then(|| state.catalogues.now().version().to_owned());
    let (degraded, components) = (is_told.then_some(degraded), is_told.then_some(components));
    (status, Json(Ready { ready, degraded, components, catalogue }))
}

/// Messages that nobody takes keep no record and no figure from anybody.
fn delivery_condition(outbox: &Outbox, catalogue: &Catalogue) -> Condition {
    let told = outbox.troubles().into_iter().map(|(name, trouble)| {
        let Trouble { given_up, failures, reason } = trouble;
        format!("{name}: {given_up} messages given up, {failures} tries in a row failed, the last one: {reason}")
    });
    let unknown = catalogue.alerts().destinations().into_iter().filter(|(name, _)| !outbox.knows(name));
    let unknown = unknown.map(|(name, rule)| format!("alert {rule} is to be sent to {name}, which isn't configured"));
    let addressees = catalogue.report_addressees().filter(|to| !outbox.knows(&to.name));
    let addressees = addressees.map(|to| format!("{}: `{}` isn't configured as a destination", to.place, to.name));
    let reasons: Vec<String> = told.chain(unknown).chain(addressees).collect();
    if reasons.is_empty() { Condition::Ok } else { Condition::degraded(reasons.join("; ")) }
}

/// A report that somebody waits for and that isn't made keeps no record and no figure from anybody.
/// Only that of a unit of the caller's is named (H-1).
fn report_condition(state: &AppState, scope: Option<&Scope>) -> Condition {
    let given_up = state.runs.given_up();
    if given_up.is_empty() {
        return Condition::Ok;
    }
    let (view, count) = (state.view.borrow().clone(), given_up.len());
    let seen = |one: &&GivenUp| {
        let shows = |(view, scope): (&Arc<View>, &Scope)| reports::shows(view, scope, &one.unit, one.due_at);
        view.as_ref().zip(scope).is_some_and(shows)
    };
    let newest =
        given_up.iter().rev().find(seen).map(|one| format!(", the newest is {}", one.what)).unwrap_or_default();
    Condition::degraded(format!(
        "reports given up in the last days: {count}{newest}; mend why and try them again on /ops/reports"
    ))
}

/// A journal without room takes nothing more; it gets room when ClickHouse has what is in it.
fn intake_condition(usage: &Usage) -> Condition {
    let (used, budget) = (usage.bytes + usage.queued_bytes, usage.bytes_max);
    if used.saturating_add(INTAKE_ROOM_BYTES_MIN) > budget {
        return Condition::not_ready(format!(
            "the journal has {used} of its {budget} bytes: nothing is taken until ClickHouse has stored what is in it"
        ));
    }
    if used > budget / 2 {
        return Condition::degraded(format!("the journal has {used} of its {budget} bytes: see the sink"));
    }
    Condition::Ok
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
