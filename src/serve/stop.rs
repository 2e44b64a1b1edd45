//! The stop of the process, in order (P-3).

use std::time::Duration;

use tokio::sync::watch;

use super::Parts;
use super::tasks::Tasks;

/// How long sockets have to go.
const STOP_HTTP: Duration = Duration::from_secs(5);
/// How long the journal's writer has to finish.
const STOP_JOURNAL: Duration = Duration::from_secs(10);
/// How long the live figures have to finish a round.
const STOP_LIVE: Duration = Duration::from_secs(5);
/// How long it may take to write down which tokens were used.
const STOP_TOKENS: Duration = Duration::from_secs(5);
/// How long it may take to write down what happened to alerts, and to messages under way.
const STOP_ALERTS: Duration = Duration::from_secs(5);
/// How long the engine has to end.
const STOP_ENGINE: Duration = Duration::from_secs(10);

/// Threads are running: whatever goes wrong from here on, they are told and waited for.
pub(super) async fn until_stopped(
    mut tasks: Tasks,
    parts: &Parts,
    stops: Stops,
    (told, shutdown): (anyhow::Result<()>, impl Future<Output = ()>),
) -> anyhow::Result<()> {
    let outcome = match told {
        Ok(()) => tokio::select! {
            () = shutdown => Ok(()),
            ended = tasks.first_ended() => Err(ended),
        },
        Err(unheard) => Err(unheard),
    };
    stop(tasks, parts, stops).await;
    outcome
}

/// Where tasks are told to stop.
pub(super) struct Stops {
    pub(super) http: watch::Sender<bool>,
    pub(super) stages: watch::Sender<bool>,
    pub(super) engine: watch::Sender<bool>,
}

/// P-3.
async fn stop(mut tasks: Tasks, parts: &Parts, stops: Stops) {
    tracing::info!("stopping");
    stops.http.send_replace(true);
    tasks.ended("http", STOP_HTTP).await;
    parts.journal.close();
    tasks.ended("journal", STOP_JOURNAL).await;
    stops.stages.send_replace(true);
    tasks.ended("live", STOP_LIVE).await;
    tasks.ended("sink", parts.config.stop_flush).await;
    tasks.ended("alerts", STOP_ALERTS).await;
    tasks.ended("reports", STOP_ALERTS).await;
    tasks.ended("delivery", STOP_ALERTS).await;
    tasks.ended("tokens", STOP_TOKENS).await;
    stops.engine.send_replace(true);
    tasks.ended("engine", STOP_ENGINE).await;
}
