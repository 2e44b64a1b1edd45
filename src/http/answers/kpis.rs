//! `GET /api/v1/units/{code}/kpis`: measures and KPIs of a unit, and of the rows that add up to it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::cube::View;
use crate::kpi::{KpiFigure, Measures, Window};
use crate::model::Day;
use crate::units::{Perspective, UnitId};

use super::question::window;
use super::standing::{Comparisons, Ended, Shown, comparisons, ended};
use super::{AnswerError, Figures, asked_unit, perspective};

/// What can be asked.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KpisQuery {
    /// See [`crate::kpi::WindowChoice`]; the year to date when absent.
    pub window: Option<String>,
    /// `now` (default) or `was`.
    pub hierarchy: Option<String>,
    /// `processing` (default) or `receiving`.
    pub role: Option<String>,
    /// Of a table as text: begins with a byte order mark.
    #[serde(default)]
    pub bom: bool,
}

/// The figures of a unit and a window, at one (seq, instant).
#[derive(Debug, Serialize)]
pub struct KpisAnswer<'a> {
    pub(super) unit: &'a str,
    pub(super) name: &'a str,
    /// The code has ended; these are the figures of the last unit it named.
    stale_code: bool,
    /// Code of the unit that it goes on as today, when that is another one; as it is now its figures are there.
    succeeded_by: Option<&'a str>,
    pub(super) window: Window,
    pub(super) as_of: String,
    pub(super) seq: u64,
    node: &'a str,
    hierarchy: &'static str,
    role: &'static str,
    /// A newer hierarchy was loaded and is being read; these figures are still those of the former one.
    units_pending: bool,
    /// The code has ended by today: since when, and who goes on.
    ended: Option<Ended<'a>>,
    /// Null each where the unit can have no figures in the window.
    pub(super) measures: Shown,
    pub(super) kpis: BTreeMap<&'a str, KpiFigure<'a>>,
    compare: Comparisons<'a>,
    /// What the unit handles itself, then the units directly below it: they add up to `measures` (C-3).
    pub(super) children: Vec<Row<'a>>,
}

#[derive(Debug, Serialize)]
pub(super) struct Row<'a> {
    pub(super) unit: &'a str,
    pub(super) name: &'a str,
    /// The unit itself without those below it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) own: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) valid_from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) valid_to: Option<String>,
    pub(super) measures: Measures,
    pub(super) kpis: BTreeMap<&'a str, KpiFigure<'a>>,
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
    let choice = window(query.window.as_deref())?;
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
        ended: ended(figures, seen.id(), perspective),
        compare: comparisons(figures, seen.id(), choice, (perspective, &measures)),
        measures: Shown::of(figures, (seen.id(), window), (perspective, measures)),
        children: rows(figures, seen.id(), (window, day), perspective),
    })
}

/// The row of what the unit itself handles; no unit may have this code.
pub(super) const OWN: &str = "own";

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
    unit_rows(view, unit, window, perspective).into_iter().map(|(of, measures)| row(of, measures)).collect()
}

/// A unit's own figures, then those of the units directly below it that existed in the window or have any figure in it.
pub(super) fn unit_rows(
    view: &View,
    unit: UnitId,
    window: Window,
    perspective: Perspective,
) -> Vec<(UnitId, Measures)> {
    let existed = |of: UnitId| view.units().fact(of).is_none_or(|fact| window.meets(fact.valid_from, fact.valid_to));
    let mut rows = vec![(unit, view.own_measures(unit, window, perspective))];
    for child in &view.tree(perspective.hierarchy).node(unit).children {
        let measures = view.measures(*child, window, perspective);
        if existed(*child) || !measures.is_zero() {
            rows.push((*child, measures));
        }
    }
    rows
}
