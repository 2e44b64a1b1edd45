//! The journal: an append-only, checksummed, segmented log of opaque bytes on local disk; the only queue.
//!
//! Constraints: one process per directory; one [`Writer`]; any number of [`Reader`]s on the live journal; bounded in
//! bytes on disk and in its queue; it knows neither records nor clocks (J-3, times are arguments).
//!
//! **Segments** are files `<first sequence, 20 digits>.journal`, a row of frames with nothing between them, so
//! that a sequence finds its file by name. The last one is written, the others were synced before it was made.
//! **A frame is a commit**: the records of one append call, never across segments, little-endian:
//! `magic "OCJ1" | body bytes u32 | first seq u64 | appended at ms i64 | records u32 | header crc u32 | body | frame
//! crc u32`, the body being `bytes u32 | payload` per record. Both checksums also cover the segment's name and the
//! frame's offset, so that frame bytes inside a payload, or left from elsewhere, are no frame.
//!
//! **Writing**: the writer takes everything queued, writes the frames, calls fdatasync once, and only then
//! tells readers and senders (J-1). Without room it cuts the file back to what is synced and refuses (J-6); any
//! other failed write and every failed sync ends it (J-7): what the kernel then holds isn't known.
//!
//! **Recovery** reads all segments. A bad frame with a whole one (or a later segment) behind it is damage: it stays
//! on disk, is named, and readers are told the missing sequences. Bad bytes at the very end are a torn tail,
//! written but never acknowledged: cut. What remains is synced before anybody is served (J-4). The next sequence
//! is one past the journal's, the last segment's name and the sink's cursor (J-2).
//!
//! **Pruning** deletes whole segments, oldest first, that the sink's [`Cursor`] is an hour past (J-5).

mod error;
mod disk;
mod record;
mod segment;
mod recovery;
mod queue;
mod writer;
mod reader;
mod cursor;
mod prune;

#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::{oneshot, watch};

pub use cursor::Cursor;
pub use disk::{Disk, DiskFile, RealDisk};
pub use error::{AppendError, Error};
pub use prune::Pruned;
pub use reader::{Batch, Gap, ReadError, Reader};
pub use record::Record;
pub use recovery::{Damage, Recovery};
pub use writer::Writer;

use queue::{Append, End, Queue};
use record::frame_bytes;
use segment::Segment;

/// Bounds of a journal. They are checked against one another by [`open`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// A segment isn't written past this many bytes. At least `append_bytes_max`. 64 MiB.
    pub segment_bytes_max: u64,
    /// All segments together; past it appends are refused (J-6). At least two segments, because the last one is
    /// never pruned. 8 GiB.
    pub journal_bytes_max: u64,
    /// One append's frame: its payloads, 4 bytes for each, and 36. At most 4 GiB. 32 MiB.
    pub append_bytes_max: u64,
    /// Appends waiting for the writer; past it they are refused as busy. 1,024.
    pub queue_appends_max: usize,
    /// Frame bytes waiting for the writer. At least `append_bytes_max`. As the writer takes the whole queue at once
    /// and encodes it, memory is up to three times this. 64 MiB.
    pub queue_bytes_max: u64,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            segment_bytes_max: 64 << 20,
            journal_bytes_max: 8 << 30,
            append_bytes_max: 32 << 20,
            queue_appends_max: 1024,
            queue_bytes_max: 64 << 20,
        }
    }
}

impl Options {
    fn check(&self) -> Result<(), Error> {
        let at_least = |setting, value, least| match value >= least {
            true => Ok(()),
            false => Err(Error::OptionTooSmall { setting, value, least }),
        };
        if self.append_bytes_max > u64::from(u32::MAX) {
            return Err(Error::AppendBoundTooGreat { append_bytes_max: self.append_bytes_max });
        }
        at_least("segment_bytes_max", self.segment_bytes_max, self.append_bytes_max)?;
        at_least("journal_bytes_max", self.journal_bytes_max, self.segment_bytes_max.saturating_mul(2))?;
        at_least("queue_bytes_max", self.queue_bytes_max, self.append_bytes_max)?;
        at_least("queue_appends_max", self.queue_appends_max as u64, 1)
    }
}

/// An acknowledged append.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// Number of records, 0 for an append without payloads.
    pub records: u64,
    /// Sequence of the last of them; for an append without payloads, of the last one synced before it.
    pub last_seq: u64,
}

impl Appended {
    /// The sequences given, in the order of the payloads; empty for an append without payloads.
    pub fn seqs(&self) -> std::ops::Range<u64> {
        self.last_seq + 1 - self.records..self.last_seq + 1
    }
}

/// How full a journal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Bytes of all segments, synced.
    pub bytes: u64,
    /// `Options::journal_bytes_max`.
    pub bytes_max: u64,
    /// Number of segments.
    pub segments: usize,
    /// The first sequence that a reader may ask for (as `after_seq`, one less).
    pub first_seq: u64,
    /// The last synced sequence.
    pub last_seq: u64,
    /// Appends waiting for the writer.
    pub queued_appends: usize,
    /// Their frames' bytes.
    pub queued_bytes: u64,
}

/// Recovers the journal on `disk` and opens it.
///
/// `cursor_floor` is the sequence of the sink's cursor (0 if there is none): sequences up to it are never given
/// again even if the journal lost them (J-2). `now_ms` dates segments in which no frame is readable.
///
/// # Errors
/// [`Error::Disk`], [`Error::Sync`], and the two about bounds that don't fit one another. Damage isn't an error, see
/// [`Recovery::damage`].
pub fn open(
    disk: Arc<dyn Disk>,
    options: Options,
    cursor_floor: u64,
    now_ms: i64,
) -> Result<(Journal, Writer, Recovery), Error> {
    options.check()?;
    let recovered = recovery::recover(&*disk, cursor_floor, now_ms)?;
    let last_seq = recovered.report.last_seq;
    let shared = Arc::new(Shared {
        disk,
        state: Mutex::new(SharedState { segments: recovered.segments, synced_seq: last_seq }),
    });
    let queue = Arc::new(Queue::new(&options));
    let (synced_sender, synced) = watch::channel(last_seq);
    let writer = Writer::new(shared.clone(), queue.clone(), synced_sender, options, recovered.last_file);
    let journal = Journal { inner: Arc::new(Inner { shared, queue, synced, options }) };
    Ok((journal, writer, recovered.report))
}

/// A handle to an open journal; cheap to clone. When the last one is dropped the writer finishes and ends.
#[derive(Clone)]
pub struct Journal {
    inner: Arc<Inner>,
}

struct Inner {
    shared: Arc<Shared>,
    queue: Arc<Queue>,
    synced: watch::Receiver<u64>,
    options: Options,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.queue.close(End::Closed);
    }
}

impl Journal {
    /// Appends `payloads` as one commit, received at `appended_at_ms`; resolves after fdatasync (J-1). All of them are
    /// kept or none. Dropping the future doesn't take the append back.
    ///
    /// # Errors
    /// See [`AppendError`].
    pub async fn append(&self, payloads: Vec<Bytes>, appended_at_ms: i64) -> Result<Appended, AppendError> {
        if payloads.is_empty() {
            self.inner.queue.check_open()?;
            return Ok(Appended { records: 0, last_seq: *self.inner.synced.borrow() });
        }
        let bytes = frame_bytes(&payloads);
        let bytes_max = self.inner.options.append_bytes_max;
        if bytes > bytes_max {
            return Err(AppendError::TooLarge { bytes, bytes_max });
        }
        let (answer, answered) = oneshot::channel();
        self.inner.queue.push(Append { payloads, appended_at_ms, bytes, answer })?;
        // A dropped sender means that the writer ended with the append in its hands.
        answered.await.unwrap_or(Err(AppendError::Failed))
    }

    /// The last synced sequence, which is the last one that readers can see. The channel closes when the writer ends.
    pub fn synced(&self) -> watch::Receiver<u64> {
        self.inner.synced.clone()
    }

    /// A reader of everything after `after_seq`.
    pub fn reader(&self, after_seq: u64) -> Reader {
        Reader::new(self.inner.shared.clone(), after_seq)
    }

    /// Deletes the segments that the sink's cursor is an hour past (J-5). Blocking.
    ///
    /// # Errors
    /// [`Error::Disk`] or [`Error::Sync`]; the segments that are still there stay readable.
    pub fn prune(&self, cursor: Cursor, now_ms: i64) -> Result<Pruned, Error> {
        prune::prune(&self.inner.shared, cursor, now_ms)
    }

    /// How full the journal is.
    pub fn usage(&self) -> Usage {
        let (queued_appends, queued_bytes) = self.inner.queue.waiting();
        let state = self.inner.shared.lock();
        Usage {
            bytes: state.bytes(),
            bytes_max: self.inner.options.journal_bytes_max,
            segments: state.segments.len(),
            first_seq: state.segments.first().map_or(state.synced_seq + 1, |segment| segment.first_seq),
            last_seq: state.synced_seq,
            queued_appends,
            queued_bytes,
        }
    }

    /// Refuses further appends from now on; the writer finishes what is queued and ends.
    pub fn close(&self) {
        self.inner.queue.close(End::Closed);
    }
}

/// What writer, readers and prune know together.
struct Shared {
    disk: Arc<dyn Disk>,
    /// Guards the list of segments and the synced end, so that a reader sees both of one moment; never held over I/O.
    state: Mutex<SharedState>,
}

struct SharedState {
    /// Oldest first, never empty; the last one is being written.
    segments: Vec<Segment>,
    synced_seq: u64,
}

impl SharedState {
    fn bytes(&self) -> u64 {
        self.segments.iter().map(|segment| segment.bytes).sum()
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, SharedState> {
        // Every change under the lock is a few assignments that can't panic, so a poisoned state is still whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
