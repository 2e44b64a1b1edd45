//! Lists of procedures, and of the calendar of working time.

use std::collections::HashMap;

use super::Limits;
use super::body::EnvelopeError;
use super::fields::{Checked, ID_BYTES_MAX, TEXT_BYTES_MAX};
use super::rejection::{Code, Fault, Rejection, shown};
use super::sheet::{CellKind, Cells, List, Row, Sheet, rejection};
use super::sources::WEEKDAYS;
use crate::model::calendar::{CALENDAR_DAYS, SPELLS_MAX};
use crate::model::procedure::{CALENDAR_DAYS_MAX, WORKING_DAYS_MAX, WORKING_HOURS_MAX, stripped_code};
use crate::model::source::DAY_MINUTES;
use crate::model::{
    CalendarEntry, CalendarFact, DayKind, Instant, Level, Limit, ProcedureFact, ProcedureProfile, Text, WorkingWeek,
};

/// The columns of a list of procedures.
pub const PROCEDURE_COLUMNS: [&str; 11] = [
    "code",
    "name_vi",
    "name_en",
    "field",
    "limit",
    "limit_unit",
    "level",
    "fee",
    "written_result",
    "valid_from",
    "valid_to",
];

const PROCEDURES: Sheet = Sheet {
    thing: "a procedure",
    columns: &[
        (PROCEDURE_COLUMNS[0], CellKind::Text),
        (PROCEDURE_COLUMNS[1], CellKind::Text),
        (PROCEDURE_COLUMNS[2], CellKind::Text),
        (PROCEDURE_COLUMNS[3], CellKind::Text),
        (PROCEDURE_COLUMNS[4], CellKind::Number),
        (PROCEDURE_COLUMNS[5], CellKind::Text),
        (PROCEDURE_COLUMNS[6], CellKind::Text),
        (PROCEDURE_COLUMNS[7], CellKind::Flag),
        (PROCEDURE_COLUMNS[8], CellKind::Flag),
        (PROCEDURE_COLUMNS[9], CellKind::Text),
        (PROCEDURE_COLUMNS[10], CellKind::Text),
    ],
    required: 2,
    names: "code, name_vi, name_en, field, limit, limit_unit, level, fee, written_result, valid_from, valid_to",
};

/// The columns of a calendar.
pub const CALENDAR_COLUMNS: [&str; 6] = ["kind", "date", "name", "source", "weekdays", "hours"];

const CALENDAR: Sheet = Sheet {
    thing: "an entry of the calendar",
    columns: &[
        (CALENDAR_COLUMNS[0], CellKind::Text),
        (CALENDAR_COLUMNS[1], CellKind::Text),
        (CALENDAR_COLUMNS[2], CellKind::Text),
        (CALENDAR_COLUMNS[3], CellKind::Text),
        (CALENDAR_COLUMNS[4], CellKind::Text),
        (CALENDAR_COLUMNS[5], CellKind::Text),
    ],
    required: 1,
    names: "kind, date, name, source, weekdays, hours",
};

/// Reads a list of procedures; `now` is when it was loaded, by the receiving clock.
///
/// # Errors
/// As [`read_units`](super::read_units).
pub fn read_procedures(
    body: &[u8],
    content_type: Option<&str>,
    now: Instant,
    limits: &Limits,
) -> Result<List<ProcedureFact>, EnvelopeError> {
    PROCEDURES.read(body, content_type, limits, |cells| {
        let raw = cells.required(0, ID_BYTES_MAX)?;
        let (valid_from, valid_to) = (cells.day(9)?, cells.day(10)?);
        if let (Some(from), Some(to)) = (valid_from, valid_to)
            && to < from
        {
            return Err(cells.fault(10, Code::Contradiction, format!("{to} is before {from}")));
        }
        let profile = ProcedureProfile {
            valid_to,
            name_vi: cells.required(1, TEXT_BYTES_MAX)?,
            name_en: cells.text(2, TEXT_BYTES_MAX)?,
            field: cells.text(3, TEXT_BYTES_MAX)?,
            limit: limit(&cells)?,
            level: level(&cells)?,
            fee: cells.flag(7)?,
            written_result: cells.flag(8)?,
            raw: raw.clone(),
        };
        Ok(ProcedureFact { at: now, code: Text::new(stripped_code(&raw)), valid_from, profile })
    })
}

fn limit(cells: &Cells<'_>) -> Checked<Option<Limit>> {
    let (number, unit) = (cells.cell(4), cells.cell(5));
    let of: (fn(u32) -> Limit, u32) = match unit {
        None if number.is_none() => return Ok(None),
        None => return Err(cells.missing(5)),
        Some("same_day") if number.is_none() => return Ok(Some(Limit::SameDay)),
        Some("same_day") => {
            let reason = "the same day has no number; leave `limit` empty".to_owned();
            return Err(cells.fault(4, Code::Contradiction, reason));
        }
        Some("working_hours") => (Limit::WorkingHours, WORKING_HOURS_MAX),
        Some("working_days") => (Limit::WorkingDays, WORKING_DAYS_MAX),
        Some("calendar_days") => (Limit::CalendarDays, CALENDAR_DAYS_MAX),
        Some(other) => {
            let reason = format!("{} is none of working_hours, working_days, calendar_days and same_day", shown(other));
            return Err(cells.fault(5, Code::BadValue, reason));
        }
    };
    let text = number.ok_or_else(|| cells.missing(4))?;
    let value = text.parse::<u32>().ok().filter(|value| (1..=of.1).contains(value)).ok_or_else(|| {
        cells.fault(4, Code::OutOfRange, format!("{} is no whole number from 1 to {}", shown(text), of.1))
    })?;
    Ok(Some((of.0)(value)))
}

fn level(cells: &Cells<'_>) -> Checked<Option<Level>> {
    let Some(text) = cells.cell(6) else { return Ok(None) };
    let known = Level::ALL.into_iter().find(|level| level.as_str() == text);
    known.map(Some).ok_or_else(|| {
        cells.fault(6, Code::BadValue, format!("{} is none of information, partial and full", shown(text)))
    })
}

/// Reads a calendar; `now` is when it was loaded, by the receiving clock.
///
/// # Errors
/// As [`read_units`](super::read_units).
pub fn read_calendar(
    body: &[u8],
    content_type: Option<&str>,
    now: Instant,
    limits: &Limits,
) -> Result<List<CalendarFact>, EnvelopeError> {
    CALENDAR.read(body, content_type, limits, |cells| {
        let entry = match cells.cell(0).ok_or_else(|| cells.missing(0))? {
            "holiday" => day(&cells, DayKind::Holiday)?,
            "working" => day(&cells, DayKind::Working)?,
            "usual" => day(&cells, DayKind::Usual)?,
            "week" => CalendarEntry::Week(week(&cells)?),
            other => {
                let reason = format!("{} is none of holiday, working, usual and week", shown(other));
                return Err(cells.fault(0, Code::BadValue, reason));
            }
        };
        Ok(CalendarFact { at: now, entry })
    })
}

/// A cell that this kind of entry doesn't have.
fn only(cells: &Cells<'_>, columns: &[usize], kind: &str) -> Checked<()> {
    match columns.iter().find(|column| cells.cell(**column).is_some()) {
        None => Ok(()),
        Some(column) => {
            let reason = format!("{kind} has no `{}`", CALENDAR_COLUMNS[*column]);
            Err(cells.fault(*column, Code::Contradiction, reason))
        }
    }
}

fn day(cells: &Cells<'_>, is: DayKind) -> Checked<CalendarEntry> {
    only(cells, &[4, 5], "a day")?;
    let day = cells.day(1)?.ok_or_else(|| cells.missing(1))?;
    let (first, last) = CALENDAR_DAYS;
    if day < first || day > last {
        return Err(cells.fault(1, Code::OutOfRange, format!("{day} is not between {first} and {last}")));
    }
    Ok(CalendarEntry::Day { day, is, name: cells.text(2, TEXT_BYTES_MAX)?, source: cells.text(3, TEXT_BYTES_MAX)? })
}

fn week(cells: &Cells<'_>) -> Checked<WorkingWeek> {
    only(cells, &[1, 2], "the week")?;
    let (days, hours) =
        (cells.cell(4).ok_or_else(|| cells.missing(4))?, cells.cell(5).ok_or_else(|| cells.missing(5))?);
    let mut weekdays = Vec::new();
    for name in days.split_whitespace() {
        let place = WEEKDAYS.iter().position(|weekday| *weekday == name);
        let place = place.and_then(|place| u8::try_from(place + 1).ok()).ok_or_else(|| {
            cells.fault(4, Code::BadValue, format!("{} is none of {}", shown(name), WEEKDAYS.join(", ")))
        })?;
        weekdays.push(place);
    }
    weekdays.sort_unstable();
    weekdays.dedup();
    let spells: Option<Vec<(u16, u16)>> = hours.split_whitespace().map(spell).collect();
    let is_sound = |spells: &Vec<(u16, u16)>| {
        (1..=SPELLS_MAX).contains(&spells.len()) && spells.windows(2).all(|pair| pair[0].1 <= pair[1].0)
    };
    let hours = spells.filter(is_sound).ok_or_else(|| {
        let reason =
            format!("{} are not 1 to {SPELLS_MAX} ascending spells such as 07:30-11:30 13:30-17:00", shown(hours));
        cells.fault(5, Code::BadValue, reason)
    })?;
    Ok(WorkingWeek { weekdays, hours })
}

/// `07:30-11:30` in minutes of the day; 24:00 is its end.
fn spell(text: &str) -> Option<(u16, u16)> {
    let minutes = |text: &str| {
        let (hours, minutes) = text.split_once(':')?;
        let is_short = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        let parsed: (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
        (is_short(hours) && is_short(minutes) && parsed.1 < 60).then_some(parsed.0 * 60 + parsed.1)
    };
    let (from, to) = text.split_once('-')?;
    let (from, to) = (minutes(from)?, minutes(to)?);
    (from < to && to <= DAY_MINUTES).then_some((from, to))
}

/// Checks a list of procedures as a whole: no version twice, also under two codes that are one when stripped.
pub fn check_procedures(rows: &[Row<ProcedureFact>]) -> Vec<Rejection> {
    check_once(rows, |fact| (fact.code.clone(), fact.valid_from), |fact| (fact.profile.raw.to_string(), "/code"))
}

/// Checks a calendar as a whole: no day and no week twice.
pub fn check_calendar(rows: &[Row<CalendarFact>]) -> Vec<Rejection> {
    check_once(rows, |fact| fact.entry.subject(), |fact| (fact.entry.subject(), "/date"))
}

fn check_once<T, K: Eq + std::hash::Hash>(
    rows: &[Row<T>],
    key: impl Fn(&T) -> K,
    name: impl Fn(&T) -> (String, &'static str),
) -> Vec<Rejection> {
    let mut seen = HashMap::new();
    let mut faults = Vec::new();
    for row in rows {
        if let Some(line) = seen.insert(key(&row.fact), row.line) {
            let (name, pointer) = name(&row.fact);
            let reason = format!("{} stands on line {line} already", shown(&name));
            faults.push(rejection(row.line, name.as_bytes(), *Fault::new(pointer, Code::DuplicateRow, reason)));
        }
    }
    faults
}

#[cfg(test)]
mod tests;
