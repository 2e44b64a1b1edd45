//! `GET /api/v1/units/{code}/kpis` and `/api/v1/dossiers/{source}/{id}`: figures, and why a dossier counts as it does.

use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use serde::Deserialize;
use tokio::time::timeout;

use crate::auth::{Caller, Role, Scope};
use crate::cube::View;
use crate::kpi::Catalogue;
use crate::model::{DossierKey, DossierState, Text};

use super::answers::{self, Figures, KpisQuery, Provenance, Version, provenance, version};
use super::backfill::Marks;
use super::drill::{Asked, Places};
use super::error::Problem;
use super::extract::{PathOf, QueryOf};
use super::form::{self, Form};
use super::guard::require;
use super::json::json;
use super::periods::closed_kpis;
use super::sight::visible_dossier;
use super::state::AppState;

/// The longest wait for the records behind a dossier; the rest of the answer doesn't need them.
const HISTORY_WAIT_MS: u64 = 2_000;

pub(super) fn router(places: Places) -> Router<AppState> {
    Router::new()
        .route("/api/v1/units/{code}/kpis", get(kpis))
        .layer(Extension(places))
        .route("/api/v1/dossiers/{source}/{id}", get(dossier))
}

fn figures<'a>(state: &'a AppState, view: &'a View, catalogue: &'a Catalogue, scope: &'a Scope) -> Figures<'a> {
    Figures { view, catalogue, node: &state.node, scope }
}

/// Measures and KPIs of a unit and a window, with the rows that add up to them.
async fn kpis(
    State(state): State<AppState>,
    (Extension(caller), Extension(places)): (Extension<Caller>, Extension<Places>),
    PathOf(code): PathOf<String>,
    QueryOf(query): QueryOf<KpisQuery>,
    accepted: Form,
) -> Result<Response, Problem> {
    require(&caller, Role::View)?;
    if let Version::Closed(version) = version(query.version.as_deref())? {
        let closings = state.closings.clone();
        let read =
            move |figures: Figures<'_>, code: &str| closed_kpis(&closings, figures, (code, &query, version), accepted);
        return Asked::of(state, &caller, &code)?.answer(&places, read).await;
    }
    if query.same_day.is_some() {
        let marks = Marks::of(&state);
        let asked = Asked::of(state, &caller, &code)?;
        let answer = move |figures: Figures<'_>, code: &str| {
            form::answer(accepted, query.bom, &marks.on(figures, code, answers::kpis(figures, code, &query)?))
        };
        return asked.answer(&places, answer).await;
    }
    let view = state.view()?;
    let (code, catalogue) = (Text::new(&code), state.catalogues.now());
    let figures = figures(&state, &view, &catalogue, &caller.scope);
    let answer = answers::kpis(figures, &code, &query)?;
    form::answer(accepted, query.bom, &Marks::of(&state).on(figures, &code, answer))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DossierQuery {
    /// Whether ClickHouse is asked which record wrote each register; without it every `seq` is null.
    #[serde(default = "yes")]
    provenance: bool,
}

fn yes() -> bool {
    true
}

/// Every register of a dossier and the verdict on it in words.
async fn dossier(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    PathOf((source, id)): PathOf<(String, String)>,
    QueryOf(query): QueryOf<DossierQuery>,
) -> Result<Response, Problem> {
    require(&caller, Role::Operate)?;
    let view = state.view()?;
    let key = DossierKey { source: Text::new(&source), id: Text::new(&id) };
    let found = visible_dossier(&view, &caller.scope, &key)?;
    let origins = match query.provenance {
        true => origins(&state, &key, &found.state).await,
        false => Provenance::new(),
    };
    let catalogue = state.catalogues.now();
    json(&answers::dossier(figures(&state, &view, &catalogue, &caller.scope), &found, &origins))
}

/// Which records wrote what stands in a dossier's registers; nothing while ClickHouse is away or slow.
async fn origins(state: &AppState, key: &DossierKey, registers: &DossierState) -> Provenance {
    let Some(store) = state.stores.borrow().clone() else { return Provenance::new() };
    let wait = Duration::from_millis(HISTORY_WAIT_MS);
    match timeout(wait, store.history(&key.source, &key.id)).await {
        Ok(Ok(history)) => provenance(&history, registers),
        Ok(Err(error)) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "the records of a dossier can't be read");
            Provenance::new()
        }
        Err(_) => {
            tracing::warn!(wait_ms = HISTORY_WAIT_MS, "the records of a dossier take too long");
            Provenance::new()
        }
    }
}
