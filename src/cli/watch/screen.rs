//! What a screen knows: the newest tiles, and whether anybody vouches for them.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::time::Instant as Timer;

/// Figures are live when a tick passed through the cube within this time.
const LIVE_AGE_MS_MAX: i64 = 10_000;
/// A server that names none pings this often.
const PING_MS_DEFAULT: u64 = 5_000;

/// Whether the figures can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Nothing was heard yet.
    Connecting,
    /// Somebody vouches for them.
    Live,
    /// Nobody does any more.
    Stale,
    /// There is no connection.
    Lost,
}

/// What a frame means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// It was taken in.
    Taken,
    /// It is to be answered.
    Ping,
    /// Something between is missing: the newest snapshot is to be asked for.
    Missed,
    /// What was asked for isn't there.
    Refused(String),
    /// The server ends the connection.
    Bye {
        /// When to come back.
        retry: Option<Duration>,
    },
}

/// A board of a unit, as far as it is known.
#[derive(Clone, Debug)]
pub(super) struct Screen {
    pub(super) board: String,
    pub(super) unit: String,
    pub(super) state: State,
    pub(super) tiles: BTreeMap<String, Value>,
    pub(super) as_of: String,
    /// The domain clock at the last ping.
    pub(super) now: String,
    seq: u64,
    /// Epoch and version of the tiles; none before the first snapshot.
    version: Option<(String, u64)>,
    ping_every: Duration,
    pinged: Option<Timer>,
    /// How old the figures' sign of life was at the last ping; none: it has none.
    live_age_ms: Option<i64>,
}

impl Screen {
    pub(super) fn new(board: &str, unit: &str) -> Screen {
        Screen {
            board: board.to_owned(),
            unit: unit.to_owned(),
            state: State::Connecting,
            tiles: BTreeMap::new(),
            as_of: String::new(),
            now: String::new(),
            seq: 0,
            version: None,
            ping_every: Duration::from_millis(PING_MS_DEFAULT),
            pinged: None,
            live_age_ms: None,
        }
    }

    /// Tiles and a ping are there.
    pub(super) fn is_whole(&self) -> bool {
        self.version.is_some() && self.pinged.is_some()
    }

    /// The connection ended; what is shown stays, and is said to stand still.
    pub(super) fn lost(&mut self) {
        self.state = State::Lost;
        self.version = None;
        self.pinged = None;
        self.live_age_ms = None;
    }

    pub(super) fn hear(&mut self, frame: &Value, at: Timer) -> Heard {
        let text = |name: &str| frame[name].as_str().unwrap_or_default().to_owned();
        match frame["op"].as_str() {
            Some("hello") => {
                self.ping_every = Duration::from_millis(frame["ping_ms"].as_u64().unwrap_or(PING_MS_DEFAULT));
                Heard::Taken
            }
            Some("snapshot") => {
                self.tiles.clear();
                self.take(frame);
                Heard::Taken
            }
            Some("update") => {
                let (epoch, from) = (text("epoch"), frame["from"].as_u64());
                match &self.version {
                    Some((shown_epoch, shown)) if *shown_epoch == epoch && Some(*shown) == from => {
                        self.take(frame);
                        Heard::Taken
                    }
                    _ => Heard::Missed,
                }
            }
            Some("ping") => {
                self.pinged = Some(at);
                self.now = text("now");
                let instant = |name: &str| frame[name].as_str()?.parse::<Timestamp>().ok();
                let live_at = instant("live_at").filter(|live_at| live_at.as_millisecond() > 0);
                let age = instant("time").zip(live_at);
                self.live_age_ms = age.map(|(time, live_at)| time.as_millisecond() - live_at.as_millisecond());
                Heard::Ping
            }
            Some("error") => Heard::Refused(format!("{}: {}", text("code"), text("message"))),
            Some("bye") => Heard::Bye { retry: frame["retry_ms"].as_u64().map(Duration::from_millis) },
            // A later server may say more.
            _ => Heard::Taken,
        }
    }

    fn take(&mut self, frame: &Value) {
        for (id, tile) in frame["tiles"].as_object().into_iter().flatten() {
            self.tiles.insert(id.clone(), tile.clone());
        }
        frame["as_of"].as_str().unwrap_or_default().clone_into(&mut self.as_of);
        self.seq = frame["seq"].as_u64().unwrap_or_default();
        let epoch = frame["epoch"].as_str().unwrap_or_default().to_owned();
        self.version = frame["version"].as_u64().map(|version| (epoch, version));
    }

    /// Whether somebody vouches for the figures at this moment.
    pub(super) fn judge(&mut self, at: Timer) {
        let Some(pinged) = self.pinged else { return };
        let silent = at.duration_since(pinged);
        let silent_ms = i64::try_from(silent.as_millis()).unwrap_or(i64::MAX);
        let is_old =
            self.live_age_ms.is_none_or(|age_ms| age_ms.saturating_add(silent_ms) > LIVE_AGE_MS_MAX + self.slack_ms());
        self.state = match (silent > self.ping_every * 5 / 2 || is_old, self.version.is_some()) {
            (true, _) => State::Stale,
            (false, true) => State::Live,
            (false, false) => State::Connecting,
        };
    }

    /// The age is only told with each ping: between two of them it may seem to grow.
    fn slack_ms(&self) -> i64 {
        i64::try_from(self.ping_every.as_millis()).unwrap_or(i64::MAX)
    }

    /// The board as one object.
    pub(super) fn json(&self) -> Value {
        let state = match self.state {
            State::Connecting => "connecting",
            State::Live => "live",
            State::Stale => "stale",
            State::Lost => "lost",
        };
        let version = self.version.as_ref().map(|(_, version)| version);
        json!({
            "board": self.board, "unit": self.unit, "state": state, "version": version, "seq": self.seq,
            "as_of": self.as_of, "tiles": self.tiles
        })
    }
}
