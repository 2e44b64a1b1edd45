//! chDB behind ClickHouse's HTTP interface: the embedded engine, a process of its own.
//!
//! `opcentre engine` loads `libchdb.so` and answers on loopback what the `clickhouse` crate sends to a ClickHouse
//! server, so that the rest of the program has one way to speak to both. [`supervise()`] runs it as a child.
//!
//! What holds here:
//! - Insert data never goes through the engine's text call: that one ends the data at the first blank line and runs
//!   the rest as SQL. Data goes through the insert stream only.
//! - Every request has a connection of its own, closed after it: rows of a failed query would come back in the next
//!   result of that connection, and settings would stay. A session that a client names keeps its connection; after an
//!   error those rows are taken out of it, and its settings are put back, or it is closed.
//! - One statement a request.
//! - Every answer but that of `/ping` demands the key of this start: SQL can read and write the user's files.
//! - A client that leaves ends its query; a body that breaks off ends its insert without the rows still underway.
//! - Bounded (P-2): queries at once and waiting, sessions, bytes of a text, of a whole result, of a drained body, seconds of a
//!   query, memory of the engine.
//!
//! Not here: ClickHouse's native compression (HTTP's is), users and quotas.

mod library;
mod release;
mod answer;
mod ffi;
mod statement;
mod request;
mod failure;
mod encoding;
mod named;
mod session;
mod insert;
mod select;
mod work;
mod departure;
mod reply;
mod key;
mod handler;
mod server;
mod notice;
mod supervise;

pub use key::Key;
pub use library::{LIBRARY_BYTES, LIBRARY_RELEASE, LIBRARY_SHA256, LibraryError, LoadError, default_library};
pub use notice::{Cause, Notice};
pub use release::{ReleaseError, refuse_newer};
pub use server::{OpenError, Server, ServerOptions};
pub use supervise::{EngineState, SuperviseOptions, supervise};

/// Ends an engine process at once, as its own threads can't be joined.
pub fn leave(code: i32) -> ! {
    ffi::exit_now(code)
}

/// Asks the kernel to end this process together with the thread that started it.
///
/// # Errors
/// The kernel's refusal.
pub fn die_with_parent() -> std::io::Result<()> {
    ffi::die_with_parent()
}
