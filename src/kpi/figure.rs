//! A KPI's figure: exact counts, their ratio, and how it stands to its target.

use serde::{Deserialize, Serialize};

use crate::model::{Day, Decimal};

use super::formula::ValueUnit;
use super::projection::Projection;

#[cfg(test)]
mod tests;

/// A text in the languages of the screens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
}

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    /// More is better: met, near, below.
    Higher,
    /// Less is better: met, near, over.
    Lower,
}

/// How a figure stands to its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Band {
    /// The target is reached.
    Met,
    /// The target is missed, the near limit is kept.
    Near,
    /// Under both, where more is better.
    Below,
    /// Over both, where less is better; or over a limit.
    Over,
}

/// What a figure is held against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TargetFigures<'a> {
    /// The target, or the plan of the day.
    pub target: Option<Decimal>,
    /// The limit up to which it is near.
    pub near: Option<Decimal>,
    /// What is to be reached in the end.
    pub goal: Option<Decimal>,
    /// By which year.
    pub goal_year: Option<i16>,
    /// By which day the goal is to be reached: where the path comes to it, else the end of that year.
    pub goal_by: Option<Day>,
    /// Number of the decision that assigns it.
    pub decision: Option<&'a str>,
}

/// A KPI of a unit and a window, as screens and answers show it. Null is "no data" and never 0.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct KpiFigure<'a> {
    /// Numerator, a sum of measures; of a percentile how many took at most that long. Null without a source.
    pub num: Option<i64>,
    /// Denominator, a sum of measures. Null without a source.
    pub den: Option<i64>,
    /// num / den, or the percentile; null without a denominator, without a source, or when only `above` is known.
    pub value: Option<f64>,
    /// Of a percentile in the last, open bucket: the value is more than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub above: Option<i64>,
    /// No source delivers what it is made of.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub no_source: bool,
    /// Null without a target and under the minimum denominator.
    pub band: Option<Band>,
    /// The target, or the plan of the day.
    pub target: Option<f64>,
    /// The limit up to which it is near.
    pub near: Option<f64>,
    /// What is to be reached in the end.
    pub goal: Option<f64>,
    /// By which year.
    pub goal_year: Option<i16>,
    /// Number of the decision that assigns the target.
    pub decision: Option<&'a str>,
    /// When the goal is reached if it goes on like this; only where it is asked for and something is to be reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub projection: Option<Projection>,
    /// What the value is: `ratio` or `hours`.
    pub unit: ValueUnit,
    /// Which way is better.
    pub better: Better,
    /// Below it there is no band and no rank.
    pub den_min: i64,
    /// What is divided by what, in words.
    pub definition: &'a Words,
    /// What else is to be known of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<&'a Words>,
    /// Version of the definition.
    pub version: &'a str,
}

/// The ratio of two counts, for showing; null without a denominator.
#[expect(clippy::cast_precision_loss, reason = "for showing only: comparisons are made in integers")]
pub fn ratio(num: i64, den: i64) -> Option<f64> {
    (den != 0).then(|| num as f64 / den as f64)
}

/// How num / den stands to a limit, exactly.
pub fn reaches(num: i64, den: i64, limit: Decimal, better: Better) -> bool {
    let (exact, line) =
        (i128::from(num) * i128::from(Decimal::SCALE), i128::from(limit.millionths()) * i128::from(den));
    match better {
        Better::Higher => exact >= line,
        Better::Lower => exact <= line,
    }
}

/// The band of num / den: in integers, so that no rounding crosses a line.
pub fn band(num: i64, den: i64, targets: &TargetFigures<'_>, better: Better) -> Option<Band> {
    let target = targets.target.filter(|_| den > 0)?;
    if reaches(num, den, target, better) {
        return Some(Band::Met);
    }
    if targets.near.is_some_and(|near| reaches(num, den, near, better)) {
        return Some(Band::Near);
    }
    Some(match better {
        Better::Higher => Band::Below,
        Better::Lower => Band::Over,
    })
}

/// The band of a value that is only known to be more than `above`: none while it may be on either side of a line.
pub fn band_above(above: i64, targets: &TargetFigures<'_>, better: Better) -> Option<Band> {
    let passes = |line: Decimal| line.millionths() <= above.saturating_mul(Decimal::SCALE);
    let target = targets.target?;
    match better {
        Better::Higher => passes(target).then_some(Band::Met),
        Better::Lower => (passes(target) && targets.near.is_none_or(passes)).then_some(Band::Over),
    }
}

/// The order of two ratios, exactly: num / den of each, both denominators above 0.
pub fn compare_ratios(left: (i64, i64), right: (i64, i64)) -> std::cmp::Ordering {
    (i128::from(left.0) * i128::from(right.1)).cmp(&(i128::from(right.0) * i128::from(left.1)))
}
