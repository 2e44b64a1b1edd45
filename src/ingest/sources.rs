//! Lists of sources as people write them: a JSON array of objects.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::body::{self, EnvelopeError};
use super::check::check_source;
use super::fields::{Checked, ID_BYTES_MAX, TEXT_BYTES_MAX};
use super::rejection::{Code, Fault, Rejection, cut, shown};
use super::sheet::rejection;
use crate::model::source::{CADENCE_MINUTES_MAX, DAY_MINUTES, WEEK_MINUTES_MIN};
use crate::model::{Day, Instant, SourceFact, SourceProfile, Text};

#[cfg(test)]
mod tests;

/// Units that one source may name; a unit stands for all below it.
const UNITS_MAX: usize = 500;
/// Sources of one list.
const SOURCES_MAX: usize = 1_000;
/// Names of weekdays, Monday first.
pub const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// What a list of sources held (I-2: received = sources + rejections).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceBatch {
    /// Elements of the array.
    pub received: usize,
    /// The good ones.
    pub sources: Vec<SourceFact>,
    /// The others.
    pub rejections: Vec<Rejection>,
}

/// One source as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    source: String,
    system: Option<String>,
    #[serde(default)]
    units: Vec<String>,
    cadence_minutes: Option<u32>,
    #[serde(default)]
    hours: Vec<(String, String)>,
    #[serde(default)]
    weekdays: Vec<String>,
    coverage_start: Option<String>,
    contact: Option<String>,
}

/// Reads a list of sources, given at an instant.
///
/// # Errors
/// When the body is no JSON array.
pub fn read_sources(body: &[u8], at: Instant) -> Result<SourceBatch, EnvelopeError> {
    let mut batch = SourceBatch::default();
    body::each_element(body, |line, text| {
        batch.received += 1;
        match read(text, at).and_then(|fact| batch.fits(fact)) {
            Ok(fact) => batch.sources.push(fact),
            Err(fault) => batch.rejections.push(rejection(line, text, *fault)),
        }
    })?;
    Ok(batch)
}

impl SourceBatch {
    /// A source comes once, and there is an end to them.
    fn fits(&self, fact: SourceFact) -> Checked<SourceFact> {
        if self.sources.iter().any(|known| known.source == fact.source) {
            let reason = format!("source {} is in the list twice", shown(&fact.source));
            return Err(Fault::new("/source", Code::Contradiction, reason));
        }
        if self.sources.len() == SOURCES_MAX {
            return Err(Fault::new("", Code::TooLong, format!("a list has at most {SOURCES_MAX} sources")));
        }
        Ok(fact)
    }
}

fn read(text: &[u8], at: Instant) -> Checked<SourceFact> {
    let raw: &RawValue = serde_json::from_slice(text)
        .map_err(|error| Fault::new("", Code::BadJson, format!("no JSON: {}", cut(&error.to_string()))))?;
    if !raw.get().starts_with('{') {
        return Err(Fault::new("", Code::NotAnObject, "a source is an object"));
    }
    let wire: Wire =
        serde_json::from_str(raw.get()).map_err(|error| Fault::new("", Code::BadValue, cut(&error.to_string())))?;
    let source =
        check_source(&wire.source).map_err(|error| Fault::new("/source", Code::BadValue, error.to_string()))?;
    let profile = SourceProfile {
        system: short(wire.system, "/system")?,
        units: units(&wire.units)?,
        cadence_minutes: cadence(wire.cadence_minutes)?,
        hours: hours(&wire.hours)?,
        weekdays: weekdays(&wire.weekdays)?,
        coverage_start: day(wire.coverage_start.as_deref())?,
        contact: short(wire.contact, "/contact")?,
    };
    if week_minutes(&profile) < WEEK_MINUTES_MIN {
        let reason = format!("hours and weekdays leave less than {WEEK_MINUTES_MIN} minutes a week");
        return Err(Fault::new("/hours", Code::OutOfRange, reason));
    }
    Ok(SourceFact { at, source, profile })
}

fn short(text: Option<String>, place: &str) -> Checked<Option<Text>> {
    let Some(text) = text.map(|text| Text::new(&text)) else { return Ok(None) };
    match text.len() {
        0 => Err(Fault::new(place, Code::Empty, "leave it out when it isn't known")),
        1..=TEXT_BYTES_MAX => Ok(Some(text)),
        bytes => Err(Fault::new(place, Code::TooLong, format!("{bytes} bytes, at most {TEXT_BYTES_MAX}"))),
    }
}

fn units(codes: &[String]) -> Checked<Vec<Text>> {
    if codes.len() > UNITS_MAX {
        return Err(Fault::new("/units", Code::TooLong, format!("{} units, at most {UNITS_MAX}", codes.len())));
    }
    let mut units = Vec::new();
    for (place, code) in codes.iter().enumerate() {
        let code = Text::new(code);
        if code.is_empty() || code.len() > ID_BYTES_MAX {
            let reason = format!("a code has 1 to {ID_BYTES_MAX} bytes");
            return Err(Fault::new(format!("/units/{place}"), Code::BadValue, reason));
        }
        units.push(code);
    }
    units.sort_unstable();
    units.dedup();
    Ok(units)
}

fn cadence(minutes: Option<u32>) -> Checked<Option<u32>> {
    match minutes {
        Some(minutes) if !(1..=CADENCE_MINUTES_MAX).contains(&minutes) => {
            let reason = format!("{minutes} is not from 1 to {CADENCE_MINUTES_MAX}");
            Err(Fault::new("/cadence_minutes", Code::OutOfRange, reason))
        }
        minutes => Ok(minutes),
    }
}

fn hours(spans: &[(String, String)]) -> Checked<Vec<(u16, u16)>> {
    let mut hours: Vec<(u16, u16)> = Vec::new();
    for (place, (from, to)) in spans.iter().enumerate() {
        let fault = |reason: String| Fault::new(format!("/hours/{place}"), Code::BadValue, reason);
        let (Some(begin), Some(end)) = (minute(from), minute(to)) else {
            return Err(fault(format!("{} to {} is not from 00:00 to 24:00", shown(from), shown(to))));
        };
        if begin >= end || hours.last().is_some_and(|(_, before)| *before > begin) {
            return Err(fault("spans are ascending, apart and not empty".to_owned()));
        }
        hours.push((begin, end));
    }
    Ok(hours)
}

/// `07:30` as a minute of the day; `24:00` is its end.
fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let number = |text: &str| {
        (text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse::<u16>().ok())?
    };
    let (hour, minute) = (number(hour)?, number(minute)?);
    let of_day = hour * 60 + minute;
    (minute < 60 && of_day <= DAY_MINUTES).then_some(of_day)
}

/// The other way round.
pub fn minute_text(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

fn weekdays(names: &[String]) -> Checked<Vec<u8>> {
    let mut weekdays = Vec::new();
    for (place, name) in names.iter().enumerate() {
        let Some(weekday) = WEEKDAYS.iter().zip(1..).find(|(known, _)| **known == name.as_str()) else {
            let reason = format!("{} is none of {}", shown(name), WEEKDAYS.join(", "));
            return Err(Fault::new(format!("/weekdays/{place}"), Code::BadValue, reason));
        };
        weekdays.push(weekday.1);
    }
    weekdays.sort_unstable();
    weekdays.dedup();
    Ok(weekdays)
}

fn day(text: Option<&str>) -> Checked<Option<Day>> {
    let Some(text) = text else { return Ok(None) };
    let fault =
        || Fault::new("/coverage_start", Code::BadValue, format!("{} is no day such as 2024-08-02", shown(text)));
    let day: Day = text.parse().map_err(|_| fault())?;
    // What a period may name: the answers print it.
    if day.to_string() == text && (1_900..2_300).contains(&day.date().year()) { Ok(Some(day)) } else { Err(fault()) }
}

fn week_minutes(profile: &SourceProfile) -> u32 {
    let a_day: u32 = match profile.hours.as_slice() {
        [] => u32::from(DAY_MINUTES),
        hours => hours.iter().map(|(begin, end)| u32::from(end - begin)).sum(),
    };
    let days = if profile.weekdays.is_empty() { 7 } else { profile.weekdays.len() };
    a_day * u32::try_from(days).expect("at most seven")
}
