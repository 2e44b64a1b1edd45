//! Wire forms and mappings to checked records.
//!
//! Owns: the NDJSON and JSON array forms of records ([`read_batch`]), the CSV and JSON forms of units
//! ([`read_units`], [`check_units`]), of successions, aliases, procedures and the calendar, the
//! national portal's messages ([`PortalMessage`]), the mapping of foreign tables to records ([`mapping`], [`table`]). Everything is
//! a function of bytes and a [`Context`]; nothing here knows of HTTP, the journal, a clock or other modules than
//! `model`, and `facts` where refused lines are kept ([`rejects`]).
//!
//! - I-1: what leaves [`read_batch`] is valid: known fields only, text in NFC and within its length, times within R-1,
//!   numbers exact.
//! - I-2: received = accepted + rejected; each rejection has line, pointer, code and reason.
//! - No field holds personal data: of a refused line only known fields in which no person can stand, the names of
//!   other ones, the reason and a hash are kept.

mod rejection;
mod instant;
mod body;
mod harmless;
mod wire;
mod number;
mod fields;
mod check;
mod shape;
mod schema;
mod line;
mod counted;
mod portal;
mod encoded;
mod sheet;
mod units;
mod unit_check;
mod sources;
mod links;
mod procedures;
pub mod mapping;
pub mod table;
pub mod workbook;
pub mod suggest;
pub mod statement;
mod returns;
pub mod rejects;

pub use body::EnvelopeError;
pub use check::{SourceError, check_source};
pub use line::to_line;
pub use links::{check_aliases, check_successions, read_aliases, read_successions};
pub use portal::{Delivery, KnownUnit, Portal, PortalMessage};
pub use procedures::{
    CALENDAR_COLUMNS, PROCEDURE_COLUMNS, check_calendar, check_procedures, read_calendar, read_procedures,
};
pub use rejection::{Code, Fault, Hash, Rejection};
pub use returns::{FILLED_IN, KEYS_ROW, RETURN_COLUMNS, ReturnRow, ReturnSheet, ReturnSheetError, read_return_sheet};
pub use schema::{FieldRow, STRICTER, field_rows, record_schema};
pub use sheet::{List, Row};
pub use sources::{SourceBatch, WEEKDAYS, minute_text, read_sources};
pub use unit_check::check_units;
pub use units::{UnitBatch, UnitRow, read_units};

use crate::model::{Instant, Record, Text, Zone};
use body::Form;
use wire::{Name, RawObject};

/// What a body may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a body after unpacking.
    pub body_bytes_max: usize,
    /// Bytes of a line or array element, without the space around it.
    pub line_bytes_max: usize,
    /// Rejections kept in full of one body; further ones are only counted.
    pub rejections_max: usize,
}

impl Default for Limits {
    /// 16 MiB a body, 16 KiB a line, 10,000 rejections.
    fn default() -> Self {
        Limits { body_bytes_max: 16 << 20, line_bytes_max: 16 << 10, rejections_max: 10_000 }
    }
}

/// What a body is read against.
#[derive(Clone, Debug)]
pub struct Context {
    /// The sending system, bound to the caller and never read from a record; from [`check_source`].
    pub source: Text,
    /// The receiving clock.
    pub now: Instant,
    /// For a due date without a time of day.
    pub zone: Zone,
    /// The bounds.
    pub limits: Limits,
}

/// What a body held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// Lines that aren't blank, or array elements: the length of `records` and `rejected` together (I-2).
    pub received: usize,
    /// The accepted ones, in the body's order.
    pub records: Vec<Record>,
    /// How many were refused.
    pub rejected: usize,
    /// The first refused ones, in the body's order, up to [`Limits::rejections_max`].
    pub rejections: Vec<Rejection>,
}

/// Reads a whole body of records: NDJSON or a JSON array, packed or not. An empty body is an empty batch.
///
/// # Errors
/// When the body can't be taken as a whole; single lines are refused within the batch.
pub fn read_batch(
    body: &[u8],
    content_type: Option<&str>,
    content_encoding: Option<&str>,
    context: &Context,
) -> Result<Batch, EnvelopeError> {
    let body = body::unpack(body, content_encoding, &context.limits)?;
    let body = body::without_mark(&body);
    let form = body::record_form(body, content_type)?;
    let mut batch = Batch::default();
    let read_one = |number, line: &[u8]| batch.add(number, line, context);
    match form {
        Form::Array => body::each_element(body, read_one)?,
        Form::Lines | Form::Csv => body::each_line(body, read_one),
    }
    debug_assert_eq!(batch.received, batch.records.len() + batch.rejected, "I-2");
    Ok(batch)
}

impl Batch {
    fn add(&mut self, number: u64, line: &[u8], context: &Context) {
        self.received += 1;
        match read_record(line, context) {
            Ok(record) => self.records.push(record),
            Err(refused) => {
                self.rejected += 1;
                if self.rejections.len() < context.limits.rejections_max {
                    self.rejections.push(refused.rejection(number, line));
                }
            }
        }
    }
}

/// A refused line before its number is known.
struct Refused {
    fault: Box<Fault>,
    further: Vec<Fault>,
    kept: String,
    withheld: Vec<Name>,
    unknown: Vec<String>,
}

impl From<Box<Fault>> for Refused {
    /// A line of which nothing could be told apart.
    fn from(fault: Box<Fault>) -> Refused {
        Refused { fault, further: Vec::new(), kept: "{}".to_owned(), withheld: Vec::new(), unknown: Vec::new() }
    }
}

impl Refused {
    fn rejection(self, line: u64, bytes: &[u8]) -> Rejection {
        let Fault { pointer, code, reason } = *self.fault;
        let (kept, unknown, further) = (self.kept, self.unknown, self.further);
        let kept_reason = kept_reason(&pointer, code, &reason, &self.withheld);
        let withheld = self.withheld.iter().map(|name| name.as_str().to_owned()).collect();
        Rejection { line, pointer, code, reason, further, hash: Hash::of(bytes), kept, withheld, kept_reason, unknown }
    }
}

/// A reason repeats what was sent: of a value that may not be kept only that it was wrong.
fn kept_reason(pointer: &str, code: Code, reason: &str, withheld: &[Name]) -> String {
    let names_only = matches!(code, Code::UnknownField | Code::MissingField | Code::DuplicateField);
    let field = pointer.split('/').nth(1).and_then(Name::find);
    match field {
        Some(name) if withheld.contains(&name) && !names_only => {
            format!("the value of `{}` is not kept; {code}", name.as_str())
        }
        _ => reason.to_owned(),
    }
}

fn read_record(line: &[u8], context: &Context) -> Result<Record, Refused> {
    let object = RawObject::read(line_text(line, context.limits.line_bytes_max)?)?;
    check::record(&object, context).map_err(|fault| {
        let allowed = check::allowed(&object).unwrap_or(Name::COMMON);
        let further = check::further(&object, context, &fault);
        let (kept, withheld) = object.kept(allowed);
        Refused { fault, further, kept, withheld, unknown: object.unknown(allowed) }
    })
}

/// The line as text, when it isn't too long.
fn line_text(line: &[u8], bytes_max: usize) -> Result<&str, Box<Fault>> {
    if line.len() > bytes_max {
        let reason = format!("{} bytes, a line has at most {bytes_max}", line.len());
        return Err(Fault::new("", Code::LineTooLong, reason));
    }
    std::str::from_utf8(line)
        .map_err(|error| Fault::new("", Code::BadUtf8, format!("no UTF-8 after byte {}", error.valid_up_to())))
}

#[cfg(test)]
mod tests;
