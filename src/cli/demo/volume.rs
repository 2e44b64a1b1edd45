//! How many dossiers come on which day: exact counts over a span, spread by weekday, season and week.

use crate::model::Day;

use super::calendar::Calendar;
use super::rng::Rng;

/// By weekday, Monday first.
const WEEKDAYS: [f64; 5] = [1.28, 1.10, 1.00, 0.92, 0.78];
/// A day's share of what comes before 08:00.
const EARLY_SHARE: f64 = 0.08;
/// How far a week goes up or down.
const WEEK_SWING: f64 = 0.14;

/// A part of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// All of it.
    Whole,
    /// Before 08:00.
    Early,
    /// From 08:00 on.
    Rest,
}

/// How heavy a day is for one stream; 0 when offices are closed.
pub(super) fn weight(calendar: &Calendar, (seed, stream): (u64, u64), day: Day) -> f64 {
    if !calendar.is_open(day) {
        return 0.0;
    }
    // 1970-01-01 was a Thursday: Monday is 0.
    let weekday = (day.0 + 3).rem_euclid(7) as usize;
    let week = (day.0 + 3).div_euclid(7);
    let mut of_week = Rng::new(seed, (week as u64) << 16 | stream);
    let mut of_day = Rng::new(seed, (day.0 as u64) << 32 | stream);
    let season = match calendar.eve(day) {
        ..=3 => 0.45,
        4..=7 => 0.75,
        _ => 1.0,
    };
    let swing = 1.0 + WEEK_SWING * (2.0 * of_week.share() - 1.0);
    WEEKDAYS.get(weekday).copied().unwrap_or(0.0) * season * swing * (0.94 + 0.12 * of_day.share())
}

/// The part of a day's weight.
pub(super) fn part_weight(whole: f64, part: Part) -> f64 {
    match part {
        Part::Whole => whole,
        Part::Early => whole * EARLY_SHARE,
        Part::Rest => whole * (1.0 - EARLY_SHARE),
    }
}

/// Deals a count out over weights so that the whole is exact and no part is off by more than one.
#[derive(Clone, Debug)]
pub(super) struct Quota {
    per_weight: f64,
    owed: f64,
    given: i64,
}

impl Quota {
    /// So many for each unit of weight, as long as it goes on.
    pub(super) fn at_rate(per_weight: f64) -> Quota {
        Quota { per_weight, owed: 0.0, given: 0 }
    }

    /// How many fall on the next part.
    pub(super) fn take(&mut self, weight: f64) -> i64 {
        self.owed += weight * self.per_weight;
        // The small addition makes the last part of a span whole in spite of rounding.
        let due = (self.owed + 1e-6) as i64;
        let count = due - self.given;
        self.given = due;
        count
    }
}

/// A span of days with its count.
#[derive(Clone, Debug)]
pub(super) struct Span {
    /// First day.
    pub(super) first: Day,
    /// Last day, included; of the demonstration's first day only the part before its start.
    pub(super) last: Day,
    /// How many dossiers are received in it.
    pub(super) count: f64,
}

/// The weight of the days from `first` to `last`, of the starting day its early part.
pub(super) fn span_weight(calendar: &Calendar, of: (u64, u64), (first, last): (Day, Day)) -> f64 {
    let start = calendar.start_day();
    (first.0..=last.0)
        .map(|day| {
            part_weight(weight(calendar, of, Day(day)), if Day(day) == start { Part::Early } else { Part::Whole })
        })
        .sum()
}
