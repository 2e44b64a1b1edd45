//! `PUT, GET /api/v1/sources/{source}/totals` and `GET /api/v1/totals`: what sources say how many dossiers they have of a
//! day, beside what is known here.

mod kept;

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Json, Router};
use serde::{Deserialize, Serialize};

use crate::auth::{Caller, Role};
use crate::ingest::check_source;
use crate::model::{Day, Text};

use super::answers::{SUMMARY_DAYS, SourceTotals, StatedDays, StatedTotals, totals_of};
use super::drill::{Asked, Places};
use super::error::Problem;
use super::events::body_of;
use super::extract::{PathOf, QueryOf};
use super::guard::require;
use super::json::json;
use super::state::AppState;
use super::tokens::written;
use super::units_load::caught_up;

pub(super) use kept::newest;

/// Ten years of days.
const DAYS_MAX: usize = 3_660;
/// Years of which something can be stated, and how many days they have: so many are kept of a source at most.
const YEARS: std::ops::RangeInclusive<i16> = 2000..=2100;
const KEPT_DAYS_MAX: usize = 101 * 366;
/// Bytes of a list of them.
const TOTALS_BYTES_MAX: usize = 1 << 20;

pub(super) fn router(places: Places) -> Router<AppState> {
    Router::new()
        .route("/api/v1/totals", get(all_totals))
        .route("/api/v1/sources/{source}/totals", get(totals).put(put_totals))
        .layer(DefaultBodyLimit::max(TOTALS_BYTES_MAX))
        .layer(Extension(places))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StatedDay {
    day: String,
    received: Option<u64>,
    finished: Option<u64>,
}

#[derive(Debug, Serialize)]
struct Taken {
    days: usize,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TotalsQuery {
    from: Option<String>,
    to: Option<String>,
}

#[derive(Debug, Serialize)]
struct TotalsAnswer<'a> {
    source: &'a str,
    as_of: String,
    seq: u64,
    node: &'a str,
    #[serde(flatten)]
    totals: SourceTotals,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AllQuery {
    days: Option<usize>,
}

#[derive(Debug, Serialize)]
struct AllAnswer<'a> {
    as_of: String,
    seq: u64,
    node: &'a str,
    /// Those that ever stated anything, by name.
    sources: Vec<SourceRow<'a>>,
}

/// The newest days of a source.
#[derive(Debug, Serialize)]
struct SourceRow<'a> {
    source: &'a str,
    system: Option<&'a str>,
    contact: Option<&'a str>,
    #[serde(flatten)]
    totals: &'a SourceTotals,
}

/// Takes what a source says of its days; said again, the last one counts.
async fn put_totals(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    PathOf(source): PathOf<String>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    require(&caller, Role::Ingest)?;
    let asked = check_source(&source).map_err(|error| Problem::BadParameter { reason: error.to_string() })?;
    let source = caller.source(Some(&asked))?.unwrap_or(asked);
    let body = body_of(body, TOTALS_BYTES_MAX)?;
    let days: Vec<StatedDay> = serde_json::from_slice(&body).map_err(|error| Problem::BadParameter {
        reason: format!("no list of {{day, received, finished}}: {error}"),
    })?;
    if days.len() > DAYS_MAX {
        return Err(Problem::BadParameter { reason: format!("{} days, at most {DAYS_MAX} at once", days.len()) });
    }
    let (count, at) = (days.len(), Some((state.clock)()));
    let of =
        |one: &StatedDay| Ok((day(&one.day)?, StatedTotals { received: one.received, finished: one.finished, at }));
    let days = days.iter().map(of).collect::<Result<StatedDays, Problem>>()?;
    let facts = state.facts.clone();
    written(move || kept::keep(&facts, &source, &days)).await?;
    Ok(Json(Taken { days: count }).into_response())
}

/// A day that was asked for or stated, of the years that a record may be of.
fn day(text: &str) -> Result<Day, Problem> {
    let no_day = || Problem::BadParameter {
        reason: format!(
            "`{}` is no day from 2000 to 2100 such as 2024-07-01",
            text.chars().take(32).collect::<String>()
        ),
    };
    let day = text.parse::<Day>().ok().filter(|day| YEARS.contains(&day.date().year()));
    day.ok_or_else(no_day)
}

/// What a source said of its days, each beside what is known here.
async fn totals(
    State(state): State<AppState>,
    (Extension(caller), Extension(places)): (Extension<Caller>, Extension<Places>),
    PathOf(source): PathOf<String>,
    QueryOf(query): QueryOf<TotalsQuery>,
) -> Result<Response, Problem> {
    require(&caller, Role::Operate)?;
    // Whoever asks after sending means what was sent.
    caught_up(&state).await?;
    let source = Text::new(&source);
    let window = (query.from.as_deref().map(day).transpose()?, query.to.as_deref().map(day).transpose()?);
    let (facts, of) = (state.facts.clone(), source.clone());
    let stated = written(move || kept::stated(&facts, &of, window, KEPT_DAYS_MAX)).await?;
    let asked = Asked::of(state, &caller, "")?;
    let work = move |figures: super::answers::Figures<'_>, _: &str| {
        let view = figures.view;
        let nothing = SourceTotals { agreeing: 0, differing: 0, days: Vec::new() };
        let mut totals = totals_of(view, &BTreeMap::from([(source.clone(), stated)]));
        json(&TotalsAnswer {
            source: &source,
            as_of: view.now().to_rfc3339(view.zone()),
            seq: view.seq(),
            node: figures.node,
            totals: totals.remove(&source).unwrap_or(nothing),
        })
    };
    asked.answer(&places, work).await
}

/// What every source said of its newest days, each beside what is known here.
async fn all_totals(
    State(state): State<AppState>,
    (Extension(caller), Extension(places)): (Extension<Caller>, Extension<Places>),
    QueryOf(AllQuery { days }): QueryOf<AllQuery>,
) -> Result<Response, Problem> {
    require(&caller, Role::Operate)?;
    let days = days.unwrap_or(SUMMARY_DAYS);
    if !(1..=DAYS_MAX).contains(&days) {
        return Err(Problem::BadParameter { reason: format!("days is from 1 to {DAYS_MAX}") });
    }
    caught_up(&state).await?;
    let facts = state.facts.clone();
    let stated = written(move || newest(&facts, days)).await?;
    let asked = Asked::of(state, &caller, "")?;
    let work = move |figures: super::answers::Figures<'_>, _: &str| {
        let view = figures.view;
        let totals = totals_of(view, &stated);
        let profile = |source: &Text| view.sources().get(source).map(|fact| &fact.profile);
        json(&AllAnswer {
            as_of: view.now().to_rfc3339(view.zone()),
            seq: view.seq(),
            node: figures.node,
            sources: totals
                .iter()
                .map(|(source, totals)| SourceRow {
                    source,
                    system: profile(source).and_then(|profile| profile.system.as_deref()),
                    contact: profile(source).and_then(|profile| profile.contact.as_deref()),
                    totals,
                })
                .collect(),
        })
    };
    asked.answer(&places, work).await
}
