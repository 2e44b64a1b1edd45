//! The two families of reports and walls: what a text measures, and its glyphs.
//!
//! Words are Be Vietnam Pro, which comes in three parts by script; figures are Archivo, whose digits are all of one
//! width, for the signs of a figure only (SCREENS.md, 1). Both are under the SIL Open Font License.

use ab_glyph::{Font, FontRef, GlyphId, PxScale};

use super::ReportError;

macro_rules! font {
    ($name:literal) => {
        include_bytes!(concat!("../../dashboards/fonts/", $name, ".ttf"))
    };
}

type Files = [&'static [u8]; 4];

/// Of each weight: the three parts of the words, then the figures.
const FILES: [Files; 3] = [
    [
        font!("be-vietnam-pro-latin-500"),
        font!("be-vietnam-pro-vietnamese-500"),
        font!("be-vietnam-pro-latin-ext-500"),
        font!("archivo-latin-500"),
    ],
    [
        font!("be-vietnam-pro-latin-600"),
        font!("be-vietnam-pro-vietnamese-600"),
        font!("be-vietnam-pro-latin-ext-600"),
        font!("archivo-latin-600"),
    ],
    [
        font!("be-vietnam-pro-latin-700"),
        font!("be-vietnam-pro-vietnamese-700"),
        font!("be-vietnam-pro-latin-ext-700"),
        font!("archivo-latin-700"),
    ],
];

/// The signs that a figure is written with.
const FIGURE_SIGNS: &str = "0123456789%+,-.:−–/";
/// What stands for a text that had no room.
const ELLIPSIS: char = '…';

/// How heavy letters are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    /// 500.
    Medium,
    /// 600.
    Semi,
    /// 700.
    Bold,
}

/// Which family stands first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    /// Words, with the digits of prose.
    Words,
    /// Figures; letters among them are those of words.
    Figures,
}

/// How a text is set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Face {
    pub(super) family: Family,
    pub(super) weight: Weight,
    /// Of an em, in pixels.
    pub(super) size: f32,
    /// Between letters, in em.
    pub(super) tracking: f32,
}

impl Face {
    /// Words of a weight and size.
    pub(super) const fn words(weight: Weight, size: f32) -> Face {
        Face { family: Family::Words, weight, size, tracking: 0.0 }
    }

    /// Figures of a weight and size; large ones are set closer.
    pub(super) fn figures(weight: Weight, size: f32) -> Face {
        Face { family: Family::Figures, weight, size, tracking: if size >= 40.0 { -0.02 } else { 0.0 } }
    }

    /// The same in another size.
    pub(super) fn sized(self, size: f32) -> Face {
        Face { size, ..self }
    }
}

/// A glyph with where it stands from the beginning of its text, in pixels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed {
    pub(super) weight: usize,
    pub(super) part: usize,
    pub(super) glyph: GlyphId,
    pub(super) x: f32,
}

/// The parsed fonts.
pub(super) struct Fonts {
    weights: Vec<Vec<FontRef<'static>>>,
}

impl Fonts {
    /// Those that the program carries.
    pub(super) fn embedded() -> Result<Fonts, ReportError> {
        let parsed = FILES.iter().map(|files| files.iter().map(|file| FontRef::try_from_slice(file)).collect());
        let weights: Result<Vec<Vec<FontRef<'static>>>, _> = parsed.collect();
        weights.map(|weights| Fonts { weights }).map_err(|_| ReportError::Font)
    }

    /// The font of a placed glyph.
    pub(super) fn font(&self, placed: &Placed) -> &FontRef<'static> {
        &self.weights[placed.weight][placed.part]
    }

    /// Glyphs and width of a text.
    pub(super) fn set(&self, text: &str, face: Face) -> (Vec<Placed>, f32) {
        let weight = face.weight as usize;
        let mut placed = Vec::with_capacity(text.len());
        let mut x = 0.0;
        for sign in text.chars() {
            let (part, glyph) = self.glyph(sign, face.family, weight);
            let font = &self.weights[weight][part];
            placed.push(Placed { weight, part, glyph, x });
            x += font.h_advance_unscaled(glyph) * em(font, face.size) + face.tracking * face.size;
        }
        (placed, x)
    }

    /// How wide a text is, in pixels.
    pub(super) fn width(&self, text: &str, face: Face) -> f32 {
        let weight = face.weight as usize;
        let advance = |sign: char| {
            let (part, glyph) = self.glyph(sign, face.family, weight);
            let font = &self.weights[weight][part];
            font.h_advance_unscaled(glyph) * em(font, face.size) + face.tracking * face.size
        };
        text.chars().map(advance).sum()
    }

    fn glyph(&self, sign: char, family: Family, weight: usize) -> (usize, GlyphId) {
        let fonts = &self.weights[weight];
        if family == Family::Figures && FIGURE_SIGNS.contains(sign) {
            return (3, fonts[3].glyph_id(sign));
        }
        let known = |part: usize| Some((part, fonts[part].glyph_id(sign))).filter(|(_, glyph)| glyph.0 != 0);
        (0..fonts.len()).find_map(known).unwrap_or((0, fonts[0].glyph_id('?')))
    }

    /// The text, or as much of it as has room, with an ellipsis.
    pub(super) fn fitted(&self, text: &str, face: Face, room: f32) -> String {
        if self.width(text, face) <= room {
            return text.to_owned();
        }
        let mut kept: Vec<char> = text.chars().collect();
        while kept.pop().is_some() {
            while kept.last().is_some_and(|sign| sign.is_whitespace() || ",;:·".contains(*sign)) {
                kept.pop();
            }
            let short: String = kept.iter().chain([&ELLIPSIS]).collect();
            if self.width(&short, face) <= room {
                return short;
            }
        }
        String::new()
    }
}

/// Pixels of a font's unit.
fn em(font: &FontRef<'_>, size: f32) -> f32 {
    size / font.units_per_em().unwrap_or(1_000.0)
}

/// What the rasteriser calls the size: the height from the highest to the deepest.
pub(super) fn scale(font: &FontRef<'_>, size: f32) -> PxScale {
    PxScale::from(font.height_unscaled() * em(font, size))
}
