//! Indices such as that of Decision 766: a tree of criteria with most points and rules, read from
//! `dashboards/indices/*.toml`, and the score of a unit made from counters.
//!
//! - Every score comes from a numerator and a denominator, of a parent from its summed ones, never from scores.
//! - A criterion's points are rounded to six places, halves away from zero; groups and totals are sums of these.
//! - What no source delivers is null: no points, and its most points aren't among the measurable ones. Full points for
//!   an empty denominator are given only where a source said that it is 0.
//! - A score that somebody published stands beside the one made here; neither replaces the other.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::model::{Day, UnitKind};

use super::exact::{Amount, Fraction};
use super::figure::Words;
use super::indicator::Reported;
use super::measure::{Measure, Measures};

mod figure;
mod read;
#[cfg(test)]
mod tests;

pub use figure::{CriterionFigure, GroupFigure, IndexFigure};
pub(super) use read::read;

/// An index with all versions of its formulas.
#[derive(Clone, Debug, PartialEq)]
pub struct Index {
    /// Id: its file's name without `.toml`.
    pub id: String,
    /// Name.
    pub label: Words,
    /// The decision that it comes from.
    pub decision: String,
    /// Indicators that carry published scores begin with this: `PREFIX.total`, `PREFIX.` + id of a group or criterion.
    pub official: String,
    /// Measures made of fields that a source may not send: without a single dossier that has it there is no source.
    pub optional: BTreeSet<Measure>,
    /// What must be counted for a rank, and how often.
    pub ranked_by: (Measure, i64),
    /// Categories that are shown and not ranked.
    pub unranked: Vec<String>,
    versions: Vec<IndexVersion>,
}

impl Index {
    /// The formulas that hold on a day.
    pub fn version(&self, day: Day) -> Option<&IndexVersion> {
        let holds =
            |of: &&IndexVersion| of.valid.0.is_none_or(|from| from <= day) && of.valid.1.is_none_or(|to| day <= to);
        self.versions.iter().find(holds)
    }

    /// The code of the indicator with the published score of the whole, a group or a criterion.
    pub fn official_code(&self, part: &str) -> String {
        format!("{}.{part}", self.official)
    }
}

/// One version of the formulas.
#[derive(Clone, Debug, PartialEq)]
pub struct IndexVersion {
    /// Its name.
    pub version: String,
    /// First and last day on which it holds.
    pub valid: (Option<Day>, Option<Day>),
    /// Most points of the whole.
    pub max: Amount,
    /// Groups, in order.
    pub groups: Vec<Group>,
}

/// A group of criteria.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Id within the version, such as `3a`.
    pub id: String,
    /// Its code on the portal.
    pub code: String,
    /// Name.
    pub label: Words,
    /// Most points: those of its criteria together.
    pub max: Amount,
    /// Its criteria, in order.
    pub criteria: Vec<Criterion>,
}

/// One criterion.
#[derive(Clone, Debug, PartialEq)]
pub struct Criterion {
    /// Id within the version, such as `3.1`.
    pub id: String,
    /// Its code on the portal.
    pub code: String,
    /// Name.
    pub label: Words,
    /// What is divided by what.
    pub definition: Words,
    /// Most points; 0 of one that only informs.
    pub max: Amount,
    /// From the ratio to points.
    pub rule: Rule,
    /// What an empty denominator gives.
    pub when_empty: WhenEmpty,
    /// Where its counters come from.
    pub inputs: Inputs,
    /// What a missed case can still be: made good within the period, as a service put online, or not, as a late dossier.
    pub recoverable: bool,
    /// At which kinds of units it doesn't apply, and what they get.
    pub not_for: BTreeMap<UnitKind, NotApplied>,
}

/// From a ratio to points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// No points.
    Informative,
    /// max x ratio.
    MaxXRatio,
    /// min(max, max x ratio / at): full points from `at` on.
    Scaled {
        /// The ratio that gives full points.
        at: Amount,
    },
}

/// What an empty denominator gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenEmpty {
    /// No points and nothing measurable.
    Null,
    /// All points.
    Full,
    /// No points of those measurable.
    Zero,
}

/// What a unit gets for a criterion that doesn't apply to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotApplied {
    /// All points.
    Full,
    /// Nothing, and its points aren't measurable.
    None,
}

/// Where counters come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Inputs {
    /// Nobody counts them.
    None,
    /// Numerator and denominator of an indicator.
    Indicator(String),
    /// Sums.
    Sums {
        /// Above the line.
        num: Vec<Term>,
        /// Below the line.
        den: Vec<Term>,
    },
}

/// A summand.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// It is taken away.
    pub minus: bool,
    /// What is added.
    pub of: Counter,
}

/// What can be added up.
#[derive(Clone, Debug, PartialEq)]
pub enum Counter {
    /// A measure of the period.
    Measure(Measure),
    /// The value of an indicator.
    Indicator(String),
}

impl IndexVersion {
    /// The indicators that it is made from.
    pub fn indicators(&self) -> impl Iterator<Item = &str> {
        let all = self.groups.iter().flat_map(|group| &group.criteria);
        all.flat_map(|criterion| match &criterion.inputs {
            Inputs::None => Vec::new(),
            Inputs::Indicator(code) => vec![code.as_str()],
            Inputs::Sums { num, den } => num.iter().chain(den).filter_map(Term::indicator).collect(),
        })
    }

    /// The score of a unit.
    pub fn score(&self, found: &Found<'_>) -> IndexScore<'_> {
        let groups: Vec<GroupScore<'_>> = self.groups.iter().map(|group| group.score(found)).collect();
        IndexScore { points: Points::of(self.max, groups.iter().map(|group| group.points)), groups, version: self }
    }
}

impl Term {
    fn indicator(&self) -> Option<&str> {
        match &self.of {
            Counter::Indicator(code) => Some(code),
            Counter::Measure(_) => None,
        }
    }
}

/// What is known of a unit and a period.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    /// Its kind; none of `unresolved`.
    pub kind: Option<UnitKind>,
    /// Its measures with everything below it.
    pub measures: &'a Measures,
    /// Measures that no source delivers.
    pub unsourced: &'a BTreeSet<Measure>,
    /// What was reported of indicators, by the unit or by those below it.
    pub indicators: &'a BTreeMap<String, Reported>,
    /// The period is over: nothing can be made good within it.
    pub is_over: bool,
}

impl Found<'_> {
    fn sum(&self, terms: &[Term]) -> Option<Amount> {
        terms.iter().try_fold(Amount::ZERO, |sum, term| {
            let amount = match &term.of {
                Counter::Measure(measure) if self.unsourced.contains(measure) => None,
                Counter::Measure(measure) => Some(Amount::of_count(self.measures.get(*measure))),
                Counter::Indicator(code) => self.indicators.get(code)?.given.map(|(_, value)| value),
            }?;
            Some(if term.minus { sum.minus(amount) } else { sum.plus(amount) })
        })
    }

    fn counters(&self, inputs: &Inputs) -> (Option<Amount>, Option<Amount>) {
        match inputs {
            Inputs::None => (None, None),
            Inputs::Indicator(code) => self.indicators.get(code).map_or((None, None), |of| (of.num, of.den)),
            Inputs::Sums { num, den } => (self.sum(num), self.sum(den)),
        }
    }
}

/// Why a criterion has points or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ScoreState {
    /// Made from counters.
    Measured,
    /// No source delivers what it is made from.
    NoSource,
    /// There was nothing to divide by.
    Empty,
    /// It doesn't apply to units of this kind.
    NotApplicable,
    /// It has no points.
    Informative,
}

/// Points of a whole or a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Points {
    /// Made here; null when nothing below has a source.
    pub score: Option<Amount>,
    /// Most points of what could be measured.
    pub measurable: Amount,
    /// Most points there are.
    pub max: Amount,
    /// Measurable points that were missed.
    pub lost: Amount,
    /// Of the lost ones those that can still be made good within the period.
    pub recoverable: Amount,
}

impl Points {
    fn of(max: Amount, parts: impl Iterator<Item = Points>) -> Points {
        let none = Points { score: None, measurable: Amount::ZERO, max, lost: Amount::ZERO, recoverable: Amount::ZERO };
        parts.fold(none, |sum, part| Points {
            score: part.score.map(|score| sum.score.unwrap_or(Amount::ZERO).plus(score)).or(sum.score),
            measurable: sum.measurable.plus(part.measurable),
            lost: sum.lost.plus(part.lost),
            recoverable: sum.recoverable.plus(part.recoverable),
            ..sum
        })
    }

    /// Points of those measurable, for comparing units; none when nothing is measurable.
    pub fn share(&self) -> Option<Fraction> {
        Fraction::new(self.score?, self.measurable)
    }
}

/// The score of a unit.
#[derive(Clone, Debug, PartialEq)]
pub struct IndexScore<'a> {
    /// The formulas.
    pub version: &'a IndexVersion,
    /// Of the whole.
    pub points: Points,
    /// Of each group.
    pub groups: Vec<GroupScore<'a>>,
}

/// The score of a group.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupScore<'a> {
    /// The group.
    pub group: &'a Group,
    /// Its points.
    pub points: Points,
    /// Of each criterion.
    pub criteria: Vec<CriterionScore<'a>>,
}

/// The score of a criterion.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CriterionScore<'a> {
    /// The criterion.
    pub criterion: &'a Criterion,
    /// Why there are points or none.
    pub state: ScoreState,
    /// Numerator; null without a source.
    pub num: Option<Amount>,
    /// Denominator; null without a source.
    pub den: Option<Amount>,
    /// num / den.
    pub ratio: Option<Fraction>,
    /// Its points.
    pub points: Points,
}

impl Group {
    fn score(&self, found: &Found<'_>) -> GroupScore<'_> {
        let criteria: Vec<CriterionScore<'_>> = self.criteria.iter().map(|criterion| criterion.score(found)).collect();
        GroupScore { points: Points::of(self.max, criteria.iter().map(|score| score.points)), criteria, group: self }
    }
}

impl Criterion {
    fn score(&self, found: &Found<'_>) -> CriterionScore<'_> {
        let (num, den) = found.counters(&self.inputs);
        let ratio = num.zip(den).and_then(|(num, den)| Fraction::new(num, den));
        let (state, score) = match found.kind.and_then(|kind| self.not_for.get(&kind)) {
            Some(NotApplied::Full) => (ScoreState::NotApplicable, Some(self.max)),
            Some(NotApplied::None) => (ScoreState::NotApplicable, None),
            None => self.judged(num.zip(den), ratio),
        };
        let lost = score.map_or(Amount::ZERO, |score| self.max.minus(score));
        let points = Points {
            score,
            measurable: if score.is_some() { self.max } else { Amount::ZERO },
            max: self.max,
            lost,
            recoverable: if self.recoverable && !found.is_over { lost } else { Amount::ZERO },
        };
        CriterionScore { criterion: self, state, num, den, ratio, points }
    }

    fn judged(&self, counters: Option<(Amount, Amount)>, ratio: Option<Fraction>) -> (ScoreState, Option<Amount>) {
        if self.rule == Rule::Informative {
            return (ScoreState::Informative, None);
        }
        if counters.is_none() {
            return (ScoreState::NoSource, None);
        }
        let Some(ratio) = ratio else {
            let score = match self.when_empty {
                WhenEmpty::Null => None,
                WhenEmpty::Full => Some(self.max),
                WhenEmpty::Zero => Some(Amount::ZERO),
            };
            return (ScoreState::Empty, score);
        };
        let scaled = match self.rule {
            Rule::Scaled { at } => ratio.over(at),
            Rule::MaxXRatio | Rule::Informative => ratio,
        };
        (ScoreState::Measured, Some(scaled.share_of(self.max, self.max).max(Amount::ZERO)))
    }
}
