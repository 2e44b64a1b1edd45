//! Messages that wait to be sent: written down in the same step as what they are about, kept until somebody took them
//! or they are given up.
//!
//! At least once: a message whose taking could not be written down any more (the process was killed in between) is sent
//! again, under the same id.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use metrics::{counter, gauge};
use serde::{Deserialize, Serialize};
use tokio::sync::{Notify, watch};

use crate::delivery::retry::{Next, next};
use crate::delivery::{Destination, Message};
use crate::facts::{Change, Facts, FactsError, Shelf, key_number, number_key};
use crate::model::{Clock, Instant};

use super::stopped;

mod fate;
#[cfg(test)]
mod tests;

pub use fate::{Fate, FateState};

/// Messages that wait, by number.
const WAITING: Shelf<Row> = Shelf::new("outbox");
/// What was given up of each destination since it last took something.
const TROUBLE: Shelf<Trouble> = Shelf::new("outbox_trouble");
/// The last number.
const LAST: Shelf<u64> = Shelf::new("outbox_last");
const LAST_KEY: &[u8] = b"last";

/// Messages that may wait at once; further ones are dropped and named (P-2). Two destinations of a province's reports of
/// two missed months have room.
const WAITING_MAX: usize = 20_000;
/// Why one is dropped that nobody takes.
const UNKNOWN: &str = "no such destination is configured";
/// How long nobody looks when nothing is due.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// The shortest wait before looking again.
const LOOK_MS_MIN: u64 = 20;

/// A message that is to be sent.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The destination's name.
    pub to: String,
    /// Not before this real time.
    pub not_before: Instant,
    /// What.
    pub message: Message,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Row {
    to: String,
    /// From when on it was to be sent.
    due_from: Instant,
    /// When it is tried next.
    next_at: Instant,
    tries: u32,
    /// Why the last try failed.
    #[serde(default)]
    why: Option<String>,
    message: Message,
}

/// What is wrong with a destination.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// Messages that were given up since it last took one.
    pub given_up: u64,
    /// Failed tries in a row.
    pub failures: u64,
    /// Why the last try failed.
    pub reason: String,
}

/// What is known of a waiting message without reading it.
#[derive(Clone, Debug)]
struct Waiting {
    to: String,
    next_at: Instant,
}

#[derive(Default)]
struct Index {
    waiting: BTreeMap<u64, Waiting>,
    trouble: BTreeMap<String, Trouble>,
    last: u64,
}

/// Messages of a data dir. Clones are handles on the same ones.
#[derive(Clone)]
pub struct Outbox {
    facts: Facts,
    destinations: Arc<BTreeMap<String, Destination>>,
    /// Guards the index; held for look-ups and changes of memory only.
    index: Arc<Mutex<Index>>,
    more: Arc<Notify>,
}

impl fmt::Debug for Outbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbox").field("waiting", &self.index().waiting.len()).finish_non_exhaustive()
    }
}

/// Messages that are part of a change that isn't made yet.
#[must_use]
#[derive(Default)]
pub struct Prepared {
    waiting: Vec<(u64, Waiting)>,
    /// The number of the newest message to each destination, also of one that is dropped.
    numbers: BTreeMap<String, u64>,
}

impl Prepared {
    /// Under which number [`Outbox::fate`] knows the newest message to each destination.
    pub fn numbers(&self) -> &BTreeMap<String, u64> {
        &self.numbers
    }
}

impl Outbox {
    /// Reads what waits. What waits for a destination that is configured no longer is dropped.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn open(facts: Facts, destinations: BTreeMap<String, Destination>) -> Result<Outbox, FactsError> {
        let (mut waiting, mut change) = (BTreeMap::new(), Change::default());
        for (key, row) in facts.page(WAITING, None, usize::MAX)? {
            let Some(number) = key_number(&key) else { continue };
            if destinations.contains_key(&row.to) {
                waiting.insert(number, Waiting { to: row.to, next_at: row.next_at });
                continue;
            }
            tracing::error!(delivery.to = row.to, message.id = row.message.id, why = UNKNOWN, "a message is dropped");
            change.remove(WAITING, &key);
            fate::note(&mut change, number, &Fate::dropped(row.next_at, UNKNOWN))?;
        }
        if !change.is_empty() {
            facts.commit(change)?;
        }
        let trouble = facts.page(TROUBLE, None, usize::MAX)?.into_iter();
        let trouble = trouble.map(|(key, row)| (String::from_utf8_lossy(&key).into_owned(), row)).collect();
        // Two changes may have been made in another order than their numbers were given.
        let greatest = waiting.keys().next_back().copied().unwrap_or(0);
        let last = facts.get(LAST, LAST_KEY)?.unwrap_or(0).max(greatest).max(fate::last(&facts)?);
        let index = Arc::new(Mutex::new(Index { waiting, trouble, last }));
        Ok(Outbox { facts, destinations: Arc::new(destinations), index, more: Arc::default() })
    }

    /// Makes messages part of a change. A destination that isn't configured takes nothing: that is named, and the change
    /// is made all the same.
    ///
    /// # Errors
    /// When a message can't be written as a row.
    pub fn prepare(&self, change: &mut Change, drafts: Vec<Draft>, now: Instant) -> Result<Prepared, FactsError> {
        let mut index = self.index();
        let mut prepared = Prepared::default();
        for Draft { to, not_before, message } in drafts {
            index.last += 1;
            let number = index.last;
            prepared.numbers.insert(to.clone(), number);
            let in_the_way = match () {
                () if !self.destinations.contains_key(&to) => Some(UNKNOWN),
                () if index.waiting.len() + prepared.waiting.len() >= WAITING_MAX => Some("too many messages wait"),
                () => None,
            };
            if let Some(why) = in_the_way {
                tracing::error!(delivery.to = to, message.id = message.id, why, "a message is dropped");
                counter!("opcentre_deliveries_total", "outcome" => "dropped").increment(1);
                fate::note(change, number, &Fate::dropped(now, why))?;
                continue;
            }
            let due_from = not_before.max(now);
            let row = Row { to: to.clone(), due_from, next_at: due_from, tries: 0, why: None, message };
            change.put(WAITING, &number_key(number), &row)?;
            prepared.waiting.push((number, Waiting { to, next_at: due_from }));
        }
        if !prepared.numbers.is_empty() {
            change.put(LAST, LAST_KEY, &index.last)?;
        }
        Ok(prepared)
    }

    /// The change was made: its messages are sent from now on.
    pub fn accept(&self, prepared: Prepared) {
        if prepared.waiting.is_empty() {
            return;
        }
        self.index().waiting.extend(prepared.waiting);
        self.more.notify_waiters();
    }

    /// What became of a message; none of one that was never written down, or long ago. Waits for the disk.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn fate(&self, number: u64) -> Result<Option<Fate>, FactsError> {
        // One that is sent in between is found at its end.
        match self.facts.get(WAITING, &number_key(number))? {
            Some(row) => Ok(Some(Fate::waiting(row))),
            None => fate::kept(&self.facts, number),
        }
    }

    /// How many wait.
    pub fn waiting(&self) -> usize {
        self.index().waiting.len()
    }

    /// What is wrong with destinations: those that gave something up, or fail again and again.
    pub fn troubles(&self) -> BTreeMap<String, Trouble> {
        let index = self.index();
        let bad = index.trouble.iter().filter(|(_, trouble)| trouble.given_up > 0 || trouble.failures >= FAILURES_TOLD);
        bad.map(|(name, trouble)| (name.clone(), trouble.clone())).collect()
    }

    /// Whether there is a destination of this name.
    pub fn knows(&self, name: &str) -> bool {
        self.destinations.contains_key(name)
    }

    /// Sends what is due, each destination by itself, until `stop` says so. `chance` gives numbers from 0 to 1.
    pub async fn run(&self, wall: Clock, chance: fn() -> f64, stop: watch::Receiver<bool>) {
        let each =
            self.destinations.iter().map(|(name, to)| self.serve(name, to, (wall.clone(), chance), stop.clone()));
        let all = join_all(each);
        let mut stop = stop.clone();
        tokio::select! {
            () = stopped(&mut stop) => {}
            _ = all => stopped(&mut stop).await,
        }
    }

    async fn serve(
        &self,
        name: &str,
        to: &Destination,
        (wall, chance): (Clock, fn() -> f64),
        mut stop: watch::Receiver<bool>,
    ) {
        loop {
            // Asked for before looking, so that what comes in between is heard.
            let more = self.more.notified();
            let now = (wall)();
            let due = self.first(name);
            let wait = match due {
                Some((id, at)) if at <= now => {
                    if let Err(error) = self.try_once(id, to, (wall.clone(), chance)).await {
                        let error = &error as &dyn std::error::Error;
                        tracing::error!(error, delivery.to = name, "what was sent can't be written down");
                        LOOK_EVERY
                    } else {
                        continue;
                    }
                }
                Some((_, at)) => Duration::from_millis(u64::try_from(at.0 - now.0).unwrap_or(0).max(LOOK_MS_MIN)),
                None => LOOK_EVERY,
            };
            tokio::select! {
                () = stopped(&mut stop) => return,
                () = more => {}
                () = tokio::time::sleep(wait.min(LOOK_EVERY)) => {}
            }
        }
    }

    /// The message of a destination that is due first.
    fn first(&self, name: &str) -> Option<(u64, Instant)> {
        let index = self.index();
        gauge!("opcentre_deliveries_waiting").set(f64::from(u32::try_from(index.waiting.len()).unwrap_or(u32::MAX)));
        let own = index.waiting.iter().filter(|(_, waiting)| waiting.to == name);
        own.map(|(id, waiting)| (*id, waiting.next_at)).min_by_key(|(id, at)| (*at, *id))
    }

    async fn try_once(
        &self,
        id: u64,
        to: &Destination,
        (wall, chance): (Clock, fn() -> f64),
    ) -> Result<(), FactsError> {
        let Some(row) = self.facts.get(WAITING, &number_key(id))? else {
            self.index().waiting.remove(&id);
            return Ok(());
        };
        let sent = to.send(&row.message, (wall)()).await;
        let (name, message) = (row.to.as_str(), row.message.id.clone());
        match sent {
            Ok(()) => {
                tracing::info!(delivery.to = name, message.id = message, "delivered");
                let fate = Fate { state: FateState::Delivered, at: (wall)(), tries: row.tries, why: None };
                self.done(id, name, fate, None)
            }
            Err(error) => {
                let now = (wall)();
                let tries = row.tries.saturating_add(1);
                let mut trouble = self.index().trouble.get(name).cloned().unwrap_or_default();
                trouble.failures += 1;
                trouble.reason = error.to_string();
                let why = Some(error.to_string());
                counter!("opcentre_delivery_failures_total", "kind" => to.kind()).increment(1);
                match next(tries, now.0 - row.due_from.0, chance()) {
                    Next::GiveUp => {
                        trouble.given_up += 1;
                        tracing::error!(delivery.to = name, message.id = message, tries, %error, "given up");
                        let fate = Fate { state: FateState::GivenUp, at: now, tries, why };
                        self.done(id, name, fate, Some(trouble))
                    }
                    Next::Again(ms) => {
                        tracing::warn!(delivery.to = name, message.id = message, tries, again_ms = ms, %error, "not delivered");
                        self.again(id, Row { tries, next_at: now.plus_ms(ms), why, ..row }, trouble)
                    }
                }
            }
        }
    }

    /// A message is gone, one way or the other.
    fn done(&self, id: u64, name: &str, fate: Fate, trouble: Option<Trouble>) -> Result<(), FactsError> {
        let mut change = Change::default();
        change.remove(WAITING, &number_key(id));
        fate::note(&mut change, id, &fate)?;
        match &trouble {
            Some(trouble) => change.put(TROUBLE, name.as_bytes(), trouble)?,
            None => change.remove(TROUBLE, name.as_bytes()),
        }
        self.facts.commit(change)?;
        let outcome = if fate.state == FateState::Delivered { "delivered" } else { "given_up" };
        counter!("opcentre_deliveries_total", "outcome" => outcome).increment(1);
        let mut index = self.index();
        index.waiting.remove(&id);
        match trouble {
            Some(trouble) => drop(index.trouble.insert(name.to_owned(), trouble)),
            None => drop(index.trouble.remove(name)),
        }
        Ok(())
    }

    fn again(&self, id: u64, row: Row, trouble: Trouble) -> Result<(), FactsError> {
        let mut change = Change::default();
        change.put(WAITING, &number_key(id), &row)?;
        change.put(TROUBLE, row.to.as_bytes(), &trouble)?;
        self.facts.commit(change)?;
        let mut index = self.index();
        if let Some(waiting) = index.waiting.get_mut(&id) {
            waiting.next_at = row.next_at;
        }
        index.trouble.insert(row.to, trouble);
        Ok(())
    }

    fn index(&self) -> MutexGuard<'_, Index> {
        // The index is whole after every statement, also after one that panicked.
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// So many failures in a row are told.
const FAILURES_TOLD: u64 = 3;
