//! What offices report, and the score of an index.

use serde::Serialize;

use crate::kpi::Words;
use crate::kpi::index::IndexFigure;
use crate::kpi::indicator::IndicatorRow;
use crate::units::{Hierarchy, Perspective};

use super::{Base, Reading};

#[derive(Serialize)]
pub(super) struct IndicatorsTile<'a> {
    #[serde(flatten)]
    base: Base<'a>,
    /// In the order of the board; of each the newest period with a number.
    rows: Vec<IndicatorRow<'a>>,
}

#[derive(Serialize)]
pub(super) struct IndexTile<'a> {
    #[serde(flatten)]
    base: Base<'a>,
    index: &'a str,
    label: &'a Words,
    #[serde(flatten)]
    figure: IndexFigure<'a>,
}

impl<'a> Reading<'a> {
    pub(super) fn indicators(&self) -> IndicatorsTile<'a> {
        let known = self.panel.indicators.iter().filter_map(|code| self.catalogue.indicators().get(code));
        let rows = known.map(|indicator| self.view.indicator_row(indicator, None, (Hierarchy::Now, self.unit)));
        IndicatorsTile { base: self.base(), rows: rows.collect() }
    }

    /// None for a window that is no period, or without formulas for it.
    pub(super) fn index(&self) -> Option<IndexTile<'a>> {
        let index = self.catalogue.index(self.panel.index.as_deref()?)?;
        let period = self.board.window_of(self.panel).period(self.view.today())?;
        let reading = self.view.index((index, self.catalogue), period, Perspective::default())?;
        let figure = reading.figure((index, self.catalogue), self.unit);
        Some(IndexTile { base: self.base(), index: &index.id, label: &index.label, figure })
    }
}
