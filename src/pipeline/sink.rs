//! The sink: the journal into ClickHouse, at least once, harmlessly.
//!
//! It reads from its cursor, inserts a batch, and only then moves the cursor (S-2). Whatever ClickHouse answers, a
//! batch is tried again until it is stored; the algebra of the states makes a repeat harmless (I-3). The cursor is
//! the only durable one; the journal behind it is pruned with an hour of grace (J-5).

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant as Timer, sleep, timeout_at};

use crate::journal::{Cursor, Disk, Error as JournalError, Journal, ReadError, Reader};
use crate::model::codec::{DecodeError, decode};
use crate::model::{Clock, Instant, Record};
use crate::store::{Sequenced, Store};

use super::stopped;

/// Rows of one insert: below a million, so that an insert stays one block.
const BATCH_ROWS_MAX: usize = 50_000;
/// Payload bytes of one insert.
const BATCH_BYTES_MAX: usize = 16 << 20;
/// How long a batch that isn't full waits for more, so that parts stay few.
const LINGER_MS: u64 = 1_000;
/// First and longest wait between tries.
const RETRY_MS: (u64, u64) = (250, 10_000);
/// How often the journal is pruned.
const PRUNE_EVERY_S: u64 = 60;
/// Requests to hold that wait at once.
pub const HOLD_REQUESTS_MAX: usize = 4;

/// Why the sink ended.
#[derive(Debug, thiserror::Error)]
pub enum SinkError {
    /// The journal can't be read.
    #[error("the sink can't read the journal")]
    Read(#[from] ReadError),
    /// A record is not readable by this program.
    #[error("the sink can't decode record {seq}")]
    Decode {
        /// Its sequence.
        seq: u64,
        /// Why.
        source: DecodeError,
    },
    /// The cursor can't be kept.
    #[error("the sink can't keep its cursor")]
    Cursor(#[from] JournalError),
}

/// Asks the sink to stand still, then to store exactly up to a sequence and to hold there until `release` ends.
pub struct HoldRequest {
    /// Answered when it stands still.
    pub paused: oneshot::Sender<()>,
    /// Up to and with which sequence it is to store.
    pub target: oneshot::Receiver<u64>,
    /// Answered with the sequence it stands at, once that is stored.
    pub reached: oneshot::Sender<u64>,
    /// Ends (or is dropped) when the sink may go on.
    pub release: oneshot::Receiver<()>,
    /// The sink goes on at the latest after this.
    pub hold_max: Duration,
}

/// What the sink says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SinkState {
    /// The last stored sequence.
    pub stored_seq: u64,
    /// Why nothing is stored at the moment, in words.
    pub trouble: Option<String>,
}

/// The sink with all it needs.
pub struct Sink {
    /// The id made with the data dir (S-3).
    pub node: u64,
    /// The journal, for pruning.
    pub journal: Journal,
    /// From the cursor on.
    pub reader: Reader,
    /// Where the cursor is kept.
    pub disk: Arc<dyn Disk>,
    /// The store, while ClickHouse answers.
    pub stores: watch::Receiver<Option<Store>>,
    /// The last synced sequence.
    pub synced: watch::Receiver<u64>,
    /// Where it tells how it is.
    pub state: watch::Sender<SinkState>,
    /// Who asks it to hold.
    pub holds: mpsc::Receiver<HoldRequest>,
    /// The clock of records.
    pub clock: Clock,
    /// Where it stands.
    pub cursor: Cursor,
}

impl Sink {
    /// Runs until `stop`; then stores what is synced, as long as ClickHouse answers and nobody cuts it short.
    ///
    /// # Errors
    /// When the journal can't be read or the cursor not be kept.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) -> Result<(), SinkError> {
        let mut pruned = Timer::now();
        loop {
            tokio::select! {
                biased;
                Some(hold) = self.holds.recv() => self.hold(hold).await?,
                () = stopped(&mut stop) => break,
                more = more(&mut self.synced, self.cursor.seq) => if !more { break },
                () = sleep(Duration::from_secs(PRUNE_EVERY_S)) => {}
            }
            self.store_next(u64::MAX).await?;
            if pruned.elapsed() > Duration::from_secs(PRUNE_EVERY_S) {
                pruned = Timer::now();
                self.prune();
            }
        }
        self.flush(u64::MAX).await
    }

    async fn flush(&mut self, seq: u64) -> Result<(), SinkError> {
        while self.cursor.seq < seq && self.store_next(seq).await? {}
        Ok(())
    }

    async fn hold(&mut self, hold: HoldRequest) -> Result<(), SinkError> {
        if hold.paused.send(()).is_err() {
            return Ok(());
        }
        let Ok(Ok(target)) = tokio::time::timeout(hold.hold_max, hold.target).await else { return Ok(()) };
        self.flush(target).await?;
        if hold.reached.send(self.cursor.seq).is_ok() {
            // Released, dropped, or too long: it goes on in each case.
            drop(tokio::time::timeout(hold.hold_max, hold.release).await);
        }
        Ok(())
    }

    /// Stores one batch of what is synced, up to and with `seq_max`. False when there is none.
    async fn store_next(&mut self, seq_max: u64) -> Result<bool, SinkError> {
        let room = usize::try_from(seq_max.saturating_sub(self.cursor.seq)).unwrap_or(usize::MAX);
        if room == 0 {
            return Ok(false);
        }
        let batch = self.reader.next(BATCH_ROWS_MAX.min(room), BATCH_BYTES_MAX)?;
        if batch.is_empty() {
            return Ok(false);
        }
        for gap in &batch.gaps {
            tracing::error!(gap.first_seq, gap.last_seq, "the journal is damaged here; these records can't be stored");
        }
        let mut rows = Vec::with_capacity(batch.records.len());
        for entry in &batch.records {
            let record: Record =
                decode(&entry.payload).map_err(|source| SinkError::Decode { seq: entry.seq, source })?;
            rows.push(Sequenced { seq: entry.seq, received_at: Instant(entry.appended_at_ms), record });
        }
        let last_record = batch.records.last().map(|entry| (entry.seq, entry.appended_at_ms));
        let last_gap = batch.gaps.last().map_or(0, |gap| gap.last_seq);
        let (seq, at_ms) = last_record.unwrap_or((last_gap, (self.clock)().0));
        self.insert(&rows).await;
        self.cursor = Cursor { seq: seq.max(last_gap), at_ms };
        self.keep_cursor().await?;
        self.state.send_replace(SinkState { stored_seq: self.cursor.seq, trouble: None });
        Ok(true)
    }

    /// Keeps the cursor; a disk that has no room is waited for, since the rows are stored all the same.
    async fn keep_cursor(&self) -> Result<(), SinkError> {
        loop {
            match self.cursor.store(&*self.disk) {
                Ok(()) => return Ok(()),
                Err(error @ JournalError::Disk { .. }) => {
                    tracing::error!(error = &error as &dyn std::error::Error, "the sink's cursor can't be kept");
                    let trouble = "the data dir can't be written; is the disk full?".to_owned();
                    self.state.send_modify(|state| state.trouble = Some(trouble));
                    sleep(Duration::from_millis(RETRY_MS.1)).await;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Inserts until it is done, with growing waits; a new connection is taken whenever there is one.
    async fn insert(&mut self, rows: &[Sequenced]) {
        if rows.is_empty() {
            return;
        }
        let mut wait_ms = RETRY_MS.0;
        loop {
            let store = self.stores.borrow_and_update().clone();
            let trouble = match store {
                None => "ClickHouse is away".to_owned(),
                Some(store) => match store.insert(self.node, rows).await {
                    Ok(()) => return,
                    Err(error) => {
                        tracing::warn!(error = &error as &dyn std::error::Error, "ClickHouse didn't take a batch");
                        "ClickHouse refuses or can't be reached; the log says more".to_owned()
                    }
                },
            };
            self.state.send_if_modified(|state| {
                let changed = state.trouble.as_ref() != Some(&trouble);
                state.trouble = Some(trouble.clone());
                changed
            });
            // A new connection ends the wait at once.
            let pause = sleep(Duration::from_millis(wait_ms));
            tokio::select! {
                () = pause => {}
                changed = self.stores.changed() => if changed.is_err() { sleep(Duration::from_millis(wait_ms)).await },
            }
            wait_ms = (wait_ms * 2).min(RETRY_MS.1);
        }
    }

    fn prune(&self) {
        let now = (self.clock)();
        // With everything stored it is time that passes behind the cursor, also when nothing more comes.
        let all_stored = self.cursor.seq >= *self.synced.borrow();
        let cursor = if all_stored { Cursor { at_ms: now.0, ..self.cursor } } else { self.cursor };
        match self.journal.prune(cursor, now.0) {
            Ok(pruned) => tracing::debug!(?pruned, "journal pruned"),
            Err(error) => tracing::warn!(error = &error as &dyn std::error::Error, "journal not pruned"),
        }
    }
}

/// Waits until something is synced that isn't stored, and a moment longer unless there is a batch of it already.
/// False when the journal's writer has ended.
async fn more(synced: &mut watch::Receiver<u64>, stored: u64) -> bool {
    if synced.wait_for(|synced| *synced > stored).await.is_err() {
        return false;
    }
    let deadline = Timer::now() + Duration::from_millis(LINGER_MS);
    let full = stored + BATCH_ROWS_MAX as u64;
    // Either outcome means that it is time; only a closed channel ends the waiting for good, at the next call.
    drop(timeout_at(deadline, synced.wait_for(|synced| *synced >= full)).await);
    true
}
