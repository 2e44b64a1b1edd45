//! What was counted of a source, day by day: for holding it against what the source says itself.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::Day;

use super::view::View;

/// Dossiers of a source on a local day; void ones count nowhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayCount {
    /// Taken on that day.
    pub received: u64,
    /// Finished that day.
    pub finished: u64,
}

impl View {
    /// Dossiers of each of these sources by the days on which they were taken on and finished. It looks at each dossier
    /// known: not for threads that serve sockets.
    pub fn day_counts<'s>(&self, sources: &BTreeSet<&'s str>) -> BTreeMap<&'s str, BTreeMap<Day, DayCount>> {
        let mut counts: BTreeMap<&'s str, BTreeMap<Day, DayCount>> =
            sources.iter().map(|source| (*source, BTreeMap::new())).collect();
        for dossier in self.dossiers().filter(|dossier| !dossier.derived.void) {
            let Some(days) = counts.get_mut(dossier.key.source.as_str()) else { continue };
            let day = |at| self.zone().day(at);
            if let Some(taken_on) = dossier.derived.taken_on {
                days.entry(day(taken_on)).or_default().received += 1;
            }
            if let Some(finish) = dossier.derived.finish {
                days.entry(day(finish)).or_default().finished += 1;
            }
        }
        counts
    }
}
