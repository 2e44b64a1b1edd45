//! `POST /api/v1/reconcile`: another system's form or list beside what is known here, from one view.
//!
//! A file may be large, and everything known is looked at: one question at a time, within its own bounds (P-2). Nothing of
//! the file is kept.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::response::Response;
use axum::routing::post;
use axum::{Extension, Router};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::auth::{Caller, Role};
use crate::ingest::statement::{StatementError, read_statement};

use super::answers::{Figures, ReconcileQuery, reconcile, reconciled_unit};
use super::drill::{Asked, Places};
use super::error::Problem;
use super::events::body_of;
use super::extract::QueryOf;
use super::guard::require;
use super::json::json;
use super::state::AppState;
use super::units_load::caught_up;

/// Bytes of a file.
const FILE_BYTES_MAX: usize = 64 << 20;
/// How long a question may wait for its turn, and how long it may take with its body.
const TURN_TIMEOUT: Duration = Duration::from_secs(10);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(120);
/// What a file is called that has no name: a table as text.
const FILE_DEFAULT: &str = "statement.csv";

pub(super) fn router(places: Places) -> Router<AppState> {
    Router::new()
        .route("/api/v1/reconcile", post(compare))
        .layer(DefaultBodyLimit::max(FILE_BYTES_MAX))
        .layer(Extension(places))
        .layer(Extension(Turn(Arc::new(Semaphore::new(1)))))
}

/// Who holds it may read a file.
#[derive(Clone)]
struct Turn(Arc<Semaphore>);

async fn compare(
    State(state): State<AppState>,
    (Extension(caller), Extension(places), Extension(turn)): (Extension<Caller>, Extension<Places>, Extension<Turn>),
    QueryOf(query): QueryOf<ReconcileQuery>,
    request: Request,
) -> Result<Response, Problem> {
    require(&caller, Role::Operate)?;
    let Ok(Ok(turn)) = timeout(TURN_TIMEOUT, turn.0.acquire_owned()).await else {
        return Err(Problem::TooManyQuestions);
    };
    let answer = async move {
        // A unit that isn't there is told before anything is read.
        let view = caught_up(&state).await?;
        let catalogue = state.catalogues.now();
        let figures = Figures { view: &view, catalogue: &catalogue, node: &state.node, scope: &caller.scope };
        reconciled_unit(figures, &query)?;
        let bytes = body_of(Bytes::from_request(request, &state).await, FILE_BYTES_MAX)?;
        let asked = Asked::of(state, &caller, "")?;
        let work = move |figures: Figures<'_>, _: &str| {
            // Held until the work is done, also when nobody waits any more.
            let _turn = turn;
            let statement = read_statement(query.file.as_deref().unwrap_or(FILE_DEFAULT), &bytes);
            let statement = statement.map_err(|error| unreadable(&error))?;
            drop(bytes);
            reconcile(figures, &query, &statement, |answer| json(answer))
        };
        asked.answer(&places, work).await
    };
    let timeout_ms = u64::try_from(ANSWER_TIMEOUT.as_millis()).unwrap_or(u64::MAX);
    timeout(ANSWER_TIMEOUT, answer).await.unwrap_or(Err(Problem::Timeout { timeout_ms }))
}

fn unreadable(error: &StatementError) -> Problem {
    Problem::UnreadableFile { reason: error.to_string() }
}
