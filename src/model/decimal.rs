//! Decimal numbers with six places, as ClickHouse's `Decimal(18, 6)`.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A decimal number in millionths; at most twelve digits before the point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Decimal(i64);

/// Why a text is no [`Decimal`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecimalError {
    /// Not digits with an optional sign and point.
    #[error("not a decimal number")]
    Malformed,
    /// More than twelve digits before the point.
    #[error("more than 12 digits before the point")]
    TooLarge,
    /// More than six places that aren't zero.
    #[error("more than 6 decimal places")]
    TooFine,
}

impl Decimal {
    /// One, in millionths.
    pub const SCALE: i64 = 1_000_000;
    const LIMIT: i64 = 1_000_000_000_000 * Self::SCALE;

    /// From millionths.
    ///
    /// # Errors
    /// When there would be more than twelve digits before the point.
    pub fn from_millionths(millionths: i64) -> Result<Decimal, DecimalError> {
        if -Self::LIMIT < millionths && millionths < Self::LIMIT {
            Ok(Decimal(millionths))
        } else {
            Err(DecimalError::TooLarge)
        }
    }

    /// In millionths.
    pub fn millionths(self) -> i64 {
        self.0
    }

    /// The nearest floating-point number, for showing only.
    #[expect(clippy::cast_precision_loss, reason = "for showing only")]
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / Self::SCALE as f64
    }
}

impl std::str::FromStr for Decimal {
    type Err = DecimalError;

    /// Reads `12`, `-0.5`, `69.450000`; no exponent, no separators.
    fn from_str(text: &str) -> Result<Decimal, DecimalError> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, places) = digits.split_once('.').unwrap_or((digits, "0"));
        let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !plain(whole) || !plain(places) {
            return Err(DecimalError::Malformed);
        }
        let whole = whole.trim_start_matches('0');
        if whole.len() > 12 {
            return Err(DecimalError::TooLarge);
        }
        let places = places.trim_end_matches('0');
        if places.len() > 6 {
            return Err(DecimalError::TooFine);
        }
        let number = |part: &str| part.bytes().fold(0_i64, |sum, byte| sum * 10 + i64::from(byte - b'0'));
        let places_scale = 10_i64.pow(6 - u32::try_from(places.len()).expect("at most six places"));
        let magnitude = number(whole) * Self::SCALE + number(places) * places_scale;
        Ok(Decimal(if negative { -magnitude } else { magnitude }))
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let magnitude = self.0.unsigned_abs();
        let scale = Self::SCALE.unsigned_abs();
        write!(f, "{sign}{}", magnitude / scale)?;
        let places = format!("{:06}", magnitude % scale);
        let places = places.trim_end_matches('0');
        if places.is_empty() { Ok(()) } else { write!(f, ".{places}") }
    }
}
