//! Runs that were given up: told for some days, or until they are tried anew.

use serde::{Deserialize, Serialize};

use crate::facts::Shelf;
use crate::model::{Instant, Text};

use super::run::ReportRun;

/// Those that were given up lately, by number.
pub(super) const GIVEN_UP: Shelf<GivenUp> = Shelf::new("report_given_up");
/// How long one is told of.
const TOLD_MS: i64 = 7 * 24 * 3_600_000;

/// That a run was given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenUp {
    pub(super) at: Instant,
    /// Code of the unit.
    pub unit: Text,
    /// When it should have been made.
    pub due_at: Instant,
    /// Which report of which unit and period, and why.
    pub what: String,
}

impl GivenUp {
    pub(super) fn of(run: &ReportRun, now: Instant) -> GivenUp {
        let ReportRun { number, report, unit, period, why, at, .. } = run;
        let why = why.as_deref().unwrap_or_default();
        GivenUp {
            at: now,
            unit: unit.clone(),
            due_at: *at,
            what: format!("run {number}, {report} of {unit}, {period}: {why}"),
        }
    }

    pub(super) fn is_old(&self, now: Instant) -> bool {
        self.at.plus_ms(TOLD_MS) < now
    }
}
