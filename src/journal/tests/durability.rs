//! J-1, J-2, J-3, J-7: what an answer means, whatever happens next.

use std::io::ErrorKind;
use std::sync::mpsc;

use super::*;
use crate::journal::record::{Place, encode};
use crate::journal::{Cursor, segment};

/// No part of what isn't synced, or all of it.
const NOTHING: fn(usize) -> usize = |_| 0;

#[test]
fn j1_an_append_is_neither_answered_nor_readable_before_the_sync() {
    let disk = FaultyDisk::default();
    let mut world = World::open(&disk, SMALL);
    let mut answer = world.queue(&[b"a", b"b"], NOW_MS);
    assert!(is_unknown(&mut answer));
    assert_eq!(read_all(&world), (vec![], vec![]));
    assert_eq!(*world.journal.synced().borrow(), 0);

    world.turn().unwrap();
    assert_eq!(known(answer), Ok(Appended { records: 2, last_seq: 2 }));
    assert_eq!(*world.journal.synced().borrow(), 2);
    let (records, _) = read_all(&world);
    assert_eq!(records[1], Record { seq: 2, payload: Bytes::from_static(b"b"), appended_at_ms: NOW_MS });
}

#[test]
fn j1_power_loss_after_the_answer_loses_nothing() {
    let disk = FaultyDisk::default();
    let mut world = World::open(&disk, SMALL);
    world.fill(12);
    assert!(segment_names(&disk).len() > 2, "the journal has rolled");
    check_filled(&World::open(&disk.power_lost(NOTHING), SMALL), 1..=12);
}

#[test]
fn j1_a_crash_between_write_and_sync_loses_only_what_was_never_acknowledged() {
    for prefix in 0..=100 {
        let disk = FaultyDisk::default();
        let mut world = World::open(&disk, SMALL);
        world.fill(3);
        disk.inject(|faults| faults.sync = true);
        let answer = world.queue(&[&payload(4)], NOW_MS);
        world.turn().unwrap_err();
        drop(world);
        assert_eq!(known(answer), Err(AppendError::Failed));

        let mut first = true;
        let after = disk.power_lost(|_| if std::mem::take(&mut first) { prefix } else { 0 });
        let mut world = World::open(&after, SMALL);
        check_filled(&world, 1..=if prefix == 100 { 4 } else { 3 });
        assert_eq!(world.recovery.torn_bytes, if prefix == 100 { 0 } else { prefix as u64 });
        world.fill(2);
    }
}

#[test]
fn j1_appends_that_wait_together_share_one_sync() {
    let disk = FaultyDisk::default();
    let options = Options { queue_appends_max: 64, ..Options::default() };
    let World { journal, writer, .. } = World::open(&disk, options);
    let before = disk.syncs();
    let (release, gate) = mpsc::channel();
    disk.gate_syncs(gate);
    let running = std::thread::spawn(move || writer.run());

    // The writer takes the first one and hangs in its sync, while the others queue up.
    let first = queue(&journal, &[b"first"], NOW_MS);
    while journal.usage().queued_appends > 0 {
        std::thread::yield_now();
    }
    let others: Vec<Answer> = (0..63).map(|_| queue(&journal, &[b"x", b"y"], NOW_MS)).collect();
    release.send(()).unwrap();
    release.send(()).unwrap();
    let answers = futures_util::future::join_all(std::iter::once(first).chain(others));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let answers: Vec<Appended> = runtime.block_on(answers).into_iter().collect::<Result<_, _>>().unwrap();
    assert_eq!(answers.last(), Some(&Appended { records: 2, last_seq: 1 + 63 * 2 }));
    assert_eq!(disk.syncs() - before, 2, "64 appends, two syncs");

    journal.close();
    running.join().unwrap().unwrap();
}

#[test]
fn j2_the_cursor_is_a_floor_when_the_journal_lost_its_end() {
    let disk = FaultyDisk::default();
    World::open(&disk, SMALL).fill(3);
    let mut world = World::open_with_floor(&disk.killed(), SMALL, 10);
    assert_eq!(world.recovery.last_seq, 10);
    assert_eq!(read_all(&world).1, [Gap { first_seq: 4, last_seq: 10 }]);
    world.fill(1);
    check_filled(&world, 11..=11);
    let (records, gaps) = read_all(&world);
    assert_eq!((seqs(&records), gaps), (vec![1, 2, 3, 11], vec![Gap { first_seq: 4, last_seq: 10 }]));
}

#[test]
fn j2_a_cursor_behind_the_journal_changes_nothing() {
    let disk = FaultyDisk::default();
    World::open(&disk, SMALL).fill(3);
    let mut world = World::open_with_floor(&disk.killed(), SMALL, 2);
    world.fill(1);
    check_filled(&world, 1..=4);
}

#[test]
fn j2_an_empty_journal_begins_behind_the_cursor() {
    let mut world = World::open_with_floor(&FaultyDisk::default(), SMALL, 41);
    assert_eq!(world.append(&[b"x"]), Ok(Appended { records: 1, last_seq: 42 }));
    let (records, gaps) = read_on(&mut world.journal.reader(41));
    assert_eq!((seqs(&records), gaps), (vec![42], vec![]));
}

#[test]
fn j2_a_crash_after_a_roll_keeps_the_sequence_whether_or_not_the_name_was_synced() {
    for name_is_there in [0, 1] {
        let disk = FaultyDisk::default();
        let mut world = World::open(&disk, SMALL);
        world.fill(5);
        disk.inject(|faults| faults.sync_dir = true);
        let answer = world.queue(&[&payload(6)], NOW_MS);
        assert!(matches!(world.turn(), Err(Error::Sync { .. })));
        drop(world);
        assert_eq!(known(answer), Err(AppendError::Failed));

        let after = disk.power_lost(|_| name_is_there);
        assert_eq!(segment_names(&after).len(), 1 + name_is_there);
        let mut world = World::open(&after, SMALL);
        assert_eq!(world.recovery.damage_count, 0);
        world.fill(6);
        check_filled(&World::open(&after.power_lost(NOTHING), SMALL), 1..=11);
    }
}

#[test]
fn j2_the_last_segments_name_keeps_the_sequence_when_all_before_it_is_pruned() {
    let disk = FaultyDisk::default();
    let mut world = World::open(&disk, SMALL);
    world.fill(5);
    disk.inject(|faults| faults.write = Some((30, ErrorKind::Other)));
    drop(world.queue(&[&payload(6)], NOW_MS));
    world.turn().unwrap_err();
    let disk = disk.killed();
    let world = World::open(&disk, SMALL);
    assert_eq!(world.recovery.torn_bytes, 30);
    world.journal.prune(Cursor { seq: 5, at_ms: NOW_MS + HOUR_MS }, NOW_MS + HOUR_MS).unwrap();
    assert_eq!(segment_names(&disk), [segment::name(6)]);
    let mut world = World::open(&disk.power_lost(NOTHING), SMALL);
    assert_eq!(world.recovery.last_seq, 5);
    world.fill(1);
    check_filled(&world, 6..=6);
}

#[test]
fn j3_any_bytes_come_back_as_they_were() {
    let disk = FaultyDisk::default();
    let mut world = World::open(&disk, Options::default());
    let mut frame = Vec::new();
    encode(&mut frame, Place { segment: 1, offset: 0 }, 1, NOW_MS, &[Bytes::from_static(b"inner")]);
    let all: Vec<u8> = (0..=255).collect();
    let long = vec![b'\n'; 300_000];
    let payloads: [&[u8]; 6] = [b"", b"\n\n", &all, &frame, &long, b""];
    assert_eq!(world.append(&payloads).unwrap().seqs(), 1..7);
    let world = World::open(&disk.power_lost(NOTHING), Options::default());
    let mut reader = world.journal.reader(0);
    let records = reader.next(100, usize::MAX).unwrap().records;
    assert_eq!(records.iter().map(|record| &record.payload[..]).collect::<Vec<_>>(), payloads);
}

#[test]
fn j7_a_failed_sync_ends_the_writer_and_is_not_retried() {
    let disk = FaultyDisk::default();
    let mut world = World::open(&disk, SMALL);
    world.fill(1);
    let before = disk.syncs();
    disk.inject(|faults| faults.sync = true);
    let answers = [world.queue(&[b"a"], NOW_MS), world.queue(&[b"b"], NOW_MS)];
    let journal = world.journal.clone();
    assert!(matches!(world.writer.run(), Err(Error::Sync { file, .. }) if file == segment::name(1)));
    for answer in answers {
        assert_eq!(known(answer), Err(AppendError::Failed));
    }
    assert_eq!(disk.syncs(), before + 1);
    assert_eq!(*journal.synced().borrow(), 1, "readers see only what was synced");
    assert!(journal.synced().has_changed().is_err(), "those who wait for records are told that none will come");
    assert_eq!(seqs(&read_on(&mut journal.reader(0)).0), [1]);
    assert_eq!(journal.append(vec![Bytes::from_static(b"c")], NOW_MS).now_or_never(), Some(Err(AppendError::Failed)));
    assert_eq!(journal.append(vec![], NOW_MS).now_or_never(), Some(Err(AppendError::Failed)));
}

#[test]
fn j7_a_write_that_failed_for_another_reason_than_room_ends_the_writer_and_recovery_cuts_it() {
    for written in [0, 1, 39, 99] {
        let disk = FaultyDisk::default();
        let mut world = World::open(&disk, SMALL);
        world.fill(2);
        disk.inject(|faults| faults.write = Some((written, ErrorKind::Other)));
        let answer = world.queue(&[&payload(3)], NOW_MS);
        assert!(matches!(world.turn(), Err(Error::Disk { .. })));
        drop(world);
        assert_eq!(known(answer), Err(AppendError::Failed));
        let mut world = World::open(&disk.killed(), SMALL);
        assert_eq!(world.recovery.torn_bytes, written as u64);
        world.fill(1);
        check_filled(&world, 1..=3);
    }
}

#[test]
fn j7_a_writer_that_never_ran_answers_those_who_wait() {
    let world = World::open(&FaultyDisk::default(), SMALL);
    let answer = world.queue(&[b"a"], NOW_MS);
    drop(world.writer);
    assert_eq!(known(answer), Err(AppendError::Failed));
}

#[test]
fn p3_dropping_the_last_handle_finishes_what_is_queued() {
    let disk = FaultyDisk::default();
    let World { journal, writer, .. } = World::open(&disk, SMALL);
    // The future holds a handle, too; dropping it doesn't take the append back.
    drop(queue(&journal, &[&payload(1)], NOW_MS));
    let mut reader = journal.reader(0);
    drop(journal);
    writer.run().unwrap();
    assert_eq!(seqs(&read_on(&mut reader).0), [1]);
    check_filled(&World::open(&disk.power_lost(NOTHING), SMALL), 1..=1);
}

#[test]
fn p3_a_closed_journal_refuses_and_finishes_what_is_queued() {
    let world = World::open(&FaultyDisk::default(), SMALL);
    let answer = world.queue(&[b"a"], NOW_MS);
    world.journal.close();
    assert_eq!(known(world.queue(&[b"b"], NOW_MS)), Err(AppendError::Closed));
    let journal = world.journal.clone();
    world.writer.run().unwrap();
    assert_eq!(known(answer), Ok(Appended { records: 1, last_seq: 1 }));
    assert_eq!(journal.append(vec![], NOW_MS).now_or_never(), Some(Err(AppendError::Closed)));
}
