//! The sink's task: from where the seed ends, and what is told of it.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use metrics::{counter, gauge};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::timeout;

use crate::http::Condition;
use crate::journal::Cursor;
use crate::pipeline::sink::{HoldRequest, Quarantine, Sink, SinkParts, SinkState};
use crate::pipeline::stopped;

use super::Parts;

/// How often the sink's figures are told again while nothing changes: one of them is a time.
const TELL_EVERY: Duration = Duration::from_secs(1);
/// Records in quarantine that `/readyz` names.
const SET_ASIDE_NAMED_MAX: usize = 10;

/// Stores what the seed doesn't hold and all that comes.
pub(super) async fn run(
    parts: Arc<Parts>,
    (holds, quarantine): (mpsc::Receiver<HoldRequest>, Quarantine),
    seeded: oneshot::Receiver<u64>,
    mut stop: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let from_seq = tokio::select! {
        biased;
        Ok(from_seq) = seeded => from_seq,
        // Also when the seed failed: that is told where it failed.
        () = stopped(&mut stop) => return Ok(()),
    };
    let sink_parts = SinkParts {
        node: parts.data_dir.node,
        journal: parts.journal.clone(),
        disk: parts.disk.clone(),
        quarantine,
        stores: parts.stores.clone(),
        state: parts.sink_state.clone(),
        holds,
        clock: parts.clock.clone(),
        cursor: Cursor { seq: from_seq, at_ms: parts.cursor.map_or(0, |cursor| cursor.at_ms) },
    };
    let sink = Sink::new(sink_parts, stop);
    tokio::select! {
        ended = sink.run() => ended.context("the sink ended"),
        () = tell_of_sink(&parts) => unreachable!("it tells for ever"),
    }
}

/// Says how the sink is, in `/readyz` and in its metrics, whenever that changes and as time passes.
async fn tell_of_sink(parts: &Parts) {
    let mut states = parts.sink_state.subscribe();
    loop {
        let state = states.borrow_and_update().clone();
        let waiting = parts.journal.synced().borrow().saturating_sub(state.stored_seq);
        parts.readiness.set("sink", sink_condition(&state, waiting));
        count_sink(&state, waiting);
        // The sender lives in `parts`; that nothing changes for a while is as good as a change.
        drop(timeout(TELL_EVERY, states.changed()).await);
    }
}

#[expect(clippy::cast_precision_loss, reason = "a gauge is read by people")]
fn count_sink(state: &SinkState, waiting: u64) {
    gauge!("opcentre_sink_lag_records").set(waiting as f64);
    gauge!("opcentre_sink_lag_seconds").set(state.waited().as_secs_f64());
    counter!("opcentre_sink_batches_total").absolute(state.batches);
    counter!("opcentre_sink_records_total").absolute(state.records);
    counter!("opcentre_sink_retries_total").absolute(state.retries);
    gauge!("opcentre_sink_quarantined_records").set(state.quarantined.len() as f64);
}

/// Intake and figures go on while nothing can be stored; the one who runs it should know all the same.
fn sink_condition(state: &SinkState, waiting: u64) -> Condition {
    let trouble = state.trouble.as_ref().map(|trouble| format!("{waiting} records wait to be stored: {trouble}"));
    let set_aside = (!state.quarantined.is_empty()).then(|| {
        let seqs: Vec<String> =
            state.quarantined.iter().take(SET_ASIDE_NAMED_MAX).map(|one| format!("{} (code {})", one.seq, one.code)).collect();
        let dots = if state.quarantined.len() > SET_ASIDE_NAMED_MAX { ", ..." } else { "" };
        format!(
            "ClickHouse refuses {} records for good, they are set aside in the data dir and tried again at every start: {}{dots}",
            state.quarantined.len(),
            seqs.join(", ")
        )
    });
    let reasons: Vec<String> = trouble.into_iter().chain(set_aside).collect();
    if reasons.is_empty() { Condition::Ok } else { Condition::degraded(reasons.join("; ")) }
}
