//! One bearer token: what is stored of it, and its secret, which isn't.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::model::{Day, Instant, Text};
use crate::units::{Scope, ScopeRoot};

use super::caller::{Caller, Role};

/// How every secret begins, so that one in a log or a repository is found by those who search for them.
pub const SECRET_PREFIX: &str = "oct_";
/// Random bytes of a secret.
const SECRET_BYTES: usize = 32;

/// What a token's holder shows. It is told once and never stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The secret of these random bytes.
    pub fn of(random: [u8; SECRET_BYTES]) -> Secret {
        Secret(format!("{SECRET_PREFIX}{}", hexadecimal(&random)))
    }

    /// A secret as it was shown; none when it can't be one.
    pub fn read(text: &str) -> Option<Secret> {
        let digits = text.strip_prefix(SECRET_PREFIX)?;
        let is_one = digits.len() == 2 * SECRET_BYTES && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_one.then(|| Secret(text.to_owned()))
    }

    /// The text to be told to its holder.
    pub fn tell(&self) -> &str {
        &self.0
    }

    /// What is stored of it.
    pub fn hash(&self) -> String {
        hexadecimal(&Sha256::digest(self.0.as_bytes()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The unit that a token is bound to, with everything below it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bound {
    /// Its code.
    pub unit: Text,
    /// The day on which the code is read, as days since 1970.
    pub day: i32,
}

/// A token as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// Its name for people and programs; not secret.
    pub id: Text,
    /// SHA-256 of the secret.
    pub hash: String,
    /// What it is for.
    pub label: Text,
    /// What it may do.
    pub role: Role,
    /// What it may see; none is everything.
    #[serde(default)]
    pub bound: Option<Bound>,
    /// The source of its records.
    #[serde(default)]
    pub source: Option<Text>,
    /// When it was made, by the real clock, as all instants of a token.
    pub created_ms: i64,
    /// From when on it is worth nothing.
    #[serde(default)]
    pub expires_ms: Option<i64>,
    /// When it was taken back.
    #[serde(default)]
    pub revoked_ms: Option<i64>,
}

/// Why a token is worth nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// None has this secret.
    #[error("the token is not known here")]
    Unknown,
    /// Its time is over.
    #[error("the token has expired")]
    Expired,
    /// It was taken back.
    #[error("the token has been revoked")]
    Revoked,
}

impl Token {
    /// Whether it is good at a real time.
    ///
    /// # Errors
    /// Why it isn't.
    pub fn check(&self, now: Instant) -> Result<(), Denied> {
        if self.revoked_ms.is_some() {
            return Err(Denied::Revoked);
        }
        if self.expires_ms.is_some_and(|expires_ms| expires_ms <= now.0) {
            return Err(Denied::Expired);
        }
        Ok(())
    }

    /// What it may see.
    pub fn scope(&self) -> Scope {
        match &self.bound {
            None => Scope::all(),
            Some(bound) => Scope::subtrees([bound.root()]),
        }
    }

    /// Whoever shows it.
    pub(super) fn caller(&self) -> Caller {
        Caller::with_token(self.id.clone(), self.role, self.scope(), self.source.clone())
    }
}

impl Bound {
    /// As the top of a subtree.
    pub fn root(&self) -> ScopeRoot {
        ScopeRoot { code: self.unit.clone(), bound: Day(self.day) }
    }
}
