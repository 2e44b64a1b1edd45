//! The sections of a report's file.

use serde::Deserialize;
use toml::Spanned;

use crate::kpi::catalogue::Kpi;
use crate::kpi::fault::FaultReason;
use crate::kpi::figure::Words;
use crate::kpi::measure::Measure;

use super::{COLUMNS, Grid, Reading, headline_of};

/// Figures of a headline.
const FIGURES_MAX: usize = 12;
/// Rows of a list, and points of a trend.
const ROWS_MAX: i64 = 60;

/// A kind of section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SectionKind {
    /// Two sentences that say the result.
    Result,
    /// Large figures.
    Headline,
    /// A KPI or a measure period after period, with the year before.
    Trend,
    /// Early, on the day, late by field.
    Stack,
    /// Sub-units by a KPI from the target line; fields where there are none.
    Ranking,
    /// Sub-units where they lie; periods as a table where there are none.
    Tilemap,
    /// An index by its groups.
    Index,
    /// The criteria of an index.
    Criteria,
    /// An official form.
    Form,
    /// A KPI against its path.
    Progress,
    /// Sub-units with counts; fields where there are none.
    Units,
    /// Sources and quality.
    Notes,
    /// How the figures of the report are made.
    Definitions,
    /// Free text.
    Text,
}

impl SectionKind {
    const NAMES: [(&'static str, SectionKind); 14] = [
        ("result", SectionKind::Result),
        ("headline", SectionKind::Headline),
        ("trend", SectionKind::Trend),
        ("stack", SectionKind::Stack),
        ("ranking", SectionKind::Ranking),
        ("tilemap", SectionKind::Tilemap),
        ("index766", SectionKind::Index),
        ("criteria", SectionKind::Criteria),
        ("form", SectionKind::Form),
        ("progress", SectionKind::Progress),
        ("units", SectionKind::Units),
        ("notes", SectionKind::Notes),
        ("definitions", SectionKind::Definitions),
        ("text", SectionKind::Text),
    ];
}

/// A figure that a section is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeadlineOf {
    /// A measure.
    Measure(Measure),
    /// A KPI.
    Kpi(String),
}

impl HeadlineOf {
    /// Its name in answers.
    pub fn id(&self) -> &str {
        match self {
            HeadlineOf::Measure(measure) => measure.name(),
            HeadlineOf::Kpi(id) => id,
        }
    }
}

/// One section of a report.
#[derive(Clone, Debug, PartialEq)]
pub struct ReportSection {
    /// Id within the report.
    pub id: String,
    /// What it shows.
    pub kind: SectionKind,
    /// Where on its page.
    pub grid: Grid,
    /// Its own title.
    pub title: Option<Words>,
    /// What it is about.
    pub of: Vec<HeadlineOf>,
    /// Id of an index or a form.
    pub source: Option<String>,
    /// Free text.
    pub text: Option<Words>,
    /// Rows or points at most.
    pub rows: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SectionForm {
    pub(super) id: Spanned<String>,
    pub(super) page: Spanned<u16>,
    kind: Spanned<String>,
    pub(super) grid: Spanned<Grid>,
    title: Option<Words>,
    #[serde(default)]
    figures: Vec<Spanned<String>>,
    kpi: Option<Spanned<String>>,
    index: Option<Spanned<String>>,
    form: Option<Spanned<String>>,
    text: Option<Words>,
    rows: Option<Spanned<i64>>,
}

impl Reading<'_> {
    pub(super) fn section(&mut self, form: SectionForm) -> Option<ReportSection> {
        let kind = self.named(&form.kind, "section.kind", &SectionKind::NAMES)?;
        if form.id.get_ref().is_empty() {
            self.fault(&form.id.span(), "section.id", FaultReason::Empty);
        }
        self.check_grid(&form.grid);
        let of = self.figures(&form, kind);
        let source = self.source(&form, kind);
        if kind == SectionKind::Text && form.text.is_none() {
            self.fault(&form.id.span(), "section.text", FaultReason::Missing("a section of this kind"));
        }
        if let Some(rows) = form.rows.as_ref().filter(|rows| !(1..=ROWS_MAX).contains(rows.get_ref())) {
            let reason = FaultReason::Outside { number: *rows.get_ref(), least: 1, most: ROWS_MAX };
            self.fault(&rows.span(), "section.rows", reason);
        }
        Some(ReportSection {
            id: form.id.into_inner(),
            kind,
            grid: form.grid.into_inner(),
            title: form.title,
            of,
            source,
            text: form.text,
            rows: form.rows.and_then(|rows| usize::try_from(rows.into_inner()).ok()),
        })
    }

    fn check_grid(&mut self, grid: &Spanned<Grid>) {
        let Grid { x, y, w, h } = *grid.get_ref();
        if w == 0 || h == 0 || u32::from(x) + u32::from(w) > u32::from(COLUMNS) {
            self.fault(&grid.span(), "section.grid", FaultReason::OffGrid { x, w, columns: COLUMNS });
        }
        let (last, rows) = (i64::from(y) + i64::from(h), i64::from(self.format.rows()));
        if last > rows {
            let reason = FaultReason::Outside { number: last, least: 1, most: rows };
            self.fault(&grid.span(), "section.grid.h", reason);
        }
    }

    /// What a section is about: one KPI, or several figures.
    fn figures(&mut self, form: &SectionForm, kind: SectionKind) -> Vec<HeadlineOf> {
        use SectionKind::{Headline, Progress, Ranking, Result, Tilemap, Trend, Units};
        let several = matches!(kind, Headline | Units);
        let one = matches!(kind, Trend | Ranking | Tilemap | Progress | Result);
        let (names, key): (Vec<&Spanned<String>>, _) = if several {
            (form.figures.iter().collect(), "section.figures")
        } else {
            (form.kpi.iter().collect(), "section.kpi")
        };
        if names.is_empty() && (several || one) {
            self.fault(&form.id.span(), key, FaultReason::Missing("a section of this kind"));
        }
        if names.len() > FIGURES_MAX {
            let reason = FaultReason::TooMany { count: names.len(), count_max: FIGURES_MAX };
            self.fault(&form.id.span(), key, reason);
        }
        let mut of = Vec::new();
        for name in names.into_iter().take(FIGURES_MAX) {
            let id = name.get_ref();
            match headline_of(self.catalogue, id) {
                Some(HeadlineOf::Kpi(kpi)) if !several && !self.is_ratio(&kpi) => {
                    self.fault(&name.span(), key, FaultReason::NotARatio(kpi));
                }
                Some(HeadlineOf::Measure(_)) if one && kind != Trend => {
                    self.fault(&name.span(), key, FaultReason::UnknownKpi(id.clone()));
                }
                Some(found) => of.push(found),
                None => self.fault(&name.span(), key, FaultReason::UnknownSeries(id.clone())),
            }
        }
        of
    }

    fn is_ratio(&self, kpi: &str) -> bool {
        self.catalogue.versions(kpi).iter().all(Kpi::is_ratio)
    }

    fn source(&mut self, form: &SectionForm, kind: SectionKind) -> Option<String> {
        let id = form.id.span();
        match (kind, &form.index, &form.form) {
            (SectionKind::Index | SectionKind::Criteria, Some(index), _) => {
                if self.catalogue.index(index.get_ref()).is_none() {
                    let reason = FaultReason::UnknownIndex(index.get_ref().clone());
                    self.fault(&index.span(), "section.index", reason);
                }
                Some(index.get_ref().clone())
            }
            (SectionKind::Index | SectionKind::Criteria, None, _) => {
                self.fault(&id, "section.index", FaultReason::Missing("a section of this kind"));
                None
            }
            (SectionKind::Form, _, Some(official)) => {
                if self.catalogue.form(official.get_ref()).is_none() {
                    let words = self.catalogue.forms().map(|form| form.id.clone()).collect::<Vec<_>>().join(", ");
                    let reason = FaultReason::UnknownWord { word: official.get_ref().clone(), words };
                    self.fault(&official.span(), "section.form", reason);
                }
                Some(official.get_ref().clone())
            }
            (SectionKind::Form, _, None) => {
                self.fault(&id, "section.form", FaultReason::Missing("a section of this kind"));
                None
            }
            _ => None,
        }
    }
}
