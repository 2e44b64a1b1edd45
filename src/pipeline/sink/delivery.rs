//! Bringing one batch into ClickHouse, whatever it answers.
//!
//! A batch that is refused for its data is halved down to the single record at fault; that one is set aside, if
//! ClickHouse takes another record (else it isn't the record) and the quarantine has room. Only a record that comes
//! alone, before ClickHouse has taken any, is believed to be at fault without that. Everything else is tried again for
//! ever, with growing waits (S-5).

use std::ops::Range;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;

use crate::model::Clock;
use crate::store::{Fault, Sequenced, Store, StoreError};

use super::quarantine::{Quarantine, QuarantineError};
use super::{SinkState, stopped};

/// First and longest wait between tries; a share of it at random, so that nodes that fell together don't rise together.
pub(super) const RETRY_MS: (u64, u64) = (250, 10_000);
/// Batches aren't made smaller than this because ClickHouse has too little memory or time: parts would become too many.
const ROWS_MIN: usize = 1_000;

/// So many single records refused with none taken: it isn't the records.
const SUSPECTS_MAX: usize = 16;

/// How a delivery ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Delivered {
    /// All of it is stored or set aside.
    Settled,
    /// The process is stopping and ClickHouse doesn't take it: it will come again after the next start.
    Stopped,
}

/// Everything a delivery needs.
pub(super) struct Delivery {
    /// S-3.
    pub(super) node: u64,
    pub(super) stores: watch::Receiver<Option<Store>>,
    pub(super) state: watch::Sender<SinkState>,
    pub(super) quarantine: Quarantine,
    pub(super) clock: Clock,
    /// A record that ClickHouse took: when it no longer does, nothing is wrong with the others it refuses.
    pub(super) proof: Option<Sequenced>,
    pub(super) stop: watch::Receiver<bool>,
    /// Tries in a row that stored nothing.
    pub(super) failures: u32,
}

impl Delivery {
    /// Stores a batch.
    pub(super) async fn deliver(&mut self, rows: &[Sequenced]) -> Delivered {
        // The next piece lies on top.
        let mut pieces: Vec<Range<usize>> = Vec::new();
        pieces.push(0..rows.len());
        // Single records refused while nothing shows yet that others are taken.
        let mut suspects: Vec<Range<usize>> = Vec::new();
        while let Some(piece) = pieces.pop().or_else(|| suspects.pop()) {
            if piece.is_empty() {
                continue;
            }
            let error = match self.try_once(&rows[piece.clone()]).await {
                Ok(()) => {
                    self.stored(&rows[piece]);
                    continue;
                }
                Err(error) => error,
            };
            let fault = error.as_ref().map_or(Fault::Passing, StoreError::fault);
            let middle = piece.start + piece.len() / 2;
            let halves = [middle..piece.end, piece.start..middle];
            match fault {
                Fault::Data if piece.len() > 1 => pieces.extend(halves),
                Fault::Data if self.proof.is_none() && rows.len() > 1 => {
                    suspects.push(piece);
                    if pieces.is_empty() || suspects.len() >= SUSPECTS_MAX {
                        pieces.append(&mut suspects);
                        if self.wait(error.as_ref()).await == Delivered::Stopped {
                            return Delivered::Stopped;
                        }
                    }
                }
                Fault::Data if self.set_aside(&rows[piece.start], error.as_ref()).await => {}
                _ => {
                    if fault == Fault::TooMuch && piece.len() >= 2 * ROWS_MIN {
                        pieces.extend(halves);
                    } else {
                        pieces.push(piece);
                    }
                    if self.wait(error.as_ref()).await == Delivered::Stopped {
                        return Delivered::Stopped;
                    }
                }
            }
        }
        Delivered::Settled
    }

    /// Tries again what was set aside; what is taken now is let go.
    pub(super) async fn retry_quarantine(&mut self) -> Delivered {
        let waiting: Vec<Sequenced> = self.quarantine.records().cloned().collect();
        for record in waiting {
            if self.deliver(std::slice::from_ref(&record)).await == Delivered::Stopped {
                return Delivered::Stopped;
            }
        }
        Delivered::Settled
    }

    /// No error means that there is no connection.
    async fn try_once(&mut self, rows: &[Sequenced]) -> Result<(), Option<StoreError>> {
        let store = self.stores.borrow_and_update().clone();
        store.ok_or(None)?.insert(self.node, rows).await.map_err(Some)
    }

    fn stored(&mut self, rows: &[Sequenced]) {
        self.failures = 0;
        self.proof = rows.last().cloned();
        for row in rows.iter().filter(|row| self.quarantine.contains(row.seq)).collect::<Vec<_>>() {
            match self.quarantine.release(row.seq) {
                Ok(()) => tracing::info!(record.seq = row.seq, "ClickHouse takes a record that was set aside"),
                Err(error) => tracing::warn!(error = &error as &dyn std::error::Error, "it stays set aside as well"),
            }
        }
        let quarantined = self.quarantine.list();
        self.state.send_modify(|state| {
            state.trouble = None;
            state.quarantined = quarantined;
            state.batches += 1;
            state.records += rows.len() as u64;
        });
    }

    /// Sets a record aside that ClickHouse refuses for its data. False when it isn't the record, or can't be done now.
    async fn set_aside(&mut self, record: &Sequenced, error: Option<&StoreError>) -> bool {
        let Some(error @ StoreError::Refused { code: Some(code), message }) = error else { return false };
        if let Some(proof) = self.proof.clone().filter(|proof| proof.seq != record.seq)
            && self.try_once(std::slice::from_ref(&proof)).await.is_err()
        {
            tracing::error!(
                error = error as &dyn std::error::Error,
                "ClickHouse refuses what it took before: its tables were altered, no record is set aside"
            );
            return false;
        }
        if !self.quarantine.contains(record.seq) && !self.quarantine.has_room() {
            tracing::error!("the quarantine is full: it isn't single records that ClickHouse refuses");
            return false;
        }
        if self.quarantine.contains(record.seq) {
            return true;
        }
        match self.quarantine.set_aside(record, (*code, message), (self.clock)()) {
            Ok(()) => {
                tracing::error!(
                    error = error as &dyn std::error::Error,
                    record.seq = record.seq,
                    "ClickHouse refuses this record for good: it is set aside and tried again at every start"
                );
                let quarantined = self.quarantine.list();
                self.state.send_modify(|state| state.quarantined = quarantined);
                self.failures = 0;
                true
            }
            Err(error) => {
                say_unwritable(&error, &self.state);
                false
            }
        }
    }

    /// Says what is wrong and waits; a new connection ends the wait.
    async fn wait(&mut self, error: Option<&StoreError>) -> Delivered {
        self.failures = self.failures.saturating_add(1);
        let trouble = match error {
            None => "ClickHouse is away".to_owned(),
            Some(error) if error.is_permanent() => {
                "ClickHouse refuses records that are right: see whether our tables were altered, and the log".to_owned()
            }
            Some(error) => error.advice(),
        };
        self.state.send_modify(|state| state.retries += 1);
        if self.state.borrow().trouble.as_ref() != Some(&trouble) {
            let cause = error.map(|error| error as &dyn std::error::Error);
            tracing::warn!(error = cause, "records wait to be stored: {trouble}");
            self.state.send_modify(|state| state.trouble = Some(trouble));
        }
        let pause = pause(self.failures, rand::random_range(0.5..1.0));
        tokio::select! {
            biased;
            () = stopped(&mut self.stop) => return Delivered::Stopped,
            () = sleep(pause) => {}
            changed = self.stores.changed() => if changed.is_err() { sleep(pause).await },
        }
        Delivered::Settled
    }
}

/// Says that the data dir can't be written.
pub(super) fn say_unwritable(error: &QuarantineError, state: &watch::Sender<SinkState>) {
    tracing::error!(error = error as &dyn std::error::Error, "a record can't be set aside");
    state.send_modify(|state| state.trouble = Some("the data dir can't be written; is the disk full?".to_owned()));
}

/// The wait after so many failures in a row: doubled each time, never more than the longest.
fn pause(failures: u32, share: f64) -> Duration {
    let doubled = RETRY_MS.0.saturating_mul(2_u64.saturating_pow(failures.saturating_sub(1)));
    Duration::from_millis(doubled.min(RETRY_MS.1)).mul_f64(share)
}

#[cfg(test)]
mod tests;
