//! Why a screen isn't let in, or something isn't done with one.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::screens::{Poll, TooManyPairings};

/// Why a screen isn't let in, or something isn't done with one.
#[derive(Debug, thiserror::Error)]
pub enum ScreenProblem {
    /// 400: the screen is to ask again, or to begin anew (RFC 8628, 3.5). `interval_s` is the wait from now on.
    #[error("{}", words(*.0))]
    Waiting(Poll),
    /// 503: too many are waiting.
    #[error(transparent)]
    TooMany(#[from] TooManyPairings),
    /// 404: no screen waits with this code.
    #[error("no screen waits with this code: codes are good for {} minutes", crate::screens::PAIRING_S / 60)]
    UnknownCode,
    /// 404: no such screen, or not of a unit of the caller's.
    #[error("there is no screen {id:?}")]
    UnknownScreen {
        /// The id asked for.
        id: String,
    },
    /// 409: no more screens are kept.
    #[error("there are {} screens: revoke those that are gone", crate::screens::SCREENS_MAX)]
    Full,
    /// 409: the screen was taken back.
    #[error("screen {id:?} was revoked: it shows nothing any more")]
    Revoked {
        /// Its id.
        id: String,
    },
}

fn words(poll: Poll) -> &'static str {
    match poll {
        Poll::Pending => "nobody has approved this screen yet: ask again",
        Poll::SlowDown { .. } => "asked too soon: wait longer between two questions",
        Poll::Denied => "somebody refused this screen",
        Poll::Expired => "the code is too old: ask for another one",
    }
}

impl ScreenProblem {
    /// The status.
    pub fn status(&self) -> StatusCode {
        match self {
            ScreenProblem::Waiting(_) => StatusCode::BAD_REQUEST,
            ScreenProblem::TooMany(_) => StatusCode::SERVICE_UNAVAILABLE,
            ScreenProblem::UnknownCode | ScreenProblem::UnknownScreen { .. } => StatusCode::NOT_FOUND,
            ScreenProblem::Full | ScreenProblem::Revoked { .. } => StatusCode::CONFLICT,
        }
    }

    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            ScreenProblem::Waiting(Poll::Pending) => "authorization_pending",
            ScreenProblem::Waiting(Poll::SlowDown { .. }) => "slow_down",
            ScreenProblem::Waiting(Poll::Denied) => "access_denied",
            ScreenProblem::Waiting(Poll::Expired) => "expired_token",
            ScreenProblem::TooMany(_) => "too_many_pairings",
            ScreenProblem::UnknownCode => "unknown_code",
            ScreenProblem::UnknownScreen { .. } => "unknown_screen",
            ScreenProblem::Full => "screens_full",
            ScreenProblem::Revoked { .. } => "screen_revoked",
        }
    }

    /// The title.
    pub fn title(&self) -> &'static str {
        match self {
            ScreenProblem::Waiting(Poll::Denied) => "Refused",
            ScreenProblem::Waiting(Poll::Expired) => "Code too old",
            ScreenProblem::Waiting(_) => "Not approved yet",
            ScreenProblem::TooMany(_) => "Too many waiting",
            ScreenProblem::UnknownCode => "Unknown code",
            ScreenProblem::UnknownScreen { .. } => "Unknown screen",
            ScreenProblem::Full => "No room",
            ScreenProblem::Revoked { .. } => "Revoked",
        }
    }

    /// When to come back.
    pub fn retry_after_s(&self) -> Option<u32> {
        matches!(self, ScreenProblem::TooMany(_)).then_some(30)
    }

    /// Further members of the problem: a device finds the word of RFC 6749 in `error`.
    pub fn further(&self) -> Option<Value> {
        match self {
            ScreenProblem::Waiting(Poll::SlowDown { interval_s }) => {
                Some(json!({"error": self.code(), "interval": interval_s}))
            }
            ScreenProblem::Waiting(_) => Some(json!({"error": self.code()})),
            _ => None,
        }
    }
}
