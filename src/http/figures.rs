//! `GET /api/v1/units/{code}/kpis` and `/api/v1/dossiers/{source}/{id}`: figures, and why a dossier counts as it does.

use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};

use crate::auth::{Caller, Role};
use crate::cube::View;
use crate::model::{DossierKey, Text};

use super::answers::{self, AnswerError, Figures, KpisQuery, Provenance};
use super::error::Problem;
use super::extract::{PathOf, QueryOf};
use super::guard::require;
use super::json::json;
use super::state::AppState;
use super::units::visible_unit;

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/api/v1/units/{code}/kpis", get(kpis)).route("/api/v1/dossiers/{source}/{id}", get(dossier))
}

fn figures<'a>(state: &'a AppState, view: &'a View) -> Figures<'a> {
    Figures { view, catalogue: &state.catalogue, node: &state.node }
}

/// Measures and KPIs of a unit and a window, with the rows that add up to them.
async fn kpis(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    PathOf(code): PathOf<String>,
    QueryOf(query): QueryOf<KpisQuery>,
) -> Result<Response, Problem> {
    require(&caller, Role::View)?;
    let view = state.view()?;
    visible_unit(&view, &caller.scope, &code, view.today())?;
    json(&answers::kpis(figures(&state, &view), &code, &query)?)
}

/// Every register of a dossier and the verdict on it in words.
async fn dossier(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    PathOf((source, id)): PathOf<(String, String)>,
) -> Result<Response, Problem> {
    require(&caller, Role::Operate)?;
    let view = state.view()?;
    let key = DossierKey { source: Text::new(&source), id: Text::new(&id) };
    let unknown = || AnswerError::UnknownDossier { source_id: key.source.clone(), id: key.id.clone() };
    let unit = view.dossier(&key).ok_or_else(unknown)?.unit;
    // A dossier of a foreign unit looks like one that isn't there (H-1).
    if !caller.scope.covers(view.units().label(unit).code) {
        return Err(unknown().into());
    }
    json(&answers::dossier(figures(&state, &view), &key, &Provenance::new())?)
}
