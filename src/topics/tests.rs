use std::pin::pin;
use std::task::{Context, Poll, Waker};

use serde_json::{Value, json, value::RawValue};

use super::*;
use crate::model::Instant;

fn topics() -> Topics {
    Topics::new("e1", TopicsLimits { topics_max: 3, idle_ms: 1000, frame_bytes_max: 4096 })
}

fn key(unit: &str) -> TopicKey {
    TopicKey::new("province", unit)
}

fn tiles<const N: usize>(values: [(&str, Value); N]) -> Tiles {
    let raw = |value: Value| RawValue::from_string(value.to_string()).unwrap();
    values.into_iter().map(|(id, value)| (id.to_owned(), raw(value))).collect()
}

/// Publishes for unit 17 and tells whether a version was made.
fn publish<const N: usize>(topics: &Topics, seq: u64, values: [(&str, Value); N]) -> bool {
    topics.publish(&key("17"), seq, "2024-08-02T08:00:00.000+07:00", tiles(values)).unwrap()
}

/// What a screen that shows a version hears next.
fn heard(subscription: &Subscription, shown: Option<u64>) -> Option<Value> {
    let frame = subscription.frames.borrow().clone()?;
    frame.bytes_for(shown).map(|bytes| serde_json::from_str(&bytes).unwrap())
}

#[test]
fn t3_a_joining_screen_hears_one_snapshot_with_every_tile() {
    let topics = topics();
    let subscription = topics.subscribe(key("17")).unwrap();
    assert!(heard(&subscription, None).is_none(), "nothing was computed yet");
    assert!(publish(&topics, 5, [("a", json!({"num": 1})), ("b", json!(null))]));
    assert_eq!(
        heard(&subscription, None).unwrap(),
        json!({"op": "snapshot", "topic": "province/17", "epoch": "e1", "version": 1, "seq": 5,
            "as_of": "2024-08-02T08:00:00.000+07:00", "tiles": {"a": {"num": 1}, "b": null}})
    );
}

#[test]
fn t3_an_update_has_only_what_changed_and_fits_only_the_version_before() {
    let topics = topics();
    let subscription = topics.subscribe(key("17")).unwrap();
    publish(&topics, 1, [("a", json!(1)), ("b", json!(1))]);
    publish(&topics, 2, [("a", json!(1)), ("b", json!(2)), ("c", json!(3))]);
    assert_eq!(
        heard(&subscription, Some(1)).unwrap(),
        json!({"op": "update", "topic": "province/17", "epoch": "e1", "from": 1, "version": 2, "seq": 2,
            "as_of": "2024-08-02T08:00:00.000+07:00", "tiles": {"b": 2, "c": 3}})
    );
    assert!(heard(&subscription, Some(2)).is_none(), "it shows this already");
    publish(&topics, 3, [("a", json!(2)), ("b", json!(2)), ("c", json!(3))]);
    let late = heard(&subscription, Some(1)).unwrap();
    assert_eq!((&late["op"], &late["version"]), (&json!("snapshot"), &json!(3)));
    assert_eq!(late["tiles"], json!({"a": 2, "b": 2, "c": 3}));
}

#[test]
fn tiles_that_say_the_same_make_no_version() {
    let topics = topics();
    let mut subscription = topics.subscribe(key("17")).unwrap();
    assert!(publish(&topics, 1, [("a", json!(1))]));
    subscription.frames.mark_unchanged();
    assert!(!publish(&topics, 2, [("a", json!(1))]));
    assert!(!subscription.frames.has_changed().unwrap());
    assert_eq!(heard(&subscription, None).unwrap()["version"], json!(1));
}

#[test]
fn a_tile_that_went_away_is_a_snapshot_for_all() {
    let topics = topics();
    let subscription = topics.subscribe(key("17")).unwrap();
    publish(&topics, 1, [("a", json!(1)), ("b", json!(1))]);
    assert!(publish(&topics, 2, [("a", json!(1))]));
    let frame = heard(&subscription, Some(1)).unwrap();
    assert_eq!((&frame["op"], &frame["tiles"]), (&json!("snapshot"), &json!({"a": 1})));
}

#[test]
fn t1_a_version_is_encoded_once_however_many_screens_show_it() {
    let topics = topics();
    let subscriptions: Vec<_> = (0..100).map(|_| topics.subscribe(key("17")).unwrap()).collect();
    for count in 1..=3 {
        publish(&topics, count, [("a", json!(count))]);
        let frames: Vec<_> = subscriptions
            .iter()
            .map(|subscription| subscription.frames.borrow().clone().unwrap().bytes_for(count.checked_sub(1)).unwrap())
            .collect();
        assert!(frames.iter().all(|bytes| bytes.as_ptr() == frames[0].as_ptr()), "all share the same bytes");
    }
    assert_eq!(topics.encoded_versions(), 3);
}

#[test]
fn t2_a_subscriber_that_never_reads_holds_nothing_up_and_finds_the_newest() {
    let topics = topics();
    let sleeper = topics.subscribe(key("17")).unwrap();
    let reader = topics.subscribe(key("17")).unwrap();
    let first = {
        publish(&topics, 1, [("a", json!(0))]);
        std::sync::Arc::downgrade(reader.frames.borrow().as_ref().unwrap())
    };
    for count in 1..=1000 {
        assert!(publish(&topics, count, [("a", json!(count))]));
    }
    assert!(first.upgrade().is_none(), "no former frame is kept for the one that sleeps");
    assert_eq!(heard(&sleeper, None).unwrap()["tiles"], json!({"a": 1000}));
    assert_eq!(heard(&reader, Some(1000)).unwrap()["op"], json!("update"));
}

#[test]
fn topics_are_kept_up_to_date_while_shown_and_for_a_while_after() {
    let topics = topics();
    let subscription = topics.subscribe(key("17")).unwrap();
    publish(&topics, 1, [("a", json!(1))]);
    publish(&topics, 2, [("a", json!(2))]);
    assert_eq!(topics.active(Instant(0)), [key("17")]);
    drop(subscription);
    assert_eq!(topics.active(Instant(10_000)), [key("17")], "idle from here on");
    assert_eq!(topics.active(Instant(10_999)), [key("17")]);
    let back = topics.subscribe(key("17")).unwrap();
    assert_eq!(heard(&back, None).unwrap()["version"], json!(2), "it was kept");
    drop(back);
    assert_eq!(topics.active(Instant(20_000)), [key("17")]);
    assert_eq!(topics.active(Instant(21_000)), [] as [TopicKey; 0]);
    assert!(!publish(&topics, 3, [("a", json!(3))]), "no one shows it");
}

#[test]
fn a_forgotten_topic_never_goes_back_in_version() {
    let topics = topics();
    drop(topics.subscribe(key("17")).unwrap());
    for count in 1..=7 {
        publish(&topics, count, [("a", json!(count))]);
    }
    topics.active(Instant(0));
    topics.active(Instant(5000));
    let back = topics.subscribe(key("17")).unwrap();
    publish(&topics, 8, [("a", json!(7))]);
    assert_eq!(heard(&back, Some(7)).unwrap()["version"], json!(8));
}

#[test]
fn a_topic_without_a_frame_wakes_the_publisher() {
    let topics = topics();
    let mut context = Context::from_waker(Waker::noop());
    let mut wanted = pin!(topics.wanted());
    assert_eq!(wanted.as_mut().poll(&mut context), Poll::Pending);
    let _first = topics.subscribe(key("17")).unwrap();
    assert_eq!(wanted.as_mut().poll(&mut context), Poll::Ready(()));
    assert_eq!(topics.unpublished(), [key("17")]);
    publish(&topics, 1, [("a", json!(1))]);
    assert_eq!(topics.unpublished(), [] as [TopicKey; 0]);
    let _second = topics.subscribe(key("17")).unwrap();
    let mut wanted = pin!(topics.wanted());
    assert_eq!(wanted.as_mut().poll(&mut context), Poll::Pending, "its frame is there");
}

#[test]
fn topics_are_bounded_and_a_forgotten_one_frees_its_place() {
    let topics = topics();
    let kept: Vec<_> = ["1", "2", "3"].map(|unit| topics.subscribe(key(unit)).unwrap()).into_iter().collect();
    assert_eq!(topics.subscribe(key("4")).unwrap_err(), SubscribeError::TooMany { topics_max: 3 });
    assert!(topics.subscribe(key("3")).is_ok(), "one that is there takes no place");
    drop(kept);
    topics.active(Instant(0));
    topics.active(Instant(1000));
    assert!(topics.subscribe(key("4")).is_ok());
}

#[test]
fn a_frame_too_long_for_a_screen_is_refused_and_the_former_one_stays() {
    let topics = topics();
    let subscription = topics.subscribe(key("17")).unwrap();
    publish(&topics, 1, [("a", json!(1))]);
    let long = tiles([("a", json!("x".repeat(5000)))]);
    let error = topics.publish(&key("17"), 2, "", long).unwrap_err();
    assert!(matches!(error, PublishError::TooLong { bytes_max: 4096, .. }), "{error}");
    assert_eq!(heard(&subscription, None).unwrap()["tiles"], json!({"a": 1}));
}

#[test]
fn the_pulse_is_long_ago_before_its_first_beat_and_follows_a_clock_that_is_set_back() {
    let pulse = LivePulse::new();
    assert_eq!(pulse.live_at(), Instant(0));
    pulse.clone().stamp(Instant(2000));
    // Were the greatest kept, a stage that hangs from now on would look live until the clock is there again.
    pulse.stamp(Instant(1000));
    assert_eq!(pulse.live_at(), Instant(1000));
}
