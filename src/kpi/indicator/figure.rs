//! An indicator's figure of a unit and a period, as screens and answers show it.

use serde::Serialize;

use crate::kpi::exact::{Amount, Fraction};
use crate::kpi::figure::{Better, Words};
use crate::kpi::window::Window;
use crate::model::Period;

use super::{Cadence, Indicator, IndicatorKind, Reference, Reported, RollUp};

/// What is known of a unit and a period, from its own report or from below. Null is "nothing reported" and never 0.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct IndicatorRow<'a> {
    /// Code.
    pub code: &'a str,
    /// Name.
    pub label: &'a Words,
    /// What is counted.
    pub definition: &'a Words,
    /// Where it comes from.
    pub system: &'a Words,
    /// What its number is.
    pub kind: IndicatorKind,
    /// How it is made from those below.
    pub roll_up: RollUp,
    /// For which periods it is reported.
    pub cadence: Cadence,
    /// What the number counts; `%`: percent.
    pub measured_in: &'a Words,
    /// Which way is better.
    pub better: Option<Better>,
    /// The period; null when none was ever reported.
    pub period: Option<Period>,
    /// Its days.
    pub window: Option<Window>,
    /// The number that counts: computed of a ratio with counts, else as reported; to six places.
    pub value: Option<Amount>,
    /// Numerator.
    pub num: Option<Amount>,
    /// Denominator.
    pub den: Option<Amount>,
    /// What the source printed.
    pub declared: Option<Amount>,
    /// What was printed less the value.
    pub difference: Option<Amount>,
    /// The printed number isn't the value, rounded as printed.
    pub differs: bool,
    /// Where the number comes from.
    pub made_from: Option<MadeFrom>,
    /// What the unit reported itself.
    pub own: Option<Part>,
    /// What the next reports below make.
    pub below: Option<Part>,
    /// How many of the units that are to report did, here and below.
    pub reported: usize,
    /// How many are to.
    pub expected: usize,
    /// The newest earlier period with a number.
    pub previous: Option<Previous>,
    /// The value less that one; of a ratio in percentage points.
    pub change: Option<Amount>,
    /// What is to be reached, and by which year.
    pub goal: Option<Amount>,
    /// The year of the goal.
    pub goal_year: Option<i16>,
    /// The plan on the period's last day.
    pub plan: Option<Amount>,
    /// Who published it.
    pub reference: Option<&'a Reference>,
}

/// Where a number comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MadeFrom {
    /// The unit's own report.
    Own,
    /// Reports below it.
    Below,
}

/// A number with its counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// To six places.
    pub value: Option<Amount>,
    /// Numerator.
    pub num: Option<Amount>,
    /// Denominator.
    pub den: Option<Amount>,
    /// From how many units.
    pub units: usize,
}

/// A former period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Previous {
    /// Which.
    pub period: Period,
    /// Its number.
    pub value: Amount,
    /// It is the one just before.
    pub adjacent: bool,
}

/// What a row is made from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RowParts<'a> {
    /// The period.
    pub period: Option<Period>,
    /// The unit's own report.
    pub own: Option<Reported>,
    /// What is made of the reports below.
    pub below: Option<(Reported, usize)>,
    /// Units that reported, of those expected.
    pub reported: (usize, usize),
    /// The newest earlier period with a number.
    pub previous: Option<(Period, Fraction)>,
    /// Who published the unit's number.
    pub reference: Option<&'a Reference>,
}

impl Indicator {
    /// The row of a unit and a period.
    pub fn row<'a>(&'a self, parts: RowParts<'a>) -> IndicatorRow<'a> {
        let RowParts { period, own, below, reported, previous, reference } = parts;
        let counting = own.or(below.map(|(reported, _)| reported));
        let value = counting.and_then(|of| of.value(self.kind));
        let declared = counting.and_then(|of| of.declared);
        let shown = value.map(Fraction::rounded);
        let part = |of: Reported, units| Part {
            value: of.value(self.kind).map(Fraction::rounded),
            num: of.num,
            den: of.den,
            units,
        };
        let previous = previous.map(|(before, value)| Previous {
            period: before,
            value: value.rounded(),
            adjacent: period.is_some_and(|period| crate::kpi::window::before(period) == before),
        });
        IndicatorRow {
            code: &self.code,
            label: &self.label,
            definition: &self.definition,
            system: &self.system,
            kind: self.kind,
            roll_up: self.roll_up,
            cadence: self.cadence,
            measured_in: &self.measured_in,
            better: self.better,
            period,
            window: period.map(|period| Window { first: period.days().0, last: period.days().1 }),
            value: shown,
            num: counting.and_then(|of| of.num),
            den: counting.and_then(|of| of.den),
            declared: declared.map(Amount::from),
            difference: declared.zip(shown).map(|(declared, shown)| Amount::from(declared).minus(shown)),
            differs: declared.zip(value).is_some_and(|(declared, value)| !value.prints_as(declared)),
            made_from: counting.map(|_| if own.is_some() { MadeFrom::Own } else { MadeFrom::Below }),
            own: own.map(|own| part(own, 1)),
            below: below.map(|(below, units)| part(below, units)),
            reported: reported.0,
            expected: reported.1,
            change: shown.zip(previous).map(|(shown, previous)| shown.minus(previous.value)),
            previous,
            goal: self.goal.map(|(goal, _)| goal.into()),
            goal_year: self.goal.map(|(_, year)| year),
            plan: period.and_then(|period| self.plan(period.days().1)).map(Amount::from),
            reference,
        }
    }
}
