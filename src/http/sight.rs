//! What a caller sees of a view (H-1): the only way from a code or a key in a request to figures.

use crate::auth::{Scope, VisibleUnit};
use crate::cube::{DossierView, View};
use crate::model::{Day, DossierKey};
use crate::units::{Hierarchy, Perspective, UnitId, UnitRole};

use super::answers::AnswerError;
use super::error::Problem;

/// The longest code of a unit.
const CODE_BYTES_MAX: usize = 64;

/// What a code names on a day, if the caller may see it; an unknown unit and a foreign one look the same.
pub(super) fn visible_unit(view: &View, scope: &Scope, code: &str, on: Day) -> Result<VisibleUnit, Problem> {
    let seen = scope.on(view.units(), view.hierarchies(), Hierarchy::Now).unit(code, on);
    seen.filter(|_| code.len() <= CODE_BYTES_MAX).ok_or_else(|| unknown_unit(code, on))
}

/// The answer to a code that names nothing that the caller may see.
pub(super) fn unknown_unit(code: &str, on: Day) -> Problem {
    // Cut, so that an answer isn't longer than the question was allowed to be.
    Problem::UnknownUnit { code: code.chars().take(CODE_BYTES_MAX).collect(), on: on.to_string() }
}

/// A dossier, if the unit that processes it or the one that received it may be seen; one of a foreign unit looks like
/// one that isn't there.
pub(super) fn visible_dossier(view: &View, scope: &Scope, key: &DossierKey) -> Result<DossierView, Problem> {
    let sight = scope.on(view.units(), view.hierarchies(), Hierarchy::Now);
    let receiving = Perspective { hierarchy: Hierarchy::Now, role: UnitRole::Receiving };
    let is_seen = |found: &DossierView| sight.covers(found.unit) || sight.covers(found.placement.unit(receiving));
    let unknown = || AnswerError::UnknownDossier { source_id: key.source.clone(), id: key.id.clone() };
    Ok(view.dossier(key).filter(is_seen).ok_or_else(unknown)?)
}

/// The unit that is meant when none is named: the top of the tree, or of what the caller may see; none while no unit
/// is known.
pub(super) fn default_unit(view: &View, scope: &Scope) -> Option<String> {
    match scope.roots() {
        Some(roots) => roots.first().map(|root| root.code.to_string()),
        None => root_code(view),
    }
}

/// Code of the unit at the top of the tree today; none while no unit is known.
pub(super) fn root_code(view: &View) -> Option<String> {
    let root = view.tree(Hierarchy::Now).node(UnitId::UNRESOLVED).parent?;
    view.units().fact(root).map(|fact| fact.code.to_string())
}
