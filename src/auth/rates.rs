//! How often a caller may ask and send. Bounds (P-2) are for each token, or for each peer without one.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};

use crate::model::Text;

/// Questions of one caller a second, and how many may come at once.
const QUESTIONS_PER_S_MAX: u32 = 50;
/// See [`QUESTIONS_PER_S_MAX`].
const QUESTIONS_BURST: u32 = 200;
/// Batches of one caller a second, and how many may come at once.
const BATCHES_PER_S_MAX: u32 = 100;
/// See [`BATCHES_PER_S_MAX`].
const BATCHES_BURST: u32 = 400;
/// Unknown tokens that one peer may show a minute, and how many at once.
const FAILURES_PER_MIN_MAX: u32 = 20;
/// See [`FAILURES_PER_MIN_MAX`].
const FAILURES_BURST: u32 = 20;
/// Screens that may ask for a code from one address a minute, and how many at once: a building that is switched on.
const PAIRINGS_PER_MIN_MAX: u32 = 30;
/// See [`PAIRINGS_PER_MIN_MAX`].
const PAIRINGS_BURST: u32 = 60;
/// Callers that are remembered; past it those who are within their rate are forgotten.
const CALLERS_MAX: usize = 20_000;

/// Whose rate it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Payer {
    /// The token of this id.
    Token(Text),
    /// The screen of this id.
    Screen(Text),
    /// Whoever is at this address.
    Peer(IpAddr),
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cost {
    /// A question, a change, a page.
    Question,
    /// A batch of records.
    Batch,
    /// A token that nobody has, or a screen's code.
    Failure,
    /// A code for a screen.
    Pairing,
}

/// Too often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many requests; the next one is served in {retry_after_s} s")]
pub struct TooOften {
    /// When to come back.
    pub retry_after_s: u32,
}

/// The rates of all callers. Clones are handles on the same counters.
#[derive(Clone, Debug)]
pub struct Rates {
    limiters: Arc<[DefaultKeyedRateLimiter<Payer>; 4]>,
}

impl Default for Rates {
    fn default() -> Rates {
        let number = |number| NonZeroU32::new(number).expect("bounds are not zero");
        let quota = |quota: Quota, burst| DefaultKeyedRateLimiter::keyed(quota.allow_burst(number(burst)));
        Rates {
            limiters: Arc::new([
                quota(Quota::per_second(number(QUESTIONS_PER_S_MAX)), QUESTIONS_BURST),
                quota(Quota::per_second(number(BATCHES_PER_S_MAX)), BATCHES_BURST),
                quota(Quota::per_minute(number(FAILURES_PER_MIN_MAX)), FAILURES_BURST),
                quota(Quota::per_minute(number(PAIRINGS_PER_MIN_MAX)), PAIRINGS_BURST),
            ]),
        }
    }
}

impl Rates {
    /// Counts one.
    ///
    /// # Errors
    /// When it is one too many for now.
    pub fn pay(&self, payer: Payer, cost: Cost) -> Result<(), TooOften> {
        let limiter = &self.limiters[cost as usize];
        if limiter.len() > CALLERS_MAX {
            limiter.retain_recent();
        }
        limiter.check_key(&payer).map_err(|not_until| {
            let wait: Duration = not_until.wait_time_from(DefaultClock::default().now());
            TooOften { retry_after_s: u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1) }
        })
    }
}
