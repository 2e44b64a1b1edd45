//! `GET /api/v1/indicators`, `/indicators/missing`, `/units/{code}/indicators` and `/units/{code}/indices/{index}`.
//!
//! A question looks through every report of every indicator, or scores every unit of a category: that is work for
//! threads that may block, a few at a time.

use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};

use crate::auth::{Caller, Role};
use crate::units::UnitKey;

use super::answers::{self, CatalogueQuery, IndexQuery, IndicatorsQuery, MissingQuery, Version, version};
use super::drill::{Asked, Places};
use super::error::Problem;
use super::extract::{PathOf, QueryOf};
use super::form::{self, Form};
use super::guard::require;
use super::periods::{ReportsAsked, closed_reports};
use super::state::AppState;

pub(super) fn router(places: Places) -> Router<AppState> {
    Router::new()
        .route("/api/v1/indicators", get(catalogue))
        .route("/api/v1/indicators/missing", get(missing))
        .route("/api/v1/units/{code}/indicators", get(indicators))
        .route("/api/v1/units/{code}/indices/{index}", get(index))
        .layer(Extension(places))
}

/// What can be reported, by whom and until when.
async fn catalogue(
    State(state): State<AppState>,
    (Extension(caller), Extension(places)): (Extension<Caller>, Extension<Places>),
    QueryOf(query): QueryOf<CatalogueQuery>,
    accepted: Form,
) -> Result<Response, Problem> {
    require(&caller, Role::View)?;
    let asked = Asked::of(state, &caller, "")?;
    asked
        .answer(&places, move |figures, _| form::answer(accepted, query.bom, &answers::indicator_catalogue(figures)))
        .await
}

/// Who hasn't reported.
async fn missing(
    State(state): State<AppState>,
    (Extension(caller), Extension(places)): (Extension<Caller>, Extension<Places>),
    QueryOf(query): QueryOf<MissingQuery>,
    accepted: Form,
) -> Result<Response, Problem> {
    require(&caller, Role::View)?;
    let returns = state.returns.clone();
    let asked = Asked::of(state, &caller, "")?;
    asked
        .answer(&places, move |figures, _| {
            let state = |unit: &UnitKey, period| {
                Ok::<_, Problem>(returns.state(unit, period)?.map(super::returns::ReturnState::as_str))
            };
            form::answer(accepted, query.bom, &answers::missing(figures, &query, state)?)
        })
        .await
}

/// The indicators of a unit.
async fn indicators(
    State(state): State<AppState>,
    (Extension(caller), Extension(places)): (Extension<Caller>, Extension<Places>),
    PathOf(code): PathOf<String>,
    QueryOf(query): QueryOf<IndicatorsQuery>,
    accepted: Form,
) -> Result<Response, Problem> {
    require(&caller, Role::View)?;
    let (version, closings) = (version(query.version.as_deref())?, state.closings.clone());
    let asked = Asked::of(state, &caller, &code)?;
    asked
        .answer(&places, move |figures, code| match version {
            Version::Current => form::answer(accepted, query.bom, &answers::indicators(figures, code, &query)?),
            Version::Closed(version) => {
                let IndicatorsQuery { period, scheme, hierarchy, bom, .. } = &query;
                let (period, scheme, bom) = (period.as_deref(), scheme.as_deref(), *bom);
                let perspective = (hierarchy.as_deref(), None);
                let asked = ReportsAsked { code, period, scheme, perspective, version, index: None, bom };
                closed_reports(&closings, figures, &asked, accepted)
            }
        })
        .await
}

/// The score of a unit.
async fn index(
    State(state): State<AppState>,
    (Extension(caller), Extension(places)): (Extension<Caller>, Extension<Places>),
    PathOf((code, id)): PathOf<(String, String)>,
    QueryOf(query): QueryOf<IndexQuery>,
    accepted: Form,
) -> Result<Response, Problem> {
    require(&caller, Role::View)?;
    let (version, closings) = (version(query.version.as_deref())?, state.closings.clone());
    let asked = Asked::of(state, &caller, &code)?;
    asked
        .answer(&places, move |figures, code| match version {
            Version::Current => form::answer(accepted, query.bom, &answers::index(figures, (code, &id), &query)?),
            Version::Closed(version) => {
                let IndexQuery { period, scheme, hierarchy, role, bom, .. } = &query;
                let (period, scheme, bom) = (period.as_deref(), scheme.as_deref(), *bom);
                let perspective = (hierarchy.as_deref(), role.as_deref());
                let asked = ReportsAsked { code, period, scheme, perspective, version, index: Some(&id), bom };
                closed_reports(&closings, figures, &asked, accepted)
            }
        })
        .await
}
