//! What handlers work with.

use std::sync::Arc;

use metrics_exporter_prometheus::PrometheusHandle;
use serde::Serialize;
use tokio::sync::watch;

use crate::auth::{Gate, Rates};
use crate::cube::View;
use crate::facts::Facts;
use crate::ingest::rejects::Rejects;
use crate::ingest::{Limits, Portal};
use crate::journal::Journal;
use crate::model::{Clock, Instant, Text, Zone};
use crate::pipeline::alerts::Alerts;
use crate::pipeline::backfill::Backfills;
use crate::pipeline::catalogues::Catalogues;
use crate::pipeline::outbox::Outbox;
use crate::pipeline::reports::ReportRuns;
use crate::pipeline::verify::Verifier;
use crate::store::Store;
use crate::topics::{LivePulse, Topics};

use super::error::Problem;
use super::imports::Imports;
use super::live::Screens;
use super::periods::Closings;
use super::readiness::Readiness;
use super::reports::Printing;
use super::returns::Returns;
use super::screens::ScreenKeeper;
use super::tokens::TokenKeeper;

/// Whether the domain clock runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockKind {
    /// It goes on with real time.
    Running,
    /// It stands still.
    Frozen,
}

/// Everything a handler may use. Cheap to clone.
#[derive(Clone)]
pub struct AppState {
    /// The domain clock: the instant the figures are about.
    pub clock: Clock,
    /// Whether the domain clock runs.
    pub clock_kind: ClockKind,
    /// The real clock.
    pub wall: Clock,
    /// The zone of all local days.
    pub zone: Arc<Zone>,
    /// The newest view of the cube; none until it is ready.
    pub view: watch::Receiver<Option<Arc<View>>>,
    /// What screens show.
    pub topics: Topics,
    /// The sign of life of the live figures.
    pub pulse: LivePulse,
    /// Which parts of the server are ready.
    pub readiness: Readiness,
    /// Who is let in.
    pub gate: Gate,
    /// How often.
    pub rates: Rates,
    /// The tokens of the data dir.
    pub tokens: TokenKeeper,
    /// The connected screens.
    pub screens: Screens,
    /// Id of this node (S-3).
    pub node: Text,
    /// Whether the figures are made up.
    pub demo: bool,
    /// Where records go.
    pub journal: Journal,
    /// Bounds of bodies and lines.
    pub limits: Limits,
    /// Everything that was counted.
    pub metrics: PrometheusHandle,
    /// When the process started, by the real clock.
    pub started_at: Instant,
    /// Compares figures with SQL.
    pub verifier: Verifier,
    /// The store, while ClickHouse answers.
    pub stores: watch::Receiver<Option<Store>>,
    /// Refused lines.
    pub rejects: Rejects,
    /// Whose old data is being sent.
    pub backfills: Backfills,
    /// What is open and what was.
    pub alerts: Alerts,
    /// Messages that wait to be sent.
    pub outbox: Outbox,
    /// Reports that were made by themselves, and those that wait.
    pub runs: ReportRuns,
    /// Where reports are drawn.
    pub printing: Printing,
    /// Small facts beside the journal.
    pub facts: Facts,
    /// KPIs, targets and boards, as they were read last.
    pub catalogues: Catalogues,
    /// How the national portal's messages are read.
    pub portal: Arc<Portal>,
    /// Closed periods.
    pub closings: Closings,
    /// Files that were sent.
    pub imports: Imports,
    /// Screens as devices.
    pub displays: ScreenKeeper,
    /// What units filled in of their indicators.
    pub returns: Returns,
}

impl AppState {
    /// The newest view.
    ///
    /// # Errors
    /// While there is none after a start.
    pub fn view(&self) -> Result<Arc<View>, Problem> {
        self.view.borrow().clone().ok_or(Problem::NotReady)
    }
}
