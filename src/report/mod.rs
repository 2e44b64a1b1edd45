//! Figures in, PNG out: the pages of a report, drawn without a browser.
//!
//! [`compose()`] makes a [`Paper`] of a report's definition and the API's own answers ([`Material`]): every figure exactly
//! and as it is printed. [`Press`] draws a page of it, antialiased, with the fonts that the program carries. Nothing here
//! reads a clock or a file: the same paper gives the same bytes.

mod colour;
mod font;
mod canvas;
mod words;
mod figures;
mod material;
mod compose;
mod sheet;
mod plot;
mod section;
mod press;
mod png;
mod workbook;
#[cfg(test)]
mod tests;

pub use canvas::{Area, TextBox};
pub use compose::compose;
pub use figures::*;
pub use material::*;
pub use press::{DrawnPage, Press};
pub use words::Locale;
pub use workbook::workbook;

/// Why a report can't be drawn.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A font that the program carries is broken.
    #[error("a font that the program carries can't be read")]
    Font,
    /// No page has this size.
    #[error("a page can't have {width} x {height} pixels")]
    Size {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// There are fewer pages.
    #[error("the report has {pages} pages, no page {page}")]
    NoPage {
        /// The page asked for, from 1.
        page: usize,
        /// How many there are.
        pages: usize,
    },
    /// The workbook can't be written.
    #[error("the workbook can't be written")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    /// The file can't be written.
    #[error("a page can't be written as a file")]
    File(#[from] ::png::EncodingError),
    /// An answer isn't as it is known.
    #[error("an answer can't be read as a report's figures")]
    Material(#[from] serde_json::Error),
}
