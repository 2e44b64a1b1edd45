//! Answers as tables of text: which columns and rows each one has.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::kpi::{Band, KpiFigure, MEASURES, Measures, Window};

use super::breakdown::{BreakdownAnswer, BreakdownRow};
use super::dossiers::{DossierRow, DossiersAnswer, ListRow, RatingRow};
use super::kpis::{KpisAnswer, Row};

/// One cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Cell {
    /// Null: nothing, in contrast to an empty text.
    Nothing,
    /// Text.
    Text(String),
    /// A number, written plainly.
    Number(String),
}

/// A header and rows of the same length.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// Names of the columns.
    pub header: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
}

/// What can be given as a table.
pub trait Tabular {
    /// The table.
    fn table(&self) -> Table;
}

/// Text, or nothing.
pub(super) fn text(text: Option<impl AsRef<str>>) -> Cell {
    text.map_or(Cell::Nothing, |text| Cell::Text(text.as_ref().to_owned()))
}

/// A number, or nothing.
pub(super) fn number(number: Option<impl ToString>) -> Cell {
    number.map_or(Cell::Nothing, |number| Cell::Number(number.to_string()))
}

fn flag(flag: bool) -> Cell {
    Cell::Text(flag.to_string())
}

type Kpis<'a> = BTreeMap<&'a str, KpiFigure<'a>>;

fn figure_header(kpis: &Kpis<'_>) -> impl Iterator<Item = String> {
    let measures = MEASURES.iter().map(|(_, name)| (*name).to_owned());
    let kpis = kpis.keys().flat_map(|id| ["num", "den", "value", "band"].map(|part| format!("{id}_{part}")));
    measures.chain(kpis)
}

fn figure_cells(columns: &Kpis<'_>, measures: Option<&Measures>, kpis: &Kpis<'_>) -> Vec<Cell> {
    let Some(measures) = measures else {
        return figure_header(columns).map(|_| Cell::Nothing).collect();
    };
    let mut cells: Vec<Cell> = measures.iter().map(|(_, value)| number(Some(value))).collect();
    for id in columns.keys() {
        let figure = kpis.get(id);
        cells.push(number(figure.and_then(|figure| figure.num)));
        cells.push(number(figure.and_then(|figure| figure.den)));
        cells.push(number(figure.and_then(|figure| figure.value)));
        cells.push(text(figure.and_then(|figure| figure.band).map(band)));
    }
    cells
}

fn band(band: Band) -> &'static str {
    match band {
        Band::Met => "met",
        Band::Near => "near",
        Band::Below => "below",
        Band::Over => "over",
    }
}

/// What every row of figures begins with: of when they are.
fn moment(window: Window, as_of: &str, seq: u64) -> Vec<Cell> {
    let date = |day: crate::model::Day| text(Some(day.to_string()));
    vec![date(window.first), date(window.last), text(Some(as_of)), number(Some(seq))]
}

const MOMENT: [&str; 4] = ["from", "to", "as_of", "seq"];

fn header(names: &[&str]) -> Vec<String> {
    MOMENT.iter().chain(names).map(|name| (*name).to_owned()).collect()
}

impl Tabular for KpisAnswer<'_> {
    /// The unit's row comes first, `part` `total`; the others add up to it.
    fn table(&self) -> Table {
        let mut names = header(&["part", "unit", "name", "valid_from", "valid_to"]);
        names.extend(figure_header(&self.kpis));
        let moment = || moment(self.window, &self.as_of, self.seq);
        let mut total = moment();
        total.extend([text(Some("total")), text(Some(self.unit)), text(Some(self.name)), Cell::Nothing, Cell::Nothing]);
        total.extend(figure_cells(&self.kpis, self.measures.0.as_ref(), &self.kpis));
        let row = |row: &Row<'_>| {
            let mut cells = moment();
            cells.push(text(Some(if row.own { "own" } else { "child" })));
            cells.extend([text(Some(row.unit)), text(Some(row.name))]);
            cells.extend([text(row.valid_from.as_ref()), text(row.valid_to.as_ref())]);
            cells.extend(figure_cells(&self.kpis, row.measures.0.as_ref(), &row.kpis));
            cells
        };
        Table { header: names, rows: [total].into_iter().chain(self.children.iter().map(row)).collect() }
    }
}

impl Tabular for BreakdownAnswer<'_> {
    /// The rows add up; a row without a value has nothing in the column of the dimension, and `row` says what it is.
    fn table(&self) -> Table {
        let mut names = header(&["unit", "unit_name", "row", self.by_column(), "name", "values"]);
        names.extend(figure_header(&self.kpis));
        let row = |row: &BreakdownRow<'_>| {
            let mut cells = moment(self.window, &self.as_of, self.seq);
            cells.extend([text(Some(self.unit)), text(Some(self.name)), text(Some(row.part()))]);
            cells.extend([text(row.value.as_ref()), text(row.name), number(row.others)]);
            cells.extend(figure_cells(&self.kpis, row.measures.0.as_ref(), &row.kpis));
            cells
        };
        Table { header: names, rows: self.rows.iter().map(row).collect() }
    }
}

impl BreakdownAnswer<'_> {
    /// `unit` names the unit asked about already.
    fn by_column(&self) -> &'static str {
        if self.by == "unit" { "child" } else { self.by }
    }
}

impl BreakdownRow<'_> {
    fn part(&self) -> &'static str {
        match (self.others, self.before, self.own, &self.value) {
            (Some(_), ..) => "others",
            (_, true, ..) => "before",
            (_, _, true, _) => "own",
            (.., None) => "without",
            _ => "value",
        }
    }
}

impl Tabular for DossiersAnswer<'_> {
    fn table(&self) -> Table {
        let is_dossiers = self.list == "dossiers";
        let names: &[&str] = if is_dossiers { &DOSSIER_COLUMNS } else { &RATING_COLUMNS };
        let row = |row: &ListRow<'_>| {
            let mut cells = moment(self.window, &self.as_of, self.seq);
            cells.push(text(Some(&self.measure)));
            match row {
                ListRow::Dossier(row) => cells.extend(dossier_cells(row)),
                ListRow::Rating(row) => cells.extend(rating_cells(row)),
            }
            cells
        };
        Table { header: header(names), rows: self.rows.iter().map(row).collect() }
    }
}

const DOSSIER_COLUMNS: [&str; 18] = [
    "measure",
    "source",
    "id",
    "counts",
    "unit",
    "unit_name",
    "status",
    "procedure",
    "field",
    "channel",
    "holder",
    "received",
    "due",
    "finish",
    "class",
    "stage",
    "overdue_from",
    "reason_vi",
];

fn dossier_cells(row: &DossierRow<'_>) -> Vec<Cell> {
    vec![
        text(Some(row.source)),
        text(Some(row.id)),
        number(Some(row.counts)),
        text(Some(row.unit)),
        text(Some(row.unit_name)),
        text(row.status),
        text(row.procedure),
        text(row.field),
        text(row.channel),
        text(row.holder),
        text(row.received.as_ref()),
        text(row.due.as_ref()),
        text(row.finish.as_ref()),
        text(row.class),
        text(row.stage),
        text(row.overdue_from.as_ref()),
        text(Some(&row.reason_vi)),
    ]
}

const RATING_COLUMNS: [&str; 10] =
    ["measure", "source", "id", "counts", "unit", "unit_name", "score", "at", "dossier", "channel"];

fn rating_cells(row: &RatingRow<'_>) -> Vec<Cell> {
    vec![
        text(Some(row.source)),
        text(Some(row.id)),
        number(Some(row.counts)),
        text(Some(row.unit)),
        text(Some(row.unit_name)),
        number(row.score),
        text(row.at.as_ref()),
        text(row.dossier),
        text(row.channel),
    ]
}

/// A table of rows that are written down field by field: each field is a column, in the fields' order.
pub fn of_rows<T: Serialize>(header: &[&str], rows: &[T]) -> Table {
    let cells = |row: &T| {
        let value = serde_json::to_value(row).unwrap_or_default();
        header.iter().map(|name| cell(value.get(name))).collect()
    };
    Table { header: header.iter().map(|name| (*name).to_owned()).collect(), rows: rows.iter().map(cells).collect() }
}

fn cell(value: Option<&serde_json::Value>) -> Cell {
    use serde_json::Value;
    match value {
        None | Some(Value::Null) => Cell::Nothing,
        Some(Value::Bool(value)) => flag(*value),
        Some(Value::Number(value)) => Cell::Number(value.to_string()),
        Some(Value::String(value)) => Cell::Text(value.clone()),
        Some(Value::Array(values)) => {
            let texts = values.iter().map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
            Cell::Text(texts.collect::<Vec<_>>().join(" "))
        }
        Some(object @ Value::Object(_)) => Cell::Text(object.to_string()),
    }
}
