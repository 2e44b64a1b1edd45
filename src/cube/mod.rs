//! The live aggregates in memory: one record of registers per dossier and counters per unit and local day.
//!
//! One owner changes it: `apply` (records), `tick` (the clock), and gets an immutable [`View`] from which every
//! figure is answered, so that numbers with the same `seq` agree. It reads no clock and does no I/O (C-1).
//!
//! What a dossier adds to the days of its unit is a pure function of its registers and `now` (`contribution`).
//! A change takes the old contribution away and adds the new one. The clock changes a contribution only at a few
//! instants that are known beforehand (a due instant passes, a pause ends, the last working day begins): these wait
//! in the due queue, and `tick` visits just the dossiers whose instant has come. So the state is a function of
//! records and `now`, not of the history of ticks, batches or order (C-1, C-2).
//!
//! Counters are kept for each unit and perspective: `own` for what it handles itself; as it is now and processed also
//! `sum` with everything below it (C-3). A change of the hierarchy, of limits or of working days is read
//! into new counters aside (`building`).

mod contribution;
mod days;
mod placement;
mod open;
mod ratings;
mod counters;
mod building;
mod owner;
mod indicators;
mod index;
mod view;
mod coverage;
mod dimension;
mod drill;
mod marked;
mod procedures;
mod totals;
mod unresolved;
mod revival;
mod senders;
#[cfg(test)]
mod tests;

pub use crate::kpi::Window;
pub use contribution::Contribution;
pub use coverage::Coverage;
pub use dimension::{AGES, Dimension};
pub use drill::{Item, ItemKind, Selection};
pub use index::IndexReading;
pub use indicators::{IndicatorFigure, IndicatorSheet, Placed};
pub use marked::Marked;
pub use owner::Cube;
pub use placement::Placement;
pub use procedures::ProcedureUse;
pub use ratings::Answers;
pub use revival::Revival;
pub use totals::DayCount;
pub use unresolved::UnresolvedValue;
pub use view::{Change, DossierRef, DossierView, View};
