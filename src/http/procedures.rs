//! `GET /api/v1/procedures` and `/api/v1/calendar`: how long procedures may take, and which days are worked on.

use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use serde::{Deserialize, Serialize};

use crate::auth::{Caller, Role};
use crate::cube::View;
use crate::ingest::{CALENDAR_COLUMNS, PROCEDURE_COLUMNS, WEEKDAYS, minute_text};
use crate::model::{CalendarEntry, Day, Limit, ProcedureFact, WorkingWeek};

use super::answers::{Table, Tabular, of_rows};
use super::error::Problem;
use super::extract::QueryOf;
use super::form::{self, Form};
use super::guard::require;
use super::state::AppState;

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/api/v1/procedures", get(procedures)).route("/api/v1/calendar", get(calendar))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OnDay {
    /// Procedures under which dossiers are taken on that day; today when absent.
    on: Option<String>,
    /// Of a table as text: begins with a byte order mark.
    #[serde(default)]
    bom: bool,
}

/// A version of a procedure, in the fields in which it is loaded.
#[derive(Serialize)]
struct ProcedureRow<'a> {
    code: &'a str,
    name_vi: &'a str,
    name_en: Option<&'a str>,
    field: Option<&'a str>,
    limit: Option<u32>,
    limit_unit: Option<&'static str>,
    level: Option<&'static str>,
    fee: Option<bool>,
    written_result: Option<bool>,
    valid_from: Option<String>,
    valid_to: Option<String>,
    /// The code by which dossiers are matched, without what localities put behind it.
    matched_by: &'a str,
}

impl<'a> ProcedureRow<'a> {
    fn of(fact: &'a ProcedureFact) -> ProcedureRow<'a> {
        let profile = &fact.profile;
        ProcedureRow {
            code: &profile.raw,
            name_vi: &profile.name_vi,
            name_en: profile.name_en.as_deref(),
            field: profile.field.as_deref(),
            limit: profile.limit.and_then(Limit::value),
            limit_unit: profile.limit.map(Limit::unit),
            level: profile.level.map(|level| level.as_str()),
            fee: profile.fee,
            written_result: profile.written_result,
            valid_from: fact.valid_from.map(|day| day.to_string()),
            valid_to: profile.valid_to.map(|day| day.to_string()),
            matched_by: &fact.code,
        }
    }
}

#[derive(Serialize)]
struct Procedures<'a> {
    on: String,
    seq: u64,
    /// A newer list was loaded and dossiers are being judged again by it.
    pending: bool,
    procedures: Vec<ProcedureRow<'a>>,
}

impl Tabular for Procedures<'_> {
    fn table(&self) -> Table {
        of_rows(&PROCEDURE_COLUMNS, &self.procedures)
    }
}

/// The procedures of a day, by code.
async fn procedures(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    QueryOf(query): QueryOf<OnDay>,
    accepted: Form,
) -> Result<Response, Problem> {
    require(&caller, Role::View)?;
    let view = state.view()?;
    let on = day(query.on.as_deref(), &view)?;
    let rules = view.newest_rules();
    let standing =
        |fact: &&ProcedureFact| rules.procedure(&fact.code, on).is_some_and(|newest| std::ptr::eq(newest, *fact));
    let mut rows: Vec<_> = rules.procedures().filter(standing).map(ProcedureRow::of).collect();
    rows.sort_by_key(|row| row.matched_by);
    let answer = Procedures { on: on.to_string(), seq: view.seq(), pending: view.units_pending(), procedures: rows };
    form::answer(accepted, query.bom, &answer)
}

fn day(asked: Option<&str>, view: &View) -> Result<Day, Problem> {
    let Some(text) = asked else { return Ok(view.today()) };
    text.parse().map_err(|_| Problem::BadParameter { reason: format!("on={text:?} is no day such as 2024-08-02") })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfYear {
    /// Only the days of that year.
    year: Option<i16>,
    /// Of a table as text: begins with a byte order mark.
    #[serde(default)]
    bom: bool,
}

/// An entry, in the fields in which it is loaded.
#[derive(Serialize)]
struct EntryRow<'a> {
    kind: &'static str,
    date: Option<String>,
    name: Option<&'a str>,
    source: Option<&'a str>,
    weekdays: Option<String>,
    hours: Option<String>,
}

impl EntryRow<'_> {
    fn of(entry: &CalendarEntry) -> EntryRow<'_> {
        let none = EntryRow { kind: "", date: None, name: None, source: None, weekdays: None, hours: None };
        match entry {
            CalendarEntry::Day { day, is, name, source } => EntryRow {
                kind: is.as_str(),
                date: Some(day.to_string()),
                name: name.as_deref(),
                source: source.as_deref(),
                ..none
            },
            CalendarEntry::Week(WorkingWeek { weekdays, hours }) => {
                let names: Vec<&str> = weekdays.iter().map(|day| WEEKDAYS[usize::from(*day) - 1]).collect();
                let spell = |(from, to): &(u16, u16)| format!("{}-{}", minute_text(*from), minute_text(*to));
                let hours: Vec<String> = hours.iter().map(spell).collect();
                EntryRow { kind: "week", weekdays: Some(names.join(" ")), hours: Some(hours.join(" ")), ..none }
            }
        }
    }
}

#[derive(Serialize)]
struct CalendarAnswer<'a> {
    seq: u64,
    /// A newer calendar was loaded and dossiers are being judged again by it.
    pending: bool,
    /// Years from this one to the next one without any holiday: their due dates will be wrong.
    years_missing: Vec<i16>,
    /// The week, then the days that differ from it.
    entries: Vec<EntryRow<'a>>,
}

impl Tabular for CalendarAnswer<'_> {
    fn table(&self) -> Table {
        of_rows(&CALENDAR_COLUMNS, &self.entries)
    }
}

/// Working hours, holidays and swapped days.
async fn calendar(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    QueryOf(query): QueryOf<OfYear>,
    accepted: Form,
) -> Result<Response, Problem> {
    require(&caller, Role::View)?;
    let view = state.view()?;
    let rules = view.newest_rules();
    let week = CalendarEntry::Week(rules.calendar().week().clone());
    let is_asked = |entry: &&CalendarEntry| match entry {
        CalendarEntry::Day { day, .. } => query.year.is_none_or(|year| day.date().year() == year),
        CalendarEntry::Week(_) => false,
    };
    let days = rules.entries().map(|fact| &fact.entry).filter(is_asked);
    let answer = CalendarAnswer {
        seq: view.seq(),
        pending: view.units_pending(),
        years_missing: rules.years_without_holidays(view.today()),
        entries: std::iter::once(&week).chain(days).map(EntryRow::of).collect(),
    };
    form::answer(accepted, query.bom, &answer)
}
