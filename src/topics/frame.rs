//! One version of a topic and its encoded frames.

use std::collections::BTreeMap;
use std::fmt;

use axum::extract::ws::Utf8Bytes;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::model::Text;

/// The values of a topic's tiles: panel id to JSON.
pub type Tiles = BTreeMap<String, Box<RawValue>>;

/// What a topic is about: a board for a unit. Written `province/17`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TopicKey {
    /// Id of the board; without a slash.
    pub board: Text,
    /// Code of the unit.
    pub unit: Text,
}

impl TopicKey {
    /// The topic of a board for a unit.
    pub fn new(board: &str, unit: &str) -> TopicKey {
        TopicKey { board: Text::new(board), unit: Text::new(unit) }
    }
}

impl fmt::Display for TopicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.board, self.unit)
    }
}

/// One version of a topic.
#[derive(Debug)]
pub struct TopicFrame {
    /// Counts the changes of the topic since the program's start; never goes back.
    pub version: u64,
    /// Sequence number of the last record in it.
    pub seq: u64,
    /// All tiles.
    pub(super) tiles: Tiles,
    /// The frame with all tiles.
    snapshot: Utf8Bytes,
    /// The frame with the tiles that changed since the version before; none when a snapshot is needed.
    update: Option<Utf8Bytes>,
}

/// What is published: the tiles at one view of the cube.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stamp<'a> {
    pub(super) topic: &'a TopicKey,
    pub(super) epoch: &'a str,
    pub(super) seq: u64,
    pub(super) as_of: &'a str,
}

impl TopicFrame {
    /// The first frame of a topic.
    pub(super) fn first(stamp: Stamp<'_>, version: u64, tiles: Tiles) -> TopicFrame {
        let snapshot = encode(stamp, version, None, pairs(&tiles));
        TopicFrame { version, seq: stamp.seq, tiles, snapshot, update: None }
    }

    /// The frame after this one; none when no tile differs.
    pub(super) fn next(&self, stamp: Stamp<'_>, tiles: Tiles) -> Option<TopicFrame> {
        let is_changed =
            |(id, value): &(&str, &RawValue)| self.tiles.get(*id).is_none_or(|shown| shown.get() != value.get());
        let any_changed = pairs(&tiles).any(|tile| is_changed(&tile));
        // An update can't take a tile away.
        let any_removed = self.tiles.keys().any(|id| !tiles.contains_key(id));
        if !any_changed && !any_removed {
            return None;
        }
        let version = self.version + 1;
        let snapshot = encode(stamp, version, None, pairs(&tiles));
        let update =
            (!any_removed).then(|| encode(stamp, version, Some(self.version), pairs(&tiles).filter(is_changed)));
        Some(TopicFrame { version, seq: stamp.seq, tiles, snapshot, update })
    }

    /// The bytes for a screen: nothing when it shows this version already, the update when it shows the version
    /// before, else the snapshot (T-3).
    pub fn bytes_for(&self, shown: Option<u64>) -> Option<Utf8Bytes> {
        match (shown, &self.update) {
            (Some(version), _) if version >= self.version => None,
            (Some(version), Some(update)) if version + 1 == self.version => Some(update.clone()),
            _ => Some(self.snapshot.clone()),
        }
    }

    /// How long its longest frame is, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.snapshot.len().max(self.update.as_ref().map_or(0, |update| update.len()))
    }
}

fn pairs(tiles: &Tiles) -> impl Iterator<Item = (&str, &RawValue)> {
    tiles.iter().map(|(id, value)| (id.as_str(), &**value))
}

/// A frame as it goes over the wire.
#[derive(Serialize)]
struct Wire<'a> {
    op: &'static str,
    topic: String,
    epoch: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<u64>,
    version: u64,
    seq: u64,
    as_of: &'a str,
    tiles: BTreeMap<&'a str, &'a RawValue>,
}

fn encode<'a>(
    stamp: Stamp<'a>,
    version: u64,
    from: Option<u64>,
    tiles: impl Iterator<Item = (&'a str, &'a RawValue)>,
) -> Utf8Bytes {
    let wire = Wire {
        op: if from.is_some() { "update" } else { "snapshot" },
        topic: stamp.topic.to_string(),
        epoch: stamp.epoch,
        from,
        version,
        seq: stamp.seq,
        as_of: stamp.as_of,
        tiles: tiles.collect(),
    };
    let text = serde_json::to_string(&wire).expect("strings, numbers and valid JSON values always encode");
    Utf8Bytes::from(text)
}
