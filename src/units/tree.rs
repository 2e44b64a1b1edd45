//! The tree of units as it stands on a day.

use std::cmp::Reverse;
use std::sync::Arc;

use crate::model::{Day, UnitFact};

use super::registry::{TERRITORY, UnitId, Units};

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    nodes: Vec<Node>,
}

impl Tree {
    /// The tree of a day: parents are read on the child's last valid day, without one on `today`.
    ///
    /// `unresolved` stands under the root of the day: of the versions without a parent that are valid then the one
    /// of least code, else the one that ended last. A parent that can't be read is `unresolved`; of a circle the
    /// least (code, valid from) stands under `unresolved`. A unit of another tree stands alone.
    pub fn build(units: &Units, today: Day) -> Tree {
        let mut nodes = vec![Node { fact: None, parent: root(units, today), children: Vec::new() }];
        for (_, fact) in units.versions() {
            nodes.push(Node { fact: Some(fact.clone()), parent: None, children: Vec::new() });
        }
        for (id, fact) in units.versions() {
            let Some(parent) = fact.parent.as_ref().filter(|_| &*fact.tree == TERRITORY) else { continue };
            let read = units.read(parent, fact.valid_to.unwrap_or(today)).unit;
            nodes[id.place()].parent = Some(read);
        }
        let mut tree = Tree { nodes };
        tree.cut_circles();
        tree.link_children();
        tree
    }

    fn cut_circles(&mut self) {
        for place in 0..self.nodes.len() {
            let start = UnitId(u32::try_from(place).expect("as many as there are ids"));
            let mut steps = 0;
            let mut above = self.nodes[place].parent;
            while let Some(id) = above {
                if id == start {
                    self.nodes[place].parent = (place != 0).then_some(UnitId::UNRESOLVED);
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
                let id = UnitId(u32::try_from(place).expect("as many as there are ids"));
                self.nodes[parent.place()].children.push(id);
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
        (0..u32::try_from(self.nodes.len()).expect("as many as there are ids")).map(UnitId)
    }

    /// The unit itself, then those above it up to the root.
    pub fn path(&self, unit: UnitId) -> impl Iterator<Item = UnitId> + '_ {
        std::iter::successors(Some(unit), |unit| self.nodes[unit.place()].parent)
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
