//! What a unit is to report of a period, what is wrong with what it filled in, and what is striking about it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::ingest::{RETURN_COLUMNS, ReturnRow};
use crate::kpi::indicator::IndicatorRow;
use crate::kpi::{Amount, Indicator, IndicatorKind, Reported, RollUp, Window, Words};
use crate::model::{Day, Decimal, Field, IndicatorKey, IndicatorReport, Instant, Period, Text};
use crate::units::{Hierarchy, UnitKey, VisibleUnit};

use super::indicators::deadline;
use super::question::scheme_named;
use super::{AnswerError, Figures, asked_unit};

/// What approved returns name as their source.
const RETURN_SOURCE: &str = "return";
/// A number that is more than half as much again, or less than half, of the former period's is listed.
const JUMP_PERCENT: i128 = 50;

/// A unit and a period that it reports of, with what it is to report.
#[derive(Debug)]
pub struct ReturnQuestion<'a> {
    /// The unit on the period's last day.
    pub seen: VisibleUnit,
    /// Which version of it.
    pub unit: UnitKey,
    /// Its name.
    pub name: &'a str,
    /// The period.
    pub period: Period,
    /// Its days, by the calendar or another scheme: what the unit counts over.
    pub window: Window,
    /// By the catalogue's order.
    pub indicators: Vec<&'a Indicator>,
}

impl<'a> ReturnQuestion<'a> {
    /// Reads a unit's code on the period's last day.
    ///
    /// # Errors
    /// When there is no such unit then, or it may not be seen, or the period can't be read.
    pub fn of(figures: Figures<'a>, code: &str, period: &str) -> Result<ReturnQuestion<'a>, AnswerError> {
        let (view, period) = (figures.view, period.parse::<Period>()?);
        let (first, last) = period.days();
        let window = Window { first, last };
        let seen = asked_unit(figures, code, window, Hierarchy::Was)?;
        let kind = view.units().fact(seen.id()).map(|fact| fact.kind);
        let is_meant = |indicator: &&Indicator| {
            indicator.cadence.has(period) && kind.is_some_and(|kind| indicator.reported_by.contains(&kind))
        };
        Ok(ReturnQuestion {
            unit: UnitKey::of(view.units(), seen.id()),
            name: view.units().label(seen.id()).name,
            seen,
            period,
            window,
            indicators: figures.catalogue.indicators().iter().filter(is_meant).collect(),
        })
    }

    /// The same of the days that the period has by a scheme; that of walls when none is named.
    ///
    /// # Errors
    /// When there is no such scheme.
    pub fn counted_by(self, figures: Figures<'_>, scheme: Option<&str>) -> Result<ReturnQuestion<'a>, AnswerError> {
        let schemes = figures.catalogue.schemes();
        let scheme = scheme_named(schemes, scheme)?.unwrap_or(schemes.of_walls());
        Ok(ReturnQuestion { window: scheme.window(self.period), ..self })
    }

    /// The row of an indicator as it is reported now.
    pub fn row(&self, figures: Figures<'a>, indicator: &'a Indicator) -> IndicatorRow<'a> {
        figures.view.indicator_row(indicator, Some(self.period), (Hierarchy::Was, self.seen.id()))
    }

    /// The last day in time.
    pub fn deadline(&self, figures: Figures<'_>, indicator: &Indicator) -> Day {
        deadline(figures.view, indicator, self.period)
    }
}

/// What was filled in of an indicator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnEntry {
    /// Row of the sheet, from 1.
    pub row: u64,
    /// Code of the indicator.
    pub code: Text,
    /// Of a ratio.
    pub numerator: Option<Decimal>,
    /// Of a ratio.
    pub denominator: Option<Decimal>,
    /// The number itself.
    pub value: Option<Decimal>,
    /// What was printed.
    pub declared: Option<Decimal>,
}

impl ReturnEntry {
    fn reported(&self) -> Reported {
        let given = self.value.map(|value| (Instant(0), Amount::from(value)));
        let amount = |of: Option<Decimal>| of.map(Amount::from);
        Reported { num: amount(self.numerator), den: amount(self.denominator), given, declared: self.declared }
    }

    /// The record that it becomes: what it doesn't say is taken back.
    pub fn record(&self, unit: &Text, period: Period, at: Instant) -> IndicatorReport {
        let field = |of: Option<Decimal>| of.map_or(Field::Null, Field::Value);
        IndicatorReport {
            source: Text::new(RETURN_SOURCE),
            key: IndicatorKey { code: self.code.clone(), unit: unit.clone(), period },
            at,
            numerator: field(self.numerator),
            denominator: field(self.denominator),
            value: field(self.value),
            declared: field(self.declared),
        }
    }
}

/// What is wrong with a cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReturnFault {
    row: u64,
    column: &'static str,
    /// As spreadsheets call it, such as `D7`.
    cell: String,
    indicator: String,
    code: &'static str,
    reason: String,
}

/// Columns by their place.
const CODE: usize = 0;
const NUMERATOR: usize = 3;
const DENOMINATOR: usize = 4;
const VALUE: usize = 5;
const DECLARED: usize = 6;

fn cell(column: usize, row: u64) -> String {
    let letter = char::from(b'A' + u8::try_from(column).unwrap_or_default());
    format!("{letter}{row}")
}

fn fault(row: &ReturnRow, column: usize, code: &'static str, reason: String) -> ReturnFault {
    let indicator = row.code.chars().take(64).collect();
    ReturnFault { row: row.row, column: RETURN_COLUMNS[column], cell: cell(column, row.row), indicator, code, reason }
}

/// Checks the rows of a return: all of them, or every fault. Rows without a number say nothing.
///
/// # Errors
/// Every fault.
pub fn check_return(question: &ReturnQuestion<'_>, rows: &[ReturnRow]) -> Result<Vec<ReturnEntry>, Vec<ReturnFault>> {
    let (mut faults, mut entries, mut codes) = (Vec::new(), Vec::new(), BTreeSet::new());
    for row in rows {
        let Some(indicator) = question.indicators.iter().find(|of| of.code == row.code) else {
            let reason = format!("unit {} doesn't report this of {}", question.unit.code, question.period);
            faults.push(fault(row, CODE, "unknown_indicator", reason));
            continue;
        };
        if !codes.insert(row.code.as_str()) {
            faults.push(fault(row, CODE, "twice", "this indicator has a row before".to_owned()));
            continue;
        }
        let before = faults.len();
        let entry = entry(row, indicator, &mut faults);
        if faults.len() == before && !entry.reported().is_nothing() {
            entries.push(entry);
        }
    }
    if faults.is_empty() { Ok(entries) } else { Err(faults) }
}

fn entry(row: &ReturnRow, indicator: &Indicator, faults: &mut Vec<ReturnFault>) -> ReturnEntry {
    let mut number = |column: usize, text: &Option<String>| {
        let text = text.as_ref()?;
        match text.parse::<Decimal>() {
            Ok(number) if number.millionths() >= 0 => return Some(number),
            Ok(_) => faults.push(fault(row, column, "negative", format!("{text} is less than 0"))),
            Err(error) => {
                let shown: String = text.chars().take(64).collect();
                faults.push(fault(row, column, "no_number", format!("{shown:?}: {error}")));
            }
        }
        None
    };
    let (numerator, denominator) = (number(NUMERATOR, &row.numerator), number(DENOMINATOR, &row.denominator));
    let (value, declared) = (number(VALUE, &row.value), number(DECLARED, &row.declared));
    let mut fits = |holds: bool, column: usize, code: &'static str, reason: &str| {
        if !holds {
            faults.push(fault(row, column, code, reason.to_owned()));
        }
    };
    if indicator.kind == IndicatorKind::Ratio {
        let has = |text: &Option<String>| text.is_some();
        fits(has(&row.numerator) == has(&row.denominator), DENOMINATOR, "half", "a ratio has both numbers or none");
        fits(
            !(has(&row.value) && has(&row.numerator)),
            VALUE,
            "too_much",
            "computed from the two numbers: leave it empty",
        );
        if let Some((numerator, denominator)) = numerator.zip(denominator) {
            fits(denominator >= numerator, DENOMINATOR, "less_than_part", "the whole is less than its part");
            fits(denominator.millionths() > 0, DENOMINATOR, "zero", "nothing is divided by 0: leave both empty");
        }
    } else {
        fits(row.numerator.is_none(), NUMERATOR, "too_much", "this is no ratio: fill in the value");
        fits(row.denominator.is_none(), DENOMINATOR, "too_much", "this is no ratio: fill in the value");
    }
    ReturnEntry { row: row.row, code: Text::new(&row.code), numerator, denominator, value, declared }
}

/// Something to be looked at before a return is approved; it refuses nothing.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReturnDifference {
    row: u64,
    column: &'static str,
    cell: String,
    indicator: Text,
    label: Words,
    /// `reported`, `previous`, `below` or `declared`.
    against: &'static str,
    /// The period compared with.
    period: Period,
    /// What is there.
    is: Amount,
    /// What was filled in.
    filled_in: Amount,
    reason: String,
}

/// What is striking about entries beside what is reported of the period, of the one before, and from below.
pub fn return_differences<'a>(
    figures: Figures<'a>,
    question: &ReturnQuestion<'a>,
    entries: &[ReturnEntry],
) -> Vec<ReturnDifference> {
    let mut found = Vec::new();
    for entry in entries {
        let Some(indicator) = question.indicators.iter().find(|of| *of.code == *entry.code) else { continue };
        let Some(value) = entry.reported().value(indicator.kind) else { continue };
        let (shown, row) = (value.rounded(), question.row(figures, indicator));
        let column = if entry.numerator.is_some() { NUMERATOR } else { VALUE };
        let mut note = |column: usize, against, period, is: Amount, filled_in: Amount, reason: &str| {
            found.push(ReturnDifference {
                row: entry.row,
                column: RETURN_COLUMNS[column],
                cell: cell(column, entry.row),
                indicator: entry.code.clone(),
                label: indicator.label.clone(),
                against,
                period,
                is,
                filled_in,
                reason: reason.to_owned(),
            });
        };
        let own = row.own.and_then(|own| own.value);
        if let Some(own) = own.filter(|own| *own != shown) {
            note(column, "reported", question.period, own, shown, "another number is reported of the period");
        }
        let below = row.below.and_then(|below| below.value);
        if let Some(below) = below.filter(|below| indicator.roll_up != RollUp::Latest && *below != shown) {
            note(column, "below", question.period, below, shown, "the units below report another number together");
        }
        if let Some(previous) = row.previous.filter(|previous| is_jump(previous.value, shown)) {
            let reason = format!("it changes by more than {JUMP_PERCENT}% from {}", previous.period);
            note(column, "previous", previous.period, previous.value, shown, &reason);
        }
        if let Some(declared) = entry.declared.filter(|declared| !value.prints_as(*declared)) {
            let reason = "what was printed isn't the computed number";
            note(DECLARED, "declared", question.period, shown, declared.into(), reason);
        }
    }
    found
}

fn is_jump(before: Amount, now: Amount) -> bool {
    now.minus(before).0.abs() * 100 > before.0.abs() * JUMP_PERCENT
}
