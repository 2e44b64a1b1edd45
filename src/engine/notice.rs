//! The one line that a child engine writes to standard output: where it listens, or why it doesn't.

use serde::{Deserialize, Serialize};

use super::library::LibraryError;
use super::release::ReleaseError;
use super::server::OpenError;

/// The line, in JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Notice {
    /// It answers: `{"port":8123,"key":".."}`.
    Ready {
        /// Port on 127.0.0.1.
        port: u16,
        /// The key of this start.
        key: String,
    },
    /// It ends: `{"failed":"data_dir_in_use","reason":".."}`.
    Failed {
        /// What to do about it.
        failed: Cause,
        /// In words.
        reason: String,
    },
}

/// Kinds of failure that call for different measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Run `make build`.
    LibraryMissing,
    /// Remove the file and run `make build`.
    LibraryWrong,
    /// Stop the other process or choose another folder.
    DataDirInUse,
    /// Run the newer program.
    DataDirNewer,
    /// See the words.
    Unknown,
}

impl From<&OpenError> for Cause {
    fn from(error: &OpenError) -> Self {
        match error {
            OpenError::Library(LibraryError::Missing { .. }) => Self::LibraryMissing,
            OpenError::Library(_) | OpenError::Load(_) => Self::LibraryWrong,
            OpenError::InUse { .. } => Self::DataDirInUse,
            OpenError::Release(ReleaseError::Newer { .. }) => Self::DataDirNewer,
            OpenError::Release(ReleaseError::Disk { .. }) => Self::Unknown,
            OpenError::DataDir { .. } | OpenError::DataDirName { .. } | OpenError::Refused { .. } => Self::Unknown,
        }
    }
}
