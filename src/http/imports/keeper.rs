//! What is kept of imports: which records of this node's journal each one brought.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::facts::{Change, Facts, FactsError, Shelf, number_key};
use crate::model::{Instant, Text};

/// Every import, by its number.
const IMPORTS: Shelf<Import> = Shelf::new("imports");

/// The number of the next import; a row under the empty key.
const NEXT: Shelf<u64> = Shelf::new("imports_next");
/// Imports that are kept: an older one can't be taken back any more.
const IMPORTS_MAX: u64 = 10_000;

/// One import: a file that was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Import {
    pub(super) source: Text,
    /// The file's name, without its folder.
    pub(super) file: String,
    /// SHA-256 of the file, in hexadecimal.
    pub(super) sha256: String,
    /// When it began and when it was heard of last, by the receiving clock.
    pub(super) begun_ms: i64,
    pub(super) last_ms: i64,
    /// Id of the token by which it was sent; none in open mode.
    pub(super) by: Option<Text>,
    /// Lines that were sent and those of them that were accepted; a request that was sent again counts twice.
    pub(super) received: u64,
    pub(super) accepted: u64,
    /// First and last sequences of the accepted records, ascending.
    pub(super) ranges: Vec<(u64, u64)>,
    /// When it was taken back, by the receiving clock.
    #[serde(default)]
    pub(super) undone_ms: Option<i64>,
    /// First and last sequences of the records by which it was.
    #[serde(default)]
    pub(super) undo_ranges: Vec<(u64, u64)>,
}

/// All imports of a data dir. Clones are handles on the same ones.
#[derive(Clone, Debug)]
pub struct Imports {
    facts: Facts,
    /// Held while a row is read and written again.
    writing: Arc<std::sync::Mutex<()>>,
    /// Held by requests that are a part of an import, and alone while one is taken back: then none is under way.
    pub(super) requests: Arc<tokio::sync::RwLock<()>>,
}

impl Imports {
    /// Those of a data dir.
    pub fn new(facts: Facts) -> Imports {
        Imports { facts, writing: Arc::default(), requests: Arc::default() }
    }

    /// Notes a new import; its number.
    pub(super) fn begin(&self, import: &Import) -> Result<u64, FactsError> {
        let _alone = self.writing.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let id = self.facts.get(NEXT, b"")?.unwrap_or(1);
        let mut change = Change::default();
        change.put(IMPORTS, &number_key(id), import)?;
        change.put(NEXT, b"", &(id + 1))?;
        if let Some(oldest) = id.checked_sub(IMPORTS_MAX) {
            change.remove(IMPORTS, &number_key(oldest));
        }
        self.facts.commit(change)?;
        Ok(id)
    }

    /// One import.
    pub(super) fn get(&self, id: u64) -> Result<Option<Import>, FactsError> {
        self.facts.get(IMPORTS, &number_key(id))
    }

    /// All imports with their numbers, the oldest first.
    pub(super) fn all(&self) -> Result<Vec<(u64, Import)>, FactsError> {
        let rows = self.facts.page(IMPORTS, None, usize::MAX)?;
        Ok(rows.into_iter().filter_map(|(key, import)| Some((crate::facts::key_number(&key)?, import))).collect())
    }

    /// Changes one import; nothing happens when there is none of this number. Waits for the disk.
    pub(super) fn change(&self, id: u64, change: impl FnOnce(&mut Import)) -> Result<(), FactsError> {
        let _alone = self.writing.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let Some(mut import) = self.get(id)? else { return Ok(()) };
        change(&mut import);
        let mut written = Change::default();
        written.put(IMPORTS, &number_key(id), &import)?;
        self.facts.commit(written)
    }
}

/// Lines of one request.
#[derive(Clone, Copy, Debug)]
pub(in crate::http) struct Sent {
    pub(in crate::http) received: usize,
    pub(in crate::http) accepted: usize,
    /// First and last sequences of the accepted ones.
    pub(in crate::http) range: Option<(u64, u64)>,
    pub(in crate::http) at: Instant,
}

impl Import {
    /// Adds a request.
    pub(super) fn add(&mut self, sent: Sent) {
        self.received += sent.received as u64;
        self.accepted += sent.accepted as u64;
        self.last_ms = self.last_ms.max(sent.at.0);
        if let Some(range) = sent.range {
            add_range(&mut self.ranges, range);
        }
    }
}

/// Adds sequences, in whatever order requests end.
pub(super) fn add_range(ranges: &mut Vec<(u64, u64)>, range: (u64, u64)) {
    let place = ranges.partition_point(|known| known.0 < range.0);
    ranges.insert(place, range);
    ranges.dedup_by(|next, kept| {
        let follows = next.0 == kept.1 + 1;
        if follows {
            kept.1 = next.1;
        }
        follows
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_that_follow_are_one_range() {
        let mut ranges = Vec::new();
        for range in [(11, 20), (1, 5), (6, 10), (30, 30)] {
            add_range(&mut ranges, range);
        }
        assert_eq!(ranges, [(1, 20), (30, 30)]);
    }
}
