//! `GET /api/v1/live`: what screens hear, over a WebSocket.
//!
//! A screen subscribes to topics and hears a snapshot, then updates. Each connection holds a `watch` receiver per
//! topic and at most one frame on its way, so its memory doesn't grow with messages and a slow one delays nobody
//! (T-2): a screen that falls behind gets the newest snapshot, one that doesn't take a frame in time is cut. Every
//! number is bounded by [`LiveLimits`].

mod wire;
mod screens;
mod doubts;
mod device;
mod socket;
mod entry;
#[cfg(test)]
mod tests;

use std::net::{IpAddr, Ipv4Addr};

use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{ConnectInfo, State};
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};

use crate::auth::{Caller, Payer, Role};

use super::error::Problem;
use super::guard::require;
use super::listen::Peer;
use super::state::AppState;

pub use screens::{LiveLimits, Screens};

/// Room in the write buffer beside one frame: small frames that answer a screen while a large one is on its way.
const WRITE_BUFFER_SPARE_BYTES: usize = 64 * 1024;

/// Whether a text is a frame that a screen may send.
pub fn is_client_frame(text: &str) -> bool {
    serde_json::from_str::<wire::ClientFrame>(text).is_ok()
}

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/api/v1/live", get(live))
}

async fn live(
    State(state): State<AppState>,
    caller: Option<Extension<Caller>>,
    peer: Option<Extension<ConnectInfo<Peer>>>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let caller = caller.map(|Extension(caller)| caller);
    if let Some(caller) = &caller {
        require(caller, Role::Display)?;
    }
    let address = peer.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |Extension(ConnectInfo(peer))| peer.0);
    let guest = entry::Guest { caller, payer: Payer::Peer(address) };
    let upgrade = upgrade.map_err(|rejection| Problem::BadParameter { reason: rejection.body_text() })?;
    let seat = state.screens.take_seat()?;
    let limits = state.screens.limits();
    let frame_bytes_max = state.topics.limits().frame_bytes_max;
    Ok(upgrade
        .read_buffer_size(limits.read_buffer_bytes)
        .write_buffer_size(0)
        .max_write_buffer_size(frame_bytes_max + WRITE_BUFFER_SPARE_BYTES)
        .max_message_size(limits.client_frame_bytes_max)
        .max_frame_size(limits.client_frame_bytes_max)
        .on_upgrade(move |socket| entry::serve(socket, state, guest, seat)))
}
