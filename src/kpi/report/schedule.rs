//! When reports are made, and of which period: a cron pattern in local time, moved to working days where it says so.
//!
//! A run is known by its period: of each period there is one, however often the pattern falls into it. What was missed
//! while the program wasn't there is made afterwards, once, and known to be late.

use std::str::FromStr;

use croner::Cron;
use jiff::civil::DateTime;

use crate::kpi::scheme::Scheme;
use crate::kpi::window::Running;
use crate::model::{Calendar, Day, Instant, Period, Zone};

use super::Every;

#[cfg(test)]
mod tests;

/// A run that is made this much after its time is late: a few retries and a restart are no lateness.
pub const LATE_AFTER_MS: i64 = 15 * 60 * 1_000;
/// Runs that are made up for at once; older ones are left out, the newest are made.
pub const MISSED_MAX: usize = 64;
/// Times that a pattern is asked for at most, so that one that names every minute ends.
const TIMES_MAX: usize = 4_096;

/// Why a text is no schedule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// The pattern can't be read.
    #[error("`{0}` is no cron pattern of five fields (minute, hour, day, month, weekday): {1}")]
    Pattern(String, String),
    /// It is read, but names no time of the next years.
    #[error("`{0}` never comes")]
    Never(String),
}

/// A cron pattern in local time, the kind of period its runs are about, and whether days off are waited out.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    cron: Cron,
    every: Every,
    working_days: bool,
}

/// One report that is to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// When it should be made.
    pub at: Instant,
    /// What it is about: the last whole period before the day of the run.
    pub period: Period,
    /// It is made so long after its time that it says so.
    pub is_late: bool,
}

/// By what local days are told apart.
#[derive(Clone, Copy, Debug)]
pub struct Days<'a> {
    /// The zone of the local time.
    pub zone: &'a Zone,
    /// The working days.
    pub calendar: &'a Calendar,
    /// How periods are cut.
    pub scheme: &'a Scheme,
}

impl Schedule {
    /// Reads a pattern: minute, hour, day of the month, month, weekday.
    ///
    /// # Errors
    /// When it can't be read, or never comes.
    pub fn read(pattern: &str, every: Every, working_days: bool) -> Result<Schedule, ScheduleError> {
        let unread = |why: String| ScheduleError::Pattern(pattern.to_owned(), why);
        if pattern.split_whitespace().count() != 5 {
            return Err(unread("it has another number of fields".to_owned()));
        }
        let cron = Cron::from_str(pattern).map_err(|error| unread(error.to_string()))?;
        let schedule = Schedule { cron, every, working_days };
        let begin = jiff::civil::date(2024, 1, 1).at(0, 0, 0, 0);
        schedule.after(begin).ok_or_else(|| ScheduleError::Never(pattern.to_owned()))?;
        Ok(schedule)
    }

    /// The runs whose time has come since an instant, oldest first, at most [`MISSED_MAX`] of the newest; each period once.
    pub fn due(&self, since: Instant, now: Instant, days: Days<'_>) -> Vec<Run> {
        // A time on a day off is waited out for longer than any holiday lasts.
        let begin = days.zone.start(days.zone.day(since).plus(if self.working_days { -OFF_DAYS_MAX } else { 0 }));
        let mut runs: Vec<Run> = Vec::new();
        for at in self.times(local(begin, days.zone)).map(|time| self.moved(time, days)) {
            if at > now {
                break;
            }
            let period = self.period_of(days.zone.day(at), days);
            // A former time of the same period had its run, whenever that was.
            if runs.last().is_none_or(|run| run.period != period) {
                runs.push(Run { at, period, is_late: is_late(at, now) });
            }
        }
        runs.retain(|run| run.at > since);
        runs.split_off(runs.len().saturating_sub(MISSED_MAX))
    }

    /// When the next run after an instant comes.
    pub fn next(&self, after: Instant, days: Days<'_>) -> Option<Instant> {
        let begin = days.zone.start(days.zone.day(after).plus(if self.working_days { -OFF_DAYS_MAX } else { 0 }));
        self.times(local(begin, days.zone)).map(|time| self.moved(time, days)).find(|at| *at > after)
    }

    /// The last whole period before a day; of days of which only working ones count, the last of these.
    fn period_of(&self, day: Day, days: Days<'_>) -> Period {
        match self.every {
            Every::Day if self.working_days => Running::Today.period(days.calendar.working_day_before(day)),
            every => every.ended(days.scheme, day),
        }
    }

    /// A time on a day off comes at the same time of the next working day.
    fn moved(&self, time: DateTime, days: Days<'_>) -> Instant {
        let day = Day::from_date(time.date());
        let is_off = self.working_days && !days.calendar.is_working(day);
        let date = if is_off { days.calendar.working_day_after(day, 1).date() } else { time.date() };
        days.zone.instant(date.to_datetime(time.time()))
    }

    /// The pattern's times from a local time on, that one included.
    fn times(&self, from: DateTime) -> impl Iterator<Item = DateTime> + '_ {
        let first = self.at_or_after(from);
        std::iter::successors(first, |time| self.after(*time)).take(TIMES_MAX)
    }

    fn at_or_after(&self, time: DateTime) -> Option<DateTime> {
        self.cron.find_next_occurrence(&foreign(time)?, true).ok().and_then(own)
    }

    fn after(&self, time: DateTime) -> Option<DateTime> {
        self.cron.find_next_occurrence(&foreign(time)?, false).ok().and_then(own)
    }
}

/// Whether what should have been made at an instant is late now.
pub fn is_late(at: Instant, now: Instant) -> bool {
    now.0.saturating_sub(at.0) > LATE_AFTER_MS
}

/// Days off in a row, at most: the lunar new year with its weekends and swapped days has nine.
const OFF_DAYS_MAX: i32 = 15;

fn local(at: Instant, zone: &Zone) -> DateTime {
    let day = zone.day(at);
    let seconds = at.0.saturating_sub(zone.start(day).0) / 1_000;
    day.date().to_datetime(jiff::civil::Time::midnight()).saturating_add(jiff::SignedDuration::from_secs(seconds))
}

/// A local time as the cron library's date library has it: the one place where the two meet.
fn foreign(time: DateTime) -> Option<jiff_of_cron::civil::DateTime> {
    let (date, time) = (time.date(), time.time());
    let date = jiff_of_cron::civil::Date::new(date.year(), date.month(), date.day()).ok()?;
    let time = jiff_of_cron::civil::Time::new(time.hour(), time.minute(), time.second(), 0).ok()?;
    Some(date.to_datetime(time))
}

fn own(time: jiff_of_cron::civil::DateTime) -> Option<DateTime> {
    let date = jiff::civil::Date::new(time.year(), time.month(), time.day()).ok()?;
    let time = jiff::civil::Time::new(time.hour(), time.minute(), time.second(), 0).ok()?;
    Some(date.to_datetime(time))
}
