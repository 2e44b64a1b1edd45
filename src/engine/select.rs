//! Running a statement that brings no data: its rows go piece by piece where the format allows it.
//!
//! A streamed read gives every piece as a document of its own. Formats without header or footer can be joined as
//! they are; of `RowBinaryWithNamesAndTypes`, the client's default, the header is cut from every piece but the first;
//! all others are answered as a whole. The engine streams reads only and says so before anything has run: what it
//! refuses is run as a whole as well.

use bytes::{Buf, Bytes};
use tokio::sync::mpsc;

use super::answer::{Answer, EngineMessage};
use super::failure::{Failure, Refusal};
use super::ffi::Connection;
use super::request::Request;
use super::session;

/// What a running statement tells the answer.
pub(super) enum Message {
    /// A result follows, in this format.
    Format(String),
    /// The next bytes of the result.
    Piece(Bytes),
    /// The end, with the counts of the statement where they are known.
    End(Answer),
    /// The end of a statement that failed.
    Failed(Failure),
}

/// ClickHouse's own default over HTTP.
const FORMAT_DEFAULT: &str = "TabSeparated";
const WITH_HEADER: &str = "RowBinaryWithNamesAndTypes";
/// Formats whose documents can be joined.
const JOINABLE: [&str; 9] = [
    "RowBinary",
    "Native",
    "TabSeparated",
    "TSV",
    "TabSeparatedRaw",
    "TSVRaw",
    "CSV",
    "JSONEachRow",
    "JSONCompactEachRow",
];

/// Runs `sql` and sends its result; ends early when nobody takes it any more.
pub(super) fn run(
    connection: &mut Connection,
    request: &Request,
    (sql, format): (&str, Option<&str>),
    results: &mpsc::Sender<Message>,
) -> Result<Answer, Failure> {
    let format = format.or(request.default_format.as_deref()).unwrap_or(FORMAT_DEFAULT);
    if format == WITH_HEADER || JOINABLE.contains(&format) {
        match stream(connection, request, (sql, format), results) {
            Err(Failure::Engine(message)) if is_not_streamable(&message) => {}
            done => return done,
        }
    }
    whole(connection, request, (sql, format), results)
}

fn is_not_streamable(EngineMessage(message): &EngineMessage) -> bool {
    message.contains("Streaming query is not supported")
}

fn stream(
    connection: &mut Connection,
    request: &Request,
    (sql, format): (&str, &str),
    results: &mpsc::Sender<Message>,
) -> Result<Answer, Failure> {
    let mut rows = connection.stream(sql, format, &request.params)?;
    results.blocking_send(Message::Format(format.to_owned())).ok();
    let mut header: Option<Bytes> = None;
    loop {
        let piece = rows.fetch()?;
        let mut bytes = piece.bytes;
        if format == WITH_HEADER && !bytes.is_empty() {
            match &header {
                None => header = Some(bytes.slice(..header_length(&bytes).ok_or_else(|| odd_header(format))?)),
                Some(header) if bytes.starts_with(header) => bytes.advance(header.len()),
                Some(_) => return Err(odd_header(format)),
            }
        }
        let is_taken = bytes.is_empty() || results.blocking_send(Message::Piece(bytes)).is_ok();
        if !piece.has_rows || !is_taken {
            return Ok(Answer::default());
        }
    }
}

fn odd_header(format: &str) -> Failure {
    Refusal::Header(format.to_owned()).into()
}

/// The length of number of columns, names and types; none when it is cut.
fn header_length(bytes: &[u8]) -> Option<usize> {
    let (columns, mut at) = varint(bytes)?;
    for _ in 0..columns.checked_mul(2)? {
        let (length, length_of_length) = varint(bytes.get(at..)?)?;
        at = at.checked_add(length_of_length)?.checked_add(length)?;
    }
    (at <= bytes.len()).then_some(at)
}

/// An unsigned LEB128 number and how many bytes it took.
fn varint(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value = 0_usize;
    for (at, byte) in bytes.iter().take(9).enumerate() {
        value |= usize::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Some((value, at + 1));
        }
    }
    None
}

/// What the parser has against a text. The streaming call tells and, unlike the other one, runs no part of it.
fn syntax_error(connection: &mut Connection, request: &Request, (sql, format): (&str, &str)) -> Failure {
    match connection.stream(sql, format, &request.params) {
        Err(message) if !is_not_streamable(&message) => message.into(),
        _ => Refusal::Syntax.into(),
    }
}

fn whole(
    connection: &mut Connection,
    request: &Request,
    (sql, format): (&str, &str),
    results: &mpsc::Sender<Message>,
) -> Result<Answer, Failure> {
    let analysis = connection.analyse(sql)?;
    match analysis.statements {
        1 => {}
        0 => return Err(syntax_error(connection, request, (sql, format))),
        many => return Err(Refusal::Statements(many).into()),
    }
    if analysis.reads_only {
        session::limit_result(connection, request)?;
        results.blocking_send(Message::Format(format.to_owned())).ok();
    }
    let mut answer = connection.query(sql, format, &request.params)?;
    let bytes = std::mem::take(&mut answer.bytes);
    if !bytes.is_empty() {
        // Nobody left to take it: nothing more to do either way.
        results.blocking_send(Message::Piece(bytes)).ok();
    }
    Ok(answer)
}

#[cfg(test)]
mod tests;
