//! A cell's text as the JSON value of a field.

use jiff::SignedDuration;
use jiff::civil::DateTime;
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::TimeZone;

use super::super::check::{ANSWERS, CHANNELS, RATING_CHANNELS};
use super::super::instant::{self, NoInstant};
use super::super::rejection::{Code, shown};
use super::super::wire::Name;
use super::file::FieldRow;
use crate::model::{Channel, Day, Decimal, Instant, Status};

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Status,
    Channel,
    RatingChannel,
    Answer,
    /// A time; with a date alone only where that is the end of a day.
    Time,
    Due,
    Bool,
    Score,
    Number,
}

/// A value, and its instant when it is a time.
pub(super) struct Made {
    pub(super) json: String,
    pub(super) time: Option<Instant>,
}

impl Kind {
    /// What the field of a record's type holds; none for lists.
    pub(super) fn of(name: Name, record_type: &str) -> Option<Kind> {
        Some(match name {
            Name::Pauses => return None,
            Name::Status => Kind::Status,
            Name::Channel if record_type == "rating" => Kind::RatingChannel,
            Name::Channel => Kind::Channel,
            Name::Answer => Kind::Answer,
            Name::At | Name::FiledAt | Name::ReceivedAt | Name::FinishedAt => Kind::Time,
            Name::DueAt => Kind::Due,
            Name::Digitised | Name::ElectronicResult | Name::ReusedData | Name::Payable | Name::PaidOnline => {
                Kind::Bool
            }
            Name::Score => Kind::Score,
            Name::Numerator | Name::Denominator | Name::Value | Name::Declared => Kind::Number,
            _ => Kind::Text,
        })
    }

    pub(super) fn is_time(self) -> bool {
        matches!(self, Kind::Time | Kind::Due)
    }

    /// The words that a field may hold, when they are few.
    fn words(self) -> Option<Vec<&'static str>> {
        match self {
            Kind::Status => Some(Status::ALL.map(Status::as_str).to_vec()),
            Kind::Channel => Some(CHANNELS.map(Channel::as_str).to_vec()),
            Kind::RatingChannel => Some(RATING_CHANNELS.to_vec()),
            Kind::Answer => Some(ANSWERS.map(|(word, _)| word).to_vec()),
            _ => None,
        }
    }

    /// Checks a text that stands in the mapping itself.
    pub(super) fn check_fixed(self, text: &str, row: &FieldRow) -> Result<(), String> {
        if let Some(words) = self.words()
            && !words.contains(&text)
        {
            return Err(format!("{} is none of {}", shown(text), words.join(", ")));
        }
        self.read(text, row, &TimeZone::UTC).map(|_| ()).map_err(|(_, why)| why)
    }

    /// Makes the value; words are left to the server, which knows them all.
    pub(super) fn read(self, text: &str, row: &FieldRow, timezone: &TimeZone) -> Result<Made, (Code, String)> {
        let json = match self {
            Kind::Text => serde_json::Value::from(text).to_string(),
            Kind::Status | Kind::Channel | Kind::RatingChannel | Kind::Answer => {
                serde_json::Value::from(text.trim()).to_string()
            }
            Kind::Time | Kind::Due => {
                let at = self.time(text.trim(), row, timezone)?;
                return Ok(Made { json: format!("\"{at}\""), time: Some(at) });
            }
            Kind::Bool => match text.trim() {
                "true" | "1" => "true".to_owned(),
                "false" | "0" => "false".to_owned(),
                other => return Err((Code::BadValue, format!("{} is not true, false, 1 or 0; use map", shown(other)))),
            },
            Kind::Score => match text.trim().parse::<u8>() {
                Ok(score) => score.to_string(),
                Err(_) => return Err((Code::BadValue, format!("{} is no whole number from 1 to 5", shown(text)))),
            },
            Kind::Number => number(text.trim(), row.decimal_comma)?.to_string(),
        };
        Ok(Made { json, time: None })
    }

    /// The instant of a cell. A date alone is the end of its day where a field is due then; else it takes the time that the
    /// mapping gives it.
    fn time(self, text: &str, row: &FieldRow, timezone: &TimeZone) -> Result<Instant, (Code, String)> {
        let given = row.time_of_day.as_deref().and_then(time_of_day);
        let at = match moment(text, &row.format, timezone)? {
            Moment::At(at) => at,
            Moment::Serial(day) | Moment::Date(day) if given.is_some() => {
                given.and_then(|time| local_instant(day.date().to_datetime(time), timezone))
            }
            Moment::Serial(day) | Moment::Date(day) if self == Kind::Due => end_of_day(day, timezone),
            Moment::Serial(day) => local_instant(day.date().to_datetime(jiff::civil::Time::midnight()), timezone),
            Moment::Date(_) => None,
        };
        at.ok_or_else(|| {
            let why = format!("{} has no time of day; only `due_at` may be a date, or give time_of_day", shown(text));
            (Code::BadInstant, why)
        })
    }
}

/// `08:00` as a time.
pub(super) fn time_of_day(text: &str) -> Option<jiff::civil::Time> {
    jiff::civil::Time::strptime("%H:%M", text).ok()
}

/// What a cell says of a time.
enum Moment {
    /// An instant; none when it is out of range.
    At(Option<Instant>),
    /// A whole serial number of a workbook: midnight, or a day.
    Serial(Day),
    /// A date without a time.
    Date(Day),
}

fn moment(text: &str, formats: &[String], timezone: &TimeZone) -> Result<Moment, (Code, String)> {
    let read = instant::read(text);
    let Some(first) = formats.first() else {
        return match read {
            Ok(at) => Ok(Moment::At(Some(at))),
            Err(NoInstant::Local(local)) => Ok(Moment::At(local_instant(local, timezone))),
            Err(NoInstant::Date(day)) => Ok(Moment::Date(day)),
            Err(NoInstant::Malformed) => {
                let why = format!("{} is no RFC 3339 date and time; give its format", shown(text));
                Err((Code::BadInstant, why))
            }
        };
    };
    let moments = formats.iter().map(|format| match formatted(text, format, timezone) {
        Ok(Some(at)) => Ok(Moment::At(at)),
        Ok(None) => Ok(formatted_day(text, format).map_or(Moment::At(None), Moment::Date)),
        Err(why) => Err(why),
    });
    if let Some(moment) = moments.flatten().next() {
        return Ok(moment);
    }
    // Date cells of workbooks come as ISO 8601 or as serial numbers, whatever form the column's texts have.
    match read {
        Err(NoInstant::Local(local)) => Ok(Moment::At(local_instant(local, timezone))),
        Err(NoInstant::Date(day)) => Ok(Moment::Date(day)),
        _ => serial_moment(text, timezone).ok_or_else(|| not_in_format(text, first)),
    }
}

/// Serial numbers of 2000 to 2099: anything else in a column of times is no date.
const SERIALS: std::ops::Range<f64> = 36_526.0..73_051.0;

/// The day before the first one by which workbooks count, as far as their dates after February 1900 go.
const SERIALS_FROM: DateTime = jiff::civil::date(1899, 12, 30).at(0, 0, 0, 0);

/// What a reason shows a format by.
const EXAMPLE: DateTime = jiff::civil::date(2024, 8, 2).at(13, 45, 0, 0);

/// The instant of a text in a format: none when it has no time of day, the inner none when out of jiff's range.
fn formatted(text: &str, format: &str, timezone: &TimeZone) -> Result<Option<Option<Instant>>, jiff::Error> {
    let parts = BrokenDownTime::parse(format, text)?;
    if let Ok(timestamp) = parts.to_timestamp() {
        return Ok(Some(Some(Instant(timestamp.as_nanosecond().div_euclid(1_000_000).try_into().unwrap_or(i64::MAX)))));
    }
    Ok(parts.to_datetime().ok().filter(|_| parts.hour().is_some()).map(|local| local_instant(local, timezone)))
}

fn not_in_format(text: &str, format: &str) -> (Code, String) {
    let example = BrokenDownTime::from(EXAMPLE).to_string(format).ok();
    let example = example.map(|text| format!(", such as {}", shown(&text))).unwrap_or_default();
    (Code::BadInstant, format!("{} is not in the format {}{example}", shown(text), shown(format)))
}

/// Whether a text is the serial number by which a workbook counts days.
pub(in crate::ingest) fn is_serial(text: &str) -> bool {
    text.parse::<f64>().is_ok_and(|serial| SERIALS.contains(&serial))
}

/// The serial number by which a workbook counts days: 45506.5 is noon of 2024-08-02.
fn serial_moment(text: &str, timezone: &TimeZone) -> Option<Moment> {
    let serial = text.parse::<f64>().ok().filter(|serial| SERIALS.contains(serial))?;
    // Rounded to the millisecond: a third of a day has no exact number.
    #[expect(clippy::cast_possible_truncation, reason = "a hundred thousand days at most")]
    let since = SignedDuration::from_millis((serial * 86_400_000.0).round() as i64);
    let local = SERIALS_FROM.checked_add(since).ok()?;
    let is_whole = serial.fract() == 0.0;
    Some(if is_whole {
        Moment::Serial(Day::from_date(local.date()))
    } else {
        Moment::At(local_instant(local, timezone))
    })
}

fn formatted_day(text: &str, format: &str) -> Option<Day> {
    BrokenDownTime::parse(format, text).ok()?.to_date().ok().map(Day::from_date)
}

/// An ambiguous local time takes the earlier instant, a missing one the later.
fn local_instant(local: DateTime, timezone: &TimeZone) -> Option<Instant> {
    let timestamp = timezone.to_ambiguous_timestamp(local).compatible().ok()?;
    Some(Instant(timestamp.as_nanosecond().div_euclid(1_000_000).try_into().unwrap_or(i64::MAX)))
}

/// The last millisecond of a local day.
fn end_of_day(day: Day, timezone: &TimeZone) -> Option<Instant> {
    let next = day.plus(1).date().to_datetime(jiff::civil::Time::midnight());
    local_instant(next, timezone).map(|next| next.plus_ms(-1))
}

/// A number; with a decimal comma points and spaces group digits.
fn number(text: &str, decimal_comma: bool) -> Result<Decimal, (Code, String)> {
    let plain = if decimal_comma {
        text.chars().filter(|c| !matches!(c, '.' | ' ' | '\u{a0}')).map(|c| if c == ',' { '.' } else { c }).collect()
    } else {
        text.to_owned()
    };
    plain.parse().map_err(|error| (Code::BadValue, format!("{}: {error}", shown(text))))
}
