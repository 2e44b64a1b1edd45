//! Wholes and their parts: what was resolved early, on the day and late; ratings by their answer.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::kpi::{Measure, RowsBy, StackOf};
use crate::units::Perspective;

use super::{Base, Reading};

/// The parts of what was resolved with a due date, and what stands beside them.
const PARTS: [Measure; 5] = [
    Measure::ResolvedEarly,
    Measure::ResolvedOnTime,
    Measure::ResolvedLate,
    Measure::ResolvedWithdrawn,
    Measure::ResolvedUndated,
];

/// Rows of units.
const ROWS_MAX: usize = 10;

#[derive(Serialize)]
pub(super) struct StackTile<'a> {
    #[serde(flatten)]
    base: Base<'a>,
    of: StackOf,
    /// Null while no source was ever heard and nothing is known.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    measures: BTreeMap<&'static str, Option<i64>>,
    /// From the best answer to the worst.
    #[serde(skip_serializing_if = "Option::is_none")]
    answers: Option<Vec<Answer>>,
    /// Direct sub-units of one category: those with most late, in protocol order.
    #[serde(skip_serializing_if = "Option::is_none")]
    children: Option<Vec<Child<'a>>>,
    /// How many such units there are, shown or not.
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<usize>,
}

#[derive(Serialize)]
struct Answer {
    score: u8,
    count: Option<i64>,
}

#[derive(Serialize)]
struct Child<'a> {
    unit: &'a str,
    name: &'a str,
    short_name: &'a str,
    measures: BTreeMap<&'static str, i64>,
}

impl<'a> Reading<'a> {
    pub(super) fn stack(&self) -> StackTile<'a> {
        let empty = StackTile {
            base: self.base(),
            of: self.panel.of,
            measures: BTreeMap::new(),
            answers: None,
            children: None,
            count: None,
        };
        match self.panel.of {
            StackOf::Answers => StackTile { answers: Some(self.answers()), ..empty },
            StackOf::Resolved if self.panel.by == Some(RowsBy::Unit) => {
                let (children, count) = self.stacked_units();
                StackTile { measures: self.parts(), children: Some(children), count: Some(count), ..empty }
            }
            StackOf::Resolved => StackTile { measures: self.parts(), ..empty },
        }
    }

    fn answers(&self) -> Vec<Answer> {
        let counts = self.view.answers(self.unit, self.window());
        let known = self.is_known(counts.iter().any(|count| *count != 0));
        (1..=5).zip(counts).rev().map(|(score, count)| Answer { score, count: known.then_some(count) }).collect()
    }

    fn parts(&self) -> BTreeMap<&'static str, Option<i64>> {
        let measures = self.measures(self.window());
        let known = self.is_known(PARTS.iter().any(|part| measures.get(*part) != 0));
        PARTS.iter().map(|part| (part.name(), known.then(|| measures.get(*part)))).collect()
    }

    fn stacked_units(&self) -> (Vec<Child<'a>>, usize) {
        let window = self.window();
        let (_, units) = self.category_units(window);
        let count = units.len();
        let mut figures: Vec<_> =
            units.iter().map(|unit| (*unit, self.view.measures(*unit, window, Perspective::default()))).collect();
        if count > ROWS_MAX {
            figures.sort_by_key(|(_, measures)| std::cmp::Reverse(measures.get(Measure::ResolvedLate)));
            figures.truncate(ROWS_MAX);
            figures.sort_by_key(|(unit, _)| units.iter().position(|other| other == unit));
        }
        let children = figures.into_iter().map(|(unit, measures)| {
            let label = self.view.units().label(unit);
            Child {
                unit: label.code,
                name: label.name,
                short_name: label.short_name,
                measures: PARTS.iter().map(|part| (part.name(), measures.get(*part))).collect(),
            }
        });
        (children.collect(), count)
    }
}
