//! Answers as JSON.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::error::Problem;

/// An answer that borrows from the view it was made from, encoded while that is at hand.
pub(super) fn json(answer: &impl Serialize) -> Result<Response, Problem> {
    let bytes = serde_json::to_vec(answer).map_err(Problem::internal)?;
    Ok(([(header::CONTENT_TYPE, "application/json")], bytes).into_response())
}
