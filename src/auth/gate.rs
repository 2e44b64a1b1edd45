//! The gate in front of every route: open, or only with a token.

use std::net::SocketAddr;

use crate::model::Instant;

use super::caller::Caller;
use super::open::{NotLoopback, OpenMode, Refusal, RequestFacts, is_own_origin};
use super::token::{Denied, Secret};
use super::tokens::Tokens;

/// How callers are told apart: the configuration's `[auth] mode`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Anyone at this machine.
    #[default]
    Open,
    /// Only who shows a token.
    Required,
}

impl Mode {
    /// The mode of this name.
    pub fn named(name: &str) -> Option<Mode> {
        match name {
            "open" => Some(Mode::Open),
            "required" => Some(Mode::Required),
            _ => None,
        }
    }
}

/// The gate of a running server.
#[derive(Clone, Debug)]
pub enum Gate {
    /// Anyone at this machine.
    Open(OpenMode),
    /// Only who shows one of these tokens.
    Required(Tokens),
}

/// What the gate says of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Somebody known.
    Caller(Caller),
    /// Nobody showed anything.
    Nobody,
    /// What was shown is worth nothing.
    Denied(Denied),
}

impl Gate {
    /// The gate of a server that listens on this address.
    ///
    /// # Errors
    /// Open mode on an address that others can reach.
    pub fn on(mode: Mode, address: SocketAddr, tokens: Tokens) -> Result<Gate, NotLoopback> {
        match mode {
            Mode::Open => Ok(Gate::Open(OpenMode::on(address)?)),
            Mode::Required => Ok(Gate::Required(tokens)),
        }
    }

    /// Whether tokens are asked for.
    pub fn is_required(&self) -> bool {
        matches!(self, Gate::Required(_))
    }

    /// The tokens, where they are asked for.
    pub fn tokens(&self) -> Option<&Tokens> {
        match self {
            Gate::Open(_) => None,
            Gate::Required(tokens) => Some(tokens),
        }
    }

    /// Who is behind a request at a real time.
    ///
    /// # Errors
    /// When it wasn't meant for this server, whoever sent it.
    pub fn admit(&self, request: &RequestFacts<'_>, now: Instant) -> Result<Entry, Refusal> {
        match self {
            Gate::Open(mode) => mode.admit(request).map(Entry::Caller),
            Gate::Required(tokens) => {
                let host = request.hosts.first().copied().ok_or(Refusal::NoHost)?;
                let foreign = request.origins.iter().find(|origin| !is_own_origin(origin, host));
                if let Some(origin) = foreign {
                    return Err(Refusal::ForeignOrigin { origin: (*origin).to_owned() });
                }
                Ok(entry(tokens, &request.authorization, now))
            }
        }
    }
}

fn entry(tokens: &Tokens, authorization: &[&str], now: Instant) -> Entry {
    let [shown] = authorization else {
        return if authorization.is_empty() { Entry::Nobody } else { Entry::Denied(Denied::Unknown) };
    };
    let bearer = shown.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let secret = bearer.and_then(|(_, secret)| Secret::read(secret.trim()));
    match secret.ok_or(Denied::Unknown).and_then(|secret| tokens.caller(&secret, now)) {
        Ok(caller) => Entry::Caller(caller),
        Err(denied) => Entry::Denied(denied),
    }
}
