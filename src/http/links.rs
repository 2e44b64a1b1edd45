//! `GET /api/v1/successions` and `/api/v1/aliases`: which unit goes on as which, and what sources mean by their codes.

use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use serde::Serialize;

use crate::auth::{Caller, Role};
use crate::units::{Hierarchy, UnitId};

use super::error::Problem;
use super::guard::require;
use super::json::json;
use super::state::AppState;

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/api/v1/successions", get(successions)).route("/api/v1/aliases", get(aliases))
}

#[derive(Serialize)]
struct Successions<'a> {
    seq: u64,
    successions: Vec<SuccessionRow<'a>>,
}

/// A succession, in the fields in which they are loaded.
#[derive(Serialize)]
struct SuccessionRow<'a> {
    old: &'a str,
    new: &'a str,
    share: f64,
    effective: String,
    default: bool,
}

/// All successions that weren't taken back, of units that the caller may see.
async fn successions(State(state): State<AppState>, Extension(caller): Extension<Caller>) -> Result<Response, Problem> {
    require(&caller, Role::View)?;
    let view = state.view()?;
    let standing = view.newest_units().successions().filter(|succession| succession.share.millionths() != 0);
    let sight = caller.scope.on(view.units(), view.hierarchies(), Hierarchy::Was);
    let is_seen = |code: &str, on| caller.scope.is_all() || sight.unit(code, on).is_some();
    let visible = standing.filter(|it| is_seen(&it.old, it.effective.plus(-1)) && is_seen(&it.new, it.effective));
    let rows = visible.map(|succession| SuccessionRow {
        old: &succession.old,
        new: &succession.new,
        share: succession.share.to_f64(),
        effective: succession.effective.to_string(),
        default: succession.is_default,
    });
    json(&Successions { seq: view.seq(), successions: rows.collect() })
}

#[derive(Serialize)]
struct Aliases<'a> {
    seq: u64,
    aliases: Vec<AliasRow<'a>>,
}

#[derive(Serialize)]
struct AliasRow<'a> {
    source: &'a str,
    raw: &'a str,
    unit: &'a str,
    /// Whether that code names a unit today.
    known: bool,
}

/// All aliases that weren't taken back.
async fn aliases(State(state): State<AppState>, Extension(caller): Extension<Caller>) -> Result<Response, Problem> {
    require(&caller, Role::Operate)?;
    let view = state.view()?;
    let units = view.newest_units();
    let sight = caller.scope.on(view.units(), view.hierarchies(), Hierarchy::Now);
    let is_seen = |code: &str| caller.scope.is_all() || sight.unit(code, view.today()).is_some();
    let rows = units.aliases().filter_map(|alias| {
        let unit = alias.unit.as_ref().filter(|unit| is_seen(unit))?;
        let known = units.read(unit, view.today()).unit != UnitId::UNRESOLVED;
        Some(AliasRow { source: &alias.source, raw: &alias.raw, unit, known })
    });
    json(&Aliases { seq: view.seq(), aliases: rows.collect() })
}
