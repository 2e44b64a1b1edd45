//! `PUT, GET /api/v1/sources/{source}/totals`: what a source says how many dossiers it has of a day, beside what is known here.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Json, Router};
use serde::{Deserialize, Serialize};

use crate::auth::{Caller, Role};
use crate::facts::{Change, Facts, FactsError, Shelf};
use crate::ingest::check_source;
use crate::model::{Day, Text};

use super::drill::{Asked, Places};
use super::error::Problem;
use super::events::body_of;
use super::extract::{PathOf, QueryOf};
use super::guard::require;
use super::json::json;
use super::state::AppState;
use super::tokens::written;
use super::units_load::caught_up;

/// Ten years of days.
const DAYS_MAX: usize = 3_660;
/// Years of which something can be stated, and how many days they have: so many are kept of a source at most.
const YEARS: std::ops::RangeInclusive<i16> = 2000..=2100;
const KEPT_DAYS_MAX: usize = 101 * 366;
/// Bytes of a list of them.
const TOTALS_BYTES_MAX: usize = 1 << 20;

/// What a source says of a day, by source and day.
const TOTALS: Shelf<Stated> = Shelf::new("source_totals");

pub(super) fn router(places: Places) -> Router<AppState> {
    Router::new()
        .route("/api/v1/sources/{source}/totals", get(totals).put(put_totals))
        .layer(DefaultBodyLimit::max(TOTALS_BYTES_MAX))
        .layer(Extension(places))
}

/// How many dossiers a source has of a day; null is not stated, and not 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stated {
    received: Option<u64>,
    finished: Option<u64>,
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
    /// Days on which everything stated agrees, and those on which something doesn't.
    agreeing: usize,
    differing: usize,
    days: Vec<DayRow>,
}

/// A day that something was stated of.
#[derive(Debug, Serialize)]
struct DayRow {
    day: String,
    received: Beside,
    finished: Beside,
}

/// Two counts of the same.
#[derive(Debug, Serialize)]
struct Beside {
    /// By the source; null: it said nothing.
    theirs: Option<u64>,
    ours: u64,
    /// Ours less theirs; 0 agrees.
    difference: Option<i64>,
    /// `khớp`, or `lệch n`; null without theirs.
    verdict: Option<String>,
}

impl Beside {
    fn new(theirs: Option<u64>, ours: u64) -> Beside {
        let difference = theirs.map(|theirs| ours.cast_signed().saturating_sub(theirs.cast_signed()));
        let verdict = difference.map(|by| if by == 0 { "khớp".to_owned() } else { format!("lệch {}", by.abs()) });
        Beside { theirs, ours, difference, verdict }
    }
}

fn key(source: &str, day: Day) -> Vec<u8> {
    [source.as_bytes(), b"\0", day.to_string().as_bytes()].concat()
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
    let of = |one: &StatedDay| Ok((day(&one.day)?, Stated { received: one.received, finished: one.finished }));
    let days = days.iter().map(of).collect::<Result<Vec<_>, Problem>>()?;
    let count = days.len();
    let facts = state.facts.clone();
    written(move || keep(&facts, &source, &days)).await?;
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

fn keep(facts: &Facts, source: &str, days: &[(Day, Stated)]) -> Result<(), FactsError> {
    let mut change = Change::default();
    for (day, stated) in days {
        change.put(TOTALS, &key(source, *day), stated)?;
    }
    facts.commit(change)
}

fn stated(facts: &Facts, source: &str, (from, to): (Day, Day)) -> Result<BTreeMap<Day, Stated>, FactsError> {
    let prefix = [source.as_bytes(), b"\0"].concat();
    // The first key of the source is behind its prefix.
    let rows = facts.page(TOTALS, Some(&prefix), KEPT_DAYS_MAX)?;
    let own = rows.into_iter().take_while(|(key, _)| key.starts_with(&prefix)).filter_map(|(key, stated)| {
        let day: Day = std::str::from_utf8(key.get(prefix.len()..)?).ok()?.parse().ok()?;
        (from <= day && day <= to).then_some((day, stated))
    });
    Ok(own.collect())
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
    let bound = |given: Option<&str>, without| given.map_or(Ok(Day(without)), day);
    let window = (bound(query.from.as_deref(), i32::MIN)?, bound(query.to.as_deref(), i32::MAX)?);
    let (facts, of) = (state.facts.clone(), source.clone());
    let stated = written(move || stated(&facts, &of, window)).await?;
    let asked = Asked::of(state, &caller, "")?;
    asked
        .answer(&places, move |figures, _| {
            let view = figures.view;
            let ours = view.day_counts(&source);
            let rows = stated.into_iter().map(|(day, theirs)| {
                let ours = ours.get(&day).copied().unwrap_or_default();
                let received = Beside::new(theirs.received, ours.received);
                DayRow { day: day.to_string(), received, finished: Beside::new(theirs.finished, ours.finished) }
            });
            let days: Vec<DayRow> = rows.collect();
            let differs =
                |row: &&DayRow| [&row.received, &row.finished].iter().any(|of| of.difference.unwrap_or(0) != 0);
            let differing = days.iter().filter(differs).count();
            json(&TotalsAnswer {
                source: &source,
                as_of: view.now().to_rfc3339(view.zone()),
                seq: view.seq(),
                node: figures.node,
                agreeing: days.len() - differing,
                differing,
                days,
            })
        })
        .await
}
