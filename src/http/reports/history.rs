//! `GET /api/v1/reports` and `/api/v1/reports/{run}/{file}`: reports that were made by themselves, of the caller's units.

use std::io::ErrorKind;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use serde::{Deserialize, Serialize};

use crate::auth::{Caller, Role, Scope};
use crate::cube::View;
use crate::http::error::Problem;
use crate::http::extract::{PathOf, QueryOf};
use crate::http::guard::require;
use crate::http::json::json;
use crate::http::state::AppState;
use crate::http::tokens::written;
use crate::kpi::Words;
use crate::kpi::report::Days;
use crate::model::Zone;
use crate::pipeline::reports::{FILE_TYPES, Made, ReportRun, RunState};
use crate::units::Hierarchy;

/// Runs of one page.
const PAGE_ROWS: usize = 50;
/// What was made doesn't change any more.
const CACHE: &str = "private, max-age=86400, immutable";

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/api/v1/reports", get(list)).route("/api/v1/reports/{run}/{file}", get(file))
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
    to: Vec<String>,
    /// How many pages can still be had.
    pages: usize,
    /// The names of all files that can still be had.
    files: Vec<String>,
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
    let page = written(move || {
        runs.page(cursor.unwrap_or(u64::MAX), PAGE_ROWS, |run| {
            report.as_ref().is_none_or(|report| *report == run.report)
                && unit.as_ref().is_none_or(|unit| run.unit.as_str() == unit)
                && shows(&seen, &scope, run)
        })
    });
    let page = page.await?;
    json(&ListAnswer {
        as_of: view.now().to_rfc3339(view.zone()),
        seq: view.seq(),
        node: &state.node,
        schedules: schedules(&state, &view),
        runs: page.runs.into_iter().map(|run| answer(run, view.zone())).collect(),
        next: page.next,
    })
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
    run.filter(|run| shows(&view, &caller.scope, run)).ok_or(Problem::UnknownRun(number))?;
    let bytes = match bytes {
        None => return Err(Problem::UnknownRun(number)),
        Some(Err(error)) if error.kind() == ErrorKind::NotFound => return Err(Problem::UnknownRun(number)),
        Some(bytes) => bytes.map_err(Problem::internal)?,
    };
    let ending = name.rsplit('.').next().unwrap_or_default();
    let kind = FILE_TYPES.iter().find(|(of, _)| *of == ending).map_or("application/octet-stream", |(_, kind)| kind);
    Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, CACHE)], bytes).into_response())
}

/// Whether a run is of a unit that may be seen (H-1). A code that nobody knows any more is shown only to whom nothing is
/// foreign.
fn shows(view: &View, scope: &Scope, run: &ReportRun) -> bool {
    let sight = scope.on(view.units(), view.hierarchies(), Hierarchy::Now);
    scope.is_all() || sight.unit(&run.unit, view.zone().day(run.at)).is_some()
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

fn answer(run: ReportRun, zone: &Zone) -> RunAnswer {
    let waits = run.state == RunState::Waiting;
    RunAnswer {
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
        made: run.made.map(|made| made_answer(made, zone)),
    }
}

fn made_answer(made: Made, zone: &Zone) -> MadeAnswer {
    let pages = if made.is_kept { made.pages } else { 0 };
    let mut files: Vec<String> = (1..=pages).map(|page| format!("{page}.png")).collect();
    if made.is_kept {
        files.extend(["figures.xlsx", "text.txt"].map(str::to_owned));
    }
    MadeAnswer {
        at: made.at.to_rfc3339(zone),
        late: made.is_late,
        seq: made.seq,
        closing: made.closing,
        backfill: made.backfill.iter().map(ToString::to_string).collect(),
        to: made.to,
        pages,
        files,
    }
}
