//! What all sections draw with: scaled sizes, flowing text, the shapes of the bands.

use crate::kpi::Band;

use super::canvas::{Align, Area, Canvas, LEADING};
use super::colour::{BELOW, Colour, INK, INK3, MET, NEAR, NEAR_WORDS};
use super::figures::{Figure, Span};
use super::font::{Face, Weight};
use super::words::Locale;

/// The least size of any text on A4, in pixels: 8 points (SCREENS.md, 10).
pub(super) const SIZE_MIN: f32 = 17.0;

/// A length between two others; in a place that is too narrow for both the least one holds.
pub(super) fn between(length: f32, least: f32, most: f32) -> f32 {
    length.min(most).max(least)
}

/// A page with its measure.
pub(super) struct Sheet<'c, 'f> {
    pub(super) canvas: &'c mut Canvas<'f>,
    /// How much larger than on A4 everything is.
    pub(super) k: f32,
    pub(super) locale: Locale,
}

/// A word of a flowing text.
struct Word {
    text: String,
    bold: bool,
}

impl Sheet<'_, '_> {
    /// So many pixels of A4.
    pub(super) fn px(&self, pixels: f32) -> f32 {
        pixels * self.k
    }

    pub(super) fn words(&self, weight: Weight, size: f32) -> Face {
        Face::words(weight, self.px(size.max(SIZE_MIN)))
    }

    pub(super) fn figures(&self, weight: Weight, size: f32) -> Face {
        Face::figures(weight, self.px(size.max(SIZE_MIN)))
    }

    pub(super) fn width(&self, text: &str, face: Face) -> f32 {
        self.canvas.fonts.width(text, face)
    }

    /// The rule, the title and the unit of measure of a section; what is left below them.
    pub(super) fn opened(&mut self, area: Area, title: &str, subtitle: &str) -> Area {
        self.canvas.rule((area.x, area.y), area.w, self.px(2.5).max(2.0), INK);
        if title.is_empty() {
            return area.below(self.px(14.0));
        }
        let title_face = self.words(Weight::Bold, 25.0);
        self.canvas.text_in(title, (area.x, area.y + self.px(36.0)), (title_face, area.w), INK, Align::Left);
        if subtitle.is_empty() {
            return area.below(self.px(52.0));
        }
        let face = self.words(Weight::Medium, 18.0);
        // A section that writes its own key there says so with a blank.
        self.canvas.text_in(subtitle.trim(), (area.x, area.y + self.px(62.0)), (face, area.w), INK3, Align::Left);
        area.below(self.px(78.0))
    }

    /// The same with the unit of measure beside the title, where there is room for it.
    pub(super) fn opened_short(&mut self, area: Area, title: &str, subtitle: &str) -> Area {
        let face = self.words(Weight::Medium, 18.0);
        let width = self.width(subtitle, face);
        if title.is_empty() || width + self.width(title, self.words(Weight::Bold, 25.0)) + self.px(24.0) > area.w {
            return self.opened(area, title, subtitle);
        }
        let at = (area.right(), area.y + self.px(36.0));
        self.canvas.text_in(subtitle, at, (face, width + 1.0), INK3, Align::Right);
        self.opened(area, title, "")
    }

    /// A text that wraps within an area; returns the line of writing of its last line. What has no room ends with an
    /// ellipsis.
    pub(super) fn flow(&mut self, spans: &[Span], area: Area, size: f32, colour: Colour) -> f32 {
        let step = self.px(size) * LEADING;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few lines, not below 0")]
        let lines_max = ((area.h + step * 0.2) / step).floor().max(0.0) as usize;
        let mut lines = self.wrapped(spans, area.w, size);
        if lines.len() > lines_max {
            lines.truncate(lines_max);
            if let Some(word) = lines.last_mut().and_then(|line| line.last_mut()) {
                word.text.push_str(" …");
            }
        }
        let mut y = area.y + self.px(size) * 0.98;
        let last = lines.len();
        for (place, line) in lines.into_iter().enumerate() {
            self.line(&line, (area.x, y), (size, area.w), colour);
            if place + 1 < last {
                y += step;
            }
        }
        y
    }

    /// How high a flowing text is.
    pub(super) fn flow_height(&self, spans: &[Span], width: f32, size: f32) -> f32 {
        #[expect(clippy::cast_precision_loss, reason = "a few lines")]
        let lines = self.wrapped(spans, width, size).len() as f32;
        lines * self.px(size) * LEADING
    }

    fn face(&self, bold: bool, size: f32) -> Face {
        if bold { self.figures(Weight::Bold, size) } else { self.words(Weight::Medium, size) }
    }

    fn wrapped(&self, spans: &[Span], room: f32, size: f32) -> Vec<Vec<Word>> {
        let mut lines: Vec<Vec<Word>> = vec![Vec::new()];
        let mut width = 0.0;
        for (text, bold, is_glued) in pieces(spans) {
            let space = if is_glued { 0.0 } else { self.width(" ", self.face(false, size)) };
            let piece = self.width(&text, self.face(bold, size));
            let is_first = lines.last().is_none_or(Vec::is_empty);
            if !is_first && !is_glued && width + space + piece > room {
                lines.push(vec![Word { text, bold }]);
                width = piece;
                continue;
            }
            let text = if is_first || is_glued { text } else { format!(" {text}") };
            width += piece + if is_first { 0.0 } else { space };
            if let Some(line) = lines.last_mut() {
                line.push(Word { text, bold });
            }
        }
        lines.retain(|line| !line.is_empty());
        lines
    }

    /// One line, words of one weight in one piece.
    fn line(&mut self, words: &[Word], (x, y): (f32, f32), (size, room): (f32, f32), colour: Colour) {
        let mut runs: Vec<(String, bool)> = Vec::new();
        for word in words {
            match runs.last_mut() {
                Some((text, bold)) if *bold == word.bold => text.push_str(&word.text),
                _ => runs.push((word.text.clone(), word.bold)),
            }
        }
        let mut at = x;
        for (text, bold) in runs {
            let face = self.face(bold, size);
            let left = (x + room - at).max(0.0);
            let width = self.width(&text, face).min(left);
            self.canvas.text_in(&text, (at, y), (face, left + 0.5), colour, Align::Left);
            at += width;
        }
    }

    /// The shape of a band; `radius` is half its height.
    pub(super) fn shape(&mut self, band: Option<Band>, (x, y): (f32, f32), radius: f32, colour: Colour) {
        match band {
            Some(Band::Met) => self.canvas.circle((x, y), radius * 0.92, colour),
            Some(Band::Near) => {
                let r = radius * 1.12;
                self.canvas.polygon(&[(x, y - r), (x + r, y), (x, y + r), (x - r, y)], colour);
            }
            Some(Band::Below | Band::Over) => {
                let (half, up, down) = (radius * 1.1, radius * 1.05, radius * 0.9);
                self.canvas.polygon(&[(x, y - up), (x + half, y + down), (x - half, y + down)], colour);
            }
            None => self.canvas.ring((x, y), radius * 0.85, INK3),
        }
    }

    /// Shape and word of a figure's band.
    pub(super) fn band(&mut self, figure: &Figure, (x, y): (f32, f32), (size, room): (f32, f32)) {
        let radius = self.px(size) * 0.34;
        self.shape(figure.band, (x + radius, y - self.px(size) * 0.34), radius, shape_colour(figure.band));
        let face = self.words(Weight::Bold, size);
        let word = self.locale.band(figure.band);
        let left = radius * 2.0 + self.px(8.0);
        self.canvas.text_in(word, (x + left, y), (face, room - left), word_colour(figure.band), Align::Left);
    }
}

/// Words of the spans, with whether each is bold and whether it stands right behind the one before.
fn pieces(spans: &[Span]) -> Vec<(String, bool, bool)> {
    let mut pieces = Vec::new();
    let mut is_open = false;
    for span in spans {
        let begins_open = is_open && !span.text.starts_with(char::is_whitespace);
        for (place, word) in span.text.split_whitespace().enumerate() {
            pieces.push((word.to_owned(), span.bold, place == 0 && begins_open));
        }
        is_open = !span.text.is_empty() && !span.text.ends_with(char::is_whitespace);
    }
    pieces
}

pub(super) fn shape_colour(band: Option<Band>) -> Colour {
    match band {
        Some(Band::Met) => MET,
        Some(Band::Near) => NEAR,
        Some(Band::Below | Band::Over) => BELOW,
        None => INK3,
    }
}

pub(super) fn word_colour(band: Option<Band>) -> Colour {
    match band {
        Some(Band::Near) => NEAR_WORDS,
        other => shape_colour(other),
    }
}
