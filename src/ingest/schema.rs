//! The JSON Schema of the records (draft 2020-12), made from the parser's own lists of fields and words.
//!
//! Every line that the parser accepts is valid by it, and every line that it finds invalid is refused by the parser. The
//! parser is stricter where a schema can't say what is meant: [`STRICTER`] names these codes.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::fields::{ID_BYTES_MAX, TEXT_BYTES_MAX};
use super::rejection::Code;
use super::shape::Shape;
use super::wire::Name;

#[cfg(test)]
mod tests;

/// Why a line that is valid by the schema may be refused all the same.
pub const STRICTER: [Code; 8] = [
    Code::DuplicateField,
    Code::TooLong,
    Code::BadInstant,
    Code::OutOfRange,
    Code::BadValue,
    Code::Contradiction,
    Code::LineTooLong,
    Code::BadJson,
];

/// What each of them is about, for people.
const STRICTER_WORDS: &str = "The server is stricter where a schema can't be, and refuses with these codes: \
    duplicate_field (the same field twice in one object), too_long (ids and codes have at most 64 bytes and other \
    texts at most 256 bytes in UTF-8 after NFC; maxLength counts characters), bad_instant (a day that the calendar \
    doesn't have), out_of_range (a time before 2000 or more than 10 minutes ahead of the server, a due date after \
    2100, a number with more than 12 digits before or 6 behind the point), bad_value (a period that the calendar \
    doesn't have; a score written as 4.0 or 4e0), contradiction (score and answer that differ), line_too_long (16 KiB \
    a line unless configured otherwise), bad_json (a text with a broken escape).";

/// Characters before NFC that can become one byte after it: two bytes hold up to three of them.
const fn characters_max(bytes_max: usize) -> usize {
    bytes_max / 2 * 3
}

const DAY: &str = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])";
const TIME: &str = "[Tt ]([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\\.[0-9]+)?\
    ([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])";
const PERIOD: &str = "^(19|2[0-9])[0-9]{2}(-(H[12]|9M|Q[1-4]|W(0[1-9]|[1-4][0-9]|5[0-3])|\
    (0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?))?$";

/// The records with their fields, as the guide and the schema name them.
const TYPES: [(&str, &[Name]); 4] =
    [("dossier", Name::DOSSIER), ("rating", Name::RATING), ("indicator", Name::INDICATOR), ("pause", Name::PAUSE)];

/// A text in both languages.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    vi: String,
    en: String,
}

/// Meaning of each field by type and name.
static WORDS: LazyLock<BTreeMap<String, BTreeMap<String, Words>>> = LazyLock::new(|| {
    toml::from_str(include_str!("../../dashboards/guide/fields.toml")).expect("a test reads the words of the fields")
});

/// A field as the guide lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldRow {
    /// `dossier`, `rating`, `indicator` or `pause`.
    pub of: &'static str,
    /// The field's name.
    pub name: &'static str,
    /// Whether every record of the type has it.
    pub required: bool,
    /// Whether null clears it.
    pub nullable: bool,
    /// The JSON type.
    pub json: &'static str,
    /// The words there are, where only some may be given.
    pub words: Vec<&'static str>,
    /// What it means, in Vietnamese.
    pub vi: &'static str,
    /// What it means, in English.
    pub en: &'static str,
}

/// Every field of every type and of a pause, in the parser's order.
///
/// # Panics
/// When a field has no words; a test keeps that from happening.
pub fn field_rows() -> Vec<FieldRow> {
    let rows = TYPES.iter().flat_map(|(of, names)| names.iter().map(|name| row(of, *name, names)));
    rows.collect()
}

fn row(of: &'static str, name: Name, names: &[Name]) -> FieldRow {
    let shape = Shape::of(name, names);
    let words = WORDS.get(of).and_then(|fields| fields.get(name.as_str())).expect("every field has words");
    let json = match shape {
        Shape::Boolean => "boolean",
        Shape::Decimal | Shape::Score => "number",
        Shape::Pauses => "array",
        _ => "string",
    };
    FieldRow {
        of,
        name: name.as_str(),
        required: shape.is_required(),
        nullable: shape.takes_null(),
        json,
        words: shape.words(),
        vi: &words.vi,
        en: &words.en,
    }
}

/// The schema of one record.
pub fn record_schema() -> Value {
    let mut defs: Map<String, Value> = TYPES.iter().map(|(of, names)| ((*of).to_owned(), object(of, names))).collect();
    let types = TYPES.iter().map(|(of, _)| *of).filter(|of| *of != "pause");
    let choices: Vec<Value> = types.map(|of| json!({"$ref": format!("#/$defs/{of}")})).collect();
    defs.insert("instant".to_owned(), json!({"type": "string", "pattern": format!("^{DAY}{TIME}$")}));
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:opcentre:schema:records",
        "title": "A record of POST /api/v1/events",
        "description": STRICTER_WORDS,
        "oneOf": choices,
        "$defs": defs
    })
}

fn object(of: &'static str, names: &[Name]) -> Value {
    let rows: Vec<(FieldRow, Shape)> =
        names.iter().map(|name| (row(of, *name, names), Shape::of(*name, names))).collect();
    let required: Vec<&str> = rows.iter().filter(|(row, _)| row.required).map(|(row, _)| row.name).collect();
    let properties: Map<String, Value> = rows
        .iter()
        .map(|(row, shape)| {
            let mut schema = value(of, *shape);
            schema["description"] = json!(row.en);
            (row.name.to_owned(), schema)
        })
        .collect();
    json!({"type": "object", "required": required, "additionalProperties": false, "properties": properties})
}

/// What a field may hold.
fn value(of: &str, shape: Shape) -> Value {
    let kind = |name: &str| if shape.takes_null() { json!([name, "null"]) } else { json!(name) };
    let text = |least: usize, bytes_max: usize| json!({"type": kind("string"), "minLength": least, "maxLength": characters_max(bytes_max)});
    match shape {
        Shape::Type => json!({"type": "string", "enum": [of]}),
        Shape::Key | Shape::Id => text(1, ID_BYTES_MAX),
        Shape::Text => text(0, TEXT_BYTES_MAX),
        Shape::Reason => text(1, TEXT_BYTES_MAX),
        Shape::At => json!({"$ref": "#/$defs/instant"}),
        Shape::Instant => json!({"type": kind("string"), "pattern": format!("^{DAY}{TIME}$")}),
        Shape::Due => json!({"type": kind("string"), "pattern": format!("^{DAY}({TIME})?$")}),
        Shape::Period => json!({"type": "string", "pattern": PERIOD}),
        Shape::Boolean => json!({"type": kind("boolean")}),
        // At the bound itself a reader of floats can't tell 999999999999.999999 from it.
        Shape::Decimal => json!({"type": kind("number"), "minimum": -1e12, "maximum": 1e12}),
        Shape::Score => json!({"type": kind("integer"), "minimum": 1, "maximum": 5}),
        Shape::Pauses => json!({"type": "array", "items": {"$ref": "#/$defs/pause"}}),
        Shape::Status | Shape::Answer | Shape::Channel | Shape::RatingChannel | Shape::PauseKind => {
            let mut words: Vec<Value> = shape.words().into_iter().map(Value::from).collect();
            words.extend(shape.takes_null().then_some(Value::Null));
            json!({"type": kind("string"), "enum": words})
        }
    }
}
