//! `GET /api/schemas/records.json`: what a record may be, for programs; the same for everybody.

use std::sync::LazyLock;

use axum::Router;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;

use crate::ingest::record_schema;

use super::state::AppState;

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/api/schemas/records.json", get(records))
}

async fn records() -> impl IntoResponse {
    static SCHEMA: LazyLock<String> = LazyLock::new(|| record_schema().to_string());
    ([(header::CONTENT_TYPE, "application/schema+json")], SCHEMA.as_str())
}
