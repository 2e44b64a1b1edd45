//! A map of equal cells: each unit in a cell of its own, near to where it lies, north up.

/// Cells of a map, and the cell of each unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tiling {
    /// Columns, from west to east.
    pub columns: usize,
    /// Rows, from north to south.
    pub rows: usize,
    /// Column and row of each unit, in the order in which they were asked.
    pub cells: Vec<(usize, usize)>,
}

/// Up to so many units a grid is sought on which none is moved far; above, cells are too small to be spared.
const SPARSE_MAX: usize = 40;
/// A sparse grid has at most so many times as many cells as units.
const SPARSE_FACTOR: usize = 2;
/// How far a unit may stand from where it lies, in cells, on a sparse grid.
const MOVED_MAX: f64 = 1.0;
/// Columns to a row of a grid without better knowledge: cells are wider than high on a screen that is, too.
const WIDE: f64 = 1.9;

/// Puts units into cells by latitude and longitude, in degrees; when any has none, all stand in their order, row by row.
pub fn tiling(places: &[Option<(f64, f64)>]) -> Tiling {
    let known: Option<Vec<(f64, f64)>> = places.iter().copied().collect();
    match known {
        Some(places) if places.len() > 1 => by_place(&places),
        _ => in_order(places.len()),
    }
}

fn in_order(count: usize) -> Tiling {
    let columns = columns_for(count);
    let rows = count.div_ceil(columns.max(1));
    Tiling { columns, rows, cells: (0..count).map(|place| (place % columns, place / columns)).collect() }
}

/// Columns of the least grid that is about as wide as a screen.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "few units")]
fn columns_for(count: usize) -> usize {
    ((count as f64 * WIDE).sqrt().round() as usize).clamp(1, count.max(1))
}

fn by_place(places: &[(f64, f64)]) -> Tiling {
    let at = scaled(places);
    let count = places.len();
    if count <= SPARSE_MAX {
        let mut grids: Vec<(usize, usize)> = (2..=count)
            .flat_map(|columns| (1..=columns).map(move |rows| (columns, rows)))
            .filter(|(columns, rows)| (count..=count * SPARSE_FACTOR).contains(&(columns * rows)))
            .filter(|(columns, rows)| columns * 2 >= rows * 3 && *columns <= rows * 3)
            .collect();
        grids.sort_by_key(|(columns, rows)| (columns * rows, *columns));
        let fitting = grids.into_iter().filter_map(|grid| on_grid(&at, grid));
        if let Some((tiling, _)) = fitting.into_iter().find(|(_, moved)| *moved <= MOVED_MAX) {
            return tiling;
        }
    }
    let columns = columns_for(count);
    let (tiling, _) = on_grid(&at, (columns, count.div_ceil(columns))).expect("the grid has a cell for each unit");
    tiling
}

/// Where units lie from west to east and from north to south, each from 0 to 1.
fn scaled(places: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let share = |value: f64, (least, greatest): (f64, f64)| {
        if greatest > least { (value - least) / (greatest - least) } else { 0.5 }
    };
    let bounds = |of: fn(&(f64, f64)) -> f64| {
        places.iter().map(of).fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), x| (a.min(x), b.max(x)))
    };
    let (lat, lon) = (bounds(|place| place.0), bounds(|place| place.1));
    places.iter().map(|place| (share(place.1, lon), 1.0 - share(place.0, lat))).collect()
}

/// The units on a grid, and how far the one that is moved farthest is moved; none when there are too few cells.
#[expect(clippy::cast_precision_loss, reason = "few units")]
fn on_grid(at: &[(f64, f64)], (columns, rows): (usize, usize)) -> Option<(Tiling, f64)> {
    if columns * rows < at.len() {
        return None;
    }
    let mut cells = vec![(0, 0); at.len()];
    let mut moved: f64 = 0.0;
    for (row, mut units) in in_rows(at, (columns, rows)).into_iter().enumerate() {
        units.sort_by(|a, b| at[*a].0.total_cmp(&at[*b].0).then(a.cmp(b)));
        let wanted: Vec<f64> = units.iter().map(|unit| at[*unit].0 * (columns - 1) as f64).collect();
        for (unit, column) in units.iter().zip(apart(&wanted, columns)) {
            let (across, down) = (at[*unit].0 * (columns - 1) as f64, at[*unit].1 * (rows - 1) as f64);
            moved = moved.max((column as f64 - across).abs()).max((row as f64 - down).abs());
            cells[*unit] = (column, row);
        }
    }
    Some((Tiling { columns, rows, cells }, moved))
}

/// The units of each row: by where they lie; what is too much for a row goes to the next one, the nearest first.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "few units")]
fn in_rows(at: &[(f64, f64)], (columns, rows): (usize, usize)) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..at.len()).collect();
    order.sort_by(|a, b| at[*a].1.total_cmp(&at[*b].1).then(a.cmp(b)));
    let mut of_rows: Vec<Vec<usize>> = vec![Vec::new(); rows];
    for unit in order {
        of_rows[((at[unit].1 * (rows - 1) as f64).round() as usize).min(rows - 1)].push(unit);
    }
    for row in 0..rows.saturating_sub(1) {
        let much = of_rows[row].len().saturating_sub(columns);
        let kept = of_rows[row].len() - much;
        let next = of_rows[row].split_off(kept);
        of_rows[row + 1].splice(0..0, next);
    }
    for row in (1..rows).rev() {
        let much = of_rows[row].len().saturating_sub(columns);
        let next: Vec<usize> = of_rows[row].drain(..much).collect();
        of_rows[row - 1].extend(next);
    }
    of_rows
}

/// A column for each, in order, none twice, each as near as it goes to the one wanted.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a column of a grid")]
fn apart(wanted: &[f64], columns: usize) -> Vec<usize> {
    let mut found: Vec<usize> = Vec::with_capacity(wanted.len());
    for (place, want) in wanted.iter().enumerate() {
        let least = found.last().map_or(0, |last| last + 1);
        let most = columns - (wanted.len() - place);
        found.push((want.round() as usize).clamp(least, most));
    }
    // From the right, back to the left where the crowd pushed too far.
    let mut right = columns;
    for (place, want) in wanted.iter().enumerate().rev() {
        let least = if place == 0 { 0 } else { found[place - 1] + 1 };
        let most = right - 1;
        found[place] = (want.round() as usize).clamp(least.min(most), most);
        right = found[place];
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The ten districts of the province of Hòa Bình.
    const DISTRICTS: [(&str, f64, f64); 10] = [
        ("TP Hòa Bình", 20.8567, 105.3420),
        ("Đà Bắc", 20.9153, 105.0937),
        ("Lương Sơn", 20.8470, 105.5350),
        ("Kim Bôi", 20.6650, 105.5350),
        ("Cao Phong", 20.7020, 105.3250),
        ("Tân Lạc", 20.6220, 105.2200),
        ("Mai Châu", 20.6610, 105.0630),
        ("Lạc Sơn", 20.4580, 105.4480),
        ("Yên Thủy", 20.3920, 105.6180),
        ("Lạc Thủy", 20.5000, 105.7500),
    ];

    fn each_has_its_own(tiling: &Tiling) {
        let mut cells = tiling.cells.clone();
        cells.sort_unstable();
        cells.dedup();
        assert_eq!(cells.len(), tiling.cells.len());
        assert!(tiling.cells.iter().all(|(column, row)| *column < tiling.columns && *row < tiling.rows), "{tiling:?}");
    }

    #[test]
    fn districts_stand_as_they_lie() {
        let places: Vec<_> = DISTRICTS.iter().map(|(_, lat, lon)| Some((*lat, *lon))).collect();
        let tiling = tiling(&places);
        each_has_its_own(&tiling);
        let cell = |name: &str| tiling.cells[DISTRICTS.iter().position(|(known, ..)| *known == name).unwrap()];
        assert!(tiling.columns * tiling.rows <= 16, "{tiling:?}");
        assert!(cell("Đà Bắc").0 < cell("TP Hòa Bình").0 && cell("TP Hòa Bình").0 < cell("Lương Sơn").0);
        assert!(cell("Mai Châu").0 < cell("Tân Lạc").0 && cell("Lạc Sơn").0 < cell("Yên Thủy").0);
        assert!(cell("Đà Bắc").1 < cell("Mai Châu").1 && cell("Kim Bôi").1 < cell("Lạc Thủy").1);
    }

    #[test]
    fn a_hundred_and_fifty_one_communes_fill_seventeen_by_nine() {
        let places: Vec<_> = (0..151_u32)
            .map(|place| {
                Some((20.0 + f64::from(place * 37 % 151) / 151.0, 105.0 + f64::from(place * 53 % 149) / 149.0))
            })
            .collect();
        let tiling = tiling(&places);
        assert_eq!((tiling.columns, tiling.rows), (17, 9));
        each_has_its_own(&tiling);
    }

    #[test]
    fn without_places_units_stand_in_their_order() {
        let tiling = tiling(&[Some((20.0, 105.0)), None, Some((21.0, 105.0))]);
        assert_eq!((tiling.columns, tiling.rows, tiling.cells), (2, 2, vec![(0, 0), (1, 0), (0, 1)]));
        assert_eq!(super::tiling(&[]).cells, Vec::new());
        each_has_its_own(&super::tiling(&[Some((20.0, 105.0)); 7]));
    }
}
