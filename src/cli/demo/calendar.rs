//! When offices work: Monday to Friday, 07:30 to 11:30 and 13:30 to 17:00, without the public holidays from 2023 to 2026.
//!
//! The demonstration's province has one offset, so local times are computed without a time zone database.

use jiff::civil::DateTime;
use jiff::{Timestamp, tz};

use crate::model::{Day, Instant};

use super::rng::Rng;
use super::scenario::Scenario;

const DAY_MS: i64 = 86_400_000;
const OFFSET_MS: i64 = 7 * 3_600_000;

/// 07:30, in seconds of the day.
pub(super) const OPENING_S: i64 = 27_000;
const NOON_S: i64 = 41_400;
const AFTERNOON_S: i64 = 48_600;
/// 17:00, in seconds of the day.
pub(super) const CLOSING_S: i64 = 61_200;
/// Of what comes in a day, the share that comes in the morning.
const MORNING_SHARE: f64 = 0.64;

/// Year, month, day.
pub(super) type Date = (i16, i8, i8);

/// First and last days, both included.
const HOLIDAYS: [(Date, Date); 16] = [
    ((2023, 1, 2), (2023, 1, 2)),
    ((2023, 1, 20), (2023, 1, 26)),
    ((2023, 4, 29), (2023, 5, 3)),
    ((2023, 9, 1), (2023, 9, 4)),
    ((2024, 1, 1), (2024, 1, 1)),
    ((2024, 2, 8), (2024, 2, 14)),
    ((2024, 4, 18), (2024, 4, 18)),
    ((2024, 4, 29), (2024, 5, 1)),
    ((2024, 9, 2), (2024, 9, 3)),
    ((2025, 1, 1), (2025, 1, 1)),
    ((2025, 1, 27), (2025, 1, 31)),
    ((2025, 4, 7), (2025, 4, 7)),
    ((2025, 4, 30), (2025, 5, 2)),
    ((2025, 9, 1), (2025, 9, 2)),
    ((2026, 1, 1), (2026, 1, 1)),
    ((2026, 2, 16), (2026, 2, 20)),
];

/// A day of the calendar.
pub(super) fn day(year: i16, month: i8, day: i8) -> Day {
    Day::from_date(jiff::civil::date(year, month, day))
}

/// The instant at so many seconds of a local day.
pub(super) fn at(day: Day, second: i64) -> Instant {
    Instant(i64::from(day.0) * DAY_MS + second * 1_000 - OFFSET_MS)
}

/// The local day of an instant and the second within it.
pub(super) fn local(instant: Instant) -> (Day, i64) {
    let local_ms = instant.0 + OFFSET_MS;
    let day = i32::try_from(local_ms.div_euclid(DAY_MS)).expect("the demonstration stays within a few years of 2024");
    (Day(day), local_ms.rem_euclid(DAY_MS) / 1_000)
}

/// The local date and time of an instant.
pub(super) fn civil(instant: Instant) -> DateTime {
    let timestamp = Timestamp::from_millisecond(instant.0);
    tz::offset(7).to_datetime(timestamp.expect("the demonstration stays within a few years of 2024"))
}

/// RFC 3339 with the local offset, to the second.
pub(super) fn rfc3339(instant: Instant) -> String {
    let local = civil(instant);
    let date = (local.year(), local.month(), local.day());
    let time = (local.hour(), local.minute(), local.second());
    format!("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}+07:00", date.0, date.1, date.2, time.0, time.1, time.2)
}

/// The local date as ids have it: two digits each of year, month and day.
pub(super) fn yymmdd(instant: Instant) -> String {
    let local = civil(instant);
    format!("{:02}{:02}{:02}", local.year() % 100, local.month(), local.day())
}

/// The days on which offices work, and the days that matter to a demonstration.
pub(super) struct Calendar {
    week: crate::model::Calendar,
    holidays: Vec<(Day, Day)>,
    /// Where its clock starts.
    pub(super) start: Instant,
    /// The first day of its history.
    pub(super) history_begin: Day,
    detailed_from: Instant,
    boundaries: Vec<Instant>,
    middle: Day,
}

impl Calendar {
    pub(super) fn new(scenario: &Scenario) -> Calendar {
        let of = |(y, m, d)| day(y, m, d);
        Calendar {
            week: crate::model::Calendar::default(),
            holidays: HOLIDAYS.iter().map(|(from, to)| (of(*from), of(*to))).collect(),
            start: scenario.start,
            history_begin: of(scenario.history_begin),
            detailed_from: at(of(scenario.detailed_from), 0),
            boundaries: scenario.boundaries.iter().map(|date| at(of(*date), 0)).collect(),
            middle: of(scenario.middle),
        }
    }

    /// The day on which the demonstration starts.
    pub(super) fn start_day(&self) -> Day {
        local(self.start).0
    }

    /// How far a day is from the middle of the year that is shown, in years.
    pub(super) fn growth(&self, day: Day) -> f64 {
        f64::from(day.0 - self.middle.0) / 366.0
    }

    /// Whether a life that ended at `to` is told in one record: it ended before changes were told one by one, and no
    /// other hierarchy began in it.
    pub(super) fn is_told_whole(&self, (from, to): (Instant, Instant)) -> bool {
        to < self.detailed_from && !self.boundaries.iter().any(|boundary| from < *boundary && *boundary <= to)
    }

    /// Whether offices work on the day.
    pub(super) fn is_open(&self, day: Day) -> bool {
        self.week.is_working(day) && !self.holidays.iter().any(|(from, to)| *from <= day && day <= *to)
    }

    /// The working day so many working days later; the day itself for 0 if it is one, else the next one.
    pub(super) fn after(&self, day: Day, working_days: i64) -> Day {
        let mut found = day;
        let mut left = working_days;
        while left > 0 || !self.is_open(found) {
            found = found.plus(1);
            if self.is_open(found) {
                left = (left - 1).max(0);
            }
        }
        found
    }

    /// How many days are left to Tết or another holiday of five days and more, if at most 7; else 8.
    pub(super) fn eve(&self, day: Day) -> i32 {
        let long = self.holidays.iter().filter(|(from, to)| to.0 - from.0 >= 4);
        long.map(|(from, _)| from.0 - day.0).filter(|left| (1..=7).contains(left)).min().unwrap_or(8)
    }

    /// A second of office hours.
    pub(super) fn office_second(rng: &mut Rng) -> i64 {
        if rng.chance(MORNING_SHARE) {
            rng.between(OPENING_S, NOON_S - 1)
        } else {
            rng.between(AFTERNOON_S, CLOSING_S - 1)
        }
    }
}
