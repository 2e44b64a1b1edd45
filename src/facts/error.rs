//! What can go wrong with the store.

use std::path::PathBuf;

/// Why facts can't be read or written.
#[derive(Debug, thiserror::Error)]
pub enum FactsError {
    /// Another process has it open: a running server.
    #[error("{} is held by another process", path.display())]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// It can't be opened.
    #[error("{} can't be opened", path.display())]
    Unopened {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: redb::DatabaseError,
    },
    /// A read or a write failed.
    #[error("the store of small facts failed")]
    Failed(#[from] redb::Error),
    /// A row isn't what its shelf holds.
    #[error("a row of {shelf:?} can't be read or written as JSON")]
    Row {
        /// The shelf.
        shelf: &'static str,
        /// Why.
        #[source]
        cause: serde_json::Error,
    },
}

impl FactsError {
    /// From one of redb's own errors.
    pub(super) fn failed(cause: impl Into<redb::Error>) -> FactsError {
        FactsError::Failed(cause.into())
    }
}
