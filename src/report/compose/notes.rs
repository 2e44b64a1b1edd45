//! Who sent and who was late, how good the records are, how the figures are made.

use super::{Composer, bold, plain};
use crate::kpi::Measure;
use crate::kpi::report::{HeadlineOf, SectionKind};
use crate::model::quality::Mark;
use crate::report::figures::{Section, Source, Span};
use crate::report::material::Feed;

/// Doubts told by name.
const MARKS_MAX: usize = 2;

impl Composer<'_> {
    /// Sources past their time, or never heard.
    pub(super) fn late(&self) -> impl Iterator<Item = &Feed> {
        self.material.facts.sources.iter().filter(|feed| matches!(feed.state.as_str(), "late" | "never"))
    }

    /// What people call a source: as its profile says, else as a board does.
    pub(super) fn source(&self, feed: &Feed) -> String {
        let boards = || self.catalogue.boards().find_map(|board| board.sources.get(&feed.source));
        let named = feed.system.clone().or_else(|| boards().map(|source| self.of(&source.name)));
        named.unwrap_or_else(|| feed.source.clone())
    }

    pub(super) fn notes(&self) -> Section {
        let source = |feed: &Feed| Source {
            name: self.source(feed),
            at: feed.last_contact.clone(),
            late: matches!(feed.state.as_str(), "late" | "never"),
        };
        Section::Notes {
            heading: self.either("Nguồn lúc chốt", "Sources at the cut-off").to_owned(),
            sources: self.material.facts.sources.iter().map(source).collect(),
            paragraphs: vec![self.quality()],
        }
    }

    fn quality(&self) -> Vec<Span> {
        let facts = &self.material.facts;
        let mut parts: Vec<String> = Vec::new();
        let late: Vec<String> = self.late().map(|feed| self.source(feed)).collect();
        if !late.is_empty() {
            parts.push(format!("{} {}", late.join(", "), self.either("gửi muộn hoặc chưa gửi", "late or never heard")));
        }
        if let Some(from) = &self.material.kpis.covered_from {
            let day = super::day(from, true);
            parts.push(format!(
                "{} {day}",
                self.either("các nguồn chỉ có đủ số liệu từ", "all sources have records only from")
            ));
        }
        let marked = i64::try_from(facts.doubts.marked).unwrap_or(i64::MAX);
        let dossiers = i64::try_from(facts.doubts.dossiers).unwrap_or(i64::MAX);
        parts.push(format!(
            "{} {} {} {}{}",
            self.locale.count(marked),
            self.either("trong", "of"),
            self.locale.count(dossiers),
            self.either("hồ sơ mở trong kỳ có dấu hiệu cần rà soát", "dossiers opened in the period are doubtful"),
            self.marks()
        ));
        let unresolved = self.material.kpis.children.iter().find(|child| child.unit == crate::units::UNRESOLVED);
        let unresolved = unresolved.and_then(|child| child.measures.get("taken_on").copied()).unwrap_or_default();
        if unresolved > 0 {
            let words = self.either("hồ sơ chưa rõ đơn vị", "dossiers of an unknown unit");
            parts.push(format!("{} {words}", self.locale.count(unresolved)));
        }
        let out = [Measure::ResolvedWithdrawn, Measure::ResolvedUndated].map(|of| self.measure(of).unwrap_or_default());
        if out.iter().any(|count| *count > 0) {
            parts.push(format!(
                "{} {} {}, {} {}",
                self.either("tỷ lệ không tính", "ratios leave out"),
                self.locale.count(out[0]),
                self.either("rút/dừng", "withdrawn"),
                self.locale.count(out[1]),
                self.either("không có hạn", "undated")
            ));
        }
        vec![bold(format!("{}: ", self.either("Chất lượng", "Quality"))), plain(format!("{}.", parts.join("; ")))]
    }

    /// The most frequent doubts in words.
    fn marks(&self) -> String {
        let mut marks: Vec<(&str, u64)> =
            self.material.facts.doubts.marks.iter().map(|(name, count)| (name.as_str(), *count)).collect();
        marks.retain(|(_, count)| *count > 0);
        marks.sort_by_key(|(name, count)| (std::cmp::Reverse(*count), *name));
        let told = marks.into_iter().take(MARKS_MAX).filter_map(|(name, count)| {
            let (vi, en) = Mark::named(name)?.words();
            Some(format!("{} {}", self.locale.count(i64::try_from(count).ok()?), self.either(vi, en)))
        });
        let told: Vec<String> = told.collect();
        if told.is_empty() { String::new() } else { format!(" ({})", told.join(", ")) }
    }

    /// KPIs that the report shows.
    fn shown_kpis(&self) -> Vec<&str> {
        let mut ids: Vec<&str> = Vec::new();
        for of in self.report.sections().flat_map(|section| &section.of) {
            if let HeadlineOf::Kpi(id) = of
                && !ids.contains(&id.as_str())
            {
                ids.push(id);
            }
        }
        ids
    }

    pub(super) fn definitions(&self) -> Vec<Span> {
        let told = self.shown_kpis().into_iter().filter_map(|id| {
            let (kpi, of) = (self.catalogue.kpi(id, self.on)?, self.material.kpis.kpis.get(id)?);
            let definition = of.definition.as_ref()?;
            let version = format!("{} {}", self.either("bản", "version"), of.version);
            Some(format!(
                "{} = {}, {version}",
                super::trend::lowered(&self.of(&kpi.short)),
                super::trend::lowered(&self.of(definition))
            ))
        });
        let nothing = self.either("Không có số liệu không phải là 0.", "No data isn't 0.");
        let text = format!("{}. {nothing}", told.collect::<Vec<_>>().join("; "));
        vec![bold(format!("{}: ", self.either("Cách tính", "Definitions"))), plain(text)]
    }

    /// Versions of what the report is made by, for the foot of every page.
    pub(super) fn versions(&self) -> String {
        let mut versions: Vec<String> = Vec::new();
        let kpis = self.shown_kpis().into_iter().filter_map(|id| Some((id, self.material.kpis.kpis.get(id)?)));
        let mut by_version: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
        for (_, kpi) in kpis {
            *by_version.entry(kpi.version.as_str()).or_default() += 1;
        }
        if !by_version.is_empty() {
            let all: Vec<&str> = by_version.into_keys().collect();
            versions.push(format!("{} {}", self.either("chỉ số bản", "kpis"), all.join(", ")));
        }
        for section in self.report.sections() {
            let told = match (section.kind, &section.source) {
                (SectionKind::Index | SectionKind::Criteria, Some(id)) => self
                    .material
                    .indices
                    .get(id)
                    .map(|index| format!("766 {} {}", self.either("bản", "version"), index.version)),
                (SectionKind::Form, Some(id)) => {
                    let form = self.material.forms.get(id);
                    form.map(|form| format!("{id} {}", form.convention.get(..8).unwrap_or_default()))
                }
                _ => None,
            };
            versions.extend(told.filter(|text| !versions.contains(text)).into_iter().collect::<Vec<_>>());
        }
        let catalogue = self.material.kpis.catalogue.get(..8).unwrap_or_default();
        versions.push(format!("{} {catalogue}", self.either("danh mục", "catalogue")));
        versions.push(format!("{} {}", self.either("mẫu", "layout"), self.report.version));
        versions.join(" · ")
    }
}
