//! Windows of whole local days, how a query names them, and the windows they are compared with.

use std::fmt;
use std::str::FromStr;

use jiff::ToSpan;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::model::{Day, Period};

#[cfg(test)]
mod tests;

/// Whole local days, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Window {
    /// First day.
    pub first: Day,
    /// Last day.
    pub last: Day,
}

impl Window {
    /// How many days it has.
    pub fn days(self) -> i32 {
        self.last.0 - self.first.0 + 1
    }

    /// Whether any of its days lies between the two, both included; none is no bound.
    pub fn meets(self, from: Option<Day>, to: Option<Day>) -> bool {
        from.is_none_or(|from| from <= self.last) && to.is_none_or(|to| self.first <= to)
    }

    /// All days of a period.
    pub fn of(period: Period) -> Window {
        let (first, last) = period.days();
        Window { first, last }
    }

    fn starting(first: Day, days: i32) -> Window {
        Window { first, last: first.plus(days - 1) }
    }
}

impl Serialize for Window {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut window = serializer.serialize_struct("Window", 2)?;
        window.serialize_field("from", &self.first.date())?;
        window.serialize_field("to", &self.last.date())?;
        window.end()
    }
}

/// A calendar period that is running, from its first day to today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Running {
    /// Today alone.
    Today,
    /// The ISO 8601 week, from Monday.
    Week,
    /// The calendar month.
    Month,
    /// The calendar quarter.
    Quarter,
    /// The calendar year.
    Year,
}

/// What a query or a board asks for: `today`, `week`, `month`, `quarter`, `year`, a period such as `2024-Q2`, or
/// `2024-01-01..2024-08-02`, both days included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowChoice {
    /// To date: ends today.
    Running(Running),
    /// A whole period of the calendar, also one that hasn't ended yet.
    Period(Period),
    /// Between two days.
    Range(Window),
}

/// Why a text names no window.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WindowError {
    /// Neither a known word nor a period.
    #[error("`{0}` is no window: use today, week, month, quarter, year, a period such as 2024-Q2, or FROM..TO")]
    Unknown(String),
    /// One end of a range is no day.
    #[error("`{0}` is no day such as 2024-08-02")]
    Day(String),
    /// The range ends before it begins.
    #[error("the window ends on {last}, before it begins on {first}")]
    Reversed {
        /// First day.
        first: Day,
        /// Last day.
        last: Day,
    },
}

/// How much of an unreadable text an error repeats.
const ECHO_CHARS_MAX: usize = 64;

impl FromStr for WindowChoice {
    type Err = WindowError;

    fn from_str(text: &str) -> Result<WindowChoice, WindowError> {
        if let Some((first, last)) = text.split_once("..") {
            let window = Window { first: read_day(first)?, last: read_day(last)? };
            if window.last < window.first {
                return Err(WindowError::Reversed { first: window.first, last: window.last });
            }
            return Ok(WindowChoice::Range(window));
        }
        let running = match text {
            "today" => Running::Today,
            "week" => Running::Week,
            "month" => Running::Month,
            "quarter" => Running::Quarter,
            "year" => Running::Year,
            _ => {
                let period = text.parse().map_err(|_| WindowError::Unknown(echo(text)))?;
                return Ok(WindowChoice::Period(period));
            }
        };
        Ok(WindowChoice::Running(running))
    }
}

fn echo(text: &str) -> String {
    text.chars().take(ECHO_CHARS_MAX).collect()
}

/// Only what a period can name is a day of a window: ten characters, the years of [`Period`].
fn read_day(text: &str) -> Result<Day, WindowError> {
    match text.parse::<Period>() {
        Ok(period @ Period::Day(..)) => Ok(period.days().0),
        _ => Err(WindowError::Day(echo(text))),
    }
}

impl fmt::Display for WindowChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WindowChoice::Running(Running::Today) => f.write_str("today"),
            WindowChoice::Running(Running::Week) => f.write_str("week"),
            WindowChoice::Running(Running::Month) => f.write_str("month"),
            WindowChoice::Running(Running::Quarter) => f.write_str("quarter"),
            WindowChoice::Running(Running::Year) => f.write_str("year"),
            WindowChoice::Period(period) => write!(f, "{period}"),
            WindowChoice::Range(window) => write!(f, "{}..{}", window.first, window.last),
        }
    }
}

impl Running {
    /// The calendar period that a day lies in.
    pub fn period(self, day: Day) -> Period {
        let date = day.date();
        match self {
            Running::Today => Period::Day(date.year(), date.month(), date.day()),
            Running::Week => {
                let week = date.iso_week_date();
                Period::Week(week.year(), week.week())
            }
            Running::Month => Period::Month(date.year(), date.month()),
            Running::Quarter => Period::Quarter(date.year(), (date.month() + 2) / 3),
            Running::Year => Period::Year(date.year()),
        }
    }
}

impl WindowChoice {
    /// Its days. A running period ends today: what it counts is the same as to its end, and the days printed
    /// are those that have been.
    pub fn on(self, today: Day) -> Window {
        match self {
            WindowChoice::Running(running) => Window { last: today, ..Window::of(running.period(today)) },
            WindowChoice::Period(period) => Window::of(period),
            WindowChoice::Range(window) => window,
        }
    }

    /// The same period of the year before; to date against the same number of days.
    ///
    /// What has ended is compared as a whole: February 2024 with February 2023. What is running is compared with as
    /// many days of the former period as have been of this one, so after 29 February a year to date ends one
    /// calendar day later in the year before: 1 January to 2 August 2024 are 215 days, those of 2023 end on
    /// 3 August. It never runs past the former period. A range is moved by a year (29 February becomes 28) and
    /// keeps its number of days.
    pub fn same_period_last_year(self, today: Day) -> Window {
        match self.period(today) {
            Some(period) => self.as_far(today, Window::of(year_before(period))),
            None => Window::starting(date_year_before(self.on(today).first), self.days_been(today)),
        }
    }

    /// The period just before, to date against the same number of days.
    pub fn previous(self, today: Day) -> Window {
        match self.period(today) {
            Some(period) => self.as_far(today, Window::of(before(period))),
            None => {
                let window = self.on(today);
                Window::starting(window.first.plus(-window.days()), self.days_been(today))
            }
        }
    }

    /// The calendar period that it is, or that is running; none of a range.
    pub fn period(self, today: Day) -> Option<Period> {
        match self {
            WindowChoice::Running(running) => Some(running.period(today)),
            WindowChoice::Period(period) => Some(period),
            WindowChoice::Range(_) => None,
        }
    }

    /// How many of its days have begun; all of them when it has ended or is still to come.
    fn days_been(self, today: Day) -> i32 {
        let window = self.on(today);
        if window.first <= today && today < window.last { today.0 - window.first.0 + 1 } else { window.days() }
    }

    /// As many days of a former period as have been of this one.
    fn as_far(self, today: Day, former: Window) -> Window {
        let whole = self.period(today).map(Window::of).is_some_and(|whole| whole.last <= today || today < whole.first);
        if whole { former } else { Window::starting(former.first, self.days_been(today).min(former.days())) }
    }
}

fn date_year_before(day: Day) -> Day {
    Day::from_date(day.date().saturating_sub(1.year()))
}

/// The period of the same name a year before; a 53rd week without its like becomes the 52nd.
pub fn year_before(period: Period) -> Period {
    match period {
        Period::Year(year) => Period::Year(year - 1),
        Period::Half(year, half) => Period::Half(year - 1, half),
        Period::NineMonths(year) => Period::NineMonths(year - 1),
        Period::Quarter(year, quarter) => Period::Quarter(year - 1, quarter),
        Period::Month(year, month) => Period::Month(year - 1, month),
        Period::Week(year, week) => Period::Week(year - 1, week.min(weeks_of(year - 1))),
        Period::Day(..) => {
            let date = date_year_before(period.days().0).date();
            Period::Day(date.year(), date.month(), date.day())
        }
    }
}

/// The period of the same kind that ends just before this one begins; for nine months those of the year before.
pub fn before(period: Period) -> Period {
    match period {
        Period::Year(_) | Period::NineMonths(_) => year_before(period),
        Period::Half(year, 1) => Period::Half(year - 1, 2),
        Period::Half(year, half) => Period::Half(year, half - 1),
        Period::Quarter(year, 1) => Period::Quarter(year - 1, 4),
        Period::Quarter(year, quarter) => Period::Quarter(year, quarter - 1),
        Period::Month(year, 1) => Period::Month(year - 1, 12),
        Period::Month(year, month) => Period::Month(year, month - 1),
        Period::Week(year, 1) => Period::Week(year - 1, weeks_of(year - 1)),
        Period::Week(year, week) => Period::Week(year, week - 1),
        Period::Day(..) => {
            let date = period.days().0.plus(-1).date();
            Period::Day(date.year(), date.month(), date.day())
        }
    }
}

/// How many ISO weeks a year has: 28 December is always in the last one.
fn weeks_of(year: i16) -> i8 {
    jiff::civil::date(year, 12, 28).iso_week_date().week()
}

/// The last so many ISO weeks up to the one that `last` lies in, oldest first; that one ends on `last`.
pub fn weeks_to(last: Day, count: usize) -> Vec<Window> {
    let monday = Window::of(Running::Week.period(last)).first;
    let weeks = i32::try_from(count).expect("a chart has few points");
    (0..weeks)
        .rev()
        .map(|ago| {
            let first = monday.plus(-7 * ago);
            Window { first, last: first.plus(6).min(last) }
        })
        .collect()
}
