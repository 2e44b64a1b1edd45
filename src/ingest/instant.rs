//! Instants as senders write them: RFC 3339, a space for `T` accepted, cut to milliseconds.

use jiff::civil;
use jiff::tz::Offset;

use crate::model::{Day, Instant};

/// 2000-01-01T00:00:00Z, the least instant that a record may carry.
pub(super) const INSTANT_MIN: Instant = Instant(946_684_800_000);
/// The last millisecond of 2100 in UTC, the greatest due date that a record may carry.
pub(super) const DUE_MAX: Instant = Instant(4_133_980_799_999);
/// How far the clock of a sender may be ahead of ours.
pub(super) const AHEAD_MS_MAX: i64 = 600_000;

/// What a text is that is no instant with an offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoInstant {
    /// Nothing of the kind.
    Malformed,
    /// A date and time without an offset.
    Local(civil::DateTime),
    /// A date alone.
    Date(Day),
}

/// Reads `2024-08-02T08:00:00+07:00`, `2024-08-02 01:00:00.123456Z`. A leap second is the second before it.
pub(super) fn read(text: &str) -> Result<Instant, NoInstant> {
    let (date, rest) = date(text.as_bytes()).ok_or(NoInstant::Malformed)?;
    let Some((separator, rest)) = rest.split_first() else { return Err(NoInstant::Date(Day::from_date(date))) };
    if !matches!(separator, b'T' | b't' | b' ') {
        return Err(NoInstant::Malformed);
    }
    let (time, rest) = time(rest).ok_or(NoInstant::Malformed)?;
    let local = date.to_datetime(time);
    if rest.is_empty() {
        return Err(NoInstant::Local(local));
    }
    let timestamp = offset(rest).and_then(|offset| offset.to_timestamp(local).ok());
    timestamp.map(|timestamp| Instant(timestamp.as_millisecond())).ok_or(NoInstant::Malformed)
}

fn date(text: &[u8]) -> Option<(civil::Date, &[u8])> {
    let (year, rest) = digits(text, 4)?;
    let (month, rest) = digits(rest.strip_prefix(b"-")?, 2)?;
    let (day, rest) = digits(rest.strip_prefix(b"-")?, 2)?;
    let date = civil::Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    Some((date, rest))
}

fn time(text: &[u8]) -> Option<(civil::Time, &[u8])> {
    let (hour, rest) = digits(text, 2)?;
    let (minute, rest) = digits(rest.strip_prefix(b":")?, 2)?;
    let (second, rest) = digits(rest.strip_prefix(b":")?, 2)?;
    let (millisecond, rest) = match rest.strip_prefix(b".") {
        Some(fraction) => milliseconds(fraction)?,
        None => (0, rest),
    };
    let second = if second == 60 { 59 } else { second };
    let [hour, minute, second] = [hour, minute, second].map(|part| i8::try_from(part).unwrap_or(i8::MAX));
    Some((civil::Time::new(hour, minute, second, millisecond * 1_000_000).ok()?, rest))
}

/// A fraction of a second cut to milliseconds; any number of digits.
fn milliseconds(text: &[u8]) -> Option<(i32, &[u8])> {
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (fraction, rest) = text.split_at(length);
    let place = |index: usize| fraction.get(index).map_or(0, |byte| i32::from(byte - b'0'));
    (length > 0).then(|| (place(0) * 100 + place(1) * 10 + place(2), rest))
}

fn offset(text: &[u8]) -> Option<Offset> {
    let (sign, rest) = match text {
        b"Z" | b"z" => return Some(Offset::UTC),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let (hours, rest) = digits(rest, 2)?;
    let (minutes, rest) = digits(rest.strip_prefix(b":")?, 2)?;
    let good = rest.is_empty() && hours <= 23 && minutes <= 59;
    good.then(|| Offset::from_seconds(sign * (i32::from(hours) * 3_600 + i32::from(minutes) * 60)).ok()).flatten()
}

fn digits(text: &[u8], count: usize) -> Option<(i16, &[u8])> {
    let (digits, rest) = text.split_at_checked(count)?;
    let number =
        digits.iter().try_fold(0_i16, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + i16::from(byte - b'0')))?;
    Some((number, rest))
}

#[cfg(test)]
mod tests;
