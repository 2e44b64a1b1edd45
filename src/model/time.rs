//! Instants in milliseconds and local days of one time zone.

use std::fmt;
use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};
use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(pub i64);

impl Instant {
    /// Before every instant that a record may carry.
    pub const NEVER: Instant = Instant(i64::MIN);
    /// After every instant that a record may carry; the end of an open interval.
    pub const FOREVER: Instant = Instant(i64::MAX);

    /// This instant moved by so many milliseconds; the two ends of time stay where they are.
    #[must_use]
    pub fn plus_ms(self, ms: i64) -> Instant {
        if self == Self::NEVER || self == Self::FOREVER { self } else { Instant(self.0.saturating_add(ms)) }
    }

    /// RFC 3339 in the zone, with milliseconds and the local offset.
    pub fn to_rfc3339(self, zone: &Zone) -> String {
        let Ok(timestamp) = Timestamp::from_millisecond(self.0) else { return "out of range".to_owned() };
        timestamp.to_zoned_datetime(zone.tz.clone()).strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string()
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Timestamp::from_millisecond(self.0) {
            Ok(timestamp) => write!(f, "{timestamp:.3}"),
            Err(_) => write!(f, "{} ms", self.0),
        }
    }
}

/// A local calendar day, counted from 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(pub i32);

impl Day {
    /// The day of a civil date.
    pub fn from_date(date: civil::Date) -> Day {
        let epoch = civil::date(1970, 1, 1);
        Day(date.since((jiff::Unit::Day, epoch)).map_or(0, |span| span.get_days()))
    }

    /// The civil date of this day.
    pub fn date(self) -> civil::Date {
        let epoch = civil::date(1970, 1, 1);
        epoch.checked_add(jiff::Span::new().days(i64::from(self.0))).unwrap_or(civil::Date::MAX)
    }

    /// The day so many days later (earlier when negative).
    #[must_use]
    pub fn plus(self, days: i32) -> Day {
        Day(self.0.saturating_add(days))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.date())
    }
}

impl std::str::FromStr for Day {
    type Err = jiff::Error;

    /// Reads `2024-08-02`.
    fn from_str(text: &str) -> Result<Day, jiff::Error> {
        text.parse::<civil::Date>().map(Day::from_date)
    }
}

/// The configured time zone: the local day of every window, due date and period.
#[derive(Clone, Debug)]
pub struct Zone {
    tz: TimeZone,
    name: String,
    /// From which instant on which offset holds, over [`SHIFTS`]: local days are asked for by the million.
    shifts: Arc<[Shift]>,
}

/// An offset from UTC, both in milliseconds, and since when it holds.
#[derive(Clone, Copy, Debug)]
struct Shift {
    from: i64,
    offset: i64,
}

/// 1990 to 2119, in milliseconds: other instants are looked up in the database.
const SHIFTS: std::ops::Range<i64> = 631_152_000_000..4_733_510_400_000;
const DAY_MS: i64 = 86_400_000;

impl Zone {
    /// The zone of an IANA name such as `Asia/Ho_Chi_Minh`.
    ///
    /// # Errors
    /// When the name is not in the time zone database.
    pub fn named(name: &str) -> Result<Zone, jiff::Error> {
        let tz = TimeZone::get(name)?;
        // As the database writes it: others that are told the name may mind upper and lower case.
        let name = tz.iana_name().unwrap_or(name).to_owned();
        let begin = Timestamp::from_millisecond(SHIFTS.start)?;
        let first = Shift { from: SHIFTS.start, offset: i64::from(tz.to_offset(begin).seconds()) * 1_000 };
        let later = tz.following(begin).map(|transition| Shift {
            from: transition.timestamp().as_millisecond(),
            offset: i64::from(transition.offset().seconds()) * 1_000,
        });
        let shifts = std::iter::once(first).chain(later.take_while(|shift| shift.from < SHIFTS.end)).collect();
        Ok(Zone { tz, name, shifts })
    }

    /// The place of the shift that holds at an instant; none outside of [`SHIFTS`].
    fn shift_at(&self, ms: i64) -> Option<usize> {
        SHIFTS.contains(&ms).then(|| self.shifts.partition_point(|shift| shift.from <= ms) - 1)
    }

    /// The IANA name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The underlying zone, for parsing local times.
    pub fn tz(&self) -> &TimeZone {
        &self.tz
    }

    /// The local day on which the instant falls. The two ends of time fall on the first and last day there is.
    pub fn day(&self, instant: Instant) -> Day {
        if let Some(shift) = self.shift_at(instant.0) {
            let day = (instant.0 + self.shifts[shift].offset).div_euclid(DAY_MS);
            return Day(i32::try_from(day).unwrap_or(i32::MAX));
        }
        let Ok(timestamp) = Timestamp::from_millisecond(instant.0) else {
            return if instant.0 < 0 { Day(i32::MIN) } else { Day(i32::MAX) };
        };
        let local_s = timestamp.as_second() + i64::from(self.tz.to_offset(timestamp).seconds());
        Day(i32::try_from(local_s.div_euclid(86_400)).unwrap_or(i32::MAX))
    }

    /// The first instant of a local day.
    pub fn start(&self, day: Day) -> Instant {
        let midnight = i64::from(day.0) * DAY_MS;
        // No zone is a day away from UTC: the offset is the same around midnight when it is so for two days.
        if let (Some(before), Some(after)) = (self.shift_at(midnight - DAY_MS), self.shift_at(midnight + DAY_MS))
            && before == after
        {
            return Instant(midnight - self.shifts[before].offset);
        }
        match self.tz.to_zoned_datetime(day.date().to_datetime(civil::Time::midnight())) {
            Ok(zoned) => Instant(zoned.timestamp().as_millisecond()),
            Err(_) => Instant::FOREVER,
        }
    }

    /// The instant of a local date and time: of two the earlier, of none the later.
    pub fn instant(&self, local: civil::DateTime) -> Instant {
        match self.tz.to_ambiguous_timestamp(local).compatible() {
            Ok(timestamp) => Instant(timestamp.as_millisecond()),
            // Years that no instant has.
            Err(_) => self.start(Day::from_date(local.date())),
        }
    }

    /// The last millisecond of a local day.
    pub fn end(&self, day: Day) -> Instant {
        self.start(day.plus(1)).plus_ms(-1)
    }
}

/// Where stages and edges get the current instant from; made by `serve`, the only place that reads a clock.
pub type Clock = std::sync::Arc<dyn Fn() -> Instant + Send + Sync>;
