use super::{EVERY, Grace, KEPT};
use tokio::time::Instant as Timer;

#[test]
fn j5_what_was_stored_an_hour_ago_may_go_and_nothing_younger() {
    let begun = Timer::now();
    let mut grace = Grace::default();
    assert!(grace.is_due(begun), "at once after the start");
    for minute in 0..60 {
        let now = begun + EVERY * minute;
        assert!(grace.is_due(now));
        assert_eq!(grace.note(now, u64::from(minute) * 10), None, "minute {minute}");
    }
    assert!(!grace.is_due(begun + EVERY * 59 + EVERY / 2));
    assert_eq!(grace.note(begun + KEPT, 600), Some(0));
    assert_eq!(grace.note(begun + KEPT + EVERY * 2, 620), Some(20));
    // The cursor stood for two hours: all that it had passed by then may go.
    assert_eq!(grace.note(begun + KEPT * 3, 620), Some(620));
    assert!(grace.marks.len() <= 3, "bounded: {}", grace.marks.len());
}
