//! Closing and reopening periods, what was closed, and what has changed since.
//!
//! A closed period keeps all figures of a unit and everything below it. Its official answers are made from what was
//! kept and from nothing else, so they stay the same bytes whatever arrives later; corrections show as a difference.

mod all;
mod keeper;
mod marks;
mod report;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::auth::{Caller, Role};
use crate::kpi::Window;
use crate::model::Period;
use crate::pipeline::feeds::Feeds;

use super::answers::{
    self, Closed, ClosedQuestion, ClosedVersion, DifferenceQuery, Figures, FormAnswer, FormQuery, Kept, KeptReports,
    KpisQuery, Snapshot, Table, Tabular, official_form, report_difference,
};
use super::drill::{Asked, Places};
use super::error::Problem;
use super::extract::{PathOf, QueryOf};
use super::form::{self, Form};
use super::guard::require;
use super::json::json;
use super::state::AppState;

pub use keeper::Closings;
use keeper::{Closing, KeptOf, Reopened};
pub(super) use report::{ReportAsked, ReportFound};

/// The longest reason for reopening.
const REASON_CHARS_MAX: usize = 500;
/// Who closes where nobody shows a token.
const LOCAL: &str = "local";

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/api/v1/periods", get(all::all))
        .route("/api/v1/periods/{scheme}/{period}", get(list))
        .route("/api/v1/periods/{scheme}/{period}/difference", get(difference))
        .route("/api/v1/periods/{scheme}/{period}/close", post(close))
        .route("/api/v1/periods/{scheme}/{period}/reopen", post(reopen))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OfUnit {
    unit: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reopening {
    unit: String,
    reason: String,
}

/// The closings of a period of a unit.
#[derive(Serialize)]
struct Listing {
    unit: String,
    name: String,
    scheme: String,
    period: Period,
    window: Window,
    /// Whether it is over, so that it can be closed.
    ended: bool,
    /// Which closing is official for the unit, its own or that of a unit above; null when none is.
    official: Option<Closed>,
    /// The unit's own closings, the oldest first.
    versions: Vec<VersionRow>,
}

/// One closing.
#[derive(Serialize)]
struct VersionRow {
    version: u32,
    closed_by: String,
    closed_at: String,
    seq: u64,
    node: String,
    as_of: String,
    kpis: std::collections::BTreeMap<crate::model::Text, String>,
    forms: std::collections::BTreeMap<crate::model::Text, String>,
    indices: std::collections::BTreeMap<crate::model::Text, String>,
    /// Null of what was closed before indicators were kept.
    catalogue: Option<String>,
    units: usize,
    members: usize,
    reopened: Option<ReopenedRow>,
}

#[derive(Serialize)]
struct ReopenedRow {
    by: String,
    at: String,
    reason: String,
}

impl From<Closing> for VersionRow {
    fn from(closing: Closing) -> VersionRow {
        let Closed { version, by, at } = closing.closed;
        let reopened = closing.reopened.map(|Reopened { by, at, reason, .. }| ReopenedRow { by, at, reason });
        let KeptOf { seq, node, as_of, kpis, forms, indices, catalogue, units, members, .. } = closing.kept;
        VersionRow {
            version,
            closed_by: by,
            closed_at: at,
            seq,
            node,
            as_of,
            kpis,
            forms,
            indices,
            catalogue,
            units,
            members,
            reopened,
        }
    }
}

/// What closing keeps of who does it.
struct Actor {
    by: String,
    token: Option<crate::model::Text>,
    at: String,
}

impl Actor {
    fn of(state: &AppState, caller: &Caller) -> Actor {
        let token = caller.token().cloned();
        let label = token.as_ref().and_then(|id| state.tokens.tokens().get(id)).map(|token| token.label.to_string());
        Actor { by: label.unwrap_or_else(|| LOCAL.to_owned()), token, at: (state.clock)().to_rfc3339(&state.zone) }
    }
}

fn body<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Problem> {
    let bad = |error: serde_json::Error| Problem::BadParameter { reason: format!("the body can't be read: {error}") };
    serde_json::from_slice(bytes).map_err(bad)
}

/// Closes a period of a unit and everything below it.
async fn close(
    State(state): State<AppState>,
    (Extension(caller), Extension(places)): (Extension<Caller>, Extension<Places>),
    PathOf((scheme, period)): PathOf<(String, String)>,
    bytes: Bytes,
) -> Result<Response, Problem> {
    require(&caller, Role::Operate)?;
    let OfUnit { unit } = body(&bytes)?;
    let (closings, actor) = (state.closings.clone(), Actor::of(&state, &caller));
    let feeds = Feeds::of(state.tokens.tokens());
    let work = move |figures: Figures<'_>, code: &str| {
        let question = ClosedQuestion::of_period(figures, code, (&scheme, &period))?;
        if figures.view.units_pending() {
            return Err(Problem::NotReady);
        }
        if question.window.last >= figures.view.today() {
            return Err(Problem::NotEnded { period, to: question.window.last.to_string() });
        }
        let make = |version| {
            let closed = Closed { version, by: actor.by, at: actor.at };
            let query = FormQuery { period: Some(period), scheme: Some(scheme), ..FormQuery::default() };
            let snapshot = Snapshot::take((figures, &feeds), question.seen, &query, &closed)?;
            Ok((snapshot, closed))
        };
        let closing = closings.close((&question.scheme, question.period), (&question.unit, actor.token), make)?;
        let Closing { closed, kept, .. } = &closing;
        tracing::info!(
            period.name = %question.period,
            period.scheme = question.scheme,
            period.version = closed.version,
            figures.seq = kept.seq,
            figures.members = kept.members,
            "period closed"
        );
        Ok((StatusCode::CREATED, Json(listing(figures, &closings, question)?)).into_response())
    };
    Asked::of(state, &caller, &unit)?.answer(&places, work).await
}

/// Opens a period again; what was closed stays in the list.
async fn reopen(
    State(state): State<AppState>,
    (Extension(caller), Extension(places)): (Extension<Caller>, Extension<Places>),
    PathOf((scheme, period)): PathOf<(String, String)>,
    bytes: Bytes,
) -> Result<Response, Problem> {
    require(&caller, Role::Operate)?;
    let Reopening { unit, reason } = body(&bytes)?;
    if reason.trim().is_empty() || reason.chars().count() > REASON_CHARS_MAX {
        let reason = format!("reason is a text of 1 to {REASON_CHARS_MAX} characters: why the period is reopened");
        return Err(Problem::BadParameter { reason });
    }
    let (closings, Actor { by, token, at }) = (state.closings.clone(), Actor::of(&state, &caller));
    let work = move |figures: Figures<'_>, code: &str| {
        let question = ClosedQuestion::of_period(figures, code, (&scheme, &period))?;
        let reopened = Reopened { by, token, at, reason };
        let found = closings.reopen((&question.scheme, question.period), &question.unit, reopened)?;
        if found.is_none() {
            return Err(question.not_closed().into());
        }
        tracing::info!(period.name = %question.period, period.scheme = question.scheme, "period reopened");
        json(&listing(figures, &closings, question)?)
    };
    Asked::of(state, &caller, &unit)?.answer(&places, work).await
}

/// The closings of a period of a unit.
async fn list(
    State(state): State<AppState>,
    (Extension(caller), Extension(places)): (Extension<Caller>, Extension<Places>),
    PathOf((scheme, period)): PathOf<(String, String)>,
    QueryOf(OfUnit { unit }): QueryOf<OfUnit>,
) -> Result<Response, Problem> {
    require(&caller, Role::View)?;
    let closings = state.closings.clone();
    let work = move |figures: Figures<'_>, code: &str| {
        let question = ClosedQuestion::of_period(figures, code, (&scheme, &period))?;
        json(&listing(figures, &closings, question)?)
    };
    Asked::of(state, &caller, &unit)?.answer(&places, work).await
}

fn listing(figures: Figures<'_>, closings: &Closings, question: ClosedQuestion) -> Result<Listing, Problem> {
    let at = (question.scheme.as_str(), question.period);
    let official = closings.official(at, &question.unit, &question.closers)?;
    let versions = closings.of(at.0, at.1, &question.unit)?;
    Ok(Listing {
        official: official.map(|closing| closing.closed),
        versions: versions.into_iter().map(VersionRow::from).collect(),
        ended: question.window.last < figures.view.today(),
        unit: question.unit.code.to_string(),
        name: question.name.to_string(),
        period: question.period,
        window: question.window,
        scheme: question.scheme,
    })
}

/// What the official and the current figures of a closed period differ in.
async fn difference(
    State(state): State<AppState>,
    (Extension(caller), Extension(places)): (Extension<Caller>, Extension<Places>),
    PathOf((scheme, period)): PathOf<(String, String)>,
    QueryOf(query): QueryOf<DifferenceQuery>,
) -> Result<Response, Problem> {
    require(&caller, Role::Operate)?;
    let (closings, unit) = (state.closings.clone(), query.unit.clone());
    let work = move |figures: Figures<'_>, code: &str| {
        let question = ClosedQuestion::of_period(figures, code, (&scheme, &period))?;
        let (closing, of) = closed(&closings, &question, ClosedVersion::Official)?;
        let now = KeptReports::of(figures, &[question.seen.id()], question.period, &closing.closed).swap_remove(0);
        let former = closings.reports(&closing, &question.unit)?;
        let reports = report_difference(former.as_ref(), &now).map_err(Problem::internal)?;
        let units = closings.ledger(&closing)?.below(&question.unit);
        let kept = Kept {
            closed: &closing.closed,
            seq: closing.kept.seq,
            as_of: &closing.kept.as_of,
            measures: &of.measures,
            units: &units,
            reports,
        };
        json(&answers::difference(figures, &question, &query, kept, closings.members(&closing))?)
    };
    Asked::of(state, &caller, &unit)?.answer(&places, work).await
}

/// The closing of a unit that is meant, with the unit's figures in it.
fn closed(
    closings: &Closings,
    question: &ClosedQuestion,
    version: ClosedVersion,
) -> Result<(Closing, answers::ClosedFigures), Problem> {
    let at = (question.scheme.as_str(), question.period);
    let closing = match version {
        ClosedVersion::Official => {
            closings.official(at, &question.unit, &question.closers)?.ok_or_else(|| question.not_closed())?
        }
        ClosedVersion::Number(number) => closings
            .numbered(at, (&question.unit, &question.closers), number)?
            .ok_or_else(|| question.no_closing(number))?,
    };
    let figures = closings.figures(&closing, &question.unit)?.ok_or_else(|| question.not_closed())?;
    Ok((closing, figures))
}

/// The closed figures of a unit, as they went out when the period was closed.
pub(super) fn closed_kpis(
    closings: &Closings,
    figures: Figures<'_>,
    (code, query, version): (&str, &KpisQuery, ClosedVersion),
    accepted: Form,
) -> Result<Response, Problem> {
    let question = ClosedQuestion::of_kpis(figures, code, query)?;
    let (_, of) = closed(closings, &question, version)?;
    let json = RawValue::from_string(of.json).map_err(Problem::internal)?;
    form::answer(accepted, query.bom, &KeptAnswer { json, table: of.table })
}

/// What was asked of closed indicators or of a score.
pub(super) struct ReportsAsked<'q> {
    pub(super) code: &'q str,
    pub(super) period: Option<&'q str>,
    pub(super) scheme: Option<&'q str>,
    /// Hierarchy and role.
    pub(super) perspective: (Option<&'q str>, Option<&'q str>),
    pub(super) version: ClosedVersion,
    /// Id of the index; none: indicators.
    pub(super) index: Option<&'q str>,
    pub(super) bom: bool,
}

/// The closed indicators of a unit, or its score, as they were when the period was closed.
pub(super) fn closed_reports(
    closings: &Closings,
    figures: Figures<'_>,
    asked: &ReportsAsked<'_>,
    accepted: Form,
) -> Result<Response, Problem> {
    let at = (asked.scheme, asked.period);
    let question = ClosedQuestion::of_reports(figures, asked.code, at, asked.perspective)?;
    let (closing, _) = closed(closings, &question, asked.version)?;
    let KeptReports { indicators, mut indices } =
        closings.reports(&closing, &question.unit)?.ok_or_else(|| question.not_closed())?;
    let unknown = |id: &str| answers::AnswerError::UnknownIndex(id.chars().take(64).collect());
    let kept = match asked.index {
        None => indicators,
        Some(id) => indices.remove(id).ok_or_else(|| unknown(id))?,
    };
    let json = RawValue::from_string(kept.json).map_err(Problem::internal)?;
    form::answer(accepted, asked.bom, &KeptAnswer { json, table: kept.table })
}

/// An answer as it was kept.
struct KeptAnswer {
    json: Box<RawValue>,
    table: Table,
}

impl Serialize for KeptAnswer {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json.serialize(serializer)
    }
}

impl Tabular for KeptAnswer {
    fn table(&self) -> Table {
        self.table.clone()
    }
}

fn json_value(answer: &impl Serialize) -> Result<serde_json::Value, Problem> {
    serde_json::to_value(answer).map_err(Problem::internal)
}

/// The closed form of a unit, made from what the closing kept.
pub(super) fn closed_form(
    closings: &Closings,
    figures: Figures<'_>,
    (form, code, version): (&str, &str, ClosedVersion),
    query: &FormQuery,
    written: impl FnOnce(&FormAnswer<'_>) -> Result<Response, Problem>,
) -> Result<Response, Problem> {
    let question = ClosedQuestion::of_form(figures, code, query)?;
    let (closing, of) = closed(closings, &question, version)?;
    let unknown = || answers::AnswerError::UnknownForm(form.chars().take(64).collect());
    let text = closings.form(&closing, form)?.ok_or_else(unknown)?;
    let (heading, ledger) = (closings.heading(&closing)?, closings.ledger(&closing)?);
    official_form(figures, (form, &text), (&heading, &ledger, of), (&question, &closing.closed), query, written)
}
