//! `GET /api/v1/indicators`, `/indicators/missing` and `/units/{code}/indicators`: what offices report.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde::{Deserialize, Serialize};

use crate::cube::{IndicatorSheet, View};
use crate::kpi::indicator::IndicatorRow;
use crate::kpi::{Amount, Better, Cadence, Indicator, IndicatorKind, RollUp, Window, Words};
use crate::model::{Day, Period, UnitKind};
use crate::units::{Hierarchy, UnitId, UnitKey};

use super::official::Closed;
use super::table::{Table, Tabular, of_rows};
use super::{AnswerError, Figures, asked_unit, perspective};

/// What can be asked of the catalogue.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogueQuery {
    /// Of a table as text: begins with a byte order mark.
    #[serde(default)]
    pub bom: bool,
}

/// What can be asked of a unit.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndicatorsQuery {
    /// A period such as `2024-H1`; of each indicator the newest one with a number when absent.
    pub period: Option<String>,
    /// `now` (default) or `was`.
    pub hierarchy: Option<String>,
    /// `current` (default), `official` or the number of a closing.
    pub version: Option<String>,
    /// The scheme by which the period was closed; that of forms when absent.
    pub scheme: Option<String>,
    /// Of a table as text: begins with a byte order mark.
    #[serde(default)]
    pub bom: bool,
}

/// What can be asked of who hasn't sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MissingQuery {
    /// A period; of each indicator the one of its own length that ended last when absent.
    pub period: Option<String>,
    /// Of a table as text: begins with a byte order mark.
    #[serde(default)]
    pub bom: bool,
}

/// The catalogue of indicators.
#[derive(Debug, Serialize)]
pub struct CatalogueAnswer<'a> {
    as_of: String,
    seq: u64,
    node: &'a str,
    indicators: Vec<Definition<'a>>,
    /// Codes that something was reported under and the catalogue doesn't know; only for who sees every unit.
    unlisted: Vec<Unlisted<'a>>,
}

#[derive(Debug, Serialize)]
struct Definition<'a> {
    code: &'a str,
    label: &'a Words,
    definition: &'a Words,
    system: &'a Words,
    kind: IndicatorKind,
    roll_up: RollUp,
    cadence: Cadence,
    deadline_days: i32,
    measured_in: &'a Words,
    reported_by: &'a [UnitKind],
    better: Option<Better>,
    goal: Option<Amount>,
    goal_year: Option<i16>,
}

#[derive(Debug, Serialize)]
struct Unlisted<'a> {
    code: &'a str,
    reports: usize,
}

fn definition(indicator: &Indicator) -> Definition<'_> {
    Definition {
        code: &indicator.code,
        label: &indicator.label,
        definition: &indicator.definition,
        system: &indicator.system,
        kind: indicator.kind,
        roll_up: indicator.roll_up,
        cadence: indicator.cadence,
        deadline_days: indicator.deadline_days,
        measured_in: &indicator.measured_in,
        reported_by: &indicator.reported_by,
        better: indicator.better,
        goal: indicator.goal.map(|(goal, _)| goal.into()),
        goal_year: indicator.goal.map(|(_, year)| year),
    }
}

/// All indicators, in the order of the catalogue.
pub fn indicator_catalogue(figures: Figures<'_>) -> CatalogueAnswer<'_> {
    let Figures { view, catalogue, node, scope } = figures;
    let mut unlisted: BTreeMap<&str, usize> = BTreeMap::new();
    let all = view.indicator_reports().filter(|_| scope.is_all());
    for (code, ..) in all.filter(|(code, ..)| catalogue.indicators().get(code).is_none()) {
        *unlisted.entry(code).or_default() += 1;
    }
    CatalogueAnswer {
        as_of: view.now().to_rfc3339(view.zone()),
        seq: view.seq(),
        node,
        indicators: catalogue.indicators().iter().map(definition).collect(),
        unlisted: unlisted.into_iter().map(|(code, reports)| Unlisted { code, reports }).collect(),
    }
}

/// The indicators of a unit, at one (seq, instant).
#[derive(Debug, Serialize)]
pub struct IndicatorsAnswer<'a> {
    unit: &'a str,
    name: &'a str,
    stale_code: bool,
    /// The period asked for; null: of each indicator the newest.
    period: Option<Period>,
    as_of: String,
    seq: u64,
    node: &'a str,
    hierarchy: &'static str,
    units_pending: bool,
    /// By whom the period was closed, of closed figures.
    closed: Option<&'a Closed>,
    indicators: Vec<IndicatorRow<'a>>,
}

/// A period as a question names it.
pub(super) fn period(asked: Option<&str>) -> Result<Option<Period>, AnswerError> {
    Ok(asked.map(str::parse::<Period>).transpose()?)
}

/// The indicators of what a code names: as it is now today, as it was on the period's last day.
///
/// # Errors
/// When no unit has the code, the period can't be read, or there is no such hierarchy.
pub fn indicators<'a>(
    figures: Figures<'a>,
    code: &str,
    query: &IndicatorsQuery,
) -> Result<IndicatorsAnswer<'a>, AnswerError> {
    let Figures { view, catalogue, node, .. } = figures;
    let hierarchy = perspective(query.hierarchy.as_deref(), None)?.hierarchy;
    let period = period(query.period.as_deref())?;
    let today = Window { first: view.today(), last: view.today() };
    let window = period.map_or(today, |period| Window { first: period.days().0, last: period.days().1 });
    let seen = asked_unit(figures, code, window, hierarchy)?;
    let label = view.units().label(seen.id());
    let rows = catalogue.indicators().iter().map(|of| view.indicator_row(of, period, (hierarchy, seen.id())));
    Ok(IndicatorsAnswer {
        unit: label.code,
        name: label.name,
        stale_code: seen.stale_code(),
        period,
        as_of: view.now().to_rfc3339(view.zone()),
        seq: view.seq(),
        node,
        hierarchy: hierarchy.as_str(),
        units_pending: view.units_pending(),
        closed: None,
        indicators: rows.collect(),
    })
}

/// The indicators of a unit for a closed period: what its code goes on as isn't told, that may change.
pub(super) fn closed_indicators<'a>(
    figures: Figures<'a>,
    (unit, period): (UnitId, Period),
    sheets: &[IndicatorSheet<'a>],
    closed: &'a Closed,
) -> IndicatorsAnswer<'a> {
    let label = figures.view.units().label(unit);
    IndicatorsAnswer {
        unit: label.code,
        name: label.name,
        stale_code: false,
        period: Some(period),
        as_of: figures.view.now().to_rfc3339(figures.view.zone()),
        seq: figures.view.seq(),
        node: figures.node,
        hierarchy: Hierarchy::Now.as_str(),
        units_pending: false,
        closed: Some(closed),
        indicators: sheets.iter().map(|sheet| sheet.row(unit)).collect(),
    }
}

/// Who hasn't reported.
#[derive(Debug, Serialize)]
pub struct MissingAnswer<'a> {
    /// The period asked for; null: of each indicator the one that ended last.
    period: Option<Period>,
    as_of: String,
    seq: u64,
    node: &'a str,
    /// Units that are to report and did.
    reported: usize,
    missing: Vec<MissingRow<'a>>,
}

#[derive(Debug, Serialize)]
struct MissingRow<'a> {
    unit: &'a str,
    name: &'a str,
    code: &'a str,
    label: &'a Words,
    period: Period,
    /// The last day in time.
    deadline: String,
    overdue: bool,
    /// Days since the deadline; 0 while there is time.
    overdue_days: i32,
    /// How far what it filled in is; null: nothing was filled in.
    state: Option<&'static str>,
}

/// The last day on which a report of a period is in time: so many days after its end, and where a calendar is loaded
/// the next working day when that is none.
pub(super) fn deadline(view: &View, indicator: &Indicator, period: Period) -> Day {
    let mut day = indicator.deadline(period);
    let rules = view.rules();
    if rules.entries().next().is_some() {
        while !rules.calendar().is_working(day) {
            day = day.plus(1);
        }
    }
    day
}

/// The units that are to report an indicator and haven't, by the catalogue's order and the unit's.
///
/// # Errors
/// When the period can't be read.
pub fn missing<'a, E: From<AnswerError>>(
    figures: Figures<'a>,
    query: &MissingQuery,
    state: impl Fn(&UnitKey, Period) -> Result<Option<&'static str>, E>,
) -> Result<MissingAnswer<'a>, E> {
    let Figures { view, catalogue, node, scope } = figures;
    let asked = period(query.period.as_deref())?;
    let today = view.today();
    let sight = scope.on(view.units(), view.hierarchies(), Hierarchy::Was);
    let (mut reported, mut missing) = (0, Vec::new());
    let mut states: BTreeMap<(UnitId, Period), Option<&'static str>> = BTreeMap::new();
    for indicator in catalogue.indicators().iter() {
        let period = asked.unwrap_or_else(|| indicator.cadence.last_ended(today));
        if !indicator.cadence.has(period) {
            continue;
        }
        let deadline = deadline(view, indicator, period);
        let placed = view.placed(indicator, period, Hierarchy::Was);
        for (unit, has_reported) in view.reporters(&placed) {
            if !sight.covers(unit) {
                continue;
            }
            if has_reported {
                reported += 1;
                continue;
            }
            let label = view.units().label(unit);
            let state = match states.entry((unit, period)) {
                Entry::Occupied(known) => *known.get(),
                Entry::Vacant(free) => *free.insert(state(&UnitKey::of(view.units(), unit), period)?),
            };
            missing.push(MissingRow {
                unit: label.code,
                name: label.name,
                code: &indicator.code,
                label: &indicator.label,
                period,
                deadline: deadline.to_string(),
                overdue: deadline < today,
                overdue_days: (today.0 - deadline.0).max(0),
                state,
            });
        }
    }
    let as_of = view.now().to_rfc3339(view.zone());
    Ok(MissingAnswer { period: asked, as_of, seq: view.seq(), node, reported, missing })
}

const DEFINITION_COLUMNS: [&str; 13] = [
    "code",
    "label",
    "definition",
    "system",
    "kind",
    "roll_up",
    "cadence",
    "deadline_days",
    "measured_in",
    "reported_by",
    "better",
    "goal",
    "goal_year",
];

impl Tabular for CatalogueAnswer<'_> {
    fn table(&self) -> Table {
        of_rows(&DEFINITION_COLUMNS, &self.indicators)
    }
}

const MISSING_COLUMNS: [&str; 9] =
    ["unit", "name", "code", "label", "period", "deadline", "overdue", "overdue_days", "state"];

const ROW_COLUMNS: [&str; 24] = [
    "code",
    "label",
    "period",
    "value",
    "num",
    "den",
    "measured_in",
    "declared",
    "difference",
    "differs",
    "made_from",
    "own",
    "below",
    "reported",
    "expected",
    "previous",
    "change",
    "goal",
    "goal_year",
    "plan",
    "kind",
    "roll_up",
    "system",
    "reference",
];

impl Tabular for IndicatorsAnswer<'_> {
    fn table(&self) -> Table {
        of_rows(&ROW_COLUMNS, &self.indicators)
    }
}

impl Tabular for MissingAnswer<'_> {
    fn table(&self) -> Table {
        of_rows(&MISSING_COLUMNS, &self.missing)
    }
}
