//! Tests of the journal over a faulty twin of the disk, without threads where the order matters.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod bounds;
mod cursor;
mod durability;
mod faulty;
mod model;
mod reading;
mod real;
mod recovery;

use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::FutureExt;

use super::record::frame_bytes;
use super::segment::first_seq_of;
use super::{AppendError, Appended, Disk, Error, Gap, Journal, Options, Reader, Record, Recovery, Writer, open};
use faulty::FaultyDisk;

const NOW_MS: i64 = 1_722_560_000_000;
const HOUR_MS: i64 = 3_600_000;

/// Small bounds: about four of the usual appends a segment, four segments.
const SMALL: Options = Options {
    segment_bytes_max: 512,
    journal_bytes_max: 2048,
    append_bytes_max: 512,
    queue_appends_max: 16,
    queue_bytes_max: 4096,
};

/// An open journal whose writer makes a turn when the test says so.
struct World {
    journal: Journal,
    writer: Writer,
    recovery: Recovery,
}

type Answer = Pin<Box<dyn Future<Output = Result<Appended, AppendError>> + Send>>;

impl World {
    fn open(disk: &FaultyDisk, options: Options) -> World {
        World::open_with_floor(disk, options, 0)
    }

    fn open_with_floor(disk: &FaultyDisk, options: Options, cursor_floor: u64) -> World {
        World::open_at(disk, options, cursor_floor, NOW_MS)
    }

    fn open_at(disk: &FaultyDisk, options: Options, cursor_floor: u64, now_ms: i64) -> World {
        let disk: Arc<dyn Disk> = Arc::new(disk.clone());
        let (journal, writer, recovery) = open(disk, options, cursor_floor, now_ms).expect("journal opens");
        World { journal, writer, recovery }
    }

    fn queue(&self, payloads: &[&[u8]], at_ms: i64) -> Answer {
        queue(&self.journal, payloads, at_ms)
    }

    /// The writer's turn over all that is queued.
    fn turn(&mut self) -> Result<(), Error> {
        match self.journal.inner.queue.waiting() {
            (0, _) => Ok(()),
            _ => {
                let appends = self.journal.inner.queue.take().expect("something is queued");
                self.writer.commit_all(appends)
            }
        }
    }

    fn append(&mut self, payloads: &[&[u8]]) -> Result<Appended, AppendError> {
        self.append_at(payloads, NOW_MS)
    }

    fn append_at(&mut self, payloads: &[&[u8]], at_ms: i64) -> Result<Appended, AppendError> {
        let answer = self.queue(payloads, at_ms);
        self.turn().expect("the writer goes on");
        known(answer)
    }

    /// Appends `count` records of 60 bytes, one by one: frames of 100 bytes.
    fn fill(&mut self, count: u64) {
        for _ in 0..count {
            let seq = self.journal.usage().last_seq + 1;
            assert_eq!(self.append(&[&payload(seq)]).expect("append is taken").last_seq, seq);
        }
    }
}

/// Puts an append into the queue.
fn queue(journal: &Journal, payloads: &[&[u8]], at_ms: i64) -> Answer {
    let journal = journal.clone();
    let payloads = payloads.iter().map(|payload| Bytes::copy_from_slice(payload)).collect();
    let mut answer: Answer = Box::pin(async move { journal.append(payloads, at_ms).await });
    match answer.as_mut().now_or_never() {
        None => answer,
        Some(known) => Box::pin(std::future::ready(known)),
    }
}

/// 60 bytes that name their sequence.
fn payload(seq: u64) -> Vec<u8> {
    format!("record {seq:<53}").into_bytes()
}

/// An answer that must be known by now.
fn known(answer: Answer) -> Result<Appended, AppendError> {
    answer.now_or_never().expect("the append is answered")
}

fn is_unknown(answer: &mut Answer) -> bool {
    answer.as_mut().now_or_never().is_none()
}

/// All that a reader gets until it has caught up.
fn read_on(reader: &mut Reader) -> (Vec<Record>, Vec<Gap>) {
    let (mut records, mut gaps) = (Vec::new(), Vec::new());
    loop {
        let batch = reader.next(3, 1000).expect("reader reads");
        if batch.is_empty() {
            return (records, gaps);
        }
        records.extend(batch.records);
        gaps.extend(batch.gaps);
    }
}

fn read_all(world: &World) -> (Vec<Record>, Vec<Gap>) {
    read_on(&mut world.journal.reader(0))
}

fn seqs(records: &[Record]) -> Vec<u64> {
    records.iter().map(|record| record.seq).collect()
}

/// Checks that exactly the sequences `expected` can be read, each with its `payload`, and nothing is missed.
fn check_filled(world: &World, expected: std::ops::RangeInclusive<u64>) {
    let (records, gaps) = read_on(&mut world.journal.reader(expected.start() - 1));
    assert_eq!(gaps, []);
    assert_eq!(seqs(&records), expected.collect::<Vec<_>>());
    for record in records {
        assert_eq!(record.payload, payload(record.seq));
    }
}

/// Names of the segments, oldest first.
fn segment_names(disk: &FaultyDisk) -> Vec<String> {
    let mut names = disk.list().expect("list");
    names.retain(|name| first_seq_of(name).is_some());
    names.sort();
    names
}
