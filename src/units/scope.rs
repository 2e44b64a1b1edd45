//! Which units' data may be seen (H-1).
//!
//! A [`Scope`] is all units or some subtrees. Laid on a hierarchy it becomes a [`Sight`], the only thing that hands
//! out a [`VisibleUnit`]; whoever makes figures of a unit takes one, so that none are made without a scope.
//!
//! - A subtree's code is read on the day it was bound: what a code names on another day, from July 2025 on maybe
//!   another territory, is not what was meant.
//! - A unit is seen when it or a unit above it is a root of the scope, in the hierarchy looked at: `was` has its own.
//! - `unresolved` itself, which may hold anything, is seen only by who sees every root of the hierarchy. As a row of a
//!   visible unit it is part of that unit's figures.
//! - An area of another tree is seen only by who sees every unit of the territory that is part of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::model::{Day, Text, UnitFact};

use super::UNRESOLVED;
use super::registry::{TERRITORY, UnitId, Units};
use super::tree::Tree;

#[cfg(test)]
mod tests;

/// The top of a subtree: what a code named on the day it was bound.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ScopeRoot {
    /// Its code.
    pub code: Text,
    /// The day on which the code is read.
    pub bound: Day,
}

/// The units whose data a caller may see. Unit data is read only with one in hand (H-1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// None is every unit.
    roots: Option<Arc<[ScopeRoot]>>,
}

/// A unit that is in somebody's scope. Made only by [`Sight`], and from one for the units below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VisibleUnit {
    unit: UnitId,
    stale_code: bool,
}

/// A scope laid on a hierarchy.
pub struct Sight<'a> {
    units: &'a Units,
    tree: &'a Tree,
    /// None is every unit.
    roots: Option<BTreeSet<UnitId>>,
}

/// How many units there may be between an area's part and the area; more is a circle.
const AREA_DEPTH_MAX: usize = 16;

impl Scope {
    /// Every unit.
    pub fn all() -> Scope {
        Scope { roots: None }
    }

    /// These units with everything below them.
    pub fn subtrees(roots: impl IntoIterator<Item = ScopeRoot>) -> Scope {
        Scope { roots: Some(roots.into_iter().collect()) }
    }

    /// Whether it is every unit.
    pub fn is_all(&self) -> bool {
        self.roots.is_none()
    }

    /// The tops of its subtrees; none when it is every unit.
    pub fn roots(&self) -> Option<&[ScopeRoot]> {
        self.roots.as_deref()
    }

    /// What is seen of a hierarchy.
    pub fn on<'a>(&self, units: &'a Units, tree: &'a Tree) -> Sight<'a> {
        let unit = |root: &ScopeRoot| units.read(&root.code, root.bound).unit;
        // A root that nobody knows must not open `unresolved`.
        let known =
            |roots: &Arc<[ScopeRoot]>| roots.iter().map(unit).filter(|unit| *unit != UnitId::UNRESOLVED).collect();
        Sight { units, tree, roots: self.roots.as_ref().map(known) }
    }
}

impl VisibleUnit {
    /// The unit.
    pub fn id(self) -> UnitId {
        self.unit
    }

    /// It was asked for by a code that had ended.
    pub fn stale_code(self) -> bool {
        self.stale_code
    }
}

impl Sight<'_> {
    /// What a code names on a day, if it may be seen; an unknown unit and a foreign one look the same.
    pub fn unit(&self, code: &str, on: Day) -> Option<VisibleUnit> {
        let reading = self.units.read(code, on);
        let is_known = reading.unit != UnitId::UNRESOLVED || code == UNRESOLVED;
        let is_seen = self.covers(reading.unit);
        (is_known && is_seen).then_some(VisibleUnit { unit: reading.unit, stale_code: reading.stale_code })
    }

    /// A unit of the hierarchy, if it may be seen.
    pub fn visible(&self, unit: UnitId) -> Option<VisibleUnit> {
        self.covers(unit).then_some(VisibleUnit { unit, stale_code: false })
    }

    /// Whether a unit may be seen.
    pub fn covers(&self, unit: UnitId) -> bool {
        let Some(roots) = &self.roots else { return true };
        if unit == UnitId::UNRESOLVED {
            return self.covers_every_root(roots);
        }
        match self.units.fact(unit) {
            Some(fact) if &*fact.tree != TERRITORY => self.covers_parts(fact, roots),
            Some(_) => self.is_below(unit, roots),
            None => false,
        }
    }

    fn is_below(&self, unit: UnitId, roots: &BTreeSet<UnitId>) -> bool {
        self.tree.path(unit).any(|above| roots.contains(&above))
    }

    fn covers_every_root(&self, roots: &BTreeSet<UnitId>) -> bool {
        let is_root = |unit: UnitId, fact: &UnitFact| self.tree.node(unit).parent.is_none() && &*fact.tree == TERRITORY;
        let mut tops = self.units.versions().filter(|(unit, fact)| is_root(*unit, fact)).peekable();
        tops.peek().is_some() && tops.all(|(unit, _)| roots.contains(&unit))
    }

    /// Whether the area has parts and all of them may be seen.
    fn covers_parts(&self, area: &UnitFact, roots: &BTreeSet<UnitId>) -> bool {
        let rows: Vec<&UnitFact> =
            self.units.versions().map(|(_, fact)| &**fact).filter(|fact| fact.tree == area.tree).collect();
        let mut parts = 0;
        for row in &rows {
            if !is_within(row, area, &rows) {
                continue;
            }
            let unit = self.units.read(&row.code, row.valid_to.unwrap_or(Day(i32::MAX))).unit;
            if unit == UnitId::UNRESOLVED {
                // An area within the area.
                continue;
            }
            if !self.is_below(unit, roots) {
                return false;
            }
            parts += 1;
        }
        parts > 0
    }
}

/// Whether a row of a tree is the area or leads to it.
fn is_within(row: &UnitFact, area: &UnitFact, rows: &[&UnitFact]) -> bool {
    let mut code = &row.code;
    for _ in 0..AREA_DEPTH_MAX {
        if *code == area.code {
            return true;
        }
        let above = rows.iter().find(|other| other.code == *code).and_then(|other| other.parent.as_ref());
        let Some(above) = above else { return false };
        code = above;
    }
    false
}
