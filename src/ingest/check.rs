//! The raw texts of a record to a checked record, type by type (R-1, R-2, I-1).

use std::str::FromStr;

use serde_json::value::RawValue;

use super::Context;
use super::fields::{Checked, Fields, ID_BYTES_MAX};
use super::rejection::{Code, Fault, shown};
use super::shape::Shape;
use super::wire::{Name, RawObject, Value};
use crate::model::{
    Channel, DossierEvent, DossierKey, Field, IndicatorKey, IndicatorReport, PauseEvent, PauseKind, Period, Rating,
    Record, Status, Text,
};

/// Where a rating may be given.
pub(super) const RATING_CHANNELS: [&str; 6] = ["kiosk", "web", "app", "sms", "zalo", "hotline"];
/// The words for a score, and the score.
pub(super) const ANSWERS: [(&str, u8); 5] =
    [("very_satisfied", 5), ("satisfied", 4), ("neutral", 3), ("dissatisfied", 2), ("very_dissatisfied", 1)];
pub(super) const CHANNELS: [Channel; 3] = [Channel::Counter, Channel::Online, Channel::Post];
pub(super) const PAUSE_KINDS: [PauseKind; 2] = [PauseKind::Payment, PauseKind::Supplement];
pub(super) const TYPES: [&str; 3] = ["dossier", "rating", "indicator"];

/// Why a text can't name a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// It is empty.
    #[error("a source's name is empty")]
    Empty,
    /// It is too long.
    #[error("a source's name has {bytes} bytes, at most {ID_BYTES_MAX} are allowed")]
    TooLong {
        /// How long it is in NFC.
        bytes: usize,
    },
}

/// The name of a source in NFC, 1 to 64 bytes.
///
/// # Errors
/// When it is empty or longer.
pub fn check_source(name: &str) -> Result<Text, SourceError> {
    let name = Text::new(name);
    match name.len() {
        0 => Err(SourceError::Empty),
        1..=ID_BYTES_MAX => Ok(name),
        bytes => Err(SourceError::TooLong { bytes }),
    }
}

/// The fields of the object's type; none when the type isn't known.
pub(super) fn allowed(object: &RawObject<'_>) -> Option<&'static [Name]> {
    match Value::read(object.get(Name::Type)?)? {
        Value::Text(name) => match name.as_ref() {
            "dossier" => Some(Name::DOSSIER),
            "rating" => Some(Name::RATING),
            "indicator" => Some(Name::INDICATOR),
            _ => None,
        },
        _ => None,
    }
}

/// The record of an object.
pub(super) fn record(object: &RawObject<'_>, context: &Context) -> Checked<Record> {
    let fields = Fields { object, context, place: String::new() };
    match allowed(object) {
        Some(names) if names == Name::DOSSIER => {
            object.only(names, "a dossier")?;
            Ok(Record::Dossier(Box::new(fields.dossier()?)))
        }
        Some(names) if names == Name::RATING => {
            object.only(names, "a rating")?;
            Ok(Record::Rating(fields.rating()?))
        }
        Some(names) => {
            object.only(names, "an indicator")?;
            Ok(Record::Indicator(fields.indicator()?))
        }
        None => Err(fields.unknown_type()),
    }
}

/// Faults of one line that are told beside the first.
const FURTHER_MAX: usize = 15;

/// What else is wrong with a record whose first fault is known: each field is looked at by itself. Only of a record
/// that is refused, so that good ones cost nothing.
pub(super) fn further(object: &RawObject<'_>, context: &Context, first: &Fault) -> Vec<Fault> {
    let fields = Fields { object, context, place: String::new() };
    let Some(names) = allowed(object) else { return Vec::new() };
    let what = format!("a record of the type {}", fields.string_of(Name::Type));
    let form = object.only(names, &what).err();
    let all = form.into_iter().chain(names.iter().filter_map(|name| fields.fault_of(*name, names)));
    let is_told = |fault: &Fault| fault.pointer == first.pointer && fault.code == first.code;
    all.map(|fault| *fault).filter(|fault| !is_told(fault)).take(FURTHER_MAX).collect()
}

impl Fields<'_> {
    fn string_of(&self, name: Name) -> String {
        self.required(name).and_then(|raw| self.string(name, raw)).map(|text| text.into_owned()).unwrap_or_default()
    }

    /// What is wrong with one field of a record of the type that has these fields.
    fn fault_of(&self, name: Name, names: &[Name]) -> Option<Box<Fault>> {
        match Shape::of(name, names) {
            Shape::Type => None,
            Shape::Key => self.required_id(name).err(),
            Shape::At => self.required_instant(name).err(),
            Shape::Status => self.status().err(),
            Shape::RatingChannel => self.choice(name, &RATING_CHANNELS.map(|name| (name, name))).err(),
            Shape::Channel => self.choice(name, &CHANNELS.map(|channel| (channel.as_str(), channel))).err(),
            Shape::PauseKind => self.choice(name, &PAUSE_KINDS.map(|kind| (kind.as_str(), kind))).err(),
            Shape::Id => self.id(name).err(),
            Shape::Instant => self.instant(name).err(),
            Shape::Due => self.due().err(),
            Shape::Pauses => self.pauses().err(),
            Shape::Boolean => self.boolean(name).err(),
            Shape::Reason => self.void().err(),
            Shape::Score => self.score().err(),
            Shape::Answer => self.choice(name, &ANSWERS).err(),
            Shape::Period => self.period().err(),
            Shape::Decimal => self.decimal(name).err(),
            Shape::Text => self.text(name).err(),
        }
    }

    fn period(&self) -> Checked<Period> {
        let period = self.string(Name::Period, self.required(Name::Period)?)?;
        Period::from_str(&period).map_err(|error| self.fault(Name::Period, Code::BadValue, error.to_string()))
    }

    fn unknown_type(&self) -> Box<Fault> {
        match self.required(Name::Type).and_then(|raw| self.string(Name::Type, raw)) {
            Ok(name) => {
                let reason = format!("{} is no type; the types are {}", shown(&name), TYPES.join(", "));
                self.fault(Name::Type, Code::UnknownType, reason)
            }
            Err(fault) => fault,
        }
    }

    fn dossier(&self) -> Checked<DossierEvent> {
        Ok(DossierEvent {
            key: self.key()?,
            unit: self.required_id(Name::Unit)?,
            at: self.required_instant(Name::At)?,
            status: self.status()?,
            procedure: self.text(Name::Procedure)?,
            field: self.text(Name::Field)?,
            channel: self.choice(Name::Channel, &CHANNELS.map(|channel| (channel.as_str(), channel)))?,
            received_by: self.id(Name::ReceivedBy)?,
            holder: self.text(Name::Holder)?,
            filed_at: self.instant(Name::FiledAt)?,
            received_at: self.instant(Name::ReceivedAt)?,
            due_at: self.due()?,
            finished_at: self.instant(Name::FinishedAt)?,
            pauses: self.pauses()?,
            digitised: self.boolean(Name::Digitised)?,
            electronic_result: self.boolean(Name::ElectronicResult)?,
            reused_data: self.boolean(Name::ReusedData)?,
            payable: self.boolean(Name::Payable)?,
            paid_online: self.boolean(Name::PaidOnline)?,
            late_cause: self.text(Name::LateCause)?,
            void: self.void()?,
        })
    }

    fn rating(&self) -> Checked<Rating> {
        Ok(Rating {
            key: self.key()?,
            unit: self.required_id(Name::Unit)?,
            at: self.required_instant(Name::At)?,
            score: self.score()?,
            dossier: self.id(Name::Dossier)?,
            channel: map(self.choice(Name::Channel, &RATING_CHANNELS.map(|name| (name, name)))?, Text::new),
        })
    }

    fn indicator(&self) -> Checked<IndicatorReport> {
        let period = self.period()?;
        Ok(IndicatorReport {
            source: self.context.source.clone(),
            key: IndicatorKey { code: self.required_id(Name::Code)?, unit: self.required_id(Name::Unit)?, period },
            at: self.required_instant(Name::At)?,
            numerator: self.decimal(Name::Numerator)?,
            denominator: self.decimal(Name::Denominator)?,
            value: self.decimal(Name::Value)?,
            declared: self.decimal(Name::Declared)?,
        })
    }

    fn key(&self) -> Checked<DossierKey> {
        Ok(DossierKey { source: self.context.source.clone(), id: self.required_id(Name::Id)? })
    }

    fn status(&self) -> Checked<Option<Status>> {
        match self.choice(Name::Status, &Status::ALL.map(|status| (status.as_str(), status)))? {
            Field::Absent => Ok(None),
            Field::Null => Err(self.not_null(Name::Status)),
            Field::Value(status) => Ok(Some(status)),
        }
    }

    fn pauses(&self) -> Checked<Vec<PauseEvent>> {
        let Some(raw) = self.object.get(Name::Pauses) else { return Ok(Vec::new()) };
        match self.value(Name::Pauses, raw)? {
            Value::Null => return Err(self.not_null(Name::Pauses)),
            Value::Nested(text) if text.starts_with('[') => {}
            other => return Err(self.wrong_type(Name::Pauses, &other, "a list of pauses")),
        }
        let pauses: Vec<&RawValue> = serde_json::from_str(raw.get())
            .map_err(|_| self.fault(Name::Pauses, Code::BadJson, "no list of pauses".to_owned()))?;
        pauses.iter().enumerate().map(|(index, pause)| self.pause(index, pause)).collect()
    }

    fn pause(&self, index: usize, raw: &RawValue) -> Checked<PauseEvent> {
        let place = format!("/pauses/{index}");
        let at_place = |mut fault: Box<Fault>| {
            fault.pointer.insert_str(0, &place);
            fault
        };
        let object = RawObject::read(raw.get()).map_err(at_place)?;
        object.only(Name::PAUSE, "a pause").map_err(at_place)?;
        let fields = Fields { object: &object, context: self.context, place };
        Ok(PauseEvent {
            id: fields.required_id(Name::Id)?,
            kind: fields.choice(Name::Kind, &PAUSE_KINDS.map(|kind| (kind.as_str(), kind)))?,
            from: fields.instant(Name::From)?,
            to: fields.instant(Name::To)?,
        })
    }

    /// The reason for which a dossier counts nowhere; an empty one would take it out of all figures unnoticed.
    fn void(&self) -> Checked<Field<Text>> {
        match self.text(Name::Void)? {
            Field::Value(reason) if reason.is_empty() => {
                Err(self.fault(Name::Void, Code::Empty, "a reason is needed; null brings it back".to_owned()))
            }
            field => Ok(field),
        }
    }

    fn score(&self) -> Checked<Field<u8>> {
        let answer = self.choice(Name::Answer, &ANSWERS)?;
        let score = self.given(Name::Score, |raw| match self.value(Name::Score, raw)? {
            Value::Number(text) => match text.parse::<u8>() {
                Ok(score @ 1..=5) => Ok(score),
                _ => {
                    let reason = format!("{} is no whole number from 1 to 5", shown(text));
                    Err(self.fault(Name::Score, Code::BadValue, reason))
                }
            },
            other => Err(self.wrong_type(Name::Score, &other, "a whole number from 1 to 5")),
        })?;
        match (&score, &answer) {
            (_, Field::Absent) => Ok(score),
            (Field::Absent, _) => Ok(answer),
            _ if score == answer => Ok(score),
            _ => {
                let reason = "`score` and `answer` contradict each other; one of them is enough".to_owned();
                Err(self.fault(Name::Answer, Code::Contradiction, reason))
            }
        }
    }
}

fn map<T, U>(field: Field<T>, convert: impl FnOnce(T) -> U) -> Field<U> {
    match field {
        Field::Absent => Field::Absent,
        Field::Null => Field::Null,
        Field::Value(value) => Field::Value(convert(value)),
    }
}
