//! `GET /api/v1/units/{code}/quality`: how many dossiers of each source are doubtful, and in which way.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::kpi::Window;
use crate::model::quality::Mark;

use super::question::{Asked, Filters, Question};
use super::table::{Cell, Table, Tabular, number, text};
use super::{AnswerError, Figures};

/// What can be asked.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QualityQuery {
    /// Days on which dossiers began; the year to date when absent.
    pub window: Option<String>,
    /// The scheme that a period's days are read by; that of walls when absent.
    pub scheme: Option<String>,
    /// `now` (default) or `was`.
    pub hierarchy: Option<String>,
    /// `processing` (default) or `receiving`.
    pub role: Option<String>,
    /// Of a table as text: begins with a byte order mark.
    #[serde(default)]
    pub bom: bool,
}

/// The doubts about a unit's dossiers by source, at one (seq, instant).
#[derive(Debug, Serialize)]
pub struct QualityAnswer<'a> {
    unit: &'a str,
    name: &'a str,
    window: Window,
    scheme: &'a str,
    as_of: String,
    seq: u64,
    node: &'a str,
    hierarchy: &'static str,
    role: &'static str,
    /// What each mark says.
    labels: BTreeMap<&'static str, Label>,
    /// By source.
    rows: Vec<QualityRow<'a>>,
}

/// What a mark says.
#[derive(Debug, Serialize)]
struct Label {
    vi: &'static str,
    en: &'static str,
}

fn labels() -> BTreeMap<&'static str, Label> {
    let label = |mark: Mark| {
        let (vi, en) = mark.words();
        (mark.as_str(), Label { vi, en })
    };
    Mark::ALL.into_iter().map(label).collect()
}

/// The dossiers of one source.
#[derive(Debug, Default, Serialize)]
struct QualityRow<'a> {
    source: &'a str,
    /// How many began in the window.
    dossiers: u64,
    /// How many of them have any mark.
    marked: u64,
    /// How many have each mark; one may have several.
    marks: BTreeMap<&'static str, u64>,
}

/// The doubts about a unit's dossiers.
///
/// # Errors
/// When no unit has the code, or something asked for can't be read.
pub fn quality<'a>(figures: Figures<'a>, code: &str, query: &QualityQuery) -> Result<QualityAnswer<'a>, AnswerError> {
    let view = figures.view;
    let asked = Asked::of([&query.window, &query.scheme, &query.hierarchy, &query.role]);
    let Question { seen, scheme, selection } = Question::read(figures, code, asked, &Filters::default())?;
    let mut rows: BTreeMap<&str, QualityRow<'_>> = BTreeMap::new();
    view.visit_marked(&selection, |found| {
        let source = found.key.source.as_str();
        let row = rows.entry(source).or_insert_with(|| QualityRow {
            source,
            marks: Mark::ALL.into_iter().map(|mark| (mark.as_str(), 0)).collect(),
            ..QualityRow::default()
        });
        row.dossiers += 1;
        row.marked += u64::from(!found.marks.is_empty());
        for mark in found.marks {
            *row.marks.entry(mark.as_str()).or_default() += 1;
        }
    });
    let label = view.units().label(seen.id());
    Ok(QualityAnswer {
        unit: label.code,
        name: label.name,
        window: selection.window,
        scheme,
        as_of: view.now().to_rfc3339(view.zone()),
        seq: view.seq(),
        node: figures.node,
        hierarchy: selection.perspective.hierarchy.as_str(),
        role: selection.perspective.role.as_str(),
        labels: labels(),
        rows: rows.into_values().collect(),
    })
}

impl Tabular for QualityAnswer<'_> {
    /// A row for each source, a column for each mark.
    fn table(&self) -> Table {
        let names = ["from", "to", "as_of", "seq", "source", "dossiers", "marked"];
        let marks = Mark::ALL.into_iter().map(Mark::as_str);
        let row = |row: &QualityRow<'_>| {
            let moment: [Cell; 4] = [
                text(Some(self.window.first.to_string())),
                text(Some(self.window.last.to_string())),
                text(Some(&self.as_of)),
                number(Some(self.seq)),
            ];
            let counts = [number(Some(row.dossiers)), number(Some(row.marked))];
            let marks = Mark::ALL.into_iter().map(|mark| number(row.marks.get(mark.as_str())));
            moment.into_iter().chain([text(Some(row.source))]).chain(counts).chain(marks).collect()
        };
        Table {
            header: names.into_iter().chain(marks).map(str::to_owned).collect(),
            rows: self.rows.iter().map(row).collect(),
        }
    }
}
