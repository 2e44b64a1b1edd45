//! What was reported of indicators, by the unit it counts under, and a unit's figure from those below it.
//!
//! An indicator's unit code is read on the last day of its period, by the aliases of the source that reported it
//! last: a report on June 2025 names the unit of June, however late it comes. Codes that name the same unit then are one
//! report, their registers joined; codes that nobody knows are a report each, under `unresolved`. As it is now, reports of units that went on as one are rolled up into its own.
//!
//! A unit's report stands for everything below it. A unit without one is rolled up from the next reports below.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use rpds::RedBlackTreeMapSync;

use crate::kpi::indicator::{IndicatorRow, RowParts};
use crate::kpi::{Cadence, Fraction, Indicator, Reported};
use crate::model::{Day, IndicatorKey, IndicatorState, Instant, Period, Text, UnitKind};
use crate::units::{Hierarchy, Tree, UnitId};

use super::view::View;

/// Periods looked through for one with a number: two years of months.
const PERIODS_SEARCHED_MAX: usize = 24;

/// Reports in the order of code, period and unit: those of one indicator and period stand together, periods of one
/// length in the order of time.
pub(super) type Reports = RedBlackTreeMapSync<(Text, Period, Text), IndicatorState>;

pub(super) fn ordered(key: IndicatorKey) -> (Text, Period, Text) {
    (key.code, key.period, key.unit)
}

/// What was reported of one indicator and period, by unit of one hierarchy.
#[derive(Clone, Debug)]
pub struct Placed<'a> {
    indicator: &'a Indicator,
    period: Period,
    tree: &'a Tree,
    /// Also under the rows that stand for a unit in other trees.
    own: BTreeMap<UnitId, Reported>,
}

/// A unit's figure of an indicator and a period.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IndicatorFigure {
    /// What it reported itself.
    pub own: Option<Reported>,
    /// What is made of the next reports below it.
    pub below: Option<Reported>,
    /// From how many units that is.
    pub parts: usize,
    /// How many of the units that are to report did, the unit itself among them.
    pub reported: usize,
    /// How many are to.
    pub expected: usize,
}

impl IndicatorFigure {
    /// What counts: its own report, else what is below it.
    pub fn counting(&self) -> Option<&Reported> {
        self.own.as_ref().or(self.below.as_ref())
    }
}

impl View {
    /// Every report of an indicator and a period with the code of its unit.
    pub fn reports<'a>(
        &'a self,
        code: &str,
        period: Period,
    ) -> impl DoubleEndedIterator<Item = (&'a Text, &'a IndicatorState)> + use<'a> {
        let code = Text::new(code);
        let least = (code.clone(), period, Text::new(""));
        let range = self.indicators.range((Bound::Included(least), Bound::Unbounded));
        let of = range.take_while(move |((of, on, _), _)| *of == code && *on == period);
        let all: Vec<_> = of.map(|((.., unit), state)| (unit, state)).collect();
        all.into_iter()
    }

    /// All codes, periods and units that anything was reported of, in that order.
    pub fn indicator_reports(&self) -> impl Iterator<Item = (&Text, Period, &Text, &IndicatorState)> {
        self.indicators.iter().map(|((code, period, unit), state)| (code, *period, unit, state))
    }

    /// When anything was written last of what a unit reported of an indicator and a period, under whatever code; none when
    /// nothing was.
    pub fn reported_at(&self, code: &str, period: Period, unit: UnitId) -> Option<Instant> {
        let (units, hierarchies, day) = (self.units(), self.hierarchies(), period.days().1);
        let is_of_unit = |code: &Text, state: &IndicatorState| {
            let source = state.source.value().map_or("", Text::as_str);
            hierarchies.place(units, Hierarchy::Was, source, (code, day)).unit == unit
        };
        let of_unit = self.reports(code, period).filter(|(code, state)| is_of_unit(code, state));
        of_unit.filter_map(|(_, state)| state.newest()).max()
    }

    /// The periods of an indicator's own length that anything was reported of, up to one, newest first.
    fn reported_periods(&self, indicator: &Indicator, up_to: Period) -> Vec<Period> {
        self.periods(indicator, |period| indicator.cadence.has(period) && period.days().1 <= up_to.days().1)
    }

    /// The periods as long as one and before it that anything was reported of, newest first.
    fn periods_like(&self, indicator: &Indicator, of: Period) -> Vec<Period> {
        self.periods(indicator, |period| Cadence::of(period) == Cadence::of(of) && period < of)
    }

    fn periods(&self, indicator: &Indicator, is_meant: impl Fn(Period) -> bool) -> Vec<Period> {
        let code = Text::new(&indicator.code);
        let of_code = self
            .indicators
            .range((Bound::Included((code.clone(), Period::Year(i16::MIN), Text::new(""))), Bound::Unbounded));
        let periods = of_code.take_while(|((of, ..), _)| *of == code).map(|((_, period, _), _)| *period);
        let mut periods: Vec<Period> = periods.filter(|period| is_meant(*period)).collect();
        periods.dedup();
        periods.reverse();
        periods
    }

    /// The reports of an indicator and a period by the units they count under.
    pub fn placed<'a>(&'a self, indicator: &'a Indicator, period: Period, hierarchy: Hierarchy) -> Placed<'a> {
        let (units, hierarchies) = (self.units(), self.hierarchies());
        let (day, tree) = (period.days().1, hierarchies.tree(hierarchy));
        // By the unit read first, so that many codes of one unit are one report.
        let mut read: BTreeMap<(UnitId, &Text), IndicatorState> = BTreeMap::new();
        let no_code = Text::new("");
        for (code, state) in self.reports(&indicator.code, period) {
            let source = state.source.value().map_or("", Text::as_str);
            let unit = hierarchies.place(units, Hierarchy::Was, source, (code, day)).unit;
            // Codes that nobody knows may be many units.
            let code = if unit == UnitId::UNRESOLVED { units.meant(source, code) } else { &no_code };
            read.entry((unit, code)).or_default().join(state.clone());
        }
        let mut grouped: BTreeMap<UnitId, Vec<Reported>> = BTreeMap::new();
        for ((unit, _), state) in read {
            let unit = if hierarchy == Hierarchy::Now { hierarchies.successor(unit) } else { unit };
            let reported = Reported::of(&state);
            if reported.is_nothing() {
                continue;
            }
            for unit in [unit].iter().chain(tree.stand_ins(unit)) {
                grouped.entry(*unit).or_default().push(reported);
            }
        }
        let mut own = BTreeMap::new();
        for (unit, all) in grouped {
            let together = match all.as_slice() {
                [one] => Some(*one),
                many => indicator.roll_up.of(many),
            };
            if let Some(together) = together {
                own.insert(unit, together);
            }
        }
        Placed { indicator, period, tree, own }
    }

    /// The row of a unit: of a period, or of the newest one of the indicator's own length that it has a number of.
    pub fn indicator_row<'a>(
        &'a self,
        indicator: &'a Indicator,
        asked: Option<Period>,
        (hierarchy, unit): (Hierarchy, UnitId),
    ) -> IndicatorRow<'a> {
        let period = asked.or_else(|| {
            let newest = self.reported_periods(indicator, indicator.cadence.around(self.today()));
            self.newest_of(indicator, &newest, (hierarchy, unit)).map(|(period, _)| period)
        });
        let Some(period) = period else { return indicator.row(RowParts::default()) };
        self.indicator_sheet(indicator, period, hierarchy).row(unit)
    }

    /// Everything that rows of an indicator and a period are made from, ready for any number of units.
    pub fn indicator_sheet<'a>(
        &'a self,
        indicator: &'a Indicator,
        period: Period,
        hierarchy: Hierarchy,
    ) -> IndicatorSheet<'a> {
        let earlier = self.periods_like(indicator, period).into_iter().take(PERIODS_SEARCHED_MAX);
        IndicatorSheet {
            view: self,
            placed: self.placed(indicator, period, hierarchy),
            hierarchy,
            earlier: earlier.map(|period| (period, OnceCell::new())).collect(),
        }
    }

    /// The first of some periods that a unit has a number of.
    fn newest_of(
        &self,
        indicator: &Indicator,
        periods: &[Period],
        (hierarchy, unit): (Hierarchy, UnitId),
    ) -> Option<(Period, Fraction)> {
        periods.iter().take(PERIODS_SEARCHED_MAX).find_map(|period| {
            let figure = self.indicator_figure(&self.placed(indicator, *period, hierarchy), unit);
            Some((*period, figure.counting()?.value(indicator.kind)?))
        })
    }

    /// The units that are to report, in the order of their codes, and whether each did.
    pub fn reporters(&self, placed: &Placed<'_>) -> Vec<(UnitId, bool)> {
        let to_report = self.units().versions().filter(|(unit, fact)| {
            let valid = (fact.valid_from, fact.valid_to);
            placed.tree.is_territory(*unit)
                && is_expected(&placed.indicator.reported_by, fact.kind, valid, placed.period.days())
        });
        to_report.map(|(unit, _)| (unit, placed.own.contains_key(&unit))).collect()
    }

    /// A unit's figure.
    pub fn indicator_figure(&self, placed: &Placed<'_>, unit: UnitId) -> IndicatorFigure {
        let parts = placed.parts(unit);
        let (first, last) = placed.period.days();
        let mut figure = IndicatorFigure {
            own: placed.own.get(&unit).copied(),
            below: placed.indicator.roll_up.of(&parts),
            parts: parts.len(),
            ..IndicatorFigure::default()
        };
        for below in placed.tree.below(unit) {
            let Some(fact) = self.units().fact(below) else { continue };
            if is_expected(&placed.indicator.reported_by, fact.kind, (fact.valid_from, fact.valid_to), (first, last)) {
                figure.expected += 1;
                figure.reported += usize::from(placed.own.contains_key(&below));
            }
        }
        figure
    }
}

/// An indicator and a period, ready for any number of units.
#[derive(Debug)]
pub struct IndicatorSheet<'a> {
    view: &'a View,
    placed: Placed<'a>,
    hierarchy: Hierarchy,
    /// Newest first; read when a row needs them.
    earlier: Vec<(Period, OnceCell<Placed<'a>>)>,
}

impl<'a> IndicatorSheet<'a> {
    /// The row of a unit.
    pub fn row(&self, unit: UnitId) -> IndicatorRow<'a> {
        let Placed { indicator, period, .. } = self.placed;
        let figure = self.view.indicator_figure(&self.placed, unit);
        let code = self.view.units().fact(unit).map_or("", |fact| fact.code.as_str());
        let previous = self.earlier.iter().find_map(|(period, placed)| {
            let placed = placed.get_or_init(|| self.view.placed(indicator, *period, self.hierarchy));
            Some((*period, self.view.indicator_figure(placed, unit).counting()?.value(indicator.kind)?))
        });
        indicator.row(RowParts {
            period: Some(period),
            own: figure.own,
            below: figure.below.map(|below| (below, figure.parts)),
            reported: (figure.reported, figure.expected),
            previous,
            reference: figure.own.and_then(|_| indicator.reference(code, period)),
        })
    }
}

/// Whether a unit of a kind that existed on the period's last day is to report.
fn is_expected(kinds: &[UnitKind], kind: UnitKind, valid: (Option<Day>, Option<Day>), (_, last): (Day, Day)) -> bool {
    kinds.contains(&kind) && valid.0.is_none_or(|from| from <= last) && valid.1.is_none_or(|to| last <= to)
}

impl Placed<'_> {
    /// The next reports below a unit: of those one above the other, the upper one.
    fn parts(&self, unit: UnitId) -> Vec<Reported> {
        let mut waiting: Vec<UnitId> = self.tree.node(unit).children.clone();
        let mut parts = Vec::new();
        while let Some(next) = waiting.pop() {
            match self.own.get(&next) {
                Some(reported) => parts.push(*reported),
                None => waiting.extend(&self.tree.node(next).children),
            }
        }
        parts
    }

    /// Every unit with a report of its own, and every one above these.
    pub fn concerned(&self) -> BTreeSet<UnitId> {
        self.own.keys().flat_map(|unit| self.tree.path(*unit)).collect()
    }
}
