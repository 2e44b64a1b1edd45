//! Rows and columns: hairlines only, numbers to the right, sums bold.

use crate::report::canvas::{Align, Area};
use crate::report::colour::{INK, INK2, INK3, LINE};
use crate::report::figures::{Column, Row, Section};
use crate::report::font::{Face, Weight};
use crate::report::sheet::Sheet;

/// A row on A4 at most and at least.
const ROW: (f32, f32) = (36.0, 23.0);

/// Room for names at least, where numbers can spare it and names need it.
const NAMES: f32 = 190.0;
/// Room for the heading of names in any case.
const NAMES_MIN: f32 = 150.0;

/// Where the columns of a table stand.
struct Columns {
    first: f32,
    width: f32,
    /// Of the numbers in sums and in other rows: those of one kind are of one size.
    sizes: (f32, f32),
}

pub(super) fn draw(sheet: &mut Sheet<'_, '_>, section: &Section, area: Area) {
    let Section::Table { title, subtitle, first, columns, rows, hidden, footnotes } = section else { return };
    let body = sheet.opened_short(area, title, subtitle);
    let foot: f32 = {
        #[expect(clippy::cast_precision_loss, reason = "a few lines")]
        let lines = footnotes.len() as f32;
        lines * sheet.px(24.0)
    };
    let place = columns_of(sheet, (columns, rows), body);
    let top = heads(sheet, (first, columns), body, &place);
    let room = (body.bottom() - top - foot).max(0.0);
    #[expect(clippy::cast_precision_loss, reason = "a few rows")]
    let height = (room / (rows.len() + usize::from(*hidden > 0)).max(1) as f32).clamp(sheet.px(ROW.1), sheet.px(ROW.0));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few rows, not below 0")]
    let most = (room / height + 0.01).floor() as usize;
    // Where not all have room the last line says how many are left out.
    let needed = rows.len() + usize::from(*hidden > 0);
    let shown = if needed > most { most.saturating_sub(1).min(rows.len()) } else { rows.len() };
    let left_out = rows.len() - shown + hidden;
    let mut y = top;
    for (place_of, row) in rows.iter().take(shown).enumerate() {
        if place_of > 0 {
            sheet.canvas.rule(
                (body.x, y),
                body.w,
                if row.bold { 1.5 } else { 1.0 },
                if row.bold { INK3 } else { LINE },
            );
        }
        one(sheet, row, Area { y, h: height, ..body }, &place);
        y += height;
    }
    if left_out > 0 {
        let text = format!("… {left_out} {}", sheet.locale.either("dòng khác", "further rows"));
        let face = sheet.words(Weight::Medium, 17.0);
        sheet.canvas.text_in(&text, (body.x, y + height * 0.66), (face, body.w), INK3, Align::Left);
        y += height;
    }
    sheet.canvas.rule((body.x, y), body.w, 1.5, INK);
    for note in footnotes {
        y += sheet.px(24.0);
        let face = sheet.words(Weight::Medium, 17.0);
        sheet.canvas.text_in(note, (body.x, y), (face, body.w), INK3, Align::Left);
    }
}

/// The first takes what the numbers don't need.
fn columns_of(sheet: &Sheet<'_, '_>, (columns, rows): (&[Column], &[Row]), body: Area) -> Columns {
    let face = sheet.figures(Weight::Bold, 18.0);
    let widest = rows.iter().flat_map(|row| &row.cells).map(|cell| sheet.width(cell, face)).fold(0.0, f32::max);
    #[expect(clippy::cast_precision_loss, reason = "a few columns")]
    let count = columns.len().max(1) as f32;
    let wished = (widest + sheet.px(18.0)).max(sheet.px(104.0));
    let head = sheet.words(Weight::Semi, 17.0);
    let words = columns.iter().flat_map(|column| column.heading.split_whitespace());
    let wished = wished.max(words.map(|word| sheet.width(word, head)).fold(0.0, f32::max) + sheet.px(10.0));
    let bold = sheet.words(Weight::Bold, 18.0);
    let names =
        rows.iter().map(|row| sheet.width(&row.name, bold) + sheet.px(14.0)).fold(sheet.px(NAMES_MIN), f32::max);
    let most = ((body.w - sheet.px(NAMES).min(names)) / count).max(body.w * 0.6 / count);
    let width = wished.min(most);
    let size = |is_bold: bool| {
        let face = numbers(sheet, is_bold, 18.0);
        let cells = rows.iter().filter(|row| row.bold == is_bold).flat_map(|row| &row.cells);
        let widest = cells.map(|cell| sheet.width(cell, face)).fold(1.0, f32::max);
        18.0 * ((width - sheet.px(6.0)) / widest).min(1.0)
    };
    Columns { first: body.w - width * count, width, sizes: (size(true), size(false)) }
}

/// The face of numbers, which may be smaller than a text.
fn numbers(sheet: &Sheet<'_, '_>, is_bold: bool, size: f32) -> Face {
    Face::figures(if is_bold { Weight::Bold } else { Weight::Medium }, sheet.px(size))
}

/// Headings in a few lines, with a group above several and a number below; returns where rows begin.
fn heads(sheet: &mut Sheet<'_, '_>, (first, columns): (&str, &[Column]), body: Area, place: &Columns) -> f32 {
    let has_groups = columns.iter().any(|column| !column.group.is_empty());
    let has_numbers = columns.iter().any(|column| !column.number.is_empty());
    let face = sheet.words(Weight::Semi, 17.0);
    let step = sheet.px(21.0);
    let mut y = body.y;
    if has_groups {
        groups(sheet, columns, body, place);
        y += sheet.px(28.0);
    }
    let lines: Vec<Vec<String>> =
        columns.iter().map(|column| split(sheet, &column.heading, place.width - sheet.px(10.0))).collect();
    let most =
        lines.iter().map(Vec::len).max().unwrap_or(1).max(split(sheet, first, place.first - sheet.px(10.0)).len());
    #[expect(clippy::cast_precision_loss, reason = "a few lines")]
    let high = most as f32 * step;
    for (column, lines) in lines.iter().enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "a few columns and lines")]
        let (x, skipped) =
            (body.x + place.first + place.width * (column + 1) as f32, (most - lines.len()) as f32 * step);
        let mut line_y = y + skipped + sheet.px(16.0);
        for line in lines {
            sheet.canvas.text_in(line, (x, line_y), (face, place.width - sheet.px(8.0)), INK2, Align::Right);
            line_y += step;
        }
    }
    let bottom = y + high;
    let named = split(sheet, first, place.first - sheet.px(10.0));
    for (line, text) in named.iter().enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "a few lines")]
        let y = bottom - sheet.px(5.0) - (named.len().saturating_sub(line + 1)) as f32 * step;
        sheet.canvas.text_in(text, (body.x, y), (face, place.first - sheet.px(10.0)), INK2, Align::Left);
    }
    let mut end = bottom + sheet.px(4.0);
    if has_numbers {
        let face = sheet.figures(Weight::Medium, 17.0);
        for (column, of) in columns.iter().enumerate() {
            #[expect(clippy::cast_precision_loss, reason = "a few columns")]
            let x = body.x + place.first + place.width * (column + 1) as f32;
            let number =
                if sheet.width(&of.number, face) <= place.width - 4.0 { of.number.as_str() } else { short(&of.number) };
            sheet.canvas.text_in(number, (x, bottom + sheet.px(16.0)), (face, place.width - 2.0), INK3, Align::Right);
        }
        end += sheet.px(22.0);
    }
    sheet.canvas.rule((body.x, end), body.w, 1.5, INK);
    end + sheet.px(2.0)
}

/// `(7)` of `(7)=(8+9+10)`.
fn short(number: &str) -> &str {
    number.split_once('=').map_or(number, |(short, _)| short)
}

fn groups(sheet: &mut Sheet<'_, '_>, columns: &[Column], body: Area, place: &Columns) {
    let face = sheet.words(Weight::Semi, 17.0);
    let mut first = 0;
    while first < columns.len() {
        let same = columns[first..].iter().take_while(|column| column.group == columns[first].group).count();
        #[expect(clippy::cast_precision_loss, reason = "a few columns")]
        let (x, width) = (body.x + place.first + place.width * first as f32, place.width * same as f32);
        let inset = sheet.px(12.0);
        let middle = (x + (width + inset) / 2.0, body.y + sheet.px(17.0));
        sheet.canvas.text_in(&columns[first].group, middle, (face, width - inset), INK, Align::Centre);
        sheet.canvas.rule((x + inset, body.y + sheet.px(24.0)), width - inset, 1.0, INK3);
        first += same.max(1);
    }
}

/// A heading in as many lines as it needs, at most five.
fn split(sheet: &Sheet<'_, '_>, text: &str, room: f32) -> Vec<String> {
    let face = sheet.words(Weight::Semi, 17.0);
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if sheet.width(&format!("{line} {word}"), face) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    if lines.len() > 5 {
        let rest = lines.split_off(4).join(" ");
        lines.push(rest);
    }
    lines
}

fn one(sheet: &mut Sheet<'_, '_>, row: &Row, line: Area, place: &Columns) {
    let y = line.y + line.h * 0.5 + sheet.px(6.5);
    let weight = if row.bold { Weight::Bold } else { Weight::Medium };
    let face = sheet.words(weight, 18.0);
    sheet.canvas.text_in(&row.name, (line.x, y), (face, place.first - sheet.px(10.0)), INK, Align::Left);
    let face = numbers(sheet, row.bold, if row.bold { place.sizes.0 } else { place.sizes.1 });
    for (column, cell) in row.cells.iter().enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "a few columns")]
        let x = line.x + place.first + place.width * (column + 1) as f32;
        sheet.canvas.number_in(cell, (x, y), (face, place.width - sheet.px(6.0)), INK, Align::Right);
    }
}
