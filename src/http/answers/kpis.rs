//! `GET /api/v1/units/{code}/kpis`: measures and KPIs of a unit, and of the rows that add up to it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::kpi::{KpiFigure, Measures, Window, WindowChoice};
use crate::model::Day;
use crate::units::{UnitId, VisibleUnit};

use super::{AnswerError, Figures};

/// What can be asked.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KpisQuery {
    /// See [`WindowChoice`]; the year to date when absent.
    pub window: Option<String>,
    /// `now` (default) or `was`.
    pub hierarchy: Option<String>,
    /// `processing` (default) or `receiving`.
    pub role: Option<String>,
}

/// The year to date.
const WINDOW_DEFAULT: &str = "year";

/// The figures of a unit and a window, at one (seq, instant).
#[derive(Debug, Serialize)]
pub struct KpisAnswer<'a> {
    unit: &'a str,
    name: &'a str,
    /// The code has ended; these are the figures of the last unit it named.
    stale_code: bool,
    window: Window,
    as_of: String,
    seq: u64,
    node: &'a str,
    hierarchy: &'static str,
    role: &'static str,
    measures: Measures,
    kpis: BTreeMap<&'a str, KpiFigure<'a>>,
    /// What the unit handles itself, then the units directly below it: they add up to `measures` (C-3).
    children: Vec<Row<'a>>,
}

#[derive(Debug, Serialize)]
struct Row<'a> {
    unit: &'a str,
    name: &'a str,
    /// The unit itself without those below it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    own: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_to: Option<String>,
    measures: Measures,
    kpis: BTreeMap<&'a str, KpiFigure<'a>>,
}

/// The figures of a unit.
///
/// Of the units below, those that neither existed in the window nor have any figure in it are left out.
///
/// # Errors
/// When the window can't be read, or something is asked for that isn't there yet.
pub fn kpis<'a>(figures: Figures<'a>, seen: VisibleUnit, query: &KpisQuery) -> Result<KpisAnswer<'a>, AnswerError> {
    let view = figures.view;
    only_now(query.hierarchy.as_deref())?;
    only_processing(query.role.as_deref())?;
    let choice: WindowChoice = query.window.as_deref().unwrap_or(WINDOW_DEFAULT).parse()?;
    let window = choice.on(view.today());
    let day = window.last.min(view.today());
    let label = view.units().label(seen.id());
    let measures = view.measures(seen.id(), window);
    Ok(KpisAnswer {
        unit: label.code,
        name: label.name,
        stale_code: seen.stale_code(),
        window,
        as_of: view.now().to_rfc3339(view.zone()),
        seq: view.seq(),
        node: figures.node,
        hierarchy: "now",
        role: "processing",
        kpis: figures.catalogue.figures(&measures, label.into(), day),
        measures,
        children: rows(figures, seen.id(), window, day),
    })
}

fn only_now(hierarchy: Option<&str>) -> Result<(), AnswerError> {
    match hierarchy {
        None | Some("now") => Ok(()),
        Some("was") => Err(AnswerError::NotAvailableYet("hierarchy=was")),
        Some(other) => Err(AnswerError::UnknownHierarchy(other.to_owned())),
    }
}

fn only_processing(role: Option<&str>) -> Result<(), AnswerError> {
    match role {
        None | Some("processing") => Ok(()),
        Some("receiving") => Err(AnswerError::NotAvailableYet("role=receiving")),
        Some(other) => Err(AnswerError::UnknownRole(other.to_owned())),
    }
}

/// The row of what the unit itself handles; no unit may have this code.
const OWN: &str = "own";

fn rows<'a>(figures: Figures<'a>, unit: UnitId, window: Window, day: Day) -> Vec<Row<'a>> {
    let view = figures.view;
    let row = |of: UnitId, measures: Measures| {
        let label = view.units().label(of);
        let fact = view.units().fact(of);
        Row {
            unit: if of == unit { OWN } else { label.code },
            name: label.name,
            own: of == unit,
            valid_from: fact.and_then(|fact| fact.valid_from).map(|day| day.to_string()),
            valid_to: fact.and_then(|fact| fact.valid_to).map(|day| day.to_string()),
            kpis: figures.catalogue.figures(&measures, label.into(), day),
            measures,
        }
    };
    let existed = |of: UnitId| view.units().fact(of).is_none_or(|fact| window.meets(fact.valid_from, fact.valid_to));
    let mut rows = vec![row(unit, view.own_measures(unit, window))];
    for child in &view.tree().node(unit).children {
        let measures = view.measures(*child, window);
        if existed(*child) || !measures.is_zero() {
            rows.push(row(*child, measures));
        }
    }
    rows
}
