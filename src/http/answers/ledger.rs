//! What forms are made of: the figures of what each unit below another handles itself, by field and procedure.
//!
//! One look at every dossier makes it, and every form of every unit below can be made from it: so a closed period keeps
//! one ledger, and its forms are made by the same code as the current ones.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use crate::cube::{Dimension, Selection, View};
use crate::kpi::measure::Sums;
use crate::kpi::{Measures, Slot};
use crate::model::Text;
use crate::units::{Tree, UnitId, UnitKey};

/// The ledger of a unit and a window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// The unit, then those below it, each before its own, in protocol order.
    pub(super) units: Vec<LedgerUnit>,
    /// In the order of units, fields, procedures.
    pub(super) entries: Vec<Entry>,
}

/// A unit of a ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LedgerUnit {
    pub(super) key: UnitKey,
    pub(super) name: Text,
    pub(super) category: Text,
    /// Its place, for those below another one.
    pub(super) parent: Option<usize>,
    /// Whether it existed in the window.
    pub(super) existed: bool,
}

/// What a unit handles itself in one field and procedure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    /// Place of the unit.
    pub(super) unit: usize,
    pub(super) field: Option<Text>,
    pub(super) procedure: Option<Text>,
    /// By name of what is counted (slots, and `carried_over`); what is 0 is left out.
    counts: BTreeMap<Text, i64>,
}

/// The name of what was in progress before a window.
const CARRIED_OVER: &str = "carried_over";

impl Entry {
    pub(super) fn measures(&self) -> Measures {
        let count = |name: &str| self.counts.get(name).copied().unwrap_or_default();
        let mut sums = Sums { carried_over: count(CARRIED_OVER), ..Sums::ZERO };
        for slot in Slot::ALL {
            sums.slots[slot.place()] = count(slot.name());
        }
        Measures::of(&sums)
    }
}

fn counts(sums: &Sums) -> BTreeMap<Text, i64> {
    let slots = Slot::ALL.into_iter().map(|slot| (slot.name(), sums.slots[slot.place()]));
    let all = slots.chain([(CARRIED_OVER, sums.carried_over)]);
    all.filter(|(_, value)| *value != 0).map(|(name, value)| (Text::new(name), value)).collect()
}

impl Ledger {
    /// Looks at every dossier: not for threads that serve sockets.
    pub(super) fn of(view: &View, selection: &Selection) -> Ledger {
        let tree = view.tree(selection.perspective.hierarchy);
        let (units, places) = units_below(view, tree, selection);
        let mut sums: BTreeMap<(usize, Option<&str>, Option<&str>), Sums> = BTreeMap::new();
        view.visit(selection, |item| {
            let Some(unit) = places.get(&item.unit) else { return };
            let key = (*unit, item.value(Dimension::Field), item.value(Dimension::Procedure));
            item.add_to(sums.entry(key).or_insert(Sums::ZERO));
        });
        let entry = |((unit, field, procedure), sums): ((usize, Option<&str>, Option<&str>), Sums)| Entry {
            unit,
            field: field.map(Text::new),
            procedure: procedure.map(Text::new),
            counts: counts(&sums),
        };
        let entries = sums.into_iter().filter(|(_, sums)| *sums != Sums::ZERO).map(entry).collect();
        Ledger { units, entries }
    }

    /// The part of a unit with everything below it; none when it isn't in the ledger.
    pub fn part(&self, top: &UnitKey) -> Option<Ledger> {
        let top = self.units.iter().position(|unit| unit.key == *top)?;
        let mut places: HashMap<usize, usize> = HashMap::new();
        let mut units = Vec::new();
        // A unit stands behind the one that it is below.
        for (place, unit) in self.units.iter().enumerate().skip(top) {
            let parent = unit.parent.and_then(|parent| places.get(&parent).copied());
            if place == top || parent.is_some() {
                places.insert(place, units.len());
                units.push(LedgerUnit { parent, ..unit.clone() });
            }
        }
        let within = self.entries.iter().filter_map(|entry| Some((places.get(&entry.unit)?, entry)));
        let entries = within.map(|(unit, entry)| Entry { unit: *unit, ..entry.clone() }).collect();
        Some(Ledger { units, entries })
    }

    /// What is counted in each field of work.
    pub(super) fn by_field(&self) -> BTreeMap<Option<Text>, Measures> {
        let mut fields = BTreeMap::new();
        for entry in &self.entries {
            let sum: &mut Measures = fields.entry(entry.field.clone()).or_insert(Measures::ZERO);
            *sum = sum.plus(&entry.measures());
        }
        fields
    }

    /// The units by their places, where only those that stand below one, or are it, are named.
    pub fn below(&self, top: &UnitKey) -> Vec<Option<UnitKey>> {
        let mut named: Vec<Option<UnitKey>> = Vec::with_capacity(self.units.len());
        for unit in &self.units {
            let is_below = unit.parent.is_some_and(|parent| named[parent].is_some());
            named.push((is_below || unit.key == *top).then(|| unit.key.clone()));
        }
        named
    }
}

/// A unit and everything below it, each before its own, in protocol order; with the place of the one above it.
pub(super) fn below(tree: &Tree, top: UnitId) -> Vec<(UnitId, Option<usize>)> {
    let mut found = Vec::new();
    let mut waiting = vec![(top, None)];
    while let Some((unit, parent)) = waiting.pop() {
        let place = found.len();
        found.push((unit, parent));
        waiting.extend(tree.node(unit).children.iter().rev().map(|child| (*child, Some(place))));
    }
    found
}

/// The rows of a unit with everything below it, and in which of them each unit of the territory counts.
fn units_below(view: &View, tree: &Tree, selection: &Selection) -> (Vec<LedgerUnit>, HashMap<UnitId, usize>) {
    let (mut units, mut places) = (Vec::new(), HashMap::new());
    for (unit, parent) in below(tree, selection.unit) {
        places.extend(tree.owners(unit).map(|owner| (owner, units.len())));
        let label = view.units().label(unit);
        let fact = view.units().fact(unit);
        units.push(LedgerUnit {
            key: UnitKey::of(view.units(), unit),
            name: Text::new(label.name),
            category: Text::new(label.category),
            parent,
            existed: fact.is_none_or(|fact| selection.window.meets(fact.valid_from, fact.valid_to)),
        });
    }
    (units, places)
}
