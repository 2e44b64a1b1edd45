//! `opcentre period close|reopen|list`: closed periods of a running server.

use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::ensure;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::{Client, Request, Retry, ServerArgs, say_again};

/// How long closing a nation's year may take.
const ANSWER_WAIT: Duration = Duration::from_mins(10);

/// The scheme of forms, which are what is closed for.
const SCHEME_DEFAULT: &str = "report";

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
    /// List by whom and when periods were closed and reopened: one, or all of a unit
    List {
        /// Code of the unit
        #[arg(long)]
        unit: String,
        /// The period; without it all that were ever closed are listed
        #[arg(long)]
        period: Option<String>,
        /// The scheme that its days are read by; without it and a period those of all schemes are listed
        #[arg(long)]
        scheme: Option<String>,
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap would show it as the command's own text")]
        server: ServerArgs,
    },
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
    #[arg(long, default_value = SCHEME_DEFAULT)]
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
struct AllClosings {
    unit: String,
    name: String,
    periods: Vec<Listing>,
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
        PeriodCommand::List { unit, period: Some(period), scheme, server } => {
            let scheme = scheme.clone().unwrap_or_else(|| SCHEME_DEFAULT.to_owned());
            let of = OfPeriod { unit: unit.clone(), period: period.clone(), scheme, server: server.clone() };
            ask(&of, Method::GET, "", None).await?
        }
        PeriodCommand::List { unit, period: None, scheme, server } => {
            return list_all(unit, scheme.as_deref(), server, out).await;
        }
    };
    tell(&listing, out)?;
    Ok(ExitCode::SUCCESS)
}

fn tell(listing: &Listing, out: &mut impl Write) -> std::io::Result<()> {
    let Listing { unit, name, scheme, period, window: Window { from, to }, versions } = listing;
    writeln!(out, "{period} of {unit} ({name}) by scheme {scheme}, {from} to {to}")?;
    for Version { version, closed_by, closed_at, seq, units, members, reopened } in versions {
        let what = format!("{units} units, {members} dossiers and ratings, up to record {seq}");
        writeln!(out, "{version}  closed by {closed_by} at {closed_at}: {what}")?;
        if let Some(Reopened { by, at, reason }) = reopened {
            writeln!(out, "   reopened by {by} at {at}: {reason}")?;
        }
    }
    if versions.is_empty() {
        writeln!(out, "never closed")?;
    }
    Ok(())
}

/// All periods of a unit that were ever closed, of one scheme or of all.
async fn list_all(
    unit: &str,
    scheme: Option<&str>,
    server: &ServerArgs,
    out: &mut impl Write,
) -> anyhow::Result<ExitCode> {
    let client = Client::waiting(server, Retry::BRIEF, ANSWER_WAIT)?;
    let (path, query) = ("/api/v1/periods", vec![("unit", unit.to_owned())]);
    let request = Request { method: Method::GET, path, query, content_type: "application/json", body: String::new() };
    let answer = client.send(&request, say_again).await?;
    ensure!(answer.status.is_success(), answer.problem());
    let all: AllClosings = serde_json::from_value(answer.body)?;
    let meant = |listing: &&Listing| scheme.is_none_or(|scheme| listing.scheme == scheme);
    let mut told = 0;
    for listing in all.periods.iter().filter(meant) {
        tell(listing, out)?;
        told += 1;
    }
    if told == 0 {
        writeln!(out, "no period of {} ({}) was ever closed", all.unit, all.name)?;
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
    let answer = client.send(&request, say_again).await?;
    ensure!(answer.status.is_success(), answer.problem());
    Ok(serde_json::from_value(answer.body)?)
}
