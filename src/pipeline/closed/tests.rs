//! Whose windows are marked: those of the unit that closed, of the units in its closing, and of no other.

use super::*;
use crate::cube::Cube;
use crate::model::{Instant, Zone};
use crate::pipeline::worlds::unit;

const NOW: Instant = Instant(1_722_560_400_000);

/// A province of two communes, the first with a village.
fn view() -> View {
    let mut cube = Cube::new(Zone::named("Asia/Ho_Chi_Minh").unwrap(), NOW);
    cube.apply([unit("17", None), unit("a", Some("17")), unit("b", Some("17")), unit("a1", Some("a"))], 9);
    cube.settle();
    cube.view()
}

fn key(code: &str) -> UnitKey {
    UnitKey { code: code.into(), valid_from: None }
}

fn june() -> Window {
    Window { first: "2024-05-15".parse().unwrap(), last: "2024-06-14".parse().unwrap() }
}

fn closed_for(closer: &str, units: &[&str], version: u32) -> ClosedPeriod {
    ClosedPeriod {
        window: june(),
        closer: key(closer),
        units: units.iter().map(|code| key(code)).collect(),
        mark: ClosedMark { version, at: "2024-07-05T16:00:00+07:00".to_owned() },
    }
}

fn versions(closed: &ClosedPeriods, window: Window) -> [Option<u32>; 4] {
    let view = view();
    let unit = |code| view.units().read(code, view.today()).unit;
    ["17", "a", "a1", "b"].map(|code| closed.mark(&view, unit(code), window).map(|mark| mark.version))
}

#[test]
fn a_window_is_marked_for_the_units_of_the_closing_and_by_the_nearest_that_closed_it() {
    let closed = ClosedPeriods::default();
    assert_eq!(versions(&closed, june()), [None; 4]);
    // `b` came into being after the province had closed.
    closed.set(b"17", Some(closed_for("17", &["17", "a", "a1"], 1)));
    assert_eq!(versions(&closed, june()), [Some(1), Some(1), Some(1), None]);
    closed.set(b"a", Some(closed_for("a", &["a", "a1"], 7)));
    assert_eq!(versions(&closed, june()), [Some(1), Some(7), Some(7), None]);
    closed.set(b"a", None);
    assert_eq!(versions(&closed, june()), [Some(1), Some(1), Some(1), None]);
    let other = Window { last: june().last.plus(1), ..june() };
    assert_eq!(versions(&closed, other), [None; 4], "another window isn't closed");
}
