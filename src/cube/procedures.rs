//! Figures that need the procedures: which dossiers are of a procedure done on the same day, and which procedures were
//! used.

use std::collections::HashMap;

use super::drill::{ItemKind, Selection};
use super::view::View;
use crate::kpi::measure::Sums;
use crate::kpi::{Measure, Measures, Window};
use crate::model::procedure::stripped_code;
use crate::model::{Day, Derived, DossierState, Level, Limit, ProcedureFact};
use crate::units::{Perspective, UnitId};

/// How many procedures there are, and how many of them were used. A procedure is counted once by its stripped code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProcedureUse {
    /// Known procedures on the window's last day.
    pub known: usize,
    /// Of the known ones: partly or fully online.
    pub online: usize,
    /// Of the known ones: with a fee.
    pub with_fee: usize,
    /// Of which any dossier was received in the window, known or not.
    pub received: usize,
    /// Of which any was received online, known or not.
    pub received_online: usize,
    /// Of the ones partly or fully online: of which any was received online.
    pub online_used: usize,
    /// Of the ones with a fee: of which any received was paid online.
    pub with_fee_paid_online: usize,
}

impl View {
    /// Whether a dossier's procedure is done on the same day: as it was on the day of taking on; before that, today.
    pub fn is_same_day(&self, state: &DossierState, derived: &Derived) -> bool {
        let on = derived.taken_on.map_or_else(|| self.today(), |taken_on| self.zone.day(taken_on));
        state.procedure.value().is_some_and(|code| self.rules().limit(code, on) == Some(Limit::SameDay))
    }

    /// A unit's own figures, then those of each unit directly below it that has any, of the dossiers that a selection
    /// leaves. Looks at every dossier: not for threads that serve sockets.
    pub fn rows_of(&self, selection: &Selection) -> Vec<(UnitId, Measures)> {
        let mut sums: HashMap<UnitId, Sums> = HashMap::new();
        self.visit(selection, |item| item.add_to(sums.entry(item.through).or_insert(Sums::ZERO)));
        let children = &self.tree(selection.perspective.hierarchy).node(selection.unit).children;
        let order = [selection.unit].into_iter().chain(children.iter().copied());
        let rows = order.filter_map(|unit| Some((unit, Measures::of(sums.get(&unit)?))));
        rows.filter(|(_, measures)| !measures.is_zero()).collect()
    }

    /// How many procedures were used under a unit in a window ("services with at least one dossier"). Looks at every
    /// dossier: not for threads that serve sockets.
    pub fn procedure_use(&self, unit: UnitId, window: Window, perspective: Perspective) -> ProcedureUse {
        let selection =
            Selection { perspective, unit, own: false, window, filters: Vec::new(), without_same_day: false };
        let mut used: HashMap<&str, Sums> = HashMap::new();
        self.visit(&selection, |item| {
            if let ItemKind::Dossier(state, _) = item.kind
                && let Some(code) = state.procedure.value()
            {
                item.add_to(used.entry(stripped_code(code)).or_insert(Sums::ZERO));
            }
        });
        let used: HashMap<&str, Measures> = used.into_iter().map(|(code, sums)| (code, Measures::of(&sums))).collect();
        let any = |code: &str, measure: Measure| used.get(code).is_some_and(|measures| measures.get(measure) > 0);
        let count = |measure: Measure| used.values().filter(|measures| measures.get(measure) > 0).count();
        let known = self.known_procedures(window.last);
        let is_online = |fact: &&ProcedureFact| matches!(fact.profile.level, Some(Level::Partial | Level::Full));
        let online = || known.iter().copied().filter(is_online);
        let with_fee = || known.iter().copied().filter(|fact| fact.profile.fee == Some(true));
        ProcedureUse {
            known: known.len(),
            online: online().count(),
            with_fee: with_fee().count(),
            received: count(Measure::Received),
            received_online: count(Measure::ReceivedOnline),
            online_used: online().filter(|fact| any(&fact.code, Measure::ReceivedOnline)).count(),
            with_fee_paid_online: with_fee().filter(|fact| any(&fact.code, Measure::PaidOnline)).count(),
        }
    }

    fn known_procedures(&self, on: Day) -> Vec<&ProcedureFact> {
        let rules = self.rules();
        let stands =
            |fact: &&ProcedureFact| rules.procedure(&fact.code, on).is_some_and(|one| std::ptr::eq(one, *fact));
        rules.procedures().filter(stands).collect()
    }
}

#[cfg(test)]
mod tests;
