//! What a report shows beside the answers of `kpis`, forms and indices: former periods, fields, places of units,
//! sources, doubts, limits. A closed period keeps it, so that its report never changes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cube::{Selection, View};
use crate::kpi::report::Every;
use crate::kpi::scheme::Scheme;
use crate::kpi::window::{before, year_before};
use crate::kpi::{Kpi, Measure, Measures, Window};
use crate::model::{Decimal, Period, Text};
use crate::pipeline::feeds::Feeds;
use crate::units::{Hierarchy, Scope, ScopeRoot, UnitId, UnitKey, VisibleUnit};

use super::kpis::{kpis_of, unit_rows};
use super::ledger::{Ledger, below};
use super::snapshot::{CLOSED_PERSPECTIVE, by_name};
use super::sources::freshness;
use super::standing::Shown;
use super::{AnswerError, Figures, asked_unit};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReportFacts {
    unit: UnitFacts,
    children: Vec<UnitFacts>,
    past: Vec<PastPeriod>,
    fields: Vec<FieldFigures>,
    sources: Vec<Value>,
    doubts: Doubts,
    limits: BTreeMap<Text, i64>,
    ranked_from: BTreeMap<Text, i64>,
    period: Period,
    previous: Period,
    year_before: Period,
    ended: bool,
    today: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct UnitFacts {
    code: Text,
    short_name: Text,
    category: Text,
    kind: String,
    lat: Option<f64>,
    lon: Option<f64>,
}

impl UnitFacts {
    fn of(view: &View, unit: UnitId) -> UnitFacts {
        let (label, fact) = (view.units().label(unit), view.units().fact(unit));
        let place = |of: Option<Decimal>| of.map(Decimal::to_f64);
        UnitFacts {
            code: Text::new(label.code),
            short_name: Text::new(label.short_name),
            category: Text::new(label.category),
            kind: fact.map(|fact| fact.kind.as_str().to_owned()).unwrap_or_default(),
            lat: fact.and_then(|fact| place(fact.lat)),
            lon: fact.and_then(|fact| place(fact.lon)),
        }
    }
}

/// A former period, or the period itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct PastPeriod {
    period: Period,
    window: Value,
    /// None where nothing is known, which isn't 0.
    measures: Option<BTreeMap<Text, i64>>,
    kpis: BTreeMap<Text, Short>,
}

/// A figure without its definition.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Short {
    num: Option<i64>,
    den: Option<i64>,
    value: Option<f64>,
}

/// What is counted in one field of work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct FieldFigures {
    key: Option<Text>,
    measures: BTreeMap<Text, i64>,
    kpis: BTreeMap<Text, Short>,
}

/// How many dossiers that began in the period are doubtful.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Doubts {
    dossiers: u64,
    marked: u64,
    marks: BTreeMap<Text, u64>,
}

impl Doubts {
    fn add(mut self, other: &Doubts) -> Doubts {
        self.dossiers += other.dossiers;
        self.marked += other.marked;
        for (mark, count) in &other.marks {
            *self.marks.entry(mark.clone()).or_default() += count;
        }
        self
    }
}

/// What all units of a report have in common.
pub struct ReportGround<'a, 'f> {
    figures: Figures<'a>,
    feeds: &'f Feeds,
    scheme: &'a Scheme,
    period: Period,
    window: Window,
    doubts: BTreeMap<UnitId, Doubts>,
    ledger: &'f Ledger,
}

/// How many periods stand in a trend.
fn points(period: Period) -> usize {
    match period {
        Period::Day(..) => 14,
        Period::Week(..) => 13,
        Period::Month(..) => 12,
        Period::Quarter(..) => 8,
        Period::Half(..) => 6,
        Period::Year(_) | Period::NineMonths(_) => 5,
    }
}

/// The ledger of a unit as it is now, which forms and reports are made from.
pub fn report_ledger(view: &View, unit: VisibleUnit, window: Window) -> Ledger {
    Ledger::of(view, &selection(unit.id(), window))
}

fn selection(unit: UnitId, window: Window) -> Selection {
    Selection {
        perspective: CLOSED_PERSPECTIVE,
        unit,
        own: false,
        window,
        filters: Vec::new(),
        without_same_day: false,
    }
}

impl<'a, 'f> ReportGround<'a, 'f> {
    /// Of a unit that may be seen and everything below it. It looks at every dossier.
    ///
    /// # Errors
    /// When there is no such scheme.
    pub fn of(
        figures: Figures<'a>,
        feeds: &'f Feeds,
        (scheme, period): (&str, Period),
        (unit, ledger): (VisibleUnit, &'f Ledger),
    ) -> Result<ReportGround<'a, 'f>, AnswerError> {
        let schemes = figures.catalogue.schemes();
        let scheme = super::question::scheme_named(schemes, Some(scheme))?.unwrap_or(schemes.of_forms());
        let window = scheme.window(period);
        let doubts = doubts(figures.view, unit.id(), window);
        Ok(ReportGround { figures, feeds, scheme, period, window, doubts, ledger })
    }

    /// What is known of a unit that may be seen.
    pub fn of_visible(&self, unit: VisibleUnit) -> ReportFacts {
        self.facts(unit.id())
    }

    /// What is known of a unit.
    pub(super) fn facts(&self, unit: UnitId) -> ReportFacts {
        let (view, catalogue) = (self.figures.view, self.figures.catalogue);
        let day = self.window.last.min(view.today());
        let label = view.units().label(unit);
        let held: Vec<&Kpi> = catalogue.kpi_ids().filter_map(|id| catalogue.kpi(id, day)).collect();
        let measures = view.measures(unit, self.window, CLOSED_PERSPECTIVE);
        let limit = |(of, name): &(Measure, &'static str)| {
            Some((Text::new(name), catalogue.limit(*of, &measures, label.into(), day)?.0))
        };
        let children = unit_rows(view, unit, self.window, CLOSED_PERSPECTIVE).into_iter().skip(1);
        ReportFacts {
            unit: UnitFacts::of(view, unit),
            children: children.map(|(child, _)| UnitFacts::of(view, child)).collect(),
            past: self.past(unit),
            fields: self.fields(unit),
            sources: self.sources(unit),
            doubts: self.doubts.get(&unit).cloned().unwrap_or_default(),
            limits: crate::kpi::MEASURES.iter().filter_map(limit).collect(),
            ranked_from: held.iter().map(|kpi| (Text::new(&kpi.id), kpi.ranking_den_min)).collect(),
            period: self.period,
            previous: before(self.period),
            year_before: year_before(self.period),
            ended: self.window.last < view.today(),
            today: view.today().to_string(),
        }
    }

    /// The period with those before it, and each a year before, the oldest first.
    fn past(&self, unit: UnitId) -> Vec<PastPeriod> {
        let mut periods = Vec::new();
        let mut period = self.period;
        for _ in 0..points(self.period) {
            periods.extend([period, year_before(period)]);
            period = before(period);
        }
        periods.push(before(self.period));
        periods.sort_by_key(|period| period.days());
        periods.dedup();
        let begun = self.figures.view.first_day(unit, CLOSED_PERSPECTIVE);
        let past = |period: Period| {
            let window = self.scheme.window(period);
            let measures = self.figures.view.measures(unit, window, CLOSED_PERSPECTIVE);
            let shown = Shown::of(self.figures, (unit, window), (CLOSED_PERSPECTIVE, measures));
            // Before anything was known there is a gap, not a zero; and the part of a period that is still to come isn't.
            let measures = shown.0.filter(|_| begun.is_some_and(|begun| begun <= window.last));
            PastPeriod {
                period,
                window: serde_json::to_value(window).unwrap_or_default(),
                kpis: measures.as_ref().map(|measures| self.short(measures, unit, window)).unwrap_or_default(),
                measures: measures.as_ref().map(by_name),
            }
        };
        periods.into_iter().map(past).collect()
    }

    fn short(&self, measures: &Measures, unit: UnitId, window: Window) -> BTreeMap<Text, Short> {
        let day = window.last.min(self.figures.view.today());
        let label = self.figures.view.units().label(unit);
        let figures = self.figures.catalogue.figures(measures, label.into(), day).into_iter();
        figures.map(|(id, of)| (Text::new(id), Short { num: of.num, den: of.den, value: of.value })).collect()
    }

    /// Those with most taken on first; what has no field last.
    fn fields(&self, unit: UnitId) -> Vec<FieldFigures> {
        let Some(part) = self.ledger.part(&UnitKey::of(self.figures.view.units(), unit)) else { return Vec::new() };
        let mut rows: Vec<(Option<Text>, Measures)> = part.by_field().into_iter().collect();
        let weight = |measures: &Measures| (measures.get(Measure::TakenOn), measures.get(Measure::Ratings));
        rows.retain(|(_, measures)| !measures.is_zero());
        rows.sort_by(|(left, of_left), (right, of_right)| {
            left.is_none().cmp(&right.is_none()).then(weight(of_right).cmp(&weight(of_left))).then(left.cmp(right))
        });
        let row = |(key, measures): (Option<Text>, Measures)| FieldFigures {
            kpis: self.short(&measures, unit, self.window),
            measures: by_name(&measures),
            key,
        };
        rows.into_iter().map(row).collect()
    }

    /// Those that feed the unit, whoever asks: the report of a unit is the same for everybody who may see it.
    fn sources(&self, unit: UnitId) -> Vec<Value> {
        let view = self.figures.view;
        let tree = view.tree(Hierarchy::Now);
        let code = Text::new(view.units().label(unit).code);
        let scope = match tree.node(unit).parent {
            None => Scope::all(),
            Some(_) => Scope::subtrees([ScopeRoot { code, bound: view.today() }]),
        };
        let no_totals = BTreeMap::new();
        let answer = freshness(Figures { scope: &scope, ..self.figures }, self.feeds, &no_totals);
        let answer = serde_json::to_value(answer).unwrap_or_default();
        let kept = ["source", "system", "state", "last_contact"];
        let row = |row: &Value| kept.iter().map(|name| ((*name).to_owned(), row[*name].clone())).collect();
        let rows = answer["sources"].as_array().into_iter().flatten();
        rows.map(|one| Value::Object(row(one))).collect()
    }
}

/// Of each unit below another how many dossiers are doubtful, in one walk over all.
fn doubts(view: &View, top: UnitId, window: Window) -> BTreeMap<UnitId, Doubts> {
    let tree = view.tree(CLOSED_PERSPECTIVE.hierarchy);
    let mut own: BTreeMap<UnitId, Doubts> = BTreeMap::new();
    view.visit_marked(&selection(top, window), |found| {
        let doubts = own.entry(found.unit).or_default();
        doubts.dossiers += 1;
        doubts.marked += u64::from(!found.marks.is_empty());
        for mark in found.marks {
            *doubts.marks.entry(Text::new(mark.as_str())).or_default() += 1;
        }
    });
    let sum = |unit: UnitId| {
        let within = own.iter().filter(|(of, _)| tree.covers(unit, **of));
        within.fold(Doubts::default(), |sum, (_, of)| sum.add(of))
    };
    below(tree, top).into_iter().map(|(unit, _)| (unit, sum(unit))).collect()
}

/// The answers that a report of current figures is made from, all of one view: `kpis` as JSON, and the facts.
///
/// # Errors
/// When no unit has the code, or there is no such scheme.
pub fn report_figures(
    figures: Figures<'_>,
    feeds: &Feeds,
    code: &str,
    (scheme, period): (&str, Period),
) -> Result<(Value, ReportFacts), AnswerError> {
    let schemes = figures.catalogue.schemes();
    let of = super::question::scheme_named(schemes, Some(scheme))?.unwrap_or(schemes.of_forms());
    let window = of.window(period);
    let seen = asked_unit(figures, code, window, CLOSED_PERSPECTIVE.hierarchy)?;
    let ledger = report_ledger(figures.view, seen, window);
    let ground = ReportGround::of(figures, feeds, (scheme, period), (seen, &ledger))?;
    let whole = Scope::all();
    let unit = (seen.id(), seen.stale_code());
    let kpis = kpis_of(Figures { scope: &whole, ..figures }, unit, of.id(), (window, CLOSED_PERSPECTIVE), false);
    Ok((serde_json::to_value(kpis).unwrap_or_default(), ground.facts(seen.id())))
}

/// The period that a report is of when none is asked for: the newest of its kind that is over.
pub fn report_period(figures: Figures<'_>, every: Every, scheme: &Scheme) -> Period {
    every.ended(scheme, figures.view.today())
}
