//! `GET /api/v1/reports`, `/api/v1/reports/{run}/{file}` and `POST .../retry`: reports that were made by themselves, of
//! the caller's units, and what became of each.

use std::io::ErrorKind;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use serde::{Deserialize, Serialize};

use super::problem::RunProblem;
use crate::auth::{Caller, Role, Scope};
use crate::cube::View;
use crate::facts::FactsError;
use crate::http::error::Problem;
use crate::http::extract::{PathOf, QueryOf};
use crate::http::guard::require;
use crate::http::json::json;
use crate::http::state::AppState;
use crate::http::tokens::written;
use crate::kpi::Words;
use crate::kpi::report::Days;
use crate::model::{Instant, Zone};
use crate::pipeline::outbox::{FateState, Outbox};
use crate::pipeline::reports::{FILE_TYPES, Made, ReportRun, RunState};
use crate::units::Hierarchy;

/// Runs of one page.
const PAGE_ROWS: usize = 50;
/// What was made doesn't change any more.
const CACHE: &str = "private, max-age=86400, immutable";

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/api/v1/reports", get(list))
        .route("/api/v1/reports/{run}/{file}", get(file))
        .route("/api/v1/reports/{run}/retry", post(retry))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    /// Id of a report.
    report: Option<String>,
    /// Code of a unit.
    unit: Option<String>,
    /// The greatest number that is wanted no more: where the page before ended.
    cursor: Option<u64>,
}

#[derive(Serialize)]
struct ListAnswer<'a> {
    as_of: String,
    seq: u64,
    node: &'a str,
    /// Every report with a schedule.
    schedules: Vec<ScheduleAnswer>,
    /// The newest first.
    runs: Vec<RunAnswer>,
    /// To be given as `cursor` for the next page; null when there is none.
    next: Option<u64>,
}

#[derive(Serialize)]
struct ScheduleAnswer {
    report: String,
    title: Words,
    cron: String,
    /// Up to when its runs are known; null until it is seen for the first time, from when on it is made.
    since: Option<String>,
    /// When it is made next; null when that is further away than anybody looks.
    next: Option<String>,
    keep_days: u16,
}

#[derive(Serialize)]
struct RunAnswer {
    run: u64,
    report: String,
    title: Words,
    unit: String,
    name: String,
    period: String,
    state: RunState,
    /// When it should be made.
    at: String,
    tries: u32,
    /// Why it waits or failed.
    why: Option<String>,
    /// When it is tried next, while it waits.
    next_at: Option<String>,
    made: Option<MadeAnswer>,
}

#[derive(Serialize)]
struct MadeAnswer {
    at: String,
    late: bool,
    seq: u64,
    closing: Option<u32>,
    backfill: Vec<String>,
    deliveries: Vec<DeliveryAnswer>,
    /// How many pages can still be had.
    pages: usize,
    /// The names of all files that can still be had.
    files: Vec<String>,
}

/// Whether a destination took a report.
#[derive(Serialize)]
struct DeliveryAnswer {
    to: String,
    /// Null where that isn't known any more.
    state: Option<FateState>,
    /// Since when, by the real clock; of one that waits, when it is tried next.
    at: Option<String>,
    tries: u32,
    /// Why the last try failed, for those who operate: it may name a machine.
    why: Option<String>,
}

/// Where it is read what became of messages, and for whom.
struct Told<'a> {
    outbox: &'a Outbox,
    zone: &'a Zone,
    /// Whether reasons are told.
    reasons: bool,
}

/// What was made and what waits; of foreign units nothing is shown.
async fn list(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    QueryOf(query): QueryOf<ListQuery>,
) -> Result<Response, Problem> {
    require(&caller, Role::View)?;
    let view = state.view()?;
    let (runs, seen, scope) = (state.runs.clone(), view.clone(), caller.scope.clone());
    let ListQuery { report, unit, cursor } = query;
    let (outbox, reasons) = (state.outbox.clone(), caller.may(Role::Operate));
    let page = written(move || {
        let page = runs.page(cursor.unwrap_or(u64::MAX), PAGE_ROWS, |run| {
            report.as_ref().is_none_or(|report| *report == run.report)
                && unit.as_ref().is_none_or(|unit| run.unit.as_str() == unit)
                && shows(&seen, &scope, &run.unit, run.at)
        })?;
        let told = Told { outbox: &outbox, zone: seen.zone(), reasons };
        let rows = page.runs.into_iter().map(|run| answer(run, &told));
        Ok((rows.collect::<Result<Vec<RunAnswer>, FactsError>>()?, page.next))
    });
    let (runs, next) = page.await?;
    json(&ListAnswer {
        as_of: view.now().to_rfc3339(view.zone()),
        seq: view.seq(),
        node: &state.node,
        schedules: schedules(&state, &view),
        runs,
        next,
    })
}

/// Tries a run anew that was given up.
async fn retry(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    PathOf(number): PathOf<u64>,
) -> Result<Json<RunAnswer>, Problem> {
    require(&caller, Role::Operate)?;
    let view = state.view()?;
    let label = caller.token().and_then(|id| state.tokens.tokens().get(id)).map(|token| token.label.to_string());
    let (runs, seen, outbox) = (state.runs.clone(), view.clone(), state.outbox.clone());
    let done = written(move || {
        if !runs.get(number)?.is_some_and(|run| shows(&seen, &caller.scope, &run.unit, run.at)) {
            return Ok(None);
        }
        let is_done = runs.retry(number, seen.now())?;
        let told = Told { outbox: &outbox, zone: seen.zone(), reasons: true };
        let run = runs.get(number)?.map(|run| answer(run, &told)).transpose()?;
        Ok(is_done.zip(run))
    });
    match done.await? {
        None => Err(RunProblem::None(number).into()),
        Some((false, _)) => Err(RunProblem::NotFailed(number).into()),
        Some((true, run)) => {
            tracing::info!(report.run = number, report.by = label, "a run that was given up is tried anew");
            Ok(Json(run))
        }
    }
}

/// A page, the paragraph or the workbook of a run.
async fn file(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    PathOf((number, name)): PathOf<(u64, String)>,
) -> Result<Response, Problem> {
    require(&caller, Role::View)?;
    let view = state.view()?;
    let runs = state.runs.clone();
    let path = state.runs.file(number, &name);
    let read = written(move || {
        let run = runs.get(number)?;
        let is_made = run.as_ref().is_some_and(|run| run.made.as_ref().is_some_and(|made| made.is_kept));
        Ok((run, path.filter(|_| is_made).map(std::fs::read)))
    });
    let (run, bytes) = read.await?;
    run.filter(|run| shows(&view, &caller.scope, &run.unit, run.at)).ok_or(RunProblem::Unknown(number))?;
    let bytes = match bytes {
        None => return Err(RunProblem::Unknown(number).into()),
        Some(Err(error)) if error.kind() == ErrorKind::NotFound => return Err(RunProblem::Unknown(number).into()),
        Some(bytes) => bytes.map_err(Problem::internal)?,
    };
    let ending = name.rsplit('.').next().unwrap_or_default();
    let kind = FILE_TYPES.iter().find(|(of, _)| *of == ending).map_or("application/octet-stream", |(_, kind)| kind);
    Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, CACHE)], bytes).into_response())
}

/// Whether a run is of a unit that may be seen (H-1). A code that nobody knows any more is shown only to whom nothing is
/// foreign.
pub(in crate::http) fn shows(view: &View, scope: &Scope, unit: &str, at: Instant) -> bool {
    let sight = scope.on(view.units(), view.hierarchies(), Hierarchy::Now);
    scope.is_all() || sight.unit(unit, view.zone().day(at)).is_some()
}

fn schedules(state: &AppState, view: &View) -> Vec<ScheduleAnswer> {
    let catalogue = state.catalogues.now();
    let schemes = catalogue.schemes();
    let planned = catalogue.reports().filter_map(|report| Some((report, report.plan.as_ref()?)));
    let row = planned.map(|(report, plan)| {
        let scheme = report.scheme.as_deref().and_then(|id| schemes.named(id)).unwrap_or(schemes.of_forms());
        let days = Days { zone: view.zone(), calendar: view.rules().calendar(), scheme };
        ScheduleAnswer {
            report: report.id.clone(),
            title: report.title.clone(),
            cron: plan.cron.clone(),
            since: state.runs.since(&report.id).map(|since| since.to_rfc3339(view.zone())),
            next: plan.schedule.next(view.now(), days).map(|next| next.to_rfc3339(view.zone())),
            keep_days: plan.keep_days,
        }
    });
    row.collect()
}

/// Waits for the disk.
fn answer(run: ReportRun, told: &Told<'_>) -> Result<RunAnswer, FactsError> {
    let (waits, zone) = (run.state == RunState::Waiting, told.zone);
    Ok(RunAnswer {
        run: run.number,
        report: run.report,
        title: run.title,
        unit: run.unit.to_string(),
        name: run.name,
        period: run.period.to_string(),
        state: run.state,
        at: run.at.to_rfc3339(zone),
        tries: run.tries,
        why: run.why,
        next_at: waits.then(|| run.next_at.to_rfc3339(zone)),
        made: run.made.map(|made| made_answer(made, told)).transpose()?,
    })
}

fn made_answer(made: Made, told: &Told<'_>) -> Result<MadeAnswer, FactsError> {
    let pages = if made.is_kept { made.pages } else { 0 };
    let mut files: Vec<String> = (1..=pages).map(|page| format!("{page}.png")).collect();
    if made.is_kept {
        files.extend(["figures.xlsx", "text.txt"].map(str::to_owned));
    }
    let deliveries = made.to.iter().map(|to| delivery(to, made.messages.get(to).copied(), told));
    let deliveries = deliveries.collect::<Result<Vec<_>, FactsError>>()?;
    Ok(MadeAnswer {
        at: made.at.to_rfc3339(told.zone),
        late: made.is_late,
        seq: made.seq,
        closing: made.closing,
        backfill: made.backfill.iter().map(ToString::to_string).collect(),
        deliveries,
        pages,
        files,
    })
}

fn delivery(to: &str, message: Option<u64>, told: &Told<'_>) -> Result<DeliveryAnswer, FactsError> {
    let fate = message.map_or(Ok(None), |number| told.outbox.fate(number))?;
    Ok(DeliveryAnswer {
        to: to.to_owned(),
        state: fate.as_ref().map(|fate| fate.state),
        at: fate.as_ref().map(|fate| fate.at.to_rfc3339(told.zone)),
        tries: fate.as_ref().map_or(0, |fate| fate.tries),
        why: fate.filter(|_| told.reasons).and_then(|fate| fate.why),
    })
}
