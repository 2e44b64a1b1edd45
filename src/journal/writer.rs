//! The writer: group commit, rolling, refusal without room (J-1, J-6, J-7).

use std::io;
use std::sync::Arc;

use metrics::{counter, histogram};
use tokio::sync::{oneshot, watch};
use tokio::time::Instant as Timer;

use super::disk::DiskFile;
use super::error::{disk_error, sync_error};
use super::queue::{Append, End, Queue};
use super::record::{Place, encode};
use super::segment::{self, Segment};
use super::{AppendError, Appended, Error, Options, Shared};

/// Kept allocated between two groups.
const BUFFER_KEPT_BYTES: usize = 1 << 20;

/// The only one who writes segments. Made by [`open`](super::open), run on a thread of its own.
pub struct Writer {
    shared: Arc<Shared>,
    queue: Arc<Queue>,
    synced: watch::Sender<u64>,
    options: Options,
    /// The last segment, its name and its synced length.
    file: Arc<dyn DiskFile>,
    segment: u64,
    synced_bytes: u64,
    /// Whether something was cut off behind them since the last sync.
    is_cut: bool,
    group: Group,
}

/// Frames for one write and one sync. They are counted nowhere else until they are synced.
struct Group {
    frames: Vec<u8>,
    waiting: Vec<Waiting>,
    next_seq: u64,
    newest_at_ms: i64,
}

struct Waiting {
    appended: Appended,
    answer: oneshot::Sender<Result<Appended, AppendError>>,
}

impl Writer {
    pub(super) fn new(
        shared: Arc<Shared>,
        queue: Arc<Queue>,
        synced: watch::Sender<u64>,
        options: Options,
        file: Arc<dyn DiskFile>,
    ) -> Writer {
        let state = shared.lock();
        let last = *state.segments.last().expect("recovery leaves at least one segment");
        let next_seq = state.synced_seq + 1;
        drop(state);
        let group = Group { frames: Vec::new(), waiting: Vec::new(), next_seq, newest_at_ms: last.newest_at_ms };
        Writer {
            shared,
            queue,
            synced,
            options,
            file,
            segment: last.first_seq,
            synced_bytes: last.bytes,
            is_cut: false,
            group,
        }
    }

    /// Writes what is appended until the journal is closed or its last handle is dropped, and what is queued then.
    /// Blocking: runs on its own thread.
    ///
    /// # Errors
    /// [`Error::Sync`] or [`Error::Disk`]: what is on disk isn't known any more and the process must end (J-7).
    /// Everyone who waits has been told [`AppendError::Failed`].
    pub fn run(mut self) -> Result<(), Error> {
        while let Some(appends) = self.queue.take() {
            self.commit_all(appends)?;
        }
        Ok(())
    }

    /// One turn: a group, or several if it goes across segments.
    pub(super) fn commit_all(&mut self, appends: Vec<Append>) -> Result<(), Error> {
        for append in appends {
            self.add(append)?;
        }
        self.commit()
    }

    fn add(&mut self, append: Append) -> Result<(), Error> {
        let bytes_used = self.shared.lock().bytes() + self.group.bytes();
        let bytes_max = self.options.journal_bytes_max;
        if bytes_used + append.bytes > bytes_max {
            let bytes_wanted = append.bytes;
            refuse(append.answer, AppendError::Full { bytes_used, bytes_max, bytes_wanted });
            return Ok(());
        }
        if self.is_over(append.bytes) {
            self.commit()?;
            // A group refused by a full disk may have made the roll unnecessary.
            if self.is_over(append.bytes) && self.roll()? == Room::None {
                refuse(append.answer, AppendError::DiskFull { bytes_wanted: append.bytes });
                return Ok(());
            }
        }
        let place = Place { segment: self.segment, offset: self.synced_bytes + self.group.bytes() };
        self.group.add(place, append);
        Ok(())
    }

    /// Whether a frame of `bytes` would go past the segment's bound. An empty segment takes any.
    fn is_over(&self, bytes: u64) -> bool {
        let segment_bytes = self.synced_bytes + self.group.bytes();
        segment_bytes > 0 && segment_bytes + bytes > self.options.segment_bytes_max
    }

    /// Writes and syncs the group, then tells readers and senders, in this order (J-1).
    fn commit(&mut self) -> Result<(), Error> {
        if self.group.waiting.is_empty() {
            return Ok(());
        }
        let name = segment::name(self.segment);
        let begun = Timer::now();
        match self.file.write_all_at(self.synced_bytes, &self.group.frames) {
            Ok(()) => {}
            Err(fault) if is_without_room(&fault) => {
                self.file.truncate(self.synced_bytes).map_err(disk_error("cut", &name))?;
                self.is_cut = true;
                self.refuse_group();
                return Ok(());
            }
            Err(source) => return Err(disk_error("write to", &name)(source)),
        }
        self.file.sync().map_err(sync_error(&name))?;
        histogram!("opcentre_journal_fsync_seconds").record(begun.elapsed().as_secs_f64());
        self.group.count();
        self.is_cut = false;
        self.synced_bytes += self.group.bytes();
        self.publish();
        for Waiting { appended, answer } in self.group.waiting.drain(..) {
            // An error means that the sender has gone away; the append stays.
            answer.send(Ok(appended)).ok();
        }
        self.group.clear_frames();
        Ok(())
    }

    fn publish(&mut self) {
        let last_seq = self.group.next_seq - 1;
        let mut state = self.shared.lock();
        assert!(last_seq > state.synced_seq, "J-2: the sequence increases");
        state.synced_seq = last_seq;
        let last = state.segments.last_mut().expect("the last segment is never pruned");
        last.bytes = self.synced_bytes;
        last.newest_at_ms = self.group.newest_at_ms;
        drop(state);
        self.synced.send_replace(last_seq);
    }

    /// Nobody has seen the group's sequences, so they are given again.
    fn refuse_group(&mut self) {
        let bytes_wanted = self.group.bytes();
        for Waiting { answer, .. } in self.group.waiting.drain(..) {
            refuse(answer, AppendError::DiskFull { bytes_wanted });
        }
        let state = self.shared.lock();
        self.group.next_seq = state.synced_seq + 1;
        self.group.newest_at_ms = state.segments.last().map_or(i64::MIN, |last| last.newest_at_ms);
        drop(state);
        self.group.clear_frames();
    }

    /// Goes on in a new segment. The former one is synced, the new one's name is before anything is written to it.
    fn roll(&mut self) -> Result<Room, Error> {
        if self.is_cut {
            // Or what was cut off could come back after a crash, and be damage in a segment that isn't the last.
            self.file.sync().map_err(sync_error(&segment::name(self.segment)))?;
            self.is_cut = false;
        }
        let first_seq = self.group.next_seq;
        let name = segment::name(first_seq);
        self.file = match self.shared.disk.create(&name) {
            Ok(file) => file,
            Err(fault) if is_without_room(&fault) => return Ok(Room::None),
            Err(source) => return Err(disk_error("create", &name)(source)),
        };
        self.shared.disk.sync_dir().map_err(sync_error("."))?;
        self.segment = first_seq;
        self.synced_bytes = 0;
        self.group.newest_at_ms = i64::MIN;
        self.shared.lock().segments.push(Segment { first_seq, bytes: 0, newest_at_ms: i64::MIN });
        Ok(Room::Made)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        for Waiting { answer, .. } in self.group.waiting.drain(..) {
            refuse(answer, AppendError::Failed);
        }
        // After a close this changes the answer for late appends only if it wasn't `run` that ended.
        if self.queue.check_open() != Err(AppendError::Closed) || self.queue.waiting().0 > 0 {
            self.queue.close(End::Failed);
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Room {
    Made,
    None,
}

impl Group {
    fn add(&mut self, place: Place, append: Append) {
        let Append { payloads, appended_at_ms, bytes, answer } = append;
        let before = self.bytes();
        encode(&mut self.frames, place, self.next_seq, appended_at_ms, &payloads);
        assert_eq!(self.bytes(), before + bytes, "a frame is as long as was reckoned for the bounds");
        let records = payloads.len() as u64;
        self.next_seq += records;
        self.newest_at_ms = self.newest_at_ms.max(appended_at_ms);
        self.waiting.push(Waiting { appended: Appended { records, last_seq: self.next_seq - 1 }, answer });
    }

    fn bytes(&self) -> u64 {
        self.frames.len() as u64
    }

    /// What was written, for whoever watches.
    fn count(&self) {
        let records: u64 = self.waiting.iter().map(|waiting| waiting.appended.records).sum();
        counter!("opcentre_journal_appends_total").increment(self.waiting.len() as u64);
        counter!("opcentre_journal_records_total").increment(records);
        counter!("opcentre_journal_written_bytes_total").increment(self.bytes());
    }

    fn clear_frames(&mut self) {
        self.frames.clear();
        self.frames.shrink_to(BUFFER_KEPT_BYTES);
    }
}

fn refuse(answer: oneshot::Sender<Result<Appended, AppendError>>, error: AppendError) {
    // An error means that the sender has gone away.
    answer.send(Err(error)).ok();
}

/// Full disk and used up quota come and go; anything else that a write answers isn't known to be harmless.
fn is_without_room(fault: &io::Error) -> bool {
    matches!(fault.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}
