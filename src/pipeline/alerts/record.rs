//! An alert as it is kept: from its raising to its end.

use serde::{Deserialize, Serialize};

use crate::kpi::{Level, Lines, Side, Words};
use crate::model::{Decimal, Instant};

use super::{Figure, Key};

/// Who saw an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledged {
    /// The label of the token, or `local`.
    pub by: String,
    /// When, by the clock of the figures.
    pub at: Instant,
}

/// How an alert came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The figure is good again.
    Cleared,
    /// It is no longer watched.
    Withdrawn,
}

/// The end of an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cleared {
    /// When.
    pub at: Instant,
    /// How.
    pub how: Ending,
    /// The figure then; none when it is no longer watched.
    pub figure: Option<Figure>,
    /// Sequence of the view in which it was seen.
    pub seq: u64,
}

/// One alert, from its raising to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// Its number in this data dir.
    pub id: u64,
    /// Of which rule and of what.
    pub key: Key,
    /// What the unit or source was called.
    pub name: String,
    /// Version of the rule's definition.
    pub version: String,
    /// How grave.
    pub level: Level,
    /// The rule's name.
    pub label: Words,
    /// The sentence with its placeholders.
    pub sentence: Words,
    /// Where the bad side is, the threshold and the line at which it is over; none of a silent source.
    pub side: Option<Side>,
    /// See `side`.
    pub threshold: Option<Decimal>,
    /// See `side`.
    pub clear: Option<Decimal>,
    /// Whether it may take over a wall.
    pub takeover: bool,
    /// Since when the figure is past the threshold.
    pub since: Instant,
    /// When it was raised.
    pub raised_at: Instant,
    /// The end of the quiet hours in which it was raised.
    pub told_from: Option<Instant>,
    /// The figure when it was raised.
    pub raised: Figure,
    /// Sequence of the view in which it was raised.
    pub seq: u64,
    /// By whom it was seen.
    pub acknowledged: Option<Acknowledged>,
    /// Its end.
    pub cleared: Option<Cleared>,
    /// The newest figure that is known, while it is open; what is known no more is none.
    #[serde(skip)]
    pub newest: Option<Figure>,
}

impl Alert {
    /// The figure that its sentence tells: the newest one, else that of its raising.
    pub fn figure(&self) -> Figure {
        self.newest.unwrap_or(self.raised)
    }

    /// The lines it was raised by.
    pub fn lines(&self) -> Option<Lines> {
        Some(Lines { side: self.side?, threshold: self.threshold?, clear: self.clear? })
    }
}
