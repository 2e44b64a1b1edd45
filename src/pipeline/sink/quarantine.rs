//! Records that ClickHouse refuses for good (S-5), each a file in the data dir, kept until it is stored after all.

use std::io;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::journal::{Disk, DiskFile};
use crate::model::Instant;
use crate::model::codec::{DecodeError, decode, encode};
use crate::store::Sequenced;

/// Records that are set aside at most. When so many are refused it isn't the records: the sink stands still and says so.
pub const QUARANTINE_RECORDS_MAX: usize = 1_000;
/// Kept of ClickHouse's words, in bytes.
const WORDS_BYTES_MAX: usize = 1_024;
/// Longer than any record with its reason.
const FILE_BYTES_MAX: u64 = 1 << 20;

const SUFFIX: &str = ".json";
const NEXT: &str = "next";

/// Why the quarantine can't be read or written.
#[derive(Debug, thiserror::Error)]
pub enum QuarantineError {
    /// The disk refuses.
    #[error("the quarantine's file {file} can't be read or written")]
    Disk {
        /// Its name.
        file: String,
        /// The system's answer.
        source: io::Error,
    },
    /// A file that isn't one of ours.
    #[error("the quarantine's file {file} holds no record")]
    Broken {
        /// Its name.
        file: String,
        /// Why.
        source: serde_json::Error,
    },
    /// A record of another version.
    #[error("the quarantine's file {file} can't be decoded")]
    Decode {
        /// Its name.
        file: String,
        /// Why.
        source: DecodeError,
    },
}

/// What is told of a record in quarantine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetAside {
    /// Its number in this node's journal.
    pub seq: u64,
    /// The code with which ClickHouse refuses it.
    pub code: u32,
    /// When it was refused first, milliseconds.
    pub since_ms: i64,
}

/// A file.
#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    seq: u64,
    code: u32,
    since_ms: i64,
    /// ClickHouse's words.
    words: String,
    received_at_ms: i64,
    /// The journal's payload, which is text.
    payload: String,
}

/// The records set aside, on disk and in memory.
pub struct Quarantine {
    disk: Arc<dyn Disk>,
    /// By sequence; few.
    kept: Vec<(SetAside, Sequenced)>,
}

impl Quarantine {
    /// Reads what was set aside before. A file that was being written when the process ended is none yet.
    ///
    /// # Errors
    /// See [`QuarantineError`]; without its records the figures would be wrong.
    pub fn load(disk: Arc<dyn Disk>) -> Result<Quarantine, QuarantineError> {
        let mut names = disk.list().map_err(fault("."))?;
        names.retain(|name| name.ends_with(SUFFIX));
        names.sort();
        let kept = names.iter().map(|name| read(&*disk, name)).collect::<Result<_, _>>()?;
        Ok(Quarantine { disk, kept })
    }

    /// What is in it, by sequence.
    pub fn list(&self) -> Arc<[SetAside]> {
        self.kept.iter().map(|(aside, _)| aside.clone()).collect()
    }

    /// Its records, by sequence.
    pub fn records(&self) -> impl Iterator<Item = &Sequenced> {
        self.kept.iter().map(|(_, sequenced)| sequenced)
    }

    /// Whether a record is in it.
    pub fn contains(&self, seq: u64) -> bool {
        self.kept.iter().any(|(aside, _)| aside.seq == seq)
    }

    /// Whether there is room for another.
    pub(super) fn has_room(&self) -> bool {
        self.kept.len() < QUARANTINE_RECORDS_MAX
    }

    /// Sets a record aside, durably.
    ///
    /// # Errors
    /// The disk's; nothing was set aside then.
    pub(super) fn set_aside(
        &mut self,
        record: &Sequenced,
        (code, words): (u32, &str),
        now: Instant,
    ) -> Result<(), QuarantineError> {
        let mut words = words.to_owned();
        words.truncate(words.floor_char_boundary(WORDS_BYTES_MAX));
        let payload = String::from_utf8_lossy(&encode(&record.record)).into_owned();
        let (seq, since_ms) = (record.seq, now.0);
        let entry = Entry { seq, code, since_ms, words, received_at_ms: record.received_at.0, payload };
        let name = file_name(seq);
        self.write(&name, &entry).map_err(fault(&name))?;
        if !self.contains(seq) {
            self.kept.push((SetAside { seq, code, since_ms }, record.clone()));
            self.kept.sort_by_key(|(aside, _)| aside.seq);
        }
        Ok(())
    }

    fn write(&self, name: &str, entry: &Entry) -> io::Result<()> {
        match self.disk.remove(NEXT) {
            Err(fault) if fault.kind() != io::ErrorKind::NotFound => return Err(fault),
            _ => {}
        }
        let content = serde_json::to_vec(entry).map_err(io::Error::other)?;
        let file = self.disk.create(NEXT)?;
        file.write_all_at(0, &content)?;
        file.sync()?;
        self.disk.rename(NEXT, name)?;
        self.disk.sync_dir()
    }

    /// Lets a record go that was stored after all.
    ///
    /// # Errors
    /// The disk's; it is stored, being kept as well does no harm.
    pub(super) fn release(&mut self, seq: u64) -> Result<(), QuarantineError> {
        let name = file_name(seq);
        self.disk.remove(&name).and_then(|()| self.disk.sync_dir()).map_err(fault(&name))?;
        self.kept.retain(|(aside, _)| aside.seq != seq);
        Ok(())
    }
}

fn file_name(seq: u64) -> String {
    format!("{seq:020}{SUFFIX}")
}

fn fault(file: &str) -> impl Fn(io::Error) -> QuarantineError + use<> {
    let file = file.to_owned();
    move |source| QuarantineError::Disk { file: file.clone(), source }
}

fn read(disk: &dyn Disk, name: &str) -> Result<(SetAside, Sequenced), QuarantineError> {
    let content = content(disk, name).map_err(fault(name))?;
    let file = || name.to_owned();
    let entry: Entry =
        serde_json::from_slice(&content).map_err(|source| QuarantineError::Broken { file: file(), source })?;
    let record = decode(entry.payload.as_bytes()).map_err(|source| QuarantineError::Decode { file: file(), source })?;
    let aside = SetAside { seq: entry.seq, code: entry.code, since_ms: entry.since_ms };
    Ok((aside, Sequenced { seq: entry.seq, received_at: Instant(entry.received_at_ms), record }))
}

fn content(disk: &dyn Disk, name: &str) -> io::Result<Vec<u8>> {
    let file: Arc<dyn DiskFile> = disk.open(name)?;
    let bytes = file.size()?.min(FILE_BYTES_MAX);
    let mut content = vec![0; usize::try_from(bytes).unwrap_or_default()];
    file.read_exact_at(0, &mut content)?;
    Ok(content)
}

#[cfg(test)]
mod tests;
