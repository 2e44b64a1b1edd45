//! What screens say of closed periods: the list in memory, as it follows from the closings that are kept.

use std::collections::BTreeSet;

use serde::de::IgnoredAny;

use crate::facts::{Facts, FactsError, Shelf, number_key};
use crate::kpi::Window;
use crate::model::Period;
use crate::pipeline::closed::{ClosedMark, ClosedPeriod, ClosedPeriods};
use crate::units::UnitKey;

use super::keeper::{CLOSED_UNITS, CLOSINGS, Closing};

/// Rows that are read at once.
const PAGE_ROWS: usize = 256;

/// All periods that are closed.
pub(super) fn read(facts: &Facts) -> Result<ClosedPeriods, FactsError> {
    let closed = ClosedPeriods::default();
    let mut after: Option<Vec<u8>> = None;
    loop {
        let page = facts.page(CLOSINGS, after.as_deref(), PAGE_ROWS)?;
        for (key, closings) in &page {
            let Some(newest) = closings.last().filter(|closing| closing.reopened.is_none()) else { continue };
            let units = units(facts, newest)?;
            closed.set(key, Some(period(key, newest, units)?));
        }
        match page.last() {
            Some((last, _)) => after = Some(last.clone()),
            None => return Ok(closed),
        }
    }
}

/// A closing as the list has it, under the key of its period.
pub(super) fn period(key: &[u8], closing: &Closing, units: BTreeSet<UnitKey>) -> Result<ClosedPeriod, FactsError> {
    let (_, _, closer): (String, Period, UnitKey) = row(CLOSINGS, key)?;
    let window = Window { first: closing.kept.from, last: closing.kept.to };
    let mark = ClosedMark { version: closing.closed.version, at: closing.closed.at.clone() };
    Ok(ClosedPeriod { window, closer, units, mark })
}

/// The units that a closing has figures of.
fn units(facts: &Facts, closing: &Closing) -> Result<BTreeSet<UnitKey>, FactsError> {
    let keys: Shelf<IgnoredAny> = Shelf::new(CLOSED_UNITS.name());
    let prefix = number_key(closing.number);
    let page = facts.page(keys, Some(&prefix), closing.kept.units)?;
    let own = page.iter().filter_map(|(key, _)| key.strip_prefix(&prefix));
    own.map(|key| row(CLOSED_UNITS, key)).collect()
}

fn row<T, K: serde::de::DeserializeOwned>(shelf: Shelf<T>, key: &[u8]) -> Result<K, FactsError> {
    serde_json::from_slice(key).map_err(|cause| FactsError::Row { shelf: shelf.name(), cause })
}
