//! The form of `indicators.toml`, and its checks.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::kpi::catalogue::read::{decimal, exact};
use crate::kpi::fault::{Fault, FaultReason, SourceFile};
use crate::kpi::figure::{Better, Words};
use crate::kpi::window::WindowError;
use crate::model::{Day, Decimal, Period, UnitKind};

use super::{Cadence, Indicator, IndicatorKind, Indicators, Reference, RollUp};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    systems: BTreeMap<String, Words>,
    indicator: Vec<Form>,
    #[serde(default)]
    reference: Vec<ReferenceForm>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    code: Spanned<String>,
    label: Words,
    definition: Words,
    system: Spanned<String>,
    kind: IndicatorKind,
    roll_up: Spanned<RollUp>,
    cadence: Cadence,
    deadline_days: Spanned<i32>,
    measured_in: Option<Words>,
    reported_by: Spanned<Vec<UnitKind>>,
    better: Option<Better>,
    #[serde(default, deserialize_with = "decimal")]
    goal: Option<Decimal>,
    goal_year: Option<i16>,
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
struct ReferenceForm {
    indicator: Spanned<String>,
    unit: String,
    period: Spanned<String>,
    rank: Option<u32>,
    of: Option<u32>,
    source: String,
    note: Option<Words>,
}

/// The longest time after a period's end for which a report is waited for.
const DEADLINE_DAYS_MAX: i32 = 366;
/// Codes are ids of records (3.1).
const CODE_BYTES_MAX: usize = 64;

/// Reads `indicators.toml`; what is faulty is left out and named.
pub(in crate::kpi) fn read(file: SourceFile<'_>, faults: &mut Vec<Fault>) -> Indicators {
    let mut indicators = Indicators::default();
    let Some(form) = file.read::<File>(faults) else { return indicators };
    for entry in form.indicator {
        let (span, code) = (entry.code.span(), entry.code.get_ref().clone());
        if indicators.get(&code).is_some() {
            faults.push(file.fault(&span, "indicator.code", FaultReason::Twice(code)));
            continue;
        }
        if code.is_empty() || code.len() > CODE_BYTES_MAX {
            faults.push(file.fault(&span, "indicator.code", FaultReason::Code));
        }
        if let Some(indicator) = indicator(file, entry, &form.systems, faults) {
            indicators.push(indicator);
        }
    }
    for entry in form.reference {
        reference(file, entry, &mut indicators, faults);
    }
    indicators
}

fn indicator(
    file: SourceFile<'_>,
    form: Form,
    systems: &BTreeMap<String, Words>,
    faults: &mut Vec<Fault>,
) -> Option<Indicator> {
    let mut fault = |span: std::ops::Range<usize>, key: &str, reason| faults.push(file.fault(&span, key, reason));
    let system = systems.get(form.system.get_ref()).cloned();
    if system.is_none() {
        let name = form.system.get_ref().clone();
        fault(form.system.span(), "indicator.system", FaultReason::UnknownSystem(name));
    }
    let is_ratio = form.kind == IndicatorKind::Ratio;
    // Ratios are never added up, and only they have something to weigh by.
    let fits = match form.roll_up.get_ref() {
        RollUp::Sum => !is_ratio,
        RollUp::Weighted => is_ratio,
        RollUp::Latest | RollUp::None => true,
    };
    if !fits {
        fault(form.roll_up.span(), "indicator.roll_up", FaultReason::RollUp);
    }
    if !(0..=DEADLINE_DAYS_MAX).contains(form.deadline_days.get_ref()) {
        fault(form.deadline_days.span(), "indicator.deadline_days", FaultReason::Deadline(DEADLINE_DAYS_MAX));
    }
    if form.reported_by.get_ref().is_empty() {
        fault(form.reported_by.span(), "indicator.reported_by", FaultReason::Empty);
    }
    if form.goal.is_some() != form.goal_year.is_some() {
        fault(form.code.span(), "indicator.goal_year", FaultReason::Missing("a goal"));
    }
    let percent = Words { vi: "%".to_owned(), en: "%".to_owned() };
    let measured_in = form.measured_in.or_else(|| is_ratio.then_some(percent));
    if measured_in.is_none() {
        let reason = FaultReason::Missing("an indicator that is no ratio");
        fault(form.code.span(), "indicator.measured_in", reason);
    }
    let path = path(file, &form.path, faults);
    Some(Indicator {
        code: form.code.into_inner(),
        label: form.label,
        definition: form.definition,
        system: system?,
        kind: form.kind,
        roll_up: form.roll_up.into_inner(),
        cadence: form.cadence,
        deadline_days: form.deadline_days.into_inner(),
        measured_in: measured_in?,
        reported_by: form.reported_by.into_inner(),
        better: form.better,
        goal: form.goal.zip(form.goal_year),
        path,
        references: Vec::new(),
    })
}

fn path(file: SourceFile<'_>, forms: &[Spanned<PathForm>], faults: &mut Vec<Fault>) -> Vec<(Day, Decimal)> {
    let mut path: Vec<(Day, Decimal)> = Vec::new();
    for form in forms {
        let PathForm { on, value } = form.get_ref();
        let (Ok(day), Ok(value)) = (on.get_ref().parse::<Day>(), exact(*value)) else {
            let reason = WindowError::Day(on.get_ref().clone()).into();
            faults.push(file.fault(&on.span(), "indicator.path", reason));
            continue;
        };
        if path.last().is_some_and(|(before, _)| day <= *before) {
            faults.push(file.fault(&on.span(), "indicator.path", FaultReason::Backward));
        }
        path.push((day, value));
    }
    path
}

fn reference(file: SourceFile<'_>, form: ReferenceForm, indicators: &mut Indicators, faults: &mut Vec<Fault>) {
    let code = form.indicator.get_ref();
    let Some(place) = indicators.places.get(code).copied() else {
        let reason = FaultReason::UnknownIndicator(code.clone());
        return faults.push(file.fault(&form.indicator.span(), "reference.indicator", reason));
    };
    let Ok(period) = form.period.get_ref().parse::<Period>() else {
        let reason = WindowError::Unknown(form.period.get_ref().clone()).into();
        return faults.push(file.fault(&form.period.span(), "reference.period", reason));
    };
    let references = &mut indicators.list[place].references;
    if references.iter().any(|other| other.unit == form.unit && other.period == period) {
        faults.push(file.fault(&form.indicator.span(), "reference.period", FaultReason::Twice(period.to_string())));
    }
    let ReferenceForm { unit, rank, of, source, note, .. } = form;
    references.push(Reference { unit, period, rank, of, source, note });
}
