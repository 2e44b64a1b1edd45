//! Late, early, nearly late, and what counts beside.

use super::*;

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
