//! A token that is asked for, and the rules it must keep.

use crate::model::{Instant, Text};

use super::caller::Role;
use super::token::{Bound, Secret, Token};

/// The longest label.
const LABEL_BYTES_MAX: usize = 200;
/// How long an id is: enough that none comes twice.
const ID_DIGITS: usize = 16;

/// What a token is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenOrder {
    /// What it is for.
    pub label: Text,
    /// What it may do.
    pub role: Role,
    /// What it may see; none is everything.
    pub bound: Option<Bound>,
    /// The source of its records.
    pub source: Option<Text>,
    /// From when on it is worth nothing.
    pub expires: Option<Instant>,
}

/// Why there is no such token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OrderFault {
    /// A label says what a token is for.
    #[error("a label has 1 to {LABEL_BYTES_MAX} bytes and no control characters")]
    Label,
    /// Whose records?
    #[error("a token of role ingest needs a source: the one of the records that it sends")]
    NoSource,
    /// A screen gets its credential another way.
    #[error("no token has the role display: approve a screen instead")]
    Display,
    /// It could make tokens for units that it doesn't see.
    #[error("a token of role admin is for everything: it can't be bound to a unit")]
    BoundAdmin,
    /// It would be worth nothing at once.
    #[error("the expiry has passed already")]
    Expired,
}

impl TokenOrder {
    /// Makes the token at a real time from random bytes, which nobody else may know.
    ///
    /// # Errors
    /// When the order breaks a rule.
    pub fn issue(self, now: Instant, random: [u8; 32], id: u64) -> Result<(Token, Secret), OrderFault> {
        self.check(now)?;
        let secret = Secret::of(random);
        let token = Token {
            id: Text::new(&format!("{id:0ID_DIGITS$x}")),
            hash: secret.hash(),
            label: self.label,
            role: self.role,
            bound: self.bound,
            source: self.source,
            created_ms: now.0,
            expires_ms: self.expires.map(|expires| expires.0),
            revoked_ms: None,
        };
        Ok((token, secret))
    }

    fn check(&self, now: Instant) -> Result<(), OrderFault> {
        let label = self.label.trim();
        if label.is_empty() || label.len() > LABEL_BYTES_MAX || label.chars().any(char::is_control) {
            return Err(OrderFault::Label);
        }
        match self.role {
            Role::Ingest if self.source.is_none() => Err(OrderFault::NoSource),
            Role::Display => Err(OrderFault::Display),
            Role::Admin if self.bound.is_some() => Err(OrderFault::BoundAdmin),
            _ if self.expires.is_some_and(|expires| expires <= now) => Err(OrderFault::Expired),
            _ => Ok(()),
        }
    }
}
