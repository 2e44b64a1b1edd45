//! All tokens in memory: whom a secret belongs to, and what each source is bound to.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::model::{Instant, Text};
use crate::units::ScopeRoot;

use super::caller::Caller;
use super::token::{Denied, Secret, Token};

/// How many tokens there may be, revoked ones included.
pub const TOKENS_MAX: usize = 10_000;

/// Every token. Clones are handles on the same list.
#[derive(Clone, Debug)]
pub struct Tokens {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    /// Guards the list; held for look-ups only.
    table: Mutex<Table>,
    /// Counts the changes.
    changes: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Table {
    tokens: BTreeMap<Text, Token>,
    by_hash: HashMap<String, Text>,
    used: BTreeMap<Text, Instant>,
    /// Used since it was last written down.
    to_be_written: BTreeMap<Text, Instant>,
}

impl Tokens {
    /// These tokens, with the time at which each was used last.
    pub fn new(tokens: impl IntoIterator<Item = Token>, used: impl IntoIterator<Item = (Text, Instant)>) -> Tokens {
        let table = Table { used: used.into_iter().collect(), ..Table::default() };
        let all = Tokens { shared: Arc::new(Shared { table: Mutex::new(table), changes: watch::Sender::new(0) }) };
        tokens.into_iter().for_each(|token| all.put(token));
        all
    }

    /// Puts a token on the list, over its former state. Only once it is on disk.
    pub fn put(&self, token: Token) {
        let mut table = self.table();
        table.by_hash.insert(token.hash.clone(), token.id.clone());
        table.tokens.insert(token.id.clone(), token);
        drop(table);
        self.shared.changes.send_modify(|changes| *changes += 1);
    }

    /// Who shows a secret at a real time.
    ///
    /// # Errors
    /// When no good token has it.
    pub fn caller(&self, secret: &Secret, now: Instant) -> Result<Caller, Denied> {
        let hash = secret.hash();
        let mut table = self.table();
        let id = table.by_hash.get(&hash).cloned().ok_or(Denied::Unknown)?;
        let token = table.tokens.get(&id).ok_or(Denied::Unknown)?;
        token.check(now)?;
        let caller = token.caller();
        table.used.insert(id.clone(), now);
        table.to_be_written.insert(id, now);
        Ok(caller)
    }

    /// Whether a caller that was let in earlier is still welcome at a real time.
    ///
    /// # Errors
    /// When its token is no longer good.
    pub fn check(&self, caller: &Caller, now: Instant) -> Result<(), Denied> {
        let Some(id) = caller.token() else { return Ok(()) };
        self.table().tokens.get(id).ok_or(Denied::Unknown)?.check(now)
    }

    /// When a caller's token ends by itself.
    pub fn expires_at(&self, caller: &Caller) -> Option<Instant> {
        self.table().tokens.get(caller.token()?)?.expires_ms.map(Instant)
    }

    /// Changes whenever a token does.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.shared.changes.subscribe()
    }

    /// One token.
    pub fn get(&self, id: &str) -> Option<Token> {
        self.table().tokens.get(&Text::new(id)).cloned()
    }

    /// All tokens, each with the time at which it was used last.
    pub fn list(&self) -> Vec<(Token, Option<Instant>)> {
        let table = self.table();
        table.tokens.values().map(|token| (token.clone(), table.used.get(&token.id).copied())).collect()
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.table().tokens.len()
    }

    /// What was used since the last call, to be written down.
    pub fn take_used(&self) -> BTreeMap<Text, Instant> {
        std::mem::take(&mut self.table().to_be_written)
    }

    /// For each source that only tokens of some units send: these units. A source that is not here may concern any
    /// unit. What a token was bound to is known also after its end.
    pub fn source_units(&self) -> BTreeMap<Text, Vec<ScopeRoot>> {
        let mut units: BTreeMap<Text, Option<Vec<ScopeRoot>>> = BTreeMap::new();
        for token in self.table().tokens.values() {
            let Some(source) = &token.source else { continue };
            let of_source = units.entry(source.clone()).or_insert_with(|| Some(Vec::new()));
            match (&token.bound, of_source) {
                (Some(bound), Some(roots)) => roots.push(bound.root()),
                (None, of_source) => *of_source = None,
                (Some(_), None) => {}
            }
        }
        units.into_iter().filter_map(|(source, roots)| Some((source, roots?))).collect()
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        // The table is whole after every statement, also after one that panicked.
        self.shared.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
