//! Alerts and messages: opened with the data dir, looked after by two tasks.

use tokio::sync::watch;

use crate::config::Config;
use crate::facts::Facts;
use crate::http;
use crate::pipeline::alerts::{AlertStage, Alerts};
use crate::pipeline::outbox::Outbox;

use super::Parts;
use super::tasks::{Tasks, blocking};

/// What is open, and what waits to be sent.
pub(super) fn open(facts: &Facts, config: &Config, node: u64) -> anyhow::Result<(Alerts, Outbox)> {
    let alerts = Alerts::open(facts.clone(), config.alert_history_days, &http::node_name(node))?;
    Ok((alerts, Outbox::open(facts.clone(), config.deliveries.clone())?))
}

/// Both wait for the disk, so each has a thread of its own.
pub(super) fn start(tasks: &mut Tasks, parts: &Parts, stop: &watch::Receiver<bool>) -> anyhow::Result<()> {
    let stage = AlertStage::open(
        (parts.catalogues.clone(), parts.views.subscribe()),
        (parts.alerts.clone(), parts.outbox.clone()),
        (parts.backfills.clone(), parts.gate.tokens()),
        parts.wall.clone(),
    )?;
    let timers = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let told = stop.clone();
    tasks.watch("alerts", blocking("alerts", move || timers.block_on(stage.run(told)).map_err(Into::into)));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (outbox, wall, told) = (parts.outbox.clone(), parts.wall.clone(), stop.clone());
    let sending = async move {
        outbox.run(wall, rand::random::<f64>, told).await;
        Ok(())
    };
    tasks.watch("delivery", blocking("delivery", move || runtime.block_on(sending)));
    Ok(())
}
