//! What is known of an administrative procedure, above all how long it may take.

use serde::{Deserialize, Serialize};

use super::text::Text;
use super::time::{Day, Instant};

/// The longest limits: about four years, so that every due date made from one is a date.
pub const WORKING_HOURS_MAX: u32 = 8_000;
/// See [`WORKING_HOURS_MAX`].
pub const WORKING_DAYS_MAX: u32 = 1_000;
/// See [`WORKING_HOURS_MAX`].
pub const CALENDAR_DAYS_MAX: u32 = 1_500;

/// How long a procedure may take, counted from taken on. [`Rules::due`](super::Rules::due) says how it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "unit", content = "value", rename_all = "snake_case")]
pub enum Limit {
    /// So many hours of working time.
    WorkingHours(u32),
    /// Up to the end of so many working days.
    WorkingDays(u32),
    /// Up to the end of so many days.
    CalendarDays(u32),
    /// Up to the end of the day, or of the next working day when it is none.
    SameDay,
}

impl Limit {
    /// Its unit as people and lists write it.
    pub fn unit(self) -> &'static str {
        match self {
            Limit::WorkingHours(_) => "working_hours",
            Limit::WorkingDays(_) => "working_days",
            Limit::CalendarDays(_) => "calendar_days",
            Limit::SameDay => "same_day",
        }
    }

    /// How many of its unit; none of the same day.
    pub fn value(self) -> Option<u32> {
        match self {
            Limit::WorkingHours(value) | Limit::WorkingDays(value) | Limit::CalendarDays(value) => Some(value),
            Limit::SameDay => None,
        }
    }

    /// In words, Vietnamese and English.
    pub fn words(self) -> (String, String) {
        let plural = |count: u32| if count == 1 { "" } else { "s" };
        match self {
            Limit::WorkingHours(n) => (format!("{n} giờ làm việc"), format!("{n} working hour{}", plural(n))),
            Limit::WorkingDays(n) => (format!("{n} ngày làm việc"), format!("{n} working day{}", plural(n))),
            Limit::CalendarDays(n) => (format!("{n} ngày"), format!("{n} calendar day{}", plural(n))),
            Limit::SameDay => ("trong ngày".to_owned(), "the same day".to_owned()),
        }
    }
}

/// How far a procedure can be done online.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Only told about.
    Information,
    /// Some steps (một phần).
    Partial,
    /// All steps (toàn trình).
    Full,
}

impl Level {
    /// All of them.
    pub const ALL: [Level; 3] = [Level::Information, Level::Partial, Level::Full];

    /// Its name in lists and answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Information => "information",
            Level::Partial => "partial",
            Level::Full => "full",
        }
    }
}

/// One version of a procedure; its key is (`code`, `valid_from`), the greatest (`at`, profile as text) wins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcedureFact {
    /// When it was loaded, by the receiving clock.
    pub at: Instant,
    /// Its code, [stripped](stripped_code).
    pub code: Text,
    /// The first day on which dossiers are taken on under this version; none: always were.
    pub valid_from: Option<Day>,
    /// What is known of it.
    pub profile: ProcedureProfile,
}

/// What is known of a procedure. Its text is its JSON, by which profiles of the same instant are compared byte by byte.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcedureProfile {
    /// Its code as it was given.
    pub raw: Text,
    /// The last day on which dossiers are taken on under this version; none: no end known.
    pub valid_to: Option<Day>,
    /// Name in Vietnamese.
    pub name_vi: Text,
    /// Name in English.
    pub name_en: Option<Text>,
    /// Field of work.
    pub field: Option<Text>,
    /// How long it may take.
    pub limit: Option<Limit>,
    /// How far it can be done online.
    pub level: Option<Level>,
    /// A fee is to be paid.
    pub fee: Option<bool>,
    /// Its result is a paper.
    pub written_result: Option<bool>,
}

impl ProcedureFact {
    /// Whether it wins over another of the same key.
    pub fn wins_over(&self, other: &ProcedureFact) -> bool {
        (self.at, self.profile.text()) > (other.at, other.profile.text())
    }
}

impl ProcedureProfile {
    /// Its JSON, always the same for the same profile.
    pub fn text(&self) -> String {
        serde_json::to_string(self).expect("a profile has only text, numbers and flags")
    }

    /// The profile of a text.
    ///
    /// # Errors
    /// When it isn't one.
    pub fn of_text(text: &str) -> Result<ProcedureProfile, serde_json::Error> {
        serde_json::from_str(text)
    }
}

/// A procedure's code without what localities put behind it: `1.002835.000.00.00.H56` and `1.002835` are one, and
/// `2.002621.H56` is `2.002621`. A code of another form stays as it is.
pub fn stripped_code(code: &str) -> &str {
    const SERIAL_DIGITS: usize = 6;
    let Some((group, rest)) = code.split_once('.') else { return code };
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let Some(serial) = rest.get(..SERIAL_DIGITS) else { return code };
    let tail = &rest[SERIAL_DIGITS..];
    if is_digits(group) && is_digits(serial) && (tail.is_empty() || tail.starts_with('.')) {
        &code[..group.len() + 1 + SERIAL_DIGITS]
    } else {
        code
    }
}
