//! What is known of a sending system: what it covers, and when it is expected to be heard.

use serde::{Deserialize, Serialize};

use super::text::Text;
use super::time::{Day, Instant, Zone};

#[cfg(test)]
mod tests;

/// The longest cadence: a month of minutes.
pub const CADENCE_MINUTES_MAX: u32 = 44_640;
/// The least working time of a week, so that a cadence ends within a lifetime.
pub const WEEK_MINUTES_MIN: u32 = 60;
/// Minutes of a day.
pub const DAY_MINUTES: u16 = 1_440;

const MINUTE_MS: i64 = 60_000;

/// What a source is; its key is `source`, the greatest (`at`, profile as text) wins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFact {
    /// When it was loaded, by the receiving clock.
    pub at: Instant,
    /// The sending system.
    pub source: Text,
    /// What is known of it.
    pub profile: SourceProfile,
}

/// What is known of a source. Its text is its JSON, by which profiles of the same instant are compared byte by byte.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceProfile {
    /// What it is called.
    pub system: Option<Text>,
    /// Codes of the units whose records it sends.
    pub units: Vec<Text>,
    /// How often it is expected to be heard within its hours; none: no expectation.
    pub cadence_minutes: Option<u32>,
    /// Its hours: minutes of the local day, the end not included, ascending and apart; none: the whole day.
    pub hours: Vec<(u16, u16)>,
    /// Its weekdays, 1 is Monday, ascending; none: all.
    pub weekdays: Vec<u8>,
    /// The first day that its records cover.
    pub coverage_start: Option<Day>,
    /// The office to ask; no person.
    pub contact: Option<Text>,
}

impl SourceFact {
    /// Whether it wins over another of the same source.
    pub fn wins_over(&self, other: &SourceFact) -> bool {
        (self.at, self.profile.text()) > (other.at, other.profile.text())
    }
}

/// When a source is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// When its cadence has passed, counted in its own hours.
    pub by: Instant,
    /// From when on it is late: a tenth of the cadence later, at least a minute, in its own hours too.
    pub late_from: Instant,
}

impl SourceProfile {
    /// Its JSON, always the same for the same profile.
    pub fn text(&self) -> String {
        serde_json::to_string(self).expect("a profile has only text, numbers and lists of them")
    }

    /// The profile of a text.
    ///
    /// # Errors
    /// When it isn't one.
    pub fn of_text(text: &str) -> Result<SourceProfile, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// When it is expected after it was heard; none without a cadence.
    pub fn expected(&self, heard: Instant, zone: &Zone) -> Option<Expected> {
        let cadence_ms = i64::from(self.cadence_minutes?) * MINUTE_MS;
        let by = self.after(heard, cadence_ms, zone);
        Some(Expected { by, late_from: self.after(by, (cadence_ms / 10).max(MINUTE_MS), zone) })
    }

    /// The instant when so much of its own time has passed.
    fn after(&self, from: Instant, ms: i64, zone: &Zone) -> Instant {
        const WHOLE_DAY: [(u16, u16); 1] = [(0, DAY_MINUTES)];
        let hours = if self.hours.is_empty() { WHOLE_DAY.as_slice() } else { &self.hours };
        let mut left = ms;
        let first = zone.day(from);
        // Bounded by the longest cadence and the least week, whatever a record of another version says.
        let days_max = 7 * i32::try_from(CADENCE_MINUTES_MAX / WEEK_MINUTES_MIN + 2).expect("a few thousand days");
        for day in (0..days_max).map(|days| first.plus(days)).filter(|day| self.works_on(*day)) {
            let start = zone.start(day);
            for (begin, end) in hours {
                let begin = start.plus_ms(i64::from(*begin) * MINUTE_MS).max(from);
                let end = start.plus_ms(i64::from(*end) * MINUTE_MS);
                let there = end.0.saturating_sub(begin.0);
                if there >= left {
                    return begin.plus_ms(left);
                }
                left -= there.max(0);
            }
        }
        Instant::FOREVER
    }

    fn works_on(&self, day: Day) -> bool {
        // 1970-01-01 was a Thursday, the fourth day of its week.
        let weekday = u8::try_from((day.0 + 3).rem_euclid(7) + 1).expect("1 to 7");
        self.weekdays.is_empty() || self.weekdays.contains(&weekday)
    }
}
