//! The figures as the API answers them: pure functions from one view to serializable answers.
//!
//! Handlers give them a view, the catalogue and a query; they know nothing of requests or of who asks.

mod question;
mod standing;
mod dossier;
mod kpis;
mod breakdown;
mod dossiers;
mod quality;
mod table;
mod totals;
mod sources;
mod indicators;
mod indices;
mod provenance;
mod ledger;
mod form_rows;
mod official;
mod sheet;
mod kept;
mod returns;
mod template;
mod snapshot;
mod closed;
mod report;
mod difference;
mod reconcile;
#[cfg(test)]
mod tests;

pub use breakdown::{BreakdownAnswer, BreakdownQuery, breakdown};
pub use closed::{ClosedQuestion, official_form};
pub use difference::{Difference, DifferenceQuery, Kept, difference};
pub use dossier::{DossierAnswer, dossier};
pub use dossiers::{DossiersAnswer, DossiersQuery, dossiers};
pub use indicators::{
    CatalogueAnswer, CatalogueQuery, IndicatorsAnswer, IndicatorsQuery, MissingAnswer, MissingQuery,
    indicator_catalogue, indicators, missing,
};
pub use indices::{IndexAnswer, IndexQuery, index};
pub use kept::{KeptReports, KeptTable, ReportDifference, report_difference};
pub use kpis::{KpisAnswer, KpisQuery, kpis};
pub use ledger::Ledger;
pub use official::{Closed, FormAnswer, FormQuery, Heading, current_form};
pub use provenance::{Origin, Provenance, provenance};
pub use quality::{QualityAnswer, QualityQuery, quality};
pub use question::{ClosedVersion, Version, version};
pub use reconcile::{ReconcileAnswer, ReconcileQuery, reconcile, reconciled_unit};
pub use report::{ReportFacts, ReportGround, report_figures, report_ledger, report_period};
pub use returns::{ReturnDifference, ReturnEntry, ReturnFault, ReturnQuestion, check_return, return_differences};
pub use sheet::workbook;
pub use snapshot::{ClosedFigures, ClosedUnit, Member, MemberCounts, MemberKey, Snapshot};
pub use sources::{FreshnessAnswer, SourcesAnswer, freshness, shows_source, sources};
pub use table::{Cell, Table, Tabular, of_rows};
pub use template::return_template;
pub use totals::{SUMMARY_DAYS, SourceTotals, StatedDays, StatedTotals, TotalsSummary, totals_of};

use crate::cube::View;
use crate::kpi::{Catalogue, Window, WindowError};
use crate::model::Text;
use crate::model::period::PeriodError;
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
    /// No scheme of periods is called so.
    #[error("`{name}` is no scheme of periods: use {known}")]
    UnknownScheme {
        /// What was asked for.
        name: String,
        /// The schemes there are.
        known: String,
    },
    /// No report is called so, or not in this form.
    #[error("there is no report `{0}`: use ID.png, ID.txt or ID.json")]
    UnknownReport(String),
    /// No form is called so.
    #[error("there is no form `{0}`")]
    UnknownForm(String),
    /// Neither `current` nor `official`.
    #[error("`{0}` is no version: use current, official or the number of a closing")]
    UnknownVersion(String),
    /// Nobody closed the period of the unit, or it was reopened.
    #[error("period {period} by scheme {scheme} of unit `{unit}` isn't closed")]
    NotClosed {
        /// Code of the unit.
        unit: String,
        /// Id of the scheme.
        scheme: String,
        /// The period.
        period: String,
    },
    /// The period of the unit has no closing of this number.
    #[error("period {period} by scheme {scheme} of unit `{unit}` has no closing {version}")]
    NoClosing {
        /// Code of the unit.
        unit: String,
        /// Id of the scheme.
        scheme: String,
        /// The period.
        period: String,
        /// The number asked for.
        version: u32,
    },
    /// Figures are closed in one perspective only.
    #[error("closed are the figures of hierarchy=now and role=processing")]
    NotClosedSo,
    /// A closing keeps no more.
    #[error("there are {count} {name}: a closing keeps at most {max}; close the units below one by one")]
    TooMuchToClose {
        /// Of what.
        name: &'static str,
        /// How many there are.
        count: usize,
        /// How many are kept.
        max: usize,
    },
    /// Forms have no such rows.
    #[error("`{0}` are no rows of a form: use field, unit or procedure")]
    UnknownRows(String),
    /// The period can't be read.
    #[error(transparent)]
    Period(#[from] PeriodError),
    /// No index is called so, or it has no formulas for that day.
    #[error("no index is called `{0}` on that day")]
    UnknownIndex(String),
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
    /// No doubt about a dossier is called so.
    #[error("`{0}` is no mark of quality")]
    UnknownMark(String),
    /// More than one source has dossiers there.
    #[error("more than one source has dossiers there; whose list it is is said by `source`, one of: {sources}")]
    SourceNeeded {
        /// Their names.
        sources: String,
    },
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
            AnswerError::UnknownScheme { .. } => "bad_scheme",
            AnswerError::UnknownReport(_) => "unknown_report",
            AnswerError::UnknownForm(_) => "unknown_form",
            AnswerError::UnknownVersion(_) => "bad_version",
            AnswerError::NotClosed { .. } => "not_closed",
            AnswerError::NoClosing { .. } => "unknown_version",
            AnswerError::NotClosedSo => "bad_version",
            AnswerError::TooMuchToClose { .. } => "too_much_to_close",
            AnswerError::UnknownRows(_) => "bad_rows",
            AnswerError::Period(_) => "bad_period",
            AnswerError::UnknownIndex(_) => "unknown_index",
            AnswerError::UnknownHierarchy(_) => "bad_hierarchy",
            AnswerError::UnknownRole(_) => "bad_role",
            AnswerError::UnknownDimension(_) => "bad_dimension",
            AnswerError::UnknownValue { .. } => "bad_value",
            AnswerError::UnknownMeasure(_) => "bad_measure",
            AnswerError::UnknownMark(_) => "bad_mark",
            AnswerError::SourceNeeded { .. } => "source_needed",
            AnswerError::BadCursor => "bad_cursor",
            AnswerError::BadBound { .. } => "bad_parameter",
        }
    }

    /// Whether the thing asked for doesn't exist, in contrast to a question that can't be answered.
    pub fn is_not_found(&self) -> bool {
        use AnswerError::{
            NoClosing, NotClosed, UnknownDossier, UnknownForm, UnknownIndex, UnknownReport, UnknownUnit,
        };
        matches!(
            self,
            UnknownUnit(_)
                | UnknownDossier { .. }
                | UnknownForm(_)
                | UnknownReport(_)
                | UnknownIndex(_)
                | NotClosed { .. }
                | NoClosing { .. }
        )
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
