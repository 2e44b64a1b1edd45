//! Why a step of a return isn't taken.

use axum::http::StatusCode;
use serde_json::{Value, json};

/// Why a return isn't shown, kept or taken further.
#[derive(Debug, thiserror::Error)]
pub enum ReturnProblem {
    /// 404: the unit reports nothing of such a period.
    #[error("unit {unit:?} has no indicators to report of {period}")]
    NothingToReport {
        /// Code of the unit.
        unit: String,
        /// The period.
        period: String,
    },
    /// 404: nothing was filled in.
    #[error("unit {unit:?} has filled in nothing of {period}")]
    NoReturn {
        /// Code of the unit.
        unit: String,
        /// The period.
        period: String,
    },
    /// 422: some cells are faulty; nothing was kept.
    #[error("{count} cells are faulty; nothing of the return was kept")]
    Faulty {
        /// How many.
        count: usize,
        /// Each with its cell and reason.
        faults: Value,
    },
    /// 409: the return isn't where this step can be taken.
    #[error("return {version} is {state}: it can't be {step}")]
    State {
        /// Number of the return.
        version: usize,
        /// Where it is.
        state: &'static str,
        /// What was asked for.
        step: &'static str,
    },
    /// 409: who submitted a return doesn't approve it.
    #[error("{by} submitted this return: somebody else approves it")]
    SamePerson {
        /// Who submitted it.
        by: String,
    },
    /// 409: what is reported already is further ahead of the clock than any record may be, so the approval couldn't be the
    /// newest one.
    #[error(
        "{indicator} was reported as of {at}, which is ahead of the clock, {now}: set the clock right, then approve"
    )]
    ReportAhead {
        /// Code of the indicator.
        indicator: String,
        /// When it was reported.
        at: String,
        /// By the clock of the figures.
        now: String,
    },
}

impl ReturnProblem {
    /// The status.
    pub fn status(&self) -> StatusCode {
        match self {
            ReturnProblem::NothingToReport { .. } | ReturnProblem::NoReturn { .. } => StatusCode::NOT_FOUND,
            ReturnProblem::Faulty { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            ReturnProblem::State { .. } | ReturnProblem::SamePerson { .. } | ReturnProblem::ReportAhead { .. } => {
                StatusCode::CONFLICT
            }
        }
    }

    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            ReturnProblem::NothingToReport { .. } => "nothing_to_report",
            ReturnProblem::NoReturn { .. } => "no_return",
            ReturnProblem::Faulty { .. } => "faulty_return",
            ReturnProblem::State { .. } => "return_state",
            ReturnProblem::SamePerson { .. } => "same_person",
            ReturnProblem::ReportAhead { .. } => "report_ahead",
        }
    }

    /// The title.
    pub fn title(&self) -> &'static str {
        match self {
            ReturnProblem::NothingToReport { .. } => "Nothing to report",
            ReturnProblem::NoReturn { .. } => "Nothing filled in",
            ReturnProblem::Faulty { .. } => "Faulty cells",
            ReturnProblem::State { .. } => "Not in this state",
            ReturnProblem::SamePerson { .. } => "Somebody else approves",
            ReturnProblem::ReportAhead { .. } => "Ahead of the clock",
        }
    }

    /// Further members of the problem.
    pub fn further(&self) -> Option<Value> {
        match self {
            ReturnProblem::Faulty { faults, .. } => Some(json!({"faults": faults})),
            _ => None,
        }
    }
}
