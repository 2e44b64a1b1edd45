//! Working time: which days are worked on, and at which hours.
//!
//! The week repeats; single days differ from it: holidays, and swapped days that are worked on though a Saturday.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::text::Text;
use super::time::{Day, Instant, Zone};

const MINUTE_MS: i64 = 60_000;
/// 2000-01-01 and 2100-12-31: the days that can differ from the week.
pub const CALENDAR_DAYS: (Day, Day) = (Day(10_957), Day(47_846));
/// Spells of working time in a day.
pub const SPELLS_MAX: usize = 4;

/// The hours and days of a week that are worked on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkingWeek {
    /// 1 is Monday, ascending, at least one.
    pub weekdays: Vec<u8>,
    /// Minutes since the beginning of the local day, the end not included, ascending and apart, at least one.
    pub hours: Vec<(u16, u16)>,
}

impl Default for WorkingWeek {
    /// Monday to Friday, 07:30 to 11:30 and 13:30 to 17:00.
    fn default() -> WorkingWeek {
        WorkingWeek { weekdays: vec![1, 2, 3, 4, 5], hours: vec![(450, 690), (810, 1_020)] }
    }
}

/// How a day differs from its week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayKind {
    /// Not worked on.
    Holiday,
    /// Worked on, at the hours of the week.
    Working,
    /// Not at all: what was said before is taken back.
    Usual,
}

impl DayKind {
    /// Its name in lists and answers.
    pub fn as_str(self) -> &'static str {
        match self {
            DayKind::Holiday => "holiday",
            DayKind::Working => "working",
            DayKind::Usual => "usual",
        }
    }
}

/// What a calendar says of one day, or of every week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CalendarEntry {
    /// Of a day.
    Day {
        /// Which.
        day: Day,
        /// How it differs.
        is: DayKind,
        /// What it is called.
        name: Option<Text>,
        /// Who says so: a law or decision.
        source: Option<Text>,
    },
    /// Of every week.
    Week(WorkingWeek),
}

impl CalendarEntry {
    /// What it is about: a date, or `week`.
    pub fn subject(&self) -> String {
        match self {
            CalendarEntry::Day { day, .. } => day.to_string(),
            CalendarEntry::Week(_) => "week".to_owned(),
        }
    }

    /// Whether it says that a day of a year is a holiday.
    pub fn is_holiday_of(&self, year: i16) -> bool {
        matches!(self, CalendarEntry::Day { day, is: DayKind::Holiday, .. } if day.date().year() == year)
    }

    /// Its JSON, always the same for the same entry.
    pub fn text(&self) -> String {
        serde_json::to_string(self).expect("an entry has only text, numbers and lists of them")
    }

    /// The entry of a text.
    ///
    /// # Errors
    /// When it isn't one.
    pub fn of_text(text: &str) -> Result<CalendarEntry, serde_json::Error> {
        serde_json::from_str(text)
    }
}

/// An entry of the calendar; its key is the [subject](CalendarEntry::subject), the greatest (`at`, entry as text) wins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarFact {
    /// When it was loaded, by the receiving clock.
    pub at: Instant,
    /// What it says.
    pub entry: CalendarEntry,
}

impl CalendarFact {
    /// Whether it wins over another of the same subject.
    pub fn wins_over(&self, other: &CalendarFact) -> bool {
        (self.at, self.entry.text()) > (other.at, other.entry.text())
    }
}

/// Working time as the facts have it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    week: WorkingWeek,
    /// Whether the days that differ from the week are worked on.
    differing: BTreeMap<Day, bool>,
}

impl Calendar {
    /// Takes in what a fact that has won says. Whether anything is worked on otherwise than before.
    pub(super) fn set(&mut self, entry: &CalendarEntry) -> bool {
        match entry {
            CalendarEntry::Day { day, is: DayKind::Usual, .. } => self.differing.remove(day).is_some(),
            CalendarEntry::Day { day, is, .. } => {
                let is_worked_on = *is == DayKind::Working;
                self.differing.insert(*day, is_worked_on) != Some(is_worked_on)
            }
            CalendarEntry::Week(week) => std::mem::replace(&mut self.week, week.clone()) != *week,
        }
    }

    /// The week.
    pub fn week(&self) -> &WorkingWeek {
        &self.week
    }

    /// Whether a day is worked on.
    pub fn is_working(&self, day: Day) -> bool {
        // 1970-01-01 was a Thursday, the fourth day of its week.
        let weekday = u8::try_from((day.0 + 3).rem_euclid(7) + 1).expect("1 to 7");
        self.differing.get(&day).copied().unwrap_or_else(|| self.week.weekdays.contains(&weekday))
    }

    /// The last working day before a day.
    pub fn working_day_before(&self, day: Day) -> Day {
        let mut before = day.plus(-1);
        while !self.is_working(before) {
            before = before.plus(-1);
        }
        before
    }

    /// The so-many-th working day after a day, for 1 or more.
    pub fn working_day_after(&self, day: Day, count: u32) -> Day {
        let (mut after, mut left) = (day, count);
        while left > 0 {
            after = after.plus(1);
            left -= u32::from(self.is_working(after));
        }
        after
    }

    /// When so many hours of working time have passed; the end of a spell when it is just used up. Minutes of a day
    /// count from its first instant, also where clocks are changed on it.
    pub fn after_hours(&self, from: Instant, hours: u32, zone: &Zone) -> Instant {
        let mut left_ms = i64::from(hours) * 60 * MINUTE_MS;
        let mut day = zone.day(from);
        loop {
            if self.is_working(day) {
                let start = zone.start(day);
                for (begin, end) in &self.week.hours {
                    let begin = start.plus_ms(i64::from(*begin) * MINUTE_MS).max(from);
                    let end = start.plus_ms(i64::from(*end) * MINUTE_MS);
                    let there_ms = (end.0 - begin.0).max(0);
                    if there_ms > 0 && there_ms >= left_ms {
                        return begin.plus_ms(left_ms);
                    }
                    left_ms -= there_ms;
                }
            }
            day = day.plus(1);
        }
    }
}
