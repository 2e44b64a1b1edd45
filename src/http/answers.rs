//! The figures as the API answers them: pure functions from one view to serializable answers.
//!
//! Handlers give them a view, the catalogue and a query; they know nothing of requests or of who asks.

mod dossier;
mod kpis;
mod provenance;
#[cfg(test)]
mod tests;

pub use dossier::{DossierAnswer, dossier};
pub use kpis::{KpisAnswer, KpisQuery, kpis};
pub use provenance::{Origin, Provenance, provenance};

use crate::cube::View;
use crate::kpi::{Catalogue, WindowError};
use crate::model::Text;

/// What every answer is made from.
#[derive(Clone, Copy, Debug)]
pub struct Figures<'a> {
    /// All figures at one (seq, instant).
    pub view: &'a View,
    /// Definitions and targets.
    pub catalogue: &'a Catalogue,
    /// Id of this node (S-3).
    pub node: &'a str,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
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
    /// The contract has it, this version doesn't.
    #[error("{0} is not available yet")]
    NotAvailableYet(&'static str),
}

impl AnswerError {
    /// The stable code of the problem.
    pub fn code(&self) -> &'static str {
        match self {
            AnswerError::UnknownDossier { .. } => "unknown_dossier",
            AnswerError::Window(_) => "bad_window",
            AnswerError::UnknownHierarchy(_) => "bad_hierarchy",
            AnswerError::UnknownRole(_) => "bad_role",
            AnswerError::NotAvailableYet(_) => "not_available_yet",
        }
    }

    /// Whether the thing asked for doesn't exist, in contrast to a question that can't be answered.
    pub fn is_not_found(&self) -> bool {
        matches!(self, AnswerError::UnknownDossier { .. })
    }
}

/// A node's id as people and programs read it (S-3).
pub fn node_name(node: u64) -> String {
    format!("{node:016x}")
}
