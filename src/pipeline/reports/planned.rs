//! What is due: which reports, of which units and periods.

use std::collections::BTreeMap;

use crate::cube::View;
use crate::kpi::report::{Days, Plan, Run};
use crate::kpi::{Catalogue, Reach, Report};
use crate::model::{Instant, Text};
use crate::pipeline::reach::units_of;
use crate::units::{Hierarchy, Scope, UnitId};

use super::run::ReportRun;

/// The runs of a report that came due since an instant.
pub(super) fn due(view: &View, catalogue: &Catalogue, report: &Report, plan: &Plan, since: Instant) -> Vec<Run> {
    let schemes = catalogue.schemes();
    let scheme = report.scheme.as_deref().and_then(|id| schemes.named(id)).unwrap_or(schemes.of_forms());
    let days = Days { zone: view.zone(), calendar: view.rules().calendar(), scheme };
    plan.schedule.due(since, view.now(), days)
}

/// The units of a schedule by their codes, with their names; none of a code that no unit has today.
pub(super) fn units(view: &View, plan: &Plan) -> BTreeMap<Text, Option<String>> {
    let mut units = BTreeMap::new();
    for reach in &plan.reach {
        if let Reach::Codes(codes) = reach {
            units.extend(codes.iter().map(|code| (code.clone(), None)));
        }
    }
    let named = plan.reach.iter().flat_map(|reach| units_of(view, reach));
    let name = |unit: UnitId| view.units().label(unit).short_name.to_owned();
    for (unit, fact) in named {
        units.insert(fact.code.clone(), Some(name(unit.id())));
    }
    units
}

/// The unit that a run is of, as it stands in a view. Runs are for whoever may see their unit; who may is judged where
/// they are shown.
pub(super) fn unit_of(view: &View, run: &ReportRun) -> Option<UnitId> {
    let day = view.zone().day(run.at);
    let seen = Scope::all().on(view.units(), view.hierarchies(), Hierarchy::Now).unit(&run.unit, day)?;
    (seen.id() != UnitId::UNRESOLVED).then_some(seen.id())
}
