//! Periods as people write them: `2023`, `2023-H1`, `2023-9M`, `2023-Q2`, `2023-06`, `2023-W23`, `2023-06-05`.

use std::fmt;
use std::str::FromStr;

use jiff::civil;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::time::Day;

/// A reporting period; its days depend on the scheme, here the calendar's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Period {
    /// A calendar year.
    Year(i16),
    /// The first (1) or second (2) half of a year.
    Half(i16, i8),
    /// The first nine months of a year.
    NineMonths(i16),
    /// A quarter, 1 to 4.
    Quarter(i16, i8),
    /// A month, 1 to 12.
    Month(i16, i8),
    /// An ISO 8601 week, 1 to 53.
    Week(i16, i8),
    /// One day.
    Day(i16, i8, i8),
}

/// A text that names no period.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no period: use 2023, 2023-H1, 2023-9M, 2023-Q2, 2023-06, 2023-W23 or 2023-06-05")]
pub struct PeriodError(String);

impl Period {
    /// First and last day by the calendar, both included.
    pub fn days(self) -> (Day, Day) {
        let months = |year: i16, first: i8, last: i8| {
            let begin = civil::date(year, first, 1);
            let end = civil::date(year, last, 1).last_of_month();
            (Day::from_date(begin), Day::from_date(end))
        };
        match self {
            Period::Year(year) => months(year, 1, 12),
            Period::Half(year, half) => months(year, half * 6 - 5, half * 6),
            Period::NineMonths(year) => months(year, 1, 9),
            Period::Quarter(year, quarter) => months(year, quarter * 3 - 2, quarter * 3),
            Period::Month(year, month) => months(year, month, month),
            Period::Week(year, week) => {
                let monday = civil::ISOWeekDate::new(year, week, civil::Weekday::Monday).map(|date| date.date());
                let monday = Day::from_date(monday.expect("checked when it was read"));
                (monday, monday.plus(6))
            }
            Period::Day(year, month, day) => {
                let day = Day::from_date(civil::date(year, month, day));
                (day, day)
            }
        }
    }
}

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Period, PeriodError> {
        read(text).ok_or_else(|| PeriodError(text.chars().take(64).collect()))
    }
}

fn read(text: &str) -> Option<Period> {
    let (year, rest) = match text.split_once('-') {
        Some((year, rest)) => (year, Some(rest)),
        None => (text, None),
    };
    let year = (year.len() == 4).then(|| number(year)).flatten().filter(|year| (1900..=2999).contains(year))?;
    let Some(rest) = rest else { return Some(Period::Year(year)) };
    let small = |text: &str, digits: usize, greatest: i16| {
        let value = (text.len() == digits).then(|| number(text)).flatten()?;
        (1..=greatest).contains(&value).then(|| i8::try_from(value).ok()).flatten()
    };
    if rest == "9M" {
        return Some(Period::NineMonths(year));
    }
    if let Some(half) = rest.strip_prefix('H') {
        return small(half, 1, 2).map(|half| Period::Half(year, half));
    }
    if let Some(quarter) = rest.strip_prefix('Q') {
        return small(quarter, 1, 4).map(|quarter| Period::Quarter(year, quarter));
    }
    if let Some(week) = rest.strip_prefix('W') {
        let week = small(week, 2, 53)?;
        civil::ISOWeekDate::new(year, week, civil::Weekday::Monday).ok()?;
        return Some(Period::Week(year, week));
    }
    if let Some((month, day)) = rest.split_once('-') {
        let (month, day) = (small(month, 2, 12)?, small(day, 2, 31)?);
        civil::Date::new(year, month, day).ok()?;
        return Some(Period::Day(year, month, day));
    }
    small(rest, 2, 12).map(|month| Period::Month(year, month))
}

fn number(digits: &str) -> Option<i16> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Period::Year(year) => write!(f, "{year:04}"),
            Period::Half(year, half) => write!(f, "{year:04}-H{half}"),
            Period::NineMonths(year) => write!(f, "{year:04}-9M"),
            Period::Quarter(year, quarter) => write!(f, "{year:04}-Q{quarter}"),
            Period::Month(year, month) => write!(f, "{year:04}-{month:02}"),
            Period::Week(year, week) => write!(f, "{year:04}-W{week:02}"),
            Period::Day(year, month, day) => write!(f, "{year:04}-{month:02}-{day:02}"),
        }
    }
}

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
