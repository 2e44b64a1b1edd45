//! Large figures side by side; a figure on its way to the plan.

use crate::report::canvas::{Align, Area};
use crate::report::colour::{INK, INK2, INK3, LINE, TRACK};
use crate::report::figures::{Headline, Section};
use crate::report::font::Weight;
use crate::report::sheet::{SIZE_MIN, Sheet, between, shape_colour};

/// Sizes of a large figure, the greatest first.
const SIZES: [f32; 8] = [78.0, 72.0, 66.0, 60.0, 54.0, 48.0, 42.0, 36.0];

pub(super) fn draw(sheet: &mut Sheet<'_, '_>, figures: &[Headline], columns: usize, area: Area) {
    let columns = columns.clamp(1, figures.len().max(1));
    let rows = figures.len().div_ceil(columns).max(1);
    #[expect(clippy::cast_precision_loss, reason = "a few cells")]
    let (width, height) = (area.w / columns as f32, area.h / rows as f32);
    let pad = sheet.px(18.0);
    let room = width - pad * 1.5;
    let beside = figures.iter().filter(|one| is_beside(one)).all(|one| target_width(sheet, one) <= room);
    let fits = |size: f32| {
        let fits_across = |one: &Headline| large_width(sheet, &one.figure.text, size) <= room;
        // The further lines are told where there is room for them.
        let most = if rows > 1 { 2 } else { 3 };
        let below = |one: &Headline| one.lines.len() - usize::from(beside && is_beside(one));
        let lines = figures.iter().map(below).max().unwrap_or_default().min(most);
        #[expect(clippy::cast_precision_loss, reason = "a few lines")]
        let needed = 28.0 + size * 0.76 + 36.0 + 9.0 + lines as f32 * 24.0 + if rows > 1 { 14.0 } else { 0.0 };
        figures.iter().all(fits_across) && sheet.px(needed) <= height
    };
    let size = SIZES.into_iter().find(|size| fits(*size)).unwrap_or(30.0);
    for (place, one) in figures.iter().enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "a few cells")]
        let (column, row) = ((place % columns) as f32, (place / columns) as f32);
        let cell = Area { x: area.x + column * width, y: area.y + row * height, w: width, h: height };
        let inset = if place % columns == 0 { 0.0 } else { pad };
        if place % columns != 0 {
            let line = Area { x: cell.x, y: cell.y + sheet.px(4.0), w: 1.0, h: cell.h - sheet.px(14.0) };
            sheet.canvas.rect(line, LINE);
        }
        one_figure(sheet, one, cell.after(inset), (size, room, beside));
    }
}

/// Of the figure, how large its percent sign is.
const PERCENT: f32 = 0.46;

fn large_width(sheet: &Sheet<'_, '_>, text: &str, size: f32) -> f32 {
    let digits = text.trim_end_matches('%');
    let sign = if digits.len() < text.len() {
        sheet.width("%", sheet.figures(Weight::Medium, size * PERCENT)) + sheet.px(size * 0.05)
    } else {
        0.0
    };
    sheet.width(digits, sheet.figures(Weight::Semi, size)) + sign
}

/// A large figure with a small percent sign; returns its width.
fn large(sheet: &mut Sheet<'_, '_>, text: &str, (x, y): (f32, f32), (size, room): (f32, f32)) -> f32 {
    let digits = text.trim_end_matches('%');
    let face = sheet.figures(Weight::Semi, size);
    if digits.len() == text.len() {
        sheet.canvas.number_in(text, (x, y), (face, room), INK, Align::Left);
        return sheet.width(text, face).min(room);
    }
    let width = sheet.canvas.text(digits, (x, y), face, INK, Align::Left) + sheet.px(size * 0.05);
    width + sheet.canvas.text("%", (x + width, y), sheet.figures(Weight::Medium, size * PERCENT), INK, Align::Left)
}

/// Size of a band's word.
const BAND: f32 = 20.0;

/// Whether a band stands with a target that it is held against.
fn is_beside(one: &Headline) -> bool {
    one.has_target && one.target_first
}

/// How far band and target reach in one line.
fn target_width(sheet: &Sheet<'_, '_>, one: &Headline) -> f32 {
    let target: String = one.lines.first().into_iter().flatten().map(|span| span.text.as_str()).collect();
    band_width(sheet, one) + sheet.width(&target, sheet.figures(Weight::Bold, SIZE_MIN))
}

/// How far a band reaches, with room behind it.
fn band_width(sheet: &Sheet<'_, '_>, one: &Headline) -> f32 {
    let word = sheet.width(sheet.locale.band(one.figure.band), sheet.words(Weight::Bold, BAND));
    word + sheet.px(BAND * 0.68 + 8.0 + 10.0)
}

fn one_figure(sheet: &mut Sheet<'_, '_>, one: &Headline, cell: Area, (size, room, beside): (f32, f32, bool)) {
    let title = sheet.words(Weight::Semi, 19.0);
    // A name shrinks a little before it is cut, and may come nearer to its neighbour.
    let wide = room + sheet.px(8.0);
    let least = sheet.px(SIZE_MIN) / title.size;
    let title = title.sized(title.size * between(wide / sheet.width(&one.title, title), least, 1.0));
    sheet.canvas.text_in(&one.title, (cell.x, cell.y + sheet.px(18.0)), (title, wide), INK, Align::Left);
    let mut y = cell.y + sheet.px(28.0 + size * 0.76);
    large(sheet, &one.figure.text, (cell.x - sheet.px(size * 0.03), y), (size, room + 4.0));
    y += sheet.px(36.0);
    if one.has_target || one.figure.num.is_none() {
        sheet.band(&one.figure, (cell.x, y), (BAND, room));
        if beside && is_beside(one) {
            let left = band_width(sheet, one);
            let area = Area { x: cell.x + left, y: y - sheet.px(SIZE_MIN * 0.98), w: room - left, h: sheet.px(23.5) };
            sheet.flow(&one.lines[0], area, SIZE_MIN, INK2);
        }
    } else {
        let face = sheet.words(Weight::Medium, 18.0);
        sheet.canvas.text_in(&one.counted_in, (cell.x, y), (face, room), INK3, Align::Left);
    }
    y += sheet.px(9.0);
    for line in &one.lines[usize::from(beside && is_beside(one))..] {
        if y + sheet.px(22.0) > cell.bottom() {
            return;
        }
        sheet.flow(line, Area { x: cell.x, y, w: room, h: sheet.px(23.5) }, 18.0, INK2);
        y += sheet.px(24.0);
    }
}

/// A track from 0 to 100 with the plan and the goal.
pub(super) fn progress(sheet: &mut Sheet<'_, '_>, section: &Section, area: Area) {
    let Section::Progress { title, figure, value, plan, goal, lines, .. } = section else { return };
    let body = sheet.opened(area, title, "");
    let y = body.y + sheet.px(44.0);
    let width = large(sheet, &figure.text, (body.x, y), (58.0, body.w));
    if plan.is_some() || value.is_none() {
        sheet.band(figure, (body.x + width + sheet.px(22.0), y), (21.0, body.w - width - sheet.px(22.0)));
    }
    let bar = Area { x: body.x, y: y + sheet.px(24.0), w: body.w, h: sheet.px(24.0) };
    sheet.canvas.rect(bar, TRACK);
    #[expect(clippy::cast_possible_truncation, reason = "a share")]
    let at = |share: f64| bar.x + bar.w * (share as f32).clamp(0.0, 1.0);
    if let Some(value) = value {
        sheet.canvas.rect(Area { w: at(*value) - bar.x, ..bar }, shape_colour(figure.band));
    }
    if let Some(plan) = plan {
        let tick = Area {
            x: at(*plan) - sheet.px(1.5),
            y: bar.y - sheet.px(7.0),
            w: sheet.px(3.0),
            h: bar.h + sheet.px(14.0),
        };
        sheet.canvas.rect(tick, INK);
    }
    if let Some(goal) = goal {
        let (x, y, r) = (at(*goal), bar.bottom() + sheet.px(4.0), sheet.px(7.0));
        sheet.canvas.polygon(&[(x, y), (x + r, y + r * 1.5), (x - r, y + r * 1.5)], INK2);
    }
    let mut rest = Area { y: bar.bottom() + sheet.px(18.0), h: body.bottom() - bar.bottom() - sheet.px(18.0), ..body };
    for line in lines {
        let height = sheet.flow_height(line, rest.w, 18.0);
        if height > rest.h {
            return;
        }
        sheet.flow(line, rest, 18.0, INK2);
        rest = rest.below(height + sheet.px(2.0));
    }
}
