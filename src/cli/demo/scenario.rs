//! Which province is shown and when: what one demonstration differs in from another, as data.

use crate::model::Instant;

use super::calendar::Date;
use super::lists::Lists;
use super::province::{self, Province};
use super::reports::Report;
use super::{calendar::Calendar, phu_tho};

/// One demonstration.
#[derive(Debug)]
pub struct Scenario {
    /// Code of the unit that it is about.
    pub unit: &'static str,
    /// Where its clock starts.
    pub start: Instant,
    /// Its seed.
    pub seed: u64,
    /// What is said of it while it is prepared.
    pub about: &'static str,
    /// The first day of its history.
    pub(super) history_begin: Date,
    /// From when on every change of a dossier is a record of its own; what had ended before is one record.
    pub(super) detailed_from: Date,
    /// The first days of another hierarchy: what was in work over one is told change by change too.
    pub(super) boundaries: &'static [Date],
    /// The day from which rates go up and down: the middle of the year that is shown.
    pub(super) middle: Date,
    /// When the reports of indicators were sent.
    pub(super) reported: Date,
    /// The reports.
    pub(super) reports: &'static [Report],
    /// Its units.
    pub(super) lists: fn() -> Lists,
    /// The pools of its province.
    pub(super) province: fn(u64, &Calendar, &Lists) -> Province,
}

/// Province 17 in the middle of 2024: ten districts and 151 communes.
pub const HOA_BINH: Scenario = Scenario {
    unit: "17",
    start: super::START,
    seed: super::SEED,
    about: "a year and a half of a made-up province",
    history_begin: (2023, 1, 1),
    detailed_from: (2024, 7, 15),
    boundaries: &[],
    middle: (2024, 4, 17),
    reported: (2024, 7, 5),
    reports: province::REPORTS,
    lists: Lists::hoa_binh,
    province: Province::hoa_binh,
};

/// Province 25 at the end of 2025, made of three on 1 July: 148 communes, no districts.
pub const PHU_THO: Scenario = Scenario {
    unit: "25",
    // 2025-12-01T08:00+07:00
    start: Instant(1_764_550_800_000),
    seed: 25,
    about: "two years of a made-up province, in the middle of which three became one",
    history_begin: (2024, 1, 1),
    detailed_from: (2025, 11, 17),
    boundaries: &[(2025, 7, 1)],
    middle: (2025, 6, 15),
    reported: (2025, 11, 5),
    reports: phu_tho::REPORTS,
    lists: Lists::phu_tho,
    province: Province::phu_tho,
};

/// Every demonstration.
pub const SCENARIOS: &[&Scenario] = &[&HOA_BINH, &PHU_THO];

impl Scenario {
    /// The demonstration of a unit.
    ///
    /// # Errors
    /// The units that there are, when none is about this one.
    pub fn of(unit: &str) -> Result<&'static Scenario, String> {
        let found = SCENARIOS.iter().find(|scenario| scenario.unit == unit);
        let known = || SCENARIOS.iter().map(|scenario| scenario.unit).collect::<Vec<_>>().join(", ");
        found.copied().ok_or_else(|| format!("there is no demonstration of unit {unit}, only of {}", known()))
    }
}
