//! What sources say how many dossiers they have of their days, beside what is known here: `khớp`, or `lệch n`.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::cube::{DayCount, View};
use crate::model::{Day, Instant, Text};

/// How many dossiers a source has of a day; null is not stated, and not 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StatedTotals {
    /// Taken on that day.
    pub received: Option<u64>,
    /// Finished that day.
    pub finished: Option<u64>,
    /// When it was said, by the clock of the figures; none of what was kept before that was kept, too.
    pub at: Option<Instant>,
}

/// What a source said, by day.
pub type StatedDays = BTreeMap<Day, StatedTotals>;

/// A day that something was stated of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DayTotals {
    day: String,
    stated_at: Option<String>,
    received: Beside,
    finished: Beside,
}

/// Two counts of the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Beside {
    /// By the source; null: it said nothing.
    theirs: Option<u64>,
    /// Null before the first day that the source covers: there is no data of it here.
    ours: Option<u64>,
    /// Ours less theirs; 0 agrees.
    difference: Option<i64>,
    /// `khớp`, or `lệch n`; null without theirs or ours.
    verdict: Option<String>,
}

impl Beside {
    fn new(theirs: Option<u64>, ours: Option<u64>) -> Beside {
        let both = theirs.zip(ours);
        let difference = both.map(|(theirs, ours)| ours.cast_signed().saturating_sub(theirs.cast_signed()));
        let verdict = difference.map(|by| if by == 0 { "khớp".to_owned() } else { format!("lệch {}", by.abs()) });
        Beside { theirs, ours, difference, verdict }
    }
}

impl DayTotals {
    /// Whether anything stated of the day is another number here; none when nothing could be compared.
    pub fn differs(&self) -> Option<bool> {
        let compared = [&self.received, &self.finished].into_iter().filter_map(|of| of.difference);
        compared.map(|by| by != 0).reduce(|one, other| one || other)
    }
}

/// Days of a source, and how many of them agree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SourceTotals {
    /// Days on which everything stated agrees, and those on which something doesn't. A day before the first one that the
    /// source covers, or of which no number was stated, is neither.
    pub agreeing: usize,
    /// See `agreeing`.
    pub differing: usize,
    /// By day.
    pub days: Vec<DayTotals>,
}

/// The newest days of a source in brief.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TotalsSummary {
    /// The newest day that something was stated of.
    #[serde(flatten)]
    newest: DayTotals,
    /// Of the newest days, which are as many as `days_max`.
    agreeing: usize,
    differing: usize,
    days_max: usize,
}

/// Days that a summary looks at.
pub const SUMMARY_DAYS: usize = 31;

impl SourceTotals {
    /// The newest day, and how many agree; none when nothing was stated.
    pub fn summary(self) -> Option<TotalsSummary> {
        let SourceTotals { agreeing, differing, mut days } = self;
        Some(TotalsSummary { newest: days.pop()?, agreeing, differing, days_max: SUMMARY_DAYS })
    }
}

/// What sources said beside what is known here. It looks at each dossier known: not for threads that serve sockets.
pub fn totals_of(view: &View, stated: &BTreeMap<Text, StatedDays>) -> BTreeMap<Text, SourceTotals> {
    let ends = |days: &StatedDays| Some((*days.first_key_value()?.0, *days.last_key_value()?.0));
    let counts =
        view.day_counts(&stated.iter().filter_map(|(source, days)| Some((source.as_str(), ends(days)?))).collect());
    let none = BTreeMap::new();
    let beside = |(source, days): (&Text, &StatedDays)| {
        let ours = counts.get(source.as_str()).unwrap_or(&none);
        (source.clone(), of_source(view, source, days, ours))
    };
    stated.iter().map(beside).collect()
}

fn of_source(view: &View, source: &Text, stated: &StatedDays, ours: &BTreeMap<Day, DayCount>) -> SourceTotals {
    let begin = view.sources().get(source).and_then(|fact| fact.profile.coverage_start);
    let row = |(day, theirs): (&Day, &StatedTotals)| {
        let is_covered = begin.is_none_or(|begin| begin <= *day);
        let ours = is_covered.then(|| ours.get(day).copied().unwrap_or_default());
        DayTotals {
            day: day.to_string(),
            stated_at: theirs.at.map(|at| at.to_rfc3339(view.zone())),
            received: Beside::new(theirs.received, ours.map(|of| of.received)),
            finished: Beside::new(theirs.finished, ours.map(|of| of.finished)),
        }
    };
    let days: Vec<DayTotals> = stated.iter().map(row).collect();
    let count = |wanted| days.iter().filter(|day| day.differs() == Some(wanted)).count();
    SourceTotals { agreeing: count(false), differing: count(true), days }
}
