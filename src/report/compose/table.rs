//! Tables: an official form, sub-units or fields with their counts, former periods.

use std::collections::BTreeMap;

use crate::kpi::WindowChoice;
use crate::kpi::report::{HeadlineOf, ReportSection};

use super::Composer;
use crate::report::figures::{Column, Row, Section};
use crate::report::material::{Form, FormGroup, Kpi};

/// Rows when a report says nothing.
const ROWS: usize = 24;
/// What stands in a table of periods.
const OF_PERIODS: [&str; 4] = ["received", "resolved", "resolved_late", "in_progress_overdue"];

impl Composer<'_> {
    pub(super) fn form(&self, section: &ReportSection) -> Section {
        let Some(form) = section.source.as_ref().and_then(|id| self.material.forms.get(id)) else {
            return self.empty();
        };
        let mut columns: Vec<Column> = Vec::new();
        let mut group = String::new();
        let mut within: &[u8] = &[];
        for column in &form.columns {
            let is_total = !column.sum_of.is_empty();
            if is_total {
                group = self.of(&column.heading);
                within = &column.sum_of;
            }
            let heading =
                if is_total { self.either("Tổng số", "Total").to_owned() } else { self.of(&column.heading) };
            let number = match within.iter().map(u8::to_string).collect::<Vec<_>>().join("+") {
                sum if is_total => format!("({})=({sum})", column.number),
                _ => format!("({})", column.number),
            };
            columns.push(Column { group: group.clone(), heading, number });
        }
        let rows = self.form_rows(form, section.rows.unwrap_or(ROWS));
        Section::Table {
            title: self.title(section, format!("{} {}", self.either("Biểu số", "Form"), form.number)),
            subtitle: format!("{} · {}", self.of(&form.title), super::trend::lowered(&self.of(&form.counted_in))),
            first: self.either("Lĩnh vực, công việc giải quyết theo cấp", "Field, grouped by level").to_owned(),
            columns,
            rows,
            hidden: 0,
            footnotes: form.footnotes.clone(),
        }
    }

    /// The whole, then each block with its rows; what has no room is one row of each block, so that they add up.
    fn form_rows(&self, form: &Form, most: usize) -> Vec<Row> {
        let numbers: Vec<String> = form.columns.iter().map(|column| column.number.to_string()).collect();
        // Where the unit's counts aren't known the form has noughts, which aren't figures.
        let is_known = self.measure(crate::kpi::Measure::TakenOn).is_some();
        let cells = |counts: &BTreeMap<String, i64>| -> Vec<String> {
            let known = |number: &String| counts.get(number).filter(|count| is_known || **count != 0);
            let count = |number: &String| known(number).map(|count| self.locale.count(*count));
            numbers.iter().map(|number| count(number).unwrap_or_else(|| super::NOTHING.to_owned())).collect()
        };
        let mut rows =
            vec![Row { name: self.either("Tổng số", "Total").to_owned(), cells: cells(&form.total), bold: true }];
        let groups = form.groups.len().max(1);
        let room = (most.saturating_sub(1 + groups) / groups).max(2);
        for (place, group) in form.groups.iter().enumerate() {
            let roman = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII"].get(place).copied().unwrap_or("–");
            let name = format!("{roman}. {}", self.of(&group.heading));
            rows.push(Row { name, cells: cells(&group.counts), bold: true });
            rows.extend(
                folded(group, room, self.either("Lĩnh vực khác", "Other fields"))
                    .into_iter()
                    .map(|(name, counts)| Row { name, cells: cells(&counts), bold: false }),
            );
        }
        rows
    }

    /// Sub-units of the category that is ranked, or fields, with figures; the whole first.
    pub(super) fn units(&self, section: &ReportSection) -> Section {
        type Of<'r> = (String, &'r BTreeMap<String, i64>, &'r BTreeMap<String, Kpi>);
        let facts = &self.material.facts;
        let kpis = &self.material.kpis;
        let known: BTreeMap<String, i64> =
            kpis.measures.iter().filter_map(|(name, count)| Some((name.clone(), (*count)?))).collect();
        let units = self.ranked_units().map(|(_, units)| units).unwrap_or_default();
        let (first, mut of): (&str, Vec<Of<'_>>) = if units.is_empty() {
            let row = |field| -> Of<'_> { field };
            let fields =
                facts.fields.iter().map(|field| row((self.field(field.key.as_deref()), &field.measures, &field.kpis)));
            (self.either("Lĩnh vực", "Field"), fields.collect())
        } else {
            let others = kpis.children.iter().filter(|child| {
                let is_shown = units.iter().any(|(shown, _)| shown.unit == child.unit);
                !is_shown && child.measures.values().any(|count| *count != 0)
            });
            let named = units.iter().map(|(child, _)| (child.name.clone(), &child.measures, &child.kpis));
            let own = self.either("Trực tiếp giải quyết", "Handled itself");
            let named_others = others.map(|child| {
                let name = if child.own { own.to_owned() } else { child.name.clone() };
                (name, &child.measures, &child.kpis)
            });
            (self.either("Đơn vị", "Unit"), named.chain(named_others).collect())
        };
        let hidden = of.len().saturating_sub(section.rows.unwrap_or(ROWS));
        let whole = (self.either("Tổng số", "Total").to_owned(), &known, &kpis.kpis);
        of.truncate(section.rows.unwrap_or(ROWS));
        let row = |(name, measures, kpis): Of<'_>, bold| Row {
            name,
            cells: section.of.iter().map(|of| self.cell(of, measures, kpis)).collect(),
            bold,
        };
        let rows = std::iter::once(row(whole, true)).chain(of.into_iter().map(|of| row(of, false))).collect();
        Section::Table {
            title: if units.is_empty() {
                self.either("Số liệu theo lĩnh vực", "By field").to_owned()
            } else {
                self.title(section, self.either("Số liệu theo đơn vị", "By unit").to_owned())
            },
            subtitle: self.either("hồ sơ; tỷ lệ tính bằng %", "dossiers; ratios in %").to_owned(),
            first: first.to_owned(),
            columns: section.of.iter().map(|of| self.column(of)).collect(),
            rows,
            hidden,
            footnotes: Vec::new(),
        }
    }

    fn column(&self, of: &HeadlineOf) -> Column {
        let heading = match of.id() {
            "in_progress_overdue" => self.either("Đang quá hạn", "Overdue").to_owned(),
            _ => self.name(of),
        };
        Column { group: String::new(), heading, number: String::new() }
    }

    fn cell(&self, of: &HeadlineOf, measures: &BTreeMap<String, i64>, kpis: &BTreeMap<String, Kpi>) -> String {
        match of {
            HeadlineOf::Measure(measure) => self.count(measures.get(measure.name()).copied(), None).text,
            HeadlineOf::Kpi(id) => {
                let lines: Vec<f64> = self.material.kpis.kpis.get(id).map(Kpi::lines).unwrap_or_default();
                kpis.get(id).map_or_else(|| super::NOTHING.to_owned(), |kpi| self.figure(kpi, &lines).text)
            }
        }
    }

    /// Former periods as rows, the newest first: where there is no map to be drawn.
    pub(super) fn periods(&self, section: &ReportSection) -> Section {
        let names: Vec<HeadlineOf> =
            OF_PERIODS.iter().filter_map(|name| Some(HeadlineOf::Measure(crate::kpi::Measure::named(name)?))).collect();
        let mut rows = Vec::new();
        let mut period = self.material.facts.period.parse().ok();
        while let Some(one) = period.filter(|_| rows.len() < 6) {
            let Some(past) = self.past(&crate::model::Period::to_string(&one)) else { break };
            let none = BTreeMap::new();
            let measures = past.measures.as_ref().unwrap_or(&none);
            rows.push(Row {
                name: self.named(WindowChoice::Period(one)).unwrap_or_else(|| one.to_string()),
                cells: names.iter().map(|of| self.cell(of, measures, &past.kpis)).collect(),
                bold: rows.is_empty(),
            });
            period = Some(crate::kpi::window::before(one));
        }
        Section::Table {
            title: self.either("Các kỳ gần đây", "Recent periods").to_owned(),
            subtitle: section
                .title
                .as_ref()
                .map(|_| String::new())
                .unwrap_or_else(|| self.either("hồ sơ", "dossiers").to_owned()),
            first: self.either("Kỳ", "Period").to_owned(),
            columns: names.iter().map(|of| self.column(of)).collect(),
            rows,
            hidden: 0,
            footnotes: Vec::new(),
        }
    }
}

/// As many rows as there is room for, those with most taken on; the others as one.
fn folded(group: &FormGroup, room: usize, others: &str) -> Vec<(String, BTreeMap<String, i64>)> {
    let weight = |counts: &BTreeMap<String, i64>| counts.get("3").copied().unwrap_or_default();
    if group.rows.len() <= room {
        return group.rows.iter().map(|row| (row.name.clone(), row.counts.clone())).collect();
    }
    let mut places: Vec<usize> = (0..group.rows.len()).collect();
    places.sort_by_key(|place| (std::cmp::Reverse(weight(&group.rows[*place].counts)), *place));
    let (kept, rest) = places.split_at(room - 1);
    let mut kept = kept.to_vec();
    kept.sort_unstable();
    let mut sum: BTreeMap<String, i64> = BTreeMap::new();
    for row in rest.iter().map(|place| &group.rows[*place]) {
        for (column, count) in &row.counts {
            *sum.entry(column.clone()).or_default() += count;
        }
    }
    let named = kept.iter().map(|place| (group.rows[*place].name.clone(), group.rows[*place].counts.clone()));
    named.chain([(format!("{others} ({})", rest.len()), sum)]).collect()
}
