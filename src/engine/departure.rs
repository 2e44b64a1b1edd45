//! Ending a query whose client has left.

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use tokio::runtime::Handle;

use super::session::Sessions;

/// How long a query may take to see by itself that nobody waits for it.
const GRACE: Duration = Duration::from_millis(50);
/// Between two requests to end it: the first may come before the query is listed.
const PAUSE: Duration = Duration::from_millis(500);
/// Requests to end one query.
const TRIES_MAX: u32 = 20;

/// Kept by whoever answers; dropped before [`Departure::arrived`], it ends the query.
pub(super) struct Departure {
    sessions: Sessions,
    handle: String,
    ended: Receiver<()>,
    armed: bool,
}

/// Kept by the thread that runs the query, for as long as it does.
pub(super) struct Running {
    _ended: SyncSender<()>,
}

/// The two ends for the query of `handle`.
pub(super) fn departure(sessions: Sessions, handle: String) -> (Departure, Running) {
    let (sender, ended) = sync_channel(0);
    (Departure { sessions, handle, ended, armed: true }, Running { _ended: sender })
}

impl Departure {
    /// The client has everything: nothing to end.
    pub(super) fn arrived(&mut self) {
        self.armed = false;
    }
}

impl Drop for Departure {
    fn drop(&mut self) {
        if !self.armed {
            return;
        }
        let (_, never) = sync_channel(0);
        let ended = std::mem::replace(&mut self.ended, never);
        let (sessions, handle) = (self.sessions.clone(), std::mem::take(&mut self.handle));
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn_blocking(move || end(&sessions, &handle, &ended));
        }
    }
}

fn end(sessions: &Sessions, handle: &str, ended: &Receiver<()>) {
    let mut patience = GRACE;
    for _ in 0..TRIES_MAX {
        if ended.recv_timeout(patience) != Err(RecvTimeoutError::Timeout) {
            return;
        }
        patience = PAUSE;
        if let Err(failure) = sessions.kill(handle) {
            tracing::warn!(query.handle = handle, error = %failure, "a query without a client could not be ended");
        }
    }
}
