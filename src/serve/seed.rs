//! The start of the figures: from ClickHouse's states, then the journal from the sink's cursor on.

use std::time::Duration;

use anyhow::{Context, bail};
use tokio::sync::watch;
use tokio::time::sleep;

use crate::cube::Cube;
use crate::journal::Cursor;
use crate::model::{Clock, Record, Zone};
use crate::pipeline::stopped;
use crate::store::{LastSeq, Seeded, Store, StoreError};

/// Wait between tries to read the states.
const RETRY_MS: u64 = 1_000;

/// Waits for ClickHouse and seeds a cube from its states. None when told to stop.
///
/// The second value is the sequence up to which ClickHouse holds everything this node ever acknowledged: the sink's
/// cursor, or less if ClickHouse knows less (an emptied or restored database).
pub(super) async fn seed(
    mut stores: watch::Receiver<Option<Store>>,
    known: Known,
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
        match read(&store, known, zone, clock).await {
            Ok((_, _, stored)) if stored.greatest > known.last_seq => bail!(
                "ClickHouse holds records of this node up to sequence {}, the journal only ever gave {}: the data dir is an \
                 older copy. Remove the file `node` in it to go on under a new node id; nothing is lost by that",
                stored.greatest,
                known.last_seq
            ),
            Ok((cube, from, _)) => return Ok(Some((cube, from))),
            Err(error @ (StoreError::Unreachable(_) | StoreError::Refused { .. })) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "the figures can't be read yet");
                sleep(Duration::from_millis(RETRY_MS)).await;
            }
            Err(error) => return Err(error).context("the figures can't be read from ClickHouse"),
        }
    }
}

/// What this node knows of itself at its start.
#[derive(Clone, Copy)]
pub(super) struct Known {
    /// Its id.
    pub(super) node: u64,
    /// Where the sink stood.
    pub(super) cursor: Option<Cursor>,
    /// The last sequence ever given, as the journal's recovery found it.
    pub(super) last_seq: u64,
}

async fn read(store: &Store, known: Known, zone: &Zone, clock: &Clock) -> Result<(Cube, u64, LastSeq), StoreError> {
    let stored = store.last_seq(known.node).await?;
    let from = stored_up_to(known.cursor.map_or(0, |cursor| cursor.seq), stored);
    let mut cube = Cube::new(zone.clone(), clock());
    let mut hierarchy = Vec::new();
    store
        .seed(|item| match item {
            Seeded::Unit(fact) => hierarchy.push(Record::Unit(fact)),
            Seeded::Succession(succession) => hierarchy.push(Record::Succession(succession)),
            Seeded::Alias(alias) => hierarchy.push(Record::Alias(alias)),
            Seeded::Source(fact) => cube.apply_source(*fact),
            Seeded::Dossier(key, state) => cube.join_dossier(key, *state),
            Seeded::Rating(key, state) => cube.join_rating(key, *state),
            Seeded::Indicator(key, state) => cube.join_indicator(key, *state),
            Seeded::Contact(contact) => cube.apply_contact(contact),
        })
        .await?;
    // The states hold everything up to here, and perhaps some of what follows: overlap is harmless.
    cube.apply(hierarchy, from);
    cube.settle();
    Ok((cube, from, stored))
}

/// Up to where ClickHouse holds what this node sent it. It holds everything up to the cursor unless it was emptied or
/// restored from an older copy, which shows in its greatest sequence; holes before that are the journal's own damage
/// and don't come back by being sent again.
fn stored_up_to(cursor_seq: u64, stored: LastSeq) -> u64 {
    if stored.greatest >= cursor_seq {
        return cursor_seq;
    }
    tracing::warn!(
        cursor.seq = cursor_seq,
        clickhouse.seq = stored.greatest,
        "ClickHouse holds less than was stored in it; it is sent the rest of the journal again"
    );
    stored.dense
}
