//! The tree of units as it stands on a day.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::{Day, UnitFact};

use super::registry::{TERRITORY, UnitId, Units};
use super::succession::Mapping;

/// One unit in a [`Tree`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// The version; none for `unresolved`.
    pub fact: Option<Arc<UnitFact>>,
    /// The unit above; none for a root.
    pub parent: Option<UnitId>,
    /// The units directly below, in protocol order.
    pub children: Vec<UnitId>,
}

/// Who stands under whom on a day: one node for each version and one for `unresolved`.
///
/// Beside the territory there may be trees of areas: their versions stand apart, under one another. A version there
/// whose code is also a unit's of the territory stands for that unit and has its own figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    nodes: Vec<Node>,
    /// For units of the territory: those that stand for them in other trees, one for each tree.
    stand_ins: BTreeMap<UnitId, Vec<UnitId>>,
    /// For units of other trees: the units of the territory they stand for.
    stands_for: BTreeMap<UnitId, Vec<UnitId>>,
}

impl Tree {
    /// The tree as it is now: parents are read on the child's last valid day, without one on `today`, and mapped
    /// through successions. A unit whose parent goes on as itself stands as a root.
    ///
    /// `unresolved` stands under the root of the day: of the versions without a parent that are valid then the one
    /// of least code, else the one that ended last. A parent that can't be read is `unresolved`; of a circle the
    /// least (code, valid from) stands under `unresolved`.
    pub fn now(units: &Units, today: Day, mapping: &Mapping) -> Tree {
        Tree::build(units, today, |child, read| {
            let mapped = mapping.of(read);
            (mapped != child || read == child).then_some(mapped)
        })
    }

    /// The tree as it was: like [`Tree::now`], without successions.
    pub fn was(units: &Units, today: Day) -> Tree {
        Tree::build(units, today, |_, read| Some(read))
    }

    fn build(units: &Units, today: Day, mapped: impl Fn(UnitId, UnitId) -> Option<UnitId>) -> Tree {
        let mut nodes = vec![Node { fact: None, parent: root(units, today), children: Vec::new() }];
        let (mut stand_ins, mut stands_for) = (BTreeMap::<_, Vec<_>>::new(), BTreeMap::<_, Vec<_>>::new());
        for (id, fact) in units.versions() {
            let last = fact.valid_to.unwrap_or(today);
            let read = fact.parent.as_ref().map(|parent| units.read_in(&fact.tree, parent, last).unit);
            let parent = match read {
                Some(read) if &*fact.tree == TERRITORY => mapped(id, read),
                // A parent that its tree doesn't know is none.
                other => other.filter(|read| *read != UnitId::UNRESOLVED),
            };
            nodes.push(Node { fact: Some(fact.clone()), parent, children: Vec::new() });
            if &*fact.tree != TERRITORY {
                continue;
            }
            for tree in units.other_trees() {
                let stand_in = units.read_in(tree, &fact.code, last).unit;
                if stand_in != UnitId::UNRESOLVED {
                    stand_ins.entry(id).or_default().push(stand_in);
                    stands_for.entry(stand_in).or_default().push(id);
                }
            }
        }
        let mut tree = Tree { nodes, stand_ins, stands_for };
        tree.cut_circles();
        tree.link_children();
        tree
    }

    fn cut_circles(&mut self) {
        for place in 0..self.nodes.len() {
            let start = UnitId::at_place(place);
            let mut steps = 0;
            let mut above = self.nodes[place].parent;
            while let Some(id) = above {
                if id == start {
                    self.nodes[place].parent = self.is_territory(start).then_some(UnitId::UNRESOLVED);
                    break;
                }
                steps += 1;
                if steps > self.nodes.len() {
                    // It only leads into a circle, which is cut at its own least member.
                    break;
                }
                above = self.nodes[id.place()].parent;
            }
        }
    }

    fn link_children(&mut self) {
        for place in 0..self.nodes.len() {
            if let Some(parent) = self.nodes[place].parent {
                self.nodes[parent.place()].children.push(UnitId::at_place(place));
            }
        }
        for place in 0..self.nodes.len() {
            let mut children = std::mem::take(&mut self.nodes[place].children);
            children.sort_by_cached_key(|child| self.order_key(*child));
            self.nodes[place].children = children;
        }
    }

    /// Protocol order: `unresolved` last, then by sort order and code.
    fn order_key(&self, unit: UnitId) -> (bool, i32, String, Option<Day>) {
        match &self.nodes[unit.place()].fact {
            None => (true, 0, String::new(), None),
            Some(fact) => (false, fact.sort_order, fact.code.to_string(), fact.valid_from),
        }
    }

    /// The node of a unit.
    pub fn node(&self, unit: UnitId) -> &Node {
        &self.nodes[unit.place()]
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Never true: `unresolved` is always there.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// All units.
    pub fn ids(&self) -> impl Iterator<Item = UnitId> + use<> {
        (0..self.nodes.len()).map(UnitId::at_place)
    }

    /// The unit itself, then those above it up to the root.
    pub fn path(&self, unit: UnitId) -> impl Iterator<Item = UnitId> + '_ {
        std::iter::successors(Some(unit), |unit| self.nodes[unit.place()].parent)
    }

    /// Whether it is a unit of the territory (or `unresolved`) and no area of another tree.
    pub fn is_territory(&self, unit: UnitId) -> bool {
        self.nodes[unit.place()].fact.as_ref().is_none_or(|fact| &*fact.tree == TERRITORY)
    }

    /// The units of the territory that a unit has its own figures from: itself, or those an area's row stands for.
    pub fn owners(&self, unit: UnitId) -> impl Iterator<Item = UnitId> + '_ {
        let itself = self.is_territory(unit).then_some(unit);
        itself.into_iter().chain(self.stands_for.get(&unit).into_iter().flatten().copied())
    }

    /// The units of other trees that stand for a unit of the territory, one for each tree that has it.
    pub fn stand_ins(&self, unit: UnitId) -> &[UnitId] {
        self.stand_ins.get(&unit).map_or(&[], Vec::as_slice)
    }

    /// The unit and everything below it, each once.
    pub fn below(&self, unit: UnitId) -> impl Iterator<Item = UnitId> + '_ {
        let mut waiting = vec![unit];
        std::iter::from_fn(move || {
            let next = waiting.pop()?;
            waiting.extend(&self.nodes[next.place()].children);
            Some(next)
        })
    }

    /// Whether what counts under `unit` is part of what counts under `above`. A unit of the territory is under an area
    /// when it is one of its members; an area is under a unit of the territory when all its members are.
    pub fn covers(&self, above: UnitId, unit: UnitId) -> bool {
        if self.path(unit).any(|passed| passed == above) {
            return true;
        }
        match (self.is_territory(above), self.is_territory(unit)) {
            (true, true) => false,
            (false, _) => {
                let mut owners = self.below(unit).flat_map(|below| self.owners(below)).peekable();
                let is_in = |owner: UnitId| self.stand_ins(owner).iter().any(|of| self.path(*of).any(|id| id == above));
                owners.peek().is_some() && owners.all(is_in)
            }
            (true, false) => {
                let mut owners = self.below(unit).flat_map(|below| self.owners(below)).peekable();
                owners.peek().is_some() && owners.all(|owner| self.path(owner).any(|id| id == above))
            }
        }
    }
}

/// Under which unit `unresolved` stands.
fn root(units: &Units, today: Day) -> Option<UnitId> {
    let roots = || units.versions().filter(|(_, fact)| fact.parent.is_none() && &*fact.tree == TERRITORY);
    let has_begun = |fact: &UnitFact| fact.valid_from.is_none_or(|from| from <= today);
    let has_ended = |fact: &UnitFact| fact.valid_to.is_some_and(|to| to < today);
    let valid = roots().filter(|(_, fact)| has_begun(fact) && !has_ended(fact));
    let ended = roots().filter(|(_, fact)| has_ended(fact));
    // Of one code the version that began last, as a code is read.
    let valid = valid.min_by_key(|(_, fact)| (&fact.code, Reverse(fact.valid_from)));
    let ended = ended.min_by_key(|(_, fact)| (Reverse(fact.valid_to), &fact.code, Reverse(fact.valid_from)));
    valid.or(ended).map(|(id, _)| id)
}
