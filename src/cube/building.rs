//! Reading everything again under another hierarchy or other rules, aside and in slices.
//!
//! The figures shown stay those of the former hierarchy and rules until all of the new ones are there; then they change at once.
//! What changes meanwhile goes into both, so that neither ever counts anything twice or not at all.

use std::sync::Arc;

use super::contribution::{of_dossier, of_rating};
use super::counters::Counters;
use super::owner::Cube;
use crate::model::{Alias, CalendarFact, Instant, ProcedureFact, Succession, UnitFact, derive};
use crate::units::Hierarchies;

/// Counters under a new hierarchy or new rules, as far as they are.
#[derive(Debug)]
pub(super) struct Building {
    pub(super) counters: Counters,
    /// How many dossiers and ratings are in them, by their places.
    pub(super) dossiers: usize,
    pub(super) ratings: usize,
}

/// News about the hierarchy and the rules.
#[derive(Debug, Default)]
pub(super) struct Changes {
    pub(super) units: Vec<UnitFact>,
    pub(super) successions: Vec<Succession>,
    pub(super) aliases: Vec<Alias>,
    pub(super) procedures: Vec<ProcedureFact>,
    pub(super) calendar: Vec<CalendarFact>,
}

impl Changes {
    fn has_hierarchy(&self) -> bool {
        !(self.units.is_empty() && self.successions.is_empty() && self.aliases.is_empty())
    }
}

impl Cube {
    /// Joins news about the hierarchy and the rules; when any is new, everything is to be read again.
    pub(super) fn change_hierarchy(&mut self, changes: Changes) {
        let mut changed = false;
        if changes.has_hierarchy() {
            let units = Arc::make_mut(&mut self.units);
            changed |= units.offer(changes.units);
            changed |= units.offer_successions(changes.successions);
            changed |= units.offer_aliases(changes.aliases);
        }
        if !(changes.procedures.is_empty() && changes.calendar.is_empty()) {
            let rules = Arc::make_mut(&mut self.rules);
            for fact in changes.procedures {
                changed |= rules.offer_procedure(fact);
            }
            for fact in changes.calendar {
                changed |= rules.offer_calendar(fact);
            }
        }
        if changed {
            self.begin_building(Arc::new(Hierarchies::build(&self.units, self.today())));
        }
    }

    /// A new day can move units without an end under other parents, and begins successions.
    pub(super) fn turn_day(&mut self) {
        let hierarchies = Hierarchies::build(&self.units, self.today());
        let aimed_at = self.building.as_ref().map_or(&self.shown, |building| &building.counters);
        if hierarchies != *aimed_at.hierarchies {
            self.begin_building(Arc::new(hierarchies));
        }
    }

    /// Begins to read everything again; what was begun before is given up.
    pub(super) fn begin_building(&mut self, hierarchies: Arc<Hierarchies>) {
        let counters = Counters::empty(self.units.clone(), hierarchies, self.rules.clone());
        self.building = Some(Building { counters, dossiers: 0, ratings: 0 });
    }

    /// Reads so many more dossiers and ratings; when all are read, the new figures are shown.
    pub(super) fn build_on(&mut self, slice: usize) {
        let Some(Building { counters, dossiers, ratings }) = &mut self.building else { return };
        let rules_stay = Arc::ptr_eq(&counters.rules, &self.shown.rules);
        let mut left = slice;
        while left > 0
            && let Some(entry) = self.dossiers.get(*dossiers)
        {
            let placement = counters.reader(&self.zone).dossier(&entry.key, &entry.state);
            counters.placements.push(placement);
            let shown = &self.shown.derived[*dossiers];
            let derived = if rules_stay { None } else { Some(derive(&entry.state, &self.zone, &counters.rules)) };
            // Most stay as they were, and are kept once.
            let derived = derived.filter(|derived| *derived != **shown).map_or_else(|| shown.clone(), Arc::new);
            if !Arc::ptr_eq(&derived, shown) {
                let place = u32::try_from(*dossiers).expect("fewer than four thousand million dossiers");
                let turns = derived.turns().filter(|turn| *turn > self.now && *turn != Instant::FOREVER);
                self.turns.extend(turns.map(|turn| (turn, place)));
            }
            counters.add(&placement, &of_dossier(&entry.state, &derived, self.now, &self.zone), 1);
            counters.set_derived(*dossiers, derived, self.now);
            *dossiers += 1;
            left -= 1;
        }
        while left > 0
            && *dossiers == self.dossiers.len()
            && let Some((key, state)) = self.ratings.get(*ratings)
        {
            let placement = counters.reader(&self.zone).rating(&key.source, state);
            counters.rating_placements.push(placement);
            counters.add(&placement, &of_rating(state, &self.zone), 1);
            counters.add_answer(&placement, state, &self.zone, 1);
            *ratings += 1;
            left -= 1;
        }
        if *dossiers == self.dossiers.len()
            && *ratings == self.ratings.len()
            && let Some(building) = self.building.take()
        {
            self.shown = building.counters;
        }
    }

    /// Reads on until the figures are those of the newest hierarchy.
    pub fn settle(&mut self) {
        while self.building.is_some() {
            self.build_on(usize::MAX);
        }
    }
}
