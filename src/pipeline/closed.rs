//! Which periods of which units are closed, in memory: tiles say so, and live figures never wait for the disk.
//!
//! What was closed, and by whom, is kept with the closings themselves; they tell this list what holds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock};

use serde::Serialize;

use crate::cube::View;
use crate::kpi::Window;
use crate::units::{Hierarchy, UnitId, UnitKey};

#[cfg(test)]
mod tests;

/// A period that is closed for a unit and others below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosedPeriod {
    /// Its days.
    pub window: Window,
    /// For whom it was closed.
    pub closer: UnitKey,
    /// That unit and those below it that have figures in the closing.
    pub units: BTreeSet<UnitKey>,
    /// What screens say of it.
    pub mark: ClosedMark,
}

/// That figures of a period were closed. What a tile shows are current figures; the closed ones are in the reports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClosedMark {
    /// Number of the closing.
    pub version: u32,
    /// When, RFC 3339 in the server's zone.
    pub at: String,
}

/// The periods that are closed now. Clones are handles on the same ones.
#[derive(Clone, Debug, Default)]
pub struct ClosedPeriods(Arc<RwLock<ByWindow>>);

/// By its days, then under its key: a tile looks for its days only.
type ByWindow = BTreeMap<Window, BTreeMap<Vec<u8>, ClosedPeriod>>;

impl ClosedPeriods {
    /// A period, under its key, is closed or, with none, open.
    pub fn set(&self, key: &[u8], closed: Option<ClosedPeriod>) {
        // Rows are whole between any two statements, so a poisoned lock is written all the same.
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        match closed {
            Some(closed) => drop(all.entry(closed.window).or_default().insert(key.to_vec(), closed)),
            None => all.retain(|_, of_window| {
                of_window.remove(key);
                !of_window.is_empty()
            }),
        }
    }

    /// How a window of a unit was closed: for the unit itself, or for the nearest one above it that closed it.
    pub fn mark(&self, view: &View, unit: UnitId, window: Window) -> Option<ClosedMark> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let of_window = all.get(&window)?;
        let key = UnitKey::of(view.units(), unit);
        let newest_by = |closer: &UnitKey| {
            let own = of_window.values().filter(|closed| closed.closer == *closer && closed.units.contains(&key));
            own.max_by(|left, right| left.mark.at.cmp(&right.mark.at))
        };
        closers(view, unit).iter().find_map(newest_by).map(|closed| closed.mark.clone())
    }
}

/// Those who can close a period for a unit: it and the units above it, the nearest first.
pub fn closers(view: &View, unit: UnitId) -> Vec<UnitKey> {
    let mut closers = Vec::new();
    for hierarchy in [Hierarchy::Now, Hierarchy::Was] {
        for above in view.tree(hierarchy).path(unit) {
            let key = UnitKey::of(view.units(), above);
            if !closers.contains(&key) {
                closers.push(key);
            }
        }
    }
    closers
}
