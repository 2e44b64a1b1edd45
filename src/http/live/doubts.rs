//! When a screen's token is to be looked at again: at every change of the tokens, and when its own time is over.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;

use crate::auth::Caller;
use crate::http::state::AppState;
use crate::model::{Clock, Instant};

/// The longest wait: the real clock may be set.
const WAIT_MS_MAX: i64 = 2_000;

/// The token of one screen. Without one there is never a doubt.
pub(super) struct Doubts {
    changes: Option<watch::Receiver<u64>>,
    expires_at: Option<Instant>,
    wall: Clock,
}

impl Doubts {
    pub(super) fn of(state: &AppState, caller: &Caller) -> Doubts {
        let tokens = state.gate.tokens();
        Doubts {
            changes: tokens.map(crate::auth::Tokens::changes),
            expires_at: tokens.and_then(|tokens| tokens.expires_at(caller)),
            wall: state.wall.clone(),
        }
    }

    /// Waits for the next doubt.
    pub(super) async fn next(&mut self) {
        let Some(changes) = &mut self.changes else { return std::future::pending().await };
        let expiry = async {
            match self.expires_at {
                None => std::future::pending().await,
                Some(at) => {
                    let wait_ms = (at.0 - (self.wall)().0).clamp(0, WAIT_MS_MAX);
                    sleep(Duration::from_millis(u64::try_from(wait_ms).unwrap_or(0))).await;
                }
            }
        };
        tokio::select! {
            // An error would mean that the tokens are gone, which the state keeps.
            _ = changes.changed() => {}
            () = expiry => {}
        }
    }
}
