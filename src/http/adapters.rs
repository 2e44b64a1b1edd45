//! `POST /api/v1/adapters/dvcqg`: the national portal's sync messages, answered in their own form.

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};

use crate::auth::{Caller, Role};
use crate::ingest::{Context, Delivery, EnvelopeError, PortalMessage};
use crate::model::{DossierKey, Text};

use super::error::Problem;
use super::events::{RejectionAnswer, append, body_of, count_accepted, count_refused, source_of, text};
use super::extract::QueryOf;
use super::guard::require;
use super::state::AppState;
use super::units_load::caught_up;

/// Everything was taken.
const TAKEN: &str = "00";
/// Something was refused.
const REFUSED: &str = "01";
/// Rejections listed in an answer; more are only counted.
const REJECTIONS_LISTED_MAX: usize = 1_000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PortalQuery {
    source: Option<String>,
    #[serde(default)]
    dry_run: bool,
}

/// What became of a message (I-2), counted in dossiers: `received` = `accepted` + `rejected`.
#[derive(Debug, Serialize)]
struct PortalAnswer<'a> {
    /// `00`: everything was taken, `01`: see `rejections`.
    error_code: &'static str,
    message: String,
    received: usize,
    accepted: usize,
    rejected: usize,
    rejections: Vec<RejectionAnswer<'a>>,
    /// Sequence of the message's last record; everything acknowledged up to it is safe on disk. Absent in a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    seq: Option<u64>,
    node: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    dry_run: bool,
}

/// The whole message is read before anything is journalled; 202 is said only after fdatasync (J-1).
pub(super) async fn post_portal(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    QueryOf(query): QueryOf<PortalQuery>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    require(&caller, Role::Ingest)?;
    let source = source_of(&caller, query.source.as_deref())?;
    let body = body_of(body, state.limits.body_bytes_max)?;
    let now = (state.clock)();
    let context = Context { source: source.clone(), now, zone: (*state.zone).clone(), limits: state.limits };
    let content_encoding = text(&headers, &header::CONTENT_ENCODING);
    let open = move || PortalMessage::open(&body, content_encoding.as_deref(), &context.limits).map(|of| (of, context));
    let (message, context) = tokio::task::spawn_blocking(open).await.map_err(Problem::internal)??;
    // What the message before this one brought is known, too.
    let view = if message.is_progress { Some(caught_up(&state).await?) } else { None };
    let (rejects, wall, portal) = (state.rejects.clone(), (state.wall)(), state.portal.clone());
    let dry_run = query.dry_run;
    let read = move || {
        let known = |id: &str| {
            let key = DossierKey { source: context.source.clone(), id: Text::new(id) };
            view.as_ref()?.stated_unit(&key).cloned()
        };
        let delivery = message.read(&context, &portal, &known)?;
        if !dry_run && let Err(error) = rejects.keep(&delivery.batch, &context.source, wall) {
            // The sender hears of every refused dossier all the same.
            tracing::error!(error = &error as &dyn std::error::Error, "refused dossiers can't be kept");
        }
        Ok::<_, EnvelopeError>(delivery)
    };
    let delivery = tokio::task::spawn_blocking(read).await.map_err(Problem::internal)??;
    count_refused(&delivery.batch);
    if delivery.accepted == 0 && delivery.batch.received > 0 {
        let answer = serde_json::to_value(answer(&state, &delivery, None, dry_run)).map_err(Problem::internal)?;
        return Err(Problem::NoneAccepted { received: delivery.batch.received, answer });
    }
    if dry_run {
        return Ok(Json(answer(&state, &delivery, None, true)).into_response());
    }
    let seq = append(&state.journal, &delivery.batch, &[], source, now).await?.last_seq;
    count_accepted(&delivery.batch);
    Ok((StatusCode::ACCEPTED, Json(answer(&state, &delivery, Some(seq), false))).into_response())
}

fn answer<'a>(state: &'a AppState, delivery: &'a Delivery, seq: Option<u64>, dry_run: bool) -> PortalAnswer<'a> {
    let batch = &delivery.batch;
    PortalAnswer {
        error_code: if batch.rejected == 0 { TAKEN } else { REFUSED },
        message: format!("{} of {} dossiers taken", delivery.accepted, batch.received),
        received: batch.received,
        accepted: delivery.accepted,
        rejected: batch.rejected,
        rejections: batch.rejections.iter().take(REJECTIONS_LISTED_MAX).map(RejectionAnswer::of).collect(),
        seq,
        node: &state.node,
        dry_run,
    }
}
