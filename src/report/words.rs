//! Numbers, days and the fixed words, in the form of the report's language (SCREENS.md, 7; DOMAIN.md, 8).

use crate::kpi::{Band, Words};

/// In which language a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Locale {
    /// Vietnamese.
    Vi,
    /// English.
    En,
}

/// The most digits behind the point that a rounding may need to stay on its side of a line.
const DIGITS_MAX: u32 = 6;
/// Digits of a ratio on paper.
const DIGITS: u32 = 2;

impl Locale {
    /// The one of a language's code.
    pub fn named(code: &str) -> Option<Locale> {
        match code {
            "vi" => Some(Locale::Vi),
            "en" => Some(Locale::En),
            _ => None,
        }
    }

    /// A text in this language.
    pub fn of(self, words: &Words) -> &str {
        match self {
            Locale::Vi => &words.vi,
            Locale::En => &words.en,
        }
    }

    /// One of two texts.
    pub fn either<'a>(self, vi: &'a str, en: &'a str) -> &'a str {
        match self {
            Locale::Vi => vi,
            Locale::En => en,
        }
    }

    fn point(self) -> char {
        if self == Locale::Vi { ',' } else { '.' }
    }

    fn thousands(self) -> char {
        if self == Locale::Vi { '.' } else { ',' }
    }

    /// A count: `14.332`.
    pub fn count(self, count: i64) -> String {
        let digits = count.unsigned_abs().to_string();
        let mut text = String::new();
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                text.push(self.thousands());
            }
            text.push(digit);
        }
        if count < 0 { format!("\u{2212}{text}") } else { text }
    }

    /// A ratio in percent without the sign, from its counts: two digits, more where fewer would cross one of the lines
    /// (targets, as shares), 0 or 1.
    pub fn ratio(self, (num, den): (i64, i64), lines: &[f64]) -> String {
        for digits in DIGITS..=DIGITS_MAX {
            let power = 10_i128.pow(digits);
            let scaled = rounded(i128::from(num) * 100 * power, i128::from(den));
            if digits == DIGITS_MAX
                || lines.iter().chain(&[0.0, 1.0]).all(|line| keeps((num, den), (scaled, power), *line))
            {
                return self.decimal(scaled, digits);
            }
        }
        String::new()
    }

    /// The same with its sign: `69,03%`.
    pub fn percent(self, counts: (i64, i64), lines: &[f64]) -> String {
        format!("{}%", self.ratio(counts, lines))
    }

    /// A share that is known as a number only, such as a target: as few digits as it has, at most two.
    pub fn share(self, value: f64) -> String {
        let scaled = whole(value * 10_000.0);
        let digits = if scaled % 100 == 0 {
            0
        } else if scaled % 10 == 0 {
            1
        } else {
            2
        };
        self.decimal(scaled / 10_i128.pow(2 - digits), digits)
    }

    /// How far two ratios are apart, in percentage points with a sign: `+0,34`.
    pub fn points(self, now: (i64, i64), then: (i64, i64)) -> String {
        let (now, then) = ((i128::from(now.0), i128::from(now.1)), (i128::from(then.0), i128::from(then.1)));
        let scaled = rounded((now.0 * then.1 - then.0 * now.1) * 10_000, now.1 * then.1);
        self.signed(scaled, 2)
    }

    /// How far a ratio is from a line, in percentage points without a sign.
    pub fn points_to(self, (num, den): (i64, i64), line: f64) -> String {
        let line = whole(line * 1_000_000.0);
        let scaled =
            rounded((i128::from(num) * 1_000_000 - line * i128::from(den)) * 10_000, i128::from(den) * 1_000_000);
        self.decimal(scaled.abs(), 2)
    }

    /// A relative change of a count: `+6,2%`.
    pub fn change(self, now: i64, then: i64) -> String {
        format!("{}%", self.signed(rounded(i128::from(now - then) * 1_000, i128::from(then.abs().max(1))), 1))
    }

    /// A difference of counts with its sign.
    pub fn difference(self, difference: i64) -> String {
        if difference > 0 { format!("+{}", self.count(difference)) } else { self.count(difference) }
    }

    /// Points of an index: two digits, without those that are 0 at the end when it is whole.
    pub fn score(self, value: f64) -> String {
        let scaled = whole(value * 100.0);
        if scaled % 100 == 0 { self.decimal(scaled / 100, 0) } else { self.decimal(scaled, 2) }
    }

    fn signed(self, scaled: i128, digits: u32) -> String {
        let text = self.decimal(scaled.abs(), digits);
        match scaled {
            0 => text,
            1.. => format!("+{text}"),
            _ => format!("\u{2212}{text}"),
        }
    }

    /// A number of so many digits behind the point, scaled by them.
    fn decimal(self, scaled: i128, digits: u32) -> String {
        let power = 10_i128.pow(digits);
        let whole = i64::try_from(scaled.abs() / power).unwrap_or(i64::MAX);
        let sign = if scaled < 0 { "\u{2212}" } else { "" };
        let text = self.count(whole);
        if digits == 0 {
            return format!("{sign}{text}");
        }
        let width = digits as usize;
        format!("{sign}{text}{}{:0width$}", self.point(), scaled.abs() % power)
    }

    /// The word of a band.
    pub fn band(self, band: Option<Band>) -> &'static str {
        match (self, band) {
            (Locale::Vi, Some(Band::Met)) => "Đạt",
            (Locale::Vi, Some(Band::Near)) => "Cận đạt",
            (Locale::Vi, Some(Band::Below)) => "Chưa đạt",
            (Locale::Vi, Some(Band::Over)) => "Vượt ngưỡng",
            (Locale::Vi, None) => "Không có số liệu",
            (Locale::En, Some(Band::Met)) => "Met",
            (Locale::En, Some(Band::Near)) => "Near",
            (Locale::En, Some(Band::Below)) => "Below",
            (Locale::En, Some(Band::Over)) => "Over limit",
            (Locale::En, None) => "No data",
        }
    }
}

/// Half up, away from zero, exactly.
fn rounded(num: i128, den: i128) -> i128 {
    if den == 0 {
        return 0;
    }
    let (num, den) = if den < 0 { (-num, -den) } else { (num, den) };
    let half = (num.abs() * 2 + den) / (den * 2);
    if num < 0 { -half } else { half }
}

/// A decimal number of the catalogue, in whole units of it.
fn whole(value: f64) -> i128 {
    #[expect(clippy::cast_possible_truncation, reason = "targets and points are small")]
    let whole = value.round() as i128;
    whole
}

/// Whether a rounded ratio stands on the same side of a line as the exact one.
fn keeps((num, den): (i64, i64), (scaled, power): (i128, i128), line: f64) -> bool {
    let line = whole(line * 1_000_000.0);
    let exact = (i128::from(num) * 1_000_000).cmp(&(line * i128::from(den)));
    let shown = (scaled * 10_000).cmp(&(line * power));
    exact == shown
}

/// A day of `2024-06-15` on paper: `15/06/2024`, or without its year.
pub(super) fn day(text: &str, with_year: bool) -> String {
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    let short = format!("{}/{}", part(8, 10), part(5, 7));
    if with_year { format!("{short}/{}", part(0, 4)) } else { short }
}

/// An instant of RFC 3339 on paper: `08:00 02/08/2024`, or without its year.
pub(super) fn moment(text: &str, with_year: bool) -> String {
    format!("{} {}", text.get(11..16).unwrap_or_default(), day(text, with_year))
}

#[cfg(test)]
mod tests {
    use super::Locale;

    #[test]
    fn numbers_stand_in_the_form_of_the_language() {
        assert_eq!(Locale::Vi.count(14_332), "14.332");
        assert_eq!(Locale::En.count(-1_234_567), "\u{2212}1,234,567");
        assert_eq!(Locale::Vi.percent((9_990, 14_471), &[]), "69,03%");
        assert_eq!(
            (Locale::Vi.share(0.98), Locale::Vi.share(0.975), Locale::Vi.share(0.7406)),
            ("98".into(), "97,5".into(), "74,06".into())
        );
        assert_eq!(Locale::Vi.change(1_062, 1_000), "+6,2%");
        assert_eq!((Locale::Vi.score(83.5), Locale::Vi.score(18.0)), ("83,50".into(), "18".into()));
    }

    #[test]
    fn rounding_never_crosses_a_line() {
        assert_eq!(Locale::Vi.percent((99_996, 100_000), &[]), "99,996%");
        assert_eq!(Locale::Vi.percent((979_999, 1_000_000), &[0.98]), "97,9999%");
        assert_eq!(Locale::Vi.percent((98, 100), &[0.98]), "98,00%");
        assert_eq!(Locale::Vi.percent((1, 1_000_000), &[]), "0,0001%");
        assert_eq!(Locale::Vi.percent((0, 5), &[]), "0,00%");
        assert_eq!(Locale::Vi.percent((5, 5), &[0.98]), "100,00%");
    }

    #[test]
    fn differences_of_ratios_are_points() {
        assert_eq!(Locale::Vi.points((9_821, 10_000), (9_787, 10_000)), "+0,34");
        assert_eq!(Locale::Vi.points((1, 3), (2, 3)), "\u{2212}33,33");
        assert_eq!(Locale::Vi.points((1, 2), (2, 4)), "0,00");
        assert_eq!(Locale::Vi.points_to((939, 1_000), 0.98), "4,10");
    }
}
