use std::collections::BTreeMap;

use super::*;
use crate::model::{Instant, Text};

const NOW: Instant = Instant(1_722_560_400_000);

fn after_s(seconds: i64) -> Instant {
    NOW.plus_ms(seconds * 1_000)
}

pub(super) fn screen(id: &str) -> Screen {
    Screen {
        id: Text::new(id),
        name: Text::new("Sảnh"),
        unit: Text::new("17"),
        day: 19_937,
        show: Program::of_board("province"),
        place: Place::default(),
        hash: Some(format!("hash-{id}")),
        claim: None,
        is_secure: false,
        approved_ms: NOW.0,
        approved_by: None,
        revoked_ms: None,
    }
}

fn list() -> ScreenList {
    ScreenList::new([screen("a"), screen("b")], &BTreeMap::new())
}

#[test]
fn a_code_is_eight_letters_that_no_one_mistakes_and_typing_forgives() {
    let all: Vec<String> =
        (0..2_000_u64).map(|n| UserCode::of(n.wrapping_mul(0x9E37_79B9_7F4A_7C15)).to_string()).collect();
    for code in &all {
        assert_eq!((code.len(), &code[4..5]), (9, "-"), "{code}");
        assert!(code.bytes().all(|byte| b"BCDFGHJKLMNPQRSTVWXZ-".contains(&byte)), "{code}");
    }
    let code = UserCode::of(123_456_789);
    let text = code.to_string();
    for typed in [text.to_lowercase(), text.replace('-', ""), text.replace('-', " "), format!(" {text} ")] {
        assert_eq!(UserCode::read(&typed), Some(code), "{typed}");
    }
    for typed in ["", "WDJB", "WDJB-MJHTB", "WDJA-MJHT", "WDJB-MJH1", "WDJB_MJHT", "ẀDJB-MJH"] {
        assert_eq!(UserCode::read(typed), None, "{typed}");
    }
    assert!(!format!("{code:?}").contains(&text[..4]));
}

#[test]
fn a_screen_that_asks_too_early_is_to_wait_longer_from_then_on() {
    let pairings = Pairings::default();
    let begun = pairings.begin("d".to_owned(), 7, NOW).unwrap();
    assert_eq!((begun.expires_s, begun.interval_s), (PAIRING_S, POLL_S));
    let polls: Vec<Poll> = [5, 10, 11, 20, 31].map(|at| pairings.poll("d", after_s(at))).into();
    let slow = |interval_s| Poll::SlowDown { interval_s };
    assert_eq!(polls, [Poll::Pending, Poll::Pending, slow(10), slow(15), slow(20)]);
    assert_eq!(pairings.poll("d", after_s(60)), Poll::Pending);
    assert_eq!(pairings.poll("other", NOW), Poll::Expired);
    assert_eq!(pairings.poll("d", after_s(PAIRING_S)), Poll::Expired);
    assert!(pairings.find(begun.code, after_s(60)).is_none(), "who heard that it is over is gone");
}

#[test]
fn a_code_is_found_until_it_is_too_old_or_refused() {
    let pairings = Pairings::default();
    let begun = pairings.begin("d".to_owned(), 7, NOW).unwrap();
    assert_eq!(pairings.find(begun.code, after_s(PAIRING_S - 1)), Some(("d".to_owned(), after_s(PAIRING_S))));
    assert_eq!(pairings.find(begun.code, after_s(PAIRING_S)), None);
    assert!(!pairings.deny(UserCode::of(8), NOW));
    assert!(pairings.deny(begun.code, NOW));
    assert_eq!(pairings.find(begun.code, NOW), None);
    assert_eq!((pairings.poll("d", after_s(5)), pairings.poll("d", after_s(10))), (Poll::Denied, Poll::Expired));
}

#[test]
fn p2_only_so_many_screens_wait_at_once_each_with_a_code_of_its_own() {
    let pairings = Pairings::default();
    // The same random number each time: even then no code comes twice.
    let codes: std::collections::BTreeSet<UserCode> =
        (0..PAIRINGS_MAX).map(|n| pairings.begin(n.to_string(), 42, NOW).unwrap().code).collect();
    assert_eq!(codes.len(), PAIRINGS_MAX);
    assert_eq!(pairings.begin("late".to_owned(), 1, NOW), Err(TooManyPairings));
    assert!(pairings.begin("late".to_owned(), 1, after_s(PAIRING_S)).is_ok(), "those too old make room");
}

#[test]
fn a_program_is_refused_for_what_is_wrong_with_it() {
    let of = |change: fn(&mut Slot)| {
        let mut program = Program::of_board("province");
        change(&mut program.slots[0]);
        program.check()
    };
    let span = |from: &str, to: &str| {
        let mut program = Program::of_board("province");
        (program.slots[0].from, program.slots[0].to) = (Some(from.to_owned()), Some(to.to_owned()));
        program.check()
    };
    assert_eq!(Program::of_board("province").check(), Ok(()));
    assert_eq!(of(|slot| slot.dwell_s = 4), Err(ProgramFault::Dwell(4)));
    assert_eq!(of(|slot| slot.from = Some("07:00".to_owned())), Err(ProgramFault::HalfSpan));
    assert_eq!(of(|slot| slot.weekdays = vec![1, 8]), Err(ProgramFault::Weekday(8)));
    for (from, to) in [("07:00", "17:00"), ("22:00", "06:00"), ("00:00", "24:00"), ("18:00", "24:00")] {
        assert_eq!(span(from, to), Ok(()), "{from} {to}");
    }
    for text in ["7:00", "24:01", "12:60", "12", "", "+1:00", "12:0a"] {
        assert_eq!(span(text, "17:00"), Err(ProgramFault::Time(text.to_owned())));
    }
    assert_eq!(span("07:00", "07:00"), Err(ProgramFault::NoSpan("07:00".to_owned())));
    let mut program = Program::of_board("province");
    program.slots.clear();
    assert_eq!(program.check(), Err(ProgramFault::Slots(0)));
    program.slots = vec![Program::of_board("province").slots[0].clone(); 25];
    assert_eq!(program.check(), Err(ProgramFault::Slots(25)));
}

#[test]
fn a_figure_is_readable_by_the_size_of_the_panel_and_the_distance() {
    // 55 inches at 1920x1080: 0.634 mm a pixel; the smallest figure of the second rank is 36 mm high, read to 7 m.
    let near = Reading::of((1920, 1080), 55.0, 6.0).unwrap();
    assert!(
        (near.figure_mm - 35.67).abs() < 0.02 && (near.needed_mm - 30.0).abs() < 1e-9 && near.is_enough,
        "{near:?}"
    );
    assert!(!Reading::of((1920, 1080), 55.0, 8.0).unwrap().is_enough);
    let fine = Reading::of((3840, 2160), 55.0, 6.0).unwrap();
    assert!((fine.figure_mm - near.figure_mm).abs() < 1e-9, "more pixels of the same glass");
    // A video wall three to one: the page is as high as the wall and no wider.
    let wide = Reading::of((5760, 1080), 165.0, 6.0).unwrap();
    assert!((wide.figure_mm - 82.0 * 0.686 * 165.0 * 25.4 / 5760.0_f64.hypot(1080.0)).abs() < 1e-9);
    assert!(Reading::of((1080, 1920), 55.0, 6.0).unwrap().figure_mm > near.figure_mm, "upright it is larger");
    assert_eq!(Reading::of((0, 1080), 55.0, 6.0), None);
}

#[test]
fn a_screen_keeps_the_rules() {
    let of = |change: fn(&mut Screen)| {
        let mut screen = screen("a");
        change(&mut screen);
        screen.check()
    };
    assert_eq!(of(|_| {}), Ok(()));
    assert_eq!(of(|screen| screen.name = Text::new(" ")), Err(ScreenFault::Name));
    assert_eq!(of(|screen| screen.name = Text::new("a\nb")), Err(ScreenFault::Name));
    assert_eq!(of(|screen| screen.place.diagonal_inch = Some(4.0)), Err(ScreenFault::Diagonal(4.0)));
    assert!(of(|screen| screen.place.distance_m = Some(f64::NAN)).is_err());
}

#[test]
fn a_credential_is_good_until_it_is_taken_back_and_the_one_before_another_is_nobodys() {
    let list = list();
    assert!(matches!(list.by_hash("hash-a"), Known::Good(found) if *found.id == *"a"));
    list.put(Screen { hash: Some("new".to_owned()), ..screen("a") });
    assert_eq!(list.by_hash("hash-a"), Known::Unknown);
    let mut changes = list.changes();
    changes.mark_unchanged();
    list.put(Screen { hash: Some("new".to_owned()), revoked_ms: Some(1), ..screen("a") });
    assert!(changes.has_changed().unwrap());
    assert_eq!(list.by_hash("new"), Known::Revoked);
    list.remove(&Text::new("a"));
    assert_eq!((list.by_hash("new"), list.get("a")), (Known::Unknown, None));
}

#[test]
fn who_has_the_device_code_fetches_the_credential_for_a_while() {
    let claim = Claim { hash: "device".to_owned(), until_ms: after_s(60).0 };
    let list = ScreenList::new([Screen { claim: Some(claim.clone()), hash: None, ..screen("a") }], &BTreeMap::new());
    assert!(list.by_claim("device", after_s(59)).is_some());
    assert!(list.by_claim("device", after_s(60)).is_none() && list.by_claim("", NOW).is_none());
    list.put(Screen { claim: Some(claim), revoked_ms: Some(1), ..screen("a") });
    assert!(list.by_claim("device", NOW).is_none());
}

#[test]
fn p2_a_screen_has_one_command_the_newest_for_as_long_as_it_holds() {
    let (list, id) = (list(), Text::new("a"));
    let command = |order, seconds, id| Command::new(order, seconds, id, NOW).unwrap();
    list.command(&id, command(Order::Identify, None, 1));
    list.command(&id, command(Order::Go { board: "digital".to_owned() }, Some(30), 2));
    list.acknowledge(&id, 1, NOW);
    let newest = list.get("a").unwrap().command.unwrap();
    assert_eq!((newest.id, newest.acknowledged), (2, None), "an answer to the one before isn't one to this");
    assert_eq!((newest.board(after_s(29)), newest.board(after_s(30))), (Some("digital"), None));
    list.acknowledge(&id, 2, after_s(1));
    list.acknowledge(&id, 2, after_s(2));
    let done = list.get("a").unwrap().command.unwrap();
    assert_eq!(done.acknowledged, Some(after_s(1)));
    assert_eq!((done.left_ms(after_s(10)), done.left_ms(after_s(30))), (Some(20_000), None), "who comes back hears it");
    let mut reload = command(Order::Reload, None, 3);
    assert!(reload.left_ms(NOW).is_some());
    reload.acknowledged = Some(NOW);
    assert_eq!(reload.left_ms(NOW), None, "done once");
    assert!(!list.command(&Text::new("nobody"), reload));
    let faulty = |order, seconds| Command::new(order, seconds, 1, NOW).unwrap_err();
    assert_eq!(faulty(Order::Blank, Some(0)), OrderFault::Seconds(0));
    assert_eq!(faulty(Order::Blank, Some(COMMAND_S_MAX + 1)), OrderFault::Seconds(COMMAND_S_MAX + 1));
    assert_eq!(faulty(Order::Message { text: " ".to_owned() }, None), OrderFault::Text);
}

#[test]
fn it_is_known_who_is_there_and_since_when_one_is_behind() {
    let (list, id) = (list(), Text::new("a"));
    let (first, second) = (list.connect(&id), list.connect(&id));
    drop(first);
    assert_eq!(list.get("a").unwrap().presence.links, 1);
    drop(second);
    assert_eq!(list.get("a").unwrap().presence.links, 0);
    let told = |behind_since| Some(Told { behind_since, ..Told::default() });
    let since = || list.get("a").unwrap().presence.told.unwrap().behind_since;
    list.hear(&id, told(Some(after_s(5))), after_s(5));
    list.hear(&id, told(Some(after_s(10))), after_s(10));
    assert_eq!(since(), Some(after_s(5)));
    list.hear(&id, told(None), after_s(15));
    assert_eq!((since(), list.get("a").unwrap().presence.seen), (None, Some(after_s(15))));
    assert_eq!(list.take_heard(), BTreeMap::from([(id, after_s(15))]));
    assert!(list.take_heard().is_empty(), "written down once");
}
