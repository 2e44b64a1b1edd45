//! What a closed period's official figures and the current ones differ in: measure by measure, and dossier by dossier.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::cube::Selection;
use crate::kpi::{MEASURES, Measure, Window};
use crate::model::{Period, Text};
use crate::units::UnitKey;

use super::closed::ClosedQuestion;
use super::kept::ReportDifference;
use super::ledger::below;
use super::official::Closed;
use super::snapshot::{CLOSED_PERSPECTIVE, Member, MemberCounts, MemberKey, SUMS, by_name, members};
use super::{AnswerError, Figures};

/// What can be asked.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DifferenceQuery {
    /// Code of the unit.
    pub unit: String,
    /// Where the page before ended.
    pub cursor: Option<String>,
    /// Rows of a page, 1 to 1,000.
    pub limit: Option<usize>,
}

/// Rows of a page when none are asked for.
const ROWS_DEFAULT: usize = 100;
/// The most rows of a page.
const ROWS_MAX: usize = 1_000;
/// Judged at the instant of the question, also for a window that is over: that they move on is no correction.
const JUDGED_NOW: [Measure; 3] = [Measure::ReceivedOnTime, Measure::ReceivedOpenWithin, Measure::ReceivedWithdrawn];
/// Sums of others, which a dossier's row leaves out.
const COMPOSITE: [Measure; 4] = [Measure::Received, Measure::TakenOn, Measure::Resolved, Measure::InProgress];

/// What was kept of a unit when its period was closed.
#[derive(Debug)]
pub struct Kept<'a> {
    /// By whom and when.
    pub closed: &'a Closed,
    /// Number of the last record in it.
    pub seq: u64,
    /// The instant it was about.
    pub as_of: &'a str,
    /// The unit's measures, by name.
    pub measures: &'a BTreeMap<Text, i64>,
    /// Indicators and scores that differ.
    pub reports: ReportDifference,
    /// The units that members name by their places; none for those that aren't below the unit.
    pub units: &'a [Option<UnitKey>],
}

/// How the two versions differ.
#[derive(Debug, Serialize)]
pub struct Difference {
    unit: Text,
    name: Text,
    scheme: String,
    period: Period,
    window: Window,
    official: Side,
    current: Side,
    closed: Closed,
    /// Measures that differ.
    measures: Vec<MeasureRow>,
    /// Indicators and scores that differ.
    #[serde(flatten)]
    reports: ReportDifference,
    /// How many dossiers and ratings the current figures lack, have beside, and class differently.
    missing: u64,
    added: u64,
    changed: u64,
    rows: Vec<Row>,
    /// To be given for the next page; null when there is none.
    cursor: Option<String>,
}

#[derive(Debug, Serialize)]
struct Side {
    seq: u64,
    as_of: String,
}

#[derive(Debug, Serialize)]
struct MeasureRow {
    measure: &'static str,
    official: i64,
    current: i64,
    difference: i64,
    /// It is judged at the instant of the question and moves on by itself; no dossier is listed for it.
    judged_now: bool,
}

#[derive(Debug, Serialize)]
struct Row {
    /// `missing`, `added` or `changed`.
    change: &'static str,
    /// `dossier` or `rating`.
    kind: &'static str,
    source: Text,
    id: Text,
    /// In the official figures; null when it isn't there.
    from: Option<Counted>,
    /// In the current ones.
    to: Option<Counted>,
}

/// Where and in which measures something counts.
#[derive(Debug, Serialize)]
struct Counted {
    unit: Text,
    measures: Vec<&'static str>,
    /// Hours of processing, or the score.
    amount: i64,
}

/// Compares what was kept with the current figures. It looks at every dossier.
///
/// # Errors
/// When a bound or the cursor can't be read, or what was kept can't.
pub fn difference<E: From<AnswerError>>(
    figures: Figures<'_>,
    question: &ClosedQuestion,
    query: &DifferenceQuery,
    kept: Kept<'_>,
    stored: impl Iterator<Item = Result<Member, E>>,
) -> Result<Difference, E> {
    let view = figures.view;
    let limit = query.limit.unwrap_or(ROWS_DEFAULT);
    if !(1..=ROWS_MAX).contains(&limit) {
        return Err(AnswerError::BadBound { name: "limit", max: ROWS_MAX }.into());
    }
    let read = |text: &String| serde_json::from_str(text).map_err(|_| AnswerError::BadCursor);
    let after: Option<MemberKey> = query.cursor.as_ref().map(read).transpose()?;
    let window = question.window;
    let unit = question.seen.id();
    let (perspective, filters) = (CLOSED_PERSPECTIVE, Vec::new());
    let selection = Selection { perspective, unit, own: false, window, filters, without_same_day: false };
    let units: Vec<Option<UnitKey>> = below(view.tree(CLOSED_PERSPECTIVE.hierarchy), unit)
        .into_iter()
        .map(|(unit, _)| Some(UnitKey::of(view.units(), unit)))
        .collect();
    let current = members(view, &selection);
    let mut found = Found { rows: Vec::new(), counts: [0; 3], after, limit, has_more: false };
    compare((stored, kept.units), (current, &units), &mut found)?;
    let measures = by_name(&view.measures(unit, window, CLOSED_PERSPECTIVE));
    let last = found.rows.last().filter(|_| found.has_more).map(|row| MemberKey {
        rating: row.kind == "rating",
        key: crate::model::DossierKey { source: row.source.clone(), id: row.id.clone() },
    });
    Ok(Difference {
        unit: question.unit.code.clone(),
        name: question.name.clone(),
        scheme: question.scheme.clone(),
        period: question.period,
        window,
        official: Side { seq: kept.seq, as_of: kept.as_of.to_owned() },
        current: Side { seq: view.seq(), as_of: view.now().to_rfc3339(view.zone()) },
        closed: kept.closed.clone(),
        measures: measure_rows(kept.measures, &measures),
        reports: kept.reports,
        missing: found.counts[0],
        added: found.counts[1],
        changed: found.counts[2],
        cursor: last.and_then(|key| serde_json::to_string(&key).ok()),
        rows: found.rows,
    })
}

fn measure_rows(official: &BTreeMap<Text, i64>, current: &BTreeMap<Text, i64>) -> Vec<MeasureRow> {
    let value = |of: &BTreeMap<Text, i64>, name: &str| of.get(name).copied().unwrap_or_default();
    let row = |(measure, name): &(Measure, &'static str)| {
        let (official, current) = (value(official, name), value(current, name));
        let judged_now = JUDGED_NOW.contains(measure);
        MeasureRow { measure: name, official, current, difference: current - official, judged_now }
    };
    MEASURES.iter().map(row).filter(|row| row.difference != 0).collect()
}

/// What was found so far: missing, added, changed.
struct Found {
    rows: Vec<Row>,
    counts: [u64; 3],
    after: Option<MemberKey>,
    limit: usize,
    has_more: bool,
}

/// One side of a comparison: what something counts, and the units that are meant.
type At<'a> = Option<(&'a MemberCounts, &'a [Option<UnitKey>])>;

impl Found {
    fn note(&mut self, key: &MemberKey, from: At<'_>, to: At<'_>) {
        let (place, change) = match (from, to) {
            (Some(_), None) => (0, "missing"),
            (None, Some(_)) => (1, "added"),
            _ => (2, "changed"),
        };
        self.counts[place] += 1;
        if self.after.as_ref().is_some_and(|after| key <= after) {
            return;
        }
        if self.rows.len() == self.limit {
            self.has_more = true;
            return;
        }
        self.rows.push(Row {
            change,
            kind: if key.rating { "rating" } else { "dossier" },
            source: key.key.source.clone(),
            id: key.key.id.clone(),
            from: from.map(counted),
            to: to.map(counted),
        });
    }
}

fn unit_of<'a>((counts, units): (&MemberCounts, &'a [Option<UnitKey>])) -> Option<&'a UnitKey> {
    units.get(counts.unit as usize)?.as_ref()
}

fn counted(at: (&MemberCounts, &[Option<UnitKey>])) -> Counted {
    let left_out = |measure: &Measure| [&JUDGED_NOW[..], &COMPOSITE, &SUMS].concat().contains(measure);
    let is_in = |measure: Measure| at.0.bits & (1 << measure as u32) != 0;
    let measures = MEASURES.iter().filter(|(measure, _)| is_in(*measure) && !left_out(measure));
    Counted {
        unit: unit_of(at).map_or_else(|| Text::new(""), |key| key.code.clone()),
        measures: measures.map(|(_, name)| *name).collect(),
        amount: at.0.amount,
    }
}

/// Both sides ascend by key.
fn compare<E>(
    (stored, stored_units): (impl Iterator<Item = Result<Member, E>>, &[Option<UnitKey>]),
    (current, units): (Vec<Member>, &[Option<UnitKey>]),
    found: &mut Found,
) -> Result<(), E> {
    let judged_now = JUDGED_NOW.iter().fold(0_u64, |bits, measure| bits | 1 << *measure as u32);
    // Who counts in nothing but what is judged now isn't compared.
    let counts = |member: &Member| member.counts.bits & !judged_now != 0;
    let mut current = current.into_iter().filter(counts).peekable();
    for member in stored {
        let member = member?;
        let from = (&member.counts, stored_units);
        if unit_of(from).is_none() || !counts(&member) {
            continue;
        }
        while let Some(other) = current.next_if(|other| other.key < member.key) {
            found.note(&other.key, None, Some((&other.counts, units)));
        }
        match current.peek().map(|other| other.key.cmp(&member.key)) {
            Some(Ordering::Equal) => {
                let other = current.next().expect("it was looked at");
                let to = (&other.counts, units);
                let bits = |counts: &MemberCounts| counts.bits & !judged_now;
                let same = bits(&member.counts) == bits(&other.counts)
                    && member.counts.amount == other.counts.amount
                    && unit_of(from) == unit_of(to);
                if !same {
                    found.note(&member.key, Some(from), Some(to));
                }
            }
            _ => found.note(&member.key, Some(from), None),
        }
    }
    for other in current {
        found.note(&other.key, None, Some((&other.counts, units)));
    }
    Ok(())
}
