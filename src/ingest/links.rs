//! Lists of successions (which unit goes on as which) and aliases (what a source means by a code).

use std::collections::{BTreeMap, BTreeSet};

use super::Limits;
use super::body::EnvelopeError;
use super::check::check_source;
use super::fields::{Checked, ID_BYTES_MAX};
use super::rejection::{Code, Fault, Rejection, shown};
use super::sheet::{CellKind, Cells, List, Row, Sheet, rejection};
use crate::model::{Alias, Day, Decimal, Instant, Succession, Text};

const SUCCESSIONS: Sheet = Sheet {
    thing: "a succession",
    columns: &[
        ("old", CellKind::Text),
        ("new", CellKind::Text),
        ("share", CellKind::Number),
        ("effective", CellKind::Text),
        ("default", CellKind::Flag),
    ],
    required: 4,
    names: "old, new, share, effective, default",
};

const ALIASES: Sheet = Sheet {
    thing: "an alias",
    columns: &[("source", CellKind::Text), ("raw", CellKind::Text), ("unit", CellKind::Text)],
    required: 3,
    names: "source, raw, unit",
};

/// Reads a list of successions; `now` is when it was loaded, by the receiving clock. A share of 0 takes one back.
///
/// # Errors
/// As [`read_units`](super::read_units).
pub fn read_successions(
    body: &[u8],
    content_type: Option<&str>,
    now: Instant,
    limits: &Limits,
) -> Result<List<Succession>, EnvelopeError> {
    SUCCESSIONS.read(body, content_type, limits, |cells| {
        Ok(Succession {
            at: now,
            old: cells.required(0, ID_BYTES_MAX)?,
            new: cells.required(1, ID_BYTES_MAX)?,
            share: cells.decimal(2, (0, 1))?.ok_or_else(|| cells.missing(2))?,
            effective: cells.day(3)?.ok_or_else(|| cells.missing(3))?,
            is_default: cells.flag(4)?.unwrap_or(false),
        })
    })
}

/// Reads a list of aliases; one without a unit takes it back.
///
/// # Errors
/// As [`read_units`](super::read_units).
pub fn read_aliases(
    body: &[u8],
    content_type: Option<&str>,
    now: Instant,
    limits: &Limits,
) -> Result<List<Alias>, EnvelopeError> {
    ALIASES.read(body, content_type, limits, |cells| {
        Ok(Alias {
            at: now,
            source: source(&cells)?,
            raw: cells.required(1, ID_BYTES_MAX)?,
            unit: cells.text(2, ID_BYTES_MAX)?,
        })
    })
}

fn source(cells: &Cells<'_>) -> Checked<Text> {
    let name = cells.cell(0).ok_or_else(|| cells.missing(0))?;
    check_source(name).map_err(|error| cells.fault(0, Code::TooLong, error.to_string()))
}

/// Checks a list of successions as a whole: nothing twice, one default of what is divided on a day, no more than the
/// whole given away, and units that are known: `names` says whether a code names one on a day.
pub fn check_successions(rows: &[Row<Succession>], names: impl Fn(&str, Day) -> bool) -> Vec<Rejection> {
    let (mut seen, mut defaults) = (BTreeMap::new(), BTreeMap::new());
    let mut given: BTreeMap<(&Text, Day), i64> = BTreeMap::new();
    let mut faults = Vec::new();
    for row in rows {
        let Succession { old, new, effective, share, is_default, .. } = &row.fact;
        let mut refuse = |pointer: &str, code, reason: String| {
            faults.push(rejection(row.line, old.as_bytes(), *Fault::new(pointer, code, reason)));
        };
        if let Some(line) = seen.insert((old, new, effective), row.line) {
            refuse(
                "/old",
                Code::DuplicateRow,
                format!("{} to {} stands on line {line} already", shown(old), shown(new)),
            );
            continue;
        }
        let before = effective.plus(-1);
        if !names(old, before) {
            refuse("/old", Code::UnknownUnit, format!("{} names no unit on {before}", shown(old)));
        } else if !names(new, *effective) {
            refuse("/new", Code::UnknownUnit, format!("{} names no unit on {effective}", shown(new)));
        }
        if *is_default
            && share.millionths() > 0
            && let Some(line) = defaults.insert((old, effective), row.line)
        {
            let reason = format!("{} has its default on line {line} already", shown(old));
            refuse("/default", Code::Contradiction, reason);
        }
        let sum = given.entry((old, *effective)).or_default();
        *sum += share.millionths();
        if *sum > Decimal::SCALE {
            refuse("/share", Code::OutOfRange, format!("the shares of {} on {effective} are more than 1", shown(old)));
        }
    }
    faults
}

/// Checks a list of aliases as a whole: nothing twice, and units that are known: `is_known` says whether a code ever
/// names one.
pub fn check_aliases(rows: &[Row<Alias>], is_known: impl Fn(&str) -> bool) -> Vec<Rejection> {
    let mut seen = BTreeSet::new();
    let mut faults = Vec::new();
    for row in rows {
        let Alias { source, raw, unit, .. } = &row.fact;
        let mut refuse = |pointer: &str, code, reason: String| {
            faults.push(rejection(row.line, raw.as_bytes(), *Fault::new(pointer, code, reason)));
        };
        if !seen.insert((source, raw)) {
            refuse("/raw", Code::DuplicateRow, format!("{} of {} stands in the list twice", shown(raw), shown(source)));
        } else if let Some(unit) = unit.as_ref().filter(|unit| !is_known(unit)) {
            refuse("/unit", Code::UnknownUnit, format!("{} names no unit of the territory", shown(unit)));
        }
    }
    faults
}

#[cfg(test)]
mod tests;
