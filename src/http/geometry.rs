//! `PUT /api/v1/geometry` and `GET /api/v1/units/{code}/geometry`: a province's own map, drawn on walls instead of cells.
//!
//! Outlines change no figure, so they are facts beside the journal. A list replaces all that were there.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, put};
use axum::{Extension, Json, Router};
use serde::{Deserialize, Serialize};

use crate::auth::{Caller, Role};
use crate::facts::{Change, Facts, FactsError, Shelf};
use crate::units::{DrawnMap, Hierarchy, Outline, draw, read_outlines};

use super::error::Problem;
use super::events::body_of;
use super::extract::{PathOf, QueryOf};
use super::guard::require;
use super::json::json;
use super::sight::visible_unit;
use super::state::AppState;
use super::tokens::written;

/// A country's communes, roughly drawn.
const GEOMETRY_BYTES_MAX: usize = 16 << 20;
/// Outlines on one shelf.
const OUTLINES_MAX: usize = 5_000;
/// In which property of a feature its unit's code stands, unless told otherwise.
const PROPERTY_DEFAULT: &str = "code";

/// The outline of a unit, by its code.
const OUTLINES: Shelf<Outline> = Shelf::new("unit_outlines");

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/api/v1/geometry", put(put_geometry))
        .layer(DefaultBodyLimit::max(GEOMETRY_BYTES_MAX))
        .route("/api/v1/units/{code}/geometry", get(geometry))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Property {
    property: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

#[derive(Serialize)]
struct Taken {
    outlines: usize,
    /// Codes that name no unit today: they are kept, and drawn when one is there.
    unknown: Vec<String>,
}

#[derive(Serialize)]
struct MapAnswer {
    unit: String,
    /// Codes of the units drawn, in the order of the shapes.
    units: Vec<String>,
    #[serde(flatten)]
    map: DrawnMap,
}

/// Takes a GeoJSON file in the place of what was there.
async fn put_geometry(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    QueryOf(query): QueryOf<Property>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    require(&caller, Role::Operate)?;
    let body = body_of(body, GEOMETRY_BYTES_MAX)?;
    let view = state.view()?;
    let property = query.property.unwrap_or_else(|| PROPERTY_DEFAULT.to_owned());
    let read = read_outlines(&body, &property).map_err(|error| Problem::BadParameter { reason: error.to_string() })?;
    let sight = caller.scope.on(view.units(), view.hierarchies(), Hierarchy::Now);
    let is_unknown = |code: &&String| sight.unit(code, view.today()).is_none();
    let unknown = read.keys().filter(is_unknown).cloned().collect();
    let taken = Taken { outlines: read.len(), unknown };
    let facts = state.facts.clone();
    written(move || {
        let mut change = Change::default();
        for (code, _) in facts.page(OUTLINES, None, OUTLINES_MAX)? {
            if std::str::from_utf8(&code).is_ok_and(|code| !read.contains_key(code)) {
                change.remove(OUTLINES, &code);
            }
        }
        for (code, outline) in &read {
            change.put(OUTLINES, code.as_bytes(), outline)?;
        }
        facts.commit(change)
    })
    .await?;
    Ok(Json(taken).into_response())
}

/// The outlines of the units directly below one that the caller may see; those without one are not among them.
async fn geometry(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    PathOf(code): PathOf<String>,
    QueryOf(Nothing {}): QueryOf<Nothing>,
) -> Result<Response, Problem> {
    require(&caller, Role::Display)?;
    let view = state.view()?;
    let unit = visible_unit(&view, &caller.scope, &code, view.today())?.id();
    let children = &view.tree(Hierarchy::Now).node(unit).children;
    let sight = caller.scope.on(view.units(), view.hierarchies(), Hierarchy::Now);
    let seen = children.iter().filter(|child| sight.visible(**child).is_some());
    let codes: Vec<String> =
        seen.filter_map(|child| view.units().fact(*child)).map(|fact| fact.code.to_string()).collect();
    let facts = state.facts.clone();
    let found = written(move || outlines(&facts, codes)).await?;
    let map = draw(&found.iter().map(|(_, outline)| outline).collect::<Vec<_>>());
    let units = found.into_iter().map(|(code, _)| code).collect();
    json(&MapAnswer { unit: code, units, map })
}

fn outlines(facts: &Facts, codes: Vec<String>) -> Result<Vec<(String, Outline)>, FactsError> {
    let mut found = Vec::new();
    for code in codes {
        if let Some(outline) = facts.get(OUTLINES, code.as_bytes())? {
            found.push((code, outline));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests;
