//! Direct sub-units of one category on a map of equal cells.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::kpi::{Better, Measure};
use crate::model::Decimal;
use crate::units::{Perspective, tiling};

use super::ranking::ShortFigure;
use super::{Base, Reading};

#[derive(Serialize)]
pub(super) struct MapTile<'a> {
    #[serde(flatten)]
    base: Base<'a>,
    kpi: &'a str,
    category: &'a str,
    target: Option<f64>,
    near: Option<f64>,
    better: Better,
    den_min: i64,
    /// Columns, from west to east, and rows, from north to south.
    columns: usize,
    rows: usize,
    /// In protocol order.
    cells: Vec<Cell<'a>>,
}

#[derive(Serialize)]
struct Cell<'a> {
    unit: &'a str,
    name: &'a str,
    short_name: &'a str,
    x: usize,
    y: usize,
    kpis: BTreeMap<&'a str, ShortFigure>,
    measures: BTreeMap<&'static str, i64>,
}

impl<'a> Reading<'a> {
    pub(super) fn map(&self) -> Option<MapTile<'a>> {
        let kpi = self.definition()?;
        let (window, day) = (self.window(), self.day());
        let (category, units) = self.category_units(window);
        let fact = |unit| self.view.units().fact(unit);
        let places: Vec<_> = units
            .iter()
            .map(|unit| fact(*unit).and_then(|fact| fact.lat.zip(fact.lon)))
            .map(|place| place.map(|(lat, lon)| (lat.to_f64(), lon.to_f64())))
            .collect();
        let map = tiling(&places);
        let cells = units.iter().zip(&map.cells).map(|(unit, (x, y))| {
            let label = self.view.units().label(*unit);
            let measures = self.view.measures(*unit, window, Perspective::default());
            let overdue = Measure::InProgressOverdue;
            Cell {
                unit: label.code,
                name: label.name,
                short_name: label.short_name,
                x: *x,
                y: *y,
                kpis: BTreeMap::from([(kpi.id.as_str(), self.short_figure(kpi, kpi.sums(&measures), label))]),
                measures: BTreeMap::from([(overdue.name(), measures.get(overdue))]),
            }
        });
        let target = self.catalogue.target(kpi, crate::kpi::UnitScope { code: "", category }, day);
        Some(MapTile {
            base: self.base(),
            kpi: &kpi.id,
            category,
            target: target.target.map(Decimal::to_f64),
            near: target.near.map(Decimal::to_f64),
            better: kpi.better,
            den_min: kpi.den_min,
            columns: map.columns,
            rows: map.rows,
            cells: cells.collect(),
        })
    }
}
