//! Alerts as data: `dashboards/alerts.toml`. What is watched, from where on it is worth an alert, and who is told.
//!
//! An alert is raised when a figure has been past its threshold for a while, and cleared when it has been past another
//! line, on the good side, for a while: between the two lines nothing happens, so that a figure at the threshold doesn't
//! flap. Quiet hours delay what is told to people, never what is raised.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{Day, Decimal, Instant, Text, UnitKind, Zone};

use super::catalogue::Kpi;
use super::fault::SourceFile;
use super::figure::Words;
use super::measure::Measure;
use super::window::WindowChoice;

mod read;
#[cfg(test)]
mod tests;

pub(super) use read::read;

/// The alerts that the program carries.
pub(super) const ALERTS: SourceFile<'static> =
    SourceFile { name: "dashboards/alerts.toml", text: include_str!("../../dashboards/alerts.toml") };

const MINUTE_MS: i64 = 60_000;
const DAY_MINUTES: u16 = 1_440;
/// A week and a day: within them every weekday comes.
const DAYS_AHEAD: i32 = 8;

/// How grave an alert is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// To be known.
    Notice,
    /// To be looked into.
    Warning,
    /// To be acted on.
    Severe,
}

impl Level {
    /// Its name in files and answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Notice => "notice",
            Level::Warning => "warning",
            Level::Severe => "severe",
        }
    }
}

/// What an alert watches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Watch {
    /// A KPI of units, by its id.
    Kpi(String),
    /// A measure of units.
    Measure(Measure),
    /// Sources that are late by their cadence, or were heard longer ago than `after_ms`.
    Silent {
        /// For sources without a cadence; none: these are not watched.
        after_ms: Option<i64>,
    },
}

/// Which units are watched, as the hierarchy stands on the day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The unit at the top of the tree.
    Top,
    /// The units directly below it.
    DirectSubUnits,
    /// Those of these codes.
    Codes(Vec<Text>),
    /// All of a kind.
    Kind(UnitKind),
}

/// On which side of a line a figure is bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Greater than the line.
    Above,
    /// Less than the line.
    Below,
}

/// The lines of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lines {
    /// Where the bad side is.
    pub side: Side,
    /// Past it a figure is worth an alert; on it, it isn't.
    pub threshold: Decimal,
    /// On it or past it, towards the good side, the alert is over.
    pub clear: Decimal,
}

/// Where a figure stands to the lines of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Past the threshold.
    Beyond,
    /// Between the lines: nothing is raised and nothing is cleared.
    Between,
    /// On the good side of both.
    Calm,
}

impl Lines {
    /// Where num / den stands, exactly; den is above 0.
    pub fn place(&self, num: i64, den: i64) -> Place {
        let against = |line: Decimal| {
            let exact = i128::from(num) * i128::from(Decimal::SCALE);
            exact.cmp(&(i128::from(line.millionths()) * i128::from(den)))
        };
        let (bad, good) = match self.side {
            Side::Above => (Ordering::Greater, Ordering::Less),
            Side::Below => (Ordering::Less, Ordering::Greater),
        };
        if against(self.threshold) == bad {
            return Place::Beyond;
        }
        let to_clear = against(self.clear);
        if to_clear == good || to_clear == Ordering::Equal { Place::Calm } else { Place::Between }
    }

    /// Where a value stands that is only known to be more than `above`; none while it may be anywhere.
    pub fn place_above(&self, above: i64) -> Option<Place> {
        let least = i128::from(above) * i128::from(Decimal::SCALE);
        let passes = |line: Decimal| i128::from(line.millionths()) <= least;
        match self.side {
            Side::Above => passes(self.threshold).then_some(Place::Beyond),
            Side::Below => passes(self.clear).then_some(Place::Calm),
        }
    }
}

/// One rule: what is watched, when it is an alert, and who is told.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertRule {
    /// Id.
    pub id: String,
    /// Version of the definition; kept with every alert that it raises.
    pub version: String,
    /// How grave.
    pub level: Level,
    /// Its name.
    pub label: Words,
    /// The sentence on a wall and in a message, with placeholders.
    pub sentence: Words,
    /// What is watched.
    pub watch: Watch,
    /// Of which units; of a silent source it says nothing.
    pub reach: Reach,
    /// The days that are counted.
    pub window: WindowChoice,
    /// Which sources feed the figure, or which are watched for silence; none named: all that are known.
    pub sources: Vec<Text>,
    /// From when on the silence of a source without a cadence makes the figure stale.
    pub stale_after_ms: i64,
    /// The lines; none of a silent source, which is late or isn't.
    pub lines: Option<Lines>,
    /// Smallest denominator of a KPI that is judged; none: the KPI's own.
    pub den_min: Option<i64>,
    /// How long a figure has to be past the threshold.
    pub for_ms: i64,
    /// How long it has to be past the other line.
    pub clear_for_ms: i64,
    /// Minutes of the local day in which people aren't told, ascending; the end is not included.
    pub quiet: Vec<(u16, u16)>,
    /// Weekdays on which people are told, 1 is Monday; none: all.
    pub weekdays: Vec<u8>,
    /// Whether it may take over a wall whose board allows that.
    pub takeover: bool,
    /// The destinations that are told.
    pub deliver: Vec<String>,
}

impl AlertRule {
    /// The least denominator with which a KPI is judged.
    pub fn den_min(&self, kpi: &Kpi) -> i64 {
        self.den_min.unwrap_or(kpi.den_min).max(1)
    }

    /// Within quiet hours: when they end. Quiet hours delay, they lose nothing.
    pub fn quiet_until(&self, now: Instant, zone: &Zone) -> Option<Instant> {
        let today = zone.day(now);
        let told = (0..DAYS_AHEAD).map(|days| today.plus(days)).filter(|day| self.tells_on(*day)).flat_map(|day| {
            let start = zone.start(day);
            let at = move |minute: u16| start.plus_ms(i64::from(minute) * MINUTE_MS);
            self.told_minutes().into_iter().map(move |(from, to)| (at(from), at(to)))
        });
        let next = told.into_iter().find(|(_, to)| now < *to).map(|(from, _)| from);
        next.filter(|from| now < *from)
    }

    /// The minutes of a day outside of quiet hours.
    fn told_minutes(&self) -> Vec<(u16, u16)> {
        let mut told = Vec::new();
        let mut from = 0;
        for (begin, end) in &self.quiet {
            if from < *begin {
                told.push((from, *begin));
            }
            from = from.max(*end);
        }
        if from < DAY_MINUTES {
            told.push((from, DAY_MINUTES));
        }
        told
    }

    fn tells_on(&self, day: Day) -> bool {
        // 1970-01-01 was a Thursday, the fourth day of its week.
        let weekday = u8::try_from((day.0 + 3).rem_euclid(7) + 1).expect("1 to 7");
        self.weekdays.is_empty() || self.weekdays.contains(&weekday)
    }
}

/// All rules, by id.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlertRules {
    rules: BTreeMap<String, AlertRule>,
}

impl AlertRules {
    /// The rule of an id.
    pub fn get(&self, id: &str) -> Option<&AlertRule> {
        self.rules.get(id)
    }

    /// All rules, by id.
    pub fn iter(&self) -> impl Iterator<Item = &AlertRule> {
        self.rules.values()
    }

    /// Every destination that a rule names, with a rule that does.
    pub fn destinations(&self) -> BTreeMap<&str, &str> {
        self.iter().flat_map(|rule| rule.deliver.iter().map(|name| (name.as_str(), rule.id.as_str()))).collect()
    }
}
