//! What another system says of a period: its form II.06a, cell by cell, or the list of its dossiers. For comparing only;
//! nothing of it is stored, and columns of persons are not read.

use std::collections::BTreeMap;
use std::io::Cursor;

use super::suggest::SuggestError;
use super::suggest::look::{Column, ROWS_MAX, look, tables};
use super::suggest::words::{Header, header, meaning};
use super::workbook::TextRow;

/// The form's columns of counts.
const COLUMNS: std::ops::RangeInclusive<u8> = 3..=13;
/// A header has at least so many of them.
const COLUMNS_MIN: usize = 6;

/// What a file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Statement {
    /// A form: rows of counts by number of the column.
    Form(Vec<FormRow>),
    /// Dossiers.
    List(Vec<ListedDossier>),
}

/// A row of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormRow {
    /// The row of the file, from 1.
    pub row: u64,
    /// What stands before the counts: the last is its name, the one before it may be its code.
    pub names: Vec<String>,
    /// Counts by number of the column, 3 to 13; an empty cell isn't there.
    pub counts: BTreeMap<u8, i64>,
}

/// A dossier of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListedDossier {
    /// The row of the file, from 1.
    pub row: u64,
    /// Its id.
    pub id: String,
    /// Its status in our words, where the list has one that is known.
    pub status: Option<&'static str>,
    /// What else the list says, as it stands there: `received_at`, `due_at`, `finished_at`.
    pub times: BTreeMap<&'static str, String>,
}

/// Reads a file (CSV, TSV, XLSX, XLS, ODS; a list also as NDJSON); its form is that of its name's ending.
///
/// # Errors
/// When it can't be read, has neither the form's columns nor a column of ids, or more rows than are looked at.
pub fn read_statement(file_name: &str, bytes: &[u8]) -> Result<Statement, StatementError> {
    for rows in tables(file_name, Cursor::new(bytes.to_vec()))? {
        if let Some(form) = form(&rows) {
            return Ok(Statement::Form(form));
        }
    }
    let look = look(file_name, Cursor::new(bytes.to_vec()))?;
    if look.is_cut {
        return Err(StatementError::TooLong { rows_max: ROWS_MAX });
    }
    let field = |column: &Column| match header(&column.name) {
        Header::Field(field, _) => Some(field),
        Header::Personal | Header::Unknown => None,
    };
    let of = |wanted: &str| look.columns.iter().find(|column| !column.is_double && field(column) == Some(wanted));
    let Some(ids) = of("id") else { return Err(StatementError::Neither) };
    let (status, times) = (of("status"), ["received_at", "due_at", "finished_at"].map(|name| (name, of(name))));
    let listed = ids.cells.iter().enumerate().filter_map(|(place, id)| {
        let text = |column: &Column| column.cells.get(place)?.as_deref().map(str::trim).map(str::to_owned);
        let id = id.as_deref().map(str::trim).filter(|id| !id.is_empty())?.to_owned();
        let status = status.and_then(text).and_then(|word| meaning("status", &word));
        let times = times.iter().filter_map(|(name, column)| Some((*name, text(column.as_ref()?)?)));
        let times = times.filter(|(_, time)| !time.is_empty()).collect();
        Some(ListedDossier { row: look.header_row + place as u64 + 1, id, status, times })
    });
    Ok(Statement::List(listed.collect()))
}

/// Why a file says nothing.
#[derive(Debug, thiserror::Error)]
pub enum StatementError {
    /// It can't be read.
    #[error(transparent)]
    Unreadable(#[from] SuggestError),
    /// It is neither a form nor a list.
    #[error("there are neither the columns 3 to 13 of form II.06a nor a column of dossiers' ids in the file")]
    Neither,
    /// It has more rows than are looked at.
    #[error("the list has more than {rows_max} rows: divide it by period or unit")]
    TooLong {
        /// How many may be.
        rows_max: usize,
    },
}

/// The rows below those that name the columns; none when no row does.
fn form(rows: &[TextRow]) -> Option<Vec<FormRow>> {
    let numbered = rows.iter().enumerate().rev().find_map(|(place, (_, cells))| Some((place, columns(cells)?)));
    let (head, columns) = numbered?;
    let first = *columns.iter().map(|(place, _)| place).min()?;
    let read = rows[head + 1..].iter().filter_map(|(row, cells)| {
        let counts: BTreeMap<u8, i64> = columns
            .iter()
            .filter_map(|(place, number)| Some((*number, count(cells.get(*place)?.as_deref()?)?)))
            .collect();
        let names: Vec<String> = cells.iter().take(first).flatten().map(|name| name.trim().to_owned()).collect();
        let names = names.into_iter().filter(|name| !name.is_empty()).collect();
        (!counts.is_empty()).then_some(FormRow { row: *row, names, counts })
    });
    Some(read.collect())
}

/// Which cell is which column of counts, when the row names them: `(3)=(4)+(5)`, `3`, `column_3`.
fn columns(cells: &[Option<String>]) -> Option<Vec<(usize, u8)>> {
    let number = |cell: &Option<String>| {
        let text = cell.as_deref()?.trim();
        let text = text.strip_prefix("column_").unwrap_or(text).trim_start_matches('(');
        let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
        let rest = &text[digits.len()..];
        let is_number = rest.is_empty() || rest.starts_with(')') || rest.trim_start().starts_with('=');
        digits.parse::<u8>().ok().filter(|number| is_number && COLUMNS.contains(number))
    };
    let found: Vec<(usize, u8)> =
        cells.iter().enumerate().filter_map(|(place, cell)| Some((place, number(cell)?))).collect();
    let ascends = found.windows(2).all(|pair| pair[0].1 < pair[1].1);
    (found.len() >= COLUMNS_MIN && ascends && found[0].1 == *COLUMNS.start()).then_some(found)
}

/// A count as people write it: `1.234` and `1 234` are one thousand two hundred and thirty-four.
fn count(text: &str) -> Option<i64> {
    let text = text.trim();
    let groups: Vec<&str> = text.split(['.', ',', ' ', '\u{a0}']).collect();
    let is_grouped = groups.len() > 1 && groups[1..].iter().all(|group| group.len() == 3) && groups[0].len() <= 3;
    if groups.len() > 1 && !is_grouped {
        return None;
    }
    groups.concat().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_known_by_the_numbers_of_its_columns() {
        let text = "Biểu,,,,,,,,,,,,\nSTT,Lĩnh vực,Tổng,,,,,,,,,,\n(1),(2),(3)=(4)+(5)+(6),(4),(5),(6),(7),(8),(9),(10),(11),(12),(13)\n\
                    ,TỔNG SỐ,1.234,4,5,6,7,8,9,10,11,12,13\n1,Đất đai,3,,1,2,0,0,0,0,3,3,0\nNgười lập,,,,,,,,,,,,\n";
        let Statement::Form(rows) = read_statement("a.csv", text.as_bytes()).unwrap() else { panic!("no form") };
        assert_eq!(rows.len(), 2);
        assert_eq!((rows[0].names.as_slice(), rows[0].counts[&3]), (["TỔNG SỐ".to_owned()].as_slice(), 1234));
        assert_eq!((rows[1].row, rows[1].counts.get(&4), rows[1].counts[&5]), (5, None, 1));
    }

    #[test]
    fn a_list_has_ids_and_what_else_is_known() {
        let text = "Danh sách\n\nSTT;Mã hồ sơ;Họ và tên;Trạng thái;Ngày tiếp nhận\n1;A-1;Nguyễn Văn A;Đã xử lý xong;01/07/2024\n";
        let Statement::List(listed) = read_statement("a.csv", text.as_bytes()).unwrap() else { panic!("no list") };
        assert_eq!((listed[0].row, listed[0].id.as_str(), listed[0].status), (4, "A-1", Some("done")));
        assert_eq!(listed[0].times["received_at"], "01/07/2024");
        assert!(matches!(read_statement("a.csv", b"x,y\n1,2\n"), Err(StatementError::Neither)));
    }
}
