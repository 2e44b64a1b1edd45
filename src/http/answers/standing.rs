//! What must be known beside a unit's figures: that its code has ended and who goes on, that there are none, and how they
//! compare with former ones.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::kpi::{Kpi, Measures, UnitScope, Window, WindowChoice};
use crate::model::Day;
use crate::units::{Perspective, UnitId};

use super::Figures;

/// A code that has ended.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Ended<'a> {
    /// Its last day.
    on: String,
    /// The unit that it goes on as today; null when there is none, or none that the caller may see.
    succeeded_by: Option<Named<'a>>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Named<'a> {
    unit: &'a str,
    name: &'a str,
}

/// That a unit has ended, by today.
pub(super) fn ended<'a>(figures: Figures<'a>, unit: UnitId, perspective: Perspective) -> Option<Ended<'a>> {
    let view = figures.view;
    let last = view.units().fact(unit)?.valid_to.filter(|last| *last < view.today())?;
    let successor = view.hierarchies().successor(unit);
    let sight = figures.scope.on(view.units(), view.hierarchies(), perspective.hierarchy);
    let is_told = successor != unit && sight.covers(successor);
    let label = view.units().label(successor);
    Some(Ended { on: last.to_string(), succeeded_by: is_told.then_some(Named { unit: label.code, name: label.name }) })
}

/// The first day that all sources cover that feed a unit, when a window begins before it: what is counted lies after it.
pub(super) fn covered_from(
    figures: Figures<'_>,
    unit: UnitId,
    (window, perspective): (Window, Perspective),
) -> Option<String> {
    let coverage = figures.view.coverage(unit, perspective.hierarchy)?;
    coverage.cuts(window).map(|day| day.to_string())
}

/// Measures, or none where a unit can have no figures: null then, which isn't 0.
#[derive(Clone, Debug)]
pub(super) struct Shown(pub(super) Option<Measures>);

impl Shown {
    /// Of a unit that can have no data in a window ([`crate::cube::View::has_no_data`]) zeros are no figures.
    pub(super) fn of(
        figures: Figures<'_>,
        (unit, window): (UnitId, Window),
        (perspective, measures): (Perspective, Measures),
    ) -> Shown {
        let is_none = measures.is_zero() && figures.view.has_no_data(unit, window, perspective.hierarchy);
        Shown((!is_none).then_some(measures))
    }

    /// Of a row, which adds up with others to a unit's figures: its zeros are no figures only where no source covers.
    pub(super) fn of_row(
        figures: Figures<'_>,
        (unit, window): (UnitId, Window),
        (perspective, measures): (Perspective, Measures),
    ) -> Shown {
        let is_none = measures.is_zero() && figures.view.is_before_coverage(unit, window, perspective.hierarchy);
        Shown((!is_none).then_some(measures))
    }
}

impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in self.0.as_ref().unwrap_or(&Measures::ZERO).iter() {
            map.serialize_entry(name, &self.0.is_some().then_some(value))?;
        }
        map.end()
    }
}

/// How figures compare with former ones; null where the unit's figures don't reach back so far.
#[derive(Debug, Serialize)]
pub(super) struct Comparisons<'a> {
    previous: Option<Comparison<'a>>,
    same_period_last_year: Option<Comparison<'a>>,
}

/// Figures of a former window.
#[derive(Debug, Serialize)]
struct Comparison<'a> {
    window: Window,
    /// The day on which the unit's hierarchy became another one since that window began: then the two are figures of
    /// other boundaries or other units below, and no ranks are compared. Null: they are alike.
    across: Option<String>,
    measures: Measures,
    kpis: BTreeMap<&'a str, Before>,
}

#[derive(Debug, Serialize)]
struct Before {
    num: Option<i64>,
    den: Option<i64>,
    value: Option<f64>,
    /// Of a ratio: now less then, in percentage points.
    difference_points: Option<f64>,
}

/// Compares a unit's figures of a window with those of the one before and of the same one a year ago. Only by the scheme of
/// walls: former windows are those of the calendar.
pub(super) fn comparisons<'a>(
    figures: Figures<'a>,
    unit: UnitId,
    (scheme, choice): (&str, WindowChoice),
    (perspective, now): (Perspective, &Measures),
) -> Option<Comparisons<'a>> {
    if scheme != figures.catalogue.schemes().of_walls().id() {
        return None;
    }
    let view = figures.view;
    let label = view.units().label(unit);
    let today = view.today();
    let window = choice.on(today);
    let day = window.last.min(today);
    let held = |day| figures.catalogue.kpi_ids().filter_map(move |id| figures.catalogue.kpi(id, day));
    let coverage = view.coverage(unit, perspective.hierarchy);
    let one = |former: Window| {
        let begun = view.first_day(unit, perspective)?;
        // What isn't covered as a whole isn't compared as though it were.
        let is_cut = coverage.and_then(|coverage| coverage.cuts(former)).is_some();
        if begun > former.last || is_cut {
            return None;
        }
        let measures = view.measures(unit, former, perspective);
        let kpis = held(day).map(|kpi| (kpi.id.as_str(), before(figures, kpi, (label.into(), day), [now, &measures])));
        Some(Comparison {
            window: former,
            across: view.hierarchies().changed(unit, (former.first, day)).map(|day: Day| day.to_string()),
            kpis: kpis.collect(),
            measures,
        })
    };
    Some(Comparisons {
        previous: one(choice.previous(today)),
        same_period_last_year: one(choice.same_period_last_year(today)),
    })
}

fn before(figures: Figures<'_>, kpi: &Kpi, (unit, day): (UnitScope<'_>, Day), [now, then]: [&Measures; 2]) -> Before {
    let [now, then] = [now, then].map(|measures| figures.catalogue.figure(kpi, measures, unit, day));
    let points = |(now, then): (f64, f64)| (now - then) * 100.0;
    let difference_points = now.value.zip(then.value).filter(|_| kpi.is_ratio()).map(points);
    Before { num: then.num, den: then.den, value: then.value, difference_points }
}
