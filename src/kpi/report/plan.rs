//! `[schedule]` of a report's file: when it is made by itself, of which units, who gets it and how long it is kept.

use serde::Deserialize;
use toml::Spanned;

use crate::kpi::alerts::Reach;
use crate::kpi::fault::FaultReason;
use crate::model::{Text, UnitKind};

use super::schedule::Schedule;
use super::{Every, Reading};

/// Codes and destinations that a schedule may name (P-2).
const NAMES_MAX: usize = 256;
/// Longer than a code or a name of a destination may be.
const NAME_BYTES_MAX: usize = 64;
/// How long files are kept when the file says nothing: a quarter.
const KEEP_DAYS_DEFAULT: i64 = 92;
/// Messages that carry files wait for a day at most: what is kept outlives them.
const KEEP_DAYS_LEAST: i64 = 2;
/// Ten years.
const KEEP_DAYS_MOST: i64 = 3_653;
const REACHES: [(&str, Reach); 2] = [("top", Reach::Top), ("direct_sub_units", Reach::DirectSubUnits)];

/// What a report's `[schedule]` says.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The pattern as it is written.
    pub cron: String,
    /// When, and of which period.
    pub schedule: Schedule,
    /// Of which units: all that any of these names, as the hierarchy stands on the day.
    pub reach: Vec<Reach>,
    /// Who gets it.
    pub deliver_to: Vec<Addressee>,
    /// How many days its files are kept.
    pub keep_days: u16,
}

/// The name of a destination, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addressee {
    /// The name.
    pub name: String,
    /// `reports/daily.toml:12: schedule.deliver_to`.
    pub place: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PlanForm {
    cron: Spanned<String>,
    #[serde(default)]
    working_days: bool,
    reach: Option<Spanned<Vec<Spanned<String>>>>,
    unit_kind: Option<Spanned<String>>,
    units: Option<Spanned<Vec<Spanned<String>>>>,
    #[serde(default)]
    deliver_to: Vec<Spanned<String>>,
    keep_days: Option<Spanned<i64>>,
}

impl Reading<'_> {
    pub(super) fn plan(&mut self, form: Spanned<PlanForm>, every: Every) -> Option<Plan> {
        let form = form.into_inner();
        let schedule = Schedule::read(form.cron.get_ref(), every, form.working_days)
            .map_err(|error| self.fault(&form.cron.span(), "schedule.cron", error.into()))
            .ok();
        let reach = self.reaches(&form);
        let keep = form.keep_days.as_ref().map_or(KEEP_DAYS_DEFAULT, |keep| *keep.get_ref());
        if !(KEEP_DAYS_LEAST..=KEEP_DAYS_MOST).contains(&keep) {
            let span = form.keep_days.as_ref().map(Spanned::span).unwrap_or_default();
            let reason = FaultReason::Outside { number: keep, least: KEEP_DAYS_LEAST, most: KEEP_DAYS_MOST };
            self.fault(&span, "schedule.keep_days", reason);
        }
        self.check_names(&form.deliver_to, "schedule.deliver_to");
        let addressee = |name: &Spanned<String>| {
            let fault = self.file.fault(&name.span(), "schedule.deliver_to", FaultReason::Empty);
            let place = format!("{}:{}: {}", fault.file, fault.line, fault.key);
            Addressee { name: name.get_ref().clone(), place }
        };
        Some(Plan {
            cron: form.cron.get_ref().clone(),
            schedule: schedule?,
            reach,
            deliver_to: form.deliver_to.iter().map(addressee).collect(),
            keep_days: u16::try_from(keep).unwrap_or(u16::MAX),
        })
    }

    /// All that is named; the unit at the top when nothing is.
    fn reaches(&mut self, form: &PlanForm) -> Vec<Reach> {
        let mut reach = Vec::new();
        if let Some(words) = &form.reach {
            if words.get_ref().is_empty() {
                self.fault(&words.span(), "schedule.reach", FaultReason::Empty);
            }
            for word in words.get_ref() {
                let known = REACHES.iter().find(|(name, _)| name == word.get_ref());
                match known {
                    Some((_, of)) if !reach.contains(of) => reach.push(of.clone()),
                    Some(_) => self.fault(&word.span(), "schedule.reach", FaultReason::Twice(word.get_ref().clone())),
                    None => {
                        let words = REACHES.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
                        let reason = FaultReason::UnknownWord { word: word.get_ref().clone(), words };
                        self.fault(&word.span(), "schedule.reach", reason);
                    }
                }
            }
        }
        let kinds: Vec<(&'static str, UnitKind)> = UnitKind::ALL.iter().map(|kind| (kind.as_str(), *kind)).collect();
        let kind = form.unit_kind.as_ref().and_then(|kind| self.named(kind, "schedule.unit_kind", &kinds));
        reach.extend(kind.map(Reach::Kind));
        if let Some(codes) = &form.units {
            if codes.get_ref().is_empty() {
                self.fault(&codes.span(), "schedule.units", FaultReason::Empty);
            }
            self.check_names(codes.get_ref(), "schedule.units");
            reach.push(Reach::Codes(codes.get_ref().iter().map(|code| Text::new(code.get_ref())).collect()));
        }
        if reach.is_empty() {
            reach.push(Reach::Top);
        }
        reach
    }

    fn check_names(&mut self, names: &[Spanned<String>], key: &str) {
        if let Some(beyond) = names.get(NAMES_MAX) {
            self.fault(&beyond.span(), key, FaultReason::TooMany { count: names.len(), count_max: NAMES_MAX });
        }
        for (place, name) in names.iter().enumerate() {
            if name.get_ref().is_empty() || name.get_ref().len() > NAME_BYTES_MAX {
                self.fault(&name.span(), key, FaultReason::Code);
            }
            if names[..place].iter().any(|other| other.get_ref() == name.get_ref()) {
                self.fault(&name.span(), key, FaultReason::Twice(name.get_ref().clone()));
            }
        }
    }
}
