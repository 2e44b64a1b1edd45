//! Readers on a live journal.

use super::*;

#[test]
fn a_reader_begins_at_any_sequence_and_goes_across_segments() {
    let disk = FaultyDisk::default();
    let mut world = World::open(&disk, SMALL);
    world.fill(17);
    for after_seq in 0..=17 {
        let (records, gaps) = read_on(&mut world.journal.reader(after_seq));
        assert_eq!((seqs(&records), gaps), ((after_seq + 1..=17).collect(), vec![]));
    }
}

#[test]
fn a_reader_splits_commits_by_its_bounds_and_gives_at_least_one_record() {
    let mut world = World::open(&FaultyDisk::default(), SMALL);
    world.append(&[b"1", b"22", b"333", b"4444", b"55555"]).unwrap();
    world.append(&[b"6"]).unwrap();
    let check = |mut reader: Reader, bounds: (usize, usize), expected: &[usize]| {
        let mut sizes = Vec::new();
        while let Ok(batch) = reader.next(bounds.0, bounds.1)
            && !batch.is_empty()
        {
            sizes.push(batch.records.len());
        }
        assert_eq!(sizes, expected, "{bounds:?}");
    };
    check(world.journal.reader(0), (100, 1000), &[6]);
    check(world.journal.reader(0), (4, 1000), &[4, 2]);
    check(world.journal.reader(2), (4, 1000), &[4]);
    check(world.journal.reader(0), (100, 3), &[2, 1, 1, 1, 1]);
    check(world.journal.reader(0), (0, 0), &[1, 1, 1, 1, 1, 1]);
}

#[test]
fn a_reader_follows_the_writer_record_by_record() {
    let mut world = World::open(&FaultyDisk::default(), SMALL);
    let mut reader = world.journal.reader(0);
    for seq in 1..=20 {
        assert!(reader.next(10, 1000).unwrap().is_empty());
        world.fill(1);
        assert_eq!(seqs(&reader.next(10, 1000).unwrap().records), [seq]);
    }
}

#[test]
fn a_reader_ahead_of_the_journal_waits_for_its_sequence() {
    let mut world = World::open(&FaultyDisk::default(), SMALL);
    let mut reader = world.journal.reader(7);
    for _ in 0..7 {
        world.fill(1);
        assert!(reader.next(10, 1000).unwrap().is_empty());
    }
    world.fill(1);
    assert_eq!(seqs(&reader.next(10, 1000).unwrap().records), [8]);
}

#[test]
fn a_record_greater_than_a_read_comes_whole() {
    let mut world = World::open(&FaultyDisk::default(), Options::default());
    let large = vec![7; 3 << 20];
    world.append(&[b"small", &large, b"small"]).unwrap();
    let mut reader = world.journal.reader(1);
    let batch = reader.next(10, 1).unwrap();
    assert_eq!((batch.records.len(), batch.records[0].payload.len()), (1, 3 << 20));
    assert_eq!(seqs(&reader.next(10, 1000).unwrap().records), [3]);
}
