//! What can go wrong, for those who must decide what to do about it.

use std::io;
use std::path::PathBuf;

/// Why a journal or a cursor couldn't be opened, or why the writer ended.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another process has this directory open.
    #[error("journal directory {} is in use by another process", dir.display())]
    Locked {
        /// The directory.
        dir: PathBuf,
    },
    /// The disk refused something that the journal can't go on without.
    #[error("journal can't {doing} {file}")]
    Disk {
        /// What was attempted, a verb.
        doing: &'static str,
        /// File name, or `.` for the directory.
        file: String,
        /// The system's answer.
        source: io::Error,
    },
    /// A failed sync. What is on disk isn't known any more; the process must end (J-7).
    #[error("journal can't sync {file}; what is on disk isn't known, so the process must end")]
    Sync {
        /// File name, or `.` for the directory.
        file: String,
        /// The system's answer.
        source: io::Error,
    },
    /// The cursor file is there but isn't a whole cursor.
    #[error("cursor file {file} is broken: {bytes} bytes that aren't a cursor with its checksum")]
    BrokenCursor {
        /// File name.
        file: String,
        /// Its length.
        bytes: u64,
    },
    /// A bound is too small for another one.
    #[error("{setting} is {value}, must be at least {least}")]
    OptionTooSmall {
        /// Name of the field of [`Options`](super::Options).
        setting: &'static str,
        /// What it is.
        value: u64,
        /// What it must be at least.
        least: u64,
    },
    /// The frame's length field has 32 bits.
    #[error("append_bytes_max is {append_bytes_max}, must be below 4 GiB")]
    AppendBoundTooGreat {
        /// What it is.
        append_bytes_max: u64,
    },
}

/// Why an append isn't acknowledged. All but `TooLarge` may be sent again. Readers never see a refused append, with one
/// exception: after `DiskFull` or `Failed` and the process's end, recovery may find it whole and keep it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// The journal's disk budget is used up; there is room again after a prune (J-6).
    #[error("journal is full: {bytes_used} of {bytes_max} bytes used, {bytes_wanted} more wanted")]
    Full {
        /// Bytes of all segments.
        bytes_used: u64,
        /// `Options::journal_bytes_max`.
        bytes_max: u64,
        /// Size of the frame.
        bytes_wanted: u64,
    },
    /// The file system has no room (J-6).
    #[error("disk is full, {bytes_wanted} bytes wanted")]
    DiskFull {
        /// Bytes that were to be written together.
        bytes_wanted: u64,
    },
    /// Too much is waiting for the writer.
    #[error("journal is busy: {appends} appends with {bytes} bytes are waiting")]
    Busy {
        /// Appends in the queue.
        appends: usize,
        /// Their frames' bytes.
        bytes: u64,
    },
    /// The append can never be taken as it is.
    #[error("append of {bytes} bytes is too large, at most {bytes_max}")]
    TooLarge {
        /// Size of the frame.
        bytes: u64,
        /// `Options::append_bytes_max`.
        bytes_max: u64,
    },
    /// The journal was closed before this append.
    #[error("journal is closed")]
    Closed,
    /// The writer ended before it could say that the append is safe. It may or may not be stored (J-7).
    #[error("journal writer has ended, the append may or may not be stored")]
    Failed,
}

/// Makes an [`Error::Disk`] of an I/O error.
pub(super) fn disk_error(doing: &'static str, file: &str) -> impl FnOnce(io::Error) -> Error {
    move |source| Error::Disk { doing, file: file.to_owned(), source }
}

/// Makes an [`Error::Sync`] of an I/O error.
pub(super) fn sync_error(file: &str) -> impl FnOnce(io::Error) -> Error {
    move |source| Error::Sync { file: file.to_owned(), source }
}
