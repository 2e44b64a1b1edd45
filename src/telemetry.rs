//! Logs: one clear sentence with fields, to standard error. Never bodies, tokens or names of people. And metrics: every
//! name stands here.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::pipeline::sink::SinkState;

/// The sink's metrics with what they say.
pub const SINK_METRICS: [(&str, &str); 6] = [
    ("opcentre_sink_lag_records", "gauge: acknowledged records that ClickHouse doesn't hold yet"),
    ("opcentre_sink_lag_seconds", "gauge: how long the oldest of them has been waiting"),
    ("opcentre_sink_batches_total", "counter: inserts that ClickHouse took since the start"),
    ("opcentre_sink_records_total", "counter: records in them; those sent twice count twice"),
    ("opcentre_sink_retries_total", "counter: tries that stored nothing"),
    ("opcentre_sink_quarantined_records", "gauge: records set aside because ClickHouse refuses them for good"),
];

/// Tells how the sink is.
#[expect(clippy::cast_precision_loss, reason = "a gauge is read by people")]
pub fn tell_sink(state: &SinkState, waiting: u64) {
    metrics::gauge!(SINK_METRICS[0].0).set(waiting as f64);
    metrics::gauge!(SINK_METRICS[1].0).set(state.waited().as_secs_f64());
    metrics::counter!(SINK_METRICS[2].0).absolute(state.batches);
    metrics::counter!(SINK_METRICS[3].0).absolute(state.records);
    metrics::counter!(SINK_METRICS[4].0).absolute(state.retries);
    metrics::gauge!(SINK_METRICS[5].0).set(state.quarantined.len() as f64);
}

/// Starts logging. `OPCENTRE_LOG` chooses what is shown (default `info`), as `tracing` filters are written;
/// `OPCENTRE_LOG_FORMAT=json` gives one JSON object a line.
pub fn start_logs() {
    let filter = EnvFilter::try_from_env("OPCENTRE_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false)
        .with_ansi(std::io::stderr().is_terminal());
    if std::env::var("OPCENTRE_LOG_FORMAT").is_ok_and(|format| format == "json") {
        logs.json().init();
    } else {
        logs.init();
    }
}
