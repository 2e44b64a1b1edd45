//! A backend of plotters on our canvas: its coordinates, meshes and series, drawn antialiased.
//!
//! plotters counts in whole units; here one is a sixteenth of a pixel, so that lines stand where they belong. Its own
//! bitmap backend isn't antialiased, and its SVG backend would be read, laid out and drawn a second time.

use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind};
use std::convert::Infallible;

use super::canvas::{Align, Area};
use super::colour::Colour;
use super::font::{Face, Weight};
use super::sheet::Sheet;

/// Units of a pixel.
pub(super) const FINE: i32 = 16;

/// An area of a sheet that plotters draws in.
pub(super) struct Plot<'s, 'c, 'f> {
    pub(super) sheet: &'s mut Sheet<'c, 'f>,
    pub(super) area: Area,
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

fn colour(of: BackendColor) -> Colour {
    Colour(of.rgb.0, of.rgb.1, of.rgb.2)
}

#[expect(clippy::cast_precision_loss, reason = "a place on a page")]
pub(super) fn pixels(units: i32) -> f32 {
    units as f32 / FINE as f32
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a page's size"
)]
pub(super) fn units(pixels: f32) -> u32 {
    (pixels.max(0.0) * FINE as f32) as u32
}

impl Plot<'_, '_, '_> {
    fn at(&self, (x, y): BackendCoord) -> (f32, f32) {
        (self.area.x + pixels(x), self.area.y + pixels(y))
    }

    fn width<S: BackendStyle>(style: &S) -> f32 {
        pixels(i32::try_from(style.stroke_width()).unwrap_or(FINE)).max(1.0)
    }

    fn face<S: BackendTextStyle>(style: &S) -> Face {
        #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "a size of letters")]
        let size = style.size() as f32 / FINE as f32;
        Face::figures(Weight::Medium, size)
    }
}

impl DrawingBackend for Plot<'_, '_, '_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        (units(self.area.w), units(self.area.h))
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, _point: BackendCoord, _colour: BackendColor) -> Drawn {
        // Everything that is drawn here is a path or a text.
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        if style.color().alpha == 0.0 {
            return Ok(());
        }
        let (from, to) = (self.at(from), self.at(to));
        let (of, width) = (colour(style.color()), Self::width(style));
        if (from.1 - to.1).abs() < 0.1 {
            // A line of the mesh: crisp.
            let (left, right) = (from.0.min(to.0), from.0.max(to.0));
            self.sheet.canvas.rule((left, from.1.round()), right - left, width, of);
        } else {
            self.sheet.canvas.polyline(&[from, to], width, of);
        }
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        if style.color().alpha == 0.0 {
            return Ok(());
        }
        let points: Vec<(f32, f32)> = path.into_iter().map(|point| self.at(point)).collect();
        if let [from, to] = points[..]
            && (from.1 - to.1).abs() < 0.1
        {
            let (left, right) = (from.0.min(to.0), from.0.max(to.0));
            self.sheet.canvas.rule((left, from.1.round()), right - left, Self::width(style), colour(style.color()));
        } else {
            self.sheet.canvas.polyline(&points, Self::width(style), colour(style.color()));
        }
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(&mut self, centre: BackendCoord, radius: u32, style: &S, _fill: bool) -> Drawn {
        let radius = pixels(i32::try_from(radius).unwrap_or(FINE));
        let centre = self.at(centre);
        self.sheet.canvas.circle(centre, radius, colour(style.color()));
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, place: BackendCoord) -> Drawn {
        let (x, y) = self.at(place);
        let (face, anchor) = (Self::face(style), style.anchor());
        let align = match anchor.h_pos {
            HPos::Left => Align::Left,
            HPos::Right => Align::Right,
            HPos::Center => Align::Centre,
        };
        let down = match anchor.v_pos {
            VPos::Top => face.size * 0.7,
            VPos::Center => face.size * 0.35,
            VPos::Bottom => 0.0,
        };
        self.sheet.canvas.text(text, (x, y + down), face, colour(style.color()), align);
        Ok(())
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        let face = Self::face(style);
        Ok((units(self.sheet.width(text, face)), units(face.size * 0.7)))
    }
}
