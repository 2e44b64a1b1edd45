//! Every rule by named examples, with the verdict in words. All times are of 2024 in Asia/Ho_Chi_Minh; 2 August is a
//! Friday. The expectations are worked out by hand from the rules.

use super::*;
use crate::model::derive::{Class, Stage};

fn zone() -> Zone {
    Zone::named("Asia/Ho_Chi_Minh").unwrap()
}

/// `08-02 09:00` or `08-02 09:00:00.001`.
fn t(text: &str) -> Instant {
    let (date, time) = text.split_once(' ').unwrap();
    let time = if time.len() == 5 { format!("{time}:00") } else { time.to_owned() };
    let timestamp: jiff::Timestamp = format!("2024-{date}T{time}+07:00").parse().unwrap();
    Instant(timestamp.as_millisecond())
}

/// The last millisecond of a day: what a due date alone means.
fn end(date: &str) -> Instant {
    t(&format!("{date} 23:59:59.999"))
}

fn event(at: &str, change: impl FnOnce(&mut DossierEvent)) -> DossierEvent {
    let key = DossierKey { source: "motcua".into(), id: "1".into() };
    let mut event = DossierEvent::new(key, "158".into(), t(at));
    change(&mut event);
    event
}

fn status(at: &str, status: Status) -> DossierEvent {
    event(at, |event| event.status = Some(status))
}

fn due(at: &str, value: Option<Instant>) -> DossierEvent {
    event(at, |event| event.due_at = value.map_or(Field::Null, Field::Value))
}

fn pause(id: &str, kind: PauseKind, from: &str, to: Option<&str>) -> DossierEvent {
    event("08-30 00:00", |event| {
        event.pauses.push(PauseEvent {
            id: id.into(),
            kind: Field::Value(kind),
            from: Field::Value(t(from)),
            to: to.map_or(Field::Absent, |to| Field::Value(t(to))),
        });
    })
}

fn papers(id: &str, from: &str, to: Option<&str>) -> DossierEvent {
    pause(id, PauseKind::Supplement, from, to)
}

/// Accepted and received on Thursday 1 August at 08:00, due at the instant given.
fn taken(due: Instant) -> DossierEvent {
    event("08-01 08:00", |event| {
        event.status = Some(Status::Accepted);
        event.received_at = Field::Value(t("08-01 08:00"));
        event.due_at = Field::Value(due);
    })
}

fn derived(events: &[DossierEvent]) -> Derived {
    derive(&state(events), &zone(), &Rules::default())
}

fn state(events: &[DossierEvent]) -> DossierState {
    let mut state = DossierState::default();
    // Backwards: no order of arrival changes anything (I-3).
    for event in events.iter().rev() {
        state.apply(event);
    }
    state
}

/// The verdict at an instant: measure, Vietnamese, English.
#[track_caller]
fn check(events: &[DossierEvent], now: &str, [code, vi, en]: [&str; 3]) {
    let state = state(events);
    let verdict = verdict(&state, &derive(&state, &zone(), &Rules::default()), t(now), &zone());
    assert_eq!([verdict.code, &verdict.vi, &verdict.en], [code, vi, en]);
    assert!(!verdict.rules.is_empty());
}

const LATER: &str = "12-31 00:00";

#[test]
fn r1_a_date_alone_is_the_last_millisecond_of_its_local_day() {
    assert_eq!(zone().end("2024-08-09".parse().unwrap()), t("08-09 23:59:59.999"));
    let new_york = Zone::named("America/New_York").unwrap();
    let (from, to) = (new_york.start("2024-03-10".parse().unwrap()), new_york.end("2024-03-10".parse().unwrap()));
    assert_eq!(to.0 - from.0 + 1, 23 * 3_600_000);
}

#[test]
fn r2_composed_and_decomposed_texts_are_the_same_id() {
    assert_eq!(Text::new("Ho\u{e0}"), Text::new("Hoa\u{300}"));
}

#[test]
fn r3_the_greatest_at_wins_then_a_value_over_null_then_the_greater_value() {
    let of = |writes: &[(i64, Option<u8>)]| {
        let mut register = Register::default();
        for (at, value) in writes {
            register.offer(Instant(*at), *value);
        }
        register.get()
    };
    assert_eq!(of(&[(2, Some(1)), (1, Some(9))]), Some(1));
    assert_eq!(of(&[(1, Some(9)), (2, None)]), None);
    assert_eq!(of(&[(1, None), (1, Some(1))]), Some(1));
    assert_eq!(of(&[(1, Some(1)), (1, None)]), Some(1));
    assert_eq!(of(&[(1, Some(3)), (1, Some(2))]), Some(3));
}

#[test]
fn r4_at_the_same_instant_the_later_status_in_order_is_the_newest() {
    let both = [status("08-01 08:00", Status::Accepted), status("08-01 08:00", Status::Registered)];
    assert_eq!(derived(&both).newest, Some(Status::Accepted));
    check(
        &both,
        LATER,
        [
            "in_progress_undated",
            "Đang giải quyết, không có hạn: tiếp nhận 01/08/2024 08:00",
            "In progress, without due date: taken on 2024-08-01 08:00",
        ],
    );
}

#[test]
fn r5_one_due_date_for_each_at_and_the_64_least_are_kept() {
    let mut state = state(&[due("08-02 09:00", Some(end("08-09"))), due("08-02 09:00", None)]);
    assert_eq!(state.due, [(t("08-02 09:00"), Some(end("08-09")))]);
    for minute in (0..70).rev() {
        state.offer_due(Instant(minute), None);
    }
    assert_eq!(state.due.len(), 64);
    assert_eq!((state.due[0].0, state.due[63].0), (Instant(0), Instant(63)));
}

#[test]
fn r5_pauses_are_added_by_id_and_a_null_from_takes_one_back() {
    let from_is_null = event("08-31 00:00", |event| {
        event.pauses.push(PauseEvent { id: "a".into(), kind: Field::Absent, from: Field::Null, to: Field::Absent });
    });
    let events = [taken(end("08-09")), papers("a", "08-02 09:00", None), from_is_null];
    assert_eq!(derived(&events[..2]).due, Some(Instant::FOREVER));
    assert_eq!(derived(&events).due, Some(end("08-09")));
    let many: Vec<_> = (10..90).map(|id| papers(&id.to_string(), "08-02 09:00", None)).collect();
    let ids: Vec<Text> = state(&many).pauses.into_iter().map(|(id, _)| id).collect();
    assert_eq!((ids.len(), &*ids[0], &*ids[63]), (64, "10", "73"));
}

#[test]
fn r6_a_void_dossier_counts_nowhere() {
    let void = event("08-03 09:00", |event| event.void = Field::Value("nhập trùng".into()));
    let events = [taken(end("08-09")), void, event("08-04 09:00", |event| event.void = Field::Null)];
    check(&events[..2], LATER, ["void", "Không tính vào số liệu: nhập trùng", "Counts nowhere: nhập trùng"]);
    assert!(!derived(&events).void);
}

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

#[test]
fn r11_pauses_end_at_the_finish_or_begin_too_late_and_overlapping_ones_are_merged() {
    let done = status("08-08 09:00", Status::Done);
    let of = |pauses: &[DossierEvent]| derived(&[&[taken(end("08-09")), done.clone()], pauses].concat()).pauses;
    assert_eq!(of(&[papers("a", "08-07 09:00", None)]), [(t("08-07 09:00"), t("08-08 09:00"))]);
    assert_eq!(of(&[papers("a", "08-08 09:00", None)]), []);
    assert_eq!(of(&[papers("a", "08-05 09:00", Some("08-05 09:00"))]), []);
    assert_eq!(of(&[papers("a", "08-05 09:00", Some("08-04 09:00"))]), []);
    let overlapping =
        [papers("b", "08-03 09:00", Some("08-05 09:00")), papers("a", "08-04 09:00", Some("08-06 09:00"))];
    assert_eq!(of(&overlapping), [(t("08-03 09:00"), t("08-06 09:00"))]);
}

#[test]
fn r12_a_pause_moves_the_due_date_by_its_length() {
    let events =
        [taken(end("08-06")), papers("a", "08-05 10:00", Some("08-08 10:00")), status("08-10 09:12", Status::Done)];
    check(
        &events,
        LATER,
        [
            "resolved_late",
            "Quá hạn: hoàn thành 10/08/2024 09:12, hạn 09/08/2024 23:59 (đã cộng 3 ngày chờ bổ sung)",
            "Late: finished 2024-08-10 09:12, due 2024-08-09 23:59 (3 days of waiting for papers added)",
        ],
    );
}

#[test]
fn r12_a_pause_counts_only_when_it_begins_strictly_before_the_due_date() {
    let of = |from: &str| {
        let events =
            [taken(t("08-06 10:00")), papers("a", from, Some("08-07 10:00")), status("08-06 12:00", Status::Done)];
        (derived(&events).due.unwrap(), derived(&events).class.unwrap())
    };
    assert_eq!(of("08-06 10:00"), (t("08-06 10:00"), Class::Late));
    // It ends at the finish: two hours and a millisecond.
    assert_eq!(of("08-06 09:59:59.999"), (t("08-06 12:00:00.001"), Class::OnTime));
}

#[test]
fn r12_pauses_are_judged_by_the_due_date_as_moved_so_far() {
    // Due on the 6th; the first pause moves it to the 8th, so that the second, on the 7th, counts too.
    let events = [
        taken(t("08-06 10:00")),
        papers("a", "08-04 10:00", Some("08-06 10:00")),
        pause("b", PauseKind::Payment, "08-07 10:00", Some("08-07 15:00")),
        status("08-08 15:00", Status::Done),
    ];
    check(
        &events,
        LATER,
        [
            "resolved_on_time",
            "Đúng hạn: hoàn thành 08/08/2024 15:00:00.000, hạn 08/08/2024 15:00:00.000 (đã cộng 2 ngày 5 giờ chờ bổ sung / nghĩa vụ tài chính)",
            "On time: finished 2024-08-08 15:00:00.000, due 2024-08-08 15:00:00.000 (2 days 5 hours of waiting for papers or payment added)",
        ],
    );
}

#[test]
fn r12_overlapping_pauses_count_once() {
    let events = [
        taken(end("08-06")),
        papers("a", "08-05 10:00", Some("08-06 10:00")),
        pause("b", PauseKind::Payment, "08-06 00:00", Some("08-07 10:00")),
    ];
    assert_eq!(derived(&events).due, Some(end("08-08")));
}

#[test]
fn r12_an_open_pause_moves_it_for_ever() {
    let events = [taken(end("08-06")), papers("a", "08-05 10:00", None)];
    check(
        &events,
        LATER,
        [
            "in_progress_waiting",
            "Đang giải quyết, chờ bổ sung từ 05/08/2024 10:00",
            "In progress, waiting for papers since 2024-08-05 10:00",
        ],
    );
}

#[test]
fn r12_the_first_due_date_is_moved_also_by_pauses_before_its_at() {
    let events = [
        status("08-01 08:00", Status::Accepted),
        papers("a", "08-02 10:00", Some("08-03 10:00")),
        due("08-05 12:00", Some(end("08-06"))),
        status("08-07 09:00", Status::Done),
    ];
    check(
        &events,
        LATER,
        [
            "resolved_on_time",
            "Đúng hạn: hoàn thành 07/08/2024 09:00, hạn 07/08/2024 23:59 (đã cộng 1 ngày chờ bổ sung)",
            "On time: finished 2024-08-07 09:00, due 2024-08-07 23:59 (1 day of waiting for papers added)",
        ],
    );
}

#[test]
fn r12_a_later_due_date_counts_when_set_not_after_the_former_one() {
    let of = |at: &str| derived(&[taken(t("08-06 10:00")), due(at, Some(end("08-12")))]);
    let in_time = of("08-06 10:00");
    assert_eq!((in_time.due, in_time.rescheduled), (Some(end("08-12")), None));
    let too_late = of("08-06 10:00:00.001");
    assert_eq!((too_late.due, too_late.rescheduled), (Some(t("08-06 10:00")), Some(t("08-06 10:00:00.001"))));
}

#[test]
fn r12_a_due_date_set_too_late_is_ignored_and_said() {
    let events = [
        taken(end("08-06")),
        due("08-07 09:00", Some(end("08-12"))),
        due("08-08 09:00", Some(end("08-12"))),
        status("08-09 09:00", Status::Done),
    ];
    assert_eq!(derived(&events).rescheduled, Some(t("08-07 09:00")));
    check(
        &events,
        LATER,
        [
            "resolved_late",
            "Quá hạn: hoàn thành 09/08/2024 09:00, hạn 06/08/2024 23:59; hạn đặt lại 07/08/2024 09:00 không tính vì hạn trước đã qua",
            "Late: finished 2024-08-09 09:00, due 2024-08-06 23:59; the due date set 2024-08-07 09:00 came too late and doesn't count",
        ],
    );
}

#[test]
fn r12_the_same_due_date_again_changes_nothing_and_raises_nothing() {
    let again = [taken(end("08-06")), due("08-20 09:00", Some(end("08-06")))];
    assert_eq!((derived(&again).due, derived(&again).rescheduled), (Some(end("08-06")), None));
    // Also when a pause has moved it: the three days stay.
    let moved =
        [taken(end("08-06")), papers("a", "08-05 10:00", Some("08-08 10:00")), due("08-08 12:00", Some(end("08-06")))];
    assert_eq!(derived(&moved).due, Some(end("08-09")));
}

#[test]
fn r12_a_due_date_within_a_moved_one_is_in_time() {
    // The 7th is past the 6th, but the pause had moved that to the 9th; the pause is over, so it moves nothing more.
    let events =
        [taken(end("08-06")), papers("a", "08-03 10:00", Some("08-06 10:00")), due("08-07 12:00", Some(end("08-12")))];
    assert_eq!((derived(&events).due, derived(&events).rescheduled), (Some(end("08-12")), None));
}

#[test]
fn r12_a_null_due_date_in_time_makes_it_undated_and_too_late_is_ignored() {
    let of = |at: &str| [taken(end("08-06")), due(at, None), status("08-20 09:00", Status::Done)];
    check(
        &of("08-05 09:00"),
        LATER,
        [
            "resolved_undated",
            "Không có hạn: hoàn thành 20/08/2024 09:00",
            "Without due date: finished 2024-08-20 09:00",
        ],
    );
    let late = derived(&of("08-07 09:00"));
    assert_eq!((late.due, late.rescheduled), (Some(end("08-06")), Some(t("08-07 09:00"))));
    // After a null any later one is in time.
    let set_again = [&of("08-05 09:00")[..2], &[due("08-19 09:00", Some(end("08-19")))]].concat();
    assert_eq!(derived(&set_again).due, Some(end("08-19")));
}

#[test]
fn r12_the_rest_of_a_pause_in_progress_moves_a_new_due_date() {
    let events = |value: &str| {
        [taken(t("08-06 10:00")), papers("a", "08-05 10:00", Some("08-08 10:00")), due("08-06 22:00", Some(t(value)))]
    };
    // 36 hours of the pause are left.
    assert_eq!(derived(&events("08-07 22:00")).due, Some(t("08-09 10:00")));
    // That rest begins at the new due date's own instant, not strictly before it.
    assert_eq!(derived(&events("08-06 22:00")).due, Some(t("08-06 22:00")));
    let open = [taken(t("08-06 10:00")), papers("a", "08-05 10:00", None), due("08-06 22:00", Some(t("08-07 22:00")))];
    assert_eq!(derived(&open).due, Some(Instant::FOREVER));
}

#[test]
fn r13_the_second_request_makes_it_overdue_also_when_it_has_no_length() {
    let events = [
        taken(end("08-09")),
        papers("a", "08-02 09:00", Some("08-03 09:00")),
        papers("b", "08-05 09:00", Some("08-05 09:00")),
        status("08-06 10:00", Status::Done),
    ];
    check(
        &events,
        LATER,
        [
            "resolved_late",
            "Quá hạn: hoàn thành 06/08/2024 10:00, yêu cầu bổ sung lần hai 05/08/2024 09:00",
            "Late: finished 2024-08-06 10:00, papers were asked for a second time 2024-08-05 09:00",
        ],
    );
}

#[test]
fn r13_two_ids_of_one_instant_are_two_requests_and_payments_and_statuses_are_none() {
    let second = |pauses: &[DossierEvent]| derived(&[&[taken(end("08-09"))], pauses].concat()).second_request;
    let one = papers("a", "08-02 09:00", Some("08-03 09:00"));
    assert_eq!(second(&[one.clone(), papers("b", "08-02 09:00", None)]), Some(t("08-02 09:00")));
    assert_eq!(second(&[one.clone(), pause("b", PauseKind::Payment, "08-05 09:00", None)]), None);
    assert_eq!(second(&[one.clone(), status("08-05 09:00", Status::SupplementRequested)]), None);
    // One that begins at the finish is ignored by R-11.
    let done = status("08-05 09:00", Status::Done);
    assert_eq!(second(&[one, papers("b", "08-05 09:00", None), done]), None);
}

#[test]
fn r14_an_undated_one_is_overdue_from_its_second_request() {
    let events = [
        status("08-01 08:00", Status::Accepted),
        papers("a", "08-02 09:00", Some("08-03 09:00")),
        papers("b", "08-05 09:00", None),
    ];
    check(
        &events,
        "08-05 10:00",
        [
            "in_progress_overdue",
            "Đang giải quyết, quá hạn: yêu cầu bổ sung lần hai 05/08/2024 09:00",
            "In progress, overdue: papers were asked for a second time 2024-08-05 09:00",
        ],
    );
    assert_eq!(derived(&events).stage(t("08-05 09:00")), Stage::Waiting);
}

#[test]
fn r14_late_begins_one_millisecond_after_the_due_instant() {
    let of = |finish: &str| [taken(t("08-09 10:00")), status(finish, Status::Done)];
    check(
        &of("08-09 10:00"),
        LATER,
        [
            "resolved_on_time",
            "Đúng hạn: hoàn thành 09/08/2024 10:00:00.000, hạn 09/08/2024 10:00:00.000",
            "On time: finished 2024-08-09 10:00:00.000, due 2024-08-09 10:00:00.000",
        ],
    );
    check(
        &of("08-09 10:00:00.001"),
        LATER,
        [
            "resolved_late",
            "Quá hạn: hoàn thành 09/08/2024 10:00:00.001, hạn 09/08/2024 10:00:00.000",
            "Late: finished 2024-08-09 10:00:00.001, due 2024-08-09 10:00:00.000",
        ],
    );
}

#[test]
fn r15_early_ends_with_the_day_before_the_due_day_and_given_up_comes_first() {
    let class = |finish: &str| derived(&[taken(t("08-09 10:00")), status(finish, Status::Done)]).class;
    assert_eq!(class("08-08 23:59:59.999"), Some(Class::Early));
    assert_eq!(class("08-09 00:00"), Some(Class::OnTime));
    let withdrawn = [taken(end("08-02")), status("08-20 09:00", Status::Withdrawn)];
    assert_eq!(derived(&withdrawn).class, Some(Class::Withdrawn));
}

#[test]
fn r17_overdue_comes_before_waiting_and_waiting_before_undated() {
    // The pause begins after the due instant, so it doesn't move it.
    let overdue = [taken(end("08-06")), papers("a", "08-07 10:00", None)];
    check(
        &overdue,
        "08-08 09:00",
        [
            "in_progress_overdue",
            "Đang giải quyết, quá hạn: hạn 06/08/2024 23:59",
            "In progress, overdue: due 2024-08-06 23:59",
        ],
    );
    let undated = [status("08-01 08:00", Status::Accepted), papers("a", "08-02 09:00", Some("08-03 09:00"))];
    let stage = |at: &str| derived(&undated).stage(t(at));
    assert_eq!(stage("08-02 08:59:59.999"), Stage::Undated);
    assert_eq!(stage("08-02 09:00"), Stage::Waiting);
    assert_eq!(stage("08-03 08:59:59.999"), Stage::Waiting);
    assert_eq!(stage("08-03 09:00"), Stage::Undated);
}

#[test]
fn r17_nearly_late_begins_on_the_last_working_day_before_the_due_day() {
    // Due on Monday the 12th: nearly late from Friday the 9th, 00:00.
    let events = [taken(t("08-12 10:00"))];
    let stage = |at: &str| derived(&events).stage(t(at));
    assert_eq!(stage("08-08 23:59:59.999"), Stage::Within { nearly_late: false });
    assert_eq!(stage("08-09 00:00"), Stage::Within { nearly_late: true });
    assert_eq!(stage("08-12 10:00"), Stage::Within { nearly_late: true });
    assert_eq!(stage("08-12 10:00:00.001"), Stage::Overdue);
    check(
        &events,
        "08-10 09:00",
        [
            "in_progress_within",
            "Đang giải quyết, sắp đến hạn: hạn 12/08/2024 10:00",
            "In progress, due soon: due 2024-08-12 10:00",
        ],
    );
}

#[test]
fn r19_waiting_for_acceptance_ends_when_taken_on_or_refused() {
    let registered = status("08-01 08:00", Status::Registered);
    let of =
        |events: &[DossierEvent]| derived(&[std::slice::from_ref(&registered), events].concat()).waiting_acceptance;
    assert_eq!(of(&[]), Some((t("08-01 08:00"), Instant::FOREVER)));
    assert_eq!(of(&[status("08-02 09:00", Status::Accepted)]), Some((t("08-01 08:00"), t("08-02 09:00"))));
    let refused = [status("08-02 09:00", Status::Refused), status("08-03 09:00", Status::Refused)];
    assert_eq!(of(&refused), Some((t("08-01 08:00"), t("08-03 09:00"))));
    // Registered once more after the refusal: it waits again.
    let again = [&refused[..], &[status("08-04 09:00", Status::Registered)]].concat();
    assert_eq!(of(&again), Some((t("08-01 08:00"), Instant::FOREVER)));
    let taken_on_before = event("08-02 09:00", |event| {
        event.status = Some(Status::Accepted);
        event.received_at = Field::Value(t("07-31 09:00"));
    });
    assert_eq!(of(&[taken_on_before]), None);
}

#[test]
fn r19_sent_back_is_never_accepted_and_refused_last() {
    let refused = [status("08-01 08:00", Status::Registered), status("08-02 09:00", Status::Refused)];
    check(
        &refused,
        LATER,
        ["sent_back", "Không tiếp nhận / trả lại: 02/08/2024 09:00", "Not accepted, sent back: 2024-08-02 09:00"],
    );
    let accepted = [&refused[..], &[status("08-01 09:00", Status::Accepted)]].concat();
    assert_eq!(derived(&accepted).sent_back, None);
    assert_eq!(derived(&accepted).class, Some(Class::Withdrawn));
}

#[test]
fn r19_only_an_accepted_one_is_rescheduled() {
    let dues = [due("08-01 08:00", Some(end("08-02"))), due("08-05 09:00", Some(end("08-12")))];
    assert_eq!(derived(&dues).rescheduled, None);
    let accepted = [&dues[..], &[status("08-01 08:00", Status::Accepted)]].concat();
    assert_eq!(derived(&accepted).rescheduled, Some(t("08-05 09:00")));
}

#[test]
fn r19_delivered_counts_by_its_greatest_at_not_before_reopened() {
    let mut events =
        vec![taken(end("08-09")), status("08-05 09:00", Status::Done), status("08-06 09:00", Status::Delivered)];
    events.push(status("08-07 09:00", Status::Delivered));
    assert_eq!(derived(&events).delivered, Some(t("08-07 09:00")));
    events.push(status("08-08 09:00", Status::Processing));
    assert_eq!(derived(&events).delivered, None);
}

#[test]
fn local_days_are_those_of_the_database_in_every_zone() {
    // Midnights that don't exist or come twice, a day that was left out, half hours, and none of it.
    let names = [
        "Asia/Ho_Chi_Minh",
        "America/New_York",
        "America/Sao_Paulo",
        "Asia/Beirut",
        "Africa/Cairo",
        "Pacific/Apia",
        "Australia/Lord_Howe",
        "Asia/Kathmandu",
        "Africa/Casablanca",
        "UTC",
    ];
    for name in names {
        let zone = Zone::named(name).unwrap();
        let start = |day: Day| {
            let midnight = day.date().to_datetime(jiff::civil::Time::midnight());
            zone.tz().to_zoned_datetime(midnight).unwrap().timestamp().as_millisecond()
        };
        // 1989 to 2121: beyond what is kept at hand on either side.
        for day in (6_940..55_200).map(Day) {
            let begin = start(day);
            assert_eq!(zone.start(day).0, begin, "{name} {day}");
            for at in [begin - 1, begin, begin + 1, begin + 12 * 3_600_000, begin + 86_399_999] {
                let zoned = jiff::Timestamp::from_millisecond(at).unwrap().to_zoned_datetime(zone.tz().clone());
                assert_eq!(zone.day(Instant(at)), Day::from_date(zoned.date()), "{name} {at}");
            }
        }
    }
}
