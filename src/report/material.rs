//! What a report is made from: the answers of the API as they go out, of one view or of one closing.
//!
//! Reading the answers themselves, and nothing else, is what makes a report's figures equal to the API's.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

use crate::kpi::{Band, Better, Words};

use super::figures::Days;

/// All answers that a report is made from.
#[derive(Debug)]
pub struct Material {
    /// Of the unit and the period.
    pub kpis: Kpis,
    /// What else is known of them.
    pub facts: Facts,
    /// By id.
    pub forms: BTreeMap<String, Form>,
    /// By id; of the newest closing with any, or of now.
    pub indices: BTreeMap<String, Index>,
}

impl Material {
    /// Reads the answers as they go out.
    ///
    /// # Errors
    /// When one isn't as it is known.
    pub fn read(
        kpis: serde_json::Value,
        facts: serde_json::Value,
        forms: serde_json::Value,
        indices: serde_json::Value,
    ) -> Result<Material, serde_json::Error> {
        Ok(Material {
            kpis: serde_json::from_value(kpis)?,
            facts: serde_json::from_value(facts)?,
            forms: serde_json::from_value(forms)?,
            indices: serde_json::from_value(indices)?,
        })
    }
}

/// The answer of `kpis`.
#[derive(Debug, Deserialize)]
pub struct Kpis {
    /// Code of the unit.
    pub unit: String,
    /// Its name.
    pub name: String,
    /// Its days.
    pub window: Days,
    /// The scheme of the period.
    pub scheme: String,
    /// The instant of the figures.
    pub as_of: String,
    /// The last record in them.
    pub seq: u64,
    /// Names the definitions.
    pub catalogue: String,
    /// By whom the period was closed.
    pub closed: Option<Closed>,
    /// The first day that all sources cover, when the window begins before it.
    pub covered_from: Option<String>,
    /// By name; null where there can be none.
    pub measures: BTreeMap<String, Option<i64>>,
    /// By id.
    pub kpis: BTreeMap<String, Kpi>,
    /// The unit's own, then those below.
    pub children: Vec<Child>,
}

/// Which closing figures are from.
#[derive(Debug, Deserialize)]
pub struct Closed {
    /// Its number.
    pub version: u32,
    /// Who closed it.
    pub by: String,
    /// When.
    pub at: String,
}

/// A KPI's figure.
#[derive(Clone, Debug, Deserialize)]
pub struct Kpi {
    /// Numerator.
    pub num: Option<i64>,
    /// Denominator.
    pub den: Option<i64>,
    /// Its value.
    pub value: Option<f64>,
    /// Of a percentile: it is more than this.
    #[serde(default)]
    pub above: Option<i64>,
    /// How it stands.
    #[serde(default, deserialize_with = "band")]
    pub band: Option<Band>,
    /// The target, or the plan of the day.
    #[serde(default)]
    pub target: Option<f64>,
    /// Up to which it is near.
    #[serde(default)]
    pub near: Option<f64>,
    /// What is to be reached in the end.
    #[serde(default)]
    pub goal: Option<f64>,
    /// By which year.
    #[serde(default)]
    pub goal_year: Option<i16>,
    /// Of the target.
    #[serde(default)]
    pub decision: Option<String>,
    /// When the goal is reached.
    #[serde(default)]
    pub projection: Option<serde_json::Value>,
    /// `ratio` or `hours`.
    #[serde(default)]
    pub unit: String,
    /// Which way is better.
    #[serde(default)]
    pub better: Option<Better>,
    /// What is divided by what.
    #[serde(default)]
    pub definition: Option<Words>,
    /// Version of the definition.
    #[serde(default)]
    pub version: String,
}

fn band<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Band>, D::Error> {
    let name: Option<String> = Option::deserialize(deserializer)?;
    Ok(match name.as_deref() {
        Some("met") => Some(Band::Met),
        Some("near") => Some(Band::Near),
        Some("below") => Some(Band::Below),
        Some("over") => Some(Band::Over),
        _ => None,
    })
}

/// Null is no figure, and not 0.
fn known<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, i64>, D::Error> {
    let all: BTreeMap<String, Option<i64>> = BTreeMap::deserialize(deserializer)?;
    Ok(all.into_iter().filter_map(|(name, count)| Some((name, count?))).collect())
}

impl Kpi {
    /// Counts of a ratio that can be shown.
    pub fn counts(&self) -> Option<(i64, i64)> {
        self.num.zip(self.den).filter(|(_, den)| *den > 0 && self.value.is_some())
    }

    /// The lines that rounding must not cross.
    pub fn lines(&self) -> Vec<f64> {
        self.target.into_iter().chain(self.near).chain(self.goal).collect()
    }
}

/// A unit below, or the unit itself without those.
#[derive(Debug, Deserialize)]
pub struct Child {
    /// Its code.
    pub unit: String,
    /// Its name.
    pub name: String,
    /// What the unit handles itself.
    #[serde(default)]
    pub own: bool,
    /// By name; what can't be known isn't there.
    #[serde(deserialize_with = "known")]
    pub measures: BTreeMap<String, i64>,
    /// By id.
    pub kpis: BTreeMap<String, Kpi>,
}

/// What no other answer has.
#[derive(Debug, Deserialize)]
pub struct Facts {
    /// The unit.
    pub unit: UnitFacts,
    /// Those directly below it.
    pub children: Vec<UnitFacts>,
    /// Periods of the same length, those of a year ago too.
    pub past: Vec<Past>,
    /// Fields of work, those with most first.
    pub fields: Vec<Field>,
    /// Who sends.
    pub sources: Vec<Feed>,
    /// How many dossiers are doubtful.
    pub doubts: Doubts,
    /// Limits of counts, by measure.
    pub limits: BTreeMap<String, i64>,
    /// The least denominator with a rank, by KPI.
    pub ranked_from: BTreeMap<String, i64>,
    /// The period as it is asked for.
    pub period: String,
    /// The one before.
    pub previous: String,
    /// A year ago.
    pub year_before: String,
    /// Whether all its days are over.
    pub ended: bool,
    /// Today.
    pub today: String,
}

/// What is known of a unit.
#[derive(Debug, Deserialize)]
pub struct UnitFacts {
    /// Its code.
    pub code: String,
    /// Its short name.
    pub short_name: String,
    /// Its category.
    pub category: String,
    /// `province`, `district`, `commune`, `department` and the like.
    pub kind: String,
    /// Where it lies.
    pub lat: Option<f64>,
    /// Where it lies.
    pub lon: Option<f64>,
}

impl UnitFacts {
    /// Whether it is a part of the territory, and no office.
    pub fn is_territorial(&self) -> bool {
        matches!(self.kind.as_str(), "nation" | "province" | "district" | "commune")
    }
}

/// A period of a trend.
#[derive(Debug, Deserialize)]
pub struct Past {
    /// Which one.
    pub period: String,
    /// Its days.
    pub window: Days,
    /// By name; none where nothing is known.
    pub measures: Option<BTreeMap<String, i64>>,
    /// By id.
    pub kpis: BTreeMap<String, Kpi>,
}

/// A field of work.
#[derive(Debug, Deserialize)]
pub struct Field {
    /// Its name; none where none is told.
    pub key: Option<String>,
    /// By name.
    pub measures: BTreeMap<String, i64>,
    /// By id.
    pub kpis: BTreeMap<String, Kpi>,
}

/// A source.
#[derive(Debug, Deserialize)]
pub struct Feed {
    /// Its id.
    pub source: String,
    /// What the system is called.
    pub system: Option<String>,
    /// `never`, `late`, `in_time` or `no_cadence`.
    pub state: String,
    /// When it was heard last.
    pub last_contact: Option<String>,
}

/// Doubtful dossiers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Doubts {
    /// How many began in the period.
    pub dossiers: u64,
    /// How many of them are doubtful in any way.
    pub marked: u64,
    /// How many have each mark.
    #[serde(default)]
    pub marks: BTreeMap<String, u64>,
}

/// The answer of a form.
#[derive(Debug, Deserialize)]
pub struct Form {
    /// Its number.
    pub number: String,
    /// Its title.
    pub title: Words,
    /// What is counted.
    pub counted_in: Words,
    /// Its columns in their order.
    pub columns: Vec<FormColumn>,
    /// Names its convention.
    pub convention: String,
    /// The whole.
    pub total: BTreeMap<String, i64>,
    /// Blocks of rows.
    pub groups: Vec<FormGroup>,
    /// Below the table.
    pub footnotes: Vec<String>,
}

/// A column of a form.
#[derive(Debug, Deserialize)]
pub struct FormColumn {
    /// Its number.
    pub number: u8,
    /// Its heading.
    pub heading: Words,
    /// Of a total: what adds up to it.
    #[serde(default)]
    pub sum_of: Vec<u8>,
}

/// A block of a form.
#[derive(Debug, Deserialize)]
pub struct FormGroup {
    /// Its heading.
    pub heading: Words,
    /// By column.
    pub counts: BTreeMap<String, i64>,
    /// Its rows.
    pub rows: Vec<FormRow>,
}

/// A row of a form.
#[derive(Debug, Deserialize)]
pub struct FormRow {
    /// What it is about.
    pub name: String,
    /// By column.
    pub counts: BTreeMap<String, i64>,
}

/// The answer of an index.
#[derive(Debug, Deserialize)]
pub struct Index {
    /// Name.
    pub label: Words,
    /// The period it is of.
    pub period: String,
    /// Its days: those of the calendar, also where the report's are others.
    #[serde(default)]
    pub window: Option<Days>,
    /// Version of its formulas.
    pub version: String,
    /// The decision.
    pub decision: String,
    /// The whole.
    #[serde(flatten)]
    pub points: Points,
    /// As published.
    pub official: Option<f64>,
    /// Its groups.
    pub groups: Vec<IndexPart>,
}

/// Points of an index or a part of it.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Points {
    /// Null: no source.
    pub score: Option<f64>,
    /// What of the maximum can be measured.
    pub measurable: f64,
    /// At most.
    pub max: f64,
}

/// A group or a criterion.
#[derive(Debug, Deserialize)]
pub struct IndexPart {
    /// Id.
    pub id: String,
    /// Name.
    pub label: Words,
    /// Its points.
    #[serde(flatten)]
    pub points: Points,
    /// As published.
    pub official: Option<f64>,
    /// What is divided by what.
    #[serde(default)]
    pub definition: Option<Words>,
    /// Of a group.
    #[serde(default)]
    pub criteria: Vec<IndexPart>,
}
