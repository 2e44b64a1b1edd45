//! Recovery: what is on disk after a start, told apart and made safe before anybody is served (J-2, J-4).

use std::ops::Range;
use std::sync::Arc;

use super::disk::{Disk, DiskFile};
use super::error::{Error, disk_error, sync_error};
use super::segment::{self, Scanner, Segment, Step};

/// Damaged places listed by name; more are only counted.
const DAMAGE_LISTED_MAX: usize = 1000;

/// What recovery found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recovery {
    /// The last sequence ever given, as far as journal and cursor know; the next record gets one more (J-2).
    pub last_seq: u64,
    /// Length of the torn tail that was cut: written but never acknowledged (J-4).
    pub torn_bytes: u64,
    /// The first 1,000 damaged places, oldest first (J-4).
    pub damage: Vec<Damage>,
    /// Number of all damaged places.
    pub damage_count: u64,
    /// Number of segments.
    pub segments: usize,
    /// Bytes of all segments.
    pub bytes: u64,
}

/// A place where acknowledged records are missing, or where there are bytes that are no frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// File name of the segment.
    pub segment: String,
    /// Where the bad bytes begin.
    pub offset: u64,
    /// Number of bad bytes; 0 where sequences are missing without a trace (a segment was taken away).
    pub bytes: u64,
    /// The sequences that are missing; readers get them as a gap. Empty if bad bytes took no record with them.
    pub seqs: Range<u64>,
}

pub(super) struct Recovered {
    pub(super) segments: Vec<Segment>,
    pub(super) last_file: Arc<dyn DiskFile>,
    pub(super) report: Recovery,
}

pub(super) fn recover(disk: &dyn Disk, cursor_floor: u64, now_ms: i64) -> Result<Recovered, Error> {
    let names = disk.list().map_err(disk_error("list", "."))?;
    let mut first_seqs: Vec<u64> = names.iter().filter_map(|name| segment::first_seq_of(name)).collect();
    first_seqs.sort_unstable();

    let mut report = Recovery::default();
    let mut segments = Vec::new();
    let mut last_file = None;
    let mut next_seq = first_seqs.first().copied().unwrap_or(1);
    for (index, &first_seq) in first_seqs.iter().enumerate() {
        let file = open_file(disk, first_seq)?;
        let later = first_seqs.get(index + 1).copied();
        let scanned = scan(&file, first_seq, next_seq, later, &mut report)?;
        next_seq = scanned.next_seq;
        let newest_at_ms = if scanned.bytes > 0 { scanned.newest_at_ms.unwrap_or(now_ms) } else { i64::MIN };
        segments.push(Segment { first_seq, bytes: scanned.bytes, newest_at_ms });
        last_file = Some(file);
    }

    next_seq = next_seq.max(cursor_floor.saturating_add(1));
    let last_file = match last_file {
        Some(file) => file,
        None => {
            let file = disk.create(&segment::name(next_seq)).map_err(disk_error("create", &segment::name(next_seq)))?;
            segments.push(Segment { first_seq: next_seq, bytes: 0, newest_at_ms: i64::MIN });
            file
        }
    };
    // What a killed process wrote may still be in the kernel only, and the last segment's name too.
    let last_name = segments.last().map_or_else(String::new, |segment| segment::name(segment.first_seq));
    last_file.sync().map_err(sync_error(&last_name))?;
    disk.sync_dir().map_err(sync_error("."))?;

    report.last_seq = next_seq - 1;
    report.segments = segments.len();
    report.bytes = segments.iter().map(|segment| segment.bytes).sum();
    Ok(Recovered { segments, last_file, report })
}

fn open_file(disk: &dyn Disk, first_seq: u64) -> Result<Arc<dyn DiskFile>, Error> {
    let name = segment::name(first_seq);
    disk.open(&name).map_err(disk_error("open", &name))
}

struct Scanned {
    bytes: u64,
    next_seq: u64,
    newest_at_ms: Option<i64>,
}

/// Reads one segment. `later` is the first sequence of the segment behind it: as a segment is synced before the next
/// one is made, bad bytes at its end are then damage, not a torn tail.
fn scan(
    file: &Arc<dyn DiskFile>,
    first_seq: u64,
    mut next_seq: u64,
    later: Option<u64>,
    report: &mut Recovery,
) -> Result<Scanned, Error> {
    let name = segment::name(first_seq);
    let mut bytes = file.size().map_err(disk_error("measure", &name))?;
    let mut newest_at_ms = None;
    let mut scanner = Scanner::new(file.clone(), first_seq, bytes);
    let mut bad_from = None;
    // A segment taken away between this one and the one before it is missed here.
    let found = |report: &mut Recovery, from: Option<u64>, to: u64, seqs: Range<u64>| {
        if from.is_some() || !seqs.is_empty() {
            let offset = from.unwrap_or(to);
            report.add_damage(Damage { segment: name.clone(), offset, bytes: to - offset, seqs });
        }
    };
    loop {
        match scanner.step().map_err(disk_error("read", &name))? {
            Step::Frame(offset, frame) => {
                found(report, bad_from.take(), offset, next_seq..frame.seq());
                next_seq = frame.end_seq();
                newest_at_ms = newest_at_ms.max(Some(frame.appended_at_ms));
            }
            Step::Damage(offset) => bad_from = Some(offset),
            Step::Tail(offset) if later.is_none() => {
                file.truncate(offset).map_err(disk_error("cut", &name))?;
                report.torn_bytes = bytes - offset;
                bytes = offset;
                break;
            }
            Step::Tail(offset) => {
                bad_from = Some(offset);
                break;
            }
            Step::End => break,
        }
    }
    // The name of the segment behind this one, and its own name if it is empty, say how far the sequence went.
    let end_seq = later.unwrap_or(first_seq).max(next_seq);
    found(report, bad_from, bytes, next_seq..end_seq);
    Ok(Scanned { bytes, next_seq: end_seq, newest_at_ms })
}

impl Recovery {
    fn add_damage(&mut self, damage: Damage) {
        self.damage_count += 1;
        if self.damage.len() < DAMAGE_LISTED_MAX {
            self.damage.push(damage);
        }
    }
}
