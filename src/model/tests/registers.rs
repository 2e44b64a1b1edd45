//! What is kept of records: instants, ids, registers.

use super::*;

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
