//! Lists that people write, of units, successions or aliases: CSV with a header, NDJSON or a JSON array with the same
//! names. A list is taken whole or not at all, so there is nothing to mend in a refused row.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::body::{self, EnvelopeError, Form};
use super::counted::Counted;
use super::fields::Checked;
use super::rejection::{Code, Fault, Hash, Rejection, cut, pointer_step, shown};
use super::wire::Value;
use super::{Limits, line_text};
use crate::model::{Day, Decimal, Text};

/// 1900-01-01 and 2299-12-31: the days that a list may name, as far as the store's dates reach.
const DAYS: (Day, Day) = (Day(-25_567), Day(120_529));

/// What the cells of a column are in JSON; in CSV everything is text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CellKind {
    Text,
    Number,
    Flag,
}

/// The columns of a kind of list, the required ones first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sheet {
    /// What a row is, as reasons say it.
    pub(super) thing: &'static str,
    pub(super) columns: &'static [(&'static str, CellKind)],
    pub(super) required: usize,
    /// All names, as reasons list them.
    pub(super) names: &'static str,
}

/// A checked row and where it stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row<T> {
    /// Line of the CSV or NDJSON, position in an array, from 1.
    pub line: u64,
    /// What it says.
    pub fact: T,
}

/// What a list held (I-2: received = rows + rejected).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List<T> {
    /// Rows, lines that aren't blank, or array elements.
    pub received: usize,
    /// The good ones, each by itself.
    pub rows: Vec<Row<T>>,
    /// How many were refused.
    pub rejected: usize,
    /// The first refused ones, up to [`Limits::rejections_max`].
    pub rejections: Vec<Rejection>,
}

impl Sheet {
    /// Reads a list; `fact` makes a row of its cells.
    pub(super) fn read<T>(
        &self,
        body: &[u8],
        content_type: Option<&str>,
        limits: &Limits,
        fact: impl Fn(Cells<'_>) -> Checked<T>,
    ) -> Result<List<T>, EnvelopeError> {
        if body.len() > limits.body_bytes_max {
            return Err(EnvelopeError::TooLarge { bytes_max: limits.body_bytes_max });
        }
        let body = body::without_mark(body);
        let form = body::unit_form(body, content_type)?;
        let mut list = List { received: 0, rows: Vec::new(), rejected: 0, rejections: Vec::new() };
        let mut read_one = |line: u64, text: &[u8]| {
            let cells = line_text(text, limits.line_bytes_max).and_then(|text| self.of_object(text));
            list.add((line, text), cells.and_then(&fact), limits);
        };
        match form {
            Form::Lines => body::each_line(body, read_one),
            Form::Array => body::each_element(body, &mut read_one)?,
            Form::Csv => {
                let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(Counted::new(body));
                let columns = self.header(&mut reader)?;
                let mut row = csv::ByteRecord::new();
                // Reading from memory fails at nothing: rows are flexible and cells are bytes.
                while let Ok(true) = reader.read_byte_record(&mut row) {
                    let offset = row.position().map_or(0, csv::Position::byte);
                    let line = reader.get_mut().line_at(offset);
                    list.add((line, row.as_slice()), self.of_row(&columns, &row).and_then(&fact), limits);
                }
            }
        }
        Ok(list)
    }

    fn find(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|(known, _)| *known == name)
    }

    fn header(&self, reader: &mut csv::Reader<Counted<&[u8]>>) -> Result<Vec<usize>, EnvelopeError> {
        let header = reader.headers().map_err(|_| EnvelopeError::NoHeader)?;
        let mut columns = Vec::new();
        for name in header {
            let unknown = || EnvelopeError::UnknownColumn { name: cut(name), columns: self.names };
            let column = self.find(name.trim()).ok_or_else(unknown)?;
            if columns.contains(&column) {
                return Err(EnvelopeError::DuplicateColumn(self.columns[column].0));
            }
            columns.push(column);
        }
        match (0..self.required).find(|column| !columns.contains(column)) {
            Some(missing) => Err(EnvelopeError::MissingColumn(self.columns[missing].0)),
            None => Ok(columns),
        }
    }

    fn empty<'a>(&self) -> Cells<'a> {
        Cells { columns: self.columns, cells: vec![None; self.columns.len()] }
    }

    fn of_row<'a>(&self, columns: &[usize], row: &'a csv::ByteRecord) -> Checked<Cells<'a>> {
        if row.len() != columns.len() {
            let reason = format!("{} cells, the header has {}", row.len(), columns.len());
            return Err(Fault::new("", Code::RaggedRow, reason));
        }
        let mut cells = self.empty();
        for (column, cell) in columns.iter().zip(row) {
            let text =
                std::str::from_utf8(cell).map_err(|_| cells.fault(*column, Code::BadUtf8, "no UTF-8".to_owned()))?;
            cells.cells[*column] = (!text.is_empty()).then_some(text.into());
        }
        Ok(cells)
    }

    fn of_object<'a>(&self, text: &'a str) -> Checked<Cells<'a>> {
        let object: BTreeMap<String, &RawValue> = serde_json::from_str(text).map_err(|error| {
            if error.is_data() {
                Fault::new("", Code::NotAnObject, format!("{} is a JSON object", self.thing))
            } else {
                Fault::new("", Code::BadJson, format!("no JSON at column {}", error.column()))
            }
        })?;
        let mut cells = self.empty();
        for (name, raw) in object {
            let column = self.find(&name).ok_or_else(|| {
                let reason = format!("unknown field {}; {} has {}", shown(&name), self.thing, self.names);
                Fault::new(pointer_step(&name), Code::UnknownField, reason)
            })?;
            let value = Value::read(raw)
                .ok_or_else(|| cells.fault(column, Code::BadJson, "a text with a broken escape".to_owned()))?;
            cells.cells[column] = match (value, self.columns[column].1) {
                (Value::Null, _) => None,
                (Value::Number(number), CellKind::Number) => Some(number.into()),
                (Value::Text(text), CellKind::Text) => (!text.is_empty()).then_some(text),
                (Value::Bool(flag), CellKind::Flag) => Some(flag.to_string().into()),
                (other, kind) => {
                    let wanted = match kind {
                        CellKind::Text => "a text",
                        CellKind::Number => "a number",
                        CellKind::Flag => "true or false",
                    };
                    let name = self.columns[column].0;
                    let reason = format!("`{name}` must be {wanted}, not {}", other.type_name());
                    return Err(cells.fault(column, Code::WrongType, reason));
                }
            };
        }
        Ok(cells)
    }
}

impl<T> List<T> {
    fn add(&mut self, (line, text): (u64, &[u8]), fact: Checked<T>, limits: &Limits) {
        self.received += 1;
        match fact {
            Ok(fact) => self.rows.push(Row { line, fact }),
            Err(fault) => {
                self.rejected += 1;
                if self.rejections.len() < limits.rejections_max {
                    self.rejections.push(rejection(line, text, *fault));
                }
            }
        }
    }
}

/// The rejection of a row; there is nothing to mend, as a list is taken whole or not at all.
pub(super) fn rejection(line: u64, text: &[u8], fault: Fault) -> Rejection {
    let Fault { pointer, code, reason } = fault;
    Rejection {
        line,
        pointer,
        code,
        kept_reason: reason.clone(),
        reason,
        further: Vec::new(),
        hash: Hash::of(text),
        kept: "{}".to_owned(),
        withheld: Vec::new(),
        unknown: Vec::new(),
    }
}

/// The cells of one row by column; an empty one is absent.
pub(super) struct Cells<'a> {
    columns: &'static [(&'static str, CellKind)],
    cells: Vec<Option<Cow<'a, str>>>,
}

impl Cells<'_> {
    pub(super) fn fault(&self, column: usize, code: Code, reason: String) -> Box<Fault> {
        Fault::new(pointer_step(self.columns[column].0), code, reason)
    }

    pub(super) fn cell(&self, column: usize) -> Option<&str> {
        self.cells[column].as_deref()
    }

    pub(super) fn text(&self, column: usize, bytes_max: usize) -> Checked<Option<Text>> {
        let Some(text) = self.cell(column) else { return Ok(None) };
        let normal = Text::new(text);
        if normal.len() > bytes_max {
            let reason = format!("{} has {} bytes, at most {bytes_max} are allowed", shown(text), normal.len());
            return Err(self.fault(column, Code::TooLong, reason));
        }
        Ok(Some(normal))
    }

    pub(super) fn missing(&self, column: usize) -> Box<Fault> {
        self.fault(column, Code::MissingField, format!("`{}` is missing", self.columns[column].0))
    }

    pub(super) fn required(&self, column: usize, bytes_max: usize) -> Checked<Text> {
        self.text(column, bytes_max)?.ok_or_else(|| self.missing(column))
    }

    pub(super) fn day(&self, column: usize) -> Checked<Option<Day>> {
        let Some(text) = self.cell(column) else { return Ok(None) };
        let well_formed = text.len() == 10 && !text.contains('T');
        let day = well_formed.then(|| text.parse::<Day>().ok()).flatten().ok_or_else(|| {
            self.fault(column, Code::BadValue, format!("{} is no date; write 2025-06-30", shown(text)))
        })?;
        if day < DAYS.0 || day > DAYS.1 {
            let reason = format!("{day} is not between {} and {}", DAYS.0, DAYS.1);
            return Err(self.fault(column, Code::OutOfRange, reason));
        }
        Ok(Some(day))
    }

    /// A decimal between two whole numbers.
    pub(super) fn decimal(&self, column: usize, (least, most): (i64, i64)) -> Checked<Option<Decimal>> {
        let Some(text) = self.cell(column) else { return Ok(None) };
        let value: Decimal =
            text.parse().map_err(|error| self.fault(column, Code::BadValue, format!("{}: {error}", shown(text))))?;
        if value.millionths() < least * Decimal::SCALE || value.millionths() > most * Decimal::SCALE {
            let reason = format!("{} is not between {least} and {most}", shown(text));
            return Err(self.fault(column, Code::OutOfRange, reason));
        }
        Ok(Some(value))
    }

    pub(super) fn flag(&self, column: usize) -> Checked<Option<bool>> {
        match self.cell(column) {
            None => Ok(None),
            Some("true" | "1") => Ok(Some(true)),
            Some("false" | "0") => Ok(Some(false)),
            Some(other) => {
                Err(self.fault(column, Code::BadValue, format!("{} is neither true nor false", shown(other))))
            }
        }
    }
}
