//! From a report's definition and the answers of one view to what stands on its pages.

mod headline;
mod index;
mod map;
mod notes;
mod paragraph;
mod ranking;
mod table;
mod trend;

use crate::kpi::report::{HeadlineOf, ReportSection, SectionKind};
use crate::kpi::{
    Band, Catalogue, Measure, Report, WindowChoice, Words,
    scheme::{period_words, period_words_en},
};
use crate::model::Day;

use super::figures::{Days, Figure, Heading, Paper, Placed, Section, Span};
use super::material::{Kpi, Material, Past};
use super::words::{Locale, day, moment};

/// What is printed where there is nothing.
pub(super) const NOTHING: &str = "–";

/// A report of a unit and a period.
///
/// `demo` is printed where the figures are made up.
pub fn compose(report: &Report, catalogue: &Catalogue, material: &Material, demo: bool) -> Paper {
    let locale = Locale::named(&report.locale).unwrap_or(Locale::Vi);
    let on = material.kpis.window.to.as_str().min(material.facts.today.as_str());
    let on: Day = on.parse().unwrap_or(Day(0));
    let composer = Composer { report, catalogue, material, locale, on };
    let place = |section: &ReportSection| Placed {
        id: section.id.clone(),
        grid: section.grid,
        section: composer.section(section),
    };
    Paper {
        heading: composer.heading(demo),
        pages: report.pages.iter().map(|page| page.iter().map(place).collect()).collect(),
        paragraph: composer.paragraph(),
        locale,
        format: report.format,
    }
}

/// What all sections are made from.
pub(super) struct Composer<'a> {
    report: &'a Report,
    catalogue: &'a Catalogue,
    material: &'a Material,
    locale: Locale,
    /// The day whose definitions hold.
    on: Day,
}

/// A text without weight.
fn plain(text: impl Into<String>) -> Span {
    Span { text: text.into(), bold: false }
}

/// A bold one.
fn bold(text: impl Into<String>) -> Span {
    Span { text: text.into(), bold: true }
}

impl<'a> Composer<'a> {
    fn section(&self, section: &ReportSection) -> Section {
        match section.kind {
            SectionKind::Result => Section::Result { sentences: self.sentences(section) },
            SectionKind::Headline => self.headline(section),
            SectionKind::Trend => self.trend(section),
            SectionKind::Stack => self.stack(section),
            SectionKind::Ranking => self.ranking(section),
            SectionKind::Tilemap => self.tilemap(section),
            SectionKind::Index | SectionKind::Criteria => self.index(section),
            SectionKind::Form => self.form(section),
            SectionKind::Progress => self.progress(section),
            SectionKind::Units => self.units(section),
            SectionKind::Notes => self.notes(),
            SectionKind::Definitions => self.all_definitions(section),
            SectionKind::Text => Section::Text {
                title: section.title.as_ref().map(|title| self.of(title)).unwrap_or_default(),
                paragraphs: section.text.iter().map(|text| vec![plain(self.of(text))]).collect(),
            },
        }
    }

    /// How the figures are made, then the section's own text.
    fn all_definitions(&self, section: &ReportSection) -> Section {
        let text = section.text.iter().map(|text| vec![plain(self.of(text))]);
        let paragraphs = std::iter::once(self.definitions()).chain(text).collect();
        Section::Text { title: String::new(), paragraphs }
    }

    fn of(&self, words: &Words) -> String {
        self.locale.of(words).to_owned()
    }

    fn either(&self, vi: &'a str, en: &'a str) -> &'a str {
        self.locale.either(vi, en)
    }

    fn title(&self, section: &ReportSection, otherwise: String) -> String {
        section.title.as_ref().map_or(otherwise, |title| self.of(title))
    }

    /// What a figure is called: short of a KPI.
    fn name(&self, of: &HeadlineOf) -> String {
        match of {
            HeadlineOf::Measure(measure) => {
                self.catalogue.measure_words(*measure).map_or_else(|| measure.name().to_owned(), |words| self.of(words))
            }
            HeadlineOf::Kpi(id) => {
                self.catalogue.kpi(id, self.on).map_or_else(|| id.clone(), |kpi| self.of(&kpi.short))
            }
        }
    }

    /// The KPI that a section is about, with its figure.
    fn kpi(&self, section: &ReportSection) -> Option<(String, &'a Kpi)> {
        let id = section.of.first()?.id();
        Some((id.to_owned(), self.material.kpis.kpis.get(id)?))
    }

    fn measure(&self, measure: Measure) -> Option<i64> {
        self.material.kpis.measures.get(measure.name()).copied().flatten()
    }

    fn past(&self, period: &str) -> Option<&'a Past> {
        self.material.facts.past.iter().find(|past| past.period == period)
    }

    /// A KPI's figure in percent, or in hours.
    fn figure(&self, kpi: &Kpi, lines: &[f64]) -> Figure {
        let hours = |value: f64| format!("{} {}", self.locale.score(value), self.either("giờ", "h"));
        let text = match (kpi.counts(), kpi.value, kpi.above) {
            (Some(counts), ..) if kpi.unit != "hours" => self.locale.percent(counts, lines),
            (_, Some(value), _) if kpi.unit == "hours" => hours(value),
            (_, _, Some(above)) => format!("> {} {}", self.locale.count(above), self.either("giờ", "h")),
            _ => NOTHING.to_owned(),
        };
        Figure {
            num: kpi.num,
            den: kpi.den,
            text,
            band: kpi.band.filter(|_| kpi.value.is_some() || kpi.above.is_some()),
        }
    }

    fn count(&self, count: Option<i64>, band: Option<Band>) -> Figure {
        let text = count.map_or_else(|| NOTHING.to_owned(), |count| self.locale.count(count));
        Figure { num: count, den: None, text, band }
    }

    /// Of a count, whether it is over its limit.
    fn limit(&self, measure: Measure) -> Option<(i64, Option<Band>)> {
        let limit = *self.material.facts.limits.get(measure.name())?;
        let count = self.measure(measure)?;
        Some((limit, (count > limit).then_some(Band::Over)))
    }

    /// The days of the report: `từ 15/05 đến 14/06/2024`.
    pub(super) fn days(&self, Days { from, to }: &Days) -> String {
        let with_year = from.get(0..4) != to.get(0..4);
        format!("{} {} {} {}", self.either("từ", "from"), day(from, with_year), self.either("đến", "to"), day(to, true))
    }

    /// The period by its name on paper.
    fn period(&self) -> String {
        let period = &self.material.facts.period;
        period.parse().ok().and_then(|choice| self.named(choice)).unwrap_or_else(|| period.clone())
    }

    /// What a period is called on paper.
    pub(super) fn named(&self, choice: WindowChoice) -> Option<String> {
        match self.locale {
            Locale::Vi => period_words(choice),
            Locale::En => period_words_en(choice),
        }
    }

    /// The unit as a sentence names it: the whole of a province, else its name.
    fn whole_unit(&self) -> String {
        let unit = &self.material.facts.unit;
        if unit.kind == "province" && self.locale == Locale::Vi {
            return "toàn tỉnh".to_owned();
        }
        self.material.kpis.name.clone()
    }

    fn heading(&self, demo: bool) -> Heading {
        let (kpis, facts) = (&self.material.kpis, &self.material.facts);
        let before =
            if facts.unit.is_territorial() { format!("{} ", self.of(&self.report.office)) } else { String::new() };
        let period = self.period();
        let lower = |first: char| first.to_lowercase().to_string() + &period[first.len_utf8()..];
        let period = match self.locale {
            Locale::Vi => period.chars().next().map(lower),
            // Names of months begin with a capital.
            Locale::En => Some(period),
        };
        let late: Vec<String> = self.late().map(|feed| self.source(feed)).collect();
        Heading {
            report: self.report.id.clone(),
            office: format!("{before}{}", kpis.name).to_uppercase(),
            title: self.of(&self.report.title),
            subtitle: self.subtitle(period.unwrap_or_default()),
            unit: kpis.unit.clone(),
            name: kpis.name.clone(),
            period: facts.period.clone(),
            window: kpis.window.clone(),
            demo,
            standing: self.standing(),
            as_of: kpis.as_of.clone(),
            seq: kpis.seq,
            versions: self.versions(),
            definitions: format!("{}/{}", kpis.catalogue, self.report.version),
            late,
            is_late: false,
            backfill: Vec::new(),
        }
    }

    /// Kind of report, period, days unless it is one day, unit.
    fn subtitle(&self, period: String) -> String {
        let Days { from, to } = &self.material.kpis.window;
        let mut parts = vec![format!("{} {period}", self.of(&self.report.name))];
        parts.extend((from != to).then(|| self.days(&self.material.kpis.window)));
        parts.push(self.whole_unit());
        parts.join(" · ")
    }

    /// Whether the figures are official, and which closing they are from.
    fn standing(&self) -> String {
        match &self.material.kpis.closed {
            Some(closed) => format!(
                "{} {}, {}",
                self.either("Số liệu chốt lần", "Official figures, closing"),
                closed.version,
                moment(&closed.at, true)
            ),
            None => self.either("Số liệu hiện thời", "Current figures").to_owned(),
        }
    }
}
