//! The tasks beside the stages: alerts, reports and their messages, tokens, reloads, metrics.

use tokio::signal::unix::Signal;
use tokio::sync::watch;

use crate::http::AppState;

use super::tasks::Tasks;
use super::{Parts, alerts, keep_metrics, reload, reports, tokens};

/// Starts them all.
pub(super) fn start(
    tasks: &mut Tasks,
    parts: &Parts,
    (hangups, state): (Signal, AppState),
    stop: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    alerts::start(tasks, parts, &stop)?;
    reports::start(tasks, parts, state, stop.clone())?;
    tasks.spawn("tokens", tokens::keep_uses(parts.tokens.clone(), parts.displays.clone(), stop));
    tasks.spawn("reload", reload::at_hangups(hangups, parts.catalogues.clone()));
    tasks.spawn("metrics", keep_metrics(parts.metrics.clone()));
    Ok(())
}
