//! Both hierarchies of a day: as it is now and as it was.

use std::sync::Arc;

use super::changes::Changes;
use super::perspective::Hierarchy;
use super::registry::{Reading, UnitId, Units};
use super::succession::Mapping;
use super::tree::Tree;
use crate::model::{Day, Text};

/// Who stands under whom, in both hierarchies, and which unit stands for which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hierarchies {
    mapping: Mapping,
    changes: Changes,
    now: Arc<Tree>,
    was: Arc<Tree>,
}

impl Hierarchies {
    /// As they stand on a day.
    pub fn build(units: &Units, today: Day) -> Hierarchies {
        let mapping = Mapping::build(units, today);
        let now = Arc::new(Tree::now(units, today, &mapping));
        let was = Arc::new(Tree::was(units, today));
        let changes = Changes::build(units, &mapping, [&now, &was]);
        Hierarchies { mapping, changes, now, was }
    }

    /// The tree of a hierarchy.
    pub fn tree(&self, hierarchy: Hierarchy) -> &Tree {
        match hierarchy {
            Hierarchy::Now => &self.now,
            Hierarchy::Was => &self.was,
        }
    }

    /// The unit that stands for this one now: itself unless it went on as another.
    pub fn successor(&self, unit: UnitId) -> UnitId {
        self.mapping.of(unit)
    }

    /// The last day after `after` and up to `to` from which on the hierarchy of a unit was another one; none: what is
    /// before and after can be compared.
    pub fn changed(&self, unit: UnitId, (after, to): (Day, Day)) -> Option<Day> {
        self.changes.last(unit, (after, to))
    }

    /// The unit that stands for this one now, if it is another one and whoever may see this one may see that: it or
    /// what stands for it is above in everybody's scope, too.
    pub fn told_successor(&self, unit: UnitId) -> Option<UnitId> {
        let successor = self.mapping.of(unit);
        let sees = |root: UnitId| [root, self.mapping.of(root)].iter().any(|root| self.now.covers(*root, successor));
        (successor != unit && self.now.path(unit).all(sees)).then_some(successor)
    }

    /// The unit under which what was recorded under a code on a day counts in a hierarchy: the source's alias
    /// is applied, the code read on that day and, as it is now, mapped through successions.
    pub fn place(&self, units: &Units, hierarchy: Hierarchy, source: &str, (code, day): (&Text, Day)) -> Reading {
        let reading = units.read(units.meant(source, code), day);
        match hierarchy {
            Hierarchy::Now => Reading { unit: self.mapping.of(reading.unit), ..reading },
            Hierarchy::Was => reading,
        }
    }

    /// What a code that was written down on a day, such as that of a token, names now: read on that day as a question
    /// ([`Units::ask`]), then mapped through successions.
    pub fn written_on(&self, units: &Units, code: &str, day: Day) -> UnitId {
        self.mapping.of(units.ask(code, day).unit)
    }
}
