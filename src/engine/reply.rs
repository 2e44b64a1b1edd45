//! Answers in ClickHouse's form: summary and exception headers, the exception block inside a body.

use std::io;

use axum::body::{Body, Bytes};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use futures_util::stream;
use tokio::sync::mpsc;

use super::answer::Answer;
use super::departure::Departure;
use super::encoding::{Encoding, Packer};
use super::failure::{Failure, Refusal};
use super::select::Message;

/// Gathered before an answer begins, in bytes: smaller ones go in one piece with their length, so that a client that
/// reads one row and leaves isn't taken for one that departs, and errors this early get a status of their own.
const GATHERED_BYTES_MAX: usize = 256 * 1024;
/// The client looks for the block at the end of one received piece: it has to be short.
const MESSAGE_BYTES_MAX: usize = 4 * 1024;

const SUMMARY: HeaderName = HeaderName::from_static("x-clickhouse-summary");
const CODE: HeaderName = HeaderName::from_static("x-clickhouse-exception-code");
const TAG: HeaderName = HeaderName::from_static("x-clickhouse-exception-tag");
const FORMAT: HeaderName = HeaderName::from_static("x-clickhouse-format");
const QUERY_ID: HeaderName = HeaderName::from_static("x-clickhouse-query-id");

/// The answer to a statement whose result comes over `results`, packed as its client would have it.
pub(super) async fn result(
    mut results: mpsc::Receiver<Message>,
    mut departure: Departure,
    encoding: Option<Encoding>,
) -> Response {
    let mut gathered: Vec<Bytes> = Vec::new();
    let mut format = None;
    while gathered.iter().map(Bytes::len).sum::<usize>() < GATHERED_BYTES_MAX {
        match results.recv().await.unwrap_or_else(vanished) {
            Message::Format(name) => format = Some(name),
            Message::Piece(bytes) => gathered.push(bytes),
            Message::End(answer) => {
                departure.arrived();
                return with_format(whole(&gathered.concat(), &answer, encoding), format);
            }
            Message::Failed(failure) => {
                departure.arrived();
                return failed(&failure);
            }
        }
    }
    with_format(streamed(gathered, results, departure, encoding), format)
}

fn with_format(mut response: Response, format: Option<String>) -> Response {
    if let Some(value) = format.and_then(|format| HeaderValue::try_from(format).ok()) {
        response.headers_mut().insert(FORMAT, value);
    }
    response
}

/// A thread that panicked says nothing.
fn vanished() -> Message {
    Message::Failed(Refusal::Vanished.into())
}

/// An answer in one piece.
fn whole(body: &[u8], answer: &Answer, encoding: Option<Encoding>) -> Response {
    let packed = encoding.filter(|_| !body.is_empty()).and_then(|encoding| Some((encoding, encoding.pack(body).ok()?)));
    let mut response = match packed {
        None => Response::new(Body::from(Bytes::copy_from_slice(body))),
        Some((encoding, packed)) => {
            let mut response = Response::new(Body::from(packed));
            response.headers_mut().insert(header::CONTENT_ENCODING, encoding.header());
            response
        }
    };
    if let Ok(value) = HeaderValue::try_from(summary(answer)) {
        response.headers_mut().insert(SUMMARY, value);
    }
    response
}

/// Numbers are strings, as ClickHouse writes them.
fn summary(answer: &Answer) -> String {
    let pairs = [
        ("read_rows", answer.read_rows),
        ("read_bytes", answer.read_bytes),
        ("written_rows", answer.written_rows),
        ("written_bytes", answer.written_bytes),
        ("result_rows", answer.rows),
    ];
    let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("\"{name}\":\"{value}\"")).collect();
    format!("{{{}}}", pairs.join(","))
}

/// An answer that says what went wrong.
pub(super) fn failed(failure: &Failure) -> Response {
    tracing::debug!(error.code = failure.code(), "a request failed: {}", failure.message());
    let mut response = Response::new(Body::from(failure.message() + "\n"));
    *response.status_mut() = failure.status();
    let code = failure.code().map_or(HeaderValue::from_static("0"), HeaderValue::from);
    response.headers_mut().insert(CODE, code);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=UTF-8"));
    response
}

/// What is left of a body underway.
struct Rest {
    gathered: std::vec::IntoIter<Bytes>,
    results: mpsc::Receiver<Message>,
    departure: Departure,
    tag: String,
    packer: Option<Packer>,
    is_over: bool,
}

fn streamed(
    gathered: Vec<Bytes>,
    results: mpsc::Receiver<Message>,
    departure: Departure,
    encoding: Option<Encoding>,
) -> Response {
    let packed = encoding.and_then(|encoding| Some((encoding, Packer::new(encoding).ok()?)));
    let (encoding, packer) = packed.unzip();
    let tag: String = (0..16).map(|_| char::from(rand::random_range(b'a'..=b'z'))).collect();
    let tag_value = HeaderValue::try_from(tag.as_str());
    let rest = Rest { gathered: gathered.into_iter(), results, departure, tag, packer, is_over: false };
    let mut response = Response::new(Body::from_stream(stream::unfold(rest, next)));
    if let Ok(value) = tag_value {
        response.headers_mut().insert(TAG, value);
    }
    if let Some(encoding) = encoding {
        response.headers_mut().insert(header::CONTENT_ENCODING, encoding.header());
    }
    response
}

async fn next(mut rest: Rest) -> Option<(io::Result<Bytes>, Rest)> {
    if let Some(bytes) = rest.gathered.next() {
        let packed = rest.packed(bytes);
        return Some((packed, rest));
    }
    if rest.is_over {
        return None;
    }
    loop {
        match rest.results.recv().await.unwrap_or_else(vanished) {
            Message::Format(_) => {}
            Message::Piece(bytes) => {
                let packed = rest.packed(bytes);
                return Some((packed, rest));
            }
            Message::End(_) => {
                rest.departure.arrived();
                rest.is_over = true;
                let end = rest.packer.take()?.finish();
                return Some((end, rest));
            }
            Message::Failed(failure) => {
                rest.departure.arrived();
                rest.is_over = true;
                let block = exception_block(&failure, &rest.tag);
                // With the end of the frame, so that it is the last that the client unpacks.
                let packed = rest.packed(block).and_then(|block| match rest.packer.take() {
                    None => Ok(block),
                    Some(packer) => Ok([block, packer.finish()?].concat().into()),
                });
                return Some((packed, rest));
            }
        }
    }
}

impl Rest {
    fn packed(&mut self, bytes: Bytes) -> io::Result<Bytes> {
        match &mut self.packer {
            None => Ok(bytes),
            Some(packer) => packer.piece(&bytes),
        }
    }
}

/// How ClickHouse tells of an error after the headers have gone.
fn exception_block(failure: &Failure, tag: &str) -> Bytes {
    let mut message = failure.message();
    message.truncate(message.floor_char_boundary(MESSAGE_BYTES_MAX));
    let length = message.len() + 1;
    format!("\r\n__exception__\r\n{tag}\r\n{message}\n{length} {tag}\r\n__exception__\r\n").into()
}

/// Gives the client its name for the query back, or ours.
pub(super) fn with_query_id(mut response: Response, query_id: String) -> Response {
    if let Ok(value) = HeaderValue::try_from(query_id) {
        response.headers_mut().insert(QUERY_ID, value);
    }
    response
}

/// Tells the client to open another connection, where the body of this one was not read to its end.
pub(super) fn closing(mut response: Response) -> Response {
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

/// `/ping`.
pub(super) fn ping() -> Response {
    let mut response = Response::new(Body::from("Ok.\n"));
    *response.status_mut() = StatusCode::OK;
    response
}
