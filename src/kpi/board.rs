//! Boards: what stands on a wall, read from `dashboards/boards/*.toml`.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::catalogue::{Catalogue, Kpi};
use super::fault::{Fault, FaultReason, SourceFile};
use super::figure::Words;
use super::measure::Measure;
use super::window::{Running, WindowChoice};

mod kind;
mod layout;
mod reports;
#[cfg(test)]
mod tests;

use kind::FORM;
pub use kind::{PanelKind, RowsBy, StackOf};
use layout::{COLUMNS, LayoutsForm};
pub use layout::{Grid, Layouts, Places};

/// A board is a page, not a list.
const PANELS_MAX: usize = 24;
/// Without a window of its own a board shows the year to date.
const WINDOW_DEFAULT: WindowChoice = WindowChoice::Running(Running::Year);
/// Without a limit of its own a source is stale after an hour.
const STALE_AFTER_S_DEFAULT: u32 = 3_600;

/// The page of a wall.
#[derive(Clone, Debug, PartialEq)]
pub struct Board {
    /// Its file's name without `.toml`.
    pub id: String,
    /// Title.
    pub title: Words,
    /// The window of its panels.
    pub window: WindowChoice,
    /// Names and limits of sources.
    pub sources: BTreeMap<String, Source>,
    /// Panels, in reading order.
    pub panels: Vec<Panel>,
    /// Whether a grave alert may take it over: off, since guests may be in the room.
    pub takeover: bool,
    /// Where they stand on other screens than 16:9.
    pub layouts: Layouts,
}

/// The tile of what takes a board over; no panel has this id.
pub const TAKEOVER_TILE: &str = "takeover";

/// What a board knows of a source.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// What people call it.
    pub name: Words,
    /// From when on its silence is stale, in seconds.
    pub stale_after_s: Option<u32>,
}

/// How large the figure of a panel is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Size {
    /// The one figure of the board.
    Hero,
    /// Second rank.
    Fig1,
    /// Counts.
    Fig2,
    /// It stands in the header.
    Header,
    /// It stands in the footer.
    Footer,
}

/// A line of a trend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub enum Series {
    /// A measure, by week.
    Measure(Measure),
    /// A KPI, by week.
    Kpi(String),
}

impl From<Series> for String {
    fn from(series: Series) -> String {
        match series {
            Series::Measure(measure) => measure.name().to_owned(),
            Series::Kpi(id) => id,
        }
    }
}

/// One panel of a board; its id is its tile's.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Panel {
    /// Id within the board.
    pub id: String,
    /// What it shows.
    pub kind: PanelKind,
    /// Of which KPI.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kpi: Option<String>,
    /// Title.
    pub title: Words,
    /// Where; none: in the header or the footer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grid: Option<Grid>,
    /// How large.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
    /// With a line of 26 weeks.
    pub sparkline: bool,
    /// From when on the silence of its sources is stale, in seconds.
    pub stale_after_s: u32,
    /// Which sources feed it; none named: all that are known.
    pub sources: Vec<String>,
    /// The lines of a trend, the columns of a table, the figures of counts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub series: Vec<Series>,
    /// By what its rows are; none: it has no rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<RowsBy>,
    /// Of what a stack is made.
    #[serde(skip_serializing_if = "is_default")]
    pub of: StackOf,
    /// A KPI of resolved dossiers with early, on the day and late below it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub stack: bool,
    /// A trend of rates with the year before.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub last_year: bool,
    /// An index with all its criteria.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub tree: bool,
    /// What a text says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<Words>,
    /// Within which category a ranking ranks; none, or without a sub-unit of it: the one with most
    /// sub-units, territorial ones first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// The rows of indicators.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub indicators: Vec<String>,
    /// The index of an index panel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<String>,
    /// Its own window.
    #[serde(skip)]
    pub window: Option<WindowChoice>,
}

fn is_default(of: &StackOf) -> bool {
    *of == StackOf::default()
}

impl Board {
    /// The window of one of its panels.
    pub fn window_of(&self, panel: &Panel) -> WindowChoice {
        panel.window.unwrap_or(self.window)
    }

    /// Whether the board or one of its panels names a source.
    pub fn names_source(&self, source: &str) -> bool {
        self.sources.contains_key(source) || self.panels.iter().any(|panel| panel.sources.iter().any(|id| id == source))
    }

    /// From when on a source is stale, in seconds.
    pub fn source_stale_after_s(&self, source: &str) -> u32 {
        self.sources.get(source).and_then(|source| source.stale_after_s).unwrap_or(STALE_AFTER_S_DEFAULT)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BoardForm {
    id: Option<Spanned<String>>,
    title: Words,
    window: Option<Spanned<String>>,
    stale_after_s: Option<u32>,
    #[serde(default, rename = "source")]
    sources: BTreeMap<String, Source>,
    #[serde(default)]
    takeover: bool,
    #[serde(rename = "panel")]
    panels: Vec<PanelForm>,
    #[serde(default)]
    layout: LayoutsForm,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PanelForm {
    id: Spanned<String>,
    kind: Spanned<String>,
    kpi: Option<Spanned<String>>,
    title: Words,
    grid: Option<Spanned<Grid>>,
    size: Option<Size>,
    #[serde(default)]
    sparkline: bool,
    stale_after_s: Option<u32>,
    #[serde(default)]
    sources: Vec<String>,
    #[serde(default)]
    series: Vec<Spanned<String>>,
    by: Option<Spanned<RowsBy>>,
    #[serde(default)]
    of: StackOf,
    #[serde(default)]
    stack: bool,
    #[serde(default)]
    last_year: bool,
    #[serde(default)]
    tree: bool,
    text: Option<Words>,
    category: Option<String>,
    #[serde(default)]
    indicators: Vec<Spanned<String>>,
    index: Option<Spanned<String>>,
    window: Option<Spanned<String>>,
}

/// A file that is being read, with the faults found so far.
struct Reading<'a> {
    file: SourceFile<'a>,
    catalogue: &'a Catalogue,
    faults: &'a mut Vec<Fault>,
}

/// Reads a board; its faults are named, and it is none when it can't be read at all.
pub(super) fn read(file: SourceFile<'_>, catalogue: &Catalogue, faults: &mut Vec<Fault>) -> Option<Board> {
    let form: BoardForm = file.read(faults)?;
    let mut reading = Reading { file, catalogue, faults };
    let stem = file.name.rsplit(['/', '\\']).next().unwrap_or(file.name);
    let id = stem.strip_suffix(".toml").unwrap_or(stem).to_owned();
    if let Some(given) = form.id.filter(|given| *given.get_ref() != id) {
        reading.fault(&given.span(), "id", FaultReason::NotTheFile(given.get_ref().clone()));
    }
    let count = form.panels.len();
    if count > PANELS_MAX {
        reading.fault(&(0..0), "panel", FaultReason::TooMany { count, count_max: PANELS_MAX });
    }
    let window = form.window.as_ref().and_then(|window| reading.window(window, "window")).unwrap_or(WINDOW_DEFAULT);
    let stale_after_s = form.stale_after_s.unwrap_or(STALE_AFTER_S_DEFAULT);
    // One that can't be read has been told of: a layout that names it adds no fault.
    let named: BTreeSet<String> = form.panels.iter().map(|panel| panel.id.get_ref().clone()).collect();
    let mut panels: Vec<Panel> = Vec::new();
    for form in form.panels.into_iter().take(PANELS_MAX) {
        let (id, grid) = (form.id.clone(), form.grid.as_ref().map(Spanned::span));
        let Some(panel) = reading.panel(form, stale_after_s) else { continue };
        for other in &panels {
            if other.id == panel.id {
                reading.fault(&id.span(), "panel.id", FaultReason::Twice(panel.id.clone()));
            }
            if let (Some(span), Some(grid), Some(taken)) = (&grid, panel.grid, other.grid)
                && grid.overlaps(taken)
            {
                reading.fault(span, "panel.grid", FaultReason::Overlap(other.id.clone()));
            }
        }
        panels.push(panel);
    }
    let layouts = reading.layouts(form.layout, &named);
    Some(Board { id, title: form.title, window, sources: form.sources, panels, takeover: form.takeover, layouts })
}

impl Reading<'_> {
    fn fault(&mut self, span: &Range<usize>, key: &str, reason: FaultReason) {
        self.faults.push(self.file.fault(span, key, reason));
    }

    fn window(&mut self, text: &Spanned<String>, key: &str) -> Option<WindowChoice> {
        text.get_ref().parse().map_err(|error| self.fault(&text.span(), key, FaultReason::Window(error))).ok()
    }

    fn panel(&mut self, form: PanelForm, stale_after_s: u32) -> Option<Panel> {
        let Some(kind) = PanelKind::named(form.kind.get_ref()) else {
            let kind = form.kind.get_ref().clone();
            let reason = if kind == FORM { FaultReason::NotOnAWall(kind) } else { FaultReason::UnknownKind(kind) };
            self.fault(&form.kind.span(), "panel.kind", reason);
            return None;
        };
        if form.id.get_ref().is_empty() {
            self.fault(&form.id.span(), "panel.id", FaultReason::Empty);
        }
        if form.id.get_ref() == TAKEOVER_TILE {
            self.fault(&form.id.span(), "panel.id", FaultReason::Reserved(TAKEOVER_TILE));
        }
        self.check_kpi(&form, kind);
        if let Some(grid) = &form.grid {
            self.check_grid(grid, COLUMNS, "panel.grid");
        }
        let series = self.series(&form, kind);
        let indicators = self.indicators(&form, kind);
        let index = self.index(&form, kind);
        self.check_rows(&form, kind);
        let window = form.window.as_ref().and_then(|window| self.window(window, "panel.window"));
        Some(Panel {
            id: form.id.into_inner(),
            kind,
            kpi: form.kpi.map(Spanned::into_inner),
            title: form.title,
            grid: form.grid.map(Spanned::into_inner),
            size: form.size,
            sparkline: form.sparkline,
            stale_after_s: form.stale_after_s.unwrap_or(stale_after_s),
            sources: form.sources,
            series,
            by: form.by.map(Spanned::into_inner),
            of: form.of,
            stack: form.stack,
            last_year: form.last_year,
            tree: form.tree,
            text: form.text,
            category: form.category,
            indicators,
            index,
            window,
        })
    }

    fn is_ratio(&self, kpi: &str) -> bool {
        self.catalogue.versions(kpi).iter().all(Kpi::is_ratio)
    }

    fn check_kpi(&mut self, form: &PanelForm, kind: PanelKind) {
        match &form.kpi {
            Some(kpi) if !self.catalogue.knows(kpi.get_ref()) => {
                self.fault(&kpi.span(), "panel.kpi", FaultReason::UnknownKpi(kpi.get_ref().clone()));
            }
            Some(kpi) if !self.is_ratio(kpi.get_ref()) => {
                self.fault(&kpi.span(), "panel.kpi", FaultReason::NotARatio(kpi.get_ref().clone()));
            }
            None if kind.needs_kpi() => {
                self.fault(&form.id.span(), "panel.kpi", FaultReason::Missing("a panel of this kind"))
            }
            _ => {}
        }
    }

    /// A panel that can't do without rows or a text has them.
    fn check_rows(&mut self, form: &PanelForm, kind: PanelKind) {
        if kind == PanelKind::Text && form.text.is_none() {
            self.fault(&form.id.span(), "panel.text", FaultReason::Missing("a panel of this kind"));
        }
        // What was resolved is kept by unit and day, not by field: a wall would count all dossiers at every change.
        if let Some(by) = &form.by
            && kind == PanelKind::Stack
            && *by.get_ref() == RowsBy::Field
        {
            let reason = FaultReason::UnknownWord { word: "field".to_owned(), words: "unit".to_owned() };
            self.fault(&by.span(), "panel.by", reason);
        }
    }

    fn series(&mut self, form: &PanelForm, kind: PanelKind) -> Vec<Series> {
        let count = form.series.len();
        if count == 0 && kind.needs_series() {
            self.fault(&form.id.span(), "panel.series", FaultReason::Missing("a panel of this kind"));
        }
        let count_max = kind.series_max();
        if count > count_max {
            let reason = FaultReason::TooMany { count, count_max };
            self.fault(&form.id.span(), "panel.series", reason);
        }
        let mut series = Vec::new();
        for name in form.series.iter().take(count_max) {
            let id = name.get_ref();
            match Measure::named(id) {
                Some(measure) => series.push(Series::Measure(measure)),
                None if kind == PanelKind::Counts => {
                    self.fault(&name.span(), "panel.series", FaultReason::UnknownMeasure(id.clone()));
                }
                None if self.catalogue.knows(id) && !self.is_ratio(id) => {
                    self.fault(&name.span(), "panel.series", FaultReason::NotARatio(id.clone()));
                }
                None if self.catalogue.knows(id) => series.push(Series::Kpi(id.clone())),
                None => self.fault(&name.span(), "panel.series", FaultReason::UnknownSeries(id.clone())),
            }
        }
        series
    }
}
