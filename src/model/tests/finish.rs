//! When a dossier is taken on and finished.

use super::*;

#[test]
fn r7_withdrawn_is_accepted_only_with_received_at() {
    let withdrawn = status("08-02 09:00", Status::Withdrawn);
    check(
        &[status("08-01 08:00", Status::Registered), withdrawn.clone()],
        LATER,
        [
            "withdrawn_before_acceptance",
            "Rút trước khi được tiếp nhận: 02/08/2024 09:00; không tính vào số liệu",
            "Withdrawn before it was accepted: 2024-08-02 09:00; counts nowhere",
        ],
    );
    let received = event("08-01 08:00", |event| event.received_at = Field::Value(t("08-01 08:00")));
    check(
        &[received, withdrawn],
        LATER,
        [
            "resolved_withdrawn",
            "Rút, dừng: công dân rút, kết thúc 02/08/2024 09:00; không tính đúng hay quá hạn",
            "Given up: withdrawn by the citizen, ended 2024-08-02 09:00; neither on time nor late",
        ],
    );
}

#[test]
fn r7_received_at_without_any_status_is_accepted_and_with_registered_it_is_not() {
    let received = event("08-01 08:00", |event| event.received_at = Field::Value(t("08-01 08:00")));
    assert!(derived(std::slice::from_ref(&received)).accepted);
    check(
        &[received, status("08-01 07:00", Status::Registered)],
        LATER,
        [
            "waiting_acceptance",
            "Chờ tiếp nhận: đăng ký 01/08/2024 07:00",
            "Waiting for acceptance: registered 2024-08-01 07:00",
        ],
    );
    check(
        &[event("08-01 08:00", |_| {})],
        LATER,
        ["not_accepted", "Chưa được tiếp nhận: không tính vào số liệu", "Not accepted: counts nowhere"],
    );
}

#[test]
fn r8_taken_on_is_received_at_else_the_least_at_of_a_status_beyond_registered_and_refused() {
    let statuses = [
        status("08-01 08:00", Status::Registered),
        status("08-01 09:00", Status::Refused),
        status("08-02 09:00", Status::Processing),
        status("08-02 08:00", Status::Accepted),
    ];
    assert_eq!(derived(&statuses).taken_on, Some(t("08-02 08:00")));
    let received = event("08-03 09:00", |event| event.received_at = Field::Value(t("07-31 08:00")));
    assert_eq!(derived(&[&statuses[..], &[received]].concat()).taken_on, Some(t("07-31 08:00")));
}

#[test]
fn r9_done_wins_over_delivered_and_sending_it_again_moves_nothing() {
    let events = [
        taken(end("08-09")),
        status("08-06 09:00", Status::Done),
        status("08-05 09:00", Status::Delivered),
        status("08-12 09:00", Status::Done),
    ];
    check(
        &events,
        LATER,
        [
            "resolved_early",
            "Trước hạn: hoàn thành 06/08/2024 09:00, hạn 09/08/2024 23:59",
            "Early: finished 2024-08-06 09:00, due 2024-08-09 23:59",
        ],
    );
    assert_eq!(
        derived(&[taken(end("08-09")), status("08-05 09:00", Status::Delivered)]).finish,
        Some(t("08-05 09:00"))
    );
}

#[test]
fn r9_a_later_non_terminal_status_reopens_and_the_next_done_finishes() {
    let mut events =
        vec![taken(end("08-09")), status("08-06 09:00", Status::Done), status("08-07 09:00", Status::Processing)];
    check(
        &events,
        "08-07 10:00",
        [
            "in_progress_within",
            "Đang giải quyết, trong hạn: hạn 09/08/2024 23:59; mở lại 07/08/2024 09:00",
            "In progress, within time: due 2024-08-09 23:59; reopened 2024-08-07 09:00",
        ],
    );
    events.push(status("08-12 09:00", Status::Done));
    check(
        &events,
        LATER,
        [
            "resolved_late",
            "Quá hạn: hoàn thành 12/08/2024 09:00, hạn 09/08/2024 23:59; mở lại 07/08/2024 09:00",
            "Late: finished 2024-08-12 09:00, due 2024-08-09 23:59; reopened 2024-08-07 09:00",
        ],
    );
}

#[test]
fn r9_at_the_same_instant_as_reopened_a_finish_stands() {
    let events = [taken(end("08-09")), status("08-06 09:00", Status::Processing), status("08-06 09:00", Status::Done)];
    assert_eq!(derived(&events).finish, Some(t("08-06 09:00")));
    // A done before the reopening doesn't, and a delivered after it does.
    let events = [
        taken(end("08-09")),
        status("08-05 09:00", Status::Done),
        status("08-06 09:00", Status::Processing),
        status("08-07 09:00", Status::Delivered),
    ];
    assert_eq!(derived(&events).finish, Some(t("08-07 09:00")));
}

#[test]
fn r9_finished_at_stands_when_its_value_or_its_writing_isnt_older_than_the_reopening() {
    let reopened = status("08-06 09:00", Status::Processing);
    let finished = |at: &str, value: &str| {
        let value = t(value);
        event(at, |event| event.finished_at = Field::Value(value))
    };
    let of = |at: &str, value: &str| derived(&[taken(end("08-09")), reopened.clone(), finished(at, value)]).finish;
    assert_eq!(of("08-05 09:00", "08-06 09:00"), Some(t("08-06 09:00")));
    assert_eq!(of("08-06 09:00", "08-05 09:00"), None);
    assert_eq!(of("08-06 09:00:00.001", "08-05 09:00"), Some(t("08-05 09:00")));
    // It comes first, also before done, and a clearing null lets done count.
    let done = status("08-07 09:00", Status::Done);
    let both = [taken(end("08-09")), finished("08-08 09:00", "08-06 10:00"), done];
    assert_eq!(derived(&both).finish, Some(t("08-06 10:00")));
    let cleared = event("08-09 09:00", |event| event.finished_at = Field::Null);
    assert_eq!(derived(&[&both[..], &[cleared]].concat()).finish, Some(t("08-07 09:00")));
}

#[test]
fn r9_the_greatest_of_refused_withdrawn_and_stopped_finishes_when_nothing_else_does() {
    let events = [
        taken(end("08-09")),
        status("08-05 09:00", Status::Refused),
        status("08-07 09:00", Status::Stopped),
        status("08-06 09:00", Status::Withdrawn),
    ];
    check(
        &events,
        LATER,
        [
            "resolved_withdrawn",
            "Rút, dừng: dừng xử lý, kết thúc 07/08/2024 09:00; không tính đúng hay quá hạn",
            "Given up: stopped, ended 2024-08-07 09:00; neither on time nor late",
        ],
    );
}

#[test]
fn r9_a_finish_before_taken_on_is_raised_to_it() {
    let events =
        [taken(end("08-09")), event("08-02 09:00", |event| event.finished_at = Field::Value(t("07-30 09:00")))];
    check(
        &events,
        LATER,
        [
            "resolved_early",
            "Trước hạn: hoàn thành 01/08/2024 08:00, hạn 09/08/2024 23:59; ghi hoàn thành trước khi tiếp nhận, tính bằng lúc tiếp nhận",
            "Early: finished 2024-08-01 08:00, due 2024-08-09 23:59; it was finished before it was taken on, which counts instead",
        ],
    );
}

#[test]
fn r10_the_newest_status_gives_up_whatever_gave_the_finish() {
    let events = [taken(end("08-09")), status("08-05 09:00", Status::Done), status("08-06 09:00", Status::Refused)];
    let derived = derived(&events);
    assert_eq!((derived.finish, derived.given_up), (Some(t("08-05 09:00")), true));
    check(
        &events,
        LATER,
        [
            "resolved_withdrawn",
            "Rút, dừng: từ chối, kết thúc 05/08/2024 09:00; không tính đúng hay quá hạn",
            "Given up: refused, ended 2024-08-05 09:00; neither on time nor late",
        ],
    );
}
