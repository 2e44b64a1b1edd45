//! Each kind of section, drawn within its area and nowhere else.

mod charts;
mod headline;
mod index;
mod map;
mod notes;
mod ranking;
mod stack;
mod table;

use super::canvas::Area;
use super::colour::INK;
use super::figures::Section;
use super::press::is_empty;
use super::sheet::Sheet;

/// Draws a section.
pub(super) fn draw(sheet: &mut Sheet<'_, '_>, section: &Section, area: Area) {
    if is_empty(section) || area.w < 1.0 || area.h < 1.0 {
        return;
    }
    match section {
        Section::Result { sentences } => {
            let height = |size: f32| sheet.flow_height(sentences, area.w, size);
            let size = [25.0, 23.0, 21.0, 19.0].into_iter().find(|size| height(*size) <= area.h);
            sheet.flow(sentences, area, size.unwrap_or(17.5), INK);
        }
        Section::Headline { figures, columns } => headline::draw(sheet, figures, *columns, area),
        Section::Trend { .. } => charts::trend(sheet, section, area),
        Section::Stack { .. } => stack::draw(sheet, section, area),
        Section::Ranking { title, subtitle, target, target_name, rows } => {
            let body = sheet.opened(area, title, subtitle);
            ranking::draw(sheet, rows, (*target, target_name), body);
        }
        Section::Tilemap { title, key, cells, unplaced } => map::draw(sheet, (title, key), (cells, *unplaced), area),
        Section::Index { .. } => index::draw(sheet, section, area),
        Section::Table { .. } => table::draw(sheet, section, area),
        Section::Progress { .. } => headline::progress(sheet, section, area),
        Section::Notes { heading, sources, paragraphs } => notes::draw(sheet, (heading, sources), paragraphs, area),
        Section::Text { title, paragraphs } => {
            let mut body = sheet.opened(area, title, "");
            for paragraph in paragraphs {
                let height = sheet.flow_height(paragraph, body.w, 18.0).min(body.h);
                sheet.flow(paragraph, body, 18.0, INK);
                body = body.below(height + sheet.px(4.0));
            }
        }
    }
}
