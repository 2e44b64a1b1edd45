//! Refused lines, kept for a while so that they can be mended: without personal data, bounded in time, number and
//! bytes, for each source by itself.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::{Batch, Context, Rejection, read_batch};
use crate::facts::{Change, Facts, FactsError, Shelf, number_key};
use crate::model::{Instant, Record, Text};

/// How long a refused line is kept.
pub const KEPT_DAYS: i64 = 30;
/// Refused lines of one source; older ones go for newer ones.
pub const REJECTS_OF_SOURCE_MAX: usize = 10_000;
/// Refused lines of all sources.
pub const REJECTS_MAX: usize = 100_000;
/// Bytes of them.
pub const REJECTS_BYTES_MAX: usize = 64 << 20;
/// Rows read at once.
const PAGE_ROWS: usize = 1_000;

const REJECTS: Shelf<Reject> = Shelf::new("rejects");

/// A refused line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reject {
    /// Its number, in the order in which lines were refused.
    pub id: u64,
    /// Whose it is.
    pub source: Text,
    /// When it was refused last, milliseconds of real time.
    pub refused_at_ms: i64,
    /// How often the very same line was refused.
    pub times: u64,
    /// The line of its body.
    pub line: u64,
    /// JSON pointer to the faulty field.
    pub pointer: String,
    /// Why, for programs.
    pub code: String,
    /// Why, for people; what was sent stands in it only when it may be kept.
    pub reason: String,
    /// SHA-256 of the line.
    pub sha256: String,
    /// The fields that may be kept, a JSON object.
    pub kept: String,
    /// Known fields that were there and aren't kept.
    pub withheld: Vec<String>,
    /// Names of unknown fields.
    pub unknown: Vec<String>,
}

impl Reject {
    fn of(rejection: &Rejection, source: &Text, now: Instant) -> Reject {
        Reject {
            id: 0,
            source: source.clone(),
            refused_at_ms: now.0,
            times: 1,
            line: rejection.line,
            pointer: rejection.pointer.clone(),
            code: rejection.code.as_str().to_owned(),
            reason: rejection.kept_reason.clone(),
            sha256: rejection.hash.to_string(),
            kept: rejection.kept.clone(),
            withheld: rejection.withheld.clone(),
            unknown: rejection.unknown.clone(),
        }
    }

    /// Whether what is kept is the whole line, so that it can be checked again as it is.
    pub fn is_whole(&self) -> bool {
        self.withheld.is_empty() && self.unknown.is_empty() && self.kept != "{}" && self.code != "duplicate_field"
    }

    fn bytes(&self) -> usize {
        let texts = [&self.pointer, &self.code, &self.reason, &self.sha256, &self.kept];
        let names = self.withheld.iter().chain(&self.unknown);
        200 + self.source.len()
            + texts.iter().map(|text| text.len()).sum::<usize>()
            + names.map(String::len).sum::<usize>()
    }
}

/// What became of the lines that were checked again.
#[derive(Debug, Default)]
pub struct Rechecked {
    /// Records that pass today, with the line each comes from.
    pub records: Vec<(u64, Record)>,
    /// Lines still refused.
    pub refused: usize,
    /// Lines of which not everything is kept: they have to be mended or sent again.
    pub incomplete: usize,
}

/// All refused lines. Clones are handles on the same ones.
#[derive(Clone)]
pub struct Rejects {
    facts: Facts,
    /// Guards what is where, so that bounds hold; held over the disk's write, by those who may block.
    index: Arc<Mutex<Index>>,
}

#[derive(Debug, Default)]
struct Index {
    last_id: u64,
    bytes: usize,
    by_id: BTreeMap<u64, Place>,
    by_line: HashMap<(Text, String), u64>,
    by_source: BTreeMap<Text, VecDeque<u64>>,
}

#[derive(Debug)]
struct Place {
    source: Text,
    sha256: String,
    bytes: usize,
    refused_at_ms: i64,
    times: u64,
}

impl Rejects {
    /// Reads what is there.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn open(facts: Facts) -> Result<Rejects, FactsError> {
        let mut index = Index::default();
        let mut after: Option<Vec<u8>> = None;
        loop {
            let page = facts.page(REJECTS, after.as_deref(), PAGE_ROWS)?;
            let Some((last, _)) = page.last() else { break };
            after = Some(last.clone());
            page.iter().for_each(|(_, reject)| index.add(reject));
        }
        Ok(Rejects { facts, index: Arc::new(Mutex::new(index)) })
    }

    fn lock(&self) -> MutexGuard<'_, Index> {
        // The index is made of counters and keys; a panic in between leaves at worst a row that is found again at the
        // next start.
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps the refused lines of a batch. Blocks on the disk.
    ///
    /// # Errors
    /// When they can't be written: then none of them is kept.
    pub fn keep(&self, batch: &Batch, source: &Text, now: Instant) -> Result<(), FactsError> {
        if batch.rejections.is_empty() {
            return Ok(());
        }
        let mut index = self.lock();
        let mut change = Change::default();
        for rejection in &batch.rejections {
            let mut reject = Reject::of(rejection, source, now);
            let known = index.by_line.get(&(source.clone(), reject.sha256.clone())).copied();
            if let Some(id) = known {
                reject.times += index.by_id.get(&id).map_or(0, |before| before.times);
                index.remove(id);
                change.remove(REJECTS, &number_key(id));
            }
            index.last_id += 1;
            reject.id = index.last_id;
            index.add(&reject);
            change.put(REJECTS, &number_key(reject.id), &reject)?;
        }
        for id in index.surplus(source, now) {
            index.remove(id);
            change.remove(REJECTS, &number_key(id));
        }
        self.facts.commit(change)
    }

    /// A page of lines, of one source or of all, in the order in which they were refused, from behind `after` on.
    /// Those kept too long are no longer there.
    ///
    /// # Errors
    /// When they can't be read.
    pub fn list(
        &self,
        source: Option<&Text>,
        after: u64,
        rows_max: usize,
        now: Instant,
    ) -> Result<Vec<Reject>, FactsError> {
        let ids: Vec<u64> = {
            let index = self.lock();
            let later = index.by_id.range(after.saturating_add(1)..);
            let of_source = later.filter(|(_, place)| source.is_none_or(|source| place.source == *source));
            of_source.filter(|(_, place)| !is_old(place.refused_at_ms, now)).map(|(id, _)| *id).take(rows_max).collect()
        };
        let rows = ids.iter().map(|id| self.facts.get(REJECTS, &number_key(*id)));
        // One that went meanwhile isn't there.
        rows.filter_map(Result::transpose).collect()
    }

    /// One line, if it is still kept.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn get(&self, id: u64, now: Instant) -> Result<Option<Reject>, FactsError> {
        let reject = self.facts.get(REJECTS, &number_key(id))?;
        Ok(reject.filter(|reject| !is_old(reject.refused_at_ms, now)))
    }

    /// Lets lines go that were mended. Blocks on the disk.
    ///
    /// # Errors
    /// When it can't be written: they stay.
    pub fn remove(&self, ids: &[u64]) -> Result<(), FactsError> {
        let mut index = self.lock();
        let mut change = Change::default();
        for id in ids {
            index.remove(*id);
            change.remove(REJECTS, &number_key(*id));
        }
        self.facts.commit(change)
    }
}

impl Index {
    fn add(&mut self, reject: &Reject) {
        let (source, sha256) = (reject.source.clone(), reject.sha256.clone());
        self.last_id = self.last_id.max(reject.id);
        self.bytes += reject.bytes();
        self.by_line.insert((source.clone(), sha256.clone()), reject.id);
        self.by_source.entry(source.clone()).or_default().push_back(reject.id);
        let place =
            Place { source, sha256, bytes: reject.bytes(), refused_at_ms: reject.refused_at_ms, times: reject.times };
        self.by_id.insert(reject.id, place);
    }

    fn remove(&mut self, id: u64) {
        let Some(place) = self.by_id.remove(&id) else { return };
        self.bytes -= place.bytes;
        if let Some(ids) = self.by_source.get_mut(&place.source) {
            ids.retain(|other| *other != id);
        }
        self.by_line.remove(&(place.source, place.sha256));
    }

    /// What has to go: the too old, the oldest of a source with too many, the oldest of all when all are too many.
    fn surplus(&self, source: &Text, now: Instant) -> Vec<u64> {
        let old = self.by_id.iter().filter(|(_, place)| is_old(place.refused_at_ms, now)).map(|(id, _)| *id);
        let mut gone: Vec<u64> = old.collect();
        let of_source = self.by_source.get(source).map_or(0, VecDeque::len);
        let too_many = of_source.saturating_sub(REJECTS_OF_SOURCE_MAX);
        gone.extend(self.by_source.get(source).into_iter().flatten().take(too_many));
        gone.sort_unstable();
        gone.dedup();
        let gone_bytes =
            |gone: &[u64]| gone.iter().filter_map(|id| self.by_id.get(id)).map(|place| place.bytes).sum::<usize>();
        let (mut count, mut bytes) = (self.by_id.len() - gone.len(), self.bytes - gone_bytes(&gone));
        for (id, place) in &self.by_id {
            if count <= REJECTS_MAX && bytes <= REJECTS_BYTES_MAX {
                break;
            }
            if !gone.contains(id) {
                gone.push(*id);
                (count, bytes) = (count - 1, bytes - place.bytes);
            }
        }
        gone
    }
}

/// A clock that was set back says nothing about age.
fn is_old(refused_at_ms: i64, now: Instant) -> bool {
    now.0.saturating_sub(refused_at_ms) > KEPT_DAYS * 24 * 60 * 60 * 1000
}

/// Checks kept lines again by the rules of today.
pub fn recheck(rejects: &[Reject], context: &Context) -> Rechecked {
    let mut rechecked = Rechecked::default();
    for reject in rejects {
        if !reject.is_whole() {
            rechecked.incomplete += 1;
            continue;
        }
        let context = Context { source: reject.source.clone(), ..context.clone() };
        match read_batch(reject.kept.as_bytes(), None, None, &context) {
            Ok(batch) if batch.rejected == 0 && batch.received == 1 => {
                rechecked.records.extend(batch.records.into_iter().map(|record| (reject.id, record)));
            }
            _ => rechecked.refused += 1,
        }
    }
    rechecked
}

#[cfg(test)]
mod tests;
