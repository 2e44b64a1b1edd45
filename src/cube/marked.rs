//! The dossiers of a unit with the doubts about each.

use crate::model::quality::{CodesRead, Mark, marks};
use crate::model::{Day, Derived, DossierKey, DossierState, Level, Status};
use crate::units::UnitId;

use super::drill::Selection;
use super::view::View;

/// One dossier with its marks.
#[derive(Debug)]
pub struct Marked<'v> {
    /// Its key.
    pub key: &'v DossierKey,
    /// Its registers.
    pub state: &'v DossierState,
    /// What follows from them.
    pub derived: &'v Derived,
    /// The unit it is directly under.
    pub unit: UnitId,
    /// What is doubtful about it.
    pub marks: Vec<Mark>,
}

impl View {
    /// Visits every dossier under a unit that began in the window, void ones too, in no order; it looks at each one known.
    /// A dossier begins on the day on which it was taken on, else on that of its first status or record.
    pub fn visit_marked<'v>(&'v self, selection: &Selection, mut take: impl FnMut(Marked<'v>)) {
        let members = self.members(selection);
        for dossier in self.dossiers() {
            // The unit first: it is looked up, while the day has to be made out.
            let unit = dossier.placement.unit(selection.perspective);
            if members[unit.place()].is_none() {
                continue;
            }
            let window = selection.window;
            let began = self.began(dossier.state, dossier.derived);
            if !began.is_some_and(|day| window.first <= day && day <= window.last) {
                continue;
            }
            let read = CodesRead {
                stale: dossier.placement.stale_code(selection.perspective),
                unknown: unit == UnitId::UNRESOLVED,
                level: self.level(dossier.state, dossier.derived),
            };
            let marks = marks(dossier.state, dossier.derived, read, self.now()).collect();
            take(Marked { key: dossier.key, state: dossier.state, derived: dossier.derived, unit, marks });
        }
    }

    /// How far a dossier's procedure could be done online, as it was valid on the day of taking on.
    fn level(&self, state: &DossierState, derived: &Derived) -> Option<Level> {
        let on = self.zone().day(derived.taken_on?);
        self.rules().procedure(state.procedure.value()?, on)?.profile.level
    }

    fn began(&self, state: &DossierState, derived: &Derived) -> Option<Day> {
        let seen = Status::ALL.into_iter().filter_map(|status| state.statuses.least(status)).min();
        let first = || state.unit_first.get().map(|(at, _)| at);
        derived.taken_on.or(seen).or_else(first).map(|at| self.zone().day(at))
    }
}
