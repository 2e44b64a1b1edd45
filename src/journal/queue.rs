//! The bounded queue between those who append and the writer.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::oneshot;

use super::{AppendError, Appended, Options};

/// An append waiting for the writer.
pub(super) struct Append {
    pub(super) payloads: Vec<Bytes>,
    pub(super) appended_at_ms: i64,
    /// Size of the frame.
    pub(super) bytes: u64,
    pub(super) answer: oneshot::Sender<Result<Appended, AppendError>>,
}

/// Why the queue takes no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Nobody is going to append any more, or `close` was called; what is queued is still written.
    Closed,
    /// The writer is gone; what is queued never will be written.
    Failed,
}

pub(super) struct Queue {
    appends_max: usize,
    bytes_max: u64,
    /// Guards the waiting appends; held for a push or a take, never over I/O or an await.
    state: Mutex<State>,
    /// Signalled on a push and at the end; only the writer waits.
    changed: Condvar,
}

#[derive(Default)]
struct State {
    appends: Vec<Append>,
    bytes: u64,
    end: Option<End>,
}

impl State {
    fn check_open(&self) -> Result<(), AppendError> {
        match self.end {
            None => Ok(()),
            Some(End::Closed) => Err(AppendError::Closed),
            Some(End::Failed) => Err(AppendError::Failed),
        }
    }
}

impl Queue {
    pub(super) fn new(options: &Options) -> Queue {
        Queue {
            appends_max: options.queue_appends_max,
            bytes_max: options.queue_bytes_max,
            state: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    pub(super) fn push(&self, append: Append) -> Result<(), AppendError> {
        let mut state = self.lock();
        state.check_open()?;
        if state.appends.len() >= self.appends_max || state.bytes + append.bytes > self.bytes_max {
            return Err(AppendError::Busy { appends: state.appends.len(), bytes: state.bytes });
        }
        state.bytes += append.bytes;
        state.appends.push(append);
        drop(state);
        self.changed.notify_one();
        Ok(())
    }

    /// Everything that is waiting; blocks until there is something, None when there never will be.
    pub(super) fn take(&self) -> Option<Vec<Append>> {
        let mut state = self.lock();
        while state.appends.is_empty() {
            if state.end.is_some() {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.bytes = 0;
        Some(std::mem::take(&mut state.appends))
    }

    /// Ends the queue. A failure also answers those who wait, and overrides a close.
    pub(super) fn close(&self, end: End) {
        let mut state = self.lock();
        if state.end != Some(End::Failed) {
            state.end = Some(end);
        }
        if end == End::Failed {
            state.bytes = 0;
            for append in state.appends.drain(..) {
                // An error means that the sender has gone away.
                append.answer.send(Err(AppendError::Failed)).ok();
            }
        }
        drop(state);
        self.changed.notify_one();
    }

    pub(super) fn check_open(&self) -> Result<(), AppendError> {
        self.lock().check_open()
    }

    /// Number of waiting appends and their bytes.
    pub(super) fn waiting(&self) -> (usize, u64) {
        let state = self.lock();
        (state.appends.len(), state.bytes)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Every change under the lock is a few assignments that can't panic, so a poisoned state is still whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
