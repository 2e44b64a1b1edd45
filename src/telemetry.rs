//! Logs: one clear sentence with fields, to standard error. Never bodies, tokens or names of people.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

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
