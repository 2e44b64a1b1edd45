//! Pruning: which segments may go, and their removal (J-5).

use std::io;

use super::error::{disk_error, sync_error};
use super::segment::{self, Segment};
use super::{Cursor, Error, Shared};

/// The sink's cursor must be this far past a segment.
const KEPT_BEHIND_CURSOR_MS: i64 = 60 * 60 * 1000;

/// What a prune deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pruned {
    /// Number of segments.
    pub segments: usize,
    /// Their bytes.
    pub bytes: u64,
}

/// How many segments, from the oldest on, may go: everything in them is stored, and was received an hour before the
/// cursor's record, by the cursor's clock and by `now_ms` alike. The last segment stays: its name keeps the sequence.
pub(super) fn prunable(segments: &[Segment], cursor: Cursor, now_ms: i64) -> usize {
    let oldest_kept_ms = cursor.at_ms.min(now_ms).saturating_sub(KEPT_BEHIND_CURSOR_MS);
    segments
        .windows(2)
        .take_while(|pair| pair[1].first_seq <= cursor.seq.saturating_add(1) && pair[0].newest_at_ms <= oldest_kept_ms)
        .count()
}

pub(super) fn prune(shared: &Shared, cursor: Cursor, now_ms: i64) -> Result<Pruned, Error> {
    let candidates = shared.lock().segments.clone();
    let mut pruned = Pruned::default();
    for gone in &candidates[..prunable(&candidates, cursor, now_ms)] {
        let name = segment::name(gone.first_seq);
        match shared.disk.remove(&name) {
            // Another prune was faster.
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => {}
            other => other.map_err(disk_error("remove", &name))?,
        }
        shared.lock().segments.retain(|segment| segment.first_seq != gone.first_seq);
        // Each for itself, so that a crash can't take a later one and leave an earlier one: that would look like damage.
        shared.disk.sync_dir().map_err(sync_error("."))?;
        pruned.segments += 1;
        pruned.bytes += gone.bytes;
    }
    Ok(pruned)
}
