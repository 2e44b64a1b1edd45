//! A page of pixels: shapes, hatches and text, all antialiased; and where each text stands.

use ab_glyph::{Font, point};
use tiny_skia::{FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, Rect, Stroke, Transform};

use super::ReportError;
use super::colour::{Colour, WHITE};
use super::font::{Face, Fonts, Placed, scale};

/// From line to line of a wrapped text, in em.
pub(super) const LEADING: f32 = 1.3;

/// A rectangle in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// Width.
    pub w: f32,
    /// Height.
    pub h: f32,
}

impl Area {
    /// The right edge.
    pub fn right(self) -> f32 {
        self.x + self.w
    }

    /// The lower edge.
    pub fn bottom(self) -> f32 {
        self.y + self.h
    }

    /// Without so much above.
    pub(super) fn below(self, height: f32) -> Area {
        Area { y: self.y + height, h: (self.h - height).max(0.0), ..self }
    }

    /// Without so much at the left.
    pub(super) fn after(self, width: f32) -> Area {
        Area { x: self.x + width, w: (self.w - width).max(0.0), ..self }
    }
}

/// A text with where it stands; for checks.
#[derive(Clone, Debug, PartialEq)]
pub struct TextBox {
    /// As it is drawn.
    pub text: String,
    /// From the height of its capitals to its line of writing.
    pub area: Area,
    /// Of an em, in pixels.
    pub size: f32,
    /// Whether there was no room for all of it.
    pub is_cut: bool,
}

/// Where a text begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Centre,
    Right,
}

/// A page that is being drawn.
pub(super) struct Canvas<'f> {
    pixmap: Pixmap,
    pub(super) fonts: &'f Fonts,
    pub(super) texts: Vec<TextBox>,
}

impl<'f> Canvas<'f> {
    pub(super) fn new((width, height): (u32, u32), fonts: &'f Fonts) -> Result<Canvas<'f>, ReportError> {
        let mut pixmap = Pixmap::new(width, height).ok_or(ReportError::Size { width, height })?;
        pixmap.fill(of(WHITE));
        Ok(Canvas { pixmap, fonts, texts: Vec::new() })
    }

    /// The pixels, row by row, three bytes each.
    pub(super) fn pixels(&self) -> Vec<u8> {
        self.pixmap.data().chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect()
    }

    pub(super) fn rect(&mut self, area: Area, colour: Colour) {
        let Some(rect) = Rect::from_xywh(area.x, area.y, area.w.max(0.0), area.h.max(0.0)) else { return };
        self.pixmap.fill_rect(rect, &paint(colour), Transform::identity(), None);
    }

    /// The edge of a rectangle, inside it.
    pub(super) fn frame(&mut self, area: Area, radius: f32, width: f32, colour: Colour) {
        let inner = shrunk(area, width / 2.0);
        if let Some(path) = rounded(inner, radius) {
            self.stroke(&path, width, colour);
        }
    }

    /// The same, broken.
    pub(super) fn dashed_frame(&mut self, area: Area, radius: f32, width: f32, colour: Colour) {
        let path = rounded(shrunk(area, width / 2.0), radius);
        let stroke = Stroke { dash: tiny_skia::StrokeDash::new(vec![7.0, 5.0], 0.0), width, ..Stroke::default() };
        if let Some(path) = path {
            self.pixmap.stroke_path(&path, &paint(colour), &stroke, Transform::identity(), None);
        }
    }

    pub(super) fn rounded(&mut self, area: Area, radius: f32, colour: Colour) {
        if let Some(path) = rounded(area, radius) {
            self.fill(&path, colour);
        }
    }

    /// Across, from left to right; crisp.
    pub(super) fn rule(&mut self, (x, y): (f32, f32), length: f32, width: f32, colour: Colour) {
        self.rect(Area { x, y, w: length, h: width }, colour);
    }

    pub(super) fn polyline(&mut self, points: &[(f32, f32)], width: f32, colour: Colour) {
        if let Some(path) = lines(points) {
            self.stroke(&path, width, colour);
        }
    }

    /// Dots with as much room between them.
    pub(super) fn dotted(&mut self, from: (f32, f32), to: (f32, f32), width: f32, colour: Colour) {
        let Some(path) = lines(&[from, to]) else { return };
        let dash = tiny_skia::StrokeDash::new(vec![0.01, width * 3.0], 0.0);
        let stroke = Stroke { width, line_cap: LineCap::Round, dash, ..Stroke::default() };
        self.pixmap.stroke_path(&path, &paint(colour), &stroke, Transform::identity(), None);
    }

    pub(super) fn polygon(&mut self, points: &[(f32, f32)], colour: Colour) {
        let mut builder = PathBuilder::new();
        for (place, (x, y)) in points.iter().enumerate() {
            if place == 0 { builder.move_to(*x, *y) } else { builder.line_to(*x, *y) }
        }
        builder.close();
        if let Some(path) = builder.finish() {
            self.fill(&path, colour);
        }
    }

    pub(super) fn circle(&mut self, (x, y): (f32, f32), radius: f32, colour: Colour) {
        if let Some(path) = PathBuilder::from_circle(x, y, radius) {
            self.fill(&path, colour);
        }
    }

    /// A broken ring: no data.
    pub(super) fn ring(&mut self, (x, y): (f32, f32), radius: f32, colour: Colour) {
        let Some(path) = PathBuilder::from_circle(x, y, radius) else { return };
        let dash = tiny_skia::StrokeDash::new(vec![radius * 0.6, radius * 0.45], 0.0);
        let stroke = Stroke { width: radius * 0.35, dash, ..Stroke::default() };
        self.pixmap.stroke_path(&path, &paint(colour), &stroke, Transform::identity(), None);
    }

    /// Diagonal lines over a rectangle, with an edge: legible without colour.
    pub(super) fn hatch(&mut self, area: Area, colour: Colour) {
        const PERIOD: f32 = 8.0;
        const THICK: f32 = 3.0;
        self.rect(area, WHITE);
        let (width, height) = (self.pixmap.width(), self.pixmap.height());
        let (left, top) = (pixel(area.x, width), pixel(area.y, height));
        let (right, bottom) = (pixel(area.right(), width), pixel(area.bottom(), height));
        for y in top..bottom {
            for x in left..right {
                #[expect(clippy::cast_precision_loss, reason = "a place on a page")]
                let along = ((x + y) as f32 + 0.5) % PERIOD;
                // The distance to the line, at right angles, against half its width.
                let distance = (along - PERIOD / 2.0).abs() * std::f32::consts::FRAC_1_SQRT_2;
                let cover = (THICK / 2.0 * std::f32::consts::FRAC_1_SQRT_2 - distance + 0.5).clamp(0.0, 1.0);
                self.blend((x, y), colour, cover);
            }
        }
        self.frame(area, 0.0, 1.5, colour);
    }

    fn fill(&mut self, path: &Path, colour: Colour) {
        self.pixmap.fill_path(path, &paint(colour), FillRule::Winding, Transform::identity(), None);
    }

    fn stroke(&mut self, path: &Path, width: f32, colour: Colour) {
        let stroke = Stroke { width, line_cap: LineCap::Butt, line_join: LineJoin::Round, ..Stroke::default() };
        self.pixmap.stroke_path(path, &paint(colour), &stroke, Transform::identity(), None);
    }

    fn blend(&mut self, (x, y): (u32, u32), colour: Colour, cover: f32) {
        if cover <= 0.0 || x >= self.pixmap.width() || y >= self.pixmap.height() {
            return;
        }
        let place = (y as usize * self.pixmap.width() as usize + x as usize) * 4;
        let pixel = &mut self.pixmap.data_mut()[place..place + 3];
        for (byte, new) in pixel.iter_mut().zip([colour.0, colour.1, colour.2]) {
            let mixed = f32::from(*byte) + (f32::from(new) - f32::from(*byte)) * cover;
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between two bytes")]
            let mixed = (mixed + 0.5) as u8;
            *byte = mixed;
        }
    }

    /// Draws a text at its line of writing; returns how wide it is.
    pub(super) fn text(&mut self, text: &str, (x, y): (f32, f32), face: Face, colour: Colour, align: Align) -> f32 {
        let (placed, width) = self.fonts.set(text, face);
        let left = match align {
            Align::Left => x,
            Align::Centre => x - width / 2.0,
            Align::Right => x - width,
        };
        let y = y.round();
        for glyph in &placed {
            self.glyph(glyph, (left + glyph.x, y), face.size, colour);
        }
        self.note(text, (left, y, width), face.size, false);
        width
    }

    /// The same within so much room, cut where there is too little.
    pub(super) fn text_in(
        &mut self,
        text: &str,
        at: (f32, f32),
        (face, room): (Face, f32),
        colour: Colour,
        align: Align,
    ) {
        let fitted = self.fonts.fitted(text, face, room);
        self.text(&fitted, at, face, colour, align);
        if fitted != text
            && let Some(last) = self.texts.last_mut()
        {
            last.is_cut = true;
        }
    }

    /// A number within so much room: it gets smaller, it is never cut, since a part of a number is another number.
    pub(super) fn number_in(
        &mut self,
        text: &str,
        at: (f32, f32),
        (face, room): (Face, f32),
        colour: Colour,
        align: Align,
    ) {
        let width = self.fonts.width(text, face);
        let face = if width > room { face.sized(face.size * room / width) } else { face };
        self.text(text, at, face, colour, align);
    }

    fn note(&mut self, text: &str, (x, y, w): (f32, f32, f32), size: f32, is_cut: bool) {
        if !text.is_empty() {
            let area = Area { x, y: y - size * 0.72, w, h: size * 0.72 };
            self.texts.push(TextBox { text: text.to_owned(), area, size, is_cut });
        }
    }

    fn glyph(&mut self, placed: &Placed, (x, y): (f32, f32), size: f32, colour: Colour) {
        let font = self.fonts.font(placed);
        let glyph = placed.glyph.with_scale_and_position(scale(font, size), point(x, y));
        let Some(outlined) = font.outline_glyph(glyph) else { return };
        let bounds = outlined.px_bounds();
        outlined.draw(|column, row, cover| {
            #[expect(clippy::cast_precision_loss, reason = "a place on a page")]
            let at = (bounds.min.x + column as f32, bounds.min.y + row as f32);
            if at.0 >= 0.0 && at.1 >= 0.0 {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not below 0")]
                let at = (at.0 as u32, at.1 as u32);
                self.blend(at, colour, cover.min(1.0));
            }
        });
    }
}

fn of(colour: Colour) -> tiny_skia::Color {
    tiny_skia::Color::from_rgba8(colour.0, colour.1, colour.2, 255)
}

fn paint(colour: Colour) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color(of(colour));
    paint
}

fn shrunk(area: Area, by: f32) -> Area {
    Area { x: area.x + by, y: area.y + by, w: area.w - 2.0 * by, h: area.h - 2.0 * by }
}

fn lines(points: &[(f32, f32)]) -> Option<Path> {
    let mut builder = PathBuilder::new();
    for (place, (x, y)) in points.iter().enumerate() {
        if place == 0 { builder.move_to(*x, *y) } else { builder.line_to(*x, *y) }
    }
    builder.finish()
}

fn rounded(area: Area, radius: f32) -> Option<Path> {
    let rect = Rect::from_xywh(area.x, area.y, area.w, area.h)?;
    if radius <= 0.0 {
        return Some(PathBuilder::from_rect(rect));
    }
    let (left, top, right, bottom) = (rect.left(), rect.top(), rect.right(), rect.bottom());
    // A quarter of a circle by a cubic curve.
    let bend = radius * (1.0 - 0.552_284_8);
    let mut builder = PathBuilder::new();
    builder.move_to(left + radius, top);
    builder.line_to(right - radius, top);
    builder.cubic_to(right - bend, top, right, top + bend, right, top + radius);
    builder.line_to(right, bottom - radius);
    builder.cubic_to(right, bottom - bend, right - bend, bottom, right - radius, bottom);
    builder.line_to(left + radius, bottom);
    builder.cubic_to(left + bend, bottom, left, bottom - bend, left, bottom - radius);
    builder.line_to(left, top + radius);
    builder.cubic_to(left, top + bend, left + bend, top, left + radius, top);
    builder.close();
    builder.finish()
}

/// The pixel that a place lies in, within the page.
fn pixel(place: f32, most: u32) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not below 0, and bounded")]
    let pixel = place.round().max(0.0) as u32;
    pixel.min(most)
}
