//! What names a version of a unit for good: neither its code alone nor its place in memory does.

use serde::{Deserialize, Serialize};

use crate::model::{Day, Text};

use super::registry::{UnitId, Units};

/// A version of a unit: its code, and the day from which that code is its.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct UnitKey {
    /// Its code, or `unresolved`.
    pub code: Text,
    /// From when on.
    pub valid_from: Option<Day>,
}

impl UnitKey {
    /// Of a unit.
    pub fn of(units: &Units, unit: UnitId) -> UnitKey {
        let valid_from = units.fact(unit).and_then(|fact| fact.valid_from);
        UnitKey { code: Text::new(units.label(unit).code), valid_from }
    }
}
