//! The forms of `kpis.toml` and `targets.toml`, and their checks.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Deserializer};
use toml::Spanned;

use crate::kpi::fault::{Fault, FaultReason, SourceFile};
use crate::kpi::figure::{Better, Words};
use crate::kpi::measure::Measure;
use crate::model::{Day, Decimal};

use super::{Catalogue, Kpi, Limit, Reach, Target};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KpisFile {
    measures: BTreeMap<Spanned<String>, Words>,
    kpi: Vec<KpiForm>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KpiForm {
    id: Spanned<String>,
    version: String,
    #[serde(default, deserialize_with = "day")]
    valid_from: Option<Day>,
    #[serde(default, deserialize_with = "day")]
    valid_to: Option<Day>,
    label: Words,
    short: Words,
    definition: Words,
    numerator: Spanned<Vec<Spanned<String>>>,
    denominator: Spanned<Vec<Spanned<String>>>,
    #[serde(default)]
    beside: Vec<Spanned<String>>,
    better: Better,
    #[serde(default, deserialize_with = "decimal")]
    near_margin: Option<Decimal>,
    den_min: u32,
    ranking_den_min: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TargetsFile {
    #[serde(default)]
    target: Vec<TargetForm>,
    #[serde(default)]
    limit: Vec<LimitForm>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TargetForm {
    kpi: Spanned<String>,
    unit: Option<String>,
    category: Option<String>,
    year: Option<i16>,
    #[serde(default, deserialize_with = "decimal")]
    value: Option<Decimal>,
    #[serde(default, deserialize_with = "decimal")]
    near: Option<Decimal>,
    #[serde(default, deserialize_with = "decimal")]
    goal: Option<Decimal>,
    goal_year: Option<i16>,
    /// Number of the decision; kept in the file for its readers.
    #[serde(rename = "decision")]
    _decision: Option<String>,
    #[serde(default)]
    path: Vec<Spanned<PathForm>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PathForm {
    on: Spanned<String>,
    value: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitForm {
    measure: Spanned<String>,
    unit: Option<String>,
    category: Option<String>,
    year: Option<i16>,
    limit: i64,
    #[serde(rename = "decision")]
    _decision: Option<String>,
}

/// A number of the file as the decimal that is written there: the shortest text of the float is that decimal.
pub(in crate::kpi) fn exact(number: f64) -> Result<Decimal, crate::model::decimal::DecimalError> {
    number.to_string().parse()
}

pub(in crate::kpi) fn decimal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Decimal>, D::Error> {
    exact(f64::deserialize(deserializer)?).map(Some).map_err(serde::de::Error::custom)
}

pub(in crate::kpi) fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Day>, D::Error> {
    String::deserialize(deserializer)?.parse().map(Some).map_err(serde::de::Error::custom)
}

type Kpis = (BTreeMap<&'static str, Words>, BTreeMap<String, Vec<Kpi>>);

/// Reads `kpis.toml`; what is faulty is left out and named.
pub(super) fn kpis(file: SourceFile<'_>, faults: &mut Vec<Fault>) -> Kpis {
    let (mut words, mut kpis) = (BTreeMap::new(), BTreeMap::<String, Vec<Kpi>>::new());
    let Some(form) = file.read::<KpisFile>(faults) else { return (words, kpis) };
    for (name, text) in form.measures {
        if let Some(measure) = measure(file, &name, "measures", faults) {
            words.insert(measure.name(), text);
        }
    }
    for form in form.kpi {
        let (span, id) = (form.id.span(), form.id.get_ref().clone());
        let kpi = kpi(file, form, faults);
        let versions = kpis.entry(id.clone()).or_default();
        if versions.iter().any(|other| overlap(other.valid, kpi.valid)) {
            faults.push(file.fault(&span, "kpi.id", FaultReason::Twice(id)));
        }
        versions.push(kpi);
    }
    (words, kpis)
}

fn kpi(file: SourceFile<'_>, form: KpiForm, faults: &mut Vec<Fault>) -> Kpi {
    let span = form.id.span();
    for (key, list) in [("kpi.numerator", &form.numerator), ("kpi.denominator", &form.denominator)] {
        if list.get_ref().is_empty() {
            faults.push(file.fault(&list.span(), key, FaultReason::Empty));
        }
    }
    let valid = (form.valid_from, form.valid_to);
    if matches!(valid, (Some(from), Some(to)) if to < from) {
        faults.push(file.fault(&span, "kpi.valid_to", FaultReason::Backward));
    }
    let mut all = |list: &[Spanned<String>], key: &str| -> Vec<Measure> {
        list.iter().filter_map(|name| measure(file, name, key, faults)).collect()
    };
    Kpi {
        numerator: all(form.numerator.get_ref(), "kpi.numerator"),
        denominator: all(form.denominator.get_ref(), "kpi.denominator"),
        beside: all(&form.beside, "kpi.beside"),
        id: form.id.into_inner(),
        version: form.version,
        valid,
        label: form.label,
        short: form.short,
        definition: form.definition,
        better: form.better,
        near_margin: form.near_margin,
        den_min: i64::from(form.den_min),
        ranking_den_min: i64::from(form.ranking_den_min),
    }
}

type Targets = (BTreeMap<String, Vec<Target>>, BTreeMap<&'static str, Vec<Limit>>);

/// Reads `targets.toml`; what is faulty is left out and named.
pub(super) fn targets(file: SourceFile<'_>, catalogue: &Catalogue, faults: &mut Vec<Fault>) -> Targets {
    let (mut targets, mut limits) = (BTreeMap::<String, Vec<Target>>::new(), BTreeMap::<_, Vec<Limit>>::new());
    let Some(form) = file.read::<TargetsFile>(faults) else { return (targets, limits) };
    for form in form.target {
        let (span, kpi) = (form.kpi.span(), form.kpi.get_ref().clone());
        if !catalogue.knows(&kpi) {
            faults.push(file.fault(&span, "target.kpi", FaultReason::UnknownKpi(kpi.clone())));
        }
        if form.value.is_none() && form.path.is_empty() {
            faults.push(file.fault(&span, "target.value", FaultReason::Missing("a target without a path")));
        }
        let path = path(file, &form.path, faults);
        let reach = Reach { unit: form.unit, category: form.category, year: form.year };
        let kept = targets.entry(kpi.clone()).or_default();
        if kept.iter().any(|other| other.reach == reach) {
            faults.push(file.fault(&span, "target.kpi", FaultReason::Twice(kpi)));
        }
        let (value, near, goal, goal_year) = (form.value, form.near, form.goal, form.goal_year);
        kept.push(Target { reach, value, near, goal, goal_year, path });
    }
    for form in form.limit {
        let Some(measure) = measure(file, &form.measure, "limit.measure", faults) else { continue };
        let reach = Reach { unit: form.unit, category: form.category, year: form.year };
        let kept = limits.entry(measure.name()).or_default();
        if kept.iter().any(|other: &Limit| other.reach == reach) {
            let name = form.measure.get_ref().clone();
            faults.push(file.fault(&form.measure.span(), "limit.measure", FaultReason::Twice(name)));
        }
        kept.push(Limit { reach, limit: form.limit });
    }
    (targets, limits)
}

fn path(file: SourceFile<'_>, forms: &[Spanned<PathForm>], faults: &mut Vec<Fault>) -> Vec<(Day, Decimal)> {
    let mut path: Vec<(Day, Decimal)> = Vec::new();
    for form in forms {
        let PathForm { on, value } = form.get_ref();
        let mut fault = |span: Range<usize>, reason| faults.push(file.fault(&span, "target.path", reason));
        let (Ok(day), Ok(value)) = (on.get_ref().parse::<Day>(), exact(*value)) else {
            fault(on.span(), crate::kpi::window::WindowError::Day(on.get_ref().clone()).into());
            continue;
        };
        if path.last().is_some_and(|(before, _)| day <= *before) {
            fault(on.span(), FaultReason::Backward);
        }
        path.push((day, value));
    }
    path
}

fn measure(file: SourceFile<'_>, name: &Spanned<String>, key: &str, faults: &mut Vec<Fault>) -> Option<Measure> {
    let measure = Measure::named(name.get_ref());
    if measure.is_none() {
        faults.push(file.fault(&name.span(), key, FaultReason::UnknownMeasure(name.get_ref().clone())));
    }
    measure
}

type Valid = (Option<Day>, Option<Day>);

fn overlap(left: Valid, right: Valid) -> bool {
    let begins_in_time = |from: Option<Day>, to: Option<Day>| from.is_none_or(|from| to.is_none_or(|to| from <= to));
    begins_in_time(left.0, right.1) && begins_in_time(right.0, left.1)
}
