//! `opcentre period close|reopen|list`: closed periods of a running server.

use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::ensure;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::{Client, Request, Retry, ServerArgs};

/// How long closing a nation's year may take.
const ANSWER_WAIT: Duration = Duration::from_mins(10);

/// What is done with a period.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum PeriodCommand {
    /// Close a period that is over: its official figures stay as they are now
    Close(OfPeriod),
    /// Open a closed period again; what was closed stays in the list
    Reopen {
        /// Why
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap would show it as the command's own text")]
        of: OfPeriod,
    },
    /// List by whom and when a period was closed and reopened
    List(OfPeriod),
}

/// A period of a unit.
#[derive(Clone, Debug, clap::Args)]
pub struct OfPeriod {
    /// Code of the unit; everything below it goes with it
    #[arg(long)]
    pub unit: String,
    /// The period: 2024, 2024-H1, 2024-9M, 2024-Q2, 2024-06, 2024-W23 or 2024-06-05
    #[arg(long)]
    pub period: String,
    /// The scheme that its days are read by
    #[arg(long, default_value = "report")]
    pub scheme: String,
    #[command(flatten)]
    #[expect(missing_docs, reason = "clap would show it as the command's own text")]
    pub server: ServerArgs,
}

#[derive(Deserialize)]
struct Listing {
    unit: String,
    name: String,
    scheme: String,
    period: String,
    window: Window,
    versions: Vec<Version>,
}

#[derive(Deserialize)]
struct Window {
    from: String,
    to: String,
}

#[derive(Deserialize)]
struct Version {
    version: u32,
    closed_by: String,
    closed_at: String,
    seq: u64,
    units: u64,
    members: u64,
    reopened: Option<Reopened>,
}

#[derive(Deserialize)]
struct Reopened {
    by: String,
    at: String,
    reason: String,
}

/// Runs the command and reports to `out`.
///
/// # Errors
/// When the server can't be reached or refuses.
pub async fn run(command: &PeriodCommand, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let unit = |of: &OfPeriod| json!({"unit": of.unit});
    let listing = match command {
        PeriodCommand::Close(of) => ask(of, Method::POST, "/close", Some(unit(of))).await?,
        PeriodCommand::Reopen { reason, of } => {
            ask(of, Method::POST, "/reopen", Some(json!({"unit": of.unit, "reason": reason}))).await?
        }
        PeriodCommand::List(of) => ask(of, Method::GET, "", None).await?,
    };
    let Listing { unit, name, scheme, period, window: Window { from, to }, versions } = listing;
    writeln!(out, "{period} of {unit} ({name}) by scheme {scheme}, {from} to {to}")?;
    for Version { version, closed_by, closed_at, seq, units, members, reopened } in &versions {
        let what = format!("{units} units, {members} dossiers and ratings, up to record {seq}");
        writeln!(out, "{version}  closed by {closed_by} at {closed_at}: {what}")?;
        if let Some(Reopened { by, at, reason }) = reopened {
            writeln!(out, "   reopened by {by} at {at}: {reason}")?;
        }
    }
    if versions.is_empty() {
        writeln!(out, "never closed")?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn ask(of: &OfPeriod, method: Method, action: &str, body: Option<Value>) -> anyhow::Result<Listing> {
    for (name, text) in [("scheme", &of.scheme), ("period", &of.period)] {
        let is_name = !text.is_empty() && text.chars().all(|sign| sign.is_alphanumeric() || "-_".contains(sign));
        ensure!(is_name, "--{name} {text}: is no {name}");
    }
    let client = Client::waiting(&of.server, Retry::BRIEF, ANSWER_WAIT)?;
    let path = format!("/api/v1/periods/{}/{}{action}", of.scheme, of.period);
    let query = if body.is_some() { Vec::new() } else { vec![("unit", of.unit.clone())] };
    let body = body.map(|body| body.to_string()).unwrap_or_default();
    let request = Request { method, path: &path, query, content_type: "application/json", body };
    let answer = client.send(&request, |why, wait| eprintln!("{why}; again in {:.1} s", wait.as_secs_f32())).await?;
    ensure!(answer.status.is_success(), answer.problem());
    Ok(serde_json::from_value(answer.body)?)
}
