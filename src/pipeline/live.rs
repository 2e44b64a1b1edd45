//! The live stage: synced journal records and the clock into the cube, the cube's view out to everybody.
//!
//! One task owns the cube. Each round it applies all that is synced, moves the clock, hands out the new view and
//! stamps the pulse; a screen whose pulse grows old knows that figures stand still, whatever the socket says.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use metrics::gauge;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant as Timer, MissedTickBehavior, interval};

use crate::cube::{Cube, View};
use crate::journal::{Batch, ReadError, Reader};
use crate::model::codec::{DecodeError, decode};
use crate::model::{Clock, Contact, Instant, Text};

use super::screens::Screens;
use super::stopped;

/// Records applied between two views.
const APPLY_RECORDS_MAX: usize = 20_000;
/// Payload bytes read at once.
const READ_BYTES_MAX: usize = 8 << 20;
/// The clock moves at least this often.
const TICK_MS: u64 = 250;
/// Views that wait for the stage at once.
pub const SNAPSHOT_REQUESTS_MAX: usize = 16;

/// Why the live stage ended.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    /// The journal can't be read.
    #[error("the live stage can't read the journal")]
    Read(#[from] ReadError),
    /// A record is not readable by this program.
    #[error("the live stage can't decode record {seq}")]
    Decode {
        /// Its sequence.
        seq: u64,
        /// Why.
        source: DecodeError,
    },
}

/// Asks for the view after everything synced at the time of asking.
pub type SnapshotRequest = oneshot::Sender<Arc<View>>;

/// The stage with all it needs.
pub struct Live {
    /// The seeded cube.
    pub cube: Cube,
    /// The journal from where the seed ends.
    pub reader: Reader,
    /// The last synced sequence.
    pub synced: watch::Receiver<u64>,
    /// The clock of records and figures.
    pub clock: Clock,
    /// Where the newest view goes.
    pub views: watch::Sender<Option<Arc<View>>>,
    /// Who asks for a view of this very moment.
    pub requests: mpsc::Receiver<SnapshotRequest>,
    /// The screens' topics.
    pub screens: Screens,
    /// For tests: while this file exists the stage stands still.
    pub fault_hang: Option<PathBuf>,
    /// No view is handed out before this sequence is reached: what was synced at the start.
    pub replay_to: u64,
    /// Whether it was.
    pub replayed: bool,
}

impl Live {
    /// Runs until `stop` says so.
    ///
    /// # Errors
    /// When the journal can't be read or holds what this program doesn't know.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) -> Result<(), LiveError> {
        let mut ticks = interval(Duration::from_millis(TICK_MS));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let request = tokio::select! {
                () = stopped(&mut stop) => return Ok(()),
                _ = ticks.tick() => None,
                () = self.screens.wanted() => None,
                () = self.screens.due() => None,
                changed = self.synced.changed() => {
                    if changed.is_err() {
                        // The journal's writer has ended; the clock goes on until the process stops.
                        ticks.tick().await;
                    }
                    None
                }
                Some(request) = self.requests.recv() => Some(request),
            };
            self.hang_if_told().await;
            self.catch_up()?;
            if let Some(request) = request {
                // Who compares figures needs those of the records, not those of a hierarchy half read.
                self.cube.settle();
                // The asker may have gone; nothing is owed then.
                drop(request.send(Arc::new(self.cube.view())));
            }
        }
    }

    /// Applies everything that is synced now, with a view after each portion.
    fn catch_up(&mut self) -> Result<(), LiveError> {
        let target = *self.synced.borrow_and_update();
        let mut begun = Timer::now();
        loop {
            let batch = self.reader.next(APPLY_RECORDS_MAX, READ_BYTES_MAX)?;
            let reached = apply(&mut self.cube, &batch)?;
            self.say_lag(&batch);
            let done = batch.is_empty() || reached >= target;
            self.replayed |= reached >= self.replay_to || (batch.is_empty() && done);
            // Figures of a journal half replayed are of no moment that ever was: nobody sees them.
            if self.replayed && (done || begun.elapsed() > Duration::from_millis(TICK_MS)) {
                begun = Timer::now();
                self.cube.tick((self.clock)());
                let view = Arc::new(self.cube.view());
                self.views.send_replace(Some(view.clone()));
                self.screens.show(&view);
                if done {
                    // Not while it lags behind: figures that catch up are not live.
                    self.screens.beat();
                }
            }
            if done {
                return Ok(());
            }
        }
    }

    /// How old the newest record of a batch is when it is applied.
    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
    fn say_lag(&self, batch: &Batch) {
        let newest = batch.records.last().map(|record| record.appended_at_ms);
        let lag_ms = newest.map_or(0, |at_ms| ((self.clock)().0 - at_ms).max(0));
        gauge!("opcentre_cube_lag_seconds").set(lag_ms as f64 / 1_000.0);
    }

    async fn hang_if_told(&self) {
        let Some(file) = &self.fault_hang else { return };
        while file.exists() {
            tokio::time::sleep(Duration::from_millis(TICK_MS)).await;
        }
    }
}

/// Applies a batch of the journal to the cube; the last sequence it reached.
///
/// # Errors
/// When a payload is not readable by this program.
pub fn apply(cube: &mut Cube, batch: &Batch) -> Result<u64, LiveError> {
    for gap in &batch.gaps {
        tracing::error!(
            gap.first_seq,
            gap.last_seq,
            "the journal is damaged here; these records are not in the figures"
        );
    }
    let mut contacts: BTreeMap<Text, Instant> = BTreeMap::new();
    let mut records = Vec::with_capacity(batch.records.len());
    for entry in &batch.records {
        let record = decode(&entry.payload).map_err(|source| LiveError::Decode { seq: entry.seq, source })?;
        if let Some(source) = record.source() {
            let newest = contacts.entry(source.clone()).or_insert(Instant(entry.appended_at_ms));
            *newest = (*newest).max(Instant(entry.appended_at_ms));
        }
        records.push(record);
    }
    let last_record = batch.records.last().map_or(0, |record| record.seq);
    let last_gap = batch.gaps.last().map_or(0, |gap| gap.last_seq);
    let reached = last_record.max(last_gap);
    cube.apply(records, reached);
    for (source, at) in contacts {
        cube.apply_contact(Contact { source, at });
    }
    Ok(reached)
}
