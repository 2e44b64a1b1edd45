use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use super::{Cursor, Quarantine, Sink, SinkParts, SinkState};
use crate::journal::{self, Disk, RealDisk};
use crate::model::Instant;

/// The clock of records stands still, as with `--now`: only real time passes.
#[tokio::test(start_paused = true)]
async fn j5_stored_segments_go_after_an_hour_of_real_time_under_a_frozen_clock() {
    const NOW_MS: i64 = 1_722_560_400_000;
    let dir = tempfile::tempdir().unwrap();
    let disk: Arc<dyn Disk> = Arc::new(RealDisk::open(&dir.path().join("journal")).unwrap());
    let options = journal::Options {
        segment_bytes_max: 4_096,
        journal_bytes_max: 1 << 20,
        append_bytes_max: 2_048,
        queue_appends_max: 8,
        queue_bytes_max: 8_192,
    };
    let (journal, writer, _) = journal::open(disk.clone(), options, 0, NOW_MS).unwrap();
    let writer = std::thread::spawn(move || writer.run());
    for _ in 0..40 {
        journal.append(vec![Bytes::from(vec![1; 1_000])], NOW_MS).await.unwrap();
    }
    let before = journal.usage();
    assert!(before.segments > 5);
    let (stop_sender, stop) = watch::channel(false);
    let (_holds, holds) = mpsc::channel(1);
    let quarantine = Quarantine::load(Arc::new(RealDisk::open(&dir.path().join("quarantine")).unwrap())).unwrap();
    let parts = SinkParts {
        node: 1,
        journal: journal.clone(),
        disk,
        quarantine,
        stores: watch::channel(None).1,
        state: watch::Sender::new(SinkState::default()),
        holds,
        clock: Arc::new(|| Instant(NOW_MS)),
        cursor: Cursor { seq: 40, at_ms: NOW_MS },
    };
    let sink = Sink::new(parts, stop);
    let running = sink.run();
    tokio::pin!(running);
    assert!(timeout(Duration::from_secs(59 * 60), &mut running).await.is_err());
    assert_eq!(journal.usage().segments, before.segments, "kept for an hour");
    assert!(timeout(Duration::from_secs(3 * 60), &mut running).await.is_err());
    assert_eq!((journal.usage().segments, journal.usage().last_seq), (1, 40), "the last segment keeps the sequence");
    stop_sender.send_replace(true);
    running.await.unwrap();
    journal.close();
    writer.join().unwrap().unwrap();
}
