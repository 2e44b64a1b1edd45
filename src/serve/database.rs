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
use crate::store::{Endpoint, Store, StoreError};

/// First and longest wait between tries to connect.
const RETRY_MS: (u64, u64) = (250, 10_000);

/// How often ClickHouse is asked whether it is there, and how long it may take to say so.
const PING_EVERY: Duration = Duration::from_secs(2);
const PING_TIMEOUT: Duration = Duration::from_secs(5);
/// How many times longer than one request its schema may take: migrations are many.
const PREPARE_FACTOR: u32 = 10;

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

/// What the keeper of the connection tells, and how long it waits for an answer.
pub(super) struct Kept {
    pub(super) stores: watch::Sender<Option<Store>>,
    pub(super) readiness: Readiness,
    pub(super) timeout: Duration,
}

impl Kept {
    /// Intake and figures go on without ClickHouse once they have begun: it is never more than degraded.
    fn say(&self, reason: impl Into<String>) {
        self.readiness.set("clickhouse", Condition::degraded(reason));
    }
}

/// Hands out a store whenever ClickHouse answers, asks it now and then, and takes the store back when the engine goes
/// down.
pub(super) async fn keep_store(
    database: Database,
    mut engine: watch::Receiver<EngineState>,
    kept: Kept,
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
                kept.stores.send_replace(None);
                kept.say(reason);
                tokio::select! {
                    () = stopped(&mut stop) => return Ok(()),
                    changed = engine.changed() => if changed.is_err() { return Ok(()) },
                }
                continue;
            }
        };
        let prepared = tokio::select! {
            () = stopped(&mut stop) => return Ok(()),
            prepared = prepare(&endpoint, kept.timeout) => prepared,
        };
        match prepared {
            Ok(store) => {
                tracing::info!(clickhouse.url = endpoint.url, "ClickHouse is there, its schema is up to date");
                kept.stores.send_replace(Some(store.clone()));
                wait_ms = RETRY_MS.0;
                tokio::select! {
                    () = stopped(&mut stop) => return Ok(()),
                    changed = engine.changed() => if changed.is_err() { return Ok(()) },
                    () = watch_over(&store, &kept) => {}
                }
            }
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "ClickHouse is not usable yet");
                kept.say(error.advice());
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

/// Asks ClickHouse now and then whether it is there. Returns when it answers after not having answered: it may be
/// another one by then, or have another schema.
async fn watch_over(store: &Store, kept: &Kept) {
    let asking = store.clone().with_timeout(kept.timeout.min(PING_TIMEOUT));
    let mut was_away = false;
    loop {
        match asking.ping().await {
            Ok(()) if was_away => return,
            Ok(()) => kept.readiness.set("clickhouse", Condition::Ok),
            Err(error) => {
                was_away = true;
                kept.say(error.advice());
            }
        }
        sleep(PING_EVERY).await;
    }
}

async fn prepare(endpoint: &Endpoint, timeout: Duration) -> Result<Store, StoreError> {
    let store = Store::connect(endpoint).with_timeout(timeout);
    store.ping().await?;
    let prepared = async {
        store.migrate().await?;
        store.check_settings().await
    };
    let limit = timeout * PREPARE_FACTOR;
    tokio::time::timeout(limit, prepared).await.unwrap_or(Err(StoreError::TimedOut(limit)))?;
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
