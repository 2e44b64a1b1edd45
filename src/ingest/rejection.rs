//! What was refused, where and why (I-2): a stable code for programs, a reason for people.

use std::fmt;
use std::fmt::Write as _;

use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};

/// How much of a value a reason repeats.
const SHOWN_CHARS_MAX: usize = 64;

/// Why a line or row was refused. The names on the wire (snake case) are a contract.
///
/// | code | means |
/// | --- | --- |
/// | `bad_utf8` | the line is not UTF-8 |
/// | `bad_json` | the line is not JSON, or a text in it has a broken escape |
/// | `not_an_object` | the line, array element or pause is JSON but no object |
/// | `line_too_long` | more bytes than a line may have |
/// | `duplicate_field` | the same field twice in one object |
/// | `unknown_type` | `type` is none of dossier, rating, indicator |
/// | `unknown_field` | a field that the type doesn't have; named in the reason |
/// | `missing_field` | a field that every record of the type must have |
/// | `null_not_allowed` | null in a field that can't be cleared |
/// | `wrong_type` | another JSON type than the field's |
/// | `empty` | an empty text where one is needed |
/// | `too_long` | more bytes than the field may have, counted after NFC |
/// | `bad_value` | none of the values that the field may have |
/// | `bad_instant` | no RFC 3339 date and time with offset |
/// | `out_of_range` | a time, date or number outside of what is allowed (R-1) |
/// | `contradiction` | two fields of one record that can't both hold |
/// | `duplicate_unit` | the same code and `valid_from` twice in one file |
/// | `overlap` | two versions of one unit valid on the same day |
/// | `unknown_parent` | `parent` is neither in the file nor known |
/// | `unknown_unit` | a code that names no unit on the day in question |
/// | `unknown_dossier` | progress of a dossier that nobody sent before |
/// | `duplicate_row` | the same succession, alias, procedure or day twice in one file |
/// | `cycle` | a unit above itself |
/// | `ragged_row` | a CSV row with more or fewer cells than the header |
/// | `unmapped_value` | a cell that the mapping's `map` doesn't name, without a default |
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the table above documents each of them, once")]
pub enum Code {
    BadUtf8,
    BadJson,
    NotAnObject,
    LineTooLong,
    DuplicateField,
    UnknownType,
    UnknownField,
    MissingField,
    NullNotAllowed,
    WrongType,
    Empty,
    TooLong,
    BadValue,
    BadInstant,
    OutOfRange,
    Contradiction,
    DuplicateUnit,
    Overlap,
    UnknownParent,
    UnknownUnit,
    UnknownDossier,
    DuplicateRow,
    Cycle,
    RaggedRow,
    UnmappedValue,
}

impl Code {
    /// Every code, in the order of the table.
    pub const ALL: [Code; 24] = [
        Code::BadUtf8,
        Code::BadJson,
        Code::NotAnObject,
        Code::LineTooLong,
        Code::DuplicateField,
        Code::UnknownType,
        Code::UnknownField,
        Code::MissingField,
        Code::NullNotAllowed,
        Code::WrongType,
        Code::Empty,
        Code::TooLong,
        Code::BadValue,
        Code::BadInstant,
        Code::OutOfRange,
        Code::Contradiction,
        Code::DuplicateUnit,
        Code::Overlap,
        Code::UnknownParent,
        Code::UnknownUnit,
        Code::DuplicateRow,
        Code::Cycle,
        Code::RaggedRow,
        Code::UnmappedValue,
    ];

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Code::BadUtf8 => "bad_utf8",
            Code::BadJson => "bad_json",
            Code::NotAnObject => "not_an_object",
            Code::LineTooLong => "line_too_long",
            Code::DuplicateField => "duplicate_field",
            Code::UnknownType => "unknown_type",
            Code::UnknownField => "unknown_field",
            Code::MissingField => "missing_field",
            Code::NullNotAllowed => "null_not_allowed",
            Code::WrongType => "wrong_type",
            Code::Empty => "empty",
            Code::TooLong => "too_long",
            Code::BadValue => "bad_value",
            Code::BadInstant => "bad_instant",
            Code::OutOfRange => "out_of_range",
            Code::Contradiction => "contradiction",
            Code::DuplicateUnit => "duplicate_unit",
            Code::Overlap => "overlap",
            Code::UnknownParent => "unknown_parent",
            Code::UnknownUnit => "unknown_unit",
            Code::UnknownDossier => "unknown_dossier",
            Code::DuplicateRow => "duplicate_row",
            Code::Cycle => "cycle",
            Code::RaggedRow => "ragged_row",
            Code::UnmappedValue => "unmapped_value",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One refused line. It serialises to what the sender is told; what is kept to mend it stays inside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rejection {
    /// The line of the body, from 1; of a JSON array the element's position, from 1.
    pub line: u64,
    /// JSON pointer (RFC 6901) to the faulty field, empty for the whole record.
    pub pointer: String,
    /// Why, for programs.
    pub code: Code,
    /// Why, for people: the value (cut) and what is allowed.
    pub reason: String,
    /// What else is wrong with the line; the first few.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub further: Vec<Fault>,
    /// SHA-256 of the line.
    #[serde(skip)]
    pub hash: Hash,
    /// The known fields of the line that may be kept, as a JSON object; other values are gone.
    #[serde(skip)]
    pub kept: String,
    /// The names of known fields that were there and may not be kept.
    #[serde(skip)]
    pub withheld: Vec<String>,
    /// The reason as it may be kept.
    #[serde(skip)]
    pub kept_reason: String,
    /// The names of the unknown fields, the first 16 of them, cut.
    #[serde(skip)]
    pub unknown: Vec<String>,
}

/// SHA-256 of a refused line; shown and serialised in hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// The hash of a line's bytes.
    pub fn of(line: &[u8]) -> Hash {
        Hash(Sha256::digest(line).into())
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A fault found in one record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// JSON pointer to the faulty field.
    pub pointer: String,
    /// Why, for programs.
    pub code: Code,
    /// Why, for people.
    pub reason: String,
}

impl Fault {
    /// Boxed, because checks pass many results around and nearly all of them are good.
    pub(super) fn new(pointer: impl Into<String>, code: Code, reason: impl Into<String>) -> Box<Fault> {
        Box::new(Fault { pointer: pointer.into(), code, reason: reason.into() })
    }
}

/// The name as one step of a JSON pointer (RFC 6901).
pub(super) fn pointer_step(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// A value as a reason repeats it: cut, control characters escaped, in backticks.
pub(super) fn shown(value: &str) -> String {
    let mut shown = String::from("`");
    push_cut(&mut shown, value);
    shown.push('`');
    shown
}

/// The first characters of a sender's text, control characters escaped.
pub(super) fn cut(value: &str) -> String {
    let mut text = String::new();
    push_cut(&mut text, value);
    text
}

fn push_cut(text: &mut String, value: &str) {
    let mut chars = value.chars();
    for char in chars.by_ref().take(SHOWN_CHARS_MAX) {
        if char.is_control() {
            write!(text, "{}", char.escape_default()).expect("writing to memory succeeds");
        } else {
            text.push(char);
        }
    }
    if chars.next().is_some() {
        text.push('…');
    }
}
