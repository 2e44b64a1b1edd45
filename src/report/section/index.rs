//! One bar of all points cut into groups as wide as theirs: dark is scored, light is lost, dashed can't be measured.

use crate::report::canvas::{Align, Area};
use crate::report::colour::{INK, INK2, INK3, LINE, TRACK};
use crate::report::figures::{Scored, Section};
use crate::report::font::Weight;
use crate::report::sheet::Sheet;

pub(super) fn draw(sheet: &mut Sheet<'_, '_>, section: &Section, area: Area) {
    let Section::Index { title, subtitle, total, groups, criteria } = section else { return };
    sheet.canvas.rule((area.x, area.y), area.w, sheet.px(2.5).max(2.0), INK);
    let y = area.y + sheet.px(44.0);
    let title_face = sheet.words(Weight::Bold, 25.0);
    let mut x = area.x + sheet.canvas.text(title, (area.x, y), title_face, INK, Align::Left) + sheet.px(16.0);
    let (score, max) = (score(sheet, total.score), sheet.locale.score(total.measurable));
    x += sheet.canvas.text(&score, (x, y), sheet.figures(Weight::Semi, 42.0), INK, Align::Left);
    if total.score.is_some() {
        x += sheet.canvas.text(&format!("/{max}"), (x, y), sheet.figures(Weight::Medium, 24.0), INK3, Align::Left);
    }
    let face = sheet.words(Weight::Medium, 18.0);
    sheet.canvas.text_in(
        subtitle,
        (x + sheet.px(14.0), y),
        (face, area.right() - x - sheet.px(14.0)),
        INK2,
        Align::Left,
    );
    let body = area.below(sheet.px(62.0));
    if criteria.is_empty() { bars(sheet, groups, body) } else { rows(sheet, criteria, body) }
}

fn score(sheet: &Sheet<'_, '_>, score: Option<f64>) -> String {
    score.map_or_else(|| "–".to_owned(), |score| sheet.locale.score(score))
}

/// The parts of a bar: what can be measured, what of it is scored.
fn bar(sheet: &mut Sheet<'_, '_>, part: &Scored, area: Area) {
    #[expect(clippy::cast_possible_truncation, reason = "a share")]
    let share = |points: f64| (points / part.max.max(1e-9)).clamp(0.0, 1.0) as f32 * area.w;
    sheet.canvas.dashed_frame(area, 0.0, 1.5, LINE);
    if let Some(score) = part.score {
        sheet.canvas.rect(Area { w: share(part.measurable), ..area }, TRACK);
        sheet.canvas.rect(Area { w: share(score), ..area }, INK2);
    }
}

fn bars(sheet: &mut Sheet<'_, '_>, groups: &[Scored], area: Area) {
    let gap = sheet.px(12.0);
    #[expect(clippy::cast_precision_loss, reason = "a few groups")]
    let room = area.w - gap * (groups.len().max(1) - 1) as f32;
    let most: f64 = groups.iter().map(|group| group.max).sum();
    let mut x = area.x;
    for group in groups {
        #[expect(clippy::cast_possible_truncation, reason = "a share")]
        let width = room * (group.max / most.max(1e-9)) as f32;
        bar(sheet, group, Area { x, y: area.y, w: width, h: sheet.px(24.0) });
        let face = sheet.words(Weight::Semi, 18.0);
        sheet.canvas.text_in(&group.name, (x, area.y + sheet.px(48.0)), (face, width), INK, Align::Left);
        let y = area.y + sheet.px(76.0);
        let text = score(sheet, group.score);
        let figure = sheet.figures(Weight::Semi, 21.0);
        let used = sheet.canvas.text(&text, (x, y), figure, INK, Align::Left);
        let max = format!("/{}", sheet.locale.score(group.max));
        sheet.canvas.text_in(
            &max,
            (x + used, y),
            (sheet.figures(Weight::Medium, 18.0), width - used),
            INK3,
            Align::Left,
        );
        if let Some(official) = group.official {
            let text = format!("{} {}", sheet.locale.either("công bố", "published"), sheet.locale.score(official));
            let face = sheet.words(Weight::Medium, 17.0);
            sheet.canvas.text_in(&text, (x, y + sheet.px(24.0)), (face, width), INK3, Align::Left);
        }
        x += width + gap;
    }
}

/// A row for each criterion: name with its definition, bar, points.
fn rows(sheet: &mut Sheet<'_, '_>, criteria: &[Scored], area: Area) {
    #[expect(clippy::cast_precision_loss, reason = "a few rows")]
    let height = (area.h / criteria.len().max(1) as f32).min(sheet.px(58.0));
    let has_notes = height >= sheet.px(46.0);
    let names = area.w * 0.6;
    for (place, one) in criteria.iter().enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "a few rows")]
        let y = area.y + place as f32 * height;
        if place > 0 {
            sheet.canvas.rule((area.x, y), area.w, 1.0, LINE);
        }
        let line = y + if has_notes { sheet.px(21.0) } else { height * 0.66 };
        let face = sheet.figures(Weight::Medium, 18.0);
        sheet.canvas.text(&one.id, (area.x, line), face, INK3, Align::Left);
        let left = sheet.px(46.0);
        let face = sheet.words(Weight::Semi, 18.0);
        sheet.canvas.text_in(&one.name, (area.x + left, line), (face, names - left - sheet.px(14.0)), INK, Align::Left);
        if has_notes {
            let face = sheet.words(Weight::Medium, 17.0);
            let room = names - left - sheet.px(14.0);
            sheet.canvas.text_in(&one.note, (area.x + left, line + sheet.px(24.0)), (face, room), INK3, Align::Left);
        }
        let points = if one.max > 0.0 {
            format!("{}/{}", score(sheet, one.score), sheet.locale.score(one.max))
        } else {
            sheet.locale.either("theo dõi", "informative").to_owned()
        };
        let face = sheet.figures(Weight::Semi, 18.0);
        sheet.canvas.text_in(&points, (area.right(), line), (face, sheet.px(150.0)), INK, Align::Right);
        if one.max > 0.0 {
            let width = area.w - names - sheet.px(160.0);
            bar(sheet, one, Area { x: area.x + names, y: line - sheet.px(14.0), w: width, h: sheet.px(16.0) });
        }
    }
}
