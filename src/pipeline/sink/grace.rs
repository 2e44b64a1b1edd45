//! What is stored long enough: the hour that a segment is kept behind the cursor (J-5), by real time.
//!
//! Real time passes also when the clock of records stands still (`--now`) or was set to another year. It isn't kept
//! over restarts: a server just started keeps what it finds for another hour.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant as Timer;

/// How long a stored record stays in the journal.
pub(super) const KEPT: Duration = Duration::from_secs(60 * 60);
/// How often the cursor is noted; also how often the journal is pruned.
pub(super) const EVERY: Duration = Duration::from_secs(60);

/// Where the cursor stood when, for somewhat more than an hour.
#[derive(Debug, Default)]
pub(super) struct Grace {
    /// Oldest first; at most one a minute.
    marks: VecDeque<(Timer, u64)>,
}

impl Grace {
    /// Whether it is time to note the cursor again.
    pub(super) fn is_due(&self, now: Timer) -> bool {
        self.marks.back().is_none_or(|(at, _)| now.duration_since(*at) >= EVERY)
    }

    /// Notes where the cursor stands; the sequence up to which everything has been stored for an hour.
    pub(super) fn note(&mut self, now: Timer, seq: u64) -> Option<u64> {
        self.marks.push_back((now, seq));
        let is_past = |mark: &(Timer, u64)| now.duration_since(mark.0) >= KEPT;
        while self.marks.get(1).is_some_and(is_past) {
            self.marks.pop_front();
        }
        self.marks.front().filter(|mark| is_past(mark)).map(|(_, seq)| *seq)
    }
}

#[cfg(test)]
mod tests;
