//! A mapping as it stands in its file.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

use super::super::rejection::{Code, shown};
use super::value::{self, Kind};
use crate::model::Text;

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MappingFile {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) source: String,
    pub(super) timezone: Option<String>,
    #[serde(default)]
    nulls: Vec<String>,
    #[serde(default)]
    decimal_comma: bool,
    pad: Option<usize>,
    pub(super) delimiter: Option<String>,
    pub(super) encoding: Option<String>,
    pub(super) header_row: Option<u64>,
    /// Which sheet of a workbook; a text file has none.
    pub(super) sheet: Option<String>,
    pub(super) fields: BTreeMap<String, FieldRow>,
}

/// One field: a column's name, or a table of keys.
#[derive(Clone, Debug, Default)]
pub(super) struct FieldRow {
    pub(super) column: Option<String>,
    /// The column is given as a plain text, where `at = "import"` means now.
    pub(super) is_plain: bool,
    pub(super) join: Option<Vec<String>>,
    pub(super) sep: Option<String>,
    pub(super) latest: Option<Vec<String>>,
    pub(super) constant: Option<Scalar>,
    /// The forms of its times; the first that a text has is taken.
    pub(super) format: Vec<String>,
    map: Option<BTreeMap<String, Scalar>>,
    default: Option<Scalar>,
    nulls: Vec<String>,
    pad: Option<usize>,
    pub(super) decimal_comma: bool,
    /// The time of a date without one.
    pub(super) time_of_day: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldTable {
    column: Option<String>,
    join: Option<Vec<String>>,
    sep: Option<String>,
    latest: Option<Vec<String>>,
    #[serde(rename = "const")]
    constant: Option<Scalar>,
    #[serde(default)]
    format: Formats,
    map: Option<BTreeMap<String, Scalar>>,
    default: Option<Scalar>,
    #[serde(default)]
    nulls: Vec<String>,
    pad: Option<usize>,
    #[serde(default)]
    decimal_comma: bool,
    time_of_day: Option<String>,
}

impl FieldRow {
    /// With what the file says for all fields; a width is for columns only.
    pub(super) fn with_defaults(&self, file: &MappingFile) -> FieldRow {
        let mut row = self.clone();
        row.nulls.extend(file.nulls.iter().cloned());
        row.decimal_comma |= file.decimal_comma;
        row.pad = row.pad.or(file.pad);
        row
    }

    /// What can be said of the row without a table: constants, defaults and mapped values are values of the field.
    pub(super) fn check(&self, kind: Kind) -> Result<(), (String, String)> {
        if !self.format.is_empty() && !kind.is_time() {
            return Err(("format".to_owned(), "only a time has a format".to_owned()));
        }
        if let Some(text) = &self.time_of_day {
            let why = if kind.is_time() { "write it as 08:00" } else { "only a time has a time of day" };
            if !kind.is_time() || value::time_of_day(text).is_none() {
                return Err(("time_of_day".to_owned(), why.to_owned()));
            }
        }
        if self.sep.is_some() && self.join.is_none() {
            return Err(("sep".to_owned(), "only join has a separator".to_owned()));
        }
        let texts = self.map.iter().flatten().map(|(from, to)| (format!("map.{from}"), to));
        let fixed = self.default.iter().map(|text| ("default".to_owned(), text));
        let fixed = fixed.chain(self.constant.iter().map(|text| ("const".to_owned(), text)));
        texts.chain(fixed).try_for_each(|(key, text)| kind.check_fixed(&text.0, self).map_err(|why| (key, why)))
    }

    /// The cell, unless it is empty or stands for nothing.
    pub(super) fn present<'a>(&self, cell: Option<&'a str>) -> Option<&'a str> {
        cell.filter(|cell| !cell.trim().is_empty() && !self.nulls.iter().any(|null| null == cell.trim()))
    }

    /// What is left after map, default and pad.
    pub(super) fn mapped(&self, text: Option<String>) -> Result<Option<String>, (Code, String)> {
        let Some(text) = text else { return Ok(self.default.as_ref().map(|default| default.0.clone())) };
        if let Some(map) = &self.map {
            return match map.get(Text::new(text.trim()).as_str()).or(self.default.as_ref()) {
                Some(value) => Ok(Some(value.0.clone())),
                None => Err((Code::UnmappedValue, self.unmapped(&text))),
            };
        }
        let width = self.pad.unwrap_or(0);
        Ok(Some(if width > 0 { format!("{:0>width$}", text.trim()) } else { text }))
    }

    fn unmapped(&self, text: &str) -> String {
        let names: Vec<&str> = self.map.iter().flatten().map(|(name, _)| name.as_str()).collect();
        format!("{} is not in `map`, which has {}", shown(text), names.join(", "))
    }
}

impl<'de> Deserialize<'de> for FieldRow {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FieldVisitor)
    }
}

/// By hand, because an untagged enum would not say which key is wrong.
struct FieldVisitor;

impl<'de> Visitor<'de> for FieldVisitor {
    type Value = FieldRow;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a column's name or a table with column, join, latest or const")
    }

    fn visit_str<E>(self, column: &str) -> Result<FieldRow, E> {
        Ok(FieldRow { column: Some(column.to_owned()), is_plain: true, ..FieldRow::default() })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<FieldRow, A::Error> {
        let table = FieldTable::deserialize(MapAccessDeserializer::new(map))?;
        Ok(FieldRow {
            column: table.column,
            is_plain: false,
            join: table.join,
            sep: table.sep,
            latest: table.latest,
            constant: table.constant,
            format: table.format.0,
            map: table.map.map(|map| map.into_iter().map(|(text, to)| (Text::new(&text).to_string(), to)).collect()),
            default: table.default,
            nulls: table.nulls,
            pad: table.pad,
            decimal_comma: table.decimal_comma,
            time_of_day: table.time_of_day,
        })
    }
}

/// A text, number or truth value of TOML as the text that a cell would have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scalar(pub(super) String);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ScalarVisitor;
        impl Visitor<'_> for ScalarVisitor {
            type Value = Scalar;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, a whole number, true or false (write a broken number as a text)")
            }

            fn visit_str<E>(self, text: &str) -> Result<Scalar, E> {
                Ok(Scalar(text.to_owned()))
            }

            fn visit_bool<E>(self, value: bool) -> Result<Scalar, E> {
                Ok(Scalar(value.to_string()))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Scalar, E> {
                Ok(Scalar(value.to_string()))
            }
        }
        deserializer.deserialize_any(ScalarVisitor)
    }
}

/// One form of times, or several.
#[derive(Default)]
struct Formats(Vec<String>);

impl<'de> Deserialize<'de> for Formats {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FormatsVisitor;
        impl<'de> Visitor<'de> for FormatsVisitor {
            type Value = Formats;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a form of times such as \"%d/%m/%Y %H:%M\", or a list of them")
            }

            fn visit_str<E>(self, format: &str) -> Result<Formats, E> {
                Ok(Formats(vec![format.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Formats, A::Error> {
                let mut formats = Vec::new();
                while let Some(format) = list.next_element()? {
                    formats.push(format);
                }
                Ok(Formats(formats))
            }
        }
        deserializer.deserialize_any(FormatsVisitor)
    }
}
