//! The start of the figures: from ClickHouse's states, then the journal from the sink's cursor on.

use std::time::Duration;

use anyhow::{Context, bail};
use tokio::sync::watch;
use tokio::time::sleep;

use crate::cube::Cube;
use crate::journal::Cursor;
use crate::model::{Clock, Zone};
use crate::pipeline::stopped;
use crate::store::{Seeded, Store, StoreError};

/// Wait between tries to read the states.
const RETRY_MS: u64 = 1_000;

/// Waits for ClickHouse and seeds a cube from its states. None when told to stop.
///
/// The second value is the sequence up to which ClickHouse holds everything this node ever acknowledged: the sink's
/// cursor, or less if ClickHouse knows less (an emptied or restored database).
pub(super) async fn seed(
    mut stores: watch::Receiver<Option<Store>>,
    cursor: Option<Cursor>,
    node: u64,
    zone: &Zone,
    clock: &Clock,
    mut stop: watch::Receiver<bool>,
) -> anyhow::Result<Option<(Cube, u64)>> {
    loop {
        let store = tokio::select! {
            () = stopped(&mut stop) => return Ok(None),
            store = stores.wait_for(Option::is_some) => match store {
                Ok(store) => store.clone(),
                Err(_) => bail!("nobody keeps the connection to ClickHouse"),
            },
        };
        let Some(store) = store else { continue };
        match read(&store, cursor, node, zone, clock).await {
            Ok(seeded) => return Ok(Some(seeded)),
            Err(error @ (StoreError::Unreachable(_) | StoreError::Refused { .. })) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "the figures can't be read yet");
                sleep(Duration::from_millis(RETRY_MS)).await;
            }
            Err(error) => return Err(error).context("the figures can't be read from ClickHouse"),
        }
    }
}

async fn read(
    store: &Store,
    cursor: Option<Cursor>,
    node: u64,
    zone: &Zone,
    clock: &Clock,
) -> Result<(Cube, u64), StoreError> {
    let stored = store.last_seq(node).await?;
    let from = cursor.map_or(0, |cursor| cursor.seq.min(stored.dense));
    if cursor.is_some_and(|cursor| cursor.seq > stored.dense) {
        tracing::warn!(
            cursor.seq = cursor.map_or(0, |cursor| cursor.seq),
            clickhouse.seq = stored.dense,
            "ClickHouse holds less than was stored in it; sending it the rest of the journal again"
        );
    }
    let mut cube = Cube::new(zone.clone(), clock());
    let mut units = Vec::new();
    store
        .seed(|item| match item {
            Seeded::Unit(fact) => units.push(*fact),
            Seeded::Dossier(key, state) => cube.join_dossier(key, *state),
            Seeded::Rating(key, state) => cube.join_rating(key, *state),
            Seeded::Indicator(key, state) => cube.join_indicator(key, *state),
            Seeded::Contact(contact) => cube.apply_contact(contact),
        })
        .await?;
    cube.apply_units(units);
    // The states hold everything up to here, and perhaps some of what follows: overlap is harmless.
    cube.apply([], from);
    Ok((cube, from))
}
