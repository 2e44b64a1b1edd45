//! What stands behind a figure: every dossier and rating with what it adds, by the same contributions that the counters
//! are made of, so that a breakdown or a list adds up to the number that it explains.

use crate::kpi::{Measures, Slot, Window, measure::Sums};
use crate::model::{Day, Derived, DossierKey, DossierState, RatingState, Text, derive};
use crate::units::{Perspective, UnitId};

use super::contribution::{Contribution, of_dossier, of_rating};
use super::dimension::{self, Dimension};
use super::view::{View, read_unit, unit_of};

/// Which dossiers and ratings are asked about.
#[derive(Clone, Debug)]
pub struct Selection {
    /// From where units are looked at.
    pub perspective: Perspective,
    /// The unit.
    pub unit: UnitId,
    /// Only what is directly under the unit.
    pub own: bool,
    /// The days.
    pub window: Window,
    /// What a dossier must have in a dimension; none: no value there.
    pub filters: Vec<(Dimension, Option<Text>)>,
}

/// What an item is.
#[derive(Clone, Copy, Debug)]
pub enum ItemKind<'v, 'i> {
    /// A dossier with what follows from its registers.
    Dossier(&'v DossierState, &'i Derived),
    /// A rating, with the registers of the dossier that it is about, if that is known.
    Rating(&'v RatingState, Option<&'v DossierState>),
}

/// A dossier or rating that counts under the unit asked about.
#[derive(Clone, Copy, Debug)]
pub struct Item<'v, 'i> {
    /// Its key.
    pub key: &'v DossierKey,
    /// The unit it is directly under.
    pub unit: UnitId,
    /// What it is.
    pub kind: ItemKind<'v, 'i>,
    contribution: &'i Contribution,
    view: &'v View,
    window: Window,
}

impl<'v> Item<'v, '_> {
    /// Its value in a dimension; none when it has no value there. A rating has the values of the dossier that it is
    /// about, but no age.
    pub fn value(&self, dimension: Dimension) -> Option<&'v str> {
        match (self.kind, dimension) {
            (ItemKind::Dossier(_, derived), Dimension::Age) => {
                Some(dimension::age(derived, self.window, self.view.now, &self.view.zone))
            }
            (ItemKind::Dossier(state, _), _) => dimension.given(state),
            (ItemKind::Rating(_, dossier), _) => dossier.and_then(|dossier| dimension.given(dossier)),
        }
    }

    /// Adds what it counts over the window.
    pub fn add_to(&self, tally: &mut Tally) {
        for (day, slot, by) in self.contribution {
            tally.add(*day, *slot, *by, self.window);
        }
    }

    /// What it counts over the window, by measure.
    pub fn measures(&self) -> Measures {
        let mut tally = Tally::default();
        self.add_to(&mut tally);
        tally.measures()
    }

    /// Its additions: day, slot, how many.
    pub fn additions(&self) -> impl Iterator<Item = (Day, Slot, i64)> + '_ {
        self.contribution.iter().copied()
    }
}

/// Sums over a window that are being put together.
#[derive(Clone, Debug)]
pub struct Tally(Sums);

impl Default for Tally {
    fn default() -> Tally {
        Tally(Sums { slots: [0; Slot::COUNT], carried_over: 0 })
    }
}

impl Tally {
    /// Adds a change: counts within the window, levels up to its last day.
    pub fn add(&mut self, day: Day, slot: Slot, by: i64, window: Window) {
        let is_level = slot.is_level();
        if day <= window.last && (is_level || window.first <= day) {
            self.0.slots[slot.place()] += by;
        }
        if day < window.first && slot.is_in_progress() {
            self.0.carried_over += by;
        }
    }

    /// Adds the change of a level, or a count, as it is: for rows that are days.
    pub fn add_change(&mut self, slot: Slot, by: i64) {
        self.0.slots[slot.place()] += by;
    }

    /// Adds what was carried into the window.
    pub fn add_before(&mut self, slot: Slot, by: i64) {
        self.0.slots[slot.place()] += by;
        if slot.is_in_progress() {
            self.0.carried_over += by;
        }
    }

    /// All measures.
    pub fn measures(&self) -> Measures {
        Measures::of(&self.0)
    }
}

impl View {
    /// Visits every dossier and every rating that a selection holds and that adds anything to any day, in no order.
    /// It looks at each one known: not for threads that serve sockets.
    pub fn visit<'v>(&'v self, selection: &Selection, mut take: impl FnMut(&Item<'v, '_>)) {
        let members = self.members(selection);
        for entry in self.dossiers.iter() {
            let unit = unit_of(&self.units, &self.zone, &entry.state).unit;
            if !members[unit.place()] {
                continue;
            }
            let derived = derive(&entry.state, &self.zone);
            let contribution = of_dossier(&entry.state, &derived, self.now, &self.zone);
            let kind = ItemKind::Dossier(&entry.state, &derived);
            self.offer(selection, (&entry.key, unit), kind, &contribution, &mut take);
        }
        for (key, state) in self.ratings.iter() {
            let unit = read_unit(&self.units, &self.zone, &state.unit).unit;
            if !members[unit.place()] {
                continue;
            }
            let kind = ItemKind::Rating(state, self.rated(key, state));
            self.offer(selection, (key, unit), kind, &of_rating(state, &self.zone), &mut take);
        }
    }

    fn offer<'v>(
        &'v self,
        selection: &Selection,
        (key, unit): (&'v DossierKey, UnitId),
        kind: ItemKind<'v, '_>,
        contribution: &Contribution,
        take: &mut impl FnMut(&Item<'v, '_>),
    ) {
        let item = Item { key, unit, kind, contribution, view: self, window: selection.window };
        let fits = |(dimension, wanted): &(Dimension, Option<Text>)| item.value(*dimension) == wanted.as_deref();
        if !contribution.is_empty() && selection.filters.iter().all(fits) {
            take(&item);
        }
    }

    /// By place of a unit: whether what is directly under it belongs to the selection.
    fn members(&self, selection: &Selection) -> Vec<bool> {
        let is_member = |unit: UnitId| {
            unit == selection.unit || (!selection.own && self.tree.path(unit).any(|above| above == selection.unit))
        };
        self.tree.ids().map(is_member).collect()
    }

    /// The dossier that a rating is about: one of the same source.
    fn rated(&self, key: &DossierKey, state: &RatingState) -> Option<&DossierState> {
        let id = dimension::about(state)?;
        let place = self.places.get(&DossierKey { source: key.source.clone(), id: id.clone() })?;
        self.dossiers.get(*place as usize).map(|entry| &entry.state)
    }

    /// The registers of a dossier and what follows from them.
    pub fn registers(&self, key: &DossierKey) -> Option<(&DossierState, Derived)> {
        let entry = self.dossiers.get(*self.places.get(key)? as usize)?;
        Some((&entry.state, derive(&entry.state, &self.zone)))
    }

    /// One rating.
    pub fn rating(&self, key: &DossierKey) -> Option<&RatingState> {
        self.ratings.get(key)
    }

    /// Every change of a unit with everything below it, by day.
    pub fn unit_changes(&self, unit: UnitId) -> impl Iterator<Item = (Day, Slot, i64)> + '_ {
        self.sum[unit.place()].changes()
    }
}
