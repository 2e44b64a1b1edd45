//! On which days the hierarchy of a unit changed, so that figures before and after are of other boundaries.

use std::collections::BTreeSet;

use super::registry::{UnitId, Units};
use super::succession::Mapping;
use super::tree::Tree;
use crate::model::{Day, UnitKind};

/// For each unit the days from which on it, or the territory under it, was divided in another way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    days: Vec<BTreeSet<Day>>,
}

impl Changes {
    /// A unit changes on the first day of its version and on that of a succession from it or to it. Above a province,
    /// district or commune that goes on as another it changes too: what is below is compared with other units. A
    /// department that is merged changes nothing for the province.
    pub(super) fn build(units: &Units, mapping: &Mapping, trees: [&Tree; 2]) -> Changes {
        let mut changes = Changes { days: vec![BTreeSet::new(); units.len()] };
        for (unit, fact) in units.versions() {
            changes.days[unit.place()].extend(fact.valid_from);
        }
        for succession in units.successions().filter(|succession| succession.share.millionths() != 0) {
            let day = succession.effective;
            let old = units.read(&succession.old, day.plus(-1)).unit;
            let new = units.read(&succession.new, day).unit;
            for unit in [old, new].into_iter().filter(|unit| *unit != UnitId::UNRESOLVED) {
                changes.days[unit.place()].insert(day);
                // What it went on as later stands for it in every question.
                changes.days[mapping.of(unit).place()].insert(day);
                let is_territory = |unit: UnitId| {
                    let kind = units.fact(unit).map(|fact| fact.kind);
                    matches!(kind, Some(UnitKind::Province | UnitKind::District | UnitKind::Commune))
                };
                if is_territory(unit) {
                    for above in trees.iter().flat_map(|tree| tree.path(unit)) {
                        changes.days[above.place()].insert(day);
                    }
                }
            }
        }
        changes
    }

    /// The last day in (`after`, `to`] from which on the unit's hierarchy is another one; none: figures of both sides
    /// can be compared.
    pub fn last(&self, unit: UnitId, (after, to): (Day, Day)) -> Option<Day> {
        self.days[unit.place()].range(..=to).next_back().copied().filter(|day| *day > after)
    }
}
