//! `GET, POST /api/v1/imports` and `POST /api/v1/imports/{id}/undo`: which files were sent, and taking one back.
//!
//! An import is begun, then its records come by `POST /api/v1/events?batch=ID`. Whoever may send records of its source may
//! list it and take it back; another's import is answered like one that isn't there.

mod keeper;
mod revive;
mod undo;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use serde::{Deserialize, Serialize};
use tokio::sync::OwnedRwLockReadGuard;
use tokio::time::timeout;

use crate::auth::{Caller, Role};
use crate::facts::FactsError;
use crate::ingest;
use crate::model::{Instant, Text};

use super::error::Problem;
use super::extract::{PathOf, QueryOf};
use super::guard::require;
use super::state::AppState;

use keeper::Import;
pub use keeper::Imports;
pub(super) use keeper::Sent;
pub(super) use revive::{Revived, Voided, revive, voided};

/// Characters of a file's name; the rest is cut off.
const FILE_CHARS_MAX: usize = 200;
/// Imports that are listed, the newest ones.
const LISTED_MAX: usize = 1_000;
/// How long taking one back may take.
const UNDO_TIMEOUT: Duration = Duration::from_secs(300);

/// The area's routes.
pub(super) fn router() -> Router<AppState> {
    Router::new().route("/api/v1/imports", get(list).post(begin)).route("/api/v1/imports/{id}/undo", post(take_back))
}

/// Why a dossier is void whose import was taken back.
fn reason(id: u64) -> String {
    format!("import {id} undone")
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Begin {
    source: Option<String>,
    /// Name of the file.
    file: String,
    /// SHA-256 of the file, in hexadecimal.
    sha256: String,
}

#[derive(Serialize)]
struct Begun {
    id: u64,
    source: Text,
    /// Imports of the same file that weren't taken back.
    same_file: Vec<u64>,
}

#[derive(Serialize)]
struct Listed {
    imports: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    id: u64,
    source: Text,
    file: String,
    sha256: String,
    begun_at: String,
    last_at: String,
    /// Id of the token; null in open mode.
    by: Option<Text>,
    received: u64,
    accepted: u64,
    /// `sent` or `undone`.
    state: &'static str,
    undone_at: Option<String>,
}

async fn begin(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    body: Result<Json<Begin>, axum::extract::rejection::JsonRejection>,
) -> Result<Response, Problem> {
    require(&caller, Role::Ingest)?;
    let Json(asked) = body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::BodyTooLarge { bytes_max: super::bounds::BODY_BYTES_MAX },
        _ => Problem::BadParameter { reason: rejection.body_text() },
    })?;
    let Begin { source, file, sha256 } = asked;
    if sha256.len() != 64 || !sha256.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        let reason = "sha256 is to be 64 digits of 0 to 9 and a to f".to_owned();
        return Err(Problem::BadParameter { reason });
    }
    let source = source.as_deref().map(ingest::check_source).transpose();
    let source = source.map_err(|error| Problem::BadParameter { reason: error.to_string() })?;
    let source = caller.source(source.as_ref())?.unwrap_or_else(|| Text::new(super::events::SOURCE_DEFAULT));
    let now = (state.clock)();
    let import = Import {
        source: source.clone(),
        file: file.chars().filter(|c| !c.is_control()).take(FILE_CHARS_MAX).collect(),
        sha256,
        begun_ms: now.0,
        last_ms: now.0,
        by: caller.token().cloned(),
        received: 0,
        accepted: 0,
        ranges: Vec::new(),
        undone_ms: None,
        undo_ranges: Vec::new(),
    };
    let (id, same_file) = kept(&state, move |imports| {
        let same = |other: &Import| {
            (&other.source, &other.sha256) == (&import.source, &import.sha256)
                && other.undone_ms.is_none()
                && other.accepted > 0
        };
        let same: Vec<u64> = imports.all()?.into_iter().filter(|(_, other)| same(other)).map(|(id, _)| id).collect();
        Ok((imports.begin(&import)?, same))
    })
    .await?;
    Ok((StatusCode::CREATED, Json(Begun { id, source, same_file })).into_response())
}

async fn list(State(state): State<AppState>, Extension(caller): Extension<Caller>) -> Result<Json<Listed>, Problem> {
    require(&caller, Role::Ingest)?;
    let all = kept(&state, |imports| imports.all()).await?;
    let own = all.into_iter().rev().filter(|(_, import)| is_own(&caller, import)).take(LISTED_MAX);
    let told = |at_ms: i64| Instant(at_ms).to_rfc3339(&state.zone);
    let row = |(id, import): (u64, Import)| Row {
        id,
        begun_at: told(import.begun_ms),
        last_at: told(import.last_ms),
        state: if import.undone_ms.is_some() { "undone" } else { "sent" },
        undone_at: import.undone_ms.map(told),
        source: import.source,
        file: import.file,
        sha256: import.sha256,
        by: import.by,
        received: import.received,
        accepted: import.accepted,
    };
    Ok(Json(Listed { imports: own.map(row).collect() }))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct UndoQuery {
    #[serde(default)]
    dry_run: bool,
}

async fn take_back(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    PathOf(id): PathOf<u64>,
    QueryOf(query): QueryOf<UndoQuery>,
) -> Result<Response, Problem> {
    require(&caller, Role::Ingest)?;
    let import = of_caller(&state, &caller, id).await?;
    // One that breaks off is simply done again.
    match timeout(UNDO_TIMEOUT, undo::undo(&state, id, import, query.dry_run)).await {
        Ok(undone) => Ok(Json(undone?).into_response()),
        Err(_) => Err(Problem::Timeout { timeout_ms: u64::try_from(UNDO_TIMEOUT.as_millis()).unwrap_or(u64::MAX) }),
    }
}

/// Whether the caller may send records of an import's source.
fn is_own(caller: &Caller, import: &Import) -> bool {
    caller.source(Some(&import.source)).is_ok()
}

async fn of_caller(state: &AppState, caller: &Caller, id: u64) -> Result<Import, Problem> {
    let import = kept(state, move |imports| imports.get(id)).await?;
    import.filter(|import| is_own(caller, import)).ok_or(Problem::UnknownImport { id })
}

/// A request that is a part of an import: none is taken back while it is under way.
pub(super) type UnderWay = OwnedRwLockReadGuard<()>;

/// The import that records are to be a part of: one of the caller and of their source that wasn't taken back.
pub(super) async fn open_import(
    state: &AppState,
    caller: &Caller,
    id: u64,
    source: &Text,
) -> Result<UnderWay, Problem> {
    let under_way = Arc::clone(&state.imports.requests).read_owned().await;
    let import = of_caller(state, caller, id).await?;
    if import.source != *source {
        let reason = format!("import {id} is of the source {:?}", import.source);
        return Err(Problem::BadParameter { reason });
    }
    if import.undone_ms.is_some() { Err(Problem::ImportUndone { id }) } else { Ok(under_way) }
}

/// Notes what a request of an import brought, before its sender hears of it.
pub(super) async fn note(state: &AppState, id: u64, sent: Sent) -> Result<(), Problem> {
    kept(state, move |imports| imports.change(id, |import| import.add(sent))).await
}

/// Reading and writing wait for the disk: not on the threads that serve sockets.
async fn kept<T: Send + 'static>(
    state: &AppState,
    work: impl FnOnce(Arc<Imports>) -> Result<T, FactsError> + Send + 'static,
) -> Result<T, Problem> {
    let imports = Arc::new(state.imports.clone());
    let done = tokio::task::spawn_blocking(move || work(imports)).await.map_err(Problem::internal)?;
    done.map_err(Problem::internal)
}
