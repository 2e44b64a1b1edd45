//! What one view shows of everything that is watched.
//!
//! A figure is known when the sources that feed it were heard in time, none of them is sending old data, the unit can
//! have figures, and a KPI's denominator is large enough. Of any other nothing is said, and nothing concluded.

use std::collections::BTreeMap;

use crate::alert::{Sighting, Timing};
use crate::cube::View;
use crate::kpi::{AlertRule, Catalogue, Lines, Place, Watch};
use crate::model::{Instant, Text};
use crate::pipeline::backfill::{Backfills, feeds_unit};
use crate::pipeline::feeds::Feeds;
use crate::pipeline::reach::units_of;
use crate::units::{Hierarchy, Perspective, VisibleUnit};

use super::{Figure, FigureUnit, Key, Subject};

/// What figures are read from.
#[derive(Clone, Copy)]
pub struct Watched<'a> {
    /// All figures at one (seq, instant).
    pub view: &'a View,
    /// Rules, definitions.
    pub catalogue: &'a Catalogue,
    /// Which source feeds which unit.
    pub feeds: &'a Feeds,
    /// Whose old data is on its way.
    pub backfills: &'a Backfills,
}

/// All subjects of all rules, as they are seen now.
pub(super) fn sightings(watched: Watched<'_>) -> BTreeMap<Key, Sighting<Figure>> {
    let mut seen = BTreeMap::new();
    for rule in watched.catalogue.alerts().iter() {
        let timing = Timing { for_ms: rule.for_ms, clear_for_ms: rule.clear_for_ms };
        let key = |subject| Key { rule: rule.id.clone(), subject };
        if let Watch::Silent { after_ms } = rule.watch {
            for (source, figure) in watched.silent(rule, after_ms) {
                seen.insert(key(Subject::Source(source)), Sighting { timing, figure });
            }
            continue;
        }
        let Some(lines) = rule.lines else { continue };
        let standing = watched.standing(rule);
        for (unit, fact) in units_of(watched.view, &rule.reach) {
            let subject = Subject::Unit { code: fact.code.clone(), valid_from: fact.valid_from };
            let figure = watched.figure(rule, &lines, &standing, unit);
            seen.insert(key(subject), Sighting { timing, figure });
        }
    }
    seen
}

/// Which sources of a rule are in time.
struct Standing {
    in_time: Vec<Text>,
    late: Vec<Text>,
}

impl<'a> Watched<'a> {
    /// Which sources feed the figures of a rule: those that it names, by default all that were ever heard. One of these
    /// that was never heard has no part in the figures; it is missing by its own alert.
    fn standing(self, rule: &AlertRule) -> Standing {
        let mut standing = Standing { in_time: Vec::new(), late: Vec::new() };
        let named = |source: &Text| rule.sources.is_empty() || rule.sources.contains(source);
        for (source, heard) in self.view.contacts().iter().filter(|(source, _)| named(source)) {
            let late_from = self.late_from(source, *heard, Some(rule.stale_after_ms));
            let is_late = late_from.is_some_and(|late_from| late_from <= self.view.now());
            if is_late { &mut standing.late } else { &mut standing.in_time }.push(source.clone());
        }
        standing
    }

    /// When a source that was heard is late: by its cadence and its own hours, without one after so long.
    fn late_from(self, source: &Text, heard: Instant, otherwise_ms: Option<i64>) -> Option<Instant> {
        let profile = self.view.sources().get(source).map(|fact| &fact.profile);
        let expected = profile.and_then(|profile| profile.expected(heard, self.view.zone()));
        expected.map(|expected| expected.late_from).or_else(|| Some(heard.plus_ms(otherwise_ms?)))
    }

    /// The figure of a unit and where it stands; none when it isn't known.
    fn figure(self, rule: &AlertRule, lines: &Lines, sources: &Standing, unit: VisibleUnit) -> Option<(Place, Figure)> {
        let (view, today, unit) = (self.view, self.view.today(), unit.id());
        let feeds = |source: &Text| feeds_unit(source, view, self.feeds, unit);
        if sources.late.iter().any(feeds) || !sources.in_time.iter().any(feeds) {
            return None;
        }
        if !self.backfills.under(view, self.feeds, unit).is_empty() {
            return None;
        }
        let window = rule.window.on(today);
        if view.is_gone(unit, window, Hierarchy::Now) {
            return None;
        }
        let measures = view.measures(unit, window, Perspective::default());
        let figure = |num, den, unit| Figure { num, den, unit, seq: view.seq() };
        match &rule.watch {
            Watch::Measure(measure) => {
                let count = measures.get(*measure);
                Some((lines.place(count, 1), figure(count, 1, FigureUnit::Count)))
            }
            Watch::Kpi(id) => {
                let kpi = self.catalogue.kpi(id, window.last.min(today))?;
                let counted = kpi.count(&measures);
                counted.den.filter(|den| *den >= rule.den_min(kpi))?;
                if let Some(above) = counted.above {
                    return Some((lines.place_above(above)?, figure(above, 1, FigureUnit::MoreHours)));
                }
                let (num, den) = counted.exact.filter(|(_, den)| *den > 0)?;
                let unit = if kpi.is_ratio() { FigureUnit::Ratio } else { FigureUnit::Hours };
                Some((lines.place(num, den), figure(num, den, unit)))
            }
            Watch::Silent { .. } => None,
        }
    }

    /// The sources of a rule for silence: late or not. Of one of which nobody said when it is expected nothing is known.
    fn silent(self, rule: &AlertRule, after_ms: Option<i64>) -> Vec<(Text, Option<(Place, Figure)>)> {
        let (view, zone) = (self.view, self.view.zone());
        let mut sources: Vec<&Text> = match rule.sources.as_slice() {
            [] => view.contacts().keys().chain(view.sources().keys()).collect(),
            named => named.iter().collect(),
        };
        sources.sort_unstable();
        sources.dedup();
        let placed = sources.into_iter().map(|source| {
            let heard = view.contacts().get(source).copied();
            // One that was never heard is expected from when it became known, but not before its coverage begins.
            let fact = view.sources().get(source);
            let covered = fact.and_then(|fact| fact.profile.coverage_start).map(|day| zone.start(day));
            let since = heard.or(fact.map(|fact| fact.at.max(covered.unwrap_or(fact.at))));
            let late_from = since.and_then(|since| self.late_from(source, since, after_ms));
            let (num, unit) = match heard {
                Some(at) => (at.0, FigureUnit::SilentSince),
                None => (0, FigureUnit::NeverHeard),
            };
            let figure = Figure { num, den: 1, unit, seq: view.seq() };
            let place = |late_from| if late_from <= view.now() { Place::Beyond } else { Place::Calm };
            (source.clone(), late_from.map(|late_from| (place(late_from), figure)))
        });
        placed.collect()
    }
}
