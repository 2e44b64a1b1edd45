//! Segments: their names, what is known about each, and the scan that tells whole frames from bad bytes.

use std::io;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};

use super::disk::DiskFile;
use super::record::{FRAME_BYTES_MIN, Frame, HEADER_BYTES, Header, MAGIC, Place};

/// Read at a time, unless a frame is greater.
const READ_BYTES: u64 = 256 << 10;
const SUFFIX: &str = ".journal";
const NAME_DIGITS: usize = 20;

/// What is known about a segment without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Segment {
    /// From its name; no frame in it begins before.
    pub(super) first_seq: u64,
    /// Synced length.
    pub(super) bytes: u64,
    /// The greatest receiving time in it; `i64::MIN` as long as it is empty.
    pub(super) newest_at_ms: i64,
}

/// File name of the segment that begins with `first_seq`.
pub(super) fn name(first_seq: u64) -> String {
    format!("{first_seq:0NAME_DIGITS$}{SUFFIX}")
}

/// The inverse of `name`; None for any other file.
pub(super) fn first_seq_of(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(SUFFIX)?;
    let is_ours = digits.len() == NAME_DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_ours.then(|| digits.parse().ok()).flatten()
}

/// What lies at the scanner's position.
#[derive(Debug)]
pub(super) enum Step {
    /// A whole frame, with its offset.
    Frame(u64, Frame),
    /// Bad bytes from this offset on, with a whole frame behind them.
    Damage(u64),
    /// Bad bytes from this offset on to the end.
    Tail(u64),
    /// The end.
    End,
}

enum Probe {
    Whole(u64, Frame),
    /// The header is whole, so what is behind begins after this many bytes.
    BadBody(u64),
    Bad,
}

/// Goes through a segment frame by frame, from its beginning.
pub(super) struct Scanner {
    file: Arc<dyn DiskFile>,
    segment: u64,
    /// Where the scan stands, and how far it may go.
    offset: u64,
    limit: u64,
    /// No whole frame begins before this sequence.
    seq_min: u64,
    /// A piece of the file and where it begins.
    window: Bytes,
    window_offset: u64,
}

impl Scanner {
    pub(super) fn new(file: Arc<dyn DiskFile>, segment: u64, limit: u64) -> Scanner {
        Scanner { file, segment, offset: 0, limit, seq_min: segment, window: Bytes::new(), window_offset: 0 }
    }

    pub(super) fn segment(&self) -> u64 {
        self.segment
    }

    /// Lets the scan go on to where the segment has grown. `limit` lies between two frames.
    pub(super) fn extend(&mut self, limit: u64) {
        self.limit = limit;
    }

    pub(super) fn step(&mut self) -> io::Result<Step> {
        let at = self.offset;
        if at == self.limit {
            return Ok(Step::End);
        }
        let search_from = match self.probe(at)? {
            Probe::Whole(bytes, frame) => {
                self.offset += bytes;
                self.seq_min = frame.end_seq();
                return Ok(Step::Frame(at, frame));
            }
            Probe::BadBody(bytes) => at + bytes,
            Probe::Bad => at + 1,
        };
        match self.find_whole(search_from)? {
            Some(offset) => {
                self.offset = offset;
                Ok(Step::Damage(at))
            }
            None => {
                self.offset = self.limit;
                Ok(Step::Tail(at))
            }
        }
    }

    fn find_whole(&mut self, mut from: u64) -> io::Result<Option<u64>> {
        while from + FRAME_BYTES_MIN <= self.limit {
            let chunk = self.fetch(from, READ_BYTES.min(self.limit - from))?;
            let Some(at) = chunk.windows(MAGIC.len()).position(|window| window == MAGIC) else {
                // A magic may begin in the last bytes of the chunk.
                from += (chunk.len() - MAGIC.len() + 1) as u64;
                continue;
            };
            from += at as u64;
            match self.probe(from)? {
                Probe::Whole(..) => return Ok(Some(from)),
                Probe::BadBody(bytes) => from += bytes,
                Probe::Bad => from += 1,
            }
        }
        Ok(None)
    }

    fn probe(&mut self, offset: u64) -> io::Result<Probe> {
        let bytes_left = self.limit - offset;
        if bytes_left < FRAME_BYTES_MIN {
            return Ok(Probe::Bad);
        }
        let place = Place { segment: self.segment, offset };
        let Some(header) = Header::decode(&self.fetch(offset, HEADER_BYTES)?, place) else {
            return Ok(Probe::Bad);
        };
        if header.first_seq < self.seq_min {
            return Ok(Probe::Bad);
        }
        let bytes = header.frame_bytes();
        if bytes > bytes_left {
            return Ok(Probe::BadBody(bytes));
        }
        Ok(match header.with_body(&self.fetch(offset, bytes)?) {
            Some(frame) => Probe::Whole(bytes, frame),
            None => Probe::BadBody(bytes),
        })
    }

    /// `bytes` from `offset`, which lie within the limit; shares the window's memory.
    fn fetch(&mut self, offset: u64, bytes: u64) -> io::Result<Bytes> {
        let window_end = self.window_offset + self.window.len() as u64;
        if offset < self.window_offset || offset + bytes > window_end {
            let size = READ_BYTES.max(bytes).min(self.limit - offset);
            let mut window = BytesMut::zeroed(size as usize);
            self.file.read_exact_at(offset, &mut window)?;
            self.window = window.freeze();
            self.window_offset = offset;
        }
        let begin = (offset - self.window_offset) as usize;
        Ok(self.window.slice(begin..begin + bytes as usize))
    }
}
