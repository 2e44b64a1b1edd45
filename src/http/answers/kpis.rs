//! `GET /api/v1/units/{code}/kpis`: measures and KPIs of a unit, and of the rows that add up to it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::kpi::{KpiFigure, Measures, Window, WindowChoice};
use crate::model::Day;
use crate::units::{Perspective, UnitId};

use super::{AnswerError, Figures, asked_unit, perspective};

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
    /// Code of the unit that it goes on as today, when that is another one; as it is now its figures are there.
    succeeded_by: Option<&'a str>,
    window: Window,
    as_of: String,
    seq: u64,
    node: &'a str,
    hierarchy: &'static str,
    role: &'static str,
    /// A newer hierarchy was loaded and is being read; these figures are still those of the former one.
    units_pending: bool,
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

/// The figures of what a code names: as it is now today, as it was on the window's last day.
///
/// Of the units below, those that neither existed in the window nor have any figure in it are left out.
///
/// # Errors
/// When no unit has the code, the window can't be read, or there is no such hierarchy or role.
pub fn kpis<'a>(figures: Figures<'a>, code: &str, query: &KpisQuery) -> Result<KpisAnswer<'a>, AnswerError> {
    let view = figures.view;
    let perspective = perspective(query.hierarchy.as_deref(), query.role.as_deref())?;
    let choice: WindowChoice = query.window.as_deref().unwrap_or(WINDOW_DEFAULT).parse()?;
    let window = choice.on(view.today());
    let seen = asked_unit(figures, code, window, perspective.hierarchy)?;
    let day = window.last.min(view.today());
    let label = view.units().label(seen.id());
    let successor = view.hierarchies().successor(seen.id());
    let sight = figures.scope.on(view.units(), view.hierarchies(), perspective.hierarchy);
    let is_told = successor != seen.id() && sight.covers(successor);
    let measures = view.measures(seen.id(), window, perspective);
    Ok(KpisAnswer {
        unit: label.code,
        name: label.name,
        stale_code: seen.stale_code(),
        succeeded_by: is_told.then(|| view.units().label(successor).code),
        window,
        as_of: view.now().to_rfc3339(view.zone()),
        seq: view.seq(),
        node: figures.node,
        hierarchy: perspective.hierarchy.as_str(),
        role: perspective.role.as_str(),
        units_pending: view.units_pending(),
        kpis: figures.catalogue.figures(&measures, label.into(), day),
        measures,
        children: rows(figures, seen.id(), (window, day), perspective),
    })
}

/// The row of what the unit itself handles; no unit may have this code.
const OWN: &str = "own";

fn rows<'a>(
    figures: Figures<'a>,
    unit: UnitId,
    (window, day): (Window, Day),
    perspective: Perspective,
) -> Vec<Row<'a>> {
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
    let mut rows = vec![row(unit, view.own_measures(unit, window, perspective))];
    for child in &view.tree(perspective.hierarchy).node(unit).children {
        let measures = view.measures(*child, window, perspective);
        if existed(*child) || !measures.is_zero() {
            rows.push(row(*child, measures));
        }
    }
    rows
}
