//! The screens' side of the live stage: the tiles of every topic that is shown somewhere, from the newest view.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant as Timer;

use crate::cube::View;
use crate::kpi::Catalogue;
use crate::model::Clock;
use crate::topics::{LivePulse, TopicKey, Topics};

use super::tiles::tiles;

/// Topics are made anew at most this often; a screen draws no faster.
const PUBLISH_EVERY_MS: u64 = 100;

/// Makes tiles of views and stamps the pulse.
pub struct Screens {
    catalogue: Arc<Catalogue>,
    topics: Topics,
    pulse: LivePulse,
    /// The real time, which the pulse is judged by.
    wall: Clock,
    published: Option<Timer>,
}

impl Screens {
    /// Nothing shown yet.
    pub fn new(catalogue: Arc<Catalogue>, topics: Topics, pulse: LivePulse, wall: Clock) -> Screens {
        Screens { catalogue, topics, pulse, wall, published: None }
    }

    /// Waits until a screen wants a topic that nobody has shown yet.
    pub async fn wanted(&self) {
        self.topics.wanted().await;
    }

    /// Publishes what the view changes.
    ///
    /// A view that comes too soon after the last one is shown by the next tick at the latest; only topics that nobody
    /// has seen yet don't wait.
    pub fn show(&mut self, view: &View) {
        let due = self.published.is_none_or(|at| at.elapsed() >= Duration::from_millis(PUBLISH_EVERY_MS));
        let topics = if due { self.topics.active((self.wall)()) } else { self.topics.unpublished() };
        for topic in &topics {
            self.publish(topic, view);
        }
        if due {
            self.published = Some(Timer::now());
        }
    }

    /// Stamps the pulse: everything synced has passed through the cube.
    pub fn beat(&self) {
        self.pulse.stamp((self.wall)());
    }

    fn publish(&self, topic: &TopicKey, view: &View) {
        let Some(board) = self.catalogue.board(&topic.board) else { return };
        let unit = view.units().ask(&topic.unit, view.today()).unit;
        let tiles = tiles(view, &self.catalogue, board, unit);
        let as_of = view.now().to_rfc3339(view.zone());
        if let Err(error) = self.topics.publish(topic, view.seq(), &as_of, tiles) {
            tracing::warn!(%topic, error = &error as &dyn std::error::Error, "a topic can't be shown");
        }
    }
}
