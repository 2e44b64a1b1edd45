//! What a screen shows and when: one board, or several in turn.

use serde::{Deserialize, Serialize};

/// How many boards take turns.
const SLOTS_MAX: usize = 24;
/// Bounds of how long one stays, in seconds.
const DWELL_S: std::ops::RangeInclusive<u32> = 5..=86_400;
/// Minutes of a day.
const DAY_MIN: u32 = 24 * 60;

/// One board in a rotation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slot {
    /// Id of the board.
    pub board: String,
    /// How long it stays, in seconds, before the next one that is due.
    pub dwell_s: u32,
    /// From which local time on it is due, `07:00`; with `to` before `from` over midnight. Absent: all day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Until which local time, itself not included; `24:00` is the end of the day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// On which days, 1 (Monday) to 7 (Sunday): those on which its time begins. Empty: every day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weekdays: Vec<u8>,
}

/// Dark ground or light ground.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// Light on dark.
    #[default]
    Dark,
    /// Dark on light.
    Light,
}

/// The language of a screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// Vietnamese.
    #[default]
    Vi,
    /// English.
    En,
}

/// When it is night for a screen: its theme, at 70 % of its brightness.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Night {
    /// Local time at which it begins.
    pub from: String,
    /// Local time at which it ends.
    pub to: String,
    /// Its theme.
    #[serde(default)]
    pub theme: Theme,
}

/// What a screen shows. Times are local times of the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Program {
    /// The boards, in turn.
    pub slots: Vec<Slot>,
    /// In which language.
    #[serde(default)]
    pub lang: Language,
    /// The theme by day.
    #[serde(default)]
    pub theme: Theme,
    /// When it is night; absent: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub night: Option<Night>,
}

/// What is wrong with a program.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProgramFault {
    /// Nothing to be shown, or too much.
    #[error("a rotation has 1 to {SLOTS_MAX} boards, not {0}")]
    Slots(usize),
    /// Too short to be read, or longer than a day.
    #[error("dwell_s is from {least} to {most}, not {0}", least = DWELL_S.start(), most = DWELL_S.end())]
    Dwell(u32),
    /// Not a time of day.
    #[error("{0:?} is no time of day such as 07:30 (00:00 to 24:00)")]
    Time(String),
    /// Only one end of a span.
    #[error("from and to go together")]
    HalfSpan,
    /// A span without length.
    #[error("from and to are both {0:?}; leave both out for the whole day")]
    NoSpan(String),
    /// Not a day of the week.
    #[error("weekdays are 1 (Monday) to 7 (Sunday), not {0}")]
    Weekday(u8),
}

impl Program {
    /// One board, always.
    pub fn of_board(board: &str) -> Program {
        let slot =
            Slot { board: board.to_owned(), dwell_s: *DWELL_S.end(), from: None, to: None, weekdays: Vec::new() };
        Program { slots: vec![slot], lang: Language::default(), theme: Theme::default(), night: None }
    }

    /// Looks whether it can be shown.
    ///
    /// # Errors
    /// The first fault.
    pub fn check(&self) -> Result<(), ProgramFault> {
        if self.slots.is_empty() || self.slots.len() > SLOTS_MAX {
            return Err(ProgramFault::Slots(self.slots.len()));
        }
        for slot in &self.slots {
            if !DWELL_S.contains(&slot.dwell_s) {
                return Err(ProgramFault::Dwell(slot.dwell_s));
            }
            match (&slot.from, &slot.to) {
                (None, None) => {}
                (Some(from), Some(to)) => check_span(from, to)?,
                _ => return Err(ProgramFault::HalfSpan),
            }
            if let Some(day) = slot.weekdays.iter().find(|day| !(1..=7).contains(*day)) {
                return Err(ProgramFault::Weekday(*day));
            }
        }
        self.night.as_ref().map_or(Ok(()), |night| check_span(&night.from, &night.to))
    }

    /// Ids of its boards.
    pub fn boards(&self) -> impl Iterator<Item = &str> {
        self.slots.iter().map(|slot| slot.board.as_str())
    }
}

fn check_span(from: &str, to: &str) -> Result<(), ProgramFault> {
    let read = |text: &str| minute_of_day(text).ok_or_else(|| ProgramFault::Time(text.to_owned()));
    if read(from)? % DAY_MIN == read(to)? % DAY_MIN && !(from == "00:00" && to == "24:00") {
        return Err(ProgramFault::NoSpan(from.to_owned()));
    }
    Ok(())
}

fn minute_of_day(text: &str) -> Option<u32> {
    let (hour, minute) = text.split_once(':')?;
    let number = |digits: &str| {
        let is_two = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_two.then(|| digits.parse::<u32>().ok()).flatten()
    };
    let at = number(hour)? * 60 + number(minute).filter(|minute| *minute < 60)?;
    (at <= DAY_MIN).then_some(at)
}
