//! Returns on disk: what a unit filled in of a period, and who submitted, approved or rejected it. Nothing is written over.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use crate::facts::{Change, Facts, Shelf};
use crate::http::answers::ReturnEntry;
use crate::http::error::Problem;
use crate::model::{Period, Text};
use crate::units::UnitKey;

use super::problem::ReturnProblem;

/// The returns of a unit and a period, by (unit, period) as JSON, the oldest first.
const RETURNS: Shelf<Vec<Return>> = Shelf::new("returns");
/// How often a return of a period can be filled in anew (P-2).
const VERSIONS_MAX: usize = 100;

/// How far a return is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnState {
    /// Filled in; counts nowhere.
    Draft,
    /// A newer draft took its place.
    Replaced,
    /// Waits for somebody else's approval.
    Submitted,
    /// Its numbers are indicator records.
    Approved,
    /// Sent back with a reason.
    Rejected,
}

impl ReturnState {
    /// Its name in lists and answers.
    pub fn as_str(self) -> &'static str {
        match self {
            ReturnState::Draft => "draft",
            ReturnState::Replaced => "replaced",
            ReturnState::Submitted => "submitted",
            ReturnState::Approved => "approved",
            ReturnState::Rejected => "rejected",
        }
    }
}

/// Who did something, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Act {
    /// The name given; of a draft the token's.
    pub(super) by: String,
    /// The token's label; none without tokens.
    pub(super) token: Option<String>,
    /// By the clock of the figures.
    pub(super) at: String,
    /// Why, of a rejection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<String>,
}

/// One return.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Return {
    pub(super) version: usize,
    pub(super) state: ReturnState,
    pub(super) drafted: Act,
    pub(super) submitted: Option<Act>,
    pub(super) approved: Option<Act>,
    pub(super) rejected: Option<Act>,
    /// Of the last record that it became.
    pub(super) seq: Option<u64>,
    pub(super) entries: Vec<ReturnEntry>,
}

/// The returns of a data dir. Clones are handles on the same ones. Reading and writing wait for the disk.
#[derive(Clone, Debug)]
pub struct Returns {
    facts: Facts,
    /// Only one changes them at a time.
    pub(super) changing: Arc<Mutex<()>>,
}

impl Returns {
    /// Those in a store.
    pub fn new(facts: Facts) -> Returns {
        Returns { facts, changing: Arc::default() }
    }

    /// All returns of a unit and a period, the oldest first.
    pub(super) fn of(&self, unit: &UnitKey, period: Period) -> Result<Vec<Return>, Problem> {
        let found = self.facts.get(RETURNS, &key(unit, period)?).map_err(Problem::internal)?;
        Ok(found.unwrap_or_default())
    }

    /// How far the newest return of a unit and a period is; none when there is none.
    pub fn state(&self, unit: &UnitKey, period: Period) -> Result<Option<ReturnState>, Problem> {
        Ok(self.of(unit, period)?.last().map(|newest| newest.state))
    }

    /// Keeps a draft behind the returns there are.
    pub(super) fn draft(
        &self,
        (unit, period): (&UnitKey, Period),
        (drafted, entries): (Act, Vec<ReturnEntry>),
    ) -> Result<Vec<Return>, Problem> {
        let mut all = self.of(unit, period)?;
        if all.len() >= VERSIONS_MAX {
            let reason = format!("this return was filled in {VERSIONS_MAX} times already");
            return Err(Problem::BadParameter { reason });
        }
        match all.last_mut() {
            Some(newest) if newest.state == ReturnState::Submitted => return Err(not_so(newest, "filled in anew")),
            Some(newest) if newest.state == ReturnState::Draft => newest.state = ReturnState::Replaced,
            _ => {}
        }
        let (submitted, approved, rejected, seq) = (None, None, None, None);
        let (version, state) = (all.len() + 1, ReturnState::Draft);
        all.push(Return { version, state, drafted, submitted, approved, rejected, seq, entries });
        self.put((unit, period), &all)?;
        Ok(all)
    }

    pub(super) fn put(&self, (unit, period): (&UnitKey, Period), all: &Vec<Return>) -> Result<(), Problem> {
        let mut change = Change::default();
        change.put(RETURNS, &key(unit, period)?, all).map_err(Problem::internal)?;
        self.facts.commit(change).map_err(Problem::internal)
    }
}

/// A return can't be taken further from where it is.
pub(super) fn not_so(newest: &Return, step: &'static str) -> Problem {
    ReturnProblem::State { version: newest.version, state: newest.state.as_str(), step }.into()
}

/// Names that are the same but for spaces and capitals are one person's.
pub(super) fn is_same_person(one: &str, other: &str) -> bool {
    let plain = |name: &str| name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    plain(&Text::new(one)) == plain(&Text::new(other))
}

fn key(unit: &UnitKey, period: Period) -> Result<Vec<u8>, Problem> {
    serde_json::to_vec(&(unit, period)).map_err(Problem::internal)
}
