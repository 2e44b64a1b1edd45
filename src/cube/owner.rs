//! The one owner of the cube: applies records and the clock.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use rpds::{HashTrieMapSync, VectorSync};

use crate::model::{
    Contact, Day, DossierEvent, DossierKey, DossierState, IndicatorKey, IndicatorState, Instant, RatingKey,
    RatingState, Record, Rules, SourceFact, Text, UnitFact, Zone, derive,
};
use crate::units::{Hierarchies, Units};

use super::building::{Building, Changes};
use super::contribution::{of_dossier, of_rating};
use super::counters::Counters;
use super::indicators::{Reports, ordered};
use super::placement::Placement;
use super::senders::Senders;
use super::view::{Entry, View};

/// A clock set back by less is waited for.
const STEP_BACK_MS_MAX: i64 = 60_000;

/// Dossiers and ratings read again under a new hierarchy by one `apply` or `tick`: a fraction of a second, so that
/// the pulse of walls never stands still.
const SLICE: usize = 20_000;

/// The live aggregates. See the module's documentation for how they follow from records and `now`.
#[derive(Debug)]
pub struct Cube {
    seq: u64,
    pub(super) now: Instant,
    pub(super) zone: Arc<Zone>,
    /// The newest hierarchy: that of what is being built, else that shown.
    pub(super) units: Arc<Units>,
    /// The newest limits and working days, likewise.
    pub(super) rules: Arc<Rules>,
    pub(super) shown: Counters,
    pub(super) building: Option<Building>,
    slice: usize,
    places: HashTrieMapSync<DossierKey, u32>,
    pub(super) dossiers: VectorSync<Arc<Entry>>,
    rating_places: HashMap<RatingKey, u32>,
    pub(super) ratings: VectorSync<(RatingKey, RatingState)>,
    indicators: Reports,
    contacts: Arc<BTreeMap<Text, Instant>>,
    sources: Arc<BTreeMap<Text, SourceFact>>,
    senders: Senders,
    /// When the clock changes which dossier's contribution: all turns later than `now`, some perhaps outdated.
    pub(super) turns: BTreeSet<(Instant, u32)>,
    texts: HashSet<Text>,
}

impl Cube {
    /// An empty cube at an instant.
    pub fn new(zone: Zone, now: Instant) -> Cube {
        Cube::with_slice(zone, now, SLICE)
    }

    /// An empty cube that reads so many dossiers at once under a new hierarchy.
    pub fn with_slice(zone: Zone, now: Instant, slice: usize) -> Cube {
        let (units, rules) = (Arc::new(Units::default()), Arc::new(Rules::default()));
        let hierarchies = Arc::new(Hierarchies::build(&units, zone.day(now)));
        Cube {
            seq: 0,
            now,
            zone: Arc::new(zone),
            shown: Counters::empty(units.clone(), hierarchies, rules.clone()),
            building: None,
            slice,
            units,
            rules,
            places: HashTrieMapSync::new_sync(),
            dossiers: VectorSync::new_sync(),
            rating_places: HashMap::new(),
            ratings: VectorSync::new_sync(),
            indicators: Reports::new_sync(),
            contacts: Arc::default(),
            senders: Senders::default(),
            sources: Arc::default(),
            turns: BTreeSet::new(),
            texts: HashSet::new(),
        }
    }

    /// Applies records up to sequence number `seq`.
    pub fn apply(&mut self, records: impl IntoIterator<Item = Record>, seq: u64) {
        let mut changes = Changes::default();
        for record in records {
            match record {
                Record::Dossier(event) => self.apply_dossier(*event),
                Record::Rating(rating) => {
                    let key = rating.key.clone();
                    self.change_rating(key, |state| state.apply(&rating));
                }
                Record::Indicator(report) => {
                    self.change_indicator(report.key.clone(), |state| state.apply(&report));
                }
                Record::Unit(fact) => changes.units.push(*fact),
                Record::Succession(succession) => changes.successions.push(succession),
                Record::Alias(alias) => changes.aliases.push(alias),
                Record::Source(fact) => self.apply_source(*fact),
                Record::Contact(contact) => self.apply_contact(contact),
                Record::Procedure(fact) => changes.procedures.push(*fact),
                Record::Calendar(fact) => changes.calendar.push(*fact),
            }
        }
        self.change_hierarchy(changes);
        self.build_on(self.slice);
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
        self.change_indicator(key, |kept| kept.join(state));
    }

    fn change_indicator(&mut self, key: IndicatorKey, change: impl FnOnce(&mut IndicatorState)) {
        let key = ordered(key);
        let before = self.indicators.get(&key).cloned().unwrap_or_default();
        let mut after = before.clone();
        change(&mut after);
        self.senders.report(&before, &after);
        self.indicators.insert_mut(key, after);
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
        self.build_on(self.slice);
    }

    fn turn_back(&mut self, now: Instant) {
        self.now = now;
        self.turns.clear();
        // No figure judged at the later instant can stay, so this doesn't wait for slices.
        self.begin_building(Arc::new(Hierarchies::build(&self.units, self.today())));
        self.settle();
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
            counters: self.shown.clone(),
            newest_units: self.units.clone(),
            newest_rules: self.rules.clone(),
            units_pending: self.building.is_some(),
            places: self.places.clone(),
            dossiers: self.dossiers.clone(),
            rating_list: self.ratings.clone(),
            indicators: self.indicators.clone(),
            contacts: self.contacts.clone(),
            sources: self.sources.clone(),
            senders: self.senders.clone(),
            feeding: Arc::default(),
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
                self.senders.count(&key.source);
                let place = u32::try_from(self.dossiers.len()).expect("fewer than four thousand million dossiers");
                self.places.insert_mut(key.clone(), place);
                self.dossiers.push_back_mut(Arc::new(Entry::new(key)));
                self.shown.placements.push(Placement::default());
                place
            }
        };
        if let Some(entry) = self.dossiers.get_mut(place as usize) {
            change(&mut Arc::make_mut(entry).state);
        }
        self.derive(place);
        self.place(place);
        self.contribute(place, self.now, 1);
        self.queue_turns(place);
    }

    /// Derives anew what follows from the registers of a dossier.
    fn derive(&mut self, place: u32) {
        let Some(entry) = self.dossiers.get(place as usize) else { return };
        let shown = Arc::new(derive(&entry.state, &self.zone, &self.shown.rules));
        if let Some(built) = building_with(&mut self.building, place) {
            let rules_stay = Arc::ptr_eq(&built.rules, &self.shown.rules);
            let derived =
                if rules_stay { shown.clone() } else { Arc::new(derive(&entry.state, &self.zone, &built.rules)) };
            built.set_derived(place as usize, derived, self.now);
        }
        self.shown.set_derived(place as usize, shown, self.now);
    }

    /// Reads anew under which units a dossier counts.
    fn place(&mut self, place: u32) {
        let Some(entry) = self.dossiers.get(place as usize) else { return };
        for counters in [Some(&mut self.shown), building_with(&mut self.building, place)].into_iter().flatten() {
            let placement = counters.reader(&self.zone).dossier(&entry.key, &entry.state);
            counters.placements.set(place as usize, placement);
        }
    }

    /// Adds (1) or takes away (-1) what a dossier contributes at `now`.
    fn contribute(&mut self, place: u32, now: Instant, sign: i64) {
        let Some(entry) = self.dossiers.get(place as usize) else { return };
        for counters in [Some(&mut self.shown), building_with(&mut self.building, place)].into_iter().flatten() {
            let additions = of_dossier(&entry.state, &counters.derived[place as usize], now, &self.zone);
            let placement = counters.placements.get(place as usize);
            counters.add(&placement, &additions, sign);
        }
    }

    fn queue_turns(&mut self, place: u32) {
        let now = self.now;
        for counters in [Some(&mut self.shown), building_with(&mut self.building, place)].into_iter().flatten() {
            let Some(derived) = counters.derived.get(place as usize) else { continue };
            let turns = derived.turns().filter(|turn| *turn > now && *turn != Instant::FOREVER);
            self.turns.extend(turns.map(|turn| (turn, place)));
        }
    }

    fn change_rating(&mut self, key: RatingKey, change: impl FnOnce(&mut RatingState)) {
        self.senders.count(&key.source);
        let next = self.ratings.len();
        let place = *self.rating_places.entry(key.clone()).or_insert_with(|| {
            self.ratings.push_back_mut((key, RatingState::default()));
            u32::try_from(next).expect("fewer than four thousand million ratings")
        }) as usize;
        let Some((key, state)) = self.ratings.get_mut(place) else { return };
        let before = state.clone();
        change(state);
        if before == *state && place < next {
            return;
        }
        let built = self.building.as_mut().filter(|building| place < building.ratings);
        for counters in [Some(&mut self.shown), built.map(|building| &mut building.counters)].into_iter().flatten() {
            for (state, sign) in [(&before, -1), (&*state, 1)] {
                let placement = counters.reader(&self.zone).rating(&key.source, state);
                counters.add(&placement, &of_rating(state, &self.zone), sign);
                counters.add_answer(&placement, state, &self.zone, sign);
                counters.rating_placements.put(place, placement);
            }
        }
    }

    /// Notes what is known of a source; the greatest (`at`, profile) stays.
    pub fn apply_source(&mut self, fact: SourceFact) {
        if self.sources.get(&fact.source).is_none_or(|kept| fact.wins_over(kept)) {
            Arc::make_mut(&mut self.sources).insert(fact.source.clone(), fact);
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
    pub fn apply_units(&mut self, units: Vec<UnitFact>) {
        self.change_hierarchy(Changes { units, ..Changes::default() });
        self.build_on(self.slice);
    }

    pub(super) fn today(&self) -> Day {
        self.zone.day(self.now)
    }
}

/// The counters being built, when they have a dossier already.
fn building_with(building: &mut Option<Building>, place: u32) -> Option<&mut Counters> {
    building.as_mut().filter(|building| (place as usize) < building.dossiers).map(|building| &mut building.counters)
}
