//! Alerts: what the newest view brings about, what is open, what was, and who is told.
//!
//! [`AlertStage`] looks at the newest view a few times a minute at most as often as there is one, moves the phases of all
//! that is watched on ([`crate::alert`]) and writes what happened into [`Alerts`] and the messages about it into the
//! [`Outbox`] in one step: nothing is raised without being told, and nothing told twice.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use metrics::{counter, gauge};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use crate::alert::{Phase, Step, Watcher};
use crate::auth::Tokens;
use crate::cube::View;
use crate::facts::FactsError;
use crate::kpi::{Catalogue, Level};
use crate::model::{Clock, Day, Instant, Text};

use super::backfill::Backfills;
use super::catalogues::Catalogues;
use super::feeds::LiveFeeds;
use super::outbox::Outbox;
use super::stopped;

mod book;
mod messages;
mod sight;
mod walls;
mod words;
#[cfg(test)]
mod tests;

pub use book::{Acknowledged, Alert, Alerts, Cleared, Ending};
pub use sight::Watched;
pub use walls::{TakeoverItem, TickerItem, shown, takeover, ticker};
pub use words::{number, sentence};

use sight::sightings;

/// How often the newest view is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Whom or what an alert is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A unit: a code and the day since when it names this one.
    Unit {
        /// Its code.
        code: Text,
        /// The first day on which the code names it.
        valid_from: Option<Day>,
    },
    /// A sending system.
    Source(Text),
}

/// What is watched: a rule of a subject.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Key {
    /// The rule's id.
    pub rule: String,
    /// Of what.
    pub subject: Subject,
}

/// What a figure is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FigureUnit {
    /// A count.
    Count,
    /// A share of `den`.
    Ratio,
    /// Hours, `num` of `den`.
    Hours,
    /// `num` is only known to be exceeded, in hours.
    MoreHours,
    /// `num` is the instant of the last contact.
    SilentSince,
    /// The source was never heard.
    NeverHeard,
}

/// A figure as it is kept with an alert: exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// Numerator; a count as it is.
    pub num: i64,
    /// Denominator; 1 of a count.
    pub den: i64,
    /// In what.
    pub unit: FigureUnit,
    /// Sequence of the view that it was read from.
    pub seq: u64,
}

impl Figure {
    /// The value for programs; null for what is no number.
    #[expect(clippy::cast_precision_loss, reason = "for showing only: comparisons are made in integers")]
    pub fn value(&self) -> Option<f64> {
        match self.unit {
            FigureUnit::SilentSince | FigureUnit::NeverHeard => None,
            _ if self.den == 0 => None,
            _ => Some(self.num as f64 / self.den as f64),
        }
    }
}

/// What happened, by what.
pub(super) type Steps = Vec<(Key, Step<Figure>)>;
pub(super) type Phases = BTreeMap<Key, Phase<Figure>>;

/// The stage with all it needs.
pub struct AlertStage {
    catalogues: Catalogues,
    views: watch::Receiver<Option<Arc<View>>>,
    alerts: Alerts,
    outbox: Outbox,
    backfills: Backfills,
    feeds: LiveFeeds,
    wall: Clock,
    watcher: Watcher<Key, Figure>,
}

impl AlertStage {
    /// Goes on from what is kept. Sources are named by these tokens.
    ///
    /// # Errors
    /// When what is kept can't be read.
    pub fn open(
        (catalogues, views): (Catalogues, watch::Receiver<Option<Arc<View>>>),
        (alerts, outbox): (Alerts, Outbox),
        (backfills, tokens): (Backfills, Option<&Tokens>),
        wall: Clock,
    ) -> Result<AlertStage, FactsError> {
        let watcher = Watcher::new(alerts.phases()?);
        let feeds = LiveFeeds::new(tokens);
        Ok(AlertStage { catalogues, views, alerts, outbox, backfills, feeds, wall, watcher })
    }

    /// Looks until `stop` says so. What can't be written down is tried again at the next look.
    ///
    /// # Errors
    /// None; a stage says how it ended.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) -> Result<(), FactsError> {
        let mut ticks = interval(LOOK_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stopped(&mut stop) => return Ok(()),
                _ = ticks.tick() => {}
            }
            let view = self.views.borrow_and_update().clone();
            let Some(view) = view else { continue };
            if let Err(error) = self.look(&view) {
                let error = &error as &dyn std::error::Error;
                tracing::error!(error, "what happened to alerts can't be written down; it is tried again");
            }
        }
    }

    /// What one view brings about.
    fn look(&mut self, view: &View) -> Result<(), FactsError> {
        let (feeds, catalogue) = (self.feeds.now().clone(), self.catalogues.now());
        let watched = Watched { view, catalogue: &catalogue, feeds: &feeds, backfills: &self.backfills };
        let seen = sightings(watched);
        // Taken over only once it is on disk.
        let mut next = self.watcher.clone();
        let steps = next.step(&seen, view.now());
        self.alerts.note(
            watched,
            &seen,
            (self.watcher.phases(), next.phases()),
            (&steps, &self.outbox, (self.wall)()),
        )?;
        self.watcher = next;
        count(&steps, &catalogue);
        for level in [Level::Notice, Level::Warning, Level::Severe] {
            let open = self.alerts.open_alerts().iter().filter(|alert| alert.level == level).count();
            gauge!("opcentre_alerts_open", "level" => level.as_str())
                .set(f64::from(u32::try_from(open).unwrap_or(u32::MAX)));
        }
        Ok(())
    }
}

fn count(steps: &Steps, catalogue: &Catalogue) {
    for (key, step) in steps {
        match step {
            Step::Raised { .. } => {
                let level = catalogue.alerts().get(&key.rule).map_or("notice", |rule| rule.level.as_str());
                counter!("opcentre_alerts_raised_total", "level" => level).increment(1);
            }
            Step::Cleared { .. } => counter!("opcentre_alerts_ended_total", "reason" => "cleared").increment(1),
            Step::Withdrawn { .. } => counter!("opcentre_alerts_ended_total", "reason" => "withdrawn").increment(1),
        }
    }
}

/// The local day of an instant, as a subject's code is read.
pub(super) fn day_of(view: &View, at: Instant) -> Day {
    view.zone().day(at)
}
