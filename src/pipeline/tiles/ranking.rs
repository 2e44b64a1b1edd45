//! Direct sub-units of one category, ranked by a KPI.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde::Serialize;

use crate::kpi::{Band, Better, Kpi, UnitScope, Window, figure};
use crate::model::{Decimal, UnitKind};
use crate::units::{Hierarchy, Perspective, UnitId, UnitLabel};

use super::{Base, Reading};

/// How many of the best and of the worst are shown when there are more than both.
const ENDS: usize = 10;

#[derive(Serialize)]
pub(super) struct RankingTile<'a> {
    #[serde(flatten)]
    base: Base<'a>,
    kpi: &'a str,
    category: &'a str,
    target: Option<f64>,
    near: Option<f64>,
    den_min: i64,
    /// How many units of the category there are, shown or not.
    count: usize,
    /// By rank; those without one last.
    children: Vec<Child<'a>>,
}

#[derive(Serialize)]
struct Child<'a> {
    unit: &'a str,
    name: &'a str,
    short_name: &'a str,
    /// None under the minimum denominator; ties share one.
    rank: Option<usize>,
    /// Places gained against the same window one day shorter.
    #[serde(rename = "move")]
    moved: Option<i64>,
    kpis: BTreeMap<&'a str, ShortFigure>,
}

#[derive(Clone, Copy, Serialize)]
pub(super) struct ShortFigure {
    num: i64,
    den: i64,
    value: Option<f64>,
    band: Option<Band>,
}

impl<'a> Reading<'a> {
    pub(super) fn ranking(&self) -> Option<RankingTile<'a>> {
        let kpi = self.definition()?;
        let window = self.window();
        let (category, units) = self.category_units(window);
        let now = self.day();
        let shorter = Window { first: window.first, last: now.plus(-1) };
        let sums: Vec<(i64, i64)> =
            units.iter().map(|unit| kpi.sums(&self.view.measures(*unit, window, Perspective::default()))).collect();
        let ranks = ranks(kpi, &sums);
        // An ended window moves no more, and ranks aren't compared over a change of the units that are ranked.
        let is_other = self.view.hierarchies().changed(self.unit, (shorter.last, now)).is_some();
        let before = if is_other || shorter.last < shorter.first || window.last < self.view.today() {
            vec![None; units.len()]
        } else {
            let sums: Vec<_> = units
                .iter()
                .map(|unit| kpi.sums(&self.view.measures(*unit, shorter, Perspective::default())))
                .collect();
            self::ranks(kpi, &sums)
        };
        let mut order: Vec<usize> = (0..units.len()).collect();
        order.sort_by_key(|place| ranks[*place].unwrap_or(usize::MAX));
        let children = shown(&order, &ranks).into_iter().map(|place| {
            let label = self.view.units().label(units[place]);
            Child {
                unit: label.code,
                name: label.name,
                short_name: label.short_name,
                rank: ranks[place],
                moved: moved(before[place], ranks[place]),
                kpis: BTreeMap::from([(kpi.id.as_str(), self.short_figure(kpi, sums[place], label))]),
            }
        });
        let target = self.catalogue.target(kpi, UnitScope { code: "", category }, now);
        Some(RankingTile {
            base: self.base(),
            kpi: &kpi.id,
            category,
            target: target.target.map(Decimal::to_f64),
            near: target.near.map(Decimal::to_f64),
            den_min: kpi.ranking_den_min,
            count: units.len(),
            children: children.collect(),
        })
    }

    /// The panel's category, or the one with most direct sub-units, territorial ones before departments and offices;
    /// with its units in protocol order.
    pub(super) fn category_units(&self, window: Window) -> (&'a str, Vec<UnitId>) {
        let tree = self.view.tree(Hierarchy::Now);
        let mut categories: Vec<(&'a str, Vec<UnitId>)> = Vec::new();
        for child in &tree.node(self.unit).children {
            let Some(fact) = self.view.units().fact(*child) else { continue };
            if !window.meets(fact.valid_from, fact.valid_to) {
                continue;
            }
            match categories.iter_mut().find(|(category, _)| *category == &*fact.category) {
                Some((_, units)) => units.push(*child),
                None => categories.push((&fact.category, vec![*child])),
            }
        }
        let asked = self.panel.category.as_deref();
        if let Some(place) = categories.iter().position(|(category, _)| Some(*category) == asked) {
            return categories.swap_remove(place);
        }
        let weight = |units: &[UnitId]| {
            let kind = units.first().and_then(|unit| self.view.units().fact(*unit)).map(|fact| fact.kind);
            let territorial = matches!(kind, Some(UnitKind::Province | UnitKind::District | UnitKind::Commune));
            (territorial, units.len())
        };
        // The first of equals in protocol order.
        let more = |most: &[UnitId], next: &[UnitId]| weight(next) > weight(most);
        let most = categories.into_iter().reduce(|most, next| if more(&most.1, &next.1) { next } else { most });
        most.unwrap_or((asked.unwrap_or_default(), Vec::new()))
    }

    pub(super) fn short_figure(&self, kpi: &Kpi, (num, den): (i64, i64), label: UnitLabel<'_>) -> ShortFigure {
        let targets = self.catalogue.target(kpi, label.into(), self.day());
        let band = figure::band(num, den, &targets, kpi.better).filter(|_| den >= kpi.den_min);
        ShortFigure { num, den, value: figure::ratio(num, den), band }
    }
}

/// The rank of each unit: one more than the number of better ones, by exact ratios.
fn ranks(kpi: &Kpi, sums: &[(i64, i64)]) -> Vec<Option<usize>> {
    let ranked = |sum: &(i64, i64)| sum.1 > 0 && sum.1 >= kpi.ranking_den_min;
    let better = |left: (i64, i64), right: (i64, i64)| {
        let order = figure::compare_ratios(left, right);
        order == if kpi.better == Better::Higher { Ordering::Greater } else { Ordering::Less }
    };
    let mut sorted: Vec<(i64, i64)> = sums.iter().filter(|sum| ranked(sum)).copied().collect();
    sorted.sort_by(|left, right| {
        let order = figure::compare_ratios(*right, *left);
        if kpi.better == Better::Higher { order } else { order.reverse() }
    });
    let rank = |sum: &(i64, i64)| sorted.partition_point(|other| better(*other, *sum)) + 1;
    sums.iter().map(|sum| ranked(sum).then(|| rank(sum))).collect()
}

/// All, or the first and the last ten that have a rank.
fn shown(order: &[usize], ranks: &[Option<usize>]) -> Vec<usize> {
    if order.len() <= 2 * ENDS {
        return order.to_vec();
    }
    let ranked = order.iter().filter(|place| ranks[**place].is_some()).count();
    if ranked <= 2 * ENDS {
        return order[..2 * ENDS].to_vec();
    }
    [&order[..ENDS], &order[ranked - ENDS..ranked]].concat()
}

fn moved(before: Option<usize>, now: Option<usize>) -> Option<i64> {
    let rank = |rank: Option<usize>| rank.and_then(|rank| i64::try_from(rank).ok());
    Some(rank(before)? - rank(now)?)
}
