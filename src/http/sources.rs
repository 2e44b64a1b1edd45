//! `GET, PUT /api/v1/sources` and `GET /api/v1/freshness`: who sends records, and who is late with them.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Json, Router};
use serde::Deserialize;

use crate::auth::{Caller, Role};
use crate::ingest::{SourceBatch, read_sources};
use crate::model::codec::encode;
use crate::model::{Record, SourceFact, Text};
use crate::pipeline::feeds::Feeds;

use super::answers::{self, Figures, SUMMARY_DAYS, StatedDays};
use super::drill::{Asked, Places};
use super::error::Problem;
use super::events::{RejectionAnswer, body_of};
use super::extract::QueryOf;
use super::form::{self, Form};
use super::guard::require;
use super::state::AppState;
use super::tokens::written;
use super::totals::newest;
use super::units_load::ListAnswer;

/// A list of sources is short.
const SOURCES_BYTES_MAX: usize = 1 << 20;
/// Rejections listed in an answer; more are only counted.
const REJECTIONS_LISTED_MAX: usize = 1_000;

pub(super) fn router(places: Places) -> Router<AppState> {
    Router::new()
        .route("/api/v1/sources", get(sources).put(put_sources))
        .route("/api/v1/freshness", get(freshness))
        .layer(DefaultBodyLimit::max(SOURCES_BYTES_MAX))
        .layer(Extension(places))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {
    /// Of a table as text: begins with a byte order mark.
    #[serde(default)]
    bom: bool,
}

/// What is known of each source that feeds units of the caller, by name.
async fn sources(
    State(state): State<AppState>,
    (Extension(caller), Extension(places)): (Extension<Caller>, Extension<Places>),
    QueryOf(query): QueryOf<Nothing>,
    accepted: Form,
) -> Result<Response, Problem> {
    require(&caller, Role::View)?;
    let feeds = Feeds::of(state.tokens.tokens());
    told(state, &caller, places, move |figures, stated| {
        form::answer(accepted, query.bom, &answers::sources(figures, &feeds, stated))
    })
    .await
}

/// When each source that feeds units of the caller was heard and when it is expected, the worst first.
async fn freshness(
    State(state): State<AppState>,
    (Extension(caller), Extension(places)): (Extension<Caller>, Extension<Places>),
    QueryOf(query): QueryOf<Nothing>,
    accepted: Form,
) -> Result<Response, Problem> {
    require(&caller, Role::View)?;
    let feeds = Feeds::of(state.tokens.tokens());
    told(state, &caller, places, move |figures, stated| {
        form::answer(accepted, query.bom, &answers::freshness(figures, &feeds, stated))
    })
    .await
}

/// Answers with what sources stated of their newest days. To hold that against the dossiers takes a place; where nobody
/// stated anything, or the caller may not see it, there is nothing to wait for.
async fn told(
    state: AppState,
    caller: &Caller,
    places: Places,
    answer: impl FnOnce(Figures<'_>, &BTreeMap<Text, StatedDays>) -> Result<Response, Problem> + Send + 'static,
) -> Result<Response, Problem> {
    let facts = state.facts.clone();
    let stated = match caller.scope.is_all() {
        true => written(move || newest(&facts, SUMMARY_DAYS)).await?,
        false => BTreeMap::new(),
    };
    if stated.is_empty() {
        let (view, catalogue) = (state.view()?, state.catalogues.now());
        let figures = Figures { view: &view, catalogue: &catalogue, node: &state.node, scope: &caller.scope };
        return answer(figures, &stated);
    }
    Asked::of(state, caller, "")?.answer(&places, move |figures, _| answer(figures, &stated)).await
}

/// Takes a list of sources as a whole or not at all; sources that it doesn't name stay as they are.
async fn put_sources(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    require(&caller, Role::Operate)?;
    let body = body_of(body, SOURCES_BYTES_MAX)?;
    let view = state.view()?;
    let now = (state.clock)();
    let SourceBatch { received, mut sources, rejections } = read_sources(&body, now)?;
    let mut answer = ListAnswer {
        received,
        accepted: 0,
        rejected: rejections.len(),
        rejections: rejections.iter().take(REJECTIONS_LISTED_MAX).map(RejectionAnswer::of).collect(),
        seq: None,
        node: &state.node,
    };
    if !rejections.is_empty() {
        let answer = serde_json::to_value(answer).map_err(Problem::internal)?;
        return Err(Problem::NoneAccepted { received, answer });
    }
    for fact in &mut sources {
        // What is given now must win over what is known, also when the clock stands still or was set back.
        let known = view.sources().get(&fact.source).map(|known| known.at.plus_ms(1));
        fact.at = fact.at.max(known.unwrap_or(fact.at));
    }
    let payload = |fact: SourceFact| encode(&Record::Source(Box::new(fact))).into();
    answer.accepted = sources.len();
    answer.seq = Some(state.journal.append(sources.into_iter().map(payload).collect(), now.0).await?.last_seq);
    Ok(Json(answer).into_response())
}
