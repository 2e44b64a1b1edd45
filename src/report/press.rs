//! One page: its frame, the grid, and each section in its place.

use crate::kpi::report::{COLUMNS, Grid, PageFormat};

use super::ReportError;
use super::canvas::{Align, Area, Canvas, TextBox};
use super::colour::{INK, INK2, INK3, LINE};
use super::figures::{Heading, Paper, Section};
use super::font::{Fonts, Weight};
use super::png;
use super::section;
use super::sheet::Sheet;
use super::words::moment;

/// Draws pages. It holds the fonts, so that one serves all.
pub struct Press {
    fonts: Fonts,
}

/// A page as it is handed out.
#[derive(Debug)]
pub struct DrawnPage {
    /// The file.
    pub png: Vec<u8>,
    /// Width and height in pixels.
    pub size: (u32, u32),
    /// Its pixels, row by row, three bytes each.
    pub pixels: Vec<u8>,
    /// Where each text stands.
    pub texts: Vec<TextBox>,
}

/// Room and sizes of a format.
struct Measure {
    /// At the sides, above, below.
    margins: (f32, f32, f32),
    /// How much larger sections are than on A4.
    k: f32,
    /// How much larger head and foot are.
    frame_k: f32,
    /// Between columns and rows of sections.
    gaps: (f32, f32),
}

fn measure(format: PageFormat) -> Measure {
    match format {
        PageFormat::A4 => Measure { margins: (70.0, 62.0, 46.0), k: 1.0, frame_k: 1.0, gaps: (40.0, 26.0) },
        PageFormat::A4Landscape => Measure { margins: (70.0, 52.0, 40.0), k: 1.0, frame_k: 1.0, gaps: (40.0, 24.0) },
        PageFormat::Screen => Measure { margins: (56.0, 36.0, 24.0), k: 1.0, frame_k: 1.0, gaps: (44.0, 22.0) },
        PageFormat::Phone => Measure { margins: (48.0, 44.0, 30.0), k: 1.32, frame_k: 1.22, gaps: (30.0, 24.0) },
    }
}

/// Heights of head and foot on A4.
const HEAD: f32 = 132.0;
const FOOT: f32 = 64.0;

impl Press {
    /// With the fonts that the program carries.
    ///
    /// # Errors
    /// When one of them is broken.
    pub fn new() -> Result<Press, ReportError> {
        Ok(Press { fonts: Fonts::embedded()? })
    }

    /// Draws a page, from 1.
    ///
    /// # Errors
    /// When there is no such page, or it can't be made.
    pub fn page(&self, paper: &Paper, page: usize) -> Result<DrawnPage, ReportError> {
        let pages = paper.pages.len();
        let no_page = || ReportError::NoPage { page, pages };
        let sections = page.checked_sub(1).and_then(|place| paper.pages.get(place)).ok_or_else(no_page)?;
        let size = paper.format.pixels();
        let mut canvas = Canvas::new(size, &self.fonts)?;
        let body = frame(&mut canvas, paper, page);
        let measure = measure(paper.format);
        for placed in sections {
            let area = cell(body, placed.grid, paper.format, measure.gaps);
            let mut sheet = Sheet { canvas: &mut canvas, k: measure.k, locale: paper.locale };
            section::draw(&mut sheet, &placed.section, area);
        }
        let is_paper = matches!(paper.format, PageFormat::A4 | PageFormat::A4Landscape);
        let pixels = canvas.pixels();
        let png = png::encode(&pixels, size, is_paper)?;
        Ok(DrawnPage { png, size, pixels, texts: canvas.texts })
    }
}

/// Where a section stands, without the gaps beside it.
fn cell(body: Area, grid: Grid, format: PageFormat, (across, down): (f32, f32)) -> Area {
    let (column, row) = ((body.w + across) / f32::from(COLUMNS), (body.h + down) / f32::from(format.rows()));
    Area {
        x: body.x + f32::from(grid.x) * column,
        y: body.y + f32::from(grid.y) * row,
        w: f32::from(grid.w) * column - across,
        h: f32::from(grid.h) * row - down,
    }
}

/// Draws head and foot; what is left between them.
fn frame(canvas: &mut Canvas<'_>, paper: &Paper, page: usize) -> Area {
    let Measure { margins: (side, top, bottom), frame_k, .. } = measure(paper.format);
    let (width, height) = paper.format.pixels();
    #[expect(clippy::cast_precision_loss, reason = "a page")]
    let (width, height) = (width as f32, height as f32);
    let mut sheet = Sheet { canvas, k: frame_k, locale: paper.locale };
    let area = Area { x: side, y: top, w: width - 2.0 * side, h: height - top - bottom };
    let head = head(&mut sheet, &paper.heading, area, (page, paper));
    let foot = sheet.px(FOOT);
    foot_of(&mut sheet, &paper.heading, Area { y: area.bottom() - foot, h: foot, ..area }, (page, paper.pages.len()));
    Area { y: area.y + head, h: area.h - head - foot - sheet.px(10.0), ..area }
}

/// The office, the title, the period; when it was made, which page it is.
fn head(sheet: &mut Sheet<'_, '_>, heading: &Heading, area: Area, (page, paper): (usize, &Paper)) -> f32 {
    let locale = paper.locale;
    let (is_phone, pages) = (paper.format == PageFormat::Phone, paper.pages.len());
    let right = if is_phone { 0.0 } else { sheet.px(330.0) };
    let room = area.w - right;
    let office = sheet.words(Weight::Semi, 19.0);
    let demo = if heading.demo { sheet.px(270.0) } else { 0.0 };
    let office_room = if is_phone { area.w - demo } else { room };
    let baseline = |pixels: f32| area.y + pixels;
    sheet.canvas.text_in(&heading.office, (area.x, baseline(sheet.px(16.0))), (office, office_room), INK3, Align::Left);
    let title = sheet.words(Weight::Bold, 42.0);
    sheet.canvas.text_in(&heading.title, (area.x, baseline(sheet.px(64.0))), (title, room), INK, Align::Left);
    let subtitle = sheet.words(Weight::Medium, 23.0);
    sheet.canvas.text_in(&heading.subtitle, (area.x, baseline(sheet.px(100.0))), (subtitle, room), INK2, Align::Left);
    if heading.demo {
        let text = locale.either("DEMO · SỐ LIỆU MẪU", "DEMO · SAMPLE DATA");
        let face = sheet.words(Weight::Bold, 17.0);
        let width = sheet.width(text, face) + sheet.px(24.0);
        let plate = Area { x: area.right() - width, y: area.y - sheet.px(8.0), w: width, h: sheet.px(30.0) };
        sheet.canvas.frame(plate, sheet.px(5.0), 2.0, INK);
        sheet.canvas.text(text, (plate.x + sheet.px(12.0), plate.y + sheet.px(21.5)), face, INK, Align::Left);
    }
    let word = match heading.is_late {
        false => locale.either("lập lúc", "made at"),
        true => locale.either("lập muộn lúc", "made late at"),
    };
    let made = format!("{word} {}", moment(&heading.as_of, true));
    let number = format!("{} {page}/{pages}", locale.either("trang", "page"));
    let face = sheet.words(Weight::Medium, 18.0);
    let height = if is_phone {
        let line = format!("{made} · {number} · {}", heading.standing);
        sheet.canvas.text_in(&line, (area.x, baseline(sheet.px(129.0))), (face, area.w), INK2, Align::Left);
        sheet.px(HEAD + 26.0)
    } else {
        let mut right = |text: &str, y: f32| {
            let at = (area.right(), baseline(sheet.px(y)));
            sheet.canvas.text_in(text, at, (face, right - sheet.px(10.0)), INK2, Align::Right);
        };
        right(&made, 48.0);
        right(&heading.standing, 74.0);
        right(&number, 100.0);
        sheet.px(HEAD)
    };
    let thick = sheet.px(4.0);
    sheet.canvas.rule((area.x, area.y + height - sheet.px(14.0)), area.w, thick, INK);
    height + sheet.px(10.0)
}

/// Whose, which report, which record; versions and late sources.
fn foot_of(sheet: &mut Sheet<'_, '_>, heading: &Heading, area: Area, (page, pages): (usize, usize)) {
    let locale = sheet.locale;
    sheet.canvas.rule((area.x, area.y + sheet.px(8.0)), area.w, 1.0, LINE);
    let face = sheet.words(Weight::Medium, 17.0);
    let rest = format!(
        ", {} {} · {} {} · {}",
        locale.either("mã", "code"),
        heading.unit,
        heading.report,
        heading.period,
        heading.standing
    );
    let record = locale.count(i64::try_from(heading.seq).unwrap_or(i64::MAX));
    let place =
        format!("{} {record} · {} {page}/{pages}", locale.either("bản ghi", "record"), locale.either("trang", "page"));
    let place_width = sheet.width(&place, face);
    let first = area.y + sheet.px(32.0);
    sheet.canvas.text(&place, (area.right(), first), face, INK3, Align::Right);
    let room = area.w - place_width - sheet.px(24.0);
    // A name too long is cut short; code, period and standing never are.
    let name = sheet.canvas.fonts.fitted(&heading.name, face, (room - sheet.width(&rest, face)).max(0.0));
    sheet.canvas.text_in(&format!("{name}{rest}"), (area.x, first), (face, room), INK3, Align::Left);
    let second = area.y + sheet.px(56.0);
    let mut used = 0.0;
    let of = |name: &str, sources: &[String]| (!sources.is_empty()).then(|| format!("{name}: {}", sources.join(", ")));
    let late = of(locale.either("nguồn muộn", "late sources"), &heading.late);
    let old = of(locale.either("đang nạp dữ liệu cũ", "backfill in progress"), &heading.backfill);
    let late: Vec<String> = late.into_iter().chain(old).collect();
    if !late.is_empty() {
        let late = late.join(" · ");
        let bold = sheet.words(Weight::Bold, 17.0);
        let fitted = sheet.canvas.fonts.fitted(&late, bold, area.w * 0.45);
        used = sheet.canvas.text(&fitted, (area.right(), second), bold, INK2, Align::Right) + sheet.px(22.0);
        let size = sheet.px(13.0);
        let sign = Area { x: area.right() - used, y: second - size, w: size, h: size };
        sheet.canvas.hatch(sign, INK2);
        used += sheet.px(20.0);
    }
    let versions = (area.x, second);
    sheet.canvas.text_in(&heading.versions, versions, (face, area.w - used), INK3, Align::Left);
}

/// Whether a section has anything to show.
pub(super) fn is_empty(section: &Section) -> bool {
    matches!(section, Section::Text { title, paragraphs } if title.is_empty() && paragraphs.is_empty())
}
