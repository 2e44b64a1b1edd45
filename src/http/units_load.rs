//! `PUT /api/v1/units`, `/api/v1/successions`, `/api/v1/aliases`, `/api/v1/procedures` and `/api/v1/calendar`: lists, taken as a whole or not at all.
//!
//! A hierarchy taken in part would count dossiers under the wrong roof, so one bad row refuses the list. A list is
//! checked against everything journalled before it: one list may follow another at once.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::routing::put;
use axum::{Extension, Json, Router};
use tokio::time::timeout;

use crate::auth::{Caller, Role};
use crate::cube::View;
use crate::ingest::{
    EnvelopeError, Limits, List, Rejection, check_aliases, check_calendar, check_procedures, check_successions,
    check_units, read_aliases, read_calendar, read_procedures, read_successions, read_units,
};
use crate::model::codec::encode;
use crate::model::{Instant, Record, Text, UnitFact};
use crate::units::{TERRITORY, UnitId};

use super::error::Problem;
use super::events::{RejectionAnswer, body_of, text};
use super::guard::require;
use super::state::AppState;

/// The whole country in both states has about two megabytes.
const LIST_BYTES_MAX: usize = 8 << 20;
/// Rejections listed in an answer; more are only counted.
const REJECTIONS_LISTED_MAX: usize = 1_000;
/// The longest wait until what was journalled before is in the figures.
const CATCH_UP_MS_MAX: u64 = 10_000;

/// The area's routes.
pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/api/v1/units", put(put_units))
        .route("/api/v1/successions", put(put_successions))
        .route("/api/v1/aliases", put(put_aliases))
        .route("/api/v1/procedures", put(put_procedures))
        .route("/api/v1/calendar", put(put_calendar))
        .layer(DefaultBodyLimit::max(LIST_BYTES_MAX))
}

/// What became of a list that is taken as a whole or not at all.
#[derive(Debug, serde::Serialize)]
pub(super) struct ListAnswer<'a> {
    pub(super) received: usize,
    pub(super) accepted: usize,
    pub(super) rejected: usize,
    pub(super) rejections: Vec<RejectionAnswer<'a>>,
    /// Sequence of its last record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) seq: Option<u64>,
    pub(super) node: &'a str,
}

/// A list that was read and checked.
struct Checked {
    received: usize,
    rejected: usize,
    rejections: Vec<Rejection>,
    records: Vec<Record>,
}

impl Checked {
    fn of<T>(list: List<T>, unfit: Vec<Rejection>, record: impl Fn(T) -> Record) -> Checked {
        Checked {
            received: list.received,
            rejected: list.rejected + unfit.len(),
            rejections: [list.rejections, unfit].concat(),
            records: list.rows.into_iter().map(|row| record(row.fact)).collect(),
        }
    }
}

type Body = Result<Bytes, BytesRejection>;

async fn put_units(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    take(&state, &caller, (headers, body), units).await
}

async fn put_successions(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    take(&state, &caller, (headers, body), successions).await
}

async fn put_aliases(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    take(&state, &caller, (headers, body), aliases).await
}

async fn put_procedures(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    take(&state, &caller, (headers, body), procedures).await
}

async fn put_calendar(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    take(&state, &caller, (headers, body), calendar).await
}

/// What reads and checks a list: its bytes and content type, against what is known, at an instant.
type Check = fn(&[u8], Option<&str>, &View, Instant) -> Result<Checked, EnvelopeError>;

async fn take(
    state: &AppState,
    caller: &Caller,
    (headers, body): (HeaderMap, Body),
    check: Check,
) -> Result<Response, Problem> {
    require(caller, Role::Operate)?;
    let body = body_of(body, LIST_BYTES_MAX)?;
    let view = caught_up(state).await?;
    let now = (state.clock)();
    let content_type = text(&headers, &header::CONTENT_TYPE);
    let read = move || check(&body, content_type.as_deref(), &view, now);
    let list = tokio::task::spawn_blocking(read).await.map_err(Problem::internal)??;
    let mut answer = ListAnswer {
        received: list.received,
        accepted: 0,
        rejected: list.rejected,
        rejections: list.rejections.iter().take(REJECTIONS_LISTED_MAX).map(RejectionAnswer::of).collect(),
        seq: None,
        node: &state.node,
    };
    if list.rejected > 0 {
        let answer = serde_json::to_value(answer).map_err(Problem::internal)?;
        return Err(Problem::NoneAccepted { received: list.received, answer });
    }
    let payloads = list.records.iter().map(|record| encode(record).into()).collect();
    answer.seq = Some(state.journal.append(payloads, now.0).await?.last_seq);
    answer.accepted = list.received;
    Ok(Json(answer).into_response())
}

/// A view with everything journalled so far, so that a list may name what the one before it brought.
pub(super) async fn caught_up(state: &AppState) -> Result<Arc<View>, Problem> {
    let synced = *state.journal.synced().borrow();
    let mut views = state.view.clone();
    let has_all = |view: &Option<Arc<View>>| view.as_ref().is_some_and(|view| view.seq() >= synced);
    match timeout(Duration::from_millis(CATCH_UP_MS_MAX), views.wait_for(has_all)).await {
        Ok(Ok(view)) => view.clone().ok_or(Problem::NotReady),
        _ => Err(Problem::NotReady),
    }
}

fn units(body: &[u8], content_type: Option<&str>, view: &View, now: Instant) -> Result<Checked, EnvelopeError> {
    let known = view.newest_units();
    let mut batch = read_units(body, content_type, now, &Limits::default())?;
    let facts: Vec<UnitFact> = known.versions().map(|(_, fact)| UnitFact::clone(fact)).collect();
    let key = |fact: &UnitFact| (fact.tree.clone(), fact.code.clone(), fact.valid_from);
    let former: HashMap<_, _> = facts.iter().map(|fact| (key(fact), fact.at)).collect();
    for row in &mut batch.units {
        row.fact.at = after(now, former.get(&key(&row.fact)).copied());
    }
    let unfit = check_units(&batch.units, &facts);
    Ok(Checked {
        received: batch.received,
        rejected: batch.rejected + unfit.len(),
        rejections: [batch.rejections, unfit].concat(),
        records: batch.units.into_iter().map(|row| Record::Unit(Box::new(row.fact))).collect(),
    })
}

fn successions(body: &[u8], content_type: Option<&str>, view: &View, now: Instant) -> Result<Checked, EnvelopeError> {
    let known = view.newest_units();
    let mut list = read_successions(body, content_type, now, &Limits::default())?;
    let former: HashMap<_, _> =
        known.successions().map(|it| ((it.old.clone(), it.new.clone(), it.effective), it.at)).collect();
    for row in &mut list.rows {
        let key = (row.fact.old.clone(), row.fact.new.clone(), row.fact.effective);
        row.fact.at = after(now, former.get(&key).copied());
    }
    let unfit = check_successions(&list.rows, |code, day| known.read(code, day).unit != UnitId::UNRESOLVED);
    Ok(Checked::of(list, unfit, Record::Succession))
}

fn aliases(body: &[u8], content_type: Option<&str>, view: &View, now: Instant) -> Result<Checked, EnvelopeError> {
    let known = view.newest_units();
    let mut list = read_aliases(body, content_type, now, &Limits::default())?;
    let former: HashMap<_, _> = known.aliases().map(|it| ((it.source.clone(), it.raw.clone()), it.at)).collect();
    for row in &mut list.rows {
        let key = (row.fact.source.clone(), row.fact.raw.clone());
        row.fact.at = after(now, former.get(&key).copied());
    }
    let codes: std::collections::HashSet<&Text> =
        known.versions().filter(|(_, fact)| &*fact.tree == TERRITORY).map(|(_, fact)| &fact.code).collect();
    let unfit = check_aliases(&list.rows, |code| codes.contains(&Text::new(code)));
    Ok(Checked::of(list, unfit, Record::Alias))
}

fn procedures(body: &[u8], content_type: Option<&str>, view: &View, now: Instant) -> Result<Checked, EnvelopeError> {
    let mut list = read_procedures(body, content_type, now, &Limits::default())?;
    for row in &mut list.rows {
        let known = view.newest_rules().version(&row.fact.code, row.fact.valid_from);
        row.fact.at = after(now, known.map(|known| known.at));
    }
    let unfit = check_procedures(&list.rows);
    Ok(Checked::of(list, unfit, |fact| Record::Procedure(Box::new(fact))))
}

fn calendar(body: &[u8], content_type: Option<&str>, view: &View, now: Instant) -> Result<Checked, EnvelopeError> {
    let mut list = read_calendar(body, content_type, now, &Limits::default())?;
    for row in &mut list.rows {
        let known = view.newest_rules().entry(&row.fact.entry);
        row.fact.at = after(now, known.map(|known| known.at));
    }
    let unfit = check_calendar(&list.rows);
    Ok(Checked::of(list, unfit, |fact| Record::Calendar(Box::new(fact))))
}

/// What is loaded now must win over what is known, also when the clock stands still or was set back.
fn after(now: Instant, former: Option<Instant>) -> Instant {
    former.map_or(now, |former| now.max(former.plus_ms(1)))
}
