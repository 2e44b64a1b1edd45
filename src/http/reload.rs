//! `POST /api/v1/reload`: the catalogue (KPIs, targets, boards) is read anew.

use axum::extract::State;
use axum::routing::post;
use axum::{Extension, Json, Router};
use serde::Serialize;

use crate::auth::{Caller, Role};

use super::error::Problem;
use super::guard::require;
use super::state::AppState;

/// The area's routes.
pub(super) fn router() -> Router<AppState> {
    Router::new().route("/api/v1/reload", post(reload))
}

/// The catalogue in force from now on.
#[derive(Serialize)]
struct Answer {
    /// Names it.
    catalogue: String,
    /// Whether it is another one than before.
    changed: bool,
    /// Where it is from: `folder` or `program`.
    origin: &'static str,
    kpis: Vec<String>,
    boards: Vec<String>,
}

/// Takes a new catalogue as a whole, or refuses it with every fault and keeps the old one.
async fn reload(State(state): State<AppState>, Extension(caller): Extension<Caller>) -> Result<Json<Answer>, Problem> {
    require(&caller, Role::Operate)?;
    let reloaded = state.catalogues.reload()?;
    let catalogue = reloaded.catalogue;
    tracing::info!(catalogue = catalogue.version(), changed = reloaded.is_changed, "catalogue read anew");
    Ok(Json(Answer {
        catalogue: catalogue.version().to_owned(),
        changed: reloaded.is_changed,
        origin: if state.catalogues.is_of_folder() { "folder" } else { "program" },
        kpis: catalogue.kpi_ids().map(str::to_owned).collect(),
        boards: catalogue.boards().map(|board| board.id.clone()).collect(),
    }))
}
