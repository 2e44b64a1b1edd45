//! Figures without procedures that are done on the same day, compared: what is left when single dossiers are left out.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cube::{Selection, View};
use crate::kpi::Window;
use crate::model::{Limit, Zone};
use crate::store::{Store, UnitKey};
use crate::units::{Perspective, UnitId};

use super::VerifyError;
use super::comparison::{Compared, difference, unit_key, unit_words, within};

/// Compares every measure of the tops and of the units directly below them over a window in every perspective, as far as
/// any procedure is done on the same day.
///
/// # Errors
/// When ClickHouse doesn't answer.
pub(super) async fn compare_same_day(
    store: &Store,
    view: &Arc<View>,
    zone: &Zone,
    window: Window,
) -> Result<Compared, VerifyError> {
    if !view.rules().procedures().any(|version| version.profile.limit == Some(Limit::SameDay)) {
        return Ok((0, Vec::new()));
    }
    let mut sides: BTreeMap<(Perspective, UnitKey, String), (i64, i64)> = BTreeMap::new();
    for perspective in Perspective::ALL {
        for top in tops(view, perspective) {
            let selection =
                Selection { perspective, unit: top, own: false, window, filters: Vec::new(), without_same_day: true };
            for (unit, measures) in view.rows_of(&selection) {
                let units = if unit == top { vec![top] } else { vec![top, unit] };
                for (measure, value) in measures.iter().filter(|(_, value)| *value != 0) {
                    for unit in &units {
                        let key = (perspective, unit_key(view, *unit), measure.to_owned());
                        sides.entry(key).or_default().0 += value;
                    }
                }
            }
        }
    }
    for row in store.verify_windows(zone, view.now(), &[(window.first, window.last)], true).await? {
        // Of units further down nothing was counted.
        if let Some(side) = sides.get_mut(&(row.perspective, row.unit.clone(), row.measure.clone())) {
            side.1 = row.total;
        } else if tops(view, row.perspective).any(|top| unit_key(view, top) == row.unit) {
            sides.insert((row.perspective, row.unit, row.measure), (0, row.total));
        }
    }
    let compared = sides.len() as u64;
    let differs = sides.into_iter().filter(|(_, (cube, sql))| cube != sql);
    let differences = differs.map(|((perspective, unit, measure), sides)| {
        let when = within(format!("{}..{}", window.first, window.last), perspective);
        difference("window", unit_words(&unit), format!("{when} without same-day procedures"), measure, sides)
    });
    Ok((compared, differences.collect()))
}

/// The units of the territory that have nothing above them.
fn tops(view: &View, perspective: Perspective) -> impl Iterator<Item = UnitId> + '_ {
    let tree = view.tree(perspective.hierarchy);
    tree.ids().filter(move |unit| tree.node(*unit).parent.is_none() && tree.is_territory(*unit))
}
