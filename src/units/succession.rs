//! Which unit goes on as which: successions followed to their end.

use super::registry::{UnitId, Units};
use crate::model::{Day, Decimal, Succession};

/// For each unit the one that stands for it on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    ends: Vec<UnitId>,
}

impl Mapping {
    /// Follows the successions in effect on a day.
    ///
    /// A step goes by a whole succession (share 1), else by the default one, else nowhere; of several by the earliest,
    /// then to the least (code, valid from). In a circle the way ends at the circle's least (code, valid from).
    /// `unresolved` stays.
    pub fn build(units: &Units, today: Day) -> Mapping {
        let mut steps: Vec<Option<Step>> = vec![None; units.len()];
        for succession in units.successions().filter(|succession| succession.effective <= today) {
            let Some((old, step)) = step_of(units, succession) else { continue };
            let kept = &mut steps[old.place()];
            *kept = Some(kept.map_or(step, |kept| kept.min(step)));
        }
        Mapping { ends: ends(&steps) }
    }

    /// The unit that stands for this one.
    pub fn of(&self, unit: UnitId) -> UnitId {
        self.ends[unit.place()]
    }
}

/// One way on; the least is gone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Step {
    is_part: bool,
    effective: Day,
    new: UnitId,
}

fn step_of(units: &Units, succession: &Succession) -> Option<(UnitId, Step)> {
    let millionths = succession.share.millionths();
    let is_part = millionths != Decimal::SCALE;
    if millionths == 0 || (is_part && !succession.is_default) {
        return None;
    }
    let old = units.read(&succession.old, succession.effective.plus(-1)).unit;
    let new = units.read(&succession.new, succession.effective).unit;
    let known = old != UnitId::UNRESOLVED && new != UnitId::UNRESOLVED;
    known.then_some((old, Step { is_part, effective: succession.effective, new }))
}

fn ends(steps: &[Option<Step>]) -> Vec<UnitId> {
    let mut ends: Vec<Option<UnitId>> = vec![None; steps.len()];
    for start in 0..steps.len() {
        let mut way = Vec::new();
        let mut at = UnitId::at_place(start);
        let end = loop {
            if let Some(end) = ends[at.place()] {
                break end;
            }
            if let Some(entry) = way.iter().position(|passed| *passed == at) {
                break way[entry..].iter().copied().min().unwrap_or(at);
            }
            way.push(at);
            match steps[at.place()] {
                Some(step) => at = step.new,
                None => break at,
            }
        };
        for passed in way {
            ends[passed.place()] = Some(end);
        }
    }
    ends.into_iter().enumerate().map(|(place, end)| end.unwrap_or(UnitId::at_place(place))).collect()
}
