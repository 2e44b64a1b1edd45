//! `GET /api/v1/units/{code}/breakdown`: a unit's figures by one dimension, as rows that add up to them.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use crate::cube::{Dimension, Item, Selection};
use crate::kpi::measure::Sums;
use crate::kpi::{Catalogue, KpiFigure, MEASURES, Measure, Measures, Slot, Term, Window, Words};
use crate::model::Day;
use crate::units::{Perspective, UnitId};

use super::kpis::{OWN, projected};
use super::question::{Asked, Filters, Question, shown, windowed};
use super::standing::{Comparisons, Ended, Shown, comparisons, covered_from, ended};
use super::{AnswerError, Figures};

/// What can be asked.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BreakdownQuery {
    /// `unit`, `field`, `procedure`, `channel`, `status`, `holder`, `age` or `day`.
    pub by: Option<String>,
    /// See [`crate::kpi::WindowChoice`]; the year to date when absent.
    pub window: Option<String>,
    /// The scheme that a period's days are read by; that of walls when absent.
    pub scheme: Option<String>,
    /// `now` (default) or `was`.
    pub hierarchy: Option<String>,
    /// `processing` (default) or `receiving`.
    pub role: Option<String>,
    /// Rows at most, 1 to 1,000; what is more is one row `others`.
    pub rows: Option<usize>,
    /// Of a table as text: begins with a byte order mark.
    #[serde(default)]
    pub bom: bool,
    field: Option<String>,
    procedure: Option<String>,
    channel: Option<String>,
    status: Option<String>,
    holder: Option<String>,
    age: Option<String>,
    without: Option<String>,
    same_day: Option<String>,
    #[serde(default)]
    own: bool,
}

impl BreakdownQuery {
    fn filters(&self) -> Filters {
        Filters {
            field: self.field.clone(),
            procedure: self.procedure.clone(),
            channel: self.channel.clone(),
            status: self.status.clone(),
            holder: self.holder.clone(),
            age: self.age.clone(),
            without: self.without.clone(),
            same_day: self.same_day.clone(),
            own: self.own,
        }
    }
}

/// Rows given when none are asked for.
const ROWS_DEFAULT: usize = 100;
/// The most rows of an answer, `others` apart.
pub(super) const ROWS_MAX: usize = 1_000;

/// By what rows are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Unit,
    Day,
    Value(Dimension),
}

impl By {
    fn read(name: Option<&str>) -> Result<By, AnswerError> {
        match name {
            None => Err(AnswerError::UnknownDimension(String::new())),
            Some("unit") => Ok(By::Unit),
            Some("day") => Ok(By::Day),
            Some(name) => {
                Dimension::named(name).map(By::Value).ok_or_else(|| AnswerError::UnknownDimension(shown(name)))
            }
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            By::Unit => "unit",
            By::Day => "day",
            By::Value(dimension) => dimension.as_str(),
        }
    }
}

/// The figures of a unit and a window by one dimension, at one (seq, instant).
#[derive(Debug, Serialize)]
pub struct BreakdownAnswer<'a> {
    pub(super) unit: &'a str,
    pub(super) name: &'a str,
    stale_code: bool,
    pub(super) window: Window,
    scheme: &'a str,
    pub(super) as_of: String,
    pub(super) seq: u64,
    node: &'a str,
    hierarchy: &'static str,
    role: &'static str,
    pub(super) by: &'static str,
    filters: Filters,
    /// The code has ended by today: since when, and who goes on.
    ended: Option<Ended<'a>>,
    /// The first day that all sources cover that feed the unit, when the window begins before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    covered_from: Option<String>,
    /// Of everything that the filters leave; null each where the unit can have no figures in the window.
    measures: Shown,
    pub(super) kpis: BTreeMap<&'a str, KpiFigure<'a>>,
    /// Null when filters leave only a part.
    compare: Option<Comparisons<'a>>,
    /// Of each KPI: its names, and the measures that are added up above and below the line.
    formulas: BTreeMap<&'a str, Formula<'a>>,
    /// The words for measures.
    words: BTreeMap<&'static str, &'a Words>,
    /// They add up to `measures`. Of days: levels are the changes of the day, and the row `before` is what was carried
    /// into the window.
    pub(super) rows: Vec<BreakdownRow<'a>>,
}

/// What a KPI is called and made of.
#[derive(Debug, Serialize)]
struct Formula<'a> {
    label: &'a Words,
    short: &'a Words,
    /// As `dossiers` takes them: `-name` is taken away. Empty of a percentile and without a source.
    num: Vec<Term>,
    den: Vec<Term>,
}

/// One row.
#[derive(Debug, Serialize)]
pub(super) struct BreakdownRow<'a> {
    /// The value, code of a unit, or day; null: no value there (or the row `before` or `others`).
    pub(super) value: Option<String>,
    /// Of a unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<&'a str>,
    /// What the unit itself handles.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) own: bool,
    /// Of days: what was carried into the window.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) before: bool,
    /// How many further values are in this row together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) others: Option<usize>,
    /// Null each where the unit can have no figures in the window.
    pub(super) measures: Shown,
    /// Of days only those that no level takes part in.
    pub(super) kpis: BTreeMap<&'a str, KpiFigure<'a>>,
}

/// What a row is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key<'a> {
    Before,
    Own,
    Unit(UnitId),
    Day(Day),
    Value(&'a str),
    Nothing,
    Others(usize),
}

/// A unit's figures by a dimension.
///
/// # Errors
/// When no unit has the code, or something asked for can't be read or isn't there yet.
pub fn breakdown<'a>(
    figures: Figures<'a>,
    code: &str,
    query: &BreakdownQuery,
) -> Result<BreakdownAnswer<'a>, AnswerError> {
    let view = figures.view;
    let by = By::read(query.by.as_deref())?;
    let filters = query.filters();
    let asked = Asked::of([&query.window, &query.scheme, &query.hierarchy, &query.role]);
    let Question { seen, scheme, selection } = Question::read(figures, code, asked, &filters)?;
    let rows_max = query.rows.unwrap_or(ROWS_DEFAULT);
    if !(1..=ROWS_MAX).contains(&rows_max) {
        return Err(AnswerError::BadBound { name: "rows", max: ROWS_MAX });
    }
    let mut rows = match by {
        By::Unit => by_unit(figures, &selection, filters.is_empty()),
        By::Day => by_day(figures, &selection, filters.is_empty()),
        By::Value(dimension) => by_value(figures, &selection, dimension),
    };
    let measures = rows.iter().fold(Measures::ZERO, |sum, (_, measures)| sum.plus(measures));
    fold(&mut rows, rows_max);
    let label = view.units().label(seen.id());
    let (window, perspective, filters_empty) = (selection.window, selection.perspective, filters.is_empty());
    let (_, choice, _) = windowed(figures, query.window.as_deref(), query.scheme.as_deref())?;
    let day = window.last.min(view.today());
    Ok(BreakdownAnswer {
        unit: label.code,
        name: label.name,
        stale_code: seen.stale_code(),
        window,
        scheme,
        as_of: view.now().to_rfc3339(view.zone()),
        seq: view.seq(),
        node: figures.node,
        hierarchy: selection.perspective.hierarchy.as_str(),
        role: selection.perspective.role.as_str(),
        by: by.as_str(),
        // A goal is the unit's, not that of a part of its dossiers.
        kpis: match filters.is_empty() {
            true => projected(figures, seen.id(), (&measures, day), selection.perspective),
            false => figures.catalogue.figures(&measures, label.into(), day),
        },
        filters,
        ended: ended(figures, seen.id(), perspective),
        covered_from: covered_from(figures, seen.id(), (window, perspective)),
        compare: filters_empty
            .then(|| comparisons(figures, seen.id(), (scheme, choice), (perspective, &measures)))
            .flatten(),
        measures: Shown::of(figures, (seen.id(), window), (perspective, measures)),
        formulas: formulas(figures.catalogue, day),
        words: MEASURES.iter().filter_map(|(of, name)| Some((*name, figures.catalogue.measure_words(*of)?))).collect(),
        rows: rows.into_iter().map(|row| shown_row(figures, (seen.id(), day), (window, perspective), row)).collect(),
    })
}

fn formulas(catalogue: &Catalogue, day: Day) -> BTreeMap<&str, Formula<'_>> {
    let held = catalogue.kpi_ids().filter_map(|id| catalogue.kpi(id, day));
    held.map(|kpi| {
        let (num, den) = (kpi.formula.num().to_vec(), kpi.formula.den().to_vec());
        (kpi.id.as_str(), Formula { label: &kpi.label, short: &kpi.short, num, den })
    })
    .collect()
}

type Rows<'a> = Vec<(Key<'a>, Measures)>;

/// The rows beyond a bound become one, so that the sum stays exact. What has no value keeps its row.
fn fold(rows: &mut Rows<'_>, rows_max: usize) {
    if rows.len() <= rows_max {
        return;
    }
    let rest = rows.split_off(rows_max);
    let (kept, folded): (Rows<'_>, Rows<'_>) = rest.into_iter().partition(|(key, _)| *key == Key::Nothing);
    rows.extend(kept);
    if !folded.is_empty() {
        let sum = folded.iter().fold(Measures::ZERO, |sum, (_, measures)| sum.plus(measures));
        rows.push((Key::Others(folded.len()), sum));
    }
}

/// The rows of `kpis`: own, then the units directly below.
fn by_unit<'a>(figures: Figures<'a>, selection: &Selection, whole: bool) -> Rows<'a> {
    let view = figures.view;
    let key = |unit: UnitId| if unit == selection.unit { Key::Own } else { Key::Unit(unit) };
    if whole {
        let rows = super::kpis::unit_rows(view, selection.unit, selection.window, selection.perspective);
        return rows.into_iter().map(|(unit, measures)| (key(unit), measures)).collect();
    }
    view.rows_of(selection).into_iter().map(|(unit, measures)| (key(unit), measures)).collect()
}

fn counts(row: &(Key<'_>, Measures)) -> bool {
    !row.1.is_zero()
}

fn by_value<'a>(figures: Figures<'a>, selection: &Selection, dimension: Dimension) -> Rows<'a> {
    let mut sums: HashMap<Option<&'a str>, Sums> = HashMap::new();
    figures.view.visit(selection, |item: &Item<'a, '_>| {
        item.add_to(sums.entry(item.value(dimension)).or_insert(Sums::ZERO));
    });
    let key = |value: Option<&'a str>| value.map_or(Key::Nothing, Key::Value);
    let rows = sums.into_iter().map(|(value, sums)| (key(value), Measures::of(&sums)));
    let mut rows: Rows<'a> = rows.filter(counts).collect();
    match dimension.fixed() {
        Some(order) => rows.sort_by_key(|(key, _)| match key {
            Key::Value(value) => order.iter().position(|known| known == value),
            _ => Some(order.len()),
        }),
        // The greatest first, so that what is folded together is the least.
        None => rows.sort_by(|(left_key, left), (right_key, right)| {
            let weight =
                |measures: &Measures| Reverse((measures.get(Measure::TakenOn), measures.get(Measure::Ratings)));
            weight(left).cmp(&weight(right)).then_with(|| left_key.cmp(right_key))
        }),
    }
    rows
}

/// What was carried into the window, then each day on which anything changed.
fn by_day<'a>(figures: Figures<'a>, selection: &Selection, whole: bool) -> Rows<'a> {
    let mut days: BTreeMap<Key<'a>, Sums> = BTreeMap::new();
    let window = selection.window;
    let mut add = |(day, slot, by): (Day, Slot, i64)| {
        if window.first <= day && day <= window.last {
            days.entry(Key::Day(day)).or_insert(Sums::ZERO).slots[slot.place()] += by;
        } else if day < window.first && slot.is_level() {
            days.entry(Key::Before).or_insert(Sums::ZERO).carry_in(slot, by);
        }
    };
    if whole {
        figures.view.unit_changes(selection.unit, selection.perspective).for_each(&mut add);
    } else {
        figures.view.visit(selection, |item| item.additions().for_each(&mut add));
    }
    days.into_iter().map(|(key, sums)| (key, Measures::of(&sums))).filter(counts).collect()
}

fn shown_row<'a>(
    figures: Figures<'a>,
    (asked, day): (UnitId, Day),
    (window, perspective): (Window, Perspective),
    (key, measures): (Key<'a>, Measures),
) -> BreakdownRow<'a> {
    let units = figures.view.units();
    let unit = match key {
        Key::Unit(unit) => unit,
        _ => asked,
    };
    let mut kpis = figures.catalogue.figures(&measures, units.label(unit).into(), day);
    if matches!(key, Key::Day(_) | Key::Before) {
        // A change divided by a change says nothing.
        kpis.retain(|id, _| figures.catalogue.kpi(id, day).is_some_and(|kpi| !kpi.has_level()));
    }
    BreakdownRow {
        value: match key {
            Key::Own => Some(OWN.to_owned()),
            Key::Unit(unit) => Some(units.label(unit).code.to_owned()),
            Key::Day(day) => Some(day.to_string()),
            Key::Value(value) => Some(value.to_owned()),
            Key::Before | Key::Nothing | Key::Others(_) => None,
        },
        name: matches!(key, Key::Own | Key::Unit(_)).then(|| units.label(unit).name),
        own: key == Key::Own,
        before: key == Key::Before,
        others: match key {
            Key::Others(values) => Some(values),
            _ => None,
        },
        measures: Shown::of_row(figures, (unit, window), (perspective, measures)),
        kpis,
    }
}
