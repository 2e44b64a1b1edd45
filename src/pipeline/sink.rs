//! The sink: the journal into ClickHouse, at least once, harmlessly.
//!
//! It reads from its cursor, delivers a batch, and only then moves the cursor (S-2). Whatever ClickHouse answers, a
//! batch is tried again until it is stored or the single records at fault are set aside (S-5); the algebra of the
//! states makes a repeat harmless (I-3). The cursor is the only durable one; the journal behind it is pruned with an
//! hour of grace (J-5).

mod delivery;
mod grace;
mod quarantine;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant as Timer, sleep, timeout_at};

use crate::journal::{Cursor, Disk, Error as JournalError, Journal, ReadError, Reader, Record as Entry};
use crate::model::codec::{DecodeError, decode};
use crate::model::{Clock, Instant, Record};
use crate::store::{Sequenced, Store};

use super::stopped;

use delivery::{Delivered, Delivery, RETRY_MS};
use grace::Grace;
pub use quarantine::{QUARANTINE_RECORDS_MAX, Quarantine, QuarantineError, SetAside};

/// Rows of one insert: below a million, so that an insert stays one block.
const BATCH_ROWS_MAX: usize = 50_000;
/// Payload bytes of one insert.
const BATCH_BYTES_MAX: usize = 16 << 20;
/// How long a batch that isn't full waits for more, so that parts stay few.
const LINGER_MS: u64 = 1_000;
/// Records behind the cursor among which one is looked for that ClickHouse has taken.
const PROOF_RECORDS_MAX: usize = 64;
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
    /// What was stored can't be let go of.
    #[error("the journal can't be pruned")]
    Prune(#[source] JournalError),
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
    /// Why nothing is stored at the moment and what to do about it, in words.
    pub trouble: Option<String>,
    /// Since when the oldest record that isn't stored has been waiting; none while all are.
    pub waiting_since: Option<Timer>,
    /// Inserts that ClickHouse took since the start.
    pub batches: u64,
    /// Records that ClickHouse took since the start; those sent twice count twice.
    pub records: u64,
    /// Tries that stored nothing since the start.
    pub retries: u64,
    /// Records that ClickHouse refuses for good, by sequence.
    pub quarantined: Arc<[SetAside]>,
}

impl SinkState {
    /// How long the oldest record that isn't stored has been waiting.
    pub fn waited(&self) -> Duration {
        self.waiting_since.map_or(Duration::ZERO, |since| since.elapsed())
    }
}

/// What the sink needs.
pub struct SinkParts {
    /// The id made with the data dir (S-3).
    pub node: u64,
    /// The journal.
    pub journal: Journal,
    /// Where the cursor is kept.
    pub disk: Arc<dyn Disk>,
    /// What was set aside.
    pub quarantine: Quarantine,
    /// The store, while ClickHouse answers.
    pub stores: watch::Receiver<Option<Store>>,
    /// Where it tells how it is.
    pub state: watch::Sender<SinkState>,
    /// Who asks it to hold.
    pub holds: mpsc::Receiver<HoldRequest>,
    /// The clock of records.
    pub clock: Clock,
    /// Where it stands.
    pub cursor: Cursor,
}

/// The journal's second reader.
pub struct Sink {
    journal: Journal,
    reader: Reader,
    disk: Arc<dyn Disk>,
    synced: watch::Receiver<u64>,
    state: watch::Sender<SinkState>,
    holds: mpsc::Receiver<HoldRequest>,
    clock: Clock,
    cursor: Cursor,
    grace: Grace,
    delivery: Delivery,
    stop: watch::Receiver<bool>,
}

impl Sink {
    /// A sink that stands at its cursor.
    pub fn new(parts: SinkParts, stop: watch::Receiver<bool>) -> Sink {
        let SinkParts { node, journal, disk, quarantine, stores, state, holds, clock, cursor } = parts;
        let quarantined = quarantine.list();
        state.send_replace(SinkState { stored_seq: cursor.seq, quarantined, ..SinkState::default() });
        let delivery = Delivery {
            node,
            stores,
            state: state.clone(),
            proof: proof(&journal, cursor.seq, &quarantine),
            quarantine,
            clock: clock.clone(),
            stop: stop.clone(),
            failures: 0,
        };
        Sink {
            reader: journal.reader(cursor.seq),
            synced: journal.synced(),
            journal,
            disk,
            state,
            holds,
            clock,
            cursor,
            grace: Grace::default(),
            delivery,
            stop,
        }
    }

    /// Runs until told to stop; then stores what is synced, as long as ClickHouse answers and nobody cuts it short.
    ///
    /// # Errors
    /// When the journal can't be read or the cursor not be kept.
    pub async fn run(mut self) -> Result<(), SinkError> {
        if self.delivery.retry_quarantine().await == Delivered::Stopped {
            return Ok(());
        }
        loop {
            self.prune_when_due()?;
            tokio::select! {
                biased;
                Some(hold) = self.holds.recv() => self.hold(hold).await?,
                () = stopped(&mut self.stop) => break,
                more = more(&mut self.synced, &self.state, self.cursor.seq) => if !more { break },
                () = sleep(grace::EVERY) => {}
            }
            self.store_next(u64::MAX).await?;
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

    /// Stores one batch of what is synced, up to and with `seq_max`. False when there is none, or when the process
    /// stops while ClickHouse takes nothing.
    async fn store_next(&mut self, seq_max: u64) -> Result<bool, SinkError> {
        let room = usize::try_from(seq_max.saturating_sub(self.cursor.seq)).unwrap_or(usize::MAX);
        if room == 0 {
            return Ok(false);
        }
        let read_at = Timer::now();
        let batch = self.reader.next(BATCH_ROWS_MAX.min(room), BATCH_BYTES_MAX)?;
        if batch.is_empty() {
            return Ok(false);
        }
        for gap in &batch.gaps {
            tracing::error!(gap.first_seq, gap.last_seq, "the journal is damaged here; these records can't be stored");
        }
        let rows = batch.records.iter().map(sequenced).collect::<Result<Vec<_>, _>>()?;
        let last_record = batch.records.last().map(|entry| (entry.seq, entry.appended_at_ms));
        let last_gap = batch.gaps.last().map_or(0, |gap| gap.last_seq);
        let (seq, at_ms) = last_record.unwrap_or((last_gap, (self.clock)().0));
        if self.delivery.deliver(&rows).await == Delivered::Stopped {
            // The reader never stands past what isn't stored.
            self.reader = self.journal.reader(self.cursor.seq);
            return Ok(false);
        }
        self.cursor = Cursor { seq: seq.max(last_gap), at_ms };
        self.keep_cursor().await?;
        // What isn't stored now came after this batch was read, or didn't fit into it.
        let waiting_since = (self.cursor.seq < *self.synced.borrow()).then_some(read_at);
        self.state.send_modify(|state| {
            state.stored_seq = self.cursor.seq;
            state.trouble = None;
            state.waiting_since = waiting_since;
        });
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

    /// Lets segments go that have been stored for an hour of real time, whatever the clock of records says.
    fn prune_when_due(&mut self) -> Result<(), SinkError> {
        let now = Timer::now();
        if !self.grace.is_due(now) {
            return Ok(());
        }
        let Some(seq) = self.grace.note(now, self.cursor.seq) else { return Ok(()) };
        // The hour has been waited for: the journal need not look at the times of the records.
        match self.journal.prune(Cursor { seq, at_ms: i64::MAX }, i64::MAX) {
            Ok(pruned) => tracing::debug!(?pruned, "journal pruned"),
            // A failed sync isn't tried again (J-7).
            Err(error @ JournalError::Sync { .. }) => return Err(SinkError::Prune(error)),
            Err(error) => tracing::warn!(error = &error as &dyn std::error::Error, "journal not pruned"),
        }
        Ok(())
    }
}

fn sequenced(entry: &Entry) -> Result<Sequenced, SinkError> {
    let record: Record = decode(&entry.payload).map_err(|source| SinkError::Decode { seq: entry.seq, source })?;
    Ok(Sequenced { seq: entry.seq, received_at: Instant(entry.appended_at_ms), record })
}

/// A record just behind the cursor that ClickHouse has taken, if the journal still has one.
fn proof(journal: &Journal, cursor_seq: u64, quarantine: &Quarantine) -> Option<Sequenced> {
    let first_seq = journal.usage().first_seq;
    let after = cursor_seq.saturating_sub(PROOF_RECORDS_MAX as u64).max(first_seq.saturating_sub(1));
    let batch = journal.reader(after).next(PROOF_RECORDS_MAX, BATCH_BYTES_MAX).ok()?;
    let taken = batch.records.iter().rev().filter(|entry| entry.seq <= cursor_seq && !quarantine.contains(entry.seq));
    taken.map(sequenced).find_map(Result::ok)
}

/// Waits until something is synced that isn't stored, and a moment longer unless there is a batch of it already.
/// False when the journal's writer has ended.
async fn more(synced: &mut watch::Receiver<u64>, state: &watch::Sender<SinkState>, stored: u64) -> bool {
    if synced.wait_for(|synced| *synced > stored).await.is_err() {
        return false;
    }
    if state.borrow().waiting_since.is_none() {
        state.send_modify(|state| state.waiting_since = Some(Timer::now()));
    }
    let deadline = Timer::now() + Duration::from_millis(LINGER_MS);
    let full = stored + BATCH_ROWS_MAX as u64;
    // Either outcome means that it is time; only a closed channel ends the waiting for good, at the next call.
    drop(timeout_at(deadline, synced.wait_for(|synced| *synced >= full)).await);
    true
}

#[cfg(test)]
mod tests;
