//! `GET /api/v1/units/{code}/kpis`: measures and KPIs of a unit, and of the rows that add up to it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::cube::{Selection, View};
use crate::kpi::projection::months_to;
use crate::kpi::{KpiFigure, Measures, Window};
use crate::model::Day;
use crate::units::{Perspective, UnitId};

use super::official::Closed;
use super::question::{windowed, without_same_day};
use super::standing::{Comparisons, Ended, Shown, comparisons, covered_from, ended};
use super::{AnswerError, Figures, asked_unit, perspective};

/// What can be asked.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KpisQuery {
    /// See [`crate::kpi::WindowChoice`]; the year to date when absent.
    pub window: Option<String>,
    /// The scheme that a period's days are read by; that of walls when absent.
    pub scheme: Option<String>,
    /// `current` (default) or `official`.
    pub version: Option<String>,
    /// `now` (default) or `was`.
    pub hierarchy: Option<String>,
    /// `processing` (default) or `receiving`.
    pub role: Option<String>,
    /// `exclude`: without the dossiers of procedures done on the same day.
    pub same_day: Option<String>,
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
    scheme: &'a str,
    pub(super) as_of: String,
    pub(super) seq: u64,
    node: &'a str,
    hierarchy: &'static str,
    role: &'static str,
    /// A newer hierarchy was loaded and is being read; these figures are still those of the former one.
    units_pending: bool,
    /// Names the catalogue that the KPIs and targets are from.
    catalogue: &'a str,
    /// `current` or `official`.
    version: &'static str,
    /// By whom the period was closed, of official figures.
    closed: Option<&'a Closed>,
    /// Of which dossiers these figures are, when not of all.
    #[serde(skip_serializing_if = "Option::is_none")]
    same_day: Option<&'static str>,
    /// The code has ended by today: since when, and who goes on. Not told with official figures: that may change.
    ended: Option<Ended<'a>>,
    /// The first day that all sources cover that feed the unit, when the window begins before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    covered_from: Option<String>,
    /// Null each where the unit can have no figures in the window.
    pub(super) measures: Shown,
    pub(super) kpis: BTreeMap<&'a str, KpiFigure<'a>>,
    compare: Option<Comparisons<'a>>,
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
    /// Null each where the unit can have no figures in the window.
    pub(super) measures: Shown,
    pub(super) kpis: BTreeMap<&'a str, KpiFigure<'a>>,
}

/// The current figures of what a code names: as it is now today, as it was on the window's last day.
///
/// Of the units below, those that neither existed in the window nor have any figure in it are left out. Without
/// procedures done on the same day it looks at every dossier: then it is not for threads that serve sockets.
///
/// # Errors
/// When no unit has the code, the window can't be read, or there is no such hierarchy or role.
pub fn kpis<'a>(figures: Figures<'a>, code: &str, query: &KpisQuery) -> Result<KpisAnswer<'a>, AnswerError> {
    let perspective = perspective(query.hierarchy.as_deref(), query.role.as_deref())?;
    let (scheme, choice, window) = windowed(figures, query.window.as_deref(), query.scheme.as_deref())?;
    let seen = asked_unit(figures, code, window, perspective.hierarchy)?;
    let without_same_day = without_same_day(query.same_day.as_deref())?;
    let unit = (seen.id(), seen.stale_code());
    let answer = kpis_of(figures, unit, scheme.id(), (window, perspective), without_same_day);
    // Former figures are those of all dossiers.
    let whole = answer.measures.0.as_ref().filter(|_| !without_same_day);
    let compare = whole.and_then(|now| comparisons(figures, seen.id(), (scheme.id(), choice), (perspective, now)));
    Ok(KpisAnswer { ended: ended(figures, seen.id(), perspective), compare, ..answer })
}

/// The figures of a unit that may be seen.
pub(super) fn kpis_of<'a>(
    figures: Figures<'a>,
    (unit, stale_code): (UnitId, bool),
    scheme: &'a str,
    (window, perspective): (Window, Perspective),
    without_same_day: bool,
) -> KpisAnswer<'a> {
    let view = figures.view;
    let day = window.last.min(view.today());
    let label = view.units().label(unit);
    let successor = view.hierarchies().successor(unit);
    let sight = figures.scope.on(view.units(), view.hierarchies(), perspective.hierarchy);
    let is_told = successor != unit && sight.covers(successor);
    let (measures, rows) = if without_same_day {
        let selection = Selection { perspective, unit, own: false, window, filters: Vec::new(), without_same_day };
        let rows = view.rows_of(&selection);
        (rows.iter().fold(Measures::ZERO, |sum, (_, measures)| sum.plus(measures)), rows)
    } else {
        (view.measures(unit, window, perspective), unit_rows(view, unit, window, perspective))
    };
    let kpis = if without_same_day {
        // What becomes of it is made from whole months of all dossiers.
        figures.catalogue.figures(&measures, label.into(), day)
    } else {
        projected(figures, unit, (&measures, day), perspective)
    };
    KpisAnswer {
        unit: label.code,
        name: label.name,
        stale_code,
        succeeded_by: is_told.then(|| view.units().label(successor).code),
        window,
        scheme,
        as_of: view.now().to_rfc3339(view.zone()),
        seq: view.seq(),
        node: figures.node,
        hierarchy: perspective.hierarchy.as_str(),
        role: perspective.role.as_str(),
        units_pending: view.units_pending(),
        catalogue: figures.catalogue.version(),
        version: "current",
        closed: None,
        same_day: without_same_day.then_some("exclude"),
        ended: None,
        covered_from: covered_from(figures, unit, (window, perspective)),
        compare: None,
        kpis,
        measures: Shown::of(figures, (unit, window), (perspective, measures)),
        children: shown_rows(figures, (unit, day), (window, perspective), rows),
    }
}

impl<'a> KpisAnswer<'a> {
    /// As the official figures of a closed period. What a unit goes on as isn't told: that may change.
    pub(super) fn closed_by(self, closed: &'a Closed) -> KpisAnswer<'a> {
        KpisAnswer { version: "official", closed: Some(closed), succeeded_by: None, stale_code: false, ..self }
    }
}

/// The KPIs of a unit, each with what becomes of it if it goes on like its last whole months.
pub(super) fn projected<'a>(
    figures: Figures<'a>,
    unit: UnitId,
    (measures, day): (&Measures, Day),
    perspective: Perspective,
) -> BTreeMap<&'a str, KpiFigure<'a>> {
    let Figures { view, catalogue, .. } = figures;
    let label = view.units().label(unit);
    let mut kpis = catalogue.figures(measures, label.into(), day);
    let months: Vec<(Window, Measures)> = months_to(day, view.today())
        .into_iter()
        .map(|month| (month, view.measures(unit, month, perspective)))
        .collect();
    for (id, figure) in &mut kpis {
        let kpi = catalogue.kpi(id, day);
        figure.projection = kpi.and_then(|kpi| catalogue.projection(kpi, label.into(), day, &months));
    }
    kpis
}

/// The row of what the unit itself handles; no unit may have this code.
pub(super) const OWN: &str = "own";

fn shown_rows<'a>(
    figures: Figures<'a>,
    (unit, day): (UnitId, Day),
    at: (Window, Perspective),
    rows: Vec<(UnitId, Measures)>,
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
            measures: Shown::of_row(figures, (of, at.0), (at.1, measures)),
        }
    };
    rows.into_iter().map(|(of, measures)| row(of, measures)).collect()
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
