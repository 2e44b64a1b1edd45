//! The screens' side of the live stage: the tiles of every topic that is shown somewhere, from the newest view.

use std::time::Duration;

use serde_json::value::to_raw_value;
use tokio::time::{Instant as Timer, sleep_until};

use crate::auth::Tokens;
use crate::cube::View;
use crate::kpi::board::TAKEOVER_TILE;
use crate::model::Clock;
use crate::topics::{LivePulse, TopicKey, Topics};
use crate::units::{Hierarchy, Scope, UnitId};

use super::alerts::{Alerts, takeover, ticker};
use super::backfill::Backfills;
use super::catalogues::Catalogues;
use super::closed::ClosedPeriods;
use super::feeds::LiveFeeds;
use super::tiles::{Figures, tiles};

/// Topics are made anew at most this often; a screen draws no faster.
const PUBLISH_EVERY: Duration = Duration::from_millis(100);

/// Makes tiles of views and stamps the pulse.
pub struct Screens {
    catalogues: Catalogues,
    topics: Topics,
    pulse: LivePulse,
    /// The real time, which the pulse is judged by.
    wall: Clock,
    /// Which sources may be named to whom.
    feeds: LiveFeeds,
    backfills: Option<Backfills>,
    closed: ClosedPeriods,
    alerts: Option<Alerts>,
    published: Option<Timer>,
    /// A view came too soon after the last one that was shown.
    owed: bool,
}

impl Screens {
    /// Nothing shown yet.
    pub fn new(catalogues: Catalogues, topics: Topics, pulse: LivePulse, wall: Clock) -> Screens {
        Screens {
            catalogues,
            topics,
            pulse,
            wall,
            feeds: LiveFeeds::new(None),
            backfills: None,
            closed: ClosedPeriods::default(),
            alerts: None,
            published: None,
            owed: false,
        }
    }

    /// Names a source only to those whom it concerns by these tokens.
    #[must_use]
    pub fn naming_by(self, tokens: &Tokens) -> Screens {
        Screens { feeds: LiveFeeds::new(Some(tokens)), ..self }
    }

    /// Marks the tiles of units into whose figures old data is on its way.
    #[must_use]
    pub fn marking(self, backfills: Backfills) -> Screens {
        Screens { backfills: Some(backfills), ..self }
    }

    /// Marks the tiles of periods that are closed.
    #[must_use]
    pub fn closing(self, closed: ClosedPeriods) -> Screens {
        Screens { closed, ..self }
    }

    /// Shows open alerts on boards that want them.
    #[must_use]
    pub fn warning(self, alerts: Alerts) -> Screens {
        Screens { alerts: Some(alerts), ..self }
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
        let (feeds, catalogue) = (self.feeds.now().clone(), self.catalogues.now());
        let figures =
            Figures { view, catalogue: &catalogue, feeds: &feeds, backfill: &[], closed: &self.closed, alerts: &[] };
        for topic in &topics {
            self.publish(topic, figures);
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

    /// A topic is made for whoever may see its unit; who may is judged where screens subscribe and hear. Of a board
    /// that is no longer in the catalogue the tiles are taken away: none of them would be live.
    fn publish(&self, topic: &TopicKey, figures: Figures<'_>) {
        let Figures { view, catalogue, feeds, .. } = figures;
        let all = Scope::all();
        let sight = all.on(view.units(), view.hierarchies(), Hierarchy::Now);
        let seen = sight.unit(&topic.unit, view.today()).or_else(|| sight.visible(UnitId::UNRESOLVED));
        let Some(unit) = seen else { return };
        let backfill = self.backfills.as_ref().map(|all| all.under(view, feeds, unit.id())).unwrap_or_default();
        let told = self.alerts.as_ref().map(|all| ticker(all, view, feeds, unit)).unwrap_or_default();
        let figures = Figures { backfill: &backfill, alerts: &told, ..figures };
        let board = catalogue.board(&topic.board);
        let mut tiles = board.map(|board| tiles(figures, board, unit)).unwrap_or_default();
        if let Some((alerts, _)) = self.alerts.as_ref().zip(board.filter(|board| board.takeover)) {
            let items = serde_json::json!({ "items": takeover(alerts, view, feeds, unit) });
            tiles.insert(TAKEOVER_TILE.to_owned(), to_raw_value(&items).expect("texts and numbers"));
        }
        let as_of = view.now().to_rfc3339(view.zone());
        if let Err(error) = self.topics.publish(topic, view.seq(), &as_of, tiles) {
            tracing::warn!(%topic, error = &error as &dyn std::error::Error, "a topic can't be shown");
        }
    }
}
