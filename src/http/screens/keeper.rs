//! Keeps screens on disk: nothing holds that isn't written down.

use std::collections::BTreeMap;

use crate::facts::{Change, Facts, FactsError, Shelf};
use crate::model::{Instant, Text};
use crate::screens::{Pairings, SCREENS_MAX, Screen, ScreenList};

/// Every screen, by its id.
const SCREENS: Shelf<Screen> = Shelf::new("screens");
/// When each screen was heard last, by its id, as milliseconds since 1970.
const SCREENS_HEARD: Shelf<i64> = Shelf::new("screens_heard");

/// The screens of a data dir, and those that wait to be approved. Clones are handles on the same ones.
#[derive(Clone, Debug)]
pub struct ScreenKeeper {
    facts: Facts,
    list: ScreenList,
    pairings: Pairings,
}

impl ScreenKeeper {
    /// Reads what is kept.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn open(facts: Facts) -> Result<ScreenKeeper, FactsError> {
        let stored = facts.page(SCREENS, None, usize::MAX)?.into_iter().map(|(_, screen)| screen);
        let heard = facts.page(SCREENS_HEARD, None, usize::MAX)?;
        let heard = heard.into_iter().map(|(id, at_ms)| (Text::new(&String::from_utf8_lossy(&id)), Instant(at_ms)));
        let list = ScreenList::new(stored, &heard.collect::<BTreeMap<_, _>>());
        Ok(ScreenKeeper { facts, list, pairings: Pairings::default() })
    }

    /// The list in memory.
    pub fn list(&self) -> &ScreenList {
        &self.list
    }

    /// Those that wait.
    pub fn pairings(&self) -> &Pairings {
        &self.pairings
    }

    /// Writes a screen down, then lets it hold. Waits for the disk.
    ///
    /// # Errors
    /// When it can't be written: then its former state holds.
    pub fn put(&self, screen: &Screen) -> Result<(), FactsError> {
        let mut change = Change::default();
        change.put(SCREENS, screen.id.as_bytes(), screen)?;
        self.facts.commit(change)?;
        self.list.put(screen.clone());
        Ok(())
    }

    /// Makes room for one more screen: the one that was taken back first is forgotten. False when none was.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn make_room(&self) -> Result<bool, FactsError> {
        let all = self.list.list();
        if all.len() < SCREENS_MAX {
            return Ok(true);
        }
        let gone = all.into_iter().filter(|seen| seen.screen.is_revoked()).min_by_key(|seen| seen.screen.revoked_ms);
        gone.map_or(Ok(false), |seen| self.forget(&seen.screen.id).map(|()| true))
    }

    /// Forgets a screen for good.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn forget(&self, id: &Text) -> Result<(), FactsError> {
        let mut change = Change::default();
        change.remove(SCREENS, id.as_bytes());
        change.remove(SCREENS_HEARD, id.as_bytes());
        self.facts.commit(change)?;
        self.list.remove(id);
        Ok(())
    }

    /// Writes down which screens were heard since the last call. Waits for the disk.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn write_heard(&self) -> Result<(), FactsError> {
        let mut change = Change::default();
        for (id, at) in self.list.take_heard() {
            if self.list.get(&id).is_some() {
                change.put(SCREENS_HEARD, id.as_bytes(), &at.0)?;
            }
        }
        self.facts.commit(change)
    }
}
