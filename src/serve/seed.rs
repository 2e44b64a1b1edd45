//! The start of the figures: from ClickHouse's states, then the journal from the sink's cursor on.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::sync::watch;
use tokio::time::sleep;

use crate::cube::Cube;
use crate::journal::Cursor;
use crate::model::{Clock, Record, Zone};
use crate::pipeline::stopped;
use crate::store::{LastSeq, Seeded, Sequenced, Store, StoreError};

/// Wait between tries to read the states.
const RETRY_MS: u64 = 1_000;
/// How many times longer than one request ClickHouse may stay silent while it gives the states: they take some computing.
const SILENCE_FACTOR: u32 = 5;

/// Waits for ClickHouse and seeds a cube from its states. None when told to stop.
///
/// The second value is the sequence up to which ClickHouse holds everything this node ever acknowledged: the sink's
/// cursor, or less if ClickHouse knows less (an emptied or restored database).
pub(super) async fn seed(
    mut stores: watch::Receiver<Option<Store>>,
    known: &Known,
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
            Err(error @ (StoreError::Unreachable(_) | StoreError::TimedOut(_) | StoreError::Refused { .. })) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "the figures can't be read yet");
                sleep(Duration::from_millis(RETRY_MS)).await;
            }
            Err(error) => return Err(error).context("the figures can't be read from ClickHouse"),
        }
    }
}

/// What this node knows of itself at its start.
pub(super) struct Known {
    /// Its id.
    pub(super) node: u64,
    /// Where the sink stood.
    pub(super) cursor: Option<Cursor>,
    /// The last sequence ever given, as the journal's recovery found it.
    pub(super) last_seq: u64,
    /// Records that ClickHouse refuses for good (S-5); the figures have them all the same.
    pub(super) set_aside: Vec<Sequenced>,
}

async fn read(store: &Store, known: &Known, zone: &Zone, clock: &Clock) -> Result<(Cube, u64, LastSeq), StoreError> {
    let stored = store.last_seq(known.node).await?;
    let from = stored_up_to(known, stored);
    let mut cube = Cube::new(zone.clone(), clock());
    let (mut hierarchy, mut rules) = (Vec::new(), Vec::new());
    let given = AtomicU64::new(0);
    let states = store.seed(|item| {
        given.fetch_add(1, Ordering::Relaxed);
        match item {
            Seeded::Unit(fact) => hierarchy.push(Record::Unit(fact)),
            Seeded::Succession(succession) => hierarchy.push(Record::Succession(succession)),
            Seeded::Alias(alias) => hierarchy.push(Record::Alias(alias)),
            Seeded::Source(fact) => cube.apply_source(*fact),
            Seeded::Procedure(fact) => rules.push(Record::Procedure(fact)),
            Seeded::Calendar(fact) => rules.push(Record::Calendar(fact)),
            Seeded::Dossier(key, state) => {
                // Limits and working days come before all dossiers, which are so judged by them at once.
                if !rules.is_empty() {
                    cube.apply(std::mem::take(&mut rules), 0);
                }
                cube.join_dossier(key, *state);
            }
            Seeded::Rating(key, state) => cube.join_rating(key, *state),
            Seeded::Indicator(key, state) => cube.join_indicator(key, *state),
            Seeded::Contact(contact) => cube.apply_contact(contact),
        }
    });
    let silence = store.timeout() * SILENCE_FACTOR;
    tokio::select! {
        read = states => read?,
        () = silent(&given, silence) => return Err(StoreError::TimedOut(silence)),
    }
    // The states hold everything up to here, and perhaps some of what follows: overlap is harmless.
    hierarchy.extend(known.set_aside.iter().map(|sequenced| sequenced.record.clone()));
    hierarchy.append(&mut rules);
    cube.apply(hierarchy, from);
    cube.settle();
    Ok((cube, from, stored))
}

/// Ends when nothing was given for so long.
async fn silent(given: &AtomicU64, silence: Duration) {
    let mut before = u64::MAX;
    while before != given.load(Ordering::Relaxed) {
        before = given.load(Ordering::Relaxed);
        sleep(silence).await;
    }
}

/// Up to where ClickHouse holds what this node sent it. It holds everything up to the cursor unless it was emptied or
/// restored from an older copy, which shows in its greatest sequence; holes before that are the journal's own damage
/// and don't come back by being sent again.
fn stored_up_to(known: &Known, stored: LastSeq) -> u64 {
    let cursor_seq = known.cursor.map_or(0, |cursor| cursor.seq);
    // Of what the cursor has passed ClickHouse has all but what was set aside.
    let is_set_aside = |seq: u64| known.set_aside.iter().any(|sequenced| sequenced.seq == seq);
    let expected = (1..=cursor_seq).rev().find(|seq| !is_set_aside(*seq)).unwrap_or(0);
    if stored.greatest >= expected {
        return cursor_seq;
    }
    tracing::warn!(
        cursor.seq = cursor_seq,
        clickhouse.seq = stored.greatest,
        "ClickHouse holds less than was stored in it; it is sent the rest of the journal again"
    );
    stored.dense
}
