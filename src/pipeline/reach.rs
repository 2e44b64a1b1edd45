//! Which units are meant where a file says `top`, `direct_sub_units`, a kind or codes: as the hierarchy stands today.

use crate::cube::View;
use crate::kpi::Reach;
use crate::model::UnitFact;
use crate::units::{Hierarchy, Scope, UnitId, VisibleUnit};

/// Those that exist today; a code that nobody knows is left out.
pub(super) fn units_of<'v>(view: &'v View, reach: &Reach) -> Vec<(VisibleUnit, &'v UnitFact)> {
    let (tree, today) = (view.tree(Hierarchy::Now), view.today());
    let everyone = Scope::all();
    let sight = everyone.on(view.units(), view.hierarchies(), Hierarchy::Now);
    let top = tree.node(UnitId::UNRESOLVED).parent;
    let ids: Vec<UnitId> = match reach {
        Reach::Top => top.into_iter().collect(),
        Reach::DirectSubUnits => top.map_or(Vec::new(), |top| tree.node(top).children.clone()),
        Reach::Codes(codes) => codes.iter().filter_map(|code| Some(sight.unit(code, today)?.id())).collect(),
        Reach::Kind(_) => tree.ids().collect(),
    };
    let valid = ids.into_iter().filter_map(|id| {
        let fact = view.units().fact(id)?;
        let is_there = fact.valid_from.is_none_or(|from| from <= today) && fact.valid_to.is_none_or(|to| today <= to);
        let is_meant = match reach {
            Reach::Kind(kind) => fact.kind == *kind,
            _ => true,
        };
        (is_there && is_meant).then_some((sight.visible(id)?, &**fact))
    });
    valid.collect()
}
