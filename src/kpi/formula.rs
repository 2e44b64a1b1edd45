//! What a KPI is made of: signed sums of measures, a mean in hours, a percentile of processing time, or nothing yet.

use serde::{Serialize, Serializer};

use super::figure::ratio;
use super::measure::{HOURS_BUCKETS, Measure, Measures};

#[cfg(test)]
mod tests;

/// A measure with its sign; written as its name, or `-name` when it is taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// What is counted.
    pub measure: Measure,
    /// Whether it is taken away.
    pub is_subtracted: bool,
}

impl Term {
    /// The term of a text; none when no measure is called so.
    pub fn named(text: &str) -> Option<Term> {
        let name = text.strip_prefix('-').unwrap_or(text);
        Some(Term { measure: Measure::named(name)?, is_subtracted: name.len() < text.len() })
    }

    /// As it is written.
    pub fn name(self) -> String {
        format!("{}{}", if self.is_subtracted { "-" } else { "" }, self.measure.name())
    }

    /// Its part of a sum.
    pub fn of(self, measures: &Measures) -> i64 {
        let count = measures.get(self.measure);
        if self.is_subtracted { -count } else { count }
    }
}

impl Serialize for Term {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.name())
    }
}

/// The sum of terms.
pub fn sum_of(terms: &[Term], measures: &Measures) -> i64 {
    terms.iter().map(|term| term.of(measures)).sum()
}

/// What a value is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueUnit {
    /// A share: 0.9 is shown as 90 %.
    Ratio,
    /// Hours.
    Hours,
}

/// How a KPI is made from the measures of a unit and a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Formula {
    /// One sum divided by another.
    Quotient {
        /// Above the line.
        num: Vec<Term>,
        /// Below the line.
        den: Vec<Term>,
        /// What the quotient is counted in.
        unit: ValueUnit,
    },
    /// A percentile, 1 to 99, of processing time in hours, from its buckets: the least limit of a bucket within
    /// which at least so many of a hundred resolved dossiers were processed. It is a limit that holds, not a guess
    /// between two of them; beyond the last limit it is only known that the value lies above.
    Percentile(u8),
    /// No source delivers what it needs: every figure is null, and never 0 or full.
    NoSource,
}

/// A KPI as it was counted: exact numbers, from which value, band and rank are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Numerator; of a percentile how many took at most `value` (or `above`) hours. None without a source.
    pub num: Option<i64>,
    /// Denominator. None without a source.
    pub den: Option<i64>,
    /// The value as an exact quotient of whole numbers; none when there is none.
    pub exact: Option<(i64, i64)>,
    /// The value isn't known, but that it is more than this many hours (the last bucket is open).
    pub above: Option<i64>,
}

impl Counted {
    /// The value for showing.
    pub fn value(&self) -> Option<f64> {
        self.exact.and_then(|(num, den)| ratio(num, den))
    }
}

impl Formula {
    /// Counts.
    pub fn count(&self, measures: &Measures) -> Counted {
        match self {
            Formula::Quotient { num, den, .. } => {
                let (num, den) = (sum_of(num, measures), sum_of(den, measures));
                Counted { num: Some(num), den: Some(den), exact: (den != 0).then_some((num, den)), above: None }
            }
            Formula::Percentile(share) => percentile(*share, measures),
            Formula::NoSource => Counted::default(),
        }
    }

    /// What its values are counted in.
    pub fn unit(&self) -> ValueUnit {
        match self {
            Formula::Quotient { unit, .. } => *unit,
            Formula::Percentile(_) => ValueUnit::Hours,
            Formula::NoSource => ValueUnit::Ratio,
        }
    }

    /// The terms above the line; none of a percentile.
    pub fn num(&self) -> &[Term] {
        match self {
            Formula::Quotient { num, .. } => num,
            Formula::Percentile(_) | Formula::NoSource => &[],
        }
    }

    /// The terms below the line.
    pub fn den(&self) -> &[Term] {
        match self {
            Formula::Quotient { den, .. } => den,
            Formula::Percentile(_) => &RESOLVED,
            Formula::NoSource => &[],
        }
    }
}

const RESOLVED: [Term; 1] = [Term { measure: Measure::Resolved, is_subtracted: false }];

/// The least limit of a bucket with at least `share` of a hundred resolved dossiers up to it.
fn percentile(share: u8, measures: &Measures) -> Counted {
    let den = measures.get(Measure::Resolved);
    if den <= 0 {
        return Counted { num: Some(0), den: Some(den), exact: None, above: None };
    }
    let (mut within, mut longest) = (0, 0);
    for (limit, slot) in HOURS_BUCKETS {
        (within, longest) = (within + measures.get(slot.measure()), limit);
        if i128::from(within) * 100 >= i128::from(den) * i128::from(share) {
            return Counted { num: Some(within), den: Some(den), exact: Some((limit, 1)), above: None };
        }
    }
    Counted { num: Some(within), den: Some(den), exact: None, above: Some(longest) }
}
