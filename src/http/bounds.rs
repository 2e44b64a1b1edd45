//! Bounds of requests (P-2). Those of screens are in [`LiveLimits`](super::live::LiveLimits).

use std::time::Duration;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;

use super::error::Problem;

/// The longest body of a request whose area says nothing else.
pub const BODY_BYTES_MAX: usize = 64 * 1024;

/// The longest wait for an answer of an area that says nothing else.
pub const REQUEST_TIMEOUT_MS: u64 = 15_000;

/// Ends a request that takes longer than [`REQUEST_TIMEOUT_MS`].
pub(super) async fn within_request_timeout(request: Request, next: Next) -> Result<Response, Problem> {
    tokio::time::timeout(Duration::from_millis(REQUEST_TIMEOUT_MS), next.run(request))
        .await
        .map_err(|_| Problem::Timeout { timeout_ms: REQUEST_TIMEOUT_MS })
}
