//! The topics that are shown somewhere.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, watch};

use super::frame::{Stamp, Tiles, TopicFrame, TopicKey};
use crate::model::{Instant, Text};

/// Bounds of the registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopicsLimits {
    /// How many topics may be kept up to date at once.
    pub topics_max: usize,
    /// How long a topic without subscribers is kept up to date, so that a screen that comes back finds it.
    pub idle_ms: i64,
    /// The longest frame.
    pub frame_bytes_max: usize,
}

impl Default for TopicsLimits {
    fn default() -> TopicsLimits {
        TopicsLimits { topics_max: 512, idle_ms: 30_000, frame_bytes_max: 1024 * 1024 }
    }
}

/// Why a topic can't be subscribed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubscribeError {
    /// All places are taken.
    #[error("{topics_max} topics are already shown")]
    TooMany {
        /// How many there may be.
        topics_max: usize,
    },
}

/// Why tiles can't be published. The topic keeps its former version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublishError {
    /// The encoded frame is too long for a screen.
    #[error("the frame of topic {topic} has {bytes} bytes, more than {bytes_max}")]
    TooLong {
        /// The topic.
        topic: TopicKey,
        /// Length of the frame.
        bytes: usize,
        /// The longest frame.
        bytes_max: usize,
    },
}

/// A place in front of a topic. Its end frees the place.
#[derive(Debug)]
pub struct Subscription {
    /// The topic.
    pub key: TopicKey,
    /// The newest frame; none before the first one.
    pub frames: watch::Receiver<Option<Arc<TopicFrame>>>,
}

/// All topics that are shown somewhere. Clones are handles on the same registry.
#[derive(Clone, Debug)]
pub struct Topics {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    epoch: Text,
    limits: TopicsLimits,
    /// Guards the list of topics, not their frames; held for look-ups only.
    table: Mutex<Table>,
    wanted: Notify,
    versions: AtomicU64,
}

#[derive(Debug, Default)]
struct Table {
    topics: BTreeMap<TopicKey, Topic>,
    /// The greatest version of any topic that was forgotten: one that comes back starts above it.
    version_floor: u64,
}

#[derive(Debug)]
struct Topic {
    frames: watch::Sender<Option<Arc<TopicFrame>>>,
    idle_since: Option<Instant>,
    version_floor: u64,
}

impl Topics {
    /// No topics yet. The epoch is to be new at every start of the program.
    pub fn new(epoch: &str, limits: TopicsLimits) -> Topics {
        Topics {
            shared: Arc::new(Shared {
                epoch: Text::new(epoch),
                limits,
                table: Mutex::default(),
                wanted: Notify::new(),
                versions: AtomicU64::new(0),
            }),
        }
    }

    /// The epoch of all versions.
    pub fn epoch(&self) -> &str {
        &self.shared.epoch
    }

    /// The bounds.
    pub fn limits(&self) -> TopicsLimits {
        self.shared.limits
    }

    /// A place in front of a topic. A topic without a frame wakes whoever waits in [`Topics::wanted`].
    ///
    /// # Errors
    /// When too many topics are shown already.
    pub fn subscribe(&self, key: TopicKey) -> Result<Subscription, SubscribeError> {
        let topics_max = self.shared.limits.topics_max;
        let frames = {
            let mut table = self.table();
            let (count, version_floor) = (table.topics.len(), table.version_floor);
            let topic = match table.topics.entry(key.clone()) {
                Entry::Occupied(taken) => taken.into_mut(),
                Entry::Vacant(_) if count >= topics_max => return Err(SubscribeError::TooMany { topics_max }),
                Entry::Vacant(free) => {
                    free.insert(Topic { frames: watch::Sender::new(None), idle_since: None, version_floor })
                }
            };
            topic.idle_since = None;
            topic.frames.subscribe()
        };
        if frames.borrow().is_none() {
            self.shared.wanted.notify_one();
        }
        Ok(Subscription { key, frames })
    }

    /// Waits until a topic without a frame is subscribed to; returns at once when that happened since the last call.
    /// For one waiter: the task that publishes.
    pub async fn wanted(&self) {
        self.shared.wanted.notified().await;
    }

    /// The topics that have subscribers but no frame yet.
    pub fn unpublished(&self) -> Vec<TopicKey> {
        let table = self.table();
        let bare = table.topics.iter().filter(|(_, topic)| topic.frames.borrow().is_none());
        bare.map(|(key, _)| key.clone()).collect()
    }

    /// The topics to be kept up to date at this real time: those with subscribers, and for a while those without.
    /// Forgets the others.
    pub fn active(&self, at: Instant) -> Vec<TopicKey> {
        let idle_ms = self.shared.limits.idle_ms;
        let mut table = self.table();
        let Table { topics, version_floor } = &mut *table;
        topics.retain(|_, topic| {
            if topic.frames.receiver_count() > 0 {
                topic.idle_since = None;
                return true;
            }
            let idle_since = *topic.idle_since.get_or_insert(at);
            if at < idle_since.plus_ms(idle_ms) {
                return true;
            }
            *version_floor = topic.version().max(*version_floor);
            false
        });
        topics.keys().cloned().collect()
    }

    /// Publishes the tiles of a topic as they are at a sequence number and an instant (RFC 3339). True when a new
    /// version was made; false when no tile differs from the version before, or no one shows the topic any more.
    ///
    /// # Errors
    /// When the frame would be too long.
    pub fn publish(&self, key: &TopicKey, seq: u64, as_of: &str, tiles: Tiles) -> Result<bool, PublishError> {
        let (frames, version_floor) = match self.table().topics.get(key) {
            Some(topic) => (topic.frames.clone(), topic.version_floor),
            None => return Ok(false),
        };
        let stamp = Stamp { topic: key, epoch: &self.shared.epoch, seq, as_of };
        let bytes_max = self.shared.limits.frame_bytes_max;
        let mut published = Ok(false);
        // Compared, encoded and put in place in one step, so that two publishers could not make one version twice.
        frames.send_if_modified(|shown| {
            let next = match shown {
                Some(frame) => frame.next(stamp, tiles),
                None => Some(TopicFrame::first(stamp, version_floor + 1, tiles)),
            };
            let Some(frame) = next else { return false };
            self.shared.versions.fetch_add(1, Ordering::Relaxed);
            let bytes = frame.bytes();
            if bytes > bytes_max {
                published = Err(PublishError::TooLong { topic: key.clone(), bytes, bytes_max });
                return false;
            }
            *shown = Some(Arc::new(frame));
            published = Ok(true);
            true
        });
        published
    }

    /// How many topics are kept up to date.
    pub fn count(&self) -> usize {
        self.table().topics.len()
    }

    /// How many versions were encoded since the start: it doesn't depend on the number of screens (T-1).
    pub fn encoded_versions(&self) -> u64 {
        self.shared.versions.load(Ordering::Relaxed)
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        // The table is whole after every statement, also after one that panicked.
        self.shared.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Topic {
    fn version(&self) -> u64 {
        self.frames.borrow().as_ref().map_or(self.version_floor, |frame| frame.version)
    }
}
