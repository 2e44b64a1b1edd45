//! Frames: how the records of one append lie on disk. The format is in the module's doc.

use bytes::{Buf, BufMut, Bytes};
use crc32fast::Hasher;

pub(super) const MAGIC: [u8; 4] = *b"OCJ1";
pub(super) const HEADER_BYTES: u64 = 32;
const TRAILER_BYTES: u64 = 4;
const RECORD_PREFIX_BYTES: u64 = 4;
/// Smaller than this nothing is a frame.
pub(super) const FRAME_BYTES_MIN: u64 = HEADER_BYTES + RECORD_PREFIX_BYTES + TRAILER_BYTES;

/// A record as a reader gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its sequence, dense and increasing over the whole journal.
    pub seq: u64,
    /// The bytes that were appended.
    pub payload: Bytes,
    /// Receiving time that the append was given, milliseconds since 1970.
    pub appended_at_ms: i64,
}

/// Where a frame begins. Part of both checksums.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// First sequence of the segment, from its name.
    pub(super) segment: u64,
    /// Bytes before the frame.
    pub(super) offset: u64,
}

impl Place {
    fn hasher(self) -> Hasher {
        let mut hasher = Hasher::new();
        hasher.update(&self.segment.to_le_bytes());
        hasher.update(&self.offset.to_le_bytes());
        hasher
    }
}

/// Size of the frame for `payloads`.
pub(super) fn frame_bytes(payloads: &[Bytes]) -> u64 {
    HEADER_BYTES + body_bytes(payloads) + TRAILER_BYTES
}

fn body_bytes(payloads: &[Bytes]) -> u64 {
    payloads.iter().map(|payload| RECORD_PREFIX_BYTES + payload.len() as u64).sum()
}

/// Writes the frame of `payloads` to the end of `buffer`. Its size must have been checked to fit 32 bits, and
/// there must be a payload.
pub(super) fn encode(buffer: &mut Vec<u8>, place: Place, first_seq: u64, appended_at_ms: i64, payloads: &[Bytes]) {
    let body_bytes = u32::try_from(body_bytes(payloads)).expect("append_bytes_max is below 4 GiB and was checked");
    let begin = buffer.len();
    buffer.put_slice(&MAGIC);
    buffer.put_u32_le(body_bytes);
    buffer.put_u64_le(first_seq);
    buffer.put_i64_le(appended_at_ms);
    buffer.put_u32_le(payloads.len() as u32);
    let mut hasher = place.hasher();
    hasher.update(&buffer[begin..]);
    buffer.put_u32_le(hasher.clone().finalize());
    let body = buffer.len();
    for payload in payloads {
        buffer.put_u32_le(payload.len() as u32);
        buffer.put_slice(payload);
    }
    hasher.update(&buffer[body..]);
    buffer.put_u32_le(hasher.finalize());
}

/// A header whose checksum is right, so that its length can be trusted.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) first_seq: u64,
    appended_at_ms: i64,
    records: u32,
    body_bytes: u32,
    /// State of the checksum, to go on with over the body.
    hasher: Hasher,
}

impl Header {
    /// None unless `bytes` (at least `HEADER_BYTES`) begin with a whole header that was written at `place`.
    pub(super) fn decode(mut bytes: &[u8], place: Place) -> Option<Header> {
        let mut hasher = place.hasher();
        hasher.update(&bytes[..HEADER_BYTES as usize - 4]);
        let magic = bytes.get_u32_le();
        let body_bytes = bytes.get_u32_le();
        let first_seq = bytes.get_u64_le();
        let appended_at_ms = bytes.get_i64_le();
        let records = bytes.get_u32_le();
        let whole = magic == u32::from_le_bytes(MAGIC)
            && bytes.get_u32_le() == hasher.clone().finalize()
            && records > 0
            && first_seq.checked_add(u64::from(records)).is_some();
        whole.then_some(Header { first_seq, appended_at_ms, records, body_bytes, hasher })
    }

    /// Size of the whole frame.
    pub(super) fn frame_bytes(&self) -> u64 {
        HEADER_BYTES + u64::from(self.body_bytes) + TRAILER_BYTES
    }

    /// The whole frame, if `bytes`, as many as `frame_bytes` says, hold it unharmed.
    pub(super) fn with_body(mut self, bytes: &Bytes) -> Option<Frame> {
        let body = bytes.slice(HEADER_BYTES as usize..bytes.len() - TRAILER_BYTES as usize);
        self.hasher.update(&body);
        let whole = (&bytes[bytes.len() - TRAILER_BYTES as usize..]).get_u32_le() == self.hasher.finalize()
            && is_well_formed(&body, self.records);
        whole.then_some(Frame {
            seq: self.first_seq,
            records_left: self.records,
            appended_at_ms: self.appended_at_ms,
            body,
        })
    }
}

fn is_well_formed(mut body: &[u8], records: u32) -> bool {
    for _ in 0..records {
        match body.try_get_u32_le() {
            Ok(bytes) if bytes as usize <= body.len() => body.advance(bytes as usize),
            _ => return false,
        }
    }
    body.is_empty()
}

/// A whole frame, given out record by record.
#[derive(Debug, Default)]
pub(super) struct Frame {
    /// Sequence of the next record.
    seq: u64,
    records_left: u32,
    pub(super) appended_at_ms: i64,
    /// What is left of the body; checked to be well-formed.
    body: Bytes,
}

impl Frame {
    /// Sequence of the next record.
    pub(super) fn seq(&self) -> u64 {
        self.seq
    }

    /// One past the sequence of the last record.
    pub(super) fn end_seq(&self) -> u64 {
        self.seq + u64::from(self.records_left)
    }

    /// Size of the next record's payload.
    pub(super) fn peek_bytes(&self) -> Option<usize> {
        (self.records_left > 0).then(|| (&self.body[..]).get_u32_le() as usize)
    }
}

impl Iterator for Frame {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        let bytes = self.peek_bytes()?;
        self.body.advance(RECORD_PREFIX_BYTES as usize);
        let record = Record { seq: self.seq, payload: self.body.split_to(bytes), appended_at_ms: self.appended_at_ms };
        self.seq += 1;
        self.records_left -= 1;
        Some(record)
    }
}
