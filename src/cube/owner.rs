//! The one owner of the cube: applies records and the clock.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use rpds::{HashTrieMapSync, VectorSync};

use crate::model::{
    Contact, Day, DossierEvent, DossierKey, DossierState, IndicatorKey, IndicatorState, Instant, RatingKey,
    RatingState, Record, Text, UnitFact, Zone, derive,
};
use crate::units::{Tree, UnitId, Units};

use super::contribution::{Contribution, of_dossier, of_rating};
use super::days::Days;
use super::view::{Entry, View, read_unit, unit_of};

/// A clock set back by less is waited for.
const STEP_BACK_MS_MAX: i64 = 60_000;

/// The live aggregates. See the module's documentation for how they follow from records and `now`.
#[derive(Debug)]
pub struct Cube {
    seq: u64,
    now: Instant,
    zone: Arc<Zone>,
    units: Arc<Units>,
    tree: Arc<Tree>,
    own: Vec<Arc<Days>>,
    sum: Vec<Arc<Days>>,
    places: HashTrieMapSync<DossierKey, u32>,
    dossiers: VectorSync<Arc<Entry>>,
    ratings: HashTrieMapSync<RatingKey, RatingState>,
    indicators: HashTrieMapSync<IndicatorKey, IndicatorState>,
    contacts: Arc<BTreeMap<Text, Instant>>,
    /// When the clock changes which dossier's contribution: all turns later than `now`, some perhaps outdated.
    turns: BTreeSet<(Instant, u32)>,
    texts: HashSet<Text>,
}

impl Cube {
    /// An empty cube at an instant.
    pub fn new(zone: Zone, now: Instant) -> Cube {
        let units = Units::default();
        let tree = Tree::build(&units, zone.day(now));
        Cube {
            seq: 0,
            now,
            zone: Arc::new(zone),
            own: vec![Arc::default(); tree.len()],
            sum: vec![Arc::default(); tree.len()],
            units: Arc::new(units),
            tree: Arc::new(tree),
            places: HashTrieMapSync::new_sync(),
            dossiers: VectorSync::new_sync(),
            ratings: HashTrieMapSync::new_sync(),
            indicators: HashTrieMapSync::new_sync(),
            contacts: Arc::default(),
            turns: BTreeSet::new(),
            texts: HashSet::new(),
        }
    }

    /// Applies records up to sequence number `seq`.
    pub fn apply(&mut self, records: impl IntoIterator<Item = Record>, seq: u64) {
        let mut units = Vec::new();
        for record in records {
            match record {
                Record::Dossier(event) => self.apply_dossier(*event),
                Record::Rating(rating) => {
                    let key = rating.key.clone();
                    self.change_rating(key, |state| state.apply(&rating));
                }
                Record::Indicator(report) => {
                    let mut state = self.indicators.get(&report.key).cloned().unwrap_or_default();
                    state.apply(&report);
                    self.indicators.insert_mut(report.key, state);
                }
                Record::Unit(fact) => units.push(*fact),
                Record::Succession(_) | Record::Alias(_) => {}
                Record::Contact(contact) => self.apply_contact(contact),
            }
        }
        self.apply_units(units);
        self.seq = self.seq.max(seq);
    }

    /// Joins the registers of a dossier: for seeding from the store.
    pub fn join_dossier(&mut self, key: DossierKey, state: DossierState) {
        self.change_dossier(key, |kept| kept.join(state));
    }

    /// Joins the registers of a rating.
    pub fn join_rating(&mut self, key: RatingKey, state: RatingState) {
        self.change_rating(key, |kept| kept.join(state));
    }

    /// Joins the registers of an indicator.
    pub fn join_indicator(&mut self, key: IndicatorKey, state: IndicatorState) {
        let mut kept = self.indicators.get(&key).cloned().unwrap_or_default();
        kept.join(state);
        self.indicators.insert_mut(key, kept);
    }

    /// Moves the clock. A small step back is waited out, so that a clock being trimmed costs nothing; after a great
    /// one everything is judged anew: the state is a function of records and `now` (C-1).
    pub fn tick(&mut self, now: Instant) {
        if now <= self.now {
            if now.plus_ms(STEP_BACK_MS_MAX) < self.now {
                self.turn_back(now);
            }
            return;
        }
        let before = self.now;
        let later = self.turns.split_off(&(now.plus_ms(1), 0));
        let passed = std::mem::replace(&mut self.turns, later);
        let places: BTreeSet<u32> = passed.into_iter().map(|(_, place)| place).collect();
        for place in &places {
            self.contribute(*place, before, -1);
        }
        self.now = now;
        for place in &places {
            self.contribute(*place, now, 1);
            self.queue_turns(*place);
        }
        if self.zone.day(before) != self.zone.day(now) {
            self.turn_day();
        }
    }

    fn turn_back(&mut self, now: Instant) {
        self.now = now;
        self.tree = Arc::new(Tree::build(&self.units, self.today()));
        self.turns.clear();
        self.rebuild();
        for place in 0..u32::try_from(self.dossiers.len()).expect("fewer than four thousand million dossiers") {
            self.queue_turns(place);
        }
    }

    /// The figures as they stand.
    pub fn view(&self) -> View {
        View {
            seq: self.seq,
            now: self.now,
            zone: self.zone.clone(),
            units: self.units.clone(),
            tree: self.tree.clone(),
            own: self.own.clone(),
            sum: self.sum.clone(),
            places: self.places.clone(),
            dossiers: self.dossiers.clone(),
            ratings: self.ratings.clone(),
            indicators: self.indicators.clone(),
            contacts: self.contacts.clone(),
        }
    }

    fn apply_dossier(&mut self, mut event: DossierEvent) {
        event.unit = self.shared(event.unit);
        event.key.source = self.shared(event.key.source);
        for text in [&mut event.procedure, &mut event.field, &mut event.received_by, &mut event.holder] {
            if let crate::model::Field::Value(value) = text {
                *value = self.shared(value.clone());
            }
        }
        let key = event.key.clone();
        self.change_dossier(key, |state| state.apply(&event));
    }

    /// One copy of a text that many records carry.
    fn shared(&mut self, text: Text) -> Text {
        if let Some(kept) = self.texts.get(&text) {
            return kept.clone();
        }
        self.texts.insert(text.clone());
        text
    }

    fn change_dossier(&mut self, key: DossierKey, change: impl FnOnce(&mut DossierState)) {
        let place = match self.places.get(&key) {
            Some(place) => {
                let place = *place;
                self.contribute(place, self.now, -1);
                place
            }
            None => {
                let place = u32::try_from(self.dossiers.len()).expect("fewer than four thousand million dossiers");
                self.places.insert_mut(key.clone(), place);
                self.dossiers.push_back_mut(Arc::new(Entry { key, state: DossierState::default() }));
                place
            }
        };
        if let Some(entry) = self.dossiers.get_mut(place as usize) {
            change(&mut Arc::make_mut(entry).state);
        }
        self.contribute(place, self.now, 1);
        self.queue_turns(place);
    }

    /// Adds (1) or takes away (-1) what a dossier contributes at `now`.
    fn contribute(&mut self, place: u32, now: Instant, sign: i64) {
        let Some(entry) = self.dossiers.get(place as usize) else { return };
        let derived = derive(&entry.state, &self.zone);
        let unit = unit_of(&self.units, &self.zone, &entry.state).unit;
        let additions = of_dossier(&entry.state, &derived, now, &self.zone);
        self.add(unit, &additions, sign);
    }

    fn add(&mut self, unit: UnitId, additions: &Contribution, sign: i64) {
        for (day, slot, by) in additions {
            Arc::make_mut(&mut self.own[unit.place()]).add(*day, *slot, sign * by);
        }
        for above in self.tree.path(unit) {
            let days = Arc::make_mut(&mut self.sum[above.place()]);
            for (day, slot, by) in additions {
                days.add(*day, *slot, sign * by);
            }
        }
    }

    fn queue_turns(&mut self, place: u32) {
        let Some(entry) = self.dossiers.get(place as usize) else { return };
        let derived = derive(&entry.state, &self.zone);
        let now = self.now;
        self.turns.extend(derived.turns().filter(|turn| *turn > now && *turn != Instant::FOREVER).map(|t| (t, place)));
    }

    fn change_rating(&mut self, key: RatingKey, change: impl FnOnce(&mut RatingState)) {
        let mut state = self.ratings.get(&key).cloned().unwrap_or_default();
        let before = (read_unit(&self.units, &self.zone, &state.unit).unit, of_rating(&state, &self.zone));
        change(&mut state);
        let after = (read_unit(&self.units, &self.zone, &state.unit).unit, of_rating(&state, &self.zone));
        self.ratings.insert_mut(key, state);
        if before != after {
            self.add(before.0, &before.1, -1);
            self.add(after.0, &after.1, 1);
        }
    }

    /// Notes a sign of life; the newest stays.
    pub fn apply_contact(&mut self, contact: Contact) {
        let source = self.shared(contact.source);
        let contacts = Arc::make_mut(&mut self.contacts);
        let newest = contacts.entry(source).or_insert(contact.at);
        *newest = (*newest).max(contact.at);
    }

    /// Joins versions of units; when any is new, everything is read again under the new hierarchy.
    pub fn apply_units(&mut self, facts: Vec<UnitFact>) {
        if !facts.is_empty() && Arc::make_mut(&mut self.units).offer(facts) {
            self.tree = Arc::new(Tree::build(&self.units, self.today()));
            self.rebuild();
        }
    }

    fn today(&self) -> Day {
        self.zone.day(self.now)
    }

    /// A new day can move units without an end under other parents.
    fn turn_day(&mut self) {
        let tree = Tree::build(&self.units, self.today());
        if tree != *self.tree {
            self.tree = Arc::new(tree);
            self.rebuild();
        }
    }

    fn rebuild(&mut self) {
        self.own = vec![Arc::default(); self.tree.len()];
        self.sum = vec![Arc::default(); self.tree.len()];
        for place in 0..u32::try_from(self.dossiers.len()).expect("fewer than four thousand million dossiers") {
            self.contribute(place, self.now, 1);
        }
        let ratings = self.ratings.clone();
        for state in ratings.values() {
            let unit = read_unit(&self.units, &self.zone, &state.unit).unit;
            self.add(unit, &of_rating(state, &self.zone), 1);
        }
    }
}
