//! What an index is made from, of one unit and one period.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::kpi::index::{Found, IndexFigure, IndexVersion};
use crate::kpi::{Catalogue, Fraction, Index, IndexScore, Measure, Reported, Window};
use crate::model::{Day, Period};
use crate::units::{Perspective, UnitId};

use super::indicators::Placed;
use super::view::View;

/// An index of one period and perspective, ready for any number of units.
#[derive(Debug)]
pub struct IndexReading<'a> {
    view: &'a View,
    /// The formulas.
    pub version: &'a IndexVersion,
    period: Period,
    window: Window,
    perspective: Perspective,
    unsourced: BTreeSet<Measure>,
    placed: BTreeMap<String, Placed<'a>>,
    /// Published scores by code of the indicator, read when they are asked for.
    official: RefCell<BTreeMap<String, Placed<'a>>>,
    /// Shares of measurable points, as units were scored for ranks.
    shares: RefCell<BTreeMap<UnitId, Option<Fraction>>>,
}

/// All there is.
const EVER: Window = Window { first: Day(-1_000_000), last: Day(1_000_000) };

impl View {
    /// Reads what an index is made from; none when no version of it holds on the period's last day.
    pub fn index<'a>(
        &'a self,
        (index, catalogue): (&'a Index, &'a Catalogue),
        period: Period,
        perspective: Perspective,
    ) -> Option<IndexReading<'a>> {
        let (first, last) = period.days();
        let version = index.version(last)?;
        let known = version.indicators().filter_map(|code| catalogue.indicators().get(code));
        let placed = known.map(|of| (of.code.clone(), self.placed(of, period, perspective.hierarchy))).collect();
        let tree = self.tree(perspective.hierarchy);
        let tops = tree.ids().filter(|unit| tree.node(*unit).parent.is_none() && tree.is_territory(*unit));
        let tops: Vec<UnitId> = tops.collect();
        let is_there =
            |measure: &&Measure| tops.iter().any(|top| self.measures(*top, EVER, perspective).get(**measure) != 0);
        let unsourced = index.optional.iter().filter(|measure| !is_there(measure)).copied().collect();
        Some(IndexReading {
            view: self,
            version,
            period,
            window: Window { first, last },
            perspective,
            unsourced,
            placed,
            official: RefCell::default(),
            shares: RefCell::default(),
        })
    }
}

impl<'a> IndexReading<'a> {
    /// The score of a unit.
    pub fn score(&self, unit: UnitId) -> IndexScore<'a> {
        let figure = |placed: &Placed<'_>| self.view.indicator_figure(placed, unit).counting().copied();
        let found = self.placed.iter().filter_map(|(code, placed)| Some((code.clone(), figure(placed)?)));
        let indicators: BTreeMap<String, Reported> = found.collect();
        let measures = self.view.measures(unit, self.window, self.perspective);
        self.version.score(&Found {
            kind: self.view.units().fact(unit).map(|fact| fact.kind),
            measures: &measures,
            unsourced: &self.unsourced,
            indicators: &indicators,
            is_over: self.window.last < self.view.today(),
        })
    }

    /// The score with the published ones that the unit itself has.
    pub fn figure(&self, (index, catalogue): (&Index, &'a Catalogue), unit: UnitId) -> IndexFigure<'a> {
        let score = self.score(unit);
        let parts = score.groups.iter().flat_map(|group| {
            let criteria = group.criteria.iter().map(|one| one.criterion.id.as_str());
            std::iter::once(group.group.id.as_str()).chain(criteria)
        });
        let mut official = BTreeMap::new();
        for part in std::iter::once("total").chain(parts) {
            let Some(indicator) = catalogue.indicators().get(&index.official_code(part)) else { continue };
            let mut published = self.official.borrow_mut();
            let placed = published
                .entry(indicator.code.clone())
                .or_insert_with(|| self.view.placed(indicator, self.period, self.perspective.hierarchy));
            let own = self.view.indicator_figure(placed, unit).own;
            if let Some((_, value)) = own.and_then(|own| own.given) {
                official.insert(part.to_owned(), value);
            }
        }
        IndexFigure::new(&score, &official)
    }

    /// The rank of each of several units by their share of measurable points, ties sharing one; none below the least
    /// number of cases, or without anything measurable.
    pub fn ranks(&self, index: &Index, units: &[UnitId]) -> Vec<Option<usize>> {
        let (measure, at_least) = index.ranked_by;
        let shares: Vec<Option<Fraction>> = units
            .iter()
            .map(|unit| if self.count(*unit, measure) < at_least { None } else { self.share(*unit) })
            .collect();
        let better = |of: Fraction| {
            shares.iter().flatten().filter(|other| other.compare(of) == std::cmp::Ordering::Greater).count()
        };
        shares.iter().map(|share| share.map(|share| better(share) + 1)).collect()
    }

    fn share(&self, unit: UnitId) -> Option<Fraction> {
        if let Some(known) = self.shares.borrow().get(&unit) {
            return *known;
        }
        let share = self.score(unit).points.share();
        self.shares.borrow_mut().insert(unit, share);
        share
    }

    /// How often something was counted for a unit.
    pub fn count(&self, unit: UnitId, measure: Measure) -> i64 {
        self.view.measures(unit, self.window, self.perspective).get(measure)
    }

    /// The days of the period.
    pub fn window(&self) -> Window {
        self.window
    }
}
