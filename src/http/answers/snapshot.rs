//! All figures of a unit, everything below it and a period at one (seq, instant): what a closed period keeps.
//!
//! Of each unit the answers of `kpis` as they go out; of the whole one ledger that every form is made from; and of each
//! dossier and rating in which measures it counts, so that later differences can be named.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::cube::{ItemKind, Selection, View};
use crate::kpi::measure::MEASURE_COUNT;
use crate::kpi::{MEASURES, Measure, Measures};
use crate::model::{DossierKey, Period, Text};
use crate::pipeline::feeds::Feeds;
use crate::units::{Hierarchy, Perspective, UnitId, UnitKey, UnitRole, VisibleUnit};

use super::kept::KeptReports;
use super::kpis::kpis_of;
use super::ledger::{Ledger, below};
use super::official::{Closed, FormQuery, Heading, Reporter};
use super::report::{ReportFacts, ReportGround};
use super::table::{Table, Tabular};
use super::{AnswerError, Figures};

/// The most units that one closing keeps (P-2).
pub(super) const CLOSED_UNITS_MAX: usize = 20_000;
/// The most dossiers and ratings that one closing keeps (P-2).
pub(super) const CLOSED_MEMBERS_MAX: usize = 10_000_000;

/// What is kept.
#[derive(Debug)]
pub struct Snapshot {
    /// When and how.
    pub heading: Heading,
    /// What forms are made of.
    pub ledger: Ledger,
    /// Of each unit of the ledger, in its order: its key, who receives its forms, and its figures.
    pub units: Vec<ClosedUnit>,
    /// The forms' files by id.
    pub forms: BTreeMap<Text, String>,
    /// Versions of KPIs by id.
    pub kpis: BTreeMap<Text, String>,
    /// Versions of indices by id.
    pub indices: BTreeMap<Text, String>,
    /// Names the catalogue: its indicators have no versions of their own.
    pub catalogue: String,
    /// Ascending by key.
    pub members: Vec<Member>,
}

/// A unit of a snapshot.
#[derive(Debug)]
pub struct ClosedUnit {
    /// Which one.
    pub key: UnitKey,
    /// What is kept of it.
    pub figures: ClosedFigures,
    /// Its indicators and scores.
    pub reports: KeptReports,
    /// What its reports show beside all that.
    pub facts: ReportFacts,
}

/// The figures of one unit.
#[derive(Debug, Serialize, Deserialize)]
pub struct ClosedFigures {
    /// The answer of `kpis` as JSON.
    pub json: String,
    /// The same as a table.
    pub table: Table,
    /// By name.
    pub measures: BTreeMap<Text, i64>,
    /// Who reports to whom.
    pub reporter: Reporter,
}

/// A dossier or a rating, and in which measures it counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Member {
    /// Which one.
    pub key: MemberKey,
    /// What it counts.
    pub counts: MemberCounts,
}

/// Key of a member; dossiers come first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MemberKey {
    /// A rating, and no dossier.
    pub rating: bool,
    /// Its source and id.
    #[serde(flatten)]
    pub key: DossierKey,
}

/// What a member counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MemberCounts {
    /// The unit it is directly under, as a place of the units.
    pub unit: u32,
    /// A bit for each of [`MEASURES`] that it counts in.
    pub bits: u64,
    /// What it adds to a measure that is a sum of hours or scores.
    pub amount: i64,
}

/// Measures that are no counts of ones.
pub(super) const SUMS: [Measure; 2] = [Measure::ResolvedHoursSum, Measure::RatingScoreSum];

/// There is a bit for each measure.
const _: () = assert!(MEASURE_COUNT <= 64);

impl MemberCounts {
    fn of(unit: u32, measures: &Measures) -> MemberCounts {
        let counted = MEASURES.iter().filter(|(measure, _)| measures.get(*measure) != 0);
        let bits = counted.fold(0, |bits, (measure, _)| bits | 1_u64 << *measure as u32);
        MemberCounts { unit, bits, amount: SUMS.iter().map(|sum| measures.get(*sum)).sum() }
    }
}

/// The perspective that periods are closed in: as it is now, by the unit that processes.
pub(super) const CLOSED_PERSPECTIVE: Perspective =
    Perspective { hierarchy: Hierarchy::Now, role: UnitRole::Processing };

impl Snapshot {
    /// Looks at every dossier. `closed` stands in every answer.
    ///
    /// # Errors
    /// When the period can't be read, or there is more than a closing keeps.
    pub fn take(
        (figures, feeds): (Figures<'_>, &Feeds),
        seen: VisibleUnit,
        asked: &FormQuery,
        closed: &Closed,
    ) -> Result<Snapshot, AnswerError> {
        let view = figures.view;
        let (heading, selection) = Heading::of(figures, asked)?;
        let selection = Selection { unit: seen.id(), perspective: CLOSED_PERSPECTIVE, ..selection };
        let tree = view.tree(CLOSED_PERSPECTIVE.hierarchy);
        let ids: Vec<UnitId> = below(tree, seen.id()).into_iter().map(|(unit, _)| unit).collect();
        bounded("units", ids.len(), CLOSED_UNITS_MAX)?;
        let period: Period = asked.period.as_deref().unwrap_or_default().parse()?;
        let reports = KeptReports::of(figures, &ids, period, closed);
        let ledger = Ledger::of(view, &selection);
        let ground = ReportGround::of(figures, feeds, (&heading.scheme, period), (seen, &ledger))?;
        let unit = |(unit, reports): (&UnitId, KeptReports)| {
            let key = UnitKey::of(view.units(), *unit);
            let (figures, facts) = (closed_figures(figures, *unit, (&heading, closed)), ground.facts(*unit));
            ClosedUnit { key, figures, reports, facts }
        };
        let units: Vec<ClosedUnit> = ids.iter().zip(reports).map(unit).collect();
        let members = members(view, &selection);
        bounded("members", members.len(), CLOSED_MEMBERS_MAX)?;
        let day = selection.window.last;
        let versions = figures.catalogue.kpi_ids().filter_map(|id| figures.catalogue.kpi(id, day));
        let forms = figures.catalogue.forms();
        Ok(Snapshot {
            units,
            forms: forms.map(|form| (Text::new(&form.id), form.text.clone())).collect(),
            indices: figures
                .catalogue
                .indices()
                .filter_map(|index| Some((Text::new(&index.id), index.version(period.days().1)?.version.clone())))
                .collect(),
            catalogue: figures.catalogue.version().to_owned(),
            kpis: versions.map(|kpi| (Text::new(&kpi.id), kpi.version.clone())).collect(),
            members,
            ledger,
            heading,
        })
    }
}

fn bounded(name: &'static str, count: usize, max: usize) -> Result<(), AnswerError> {
    if count > max { Err(AnswerError::TooMuchToClose { name, count, max }) } else { Ok(()) }
}

fn closed_figures(figures: Figures<'_>, unit: UnitId, (heading, closed): (&Heading, &Closed)) -> ClosedFigures {
    let at = (heading.window(), CLOSED_PERSPECTIVE);
    let answer = kpis_of(figures, (unit, false), &heading.scheme, at, false).closed_by(closed);
    ClosedFigures {
        json: serde_json::to_string(&answer).expect("texts and numbers always encode"),
        table: answer.table(),
        measures: by_name(answer.measures.0.as_ref().unwrap_or(&Measures::ZERO)),
        reporter: Reporter::of(figures, CLOSED_PERSPECTIVE.hierarchy, unit),
    }
}

/// Measures by name.
pub(super) fn by_name(measures: &Measures) -> BTreeMap<Text, i64> {
    measures.iter().map(|(name, value)| (Text::new(name), value)).collect()
}

/// Every dossier and rating that counts anywhere in the window, ascending by key.
pub(super) fn members(view: &View, selection: &Selection) -> Vec<Member> {
    let tree = view.tree(selection.perspective.hierarchy);
    let mut places: BTreeMap<UnitId, u32> = BTreeMap::new();
    for (place, (unit, _)) in (0..).zip(below(tree, selection.unit)) {
        places.extend(tree.owners(unit).map(|owner| (owner, place)));
    }
    let mut members = Vec::new();
    view.visit(selection, |item| {
        let (Some(unit), measures) = (places.get(&item.unit), item.measures()) else { return };
        if !measures.is_zero() {
            let key = MemberKey { rating: matches!(item.kind, ItemKind::Rating(..)), key: item.key.clone() };
            members.push(Member { key, counts: MemberCounts::of(*unit, &measures) });
        }
    });
    members.sort_unstable();
    members
}
