//! What is not finished: few of all dossiers, so that questions about what is open now needn't look at every one.

use crate::model::{Derived, Instant};

use super::contribution::{Contribution, add_dossier};
use super::drill::{Item, ItemKind, Selection};
use super::view::View;

/// Whether a dossier may be in progress at `now` or later: taken on and not finished before it. One that the clock has
/// finished since stays among the open ones until it changes, and is left out by its finish.
pub(super) fn may_be_open(derived: &Derived, now: Instant) -> bool {
    derived.taken_on.is_some() && !derived.void && derived.finish.is_none_or(|finish| finish > now)
}

impl View {
    /// Visits every dossier of a selection that may be in progress at the window's end, in no order. While the window
    /// runs these are the open ones; of a window that is over every dossier is looked at, which isn't for threads that
    /// serve sockets.
    pub fn visit_open<'v>(&'v self, selection: &Selection, mut take: impl FnMut(&Item<'v, '_>)) {
        if selection.window.last < self.today() {
            self.visit(selection, |item| {
                if matches!(item.kind, ItemKind::Dossier(..)) {
                    take(item);
                }
            });
            return;
        }
        let members = self.members(selection);
        let mut contribution = Contribution::new();
        for place in self.counters.open.iter() {
            let place = *place as usize;
            let (Some(entry), Some(derived)) = (self.dossiers.get(place), self.counters.derived.get(place)) else {
                continue;
            };
            let unit = self.counters.placements.get(place).unit(selection.perspective);
            let Some(through) = members[unit.place()] else { continue };
            if selection.without_same_day && self.is_same_day(&entry.state, derived) {
                continue;
            }
            contribution.clear();
            add_dossier(&mut contribution, (&entry.state, derived), self.now, &self.zone);
            let kind = ItemKind::Dossier(&entry.state, derived);
            self.offer(selection, (&entry.key, unit, through), kind, &contribution, &mut take);
        }
    }
}
