//! From which day on the sources of a unit cover it: before that there is no data, and a zero is none.

use crate::kpi::Window;
use crate::model::{Day, Text};
use crate::units::{Hierarchy, UnitId};

use super::View;

/// The first days that the sources of a unit cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// The first day with the records of any source.
    pub from: Day,
    /// The first day with the records of all.
    pub whole_from: Day,
}

impl Coverage {
    /// The day since which a window that begins before it is covered by all sources; none: it is from its first day on.
    pub fn cuts(&self, window: Window) -> Option<Day> {
        (window.first < self.whole_from).then_some(self.whole_from)
    }
}

impl View {
    /// The first day that all sources cover that feed a unit, and the first that any covers. A source feeds the units of
    /// its profile with all above and below them; one without units may feed any; one that only reports indicators feeds
    /// none. None while nobody said it of a source that may feed the unit, or no source is known: then a zero is a zero.
    pub fn coverage(&self, unit: UnitId, hierarchy: Hierarchy) -> Option<Coverage> {
        let (units, tree) = (self.units(), self.tree(hierarchy));
        let meets = |code: &str| {
            let of = units.read(code, self.today()).unit;
            let of = if hierarchy == Hierarchy::Now { self.hierarchies().successor(of) } else { of };
            of != UnitId::UNRESOLVED && (tree.covers(of, unit) || tree.covers(unit, of))
        };
        // One that was heard and isn't listed may have sent anything of any day.
        let heard = self.contacts().keys().chain(self.senders.counted());
        let is_listed = |source: &Text| self.sources().contains_key(source) || self.senders.only_reports(source);
        if !heard.into_iter().all(is_listed) {
            return None;
        }
        let counting = self.sources().values().filter(|fact| !self.senders.only_reports(&fact.source));
        let profiles = counting.map(|fact| &fact.profile);
        let feeding =
            profiles.filter(|profile| profile.units.is_empty() || profile.units.iter().any(|code| meets(code)));
        let starts: Option<Vec<Day>> = feeding.map(|profile| profile.coverage_start).collect();
        let starts = starts?;
        Some(Coverage { from: *starts.iter().min()?, whole_from: *starts.iter().max()? })
    }

    /// Whether a window ends before the first day that any source of a unit covers.
    pub fn is_before_coverage(&self, unit: UnitId, window: Window, hierarchy: Hierarchy) -> bool {
        self.coverage(unit, hierarchy).is_some_and(|coverage| window.last < coverage.from)
    }

    /// Whether zeros of a window are no data: the unit has gone in it ([`View::is_gone`]), or nothing covers it.
    pub fn has_no_data(&self, unit: UnitId, window: Window, hierarchy: Hierarchy) -> bool {
        self.is_gone(unit, window, hierarchy) || self.is_before_coverage(unit, window, hierarchy)
    }
}
