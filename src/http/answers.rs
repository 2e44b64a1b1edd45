//! The figures as the API answers them: pure functions from one view to serializable answers.
//!
//! Handlers give them a view, the catalogue and a query; they know nothing of requests or of who asks.

mod question;
mod standing;
mod dossier;
mod kpis;
mod breakdown;
mod dossiers;
mod table;
mod sources;
mod provenance;
#[cfg(test)]
mod tests;

pub use breakdown::{BreakdownAnswer, BreakdownQuery, breakdown};
pub use dossier::{DossierAnswer, dossier};
pub use dossiers::{DossiersAnswer, DossiersQuery, dossiers};
pub use kpis::{KpisAnswer, KpisQuery, kpis};
pub use provenance::{Origin, Provenance, provenance};
pub use sources::{FreshnessAnswer, SourcesAnswer, freshness, sources};
pub use table::{Cell, Table, Tabular, of_rows};

use crate::cube::View;
use crate::kpi::{Catalogue, Window, WindowError};
use crate::model::Text;
use crate::units::{Hierarchy, Perspective, Scope, UnitRole, VisibleUnit};

/// What every answer is made from.
#[derive(Clone, Copy, Debug)]
pub struct Figures<'a> {
    /// All figures at one (seq, instant).
    pub view: &'a View,
    /// Definitions and targets.
    pub catalogue: &'a Catalogue,
    /// Id of this node (S-3).
    pub node: &'a str,
    /// Whose units may be seen (H-1).
    pub scope: &'a Scope,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// No unit is called so on the day of the question.
    #[error("no unit has the code `{0}`")]
    UnknownUnit(String),
    /// No record of this dossier was ever received.
    #[error("source `{source_id}` has no dossier `{id}`")]
    UnknownDossier {
        /// The source asked for.
        source_id: Text,
        /// The id asked for.
        id: Text,
    },
    /// The window can't be read.
    #[error(transparent)]
    Window(#[from] WindowError),
    /// Neither `now` nor `was`.
    #[error("`{0}` is no hierarchy: use now or was")]
    UnknownHierarchy(String),
    /// Neither `processing` nor `receiving`.
    #[error("`{0}` is no role: use processing or receiving")]
    UnknownRole(String),
    /// No dimension is called so.
    #[error(
        "`{0}` is no dimension: use unit, field, procedure, channel, status, holder, age or day (unit and day are no filters)"
    )]
    UnknownDimension(String),
    /// The dimension has fixed values, and this is none of them.
    #[error("`{value}` is no value of {dimension}")]
    UnknownValue {
        /// The dimension.
        dimension: &'static str,
        /// What was asked for.
        value: String,
    },
    /// No measure is called so.
    #[error("`{0}` is no measure")]
    UnknownMeasure(String),
    /// The cursor wasn't given out for this question.
    #[error("the cursor doesn't belong to this question: ask without it")]
    BadCursor,
    /// A bound is out of its range.
    #[error("{name} is from 1 to {max}")]
    BadBound {
        /// Name of the parameter.
        name: &'static str,
        /// Its greatest value.
        max: usize,
    },
}

impl AnswerError {
    /// The stable code of the problem.
    pub fn code(&self) -> &'static str {
        match self {
            AnswerError::UnknownUnit(_) => "unknown_unit",
            AnswerError::UnknownDossier { .. } => "unknown_dossier",
            AnswerError::Window(_) => "bad_window",
            AnswerError::UnknownHierarchy(_) => "bad_hierarchy",
            AnswerError::UnknownRole(_) => "bad_role",
            AnswerError::UnknownDimension(_) => "bad_dimension",
            AnswerError::UnknownValue { .. } => "bad_value",
            AnswerError::UnknownMeasure(_) => "bad_measure",
            AnswerError::BadCursor => "bad_cursor",
            AnswerError::BadBound { .. } => "bad_parameter",
        }
    }

    /// Whether the thing asked for doesn't exist, in contrast to a question that can't be answered.
    pub fn is_not_found(&self) -> bool {
        matches!(self, AnswerError::UnknownUnit(_) | AnswerError::UnknownDossier { .. })
    }
}

/// The perspective that a question names; as it is now and processed when it names none.
///
/// # Errors
/// When there is no such hierarchy or role.
pub fn perspective(hierarchy: Option<&str>, role: Option<&str>) -> Result<Perspective, AnswerError> {
    let hierarchy = match hierarchy {
        None | Some("now") => Hierarchy::Now,
        Some("was") => Hierarchy::Was,
        Some(other) => return Err(AnswerError::UnknownHierarchy(other.to_owned())),
    };
    let role = match role {
        None | Some("processing") => UnitRole::Processing,
        Some("receiving") => UnitRole::Receiving,
        Some(other) => return Err(AnswerError::UnknownRole(other.to_owned())),
    };
    Ok(Perspective { hierarchy, role })
}

/// What a code in a question names: as it is now today, as it was on the window's last day, but not later than today
/// . `unresolved` names itself.
///
/// # Errors
/// When no unit has the code then, or it may not be seen (H-1).
pub fn asked_unit(
    figures: Figures<'_>,
    code: &str,
    window: Window,
    hierarchy: Hierarchy,
) -> Result<VisibleUnit, AnswerError> {
    let Figures { view, scope, .. } = figures;
    let day = match hierarchy {
        Hierarchy::Now => view.today(),
        Hierarchy::Was => window.last.min(view.today()),
    };
    let seen = scope.on(view.units(), view.hierarchies(), hierarchy).unit(code, day);
    seen.ok_or_else(|| AnswerError::UnknownUnit(code.to_owned()))
}

/// A node's id as people and programs read it (S-3).
pub fn node_name(node: u64) -> String {
    format!("{node:016x}")
}
