//! What another system says of a period: its form II.06a, cell by cell, or the list of its dossiers. For comparing only;
//! nothing of it is stored, and columns of persons are not read.

use std::collections::BTreeMap;
use std::io::Cursor;

use super::suggest::SuggestError;
use super::suggest::look::{Column, look, tables};
use super::suggest::rows::each_row;
use super::suggest::words::{Header, header, meaning};
use super::workbook::TextRow;

/// The form's columns of counts.
const COLUMNS: std::ops::RangeInclusive<u8> = 3..=13;
/// A header has at least so many of them.
const COLUMNS_MIN: usize = 6;
/// Rows of a list.
pub const LIST_ROWS_MAX: usize = 500_000;

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
    for rows in tables(file_name, Cursor::new(bytes))? {
        if let Some(form) = form(&rows) {
            return Ok(Statement::Form(form));
        }
    }
    let look = look(file_name, Cursor::new(bytes))?;
    let field = |column: &Column| match header(&column.name) {
        Header::Field(field, _) => Some(field),
        Header::Personal | Header::Unknown => None,
    };
    let named = |wanted: &str| {
        let found = look.columns.iter().find(|column| !column.is_double && field(column) == Some(wanted));
        found.map(|column| column.name.as_str())
    };
    let ids = named("id").ok_or(StatementError::Neither)?;
    let others = ["status", "received_at", "due_at", "finished_at"];
    let others: Vec<(&'static str, &str)> = others.into_iter().filter_map(|name| Some((name, named(name)?))).collect();
    let columns: Vec<&str> = [ids].into_iter().chain(others.iter().map(|(_, column)| *column)).collect();
    let (mut listed, mut is_too_long) = (Vec::new(), false);
    each_row((file_name, bytes), &look, &columns, |(row, cells)| {
        let mut texts = cells.iter().map(|cell| cell.as_deref().map(str::trim).filter(|text| !text.is_empty()));
        let Some(id) = texts.next().flatten() else { return true };
        is_too_long = listed.len() == LIST_ROWS_MAX;
        let mut one = ListedDossier { row, id: id.to_owned(), ..ListedDossier::default() };
        for ((name, _), text) in others.iter().zip(texts) {
            match (*name, text) {
                (_, None) => {}
                ("status", Some(word)) => one.status = meaning("status", word),
                (time, Some(text)) => drop(one.times.insert(time, text.to_owned())),
            }
        }
        listed.push(one);
        !is_too_long
    })?;
    if is_too_long {
        return Err(StatementError::TooLong { rows_max: LIST_ROWS_MAX });
    }
    Ok(Statement::List(listed))
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

    #[test]
    fn a_list_is_read_to_its_end_and_each_row_has_its_number() {
        let long = "Mã hồ sơ,Trạng thái\n\n".to_owned() + &"A,Đã xử lý xong\n".repeat(25_000) + "Z,Đã xử lý xong\n";
        let Statement::List(listed) = read_statement("a.csv", long.as_bytes()).unwrap() else { panic!("no list") };
        let last = &listed[25_000];
        assert_eq!((listed.len(), last.row, last.id.as_str(), last.status), (25_001, 25_003, "Z", Some("done")));
        let lines = "{\"id\":\"A\",\"status\":\"done\"}\n\n{\"id\":\"B\",\"due_at\":\"2024-07-01\"}\n";
        let Statement::List(listed) = read_statement("a.ndjson", lines.as_bytes()).unwrap() else { panic!("no list") };
        assert_eq!((listed[1].row, listed[1].times["due_at"].as_str()), (3, "2024-07-01"));
    }

    #[test]
    fn a_list_of_more_rows_than_are_compared_is_refused_and_not_cut() {
        let long = "id\n".to_owned() + &"A\n".repeat(LIST_ROWS_MAX + 1);
        let refused = read_statement("a.csv", long.as_bytes());
        assert!(matches!(refused, Err(StatementError::TooLong { rows_max: LIST_ROWS_MAX })));
        let fits = read_statement("a.csv", &long.as_bytes()[..long.len() - 2]);
        assert!(matches!(fits, Ok(Statement::List(listed)) if listed.len() == LIST_ROWS_MAX));
    }
}
