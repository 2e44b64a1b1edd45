//! Units for the tests of stages.

use crate::model::{Instant, Record, Text, UnitFact, UnitKind};
use crate::units::TERRITORY;

/// A district, valid always.
pub(super) fn district(code: &str, parent: Option<&str>) -> UnitFact {
    UnitFact {
        at: Instant(1),
        code: code.into(),
        valid_from: None,
        valid_to: None,
        parent: parent.map(Text::new),
        kind: UnitKind::District,
        category: "huyện".into(),
        name_vi: format!("Huyện {code}").as_str().into(),
        name_en: None,
        short_name: Some(code.into()),
        sort_order: 0,
        lat: None,
        lon: None,
        tree: TERRITORY.into(),
    }
}

/// The same as a record.
pub(super) fn unit(code: &str, parent: Option<&str>) -> Record {
    Record::Unit(Box::new(district(code, parent)))
}
