//! The immutable view from which every figure is answered.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use rpds::{HashTrieMapSync, VectorSync};

use crate::kpi::measure::Sums;
use crate::kpi::{Measures, Slot, Window};
use crate::model::{
    Day, Derived, DossierKey, DossierState, IndicatorKey, IndicatorState, Instant, RatingKey, RatingState, Rules,
    SourceFact, Text, Zone,
};
use crate::units::{Hierarchies, Hierarchy, Perspective, Tree, UnitId, Units};

use super::contribution::{Contribution, of_dossier};
use super::counters::Counters;
use super::coverage::Feeding;
use super::indicators::{Reports, ordered};
use super::placement::Placement;
use super::senders::Senders;

/// One dossier as the cube keeps it.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) key: DossierKey,
    pub(super) state: DossierState,
}

impl Entry {
    pub(super) fn new(key: DossierKey) -> Entry {
        Entry { key, state: DossierState::default() }
    }
}

/// One dossier as a view shows it.
#[derive(Clone, Debug)]
pub struct DossierView {
    /// Its key.
    pub key: DossierKey,
    /// Its registers.
    pub state: DossierState,
    /// What follows from them.
    pub derived: Derived,
    /// The unit it counts under, as it is now and processed.
    pub unit: UnitId,
    /// Its code of the unit had ended.
    pub stale_code: bool,
    /// The units it counts under in every perspective.
    pub placement: Placement,
}

/// One dossier of a view, without a copy.
#[derive(Clone, Copy, Debug)]
pub struct DossierRef<'a> {
    /// Its key.
    pub key: &'a DossierKey,
    /// Its registers.
    pub state: &'a DossierState,
    /// What follows from them.
    pub derived: &'a Derived,
    /// The units it counts under.
    pub placement: Placement,
}

/// A change of one slot of one unit from one day to the next: what `verify` compares with SQL.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// The unit.
    pub unit: UnitId,
    /// Local day.
    pub day: Day,
    /// Name of the measure.
    pub measure: &'static str,
    /// By how much.
    pub by: i64,
}

/// All figures at one (seq, instant). Cheap to clone and to keep.
#[derive(Clone, Debug)]
pub struct View {
    pub(super) seq: u64,
    pub(super) now: Instant,
    pub(super) zone: Arc<Zone>,
    pub(super) counters: Counters,
    pub(super) newest_units: Arc<Units>,
    pub(super) newest_rules: Arc<Rules>,
    pub(super) units_pending: bool,
    pub(super) places: HashTrieMapSync<DossierKey, u32>,
    pub(super) dossiers: VectorSync<Arc<Entry>>,
    pub(super) rating_list: VectorSync<(RatingKey, RatingState)>,
    pub(super) indicators: Reports,
    pub(super) contacts: Arc<BTreeMap<Text, Instant>>,
    pub(super) sources: Arc<BTreeMap<Text, SourceFact>>,
    pub(super) senders: Senders,
    /// Made when it is asked for first, and shared with every clone.
    pub(super) feeding: Arc<OnceLock<Option<Vec<Feeding>>>>,
}

impl View {
    /// Sequence number of the last record that is in it.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// The instant the figures are about.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// The local day of that instant.
    pub fn today(&self) -> Day {
        self.zone.day(self.now)
    }

    /// The zone of its days.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// All versions of units, successions and aliases that the figures are counted under.
    pub fn units(&self) -> &Units {
        &self.counters.units
    }

    /// The procedures' limits and the working days that the figures are judged by.
    pub fn rules(&self) -> &Rules {
        &self.counters.rules
    }

    /// The newest procedures and calendar, also those that no figure is judged by yet.
    pub fn newest_rules(&self) -> &Rules {
        &self.newest_rules
    }

    /// Whether a newer hierarchy or newer rules are known and the figures are being read again under them; these are
    /// still whole figures of the former ones.
    pub fn units_pending(&self) -> bool {
        self.units_pending
    }

    /// The newest versions of units, successions and aliases, also those that no figure is counted under yet.
    pub fn newest_units(&self) -> &Units {
        &self.newest_units
    }

    /// Both hierarchies as they stand today.
    pub fn hierarchies(&self) -> &Hierarchies {
        &self.counters.hierarchies
    }

    /// Whether a unit can have no figures of its own in a window: as it is now it stands for nobody since it went on as
    /// another one, or it wasn't there in the window at all. Then a sum of nothing is no data, not 0.
    pub fn is_gone(&self, unit: UnitId, window: Window, hierarchy: Hierarchy) -> bool {
        let went_on = hierarchy == Hierarchy::Now && self.hierarchies().successor(unit) != unit;
        let was_there = self.units().fact(unit).is_none_or(|fact| window.meets(fact.valid_from, fact.valid_to));
        went_on || !was_there
    }

    /// The tree of a hierarchy as it stands today.
    pub fn tree(&self, hierarchy: Hierarchy) -> &Tree {
        self.counters.hierarchies.tree(hierarchy)
    }

    /// The last contact of each source, by the receiving clock.
    pub fn contacts(&self) -> &BTreeMap<Text, Instant> {
        &self.contacts
    }

    /// What is known of each source.
    pub fn sources(&self) -> &BTreeMap<Text, SourceFact> {
        &self.sources
    }

    /// How many dossiers are known.
    pub fn dossier_count(&self) -> usize {
        self.dossiers.len()
    }

    /// All measures of a unit with everything below it; of an area, of its members.
    pub fn measures(&self, unit: UnitId, window: Window, perspective: Perspective) -> Measures {
        self.counters.measures(unit, window, perspective)
    }

    /// All measures of what a unit handles itself: its row `own`. The children's and this add up (C-3).
    pub fn own_measures(&self, unit: UnitId, window: Window, perspective: Perspective) -> Measures {
        self.counters.own_measures(unit, window, perspective)
    }

    /// The first day on which a unit with everything below it has any figure; before it there is no data.
    pub fn first_day(&self, unit: UnitId, perspective: Perspective) -> Option<Day> {
        self.counters.first_day(unit, perspective)
    }

    /// The code of the unit that a dossier's newest record names: what its own source said last.
    pub fn stated_unit(&self, key: &DossierKey) -> Option<&Text> {
        let place = *self.places.get(key)? as usize;
        self.dossiers.get(place)?.state.unit.value()
    }

    /// One dossier, judged at this view's instant.
    pub fn dossier(&self, key: &DossierKey) -> Option<DossierView> {
        let place = *self.places.get(key)? as usize;
        let entry = self.dossiers.get(place)?;
        let placement = self.counters.placements.get(place);
        Some(DossierView {
            key: entry.key.clone(),
            state: entry.state.clone(),
            derived: Derived::clone(self.counters.derived.get(place)?),
            unit: placement.unit(Perspective::default()),
            stale_code: placement.stale_code(Perspective::default()),
            placement,
        })
    }

    /// All dossiers with what follows from their registers, in the order of their arrival. Cheap to go through.
    pub fn dossiers(&self) -> impl Iterator<Item = DossierRef<'_>> {
        let judged = self.counters.placements.iter().zip(self.counters.derived.iter());
        self.dossiers.iter().zip(judged).map(|(entry, (placement, derived))| DossierRef {
            key: &entry.key,
            state: &entry.state,
            derived,
            placement,
        })
    }

    /// What a dossier adds to the days of its units: day, slot, how many. All figures are sums of these.
    pub fn contribution(&self, dossier: &DossierRef<'_>) -> Contribution {
        of_dossier(dossier.state, dossier.derived, self.now, &self.zone)
    }

    /// A dossier's part in the measures of a window: those of a unit are the sum of its dossiers' parts (and its
    /// ratings').
    pub fn share(&self, dossier: &DossierRef<'_>, window: Window) -> Measures {
        let mut sums = Sums::ZERO;
        for addition in self.contribution(dossier) {
            sums.add(window, addition);
        }
        Measures::of(&sums)
    }

    /// The registers of an indicator.
    pub fn indicator(&self, key: &IndicatorKey) -> Option<&IndicatorState> {
        self.indicators.get(&ordered(key.clone()))
    }

    /// Every change of every unit's own days, in no order.
    pub fn changes(&self, perspective: Perspective) -> impl Iterator<Item = Change> + '_ {
        self.counters.own(perspective).flat_map(|(unit, days)| {
            days.changes().map(move |(day, slot, by): (Day, Slot, i64)| Change { unit, day, measure: slot.name(), by })
        })
    }
}
