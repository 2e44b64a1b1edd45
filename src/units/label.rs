//! What a unit is called.

use super::UNRESOLVED;
use super::registry::{UnitId, Units};

/// The names of one unit, as figures carry them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnitLabel<'a> {
    /// Its code, or `unresolved`.
    pub code: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Its short name; the name where there is none.
    pub short_name: &'a str,
    /// Within which it is ranked; empty for `unresolved`.
    pub category: &'a str,
}

/// The name of everything whose unit no one knows.
const UNRESOLVED_NAME: &str = "Chưa xác định đơn vị";

impl Units {
    /// What a unit is called.
    pub fn label(&self, unit: UnitId) -> UnitLabel<'_> {
        match self.fact(unit) {
            Some(fact) => UnitLabel {
                code: &fact.code,
                name: &fact.name_vi,
                short_name: fact.short_name.as_deref().unwrap_or(&fact.name_vi),
                category: &fact.category,
            },
            None => UnitLabel { code: UNRESOLVED, name: UNRESOLVED_NAME, short_name: UNRESOLVED_NAME, category: "" },
        }
    }
}
