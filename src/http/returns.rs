//! `GET /api/v1/units/{code}/indicators/template` and `/indicators/returns/{period}`: the sheet that an office fills in,
//! what it filled in, and who submitted and approved it. Only an approved return becomes records.

mod keeper;
mod problem;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use serde::{Deserialize, Serialize};

use crate::auth::{Caller, Role};
use crate::ingest::ReturnRow;
use crate::kpi::Window;
use crate::model::codec::encode;
use crate::model::{Instant, Period, Record, Text};
use crate::units::UnitKey;

use super::answers::{
    Figures, ReturnDifference, ReturnEntry, ReturnQuestion, check_return, return_differences, return_template,
};
use super::drill::{Asked, Places};
use super::error::Problem;
use super::extract::{PathOf, QueryOf};
use super::guard::require;
use super::json::json;
use super::official::XLSX;
use super::state::AppState;
use super::units_load::caught_up;

pub(super) use keeper::ReturnState;
pub use keeper::Returns;
use keeper::{Act, Return, is_same_person, not_so};
pub use problem::ReturnProblem;

/// Who fills in where nobody shows a token.
const LOCAL: &str = "local";
/// The longest name and reason.
const NAME_CHARS_MAX: usize = 120;
const REASON_CHARS_MAX: usize = 500;
/// How far ahead of the clock an approval may be, in milliseconds: as far as any record (DESIGN.md 3.1), and a little more
/// for those approved after one another.
const APPROVED_AHEAD_MS_MAX: i64 = 601_000;
/// Rows of a return; a catalogue has fewer indicators.
const ROWS_MAX: usize = 2_000;

pub(super) fn router(places: Places) -> Router<AppState> {
    Router::new()
        .route("/api/v1/units/{code}/indicators/template", get(template))
        .route("/api/v1/units/{code}/indicators/returns/{period}", get(show).put(draft))
        .route("/api/v1/units/{code}/indicators/returns/{period}/submit", post(submit))
        .route("/api/v1/units/{code}/indicators/returns/{period}/approve", post(approve))
        .route("/api/v1/units/{code}/indicators/returns/{period}/reject", post(reject))
        .layer(Extension(places))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfPeriod {
    period: String,
    /// The scheme by whose days the unit counts; that of walls when absent.
    scheme: Option<String>,
}

/// The rows that were filled in, as the sheet has them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Filled {
    rows: Vec<ReturnRow>,
}

/// Who takes a step.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    by: String,
    #[serde(default)]
    reason: Option<String>,
}

/// The newest return and what was before it.
#[derive(Serialize)]
struct ReturnAnswer<'a> {
    unit: &'a str,
    name: &'a str,
    period: Period,
    window: Window,
    /// Indicators that the unit is to report of the period.
    expected: usize,
    /// Those with a number.
    filled_in: usize,
    /// Of the newest return: what is striking about it now.
    differences: Vec<ReturnDifference>,
    /// The oldest first; null: nothing was filled in.
    versions: &'a [Return],
}

fn answer<'a>(figures: Figures<'a>, question: &'a ReturnQuestion<'a>, all: &'a [Return]) -> Result<Response, Problem> {
    let newest: &[ReturnEntry] = all.last().map(|newest| newest.entries.as_slice()).unwrap_or_default();
    json(&ReturnAnswer {
        unit: &question.unit.code,
        name: question.name,
        period: question.period,
        window: question.window,
        expected: question.indicators.len(),
        filled_in: newest.len(),
        differences: return_differences(figures, question, newest),
        versions: all,
    })
}

/// The label of the caller's token, and when.
fn act(state: &AppState, caller: &Caller, by: Option<String>, reason: Option<String>) -> Act {
    let label = |id: &Text| state.tokens.tokens().get(id).map(|token| token.label.to_string());
    let token = caller.token().and_then(label);
    let by = by.or_else(|| token.clone()).unwrap_or_else(|| LOCAL.to_owned());
    Act { by, token, at: (state.clock)().to_rfc3339(&state.zone), reason }
}

fn body<'b, T: Deserialize<'b>>(bytes: &'b [u8]) -> Result<T, Problem> {
    let bad = |error: serde_json::Error| Problem::BadParameter { reason: format!("the body can't be read: {error}") };
    serde_json::from_slice(bytes).map_err(bad)
}

fn step(bytes: &[u8]) -> Result<Step, Problem> {
    let step: Step = body(bytes)?;
    let bounded = |text: &str, max: usize| !text.trim().is_empty() && text.chars().count() <= max;
    if !bounded(&step.by, NAME_CHARS_MAX) {
        let reason = format!("by is the name of a person, 1 to {NAME_CHARS_MAX} characters");
        return Err(Problem::BadParameter { reason });
    }
    if step.reason.as_ref().is_some_and(|reason| !bounded(reason, REASON_CHARS_MAX)) {
        let reason = format!("reason is a text of 1 to {REASON_CHARS_MAX} characters");
        return Err(Problem::BadParameter { reason });
    }
    Ok(step)
}

/// The workbook to fill in.
async fn template(
    State(state): State<AppState>,
    (Extension(caller), Extension(places)): (Extension<Caller>, Extension<Places>),
    PathOf(code): PathOf<String>,
    QueryOf(OfPeriod { period, scheme }): QueryOf<OfPeriod>,
) -> Result<Response, Problem> {
    require(&caller, Role::View)?;
    let work = move |figures: Figures<'_>, code: &str| {
        let question = ReturnQuestion::of(figures, code, &period)?.counted_by(figures, scheme.as_deref())?;
        if question.indicators.is_empty() {
            return Err(ReturnProblem::NothingToReport { unit: code.to_owned(), period }.into());
        }
        let bytes = return_template(figures, &question).map_err(Problem::internal)?;
        let name = format!("attachment; filename=\"indicators_{}.xlsx\"", question.period);
        let name = HeaderValue::from_str(&name).map_err(Problem::internal)?;
        let kind = HeaderValue::from_static(XLSX);
        Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)], bytes).into_response())
    };
    Asked::of(state, &caller, &code)?.answer(&places, work).await
}

/// The returns of a unit and a period.
async fn show(
    State(state): State<AppState>,
    (Extension(caller), Extension(places)): (Extension<Caller>, Extension<Places>),
    PathOf((code, period)): PathOf<(String, String)>,
) -> Result<Response, Problem> {
    require(&caller, Role::Operate)?;
    let returns = state.returns.clone();
    let work = move |figures: Figures<'_>, code: &str| {
        let question = ReturnQuestion::of(figures, code, &period)?;
        answer(figures, &question, &returns.of(&question.unit, question.period)?)
    };
    Asked::of(state, &caller, &code)?.answer(&places, work).await
}

/// Takes what was filled in as a draft, whole or not at all.
async fn draft(
    State(state): State<AppState>,
    (Extension(caller), Extension(places)): (Extension<Caller>, Extension<Places>),
    PathOf((code, period)): PathOf<(String, String)>,
    bytes: Bytes,
) -> Result<Response, Problem> {
    require(&caller, Role::Operate)?;
    let (returns, drafted) = (state.returns.clone(), act(&state, &caller, None, None));
    let changing = returns.changing.clone().lock_owned().await;
    let work = move |figures: Figures<'_>, code: &str| {
        let _changing = changing;
        let question = ReturnQuestion::of(figures, code, &period)?;
        let Filled { rows } = body(&bytes)?;
        if rows.len() > ROWS_MAX {
            return Err(Problem::BadParameter { reason: format!("a return has at most {ROWS_MAX} rows") });
        }
        let entries = check_return(&question, &rows).map_err(|faults| ReturnProblem::Faulty {
            count: faults.len(),
            faults: serde_json::to_value(faults).unwrap_or_default(),
        })?;
        if entries.is_empty() {
            return Err(Problem::BadParameter { reason: "nothing is filled in".to_owned() });
        }
        let all = returns.draft((&question.unit, question.period), (drafted, entries))?;
        answer(figures, &question, &all)
    };
    Asked::of(state, &caller, &code)?.answer(&places, work).await
}

/// Hands a draft in for approval.
async fn submit(
    State(state): State<AppState>,
    (Extension(caller), Extension(places)): (Extension<Caller>, Extension<Places>),
    PathOf(at): PathOf<(String, String)>,
    bytes: Bytes,
) -> Result<Response, Problem> {
    take(state, caller, (places, at, bytes), |newest, act| {
        if newest.state != ReturnState::Draft {
            return Err(not_so(newest, "submitted"));
        }
        (newest.state, newest.submitted) = (ReturnState::Submitted, Some(act));
        Ok(())
    })
    .await
}

/// Sends a submitted return back.
async fn reject(
    State(state): State<AppState>,
    (Extension(caller), Extension(places)): (Extension<Caller>, Extension<Places>),
    PathOf(at): PathOf<(String, String)>,
    bytes: Bytes,
) -> Result<Response, Problem> {
    take(state, caller, (places, at, bytes), |newest, act| {
        if newest.state != ReturnState::Submitted {
            return Err(not_so(newest, "rejected"));
        }
        if act.reason.is_none() {
            return Err(Problem::BadParameter { reason: "reason says why the return is rejected".to_owned() });
        }
        (newest.state, newest.rejected) = (ReturnState::Rejected, Some(act));
        Ok(())
    })
    .await
}

/// A step that only the store hears of.
async fn take(
    state: AppState,
    caller: Caller,
    (places, (code, period), bytes): (Places, (String, String), Bytes),
    change: impl FnOnce(&mut Return, Act) -> Result<(), Problem> + Send + 'static,
) -> Result<Response, Problem> {
    require(&caller, Role::Operate)?;
    let returns = state.returns.clone();
    let changing = returns.changing.clone().lock_owned().await;
    let acting = (state.clone(), caller.clone());
    let work = move |figures: Figures<'_>, code: &str| {
        let _changing = changing;
        let question = ReturnQuestion::of(figures, code, &period)?;
        let Step { by, reason } = step(&bytes)?;
        let mut all = returns.of(&question.unit, question.period)?;
        let newest = all.last_mut().ok_or_else(|| none(&question))?;
        change(newest, act(&acting.0, &acting.1, Some(by), reason))?;
        returns.put((&question.unit, question.period), &all)?;
        answer(figures, &question, &all)
    };
    Asked::of(state, &caller, &code)?.answer(&places, work).await
}

fn none(question: &ReturnQuestion<'_>) -> Problem {
    ReturnProblem::NoReturn { unit: question.unit.code.to_string(), period: question.period.to_string() }.into()
}

/// Turns a submitted return into records. Approving again what is approved changes nothing.
async fn approve(
    State(state): State<AppState>,
    (Extension(caller), Extension(places)): (Extension<Caller>, Extension<Places>),
    PathOf((code, period)): PathOf<(String, String)>,
    bytes: Bytes,
) -> Result<Response, Problem> {
    require(&caller, Role::Operate)?;
    let returns = state.returns.clone();
    let _changing = returns.changing.clone().lock_owned().await;
    let (view, catalogue) = (state.view()?, state.catalogues.now());
    let figures = Figures { view: &view, catalogue: &catalogue, node: &state.node, scope: &caller.scope };
    let (unit, asked) = {
        let question = ReturnQuestion::of(figures, &code, &period)?;
        (question.unit.clone(), question.period)
    };
    let Step { by, .. } = step(&bytes)?;
    let mut all = read(&returns, &unit, asked).await?;
    let missing = ReturnProblem::NoReturn { unit: unit.code.to_string(), period: asked.to_string() };
    let newest = all.last_mut().ok_or(missing)?;
    match (newest.state, &newest.submitted) {
        (ReturnState::Approved, _) => {}
        (ReturnState::Submitted, Some(submitted)) if is_same_person(&submitted.by, &by) => {
            return Err(ReturnProblem::SamePerson { by: submitted.by.clone() }.into());
        }
        (ReturnState::Submitted, _) => {
            let now = (state.clock)();
            // Of what is journalled already, too: an approval is the newest of all of it.
            let view = caught_up(&state).await?;
            let payloads = records(Figures { view: &view, ..figures }, (&code, &period), (&newest.entries, now))?;
            // Journalled first: a stop in between leaves it submitted, and approving again writes the same numbers.
            newest.seq = Some(state.journal.append(payloads, now.0).await?.last_seq);
            (newest.state, newest.approved) = (ReturnState::Approved, Some(act(&state, &caller, Some(by), None)));
            write(&returns, &unit, asked, all.clone()).await?;
            tracing::info!(period.name = %asked, return.entries = all.last().map_or(0, |it| it.entries.len()), "return approved");
        }
        _ => return Err(not_so(newest, "approved")),
    }
    let work = move |figures: Figures<'_>, code: &str| {
        let question = ReturnQuestion::of(figures, code, &period)?;
        answer(figures, &question, &all)
    };
    Asked::of(state, &caller, &code)?.answer(&places, work).await
}

/// The records of an approved return. Each is newer than what is known of its number: records may be a little ahead of the
/// clock, and would win over it otherwise.
fn records(
    figures: Figures<'_>,
    (code, period): (&str, &str),
    (entries, now): (&[ReturnEntry], Instant),
) -> Result<Vec<Bytes>, Problem> {
    let (view, question) = (figures.view, ReturnQuestion::of(figures, code, period)?);
    let record = |entry: &ReturnEntry| {
        let known = view.reported_at(&entry.code, question.period, question.seen.id());
        let at = known.map_or(now, |known| now.max(known.plus_ms(1)));
        if at > now.plus_ms(APPROVED_AHEAD_MS_MAX) {
            let [at, now] = [known.unwrap_or(at), now].map(|at| at.to_rfc3339(view.zone()));
            return Err(ReturnProblem::ReportAhead { indicator: entry.code.to_string(), at, now }.into());
        }
        Ok(encode(&Record::Indicator(entry.record(&question.unit.code, question.period, at))).into())
    };
    entries.iter().map(record).collect()
}

async fn read(returns: &Returns, unit: &UnitKey, period: Period) -> Result<Vec<Return>, Problem> {
    let (returns, unit) = (returns.clone(), unit.clone());
    let work = move || returns.of(&unit, period);
    tokio::task::spawn_blocking(work).await.map_err(Problem::internal)?
}

async fn write(returns: &Returns, unit: &UnitKey, period: Period, all: Vec<Return>) -> Result<(), Problem> {
    let (returns, unit) = (returns.clone(), unit.clone());
    let work = move || returns.put((&unit, period), &all);
    tokio::task::spawn_blocking(work).await.map_err(Problem::internal)?
}
