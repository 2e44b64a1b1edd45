//! `POST /api/v1/verify`: compares the live figures with those that SQL makes of the stored records.

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};

use crate::pipeline::verify::Report;

use super::error::Problem;
use super::state::AppState;

/// The area's routes.
pub(super) fn router() -> Router<AppState> {
    Router::new().route("/api/v1/verify", post(post_verify))
}

async fn post_verify(State(state): State<AppState>) -> Result<Json<Report>, Problem> {
    Ok(Json(state.verifier.verify().await?))
}
