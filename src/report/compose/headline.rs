//! Large figures, each with its target and what it is compared with.

use crate::kpi::Measure;
use crate::kpi::report::{HeadlineOf, ReportSection};

use super::{Composer, bold, plain};
use crate::report::figures::{Headline, Section, Span};
use crate::report::material::{Kpi, Past};

/// Side by side at most on this many columns of the grid.
const COLUMNS_OF_FIGURE: u16 = 2;

impl Composer<'_> {
    pub(super) fn headline(&self, section: &ReportSection) -> Section {
        let figures: Vec<Headline> = section.of.iter().map(|of| self.one(of)).collect();
        let most = usize::from(section.grid.w / COLUMNS_OF_FIGURE).max(1);
        let columns = if figures.len() <= most { figures.len().max(1) } else { figures.len().div_ceil(2).min(most) };
        Section::Headline { figures, columns: section.rows.unwrap_or(columns) }
    }

    fn one(&self, of: &HeadlineOf) -> Headline {
        match of {
            HeadlineOf::Measure(measure) => self.of_measure(*measure, of),
            HeadlineOf::Kpi(id) => self.of_kpi(id, of),
        }
    }

    fn of_measure(&self, measure: Measure, of: &HeadlineOf) -> Headline {
        let count = self.measure(measure);
        let limit = self.limit(measure);
        let mut lines = Vec::new();
        if let Some((limit, _)) = limit {
            lines.push(vec![plain(format!("{} ", self.either("ngưỡng", "limit"))), bold(self.locale.count(limit))]);
        }
        let facts = &self.material.facts;
        for (name, period) in [(self.previous(), &facts.previous), (self.same_period(), &facts.year_before)] {
            let then = self.past(period).and_then(|past| past.measures.as_ref()?.get(measure.name()).copied());
            let told = count.zip(then).filter(|(_, then)| *then != 0);
            lines.push(match told {
                Some((now, then)) if measure.is_level() => {
                    vec![plain(format!("{name} ")), bold(self.locale.difference(now - then))]
                }
                Some((now, then)) => vec![plain(format!("{name} ")), bold(self.locale.change(now, then))],
                None => vec![plain(format!("{name} {}", super::NOTHING))],
            });
        }
        let counted_in = match (of.id().starts_with("rating"), measure.is_level()) {
            (true, _) => self.either("lượt trong kỳ", "in the period"),
            (_, true) => self.either("hồ sơ cuối kỳ", "dossiers at the end"),
            (_, false) => self.either("hồ sơ trong kỳ", "dossiers in the period"),
        };
        Headline {
            id: measure.name().to_owned(),
            title: match measure {
                Measure::InProgressOverdue => self.either("Đang quá hạn", "Overdue").to_owned(),
                _ => self.name(of),
            },
            figure: self.count(count, limit.and_then(|(_, band)| band)),
            has_target: limit.is_some_and(|(_, band)| band.is_some()),
            counted_in: counted_in.to_owned(),
            lines,
            target_first: limit.is_some_and(|(_, band)| band.is_some()),
        }
    }

    fn of_kpi(&self, id: &str, of: &HeadlineOf) -> Headline {
        let (title, facts) = (self.name(of), &self.material.facts);
        let Some(kpi) = self.material.kpis.kpis.get(id) else {
            let figure = self.count(None, None);
            return Headline {
                id: id.to_owned(),
                title,
                figure,
                has_target: false,
                counted_in: String::new(),
                lines: Vec::new(),
                target_first: false,
            };
        };
        let mut lines: Vec<Vec<Span>> = Vec::new();
        match kpi.target {
            Some(target) if kpi.unit != "hours" => {
                let name = self.target_name(kpi);
                lines.push(vec![plain(format!("{name} ")), bold(format!("{}%", self.locale.share(target)))]);
            }
            _ => {}
        }
        let target_first = !lines.is_empty();
        for (name, period) in [(self.previous(), &facts.previous), (self.same_period(), &facts.year_before)] {
            lines.push(match kpi.counts().zip(self.past(period).and_then(|past| before(past, id))) {
                Some((now, then)) if kpi.unit != "hours" => vec![
                    plain(format!("{name} ")),
                    bold(self.locale.points(now, then)),
                    plain(format!(" {}", self.either("điểm", "pts"))),
                ],
                _ => vec![plain(format!("{name} {}", super::NOTHING))],
            });
        }
        // Where there is no figure that is said, whether there is a target or not.
        let is_known = kpi.value.is_some() || kpi.above.is_some();
        let has_target =
            !is_known || kpi.target.is_some() && kpi.den.is_none_or(|_| kpi.band.is_some() || kpi.value.is_none());
        let counts = kpi.num.zip(kpi.den).filter(|_| is_known);
        let counts = counts.map(|(num, den)| format!("{}/{}", self.locale.count(num), self.locale.count(den)));
        lines.extend(counts.clone().filter(|_| has_target).map(|counts| vec![plain(counts)]));
        let counted_in = match counts {
            Some(counts) => counts,
            None => self.either("chưa có nguồn", "no source yet").to_owned(),
        };
        let figure = self.figure(kpi, &kpi.lines());
        Headline { id: id.to_owned(), title, figure, has_target, counted_in, lines, target_first }
    }

    /// What a target is called: a plan where there is a goal beyond it.
    pub(super) fn target_name(&self, kpi: &Kpi) -> &'static str {
        let is_plan = kpi.goal.is_some() && kpi.goal != kpi.target && kpi.goal_year.is_none();
        match is_plan {
            true => self.locale.either("kế hoạch", "plan"),
            false => self.locale.either("mục tiêu", "target"),
        }
    }

    pub(super) fn previous(&self) -> &'static str {
        self.locale.either("kỳ trước", "previous")
    }

    pub(super) fn same_period(&self) -> &'static str {
        self.locale.either("cùng kỳ", "last year")
    }
}

/// The counts of a KPI in a former period.
pub(super) fn before(past: &Past, id: &str) -> Option<(i64, i64)> {
    past.kpis.get(id)?.counts()
}
