//! The one error type of the edge.
//!
//! The layers below have their own errors without status codes; a handler turns them into a [`Problem`]. There is no
//! conversion from "any error": what became of a cause is decided where it is known. What a caller reads is written
//! here; a cause that is nobody's business outside is carried along, logged once and never sent (H-2).

mod chain;
mod codes;

use std::borrow::Cow;
use std::error::Error;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::auth::{Denied, ForeignSource, Refusal, TooOften};
use crate::ingest::EnvelopeError;
use crate::journal::AppendError;
use crate::kpi::CatalogueError;
use crate::pipeline::verify::VerifyError;

use chain::Chain;
use codes::{append_code, envelope_code, envelope_status};

use super::answers::AnswerError;
use super::reports::RunProblem;
use super::returns::ReturnProblem;
use super::screens::ScreenProblem;

/// Why a request isn't answered, as the caller reads it: RFC 9457 with a stable `code`.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// 404: no such route.
    #[error("there is nothing at {path}")]
    NoSuchPath {
        /// The path.
        path: String,
    },
    /// 405: the route exists, not with this method.
    #[error("{path} doesn't take this method")]
    MethodNotAllowed {
        /// The path.
        path: String,
    },
    /// 403: the request wasn't meant for this server.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// 401: nobody showed a token.
    #[error("this needs a token: send it as `Authorization: Bearer oct_...`")]
    NoToken,
    /// 401: the token is worth nothing.
    #[error("{0}")]
    BadToken(Denied),
    /// 429: too often.
    #[error(transparent)]
    TooOften(#[from] TooOften),
    /// 403: records of a source that isn't the caller's.
    #[error(transparent)]
    ForeignSource(#[from] ForeignSource),
    /// 403: it concerns every unit, and the caller may see only some.
    #[error("this concerns every unit: it needs a token that is bound to none")]
    NeedsWhole,
    /// 404: no such token.
    #[error("there is no token {id:?}")]
    UnknownToken {
        /// The id asked for.
        id: String,
    },
    /// 403: the caller has not the role.
    #[error("this needs the role {role}")]
    Forbidden {
        /// The role's name.
        role: &'static str,
    },
    /// 400: a parameter of the path or the query can't be read.
    #[error("{reason}")]
    BadParameter {
        /// Why.
        reason: String,
    },
    /// 404: no such unit, or not the caller's to see.
    #[error("there is no unit {code:?} on {on}")]
    UnknownUnit {
        /// The code asked for.
        code: String,
        /// The day on which it was looked up.
        on: String,
    },
    /// 404: no such refused line, or no longer.
    #[error("there is no refused line {id}; lines are kept {} days", crate::ingest::rejects::KEPT_DAYS)]
    UnknownReject {
        /// The number asked for.
        id: u64,
    },
    /// 404: no such alert, or not about a unit or source of the caller's.
    #[error("there is no alert {0}")]
    UnknownAlert(u64),
    /// About a run of a report.
    #[error(transparent)]
    Run(#[from] RunProblem),
    /// 409: the alert is over.
    #[error("alert {0} is over: there is nothing to acknowledge")]
    AlertOver(u64),
    /// 404: no such import, or not of a source of the caller's.
    #[error("there is no import {id}")]
    UnknownImport {
        /// The number asked for.
        id: u64,
    },
    /// 409: the import was taken back.
    #[error("import {id} was taken back: begin another one")]
    ImportUndone {
        /// Its number.
        id: u64,
    },
    /// 409: the period has days to come.
    #[error("{period} lasts until {to}: it can be closed from the day after on")]
    NotEnded {
        /// The period.
        period: String,
        /// Its last day.
        to: String,
    },
    /// 409: the period is closed.
    #[error("{period} of unit {unit:?} was closed by {by} at {at}; reopen it first")]
    AlreadyClosed {
        /// The period.
        period: String,
        /// Code of the unit.
        unit: String,
        /// By whom.
        by: String,
        /// When.
        at: String,
    },
    /// 404, 409 or 422: a return isn't there, isn't where a step can be taken, or has faulty cells.
    #[error(transparent)]
    Return(#[from] ReturnProblem),
    /// 400, 404, 409 or 503: a screen isn't let in yet, or isn't there.
    #[error(transparent)]
    Screen(#[from] ScreenProblem),
    /// 404: no such board.
    #[error("there is no board {board:?}")]
    UnknownBoard {
        /// The id asked for.
        board: String,
    },
    /// 400, 413 or 415: the body as a whole can't be taken; nothing of it was.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// 422: the body is a file that can't be read, or says nothing that is looked for.
    #[error("{reason}")]
    UnreadableFile {
        /// Why.
        reason: String,
    },
    /// 413: the packed body is too long.
    #[error("the body has more than {bytes_max} bytes")]
    BodyTooLarge {
        /// The bound.
        bytes_max: usize,
    },
    /// 422: every record of a body, or a list that is taken as a whole, was refused; the answer says why of each.
    #[error("none of the {received} records was accepted")]
    NoneAccepted {
        /// Records in the body.
        received: usize,
        /// The answer that would have been given, as further members of the problem.
        answer: serde_json::Value,
    },
    /// 503 (413 for one that can never be taken): the batch isn't acknowledged.
    #[error("{}", append_words(.0))]
    NotJournalled(#[from] AppendError),
    /// 409: another verification is running. 503: it can't be done now.
    #[error(transparent)]
    NotVerified(#[from] VerifyError),
    /// 503: ClickHouse, which has the details, is away.
    #[error("ClickHouse, which keeps the details, is away")]
    StoreAway,
    /// 404 or 400: what was asked for doesn't exist, or the question can't be answered.
    #[error("{0}")]
    Unanswerable(#[from] AnswerError),
    /// 422: the new catalogue is faulty, the old one stays.
    #[error("the new catalogue has {} faults; the one in force stays", .0.0.len())]
    FaultyCatalogue(#[from] CatalogueError),
    /// 503: the figures are being put together after a start.
    #[error("the figures are not ready yet")]
    NotReady,
    /// 503: all places for screens are taken.
    #[error("{sockets_max} screens are already connected")]
    TooManyScreens {
        /// How many there may be.
        sockets_max: usize,
    },
    /// 503: the server is stopping.
    #[error("the server is stopping")]
    Stopping,
    /// 503: too many bodies are being read.
    #[error("too many batches are being read; nothing of this one was stored, send it again")]
    Busy,
    /// 503: too many questions are being answered that look at every dossier.
    #[error("too many questions that look at every dossier are being answered; ask again")]
    TooManyQuestions,
    /// 406: neither of the forms that there are is accepted.
    #[error("there are application/json and text/csv of this, and of a form a workbook")]
    NotAcceptable,
    /// 503: the answer took too long.
    #[error("no answer within {timeout_ms} ms")]
    Timeout {
        /// The bound.
        timeout_ms: u64,
    },
    /// 500: a fault of the server. The cause is logged, not sent.
    #[error("the server failed to answer")]
    Internal(#[source] Box<dyn Error + Send + Sync>),
}

/// How a problem is told: its status, its stable code, its title, and when to ask again.
struct Telling {
    status: StatusCode,
    code: &'static str,
    title: &'static str,
    retry_after_s: Option<u32>,
}

impl Problem {
    /// A fault of the server.
    pub fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Problem {
        Problem::Internal(cause.into())
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.telling().status
    }

    /// The stable code, the same in every version.
    pub fn code(&self) -> &'static str {
        self.telling().code
    }

    fn telling(&self) -> Telling {
        let (status, code, title, retry_after_s) = match self {
            Problem::NoSuchPath { .. } => (StatusCode::NOT_FOUND, "not_found", "Not found", None),
            Problem::MethodNotAllowed { .. } => {
                (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "Method not allowed", None)
            }
            Problem::Refused(refusal) => (StatusCode::FORBIDDEN, refusal.code(), "Not served", None),
            Problem::NoToken => (StatusCode::UNAUTHORIZED, "no_token", "Who are you?", None),
            Problem::BadToken(_) => (StatusCode::UNAUTHORIZED, "bad_token", "Token not accepted", None),
            Problem::TooOften(often) => {
                (StatusCode::TOO_MANY_REQUESTS, "too_often", "Too many requests", Some(often.retry_after_s))
            }
            Problem::ForeignSource(_) => (StatusCode::FORBIDDEN, "foreign_source", "Another's source", None),
            Problem::NeedsWhole => (StatusCode::FORBIDDEN, "needs_whole", "Not allowed", None),
            Problem::UnknownToken { .. } => (StatusCode::NOT_FOUND, "unknown_token", "Unknown token", None),
            Problem::Forbidden { .. } => (StatusCode::FORBIDDEN, "forbidden", "Not allowed", None),
            Problem::BadParameter { .. } => (StatusCode::BAD_REQUEST, "bad_parameter", "Unreadable parameter", None),
            Problem::UnknownUnit { .. } => (StatusCode::NOT_FOUND, "unknown_unit", "Unknown unit", None),
            Problem::UnknownReject { .. } => (StatusCode::NOT_FOUND, "unknown_reject", "Unknown refused line", None),
            Problem::UnknownAlert(_) => (StatusCode::NOT_FOUND, "unknown_alert", "Unknown alert", None),
            Problem::Run(problem) => (problem.status(), problem.code(), problem.title(), None),
            Problem::AlertOver(_) => (StatusCode::CONFLICT, "alert_over", "Over already", None),
            Problem::UnknownImport { .. } => (StatusCode::NOT_FOUND, "unknown_import", "Unknown import", None),
            Problem::ImportUndone { .. } => (StatusCode::CONFLICT, "import_undone", "Taken back", None),
            Problem::NotEnded { .. } => (StatusCode::CONFLICT, "not_ended", "Not over yet", None),
            Problem::AlreadyClosed { .. } => (StatusCode::CONFLICT, "already_closed", "Closed already", None),
            Problem::Return(problem) => (problem.status(), problem.code(), problem.title(), None),
            Problem::Screen(problem) => (problem.status(), problem.code(), problem.title(), problem.retry_after_s()),
            Problem::UnknownBoard { .. } => (StatusCode::NOT_FOUND, "unknown_board", "Unknown board", None),
            Problem::Envelope(error) => (envelope_status(error), envelope_code(error), "Body not taken", None),
            Problem::BodyTooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "too_large", "Body too large", None),
            Problem::UnreadableFile { .. } => {
                (StatusCode::UNPROCESSABLE_ENTITY, "unreadable_file", "Unreadable file", None)
            }
            Problem::NoneAccepted { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "none_accepted", "None accepted", None),
            Problem::NotJournalled(AppendError::TooLarge { .. }) => {
                (StatusCode::PAYLOAD_TOO_LARGE, "too_large", "Body too large", None)
            }
            Problem::NotJournalled(error) => {
                (StatusCode::SERVICE_UNAVAILABLE, append_code(error), "Not acknowledged", Some(2))
            }
            Problem::NotVerified(VerifyError::Busy) => (StatusCode::CONFLICT, "busy", "Already running", Some(10)),
            Problem::NotVerified(_) => {
                (StatusCode::SERVICE_UNAVAILABLE, "not_verified", "Could not be verified", Some(5))
            }
            Problem::StoreAway => (StatusCode::SERVICE_UNAVAILABLE, "store_away", "ClickHouse is away", Some(5)),
            Problem::Unanswerable(error) if error.is_not_found() => {
                (StatusCode::NOT_FOUND, error.code(), "Not found", None)
            }
            Problem::Unanswerable(error) => (StatusCode::BAD_REQUEST, error.code(), "Unanswerable question", None),
            Problem::FaultyCatalogue(_) => {
                (StatusCode::UNPROCESSABLE_ENTITY, "faulty_catalogue", "Faulty catalogue", None)
            }
            Problem::NotReady => (StatusCode::SERVICE_UNAVAILABLE, "not_ready", "Not ready", Some(2)),
            Problem::TooManyScreens { .. } => {
                (StatusCode::SERVICE_UNAVAILABLE, "too_many_screens", "Too many screens", Some(30))
            }
            Problem::Stopping => (StatusCode::SERVICE_UNAVAILABLE, "stopping", "Stopping", Some(5)),
            Problem::Busy => (StatusCode::SERVICE_UNAVAILABLE, "busy", "Busy", Some(2)),
            Problem::TooManyQuestions => (StatusCode::SERVICE_UNAVAILABLE, "busy", "Busy", Some(2)),
            Problem::NotAcceptable => (StatusCode::NOT_ACCEPTABLE, "not_acceptable", "Not in this form", None),
            Problem::Timeout { .. } => (StatusCode::SERVICE_UNAVAILABLE, "timeout", "Too slow", Some(5)),
            Problem::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal", "Server fault", None),
        };
        Telling { status, code, title, retry_after_s }
    }
}

/// What a sender is told, which is what it is to do.
fn append_words(error: &AppendError) -> String {
    match error {
        AppendError::TooLarge { .. } => error.to_string(),
        AppendError::Full { .. } | AppendError::DiskFull { .. } => {
            "there is no room to keep the batch safely; nothing was stored, send it again later".to_owned()
        }
        AppendError::Busy { .. } => "too many batches are waiting; nothing was stored, send it again".to_owned(),
        AppendError::Closed => "the server is stopping; nothing was stored, send it again".to_owned(),
        AppendError::Failed => "the batch may or may not be stored; send it again, repeats are harmless".to_owned(),
    }
}

/// How a caller is asked for a token (RFC 6750).
const CHALLENGE: &str = "Bearer realm=\"opcentre\"";
const CHALLENGE_INVALID: &str = "Bearer realm=\"opcentre\", error=\"invalid_token\"";

/// The body of RFC 9457.
#[derive(Serialize)]
struct Body<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    code: &'a str,
    detail: String,
    #[serde(flatten)]
    further: Option<Cow<'a, serde_json::Value>>,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Telling { status, code, title, retry_after_s } = self.telling();
        match &self {
            Problem::Internal(cause) => {
                tracing::error!(error = %Chain(cause.as_ref()), "a request failed by a fault of the server");
            }
            Problem::NotVerified(cause) => tracing::warn!(error = %Chain(cause), "figures could not be verified"),
            Problem::NotJournalled(cause) => tracing::warn!(error = %Chain(cause), "a batch was not journalled"),
            // Without the detail, which repeats what the caller sent.
            _ => tracing::debug!(problem.code = code, "a request was not answered"),
        }
        let body = Body {
            r#type: format!("urn:opcentre:problem:{code}"),
            title,
            status: status.as_u16(),
            code,
            detail: self.to_string(),
            further: match &self {
                Problem::NoneAccepted { answer, .. } => Some(Cow::Borrowed(answer)),
                Problem::Return(problem) => problem.further().map(Cow::Owned),
                Problem::Screen(problem) => problem.further().map(Cow::Owned),
                Problem::FaultyCatalogue(faults) => Some(Cow::Owned(fault_list(faults))),
                _ => None,
            },
        };
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if status == StatusCode::UNAUTHORIZED {
            let challenge = if code == "no_token" { CHALLENGE } else { CHALLENGE_INVALID };
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        if let Some(seconds) = retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// Where each fault of a catalogue stands, and what is wrong.
fn fault_list(faults: &CatalogueError) -> serde_json::Value {
    let told = faults.0.iter().map(|fault| {
        let reason = fault.reason.to_string();
        serde_json::json!({"file": fault.file, "line": fault.line, "key": fault.key, "reason": reason})
    });
    serde_json::json!({"faults": told.collect::<Vec<_>>()})
}
