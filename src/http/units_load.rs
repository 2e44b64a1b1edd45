//! `PUT /api/v1/units`: a list of units, taken as a whole or not at all.
//!
//! A hierarchy taken in part would count dossiers under the wrong roof, so one bad row refuses the list.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::routing::put;
use axum::{Extension, Json, Router};

use crate::auth::{Caller, Role};
use crate::ingest::{EnvelopeError, Limits, UnitRow, check_units, read_units};
use crate::model::codec::encode;
use crate::model::{Record, UnitFact};

use super::error::Problem;
use super::events::{RejectionAnswer, body_of, text};
use super::guard::require;
use super::state::AppState;

/// The whole country in both states has about two megabytes.
const UNITS_BYTES_MAX: usize = 8 << 20;
/// Rejections listed in an answer; more are only counted.
const REJECTIONS_LISTED_MAX: usize = 1_000;

/// The area's routes.
pub(super) fn router() -> Router<AppState> {
    Router::new().route("/api/v1/units", put(put_units)).layer(DefaultBodyLimit::max(UNITS_BYTES_MAX))
}

#[derive(Debug, serde::Serialize)]
struct UnitsAnswer<'a> {
    received: usize,
    accepted: usize,
    rejected: usize,
    rejections: Vec<RejectionAnswer<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seq: Option<u64>,
    node: &'a str,
}

async fn put_units(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    require(&caller, Role::Operate)?;
    let body = body_of(body, UNITS_BYTES_MAX)?;
    let view = state.view()?;
    let now = (state.clock)();
    let content_type = text(&headers, &header::CONTENT_TYPE);
    let read = move || {
        let mut batch = read_units(&body, content_type.as_deref(), now, &Limits::default())?;
        let known: Vec<UnitFact> = view.units().versions().map(|(_, fact)| UnitFact::clone(fact)).collect();
        batch.units.iter_mut().for_each(|row| supersede(&mut row.fact, &known));
        let unfit = check_units(&batch.units, &known);
        Ok::<_, EnvelopeError>((batch, unfit))
    };
    let (batch, unfit) = tokio::task::spawn_blocking(read).await.map_err(Problem::internal)??;
    let rejected = batch.rejected + unfit.len();
    let rejections = batch.rejections.iter().chain(&unfit).take(REJECTIONS_LISTED_MAX).map(RejectionAnswer::of);
    let mut answer = UnitsAnswer {
        received: batch.received,
        accepted: 0,
        rejected,
        rejections: rejections.collect(),
        seq: None,
        node: &state.node,
    };
    if rejected > 0 {
        let answer = serde_json::to_value(answer).map_err(Problem::internal)?;
        return Err(Problem::NoneAccepted { received: batch.received, answer });
    }
    let payload = |row: &UnitRow| encode(&Record::Unit(Box::new(row.fact.clone()))).into();
    answer.seq = Some(state.journal.append(batch.units.iter().map(payload).collect(), now.0).await?.last_seq);
    answer.accepted = batch.received;
    Ok(Json(answer).into_response())
}

/// What is loaded now must win over what is known, also when the clock stands still or was set back.
fn supersede(fact: &mut UnitFact, known: &[UnitFact]) {
    let former = known.iter().find(|known| known.code == fact.code && known.valid_from == fact.valid_from);
    if let Some(former) = former {
        fact.at = fact.at.max(former.at.plus_ms(1));
    }
}
