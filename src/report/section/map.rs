//! Units where they lie: plain, outlined or solid, so that it reads without colour.

use crate::kpi::Band;
use crate::report::canvas::{Align, Area};
use crate::report::colour::{BELOW, Colour, INK, INK2, INK3, LINE, MET, MET_EDGE, MET_TINT, NEAR, NEAR_WORDS, WHITE};
use crate::report::figures::Cell;
use crate::report::font::Weight;
use crate::report::sheet::{SIZE_MIN, Sheet, shape_colour, word_colour};

/// Below this width a cell has only its shape, and the worst are listed.
const NAMED_FROM: f32 = 86.0;
/// How many are listed then.
const LISTED: usize = 8;

pub(super) fn draw(
    sheet: &mut Sheet<'_, '_>,
    (title, key): (&str, &[(Band, String)]),
    (cells, unplaced): (&[Cell], usize),
    area: Area,
) {
    let mut body = sheet.opened(area, title, " ");
    legend(sheet, key, (area.x, area.y + sheet.px(62.0)), area.right());
    let columns = cells.iter().map(|cell| cell.x).max().unwrap_or_default() + 1;
    let rows = cells.iter().map(|cell| cell.y).max().unwrap_or_default() + 1;
    if unplaced > 0 {
        let text = format!("{unplaced} {}", sheet.locale.either("đơn vị không có toạ độ", "units without a place"));
        let face = sheet.words(Weight::Medium, 17.0);
        sheet.canvas.text_in(&text, (body.x, body.bottom()), (face, body.w), INK3, Align::Left);
        body.h -= sheet.px(26.0);
    }
    #[expect(clippy::cast_precision_loss, reason = "a few cells")]
    let (across, down) = (columns as f32, rows as f32);
    let is_named = body.w / across >= sheet.px(NAMED_FROM) && body.h / down >= sheet.px(58.0);
    let list = if is_named { 0.0 } else { (body.w * 0.45).min(sheet.px(290.0)) };
    let width = ((body.w - list) / across).min(sheet.px(190.0));
    let height = (body.h / down).min(width * 0.98);
    let gap = if is_named { sheet.px(5.0) } else { 2.0 };
    for cell in cells {
        #[expect(clippy::cast_precision_loss, reason = "a few cells")]
        let (x, y) = (cell.x as f32, cell.y as f32);
        let tile = Area { x: body.x + x * width, y: body.y + y * height, w: width - gap, h: height - gap };
        one(sheet, cell, tile, is_named);
    }
    if !is_named {
        worst(sheet, cells, Area { x: body.right() - list + sheet.px(16.0), w: list - sheet.px(16.0), ..body });
    }
}

fn legend(sheet: &mut Sheet<'_, '_>, key: &[(Band, String)], (x, y): (f32, f32), end: f32) {
    let face = sheet.words(Weight::Medium, 18.0);
    let mut x = x;
    for (band, words) in key {
        let radius = sheet.px(6.5);
        let width = radius * 2.0 + sheet.px(8.0) + sheet.width(words, face);
        if x + width > end {
            return;
        }
        sheet.shape(Some(*band), (x + radius, y - sheet.px(6.5)), radius, shape_colour(Some(*band)));
        sheet.canvas.text(words, (x + radius * 2.0 + sheet.px(8.0), y), face, word_colour(Some(*band)), Align::Left);
        x += width + sheet.px(20.0);
    }
}

fn one(sheet: &mut Sheet<'_, '_>, cell: &Cell, tile: Area, is_named: bool) {
    let radius = if is_named { sheet.px(6.0) } else { 2.0 };
    let (ink, shape) = match cell.figure.band {
        Some(Band::Met) => {
            sheet.canvas.rounded(tile, radius, MET_TINT);
            sheet.canvas.frame(tile, radius, 1.5, MET_EDGE);
            (INK, MET)
        }
        Some(Band::Near) => {
            sheet.canvas.frame(tile, radius, sheet.px(if is_named { 4.0 } else { 2.5 }), NEAR_WORDS);
            (INK, NEAR)
        }
        Some(Band::Below | Band::Over) => {
            sheet.canvas.rounded(tile, radius, BELOW);
            (WHITE, WHITE)
        }
        None => {
            sheet.canvas.dashed_frame(tile, radius, 1.5, LINE);
            (INK2, INK3)
        }
    };
    if !is_named {
        let radius = (tile.w.min(tile.h) * 0.26).min(sheet.px(8.0));
        sheet.shape(cell.figure.band, (tile.x + tile.w / 2.0, tile.y + tile.h / 2.0), radius, shape);
        return;
    }
    let inset = sheet.px(8.0);
    let room = tile.w - inset * 2.0;
    let y = tile.bottom() - sheet.px(if tile.h < sheet.px(84.0) { 9.0 } else { 14.0 });
    name(sheet, cell, Area { x: tile.x + inset, w: room, h: y - tile.y - sheet.px(20.0), ..tile }, ink);
    let radius = sheet.px(7.0);
    sheet.shape(cell.figure.band, (tile.x + inset + radius, y - sheet.px(8.0)), radius, shape);
    let face = sheet.figures(Weight::Semi, 24.0);
    let left = inset + radius * 2.0 + sheet.px(7.0);
    let room = tile.w - left - sheet.px(6.0);
    let text = cell.figure.text.trim_end_matches('%');
    sheet.canvas.number_in(text, (tile.x + left, y), (face, room), ink, Align::Left);
}

/// In one line where it fits, else in two where there is room for them.
fn name(sheet: &mut Sheet<'_, '_>, cell: &Cell, area: Area, ink: Colour) {
    let face = sheet.words(Weight::Semi, 18.0);
    let least = sheet.words(Weight::Semi, SIZE_MIN);
    let fits = |text: &str, face| sheet.width(text, face) <= area.w;
    let face = if fits(&cell.name, face) { face } else { least };
    let words: Vec<&str> = cell.name.split_whitespace().collect();
    if fits(&cell.name, face) || area.h < sheet.px(42.0) || words.len() < 2 {
        let at = (area.x, area.y + sheet.px(24.0).min(area.h));
        return sheet.canvas.text_in(&cell.name, at, (face, area.w), ink, Align::Left);
    }
    let first = (1..words.len()).rev().find(|count| fits(&words[..*count].join(" "), face)).unwrap_or(1);
    for (line, text) in [words[..first].join(" "), words[first..].join(" ")].into_iter().enumerate() {
        let y = area.y + sheet.px(if line == 0 { 21.0 } else { 41.0 });
        sheet.canvas.text_in(&text, (area.x, y), (face, area.w), ink, Align::Left);
    }
}

/// Those that stand worst, by name: cells are too small for it.
fn worst(sheet: &mut Sheet<'_, '_>, cells: &[Cell], area: Area) {
    let share = |cell: &Cell| cell.figure.num.zip(cell.figure.den).filter(|(_, den)| *den > 0);
    let mut listed: Vec<(&Cell, (i64, i64))> = cells.iter().filter_map(|cell| Some((cell, share(cell)?))).collect();
    listed.retain(|(cell, _)| matches!(cell.figure.band, Some(Band::Near | Band::Below | Band::Over)));
    listed.sort_by(|(_, left), (_, right)| crate::kpi::figure::compare_ratios(*left, *right));
    let height = sheet.px(31.0);
    let mut y = area.y + sheet.px(20.0);
    for (cell, _) in listed.into_iter().take(LISTED) {
        if y > area.bottom() {
            return;
        }
        let band = cell.figure.band;
        sheet.shape(band, (area.x + sheet.px(8.0), y - sheet.px(6.5)), sheet.px(7.0), shape_colour(band));
        let value = sheet.figures(Weight::Semi, 19.0);
        let width = sheet.canvas.text(&cell.figure.text, (area.right(), y), value, INK, Align::Right);
        let room = area.w - width - sheet.px(34.0);
        let face = sheet.words(Weight::Semi, 19.0);
        sheet.canvas.text_in(&cell.name, (area.x + sheet.px(24.0), y), (face, room), INK, Align::Left);
        y += height;
    }
}
