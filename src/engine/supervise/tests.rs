use super::{Duration, RETRY_MAX, pause};

#[test]
fn pauses_double_up_to_a_bound() {
    let pauses: Vec<u128> = (1..=5).map(|failures| pause(failures, 1.0).as_millis()).collect();
    assert_eq!(pauses, [250, 500, 1000, 2000, 4000]);
    assert_eq!(pause(u32::MAX, 1.0), RETRY_MAX);
    assert_eq!(pause(1, 0.5), Duration::from_millis(125));
}
