//! All rows of a table of which the header is known, some of their cells at a time: nothing else of it is kept.

use std::io::Cursor;

use super::super::body::without_mark;
use super::super::counted::Counted;
use super::super::workbook::Workbook;
use super::look::{Look, TEXT_BYTES_MAX, composed, unpacked};
use super::{SuggestError, ending};

/// A row's number from 1, and its cells in the order in which their columns were asked for.
pub(in crate::ingest) type Cells<'c> = (u64, &'c [Option<String>]);

/// Goes through the rows below the header that a look has found, as long as they are taken; columns are named by their
/// header, and of two with one name the first is meant.
///
/// # Errors
/// When the file can't be read to its end.
pub(in crate::ingest) fn each_row(
    (file_name, bytes): (&str, &[u8]),
    look: &Look,
    columns: &[&str],
    take: impl FnMut(Cells<'_>) -> bool,
) -> Result<(), SuggestError> {
    match ending(file_name).as_str() {
        "xlsx" | "xls" | "ods" => of_workbook(bytes, look, columns, take),
        form => {
            let (text, _) = unpacked(Cursor::new(bytes))?;
            if text.len() as u64 >= TEXT_BYTES_MAX {
                return Err(SuggestError::TooLarge { bytes_max: TEXT_BYTES_MAX });
            }
            let text = without_mark(&text);
            if matches!(form, "ndjson" | "jsonl") {
                of_lines(text, columns, take);
                return Ok(());
            }
            let usual = if form == "tsv" { b'\t' } else { b',' };
            of_text((text, look.delimiter.unwrap_or(usual)), look, columns, take)
        }
    }
}

fn places(names: &[Option<String>], columns: &[&str]) -> Vec<usize> {
    let place = |wanted: &&str| names.iter().position(|name| name.as_deref().map(str::trim) == Some(*wanted));
    columns.iter().map(|wanted| place(wanted).unwrap_or(usize::MAX)).collect()
}

fn of_workbook(
    bytes: &[u8],
    look: &Look,
    columns: &[&str],
    mut take: impl FnMut(Cells<'_>) -> bool,
) -> Result<(), SuggestError> {
    let mut book = Workbook::open(Cursor::new(bytes), look.sheet.as_deref())?;
    let names: Vec<Option<String>> = book.header(look.header_row).unwrap_or_default().into_iter().map(Some).collect();
    let positions = places(&names, columns);
    while let Some((row, cells)) = book.next_row(&positions) {
        // A cell that holds an error is empty, as when it is looked at.
        let cells = cells.unwrap_or_else(|_| vec![None; positions.len()]);
        if !take((row, &cells)) {
            break;
        }
    }
    Ok(())
}

fn of_text(
    (text, delimiter): (&[u8], u8),
    look: &Look,
    columns: &[&str],
    mut take: impl FnMut(Cells<'_>) -> bool,
) -> Result<(), SuggestError> {
    let input = Counted::new(Cursor::new(text));
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).has_headers(false).delimiter(delimiter).from_reader(input);
    let (mut record, mut positions) = (csv::ByteRecord::new(), None);
    let cell = |bytes: &[u8]| Some(composed(&String::from_utf8_lossy(bytes))).filter(|text| !text.is_empty());
    while reader.read_byte_record(&mut record).map_err(std::io::Error::other)? {
        let at = record.position().map_or(0, csv::Position::byte);
        let row = reader.get_mut().line_at(at);
        let Some(positions) = &positions else {
            if row == look.header_row {
                positions = Some(places(&record.iter().map(cell).collect::<Vec<_>>(), columns));
            }
            continue;
        };
        let cells: Vec<Option<String>> = positions.iter().map(|place| record.get(*place).and_then(cell)).collect();
        if !take((row, &cells)) {
            break;
        }
    }
    Ok(())
}

fn of_lines(text: &[u8], columns: &[&str], mut take: impl FnMut(Cells<'_>) -> bool) {
    let text = String::from_utf8_lossy(text);
    for (row, line) in (1..).zip(text.lines()) {
        let Ok(object) = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(line) else { continue };
        let cell = |name: &&str| match object.get(*name)? {
            serde_json::Value::String(text) => Some(text.clone()),
            value @ (serde_json::Value::Bool(_) | serde_json::Value::Number(_)) => Some(value.to_string()),
            _ => None,
        };
        let cells: Vec<Option<String>> = columns.iter().map(cell).collect();
        if !take((row, &cells)) {
            break;
        }
    }
}
