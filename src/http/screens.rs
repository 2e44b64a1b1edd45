//! Screens as devices. What a screen asks for itself is below `/api/v1/screen`, what an operator does with screens below
//! `/api/v1/screens`.
//!
//! A screen's credential is a cookie that no script reads. It counts where nothing else was shown: with tokens it makes
//! the caller a screen, which may show the boards of its program at its unit and nothing else; in open mode, where
//! everybody at this machine may see everything anyway, it only says which screen this is.

mod cookie;
mod device;
mod keeper;
mod operator;
mod problem;
mod rows;

use axum::Router;
use axum::http::HeaderMap;
use axum::routing::{get, post, put};

use crate::auth::{Caller, Entry};
use crate::cube::View;
use crate::screens::{Known, Screen};

use super::error::Problem;
use super::sight::unknown_unit;
use super::state::AppState;

pub use keeper::ScreenKeeper;
pub use problem::ScreenProblem;

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/api/v1/screen", get(device::own))
        .route("/api/v1/screen/code", post(device::code))
        .route("/api/v1/screen/token", post(device::token))
        .route("/api/v1/screens", get(operator::list).post(operator::approve))
        .route("/api/v1/screens/deny", post(operator::deny))
        .route("/api/v1/screens/{id}", put(operator::change).delete(operator::revoke))
        .route("/api/v1/screens/{id}/command", post(operator::command))
}

/// Who is behind a request when its cookie is looked at too.
pub(super) fn entry_at(state: &AppState, entry: Entry, headers: &HeaderMap) -> Entry {
    let is_open = !state.gate.is_required();
    match entry {
        Entry::Nobody => match known(state, headers) {
            Known::Good(screen) => Entry::Caller(Caller::display(screen.id.clone(), screen.scope())),
            // A cookie comes by itself: what it is worth no more isn't held against whoever has something better to show.
            Known::Revoked | Known::Unknown => Entry::Nobody,
        },
        Entry::Caller(caller) if is_open => match known(state, headers) {
            Known::Good(screen) => Entry::Caller(caller.at_screen(screen.id.clone())),
            Known::Revoked | Known::Unknown => Entry::Caller(caller),
        },
        other => other,
    }
}

/// Whose screen's cookie a request carries.
fn known(state: &AppState, headers: &HeaderMap) -> Known {
    cookie::secret(headers).map_or(Known::Unknown, |secret| state.displays.list().by_hash(&secret.hash()))
}

/// Refuses a screen a board or a unit that isn't its own; nobody else.
pub(super) fn only_its_own(
    state: &AppState,
    caller: &Caller,
    view: &View,
    (board, unit): (&str, &str),
) -> Result<(), Problem> {
    if !caller.is_display_only() {
        return Ok(());
    }
    let seen = caller.screen().and_then(|id| state.displays.list().get(id));
    let Some(seen) = seen.filter(|seen| !seen.screen.is_revoked() && *seen.screen.unit == *unit) else {
        return Err(unknown_unit(unit, view.today()));
    };
    let sent_to = seen.command.as_ref().and_then(|command| command.board((state.wall)()));
    match is_of(&seen.screen, board) || sent_to == Some(board) {
        true => Ok(()),
        false => Err(Problem::UnknownBoard { board: board.to_owned() }),
    }
}

fn is_of(screen: &Screen, board: &str) -> bool {
    screen.show.boards().any(|of| of == board)
}
