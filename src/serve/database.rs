//! Keeps a connection to ClickHouse: the embedded engine's child or a server, migrated and with checked settings.

use std::path::PathBuf;
use std::time::Duration;

use metrics::counter;
use tokio::sync::watch;
use tokio::time::sleep;

use crate::config::Database;
use crate::engine::{EngineState, SuperviseOptions, supervise};
use crate::http::{Condition, Readiness};
use crate::pipeline::stopped;
use crate::store::{Endpoint, Store};

/// First and longest wait between tries to connect.
const RETRY_MS: (u64, u64) = (250, 10_000);

/// Our tables' database.
const DATABASE: &str = "opcentre";

/// Runs the embedded engine, or nothing when a server was named.
pub(super) async fn run_engine(
    database: Database,
    data_dir: PathBuf,
    states: watch::Sender<EngineState>,
    mut stop: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let told = async move { stopped(&mut stop).await };
    match database {
        Database::Embedded { library, memory_bytes_max } => {
            let options = SuperviseOptions { library, memory_bytes_max, ..SuperviseOptions::new(data_dir) };
            supervise(options, states, told).await;
        }
        Database::Server { .. } => told.await,
    }
    Ok(())
}

/// Hands out a store whenever ClickHouse answers, and takes it back when the engine goes down.
pub(super) async fn keep_store(
    database: Database,
    mut engine: watch::Receiver<EngineState>,
    stores: watch::Sender<Option<Store>>,
    readiness: Readiness,
    mut stop: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let mut wait_ms = RETRY_MS.0;
    loop {
        let state = engine.borrow_and_update().clone();
        if matches!(state, EngineState::Ready { .. }) {
            counter!("opcentre_engine_starts_total").increment(1);
        }
        let endpoint = match endpoint(&database, &state) {
            Ok(endpoint) => endpoint,
            Err(reason) => {
                stores.send_replace(None);
                readiness.set("clickhouse", Condition::not_ready(reason));
                tokio::select! {
                    () = stopped(&mut stop) => return Ok(()),
                    changed = engine.changed() => if changed.is_err() { return Ok(()) },
                }
                continue;
            }
        };
        match prepare(&endpoint).await {
            Ok(store) => {
                tracing::info!(clickhouse.url = endpoint.url, "ClickHouse is there, its schema is up to date");
                stores.send_replace(Some(store));
                readiness.set("clickhouse", Condition::Ok);
                wait_ms = RETRY_MS.0;
                tokio::select! {
                    () = stopped(&mut stop) => return Ok(()),
                    changed = engine.changed() => if changed.is_err() { return Ok(()) },
                }
            }
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "ClickHouse is not usable yet");
                readiness.set(
                    "clickhouse",
                    Condition::not_ready("its schema can't be prepared or checked; the log says why"),
                );
                tokio::select! {
                    () = stopped(&mut stop) => return Ok(()),
                    _ = engine.changed() => {}
                    () = sleep(Duration::from_millis(wait_ms)) => {}
                }
                wait_ms = (wait_ms * 2).min(RETRY_MS.1);
            }
        }
    }
}

async fn prepare(endpoint: &Endpoint) -> Result<Store, crate::store::StoreError> {
    let store = Store::connect(endpoint);
    store.migrate().await?;
    store.check_settings().await?;
    Ok(store)
}

/// Where ClickHouse answers, or why it doesn't.
fn endpoint(database: &Database, engine: &EngineState) -> Result<Endpoint, String> {
    if let Database::Server { url, user, password } = database {
        return Ok(server_endpoint(url, user.as_deref(), password.as_deref()));
    }
    match engine {
        EngineState::Ready { url, key, .. } => {
            let (user, key) = ("default".to_owned(), key.text().to_owned());
            Ok(Endpoint { url: url.clone(), user, key, database: DATABASE.to_owned() })
        }
        EngineState::Starting => Err("the embedded ClickHouse is starting".to_owned()),
        EngineState::Down { reason, .. } => Err(format!("the embedded ClickHouse is down: {reason}")),
        EngineState::Stopped => Err("the embedded ClickHouse was stopped".to_owned()),
    }
}

/// Our database on a server.
pub fn server_endpoint(url: &str, user: Option<&str>, password: Option<&str>) -> Endpoint {
    Endpoint {
        url: url.to_owned(),
        user: user.unwrap_or("default").to_owned(),
        key: password.unwrap_or_default().to_owned(),
        database: DATABASE.to_owned(),
    }
}
