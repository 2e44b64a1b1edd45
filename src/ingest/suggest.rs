//! A mapping proposed for a table, with evidence for each guess, for a person to go through.
//!
//! Columns are recognised by their headers, in Vietnamese with and without diacritics and in English, and by what stands in
//! them. What can't be guessed stands there as TODO, and the mapping isn't taken until a person has decided. No value of a
//! column behind which a person may stand is ever part of a proposal; of ids only their shape is.

mod dates;
mod lists;
pub(super) mod look;
pub(super) mod rows;
pub(super) mod words;
mod write;

use std::io::Read;

use super::workbook::WorkbookError;
use dates::{Dates, dates};
use look::{Column, Look, look};
use words::{Header, header, is_personal};

/// The fields that are looked for, in the order in which they are written.
const FIELDS: [&str; 17] = [
    "id",
    "unit",
    "received_by",
    "filed_at",
    "received_at",
    "due_at",
    "finished_at",
    "procedure",
    "field",
    "holder",
    "status",
    "channel",
    "digitised",
    "electronic_result",
    "reused_data",
    "payable",
    "paid_online",
];
/// Values of a column that is mapped value by value.
const MAPPED_MAX: usize = 60;
/// Bytes of an id or a code, and of other texts, that records take.
const CODE_BYTES_MAX: usize = 64;
const TEXT_BYTES_MAX: usize = 256;

/// Why nothing can be proposed.
#[derive(Debug, thiserror::Error)]
pub enum SuggestError {
    /// A file of a kind that isn't read.
    #[error("`{0}` is not read: use .csv, .tsv, .ndjson or .jsonl, each also with .gz, or .xlsx, .xls, .ods")]
    UnknownForm(String),
    /// A workbook that can't be read.
    #[error(transparent)]
    Workbook(#[from] WorkbookError),
    /// A text in an encoding that isn't known.
    #[error("line {line} is neither UTF-8 nor UTF-16 nor windows-1258: save the file as CSV UTF-8")]
    NoText {
        /// The first such line.
        line: usize,
    },
    /// A text that isn't read to its end.
    #[error("the text has {} MiB or more", .bytes_max >> 20)]
    TooLarge {
        /// How many bytes may be.
        bytes_max: u64,
    },
    /// Nothing stands in it.
    #[error("there is no header and no row in the file")]
    Empty,
    /// Reading failed.
    #[error("reading failed")]
    Io(#[from] std::io::Error),
}

/// What the name of a file ends with, in small letters and without `.gz`: its form.
fn ending(file_name: &str) -> String {
    let lower = file_name.to_lowercase();
    lower.trim_end_matches(".gz").rsplit('.').next().unwrap_or_default().to_owned()
}

/// A proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// The mapping, with comments.
    pub toml: String,
    /// Lines that a person must decide on.
    pub todos: usize,
    /// Rows that were looked at.
    pub rows: usize,
    /// Fields that have a column.
    pub fields: Vec<&'static str>,
    /// Headers of columns that weren't taken because a person may stand behind them.
    pub personal: Vec<String>,
}

/// Proposes a mapping for a table; its form is that of the file name's ending. `source` is the sending system, if the
/// person says so.
///
/// # Errors
/// When the file can't be read, or nothing stands in it.
pub fn suggest(file_name: &str, input: impl Read, source: Option<&str>) -> Result<Suggestion, SuggestError> {
    let look = look(file_name, input)?;
    let guesses = guesses(&look);
    Ok(write::suggestion(file_name, source, &look, &guesses))
}

/// What the columns are.
#[derive(Debug, Default)]
struct Guesses<'l> {
    taken: Vec<Guess<'l>>,
    personal: Vec<&'l Column>,
    /// Columns that no field takes, with why.
    others: Vec<(&'l Column, String)>,
}

/// A field's column.
#[derive(Debug)]
struct Guess<'l> {
    field: &'static str,
    column: &'l Column,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    /// Taken as it is.
    Text,
    Time(Dates),
    /// Mapped value by value.
    Words,
}

fn guesses(look: &Look) -> Guesses<'_> {
    let mut guesses = Guesses::default();
    let mut likely: Vec<(&'static str, usize, &Column)> = Vec::new();
    for column in &look.columns {
        match header(&column.name) {
            Header::Personal => guesses.personal.push(column),
            Header::Field(field, sure) if !is_of_people(column, field) => likely.push((field, sure, column)),
            Header::Unknown if !is_of_people(column, "") => guesses.others.push((column, String::new())),
            Header::Field(..) | Header::Unknown => guesses.personal.push(column),
        }
    }
    // The surest first; of equally sure ones the one that stands first.
    likely.sort_by_key(|(_, sure, _)| std::cmp::Reverse(*sure));
    for (field, _, column) in likely {
        let is_free = guesses.taken.iter().all(|guess| guess.field != field);
        match is_free.then(|| kind(field, column)) {
            Some(Ok(kind)) => guesses.taken.push(Guess { field, column, kind }),
            Some(Err(why)) => guesses.others.push((column, why)),
            None => guesses.others.push((column, format!("{field} has a likelier column"))),
        }
    }
    // A table with who received but not with who processes has one unit.
    if guesses.taken.iter().all(|guess| guess.field != "unit")
        && let Some(guess) = guesses.taken.iter_mut().find(|guess| guess.field == "received_by")
    {
        guess.field = "unit";
    }
    guesses.taken.sort_by_key(|guess| FIELDS.iter().position(|field| *field == guess.field));
    guesses
}

/// Whether a person may stand behind the values of a column; an id may look like a telephone's.
fn is_of_people(column: &Column, field: &str) -> bool {
    let is_time = field.ends_with("_at");
    let filled = column.filled().count();
    // Of an id nine or ten digits may number anything.
    let is_long = |value: &str| value.len() > 10 || !value.bytes().all(|byte| byte.is_ascii_digit());
    let of_id = |value: &str| is_personal(value) && is_long(value.trim());
    let people = column.filled().filter(|value| if field == "id" { of_id(value) } else { is_personal(value) }).count();
    !is_time && people > 0 && people * 10 >= filled * if field.is_empty() { 1 } else { 3 }
}

/// What a column is for a field, or why it can't be that.
fn kind(field: &'static str, column: &Column) -> Result<Kind, String> {
    let filled = column.filled().count();
    if column.is_double {
        return Err("a column before it has the same name".to_owned());
    }
    if filled == 0 {
        return Err("it is empty".to_owned());
    }
    if field.ends_with("_at") {
        let dates = dates(column.filled());
        let why = || format!("by its name {field}, but {} are dates", write::share(dates.read, filled));
        return if dates.read * 2 >= filled { Ok(Kind::Time(dates)) } else { Err(why()) };
    }
    if !matches!(field, "id" | "unit" | "received_by" | "procedure" | "field" | "holder") {
        let values = column.values().len();
        let why = || format!("by its name {field}, but it has {values} values");
        return if values <= MAPPED_MAX { Ok(Kind::Words) } else { Err(why()) };
    }
    let bytes_max = if matches!(field, "field" | "holder") { TEXT_BYTES_MAX } else { CODE_BYTES_MAX };
    let long = column.filled().filter(|cell| cell.trim().len() > bytes_max).count();
    let why = || format!("by its name {field}, but {} have more than {bytes_max} bytes", write::share(long, filled));
    if long * 10 > filled { Err(why()) } else { Ok(Kind::Text) }
}

#[cfg(test)]
mod tests;
