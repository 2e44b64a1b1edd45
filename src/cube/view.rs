//! The immutable view from which every figure is answered.

use std::collections::BTreeMap;
use std::sync::Arc;

use rpds::{HashTrieMapSync, VectorSync};

use crate::kpi::{Measures, Slot, Window};
use crate::model::{
    Day, Derived, DossierKey, DossierState, IndicatorKey, IndicatorState, Instant, RatingKey, RatingState, Text, Zone,
    derive,
};
use crate::units::{Tree, UnitId, Units};

use super::days::Days;

/// One dossier as the cube keeps it.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) key: DossierKey,
    pub(super) state: DossierState,
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
    /// The unit it counts under now.
    pub unit: UnitId,
    /// Its code of the unit had ended.
    pub stale_code: bool,
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
    pub(super) units: Arc<Units>,
    pub(super) tree: Arc<Tree>,
    pub(super) own: Vec<Arc<Days>>,
    pub(super) sum: Vec<Arc<Days>>,
    pub(super) places: HashTrieMapSync<DossierKey, u32>,
    pub(super) dossiers: VectorSync<Arc<Entry>>,
    pub(super) ratings: HashTrieMapSync<RatingKey, RatingState>,
    pub(super) indicators: HashTrieMapSync<IndicatorKey, IndicatorState>,
    pub(super) contacts: Arc<BTreeMap<Text, Instant>>,
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

    /// All versions of units.
    pub fn units(&self) -> &Units {
        &self.units
    }

    /// The tree as it stands today.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The last contact of each source, by the receiving clock.
    pub fn contacts(&self) -> &BTreeMap<Text, Instant> {
        &self.contacts
    }

    /// How many dossiers are known.
    pub fn dossier_count(&self) -> usize {
        self.dossiers.len()
    }

    /// All measures of a unit with everything below it.
    pub fn measures(&self, unit: UnitId, window: Window) -> Measures {
        Measures::of(&self.sum[unit.place()].sums(window.first, window.last))
    }

    /// All measures of what a unit handles itself: its row `own`.
    pub fn own_measures(&self, unit: UnitId, window: Window) -> Measures {
        Measures::of(&self.own[unit.place()].sums(window.first, window.last))
    }

    /// The first day on which a unit with everything below it has any figure; before it there is no data.
    pub fn first_day(&self, unit: UnitId) -> Option<Day> {
        self.sum[unit.place()].first()
    }

    /// One dossier, judged at this view's instant.
    pub fn dossier(&self, key: &DossierKey) -> Option<DossierView> {
        let entry = self.dossiers.get(*self.places.get(key)? as usize)?;
        let reading = unit_of(&self.units, &self.zone, &entry.state);
        Some(DossierView {
            key: entry.key.clone(),
            state: entry.state.clone(),
            derived: derive(&entry.state, &self.zone),
            unit: reading.unit,
            stale_code: reading.stale_code,
        })
    }

    /// The registers of an indicator.
    pub fn indicator(&self, key: &IndicatorKey) -> Option<&IndicatorState> {
        self.indicators.get(key)
    }

    /// Every change of every unit's own days, in no order.
    pub fn changes(&self) -> impl Iterator<Item = Change> + '_ {
        self.tree.ids().flat_map(move |unit| {
            self.own[unit.place()].changes().map(move |(day, slot, by): (Day, Slot, i64)| Change {
                unit,
                day,
                measure: slot.name(),
                by,
            })
        })
    }
}

/// Under which unit a dossier counts now: its newest code read on the local day of that register's `at`.
pub(super) fn unit_of(units: &Units, zone: &Zone, state: &DossierState) -> crate::units::Reading {
    read_unit(units, zone, &state.unit)
}

/// The unit of a code register.
pub(super) fn read_unit(units: &Units, zone: &Zone, register: &crate::model::Register<Text>) -> crate::units::Reading {
    match (register.value(), register.at()) {
        (Some(code), Some(at)) => units.read(code, zone.day(at)),
        _ => crate::units::Reading { unit: UnitId::UNRESOLVED, stale_code: false },
    }
}
