//! The same on the real disk, with the writer on its thread.

use super::*;
use crate::journal::{Cursor, RealDisk};

#[test]
fn one_process_alone_holds_a_directory() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("data").join("journal");
    let held = RealDisk::open(&path).unwrap();
    let refused = RealDisk::open(&path).unwrap_err();
    assert!(refused.to_string().contains(path.to_str().unwrap()), "{refused}");
    assert!(matches!(refused, Error::Locked { dir } if dir == path));
    drop(held);
    RealDisk::open(&path).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn j1_many_senders_and_a_reader_over_segments_on_a_real_disk() {
    let dir = tempfile::tempdir().unwrap();
    let options = Options { segment_bytes_max: 4096, journal_bytes_max: 1 << 20, append_bytes_max: 1024, ..SMALL };
    let disk = Arc::new(RealDisk::open(dir.path()).unwrap());
    let (journal, writer, _) = open(disk.clone(), options, 0, NOW_MS).unwrap();
    let running = std::thread::spawn(move || writer.run());
    let mut synced = journal.synced();
    let mut reader = journal.reader(0);
    let senders: Vec<_> = (0..8)
        .map(|sender| {
            let journal = journal.clone();
            tokio::spawn(async move {
                let mut appended = Vec::new();
                for number in 0..20 {
                    let payload = Bytes::from(format!("{sender}/{number}"));
                    let last_seq = journal.append(vec![payload.clone()], NOW_MS).await.unwrap().last_seq;
                    appended.push((last_seq, payload));
                }
                appended
            })
        })
        .collect();
    let mut read = Vec::new();
    while read.len() < 160 {
        let batch = reader.next(7, 1000).unwrap();
        assert_eq!(batch.gaps, []);
        match batch.records.is_empty() {
            true => synced.changed().await.unwrap(),
            false => read.extend(batch.records),
        }
    }
    let mut appended = Vec::new();
    for sender in senders {
        appended.extend(sender.await.unwrap());
    }
    appended.sort();
    let expected: Vec<_> = read.iter().map(|record| (record.seq, record.payload.clone())).collect();
    assert_eq!(appended, expected);
    assert_eq!(seqs(&read), (1..=160).collect::<Vec<_>>());

    journal.close();
    running.join().unwrap().unwrap();
    assert!(journal.usage().segments > 1);
    drop((journal, reader));
    Cursor { seq: 160, at_ms: NOW_MS + HOUR_MS }.store(&*disk).unwrap();
    let cursor = Cursor::load(&*disk).unwrap().unwrap();
    let (journal, _writer, recovery) = open(disk, options, cursor.seq, NOW_MS).unwrap();
    assert_eq!((recovery.last_seq, recovery.damage_count, recovery.torn_bytes), (160, 0, 0));
    journal.prune(cursor, cursor.at_ms).unwrap();
    assert_eq!(journal.usage().segments, 1);
}
