//! Long-lived tasks by name: started, watched, waited for (P-1).

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, anyhow};
use futures_util::future::select_all;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// The running tasks.
#[derive(Default)]
pub(super) struct Tasks {
    running: BTreeMap<&'static str, JoinHandle<anyhow::Result<()>>>,
}

impl Tasks {
    /// Starts a task on the runtime.
    pub(super) fn spawn(
        &mut self,
        name: &'static str,
        task: impl Future<Output = anyhow::Result<()>> + Send + 'static,
    ) {
        self.running.insert(name, tokio::spawn(task));
    }

    /// Watches work that runs elsewhere as a task.
    pub(super) fn watch(
        &mut self,
        name: &'static str,
        work: impl Future<Output = anyhow::Result<()>> + Send + 'static,
    ) {
        self.spawn(name, work);
    }

    /// Waits for the first task to end, which none may before it is told to; says which and why.
    pub(super) async fn first_ended(&mut self) -> anyhow::Error {
        let names: Vec<&'static str> = self.running.keys().copied().collect();
        let (ended, place, _) = select_all(self.running.values_mut()).await;
        let name = names[place];
        self.running.remove(name);
        match ended {
            Ok(Ok(())) => anyhow!("task `{name}` ended by itself"),
            Ok(Err(error)) => error.context(format!("task `{name}` failed")),
            Err(error) => anyhow!(error).context(format!("task `{name}` broke down")),
        }
    }

    /// Waits for a task that was told to end; past the deadline it is cut short and said so.
    pub(super) async fn ended(&mut self, name: &'static str, deadline: Duration) {
        let Some(task) = self.running.remove(name) else { return };
        let cut_short = task.abort_handle();
        match timeout(deadline, task).await {
            Ok(Ok(Ok(()))) => {}
            Ok(Ok(Err(error))) => tracing::error!(task = name, "task failed while stopping: {error:#}"),
            Ok(Err(error)) => tracing::error!(task = name, "task broke down while stopping: {error}"),
            Err(_) => {
                tracing::warn!(task = name, deadline_s = deadline.as_secs(), "task cut short at its deadline");
                cut_short.abort();
            }
        }
    }
}

/// Runs blocking work on a thread of its own; the future resolves with its result.
pub(super) async fn blocking(
    name: &'static str,
    work: impl FnOnce() -> anyhow::Result<()> + Send + 'static,
) -> anyhow::Result<()> {
    let (ended, has_ended) = oneshot::channel();
    let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
        // Nobody listening means that the process is ending anyway.
        drop(ended.send(work()));
    });
    drop(thread.with_context(|| format!("can't start thread {name}"))?);
    has_ended.await.unwrap_or_else(|_| Err(anyhow!("thread {name} broke down")))
}
