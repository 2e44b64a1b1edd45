//! The forms of `kpis.toml` and `targets.toml`, and their checks.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Deserializer};
use toml::Spanned;

use crate::kpi::fault::{Fault, FaultReason, SourceFile};
use crate::kpi::figure::{Better, Words};
use crate::kpi::formula::{Formula, Term, ValueUnit};
use crate::kpi::measure::{HOURS_BUCKETS, Measure};
use crate::model::{Day, Decimal};

use super::targets::{Limit, Reach, Target};
use super::{Catalogue, Kpi};

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
    note: Option<Words>,
    numerator: Option<Spanned<Vec<Spanned<String>>>>,
    denominator: Option<Spanned<Vec<Spanned<String>>>>,
    percentile: Option<Spanned<u8>>,
    #[serde(default)]
    no_source: bool,
    #[serde(default)]
    unit: UnitForm,
    #[serde(default)]
    beside: Vec<Spanned<String>>,
    better: Better,
    #[serde(default, deserialize_with = "decimal")]
    near_margin: Option<Decimal>,
    den_min: u32,
    ranking_den_min: u32,
}

/// In what a quotient is counted.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum UnitForm {
    #[default]
    Ratio,
    Hours,
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
    /// Number of the decision.
    decision: Option<String>,
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
    let valid = (form.valid_from, form.valid_to);
    if matches!(valid, (Some(from), Some(to)) if to < from) {
        faults.push(file.fault(&span, "kpi.valid_to", FaultReason::Backward));
    }
    Kpi {
        formula: formula(file, &form, faults),
        beside: form.beside.iter().filter_map(|name| measure(file, name, "kpi.beside", faults)).collect(),
        id: form.id.into_inner(),
        version: form.version,
        valid,
        label: form.label,
        short: form.short,
        definition: form.definition,
        note: form.note,
        better: form.better,
        near_margin: form.near_margin,
        den_min: i64::from(form.den_min),
        ranking_den_min: i64::from(form.ranking_den_min),
    }
}

/// How it is made: a quotient, a percentile, or nothing yet; never two of these.
fn formula(file: SourceFile<'_>, form: &KpiForm, faults: &mut Vec<Fault>) -> Formula {
    let ways = [form.numerator.is_some() || form.denominator.is_some(), form.percentile.is_some(), form.no_source];
    if ways.iter().filter(|is_given| **is_given).count() > 1 {
        faults.push(file.fault(&form.id.span(), "kpi.id", FaultReason::TwoFormulas));
    }
    if let Some(share) = &form.percentile {
        if !(1..=99).contains(share.get_ref()) {
            faults.push(file.fault(&share.span(), "kpi.percentile", FaultReason::NoPercentile(*share.get_ref())));
        }
        return Formula::Percentile(*share.get_ref());
    }
    if form.no_source {
        return Formula::NoSource;
    }
    let mut terms = |key: &str, list: Option<&Spanned<Vec<Spanned<String>>>>| -> Vec<Term> {
        match list {
            None => faults.push(file.fault(&form.id.span(), key, FaultReason::Missing("a kpi"))),
            Some(list) if list.get_ref().is_empty() => faults.push(file.fault(&list.span(), key, FaultReason::Empty)),
            Some(_) => {}
        }
        let names = list.map(|list| list.get_ref().as_slice()).unwrap_or_default();
        names.iter().filter_map(|name| term(file, name, key, faults)).collect()
    };
    let (num, den) =
        (terms("kpi.numerator", form.numerator.as_ref()), terms("kpi.denominator", form.denominator.as_ref()));
    let unit = match form.unit {
        UnitForm::Ratio => ValueUnit::Ratio,
        UnitForm::Hours => ValueUnit::Hours,
    };
    Formula::Quotient { num, den, unit }
}

fn term(file: SourceFile<'_>, name: &Spanned<String>, key: &str, faults: &mut Vec<Fault>) -> Option<Term> {
    let term = Term::named(name.get_ref());
    if term.is_none() {
        faults.push(file.fault(&name.span(), key, FaultReason::UnknownMeasure(name.get_ref().clone())));
    }
    term
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
        check_steps(file, &span, &form, catalogue.versions(&kpi), faults);
        let reach = Reach { unit: form.unit, category: form.category, year: form.year };
        let kept = targets.entry(kpi.clone()).or_default();
        if kept.iter().any(|other| other.reach == reach) {
            faults.push(file.fault(&span, "target.kpi", FaultReason::Twice(kpi)));
        }
        let (value, near, goal, goal_year) = (form.value, form.near, form.goal, form.goal_year);
        kept.push(Target { reach, value, near, goal, goal_year, path, decision: form.decision });
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

/// The value of a percentile is a limit of a bucket: between two of them no target could be told kept or missed.
fn check_steps(
    file: SourceFile<'_>,
    span: &Range<usize>,
    form: &TargetForm,
    versions: &[Kpi],
    faults: &mut Vec<Fault>,
) {
    if !versions.iter().any(|kpi| matches!(kpi.formula, Formula::Percentile(_))) {
        return;
    }
    if !form.path.is_empty() {
        faults.push(file.fault(span, "target.path", FaultReason::OffLimit));
    }
    let is_limit = |value: Decimal| HOURS_BUCKETS.iter().any(|(hours, _)| value.millionths() == hours * Decimal::SCALE);
    let given = [("target.value", form.value), ("target.near", form.near), ("target.goal", form.goal)];
    for (key, value) in given {
        if value.is_some_and(|value| !is_limit(value)) {
            faults.push(file.fault(span, key, FaultReason::OffLimit));
        }
    }
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
