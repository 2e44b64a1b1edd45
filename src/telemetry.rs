//! Logs and metrics: what is said of the process to the one who runs it. Never bodies, tokens or names of people.
//!
//! Metrics are declared here once ([`METRICS`]) with their help and unit, and counted where things happen by the
//! `metrics` macros; a test compares both, and the README's table, with this list. Labels never hold unit names, ids
//! or tokens: their values come from fixed sets.

use std::io::IsTerminal;

use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

#[cfg(test)]
mod tests;

/// How logs are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// Sentences with fields.
    Text,
    /// A JSON object a line.
    Json,
}

/// What is logged, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logs {
    /// As `tracing` filters are written.
    pub filter: String,
    /// How.
    pub format: LogFormat,
}

impl Logs {
    /// As the environment says, for commands without a configuration: `OPCENTRE_LOG` and `OPCENTRE_LOG_FORMAT`.
    pub fn of_environment() -> Logs {
        let filter = std::env::var("OPCENTRE_LOG").ok().filter(|text| Logs::is_filter(text));
        let is_json = std::env::var("OPCENTRE_LOG_FORMAT").is_ok_and(|format| format == "json");
        let format = if is_json { LogFormat::Json } else { LogFormat::Text };
        Logs { filter: filter.unwrap_or_else(|| "info".to_owned()), format }
    }

    /// Whether a text is a filter.
    pub fn is_filter(text: &str) -> bool {
        !text.trim().is_empty() && EnvFilter::try_new(text).is_ok()
    }

    /// Starts logging to standard error, once in the process.
    pub fn start(&self) {
        let filter = EnvFilter::try_new(&self.filter).unwrap_or_else(|_| EnvFilter::new("info"));
        let logs = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(std::io::stderr)
            .with_target(false)
            .with_ansi(std::io::stderr().is_terminal());
        match self.format {
            LogFormat::Text => logs.init(),
            LogFormat::Json => logs.json().init(),
        }
    }
}

/// What a metric does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricKind {
    /// It only grows, from the start of the process.
    Counter,
    /// It is what it is at the moment.
    Gauge,
    /// Counts by size.
    Histogram,
}

/// A metric's declaration.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    /// Its name, the unit last.
    pub name: &'static str,
    /// What it does.
    pub kind: MetricKind,
    /// Its labels.
    pub labels: &'static [&'static str],
    /// What it says, for people.
    pub help: &'static str,
}

const fn total(name: &'static str, labels: &'static [&'static str], help: &'static str) -> Metric {
    Metric { name, kind: MetricKind::Counter, labels, help }
}

const fn gauge(name: &'static str, labels: &'static [&'static str], help: &'static str) -> Metric {
    Metric { name, kind: MetricKind::Gauge, labels, help }
}

const fn histogram(name: &'static str, labels: &'static [&'static str], help: &'static str) -> Metric {
    Metric { name, kind: MetricKind::Histogram, labels, help }
}

/// Every metric, in the order of the README's table.
pub const METRICS: &[Metric] = &[
    total("opcentre_journal_appends_total", &[], "batches written to the journal"),
    total("opcentre_journal_records_total", &[], "records written to the journal"),
    total("opcentre_journal_written_bytes_total", &[], "bytes written to the journal"),
    histogram("opcentre_journal_fsync_seconds", &[], "how long a write and its fsync took"),
    gauge("opcentre_journal_segments", &[], "files of the journal"),
    gauge("opcentre_journal_bytes", &[], "disk that the journal takes"),
    gauge("opcentre_journal_bytes_max", &[], "disk that it may take; senders are refused beyond it"),
    gauge("opcentre_journal_seq", &[], "sequence of the last record on disk"),
    total("opcentre_ingest_records_total", &["type"], "accepted records"),
    total("opcentre_ingest_void_total", &[], "accepted records of dossiers that are void: they count nowhere"),
    total("opcentre_ingest_rejected_total", &["code"], "refused records, by reason"),
    gauge("opcentre_cube_dossiers", &[], "dossiers in the live figures"),
    gauge("opcentre_cube_lag_records", &[], "records on disk that the live figures don't hold yet"),
    gauge("opcentre_cube_lag_seconds", &[], "age of the newest applied record when it was applied"),
    gauge("opcentre_cube_tick_age_seconds", &[], "since the figures were last live; walls look stale from 10 on"),
    gauge("opcentre_sink_lag_records", &[], "acknowledged records that ClickHouse doesn't hold yet"),
    gauge("opcentre_sink_lag_seconds", &[], "how long the oldest of them has been waiting"),
    total("opcentre_sink_batches_total", &[], "inserts that ClickHouse took"),
    total("opcentre_sink_records_total", &[], "records in them; those sent twice count twice"),
    total("opcentre_sink_retries_total", &[], "tries that stored nothing"),
    gauge("opcentre_sink_quarantined_records", &[], "records set aside because ClickHouse refuses them for good"),
    gauge("opcentre_topics", &[], "boards of units that are kept up to date"),
    total("opcentre_topic_versions_total", &[], "versions encoded, independent of the number of screens"),
    gauge("opcentre_screens", &[], "connected screens"),
    total("opcentre_screens_ended_total", &["reason"], "connections of screens that ended"),
    total("opcentre_frames_sent_total", &["kind"], "frames sent to screens"),
    total("opcentre_frames_skipped_total", &[], "versions that a screen went without because a newer one was there"),
    total("opcentre_http_requests_total", &["route", "method", "status"], "answered requests, by route template"),
    histogram("opcentre_http_request_seconds", &["route"], "from the request's head to the answer's"),
    gauge("opcentre_clickhouse_up", &[], "1 while ClickHouse answers"),
    total("opcentre_engine_starts_total", &[], "starts of the embedded ClickHouse"),
    total("opcentre_reports_total", &["outcome"], "reports that were made by schedule: in time, late, or failed"),
    total("opcentre_report_failures_total", &[], "tries of scheduled reports that failed"),
    gauge("opcentre_reports_waiting", &[], "scheduled reports that wait to be made"),
    gauge("opcentre_alerts_open", &["level"], "alerts that are open"),
    total("opcentre_alerts_raised_total", &["level"], "alerts that were raised"),
    total("opcentre_alerts_ended_total", &["reason"], "alerts that are over: cleared, or no longer watched"),
    gauge("opcentre_deliveries_waiting", &[], "messages that wait to be sent"),
    total(
        "opcentre_deliveries_total",
        &["outcome"],
        "messages delivered, given up, or dropped because nobody could take them",
    ),
    total("opcentre_delivery_failures_total", &["kind"], "tries to send a message that failed"),
    total("opcentre_catalogue_reloads_total", &["outcome"], "catalogues read anew: taken, or refused as faulty"),
    gauge("opcentre_component_ready", &["component"], "1 ready, 0.5 does without for now, 0 not ready; see /readyz"),
    gauge("opcentre_build_info", &["version"], "always 1"),
    gauge("opcentre_uptime_seconds", &[], "since the start of the process"),
    gauge("opcentre_resident_bytes", &[], "memory of this process, without the embedded ClickHouse's"),
];

/// Bounds of all histograms, in seconds.
const SECONDS: [f64; 14] = [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0];

/// Starts counting, once in the process.
///
/// # Errors
/// When the process counts already.
pub fn start_metrics() -> Result<PrometheusHandle, BuildError> {
    let mut builder = PrometheusBuilder::new();
    for metric in METRICS.iter().filter(|metric| metric.kind == MetricKind::Histogram) {
        builder = builder.set_buckets_for_metric(Matcher::Full(metric.name.to_owned()), &SECONDS)?;
    }
    let handle = builder.install_recorder()?;
    for metric in METRICS {
        match metric.kind {
            MetricKind::Counter => describe_counter!(metric.name, Unit::Count, metric.help),
            MetricKind::Gauge => describe_gauge!(metric.name, metric.help),
            MetricKind::Histogram => describe_histogram!(metric.name, Unit::Seconds, metric.help),
        }
        if metric.kind == MetricKind::Counter && metric.labels.is_empty() {
            // What hasn't happened yet is 0, not absent.
            counter!(metric.name).absolute(0);
        }
    }
    Ok(handle)
}
