//! What came, went and is left.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::kpi::{Band, Measure, Measures, Series, Window, Words, figure};

use super::{Base, Reading};

/// The counts of a tile that names none.
const COUNTS: [Measure; 7] = [
    Measure::Received,
    Measure::Resolved,
    Measure::ResolvedLate,
    Measure::InProgress,
    Measure::InProgressOverdue,
    Measure::NearlyLate,
    Measure::InProgressWaiting,
];

/// What such a tile tells of today.
const NEW: [Measure; 3] = [Measure::Received, Measure::Resolved, Measure::InProgressOverdue];

#[derive(Serialize)]
pub(super) struct CountsTile<'a> {
    #[serde(flatten)]
    base: Base<'a>,
    /// Null while no source was ever heard: nobody knows then that it is 0.
    measures: BTreeMap<&'static str, Option<i64>>,
    /// What the board names, in its order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    named: Vec<Named<'a>>,
    compare: BTreeMap<&'static str, CountCompare>,
    limits: BTreeMap<&'static str, CountLimit>,
    /// Counts of today; of a level: by how much it changed since yesterday's end.
    today: BTreeMap<&'static str, Option<i64>>,
}

#[derive(Serialize)]
struct Named<'a> {
    id: &'static str,
    title: &'a Words,
    /// It stands at an instant, so that `today` is by how much it changed since yesterday's end.
    level: bool,
}

#[derive(Serialize)]
struct CountCompare {
    /// Null when there was nothing: whether nobody sent or nobody came can't be told.
    same_period_last_year: Option<i64>,
    /// Relative change.
    change: Option<f64>,
    /// Since when the unit's hierarchy isn't that of the former window any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    across: Option<String>,
}

#[derive(Serialize)]
struct CountLimit {
    limit: i64,
    band: Option<Band>,
}

impl<'a> Reading<'a> {
    pub(super) fn counts(&self) -> CountsTile<'a> {
        let today = self.view.today();
        let measures = self.measures(self.window());
        let (across, before) = match self.last_year() {
            Some((window, before)) => (self.across(window.first), before.get(Measure::Received)),
            None => (None, 0),
        };
        let of_today = self.measures(Window { first: today, last: today });
        let yesterday = self.yesterday();
        let named: Vec<Measure> = self.panel.series.iter().filter_map(named_measure).collect();
        let shown = if named.is_empty() { COUNTS.to_vec() } else { named.clone() };
        let received = Measure::Received;
        let is_known = self.is_known(shown.iter().any(|measure| measures.get(*measure) != 0));
        let known = |count: i64| is_known.then_some(count);
        let limits = shown.iter().filter_map(|measure| {
            let (limit, band) = self.catalogue.limit(*measure, &measures, self.scope(), self.day())?;
            Some((measure.name(), CountLimit { limit, band }))
        });
        let news = |measure: Measure| {
            let begun = if measure.is_level() { yesterday.map(|before| before.get(measure)) } else { Some(0) };
            (measure.name(), begun.and_then(|begun| known(of_today.get(measure) - begun)))
        };
        let new: &[Measure] = if named.is_empty() { &NEW } else { &named };
        CountsTile {
            base: self.base(),
            measures: shown.iter().map(|measure| (measure.name(), known(measures.get(*measure)))).collect(),
            named: named.iter().filter_map(|measure| self.named(*measure)).collect(),
            compare: BTreeMap::from([(received.name(), compare(measures.get(received), before, across))]),
            limits: limits.collect(),
            today: new.iter().map(|measure| news(*measure)).collect(),
        }
    }

    /// The figures of yesterday's end; none when nobody covers the unit then, so that nothing is new since.
    pub(super) fn yesterday(&self) -> Option<Measures> {
        let day = self.view.today().plus(-1);
        let is_covered = self.coverage.is_none_or(|coverage| coverage.from <= day);
        is_covered.then(|| self.measures(Window { first: day, last: day }))
    }

    fn named(&self, measure: Measure) -> Option<Named<'a>> {
        let title = self.catalogue.measure_words(measure)?;
        Some(Named { id: measure.name(), title, level: measure.is_level() })
    }
}

fn named_measure(series: &Series) -> Option<Measure> {
    if let Series::Measure(measure) = series { Some(*measure) } else { None }
}

fn compare(now: i64, before: i64, across: Option<String>) -> CountCompare {
    CountCompare {
        same_period_last_year: (before != 0).then_some(before),
        change: figure::ratio(now - before, before),
        across: across.filter(|_| before != 0),
    }
}
