//! The screen behind a connection: whether it is still approved, what it shows, what it is told to do.

use tokio::sync::watch;

use crate::auth::Caller;
use crate::http::screens::only_its_own;
use crate::http::state::AppState;
use crate::model::Text;
use crate::screens::{Link, ScreenList, Told};
use crate::topics::TopicKey;

use super::wire::{ByeCode, ServerFrame};

/// After so many pings a board that a screen no longer has is taken from it: it needs a while to change to another.
const PINGS_TO_LEAVE: u32 = 3;
/// The longest name of a page's build.
const BUILD_BYTES_MAX: usize = 64;

/// One connection's screen.
pub(super) struct Device {
    id: Text,
    list: ScreenList,
    changes: watch::Receiver<u64>,
    /// Whether it sees only what its screen shows.
    is_display_only: bool,
    /// Held from the moment on at which the page said that it is the screen's.
    link: Option<Link>,
    told: Told,
    sent_revision: u64,
    sent_command: Option<u64>,
    /// The newest version of what is shown, at the last ping.
    newest: Option<(TopicKey, u64)>,
    foreign_pings: u32,
}

impl Device {
    /// The screen that the caller is.
    pub(super) fn of(state: &AppState, caller: &Caller) -> Option<Device> {
        let list = state.displays.list().clone();
        let changes = list.changes();
        Some(Device {
            id: caller.screen()?.clone(),
            changes,
            list,
            is_display_only: caller.is_display_only(),
            link: None,
            told: Told::default(),
            sent_revision: 0,
            sent_command: None,
            newest: None,
            foreign_pings: 0,
        })
    }

    /// Waits until something about any screen changes; for ever without a screen.
    pub(super) async fn changed(device: &mut Option<Device>) {
        let Some(device) = device else { return std::future::pending().await };
        // An error would mean that the list is gone, which the state keeps.
        if device.changes.changed().await.is_err() {
            std::future::pending().await
        }
    }

    /// Notes that the page is the screen's own.
    pub(super) fn introduce(&mut self, state: &AppState, build: &str, (width, height): (u32, u32)) {
        let build = build.chars().take(BUILD_BYTES_MAX).collect();
        self.told = Told { build, width, height, ..std::mem::take(&mut self.told) };
        self.link.get_or_insert_with(|| self.list.connect(&self.id));
        (self.sent_revision, self.sent_command) = (0, None);
        self.list.hear(&self.id, Some(self.told.clone()), (state.wall)());
    }

    /// What is to be said to it now.
    ///
    /// # Errors
    /// The goodbye, when the screen is no longer approved.
    pub(super) fn news(&mut self, state: &AppState) -> Result<Vec<ServerFrame<'static>>, ByeCode> {
        let seen = self.list.get(&self.id).filter(|seen| !seen.screen.is_revoked());
        let is_its_page = self.link.is_some();
        let Some(seen) = seen else {
            return if is_its_page || self.is_display_only { Err(ByeCode::Revoked) } else { Ok(Vec::new()) };
        };
        let mut news = Vec::new();
        if !is_its_page {
            return Ok(news);
        }
        if self.sent_revision != seen.revision {
            self.sent_revision = seen.revision;
            let screen = seen.screen;
            news.push(ServerFrame::Screen { id: screen.id, name: screen.name, unit: screen.unit, show: screen.show });
        }
        if let Some(command) = seen.command.filter(|command| self.sent_command != Some(command.id)) {
            self.sent_command = Some(command.id);
            if let Some(left_ms) = command.left_ms((state.wall)()) {
                news.push(ServerFrame::Command { id: command.id.to_string(), order: command.order, left_ms });
            }
        }
        Ok(news)
    }

    /// Notes what is on its way to it at a ping. Says which topics it is to leave, because they aren't its any more.
    pub(super) fn at_ping<'t>(
        &mut self,
        state: &AppState,
        caller: &Caller,
        shown: impl Iterator<Item = (&'t TopicKey, u64)>,
    ) -> Vec<TopicKey> {
        let view = state.view.borrow().clone();
        let is_foreign = |key: &TopicKey| {
            view.as_ref().is_some_and(|view| only_its_own(state, caller, view, (&key.board, &key.unit)).is_err())
        };
        let mut foreign = Vec::new();
        for (key, version) in shown {
            self.newest = Some((key.clone(), version));
            if is_foreign(key) {
                foreign.push(key.clone());
            }
        }
        self.foreign_pings = if foreign.is_empty() { 0 } else { self.foreign_pings + 1 };
        if self.foreign_pings < PINGS_TO_LEAVE { Vec::new() } else { foreign }
    }

    /// Notes what it says that it shows, beside what is the newest now.
    pub(super) fn shows(&mut self, state: &AppState, shown: Option<&TopicKey>, version: u64, newest_now: u64) {
        if self.link.is_none() {
            return;
        }
        let now = (state.wall)();
        // What was the newest when it was asked it must have by now; what came since may be on its way.
        let owed = self.newest.as_ref().filter(|(key, _)| Some(key) == shown).map_or(0, |(_, version)| *version);
        self.told.board = shown.map(|key| key.board.to_string());
        self.told.versions_behind = newest_now.saturating_sub(version);
        self.told.behind_since = (version < owed).then_some(now);
        self.list.hear(&self.id, Some(self.told.clone()), now);
    }

    /// Notes that it did what it was told.
    pub(super) fn acknowledges(&self, state: &AppState, command: &str) {
        if let (Some(_), Ok(command)) = (&self.link, command.parse()) {
            self.list.acknowledge(&self.id, command, (state.wall)());
        }
    }
}
