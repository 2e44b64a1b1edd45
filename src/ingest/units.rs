//! Lists of units as people write them: CSV with a header, NDJSON or a JSON array with the same names.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::body::{self, EnvelopeError, Form};
use super::counted::Counted;
use super::fields::{Checked, ID_BYTES_MAX, TEXT_BYTES_MAX};
use super::rejection::{Code, Fault, Hash, Rejection, cut, shown};
use super::wire::Value;
use super::{Limits, line_text};
use crate::model::{Day, Decimal, Instant, Text, UnitFact, UnitKind};

/// 1900-01-01 and 2299-12-31: the days that a unit may begin and end on, as far as the store's dates reach.
const DAYS: (Day, Day) = (Day(-25_567), Day(120_529));
/// The tree of a unit that names none.
const TREE_DEFAULT: &str = "territory";
/// Codes that answers use for rows of their own.
const RESERVED_CODES: [&str; 2] = ["unresolved", "own"];

const KINDS: [UnitKind; 7] = [
    UnitKind::Nation,
    UnitKind::Province,
    UnitKind::District,
    UnitKind::Commune,
    UnitKind::Department,
    UnitKind::Office,
    UnitKind::Area,
];

/// A column of a list of units; the first five must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the field of `UnitFact` of its name")]
pub enum Column {
    Code,
    Parent,
    Kind,
    Category,
    NameVi,
    NameEn,
    ShortName,
    SortOrder,
    ValidFrom,
    ValidTo,
    Lat,
    Lon,
    Tree,
}

impl Column {
    /// All columns, in the order of documents.
    pub const ALL: [Column; 13] = [
        Column::Code,
        Column::Parent,
        Column::Kind,
        Column::Category,
        Column::NameVi,
        Column::NameEn,
        Column::ShortName,
        Column::SortOrder,
        Column::ValidFrom,
        Column::ValidTo,
        Column::Lat,
        Column::Lon,
        Column::Tree,
    ];
    /// Their names, as reasons list them.
    pub const LIST: &str = "code, parent, kind, category, name_vi, name_en, short_name, sort_order, valid_from, \
                            valid_to, lat, lon, tree";
    const REQUIRED: usize = 5;

    /// The name in a header.
    pub fn as_str(self) -> &'static str {
        match self {
            Column::Code => "code",
            Column::Parent => "parent",
            Column::Kind => "kind",
            Column::Category => "category",
            Column::NameVi => "name_vi",
            Column::NameEn => "name_en",
            Column::ShortName => "short_name",
            Column::SortOrder => "sort_order",
            Column::ValidFrom => "valid_from",
            Column::ValidTo => "valid_to",
            Column::Lat => "lat",
            Column::Lon => "lon",
            Column::Tree => "tree",
        }
    }

    fn find(name: &str) -> Option<Column> {
        Column::ALL.into_iter().find(|column| column.as_str() == name)
    }

    fn is_number(self) -> bool {
        matches!(self, Column::SortOrder | Column::Lat | Column::Lon)
    }

    fn fault(self, code: Code, reason: String) -> Box<Fault> {
        Fault::new(format!("/{}", self.as_str()), code, reason)
    }
}

/// A checked version of a unit and where it stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitRow {
    /// Line of the CSV or NDJSON, position in an array, from 1.
    pub line: u64,
    /// What it says.
    pub fact: UnitFact,
}

/// What a list of units held (I-2: received = units + rejected).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnitBatch {
    /// Rows, lines that aren't blank, or array elements.
    pub received: usize,
    /// The good ones, each by itself; [`super::check_units`] checks them against one another.
    pub units: Vec<UnitRow>,
    /// How many were refused.
    pub rejected: usize,
    /// The first refused ones, up to [`Limits::rejections_max`].
    pub rejections: Vec<Rejection>,
}

/// Reads a list of units; `now` is when it was loaded, by the receiving clock.
///
/// # Errors
/// When the body is too large, of no known form, no whole array, or its header is not as it should be.
pub fn read_units(
    body: &[u8],
    content_type: Option<&str>,
    now: Instant,
    limits: &Limits,
) -> Result<UnitBatch, EnvelopeError> {
    if body.len() > limits.body_bytes_max {
        return Err(EnvelopeError::TooLarge { bytes_max: limits.body_bytes_max });
    }
    let body = body::without_mark(body);
    let form = body::unit_form(body, content_type)?;
    let mut batch = UnitBatch::default();
    let mut read_one = |line: u64, text: &[u8]| {
        let fact = line_text(text, limits.line_bytes_max).and_then(Cells::of_object).and_then(|cells| cells.fact(now));
        batch.add(line, text, fact, limits);
    };
    match form {
        Form::Lines => body::each_line(body, read_one),
        Form::Array => body::each_element(body, &mut read_one)?,
        Form::Csv => read_csv(body, now, limits, &mut batch)?,
    }
    Ok(batch)
}

impl UnitBatch {
    fn add(&mut self, line: u64, text: &[u8], fact: Checked<UnitFact>, limits: &Limits) {
        self.received += 1;
        match fact {
            Ok(fact) => self.units.push(UnitRow { line, fact }),
            Err(fault) => {
                self.rejected += 1;
                if self.rejections.len() < limits.rejections_max {
                    self.rejections.push(rejection(line, text, *fault));
                }
            }
        }
    }
}

/// The rejection of a unit; there is nothing to mend, as a list is taken whole or not at all.
pub(super) fn rejection(line: u64, text: &[u8], fault: Fault) -> Rejection {
    let Fault { pointer, code, reason } = fault;
    Rejection {
        line,
        pointer,
        code,
        reason,
        further: Vec::new(),
        hash: Hash::of(text),
        kept: "{}".to_owned(),
        unknown: Vec::new(),
    }
}

fn read_csv(body: &[u8], now: Instant, limits: &Limits, batch: &mut UnitBatch) -> Result<(), EnvelopeError> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(Counted::new(body));
    let columns = header(&mut reader)?;
    let mut row = csv::ByteRecord::new();
    // Reading from memory fails at nothing: rows are flexible and cells are bytes.
    while let Ok(true) = reader.read_byte_record(&mut row) {
        let offset = row.position().map_or(0, csv::Position::byte);
        let line = reader.get_mut().line_at(offset);
        let fact = Cells::of_row(&columns, &row).and_then(|cells| cells.fact(now));
        batch.add(line, row.as_slice(), fact, limits);
    }
    Ok(())
}

fn header(reader: &mut csv::Reader<Counted<&[u8]>>) -> Result<Vec<Column>, EnvelopeError> {
    let header = reader.headers().map_err(|_| EnvelopeError::NoHeader)?;
    let mut columns = Vec::new();
    for name in header {
        let column = Column::find(name.trim()).ok_or_else(|| EnvelopeError::UnknownColumn(cut(name)))?;
        if columns.contains(&column) {
            return Err(EnvelopeError::DuplicateColumn(column.as_str()));
        }
        columns.push(column);
    }
    match Column::ALL[..Column::REQUIRED].iter().find(|column| !columns.contains(column)) {
        Some(missing) => Err(EnvelopeError::MissingColumn(missing.as_str())),
        None => Ok(columns),
    }
}

/// The cells of one unit by column; an empty one is absent.
struct Cells<'a>([Option<Cow<'a, str>>; Column::ALL.len()]);

impl<'a> Cells<'a> {
    fn of_row(columns: &[Column], row: &'a csv::ByteRecord) -> Checked<Cells<'a>> {
        if row.len() != columns.len() {
            let reason = format!("{} cells, the header has {}", row.len(), columns.len());
            return Err(Fault::new("", Code::RaggedRow, reason));
        }
        let mut cells = Cells(Default::default());
        for (column, cell) in columns.iter().zip(row) {
            let text = std::str::from_utf8(cell).map_err(|_| column.fault(Code::BadUtf8, "no UTF-8".to_owned()))?;
            cells.0[*column as usize] = (!text.is_empty()).then_some(text.into());
        }
        Ok(cells)
    }

    fn of_object(text: &'a str) -> Checked<Cells<'a>> {
        let object: std::collections::BTreeMap<String, &RawValue> = serde_json::from_str(text).map_err(|error| {
            if error.is_data() {
                Fault::new("", Code::NotAnObject, "a unit is a JSON object")
            } else {
                Fault::new("", Code::BadJson, format!("no JSON at column {}", error.column()))
            }
        })?;
        let mut cells = Cells(Default::default());
        for (name, raw) in object {
            let column = Column::find(&name).ok_or_else(|| {
                let reason = format!("unknown field {}; a unit has {}", shown(&name), Column::LIST);
                Fault::new(super::rejection::pointer_step(&name), Code::UnknownField, reason)
            })?;
            let value = Value::read(raw)
                .ok_or_else(|| column.fault(Code::BadJson, "a text with a broken escape".to_owned()))?;
            cells.0[column as usize] = match value {
                Value::Null => None,
                Value::Number(number) if column.is_number() => Some(number.into()),
                Value::Text(text) if !column.is_number() => (!text.is_empty()).then_some(text),
                other => {
                    let wanted = if column.is_number() { "a number" } else { "a text" };
                    let reason = format!("`{}` must be {wanted}, not {}", column.as_str(), other.type_name());
                    return Err(column.fault(Code::WrongType, reason));
                }
            };
        }
        Ok(cells)
    }

    fn fact(&self, now: Instant) -> Checked<UnitFact> {
        let fact = UnitFact {
            at: now,
            code: self.code()?,
            valid_from: self.day(Column::ValidFrom)?,
            valid_to: self.day(Column::ValidTo)?,
            parent: self.text(Column::Parent, ID_BYTES_MAX)?,
            kind: self.kind()?,
            category: self.text(Column::Category, TEXT_BYTES_MAX)?.unwrap_or_else(|| Text::new("")),
            name_vi: self.required(Column::NameVi, TEXT_BYTES_MAX)?,
            name_en: self.text(Column::NameEn, TEXT_BYTES_MAX)?,
            short_name: self.text(Column::ShortName, TEXT_BYTES_MAX)?,
            sort_order: self.sort_order()?,
            lat: self.degrees(Column::Lat, 90)?,
            lon: self.degrees(Column::Lon, 180)?,
            tree: self.text(Column::Tree, ID_BYTES_MAX)?.unwrap_or_else(|| Text::new(TREE_DEFAULT)),
        };
        if let (Some(from), Some(to)) = (fact.valid_from, fact.valid_to)
            && from > to
        {
            let reason = format!("valid to {to}, which is before valid from {from}");
            return Err(Column::ValidTo.fault(Code::OutOfRange, reason));
        }
        Ok(fact)
    }

    fn cell(&self, column: Column) -> Option<&str> {
        self.0[column as usize].as_deref()
    }

    fn text(&self, column: Column, bytes_max: usize) -> Checked<Option<Text>> {
        let Some(text) = self.cell(column) else { return Ok(None) };
        let normal = Text::new(text);
        if normal.len() > bytes_max {
            let reason = format!("{} has {} bytes, at most {bytes_max} are allowed", shown(text), normal.len());
            return Err(column.fault(Code::TooLong, reason));
        }
        Ok(Some(normal))
    }

    fn required(&self, column: Column, bytes_max: usize) -> Checked<Text> {
        let text = self.text(column, bytes_max)?;
        text.ok_or_else(|| column.fault(Code::MissingField, format!("`{}` is missing", column.as_str())))
    }

    fn code(&self) -> Checked<Text> {
        let code = self.required(Column::Code, ID_BYTES_MAX)?;
        if RESERVED_CODES.contains(&code.as_str()) {
            let reason = format!("{} is reserved for rows of answers", shown(&code));
            return Err(Column::Code.fault(Code::BadValue, reason));
        }
        Ok(code)
    }

    fn kind(&self) -> Checked<UnitKind> {
        let name = self.required(Column::Kind, TEXT_BYTES_MAX)?;
        KINDS.into_iter().find(|kind| kind.as_str() == name.as_str()).ok_or_else(|| {
            let reason = format!("{} is none of {}", shown(&name), KINDS.map(UnitKind::as_str).join(", "));
            Column::Kind.fault(Code::BadValue, reason)
        })
    }

    fn day(&self, column: Column) -> Checked<Option<Day>> {
        let Some(text) = self.cell(column) else { return Ok(None) };
        let well_formed = text.len() == 10 && !text.contains('T');
        let day = well_formed
            .then(|| text.parse::<Day>().ok())
            .flatten()
            .ok_or_else(|| column.fault(Code::BadValue, format!("{} is no date; write 2025-06-30", shown(text))))?;
        if day < DAYS.0 || day > DAYS.1 {
            let reason = format!("{day} is not between {} and {}", DAYS.0, DAYS.1);
            return Err(column.fault(Code::OutOfRange, reason));
        }
        Ok(Some(day))
    }

    fn sort_order(&self) -> Checked<i32> {
        let Some(text) = self.cell(Column::SortOrder) else { return Ok(0) };
        text.parse().map_err(|_| {
            Column::SortOrder.fault(Code::BadValue, format!("{} is no whole number of 32 bits", shown(text)))
        })
    }

    fn degrees(&self, column: Column, limit: i64) -> Checked<Option<Decimal>> {
        let Some(text) = self.cell(column) else { return Ok(None) };
        let degrees: Decimal =
            text.parse().map_err(|error| column.fault(Code::BadValue, format!("{}: {error}", shown(text))))?;
        if degrees.millionths().abs() > limit * Decimal::SCALE {
            let reason = format!("{} is not between -{limit} and {limit}", shown(text));
            return Err(column.fault(Code::OutOfRange, reason));
        }
        Ok(Some(degrees))
    }
}

#[cfg(test)]
mod tests;
