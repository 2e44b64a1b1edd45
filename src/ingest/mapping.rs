//! Mappings: a TOML file that says how the columns of a foreign table become the fields of records.
//!
//! ```toml
//! type = "dossier"                     # or rating, indicator
//! source = "boston311"
//! timezone = "America/New_York"        # for times without an offset; an ambiguous hour takes the earlier instant
//! [fields]
//! id = "case_id"                                         # a column; or { join = ["a", "b"], sep = "/" }
//! received_at = { column = "received_at", format = "%Y-%m-%d %H:%M:%S" }
//! at = { latest = ["received_at", "finished_at"] }       # the greatest of these fields; or "import" (now)
//! status = { column = "status", map = { Open = "processing", Closed = "done" } }
//! digitised = { const = true }
//! ```
//!
//! [`Mapping::parse`] checks the file as far as that goes without a table; [`Mapping::line`] makes the wire line of a
//! row, which the server then checks as it checks any other. A cell that is empty (or only space) or one of `nulls`
//! is absent; an absent one and one that `map` doesn't name take `default`; without a default the latter is a fault.

mod file;
mod value;

use encoding_rs::Encoding;
use jiff::tz::TimeZone;

use super::check_source;
use super::encoded;
use super::rejection::{Code, shown};
use super::wire::{Line, Name};
use crate::model::{Instant, Text, Zone};
use file::{FieldRow, MappingFile};
use value::Kind;
pub(super) use value::is_serial;

/// Why a mapping can't be used; the message names the key.
#[derive(Debug, thiserror::Error)]
pub enum MappingError {
    /// No TOML, a key that isn't known, or a value of another type.
    #[error("{0}")]
    Toml(#[from] toml::de::Error),
    /// A key whose value can't be used.
    #[error("{key}: {why}")]
    Key {
        /// The key, dotted.
        key: String,
        /// What is wrong with it.
        why: String,
    },
    /// A field that every record of the type needs.
    #[error("fields.{0} is missing")]
    MissingField(&'static str),
    /// The source can't be used.
    #[error("source: {0}")]
    Source(#[from] super::SourceError),
    /// A column that the table doesn't have.
    #[error("{key}: the table has no column {column}; it has {columns}")]
    NoColumn {
        /// The key that names it.
        key: String,
        /// The column named.
        column: String,
        /// The table's columns.
        columns: String,
    },
}

/// Why a row can't become a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowFault {
    /// The columns of the faulty field, or the field where it has none; empty for the whole row.
    pub column: String,
    /// Why, for programs.
    pub code: Code,
    /// Why, for people.
    pub reason: String,
}

/// How the table's text is laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Between cells; none: a comma, in `.tsv` a tab.
    pub delimiter: Option<u8>,
    /// The line of the header, from 1; what stands before is skipped.
    pub header_row: u64,
    /// The sheet of a workbook; none: its first one.
    pub sheet: Option<String>,
    /// The encoding of a text; none: UTF-8.
    pub encoding: Option<&'static Encoding>,
}

/// A checked mapping.
#[derive(Clone, Debug)]
pub struct Mapping {
    kind: &'static str,
    source: Text,
    layout: Layout,
    timezone: TimeZone,
    columns: Vec<String>,
    rules: Vec<Rule>,
}

/// How one field is made.
#[derive(Clone, Debug)]
struct Rule {
    name: Name,
    origin: Origin,
    kind: Kind,
    row: FieldRow,
}

/// Where a field's text comes from; columns by position in [`Mapping::columns`].
#[derive(Clone, Debug)]
enum Origin {
    Column(usize),
    Join(Vec<usize>),
    Const,
    Latest(Vec<Name>),
    Import,
}

impl Mapping {
    /// Reads a mapping; `zone` is for local times when it names no `timezone`.
    ///
    /// # Errors
    /// When it is no TOML or one of its keys can't be used.
    pub fn parse(text: &str, zone: &Zone) -> Result<Mapping, MappingError> {
        let file: MappingFile = toml::from_str(text)?;
        let (kind, allowed, needed) = record_type(&file.kind)?;
        let timezone = match &file.timezone {
            Some(name) => {
                TimeZone::get(name).map_err(|_| key("timezone", format!("{} is no time zone", shown(name))))?
            }
            None => zone.tz().clone(),
        };
        let mut mapping = Mapping {
            kind,
            source: check_source(&file.source)?,
            layout: layout(&file)?,
            timezone,
            columns: Vec::new(),
            rules: Vec::new(),
        };
        for (field, row) in &file.fields {
            let name = Name::find(field).filter(|name| allowed.contains(name) && *name != Name::Type);
            let name = name.ok_or_else(|| {
                let why = format!("{kind} has no such field; it has {}", super::wire::listed(&allowed[1..]));
                key(format!("fields.{field}"), why)
            })?;
            let rule = mapping.rule(name, row.with_defaults(&file))?;
            mapping.rules.push(rule);
        }
        if let Some(missing) = needed.iter().find(|name| mapping.rule_of(**name).is_none()) {
            return Err(MappingError::MissingField(missing.as_str()));
        }
        // The latest of other fields is made after them.
        mapping.rules.sort_by_key(|rule| matches!(rule.origin, Origin::Latest(_)));
        mapping.check_latest()?;
        Ok(mapping)
    }

    /// The source that its records are of.
    pub fn source(&self) -> &Text {
        &self.source
    }

    /// How the table's text is laid out.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The columns it reads, each once; a row's cells come in this order.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The positions of its columns in a table with this header.
    ///
    /// # Errors
    /// When a column isn't there, naming it and those that are.
    pub fn positions(&self, header: &[String]) -> Result<Vec<usize>, MappingError> {
        let position = |column: &String| {
            // The same letters may be written in several ways.
            header.iter().position(|name| Text::new(name) == Text::new(column)).ok_or_else(|| MappingError::NoColumn {
                key: self.key_of(column),
                column: shown(column),
                columns: header.join(", "),
            })
        };
        self.columns.iter().map(position).collect()
    }

    /// The wire line of a row's cells; `now` is the `at` of a mapping that says `at = "import"`.
    ///
    /// # Errors
    /// When a cell can't be made a value of its field.
    pub fn line(&self, cells: &[Option<String>], now: Instant) -> Result<String, RowFault> {
        let mut line = Line::new();
        let mut times: Vec<(Name, Instant)> = Vec::new();
        line.text(Name::Type, self.kind);
        for rule in &self.rules {
            let time = match &rule.origin {
                Origin::Import => Some(now),
                Origin::Latest(names) => times.iter().filter(|(name, _)| names.contains(name)).map(|(_, at)| *at).max(),
                Origin::Column(_) | Origin::Join(_) | Origin::Const => {
                    let made = self.value(rule, cells).map_err(|(code, reason)| RowFault {
                        column: self.origin_of(rule),
                        code,
                        reason,
                    })?;
                    if let Some(value) = made {
                        line.raw(rule.name, &value.json);
                        times.extend(value.time.map(|at| (rule.name, at)));
                    }
                    continue;
                }
            };
            if let Some(at) = time {
                line.raw(rule.name, &format!("\"{at}\""));
            }
        }
        Ok(line.end())
    }

    /// The columns behind a JSON pointer of the server's answer, or the field where it has none.
    pub fn column_of(&self, pointer: &str) -> String {
        let field = pointer.trim_start_matches('/').split('/').next().unwrap_or_default();
        match Name::find(field).and_then(|name| self.rule_of(name)) {
            Some(rule) => self.origin_of(rule),
            None => field.to_owned(),
        }
    }

    fn value(&self, rule: &Rule, cells: &[Option<String>]) -> Result<Option<value::Made>, (Code, String)> {
        let cell = |index: &usize| rule.row.present(cells.get(*index).and_then(Option::as_deref));
        let text = match &rule.origin {
            Origin::Column(index) => cell(index).map(str::to_owned),
            Origin::Join(indexes) if indexes.iter().all(|index| cell(index).is_none()) => None,
            Origin::Join(indexes) => {
                let parts: Vec<&str> = indexes.iter().map(|index| cell(index).unwrap_or_default()).collect();
                Some(parts.join(rule.row.sep.as_deref().unwrap_or_default()))
            }
            Origin::Const | Origin::Latest(_) | Origin::Import => rule.row.constant.as_ref().map(|text| text.0.clone()),
        };
        let Some(text) = rule.row.mapped(text)? else { return Ok(None) };
        rule.kind.read(&text, &rule.row, &self.timezone).map(Some)
    }

    fn rule(&mut self, name: Name, row: FieldRow) -> Result<Rule, MappingError> {
        let at = |why: String| key(format!("fields.{}", name.as_str()), why);
        let kind = Kind::of(name, self.kind).ok_or_else(|| at("lists can't be mapped from columns".to_owned()))?;
        let given = [row.column.is_some(), row.join.is_some(), row.latest.is_some(), row.constant.is_some()];
        if given.iter().filter(|given| **given).count() != 1 {
            return Err(at("give one of column, join, latest, const".to_owned()));
        }
        let origin = if let Some(column) = &row.column {
            if name == Name::At && row.is_plain && column == "import" {
                Origin::Import
            } else {
                Origin::Column(self.column(column))
            }
        } else if let Some(columns) = &row.join {
            if columns.is_empty() {
                return Err(at("join names no column".to_owned()));
            }
            Origin::Join(columns.iter().map(|column| self.column(column)).collect())
        } else if let Some(fields) = &row.latest {
            Origin::Latest(latest(name, kind, fields)?)
        } else {
            Origin::Const
        };
        row.check(kind).map_err(|(sub_key, why)| key(format!("fields.{}.{sub_key}", name.as_str()), why))?;
        Ok(Rule { name, origin, kind, row })
    }

    fn column(&mut self, name: &str) -> usize {
        self.columns.iter().position(|column| column == name).unwrap_or_else(|| {
            self.columns.push(name.to_owned());
            self.columns.len() - 1
        })
    }

    fn check_latest(&self) -> Result<(), MappingError> {
        for rule in &self.rules {
            let Origin::Latest(names) = &rule.origin else { continue };
            for name in names {
                let made = self.rule_of(*name).is_some_and(|rule| !matches!(rule.origin, Origin::Latest(_)));
                if !made {
                    let why = format!("`{}` is not mapped from a column", name.as_str());
                    return Err(key(format!("fields.{}.latest", rule.name.as_str()), why));
                }
            }
        }
        Ok(())
    }

    fn rule_of(&self, name: Name) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.name == name)
    }

    fn origin_of(&self, rule: &Rule) -> String {
        match &rule.origin {
            Origin::Column(index) => self.columns[*index].clone(),
            Origin::Join(indexes) => {
                indexes.iter().map(|index| self.columns[*index].as_str()).collect::<Vec<_>>().join(", ")
            }
            Origin::Latest(names) => {
                let rules = names.iter().filter_map(|name| self.rule_of(*name));
                rules.map(|rule| self.origin_of(rule)).collect::<Vec<_>>().join(", ")
            }
            Origin::Const | Origin::Import => rule.name.as_str().to_owned(),
        }
    }

    fn key_of(&self, column: &str) -> String {
        let uses = |rule: &&Rule| match &rule.origin {
            Origin::Column(index) => self.columns[*index] == column,
            Origin::Join(indexes) => indexes.iter().any(|index| self.columns[*index] == column),
            Origin::Latest(_) | Origin::Const | Origin::Import => false,
        };
        self.rules.iter().find(uses).map_or_else(String::new, |rule| format!("fields.{}", rule.name.as_str()))
    }
}

fn key(key: impl Into<String>, why: String) -> MappingError {
    MappingError::Key { key: key.into(), why }
}

type RecordType = (&'static str, &'static [Name], &'static [Name]);

/// The type's name, its fields and those that it can't do without.
fn record_type(name: &str) -> Result<RecordType, MappingError> {
    const KEYED: &[Name] = &[Name::Id, Name::Unit, Name::At];
    match name {
        "dossier" => Ok(("dossier", Name::DOSSIER, KEYED)),
        "rating" => Ok(("rating", Name::RATING, KEYED)),
        "indicator" => Ok(("indicator", Name::INDICATOR, &[Name::Code, Name::Unit, Name::Period, Name::At])),
        _ => Err(key("type", format!("{} is none of {}", shown(name), super::check::TYPES.join(", ")))),
    }
}

fn latest(name: Name, kind: Kind, fields: &[String]) -> Result<Vec<Name>, MappingError> {
    let at = |why| key(format!("fields.{}.latest", name.as_str()), why);
    if !kind.is_time() || fields.is_empty() {
        return Err(at("only a time is the latest of other times".to_owned()));
    }
    let is_time =
        |name: &Name| matches!(name, Name::At | Name::FiledAt | Name::ReceivedAt | Name::DueAt | Name::FinishedAt);
    let found = fields.iter().map(|field| Name::find(field).filter(is_time).ok_or(field));
    found.collect::<Result<_, _>>().map_err(|field| at(format!("{} is no field with a time", shown(field))))
}

fn layout(file: &MappingFile) -> Result<Layout, MappingError> {
    let delimiter = match file.delimiter.as_deref().map(str::as_bytes) {
        None => None,
        Some([byte]) if !matches!(byte, b'"' | b'\r' | b'\n') => Some(*byte),
        Some(_) => return Err(key("delimiter", "give one ASCII character".to_owned())),
    };
    let encoding = file.encoding.as_deref().map(|name| {
        let why =
            || format!("{} is not read; convert the file to utf-8, or give one of {}", shown(name), encoded::known());
        encoded::encoding(name).ok_or_else(|| key("encoding", why()))
    });
    let encoding = encoding.transpose()?.filter(|encoding| *encoding != encoding_rs::UTF_8);
    match file.header_row {
        Some(0) => Err(key("header_row", "the header is on line 1 or later".to_owned())),
        header_row => {
            Ok(Layout { delimiter, header_row: header_row.unwrap_or(1), sheet: file.sheet.clone(), encoding })
        }
    }
}

#[cfg(test)]
mod tests;
