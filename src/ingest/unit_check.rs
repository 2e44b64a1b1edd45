//! Units checked against one another and against those known: one version a day, a parent, no cycle.

use std::collections::{BTreeMap, BTreeSet};

use super::rejection::{Code, Fault, Rejection, shown};
use super::sheet::rejection;
use super::units::UnitRow;
use crate::model::{Day, Text, UnitFact};

/// Checks a list of units as it would stand beside the known ones, where a version with the same code and first day
/// is replaced. Empty when the list may be taken; it is taken whole or not at all.
pub fn check_units(new: &[UnitRow], known: &[UnitFact]) -> Vec<Rejection> {
    let mut faults = BTreeMap::new();
    let versions = Versions::of(new, known, &mut faults);
    for (index, row) in new.iter().enumerate() {
        let fault = versions.overlap(row, index).or_else(|| versions.parent(row)).or_else(|| versions.cycle(row));
        if let Some(fault) = fault {
            faults.entry(index).or_insert(fault);
        }
    }
    let refused = faults.into_iter().map(|(index, fault)| {
        let row = &new[index];
        rejection(row.line, row.fact.code.as_bytes(), *fault)
    });
    refused.collect()
}

/// One version of a unit; the row's index when it is new.
#[derive(Clone, Copy)]
struct Version<'a> {
    fact: &'a UnitFact,
    new: Option<usize>,
}

/// All versions by tree, code and first day, as they would stand; the trees know nothing of one another.
struct Versions<'a>(BTreeMap<(&'a Text, &'a Text), BTreeMap<Day, Version<'a>>>);

impl<'a> Versions<'a> {
    fn of(new: &'a [UnitRow], known: &'a [UnitFact], faults: &mut BTreeMap<usize, Box<Fault>>) -> Versions<'a> {
        let mut versions: BTreeMap<(&Text, &Text), BTreeMap<Day, Version<'_>>> = BTreeMap::new();
        for fact in known {
            let kept = versions
                .entry((&fact.tree, &fact.code))
                .or_default()
                .entry(first(fact))
                .or_insert(Version { fact, new: None });
            // The greatest (at, content) of one version wins.
            kept.fact = kept.fact.max(fact);
        }
        for (index, row) in new.iter().enumerate() {
            let version = Version { fact: &row.fact, new: Some(index) };
            let before =
                versions.entry((&row.fact.tree, &row.fact.code)).or_default().insert(first(&row.fact), version);
            if let Some(earlier) = before.and_then(|version| version.new) {
                let reason = format!("{} stands on line {} already", named(&row.fact), new[earlier].line);
                faults.insert(index, Fault::new("/code", Code::DuplicateUnit, reason));
            }
        }
        Versions(versions)
    }

    fn overlap(&self, row: &UnitRow, index: usize) -> Option<Box<Fault>> {
        let of_code = self.0.get(&(&row.fact.tree, &row.fact.code))?;
        let mine = (first(&row.fact), last(&row.fact));
        let before = of_code.range(..mine.0).next_back().filter(|(_, version)| last(version.fact) >= mine.0);
        // Of two new versions that overlap the later one is named.
        let after = of_code.range(mine.0..).map(|(_, version)| version);
        let after = after.filter(|version| version.new != Some(index)).find(|version| first(version.fact) <= mine.1);
        let other = before.map(|(_, version)| version).or(after.filter(|version| version.new.is_none()))?;
        let reason = format!("{} is valid while {} is", named(&row.fact), named(other.fact));
        Some(Fault::new("/valid_from", Code::Overlap, reason))
    }

    fn parent(&self, row: &UnitRow) -> Option<Box<Fault>> {
        let parent = row.fact.parent.as_ref()?;
        let unknown = !self.0.contains_key(&(&row.fact.tree, parent));
        unknown.then(|| {
            let reason = format!(
                "parent {} of {} is neither in the list nor known in its tree",
                shown(parent),
                named(&row.fact)
            );
            Fault::new("/parent", Code::UnknownParent, reason)
        })
    }

    /// Goes up from a version, each step on the last day of the one below, until the root or a repetition.
    fn cycle(&self, row: &UnitRow) -> Option<Box<Fault>> {
        let mut seen = BTreeSet::new();
        let mut at = &row.fact;
        while seen.insert((&at.code, first(at))) {
            at = self.on((&at.tree, at.parent.as_ref()?), last(at))?;
        }
        let reason = format!("{} stands above itself", named(at));
        Some(Fault::new("/parent", Code::Cycle, reason))
    }

    /// The version valid on a day, else the latest that ended before, else the first that comes (stricter than R-23,
    /// so that no cycle can come about later).
    fn on(&self, key: (&Text, &Text), day: Day) -> Option<&'a UnitFact> {
        let of_code = self.0.get(&key)?;
        let version = of_code.range(..=day).next_back().or_else(|| of_code.iter().next());
        version.map(|(_, version)| version.fact)
    }
}

fn first(fact: &UnitFact) -> Day {
    fact.valid_from.unwrap_or(Day(i32::MIN))
}

fn last(fact: &UnitFact) -> Day {
    fact.valid_to.unwrap_or(Day(i32::MAX))
}

fn named(fact: &UnitFact) -> String {
    let from = fact.valid_from.map_or_else(|| "ever".to_owned(), |day| day.to_string());
    format!("{} (from {from})", shown(&fact.code))
}

#[cfg(test)]
mod tests;
