//! Single fields of one object, decoded and checked (R-1, R-2, I-1).

use std::borrow::Cow;
use std::ops::RangeInclusive;

use serde_json::value::RawValue;

use super::instant::NoInstant;
use super::rejection::{Code, Fault, shown};
use super::wire::{Name, RawObject, Value};
use super::{Context, instant, number};
use crate::model::{Decimal, Field, Instant, Text};

/// Bytes of an id or code after NFC.
pub(super) const ID_BYTES_MAX: usize = 64;
/// Bytes of any other text after NFC.
pub(super) const TEXT_BYTES_MAX: usize = 256;

pub(super) type Checked<T> = Result<T, Box<Fault>>;

/// The fields of one object and where it stands in its record.
pub(super) struct Fields<'a> {
    pub(super) object: &'a RawObject<'a>,
    pub(super) context: &'a Context,
    /// The JSON pointer of the object, empty for the record itself.
    pub(super) place: String,
}

impl Fields<'_> {
    pub(super) fn boolean(&self, name: Name) -> Checked<Field<bool>> {
        self.given(name, |raw| match self.value(name, raw)? {
            Value::Bool(value) => Ok(value),
            other => Err(self.wrong_type(name, &other, "true or false")),
        })
    }

    pub(super) fn decimal(&self, name: Name) -> Checked<Field<Decimal>> {
        self.given(name, |raw| match self.value(name, raw)? {
            Value::Number(text) => number::read(text)
                .map_err(|error| self.fault(name, Code::OutOfRange, format!("{}: {error}", shown(text)))),
            other => Err(self.wrong_type(name, &other, "a number")),
        })
    }

    pub(super) fn choice<T: Copy>(&self, name: Name, choices: &[(&str, T)]) -> Checked<Field<T>> {
        self.given(name, |raw| {
            let text = self.string(name, raw)?;
            let found = choices.iter().find(|(choice, _)| *choice == text.as_ref());
            found.map(|(_, value)| *value).ok_or_else(|| {
                let names: Vec<&str> = choices.iter().map(|(choice, _)| *choice).collect();
                self.fault(name, Code::BadValue, format!("{} is none of {}", shown(&text), names.join(", ")))
            })
        })
    }

    pub(super) fn instant(&self, name: Name) -> Checked<Field<Instant>> {
        self.given(name, |raw| self.read_instant(name, raw))
    }

    pub(super) fn required_instant(&self, name: Name) -> Checked<Instant> {
        let raw = self.required(name)?;
        self.read_instant(name, raw)
    }

    pub(super) fn read_instant(&self, name: Name, raw: &RawValue) -> Checked<Instant> {
        let text = self.string(name, raw)?;
        let instant = instant::read(&text).map_err(|no_instant| self.no_instant(name, &text, no_instant))?;
        let latest = self.context.now.plus_ms(instant::AHEAD_MS_MAX);
        self.within(name, &text, instant, instant::INSTANT_MIN..=latest)
    }

    pub(super) fn due(&self) -> Checked<Field<Instant>> {
        self.given(Name::DueAt, |raw| {
            let text = self.string(Name::DueAt, raw)?;
            let due = match instant::read(&text) {
                Ok(due) => due,
                Err(NoInstant::Date(day)) => self.context.zone.end(day),
                Err(no_instant) => return Err(self.no_instant(Name::DueAt, &text, no_instant)),
            };
            self.within(Name::DueAt, &text, due, instant::INSTANT_MIN..=instant::DUE_MAX)
        })
    }

    pub(super) fn within(
        &self,
        name: Name,
        text: &str,
        at: Instant,
        range: RangeInclusive<Instant>,
    ) -> Checked<Instant> {
        if range.contains(&at) {
            return Ok(at);
        }
        let reason = format!("{} is not between {} and {}", shown(text), range.start(), range.end());
        Err(self.fault(name, Code::OutOfRange, reason))
    }

    pub(super) fn no_instant(&self, name: Name, text: &str, no_instant: NoInstant) -> Box<Fault> {
        let why = match no_instant {
            NoInstant::Malformed => "is no RFC 3339 date and time",
            NoInstant::Local(_) => "has no offset from UTC",
            NoInstant::Date(_) => "has no time of day, only `due_at` may be a date",
        };
        self.fault(name, Code::BadInstant, format!("{} {why}; write 2024-08-02T08:00:00+07:00", shown(text)))
    }

    pub(super) fn text(&self, name: Name) -> Checked<Field<Text>> {
        self.given(name, |raw| self.bounded(name, raw, TEXT_BYTES_MAX))
    }

    pub(super) fn id(&self, name: Name) -> Checked<Field<Text>> {
        self.given(name, |raw| self.read_id(name, raw))
    }

    pub(super) fn required_id(&self, name: Name) -> Checked<Text> {
        let raw = self.required(name)?;
        self.read_id(name, raw)
    }

    pub(super) fn read_id(&self, name: Name, raw: &RawValue) -> Checked<Text> {
        let text = self.bounded(name, raw, ID_BYTES_MAX)?;
        if text.is_empty() {
            return Err(self.fault(name, Code::Empty, "an empty text names nothing".to_owned()));
        }
        Ok(text)
    }

    pub(super) fn bounded(&self, name: Name, raw: &RawValue, bytes_max: usize) -> Checked<Text> {
        let text = self.string(name, raw)?;
        let normal = Text::new(&text);
        if normal.len() > bytes_max {
            let reason = format!("{} has {} bytes, at most {bytes_max} are allowed", shown(&text), normal.len());
            return Err(self.fault(name, Code::TooLong, reason));
        }
        Ok(normal)
    }

    pub(super) fn string<'r>(&self, name: Name, raw: &'r RawValue) -> Checked<Cow<'r, str>> {
        match self.value(name, raw)? {
            Value::Text(text) => Ok(text),
            Value::Null => Err(self.not_null(name)),
            other => Err(self.wrong_type(name, &other, "a text")),
        }
    }

    pub(super) fn value<'r>(&self, name: Name, raw: &'r RawValue) -> Checked<Value<'r>> {
        Value::read(raw).ok_or_else(|| self.fault(name, Code::BadJson, "a text with a broken escape".to_owned()))
    }

    /// Absent and null apart from what is to be read.
    pub(super) fn given<T>(&self, name: Name, read: impl FnOnce(&RawValue) -> Checked<T>) -> Checked<Field<T>> {
        match self.object.get(name) {
            None => Ok(Field::Absent),
            Some(raw) if raw.get() == "null" => Ok(Field::Null),
            Some(raw) => read(raw).map(Field::Value),
        }
    }

    pub(super) fn required(&self, name: Name) -> Checked<&RawValue> {
        self.object
            .get(name)
            .ok_or_else(|| self.fault(name, Code::MissingField, format!("`{}` is missing", name.as_str())))
    }

    pub(super) fn not_null(&self, name: Name) -> Box<Fault> {
        self.fault(name, Code::NullNotAllowed, format!("`{}` can't be null", name.as_str()))
    }

    pub(super) fn wrong_type(&self, name: Name, value: &Value<'_>, wanted: &str) -> Box<Fault> {
        self.fault(name, Code::WrongType, format!("`{}` must be {wanted}, not {}", name.as_str(), value.type_name()))
    }

    pub(super) fn fault(&self, name: Name, code: Code, reason: String) -> Box<Fault> {
        Fault::new(format!("{}{}", self.place, name.pointer()), code, reason)
    }
}
