//! `POST /api/v1/verify`: compares the live figures with those that SQL makes of the stored records.

use axum::extract::State;
use axum::routing::post;
use axum::{Extension, Json, Router};

use crate::auth::{Caller, Role};

use crate::pipeline::verify::Report;

use super::error::Problem;
use super::guard::require;
use super::state::AppState;

/// The area's routes.
pub(super) fn router() -> Router<AppState> {
    Router::new().route("/api/v1/verify", post(post_verify))
}

async fn post_verify(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
) -> Result<Json<Report>, Problem> {
    require(&caller, Role::Operate)?;
    Ok(Json(state.verifier.verify().await?))
}
