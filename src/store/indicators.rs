//! The second implementation of indicators, by SQL alone: who reported what, and what is made of it above.

use clickhouse::Row;
use serde::Deserialize;

use crate::model::{Instant, Period, Zone};
use crate::units::Hierarchy;

use super::verify::UnitKey;
use super::{Store, StoreError};

const INDICATORS: &str = concat!(
    include_str!("../../sql/queries/verify_hierarchy.sql"),
    include_str!("../../sql/queries/verify_paths.sql"),
    include_str!("../../sql/queries/verify_indicators.sql")
);
const COUNT: &str = include_str!("../../sql/queries/verify_indicator_count.sql");

/// What a unit reported of an indicator and a period, or what is made of the next reports below it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct IndicatorFigureRow {
    /// At which time units are read.
    pub hierarchy: Hierarchy,
    /// The unit.
    pub unit: UnitKey,
    /// Code of the indicator.
    pub code: String,
    /// The period, as it is written.
    pub period: String,
    /// From how many reports below; 0: its own.
    pub parts: u64,
    /// Numerator in millionths; empty without one.
    pub num: String,
    /// Denominator in millionths; empty without one.
    pub den: String,
    /// Value in millionths; empty without one.
    pub value: String,
}

#[derive(Row, Deserialize)]
struct Wire<'a> {
    hierarchy: u8,
    unit_tree: &'a str,
    unit_key: &'a str,
    unit_from: i32,
    code: &'a str,
    period: &'a str,
    parts: u64,
    num: &'a str,
    den: &'a str,
    value: &'a str,
}

impl Store {
    /// Every indicator of the catalogue (its code and how it is rolled up) for every period given, of every unit that
    /// reported or stands above one that did, in both hierarchies as of the local day of `now`.
    ///
    /// # Errors
    /// As any query.
    pub async fn verify_indicators(
        &self,
        (zone, now): (&Zone, Instant),
        catalogue: &[(&str, &str)],
        periods: &[Period],
    ) -> Result<Vec<IndicatorFigureRow>, StoreError> {
        let codes: Vec<&str> = catalogue.iter().map(|(code, _)| *code).collect();
        let roll_ups: Vec<&str> = catalogue.iter().map(|(_, roll_up)| *roll_up).collect();
        let names: Vec<String> = periods.iter().map(ToString::to_string).collect();
        let days: Vec<i32> = periods.iter().map(|period| period.days().1.0).collect();
        let count: u64 = self.query(COUNT).param("codes", &codes).fetch_one().await?;
        if count == 0 {
            return Ok(Vec::new());
        }
        let query = self.query(INDICATORS).param("tz", zone.name()).param("now", now.0);
        let query = query.param("codes", codes).param("roll_ups", roll_ups);
        let mut cursor = query.param("periods", names).param("period_days", days).fetch::<Wire<'_>>()?;
        let mut rows = Vec::new();
        while let Some(row) = cursor.next().await? {
            rows.push(IndicatorFigureRow {
                hierarchy: if row.hierarchy == 0 { Hierarchy::Now } else { Hierarchy::Was },
                unit: UnitKey::of((row.unit_tree, row.unit_key, row.unit_from)),
                code: row.code.to_owned(),
                period: row.period.to_owned(),
                parts: row.parts,
                num: row.num.to_owned(),
                den: row.den.to_owned(),
                value: row.value.to_owned(),
            });
        }
        Ok(rows)
    }
}
