//! The screens' side of the live stage: the tiles of every topic that is shown somewhere, from the newest view.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant as Timer, sleep_until};

use crate::auth::Tokens;
use crate::cube::View;
use crate::kpi::Catalogue;
use crate::model::Clock;
use crate::topics::{LivePulse, TopicKey, Topics};
use crate::units::{Hierarchy, Scope, UnitId};

use super::feeds::{Feeds, LiveFeeds};
use super::tiles::{Figures, tiles};

/// Topics are made anew at most this often; a screen draws no faster.
const PUBLISH_EVERY: Duration = Duration::from_millis(100);

/// Makes tiles of views and stamps the pulse.
pub struct Screens {
    catalogue: Arc<Catalogue>,
    topics: Topics,
    pulse: LivePulse,
    /// The real time, which the pulse is judged by.
    wall: Clock,
    /// Which sources may be named to whom.
    feeds: LiveFeeds,
    published: Option<Timer>,
    /// A view came too soon after the last one that was shown.
    owed: bool,
}

impl Screens {
    /// Nothing shown yet.
    pub fn new(catalogue: Arc<Catalogue>, topics: Topics, pulse: LivePulse, wall: Clock) -> Screens {
        Screens { catalogue, topics, pulse, wall, feeds: LiveFeeds::new(None), published: None, owed: false }
    }

    /// Names a source only to those whom it concerns by these tokens.
    #[must_use]
    pub fn naming_by(self, tokens: &Tokens) -> Screens {
        Screens { feeds: LiveFeeds::new(Some(tokens)), ..self }
    }

    /// Waits until a screen wants a topic that nobody has shown yet.
    pub async fn wanted(&self) {
        self.topics.wanted().await;
    }

    /// Waits until a view that came too soon can be shown; for ever when none did.
    pub async fn due(&self) {
        match self.published {
            Some(published) if self.owed => sleep_until(published + PUBLISH_EVERY).await,
            _ => std::future::pending().await,
        }
    }

    /// Publishes what the view changes.
    ///
    /// A view that comes too soon after the last one waits until [`Screens::due`]; only topics that nobody has seen yet
    /// don't wait.
    pub fn show(&mut self, view: &View) {
        let due = self.published.is_none_or(|at| at.elapsed() >= PUBLISH_EVERY);
        let topics = if due { self.topics.active((self.wall)()) } else { self.topics.unpublished() };
        let feeds = self.feeds.now().clone();
        for topic in &topics {
            self.publish(topic, view, &feeds);
        }
        if due {
            self.published = Some(Timer::now());
        }
        self.owed = !due;
    }

    /// Stamps the pulse: everything synced has passed through the cube.
    pub fn beat(&self) {
        self.pulse.stamp((self.wall)());
    }

    /// A topic is made for whoever may see its unit; who may is judged where screens subscribe and hear.
    fn publish(&self, topic: &TopicKey, view: &View, feeds: &Feeds) {
        let Some(board) = self.catalogue.board(&topic.board) else { return };
        let all = Scope::all();
        let sight = all.on(view.units(), view.hierarchies(), Hierarchy::Now);
        let seen = sight.unit(&topic.unit, view.today()).or_else(|| sight.visible(UnitId::UNRESOLVED));
        let Some(unit) = seen else { return };
        let tiles = tiles(Figures { view, catalogue: &self.catalogue, feeds }, board, unit);
        let as_of = view.now().to_rfc3339(view.zone());
        if let Err(error) = self.topics.publish(topic, view.seq(), &as_of, tiles) {
            tracing::warn!(%topic, error = &error as &dyn std::error::Error, "a topic can't be shown");
        }
    }
}
