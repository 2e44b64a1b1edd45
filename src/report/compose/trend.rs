//! Period after period with the year before; early, on the day and late by field; a figure against its plan.

use crate::kpi::report::{HeadlineOf, ReportSection};
use crate::kpi::window::year_before;
use crate::model::Period;

use super::{Composer, bold, plain};
use crate::report::figures::{Figure, Parts, Point, Section};
use crate::report::material::{Kpi, Past};

/// Fields shown by name; the others are one row.
const FIELDS_MAX: usize = 6;

impl Composer<'_> {
    pub(super) fn trend(&self, section: &ReportSection) -> Section {
        let facts = &self.material.facts;
        let Some(of) = section.of.first() else { return self.empty() };
        let kpi = self.material.kpis.kpis.get(of.id()).filter(|kpi| kpi.unit != "hours");
        let is_ratio = matches!(of, HeadlineOf::Kpi(_));
        let value = |period: Period| self.past_figure(self.past(&period.to_string())?, of, kpi);
        let mut periods = Vec::new();
        let mut period: Option<Period> = facts.period.parse().ok();
        for _ in 0..section.rows.unwrap_or(12) {
            let Some(one) = period.filter(|one| self.past(&one.to_string()).is_some()) else { break };
            periods.push(one);
            period = Some(crate::kpi::window::before(one));
        }
        periods.reverse();
        let points = periods.into_iter().map(|one| Point {
            period: one.to_string(),
            label: label(one),
            now: value(one),
            before: value(year_before(one)),
        });
        let every = match facts.period.parse() {
            Ok(Period::Day(..)) => self.either("theo ngày", "by day"),
            Ok(Period::Week(..)) => self.either("theo tuần", "by week"),
            Ok(Period::Month(..)) => self.either("theo tháng", "by month"),
            Ok(Period::Quarter(..)) => self.either("theo quý", "by quarter"),
            _ => self.either("theo kỳ", "by period"),
        };
        let target = kpi.and_then(|kpi| kpi.target);
        Section::Trend {
            title: self.title(section, format!("{} {every}", self.name(of))),
            subtitle: if is_ratio { self.definition(of.id()) } else { self.either("hồ sơ", "dossiers").to_owned() },
            is_ratio,
            target_name: target
                .map(|target| {
                    let name = kpi.map_or("", |kpi| self.target_name(kpi));
                    format!("{name} {}%", self.locale.share(target))
                })
                .unwrap_or_default(),
            target,
            before_name: self.same_period().to_owned(),
            points: points.collect(),
        }
    }

    fn past_figure(&self, past: &Past, of: &HeadlineOf, kpi: Option<&Kpi>) -> Option<Figure> {
        let measures = past.measures.as_ref()?;
        match of {
            HeadlineOf::Measure(measure) => Some(self.count(Some(*measures.get(measure.name())?), None)),
            HeadlineOf::Kpi(id) => {
                let (num, den) = past.kpis.get(id)?.counts()?;
                let lines: Vec<f64> = kpi.map(Kpi::lines).unwrap_or_default();
                let text = self.locale.percent((num, den), &lines);
                Some(Figure { num: Some(num), den: Some(den), text, band: None })
            }
        }
    }

    /// What is divided by what.
    pub(super) fn definition(&self, id: &str) -> String {
        let definition = self.material.kpis.kpis.get(id).and_then(|kpi| kpi.definition.as_ref());
        definition.map(|words| format!("%; {}", lowered(self.locale.of(words)))).unwrap_or_default()
    }

    pub(super) fn empty(&self) -> Section {
        Section::Text { title: String::new(), paragraphs: Vec::new() }
    }

    pub(super) fn stack(&self, section: &ReportSection) -> Section {
        let count = |measures: &std::collections::BTreeMap<String, i64>, name: &str| {
            measures.get(name).copied().unwrap_or_default()
        };
        let parts = |name: String, measures: &std::collections::BTreeMap<String, i64>| Parts {
            name,
            early: count(measures, "resolved_early"),
            on_time: count(measures, "resolved_on_time"),
            late: count(measures, "resolved_late"),
        };
        let fields =
            self.material.facts.fields.iter().map(|field| parts(self.field(field.key.as_deref()), &field.measures));
        let mut rows: Vec<Parts> = fields.filter(|row| row.early + row.on_time + row.late > 0).collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.early + row.on_time + row.late));
        let most = section.rows.unwrap_or(FIELDS_MAX);
        if rows.len() > most {
            let rest = rows.split_off(most - 1);
            let name = format!("{} ({})", self.either("Lĩnh vực khác", "Other fields"), rest.len());
            let sum = |of: fn(&Parts) -> i64| rest.iter().map(of).sum();
            rows.push(Parts {
                name,
                early: sum(|row| row.early),
                on_time: sum(|row| row.on_time),
                late: sum(|row| row.late),
            });
        }
        let names = [("Trước hạn", "Early"), ("Đúng hạn", "On the due day"), ("Quá hạn", "Late")];
        Section::Stack {
            title: self.title(section, self.either("Kết quả giải quyết theo lĩnh vực", "Resolved by field").to_owned()),
            subtitle: self.either("% đã giải quyết có hạn", "% of resolved with due date").to_owned(),
            names: names.map(|(vi, en)| self.either(vi, en).to_owned()),
            rows,
        }
    }

    pub(super) fn field(&self, key: Option<&str>) -> String {
        key.unwrap_or(self.locale.either("Không ghi lĩnh vực", "No field given")).to_owned()
    }

    pub(super) fn progress(&self, section: &ReportSection) -> Section {
        let Some((id, kpi)) = self.kpi(section) else { return self.empty() };
        let percent = |value: f64| format!("{}%", self.locale.share(value));
        let mut lines = Vec::new();
        if let Some(target) = kpi.target {
            let mut line = vec![plain(format!("{} ", self.target_name(kpi))), bold(percent(target))];
            line.extend(kpi.counts().map(|counts| {
                let is_below = kpi.value.is_some_and(|value| value < target);
                let gap = self.locale.points_to(counts, target);
                let (vi, en) = if is_below { ("thiếu", "short by") } else { ("vượt", "ahead by") };
                plain(format!(", {} {gap} {}", self.either(vi, en), self.either("điểm phần trăm", "points")))
            }));
            lines.push(line);
        }
        let goal = kpi.goal.filter(|goal| Some(*goal) != kpi.target || kpi.goal_year.is_some());
        if let Some(goal) = goal {
            let by = kpi.goal_year.map(|year| format!(" ({year})")).unwrap_or_default();
            lines
                .push(vec![plain(format!("{}{by} ", self.either("mục tiêu cuối", "final goal"))), bold(percent(goal))]);
        }
        lines.extend(
            kpi.projection.as_ref().and_then(|projection| self.projected(projection)).map(|text| vec![plain(text)]),
        );
        let decision = kpi.decision.as_deref().map(|decision| vec![plain(decision.to_owned())]);
        lines.extend(decision);
        let name = self.name(&HeadlineOf::Kpi(id));
        Section::Progress {
            title: self.title(section, name),
            figure: self.figure(kpi, &kpi.lines()),
            value: kpi.value,
            plan: kpi.target,
            goal: kpi.goal,
            ahead: None,
            lines,
        }
    }

    /// When the goal is reached, in words.
    fn projected(&self, projection: &serde_json::Value) -> Option<String> {
        let reaches = projection["reaches"].as_str().unwrap_or_default();
        let months = projection["months"].as_i64().unwrap_or_default();
        let month = reaches.get(5..7).unwrap_or_default().trim_start_matches('0');
        let year = reaches.get(0..4).unwrap_or_default();
        match projection["trend"].as_str()? {
            "reached" => Some(self.either("tháng gần nhất đã đạt", "reached in the newest month").to_owned()),
            "reaches" => Some(format!(
                "{} {month}/{year} ({} {months} {})",
                self.either("theo đà này đạt vào tháng", "at this pace reached in"),
                self.either("theo", "from"),
                self.either("tháng", "months")
            )),
            "misses" => Some(self.either("theo đà này không đạt", "not reached at this pace").to_owned()),
            _ => None,
        }
    }
}

/// A period on the axis of a chart.
fn label(period: Period) -> String {
    match period {
        Period::Year(year) | Period::NineMonths(year) => year.to_string(),
        Period::Half(year, half) => format!("{half}/{}", year % 100),
        Period::Quarter(year, quarter) => format!("Q{quarter}/{:02}", year % 100),
        Period::Month(year, month) => match month {
            1 => format!("1/{:02}", year % 100),
            _ => month.to_string(),
        },
        Period::Week(_, week) => week.to_string(),
        Period::Day(_, month, day) => format!("{day}/{month}"),
    }
}

/// As it stands within a sentence.
pub(super) fn lowered(text: &str) -> String {
    let mut signs = text.chars();
    let Some(first) = signs.next() else { return String::new() };
    let rest = signs.as_str();
    // An abbreviation stays.
    if rest.chars().next().is_some_and(char::is_uppercase) {
        text.to_owned()
    } else {
        first.to_lowercase().to_string() + rest
    }
}
