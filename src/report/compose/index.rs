//! An index: the whole with its groups, and the criteria below them.

use crate::kpi::report::{ReportSection, SectionKind};

use super::Composer;
use crate::report::figures::{Scored, Section};
use crate::report::material::{IndexPart, Points};

impl Composer<'_> {
    pub(super) fn index(&self, section: &ReportSection) -> Section {
        let Some(index) = section.source.as_ref().and_then(|id| self.material.indices.get(id)) else {
            return self.empty();
        };
        let label = self.of(&index.label);
        let total = self.scored("total", label.clone(), index.points, index.official, String::new());
        let part = |part: &IndexPart| {
            let note = part.definition.as_ref().map(|words| self.of(words)).unwrap_or_default();
            self.scored(&part.id, self.of(&part.label), part.points, part.official, note)
        };
        let criteria = match section.kind {
            SectionKind::Criteria => index.groups.iter().flat_map(|group| &group.criteria).map(part).collect(),
            _ => Vec::new(),
        };
        let mut beside = vec![
            format!(
                "{} {}",
                self.either("điểm đo được, tối đa", "measurable points, at most"),
                self.locale.score(index.points.max)
            ),
            self.either("tự tính", "computed").to_owned(),
        ];
        beside.extend(
            index
                .official
                .map(|official| format!("{} {}", self.either("công bố", "published"), self.locale.score(official))),
        );
        // A score is of a month of the calendar: where the report's month is another, that is said.
        let other = index.window.as_ref().filter(|window| **window != self.material.kpis.window);
        beside.extend(other.map(|window| self.days(window)));
        Section::Index {
            title: self.title(section, label),
            subtitle: beside.join(" · "),
            total,
            groups: index.groups.iter().map(part).collect(),
            criteria,
        }
    }

    fn scored(&self, id: &str, name: String, points: Points, official: Option<f64>, note: String) -> Scored {
        let Points { score, measurable, max } = points;
        Scored { id: id.to_owned(), name, score, measurable, max, official, note }
    }
}
