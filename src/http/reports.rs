//! `GET /reports/{id}.png`, `.txt` and `.json`: a report of a unit and a period, drawn when somebody asks.
//!
//! All of a report is of one view or of one closing. Figures and pages are made on threads that may block, a few at a
//! time, so that the live figures never wait for them. What was drawn is kept, within a bound, until the figures change;
//! the same page is then the same bytes, with the time at which it was made.

mod history;
mod kept;
mod printer;
mod problem;

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use bytes::Bytes;
use serde::Deserialize;

use crate::auth::{Caller, Role};
use crate::kpi::Report;
use crate::model::Period;
use crate::pipeline::feeds::Feeds;
use crate::report::{Press, compose};
use crate::units::UNRESOLVED;

use super::answers::{AnswerError, Figures, report_period, version};
use super::drill::{Asked, Places};
use super::error::Problem;
use super::extract::{PathOf, QueryOf};
use super::guard::require;
use super::periods::{ReportAsked, ReportFound};
use super::sight::default_unit;
use super::state::AppState;

use kept::{KeptPapers, Moment, Printed};

/// How many pages the report has.
const PAGES: HeaderName = HeaderName::from_static("x-pages");
/// The period that it is of.
const PERIOD: HeaderName = HeaderName::from_static("x-period");
/// It may be kept, but is asked for anew each time: figures change.
const CACHE: &str = "private, no-cache";

pub(super) use history::shows;
pub use printer::ReportPrinter;
pub use problem::RunProblem;

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/reports/{file}", get(report)).merge(history::router())
}

/// What draws, and what was drawn: the same for whoever asks and for what is made by itself.
#[derive(Clone, Default)]
pub struct Printing {
    kept: Arc<KeptPapers>,
    /// Fonts are read when the first page is drawn.
    press: Arc<std::sync::OnceLock<Press>>,
    /// Pages are drawn a few at a time, in the places of all questions that take long.
    places: Places,
}

impl std::fmt::Debug for Printing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Printing")
    }
}

impl Printing {
    pub(super) fn places(&self) -> &Places {
        &self.places
    }

    fn press(&self) -> Result<&Press, Problem> {
        if let Some(press) = self.press.get() {
            return Ok(press);
        }
        let press = Press::new().map_err(Problem::internal)?;
        Ok(self.press.get_or_init(|| press))
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReportQuery {
    /// Code of the unit; the top of what the caller sees when absent.
    unit: Option<String>,
    /// A period such as `2024-07`; the newest that is over when absent.
    period: Option<String>,
    /// From 1.
    page: Option<usize>,
    /// `current`, `official` or the number of a closing; official where there is one when absent.
    version: Option<String>,
}

/// In which form a report goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Png,
    Txt,
    Json,
}

/// Id and form of `monthly.png`.
fn named(file: &str) -> Option<(&str, Ending)> {
    let (id, ending) = file.rsplit_once('.')?;
    let ending = match ending {
        "png" => Ending::Png,
        "txt" => Ending::Txt,
        "json" => Ending::Json,
        _ => return None,
    };
    Some((id, ending))
}

/// A page of a report, its paragraph, or all its figures.
async fn report(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    PathOf(file): PathOf<String>,
    QueryOf(query): QueryOf<ReportQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    require(&caller, Role::View)?;
    let unknown = || Problem::from(AnswerError::UnknownReport(file.chars().take(64).collect()));
    let (id, ending) = named(&file).ok_or_else(unknown)?;
    let catalogue = state.catalogues.now();
    let definition = catalogue.report(id).cloned().ok_or_else(unknown)?;
    let asked = query.unit.clone().filter(|code| !code.is_empty());
    let code = match asked {
        Some(code) => code,
        None => default_unit(&*state.view()?, &caller.scope).unwrap_or_else(|| UNRESOLVED.to_owned()),
    };
    let desk = state.printing.clone();
    let places = desk.places.clone();
    let (closings, feeds, demo) = (state.closings.clone(), Feeds::of(state.tokens.tokens()), state.demo);
    let asked = Asked::of(state, &caller, &code)?;
    let known = headers.get(header::IF_NONE_MATCH).and_then(|tag| tag.to_str().ok()).map(str::to_owned);
    let work = move |figures: Figures<'_>, code: &str| {
        let asked = of(figures, (&definition, code), &query)?;
        let found = ReportFound::of(&closings, figures, &asked)?;
        let moment = Moment {
            seq: figures.view.seq(),
            now: figures.view.now(),
            catalogue: figures.catalogue.version().to_owned(),
            closing: found.closing(&closings)?,
            feeds: format!("{feeds:?}"),
        };
        let key = (definition.id.clone(), code.to_owned(), asked.period, query.version.clone());
        // Pages of one report are asked for one after another: what they are made from was just put together.
        let printed = match desk.kept.of_moment(&key, &moment) {
            Some(printed) => printed,
            None => {
                let material = found.material(&closings, (figures, &feeds), &asked)?;
                let paper = compose(&definition, figures.catalogue, &material, demo);
                desk.kept.newest((key, moment), paper)?
            }
        };
        answer(&desk, &printed, (ending, query.page.unwrap_or(1)), known.as_deref())
    };
    asked.answer(&places, work).await
}

fn of<'q>(
    figures: Figures<'_>,
    (report, code): (&'q Report, &'q str),
    query: &ReportQuery,
) -> Result<ReportAsked<'q>, Problem> {
    let schemes = figures.catalogue.schemes();
    let scheme = report.scheme.as_deref().and_then(|id| schemes.named(id)).unwrap_or(schemes.of_forms());
    let period: Period = match &query.period {
        Some(text) => text.parse().map_err(AnswerError::Period)?,
        None => report_period(figures, report.every, scheme),
    };
    let version = query.version.as_deref().map(|asked| version(Some(asked))).transpose()?;
    let scheme = report.scheme.as_deref().unwrap_or("report");
    Ok(ReportAsked { report, code, scheme, period, version })
}

fn answer(
    desk: &Printing,
    printed: &Arc<Printed>,
    (ending, page): (Ending, usize),
    known: Option<&str>,
) -> Result<Response, Problem> {
    let pages = printed.paper.pages.len();
    if !(1..=pages).contains(&page) {
        return Err(Problem::BadParameter { reason: format!("page is from 1 to {pages}") });
    }
    let tag = format!("\"{}-{page}\"", printed.tag);
    let tag_value = HeaderValue::from_str(&tag).map_err(Problem::internal)?;
    let period = HeaderValue::from_str(&printed.paper.heading.period).map_err(Problem::internal)?;
    let common = [
        (header::ETAG, tag_value),
        (header::CACHE_CONTROL, HeaderValue::from_static(CACHE)),
        (PAGES, HeaderValue::from(pages)),
        (PERIOD, period),
    ];
    if known.is_some_and(|known| {
        known.split(',').any(|one| one.trim().trim_start_matches("W/") == tag || one.trim() == "*")
    }) {
        return Ok((StatusCode::NOT_MODIFIED, common).into_response());
    }
    let (kind, bytes): (_, Bytes) = match ending {
        Ending::Png => ("image/png", desk.kept.page(desk.press()?, printed, page)?),
        Ending::Txt => ("text/plain; charset=utf-8", printed.paper.paragraph.clone().into()),
        Ending::Json => ("application/json", serde_json::to_vec(&printed.paper).map_err(Problem::internal)?.into()),
    };
    Ok((common, [(header::CONTENT_TYPE, kind)], bytes).into_response())
}
