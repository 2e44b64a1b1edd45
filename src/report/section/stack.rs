//! Bars of early, on the day and late, field by field.

use crate::kpi::figure::ratio;
use crate::report::canvas::{Align, Area};
use crate::report::colour::{BELOW, INK, INK2, INK3, MET, ON_DAY, WHITE};
use crate::report::figures::{Parts, Section};
use crate::report::font::Weight;
use crate::report::sheet::{Sheet, between};

use super::charts::nothing;

/// A row of this height has a second line, in pixels of A4.
const TWO_LINES: f32 = 41.0;

pub(super) fn draw(sheet: &mut Sheet<'_, '_>, section: &Section, area: Area) {
    let Section::Stack { title, subtitle, names, rows } = section else { return };
    let mut body = sheet.opened(area, title, " ");
    let used = key(sheet, (subtitle, names), (area.x, area.y + sheet.px(62.0)), area.right());
    body = body.below(used);
    if rows.is_empty() {
        return nothing(sheet, body);
    }
    #[expect(clippy::cast_precision_loss, reason = "a few rows")]
    let height = (body.h / rows.len() as f32).min(sheet.px(56.0));
    let face = sheet.words(Weight::Semi, 19.0);
    let longest = rows.iter().map(|row| sheet.width(&row.name, face)).fold(0.0, f32::max);
    let left = between(longest, sheet.px(110.0), body.w * 0.4) + sheet.px(16.0);
    let right = sheet.px(82.0);
    for (place, row) in rows.iter().enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "a few rows")]
        let y = body.y + place as f32 * height;
        let line = Area { y, h: height, ..body };
        let name_y = y + if height >= sheet.px(TWO_LINES) { sheet.px(18.0) } else { height * 0.66 };
        sheet.canvas.text_in(&row.name, (body.x, name_y), (face, left - sheet.px(10.0)), INK, Align::Left);
        bar(sheet, row, Area { x: body.x + left, w: body.w - left - right, ..line });
        if height >= sheet.px(TWO_LINES) {
            let count = sheet.locale.count(row.early + row.on_time + row.late);
            let text = format!("{count} {}", sheet.locale.either("hồ sơ", "dossiers"));
            let small = sheet.words(Weight::Medium, 17.0);
            sheet.canvas.text_in(
                &text,
                (body.x, name_y + sheet.px(20.0)),
                (small, left - sheet.px(10.0)),
                INK3,
                Align::Left,
            );
        }
        late(sheet, row, (body.right(), y, height));
    }
}

/// The unit of measure and the three with their signs, on a further line where one isn't enough; how high that is.
fn key(sheet: &mut Sheet<'_, '_>, (subtitle, names): (&str, &[String; 3]), (x, y): (f32, f32), end: f32) -> f32 {
    let face = sheet.words(Weight::Medium, 18.0);
    let signs: f32 = names.iter().map(|name| sheet.width(name, face) + sheet.px(44.0)).sum();
    let has_room = sheet.width(subtitle, face) + sheet.px(20.0) + signs <= end - x;
    sheet.canvas.text_in(subtitle, (x, y), (face, end - x), INK3, Align::Left);
    let used = if has_room { 0.0 } else { sheet.px(25.0) };
    let (mut x, y) = if has_room { (x + sheet.width(subtitle, face) + sheet.px(20.0), y) } else { (x, y + used) };
    for (place, name) in names.iter().enumerate() {
        let size = sheet.px(15.0);
        let sign = Area { x, y: y - size + 1.0, w: size, h: size };
        match place {
            0 => sheet.canvas.rect(sign, MET),
            1 => sheet.canvas.rect(sign, ON_DAY),
            _ => sheet.canvas.hatch(sign, BELOW),
        }
        x += size + sheet.px(8.0);
        x += sheet.canvas.text(name, (x, y), face, INK2, Align::Left) + sheet.px(20.0);
    }
    used
}

fn bar(sheet: &mut Sheet<'_, '_>, row: &Parts, area: Area) {
    let whole = (row.early + row.on_time + row.late).max(1);
    #[expect(clippy::cast_possible_truncation, reason = "a share")]
    let share = |count: i64| ratio(count, whole).unwrap_or_default() as f32;
    let has_two = area.h >= sheet.px(TWO_LINES);
    let thick = if has_two { sheet.px(22.0) } else { (area.h * 0.62).min(sheet.px(30.0)) };
    let y = if has_two { area.y + sheet.px(2.0) } else { area.y + (area.h - thick) / 2.0 };
    // What is late is always to be seen, and beyond that to scale.
    let late = if row.late > 0 { (area.w * share(row.late)).max(sheet.px(4.0)) } else { 0.0 };
    let rest = area.w - late;
    let of_rest = row.early + row.on_time;
    #[expect(clippy::cast_possible_truncation, reason = "a share")]
    let early = if of_rest > 0 { rest * ratio(row.early, of_rest).unwrap_or_default() as f32 } else { 0.0 };
    let on_time = if of_rest > 0 { rest - early } else { 0.0 };
    let parts = [(row.early, early, MET, WHITE), (row.on_time, on_time, ON_DAY, INK)];
    let mut x = area.x;
    let mut beside = Vec::new();
    for (count, width, fill, ink) in parts {
        sheet.canvas.rect(Area { x, y, w: width, h: thick }, fill);
        let text = sheet.locale.ratio((count, whole), &[]);
        let face = sheet.figures(Weight::Semi, 17.0);
        if count > 0 && sheet.width(&text, face) + sheet.px(12.0) <= width {
            sheet.canvas.text(&text, (x + sheet.px(7.0), y + thick / 2.0 + sheet.px(6.0)), face, ink, Align::Left);
        } else if count > 0 {
            beside.push((text, x + width / 2.0));
        }
        x += width;
    }
    if late > 0.0 {
        let width = if of_rest > 0 { late } else { area.w };
        sheet.canvas.hatch(Area { x, y, w: width, h: thick }, BELOW);
    }
    // What has no room in its part stands below it: every value is printed.
    if area.h >= sheet.px(TWO_LINES) {
        for (text, middle) in beside {
            let face = sheet.figures(Weight::Medium, 17.0);
            let half = sheet.width(&text, face) / 2.0;
            let at = between(middle, area.x + half, area.right() - half);
            sheet.canvas.text(&text, (at, y + thick + sheet.px(16.0)), face, INK2, Align::Centre);
        }
    }
}

fn late(sheet: &mut Sheet<'_, '_>, row: &Parts, (right, y, height): (f32, f32, f32)) {
    let whole = (row.early + row.on_time + row.late).max(1);
    let text = sheet.locale.percent((row.late, whole), &[]);
    let face = sheet.figures(Weight::Semi, 19.0);
    let y = y + if height >= sheet.px(TWO_LINES) { sheet.px(19.0) } else { height / 2.0 + sheet.px(6.5) };
    sheet.canvas.text(&text, (right, y), face, if row.late > 0 { BELOW } else { INK3 }, Align::Right);
}
