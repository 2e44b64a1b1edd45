//! The form of `alerts.toml`, and its checks.

use serde::Deserialize;
use toml::Spanned;

use crate::kpi::catalogue::Catalogue;
use crate::kpi::catalogue::read::exact;
use crate::kpi::fault::{Fault, FaultReason, SourceFile};
use crate::kpi::figure::Words;
use crate::kpi::measure::Measure;
use crate::kpi::window::{Running, WindowChoice};
use crate::model::{Decimal, Text, UnitKind};

use super::{AlertRule, AlertRules, DAY_MINUTES, Level, Lines, Reach, Side, Watch};

/// More rules than these nobody reads.
const RULES_MAX: usize = 64;
/// Codes, sources and destinations that a rule may name.
const NAMES_MAX: usize = 256;
/// As boards have it.
const STALE_AFTER_MS_DEFAULT: i64 = 3_600_000;
/// The longest duration: a month.
const DURATION_MS_MAX: i64 = 31 * 86_400_000;
/// What may stand in a sentence.
const PLACEHOLDERS: [&str; 4] = ["unit", "value", "threshold", "source"];
const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    alert: Vec<Form>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    id: Spanned<String>,
    version: String,
    level: Level,
    label: Words,
    sentence: Spanned<Words>,
    kind: Spanned<String>,
    kpi: Option<Spanned<String>>,
    measure: Option<Spanned<String>>,
    after: Option<Spanned<String>>,
    #[serde(default)]
    units: Option<Spanned<Vec<String>>>,
    unit_kind: Option<Spanned<String>>,
    reach: Option<Spanned<String>>,
    window: Option<Spanned<String>>,
    #[serde(default)]
    sources: Vec<String>,
    stale_after: Option<Spanned<String>>,
    above: Option<Spanned<f64>>,
    below: Option<Spanned<f64>>,
    clear: Option<Spanned<f64>>,
    den_min: Option<u32>,
    #[serde(rename = "for")]
    lasting: Option<Spanned<String>>,
    clear_for: Option<Spanned<String>>,
    #[serde(default)]
    quiet: Vec<Spanned<String>>,
    #[serde(default)]
    weekdays: Vec<Spanned<String>>,
    #[serde(default)]
    takeover: bool,
    #[serde(default)]
    deliver: Vec<String>,
}

/// Reads `alerts.toml`; what is faulty is left out and named.
pub(in crate::kpi) fn read(file: SourceFile<'_>, catalogue: &Catalogue, faults: &mut Vec<Fault>) -> AlertRules {
    let mut rules = AlertRules::default();
    let Some(form) = file.read::<File>(faults) else { return rules };
    let count = form.alert.len();
    if count > RULES_MAX {
        faults.push(file.fault(&(0..0), "alert", FaultReason::TooMany { count, count_max: RULES_MAX }));
    }
    for form in form.alert.into_iter().take(RULES_MAX) {
        let before = faults.len();
        let (id, span) = (form.id.get_ref().clone(), form.id.span());
        if rules.get(&id).is_some() {
            faults.push(file.fault(&span, "alert.id", FaultReason::Twice(id.clone())));
        }
        let rule = Reading { file, catalogue, faults }.rule(&form);
        if let Some(rule) = rule.filter(|_| faults.len() == before) {
            rules.rules.insert(id, rule);
        }
    }
    rules
}

struct Reading<'a> {
    file: SourceFile<'a>,
    catalogue: &'a Catalogue,
    faults: &'a mut Vec<Fault>,
}

impl Reading<'_> {
    fn fault<T>(&mut self, at: &Spanned<T>, key: &str, reason: FaultReason) {
        self.faults.push(self.file.fault(&at.span(), key, reason));
    }

    fn rule(&mut self, form: &Form) -> Option<AlertRule> {
        if form.id.get_ref().is_empty() || form.id.get_ref().len() > 64 {
            self.fault(&form.id, "alert.id", FaultReason::Code);
        }
        self.check_sentence(&form.sentence);
        let watch = self.watch(form)?;
        let lines = self.lines(form, &watch);
        let reach = self.reach(form, &watch);
        let window = match &form.window {
            None => WindowChoice::Running(Running::Year),
            Some(text) => text
                .get_ref()
                .parse()
                .map_err(|error| self.fault(text, "alert.window", FaultReason::Window(error)))
                .ok()?,
        };
        let for_ms = self.duration(form.lasting.as_ref(), "alert.for").unwrap_or(0);
        let clear_for_ms = self.duration(form.clear_for.as_ref(), "alert.clear_for").unwrap_or(0);
        let stale_after_ms =
            self.duration(form.stale_after.as_ref(), "alert.stale_after").unwrap_or(STALE_AFTER_MS_DEFAULT);
        let names = form.sources.len().max(form.deliver.len());
        if names > NAMES_MAX {
            self.fault(&form.id, "alert.id", FaultReason::TooMany { count: names, count_max: NAMES_MAX });
        }
        Some(AlertRule {
            id: form.id.get_ref().clone(),
            version: form.version.clone(),
            level: form.level,
            label: form.label.clone(),
            sentence: form.sentence.get_ref().clone(),
            watch,
            reach,
            window,
            sources: form.sources.iter().map(|source| Text::new(source)).collect(),
            stale_after_ms,
            lines,
            den_min: form.den_min.map(i64::from),
            for_ms,
            clear_for_ms,
            quiet: self.quiet(form),
            weekdays: self.weekdays(&form.weekdays),
            takeover: form.takeover,
            deliver: form.deliver.clone(),
        })
    }

    /// What stands in braces must be something that is known.
    fn check_sentence(&mut self, sentence: &Spanned<Words>) {
        for text in [&sentence.get_ref().vi, &sentence.get_ref().en] {
            if text.trim().is_empty() {
                self.fault(sentence, "alert.sentence", FaultReason::Empty);
            }
            for after in text.split('{').skip(1) {
                let name = after.split('}').next().unwrap_or_default();
                if !PLACEHOLDERS.contains(&name) || !after.contains('}') {
                    let words = PLACEHOLDERS.map(|known| format!("{{{known}}}")).join(", ");
                    let reason = FaultReason::UnknownWord { word: format!("{{{name}}}"), words };
                    self.fault(sentence, "alert.sentence", reason);
                }
            }
        }
    }

    fn watch(&mut self, form: &Form) -> Option<Watch> {
        match form.kind.get_ref().as_str() {
            "kpi" => {
                let Some(kpi) = &form.kpi else {
                    self.fault(&form.id, "alert.kpi", FaultReason::Missing("an alert of kind kpi"));
                    return None;
                };
                if !self.catalogue.knows(kpi.get_ref()) {
                    self.fault(kpi, "alert.kpi", FaultReason::UnknownKpi(kpi.get_ref().clone()));
                }
                Some(Watch::Kpi(kpi.get_ref().clone()))
            }
            "measure" => {
                let Some(name) = &form.measure else {
                    self.fault(&form.id, "alert.measure", FaultReason::Missing("an alert of kind measure"));
                    return None;
                };
                let measure = Measure::named(name.get_ref());
                if measure.is_none() {
                    self.fault(name, "alert.measure", FaultReason::UnknownMeasure(name.get_ref().clone()));
                }
                measure.map(Watch::Measure)
            }
            "silent" => Some(Watch::Silent { after_ms: self.duration(form.after.as_ref(), "alert.after") }),
            other => {
                let reason =
                    FaultReason::UnknownWord { word: other.to_owned(), words: "kpi, measure, silent".to_owned() };
                self.fault(&form.kind, "alert.kind", reason);
                None
            }
        }
    }

    /// One of `above` and `below`; the other line lies on the good side of it.
    fn lines(&mut self, form: &Form, watch: &Watch) -> Option<Lines> {
        if matches!(watch, Watch::Silent { .. }) {
            for line in [&form.above, &form.below, &form.clear].into_iter().flatten() {
                self.fault(line, "alert.above", FaultReason::NoLine);
            }
            return None;
        }
        let (side, threshold) = match (&form.above, &form.below) {
            (Some(line), None) => (Side::Above, line),
            (None, Some(line)) => (Side::Below, line),
            _ => {
                self.fault(&form.id, "alert.above", FaultReason::OneLine);
                return None;
            }
        };
        let clear = self.number(form.clear.as_ref().unwrap_or(threshold), "alert.clear")?;
        let threshold = self.number(threshold, "alert.above")?;
        let is_good = match side {
            Side::Above => clear <= threshold,
            Side::Below => clear >= threshold,
        };
        if let Some(line) = form.clear.as_ref().filter(|_| !is_good) {
            self.fault(line, "alert.clear", FaultReason::WrongSide);
        }
        Some(Lines { side, threshold, clear })
    }

    fn number(&mut self, number: &Spanned<f64>, key: &str) -> Option<Decimal> {
        let read = exact(*number.get_ref()).ok();
        if read.is_none() {
            self.fault(number, key, FaultReason::NoNumber);
        }
        read
    }

    /// At most one of `reach`, `units` and `unit_kind`; none of a silent source.
    fn reach(&mut self, form: &Form, watch: &Watch) -> Reach {
        let given = [form.reach.is_some(), form.units.is_some(), form.unit_kind.is_some()];
        let count = given.into_iter().filter(|is_given| *is_given).count();
        if count > usize::from(!matches!(watch, Watch::Silent { .. })) {
            self.fault(&form.id, "alert.reach", FaultReason::OneReach);
        }
        if let Some(codes) = &form.units {
            let count = codes.get_ref().len();
            if count == 0 {
                self.fault(codes, "alert.units", FaultReason::Empty);
            }
            if count > NAMES_MAX {
                self.fault(codes, "alert.units", FaultReason::TooMany { count, count_max: NAMES_MAX });
            }
            return Reach::Codes(codes.get_ref().iter().map(|code| Text::new(code)).collect());
        }
        if let Some(kind) = &form.unit_kind {
            return match UnitKind::ALL.into_iter().find(|known| known.as_str() == kind.get_ref()) {
                Some(kind) => Reach::Kind(kind),
                None => {
                    let words = UnitKind::ALL.map(UnitKind::as_str).join(", ");
                    let reason = FaultReason::UnknownWord { word: kind.get_ref().clone(), words };
                    self.fault(kind, "alert.unit_kind", reason);
                    Reach::Top
                }
            };
        }
        match form.reach.as_ref().map(|reach| (reach, reach.get_ref().as_str())) {
            None | Some((_, "top")) => Reach::Top,
            Some((_, "direct_sub_units")) => Reach::DirectSubUnits,
            Some((reach, other)) => {
                let reason =
                    FaultReason::UnknownWord { word: other.to_owned(), words: "top, direct_sub_units".to_owned() };
                self.fault(reach, "alert.reach", reason);
                Reach::Top
            }
        }
    }

    /// `90s`, `30m`, `2h`, `1d`.
    fn duration(&mut self, text: Option<&Spanned<String>>, key: &str) -> Option<i64> {
        let text = text?;
        let read = text.get_ref();
        let unit_ms = match read.chars().last() {
            Some('s') => 1_000,
            Some('m') => 60_000,
            Some('h') => 3_600_000,
            Some('d') => 86_400_000,
            _ => 0,
        };
        let digits = read.get(..read.len().saturating_sub(1)).filter(|_| unit_ms > 0).unwrap_or_default();
        let is_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let ms = digits.parse::<i64>().ok().filter(|_| is_digits).and_then(|count| count.checked_mul(unit_ms));
        let ms = ms.filter(|ms| *ms <= DURATION_MS_MAX);
        if ms.is_none() {
            self.fault(text, key, FaultReason::NoDuration(read.clone()));
        }
        ms
    }

    /// `18:00-07:00`; one over midnight is two.
    fn quiet(&mut self, form: &Form) -> Vec<(u16, u16)> {
        let mut spans = Vec::new();
        for text in &form.quiet {
            let span = text.get_ref().split_once('-').and_then(|(from, to)| Some((minute(from)?, minute(to)?)));
            match span {
                Some((from, to)) if from < to => spans.push((from, to)),
                Some((from, to)) if from > to => {
                    spans.push((from, DAY_MINUTES));
                    spans.extend((to > 0).then_some((0, to)));
                }
                _ => self.fault(text, "alert.quiet", FaultReason::NoSpan(text.get_ref().clone())),
            }
        }
        spans.sort_unstable();
        let mut joined: Vec<(u16, u16)> = Vec::new();
        for (from, to) in spans {
            match joined.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(to),
                _ => joined.push((from, to)),
            }
        }
        if let (Some(text), [(0, DAY_MINUTES)]) = (form.quiet.first(), joined.as_slice()) {
            self.fault(text, "alert.quiet", FaultReason::NeverTold);
        }
        joined
    }

    fn weekdays(&mut self, names: &[Spanned<String>]) -> Vec<u8> {
        let mut weekdays = Vec::new();
        for name in names {
            match WEEKDAYS.iter().zip(1..).find(|(known, _)| **known == name.get_ref().as_str()) {
                Some((_, weekday)) => weekdays.push(weekday),
                None => {
                    let reason = FaultReason::UnknownWord { word: name.get_ref().clone(), words: WEEKDAYS.join(", ") };
                    self.fault(name, "alert.weekdays", reason);
                }
            }
        }
        weekdays
    }
}

/// A minute of the day, `07:30`; `24:00` is its end.
fn minute(text: &str) -> Option<u16> {
    let (hours, minutes) = text.trim().split_once(':')?;
    let number = |text: &str| text.parse::<u16>().ok().filter(|_| text.len() == 2);
    let minute = number(hours)? * 60 + number(minutes).filter(|minutes| *minutes < 60)?;
    (minute <= DAY_MINUTES).then_some(minute)
}
