//! The cursor file.

use super::*;
use crate::journal::Cursor;

const FORMER: Cursor = Cursor { seq: 7, at_ms: NOW_MS };
const LATTER: Cursor = Cursor { seq: u64::MAX, at_ms: -1 };

#[test]
fn a_stored_cursor_survives_a_power_loss() {
    let disk = FaultyDisk::default();
    assert_eq!(Cursor::load(&disk).unwrap(), None);
    for cursor in [FORMER, LATTER] {
        cursor.store(&disk).unwrap();
        assert_eq!(Cursor::load(&disk.power_lost(|_| 0)).unwrap(), Some(cursor));
    }
}

#[test]
fn a_crash_at_any_step_of_a_store_leaves_the_former_cursor_or_the_latter() {
    for fail in [0, 1] {
        for seed in 0..64 {
            let disk = FaultyDisk::default();
            FORMER.store(&disk).unwrap();
            disk.inject(|faults| match fail {
                0 => faults.sync = true,
                _ => faults.sync_dir = true,
            });
            assert!(matches!(LATTER.store(&disk), Err(Error::Sync { .. })));
            let mut bits = seed;
            let after = disk.power_lost(|n| {
                bits = bits * 5 + 3;
                bits / 2 % n
            });
            let left = Cursor::load(&after).unwrap().expect("a cursor is there");
            assert!(left == FORMER || (left == LATTER && fail == 1), "{left:?}");
            LATTER.store(&after).unwrap();
            assert_eq!(Cursor::load(&after).unwrap(), Some(LATTER));
        }
    }
}

#[test]
fn what_a_crashed_store_left_never_becomes_the_cursor() {
    for left in [0, 5, 24, 30] {
        for survives in 0..8usize {
            let disk = FaultyDisk::default();
            FORMER.store(&disk).unwrap();
            disk.create("cursor.next").unwrap();
            disk.sync_dir().unwrap();
            disk.spoil("cursor.next", |content| content.resize(left, 7));
            disk.inject(|faults| faults.sync_dir = true);
            assert!(matches!(LATTER.store(&disk), Err(Error::Sync { .. })));
            let mut change = 0;
            let after = disk.power_lost(|n| {
                change += 1;
                (survives >> (change - 1) & 1) % n
            });
            let found = Cursor::load(&after).unwrap().expect("a cursor is there");
            assert!(found == FORMER || found == LATTER, "{found:?}");
        }
    }
}

#[test]
fn a_broken_cursor_is_an_error_and_not_zero() {
    let disk = FaultyDisk::default();
    FORMER.store(&disk).unwrap();
    let check = |change: &dyn Fn(&mut Vec<u8>)| {
        let disk = disk.killed();
        disk.spoil("cursor", |content| change(content));
        assert!(matches!(Cursor::load(&disk), Err(Error::BrokenCursor { .. })));
    };
    for bit in 0..24 * 8 {
        check(&|content| content[bit / 8] ^= 1 << (bit % 8));
    }
    for bytes in 0..24 {
        check(&|content| content.truncate(bytes));
    }
    check(&|content| content.push(0));
}
