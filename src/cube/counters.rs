//! The counters of all units under one state of the hierarchy and of the rules.

use std::sync::Arc;

use rpds::{HashTrieSetSync, VectorSync};

use super::contribution::Contribution;
use super::days::Days;
use super::open::may_be_open;
use super::placement::{Placement, Placements, Reader};
use super::ratings::AnswerDays;
use crate::kpi::measure::Sums;
use crate::kpi::{Measures, Slot, Window};
use crate::model::{Day, Derived, Instant, RatingState, Rules, Zone};
use crate::units::{Hierarchies, Hierarchy, Perspective, UnitId, UnitRole, Units};

/// The perspective whose sums over all below are kept; the others' are made when somebody asks.
const SUMMED: Perspective = Perspective { hierarchy: Hierarchy::Now, role: UnitRole::Processing };

/// Counters by unit and day, with the hierarchy and the rules they are counted under. Cheap to share and to change.
#[derive(Clone, Debug)]
pub(super) struct Counters {
    pub(super) units: Arc<Units>,
    pub(super) hierarchies: Arc<Hierarchies>,
    pub(super) rules: Arc<Rules>,
    /// What every unit of the territory handles itself, in each perspective.
    own: [Vec<Arc<Days>>; 4],
    /// With everything below it, as it is now and processed.
    sum: Vec<Arc<Days>>,
    pub(super) placements: Placements,
    /// Those of all ratings.
    pub(super) rating_placements: Placements,
    /// What follows from the registers of every dossier under these rules, by their places. Made anew with every change,
    /// so that questions over all dossiers needn't.
    pub(super) derived: VectorSync<Arc<Derived>>,
    /// The places of dossiers that may be in progress.
    pub(super) open: HashTrieSetSync<u32>,
    /// Ratings by score of what every unit handles itself, as it is now.
    pub(super) answers: Vec<Arc<AnswerDays>>,
}

impl Counters {
    /// Nothing counted yet.
    pub(super) fn empty(units: Arc<Units>, hierarchies: Arc<Hierarchies>, rules: Arc<Rules>) -> Counters {
        let none = vec![Arc::<Days>::default(); units.len()];
        Counters {
            answers: vec![Arc::<AnswerDays>::default(); units.len()],
            open: HashTrieSetSync::new_sync(),
            own: [none.clone(), none.clone(), none.clone(), none.clone()],
            sum: none,
            units,
            hierarchies,
            rules,
            placements: Placements::default(),
            rating_placements: Placements::default(),
            derived: VectorSync::new_sync(),
        }
    }

    /// What reads codes under this hierarchy.
    pub(super) fn reader<'a>(&'a self, zone: &'a Zone) -> Reader<'a> {
        Reader { units: &self.units, hierarchies: &self.hierarchies, zone }
    }

    /// Sets what follows from the registers of a dossier at `now`: of one known, or of the next one.
    pub(super) fn set_derived(&mut self, place: usize, derived: Arc<Derived>, now: Instant) {
        let key = u32::try_from(place).expect("fewer than four thousand million dossiers");
        if may_be_open(&derived, now) {
            if !self.open.contains(&key) {
                self.open.insert_mut(key);
            }
        } else {
            self.open.remove_mut(&key);
        }
        if place == self.derived.len() {
            self.derived.push_back_mut(derived);
        } else {
            self.derived.set_mut(place, derived);
        }
    }

    /// Adds (1) or takes away (-1) a rating by its answer.
    pub(super) fn add_answer(&mut self, placement: &Placement, state: &RatingState, zone: &Zone, sign: i64) {
        AnswerDays::add(&mut self.answers[placement.unit(SUMMED).place()], state, zone, sign);
    }

    /// Adds (1) or takes away (-1) what counts under these units.
    pub(super) fn add(&mut self, placement: &Placement, additions: &Contribution, sign: i64) {
        if additions.is_empty() {
            return;
        }
        for (own, perspective) in self.own.iter_mut().zip(Perspective::ALL) {
            let days = Arc::make_mut(&mut own[placement.unit(perspective).place()]);
            for (day, slot, by) in additions {
                days.add(*day, *slot, sign * by);
            }
        }
        for above in self.hierarchies.tree(SUMMED.hierarchy).path(placement.unit(SUMMED)) {
            let days = Arc::make_mut(&mut self.sum[above.place()]);
            for (day, slot, by) in additions {
                days.add(*day, *slot, sign * by);
            }
        }
    }

    /// What the units of the territory behind a unit handle themselves.
    fn owned(&self, unit: UnitId, perspective: Perspective) -> impl Iterator<Item = &Days> {
        let own = &self.own[perspective.place()];
        self.hierarchies.tree(perspective.hierarchy).owners(unit).map(|owner| &*own[owner.place()])
    }

    /// The counters that make up the figures of a unit with everything below it.
    fn parts(&self, unit: UnitId, perspective: Perspective) -> Vec<&Days> {
        let tree = self.hierarchies.tree(perspective.hierarchy);
        if perspective == SUMMED && tree.is_territory(unit) {
            return vec![&self.sum[unit.place()]];
        }
        tree.below(unit).flat_map(|below| self.owned(below, perspective)).collect()
    }

    /// Every change of a unit with everything below it.
    pub(super) fn changes(
        &self,
        unit: UnitId,
        perspective: Perspective,
    ) -> impl Iterator<Item = (Day, Slot, i64)> + '_ {
        self.parts(unit, perspective).into_iter().flat_map(Days::changes)
    }

    pub(super) fn measures(&self, unit: UnitId, window: Window, perspective: Perspective) -> Measures {
        summed(self.parts(unit, perspective), window)
    }

    pub(super) fn own_measures(&self, unit: UnitId, window: Window, perspective: Perspective) -> Measures {
        summed(self.owned(unit, perspective), window)
    }

    pub(super) fn first_day(&self, unit: UnitId, perspective: Perspective) -> Option<Day> {
        self.parts(unit, perspective).into_iter().filter_map(Days::first).min()
    }

    /// What every unit handles itself.
    pub(super) fn own(&self, perspective: Perspective) -> impl Iterator<Item = (UnitId, &Days)> {
        let own = &self.own[perspective.place()];
        self.hierarchies.tree(perspective.hierarchy).ids().map(|unit| (unit, &*own[unit.place()]))
    }
}

fn summed<'a>(parts: impl IntoIterator<Item = &'a Days>, window: Window) -> Measures {
    let mut sums = Sums::ZERO;
    for days in parts {
        days.add_to(&mut sums, window);
    }
    Measures::of(&sums)
}
