//! `POST /api/v1/events`: records in, an exact answer about every line out.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Extension, Json, Router};
use metrics::counter;
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::auth::{Caller, Role};
use crate::ingest::{self, Batch, Context, Fault, Rejection};
use crate::journal::{Appended, Journal};
use crate::model::codec::encode;
use crate::model::{Contact, Instant, Record, Text};
use crate::units::UnitId;

use super::adapters::post_portal;
use super::backfill::OldData;
use super::error::Problem;
use super::extract::QueryOf;
use super::guard::require;
use super::imports::{self, Revived, Sent, Voided};
use super::state::AppState;
use super::units_load::caught_up;

/// The source of records that name none, where the caller has none of its own.
pub(super) const SOURCE_DEFAULT: &str = "local";
/// Bytes of all bodies that are read and checked at once; in memory each takes up to a few times its own.
const BODIES_BYTES_MAX: usize = 256 << 20;
/// The least that a body is counted as, and the step in which all are.
const BODY_BYTES_STEP: usize = 64 << 10;
/// How long a body may wait for its place, and how long it may take from then on.
const PLACE_TIMEOUT: Duration = Duration::from_secs(5);
const BODY_TIMEOUT: Duration = Duration::from_secs(60);
/// Rejections listed in an answer; more are only counted.
const REJECTIONS_LISTED_MAX: usize = 1_000;
/// Unknown codes of units listed in an answer.
const UNRESOLVED_LISTED_MAX: usize = 100;

/// The area's routes. A packed body is never larger than it may be unpacked.
pub(super) fn router(state: &AppState) -> Router<AppState> {
    let body_bytes_max = state.limits.body_bytes_max;
    let steps = BODIES_BYTES_MAX.max(body_bytes_max) / BODY_BYTES_STEP + 1;
    let places = Places { steps: Arc::new(Semaphore::new(steps)), body_bytes_max };
    Router::new()
        .route("/api/v1/events", post(post_events))
        .route("/api/v1/adapters/dvcqg", post(post_portal))
        .layer(DefaultBodyLimit::max(body_bytes_max))
        .layer(middleware::from_fn_with_state(places, admit_body))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct EventsQuery {
    source: Option<String>,
    #[serde(default)]
    dry_run: bool,
    backfill: Option<OldData>,
    /// The import that the records are a part of.
    batch: Option<u64>,
    /// Dossiers that an undo made void count again.
    #[serde(default)]
    revive: bool,
}

/// What became of a batch (I-2): `received` = `accepted` + `rejected`.
#[derive(Debug, Serialize)]
struct EventsAnswer<'a> {
    received: usize,
    accepted: usize,
    rejected: usize,
    rejections: Vec<RejectionAnswer<'a>>,
    /// Of the accepted ones, the first hundred codes; empty also while the figures aren't ready.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unresolved: Vec<Unresolved<'a>>,
    /// Accepted records that count nowhere; absent when there is none.
    #[serde(skip_serializing_if = "Voided::is_empty")]
    void: Voided,
    /// What came back; absent unless asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    revived: Option<Revived>,
    /// Sequence of the last record of the batch; everything acknowledged up to it is safe on disk. Absent in a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    seq: Option<u64>,
    node: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    dry_run: bool,
}

/// A refused line as its sender reads it.
#[derive(Debug, Serialize)]
pub(super) struct RejectionAnswer<'a> {
    line: u64,
    pointer: &'a str,
    code: &'static str,
    reason: &'a str,
    /// What else is wrong with the line.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    further: &'a [Fault],
}

/// A code that names no unit at that time: its records count under `unresolved` until a unit or an alias resolves it.
#[derive(Debug, Serialize)]
struct Unresolved<'a> {
    unit: &'a str,
    records: usize,
}

/// Lets in as many bodies as memory is meant for, and none for ever (P-2).
async fn admit_body(State(places): State<Places>, request: Request, next: Next) -> Result<Response, Problem> {
    let timeout_ms = |bound: Duration| u64::try_from(bound.as_millis()).unwrap_or(u64::MAX);
    let Ok(Ok(_place)) = timeout(PLACE_TIMEOUT, places.steps.acquire_many(places.steps_of(request.headers()))).await
    else {
        return Err(Problem::Busy);
    };
    timeout(BODY_TIMEOUT, next.run(request))
        .await
        .map_err(|_| Problem::Timeout { timeout_ms: timeout_ms(BODY_TIMEOUT) })
}

/// The room for bodies.
#[derive(Clone)]
struct Places {
    steps: Arc<Semaphore>,
    body_bytes_max: usize,
}

impl Places {
    /// How much of the room a body takes: its length, or all that it may be when that isn't said or it is packed.
    fn steps_of(&self, headers: &HeaderMap) -> u32 {
        let said = || headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse::<usize>().ok();
        let is_packed = headers.contains_key(header::CONTENT_ENCODING);
        let bytes = said().filter(|_| !is_packed).unwrap_or(self.body_bytes_max).min(self.body_bytes_max);
        u32::try_from(bytes / BODY_BYTES_STEP + 1).unwrap_or(u32::MAX)
    }
}

/// The whole body is read and parsed before anything is journalled; 202 is said only after fdatasync (J-1).
async fn post_events(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    QueryOf(query): QueryOf<EventsQuery>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    require(&caller, Role::Ingest)?;
    let source = source_of(&caller, query.source.as_deref())?;
    let _under_way = match query.batch {
        Some(id) => {
            let under_way = imports::open_import(&state, &caller, id, &source).await?;
            // Whoever sends a file is to hear of every dossier that is void.
            caught_up(&state).await?;
            Some(under_way)
        }
        None => None,
    };
    let body = body_of(body, state.limits.body_bytes_max)?;
    let now = (state.clock)();
    let context = Context { source: source.clone(), now, zone: (*state.zone).clone(), limits: state.limits };
    let content_type = text(&headers, &header::CONTENT_TYPE);
    let content_encoding = text(&headers, &header::CONTENT_ENCODING);
    // Up to 16 MiB of JSON keep a core busy for a while: not on the threads that serve sockets.
    let (rejects, wall) = (state.rejects.clone(), (state.wall)());
    let read = move || {
        let batch = ingest::read_batch(&body, content_type.as_deref(), content_encoding.as_deref(), &context)?;
        if !query.dry_run
            && let Err(error) = rejects.keep(&batch, &context.source, wall)
        {
            // The sender hears of every refused line all the same.
            tracing::error!(error = &error as &dyn std::error::Error, "refused lines can't be kept");
        }
        Ok::<_, ingest::EnvelopeError>(batch)
    };
    let batch = tokio::task::spawn_blocking(read).await.map_err(Problem::internal)??;
    count_refused(&batch);
    let part = Part { batch: query.batch.filter(|_| !query.dry_run), received: batch.received, now };
    if batch.records.is_empty() && batch.received > 0 {
        part.note(&state, 0, None).await?;
        let answer = serde_json::to_value(answer(&state, &batch, query.dry_run)).map_err(Problem::internal)?;
        return Err(Problem::NoneAccepted { received: batch.received, answer });
    }
    let (batch, revived, clearings) = revived(&state, batch, query.revive).await?;
    let mut told = answer(&state, &batch, query.dry_run);
    told.revived = revived;
    if query.dry_run {
        told.void = void(&state, &batch, &clearings);
        return Ok(Json(told).into_response());
    }
    if let Some(old) = query.backfill {
        old.begin(&state.backfills, &source, now).await?;
    }
    let appended = append(&state.journal, &batch, &clearings, source.clone(), now).await?;
    if let Some(old) = query.backfill {
        old.reached(&state.backfills, &source, appended.last_seq).await?;
    }
    let range = (appended.last_seq + 1 - appended.records, appended.last_seq);
    part.note(&state, batch.records.len(), Some(range).filter(|_| !batch.records.is_empty())).await?;
    count_accepted(&batch);
    // Only now: an undo looks again for what was journalled before its own records were seen here.
    told.void = void(&state, &batch, &clearings);
    counter!("opcentre_ingest_void_total").increment(told.void.records() as u64);
    told.seq = Some(appended.last_seq);
    Ok((StatusCode::ACCEPTED, Json(told)).into_response())
}

/// Records that count nowhere; those that come back say so themselves. None while the figures aren't ready.
fn void(state: &AppState, batch: &Batch, clearings: &[Record]) -> Voided {
    let view = state.view().ok();
    view.map_or_else(Voided::default, |view| imports::voided(&view, batch.records.iter().chain(clearings)))
}

/// The batch, what comes back with it and the records that say so; each dossier is judged, off the threads that serve
/// sockets.
async fn revived(
    state: &AppState,
    batch: Batch,
    is_asked: bool,
) -> Result<(Batch, Option<Revived>, Vec<Record>), Problem> {
    if !is_asked {
        return Ok((batch, None, Vec::new()));
    }
    let view = caught_up(state).await?;
    let judge = move || {
        let (revived, clearings) = imports::revive(&view, &batch.records);
        (batch, Some(revived), clearings)
    };
    tokio::task::spawn_blocking(judge).await.map_err(Problem::internal)
}

/// A request as a part of an import.
struct Part {
    batch: Option<u64>,
    received: usize,
    now: Instant,
}

impl Part {
    async fn note(&self, state: &AppState, accepted: usize, range: Option<(u64, u64)>) -> Result<(), Problem> {
        let Some(id) = self.batch else { return Ok(()) };
        imports::note(state, id, Sent { received: self.received, accepted, range, at: self.now }).await
    }
}

/// Whose records these are: the caller's own source, or the one asked for.
pub(super) fn source_of(caller: &Caller, asked: Option<&str>) -> Result<Text, Problem> {
    let asked = asked.map(ingest::check_source).transpose();
    let asked = asked.map_err(|error| Problem::BadParameter { reason: error.to_string() })?;
    Ok(caller.source(asked.as_ref())?.unwrap_or_else(|| Text::new(SOURCE_DEFAULT)))
}

/// Refused records by reason, also those of a dry run; of a very bad body only the listed ones have a reason.
pub(super) fn count_refused(batch: &Batch) {
    for rejection in &batch.rejections {
        counter!("opcentre_ingest_rejected_total", "code" => rejection.code.as_str()).increment(1);
    }
}

pub(super) fn count_accepted(batch: &Batch) {
    for record in &batch.records {
        let kind = match record {
            Record::Dossier(_) => "dossier",
            Record::Rating(_) => "rating",
            Record::Indicator(_) => "indicator",
            _ => "other",
        };
        counter!("opcentre_ingest_records_total", "type" => kind).increment(1);
    }
}

fn answer<'a>(state: &'a AppState, batch: &'a Batch, dry_run: bool) -> EventsAnswer<'a> {
    EventsAnswer {
        received: batch.received,
        accepted: batch.records.len(),
        rejected: batch.rejected,
        rejections: batch.rejections.iter().take(REJECTIONS_LISTED_MAX).map(RejectionAnswer::of).collect(),
        unresolved: unresolved(state, batch),
        void: Voided::default(),
        revived: None,
        seq: None,
        node: &state.node,
        dry_run,
    }
}

/// Codes of units in accepted records that nobody has loaded.
fn unresolved<'a>(state: &AppState, batch: &'a Batch) -> Vec<Unresolved<'a>> {
    let Ok(view) = state.view() else { return Vec::new() };
    let units = view.newest_units();
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    for record in &batch.records {
        let (source, unit, at) = match record {
            Record::Dossier(event) => (&event.key.source, &event.unit, event.at),
            Record::Rating(rating) => (&rating.key.source, &rating.unit, rating.at),
            Record::Indicator(report) => (&report.source, &report.key.unit, report.at),
            _ => continue,
        };
        if unit.is_empty() {
            continue;
        }
        let meant = units.meant(source, unit);
        let is_unknown = units.read(meant, state.zone.day(at)).unit == UnitId::UNRESOLVED;
        if is_unknown && (found.len() < UNRESOLVED_LISTED_MAX || found.contains_key(unit.as_str())) {
            *found.entry(unit).or_default() += 1;
        }
    }
    found.into_iter().map(|(unit, records)| Unresolved { unit, records }).collect()
}

impl<'a> RejectionAnswer<'a> {
    pub(super) fn of(rejection: &'a Rejection) -> RejectionAnswer<'a> {
        RejectionAnswer {
            line: rejection.line,
            pointer: &rejection.pointer,
            code: rejection.code.as_str(),
            reason: &rejection.reason,
            further: &rejection.further,
        }
    }
}

/// Journals what was accepted; an empty body is a sign of life of its source and journalled as such.
pub(super) async fn append(
    journal: &Journal,
    batch: &Batch,
    clearings: &[Record],
    source: Text,
    now: Instant,
) -> Result<Appended, Problem> {
    let records = batch.records.iter().chain(clearings);
    let mut payloads: Vec<bytes::Bytes> = records.map(|record| encode(record).into()).collect();
    if batch.received == 0 {
        payloads.push(encode(&Record::Contact(Contact { source, at: now })).into());
    }
    Ok(journal.append(payloads, now.0).await?)
}

/// The body, or why it isn't there.
pub(super) fn body_of(body: Result<Bytes, BytesRejection>, bytes_max: usize) -> Result<Bytes, Problem> {
    body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::BodyTooLarge { bytes_max },
        _ => Problem::BadParameter { reason: rejection.body_text() },
    })
}

/// A header as text.
pub(super) fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}
