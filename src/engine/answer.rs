//! What the engine answers, in safe values.

use bytes::Bytes;

/// A message of the engine, as it came: usually `Code: N. DB::Exception: ...`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct EngineMessage(pub(super) String);

/// What ClickHouse's parser says about a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Analysis {
    /// Executable statements; 0 when it doesn't parse.
    pub(super) statements: u32,
    /// True for statements that leave no trace.
    pub(super) reads_only: bool,
}

/// A whole result.
#[derive(Debug, Clone, Default)]
pub(super) struct Answer {
    /// The formatted rows.
    pub(super) bytes: Bytes,
    /// Rows of the result.
    pub(super) rows: u64,
    /// Rows read from storage.
    pub(super) read_rows: u64,
    /// Bytes read from storage.
    pub(super) read_bytes: u64,
    /// Rows written, those of materialised views included.
    pub(super) written_rows: u64,
    /// Bytes written.
    pub(super) written_bytes: u64,
}

/// A query parameter (`{name:Type}`): name and the value as the client sent it, escaped as in `TabSeparated`.
pub(super) type Params = [(String, String)];
