//! `GET /api/v1/units/{code}/indices/{index}`: the score of a unit, made from counters, beside the published one.

use serde::{Deserialize, Serialize};

use crate::cube::IndexReading;
use crate::kpi::index::{CriterionFigure, IndexFigure};
use crate::kpi::{Cadence, Index, Window, Words};
use crate::model::Period;
use crate::units::{Perspective, UnitId};

use super::indicators::period;
use super::official::Closed;
use super::table::{Cell, Table, Tabular, number, text};
use super::{AnswerError, Figures, asked_unit, perspective};

/// What can be asked.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndexQuery {
    /// A period such as `2024-07`; the running year when absent.
    pub period: Option<String>,
    /// `now` (default) or `was`.
    pub hierarchy: Option<String>,
    /// `processing` (default) or `receiving`.
    pub role: Option<String>,
    /// `current` (default), `official` or the number of a closing.
    pub version: Option<String>,
    /// The scheme by which the period was closed; that of forms when absent.
    pub scheme: Option<String>,
    /// Of a table as text: begins with a byte order mark.
    #[serde(default)]
    pub bom: bool,
}

/// The score of a unit and a period, at one (seq, instant).
#[derive(Debug, Serialize)]
pub struct IndexAnswer<'a> {
    unit: &'a str,
    name: &'a str,
    stale_code: bool,
    index: &'a str,
    label: &'a Words,
    decision: &'a str,
    period: Period,
    window: Window,
    as_of: String,
    seq: u64,
    node: &'a str,
    hierarchy: &'static str,
    role: &'static str,
    units_pending: bool,
    /// By whom the period was closed, of closed figures.
    closed: Option<&'a Closed>,
    #[serde(flatten)]
    figure: IndexFigure<'a>,
    /// Among the units of its category under the same parent; null where units aren't ranked.
    rank: Option<Rank<'a>>,
}

#[derive(Debug, Serialize)]
struct Rank<'a> {
    /// Null below the least number of cases, or without anything measurable; ties share one.
    rank: Option<usize>,
    /// How many have a rank.
    of: usize,
    /// How many there are.
    count: usize,
    category: &'a str,
    /// What must be counted for a rank, and how often.
    ranked_by: &'static str,
    at_least: i64,
}

/// The score of what a code names: as it is now today, as it was on the period's last day.
///
/// # Errors
/// When no unit has the code, there is no such index or no formulas of it on that day, or something asked for can't be
/// read.
pub fn index<'a>(
    figures: Figures<'a>,
    (code, id): (&str, &str),
    query: &IndexQuery,
) -> Result<IndexAnswer<'a>, AnswerError> {
    let Figures { view, catalogue, .. } = figures;
    let unknown = || AnswerError::UnknownIndex(id.chars().take(64).collect());
    let perspective = perspective(query.hierarchy.as_deref(), query.role.as_deref())?;
    let period = period(query.period.as_deref())?.unwrap_or_else(|| Cadence::Year.around(view.today()));
    let window = Window { first: period.days().0, last: period.days().1 };
    let index = catalogue.index(id).ok_or_else(unknown)?;
    let seen = asked_unit(figures, code, window, perspective.hierarchy)?;
    let reading = view.index((index, catalogue), period, perspective).ok_or_else(unknown)?;
    let scored = Scored { figures, index, reading: &reading, period, perspective };
    Ok(IndexAnswer { stale_code: seen.stale_code(), ..scored.answer(seen.id(), None) })
}

/// An index of one period and perspective, ready for any number of units.
#[derive(Clone, Copy)]
pub(super) struct Scored<'a, 'r> {
    pub(super) figures: Figures<'a>,
    pub(super) index: &'a Index,
    pub(super) reading: &'r IndexReading<'a>,
    pub(super) period: Period,
    pub(super) perspective: Perspective,
}

impl<'a> Scored<'a, '_> {
    /// The answer of a unit; who closed the period stands in it.
    pub(super) fn answer(self, unit: UnitId, closed: Option<&'a Closed>) -> IndexAnswer<'a> {
        let Scored { figures, index, reading, period, perspective } = self;
        let Figures { view, catalogue, node, .. } = figures;
        let window = reading.window();
        let label = view.units().label(unit);
        let rank = siblings(figures, index, (window, perspective), unit).map(|(category, units)| {
            let ranks = reading.ranks(index, &units);
            let own = units.iter().position(|other| *other == unit).and_then(|place| ranks[place]);
            let (measure, at_least) = index.ranked_by;
            Rank {
                rank: own,
                of: ranks.iter().flatten().count(),
                count: units.len(),
                category,
                ranked_by: measure.name(),
                at_least,
            }
        });
        IndexAnswer {
            unit: label.code,
            name: label.name,
            stale_code: false,
            index: &index.id,
            label: &index.label,
            decision: &index.decision,
            period,
            window,
            as_of: view.now().to_rfc3339(view.zone()),
            seq: view.seq(),
            node,
            hierarchy: perspective.hierarchy.as_str(),
            role: perspective.role.as_str(),
            units_pending: view.units_pending(),
            closed,
            figure: reading.figure((index, catalogue), unit),
            rank,
        }
    }
}

/// The units that a unit is ranked with, itself among them: those of its category under the same parent that existed
/// in the period. None of a top, of `unresolved` and in a category that isn't ranked.
fn siblings<'a>(
    figures: Figures<'a>,
    index: &Index,
    (window, perspective): (Window, Perspective),
    unit: UnitId,
) -> Option<(&'a str, Vec<UnitId>)> {
    let view = figures.view;
    let fact = view.units().fact(unit)?;
    let tree = view.tree(perspective.hierarchy);
    let parent = tree.node(unit).parent?;
    if index.unranked.iter().any(|category| **category == *fact.category) {
        return None;
    }
    let is_alike = |other: &&UnitId| {
        let other = view.units().fact(**other);
        other.is_some_and(|other| other.category == fact.category && window.meets(other.valid_from, other.valid_to))
    };
    let units: Vec<UnitId> = tree.node(parent).children.iter().filter(is_alike).copied().collect();
    units.contains(&unit).then_some((&*fact.category, units))
}

impl Tabular for IndexAnswer<'_> {
    /// The whole first, then each group with its criteria below.
    fn table(&self) -> Table {
        let names = [
            "unit",
            "period",
            "part",
            "id",
            "code",
            "label",
            "state",
            "num",
            "den",
            "ratio",
            "score",
            "measurable",
            "max",
            "lost",
            "recoverable",
            "official",
            "definition",
            "version",
        ];
        let figure = &self.figure;
        let row =
            |part: &str, names: [&str; 3], counts: [Cell; 4], points: &crate::kpi::index::Points, official, about| {
                let mut cells = vec![text(Some(self.unit)), text(Some(self.period.to_string())), text(Some(part))];
                cells.extend(names.map(|name| text(Some(name))));
                cells.extend(counts);
                cells.push(number(points.score));
                cells.extend(
                    [points.measurable, points.max, points.lost, points.recoverable].map(|of| number(Some(of))),
                );
                cells.extend([number(official), text(about), text(Some(figure.version))]);
                cells
            };
        let none = || [Cell::Nothing, Cell::Nothing, Cell::Nothing, Cell::Nothing];
        let total = ["total", self.index, &self.label.vi];
        let mut rows = vec![row("total", total, none(), &figure.points, figure.official, None)];
        for group in &figure.groups {
            let names = [group.id, group.code, &group.label.vi];
            rows.push(row("group", names, none(), &group.points, group.official, None));
            for one in &group.criteria {
                let names = [one.id, one.code, one.label.vi.as_str()];
                let about = Some(one.definition.vi.as_str());
                rows.push(row("criterion", names, counts(one), &one.points, one.official, about));
            }
        }
        Table { header: names.map(str::to_owned).to_vec(), rows }
    }
}

fn counts(one: &CriterionFigure<'_>) -> [Cell; 4] {
    let state = serde_json::to_value(one.state).ok();
    let state = state.as_ref().and_then(|state| state.as_str());
    [text(state), number(one.num), number(one.den), number(one.ratio)]
}
