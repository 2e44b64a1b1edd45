//! Screens that wait for somebody to approve them: the device side of RFC 8628.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::model::Instant;

use super::code::UserCode;

/// How long a code is good.
pub const PAIRING_S: i64 = 900;
/// How often a screen may ask, at first; each time it asks too early, it is to wait so much longer (RFC 8628, 3.5).
pub const POLL_S: i64 = 5;
/// How many screens may wait at once.
pub const PAIRINGS_MAX: usize = 256;
/// How much earlier than told a screen may ask: its clock isn't ours.
const SLACK_MS: i64 = 500;

/// All places of waiting screens are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{PAIRINGS_MAX} screens are waiting to be approved already")]
pub struct TooManyPairings;

/// What a screen that waits is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Begun {
    /// To be shown.
    pub code: UserCode,
    /// How long it is good.
    pub expires_s: i64,
    /// How often to ask.
    pub interval_s: i64,
}

/// What a screen hears when it asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Poll {
    /// Nobody has decided yet.
    Pending,
    /// It asked too early: from now on so many seconds between two questions.
    SlowDown {
        /// The new wait.
        interval_s: i64,
    },
    /// Somebody refused it.
    Denied,
    /// The code is too old, or nobody knows it.
    Expired,
}

#[derive(Clone, Debug)]
struct Pending {
    code: UserCode,
    until: Instant,
    interval_s: i64,
    asked: Option<Instant>,
    is_denied: bool,
}

/// The waiting screens, by the hash of their device code. In memory only: after a restart of the server a screen
/// shows another code. Clones are handles on the same ones.
#[derive(Clone, Debug, Default)]
pub struct Pairings {
    waiting: Arc<Mutex<BTreeMap<String, Pending>>>,
}

impl Pairings {
    /// A place for a screen whose device code has this hash, at a real time. The random number becomes its code.
    ///
    /// # Errors
    /// When no place is free.
    pub fn begin(&self, device_hash: String, random: u64, now: Instant) -> Result<Begun, TooManyPairings> {
        let mut waiting = self.waiting();
        waiting.retain(|_, pending| now < pending.until);
        if waiting.len() >= PAIRINGS_MAX {
            return Err(TooManyPairings);
        }
        let is_taken = |code: &UserCode| waiting.values().any(|pending| pending.code == *code);
        let mut code = UserCode::of(random);
        let mut further = random;
        while is_taken(&code) {
            further = further.wrapping_add(1);
            code = UserCode::of(further);
        }
        let until = now.plus_ms(PAIRING_S * 1_000);
        waiting.insert(device_hash, Pending { code, until, interval_s: POLL_S, asked: None, is_denied: false });
        Ok(Begun { code, expires_s: PAIRING_S, interval_s: POLL_S })
    }

    /// What a screen hears that asks at a real time.
    pub fn poll(&self, device_hash: &str, now: Instant) -> Poll {
        let mut waiting = self.waiting();
        let Some(pending) = waiting.get_mut(device_hash).filter(|pending| now < pending.until) else {
            waiting.remove(device_hash);
            return Poll::Expired;
        };
        if pending.is_denied {
            waiting.remove(device_hash);
            return Poll::Denied;
        }
        let asked = pending.asked.replace(now);
        if asked.is_some_and(|asked| now.0 - asked.0 < pending.interval_s * 1_000 - SLACK_MS) {
            pending.interval_s += POLL_S;
            return Poll::SlowDown { interval_s: pending.interval_s };
        }
        Poll::Pending
    }

    /// The device code's hash of a code that waits at a real time, and until when it is good.
    pub fn find(&self, code: UserCode, now: Instant) -> Option<(String, Instant)> {
        let waiting = self.waiting();
        let found = waiting.iter().find(|(_, pending)| pending.code == code);
        let (hash, pending) = found.filter(|(_, pending)| now < pending.until && !pending.is_denied)?;
        Some((hash.clone(), pending.until))
    }

    /// Takes a screen from the list: it is approved now.
    pub fn remove(&self, device_hash: &str) {
        self.waiting().remove(device_hash);
    }

    /// Refuses a code. False when none waits.
    pub fn deny(&self, code: UserCode, now: Instant) -> bool {
        let mut waiting = self.waiting();
        let found = waiting.values_mut().find(|pending| pending.code == code && now < pending.until);
        found.is_some_and(|pending| {
            pending.is_denied = true;
            true
        })
    }

    fn waiting(&self) -> MutexGuard<'_, BTreeMap<String, Pending>> {
        // Whole after every statement, also after one that panicked.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
