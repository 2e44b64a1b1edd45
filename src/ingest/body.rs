//! A request's body: unpacked within a bound, then cut into the records' texts.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Read};

use serde::Deserializer as _;
use serde::de::{SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::Limits;

/// The greatest window that a zstd frame may ask for, as a power of two: twice a whole body.
const ZSTD_WINDOW_LOG_MAX: u32 = 25;

/// Why a whole body was refused; nothing of it was taken.
#[derive(Debug, thiserror::Error)]
pub enum EnvelopeError {
    /// More bytes than a body may have after unpacking (413).
    #[error("the body has more than {bytes_max} bytes unpacked")]
    TooLarge {
        /// The limit.
        bytes_max: usize,
    },
    /// A content encoding that isn't known (415).
    #[error("content encoding `{0}` is not known: use identity, gzip or zstd")]
    UnknownEncoding(String),
    /// A content type that isn't known (415).
    #[error("content type `{content_type}` is not known: name {allowed}, with curl by -H 'content-type: ...'")]
    UnknownContentType {
        /// What was given.
        content_type: String,
        /// What may be given.
        allowed: &'static str,
    },
    /// The body is not what its content encoding says (400).
    #[error("the body is not {encoding}")]
    BadEncoding {
        /// The content encoding named.
        encoding: &'static str,
        /// What the unpacking said.
        source: io::Error,
    },
    /// The body is no whole JSON array (400).
    #[error("the body is no JSON array, at line {line} column {column}")]
    BadArray {
        /// The line where reading stopped, from 1.
        line: usize,
        /// The column where reading stopped.
        column: usize,
    },
    /// The body is no message of the portal (400).
    #[error("the body is no message of the portal: {0}")]
    NoMessage(String),
    /// The CSV has no header line in UTF-8 (400).
    #[error("the body has no header line in UTF-8")]
    NoHeader,
    /// A column that isn't known (400).
    #[error("column `{name}` is not known: use {columns}")]
    UnknownColumn {
        /// Its name.
        name: String,
        /// The names that there are.
        columns: &'static str,
    },
    /// A column given twice (400).
    #[error("column `{0}` is given twice")]
    DuplicateColumn(&'static str),
    /// A column that must be there (400).
    #[error("column `{0}` is missing")]
    MissingColumn(&'static str),
}

/// The body without its content encoding.
pub(super) fn unpack<'a>(
    body: &'a [u8],
    content_encoding: Option<&str>,
    limits: &Limits,
) -> Result<Cow<'a, [u8]>, EnvelopeError> {
    let encoding = content_encoding.unwrap_or("identity").trim();
    let is = |name: &str| encoding.eq_ignore_ascii_case(name);
    let bytes_max = limits.body_bytes_max;
    if is("identity") || encoding.is_empty() {
        return if body.len() > bytes_max { Err(EnvelopeError::TooLarge { bytes_max }) } else { Ok(body.into()) };
    }
    if is("gzip") || is("x-gzip") {
        return read_all("gzip", flate2::read::MultiGzDecoder::new(body), bytes_max).map(Cow::Owned);
    }
    if is("zstd") {
        let bad = |source| EnvelopeError::BadEncoding { encoding: "zstd", source };
        let mut decoder = zstd::stream::read::Decoder::with_buffer(body).map_err(bad)?;
        decoder.window_log_max(ZSTD_WINDOW_LOG_MAX).map_err(bad)?;
        return read_all("zstd", decoder, bytes_max).map(Cow::Owned);
    }
    Err(EnvelopeError::UnknownEncoding(super::rejection::cut(encoding)))
}

fn read_all(encoding: &'static str, decoder: impl Read, bytes_max: usize) -> Result<Vec<u8>, EnvelopeError> {
    let mut unpacked = Vec::new();
    let bound = u64::try_from(bytes_max).unwrap_or(u64::MAX).saturating_add(1);
    decoder.take(bound).read_to_end(&mut unpacked).map_err(|source| EnvelopeError::BadEncoding { encoding, source })?;
    if unpacked.len() > bytes_max { Err(EnvelopeError::TooLarge { bytes_max }) } else { Ok(unpacked) }
}

/// How the records stand in a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// One record a line.
    Lines,
    /// A JSON array of records.
    Array,
    /// Comma separated values with a header line; lists only.
    Csv,
}

const JSON_TYPES: &str = "application/x-ndjson or application/json";
const UNIT_TYPES: &str = "text/csv, application/x-ndjson or application/json";

/// The form of records: named by the content type, seen from the first byte where `application/json` leaves it open.
pub(super) fn record_form(body: &[u8], content_type: Option<&str>) -> Result<Form, EnvelopeError> {
    form(body, content_type, JSON_TYPES)
}

/// The form of a list of units, successions or aliases, which may also be CSV.
pub(super) fn unit_form(body: &[u8], content_type: Option<&str>) -> Result<Form, EnvelopeError> {
    match media_type(content_type) {
        Some(media) if media.eq_ignore_ascii_case("text/csv") => Ok(Form::Csv),
        _ => form(body, content_type, UNIT_TYPES),
    }
}

fn form(body: &[u8], content_type: Option<&str>, allowed: &'static str) -> Result<Form, EnvelopeError> {
    let is_one_of = |names: &[&str]| {
        media_type(content_type).is_some_and(|media| names.iter().any(|name| media.eq_ignore_ascii_case(name)))
    };
    if is_one_of(&["application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"]) {
        return Ok(Form::Lines);
    }
    if content_type.is_none() || is_one_of(&["application/json"]) {
        let first = body.iter().find(|byte| !is_json_space(**byte));
        return Ok(if first == Some(&b'[') { Form::Array } else { Form::Lines });
    }
    let content_type = super::rejection::cut(content_type.unwrap_or_default());
    Err(EnvelopeError::UnknownContentType { content_type, allowed })
}

/// The media type without its parameters.
fn media_type(content_type: Option<&str>) -> Option<&str> {
    content_type.map(|text| text.split(';').next().unwrap_or_default().trim())
}

/// The body without a byte order mark.
pub(super) fn without_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body)
}

/// Calls for every line that isn't blank, with its number in the body, from 1.
pub(super) fn each_line<'a>(body: &'a [u8], mut call: impl FnMut(u64, &'a [u8])) {
    for (number, line) in (1..).zip(body.split(|byte| *byte == b'\n')) {
        let line = trim(line);
        if !line.is_empty() {
            call(number, line);
        }
    }
}

/// Calls for every element of a JSON array, with its position, from 1, while the array is read; only at the end is
/// it known whether the array is whole.
pub(super) fn each_element<'a>(body: &'a [u8], call: impl FnMut(u64, &'a [u8])) -> Result<(), EnvelopeError> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let read = deserializer.deserialize_seq(Elements(call)).and_then(|()| deserializer.end());
    read.map_err(|error| EnvelopeError::BadArray { line: error.line(), column: error.column() })
}

struct Elements<F>(F);

impl<'de, F: FnMut(u64, &'de [u8])> Visitor<'de> for Elements<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut elements: A) -> Result<(), A::Error> {
        let mut position = 1;
        while let Some(element) = elements.next_element::<&RawValue>()? {
            (self.0)(position, element.get().as_bytes());
            position += 1;
        }
        Ok(())
    }
}

fn is_json_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

fn trim(line: &[u8]) -> &[u8] {
    let start = line.iter().position(|byte| !is_json_space(*byte)).unwrap_or(line.len());
    let end = line.iter().rposition(|byte| !is_json_space(*byte)).map_or(start, |last| last + 1);
    &line[start..end]
}
