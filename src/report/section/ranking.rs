//! Rows whose bars start at the target line and go left or right, all on one scale.

use crate::kpi::Band;
use crate::report::canvas::{Align, Area};
use crate::report::colour::{BELOW, INK, INK3, MET, NEAR};
use crate::report::figures::Ranked;
use crate::report::font::Weight;
use crate::report::sheet::{SIZE_MIN, Sheet, between, shape_colour};

/// A row on A4.
const ROW: f32 = 34.0;

pub(super) fn draw(sheet: &mut Sheet<'_, '_>, rows: &[Ranked], (target, target_name): (Option<f64>, &str), area: Area) {
    let foot = if target.is_some() { sheet.px(26.0) } else { 0.0 };
    let gaps = rows.iter().filter(|row| row.skipped.is_some()).count();
    #[expect(clippy::cast_precision_loss, reason = "a few rows")]
    let count = (rows.len() + gaps).max(1) as f32;
    let height = ((area.h - foot) / count).min(sheet.px(ROW));
    // Rows that stand close have smaller letters.
    let size = (height / sheet.px(1.0) * 0.66).clamp(SIZE_MIN, 20.0);
    let value_face = sheet.figures(Weight::Semi, size);
    let values = rows.iter().map(|row| sheet.width(&row.figure.text, value_face)).fold(0.0, f32::max);
    let name_face = sheet.words(Weight::Bold, size);
    let longest = rows.iter().map(|row| sheet.width(&row.name, name_face)).fold(0.0, f32::max);
    let before = sheet.px(66.0);
    let names = longest.min(area.w * 0.42);
    let bars = Area {
        x: area.x + before + names + sheet.px(14.0),
        w: area.w - before - names - values - sheet.px(36.0),
        ..area
    };
    let scale = Scale::of(rows, target, bars);
    let mut y = area.y;
    for row in rows {
        if let Some(skipped) = row.skipped {
            let text = format!("… {skipped} {}", sheet.locale.either("đơn vị khác", "others"));
            let face = sheet.words(Weight::Medium, 18.0);
            sheet.canvas.text_in(
                &text,
                (area.x + before, y + height * 0.68),
                (face, area.w - before),
                INK3,
                Align::Left,
            );
            y += height;
        }
        let line = Area { y, h: height, ..area };
        one(sheet, row, line, (before, names, size));
        let middle = y + height * 0.68;
        sheet.canvas.text(&row.figure.text, (area.right(), middle), value_face, INK, Align::Right);
        if let Some(value) = share(row) {
            bar(sheet, row.figure.band, (scale.at(value), scale.zero), (y, height));
        }
        y += height;
    }
    if let Some(name) = target.map(|_| target_name) {
        sheet
            .canvas
            .rect(Area { x: scale.zero - 1.0, y: area.y - sheet.px(4.0), w: 2.0, h: y - area.y + sheet.px(6.0) }, INK);
        let face = sheet.words(Weight::Medium, 17.0);
        let width = sheet.width(name, face);
        let x = between(scale.zero, area.x + width / 2.0, area.right() - width / 2.0);
        sheet.canvas.text(name, (x, y + sheet.px(22.0)), face, INK3, Align::Centre);
    }
}

/// Rank, shape and name.
fn one(sheet: &mut Sheet<'_, '_>, row: &Ranked, line: Area, (before, names, size): (f32, f32, f32)) {
    let y = line.y + line.h * 0.68;
    let rank = row.rank.map_or_else(|| "–".to_owned(), |rank| rank.to_string());
    let face = sheet.figures(Weight::Medium, size - 2.0);
    sheet.canvas.text(&rank, (line.x + sheet.px(26.0), y), face, INK3, Align::Right);
    let radius = sheet.px(7.5);
    sheet.shape(row.figure.band, (line.x + sheet.px(47.0), y - sheet.px(6.5)), radius, shape_colour(row.figure.band));
    let is_missed = matches!(row.figure.band, Some(Band::Near | Band::Below | Band::Over));
    let face = sheet.words(if is_missed { Weight::Bold } else { Weight::Medium }, size);
    // A name shrinks a little before it is cut.
    let least = sheet.px(SIZE_MIN) / face.size;
    let shrunk = face.sized(face.size * between(names / sheet.width(&row.name, face), least, 1.0));
    sheet.canvas.text_in(&row.name, (line.x + before, y), (shrunk, names + 0.5), INK, Align::Left);
}

fn share(row: &Ranked) -> Option<f64> {
    let (num, den) = row.figure.num.zip(row.figure.den)?;
    crate::kpi::figure::ratio(num, den)
}

/// Where values stand between the sides.
struct Scale {
    zero: f32,
    start: f64,
    pixels: f64,
}

impl Scale {
    fn of(rows: &[Ranked], target: Option<f64>, bars: Area) -> Scale {
        let start = target.unwrap_or(0.0);
        let differences = rows.iter().filter_map(share).map(|value| value - start);
        let (least, most) = differences.fold((0.0_f64, 0.0_f64), |(least, most), of| (least.min(of), most.max(of)));
        let span = (most - least).max(1e-9);
        let pixels = f64::from(bars.w) / span;
        #[expect(clippy::cast_possible_truncation, reason = "a place on a page")]
        let zero = bars.x + (-least * pixels) as f32;
        Scale { zero, start, pixels }
    }

    fn at(&self, value: f64) -> f32 {
        #[expect(clippy::cast_possible_truncation, reason = "a place on a page")]
        let far = ((value - self.start) * self.pixels) as f32;
        self.zero + far
    }
}

fn bar(sheet: &mut Sheet<'_, '_>, band: Option<Band>, (end, zero): (f32, f32), (y, height): (f32, f32)) {
    let (left, right) = (end.min(zero), end.max(zero));
    let area = Area { x: left, y: y + height * 0.2, w: (right - left).max(1.0), h: height * 0.58 };
    match band {
        Some(Band::Near) if area.w >= sheet.px(5.0) => sheet.canvas.hatch(area, NEAR),
        Some(Band::Near) => sheet.canvas.rect(area, NEAR),
        Some(Band::Below | Band::Over) => sheet.canvas.rect(area, BELOW),
        Some(Band::Met) => sheet.canvas.rect(area, MET),
        None => sheet.canvas.rect(area, INK3),
    }
}
