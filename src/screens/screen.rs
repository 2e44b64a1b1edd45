//! One screen, as it is kept.

use serde::{Deserialize, Serialize};

use crate::model::{Day, Instant, Text};
use crate::units::{Scope, ScopeRoot};

use super::program::{Program, ProgramFault};

/// The longest name.
const NAME_CHARS_MAX: usize = 80;
/// Bounds of a diagonal in inches, and of a distance in metres.
const DIAGONAL_INCH: std::ops::RangeInclusive<f64> = 5.0..=600.0;
const DISTANCE_M: std::ops::RangeInclusive<f64> = 0.3..=100.0;

/// Where a screen hangs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Across, in inches.
    #[serde(default)]
    pub diagonal_inch: Option<f64>,
    /// From where it is looked at, in metres.
    #[serde(default)]
    pub distance_m: Option<f64>,
}

/// Who may fetch a screen's credential: whoever has the device code, for a while after the approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// SHA-256 of the device code.
    pub hash: String,
    /// Until when, by the real clock.
    pub until_ms: i64,
}

/// A screen as it is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Screen {
    /// Its name for programs; not secret.
    pub id: Text,
    /// Its name for people.
    pub name: Text,
    /// Code of the unit that it is bound to.
    pub unit: Text,
    /// The day on which the code is read, as days since 1970.
    pub day: i32,
    /// What it shows.
    pub show: Program,
    /// Where it hangs.
    #[serde(default)]
    pub place: Place,
    /// SHA-256 of its credential; none before it was fetched.
    #[serde(default)]
    pub hash: Option<String>,
    /// Who may fetch it; none once it was used.
    #[serde(default)]
    pub claim: Option<Claim>,
    /// Whether the credential goes over TLS only.
    #[serde(default)]
    pub is_secure: bool,
    /// When it was approved, by the real clock, as all instants of a screen.
    pub approved_ms: i64,
    /// Id of the token of whoever approved it; none in open mode.
    #[serde(default)]
    pub approved_by: Option<Text>,
    /// When it was taken back.
    #[serde(default)]
    pub revoked_ms: Option<i64>,
}

/// What is wrong with what a screen is to be.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ScreenFault {
    /// People must be able to tell it from others.
    #[error("a name has 1 to {NAME_CHARS_MAX} characters and no control characters")]
    Name,
    /// No screen is as large or as small.
    #[error("diagonal_inch is from {least} to {most}, not {0}", least = DIAGONAL_INCH.start(), most = DIAGONAL_INCH.end())]
    Diagonal(f64),
    /// Nobody looks from there.
    #[error("distance_m is from {least} to {most}, not {0}", least = DISTANCE_M.start(), most = DISTANCE_M.end())]
    Distance(f64),
    /// What it is to show can't be shown.
    #[error(transparent)]
    Program(#[from] ProgramFault),
}

impl Screen {
    /// Looks whether it keeps the rules.
    ///
    /// # Errors
    /// The first that it breaks.
    pub fn check(&self) -> Result<(), ScreenFault> {
        let name = self.name.trim();
        if name.is_empty() || name.chars().count() > NAME_CHARS_MAX || name.chars().any(char::is_control) {
            return Err(ScreenFault::Name);
        }
        if let Some(inch) = self.place.diagonal_inch.filter(|inch| !DIAGONAL_INCH.contains(inch)) {
            return Err(ScreenFault::Diagonal(inch));
        }
        if let Some(metres) = self.place.distance_m.filter(|metres| !DISTANCE_M.contains(metres)) {
            return Err(ScreenFault::Distance(metres));
        }
        Ok(self.show.check()?)
    }

    /// Whether it was taken back.
    pub fn is_revoked(&self) -> bool {
        self.revoked_ms.is_some()
    }

    /// The part of the hierarchy that its figures are from.
    pub fn scope(&self) -> Scope {
        Scope::subtrees([ScopeRoot { code: self.unit.clone(), bound: Day(self.day) }])
    }

    /// Whether somebody with this device code may fetch its credential at a real time.
    pub fn is_claimed_by(&self, device_hash: &str, now: Instant) -> bool {
        !self.is_revoked()
            && self.claim.as_ref().is_some_and(|claim| claim.hash == device_hash && now.0 < claim.until_ms)
    }
}
