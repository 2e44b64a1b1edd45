//! What stands behind a figure: every dossier and rating with what it adds, by the same contributions that the counters
//! are made of, so that a breakdown or a list adds up to the number that it explains.

use crate::kpi::measure::Sums;
use crate::kpi::{Measures, Slot, Window};
use crate::model::{Day, Derived, DossierKey, DossierState, Instant, RatingState, Text};
use crate::units::{Perspective, UnitId};

use super::contribution::{Contribution, add_dossier, of_rating};
use super::dimension::{self, Dimension};
use super::view::View;

/// Which dossiers and ratings are asked about.
#[derive(Clone, Debug)]
pub struct Selection {
    /// From where units are looked at.
    pub perspective: Perspective,
    /// The unit, or area.
    pub unit: UnitId,
    /// Only what is directly under the unit.
    pub own: bool,
    /// The days.
    pub window: Window,
    /// What a dossier must have in a dimension; none: no value there.
    pub filters: Vec<(Dimension, Option<Text>)>,
    /// Only what isn't of a procedure that is done on the same day; a rating of no known dossier stays.
    pub without_same_day: bool,
}

/// What an item is.
#[derive(Clone, Copy, Debug)]
pub enum ItemKind<'v> {
    /// A dossier with what follows from its registers.
    Dossier(&'v DossierState, &'v Derived),
    /// A rating, with the dossier that it is about, if that is known.
    Rating(&'v RatingState, Option<(&'v DossierState, &'v Derived)>),
}

/// A dossier or rating that counts under the unit asked about.
#[derive(Clone, Copy, Debug)]
pub struct Item<'v, 'i> {
    /// Its key.
    pub key: &'v DossierKey,
    /// The unit it is directly under.
    pub unit: UnitId,
    /// Through which unit directly below the one asked about it counts; that one itself for what it handles itself.
    pub through: UnitId,
    /// What it is.
    pub kind: ItemKind<'v>,
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
            (ItemKind::Rating(_, dossier), _) => dossier.and_then(|(state, _)| dimension.given(state)),
        }
    }

    /// Adds what it counts over the window.
    pub fn add_to(&self, sums: &mut Sums) {
        for addition in self.contribution {
            sums.add(self.window, *addition);
        }
    }

    /// What it counts over the window, by measure.
    pub fn measures(&self) -> Measures {
        let mut sums = Sums::ZERO;
        self.add_to(&mut sums);
        Measures::of(&sums)
    }

    /// Its additions: day, slot, how many.
    pub fn additions(&self) -> impl Iterator<Item = (Day, Slot, i64)> + '_ {
        self.contribution.iter().copied()
    }
}

/// Whether all that a dossier counts in ended before an instant: what it added to levels it has taken away again. Waiting
/// for acceptance ends only when the clock has passed its end.
fn is_past(derived: &Derived, begin: Instant, now: Instant) -> bool {
    let was = |at: Option<Instant>| at.is_some_and(|at| at < begin);
    derived.taken_on.is_some()
        && was(derived.finish)
        && (derived.given_up || was(derived.delivered))
        && derived.rescheduled.is_none_or(|at| at < begin)
        && derived.waiting_acceptance.is_none_or(|(_, to)| to < begin && to <= now)
}

/// Whether all that a dossier counts in begins after an instant.
fn is_ahead(derived: &Derived, end: Instant) -> bool {
    let is_later = |at: Option<Instant>| at.is_none_or(|at| at > end);
    is_later(derived.taken_on)
        && is_later(derived.rescheduled)
        && is_later(derived.sent_back)
        && is_later(derived.waiting_acceptance.map(|(from, _)| from))
}

impl View {
    /// Visits every dossier and every rating that a selection holds and that adds anything up to the window's end, in no
    /// order. It looks at each one known: not for threads that serve sockets.
    pub fn visit<'v>(&'v self, selection: &Selection, mut take: impl FnMut(&Item<'v, '_>)) {
        let members = self.members(selection);
        let (begin, end) = (self.zone.start(selection.window.first), self.zone.end(selection.window.last));
        let mut contribution = Contribution::new();
        for dossier in self.dossiers() {
            // The unit first: it lies beside that of the next dossier, everything else somewhere in memory.
            let unit = dossier.placement.unit(selection.perspective);
            let Some(through) = members[unit.place()] else { continue };
            if is_past(dossier.derived, begin, self.now) || is_ahead(dossier.derived, end) {
                continue;
            }
            if selection.without_same_day && self.is_same_day(dossier.state, dossier.derived) {
                continue;
            }
            contribution.clear();
            add_dossier(&mut contribution, (dossier.state, dossier.derived), self.now, &self.zone);
            let kind = ItemKind::Dossier(dossier.state, dossier.derived);
            self.offer(selection, (dossier.key, unit, through), kind, &contribution, &mut take);
        }
        let placements = self.counters.rating_placements.iter();
        for ((key, state), placement) in self.rating_list.iter().zip(placements) {
            let unit = placement.unit(selection.perspective);
            let Some(through) = members[unit.place()] else { continue };
            let rated = self.rated(key, state);
            if selection.without_same_day && rated.is_some_and(|(state, derived)| self.is_same_day(state, derived)) {
                continue;
            }
            let kind = ItemKind::Rating(state, rated);
            self.offer(selection, (key, unit, through), kind, &of_rating(state, &self.zone), &mut take);
        }
    }

    pub(super) fn offer<'v>(
        &'v self,
        selection: &Selection,
        (key, unit, through): (&'v DossierKey, UnitId, UnitId),
        kind: ItemKind<'v>,
        contribution: &Contribution,
        take: &mut impl FnMut(&Item<'v, '_>),
    ) {
        let item = Item { key, unit, through, kind, contribution, view: self, window: selection.window };
        let fits = |(dimension, wanted): &(Dimension, Option<Text>)| item.value(*dimension) == wanted.as_deref();
        if !contribution.is_empty() && selection.filters.iter().all(fits) {
            take(&item);
        }
    }

    /// By place of a unit: through which row of the unit asked about it counts there, if at all.
    pub(super) fn members(&self, selection: &Selection) -> Vec<Option<UnitId>> {
        let tree = self.tree(selection.perspective.hierarchy);
        let mut members = vec![None; tree.len()];
        if !selection.own {
            for child in &tree.node(selection.unit).children {
                for owner in tree.below(*child).flat_map(|below| tree.owners(below)) {
                    members[owner.place()] = Some(*child);
                }
            }
        }
        for owner in tree.owners(selection.unit) {
            members[owner.place()] = Some(selection.unit);
        }
        members
    }

    /// The dossier that a rating is about: one of the same source.
    fn rated(&self, key: &DossierKey, state: &RatingState) -> Option<(&DossierState, &Derived)> {
        let id = state.dossier.value()?;
        let place = self.places.get(&DossierKey { source: key.source.clone(), id: id.clone() })?;
        let entry = self.dossiers.get(*place as usize)?;
        Some((&entry.state, self.counters.derived.get(*place as usize)?))
    }

    /// Every change of a unit with everything below it: day, slot, how many.
    pub fn unit_changes(&self, unit: UnitId, perspective: Perspective) -> impl Iterator<Item = (Day, Slot, i64)> + '_ {
        self.counters.changes(unit, perspective)
    }
}
