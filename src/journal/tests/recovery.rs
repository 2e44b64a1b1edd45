//! J-4: torn tails are cut, damage is skipped, counted and named.

use super::*;
use crate::journal::record::{Place, encode};
use crate::journal::{Damage, segment};

/// Three frames of one segment, each of 100 bytes: a record of 60.
fn three_frames() -> FaultyDisk {
    let disk = FaultyDisk::default();
    World::open(&disk, SMALL).fill(3);
    assert_eq!(disk.content(&segment::name(1)).len(), 300);
    disk.killed()
}

#[test]
fn j4_a_tail_torn_at_any_byte_is_cut() {
    for torn in 1..100 {
        let disk = three_frames();
        disk.spoil(&segment::name(1), |content| content.truncate(200 + torn));
        let mut world = World::open(&disk, SMALL);
        assert_eq!(world.recovery.torn_bytes, torn as u64);
        assert_eq!(world.recovery.damage, []);
        assert_eq!(disk.content(&segment::name(1)).len(), 200);
        check_filled(&world, 1..=2);
        world.fill(2);
        check_filled(&World::open(&disk.power_lost(|_| 0), SMALL), 1..=4);
    }
}

#[test]
fn j4_a_bad_last_frame_is_a_torn_tail_wherever_it_is_bad() {
    for at in 200..300 {
        let disk = three_frames();
        disk.spoil(&segment::name(1), |content| content[at] ^= 0x10);
        let world = World::open(&disk, SMALL);
        assert_eq!((world.recovery.torn_bytes, world.recovery.damage_count), (100, 0));
        check_filled(&world, 1..=2);
    }
}

#[test]
fn j4_zeros_behind_the_end_are_a_torn_tail() {
    let disk = three_frames();
    disk.spoil(&segment::name(1), |content| content.resize(5000, 0));
    let world = World::open(&disk, SMALL);
    assert_eq!(world.recovery.torn_bytes, 4700);
    check_filled(&world, 1..=3);
}

#[test]
fn j4_a_flipped_bit_anywhere_in_a_middle_frame_is_damage_of_that_frame_alone() {
    for at in 100..200 {
        for bit in [0, 7] {
            let disk = three_frames();
            disk.spoil(&segment::name(1), |content| content[at] ^= 1 << bit);
            let mut world = World::open(&disk, SMALL);
            let damage = Damage { segment: segment::name(1), offset: 100, bytes: 100, seqs: 2..3 };
            assert_eq!(world.recovery.damage, [damage], "byte {at}");
            assert_eq!((world.recovery.torn_bytes, world.recovery.last_seq), (0, 3));
            assert_eq!(disk.content(&segment::name(1)).len(), 300, "damage stays on disk");
            world.fill(1);
            let (records, gaps) = read_all(&world);
            assert_eq!((seqs(&records), gaps), (vec![1, 3, 4], vec![Gap { first_seq: 2, last_seq: 2 }]));
        }
    }
}

#[test]
fn j4_damage_and_a_torn_tail_are_told_apart_in_one_segment() {
    let disk = three_frames();
    disk.spoil(&segment::name(1), |content| {
        content[50] ^= 1;
        content.truncate(299);
    });
    let world = World::open(&disk, SMALL);
    assert_eq!(world.recovery.damage, [Damage { segment: segment::name(1), offset: 0, bytes: 100, seqs: 1..2 }]);
    assert_eq!((world.recovery.torn_bytes, world.recovery.last_seq), (99, 2));
}

#[test]
fn j4_the_bad_end_of_a_segment_with_another_one_behind_it_is_damage() {
    let disk = FaultyDisk::default();
    World::open(&disk, SMALL).fill(8);
    assert_eq!(segment_names(&disk), [segment::name(1), segment::name(6)]);
    for kept in [450, 400, 0] {
        let disk = disk.killed();
        disk.spoil(&segment::name(1), |content| content.truncate(kept as usize));
        let world = World::open(&disk, SMALL);
        let last_kept = kept / 100;
        let damage =
            Damage { segment: segment::name(1), offset: last_kept * 100, bytes: kept % 100, seqs: last_kept + 1..6 };
        assert_eq!(world.recovery.damage, [damage]);
        assert_eq!(world.recovery.torn_bytes, 0);
        let (records, gaps) = read_all(&world);
        assert_eq!(gaps, [Gap { first_seq: last_kept + 1, last_seq: 5 }]);
        assert_eq!(records.len() as u64, last_kept + 3);
    }
}

#[test]
fn j4_a_segment_taken_away_is_named_and_leaves_a_gap() {
    let disk = FaultyDisk::default();
    World::open(&disk, SMALL).fill(12);
    disk.remove(&segment::name(6)).unwrap();
    let world = World::open(&disk, SMALL);
    assert_eq!(world.recovery.damage, [Damage { segment: segment::name(1), offset: 500, bytes: 0, seqs: 6..11 }]);
    let (records, gaps) = read_all(&world);
    assert_eq!((seqs(&records), gaps), (vec![1, 2, 3, 4, 5, 11, 12], vec![Gap { first_seq: 6, last_seq: 10 }]));
}

#[test]
fn j4_a_frame_inside_a_payload_is_no_frame_even_where_its_surroundings_are_bad() {
    let mut forged = Vec::new();
    encode(&mut forged, Place { segment: 1, offset: 0 }, 7, NOW_MS, &[Bytes::from_static(b"forged")]);
    let disk = FaultyDisk::default();
    let mut world = World::open(&disk, SMALL);
    world.append(&[&forged]).unwrap();
    world.append(&[b"true"]).unwrap();
    disk.spoil(&segment::name(1), |content| content[5] ^= 1);
    let world = World::open(&disk.killed(), SMALL);
    let (records, gaps) = read_all(&world);
    assert_eq!((seqs(&records), gaps), (vec![2], vec![Gap { first_seq: 1, last_seq: 1 }]));
    assert_eq!(records[0].payload, &b"true"[..]);
}

#[test]
fn j4_a_frame_forged_for_its_place_is_passed_over_with_the_bad_frame_around_it() {
    let mut forged = Vec::new();
    encode(&mut forged, Place { segment: 1, offset: 36 }, 7, NOW_MS, &[Bytes::from_static(b"forged")]);
    let disk = FaultyDisk::default();
    let mut world = World::open(&disk, SMALL);
    world.append(&[&forged, b"bad"]).unwrap();
    world.append(&[b"true"]).unwrap();
    disk.spoil(&segment::name(1), |content| content[36 + forged.len() + 4] ^= 1);
    let (records, gaps) = read_all(&World::open(&disk.killed(), SMALL));
    assert_eq!((seqs(&records), gaps), (vec![3], vec![Gap { first_seq: 1, last_seq: 2 }]));
}

#[test]
fn j4_a_frame_whose_sequence_was_given_before_is_no_frame() {
    let disk = three_frames();
    disk.spoil(&segment::name(1), |content| {
        encode(content, Place { segment: 1, offset: 300 }, 3, NOW_MS, &[Bytes::from_static(b"again")]);
    });
    let world = World::open(&disk, SMALL);
    assert_eq!((world.recovery.torn_bytes, world.recovery.last_seq), (45, 3));
    check_filled(&world, 1..=3);
}

#[test]
fn j4_a_whole_frame_is_found_behind_damage_longer_than_a_read() {
    // Some of these have the next frame's magic across the ends of two reads.
    for damaged_bytes in (262_140..262_150).chain([700_000]) {
        let disk = FaultyDisk::default();
        let mut world = World::open(&disk, Options::default());
        world.append(&[&vec![b'O'; damaged_bytes - 40]]).unwrap();
        world.append(&[b"behind"]).unwrap();
        disk.spoil(&segment::name(1), |content| content[4] ^= 1);
        let world = World::open(&disk.killed(), Options::default());
        assert_eq!(world.recovery.damage[0].bytes, damaged_bytes as u64);
        assert_eq!(seqs(&read_all(&world).0), [2]);
    }
}

#[test]
fn j4_recovery_syncs_what_a_killed_process_left_before_it_serves() {
    let disk = FaultyDisk::default();
    let mut world = World::open(&disk, SMALL);
    world.fill(2);
    disk.inject(|faults| faults.sync = true);
    drop(world.queue(&[&payload(3)], NOW_MS));
    world.turn().unwrap_err();
    let disk = disk.killed();
    check_filled(&World::open(&disk, SMALL), 1..=3);
    check_filled(&World::open(&disk.power_lost(|_| 0), SMALL), 1..=3);
}

#[test]
fn j4_a_crash_during_recovery_changes_nothing() {
    let disk = three_frames();
    disk.spoil(&segment::name(1), |content| content.truncate(250));
    for cut_is_there in [0, 1] {
        let disk = disk.killed();
        disk.inject(|faults| faults.sync = true);
        assert!(matches!(open(Arc::new(disk.clone()), SMALL, 0, NOW_MS), Err(Error::Sync { .. })));
        check_filled(&World::open(&disk.power_lost(|_| cut_is_there), SMALL), 1..=2);
    }
}

#[test]
fn j4_a_reader_that_meets_new_damage_skips_it_as_recovery_would() {
    let disk = FaultyDisk::default();
    let mut world = World::open(&disk, SMALL);
    world.fill(8);
    disk.spoil(&segment::name(1), |content| content[199] ^= 1);
    disk.spoil(&segment::name(6), |content| content[299] ^= 1);
    let mut reader = world.journal.reader(0);
    let (records, gaps) = read_on(&mut reader);
    assert_eq!(seqs(&records), [1, 3, 4, 5, 6, 7]);
    assert_eq!(gaps, [Gap { first_seq: 2, last_seq: 2 }, Gap { first_seq: 8, last_seq: 8 }]);
    world.fill(1);
    assert_eq!(seqs(&read_on(&mut reader).0), [9]);
}

#[test]
fn other_files_in_the_directory_are_left_alone() {
    let disk = FaultyDisk::default();
    for name in ["cursor", "lock", "1.journal", "0000000000000000000x.journal", "99999999999999999999.journal"] {
        disk.create(name).unwrap();
    }
    let mut world = World::open(&disk, SMALL);
    assert_eq!(world.recovery, Recovery { segments: 1, ..Recovery::default() });
    world.fill(1);
}
