//! Exact numbers of indicators and indices: sums in millionths, fractions of them, and how they are rounded.
//!
//! Nothing here is a float until it is shown. Rounding is to six places, halves away from zero, in one place
//! ([`Fraction::rounded`]); comparisons are made before it.

use std::cmp::Ordering;

use serde::{Serialize, Serializer};

use crate::model::Decimal;

/// One, in millionths.
const SCALE: i128 = Decimal::SCALE as i128;

/// A number with six places; a sum of any number of [`Decimal`]s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount(pub i128);

impl Amount {
    /// Nothing.
    pub const ZERO: Amount = Amount(0);

    /// From a count.
    pub fn of_count(count: i64) -> Amount {
        Amount(i128::from(count) * SCALE)
    }

    /// The sum of two.
    #[must_use]
    pub fn plus(self, other: Amount) -> Amount {
        Amount(self.0 + other.0)
    }

    /// This one less another.
    #[must_use]
    pub fn minus(self, other: Amount) -> Amount {
        Amount(self.0 - other.0)
    }

    /// The nearest floating-point number, for showing only.
    #[expect(clippy::cast_precision_loss, reason = "for showing only")]
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / Decimal::SCALE as f64
    }
}

impl From<Decimal> for Amount {
    fn from(decimal: Decimal) -> Amount {
        Amount(i128::from(decimal.millionths()))
    }
}

impl std::fmt::Display for Amount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (sign, magnitude) = (if self.0 < 0 { "-" } else { "" }, self.0.abs());
        write!(f, "{sign}{}", magnitude / SCALE)?;
        let places = format!("{:06}", magnitude % SCALE);
        let places = places.trim_end_matches('0');
        if places.is_empty() { Ok(()) } else { write!(f, ".{places}") }
    }
}

impl Serialize for Amount {
    /// A whole number without a point, so that counts look like counts.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match i64::try_from(self.0 / SCALE) {
            Ok(whole) if self.0 % SCALE == 0 => serializer.serialize_i64(whole),
            _ => serializer.serialize_f64(self.to_f64()),
        }
    }
}

/// A fraction of two amounts with a denominator above 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fraction {
    num: i128,
    den: i128,
}

impl Fraction {
    /// num / den; none unless den is above 0.
    pub fn new(num: Amount, den: Amount) -> Option<Fraction> {
        (den.0 > 0).then_some(Fraction { num: num.0, den: den.0 })
    }

    /// An amount as a fraction.
    pub fn whole(amount: Amount) -> Fraction {
        Fraction { num: amount.0, den: SCALE }
    }

    /// So many times this.
    #[must_use]
    pub fn times(self, factor: i64) -> Fraction {
        Fraction { num: self.num * i128::from(factor), den: self.den }
    }

    /// To six places, halves away from zero.
    pub fn rounded(self) -> Amount {
        Amount(divided(self.num * SCALE, self.den))
    }

    /// An amount times this, to six places, halves away from zero; never more than `most`, which is compared first.
    pub fn share_of(self, amount: Amount, most: Amount) -> Amount {
        match (amount.0 * self.num).cmp(&(most.0 * self.den)) {
            Ordering::Less => Amount(divided(amount.0 * self.num, self.den)),
            _ => most,
        }
    }

    /// Divided by a number above 0.
    #[must_use]
    pub fn over(self, divisor: Amount) -> Fraction {
        Fraction { num: self.num * SCALE, den: self.den * divisor.0 }
    }

    /// How two compare, exactly.
    pub fn compare(self, other: Fraction) -> Ordering {
        (self.num * other.den).cmp(&(other.num * self.den))
    }

    /// Whether a printed number is this one, rounded at the printed number's last place.
    ///
    /// 9,990 of 14,471 are 69.0346... %: 69.03 and 69 say the same, 69.45 doesn't. A zero at the end isn't kept with a
    /// printed number, so 69.40 is read as 69.4.
    pub fn prints_as(self, printed: Decimal) -> bool {
        let printed = i128::from(printed.millionths());
        let mut last_place = 1;
        while last_place < SCALE && printed % (last_place * 10) == 0 {
            last_place *= 10;
        }
        2 * (self.num * SCALE - printed * self.den).abs() <= last_place * self.den
    }
}

/// The quotient, halves away from zero; the divisor is above 0.
fn divided(dividend: i128, divisor: i128) -> i128 {
    let magnitude = (2 * dividend.abs() + divisor) / (2 * divisor);
    if dividend < 0 { -magnitude } else { magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fraction(num: i64, den: i64) -> Fraction {
        Fraction::new(Amount::of_count(num), Amount::of_count(den)).unwrap()
    }

    #[test]
    fn halves_are_rounded_away_from_zero_and_only_then() {
        assert_eq!(fraction(1, 3).rounded(), Amount(333_333));
        assert_eq!(fraction(2, 3).rounded(), Amount(666_667));
        assert_eq!(fraction(-1, 2_000_000).rounded(), Amount(-1));
        assert_eq!(fraction(1, 2_000_000).rounded(), Amount(1));
        assert_eq!(Fraction::new(Amount::of_count(1), Amount::ZERO), None);
        assert_eq!(Amount(-1_500_000).to_string(), "-1.5");
        assert_eq!(serde_json::to_string(&[Amount(9_990_000_000), Amount(500_000)]).unwrap(), "[9990,0.5]");
    }

    #[test]
    fn a_printed_number_is_judged_at_its_own_last_place() {
        let printed = |text: &str| fraction(9_990, 14_471).times(100).prints_as(text.parse().unwrap());
        assert!(printed("69.03") && printed("69") && printed("69.0346"));
        assert!(!printed("69.45") && !printed("69.04") && !printed("70") && !printed("69.0345"));
        // A half is right on both sides.
        let half = |text: &str| fraction(1, 8).times(100).prints_as(text.parse().unwrap());
        assert!(half("12.5") && half("12") && half("13") && !half("12.4"));
    }

    #[test]
    fn a_share_never_exceeds_its_most() {
        let (two, most) = (Amount::of_count(2), Amount::of_count(2));
        assert_eq!(fraction(9, 10).over(Amount(800_000)).share_of(two, most), most);
        assert_eq!(fraction(6, 10).over(Amount(800_000)).share_of(two, most), Amount(1_500_000));
    }
}
