//! Versions of units by code, and the reading of a code on a day.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::{Day, Text, UnitFact};

/// The tree that every unit stands in unless it says otherwise.
pub const TERRITORY: &str = "territory";

/// A unit within one state of [`Units`]: 0 is `unresolved`, the others are the versions in order of (code, valid
/// from). Ids change when versions are added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitId(pub u32);

impl UnitId {
    /// The unit of everything whose unit no one knows.
    pub const UNRESOLVED: UnitId = UnitId(0);

    /// As a place in a table with one entry for each unit.
    pub fn place(self) -> usize {
        self.0 as usize
    }
}

/// What a code names on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The unit.
    pub unit: UnitId,
    /// The code was no longer valid on that day and took its latest earlier unit.
    pub stale_code: bool,
}

/// All versions of all units.
#[derive(Clone, Debug, Default)]
pub struct Units {
    facts: BTreeMap<(Text, Option<Day>), Arc<UnitFact>>,
    /// For each code the places of its versions, by valid from.
    places: BTreeMap<Text, Vec<UnitId>>,
    ordered: Vec<Arc<UnitFact>>,
}

impl Units {
    /// Joins versions: of one (code, valid from) the greatest (`at`, content) stays. True when any content changed.
    pub fn offer(&mut self, facts: impl IntoIterator<Item = UnitFact>) -> bool {
        let mut changed = false;
        for fact in facts {
            let key = (fact.code.clone(), fact.valid_from);
            let kept = self.facts.get(&key);
            if kept.is_none_or(|kept| **kept < fact) {
                // The same content loaded again changes nothing that anybody counts by.
                changed |= kept.is_none_or(|kept| UnitFact { at: fact.at, ..UnitFact::clone(kept) } != fact);
                self.facts.insert(key, Arc::new(fact));
            }
        }
        if changed {
            self.order();
        }
        changed
    }

    fn order(&mut self) {
        self.ordered = self.facts.values().cloned().collect();
        self.places.clear();
        for (place, fact) in self.ordered.iter().enumerate() {
            let id = UnitId(u32::try_from(place + 1).expect("fewer than four thousand million units"));
            self.places.entry(fact.code.clone()).or_default().push(id);
        }
    }

    /// How many ids there are, `unresolved` included.
    pub fn len(&self) -> usize {
        self.ordered.len() + 1
    }

    /// Whether no unit is known.
    pub fn is_empty(&self) -> bool {
        self.ordered.is_empty()
    }

    /// The version behind an id; none for `unresolved`.
    pub fn fact(&self, unit: UnitId) -> Option<&Arc<UnitFact>> {
        unit.place().checked_sub(1).and_then(|place| self.ordered.get(place))
    }

    /// All versions with their ids.
    pub fn versions(&self) -> impl Iterator<Item = (UnitId, &Arc<UnitFact>)> {
        self.places.values().flatten().filter_map(|id| Some((*id, self.fact(*id)?)))
    }

    /// What a code names on a day: the unit valid then, else the latest that ended before, else
    /// `unresolved`, also when the unit only begins later. Only the tree of territory is read.
    pub fn read(&self, code: &str, day: Day) -> Reading {
        let unresolved = Reading { unit: UnitId::UNRESOLVED, stale_code: false };
        let Some(versions) = self.places.get(code) else { return unresolved };
        let mut latest_before: Option<(Day, UnitId)> = None;
        // From the latest valid_from down, so that the first one valid is the one that began last.
        for id in versions.iter().rev() {
            let Some(fact) = self.fact(*id).filter(|fact| &*fact.tree == TERRITORY) else { continue };
            if fact.valid_from.is_some_and(|from| from > day) {
                continue;
            }
            match fact.valid_to {
                Some(to) if to < day => {
                    if latest_before.is_none_or(|(latest, _)| to > latest) {
                        latest_before = Some((to, *id));
                    }
                }
                _ => return Reading { unit: *id, stale_code: false },
            }
        }
        latest_before.map_or(unresolved, |(_, unit)| Reading { unit, stale_code: true })
    }
}
