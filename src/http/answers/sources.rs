//! `GET /api/v1/sources` and `/api/v1/freshness`: who sends records, and who is late with them.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::ingest::{WEEKDAYS, minute_text};
use crate::model::{Instant, SourceProfile, Text};
use crate::pipeline::feeds::Feeds;
use crate::units::{Hierarchy, UnitId};

use super::Figures;
use super::table::{Table, Tabular, of_rows};
use super::totals::{StatedDays, TotalsSummary, totals_of};

/// What is known of each source, by name.
#[derive(Debug, Serialize)]
pub struct SourcesAnswer<'a> {
    as_of: String,
    seq: u64,
    node: &'a str,
    sources: Vec<SourceRow<'a>>,
}

/// A source in the fields in which it is given.
#[derive(Debug, Serialize)]
struct SourceRow<'a> {
    source: &'a str,
    system: Option<&'a str>,
    /// Of the units that it covers those that the caller may see.
    units: Vec<&'a Text>,
    cadence_minutes: Option<u32>,
    hours: Vec<[String; 2]>,
    weekdays: Vec<&'static str>,
    coverage_start: Option<String>,
    contact: Option<&'a str>,
    /// What it says how many dossiers it has of its newest days, beside ours; null: it said nothing, or the caller sees
    /// only some units.
    totals: Option<TotalsSummary>,
}

const SOURCE_COLUMNS: [&str; 8] =
    ["source", "system", "units", "cadence_minutes", "hours", "weekdays", "coverage_start", "contact"];

/// What is known of each source that the caller may see.
pub fn sources<'a>(figures: Figures<'a>, feeds: &Feeds, stated: &BTreeMap<Text, StatedDays>) -> SourcesAnswer<'a> {
    let view = figures.view;
    let mut totals = summaries(figures, stated);
    let seen = SourceSight { figures, feeds };
    let mut row = |fact: &'a crate::model::SourceFact| {
        let profile = &fact.profile;
        SourceRow {
            source: &fact.source,
            system: profile.system.as_deref(),
            units: seen.units(profile),
            cadence_minutes: profile.cadence_minutes,
            hours: profile.hours.iter().map(|(from, to)| [minute_text(*from), minute_text(*to)]).collect(),
            weekdays: weekdays(profile),
            coverage_start: profile.coverage_start.map(|day| day.to_string()),
            contact: profile.contact.as_deref(),
            totals: totals.remove(&fact.source),
        }
    };
    SourcesAnswer {
        as_of: view.now().to_rfc3339(view.zone()),
        seq: view.seq(),
        node: figures.node,
        sources: view.sources().values().filter(|fact| seen.shows(&fact.source)).map(&mut row).collect(),
    }
}

/// Totals are of all units that a source feeds: only for those who may see every unit (H-1).
fn summaries(figures: Figures<'_>, stated: &BTreeMap<Text, StatedDays>) -> BTreeMap<Text, TotalsSummary> {
    if !figures.scope.is_all() || stated.is_empty() {
        return BTreeMap::new();
    }
    let totals = totals_of(figures.view, stated);
    totals.into_iter().filter_map(|(source, of)| Some((source, of.summary()?))).collect()
}

/// Which sources a caller may see (H-1): whoever may see every unit sees all of them; whoever is bound to a subtree sees
/// a source that feeds a unit in it.
#[derive(Clone, Copy)]
struct SourceSight<'a, 'f> {
    figures: Figures<'a>,
    feeds: &'f Feeds,
}

impl<'a> SourceSight<'a, '_> {
    /// By the units that it is said to cover and by those that its tokens are bound to, as far as either is known: both
    /// must meet the subtree, each from above or from below. Of a source of which neither is known nobody can say that
    /// it feeds the subtree.
    fn shows(self, source: &Text) -> bool {
        let Figures { view, scope, .. } = self.figures;
        let Some(roots) = scope.roots() else { return true };
        let named = view.sources().get(source).map(|fact| &fact.profile.units).filter(|units| !units.is_empty());
        let bound = self.feeds.is_bound(source);
        if named.is_none() && !bound {
            return false;
        }
        let tree = view.tree(Hierarchy::Now);
        let today = view.today();
        roots.iter().any(|root| {
            let root = view.hierarchies().written_on(view.units(), &root.code, root.bound);
            let meets = |code: &Text| {
                let unit = view.hierarchies().written_on(view.units(), code, today);
                unit != UnitId::UNRESOLVED && (tree.covers(unit, root) || tree.covers(root, unit))
            };
            root != UnitId::UNRESOLVED
                && named.is_none_or(|units| units.iter().any(meets))
                && (!bound || self.feeds.concern(source, view, root))
        })
    }

    fn units(self, profile: &'a SourceProfile) -> Vec<&'a Text> {
        let Figures { view, scope, .. } = self.figures;
        let sight = scope.on(view.units(), view.hierarchies(), Hierarchy::Now);
        profile.units.iter().filter(|code| scope.is_all() || sight.unit(code, view.today()).is_some()).collect()
    }
}

fn weekdays(profile: &SourceProfile) -> Vec<&'static str> {
    let name = |weekday: &u8| WEEKDAYS.get(usize::from(*weekday).checked_sub(1)?).copied();
    profile.weekdays.iter().filter_map(name).collect()
}

impl Tabular for SourcesAnswer<'_> {
    fn table(&self) -> Table {
        of_rows(&SOURCE_COLUMNS, &self.sources)
    }
}

/// When each source was heard, and when it is expected.
#[derive(Debug, Serialize)]
pub struct FreshnessAnswer<'a> {
    as_of: String,
    seq: u64,
    node: &'a str,
    /// The worst first: never heard, late, in time, then those without a cadence; of each the longest ago first.
    sources: Vec<FreshRow<'a>>,
}

/// How a source stands to its cadence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
enum Standing {
    /// It is known and was never heard.
    Never,
    /// It is past its time.
    Late,
    /// It is within its time.
    InTime,
    /// Nobody said when it is expected.
    NoCadence,
}

#[derive(Debug, Serialize)]
struct FreshRow<'a> {
    source: &'a str,
    system: Option<&'a str>,
    state: Standing,
    last_contact: Option<String>,
    /// Since the last contact, by the clock on the wall.
    age_s: Option<i64>,
    cadence_minutes: Option<u32>,
    /// By its cadence, counted in its own hours.
    expected_by: Option<String>,
    /// Of a late one: since when, in its own hours.
    late_since: Option<String>,
    /// Of the units that it covers those that the caller may see.
    units: Vec<&'a Text>,
    coverage_start: Option<String>,
    contact: Option<&'a str>,
    /// As in [`SourcesAnswer`].
    totals: Option<TotalsSummary>,
}

const FRESH_COLUMNS: [&str; 11] = [
    "source",
    "system",
    "state",
    "last_contact",
    "age_s",
    "cadence_minutes",
    "expected_by",
    "late_since",
    "units",
    "coverage_start",
    "contact",
];

/// When each source that is known, was ever heard or stated totals was heard last, of those that the caller may see.
pub fn freshness<'a>(
    figures: Figures<'a>,
    feeds: &Feeds,
    stated: &'a BTreeMap<Text, StatedDays>,
) -> FreshnessAnswer<'a> {
    let view = figures.view;
    let mut totals = summaries(figures, stated);
    let seen = SourceSight { figures, feeds };
    let silent = view.sources().keys().filter(|source| !view.contacts().contains_key(*source));
    // One that stated totals and sent nothing is heard of by that alone.
    let strange =
        stated.keys().filter(|source| !view.contacts().contains_key(*source) && !view.sources().contains_key(*source));
    let heard = view.contacts().iter().map(|(source, at)| (source, Some(*at)));
    let mut rows: Vec<(Standing, Option<Instant>, FreshRow<'_>)> = heard
        .chain(silent.chain(strange).map(|source| (source, None)))
        .filter(|(source, _)| seen.shows(source))
        .map(|(source, heard)| {
            let row = FreshRow { totals: totals.remove(source), ..fresh_row(seen, source, heard) };
            (row.state, heard, row)
        })
        .collect();
    rows.sort_by_key(|(standing, heard, row)| (*standing, *heard, row.source));
    FreshnessAnswer {
        as_of: view.now().to_rfc3339(view.zone()),
        seq: view.seq(),
        node: figures.node,
        sources: rows.into_iter().map(|(_, _, row)| row).collect(),
    }
}

fn fresh_row<'a>(seen: SourceSight<'a, '_>, source: &'a Text, heard: Option<Instant>) -> FreshRow<'a> {
    let (view, zone) = (seen.figures.view, seen.figures.view.zone());
    let fact = view.sources().get(source);
    let profile = fact.map(|fact| &fact.profile);
    // One that was never heard is expected from when it became known, but not before its coverage begins.
    let covered = profile.and_then(|profile| profile.coverage_start).map(|day| zone.start(day));
    let since = heard.or(fact.map(|fact| fact.at.max(covered.unwrap_or(fact.at))));
    let expected = profile.zip(since).and_then(|(profile, since)| profile.expected(since, zone));
    let late = expected.filter(|expected| view.now() >= expected.late_from);
    FreshRow {
        source,
        system: profile.and_then(|profile| profile.system.as_deref()),
        state: match (heard, expected, late) {
            (None, ..) => Standing::Never,
            (_, None, _) => Standing::NoCadence,
            (.., Some(_)) => Standing::Late,
            _ => Standing::InTime,
        },
        last_contact: heard.map(|at| at.to_rfc3339(zone)),
        age_s: heard.map(|at| (view.now().0 - at.0).max(0) / 1_000),
        cadence_minutes: profile.and_then(|profile| profile.cadence_minutes),
        expected_by: expected.map(|expected| expected.by.to_rfc3339(zone)),
        late_since: late.map(|expected| expected.by.to_rfc3339(zone)),
        units: profile.map_or(Vec::new(), |profile| seen.units(profile)),
        coverage_start: profile.and_then(|profile| profile.coverage_start).map(|day| day.to_string()),
        contact: profile.and_then(|profile| profile.contact.as_deref()),
        totals: None,
    }
}

impl Tabular for FreshnessAnswer<'_> {
    fn table(&self) -> Table {
        of_rows(&FRESH_COLUMNS, &self.sources)
    }
}
