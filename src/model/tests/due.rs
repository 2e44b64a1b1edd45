//! Pauses and due dates.

use super::*;

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
