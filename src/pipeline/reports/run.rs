//! A run as it is kept: from its time to its files.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::kpi::Words;
use crate::model::{Instant, Period, Text};

/// How a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Its time has come; it is made as soon as it can be.
    Waiting,
    /// It was made.
    Made,
    /// It was tried and given up.
    Failed,
}

/// One report of one unit and one period, as the schedule brought it about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportRun {
    /// Its number in this data dir.
    pub number: u64,
    /// Id of the report.
    pub report: String,
    /// Its title.
    pub title: Words,
    /// Code of the unit.
    pub unit: Text,
    /// What the unit was called.
    pub name: String,
    /// Of which period.
    pub period: Period,
    /// When it should be made.
    pub at: Instant,
    /// How it stands.
    pub state: RunState,
    /// Failed tries.
    pub tries: u32,
    /// Why it waits or failed.
    pub why: Option<String>,
    /// When it is tried next; of one that failed when that was.
    pub next_at: Instant,
    /// What was made.
    pub made: Option<Made>,
}

/// What was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// When, by the clock of the figures.
    pub at: Instant,
    /// So long after its time that it says so.
    pub is_late: bool,
    /// The last record in its figures.
    pub seq: u64,
    /// Which closing they are from; none of current figures.
    pub closing: Option<u32>,
    /// How many pages it has.
    pub pages: usize,
    /// Whose old data was on its way.
    pub backfill: Vec<Text>,
    /// To whom it goes.
    pub to: Vec<String>,
    /// By which message each of them was told: a number of the outbox.
    #[serde(default)]
    pub messages: BTreeMap<String, u64>,
    /// Its files are still there.
    pub is_kept: bool,
}
