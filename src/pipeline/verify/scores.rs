//! KPIs and scores of indices compared: what the catalogue makes of a view's figures, beside what is made of SQL's.
//!
//! The inputs are SQL's own, put together here from the catalogue's words and not by its formulas; a score's points and
//! sums are computed by SQL.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use crate::cube::{IndexReading, View};
use crate::kpi::index::{Counter, Criterion, Inputs, NotApplied, Points, Rule, Term, WhenEmpty};
use crate::kpi::measure::HOURS_BUCKETS;
use crate::kpi::{Amount, Catalogue, Formula, Index};
use crate::model::{Decimal, Period};
use crate::store::{IndicatorFigureRow, ScoreInput, Store, UnitKey};
use crate::units::{Hierarchy, Perspective, UnitId};

use super::comparison::{Compared, Windows, difference, unit_key, unit_words, within};
use super::{Difference, VerifyError};

/// Criteria that SQL scores at once.
const INPUTS_MAX: usize = 20_000;

type Counts = HashMap<String, i64>;

/// Compares every KPI of every unit over the windows that were compared.
pub(super) fn compare_kpis(view: &View, catalogue: &Catalogue, sql: &Windows) -> Compared {
    let (mut compared, mut differences) = (0, Vec::new());
    let none = Counts::new();
    for (number, window) in sql.windows.iter().enumerate() {
        let day = window.last.min(view.today());
        let kpis: Vec<_> = catalogue.kpi_ids().filter_map(|id| catalogue.kpi(id, day)).collect();
        for perspective in Perspective::ALL {
            for unit in view.tree(perspective.hierarchy).ids() {
                let measures = view.measures(unit, *window, perspective);
                let key = (number, perspective, unit_key(view, unit));
                let counts = sql.measures.get(&key);
                if counts.is_none() && measures.is_zero() {
                    continue;
                }
                for kpi in &kpis {
                    compared += 1;
                    let counted = kpi.formula.count(&measures);
                    let cube = kpi_words(counted.num, counted.den, counted.exact, counted.above);
                    let other = of_counts(&kpi.formula, counts.unwrap_or(&none));
                    if cube != other {
                        let when = within(format!("{}..{}", window.first, window.last), perspective);
                        differences.push(difference("kpi", unit_words(&key.2), when, kpi.id.clone(), (cube, other)));
                    }
                }
            }
        }
    }
    (compared, differences)
}

fn kpi_words(num: Option<i64>, den: Option<i64>, exact: Option<(i64, i64)>, above: Option<i64>) -> String {
    format!("{num:?}/{den:?} {exact:?} above {above:?}")
}

/// A KPI of measures by their names.
fn of_counts(formula: &Formula, counts: &Counts) -> String {
    let count = |name: &str| counts.get(name).copied().unwrap_or(0);
    match formula {
        Formula::NoSource => kpi_words(None, None, None, None),
        Formula::Quotient { num, den, .. } => {
            let sum = |terms: &[crate::kpi::Term]| -> i64 {
                let written = terms.iter().map(|term| term.name());
                written.map(|name| name.strip_prefix('-').map_or_else(|| count(&name), |taken| -count(taken))).sum()
            };
            let (num, den) = (sum(num), sum(den));
            kpi_words(Some(num), Some(den), (den != 0).then_some((num, den)), None)
        }
        Formula::Percentile(share) => {
            let resolved = count("resolved");
            if resolved <= 0 {
                return kpi_words(Some(0), Some(resolved), None, None);
            }
            // The first bucket up to which all but less than the rest of a hundred lie.
            let beyond = i64::from(100 - *share);
            let (mut left, mut limit) = (resolved, 0);
            for (hours, slot) in HOURS_BUCKETS {
                left -= count(slot.measure().name());
                limit = hours;
                if left * 100 <= resolved * beyond {
                    return kpi_words(Some(resolved - left), Some(resolved), Some((hours, 1)), None);
                }
            }
            kpi_words(Some(resolved - left), Some(resolved), None, Some(limit))
        }
    }
}

/// Numerator, denominator and value of what counts of an indicator.
type Report = [Option<i128>; 3];

/// Whose score it is.
struct Subject {
    index: String,
    period: Period,
    perspective: Perspective,
    unit: UnitKey,
}

/// Compares the scores of all units in the whole periods that were compared: points of each criterion, of
/// groups and of the whole.
///
/// # Errors
/// When ClickHouse doesn't answer.
pub(super) async fn compare_scores(
    store: &Store,
    view: &Arc<View>,
    catalogue: &Catalogue,
    (sql, reports): (&Windows, &[IndicatorFigureRow]),
) -> Result<Compared, VerifyError> {
    let mut scores =
        Scores { sql, reports: counting(reports), subjects: Vec::new(), inputs: Vec::new(), cube: BTreeMap::new() };
    let known = known(sql);
    for (number, period) in &sql.periods {
        for index in catalogue.indices() {
            for perspective in Perspective::ALL {
                let Some(reading) = view.index((index, catalogue), *period, perspective) else { continue };
                let has = |name: &str| known.get(&perspective).is_some_and(|known| known.contains(name));
                let unsourced = index.optional.iter().map(|measure| measure.name()).filter(|name| !has(name)).collect();
                for unit in view.tree(perspective.hierarchy).ids() {
                    scores.add(view, (index, &reading, unit), (*number, *period, perspective), &unsourced);
                }
            }
        }
    }
    scores.compare(store).await
}

/// The measures that anything has at all, in each perspective: made of fields that some source sends.
fn known(sql: &Windows) -> HashMap<Perspective, HashSet<&str>> {
    let everything = sql.windows.len().saturating_sub(1);
    let mut known: HashMap<Perspective, HashSet<&str>> = HashMap::new();
    for ((_, perspective, _), counts) in sql.measures.iter().filter(|((number, ..), _)| *number == everything) {
        known.entry(*perspective).or_default().extend(counts.keys().map(String::as_str));
    }
    known
}

/// What counts of each indicator: a unit's own report, else what is made of those below it.
fn counting(rows: &[IndicatorFigureRow]) -> HashMap<(Hierarchy, UnitKey, String, String), Report> {
    let mut counting: HashMap<_, (bool, Report)> = HashMap::new();
    for row in rows {
        let report = [&row.num, &row.den, &row.value].map(|number| number.parse().ok());
        let key = (row.hierarchy, row.unit.clone(), row.code.clone(), row.period.clone());
        let is_own = row.parts == 0;
        let kept = counting.entry(key).or_insert((is_own, report));
        if is_own {
            *kept = (true, report);
        }
    }
    counting.into_iter().map(|(key, (_, report))| (key, report)).collect()
}

struct Scores<'a> {
    sql: &'a Windows,
    reports: HashMap<(Hierarchy, UnitKey, String, String), Report>,
    subjects: Vec<Subject>,
    inputs: Vec<ScoreInput>,
    /// By subject, group and criterion: empty for sums.
    cube: BTreeMap<(u32, String, String), String>,
}

impl Scores<'_> {
    fn add(
        &mut self,
        view: &View,
        (index, reading, unit): (&Index, &IndexReading<'_>, UnitId),
        (number, period, perspective): (usize, Period, Perspective),
        unsourced: &HashSet<&str>,
    ) {
        let key = unit_key(view, unit);
        let counts = self.sql.measures.get(&(number, perspective, key.clone()));
        let score = reading.score(unit);
        let has_nothing = score.points.score.is_none() && counts.is_none();
        let subject = u32::try_from(self.subjects.len()).unwrap_or(u32::MAX);
        let report = |code: &str| {
            self.reports.get(&(perspective.hierarchy, key.clone(), code.to_owned(), period.to_string())).copied()
        };
        let none = Counts::new();
        let given = Given { counts: counts.unwrap_or(&none), unsourced, report: &report };
        let is_over = period.days().1 < view.today();
        let kind = view.units().fact(unit).map(|fact| fact.kind);
        let mut inputs = Vec::new();
        for group in &reading.version.groups {
            for criterion in &group.criteria {
                let applies = kind.and_then(|kind| criterion.not_for.get(&kind)).copied();
                let part = (subject, group.id.as_str());
                inputs.push(input(part, criterion, given.numbers(&criterion.inputs), (applies, is_over)));
            }
        }
        if has_nothing && inputs.iter().all(|input| input.num.is_empty()) {
            return;
        }
        self.inputs.extend(inputs);
        self.cube.insert((subject, String::new(), String::new()), points_words(&score.points));
        for group in &score.groups {
            let id = group.group.id.clone();
            self.cube.insert((subject, id.clone(), String::new()), points_words(&group.points));
            for one in &group.criteria {
                self.cube.insert((subject, id.clone(), one.criterion.id.clone()), points_words(&one.points));
            }
        }
        self.subjects.push(Subject { index: index.id.clone(), period, perspective, unit: key });
    }

    async fn compare(mut self, store: &Store) -> Result<Compared, VerifyError> {
        let mut sides: BTreeMap<(u32, String, String), (String, String)> =
            std::mem::take(&mut self.cube).into_iter().map(|(key, cube)| (key, (cube, String::new()))).collect();
        let mut rest = self.inputs.as_slice();
        while !rest.is_empty() {
            // A subject's criteria stay together.
            let mut cut = INPUTS_MAX.min(rest.len());
            while rest.get(cut).is_some_and(|next| next.subject == rest[cut - 1].subject) {
                cut += 1;
            }
            let (part, others) = rest.split_at(cut);
            for row in store.verify_scores(part).await? {
                let words = told(&row.score, &row.measurable, &row.lost, &row.recoverable);
                sides.entry((row.subject, row.group_id, row.part)).or_default().1 = words;
            }
            rest = others;
        }
        let compared = sides.len() as u64;
        let differs = sides.into_iter().filter(|(_, (cube, sql))| cube != sql);
        let differences: Vec<Difference> = differs
            .filter_map(|((subject, group, part), sides)| {
                let of = self.subjects.get(usize::try_from(subject).ok()?)?;
                let parts = [of.index.as_str(), &group, &part];
                let measure = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
                Some(difference("score", unit_words(&of.unit), within(of.period, of.perspective), measure, sides))
            })
            .collect();
        Ok((compared, differences))
    }
}

/// What SQL knows of a unit and a period.
struct Given<'a> {
    counts: &'a Counts,
    unsourced: &'a HashSet<&'a str>,
    report: &'a dyn Fn(&str) -> Option<Report>,
}

impl Given<'_> {
    /// Numerator and denominator in millionths; none without a source.
    fn numbers(&self, inputs: &Inputs) -> [Option<i128>; 2] {
        match inputs {
            Inputs::None => [None, None],
            Inputs::Indicator(code) => (self.report)(code).map_or([None, None], |[num, den, _]| [num, den]),
            Inputs::Sums { num, den } => [self.sum(num), self.sum(den)],
        }
    }

    fn sum(&self, terms: &[Term]) -> Option<i128> {
        let mut sum = 0;
        for term in terms {
            let number = match &term.of {
                Counter::Indicator(code) => (self.report)(code)?[2]?,
                Counter::Measure(measure) if self.unsourced.contains(measure.name()) => return None,
                Counter::Measure(measure) => {
                    i128::from(self.counts.get(measure.name()).copied().unwrap_or(0)) * i128::from(Decimal::SCALE)
                }
            };
            sum += if term.minus { -number } else { number };
        }
        Some(sum)
    }
}

fn input(
    (subject, group): (u32, &str),
    criterion: &Criterion,
    [num, den]: [Option<i128>; 2],
    (applies, is_over): (Option<NotApplied>, bool),
) -> ScoreInput {
    let text = |number: Option<i128>| number.map(|number| number.to_string()).unwrap_or_default();
    ScoreInput {
        subject,
        group_id: group.to_owned(),
        part: criterion.id.clone(),
        num: text(num),
        den: text(den),
        max: criterion.max.0.to_string(),
        full_at: match criterion.rule {
            Rule::Informative => String::new(),
            Rule::MaxXRatio => Decimal::SCALE.to_string(),
            Rule::Scaled { at } => at.0.to_string(),
        },
        when_empty: match criterion.when_empty {
            WhenEmpty::Null => "null",
            WhenEmpty::Full => "full",
            WhenEmpty::Zero => "zero",
        },
        instead: match applies {
            None => "",
            Some(NotApplied::Full) => "full",
            Some(NotApplied::None) => "null",
        },
        recoverable: criterion.recoverable && !is_over,
    }
}

fn points_words(points: &Points) -> String {
    let amount = |amount: Amount| amount.0.to_string();
    let score = points.score.map(amount).unwrap_or_default();
    told(&score, &amount(points.measurable), &amount(points.lost), &amount(points.recoverable))
}

fn told(score: &str, measurable: &str, lost: &str, recoverable: &str) -> String {
    format!("{score} of {measurable} lost {lost} recoverable {recoverable}")
}
