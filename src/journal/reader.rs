//! Readers: batches of synced records in order, with the gaps that damage left (J-4).

use std::io;
use std::sync::Arc;

use super::Shared;
use super::record::{Frame, Record};
use super::segment::{self, Scanner, Segment, Step};

/// What [`Reader::next`] gives: all that lies between the former batch and the last of these records and gaps.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Batch {
    /// Records in the order of their sequences.
    pub records: Vec<Record>,
    /// Sequences that can't be read any more, in order.
    pub gaps: Vec<Gap>,
}

impl Batch {
    /// Whether the reader has caught up.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty() && self.gaps.is_empty()
    }
}

/// Sequences lost by damage; both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// The first lost sequence.
    pub first_seq: u64,
    /// The last lost sequence.
    pub last_seq: u64,
}

/// Why there is no batch.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The records were pruned.
    #[error("journal begins at {first_seq}, {wanted_seq} was pruned")]
    Pruned {
        /// The sequence that was to be read next.
        wanted_seq: u64,
        /// The first one that is there (or will be).
        first_seq: u64,
    },
    /// The disk refused; the same call may be tried again.
    #[error("journal can't read {file}")]
    Disk {
        /// File name of the segment.
        file: String,
        /// The system's answer.
        source: io::Error,
    },
}

/// Reads a live journal. Made by [`Journal::reader`](super::Journal::reader).
pub struct Reader {
    shared: Arc<Shared>,
    /// The sequence of the next frame or gap.
    next_seq: u64,
    /// A frame given out in part.
    frame: Frame,
    scanner: Option<Scanner>,
}

impl Reader {
    pub(super) fn new(shared: Arc<Shared>, after_seq: u64) -> Reader {
        Reader { shared, next_seq: after_seq.saturating_add(1), frame: Frame::default(), scanner: None }
    }

    /// The next records that are synced, at most `records_max` of them (at least one), with payloads of at
    /// most `bytes_max` together unless the first alone is greater. Empty when the reader has caught up; it never
    /// waits for records, but it reads the disk.
    ///
    /// # Errors
    /// See [`ReadError`]; the reader stays where it was.
    pub fn next(&mut self, records_max: usize, bytes_max: usize) -> Result<Batch, ReadError> {
        let mut batch = Batch::default();
        let mut bytes = 0;
        loop {
            while let Some(more) = self.frame.peek_bytes() {
                let is_full = batch.records.len() >= records_max || bytes + more > bytes_max;
                if is_full && !batch.records.is_empty() {
                    return Ok(batch);
                }
                bytes += more;
                batch.records.extend(self.frame.next());
            }
            if batch.records.len() >= records_max.max(1) {
                return Ok(batch);
            }
            match self.load_frame(&mut batch.gaps) {
                Ok(true) => {}
                Ok(false) => return Ok(batch),
                // What was read is given first; the error comes again with the next call.
                Err(_) if !batch.is_empty() => return Ok(batch),
                Err(error) => return Err(error),
            }
        }
    }

    /// False if there is no further frame yet.
    fn load_frame(&mut self, gaps: &mut Vec<Gap>) -> Result<bool, ReadError> {
        loop {
            let Some(place) = self.locate()? else { return Ok(false) };
            let step = match self.step(place.segment) {
                // Pruned after it was located: then locating again says so.
                Err(fault) if fault.kind() == io::ErrorKind::NotFound && self.is_gone(place.segment) => continue,
                other => {
                    other.map_err(|source| ReadError::Disk { file: segment::name(place.segment.first_seq), source })?
                }
            };
            match step {
                Step::Frame(_, mut frame) => {
                    let end_seq = frame.end_seq();
                    if end_seq <= self.next_seq {
                        continue;
                    }
                    self.skip_to(frame.seq(), gaps);
                    while frame.seq() < self.next_seq {
                        frame.next();
                    }
                    self.frame = frame;
                    self.next_seq = end_seq;
                    return Ok(true);
                }
                // The whole frame behind it tells which sequences are missing.
                Step::Damage(_) => {}
                Step::Tail(_) | Step::End => self.skip_to(place.end_seq, gaps),
            }
        }
    }

    fn skip_to(&mut self, seq: u64, gaps: &mut Vec<Gap>) {
        if seq > self.next_seq {
            gaps.push(Gap { first_seq: self.next_seq, last_seq: seq - 1 });
            self.next_seq = seq;
        }
    }

    /// The segment in which the next sequence lies; None if it isn't synced yet.
    fn locate(&self) -> Result<Option<Located>, ReadError> {
        let state = self.shared.lock();
        if self.next_seq > state.synced_seq {
            return Ok(None);
        }
        let behind = state.segments.partition_point(|segment| segment.first_seq <= self.next_seq);
        let Some(index) = behind.checked_sub(1) else {
            let first_seq = state.segments.first().map_or(state.synced_seq + 1, |segment| segment.first_seq);
            return Err(ReadError::Pruned { wanted_seq: self.next_seq, first_seq });
        };
        let end_seq = state.segments.get(behind).map_or(state.synced_seq + 1, |later| later.first_seq);
        Ok(Some(Located { segment: state.segments[index], end_seq }))
    }

    fn is_gone(&self, segment: Segment) -> bool {
        !self.shared.lock().segments.iter().any(|other| other.first_seq == segment.first_seq)
    }

    fn step(&mut self, segment: Segment) -> io::Result<Step> {
        let scanner = match &mut self.scanner {
            Some(scanner) if scanner.segment() == segment.first_seq => scanner,
            other => {
                let file = self.shared.disk.open(&segment::name(segment.first_seq))?;
                other.insert(Scanner::new(file, segment.first_seq, segment.bytes))
            }
        };
        scanner.extend(segment.bytes);
        scanner.step()
    }
}

struct Located {
    segment: Segment,
    /// One past the last sequence that can be in the segment's synced part.
    end_seq: u64,
}
