//! The hierarchy of units with its time: which unit a code names on a day, and under which it stands.
//!
//! A code alone names nothing; (code, day) does: from one day on the same code can mean another territory. A
//! code that no unit explains goes under `unresolved`, a visible child of the root, so that nothing is ever dropped.
//! Parents are read on the child's last valid day, so a tree belongs to a day. Successions, the view as it
//! was, aliases and second trees are not here yet.

mod perspective;
mod registry;
mod label;
mod tree;
mod scope;
#[cfg(test)]
mod tests;

pub use label::UnitLabel;
pub use perspective::{Hierarchy, Perspective, UnitRole};
pub use registry::{Reading, TERRITORY, UnitId, Units};
pub use scope::{Scope, ScopeRoot, Sight, VisibleUnit};
pub use tree::{Node, Tree};

/// The code under which everything stands whose unit no one knows.
pub const UNRESOLVED: &str = "unresolved";
