//! The first frame of a screen that showed no token with its request.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use tokio::time::timeout;

use crate::auth::{Caller, Cost, Gate, Payer, Role, Secret};
use crate::http::Problem;
use crate::http::state::AppState;

use super::screens::Seat;
use super::socket;
use super::wire::{ByeCode, ClientFrame, ErrorCode, ServerFrame};

/// How long a screen may take to say who it is.
pub(super) const AUTH_TIMEOUT: Duration = Duration::from_secs(5);

/// From where a screen connects, and who it is if it said so already.
pub(super) struct Guest {
    pub(super) caller: Option<Caller>,
    pub(super) payer: Payer,
}

/// Talks to a screen, once it is known.
pub(super) async fn serve(mut socket: WebSocket, state: AppState, guest: Guest, mut seat: Seat) {
    if let Some(caller) = guest.caller {
        return socket::serve(socket, state, caller, seat).await;
    }
    let stopping = async { drop(seat.is_stopping.wait_for(|is_stopping| *is_stopping).await) };
    let heard = tokio::select! {
        // A stop needs no goodbye to somebody unknown.
        () = stopping => return,
        heard = timeout(AUTH_TIMEOUT, socket.recv()) => heard,
    };
    let judged = match heard {
        Ok(Some(Ok(Message::Text(text)))) => judge(&state, guest.payer, &text),
        Ok(Some(Ok(_))) => Err(NO_AUTH.to_owned()),
        Ok(_) => return,
        Err(_) => Err(format!("no `auth` within {} s", AUTH_TIMEOUT.as_secs())),
    };
    match judged {
        Ok(caller) => socket::serve(socket, state, caller, seat).await,
        Err(message) => refuse(socket, &state, seat.session, message).await,
    }
}

const NO_AUTH: &str = "the first frame must be `auth` with a token";

/// Who the first frame says the screen is; else what it is told.
fn judge(state: &AppState, payer: Payer, text: &str) -> Result<Caller, String> {
    let Ok(ClientFrame::Auth { token }) = serde_json::from_str(text) else {
        return Err(NO_AUTH.to_owned());
    };
    let Gate::Required(tokens) = &state.gate else { return Err("nobody asks for tokens here".to_owned()) };
    let found = Secret::read(&token.0).map(|secret| tokens.caller(&secret, (state.wall)()));
    match found {
        Some(Ok(caller)) if caller.may(Role::View) => Ok(caller),
        Some(Ok(_)) => Err(Problem::Forbidden { role: Role::View.as_str() }.to_string()),
        denied => {
            state.rates.pay(payer, Cost::Failure).map_err(|often| often.to_string())?;
            let denied = denied.and_then(Result::err).unwrap_or(crate::auth::Denied::Unknown);
            Err(denied.to_string())
        }
    }
}

async fn refuse(mut socket: WebSocket, state: &AppState, session: u64, message: String) {
    let limits = state.screens.limits();
    let error = ServerFrame::Error { code: ErrorCode::Unauthorized, message, topic: None };
    let bye = ServerFrame::Bye { code: ByeCode::Unauthorized, retry_ms: state.screens.retry_ms(session) };
    let close = CloseFrame { code: close_code::POLICY, reason: Utf8Bytes::from_static("") };
    let farewell = async {
        socket.send(Message::Text(error.encode())).await?;
        socket.send(Message::Text(bye.encode())).await?;
        socket.send(Message::Close(Some(close))).await?;
        while let Some(Ok(_)) = socket.recv().await {}
        Ok::<(), axum::Error>(())
    };
    if !matches!(timeout(Duration::from_millis(limits.bye_timeout_ms), farewell).await, Ok(Ok(()))) {
        tracing::debug!(screen.session = session, "an unknown screen didn't take the goodbye");
    }
}
