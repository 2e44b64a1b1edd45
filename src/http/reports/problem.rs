//! Why a run of a report isn't shown or tried anew.

use axum::http::StatusCode;

/// See the module.
#[derive(Debug, thiserror::Error)]
pub enum RunProblem {
    /// 404: no such run, or not of a unit of the caller's; or it has no such file, or no longer.
    #[error("there is no run {0} of a report with this file; files are kept as long as its schedule says")]
    Unknown(u64),
    /// 404: no such run, or not of a unit of the caller's.
    #[error("there is no run {0} of a report")]
    None(u64),
    /// 409: it waits, or was made.
    #[error("run {0} wasn't given up: there is nothing to try again")]
    NotFailed(u64),
}

impl RunProblem {
    pub(in crate::http) fn status(&self) -> StatusCode {
        match self {
            RunProblem::Unknown(_) | RunProblem::None(_) => StatusCode::NOT_FOUND,
            RunProblem::NotFailed(_) => StatusCode::CONFLICT,
        }
    }

    pub(in crate::http) fn code(&self) -> &'static str {
        match self {
            RunProblem::Unknown(_) | RunProblem::None(_) => "unknown_run",
            RunProblem::NotFailed(_) => "run_not_failed",
        }
    }

    pub(in crate::http) fn title(&self) -> &'static str {
        match self {
            RunProblem::Unknown(_) | RunProblem::None(_) => "Unknown run",
            RunProblem::NotFailed(_) => "Not given up",
        }
    }
}
