use super::{RETRY_MS, pause};

#[test]
fn s2_waits_grow_to_a_bound_and_differ_between_nodes() {
    let waits: Vec<u128> = (1..=8).map(|failures| pause(failures, 1.0).as_millis()).collect();
    assert_eq!(waits, [250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
    assert_eq!(pause(u32::MAX, 0.5).as_millis(), u128::from(RETRY_MS.1 / 2));
    assert!(pause(3, 0.5) < pause(3, 0.9));
}
