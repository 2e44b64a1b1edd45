//! The form of `indices/*.toml`, and its checks.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use crate::kpi::catalogue::read::{day, exact};
use crate::kpi::exact::Amount;
use crate::kpi::fault::{Fault, FaultReason, SourceFile};
use crate::kpi::figure::Words;
use crate::kpi::indicator::Indicators;
use crate::kpi::measure::Measure;
use crate::model::{Day, UnitKind};

use super::{Counter, Criterion, Group, Index, IndexVersion, Inputs, NotApplied, Rule, Term, WhenEmpty};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    label: Words,
    decision: String,
    official: String,
    #[serde(default)]
    optional: Vec<Spanned<String>>,
    ranked_by: RankedForm,
    #[serde(default)]
    unranked: Vec<String>,
    version: Vec<VersionForm>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RankedForm {
    measure: Spanned<String>,
    at_least: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VersionForm {
    id: Spanned<String>,
    #[serde(default, deserialize_with = "day")]
    valid_from: Option<Day>,
    #[serde(default, deserialize_with = "day")]
    valid_to: Option<Day>,
    max: Spanned<f64>,
    group: Vec<GroupForm>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupForm {
    id: Spanned<String>,
    code: String,
    label: Words,
    max: Spanned<f64>,
    criterion: Vec<CriterionForm>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CriterionForm {
    id: Spanned<String>,
    code: String,
    label: Words,
    definition: Words,
    max: Spanned<f64>,
    rule: RuleForm,
    #[serde(default = "null")]
    when_empty: WhenEmpty,
    indicator: Option<Spanned<String>>,
    #[serde(default)]
    numerator: Vec<Spanned<String>>,
    #[serde(default)]
    denominator: Vec<Spanned<String>>,
    #[serde(default)]
    recoverable: bool,
    #[serde(default)]
    not_for: BTreeMap<UnitKind, NotApplied>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum RuleForm {
    Informative,
    MaxXRatio,
    Scaled { at: Spanned<f64> },
}

fn null() -> WhenEmpty {
    WhenEmpty::Null
}

struct Reading<'a> {
    file: SourceFile<'a>,
    indicators: &'a Indicators,
    faults: &'a mut Vec<Fault>,
}

/// Reads an index; what is faulty is left out and named.
pub(in crate::kpi) fn read(file: SourceFile<'_>, indicators: &Indicators, faults: &mut Vec<Fault>) -> Option<Index> {
    let form: File = file.read(faults)?;
    let stem = file.name.rsplit(['/', '\\']).next().unwrap_or(file.name);
    let id = stem.strip_suffix(".toml").unwrap_or(stem).to_owned();
    let mut reading = Reading { file, indicators, faults };
    let optional = form.optional.iter().filter_map(|name| reading.measure(name, "optional")).collect::<BTreeSet<_>>();
    let ranked_by = reading.measure(&form.ranked_by.measure, "ranked_by.measure");
    let mut versions: Vec<IndexVersion> = Vec::new();
    for version in form.version {
        let span = version.id.span();
        let version = reading.version(version);
        let (from, to) = version.valid;
        if matches!((from, to), (Some(from), Some(to)) if to < from) {
            reading.fault(&span, "version.valid_to", FaultReason::Backward);
        }
        let meets = |other: &IndexVersion| {
            let begins = |from: Option<Day>, to: Option<Day>| from.is_none_or(|from| to.is_none_or(|to| from <= to));
            begins(from, other.valid.1) && begins(other.valid.0, to)
        };
        if versions.iter().any(meets) {
            reading.fault(&span, "version.id", FaultReason::Twice(version.version.clone()));
        }
        versions.push(version);
    }
    let File { label, decision, official, unranked, .. } = form;
    let ranked_by = (ranked_by?, i64::from(form.ranked_by.at_least));
    Some(Index { id, label, decision, official, optional, ranked_by, unranked, versions })
}

impl Reading<'_> {
    fn fault(&mut self, span: &Range<usize>, key: &str, reason: FaultReason) {
        self.faults.push(self.file.fault(span, key, reason));
    }

    fn measure(&mut self, name: &Spanned<String>, key: &str) -> Option<Measure> {
        let measure = Measure::named(name.get_ref());
        if measure.is_none() {
            self.fault(&name.span(), key, FaultReason::UnknownMeasure(name.get_ref().clone()));
        }
        measure
    }

    fn points(&mut self, number: &Spanned<f64>, key: &str, least: Amount) -> Amount {
        let amount = exact(*number.get_ref()).map(Amount::from).ok().filter(|amount| *amount >= least);
        amount.unwrap_or_else(|| {
            self.fault(&number.span(), key, FaultReason::NotPositive);
            Amount::of_count(1)
        })
    }

    fn maxima(&mut self, max: &Spanned<f64>, key: &str, parts: impl Iterator<Item = Amount>) -> Amount {
        let most = self.points(max, key, Amount(1));
        let sum = parts.fold(Amount::ZERO, Amount::plus);
        if sum != most {
            self.fault(&max.span(), key, FaultReason::Maxima(sum.to_string()));
        }
        most
    }

    fn version(&mut self, form: VersionForm) -> IndexVersion {
        let mut ids = BTreeSet::new();
        let groups: Vec<Group> = form.group.into_iter().map(|group| self.group(group, &mut ids)).collect();
        let max = self.maxima(&form.max, "version.max", groups.iter().map(|group| group.max));
        IndexVersion { version: form.id.into_inner(), valid: (form.valid_from, form.valid_to), max, groups }
    }

    fn group(&mut self, form: GroupForm, ids: &mut BTreeSet<String>) -> Group {
        self.once(&form.id, "version.group.id", ids);
        let criteria: Vec<Criterion> =
            form.criterion.into_iter().map(|criterion| self.criterion(criterion, ids)).collect();
        let max = self.maxima(&form.max, "version.group.max", criteria.iter().map(|criterion| criterion.max));
        Group { id: form.id.into_inner(), code: form.code, label: form.label, max, criteria }
    }

    fn once(&mut self, id: &Spanned<String>, key: &str, ids: &mut BTreeSet<String>) {
        if !ids.insert(id.get_ref().clone()) {
            self.fault(&id.span(), key, FaultReason::Twice(id.get_ref().clone()));
        }
    }

    fn criterion(&mut self, form: CriterionForm, ids: &mut BTreeSet<String>) -> Criterion {
        self.once(&form.id, "version.group.criterion.id", ids);
        let rule = match &form.rule {
            RuleForm::Informative => Rule::Informative,
            RuleForm::MaxXRatio => Rule::MaxXRatio,
            RuleForm::Scaled { at } => {
                Rule::Scaled { at: self.points(at, "version.group.criterion.rule.at", Amount(1)) }
            }
        };
        let least = if rule == Rule::Informative { Amount::ZERO } else { Amount(1) };
        let max = self.points(&form.max, "version.group.criterion.max", least);
        let inputs = self.inputs(&form);
        Criterion {
            id: form.id.into_inner(),
            code: form.code,
            label: form.label,
            definition: form.definition,
            max,
            rule,
            when_empty: form.when_empty,
            inputs,
            recoverable: form.recoverable,
            not_for: form.not_for,
        }
    }

    fn inputs(&mut self, form: &CriterionForm) -> Inputs {
        if let Some(code) = &form.indicator {
            self.known(code.get_ref(), &code.span(), "version.group.criterion.indicator");
            return Inputs::Indicator(code.get_ref().clone());
        }
        match (form.numerator.is_empty(), form.denominator.is_empty()) {
            (true, true) => return Inputs::None,
            (false, false) => {}
            (true, false) => {
                self.fault(&form.id.span(), "version.group.criterion.numerator", FaultReason::Missing("a denominator"))
            }
            (false, true) => {
                self.fault(&form.id.span(), "version.group.criterion.denominator", FaultReason::Missing("a numerator"))
            }
        }
        let num = form.numerator.iter().filter_map(|name| self.term(name, "version.group.criterion.numerator"));
        let num = num.collect();
        let den = form.denominator.iter().filter_map(|name| self.term(name, "version.group.criterion.denominator"));
        Inputs::Sums { num, den: den.collect() }
    }

    fn known(&mut self, code: &str, span: &Range<usize>, key: &str) {
        if self.indicators.get(code).is_none() {
            self.fault(span, key, FaultReason::UnknownIndicator(code.to_owned()));
        }
    }

    /// A measure, or an indicator: these have a point in their code, measures never. A minus before it takes it away.
    fn term(&mut self, text: &Spanned<String>, key: &str) -> Option<Term> {
        let (minus, name) = match text.get_ref().strip_prefix('-') {
            Some(name) => (true, name),
            None => (false, text.get_ref().as_str()),
        };
        if name.contains('.') {
            self.known(name, &text.span(), key);
            return Some(Term { minus, of: Counter::Indicator(name.to_owned()) });
        }
        let measure = Measure::named(name);
        if measure.is_none() {
            self.fault(&text.span(), key, FaultReason::UnknownMeasure(name.to_owned()));
        }
        measure.map(|measure| Term { minus, of: Counter::Measure(measure) })
    }
}
