//! J-5, J-6 and the queue: what is refused, what may go.

use std::io::ErrorKind;

use super::*;
use crate::journal::prune::prunable;
use crate::journal::segment::{self, Segment};
use crate::journal::{Cursor, Pruned, ReadError};

#[test]
fn j5_a_segment_goes_only_when_the_cursor_is_an_hour_past_it() {
    let segment = |first_seq, newest_at_ms| Segment { first_seq, bytes: 100, newest_at_ms };
    let segments = [segment(1, 1000), segment(11, 2000), segment(21, 3000)];
    let check = |seq, cursor_at_ms, now_ms, expected| {
        let cursor = Cursor { seq, at_ms: cursor_at_ms };
        assert_eq!(prunable(&segments, cursor, now_ms), expected, "{cursor:?}, now {now_ms}");
    };
    let late = HOUR_MS * 2;
    check(30, late, late, 2);
    check(20, late, late, 2);
    check(19, late, late, 1);
    check(10, late, late, 1);
    check(9, late, late, 0);
    check(0, late, late, 0);
    check(30, HOUR_MS + 999, late, 0);
    check(30, HOUR_MS + 1000, late, 1);
    check(30, HOUR_MS + 1999, late, 1);
    check(30, HOUR_MS + 2000, late, 2);
    check(30, late, HOUR_MS + 999, 0);
    check(30, late, HOUR_MS + 1000, 1);
    check(30, i64::MIN, late, 0);
    check(u64::MAX, i64::MAX, i64::MAX, 2);
}

#[test]
fn j5_an_older_segment_is_not_skipped_for_a_newer_one() {
    // The receiving clock was set back between the two.
    let segments = [
        Segment { first_seq: 1, bytes: 1, newest_at_ms: HOUR_MS * 9 },
        Segment { first_seq: 2, bytes: 1, newest_at_ms: 0 },
        Segment { first_seq: 3, bytes: 1, newest_at_ms: HOUR_MS },
    ];
    assert_eq!(prunable(&segments, Cursor { seq: 9, at_ms: HOUR_MS * 2 }, HOUR_MS * 2), 0);
}

#[test]
fn j5_each_segments_own_receiving_times_count_also_after_a_reopen() {
    let disk = FaultyDisk::default();
    let mut world = World::open(&disk, SMALL);
    // Three segments of one append each; the receiving clock was a day ahead and then set right.
    for ahead_ms in [HOUR_MS * 24, 0, 0] {
        world.append_at(&[&[0; 400]], NOW_MS - HOUR_MS * 24 + ahead_ms).unwrap();
    }
    let newest = |world: &World| -> Vec<i64> {
        world.journal.inner.shared.lock().segments.iter().map(|segment| segment.newest_at_ms).collect()
    };
    let expected = [NOW_MS, NOW_MS - HOUR_MS * 24, NOW_MS - HOUR_MS * 24];
    assert_eq!(newest(&world), expected);
    assert_eq!(newest(&World::open(&disk.killed(), SMALL)), expected);
    // Where no frame is readable the segment is taken to be of the reopen's time.
    disk.spoil(&segment::name(2), |content| content[40] ^= 1);
    assert_eq!(newest(&World::open(&disk.killed(), SMALL)), [NOW_MS, NOW_MS, NOW_MS - HOUR_MS * 24]);
}

#[test]
fn p2_a_segment_is_filled_to_its_bound_and_no_further() {
    let disk = FaultyDisk::default();
    let mut world = World::open(&disk, SMALL);
    world.fill(4);
    world.append(&[&[0; 72]]).unwrap();
    assert_eq!(disk.content(&segment::name(1)).len(), 512);
    world.append(&[b""]).unwrap();
    assert_eq!(segment_names(&disk), [segment::name(1), segment::name(6)]);
}

#[test]
fn j5_pruned_records_are_refused_by_name_and_the_rest_stays_over_a_reopen() {
    let disk = FaultyDisk::default();
    let mut world = World::open(&disk, SMALL);
    world.fill(12);
    let mut inside = world.journal.reader(0);
    assert_eq!(inside.next(2, 1000).unwrap().records.len(), 2);
    let cursor = Cursor { seq: 7, at_ms: NOW_MS + HOUR_MS };
    assert_eq!(world.journal.prune(cursor, NOW_MS + HOUR_MS).unwrap(), Pruned { segments: 1, bytes: 500 });
    assert_eq!(world.journal.prune(cursor, NOW_MS + HOUR_MS).unwrap(), Pruned::default());
    assert_eq!(world.journal.usage().first_seq, 6);

    assert!(matches!(inside.next(2, 1000), Err(ReadError::Pruned { wanted_seq: 3, first_seq: 6 })));
    let mut behind = world.journal.reader(4);
    assert!(matches!(behind.next(2, 1000), Err(ReadError::Pruned { wanted_seq: 5, first_seq: 6 })));
    check_filled(&world, 6..=12);

    let mut world = World::open(&disk.power_lost(|_| 0), SMALL);
    assert_eq!((world.recovery.damage_count, world.recovery.last_seq), (0, 12));
    world.fill(1);
    check_filled(&world, 6..=13);
}

#[test]
fn j5_a_reader_at_the_end_of_a_pruned_segment_goes_on() {
    let disk = FaultyDisk::default();
    let mut world = World::open(&disk, SMALL);
    world.fill(8);
    let mut reader = world.journal.reader(0);
    assert_eq!(seqs(&reader.next(5, 1000).unwrap().records), [1, 2, 3, 4, 5]);
    world.journal.prune(Cursor { seq: 5, at_ms: NOW_MS + HOUR_MS }, NOW_MS + HOUR_MS).unwrap();
    assert_eq!(segment_names(&disk), [segment::name(6)]);
    assert_eq!(seqs(&read_on(&mut reader).0), [6, 7, 8]);
}

#[test]
fn j5_a_crash_during_a_prune_never_takes_a_newer_segment_and_leaves_an_older_one() {
    for left in 0..4 {
        let disk = FaultyDisk::default();
        let mut world = World::open(&disk, SMALL);
        world.fill(12);
        disk.inject(|faults| faults.sync_dir = true);
        let pruned = world.journal.prune(Cursor { seq: 12, at_ms: NOW_MS + HOUR_MS }, NOW_MS + HOUR_MS);
        assert!(matches!(pruned, Err(Error::Sync { .. })));
        let mut change = 0;
        let world = World::open(
            &disk.power_lost(|n| {
                change += 1;
                (left >> (change - 1) & 1) % n
            }),
            SMALL,
        );
        assert_eq!((world.recovery.damage_count, world.recovery.last_seq), (0, 12));
    }
}

#[test]
fn j6_a_used_up_budget_refuses_and_a_prune_makes_room() {
    let disk = FaultyDisk::default();
    let mut world = World::open(&disk, SMALL);
    world.fill(20);
    let full = AppendError::Full { bytes_used: 2000, bytes_max: 2048, bytes_wanted: 100 };
    assert_eq!(world.append(&[&payload(21)]), Err(full));
    // A smaller one still fits, and nothing that was taken is lost.
    assert_eq!(world.append(&[b"8 bytes."]).unwrap().last_seq, 21);
    assert_eq!(seqs(&read_all(&World::open(&disk.killed(), SMALL)).0), (1..=21).collect::<Vec<_>>());

    world.journal.prune(Cursor { seq: 20, at_ms: NOW_MS + HOUR_MS }, NOW_MS + HOUR_MS).unwrap();
    world.fill(15);
    assert_eq!(world.journal.usage().last_seq, 36);
}

#[test]
fn j6_appends_of_one_group_count_against_the_budget_together() {
    let mut world = World::open(&FaultyDisk::default(), Options { queue_appends_max: 64, ..SMALL });
    let answers: Vec<Answer> = (1..=24).map(|seq| world.queue(&[&payload(seq)], NOW_MS)).collect();
    world.turn().unwrap();
    let taken = answers.into_iter().map(known).filter(Result::is_ok).count();
    assert_eq!((taken, world.journal.usage().bytes), (20, 2000));
    check_filled(&world, 1..=20);
}

#[test]
fn j6_a_full_disk_refuses_cuts_back_and_goes_on_when_there_is_room() {
    for room in [0, 1, 39, 99] {
        let disk = FaultyDisk::default();
        let mut world = World::open(&disk, SMALL);
        world.fill(2);
        disk.inject(|faults| faults.bytes_max = Some(200 + room));
        let answers = [world.queue(&[&payload(3)], NOW_MS), world.queue(&[&payload(4)], NOW_MS + HOUR_MS)];
        world.turn().unwrap();
        for answer in answers {
            assert_eq!(known(answer), Err(AppendError::DiskFull { bytes_wanted: 200 }));
        }
        assert_eq!(disk.content(&segment::name(1)).len(), 200);
        check_filled(&world, 1..=2);

        disk.inject(|faults| faults.bytes_max = None);
        world.fill(1);
        check_filled(&world, 1..=3);
        check_filled(&World::open(&disk.power_lost(|_| 0), SMALL), 1..=3);
        // The refused one's time went with it.
        world.journal.inner.shared.lock().segments.iter().for_each(|last| assert_eq!(last.newest_at_ms, NOW_MS));
    }
}

#[test]
fn j6_a_disk_without_room_for_another_file_refuses_and_goes_on_later() {
    let disk = FaultyDisk::default();
    let mut world = World::open(&disk, SMALL);
    world.fill(4);
    disk.inject(|faults| faults.no_new_files = true);
    let answers: Vec<Answer> = (5..=7).map(|seq| world.queue(&[&payload(seq)], NOW_MS)).collect();
    world.turn().unwrap();
    let answers: Vec<_> = answers.into_iter().map(known).collect();
    let full = Err(AppendError::DiskFull { bytes_wanted: 100 });
    assert_eq!(answers, [Ok(Appended { records: 1, last_seq: 5 }), full.clone(), full]);
    disk.inject(|faults| faults.no_new_files = false);
    world.fill(2);
    check_filled(&World::open(&disk.power_lost(|_| 0), SMALL), 1..=7);
}

#[test]
fn j6_a_failed_cut_ends_the_writer() {
    let disk = FaultyDisk::default();
    let mut world = World::open(&disk, SMALL);
    world.fill(1);
    disk.inject(|faults| {
        faults.write = Some((50, ErrorKind::QuotaExceeded));
        faults.truncate = true;
    });
    drop(world.queue(&[&payload(2)], NOW_MS));
    assert!(matches!(world.turn(), Err(Error::Disk { doing: "cut", .. })));
    check_filled(&World::open(&disk.killed(), SMALL), 1..=1);
}

#[test]
fn p2_a_full_queue_is_busy_by_count_and_by_bytes() {
    let mut world = World::open(&FaultyDisk::default(), SMALL);
    let answers: Vec<Answer> = (0..16).map(|_| world.queue(&[b"x"], NOW_MS)).collect();
    assert_eq!(known(world.queue(&[b"x"], NOW_MS)), Err(AppendError::Busy { appends: 16, bytes: 16 * 41 }));
    world.turn().unwrap();
    assert!(answers.into_iter().all(|answer| known(answer).is_ok()));

    let large = [0; 472];
    let answers: Vec<Answer> = (0..8).map(|_| world.queue(&[&large], NOW_MS)).collect();
    assert_eq!(known(world.queue(&[b""], NOW_MS)), Err(AppendError::Busy { appends: 8, bytes: 4096 }));
    drop(answers);
}

#[test]
fn p2_an_append_past_its_bound_is_too_large() {
    let mut world = World::open(&FaultyDisk::default(), SMALL);
    assert_eq!(world.append(&[&[0; 473]]), Err(AppendError::TooLarge { bytes: 513, bytes_max: 512 }));
    assert_eq!(world.append(&[&[0; 472]]).unwrap().last_seq, 1);
}

#[test]
fn p2_bounds_that_do_not_fit_one_another_are_refused() {
    let check = |options, setting| match open(Arc::new(FaultyDisk::default()), options, 0, NOW_MS) {
        Err(Error::OptionTooSmall { setting: named, .. }) => assert_eq!(named, setting),
        Err(Error::AppendBoundTooGreat { .. }) => assert_eq!("append_bytes_max", setting),
        _ => panic!("{options:?} was taken"),
    };
    check(Options { segment_bytes_max: 511, ..SMALL }, "segment_bytes_max");
    check(Options { journal_bytes_max: 1023, ..SMALL }, "journal_bytes_max");
    check(Options { queue_bytes_max: 511, ..SMALL }, "queue_bytes_max");
    check(Options { queue_appends_max: 0, ..SMALL }, "queue_appends_max");
    check(Options { append_bytes_max: 1 << 32, segment_bytes_max: 1 << 40, ..SMALL }, "append_bytes_max");
    Options::default().check().unwrap();
}

#[test]
fn an_empty_append_is_answered_with_the_last_sequence_and_writes_nothing() {
    let disk = FaultyDisk::default();
    let mut world = World::open(&disk, SMALL);
    world.fill(2);
    let before = disk.syncs();
    let appended = world.append(&[]).unwrap();
    assert_eq!((appended, appended.seqs().count()), (Appended { records: 0, last_seq: 2 }, 0));
    assert_eq!((disk.syncs(), world.journal.usage().bytes), (before, 200));
}
