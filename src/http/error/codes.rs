//! Status and code of a body that isn't taken, and of records that aren't acknowledged.

use axum::http::StatusCode;

use crate::ingest::EnvelopeError;
use crate::journal::AppendError;

pub(super) fn envelope_status(error: &EnvelopeError) -> StatusCode {
    use EnvelopeError as E;
    match error {
        E::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        E::UnknownEncoding(_) | E::UnknownContentType { .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        _ => StatusCode::BAD_REQUEST,
    }
}

pub(super) fn envelope_code(error: &EnvelopeError) -> &'static str {
    use EnvelopeError as E;
    match error {
        E::TooLarge { .. } => "too_large",
        E::UnknownEncoding(_) => "unknown_encoding",
        E::UnknownContentType { .. } => "unknown_content_type",
        E::BadEncoding { .. } => "bad_encoding",
        E::BadArray { .. } => "bad_array",
        E::NoMessage(_) => "no_message",
        E::NoHeader => "no_header",
        E::UnknownColumn { .. } => "unknown_column",
        E::DuplicateColumn(_) => "duplicate_column",
        E::MissingColumn(_) => "missing_column",
    }
}

pub(super) fn append_code(error: &AppendError) -> &'static str {
    match error {
        AppendError::TooLarge { .. } => "too_large",
        AppendError::Full { .. } | AppendError::DiskFull { .. } => "storage_full",
        AppendError::Busy { .. } => "busy",
        AppendError::Closed => "stopping",
        AppendError::Failed => "unknown_outcome",
    }
}
