//! Whether a figure on a screen can be read from where people sit.

use serde::Serialize;

/// Size of the smallest figure of the second rank (`fig2`), in parts of the page's unit; upright it is larger.
const FIGURE: f64 = 82.0;
const FIGURE_UPRIGHT: f64 = 88.0;
/// Height of a digit in parts of its font size.
const DIGIT_EM: f64 = 0.686;
/// A height is read with ease from so many times its length.
const EASY: f64 = 200.0;
const MM_PER_INCH: f64 = 25.4;
/// The page that all sizes are made for, in pixels: its long side and its short one.
const LONG: f64 = 1920.0;
const SHORT: f64 = 1080.0;

/// The height of a figure of the second rank on a screen, and the one that its distance asks for; in millimetres.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Reading {
    /// As it is.
    pub figure_mm: f64,
    /// As it should be at the least.
    pub needed_mm: f64,
    /// Whether it is.
    pub is_enough: bool,
}

impl Reading {
    /// Of a screen of so many pixels and inches across, seen from so many metres. None for a screen without size.
    pub fn of((width, height): (u32, u32), diagonal_inch: f64, distance_m: f64) -> Option<Reading> {
        if width == 0 || height == 0 {
            return None;
        }
        let (width, height) = (f64::from(width), f64::from(height));
        let is_upright = width <= height;
        let unit = if is_upright { (width / SHORT).min(height / LONG) } else { (width / LONG).min(height / SHORT) };
        let mm_per_pixel = diagonal_inch * MM_PER_INCH / width.hypot(height);
        let figure = if is_upright { FIGURE_UPRIGHT } else { FIGURE };
        let figure_mm = figure * DIGIT_EM * unit * mm_per_pixel;
        let needed_mm = distance_m * 1_000.0 / EASY;
        Some(Reading { figure_mm, needed_mm, is_enough: figure_mm >= needed_mm })
    }
}
