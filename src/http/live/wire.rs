//! The frames of the WebSocket: text JSON, each with `op`.

use axum::extract::ws::Utf8Bytes;
use serde::{Deserialize, Serialize};

use crate::model::Text;
use crate::screens::{Order, Program};

use super::super::state::ClockKind;

/// A token as a screen shows it; never printed.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub(super) struct Shown(pub(super) String);

impl std::fmt::Debug for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("token")
    }
}

/// What a screen may say.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub(super) enum ClientFrame {
    /// Who I am; the first frame where tokens are asked for.
    Auth { token: Shown },
    /// Show me this topic, from a snapshot on. Also asked for again by a screen that missed something.
    Subscribe { board: String, unit: String },
    /// I don't show it any more.
    Unsubscribe { board: String, unit: String },
    /// The answer to a ping.
    Pong,
    /// I am the page of a screen: which page, on so many pixels.
    Screen { build: String, width: u32, height: u32 },
    /// What I show; said before the answer to a ping. Without a board nothing is shown yet.
    Shown { board: Option<String>, unit: String, version: u64 },
    /// I did what I was told.
    Ack { id: String },
}

/// What the server says, but for snapshots and updates, which `topics` encodes.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub(super) enum ServerFrame<'a> {
    /// The first frame. `build` names the newest page: one that is another loads itself anew.
    Hello { session: String, epoch: &'a str, ping_ms: u64, clock: ClockKind, build: String },
    /// What the screen is, after its own `screen` and after every change.
    Screen { id: Text, name: Text, unit: Text, show: Program },
    /// What the screen is to do, for so long; answered by `ack`.
    Command {
        id: String,
        #[serde(flatten)]
        order: Order,
        left_ms: i64,
    },
    /// The sign of life. `live_at` is of the last tick that went through the cube, `now` of the domain clock; with
    /// another `catalogue` than before a screen asks for its board anew.
    Ping { time: String, live_at: String, now: String, catalogue: String },
    /// Something asked for can't be had.
    Error {
        code: ErrorCode,
        message: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        topic: Option<String>,
    },
    /// The last frame.
    Bye { code: ByeCode, retry_ms: u64 },
}

impl ServerFrame<'_> {
    pub(super) fn encode(&self) -> Utf8Bytes {
        let text = serde_json::to_string(self).expect("strings and numbers always encode");
        Utf8Bytes::from(text)
    }
}

/// Why something asked for can't be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ErrorCode {
    /// No such board.
    UnknownBoard,
    /// No such unit, or not this screen's to see.
    UnknownUnit,
    /// The frame isn't one that a screen may send.
    BadFrame,
    /// Too many topics.
    TooMany,
    /// Not somebody who may look.
    Unauthorized,
}

/// Why the server ends the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ByeCode {
    /// The server is stopping.
    Stopping,
    /// A frame was not taken in time.
    Slow,
    /// Pings were not answered.
    NoPong,
    /// A frame was too long or not text.
    BadFrame,
    /// Too many frames from the screen.
    TooMany,
    /// No token, or one that is worth nothing any more.
    Unauthorized,
    /// No screen that is known, or one that was taken back: it shows nothing any more.
    Revoked,
}

impl ByeCode {
    /// The name on the wire.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            ByeCode::Stopping => "stopping",
            ByeCode::Slow => "slow",
            ByeCode::NoPong => "no_pong",
            ByeCode::BadFrame => "bad_frame",
            ByeCode::TooMany => "too_many",
            ByeCode::Unauthorized => "unauthorized",
            ByeCode::Revoked => "revoked",
        }
    }
}
