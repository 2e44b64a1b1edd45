//! Versions of units, successions and aliases, and the reading of a code on a day.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::{Alias, Day, Succession, Text, UnitFact};

/// The tree that every unit stands in unless it says otherwise.
pub const TERRITORY: &str = "territory";

/// A unit within one state of [`Units`]: 0 is `unresolved`, the others are the versions in order of (code, valid
/// from, tree). Ids change when versions are added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitId(pub u32);

impl UnitId {
    /// The unit of everything whose unit no one knows.
    pub const UNRESOLVED: UnitId = UnitId(0);

    /// As a place in a table with one entry for each unit.
    pub fn place(self) -> usize {
        self.0 as usize
    }

    pub(super) fn at_place(place: usize) -> UnitId {
        UnitId(u32::try_from(place).expect("fewer than four thousand million units"))
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

impl Reading {
    /// Nobody knows the code.
    pub const UNRESOLVED: Reading = Reading { unit: UnitId::UNRESOLVED, stale_code: false };
}

type VersionKey = (Text, Option<Day>, Text);

/// All versions of all units, with the successions between them and the aliases of their codes. Each is a register:
/// in whatever order and however often they come, the same stay (I-3).
#[derive(Clone, Debug, Default)]
pub struct Units {
    facts: BTreeMap<VersionKey, Arc<UnitFact>>,
    successions: BTreeMap<(Text, Text, Day), Succession>,
    aliases: BTreeMap<Text, BTreeMap<Text, Alias>>,
    /// For each tree and code the places of its versions, by valid from.
    places: BTreeMap<Text, BTreeMap<Text, Vec<UnitId>>>,
    ordered: Vec<Arc<UnitFact>>,
}

impl Units {
    /// Joins versions: of one (tree, code, valid from) the greatest (`at`, content) stays. True when any content
    /// changed.
    pub fn offer(&mut self, facts: impl IntoIterator<Item = UnitFact>) -> bool {
        let mut changed = false;
        for fact in facts {
            let key = (fact.code.clone(), fact.valid_from, fact.tree.clone());
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

    /// Joins successions: of one (old, new, effective) the greatest (`at`, content) stays. True when any content
    /// changed.
    pub fn offer_successions(&mut self, successions: impl IntoIterator<Item = Succession>) -> bool {
        let mut changed = false;
        for succession in successions {
            let key = (succession.old.clone(), succession.new.clone(), succession.effective);
            let kept = self.successions.get(&key);
            if kept.is_none_or(|kept| *kept < succession) {
                changed |=
                    kept.is_none_or(|kept| Succession { at: succession.at, ..Succession::clone(kept) } != succession);
                self.successions.insert(key, succession);
            }
        }
        changed
    }

    /// Joins aliases: of one (source, raw) the greatest (`at`, unit) stays. True when any meaning changed.
    pub fn offer_aliases(&mut self, aliases: impl IntoIterator<Item = Alias>) -> bool {
        let mut changed = false;
        for alias in aliases {
            let of_source = self.aliases.entry(alias.source.clone()).or_default();
            let kept = of_source.get(&alias.raw);
            if kept.is_none_or(|kept| *kept < alias) {
                changed |= kept.and_then(|kept| kept.unit.as_ref()) != alias.unit.as_ref();
                of_source.insert(alias.raw.clone(), alias);
            }
        }
        changed
    }

    fn order(&mut self) {
        self.ordered = self.facts.values().cloned().collect();
        self.places.clear();
        for (place, fact) in self.ordered.iter().enumerate() {
            let of_tree = self.places.entry(fact.tree.clone()).or_default();
            of_tree.entry(fact.code.clone()).or_default().push(UnitId::at_place(place + 1));
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

    /// All versions of all trees with their ids.
    pub fn versions(&self) -> impl Iterator<Item = (UnitId, &Arc<UnitFact>)> {
        self.ordered.iter().enumerate().map(|(place, fact)| (UnitId::at_place(place + 1), fact))
    }

    /// All successions that were ever given, also those taken back (share 0).
    pub fn successions(&self) -> impl Iterator<Item = &Succession> {
        self.successions.values()
    }

    /// All aliases that were ever given, also those taken back (without a unit).
    pub fn aliases(&self) -> impl Iterator<Item = &Alias> {
        self.aliases.values().flat_map(BTreeMap::values)
    }

    /// The code that a source means by what it sends: one step, no chains.
    pub fn meant<'a>(&'a self, source: &str, raw: &'a Text) -> &'a Text {
        let alias = self.aliases.get(source).and_then(|of_source| of_source.get(raw));
        alias.and_then(|alias| alias.unit.as_ref()).unwrap_or(raw)
    }

    /// What a code of a record names on a day: the unit valid then, else the latest that ended before, else
    /// `unresolved`, also when the unit only begins later. Only the tree of territory is read.
    pub fn read(&self, code: &str, day: Day) -> Reading {
        self.read_in(TERRITORY, code, day)
    }

    /// What a code that a person asks for names on a day: like [`Units::read`]; a code that the territory doesn't have
    /// names an area of another tree, of the first tree by name that has it.
    pub fn ask(&self, code: &str, day: Day) -> Reading {
        let reading = self.read(code, day);
        if reading.unit != UnitId::UNRESOLVED || self.has_territory(code) {
            return reading;
        }
        let readings = self.other_trees().map(|tree| self.read_in(tree, code, day));
        readings.into_iter().find(|reading| reading.unit != UnitId::UNRESOLVED).unwrap_or(Reading::UNRESOLVED)
    }

    fn has_territory(&self, code: &str) -> bool {
        self.places.get(TERRITORY).is_some_and(|codes| codes.contains_key(code))
    }

    /// The trees beside the territory.
    pub(super) fn other_trees(&self) -> impl Iterator<Item = &Text> {
        self.places.keys().filter(|tree| &***tree != TERRITORY)
    }

    /// What a code names within one tree on a day, read as in [`Units::read`].
    pub(super) fn read_in(&self, tree: &str, code: &str, day: Day) -> Reading {
        let versions = self.places.get(tree).and_then(|codes| codes.get(code));
        let mut latest_before: Option<(Day, UnitId)> = None;
        // From the latest valid_from down, so that the first one valid is the one that began last.
        for id in versions.into_iter().flatten().rev() {
            let Some(fact) = self.fact(*id).filter(|fact| fact.valid_from.is_none_or(|from| from <= day)) else {
                continue;
            };
            match fact.valid_to {
                Some(to) if to < day => {
                    if latest_before.is_none_or(|(latest, _)| to > latest) {
                        latest_before = Some((to, *id));
                    }
                }
                _ => return Reading { unit: *id, stale_code: false },
            }
        }
        latest_before.map_or(Reading::UNRESOLVED, |(_, unit)| Reading { unit, stale_code: true })
    }
}
