//! Records, ids, times, dossier registers, their join and what is derived from them.
//!
//! Everything here is a pure function over values: no clock, no disk, no knowledge of JSON from senders (that
//! is `ingest`) or of SQL (that is `store`). Values are valid by construction (I-1).
//!
//! The state of a dossier is a set of registers, each joined by a commutative, associative, idempotent
//! operation, so that duplicates, disorder and replays change nothing (I-3, C-2). The rules cited in
//! comments and test names are the project's rules of the figures.

pub mod time;
pub mod text;
pub mod plain;
pub mod decimal;
pub mod period;
pub mod kind;
pub mod source;
pub mod procedure;
pub mod calendar;
pub mod rules;
pub mod record;
pub mod codec;
pub mod register;
pub mod dossier;
pub mod rating;
pub mod derive;
pub mod verdict;
pub mod quality;
#[cfg(test)]
mod tests;

pub use calendar::{Calendar, CalendarEntry, CalendarFact, DayKind, WorkingWeek};
pub use decimal::Decimal;
pub use derive::{Class, Derived, Stage, derive};
pub use dossier::{DossierState, Pause};
pub use kind::{Channel, PauseKind, Status, UnitKind};
pub use period::Period;
pub use procedure::{Level, Limit, ProcedureFact, ProcedureProfile};
pub use rating::{IndicatorState, RatingState};
pub use record::{
    Alias, Contact, DossierEvent, DossierKey, Field, IndicatorKey, IndicatorReport, PauseEvent, Rating, RatingKey,
    Record, Succession, UnitFact,
};
pub use register::{First, Register};
pub use rules::Rules;
pub use source::{SourceFact, SourceProfile};
pub use text::Text;
pub use time::{Clock, Day, Instant, Zone};
pub use verdict::{Verdict, verdict};
