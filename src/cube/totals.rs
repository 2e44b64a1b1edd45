//! What was counted of a source, day by day: for holding it against what the source says itself.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::model::{Day, Instant};

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
    /// Dossiers of each of these sources by the days on which they were taken on and finished, from its first to its last
    /// day. It looks at each dossier known: not for threads that serve sockets.
    pub fn day_counts<'s>(
        &self,
        sources: &BTreeMap<&'s str, (Day, Day)>,
    ) -> BTreeMap<&'s str, BTreeMap<Day, DayCount>> {
        type Counted = (Range<Instant>, BTreeMap<Day, DayCount>);
        let zone = self.zone();
        let counted = |(source, (first, last)): (&&'s str, &(Day, Day))| -> (&'s str, Counted) {
            (source, (zone.start(*first)..zone.start(last.plus(1)), BTreeMap::new()))
        };
        let mut counts: BTreeMap<&'s str, Counted> = sources.iter().map(counted).collect();
        for dossier in self.dossiers().filter(|dossier| !dossier.derived.void) {
            let Some((within, days)) = counts.get_mut(dossier.key.source.as_str()) else { continue };
            // To say on which day an instant lies costs more than all the rest.
            let day = |at: Option<Instant>| at.filter(|at| within.contains(at)).map(|at| zone.day(at));
            if let Some(day) = day(dossier.derived.taken_on) {
                days.entry(day).or_default().received += 1;
            }
            if let Some(day) = day(dossier.derived.finish) {
                days.entry(day).or_default().finished += 1;
            }
        }
        counts.into_iter().map(|(source, (_, days))| (source, days)).collect()
    }
}
