//! The sheet in which an office fills in its indicators: how it is laid out, and its rows as they were filled in.
//!
//! The second row names the unit, the third the period, the sixth the columns by their keys; from the seventh on each row
//! is an indicator. A mapping isn't needed: whoever writes the sheet and whoever reads it go by these.

use std::io::Cursor;

use serde::{Deserialize, Serialize};

use super::workbook::{Workbook, WorkbookError};

/// The keys of the columns, from column A on.
pub const RETURN_COLUMNS: [&str; 11] = [
    "code",
    "name",
    "measured_in",
    "numerator",
    "denominator",
    "value",
    "declared",
    "previous",
    "deadline",
    "filled_in_by",
    "note",
];
/// The columns that are filled in, as places of [`RETURN_COLUMNS`].
pub const FILLED_IN: [usize; 4] = [3, 4, 5, 6];
/// The row of the keys, from 1.
pub const KEYS_ROW: u64 = 6;
const UNIT_ROW: u64 = 2;
const PERIOD_ROW: u64 = 3;

/// A row as it was filled in: texts of cells.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReturnRow {
    /// Its number in the sheet, from 1.
    pub row: u64,
    /// Code of the indicator.
    pub code: String,
    /// Column D.
    #[serde(default)]
    pub numerator: Option<String>,
    /// Column E.
    #[serde(default)]
    pub denominator: Option<String>,
    /// Column F.
    #[serde(default)]
    pub value: Option<String>,
    /// Column G.
    #[serde(default)]
    pub declared: Option<String>,
}

/// A sheet that was filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnSheet {
    /// Code of the unit.
    pub unit: String,
    /// The period.
    pub period: String,
    /// Rows that name an indicator.
    pub rows: Vec<ReturnRow>,
}

/// Why a workbook is no such sheet.
#[derive(Debug, thiserror::Error)]
pub enum ReturnSheetError {
    /// No workbook that can be read.
    #[error(transparent)]
    Workbook(#[from] WorkbookError),
    /// It wasn't made by the template.
    #[error("row {row} isn't as the template has it: {expected} is missing")]
    NotSo {
        /// The row, from 1.
        row: u64,
        /// What is to be there.
        expected: &'static str,
    },
    /// A cell of a row holds an error instead of a value.
    #[error("row {row}: {reason}")]
    Cell {
        /// The row, from 1.
        row: u64,
        /// What it holds.
        reason: String,
    },
}

/// Reads the first sheet of a workbook.
///
/// # Errors
/// When it is no workbook, or not laid out like the template.
pub fn read_return_sheet(bytes: &[u8]) -> Result<ReturnSheet, ReturnSheetError> {
    let mut book = Workbook::open(Cursor::new(bytes), None)?;
    let mut named = |row: u64, key: &'static str| {
        let cells = book.header(row).unwrap_or_default();
        let value = cells.get(1).filter(|value| !value.is_empty() && cells[0] == key).cloned();
        value.ok_or(ReturnSheetError::NotSo { row, expected: key })
    };
    let (unit, period) = (named(UNIT_ROW, "unit")?, named(PERIOD_ROW, "period")?);
    let keys = book.header(KEYS_ROW).unwrap_or_default();
    let mut positions = [0; 5];
    for (position, key) in positions.iter_mut().zip([0, 3, 4, 5, 6].map(|place: usize| RETURN_COLUMNS[place])) {
        let found = keys.iter().position(|other| other == key);
        *position = found.ok_or(ReturnSheetError::NotSo { row: KEYS_ROW, expected: key })?;
    }
    let mut rows = Vec::new();
    while let Some((row, cells)) = book.next_row(&positions) {
        let cells = cells.map_err(|(_, reason)| ReturnSheetError::Cell { row, reason })?;
        let mut cells =
            cells.into_iter().map(|cell| cell.map(|text| text.trim().to_owned()).filter(|it| !it.is_empty()));
        let mut next = || cells.next().flatten();
        let Some(code) = next() else { continue };
        let (numerator, denominator, value, declared) = (next(), next(), next(), next());
        rows.push(ReturnRow { row, code, numerator, denominator, value, declared });
    }
    Ok(ReturnSheet { unit, period, rows })
}
