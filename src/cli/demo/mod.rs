//! The demonstration's records: a province's plausible past and its live traffic, made up and always the same.
//!
//! Which province, and when, is a [`Scenario`]. Province 17 from January 2023 to the start on 2 August 2024, 08:00: the Service Centre receives and departments
//! process, districts and communes do both; weekdays and mornings, quiet holidays, due dates by field, late ones
//! mainly in land and construction. [`History`] gives the past and [`Traffic`] what follows, as the NDJSON lines that
//! the systems of a province would send; both are functions of a seed and the units, without clock or network. What
//! had ended before 15 July 2024 is told in one record for each dossier, as a system hands over its past; from then on
//! every change is a record of its own. Province 25 goes over the day on which three provinces became one, from January
//! 2024 to 1 December 2025. No person occurs in any of it.

pub(super) mod rng;
mod scenario;
mod lists;
mod calendar;
mod catalogue;
mod volume;
mod plan;
mod office;
mod province;
mod phu_tho;
mod wire;
mod reports;
mod history;
mod traffic;
mod command;
#[cfg(test)]
mod tests;

use crate::model::Instant;

pub use command::{DemoArgs, run};
pub use history::History;
pub use lists::Lists;
pub use scenario::{HOA_BINH, PHU_THO, SCENARIOS, Scenario};
pub use traffic::Traffic;

/// 2024-08-02T08:00+07:00, where the clock of the demonstration of province 17 starts.
pub const START: Instant = Instant(1_722_560_400_000);
/// Its seed.
pub const SEED: u64 = 17;
/// The source of what is filed at the counter or by post.
pub const ONE_STOP: &str = "motcua";
/// The source of what is filed online.
pub const PORTAL: &str = "cong-dvc";
/// The source of ratings.
pub const RATINGS: &str = "danhgia";
/// The source of indicator reports.
pub const REPORTS: &str = "bao-cao";

/// One record to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its `at`.
    pub at: Instant,
    /// The system that sends it: `?source=` of the request.
    pub source: &'static str,
    /// An NDJSON line without its end.
    pub line: String,
}
