//! One record as senders write it: a JSON object, cut into the raw texts of its known fields in one pass.
//!
//! Nothing is decoded here but the names; a number keeps its text, so that no indicator ever passes through a float.

use std::borrow::Cow;
use std::fmt;
use std::fmt::Write as _;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::harmless::is_harmless;
use super::rejection::{Code, Fault, cut, pointer_step, shown};

/// How many names of unknown fields are kept of one record.
const UNKNOWN_NAMES_MAX: usize = 16;
/// How long the raw text of a field may be to be kept of a refused record.
const KEPT_VALUE_BYTES_MAX: usize = 1_024;

// A macro, because the enum, its names and the search by name must be one list.
macro_rules! names {
    ($($variant:ident = $name:literal,)*) => {
        /// The name of a field of any wire form.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(super) enum Name { $($variant,)* }

        impl Name {
            pub(super) const ALL: &[Name] = &[$(Name::$variant,)*];

            pub(super) fn as_str(self) -> &'static str {
                match self { $(Name::$variant => $name,)* }
            }

            pub(super) fn find(name: &str) -> Option<Name> {
                match name { $($name => Some(Name::$variant),)* _ => None }
            }
        }
    };
}

names! {
    Type = "type",
    Unit = "unit",
    At = "at",
    Id = "id",
    Status = "status",
    Procedure = "procedure",
    Field = "field",
    Channel = "channel",
    ReceivedBy = "received_by",
    Holder = "holder",
    FiledAt = "filed_at",
    ReceivedAt = "received_at",
    DueAt = "due_at",
    FinishedAt = "finished_at",
    Pauses = "pauses",
    Digitised = "digitised",
    ElectronicResult = "electronic_result",
    ReusedData = "reused_data",
    Payable = "payable",
    PaidOnline = "paid_online",
    LateCause = "late_cause",
    Void = "void",
    Score = "score",
    Answer = "answer",
    Dossier = "dossier",
    Code = "code",
    Period = "period",
    Numerator = "numerator",
    Denominator = "denominator",
    Value = "value",
    Declared = "declared",
    Kind = "kind",
    From = "from",
    To = "to",
}

const NAMES: usize = Name::ALL.len();

impl Name {
    /// Where it stands in a record, as a JSON pointer.
    pub(super) fn pointer(self) -> String {
        format!("/{}", self.as_str())
    }

    pub(super) const DOSSIER: &[Name] = &[
        Name::Type,
        Name::Id,
        Name::Unit,
        Name::At,
        Name::Status,
        Name::Procedure,
        Name::Field,
        Name::Channel,
        Name::ReceivedBy,
        Name::Holder,
        Name::FiledAt,
        Name::ReceivedAt,
        Name::DueAt,
        Name::FinishedAt,
        Name::Pauses,
        Name::Digitised,
        Name::ElectronicResult,
        Name::ReusedData,
        Name::Payable,
        Name::PaidOnline,
        Name::LateCause,
        Name::Void,
    ];
    pub(super) const RATING: &[Name] =
        &[Name::Type, Name::Id, Name::Unit, Name::At, Name::Score, Name::Answer, Name::Dossier, Name::Channel];
    pub(super) const INDICATOR: &[Name] = &[
        Name::Type,
        Name::Code,
        Name::Unit,
        Name::Period,
        Name::At,
        Name::Numerator,
        Name::Denominator,
        Name::Value,
        Name::Declared,
    ];
    /// What every type has; all that is kept of a record whose type isn't known.
    pub(super) const COMMON: &[Name] = &[Name::Type, Name::Unit, Name::At];
    pub(super) const PAUSE: &[Name] = &[Name::Id, Name::Kind, Name::From, Name::To];
}

/// Names as a reason lists them.
pub(super) fn listed(names: &[Name]) -> String {
    names.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", ")
}

/// The raw texts of one object.
pub(super) struct RawObject<'a> {
    values: [Option<&'a RawValue>; NAMES],
    duplicate: Option<Name>,
    unknown: Vec<String>,
}

impl<'a> RawObject<'a> {
    /// Cuts the text of one object.
    pub(super) fn read(text: &'a str) -> Result<RawObject<'a>, Box<Fault>> {
        serde_json::from_str(text).map_err(|error| {
            if error.is_data() {
                return Fault::new("", Code::NotAnObject, "a record is a JSON object");
            }
            // The library's text may repeat what it read; its place says enough.
            Fault::new("", Code::BadJson, format!("no JSON at column {}", error.column()))
        })
    }

    pub(super) fn get(&self, name: Name) -> Option<&'a RawValue> {
        self.values[name as usize]
    }

    /// Checks that the object has no field twice and none but those allowed.
    pub(super) fn only(&self, allowed: &[Name], what: &str) -> Result<(), Box<Fault>> {
        if let Some(name) = self.duplicate {
            return Err(Fault::new(
                name.pointer(),
                Code::DuplicateField,
                format!("`{}` is given twice", name.as_str()),
            ));
        }
        let foreign = self.foreign(allowed).map(|name| name.as_str().to_owned());
        let Some(name) = self.unknown.first().cloned().or_else(|| foreign.into_iter().next()) else { return Ok(()) };
        let reason = format!("unknown field {}; {what} has {}", shown(&name), listed(allowed));
        Err(Fault::new(pointer_step(&name), Code::UnknownField, reason))
    }

    fn foreign(&self, allowed: &[Name]) -> impl Iterator<Item = Name> {
        Name::ALL.iter().copied().filter(|name| self.get(*name).is_some() && !allowed.contains(name))
    }

    /// The names of fields that aren't allowed.
    pub(super) fn unknown(&self, allowed: &[Name]) -> Vec<String> {
        let foreign = self.foreign(allowed).map(|name| name.as_str().to_owned());
        self.unknown.iter().cloned().chain(foreign).take(UNKNOWN_NAMES_MAX).collect()
    }

    /// The allowed fields as a JSON object, for mending, and the names of those that may not be kept.
    pub(super) fn kept(&self, allowed: &[Name]) -> (String, Vec<Name>) {
        let mut line = Line::new();
        let mut withheld = Vec::new();
        for name in allowed {
            let Some(raw) = self.get(*name) else { continue };
            if *name == Name::Pauses {
                let (pauses, is_whole) = kept_pauses(raw.get());
                line.raw(*name, &pauses);
                withheld.extend((!is_whole).then_some(*name));
            } else if raw.get().len() <= KEPT_VALUE_BYTES_MAX && is_harmless(*name, raw) {
                line.raw(*name, raw.get());
            } else {
                withheld.push(*name);
            }
        }
        (line.end(), withheld)
    }
}

/// What may be kept of a list of pauses, and whether that is all of it.
fn kept_pauses(raw: &str) -> (String, bool) {
    let Ok(pauses) = serde_json::from_str::<Vec<&RawValue>>(raw) else { return ("[]".to_owned(), false) };
    let mut is_whole = true;
    let mut kept = Vec::new();
    for pause in pauses {
        let Ok(pause) = RawObject::read(pause.get()) else {
            is_whole = false;
            continue;
        };
        let (text, withheld) = pause.kept(Name::PAUSE);
        is_whole &= withheld.is_empty() && pause.unknown(Name::PAUSE).is_empty() && pause.duplicate.is_none();
        kept.push(text);
    }
    (format!("[{}]", kept.join(",")), is_whole)
}

impl<'de> Deserialize<'de> for RawObject<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor)
    }
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = RawObject<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawObject<'de>, A::Error> {
        let mut object = RawObject { values: [None; NAMES], duplicate: None, unknown: Vec::new() };
        while let Some(key) = map.next_key::<Key>()? {
            let value = map.next_value::<&RawValue>()?;
            match key {
                Key::Known(name) => {
                    if object.values[name as usize].replace(value).is_some() {
                        object.duplicate.get_or_insert(name);
                    }
                }
                Key::Unknown(name) if object.unknown.len() < UNKNOWN_NAMES_MAX => object.unknown.push(name),
                Key::Unknown(_) => {}
            }
        }
        Ok(object)
    }
}

enum Key {
    Known(Name),
    Unknown(String),
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;
        impl Visitor<'_> for KeyVisitor {
            type Value = Key;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a field's name")
            }

            fn visit_str<E>(self, name: &str) -> Result<Key, E> {
                Ok(Name::find(name).map_or_else(|| Key::Unknown(cut(name)), Key::Known))
            }
        }
        deserializer.deserialize_str(KeyVisitor)
    }
}

/// A plain value of a field.
pub(super) enum Value<'a> {
    Null,
    Bool(bool),
    /// The number's own text.
    Number(&'a str),
    Text(Cow<'a, str>),
    /// A list or an object, its own text.
    Nested(&'a str),
}

impl<'a> Value<'a> {
    /// Decodes a raw value; none for a text with a broken escape, all else being checked by its reader.
    pub(super) fn read(raw: &'a RawValue) -> Option<Value<'a>> {
        let text = raw.get();
        Some(match text.as_bytes().first()? {
            b'n' => Value::Null,
            b't' => Value::Bool(true),
            b'f' => Value::Bool(false),
            b'"' if text.contains('\\') => Value::Text(serde_json::from_str::<String>(text).ok()?.into()),
            b'"' => Value::Text(text.get(1..text.len() - 1)?.into()),
            b'{' | b'[' => Value::Nested(text),
            _ => Value::Number(text),
        })
    }

    /// The JSON type, for reasons.
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::Text(_) => "a text",
            Value::Nested(text) if text.starts_with('[') => "a list",
            Value::Nested(_) => "an object",
        }
    }
}

/// A wire line under construction.
pub(super) struct Line(String);

impl Line {
    pub(super) fn new() -> Line {
        Line(String::from("{"))
    }

    /// Adds a field whose value is JSON already.
    pub(super) fn raw(&mut self, name: Name, json: &str) {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        write!(self.0, "\"{}\":{json}", name.as_str()).expect("writing to memory succeeds");
    }

    /// Adds a text field.
    pub(super) fn text(&mut self, name: Name, text: &str) {
        self.raw(name, &serde_json::Value::from(text).to_string());
    }

    pub(super) fn end(mut self) -> String {
        self.0.push('}');
        self.0
    }
}
