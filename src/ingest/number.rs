//! JSON numbers as decimals, exactly.

use crate::model::Decimal;
use crate::model::decimal::DecimalError;

/// Why a JSON number is no [`Decimal`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NumberError {
    #[error(transparent)]
    Decimal(#[from] DecimalError),
    #[error("an exponent beyond 30")]
    Exponent,
}

/// A JSON number exactly, from its text; an exponent only moves the point.
pub(super) fn read(number: &str) -> Result<Decimal, NumberError> {
    let Some((mantissa, exponent)) = number.split_once(['e', 'E']) else { return Ok(number.parse()?) };
    let exponent: i32 = exponent.parse().map_err(|_| NumberError::Exponent)?;
    if exponent.abs() > 30 {
        return Err(NumberError::Exponent);
    }
    let (sign, digits) = mantissa.strip_prefix('-').map_or(("", mantissa), |digits| ("-", digits));
    let (whole, places) = digits.split_once('.').unwrap_or((digits, ""));
    // Enough zeros on both sides that the point stays within the digits wherever it moves.
    let digits = format!("{:0>30}{whole}{places}{:0<30}", "", "");
    let point = i32::try_from(30 + whole.len()).unwrap_or(i32::MAX).saturating_add(exponent);
    let (whole, places) = digits.split_at(usize::try_from(point).unwrap_or(0));
    let places = if places.is_empty() { "0" } else { places };
    let whole = if whole.is_empty() { "0" } else { whole };
    Ok(format!("{sign}{whole}.{places}").parse()?)
}
