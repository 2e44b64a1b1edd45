//! From which day on the sources of a unit cover it: before that there is no data, and a zero is none.

use crate::kpi::Window;
use crate::model::{Day, SourceProfile, Text};
use crate::units::{Hierarchy, Tree, UnitId};

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

/// A source that may send dossiers or ratings.
#[derive(Debug)]
pub(super) struct Feeding {
    /// The first day that it covers; none while nobody said so.
    start: Option<Day>,
    /// The units of its profile, as it is now and as it was; none of a source that may feed any.
    units: Option<[Vec<UnitId>; 2]>,
}

impl Feeding {
    fn of(view: &View, profile: &SourceProfile) -> Feeding {
        let read = |code: &Text| view.units().read(code, view.today()).unit;
        let known = |units: Vec<UnitId>| units.into_iter().filter(|unit| *unit != UnitId::UNRESOLVED).collect();
        let was: Vec<UnitId> = profile.units.iter().map(read).collect();
        let now = was.iter().map(|unit| view.hierarchies().successor(*unit)).collect();
        let units = (!was.is_empty()).then(|| [known(now), known(was)]);
        Feeding { start: profile.coverage_start, units }
    }

    /// Whether it may feed a unit: one of its own, or one above or below these.
    fn feeds(&self, unit: UnitId, hierarchy: Hierarchy, tree: &Tree) -> bool {
        let Some([now, was]) = &self.units else { return true };
        let units = if hierarchy == Hierarchy::Now { now } else { was };
        units.iter().any(|of| tree.covers(*of, unit) || tree.covers(unit, *of))
    }
}

impl View {
    /// The first day that all sources cover that feed a unit, and the first that any covers. A source feeds the units of
    /// its profile with all above and below them; one without units may feed any; one that only reports indicators feeds
    /// none. None while nobody said it of a source that may feed the unit, or no source is known: then a zero is a zero.
    pub fn coverage(&self, unit: UnitId, hierarchy: Hierarchy) -> Option<Coverage> {
        let tree = self.tree(hierarchy);
        let feeding = self.feeding()?.iter().filter(|source| source.feeds(unit, hierarchy, tree));
        let starts: Vec<Day> = feeding.map(|source| source.start).collect::<Option<_>>()?;
        Some(Coverage { from: *starts.iter().min()?, whole_from: *starts.iter().max()? })
    }

    /// All that may send dossiers or ratings, their units read once for all who ask; none while one that was heard isn't
    /// listed: it may have sent anything of any day.
    fn feeding(&self) -> Option<&[Feeding]> {
        let read = || {
            let mut heard = self.contacts().keys().chain(self.senders.counted());
            let is_listed = |source: &Text| self.sources().contains_key(source) || self.senders.only_reports(source);
            let listed = self.sources().values().filter(|fact| !self.senders.only_reports(&fact.source));
            heard.all(is_listed).then(|| listed.map(|fact| Feeding::of(self, &fact.profile)).collect())
        };
        self.feeding.get_or_init(read).as_deref()
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
