//! The rows of a workbook's sheet (XLSX, XLS, ODS) as texts that a mapping reads.
//!
//! A date cell becomes `2024-08-02` or `2024-08-02T13:45:00`, local as workbooks are; a whole number has no point. A sheet is
//! read as a whole: a workbook has a bound.

use std::io::{self, Cursor, Read};

use calamine::{Data, Reader, open_workbook_auto_from_rs};

use super::rejection::{Code, shown};

/// Bytes of a workbook.
pub const WORKBOOK_BYTES_MAX: u64 = 64 << 20;
/// The greatest whole number that a cell holds exactly.
const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;

/// Why a workbook can't be read.
#[derive(Debug, thiserror::Error)]
pub enum WorkbookError {
    /// Too large to be read as a whole.
    #[error("a workbook of more than {} MiB: save the sheet as CSV (UTF-8) and import that", WORKBOOK_BYTES_MAX >> 20)]
    TooLarge,
    /// No workbook, or a damaged one.
    #[error("no workbook that can be read: {0}")]
    Damaged(String),
    /// The mapping names a sheet that isn't there.
    #[error("no sheet {0}; the workbook has {1}")]
    NoSheet(String, String),
    /// Reading failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// One sheet, its rows in order.
pub(super) struct Workbook {
    range: calamine::Range<Data>,
    next: usize,
}

/// A cell that holds no value.
type CellFault = (Code, String);

/// A row's number from 1, and its cells.
type SheetRow = (u64, Result<Vec<Option<String>>, CellFault>);

/// A row's number from 1, and the texts of its cells.
pub(super) type TextRow = (u64, Vec<Option<String>>);

impl Workbook {
    /// Reads a sheet, the first one when none is named.
    pub(super) fn open(input: impl Read, sheet: Option<&str>) -> Result<Workbook, WorkbookError> {
        let mut workbook = opened(input)?;
        let names = workbook.sheet_names();
        let found = match sheet {
            None => names.first(),
            Some(wanted) => names.iter().find(|name| *name == wanted),
        };
        let no_sheet = || {
            let wanted = sheet.map_or("at all".to_owned(), shown);
            WorkbookError::NoSheet(wanted, names.iter().map(|name| shown(name)).collect::<Vec<_>>().join(", "))
        };
        let name = found.ok_or_else(no_sheet)?.clone();
        let range = workbook.worksheet_range(&name).map_err(damaged)?;
        let first = range.start().map_or(0, |(row, _)| row as usize);
        Ok(Workbook { range, next: first })
    }

    /// All sheets of a workbook by name, as they would be read, with at most so many rows of each: a row's number from 1 and
    /// its cells from column A on; a cell that holds an error is empty.
    pub(super) fn sheets(input: impl Read, rows_max: usize) -> Result<Vec<(String, Vec<TextRow>)>, WorkbookError> {
        let mut workbook = opened(input)?;
        let mut sheets = Vec::new();
        for name in workbook.sheet_names() {
            // A sheet of charts has no rows.
            let Ok(range) = workbook.worksheet_range(&name) else { continue };
            let first = range.start().map_or(0, |(row, _)| row as usize);
            let sheet = Workbook { range, next: first };
            let rows = (first..).map_while(|row| Some((row as u64 + 1, sheet.cells(row)?)));
            let texts = rows.map(|(number, cells)| (number, cells.map(|cell| text(cell).ok().flatten()).collect()));
            sheets.push((name, texts.take(rows_max).collect()));
        }
        Ok(sheets)
    }

    /// The texts of the row with this number, from 1, beginning with column A; none behind the last row.
    pub(super) fn header(&mut self, number: u64) -> Option<Vec<String>> {
        let row = usize::try_from(number.checked_sub(1)?).ok()?;
        self.next = row + 1;
        let cells = self.cells(row)?;
        let mut header: Vec<String> =
            cells.map(|cell| text(cell).ok().flatten().unwrap_or_default().trim().to_owned()).collect();
        while header.last().is_some_and(String::is_empty) {
            header.pop();
        }
        Some(header)
    }

    /// The next row that isn't empty: its number from 1, and the cells at some positions.
    pub(super) fn next_row(&mut self, positions: &[usize]) -> Option<SheetRow> {
        loop {
            let row = self.next;
            self.next += 1;
            let cells: Vec<&Data> = self.cells(row)?.collect();
            if cells.iter().all(|cell| matches!(cell, Data::Empty)) {
                continue;
            }
            let cell = |position: &usize| cells.get(*position).map_or(Ok(None), |cell| text(cell));
            return Some((row as u64 + 1, positions.iter().map(cell).collect()));
        }
    }

    /// The cells of a row, counted from 0, from column A on; none behind the last row.
    fn cells(&self, row: usize) -> Option<impl Iterator<Item = &Data>> {
        let (last_row, last_column) = self.range.end()?;
        let row = u32::try_from(row).ok().filter(|row| *row <= last_row)?;
        Some((0..=last_column).map(move |column| self.range.get_value((row, column)).unwrap_or(&Data::Empty)))
    }
}

fn damaged(error: calamine::Error) -> WorkbookError {
    WorkbookError::Damaged(error.to_string())
}

fn opened(input: impl Read) -> Result<calamine::Sheets<Cursor<Vec<u8>>>, WorkbookError> {
    let mut bytes = Vec::new();
    if input.take(WORKBOOK_BYTES_MAX + 1).read_to_end(&mut bytes)? as u64 > WORKBOOK_BYTES_MAX {
        return Err(WorkbookError::TooLarge);
    }
    open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(damaged)
}

/// The text of a cell; none when it is empty.
fn text(cell: &Data) -> Result<Option<String>, CellFault> {
    Ok(Some(match cell {
        Data::Empty => return Ok(None),
        Data::String(text) if text.is_empty() => return Ok(None),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => plain(*number),
        Data::Bool(value) => value.to_string(),
        Data::DateTime(moment) if moment.is_duration() => plain(moment.as_f64()),
        Data::DateTime(moment) => {
            let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
            let date = format!("{year:04}-{month:02}-{day:02}");
            match (hour, minute, second, milli) {
                (0, 0, 0, 0) => date,
                _ => format!("{date}T{hour:02}:{minute:02}:{second:02}.{milli:03}"),
            }
        }
        Data::Error(error) => return Err((Code::BadValue, format!("the cell holds {error}"))),
    }))
}

/// A number as people write it: a whole one without a point.
#[expect(clippy::cast_possible_truncation, reason = "whole and within what a float holds exactly")]
fn plain(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() <= WHOLE_MAX { (number as i64).to_string() } else { number.to_string() }
}

#[cfg(test)]
mod tests;
