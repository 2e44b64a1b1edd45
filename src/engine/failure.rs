//! What a client is told when its request fails: ClickHouse's status, code and words.

use axum::http::StatusCode;

use super::answer::EngineMessage;
use super::handler::{QUERIES_WAITING_MAX, TEXT_BYTES_MAX};
use super::named::SESSIONS_MAX;

/// A failed request.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// The engine's own error.
    #[error(transparent)]
    Engine(#[from] EngineMessage),
    /// Refused before it reached the engine.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// Requests that this interface refuses by itself.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    #[error("no key, or not the key of this engine's start")]
    Key,
    #[error("there is no {0} here: queries go to /, and /ping answers")]
    Path(String),
    #[error("the URL's query can't be decoded: {0}")]
    Url(String),
    #[error("setting name {0:?} has other characters than letters, digits and _")]
    SettingName(String),
    #[error("{0} is not supported here: name an encoding of HTTP, or none, the engine is on the same machine")]
    Compression(&'static str),
    #[error("Content-Encoding {0:?} is not known here: lz4, zstd, gzip and deflate are")]
    Encoding(String),
    #[error("session {0} is in use by another request")]
    SessionLocked(String),
    #[error("there is no session {0}, or its time is over")]
    SessionUnknown(String),
    #[error("session_timeout {0} is not between 1 and {1} seconds")]
    SessionTimeout(String, u64),
    #[error("{SESSIONS_MAX} sessions are open already")]
    SessionsTooMany,
    #[error("cannot execute this statement in readonly mode")]
    Readonly,
    #[error("the text of a statement has more than {TEXT_BYTES_MAX} bytes; send data apart from it")]
    TextLength,
    #[error("the request's body ended early: {0}")]
    Body(String),
    #[error("the multipart body is malformed")]
    Multipart,
    #[error("the statement is not UTF-8")]
    NotUtf8,
    #[error("syntax error: the text is not one statement")]
    Syntax,
    #[error("syntax error (multi-statements are not allowed): {0} statements in one request")]
    Statements(u32),
    #[error("{QUERIES_WAITING_MAX} queries are waiting already")]
    Busy,
    #[error("the engine is stopping")]
    Stopping,
    #[error("the engine could not open a connection")]
    Connect,
    #[error("the query ended without an answer")]
    Vanished,
    #[error("a piece of the result in {0} has another header than the first one")]
    Header(String),
}

impl Refusal {
    /// ClickHouse's code for the same fault.
    fn code(&self) -> u32 {
        match self {
            Self::Key => 516,
            Self::SettingName(_) => 115,
            Self::Compression(_) => 48,
            Self::Encoding(_) => 89,
            Self::SessionLocked(_) => 373,
            Self::SessionUnknown(_) => 372,
            Self::SessionTimeout(..) => 374,
            Self::Readonly => 164,
            Self::TextLength | Self::Syntax | Self::Statements(_) => 62,
            Self::Path(_) | Self::Url(_) | Self::Multipart | Self::NotUtf8 => 36,
            Self::Body(_) => 33,
            Self::Busy | Self::SessionsTooMany => 202,
            Self::Stopping => 236,
            Self::Connect | Self::Vanished | Self::Header(_) => 49,
        }
    }
}

/// ClickHouse's name for the codes above; clients read it behind the words.
fn name_of(code: u32) -> &'static str {
    match code {
        516 => "AUTHENTICATION_FAILED",
        115 => "UNKNOWN_SETTING",
        48 => "NOT_IMPLEMENTED",
        89 => "UNKNOWN_COMPRESSION_METHOD",
        62 => "SYNTAX_ERROR",
        36 => "BAD_ARGUMENTS",
        33 => "CANNOT_READ_ALL_DATA",
        164 => "READONLY",
        202 => "TOO_MANY_SIMULTANEOUS_QUERIES",
        236 => "ABORTED",
        372 => "SESSION_NOT_FOUND",
        373 => "SESSION_IS_LOCKED",
        374 => "INVALID_SESSION_TIMEOUT",
        _ => "LOGICAL_ERROR",
    }
}

impl Failure {
    /// The number that clients look at; none when the engine gave none.
    pub(super) fn code(&self) -> Option<u32> {
        match self {
            Self::Engine(EngineMessage(message)) => code_of(message),
            Self::Refused(refusal) => Some(refusal.code()),
        }
    }

    /// The words: `Code: N. DB::Exception: ...` on one line.
    pub(super) fn message(&self) -> String {
        match self {
            Self::Engine(EngineMessage(message)) => readable(message),
            Self::Refused(refusal) => {
                let code = refusal.code();
                format!("Code: {code}. DB::Exception: {refusal}. ({})", name_of(code))
            }
        }
    }

    /// As ClickHouse's HTTP handler chooses it.
    pub(super) fn status(&self) -> StatusCode {
        match self.code() {
            Some(516) => StatusCode::FORBIDDEN,
            Some(48) => StatusCode::NOT_IMPLEMENTED,
            Some(60 | 81) => StatusCode::NOT_FOUND,
            Some(159) => StatusCode::REQUEST_TIMEOUT,
            Some(202 | 236) => StatusCode::SERVICE_UNAVAILABLE,
            Some(
                6 | 26 | 27 | 33 | 36 | 38 | 41 | 43 | 44 | 46 | 47 | 53 | 57 | 62 | 72 | 73 | 89 | 115 | 117 | 164
                | 374 | 456 | 457,
            ) => StatusCode::BAD_REQUEST,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// The first `Code: N.` of a message.
fn code_of(message: &str) -> Option<u32> {
    let (_, behind) = message.split_once("Code: ")?;
    behind.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// The engine at times wraps a message in itself (`Code: 73. DB::Exception: Code: 73. DB::Exception: ...`), and a
/// syntax error may list a hundred words that would have been right: of those the first few are kept.
fn readable(message: &str) -> String {
    let message = &shortened(message.trim());
    let prefix_length = message.find("DB::Exception: ").map_or(0, |at| at + "DB::Exception: ".len());
    let (prefix, mut rest) = message.split_at(prefix_length);
    if prefix.is_empty() {
        return message.to_owned();
    }
    while let Some(inner) = rest.strip_prefix(prefix) {
        rest = inner;
    }
    format!("{prefix}{rest}")
}

fn shortened(message: &str) -> String {
    const LISTED_BYTES_MAX: usize = 200;
    let list = message.find("Expected one of: ").map(|at| at + "Expected one of: ".len());
    let cut = list.map(|list| message.floor_char_boundary(list + LISTED_BYTES_MAX)).filter(|cut| *cut < message.len());
    let Some((head, tail)) = cut.map(|cut| message.split_at(cut)) else { return message.to_owned() };
    let head = head.rsplit_once(", ").map_or(head, |(head, _)| head);
    let name = tail.rfind(" (").map_or("", |at| &tail[at..]);
    format!("{head}, ...{name}")
}

#[cfg(test)]
mod tests;
