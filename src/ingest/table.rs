//! The rows of a foreign table, one at a time: CSV with a header or NDJSON, either also packed with gzip, or a sheet of a
//! workbook.
//!
//! Memory doesn't grow with a text: one row is held, and a row has a bound. A workbook has a bound as a whole.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read};

use serde_json::value::RawValue;

use super::counted::Counted;
use super::encoded::Decoded;
use super::mapping::{Layout, Mapping, MappingError, RowFault};
use super::rejection::Code;
use super::wire::Value;
use super::workbook::{Workbook, WorkbookError};

/// Bytes of one row; more is a quote left open rather than a row.
const ROW_BYTES_MAX: usize = 1 << 20;

/// Why a table can't be read on.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// A file of a kind that isn't read.
    #[error("`{0}` is not read: use .csv, .tsv, .ndjson or .jsonl, each also with .gz, or .xlsx, .xls, .ods")]
    UnknownForm(String),
    /// A workbook that can't be read.
    #[error(transparent)]
    Workbook(#[from] WorkbookError),
    /// The file ends before its header, or the header is not UTF-8.
    #[error("no header in UTF-8 on line {0}")]
    NoHeader(u64),
    /// The mapping names what the table doesn't have.
    #[error(transparent)]
    Mapping(#[from] MappingError),
    /// Reading failed, or a row has too many bytes.
    #[error("reading failed after line {line}")]
    Io {
        /// The last line read.
        line: u64,
        /// Why.
        source: io::Error,
    },
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// Its cells in the order of [`Mapping::columns`], or why it has none.
    pub cells: Result<Vec<Option<String>>, RowFault>,
}

type Input = Box<dyn BufRead>;

/// A table under reading.
pub struct Table {
    rows: Rows,
    line: u64,
}

enum Rows {
    Csv { reader: Box<csv::Reader<Counted<Input>>>, positions: Vec<usize>, width: usize },
    Lines { input: Input, columns: Vec<String> },
    Sheet { workbook: Box<Workbook>, positions: Vec<usize> },
}

impl Table {
    /// Opens a table; its form is that of the file name's ending.
    ///
    /// # Errors
    /// When the form isn't known, reading fails, or the header lacks a column that the mapping names.
    pub fn open(file_name: &str, input: impl Read + 'static, mapping: &Mapping) -> Result<Table, TableError> {
        let lower = file_name.to_lowercase();
        let ending = lower.trim_end_matches(".gz").rsplit('.').next().unwrap_or_default();
        let delimiter = match ending {
            "csv" | "txt" => Some(b','),
            "tsv" => Some(b'\t'),
            "ndjson" | "jsonl" => None,
            "xlsx" | "xls" | "ods" => return Table::sheet(input, mapping),
            _ => return Err(TableError::UnknownForm(file_name.to_owned())),
        };
        let mut input = unpacked(input).map_err(|source| TableError::Io { line: 0, source })?;
        if let Some(encoding) = mapping.layout().encoding {
            input = Box::new(BufReader::new(Decoded::new(input, encoding)));
        }
        match delimiter {
            Some(delimiter) => Table::csv(input, delimiter, mapping),
            None => Ok(Table { rows: Rows::Lines { input, columns: mapping.columns().to_vec() }, line: 0 }),
        }
    }

    fn csv(mut input: Input, delimiter: u8, mapping: &Mapping) -> Result<Table, TableError> {
        let Layout { delimiter: given, header_row, .. } = *mapping.layout();
        for line in 1..header_row {
            let skipped = read_line(&mut input).map_err(|source| TableError::Io { line, source })?;
            skipped.ok_or(TableError::NoHeader(header_row))?;
        }
        let input = Counted::bounded(input, header_row, ROW_BYTES_MAX);
        let mut reader =
            csv::ReaderBuilder::new().flexible(true).delimiter(given.unwrap_or(delimiter)).from_reader(input);
        let header = reader.headers().map_err(|_| TableError::NoHeader(header_row))?;
        let header: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
        if header.is_empty() {
            return Err(TableError::NoHeader(header_row));
        }
        let positions = mapping.positions(&header)?;
        let rows = Rows::Csv { reader: Box::new(reader), positions, width: header.len() };
        Ok(Table { rows, line: header_row })
    }

    fn sheet(input: impl Read, mapping: &Mapping) -> Result<Table, TableError> {
        let Layout { header_row, sheet, .. } = mapping.layout();
        let mut workbook = Workbook::open(input, sheet.as_deref())?;
        let header = workbook.header(*header_row).filter(|header| !header.is_empty());
        let positions = mapping.positions(&header.ok_or(TableError::NoHeader(*header_row))?)?;
        Ok(Table { rows: Rows::Sheet { workbook: Box::new(workbook), positions }, line: *header_row })
    }

    /// The next row; none at the end.
    ///
    /// # Errors
    /// When reading fails or a row has more than 1 MiB.
    pub fn next_row(&mut self) -> Result<Option<Row>, TableError> {
        let last = self.line;
        self.read_row().map_err(|source| TableError::Io { line: last, source })
    }

    fn read_row(&mut self) -> io::Result<Option<Row>> {
        match &mut self.rows {
            Rows::Csv { reader, positions, width } => {
                let mut record = csv::ByteRecord::new();
                if !reader.read_byte_record(&mut record).map_err(io::Error::other)? {
                    return Ok(None);
                }
                let offset = record.position().map_or(0, csv::Position::byte);
                self.line = reader.get_mut().line_at(offset);
                Ok(Some(Row { line: self.line, cells: csv_cells(&record, positions, *width) }))
            }
            Rows::Sheet { workbook, positions } => {
                let Some((line, cells)) = workbook.next_row(positions) else { return Ok(None) };
                self.line = line;
                Ok(Some(Row { line, cells: cells.map_err(|(code, reason)| row_fault(code, reason)) }))
            }
            Rows::Lines { input, columns } => loop {
                let Some(line) = read_line(input)? else { return Ok(None) };
                self.line += 1;
                let line = if self.line == 1 { super::body::without_mark(&line) } else { &line };
                if !line.trim_ascii().is_empty() {
                    return Ok(Some(Row { line: self.line, cells: object_cells(line, columns) }));
                }
            },
        }
    }
}

/// The text of a file that may be packed, seen from its first bytes.
fn unpacked(input: impl Read + 'static) -> io::Result<Input> {
    let mut input = BufReader::with_capacity(64 << 10, input);
    if input.fill_buf()?.starts_with(&[0x1f, 0x8b]) {
        return Ok(Box::new(BufReader::new(flate2::bufread::MultiGzDecoder::new(input))));
    }
    Ok(Box::new(input))
}

/// The next line without its end; none at the end of the input.
fn read_line(input: &mut Input) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let bound = u64::try_from(ROW_BYTES_MAX).unwrap_or(u64::MAX);
    if input.take(bound).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
    } else if line.len() == ROW_BYTES_MAX {
        return Err(super::counted::too_long(ROW_BYTES_MAX));
    }
    Ok(Some(line))
}

fn csv_cells(record: &csv::ByteRecord, positions: &[usize], width: usize) -> Result<Vec<Option<String>>, RowFault> {
    if record.len() != width {
        let reason = format!("{} cells, the header has {width}", record.len());
        return Err(row_fault(Code::RaggedRow, reason));
    }
    let cell = |position: &usize| {
        let bytes = record.get(*position).unwrap_or_default();
        let text = std::str::from_utf8(bytes);
        let text = text.map_err(|_| row_fault(Code::BadUtf8, format!("cell {} is no UTF-8", position + 1)))?;
        Ok((!text.is_empty()).then(|| text.to_owned()))
    };
    positions.iter().map(cell).collect()
}

fn object_cells(line: &[u8], columns: &[String]) -> Result<Vec<Option<String>>, RowFault> {
    let text = std::str::from_utf8(line).map_err(|_| row_fault(Code::BadUtf8, "no UTF-8".to_owned()))?;
    let object: BTreeMap<String, &RawValue> = serde_json::from_str(text).map_err(|error| {
        let code = if error.is_data() { Code::NotAnObject } else { Code::BadJson };
        row_fault(code, format!("no JSON object, at column {}", error.column()))
    })?;
    let cell = |column: &String| {
        let Some(raw) = object.get(column) else { return Ok(None) };
        match Value::read(raw) {
            Some(Value::Null) => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(value.to_string())),
            Some(Value::Number(text)) => Ok(Some(text.to_owned())),
            Some(Value::Text(text)) => Ok((!text.is_empty()).then(|| text.into_owned())),
            Some(Value::Nested(_)) | None => {
                let reason = "a list, an object or a broken text; a cell is a plain value".to_owned();
                Err(RowFault { column: column.clone(), code: Code::WrongType, reason })
            }
        }
    };
    columns.iter().map(cell).collect()
}

fn row_fault(code: Code, reason: String) -> RowFault {
    RowFault { column: String::new(), code, reason }
}

#[cfg(test)]
mod tests;
