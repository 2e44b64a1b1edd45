//! Which sources are sending old data: until it is all in, the figures of the units they feed are on their way.
//!
//! A source says so with each batch; it ends when the source says so, or when no such batch came for a while, and then
//! lasts until the figures hold its last record. [`Backfills::under`] answers for one unit, for screens, answers and
//! whoever raises alerts. What holds is kept among the small facts: it outlives the process.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::cube::View;
use crate::facts::{Change, Facts, FactsError, Shelf};
use crate::model::{Clock, Instant, Text};
use crate::units::{Hierarchy, UnitId};

use super::feeds::Feeds;

#[cfg(test)]
mod tests;

/// Every source that sends or sent old data, by its name.
const BACKFILLS: Shelf<Row> = Shelf::new("backfills");

/// How long one that is over stays in the list, for figures that lag behind.
const OVER_MS: i64 = 86_400_000;

/// How a source's old data stands.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Row {
    /// Its first batch, by the clock of records and figures.
    since_ms: i64,
    /// Its last batch, by the real clock.
    last_ms: i64,
    /// The last record that is journalled. After a start the figures hold all that was.
    #[serde(skip)]
    seq: u64,
    ended: bool,
}

/// That figures of a unit are on their way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mark {
    /// Whose old data is being sent.
    pub source: Text,
    /// Since when, RFC 3339 in the server's zone.
    pub since: String,
}

/// The sources that send old data. Clones are handles on the same ones.
#[derive(Clone)]
pub struct Backfills {
    facts: Facts,
    quiet_ms: i64,
    /// The real clock.
    wall: Clock,
    /// Held while the disk is waited for, so that reading the rows never waits for it.
    writing: Arc<Mutex<()>>,
    rows: Arc<RwLock<BTreeMap<Text, Row>>>,
}

impl Backfills {
    /// Reads what is kept. Old data without a further batch for `quiet` is over.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn open(facts: Facts, quiet: Duration, wall: Clock) -> Result<Backfills, FactsError> {
        let kept = facts.page(BACKFILLS, None, usize::MAX)?;
        let rows = kept.into_iter().map(|(name, row)| (Text::new(&String::from_utf8_lossy(&name)), row)).collect();
        let quiet_ms = i64::try_from(quiet.as_millis()).unwrap_or(i64::MAX);
        Ok(Backfills { facts, quiet_ms, wall, writing: Arc::default(), rows: Arc::new(RwLock::new(rows)) })
    }

    /// A batch of old data of a source is about to be journalled; `now` is the clock of records. Waits for the disk.
    ///
    /// # Errors
    /// When it can't be written down.
    pub fn begin(&self, source: &Text, now: Instant) -> Result<(), FactsError> {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let last_ms = (self.wall)().0;
        let known = self.read().get(source).copied();
        let going_on = known.filter(|row| self.is_sending(row));
        let since_ms = going_on.map_or(now.0, |row| row.since_ms);
        let row = Row { since_ms, last_ms, seq: known.map_or(0, |row| row.seq), ended: false };
        let mut change = Change::default();
        change.put(BACKFILLS, source.as_bytes(), &row)?;
        let is_old = |row: &Row| !self.is_sending(row) && last_ms - row.last_ms > OVER_MS;
        let over: Vec<Text> = self
            .read()
            .iter()
            .filter(|(name, row)| *name != source && is_old(row))
            .map(|(name, _)| name.clone())
            .collect();
        for name in &over {
            change.remove(BACKFILLS, name.as_bytes());
        }
        self.facts.commit(change)?;
        let mut rows = self.write();
        rows.insert(source.clone(), row);
        rows.retain(|name, _| !over.contains(name));
        Ok(())
    }

    /// The batch is journalled up to a sequence.
    pub fn reached(&self, source: &Text, seq: u64) {
        if let Some(row) = self.write().get_mut(source) {
            row.seq = row.seq.max(seq);
        }
    }

    /// The source says that this was all. Waits for the disk.
    ///
    /// # Errors
    /// When it can't be written down.
    pub fn end(&self, source: &Text) -> Result<(), FactsError> {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(row) = self.read().get(source).copied() else { return Ok(()) };
        let mut change = Change::default();
        change.put(BACKFILLS, source.as_bytes(), &Row { ended: true, ..row })?;
        self.facts.commit(change)?;
        if let Some(row) = self.write().get_mut(source) {
            row.ended = true;
        }
        Ok(())
    }

    /// Whether no source ever sent old data: there is nothing to look for.
    pub fn is_idle(&self) -> bool {
        self.read().is_empty()
    }

    /// Whose old data is on its way into the figures of a unit; an alert about a unit for which this isn't empty is of
    /// no worth. Sources are named only to those whom they concern by `feeds`.
    pub fn under(&self, view: &View, feeds: &Feeds, unit: UnitId) -> Vec<Mark> {
        let rows = self.read();
        let on_its_way = rows.iter().filter(|(_, row)| self.is_sending(row) || view.seq() < row.seq);
        let concerned = on_its_way.filter(|(source, _)| feeds_unit(source, view, feeds, unit));
        let mark = |(source, row): (&Text, &Row)| Mark {
            source: source.clone(),
            since: Instant(row.since_ms).to_rfc3339(view.zone()),
        };
        concerned.map(mark).collect()
    }

    // Rows are whole between any two statements, so a poisoned lock is read all the same.
    fn read(&self) -> RwLockReadGuard<'_, BTreeMap<Text, Row>> {
        self.rows.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, BTreeMap<Text, Row>> {
        self.rows.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_sending(&self, row: &Row) -> bool {
        !row.ended && (self.wall)().0 - row.last_ms < self.quiet_ms
    }
}

impl std::fmt::Debug for Backfills {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Backfills").field("rows", &self.read().len()).finish_non_exhaustive()
    }
}

/// Whether a source feeds a unit: by the units that its tokens are bound to and those that it is said to cover, as far
/// as either is known, the units above and below them included. What no unit explains may be fed by any source.
pub(super) fn feeds_unit(source: &Text, view: &View, feeds: &Feeds, unit: UnitId) -> bool {
    if unit == UnitId::UNRESOLVED {
        return true;
    }
    let tree = view.tree(Hierarchy::Now);
    let named = view.sources().get(source).map_or(&[][..], |fact| &fact.profile.units);
    let meets = |code: &Text| {
        let named = view.hierarchies().written_on(view.units(), code, view.today());
        named != UnitId::UNRESOLVED && (tree.covers(named, unit) || tree.covers(unit, named))
    };
    feeds.concern(source, view, unit) && (named.is_empty() || named.iter().any(meets))
}
