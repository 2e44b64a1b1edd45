//! The hierarchy of units with its time: which unit a code names on a day, and under which it stands.
//!
//! A code alone names nothing; (code, day) does: from one day on the same code can mean another territory. A
//! code that no unit explains goes under `unresolved`, a visible child of the root, so that nothing is ever dropped.
//! Parents are read on the child's last valid day, so a tree belongs to a day.
//!
//! There are two hierarchies ([`Hierarchies`]): *now*, in which a unit that went on as another one counts there
//! ([`Mapping`]), and *was*, in which everything counts where it was. Other trees than the territory group its units
//! into areas, such as former districts; records never name them, questions may.
//!
//! Questions: [`Units::ask`] (what a code names on a day), [`Hierarchies::written_on`] (what a code written down on a
//! day names now), [`Tree::covers`] (whether one unit's figures are part of another's).

mod perspective;
mod registry;
mod succession;
mod tree;
mod changes;
mod hierarchies;
mod geometry;
mod key;
mod label;
mod likeness;
mod scope;
mod tiling;
#[cfg(test)]
mod tests;

pub use changes::Changes;
pub use geometry::{DrawnMap, DrawnShape, GeometryError, Outline, draw, read_outlines};
pub use hierarchies::Hierarchies;
pub use key::UnitKey;
pub use label::UnitLabel;
pub use likeness::{Likeness, LikenessReason, Lookalikes};
pub use perspective::{Hierarchy, Perspective, UnitRole};
pub use registry::{Reading, TERRITORY, UnitId, Units};
pub use scope::{Scope, ScopeRoot, Sight, VisibleUnit};
pub use succession::Mapping;
pub use tiling::{Tiling, tiling};
pub use tree::{Node, Tree};

/// The code under which everything stands whose unit no one knows.
pub const UNRESOLVED: &str = "unresolved";
