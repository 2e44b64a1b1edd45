//! The newest value of each board's tiles, encoded once and shared as bytes by every screen that shows them.
//!
//! A topic is a board for a unit. One task publishes the tiles of the topics that have subscribers; a version is
//! made only when a tile changed, and its two frames (a snapshot of all tiles, an update with the changed ones) are
//! encoded once, however many screens there are (T-1). A subscriber sees a `watch` channel, so values in between are
//! skipped when it is slow, it delays nobody (T-2), and nothing is queued for it. One snapshot makes a joining
//! screen right (T-3). It knows nothing of the cube, of what a tile says, or of sockets, and reads no clock.

mod frame;
mod pulse;
mod registry;
#[cfg(test)]
mod tests;

pub use frame::{Tiles, TopicFrame, TopicKey};
pub use pulse::LivePulse;
pub use registry::{PublishError, SubscribeError, Subscription, Topics, TopicsLimits};
