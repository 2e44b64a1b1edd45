//! Units where they lie: each on a cell of the smallest grid, north up, as near to its place as may be.

use crate::kpi::Band;
use crate::kpi::report::ReportSection;

use super::Composer;
use crate::report::figures::{Cell, Section};
use crate::report::material::{Child, UnitFacts};

/// Cells for each unit: some stay free, so that neighbours stay neighbours.
const SPARE: f64 = 1.4;
/// Rounds of swapping; it ends by itself long before.
const ROUNDS_MAX: usize = 40;

impl Composer<'_> {
    pub(super) fn tilemap(&self, section: &ReportSection) -> Section {
        let Some((id, kpi)) = self.kpi(section) else { return self.empty() };
        let units = self.ranked_units().map(|(_, units)| units).unwrap_or_default();
        let placed: Vec<(&Child, &UnitFacts, (f64, f64))> =
            units.iter().filter_map(|(child, facts)| Some((*child, *facts, (facts.lon?, facts.lat?)))).collect();
        if placed.len() < 2 {
            return self.periods(section);
        }
        let places: Vec<(f64, f64)> = placed.iter().map(|(.., place)| *place).collect();
        let cells = placed.iter().zip(arranged(&places)).map(|((child, facts, _), (x, y))| {
            let of = child.kpis.get(&id);
            Cell {
                x,
                y,
                unit: child.unit.clone(),
                name: if facts.short_name.is_empty() { child.name.clone() } else { facts.short_name.clone() },
                figure: of.map_or_else(|| self.count(None, None), |of| self.figure(of, &of.lines())),
            }
        });
        let percent = |share: f64| format!("{}%", self.locale.share(share));
        let word = |band| super::trend::lowered(self.locale.band(Some(band)));
        let mut key = Vec::new();
        if let Some(target) = kpi.target {
            let from = self.either("từ", "from");
            key.push((Band::Met, format!("{} {from} {}", word(Band::Met), percent(target))));
            key.extend(kpi.near.map(|near| (Band::Near, format!("{} {from} {}", word(Band::Near), percent(near)))));
            key.push((Band::Below, word(Band::Below)));
        }
        Section::Tilemap {
            title: self.title(
                section,
                format!("{} {}, %", self.name(&section.of[0]), self.either("trên bản đồ ô", "where units lie")),
            ),
            key,
            cells: cells.collect(),
            unplaced: units.len() - placed.len(),
        }
    }
}

/// A cell for each place (east, north): column and row from the north-west.
fn arranged(places: &[(f64, f64)]) -> Vec<(usize, usize)> {
    let count = places.len();
    let bounds = |of: fn(&(f64, f64)) -> f64| {
        let least = places.iter().map(of).fold(f64::INFINITY, f64::min);
        let most = places.iter().map(of).fold(f64::NEG_INFINITY, f64::max);
        (least, (most - least).max(1e-6))
    };
    let ((west, width), (south, height)) = (bounds(|place| place.0), bounds(|place| place.1));
    let middle = (south + height / 2.0).to_radians().cos();
    #[expect(clippy::cast_precision_loss, reason = "a few hundred units")]
    let cells = count as f64 * SPARE;
    let shape = (width * middle / height).clamp(0.6, 1.9);
    let columns = whole((cells * shape).sqrt().round()).max(1);
    let rows = whole((cells / float(columns)).ceil()).max(count.div_ceil(columns));
    let wished: Vec<(f64, f64)> = places
        .iter()
        .map(|(east, north)| {
            let x = (east - west) / width * float(columns - 1);
            let y = (south + height - north) / height * float(rows - 1);
            (x, y)
        })
        .collect();
    let mut cells = settled(&wished, columns, rows);
    swapped(&mut cells, &wished, (columns, rows));
    compacted(cells)
}

/// One after another to the nearest free cell, those at the rim first.
fn settled(wished: &[(f64, f64)], columns: usize, rows: usize) -> Vec<(usize, usize)> {
    let middle = (float(columns - 1) / 2.0, float(rows - 1) / 2.0);
    let mut order: Vec<usize> = (0..wished.len()).collect();
    order.sort_by(|left, right| {
        far(wished[*right], middle).total_cmp(&far(wished[*left], middle)).then(left.cmp(right))
    });
    let mut free: Vec<(usize, usize)> = (0..rows).flat_map(|y| (0..columns).map(move |x| (x, y))).collect();
    let mut cells = vec![(0, 0); wished.len()];
    for place in order {
        let nearest = (0..free.len())
            .min_by(|left, right| far(wished[place], at(free[*left])).total_cmp(&far(wished[place], at(free[*right]))));
        if let Some(nearest) = nearest {
            cells[place] = free.remove(nearest);
        }
    }
    cells
}

/// Exchanges two, or moves one to a free cell, as long as that brings them nearer.
fn swapped(cells: &mut [(usize, usize)], wished: &[(f64, f64)], (columns, rows): (usize, usize)) {
    for _ in 0..ROUNDS_MAX {
        let mut is_better = false;
        for left in 0..cells.len() {
            for right in left + 1..cells.len() {
                let now = far(wished[left], at(cells[left])) + far(wished[right], at(cells[right]));
                let then = far(wished[left], at(cells[right])) + far(wished[right], at(cells[left]));
                if then + 1e-9 < now {
                    cells.swap(left, right);
                    is_better = true;
                }
            }
            for free in (0..rows).flat_map(|y| (0..columns).map(move |x| (x, y))) {
                if !cells.contains(&free) && far(wished[left], at(free)) + 1e-9 < far(wished[left], at(cells[left])) {
                    cells[left] = free;
                    is_better = true;
                }
            }
        }
        if !is_better {
            return;
        }
    }
}

/// Without empty rows and columns at any side.
fn compacted(cells: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
    let (mut columns, mut rows): (Vec<usize>, Vec<usize>) = cells.iter().copied().unzip();
    for line in [&mut columns, &mut rows] {
        line.sort_unstable();
        line.dedup();
    }
    let place = |line: &[usize], of: usize| line.binary_search(&of).unwrap_or_default();
    cells.into_iter().map(|(x, y)| (place(&columns, x), place(&rows, y))).collect()
}

fn far(left: (f64, f64), right: (f64, f64)) -> f64 {
    (left.0 - right.0).powi(2) + (left.1 - right.1).powi(2)
}

fn at((x, y): (usize, usize)) -> (f64, f64) {
    (float(x), float(y))
}

#[expect(clippy::cast_precision_loss, reason = "a few hundred cells")]
fn float(number: usize) -> f64 {
    number as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few hundred cells, not below 0")]
fn whole(number: f64) -> usize {
    number.max(0.0) as usize
}

#[cfg(test)]
mod tests {
    use super::arranged;

    #[test]
    fn each_unit_has_a_cell_of_its_own_and_north_is_up() {
        let square = [(105.0, 21.0), (106.0, 21.0), (105.0, 20.0), (106.0, 20.0)];
        assert_eq!(arranged(&square), [(0, 0), (1, 0), (0, 1), (1, 1)]);
        let many: Vec<(f64, f64)> = (0..151).map(|n| (f64::from(n % 13) * 0.1, f64::from(n / 13) * 0.07)).collect();
        let mut cells = arranged(&many);
        cells.sort_unstable();
        cells.dedup();
        assert_eq!(cells.len(), 151);
        assert_eq!(arranged(&[(1.0, 1.0), (1.0, 1.0), (1.0, 1.0)]).len(), 3);
    }
}
