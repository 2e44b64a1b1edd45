//! The screen's judgement and its lines.

use serde_json::json;

use super::*;

fn ping(time: &str, live_at: &str) -> Value {
    json!({"op": "ping", "time": time, "live_at": live_at, "now": time})
}

fn shown() -> (Screen, Timer) {
    let (mut screen, at) = (Screen::new("province", "17"), Timer::now());
    screen.hear(&json!({"op": "hello", "ping_ms": 5000}), at);
    let tile = json!({"kpis": {"on_time_rate": {"num": 1900, "den": 2000, "value": 0.95, "target": 0.9, "band": "met"}},
        "source_at": "2024-08-02T01:00:00Z", "stale_after_s": 60});
    let frame = json!({"op": "snapshot", "epoch": "e", "version": 4, "seq": 9, "as_of": "t", "tiles": {"a": tile}});
    assert_eq!(screen.hear(&frame, at), Heard::Taken);
    assert_eq!(screen.hear(&ping("2024-08-02T01:00:30Z", "2024-08-02T01:00:29Z"), at), Heard::Ping);
    screen.judge(at);
    (screen, at)
}

#[test]
fn figures_are_live_stale_and_lost_as_on_a_wall() {
    let (mut screen, at) = shown();
    assert_eq!(screen.state, State::Live);
    screen.judge(at + Duration::from_millis(12_400));
    assert_eq!(screen.state, State::Live, "two and a half periods have not passed");
    screen.judge(at + Duration::from_millis(12_600));
    assert_eq!(screen.state, State::Stale);
    let later = at + Duration::from_secs(13);
    screen.hear(&ping("2024-08-02T01:00:43Z", "2024-08-02T01:00:20Z"), later);
    screen.judge(later);
    assert_eq!(screen.state, State::Stale, "pings come, the cube stands still");
    screen.hear(&ping("2024-08-02T01:00:44Z", "1970-01-01T00:00:00Z"), later);
    screen.judge(later);
    assert_eq!(screen.state, State::Stale, "no sign of life at all");
    screen.lost();
    assert!(draw::board(&screen).contains("CONNECTION LOST"));
    assert!(draw::board(&screen).contains("95.0 %"), "what was shown stays");
}

#[test]
fn an_update_applies_only_at_its_version() {
    let (mut screen, at) = shown();
    let update = |from: u64, epoch: &str| json!({"op": "update", "epoch": epoch, "from": from, "version": from + 1, "seq": 10, "as_of": "u", "tiles": {"b": {"measures": {"received": 1234567}}}});
    assert_eq!(screen.hear(&update(3, "e"), at), Heard::Missed);
    assert_eq!(screen.hear(&update(4, "other"), at), Heard::Missed);
    assert_eq!(screen.hear(&update(4, "e"), at), Heard::Taken);
    assert_eq!(screen.json()["version"], 5);
    let text = draw::board(&screen);
    assert!(text.contains("1 900 of 2 000") && text.contains("1 234 567"), "{text}");
    assert_eq!(screen.hear(&update(5, "e"), at), Heard::Taken);
}

#[test]
fn a_silent_source_a_refusal_and_a_goodbye_are_told() {
    let (mut screen, at) = shown();
    screen.hear(&ping("2024-08-02T01:01:01Z", "2024-08-02T01:01:01Z"), at);
    assert!(draw::board(&screen).contains("source silent since 2024-08-02T01:00:00Z"));
    let error = json!({"op": "error", "code": "unknown_unit", "message": "there is none"});
    assert_eq!(screen.hear(&error, at), Heard::Refused("unknown_unit: there is none".to_owned()));
    let retry = Some(Duration::from_millis(1_500));
    assert_eq!(screen.hear(&json!({"op": "bye", "code": "stopping", "retry_ms": 1500}), at), Heard::Bye { retry });
    assert_eq!(address("https://x.example:9/y").unwrap().as_str(), "wss://x.example:9/api/v1/live");
}
