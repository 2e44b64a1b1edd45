//! All screens in memory: their rows, who is connected, and what each is told.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::model::{Instant, Text};

use super::command::Command;
use super::screen::Screen;

/// How many screens there may be, those taken back included.
pub const SCREENS_MAX: usize = 2_000;

/// What a screen said of itself last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Names the page that it runs.
    pub build: String,
    /// Its pixels.
    pub width: u32,
    /// Its pixels.
    pub height: u32,
    /// The board that it shows.
    pub board: Option<String>,
    /// How many versions of it are newer than the one shown.
    pub versions_behind: u64,
    /// Since when it hasn't shown the newest one; none when it does.
    pub behind_since: Option<Instant>,
}

/// What is known of a screen at the moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Presence {
    /// Its connections; while it changes boards there are two.
    pub links: u32,
    /// When it was heard last, by the real clock.
    pub seen: Option<Instant>,
    /// What it said; none since the start of the server.
    pub told: Option<Told>,
}

/// A screen with all that is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// Its row.
    pub screen: Screen,
    /// Counts the changes of the row.
    pub revision: u64,
    /// What is known at the moment.
    pub presence: Presence,
    /// The newest command.
    pub command: Option<Command>,
}

/// Whose credential somebody showed.
#[derive(Clone, Debug, PartialEq)]
pub enum Known {
    /// This screen's.
    Good(Box<Screen>),
    /// One that was taken back.
    Revoked,
    /// Nobody's.
    Unknown,
}

/// All screens. Clones are handles on the same list.
#[derive(Clone, Debug)]
pub struct ScreenList {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    /// Guards the list; held for look-ups only.
    table: Mutex<Table>,
    /// Counts changes of rows and commands.
    changes: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Table {
    screens: BTreeMap<Text, Seen>,
    by_hash: HashMap<String, Text>,
    revisions: u64,
    /// Heard since it was last written down.
    to_be_written: BTreeMap<Text, Instant>,
}

/// A connection of a screen; its end is known by its drop.
#[derive(Debug)]
pub struct Link {
    list: ScreenList,
    id: Text,
}

impl Drop for Link {
    fn drop(&mut self) {
        if let Some(seen) = self.list.table().screens.get_mut(&self.id) {
            seen.presence.links = seen.presence.links.saturating_sub(1);
        }
    }
}

impl ScreenList {
    /// These screens, with the time at which each was heard last.
    pub fn new(screens: impl IntoIterator<Item = Screen>, heard: &BTreeMap<Text, Instant>) -> ScreenList {
        let list = ScreenList { shared: Arc::new(Shared { table: Mutex::default(), changes: watch::Sender::new(0) }) };
        for screen in screens {
            let (id, seen) = (screen.id.clone(), heard.get(&screen.id).copied());
            list.put(screen);
            if let Some(known) = list.table().screens.get_mut(&id) {
                known.presence.seen = seen;
            }
        }
        list
    }

    /// Puts a screen on the list, over its former state. Only once it is on disk.
    pub fn put(&self, screen: Screen) {
        let mut table = self.table();
        table.revisions += 1;
        let revision = table.revisions;
        if let Some(former) = table.screens.get(&screen.id).and_then(|seen| seen.screen.hash.clone()) {
            table.by_hash.remove(&former);
        }
        if let Some(hash) = &screen.hash {
            table.by_hash.insert(hash.clone(), screen.id.clone());
        }
        let id = screen.id.clone();
        match table.screens.get_mut(&id) {
            Some(seen) => (seen.screen, seen.revision) = (screen, revision),
            None => {
                let seen = Seen { screen, revision, presence: Presence::default(), command: None };
                table.screens.insert(id, seen);
            }
        }
        drop(table);
        self.changed();
    }

    /// Takes a screen from the list for good.
    pub fn remove(&self, id: &Text) {
        let mut table = self.table();
        if let Some(seen) = table.screens.remove(id) {
            table.by_hash.retain(|_, of| *of != seen.screen.id);
        }
        drop(table);
        self.changed();
    }

    /// Whose credential has this hash.
    pub fn by_hash(&self, hash: &str) -> Known {
        let table = self.table();
        match table.by_hash.get(hash).and_then(|id| table.screens.get(id)) {
            None => Known::Unknown,
            Some(seen) if seen.screen.is_revoked() => Known::Revoked,
            Some(seen) => Known::Good(Box::new(seen.screen.clone())),
        }
    }

    /// The screen whose credential may be fetched with a device code of this hash.
    pub fn by_claim(&self, device_hash: &str, now: Instant) -> Option<Screen> {
        let table = self.table();
        let found = table.screens.values().find(|seen| seen.screen.is_claimed_by(device_hash, now));
        found.map(|seen| seen.screen.clone())
    }

    /// One screen.
    pub fn get(&self, id: &str) -> Option<Seen> {
        self.table().screens.get(&Text::new(id)).cloned()
    }

    /// All screens, by their ids.
    pub fn list(&self) -> Vec<Seen> {
        self.table().screens.values().cloned().collect()
    }

    /// Changes whenever a row or a command does.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.shared.changes.subscribe()
    }

    /// Gives a screen a command, over its former one (P-2: one each). False when there is no such screen.
    pub fn command(&self, id: &Text, command: Command) -> bool {
        let mut table = self.table();
        let Some(seen) = table.screens.get_mut(id) else { return false };
        seen.command = Some(command);
        drop(table);
        self.changed();
        true
    }

    /// Notes that a screen did what it was told.
    pub fn acknowledge(&self, id: &Text, command: u64, now: Instant) {
        let mut table = self.table();
        let newest = table.screens.get_mut(id).and_then(|seen| seen.command.as_mut());
        if let Some(newest) = newest.filter(|newest| newest.id == command) {
            newest.acknowledged.get_or_insert(now);
        }
    }

    /// Notes a connection of a screen.
    pub fn connect(&self, id: &Text) -> Link {
        if let Some(seen) = self.table().screens.get_mut(id) {
            seen.presence.links += 1;
        }
        Link { list: self.clone(), id: id.clone() }
    }

    /// Notes that a screen was heard, and what it said of itself, if anything.
    pub fn hear(&self, id: &Text, told: Option<Told>, now: Instant) {
        let mut table = self.table();
        let Some(seen) = table.screens.get_mut(id) else { return };
        seen.presence.seen = Some(now);
        if let Some(told) = told {
            let since = seen.presence.told.as_ref().and_then(|former| former.behind_since);
            // Behind since it was behind first.
            let behind_since = told.behind_since.map(|at| since.unwrap_or(at));
            seen.presence.told = Some(Told { behind_since, ..told });
        }
        table.to_be_written.insert(id.clone(), now);
    }

    /// What was heard since the last call, to be written down.
    pub fn take_heard(&self) -> BTreeMap<Text, Instant> {
        std::mem::take(&mut self.table().to_be_written)
    }

    fn changed(&self) {
        self.shared.changes.send_modify(|changes| *changes += 1);
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        // The table is whole after every statement, also after one that panicked.
        self.shared.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
