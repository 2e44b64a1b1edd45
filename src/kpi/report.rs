//! Reports: what is printed of a period, read from `dashboards/reports/*.toml`.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use toml::Spanned;

use crate::model::{Day, Period};

use super::catalogue::Catalogue;
use super::fault::{Fault, FaultReason, SourceFile};
use super::figure::Words;
use super::measure::Measure;
use super::scheme::Scheme;
use super::window::{Running, before};

mod plan;
mod schedule;
mod sections;
#[cfg(test)]
mod tests;

pub use plan::{Addressee, Plan};
pub use schedule::{Days, LATE_AFTER_MS, MISSED_MAX, Run, Schedule, ScheduleError, is_late};
pub use sections::{HeadlineOf, ReportSection, SectionKind};

/// Columns of a page's grid.
pub const COLUMNS: u16 = 12;
/// Pages of a report (P-2).
const PAGES_MAX: u16 = 20;
/// Sections of a report (P-2).
const SECTIONS_MAX: usize = 60;
/// Digits of a version: enough to tell any two apart.
const VERSION_DIGITS: usize = 8;

/// Size of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PageFormat {
    /// A4 portrait at 150 dots to the inch.
    A4,
    /// A4 landscape at 150 dots to the inch.
    A4Landscape,
    /// 1920 x 1080, as a screen shows it.
    Screen,
    /// 1080 x 1350, as a phone shows it.
    Phone,
}

impl PageFormat {
    const NAMES: [(&'static str, PageFormat); 4] = [
        ("a4", PageFormat::A4),
        ("a4_landscape", PageFormat::A4Landscape),
        ("1920x1080", PageFormat::Screen),
        ("phone", PageFormat::Phone),
    ];

    /// Width and height in pixels.
    pub fn pixels(self) -> (u32, u32) {
        match self {
            PageFormat::A4 => (1240, 1754),
            PageFormat::A4Landscape => (1754, 1240),
            PageFormat::Screen => (1920, 1080),
            PageFormat::Phone => (1080, 1350),
        }
    }

    /// Rows of its grid.
    pub fn rows(self) -> u16 {
        match self {
            PageFormat::A4 => 40,
            PageFormat::A4Landscape | PageFormat::Phone => 28,
            PageFormat::Screen => 24,
        }
    }
}

/// How long a report's periods are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Every {
    /// A day.
    Day,
    /// An ISO week.
    Week,
    /// A month.
    Month,
    /// A quarter.
    Quarter,
    /// Half a year.
    Half,
    /// A year.
    Year,
}

impl Every {
    const NAMES: [(&'static str, Every); 6] = [
        ("day", Every::Day),
        ("week", Every::Week),
        ("month", Every::Month),
        ("quarter", Every::Quarter),
        ("half", Every::Half),
        ("year", Every::Year),
    ];

    /// The newest of its periods that is over on a day, by a scheme.
    pub fn ended(self, scheme: &Scheme, today: Day) -> Period {
        let running = match self {
            Every::Day => Running::Today,
            Every::Week => Running::Week,
            Every::Month | Every::Half => Running::Month,
            Every::Quarter => Running::Quarter,
            Every::Year => Running::Year,
        };
        let running = scheme.running(running, today);
        let running = match (self, running) {
            (Every::Half, Period::Month(year, month)) => Period::Half(year, if month > 6 { 2 } else { 1 }),
            (_, period) => period,
        };
        before(running)
    }
}

/// What a report is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Its file's name without `.toml`.
    pub id: String,
    /// Title.
    pub title: Words,
    /// What kind of report it is, as it stands before the period.
    pub name: Words,
    /// What stands before the name of a unit of the territory, as its office is called.
    pub office: Words,
    /// Code of its language.
    pub locale: String,
    /// Size of its pages.
    pub format: PageFormat,
    /// How long its periods are.
    pub every: Every,
    /// By which scheme; that of forms when none.
    pub scheme: Option<String>,
    /// When it is made by itself, of whom, and who gets it.
    pub plan: Option<Plan>,
    /// The sections of each page.
    pub pages: Vec<Vec<ReportSection>>,
    /// Names what it was read from.
    pub version: String,
}

impl Report {
    /// All sections.
    pub fn sections(&self) -> impl Iterator<Item = &ReportSection> {
        self.pages.iter().flatten()
    }
}

/// A place on the grid of a page, in cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grid {
    /// First column, from 0.
    pub x: u16,
    /// First row, from 0.
    pub y: u16,
    /// Columns.
    pub w: u16,
    /// Rows.
    pub h: u16,
}

impl Grid {
    fn overlaps(self, other: Grid) -> bool {
        let meet = |from: u16, length: u16, other_from: u16, other_length: u16| {
            u32::from(from) < u32::from(other_from) + u32::from(other_length)
                && u32::from(other_from) < u32::from(from) + u32::from(length)
        };
        meet(self.x, self.w, other.x, other.w) && meet(self.y, self.h, other.y, other.h)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    title: Words,
    name: Words,
    office: Words,
    locale: Spanned<String>,
    format: Spanned<String>,
    every: Spanned<String>,
    scheme: Option<Spanned<String>>,
    schedule: Option<Spanned<plan::PlanForm>>,
    section: Vec<sections::SectionForm>,
}

/// A file that is being read, with the faults found so far.
struct Reading<'a> {
    file: SourceFile<'a>,
    catalogue: &'a Catalogue,
    format: PageFormat,
    faults: &'a mut Vec<Fault>,
}

impl Reading<'_> {
    fn fault(&mut self, span: &Range<usize>, key: &str, reason: FaultReason) {
        self.faults.push(self.file.fault(span, key, reason));
    }

    fn named<T: Copy>(&mut self, word: &Spanned<String>, key: &str, known: &[(&'static str, T)]) -> Option<T> {
        let found = known.iter().find(|(name, _)| name == word.get_ref()).map(|(_, of)| *of);
        if found.is_none() {
            let words = known.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
            let reason = FaultReason::UnknownWord { word: word.get_ref().clone(), words };
            self.fault(&word.span(), key, reason);
        }
        found
    }

    /// The sections by page; none may be left out in between.
    fn pages(&mut self, forms: Vec<sections::SectionForm>) -> Vec<Vec<ReportSection>> {
        let count = forms.len();
        if count == 0 || count > SECTIONS_MAX {
            let reason = FaultReason::TooMany { count, count_max: SECTIONS_MAX };
            self.fault(&(0..0), "section", if count == 0 { FaultReason::Empty } else { reason });
        }
        let mut pages: Vec<Vec<ReportSection>> = Vec::new();
        for form in forms.into_iter().take(SECTIONS_MAX) {
            let (page, id, grid) = (form.page.clone(), form.id.clone(), form.grid.clone());
            let most = (pages.len() + 1).min(usize::from(PAGES_MAX));
            if !(1..=most).contains(&usize::from(*page.get_ref())) {
                let (number, most) = (i64::from(*page.get_ref()), i64::try_from(most).unwrap_or(i64::MAX));
                self.fault(&page.span(), "section.page", FaultReason::Outside { number, least: 1, most });
                continue;
            }
            let Some(section) = self.section(form) else { continue };
            if pages.iter().flatten().any(|other| other.id == section.id) {
                self.fault(&id.span(), "section.id", FaultReason::Twice(section.id.clone()));
            }
            let page = usize::from(*page.get_ref()) - 1;
            if page == pages.len() {
                pages.push(Vec::new());
            }
            if let Some(other) = pages[page].iter().find(|other| other.grid.overlaps(section.grid)) {
                let reason = FaultReason::Overlap(other.id.clone());
                self.fault(&grid.span(), "section.grid", reason);
            }
            pages[page].push(section);
        }
        pages
    }
}

/// Reads a report; its faults are named, and it is none when it can't be read.
pub(super) fn read(file: SourceFile<'_>, catalogue: &Catalogue, faults: &mut Vec<Fault>) -> Option<Report> {
    let form: File = file.read(faults)?;
    let told_before = faults.len();
    let mut reading = Reading { file, catalogue, format: PageFormat::A4, faults };
    let format = reading.named(&form.format, "format", &PageFormat::NAMES);
    reading.format = format.unwrap_or(PageFormat::A4);
    let every = reading.named(&form.every, "every", &Every::NAMES);
    reading.named(&form.locale, "locale", &[("vi", ()), ("en", ())]);
    if let Some(scheme) = form.scheme.as_ref().filter(|scheme| catalogue.schemes().named(scheme.get_ref()).is_none()) {
        let reason = FaultReason::UnknownScheme(scheme.get_ref().clone());
        reading.fault(&scheme.span(), "scheme", reason);
    }
    let plan = form.schedule.and_then(|form| reading.plan(form, every?));
    let pages = reading.pages(form.section);
    let stem = file.name.rsplit(['/', '\\']).next().unwrap_or(file.name);
    let digits: String = Sha256::digest(file.text).iter().map(|byte| format!("{byte:02x}")).collect();
    (faults.len() == told_before).then_some(Report {
        id: stem.strip_suffix(".toml").unwrap_or(stem).to_owned(),
        title: form.title,
        name: form.name,
        office: form.office,
        locale: form.locale.into_inner(),
        format: format?,
        every: every?,
        scheme: form.scheme.map(Spanned::into_inner),
        plan,
        pages,
        version: digits[..VERSION_DIGITS].to_owned(),
    })
}

/// The reports that the program carries, by name.
#[derive(rust_embed::RustEmbed)]
#[folder = "dashboards/reports/"]
struct ReportFiles;

/// Name and text of each.
pub(super) fn own() -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = ReportFiles::iter()
        .filter_map(|name| {
            let file = ReportFiles::get(&name)?;
            Some((format!("dashboards/reports/{name}"), String::from_utf8_lossy(&file.data).into_owned()))
        })
        .collect();
    files.sort();
    files
}

/// A measure or a KPI of the catalogue.
fn headline_of(catalogue: &Catalogue, name: &str) -> Option<HeadlineOf> {
    match Measure::named(name) {
        Some(measure) => Some(HeadlineOf::Measure(measure)),
        None => catalogue.knows(name).then(|| HeadlineOf::Kpi(name.to_owned())),
    }
}
