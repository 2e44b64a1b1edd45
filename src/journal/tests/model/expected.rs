//! What readers and a recovery must find on a disk, reckoned from the frames that were ever sent to it.

use std::collections::BTreeMap;
use std::ops::Range;

use super::super::*;
use crate::journal::Damage;
use crate::journal::record::{Place, encode};
use crate::journal::segment;

/// How sure the sender, or anybody, may be of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Refused or never answered: it may be there or not.
    Sent,
    /// Acknowledged, or seen by a reader: it must be there.
    Safe,
    /// Damaged since then by a flipped bit: it must be named.
    Spoilt,
}

/// A frame that may be on the disk.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub(super) place: Place,
    pub(super) first_seq: u64,
    pub(super) at_ms: i64,
    pub(super) payloads: Vec<Bytes>,
    pub(super) bytes: Vec<u8>,
    pub(super) standing: Standing,
}

impl Frame {
    pub(super) fn new(place: Place, first_seq: u64, at_ms: i64, payloads: Vec<Bytes>, standing: Standing) -> Frame {
        let mut bytes = Vec::new();
        encode(&mut bytes, place, first_seq, at_ms, &payloads);
        Frame { place, first_seq, at_ms, payloads, bytes, standing }
    }

    pub(super) fn end(&self) -> u64 {
        self.place.offset + self.bytes.len() as u64
    }

    pub(super) fn end_seq(&self) -> u64 {
        self.first_seq + self.payloads.len() as u64
    }

    /// Whether the disk has it unharmed.
    pub(super) fn is_whole(&self, files: &Files) -> bool {
        let file = files.get(&self.place.segment);
        file.is_some_and(|bytes| bytes.get(self.place.offset as usize..self.end() as usize) == Some(&self.bytes))
    }

    fn records(&self) -> impl Iterator<Item = Record> {
        (self.first_seq..).zip(&self.payloads).map(|(seq, payload)| Record {
            seq,
            payload: payload.clone(),
            appended_at_ms: self.at_ms,
        })
    }
}

/// The segments on a disk by their first sequence.
pub(super) type Files = BTreeMap<u64, Vec<u8>>;

pub(super) fn files(disk: &FaultyDisk) -> Files {
    segment_names(disk).iter().map(|name| (first_seq_of(name).unwrap(), disk.content(name))).collect()
}

/// What must be found.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Expected {
    pub(super) records: Vec<Record>,
    pub(super) damage: Vec<Damage>,
    pub(super) torn_bytes: u64,
    pub(super) first_seq: u64,
    pub(super) last_seq: u64,
    /// Segments with another one behind them that end with bad bytes: never without a flipped bit.
    pub(super) bad_ends: usize,
    /// Of each segment: its length (without the torn tail) and its newest receiving time.
    pub(super) segments: BTreeMap<u64, (u64, i64)>,
}

impl Expected {
    /// From the frames that may be there, the files as they are, and the sink's cursor.
    pub(super) fn of(frames: &[Frame], files: &Files, cursor_floor: u64, now_ms: i64) -> Expected {
        let mut expected = Expected::default();
        let first = files.keys().next().copied();
        let mut next_seq = first.unwrap_or(1);
        for (&name, bytes) in files {
            let later = files.range(name + 1..).next().map(|(&later, _)| later);
            next_seq = expected.segment(frames, files, (name, bytes), next_seq, later, now_ms);
        }
        next_seq = next_seq.max(cursor_floor + 1);
        expected.first_seq = first.unwrap_or(next_seq);
        expected.last_seq = next_seq - 1;
        expected
    }

    fn segment(
        &mut self,
        frames: &[Frame],
        files: &Files,
        (name, bytes): (u64, &Vec<u8>),
        mut next_seq: u64,
        later: Option<u64>,
        now_ms: i64,
    ) -> u64 {
        let mut whole: Vec<&Frame> =
            frames.iter().filter(|frame| frame.place.segment == name && frame.is_whole(files)).collect();
        whole.sort_by_key(|frame| frame.place.offset);
        let mut at = 0;
        let mut newest = None;
        for frame in whole {
            if frame.place.offset < at || frame.first_seq < next_seq {
                continue;
            }
            self.bad(name, at, frame.place.offset, next_seq..frame.first_seq);
            self.records.extend(frame.records());
            newest = newest.max(Some(frame.at_ms));
            (at, next_seq) = (frame.end(), frame.end_seq());
        }
        let mut length = bytes.len() as u64;
        match later {
            None => {
                self.torn_bytes = length - at;
                length = at;
                next_seq = next_seq.max(name);
            }
            Some(later) => {
                self.bad_ends += usize::from(length > at);
                self.bad(name, at, length, next_seq..later);
                next_seq = next_seq.max(later);
            }
        }
        let newest = if length == 0 { i64::MIN } else { newest.unwrap_or(now_ms) };
        self.segments.insert(name, (length, newest));
        next_seq
    }

    fn bad(&mut self, name: u64, from: u64, to: u64, seqs: Range<u64>) {
        if to > from || !seqs.is_empty() {
            self.damage.push(Damage { segment: segment::name(name), offset: from, bytes: to - from, seqs });
        }
    }

    /// Every sequence that can't be read.
    pub(super) fn missing(&self) -> Vec<u64> {
        let readable: std::collections::BTreeSet<u64> = self.records.iter().map(|record| record.seq).collect();
        (self.first_seq..=self.last_seq).filter(|seq| !readable.contains(seq)).collect()
    }
}

/// The sequences of gaps, one by one.
pub(super) fn all_of(gaps: &[Gap]) -> Vec<u64> {
    gaps.iter().flat_map(|gap| gap.first_seq..=gap.last_seq).collect()
}
