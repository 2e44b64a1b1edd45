//! A first look at a table: where its header is, and what stands in its columns.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use super::super::body::without_mark;
use super::super::counted::Counted;
use super::super::encoded::{self, Decoded};
use super::super::workbook::{TextRow, Workbook};
use super::words::{Header, header};
use super::{SuggestError, ending};
use crate::model::Text;

/// Rows that are looked at.
pub(in crate::ingest) const ROWS_MAX: usize = 20_000;
/// Rows among which the header is looked for.
const HEADER_ROWS_MAX: usize = 40;
/// Rows by which a delimiter is judged.
const DELIMITER_ROWS: usize = 60;
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// Bytes of a text that are looked at.
pub(super) const TEXT_BYTES_MAX: u64 = 64 << 20;

/// What was found.
#[derive(Debug, Default)]
pub(in crate::ingest) struct Look {
    /// Of a text: what stands between cells, where that isn't what the name says.
    pub(super) delimiter: Option<u8>,
    /// Of a text: its encoding, where that isn't UTF-8.
    pub(super) encoding: Option<&'static str>,
    /// Of a workbook: the sheet, and whether there are others.
    pub(super) sheet: Option<String>,
    pub(super) has_other_sheets: bool,
    /// The header's row from 1; 0 when each row names its columns.
    pub(in crate::ingest) header_row: u64,
    pub(in crate::ingest) columns: Vec<Column>,
    /// Rows that were looked at, and whether there are more.
    pub(super) rows: usize,
    pub(in crate::ingest) is_cut: bool,
}

/// A column.
#[derive(Debug, Default)]
pub(in crate::ingest) struct Column {
    pub(in crate::ingest) name: String,
    /// A column before it has the same name: it can't be read.
    pub(in crate::ingest) is_double: bool,
    /// One for each row.
    pub(in crate::ingest) cells: Vec<Option<String>>,
}

impl Column {
    /// The cells that hold something.
    pub(super) fn filled(&self) -> impl Iterator<Item = &str> + Clone {
        let is_filled = |cell: &&str| !cell.trim().is_empty() && !super::words::is_null(cell);
        self.cells.iter().flatten().map(String::as_str).filter(is_filled)
    }

    /// The values with how often each stands there, the most frequent first.
    pub(super) fn values(&self) -> Vec<(&str, usize)> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for cell in self.filled() {
            *counts.entry(cell.trim()).or_default() += 1;
        }
        let mut values: Vec<(&str, usize)> = counts.into_iter().collect();
        values.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        values
    }
}

/// The rows of each table of a file, as far as they are looked at; none of one without a header.
pub(in crate::ingest) fn tables(file_name: &str, input: impl Read) -> Result<Vec<Vec<TextRow>>, SuggestError> {
    match ending(file_name).as_str() {
        "xlsx" | "xls" | "ods" => Ok(Workbook::sheets(input, ROWS_MAX)?.into_iter().map(|(_, rows)| rows).collect()),
        "csv" | "txt" | "tsv" => {
            let (bytes, _) = unpacked(input)?;
            let bytes = without_mark(&bytes);
            Ok(DELIMITERS.into_iter().map(|delimiter| csv_rows(bytes, delimiter, ROWS_MAX)).collect())
        }
        _ => Ok(Vec::new()),
    }
}

/// Looks at a file; its form is that of its name's ending.
pub(in crate::ingest) fn look(file_name: &str, input: impl Read) -> Result<Look, SuggestError> {
    let ending = ending(file_name);
    match ending.as_str() {
        "xlsx" | "xls" | "ods" => workbook(input),
        "csv" | "txt" | "tsv" => {
            let (bytes, encoding) = unpacked(input)?;
            let look = text(&bytes, if ending == "tsv" { b'\t' } else { b',' })?;
            Ok(Look { encoding, ..look })
        }
        "ndjson" | "jsonl" => {
            let (bytes, encoding) = unpacked(input)?;
            Ok(Look { encoding, ..lines(&bytes)? })
        }
        _ => Err(SuggestError::UnknownForm(file_name.to_owned())),
    }
}

/// The text of a file in UTF-8, and in which encoding it was when that wasn't its own.
pub(super) fn unpacked(input: impl Read) -> Result<(Vec<u8>, Option<&'static str>), SuggestError> {
    let mut bytes = Vec::new();
    let mut input = std::io::BufReader::new(input);
    if std::io::BufRead::fill_buf(&mut input)?.starts_with(&[0x1f, 0x8b]) {
        flate2::bufread::MultiGzDecoder::new(input).take(TEXT_BYTES_MAX).read_to_end(&mut bytes)?;
    } else {
        input.take(TEXT_BYTES_MAX).read_to_end(&mut bytes)?;
    }
    let is_utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    let cut = bytes.len() as u64 == TEXT_BYTES_MAX;
    if let Err(error) = std::str::from_utf8(&bytes)
        && !is_utf16
        // The last letter may have been cut through.
        && cut
        && bytes.len() - error.valid_up_to() < 4
    {
        bytes.truncate(error.valid_up_to());
    }
    let name = match std::str::from_utf8(&bytes) {
        _ if is_utf16 => "utf-16",
        Ok(_) => return Ok((bytes, None)),
        Err(_) => "windows-1258",
    };
    let no_text = |bytes: &[u8]| {
        let first = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
        SuggestError::NoText { line: line_of(bytes, first) }
    };
    let mut text = Vec::new();
    let encoding = encoded::encoding(name).ok_or_else(|| no_text(&bytes))?;
    Decoded::new(&bytes[..], encoding).read_to_end(&mut text).map_err(|_| no_text(&bytes))?;
    Ok((text, Some(name)))
}

fn line_of(bytes: &[u8], offset: usize) -> usize {
    bytes[..offset].iter().filter(|byte| **byte == b'\n').count() + 1
}

fn workbook(input: impl Read) -> Result<Look, SuggestError> {
    let sheets = Workbook::sheets(input, ROWS_MAX + HEADER_ROWS_MAX)?;
    let judged = sheets.iter().map(|(name, rows)| (head(rows), name, rows));
    // Of equal ones the first.
    let best = judged.rev().max_by_key(|(head, _, rows)| (head.known, head.filled.min(2), rows.len().min(2)));
    let Some((head, name, rows)) = best.filter(|(head, ..)| head.filled > 0) else { return Err(SuggestError::Empty) };
    let look = Look { sheet: Some(name.clone()), has_other_sheets: sheets.len() > 1, ..Look::default() };
    Ok(with_rows(look, &head, rows))
}

fn text(bytes: &[u8], usual: u8) -> Result<Look, SuggestError> {
    let bytes = without_mark(bytes);
    let judged = DELIMITERS.into_iter().map(|delimiter| (evenness(bytes, delimiter), delimiter));
    let Some((_, delimiter)) = judged.rev().max_by_key(|(even, delimiter)| (*even, *delimiter == usual)) else {
        return Err(SuggestError::Empty);
    };
    let rows = csv_rows(bytes, delimiter, ROWS_MAX + HEADER_ROWS_MAX);
    let head = head(&rows);
    if head.filled == 0 {
        return Err(SuggestError::Empty);
    }
    let look = Look { delimiter: (delimiter != usual).then_some(delimiter), ..Look::default() };
    Ok(with_rows(look, &head, &rows))
}

/// How evenly a delimiter cuts the first rows: rows as wide as most, by how many cells that is.
fn evenness(bytes: &[u8], delimiter: u8) -> usize {
    let mut widths: BTreeMap<usize, usize> = BTreeMap::new();
    for (_, cells) in csv_rows(bytes, delimiter, DELIMITER_ROWS).iter().filter(|(_, cells)| cells.len() > 1) {
        *widths.entry(cells.len()).or_default() += 1;
    }
    widths.into_iter().map(|(width, rows)| rows * rows * (width - 1)).max().unwrap_or(0)
}

fn csv_rows(bytes: &[u8], delimiter: u8, rows_max: usize) -> Vec<TextRow> {
    let input = Counted::new(Cursor::new(bytes));
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).has_headers(false).delimiter(delimiter).from_reader(input);
    let mut record = csv::ByteRecord::new();
    let mut rows = Vec::new();
    while rows.len() < rows_max && reader.read_byte_record(&mut record).unwrap_or(false) {
        let line = record.position().map_or(0, csv::Position::byte);
        let line = reader.get_mut().line_at(line);
        let cell = |bytes: &[u8]| Some(composed(&String::from_utf8_lossy(bytes))).filter(|text| !text.is_empty());
        rows.push((line, record.iter().map(cell).collect()));
    }
    rows
}

/// With each letter in one piece, as it is compared.
pub(super) fn composed(text: &str) -> String {
    Text::new(text).to_string()
}

/// NDJSON: the names of the first rows, in order of the alphabet.
fn lines(bytes: &[u8]) -> Result<Look, SuggestError> {
    let text = std::str::from_utf8(without_mark(bytes)).unwrap_or_default();
    let rows = text.lines().filter(|line| !line.trim().is_empty());
    let objects: Vec<serde_json::Map<String, serde_json::Value>> =
        rows.take(ROWS_MAX + 1).filter_map(|line| serde_json::from_str(line).ok()).collect();
    let names: std::collections::BTreeSet<&String> = objects.iter().flat_map(serde_json::Map::keys).collect();
    if names.is_empty() {
        return Err(SuggestError::Empty);
    }
    let is_cut = objects.len() > ROWS_MAX;
    let cell = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) => Some(text.clone()),
        serde_json::Value::Bool(_) | serde_json::Value::Number(_) => Some(value.to_string()),
        _ => None,
    };
    let looked = &objects[..objects.len().min(ROWS_MAX)];
    let column = |name: &&String| Column {
        name: (*name).clone(),
        is_double: false,
        cells: looked.iter().map(|object| object.get(*name).and_then(cell)).collect(),
    };
    Ok(Look { columns: names.iter().map(column).collect(), rows: looked.len(), is_cut, ..Look::default() })
}

/// A row that may be the header.
#[derive(Clone, Copy, Debug, Default)]
struct Head {
    place: usize,
    /// Cells with words that headers have.
    known: usize,
    /// Cells with anything.
    filled: usize,
}

/// The likeliest header of the first rows: that with most known words, then the first of the fullest.
fn head(rows: &[TextRow]) -> Head {
    let judged = rows.iter().take(HEADER_ROWS_MAX).enumerate().map(|(place, (_, cells))| {
        let texts = || cells.iter().flatten().filter(|cell| !cell.trim().is_empty());
        // A title that holds such words has no others beside it.
        let known = texts().filter(|cell| cell.chars().count() <= 60 && header(cell) != Header::Unknown).count();
        Head { place, known, filled: texts().count() }
    });
    judged.rev().max_by_key(|head| (if head.known > 1 { head.known } else { 0 }, head.filled)).unwrap_or_default()
}

fn with_rows(mut look: Look, head: &Head, rows: &[TextRow]) -> Look {
    let Some((number, names)) = rows.get(head.place) else { return look };
    look.header_row = *number;
    let is_filled = |cells: &&[Option<String>]| cells.iter().flatten().any(|cell| !cell.trim().is_empty());
    let below = rows[head.place + 1..].iter().map(|(_, cells)| cells.as_slice()).filter(is_filled);
    let below: Vec<&[Option<String>]> = below.collect();
    look.is_cut = below.len() > ROWS_MAX;
    look.rows = below.len().min(ROWS_MAX);
    for (place, name) in names.iter().enumerate() {
        let name = name.as_deref().unwrap_or_default().trim().to_owned();
        if name.is_empty() {
            continue;
        }
        let is_double = look.columns.iter().any(|column| column.name == name);
        let cells = below.iter().take(ROWS_MAX).map(|cells| cells.get(place).cloned().flatten()).collect();
        look.columns.push(Column { name, is_double, cells });
    }
    look
}
