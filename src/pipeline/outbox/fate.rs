//! What became of a message: kept for as many of the newest ones as anybody asks about.

use serde::{Deserialize, Serialize};

use crate::facts::{Change, Facts, FactsError, Shelf, key_number, number_key};
use crate::model::Instant;

use super::Row;

/// Those that don't wait any more, by the number of the message.
const FATES: Shelf<Fate> = Shelf::new("outbox_fates");
/// So many are kept (P-2): a year of a province's reports.
const FATES_MAX: u64 = 100_000;

/// How a message stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FateState {
    /// It is still to be sent.
    Waiting,
    /// The destination took it.
    Delivered,
    /// It was tried for a day.
    GivenUp,
    /// It isn't tried, or no longer: there is no such destination, or too many waited.
    Dropped,
}

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fate {
    /// How it stands.
    pub state: FateState,
    /// Since when, by the real clock; of one that waits, when it is tried next.
    pub at: Instant,
    /// Failed tries.
    pub tries: u32,
    /// Why the last try failed.
    pub why: Option<String>,
}

impl Fate {
    pub(super) fn waiting(row: Row) -> Fate {
        Fate { state: FateState::Waiting, at: row.next_at, tries: row.tries, why: row.why }
    }

    pub(super) fn dropped(at: Instant, why: &str) -> Fate {
        Fate { state: FateState::Dropped, at, tries: 0, why: Some(why.to_owned()) }
    }
}

/// Notes it as a part of a change; the oldest one makes room.
pub(super) fn note(change: &mut Change, number: u64, fate: &Fate) -> Result<(), FactsError> {
    if let Some(old) = number.checked_sub(FATES_MAX) {
        change.remove(FATES, &number_key(old));
    }
    change.put(FATES, &number_key(number), fate)
}

/// The greatest number that has one; 0 when none has.
pub(super) fn last(facts: &Facts) -> Result<u64, FactsError> {
    let newest = facts.page_back(FATES, (&number_key(0), &number_key(u64::MAX)), 1)?;
    Ok(newest.first().and_then(|(key, _)| key_number(key)).unwrap_or(0))
}

pub(super) fn kept(facts: &Facts, number: u64) -> Result<Option<Fate>, FactsError> {
    facts.get(FATES, &number_key(number))
}
