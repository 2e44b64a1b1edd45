//! The cursor file: up to where the sink has stored the journal. The only durable cursor.

use std::io;

use bytes::{Buf, BufMut};
use crc32fast::hash;

use super::Error;
use super::disk::Disk;
use super::error::{disk_error, sync_error};

const FILE: &str = "cursor";
const FILE_NEXT: &str = "cursor.next";
const MAGIC: [u8; 4] = *b"OCC1";
const FILE_BYTES: usize = 24;

/// A position in the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// Everything up to and with this sequence is stored.
    pub seq: u64,
    /// Receiving time of that record, milliseconds since 1970.
    pub at_ms: i64,
}

impl Cursor {
    /// The stored cursor; None if none was ever stored.
    ///
    /// # Errors
    /// [`Error::BrokenCursor`] if the file isn't a whole cursor (it isn't taken as 0: sequences would be given
    /// again), [`Error::Disk`].
    pub fn load(disk: &dyn Disk) -> Result<Option<Cursor>, Error> {
        let file = match disk.open(FILE) {
            Ok(file) => file,
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(disk_error("open", FILE)(source)),
        };
        let bytes = file.size().map_err(disk_error("measure", FILE))?;
        let mut content = [0; FILE_BYTES];
        if bytes != FILE_BYTES as u64 {
            return Err(Error::BrokenCursor { file: FILE.to_owned(), bytes });
        }
        file.read_exact_at(0, &mut content).map_err(disk_error("read", FILE))?;
        decode(&content).map(Some).ok_or(Error::BrokenCursor { file: FILE.to_owned(), bytes })
    }

    /// Stores the cursor durably in place of the former one; after a crash it is one or the other.
    ///
    /// # Errors
    /// [`Error::Disk`], [`Error::Sync`].
    pub fn store(&self, disk: &dyn Disk) -> Result<(), Error> {
        // One that a crash left is written over, not made anew: should only the rename survive the next crash, it must
        // not give the cursor's name to the former content.
        let file = match disk.open(FILE_NEXT) {
            Ok(file) => file,
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => {
                disk.create(FILE_NEXT).map_err(disk_error("create", FILE_NEXT))?
            }
            Err(source) => return Err(disk_error("open", FILE_NEXT)(source)),
        };
        file.truncate(FILE_BYTES as u64).map_err(disk_error("cut", FILE_NEXT))?;
        file.write_all_at(0, &encode(*self)).map_err(disk_error("write to", FILE_NEXT))?;
        file.sync().map_err(sync_error(FILE_NEXT))?;
        disk.rename(FILE_NEXT, FILE).map_err(disk_error("rename", FILE_NEXT))?;
        disk.sync_dir().map_err(sync_error("."))
    }
}

fn encode(cursor: Cursor) -> Vec<u8> {
    let mut content = Vec::with_capacity(FILE_BYTES);
    content.put_slice(&MAGIC);
    content.put_u64_le(cursor.seq);
    content.put_i64_le(cursor.at_ms);
    content.put_u32_le(hash(&content));
    content
}

fn decode(content: &[u8; FILE_BYTES]) -> Option<Cursor> {
    let (covered, mut checksum) = content.split_at(FILE_BYTES - 4);
    let mut fields = covered.strip_prefix(&MAGIC)?;
    let cursor = Cursor { seq: fields.get_u64_le(), at_ms: fields.get_i64_le() };
    (checksum.get_u32_le() == hash(covered)).then_some(cursor)
}
