//! Verify: two independent implementations of one truth, brought to the same sequence and compared.
//!
//! The cube copies its figures at (seq S, instant T); the sink stores exactly up to S and holds; SQL computes every
//! measure of every unit and day in every perspective from the state tables at T, the same figures for whole windows
//! straight from the rules, the place of every unit, the KPIs and scores made of these, and folds the raw records again.
//! They must agree exactly.

mod comparison;
mod indicators;
mod same_day;
mod scores;

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::{Mutex, mpsc, oneshot, watch};
use tokio::time::{Instant as Timer, timeout};

use crate::cube::View;
use crate::model::Zone;
use crate::store::{Store, StoreError};

pub use comparison::{Compared, compare};
use comparison::{compare_figures, compare_raw, suspected};

use super::catalogues::Catalogues;
use super::live::SnapshotRequest;
use super::sink::{HoldRequest, SetAside, SinkState};

/// Differences listed in a report; more are only counted.
const DIFFERENCES_LISTED_MAX: usize = 1_000;

/// Why nothing could be compared.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// One at a time.
    #[error("another verification is running")]
    Busy,
    /// Still starting, or stopping.
    #[error("the figures are not ready")]
    NotReady,
    /// ClickHouse is away.
    #[error("ClickHouse is away")]
    Away,
    /// The sink didn't get there in time.
    #[error("ClickHouse did not store everything up to sequence {seq} within {waited_s} s")]
    Behind {
        /// What was to be stored.
        seq: u64,
        /// How long it was given.
        waited_s: u64,
    },
    /// The comparison took longer than the sink may be held.
    #[error("the comparison took longer than the {hold_s} s for which ClickHouse may be held")]
    TooLong {
        /// How long the sink was held.
        hold_s: u64,
    },
    /// ClickHouse refused a query.
    #[error("ClickHouse did not answer")]
    Store(#[from] StoreError),
}

/// What was compared and what differs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    /// Nothing differs.
    pub agree: bool,
    /// Both sides stood at this sequence.
    pub seq: u64,
    /// The instant the figures are about, RFC 3339.
    pub instant: String,
    /// This node.
    pub node: String,
    /// How many figures were compared.
    pub compared: u64,
    /// How long it took, milliseconds.
    pub took_ms: u64,
    /// How many figures differ.
    pub difference_count: u64,
    /// The first thousand of them.
    pub differences: Vec<Difference>,
    /// Records that ClickHouse refuses for good: the figures have them, its tables don't (S-5).
    #[serde(default)]
    pub quarantined: Vec<SetAside>,
}

/// One figure that differs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Difference {
    /// Which comparison: `day`, `window`, `unit`, `indicator`, `kpi`, `score` or `raw`.
    pub check: String,
    /// Code of the unit (and the first day of its version), or the key of the record.
    pub unit: String,
    /// Day or window.
    pub when: String,
    /// Name of the measure, register, KPI or part of an index.
    pub measure: String,
    /// What the cube has, or the state table in check `raw`.
    pub cube: String,
    /// What SQL makes of it, or the raw records in check `raw`.
    pub sql: String,
}

/// Runs verifications, one at a time.
#[derive(Clone)]
pub struct Verifier {
    /// To the live stage.
    pub snapshots: mpsc::Sender<SnapshotRequest>,
    /// To the sink.
    pub holds: mpsc::Sender<HoldRequest>,
    /// The store, while ClickHouse answers.
    pub stores: watch::Receiver<Option<Store>>,
    /// The zone of local days.
    pub zone: Zone,
    /// Whose KPIs, indicators and indices are compared.
    pub catalogues: Catalogues,
    /// This node.
    pub node: String,
    /// How the sink is.
    pub sink: watch::Receiver<SinkState>,
    /// How long the sink may be held.
    pub hold_max: Duration,
    /// Guards that only one runs: the sink can be held only once.
    pub running: Arc<Mutex<()>>,
}

impl Verifier {
    /// Compares everything at one sequence and instant.
    ///
    /// # Errors
    /// When nothing could be compared; differences are no error.
    pub async fn verify(&self) -> Result<Report, VerifyError> {
        let _alone = self.running.try_lock().map_err(|_| VerifyError::Busy)?;
        let begun = Timer::now();
        let store = self.stores.borrow().clone().ok_or(VerifyError::Away)?;
        let suspected = suspected(&store).await?;
        let (view, release) = self.align().await?;
        let catalogue = self.catalogues.now();
        let (compared, mut differences) = compare_figures(&store, &view, &self.zone, &catalogue).await?;
        differences.extend(compare_raw(&store, &suspected).await?);
        if release.is_closed() {
            // The sink went on by itself: what SQL saw may be past the figures.
            return Err(VerifyError::TooLong { hold_s: self.hold_max.as_secs() });
        }
        drop(release);
        Ok(Report {
            agree: differences.is_empty(),
            seq: view.seq(),
            instant: view.now().to_rfc3339(&self.zone),
            node: self.node.clone(),
            compared,
            took_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
            difference_count: differences.len() as u64,
            differences: differences.into_iter().take(DIFFERENCES_LISTED_MAX).collect(),
            quarantined: self.sink.borrow().quarantined.to_vec(),
        })
    }

    /// Stops the sink, copies the figures, lets the sink store exactly up to them.
    async fn align(&self) -> Result<(Arc<View>, oneshot::Sender<()>), VerifyError> {
        let (paused, is_paused) = oneshot::channel();
        let (target, target_given) = oneshot::channel();
        let (reached, is_reached) = oneshot::channel();
        let (release, released) = oneshot::channel();
        let hold = HoldRequest { paused, target: target_given, reached, release: released, hold_max: self.hold_max };
        let behind = |seq| VerifyError::Behind { seq, waited_s: self.hold_max.as_secs() };
        self.holds.send(hold).await.map_err(|_| VerifyError::NotReady)?;
        match timeout(self.hold_max, is_paused).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return Err(VerifyError::NotReady),
            Err(_) => return Err(behind(0)),
        }
        let (answer, snapshot) = oneshot::channel();
        self.snapshots.send(answer).await.map_err(|_| VerifyError::NotReady)?;
        let view = match timeout(self.hold_max, snapshot).await {
            Ok(Ok(view)) => view,
            _ => return Err(VerifyError::NotReady),
        };
        target.send(view.seq()).map_err(|_| behind(view.seq()))?;
        match timeout(self.hold_max, is_reached).await {
            Ok(Ok(reached)) if reached == view.seq() => Ok((view, release)),
            _ => Err(behind(view.seq())),
        }
    }
}
