//! Where the panels stand: on the grid of a 16:9 screen, and on other grids for screens of another shape.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::kpi::fault::FaultReason;

use super::Reading;

/// Columns of the grid.
pub(super) const COLUMNS: u16 = 12;
/// Columns on a video wall, which is twice as wide.
const COLUMNS_WIDE: u16 = 24;

/// A place on a grid, in cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grid {
    /// First column, from 0.
    pub x: u16,
    /// First row, from 0.
    pub y: u16,
    /// Columns.
    pub w: u16,
    /// Rows.
    pub h: u16,
}

impl Grid {
    pub(super) fn overlaps(self, other: Grid) -> bool {
        let apart = |from: u16, length: u16, other_from: u16, other_length: u16| {
            u32::from(from) + u32::from(length) <= u32::from(other_from)
                || u32::from(other_from) + u32::from(other_length) <= u32::from(from)
        };
        !apart(self.x, self.w, other.x, other.w) && !apart(self.y, self.h, other.y, other.h)
    }

    fn fits(self, columns: u16) -> bool {
        self.w != 0 && self.h != 0 && u32::from(self.x) + u32::from(self.w) <= u32::from(columns)
    }
}

/// The places of panels on one shape of screen, by their ids: what isn't named isn't shown there.
pub type Places = BTreeMap<String, Grid>;

/// The grids of screens that aren't 16:9.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Layouts {
    /// Upright, 12 columns; none: the page puts the panels of the board's grid below one another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub portrait: Option<Places>,
    /// A video wall more than twice as wide as high, 24 columns; none: the page widens the board's grid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wide: Option<Places>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LayoutsForm {
    portrait: Option<BTreeMap<String, Spanned<Grid>>>,
    wide: Option<BTreeMap<String, Spanned<Grid>>>,
}

impl Reading<'_> {
    pub(super) fn check_grid(&mut self, grid: &Spanned<Grid>, columns: u16, key: &str) {
        let Grid { x, w, .. } = *grid.get_ref();
        if !grid.get_ref().fits(columns) {
            self.fault(&grid.span(), key, FaultReason::OffGrid { x, w, columns });
        }
    }

    pub(super) fn layouts(&mut self, form: LayoutsForm, panels: &BTreeSet<String>) -> Layouts {
        Layouts {
            portrait: form.portrait.map(|places| self.places(places, panels, (COLUMNS, "layout.portrait"))),
            wide: form.wide.map(|places| self.places(places, panels, (COLUMNS_WIDE, "layout.wide"))),
        }
    }

    fn places(
        &mut self,
        form: BTreeMap<String, Spanned<Grid>>,
        panels: &BTreeSet<String>,
        (columns, key): (u16, &str),
    ) -> Places {
        let mut taken: Vec<(String, Grid, Range<usize>)> = Vec::new();
        for (id, grid) in form {
            let span = grid.span();
            if !panels.contains(&id) {
                self.fault(&span, key, FaultReason::UnknownPanel(id.clone()));
            }
            self.check_grid(&grid, columns, key);
            let grid = grid.into_inner();
            if let Some((other, ..)) = taken.iter().find(|(_, place, _)| place.overlaps(grid)) {
                self.fault(&span, key, FaultReason::Overlap(other.clone()));
            }
            taken.push((id, grid, span));
        }
        taken.into_iter().map(|(id, grid, _)| (id, grid)).collect()
    }
}
