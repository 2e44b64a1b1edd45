//! Reports that are made by themselves: opened with the data dir, looked after by one task.

use tokio::sync::watch;

use crate::facts::Facts;
use crate::http::{self, AppState, ReportPrinter};
use crate::pipeline::reports::{ReportRuns, ReportStage};

use super::Parts;
use super::data_dir::DataDir;
use super::tasks::{Tasks, blocking};

/// What was made and what waits.
pub(super) fn open(facts: &Facts, data_dir: &DataDir) -> anyhow::Result<ReportRuns> {
    Ok(ReportRuns::open(facts.clone(), data_dir.reports(), &http::node_name(data_dir.node))?)
}

/// It waits for the disk, so it has a thread of its own.
pub(super) fn start(
    tasks: &mut Tasks,
    parts: &Parts,
    state: AppState,
    stop: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let stage = ReportStage::new(
        ReportPrinter::of(state),
        (parts.catalogues.clone(), parts.views.subscribe()),
        (parts.runs.clone(), parts.outbox.clone()),
        (parts.backfills.clone(), parts.gate.tokens()),
        parts.wall.clone(),
    );
    let timers = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    tasks.watch("reports", blocking("reports", move || timers.block_on(stage.run(stop)).map_err(Into::into)));
    Ok(())
}
