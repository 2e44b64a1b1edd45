//! Which units' data may be seen (H-1).
//!
//! A [`Scope`] is all units or some subtrees. Laid on a hierarchy it becomes a [`Sight`], the only thing that hands
//! out a [`VisibleUnit`]; whoever makes figures of a unit takes one, so that none are made without a scope.
//!
//! - A subtree's code is read on the day it was bound: what a code names on another day, from July 2025 on maybe
//!   another territory, is not what was meant. Then it goes on as the unit that succeeded it, beside what it was.
//! - A unit is seen when it or a unit above it is a root of the scope, in the hierarchy looked at: `was` has its own.
//! - `unresolved` itself, which may hold anything, is seen only by who sees every root of the hierarchy. As a row of a
//!   visible unit it is part of that unit's figures.
//! - An area of another tree is seen only by who sees every unit of the territory that is part of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::model::{Day, Text};

use super::UNRESOLVED;
use super::hierarchies::Hierarchies;
use super::perspective::Hierarchy;
use super::registry::{UnitId, Units};
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
    hierarchies: &'a Hierarchies,
    tree: &'a Tree,
    /// None is every unit.
    roots: Option<BTreeSet<UnitId>>,
}

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
    pub fn on<'a>(&self, units: &'a Units, hierarchies: &'a Hierarchies, hierarchy: Hierarchy) -> Sight<'a> {
        let roots = self.roots.as_ref().map(|roots| {
            let read = roots.iter().map(|root| units.read(&root.code, root.bound).unit);
            let both = read.flat_map(|unit| [unit, hierarchies.successor(unit)]);
            // A root that nobody knows must not open `unresolved`.
            both.filter(|unit| *unit != UnitId::UNRESOLVED).collect()
        });
        Sight { units, hierarchies, tree: hierarchies.tree(hierarchy), roots }
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
        let reading = self.units.ask(code, on);
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
        match unit {
            UnitId::UNRESOLVED => self.covers_every_top(roots),
            unit => roots.iter().any(|root| self.tree.covers(*root, unit)),
        }
    }

    /// Whether each unit of the territory without one above it is a root, or went on as one.
    fn covers_every_top(&self, roots: &BTreeSet<UnitId>) -> bool {
        let is_top = |unit: &UnitId| self.tree.node(*unit).parent.is_none() && self.tree.is_territory(*unit);
        let mut tops = self.tree.ids().filter(|unit| *unit != UnitId::UNRESOLVED).filter(is_top).peekable();
        let is_seen = |unit: UnitId| roots.contains(&unit) || roots.contains(&self.hierarchies.successor(unit));
        tops.peek().is_some() && tops.all(is_seen)
    }
}
