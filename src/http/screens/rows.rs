//! Screens as operators read them.

use serde::Serialize;

use crate::model::{Instant, Text, Zone};
use crate::screens::{Command, Order, Place, Program, Reading, Seen};

/// A screen with all that is known of it.
#[derive(Debug, Serialize)]
pub(super) struct ScreenRow {
    id: Text,
    name: Text,
    unit: Text,
    /// `waiting` until it has fetched its credential, `good`, or `revoked`.
    state: &'static str,
    show: Program,
    /// Whether it is connected.
    online: bool,
    last_seen_at: Option<String>,
    /// The board that it shows.
    board: Option<String>,
    /// Names the page that it runs; `is_newest_build` says whether a newer one exists.
    build: Option<String>,
    is_newest_build: Option<bool>,
    width: Option<u32>,
    height: Option<u32>,
    /// Versions of its board that are newer than what it said last that it shows.
    versions_behind: Option<u64>,
    /// For how long it hasn't shown the newest one; 0: it does.
    behind_s: Option<i64>,
    #[serde(flatten)]
    place: Place,
    /// Whether figures can be read from where people sit; null when size or distance isn't known.
    reading: Option<Reading>,
    approved_at: String,
    /// Id of the token of whoever approved it.
    approved_by: Option<Text>,
    revoked_at: Option<String>,
    command: Option<CommandRow>,
}

/// The newest command of a screen.
#[derive(Debug, Serialize)]
pub(super) struct CommandRow {
    id: String,
    #[serde(flatten)]
    order: Order,
    given_at: String,
    until: String,
    /// When the screen said that it did it; null: not yet.
    acknowledged_at: Option<String>,
}

impl CommandRow {
    pub(super) fn of(command: Command, zone: &Zone) -> CommandRow {
        CommandRow {
            id: command.id.to_string(),
            given_at: command.given.to_rfc3339(zone),
            until: command.until.to_rfc3339(zone),
            acknowledged_at: command.acknowledged.map(|at| at.to_rfc3339(zone)),
            order: command.order,
        }
    }
}

impl ScreenRow {
    /// A screen at a real time, beside the newest page.
    pub(super) fn of(seen: Seen, newest_build: &str, now: Instant, zone: &Zone) -> ScreenRow {
        let Seen { screen, presence, command, .. } = seen;
        let text = |ms: i64| Instant(ms).to_rfc3339(zone);
        let told = presence.told.as_ref();
        let reading = told.and_then(|told| {
            Reading::of((told.width, told.height), screen.place.diagonal_inch?, screen.place.distance_m?)
        });
        ScreenRow {
            state: match (&screen.revoked_ms, &screen.hash) {
                (Some(_), _) => "revoked",
                (None, None) => "waiting",
                (None, Some(_)) => "good",
            },
            online: presence.links > 0,
            last_seen_at: presence.seen.map(|at| at.to_rfc3339(zone)),
            board: told.and_then(|told| told.board.clone()),
            build: told.map(|told| told.build.clone()),
            is_newest_build: told.map(|told| told.build == newest_build),
            width: told.map(|told| told.width),
            height: told.map(|told| told.height),
            versions_behind: told.map(|told| told.versions_behind),
            behind_s: told.map(|told| told.behind_since.map_or(0, |since| (now.0 - since.0).max(0) / 1_000)),
            reading,
            approved_at: text(screen.approved_ms),
            approved_by: screen.approved_by,
            revoked_at: screen.revoked_ms.map(text),
            command: command.map(|command| CommandRow::of(command, zone)),
            id: screen.id,
            name: screen.name,
            unit: screen.unit,
            show: screen.show,
            place: screen.place,
        }
    }
}
