//! Direct sub-units of one category with several figures, and their sum.

use std::cmp::Ordering;

use serde::Serialize;

use crate::kpi::{Band, Better, Kpi, Measure, Measures, Series, Words, figure};
use crate::units::{Perspective, UnitLabel};

use super::{Base, Reading};

/// Rows of units: with the sum nine rows of text that can be read from a few metres.
const ROWS_MAX: usize = 8;

#[derive(Serialize)]
pub(super) struct TableTile<'a> {
    #[serde(flatten)]
    base: Base<'a>,
    category: &'a str,
    columns: Vec<Column<'a>>,
    /// In protocol order; of more than are shown the worst by the first rate, or those with most of the first count.
    rows: Vec<Row<'a>>,
    /// How many units of the category there are, shown or not.
    count: usize,
    /// The unit itself with everything below it, also what is of no row.
    total: Vec<Value>,
}

#[derive(Serialize)]
struct Column<'a> {
    id: &'a str,
    title: &'a Words,
    kind: ColumnKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    better: Option<Better>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum ColumnKind {
    Count,
    Ratio,
}

#[derive(Serialize)]
struct Row<'a> {
    unit: &'a str,
    name: &'a str,
    short_name: &'a str,
    values: Vec<Value>,
}

#[derive(Serialize)]
struct Value {
    value: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    num: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    den: Option<i64>,
    band: Option<Band>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<f64>,
}

enum Of<'a> {
    Measure(Measure),
    Kpi(&'a Kpi),
}

impl<'a> Reading<'a> {
    pub(super) fn table(&self) -> TableTile<'a> {
        let (day, window) = (self.day(), self.window());
        let known = self.panel.series.iter().filter_map(|series| match series {
            Series::Measure(measure) => Some((Of::Measure(*measure), self.catalogue.measure_words(*measure)?)),
            Series::Kpi(id) => self.catalogue.kpi(id, day).map(|kpi| (Of::Kpi(kpi), &kpi.short)),
        });
        let of: Vec<(Of<'a>, &'a Words)> = known.collect();
        let (category, units) = self.category_units(window);
        let count = units.len();
        let mut figures: Vec<(UnitLabel<'a>, Measures)> = units
            .iter()
            .map(|unit| (self.view.units().label(*unit), self.view.measures(*unit, window, Perspective::default())))
            .collect();
        if count > ROWS_MAX {
            figures.sort_by(|a, b| worse(&of, &a.1, &b.1));
            figures.truncate(ROWS_MAX);
            let place =
                |label: &UnitLabel<'_>| units.iter().position(|unit| self.view.units().label(*unit).code == label.code);
            figures.sort_by_key(|(label, _)| place(label));
        }
        let values = |label: UnitLabel<'_>, measures: &Measures| -> Vec<Value> {
            of.iter().map(|(of, _)| self.value_of(of, label, measures)).collect()
        };
        let rows = figures.iter().map(|(label, measures)| Row {
            unit: label.code,
            name: label.name,
            short_name: label.short_name,
            values: values(*label, measures),
        });
        TableTile {
            base: self.base(),
            category,
            rows: rows.collect(),
            count,
            total: values(self.label(), &self.measures(window)),
            columns: of.iter().map(|(of, title)| column(of, title)).collect(),
        }
    }

    fn value_of(&self, of: &Of<'_>, label: UnitLabel<'_>, measures: &Measures) -> Value {
        match of {
            Of::Measure(measure) => {
                let limit = self.catalogue.limit(*measure, measures, label.into(), self.day());
                let known = self.is_heard() || !measures.is_zero();
                #[expect(clippy::cast_precision_loss, reason = "for showing only, far below 2^53")]
                let value = known.then(|| measures.get(*measure) as f64);
                let band = limit.and_then(|(_, band)| band);
                Value { value, num: None, den: None, band, target: None }
            }
            Of::Kpi(kpi) => {
                let (num, den) = kpi.sums(measures);
                let targets = self.catalogue.target(kpi, label.into(), self.day());
                let band = figure::band(num, den, &targets, kpi.better).filter(|_| den >= kpi.den_min);
                Value {
                    value: figure::ratio(num, den),
                    num: Some(num),
                    den: Some(den),
                    band,
                    target: targets.target.map(crate::model::Decimal::to_f64),
                }
            }
        }
    }
}

fn column<'a>(of: &Of<'a>, title: &'a Words) -> Column<'a> {
    match of {
        Of::Measure(measure) => Column { id: measure.name(), title, kind: ColumnKind::Count, better: None },
        Of::Kpi(kpi) => Column { id: &kpi.id, title, kind: ColumnKind::Ratio, better: Some(kpi.better) },
    }
}

/// The worse one first: by the first rate among the columns, else by the first count. Without a denominator comes last.
fn worse(of: &[(Of<'_>, &Words)], left: &Measures, right: &Measures) -> Ordering {
    let kpi = of.iter().find_map(|(of, _)| if let Of::Kpi(kpi) = of { Some(*kpi) } else { None });
    let Some(kpi) = kpi else {
        let Some((Of::Measure(measure), _)) = of.first() else { return Ordering::Equal };
        return right.get(*measure).cmp(&left.get(*measure));
    };
    let (left, right) = (kpi.sums(left), kpi.sums(right));
    match (left.1 > 0, right.1 > 0) {
        (true, true) => {
            let order = figure::compare_ratios(left, right);
            if kpi.better == Better::Higher { order } else { order.reverse() }
        }
        (left, right) => right.cmp(&left),
    }
}
