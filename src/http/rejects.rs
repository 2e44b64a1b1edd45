//! Refused lines: `GET /api/v1/rejects`, mending one by `POST /api/v1/rejects/{id}`, and `POST /api/v1/rejects/replay`,
//! which checks all that is whole again by the rules of today.

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::auth::{Caller, Role};
use crate::ingest::rejects::{REJECTS_OF_SOURCE_MAX, Rechecked, Reject, recheck};
use crate::ingest::{self, Context};
use crate::model::codec::encode;
use crate::model::{Instant, Record, Text};

use super::error::Problem;
use super::events::{RejectionAnswer, body_of};
use super::extract::{PathOf, QueryOf};
use super::guard::require;
use super::state::AppState;

/// Lines of one page.
const PAGE_ROWS: usize = 100;
/// A mended record: one line.
const BODY_BYTES_MAX: usize = 32 << 10;

/// The area's routes.
pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/api/v1/rejects", get(list))
        .route("/api/v1/rejects/replay", post(replay))
        .route("/api/v1/rejects/{id}", post(mend))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    source: Option<String>,
    cursor: Option<u64>,
}

#[derive(Serialize)]
struct ListAnswer {
    rejects: Vec<RejectAnswer>,
    /// To be given as `cursor` for the next page; null when there is none.
    next: Option<u64>,
}

/// A refused line as it is kept: no value in which a person could stand.
#[derive(Serialize)]
struct RejectAnswer {
    id: u64,
    source: Text,
    refused_at: String,
    times: u64,
    line: u64,
    pointer: String,
    code: String,
    reason: String,
    sha256: String,
    kept: Box<RawValue>,
    withheld: Vec<String>,
    unknown: Vec<String>,
    /// Whether it can be checked again as it is.
    whole: bool,
}

async fn list(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    QueryOf(query): QueryOf<ListQuery>,
) -> Result<Json<ListAnswer>, Problem> {
    require(&caller, Role::Operate)?;
    let source = query.source.as_deref().map(source_of).transpose()?;
    let after = query.cursor.unwrap_or(0);
    let (rejects, now) = (state.rejects.clone(), (state.wall)());
    let read = move || rejects.list(source.as_ref(), after, PAGE_ROWS + 1, now);
    let mut listed = blocking(read).await?.map_err(Problem::internal)?;
    let has_more = listed.len() > PAGE_ROWS;
    listed.truncate(PAGE_ROWS);
    let next = listed.last().filter(|_| has_more).map(|reject| reject.id);
    let rejects = listed.into_iter().map(|reject| answer(reject, &state)).collect::<Result<_, _>>()?;
    Ok(Json(ListAnswer { rejects, next }))
}

fn answer(reject: Reject, state: &AppState) -> Result<RejectAnswer, Problem> {
    Ok(RejectAnswer {
        whole: reject.is_whole(),
        id: reject.id,
        refused_at: Instant(reject.refused_at_ms).to_rfc3339(&state.zone),
        kept: RawValue::from_string(reject.kept).map_err(Problem::internal)?,
        source: reject.source,
        times: reject.times,
        line: reject.line,
        pointer: reject.pointer,
        code: reject.code,
        reason: reject.reason,
        sha256: reject.sha256,
        withheld: reject.withheld,
        unknown: reject.unknown,
    })
}

#[derive(Serialize)]
struct MendedAnswer<'a> {
    seq: u64,
    node: &'a str,
}

/// Takes the corrected record in place of a refused line, under the line's source.
async fn mend(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    PathOf(id): PathOf<u64>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    require(&caller, Role::Operate)?;
    let body = body_of(body, BODY_BYTES_MAX)?;
    let now = (state.wall)();
    let rejects = state.rejects.clone();
    let kept = blocking(move || rejects.get(id, now)).await?.map_err(Problem::internal)?;
    let Some(reject) = kept else { return Err(Problem::UnknownReject { id }) };
    let batch = ingest::read_batch(&body, None, None, &context(&state, reject.source))?;
    let record = match batch.records.first() {
        Some(record) if batch.received == 1 => record,
        _ if batch.rejected > 0 => {
            let rejections: Vec<_> = batch.rejections.iter().map(RejectionAnswer::of).collect();
            let answer = serde_json::json!({ "rejections": rejections });
            return Err(Problem::NoneAccepted { received: batch.received, answer });
        }
        _ => return Err(Problem::BadParameter { reason: "the body is to be one record".to_owned() }),
    };
    let seq = append(&state, [record]).await?;
    let rejects = state.rejects.clone();
    blocking(move || rejects.remove(&[id])).await?.map_err(Problem::internal)?;
    Ok((StatusCode::ACCEPTED, Json(MendedAnswer { seq, node: &state.node })).into_response())
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReplayQuery {
    source: Option<String>,
}

#[derive(Serialize)]
struct ReplayAnswer<'a> {
    /// Lines that pass today and were journalled.
    replayed: usize,
    /// Lines still refused.
    refused: usize,
    /// Lines of which not everything is kept: they are to be mended or sent again.
    incomplete: usize,
    /// Sequence of the last journalled record; absent when there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    seq: Option<u64>,
    node: &'a str,
}

async fn replay(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    QueryOf(query): QueryOf<ReplayQuery>,
) -> Result<Response, Problem> {
    require(&caller, Role::Operate)?;
    let source = query.source.as_deref().map(source_of).transpose()?;
    let (mut replayed, mut refused, mut incomplete, mut seq, mut after) = (0, 0, 0, None, 0);
    loop {
        let (rejects, now, source) = (state.rejects.clone(), (state.wall)(), source.clone());
        let context = context(&state, Text::new(""));
        let read = move || {
            let page = rejects.list(source.as_ref(), after, REJECTS_OF_SOURCE_MAX, now)?;
            Ok::<_, crate::facts::FactsError>((page.last().map(|reject| reject.id), recheck(&page, &context)))
        };
        let (last, rechecked) = blocking(read).await?.map_err(Problem::internal)?;
        let Some(last) = last else { break };
        after = last;
        let Rechecked { records, refused: again, incomplete: parts } = rechecked;
        (refused, incomplete) = (refused + again, incomplete + parts);
        if records.is_empty() {
            continue;
        }
        replayed += records.len();
        seq = Some(append(&state, records.iter().map(|(_, record)| record)).await?);
        let (rejects, ids) = (state.rejects.clone(), records.iter().map(|(id, _)| *id).collect::<Vec<_>>());
        blocking(move || rejects.remove(&ids)).await?.map_err(Problem::internal)?;
    }
    let answer = ReplayAnswer { replayed, refused, incomplete, seq, node: &state.node };
    let status = if seq.is_some() { StatusCode::ACCEPTED } else { StatusCode::OK };
    Ok((status, Json(answer)).into_response())
}

fn context(state: &AppState, source: Text) -> Context {
    Context { source, now: (state.clock)(), zone: (*state.zone).clone(), limits: state.limits }
}

async fn append<'a>(state: &AppState, records: impl IntoIterator<Item = &'a Record>) -> Result<u64, Problem> {
    let payloads = records.into_iter().map(|record| encode(record).into()).collect();
    Ok(state.journal.append(payloads, (state.clock)().0).await?.last_seq)
}

fn source_of(text: &str) -> Result<Text, Problem> {
    ingest::check_source(text).map_err(|error| Problem::BadParameter { reason: error.to_string() })
}

/// Reading and writing wait for the disk: not on the threads that serve sockets.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(Problem::internal)
}
