//! The catalogue of indicators: what offices report by unit and period, read from `dashboards/indicators.toml`.
//!
//! A *ratio* is in percent: 100 x numerator / denominator, or what was printed (`value`) where the two aren't known;
//! `declared` is what the source printed beside them. All other kinds are their `value`.
//!
//! How a unit without a report of its own is made from those below it: *sum* adds values, *weighted* adds numerators and
//! denominators, *latest* takes the value written last, *none* makes nothing. The report of a unit stands for everything
//! below it: what its sub-units report isn't added to it, nor above it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{Day, Decimal, IndicatorState, Instant, Period, UnitKind};

use super::exact::{Amount, Fraction};
use super::figure::{Better, Words};
use super::window;

mod figure;
mod read;
#[cfg(test)]
mod tests;

pub use figure::{IndicatorRow, MadeFrom, Part, Previous, RowParts};
pub(super) use read::read;

/// What an indicator's number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IndicatorKind {
    /// A numerator of a denominator, in percent.
    Ratio,
    /// Counted over the period.
    Count,
    /// As it stands at the period's end.
    Gauge,
    /// Points or a rank that somebody else gives.
    Score,
}

/// How a unit's figure is made from those below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RollUp {
    /// The sum of the values.
    Sum,
    /// The value that was written last; of equal instants the greater one.
    Latest,
    /// The sum of the numerators over the sum of the denominators.
    Weighted,
    /// Nothing: only what the unit itself reports.
    None,
}

/// For which periods an indicator is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cadence {
    /// Each day.
    Day,
    /// Each ISO week.
    Week,
    /// Each month.
    Month,
    /// Each quarter.
    Quarter,
    /// Each half of a year.
    Half,
    /// The first nine months of each year.
    NineMonths,
    /// Each year.
    Year,
}

impl Cadence {
    /// Whether a period is one of these.
    pub fn has(self, period: Period) -> bool {
        self == Cadence::of(period)
    }

    /// The kind of a period.
    pub fn of(period: Period) -> Cadence {
        match period {
            Period::Day(..) => Cadence::Day,
            Period::Week(..) => Cadence::Week,
            Period::Month(..) => Cadence::Month,
            Period::Quarter(..) => Cadence::Quarter,
            Period::Half(..) => Cadence::Half,
            Period::NineMonths(_) => Cadence::NineMonths,
            Period::Year(_) => Cadence::Year,
        }
    }

    /// The period of this kind that a day lies in; of nine months those of its year.
    pub fn around(self, day: Day) -> Period {
        let date = day.date();
        match self {
            Cadence::Day => Period::Day(date.year(), date.month(), date.day()),
            Cadence::Week => {
                let week = date.iso_week_date();
                Period::Week(week.year(), week.week())
            }
            Cadence::Month => Period::Month(date.year(), date.month()),
            Cadence::Quarter => Period::Quarter(date.year(), (date.month() + 2) / 3),
            Cadence::Half => Period::Half(date.year(), (date.month() + 5) / 6),
            Cadence::NineMonths => Period::NineMonths(date.year()),
            Cadence::Year => Period::Year(date.year()),
        }
    }

    /// The newest period of this kind that has ended before a day.
    pub fn last_ended(self, today: Day) -> Period {
        let around = self.around(today);
        if around.days().1 < today { around } else { window::before(around) }
    }
}

/// An indicator as the catalogue describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Indicator {
    /// Code, such as `documents.processed`.
    pub code: String,
    /// Name.
    pub label: Words,
    /// What is counted, or divided by what, in words.
    pub definition: Words,
    /// The system or survey it comes from.
    pub system: Words,
    /// What its number is.
    pub kind: IndicatorKind,
    /// How it is made from those below.
    pub roll_up: RollUp,
    /// For which periods it is reported.
    pub cadence: Cadence,
    /// Days after the period's end by which it is to be there.
    pub deadline_days: i32,
    /// What the number counts; `%` of a ratio.
    pub measured_in: Words,
    /// Kinds of units that report it.
    pub reported_by: Vec<UnitKind>,
    /// Which way is better; none: neither.
    pub better: Option<Better>,
    /// What is to be reached, and by which year.
    pub goal: Option<(Decimal, i16)>,
    /// The plan by day, ascending.
    pub path: Vec<(Day, Decimal)>,
    /// What is known of single published values.
    pub references: Vec<Reference>,
}

/// Where a published value stands, and who says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reference {
    /// Of which unit, by its code on the period's last day.
    pub unit: String,
    /// Of which period.
    pub period: Period,
    /// The place among those compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rank: Option<u32>,
    /// How many were compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<u32>,
    /// Who published it.
    pub source: String,
    /// What is to be said of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<Words>,
}

/// All indicators, in the order of their file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Indicators {
    list: Vec<Indicator>,
    places: BTreeMap<String, usize>,
}

impl Indicators {
    fn push(&mut self, indicator: Indicator) {
        self.places.insert(indicator.code.clone(), self.list.len());
        self.list.push(indicator);
    }

    /// All, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &Indicator> {
        self.list.iter()
    }

    /// The one of a code.
    pub fn get(&self, code: &str) -> Option<&Indicator> {
        self.places.get(code).map(|place| &self.list[*place])
    }
}

/// What a unit, or several together, reported of an indicator and a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reported {
    /// Numerator.
    pub num: Option<Amount>,
    /// Denominator.
    pub den: Option<Amount>,
    /// The value as it was given.
    pub given: Option<(Instant, Amount)>,
    /// What the source printed.
    pub declared: Option<Decimal>,
}

impl Reported {
    /// What the registers of one unit say.
    pub fn of(state: &IndicatorState) -> Reported {
        Reported {
            num: state.numerator.value().copied().map(Amount::from),
            den: state.denominator.value().copied().map(Amount::from),
            given: state.value.at().zip(state.value.value()).map(|(at, value)| (at, Amount::from(*value))),
            declared: state.declared.value().copied(),
        }
    }

    /// Whether it says nothing: all of it was taken back.
    pub fn is_nothing(&self) -> bool {
        *self == Reported::default()
    }

    /// The value that the indicator's kind makes of it; none: no number.
    pub fn value(&self, kind: IndicatorKind) -> Option<Fraction> {
        let given = self.given.map(|(_, value)| Fraction::whole(value));
        match kind {
            IndicatorKind::Ratio => {
                self.num.zip(self.den).and_then(|(num, den)| Fraction::new(num, den)).map(|of| of.times(100)).or(given)
            }
            IndicatorKind::Count | IndicatorKind::Gauge | IndicatorKind::Score => given,
        }
    }
}

impl RollUp {
    /// What units report together: a single one stays as it is, nothing is printed of several.
    pub fn of(self, all: &[Reported]) -> Option<Reported> {
        let none = Reported::default();
        match (self, all) {
            (RollUp::None, _) | (_, []) => return None,
            (_, [one]) => return Some(*one),
            _ => {}
        }
        let all = all.iter();
        Some(match self {
            RollUp::None => none,
            RollUp::Latest => Reported { given: all.filter_map(|one| one.given).max(), ..none },
            RollUp::Sum => all.fold(none, |sum, one| Reported { given: added(sum.given, one.given), ..none }),
            RollUp::Weighted => all.fold(none, |sum, one| match one.num.zip(one.den) {
                None => sum,
                Some((num, den)) => Reported {
                    num: Some(sum.num.unwrap_or(Amount::ZERO).plus(num)),
                    den: Some(sum.den.unwrap_or(Amount::ZERO).plus(den)),
                    ..none
                },
            }),
        })
    }
}

fn added(sum: Option<(Instant, Amount)>, more: Option<(Instant, Amount)>) -> Option<(Instant, Amount)> {
    match (sum, more) {
        (Some((at, sum)), Some((later, more))) => Some((at.max(later), sum.plus(more))),
        (one, other) => one.or(other),
    }
}

impl Indicator {
    /// What is known of a published value of a unit and a period.
    pub fn reference(&self, unit: &str, period: Period) -> Option<&Reference> {
        self.references.iter().find(|reference| reference.unit == unit && reference.period == period)
    }

    /// The last day on which a report of a period is in time.
    pub fn deadline(&self, period: Period) -> Day {
        period.days().1.plus(self.deadline_days)
    }

    /// The plan of a day; none without a path.
    pub fn plan(&self, day: Day) -> Option<Decimal> {
        super::catalogue::plan(&self.path, day)
    }
}
