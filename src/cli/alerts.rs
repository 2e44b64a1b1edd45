//! `opcentre alerts list|ack`: what is open on a running server, what was, and that somebody saw it.

use std::io::Write;
use std::process::ExitCode;

use anyhow::ensure;
use reqwest::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::client::{Client, Request, Retry, ServerArgs, say_again};

/// What is done with alerts.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum AlertsCommand {
    /// List open alerts, the newest first
    List {
        /// Those that are over instead
        #[arg(long)]
        history: bool,
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap would show it as the command's own text")]
        server: ServerArgs,
    },
    /// Say that an alert was seen: a wall that it took over is free again
    Ack {
        /// Its number
        id: u64,
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap would show it as the command's own text")]
        server: ServerArgs,
    },
}

#[derive(Deserialize)]
struct Page {
    alerts: Vec<Alert>,
    next: Option<u64>,
}

#[derive(Deserialize)]
struct Alert {
    id: u64,
    rule: String,
    level: String,
    sentence: Words,
    raised_at: String,
    acknowledged: Option<Acknowledged>,
    cleared: Option<Cleared>,
}

#[derive(Deserialize)]
struct Words {
    vi: String,
}

#[derive(Deserialize)]
struct Acknowledged {
    by: String,
    at: String,
}

#[derive(Deserialize)]
struct Cleared {
    at: String,
    how: String,
}

impl Alert {
    fn told(&self) -> String {
        let Alert { id, rule, level, sentence, raised_at, .. } = self;
        let seen = self.acknowledged.as_ref().map(|seen| format!("; seen by {} at {}", seen.by, seen.at));
        let over = self.cleared.as_ref().map(|end| format!("; {} at {}", end.how, end.at));
        let (seen, over) = (seen.unwrap_or_default(), over.unwrap_or_default());
        format!("{id}  {raised_at}  {level} {rule}: {}{seen}{over}", sentence.vi)
    }
}

/// Runs the command and reports to `out`.
///
/// # Errors
/// When the server can't be reached or refuses.
pub async fn run(command: &AlertsCommand, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    match command {
        AlertsCommand::List { history, server } => list(*history, server, out).await,
        AlertsCommand::Ack { id, server } => {
            let path = format!("/api/v1/alerts/{id}/acknowledge");
            let alert: Alert = ask(server, (Method::POST, &path), Vec::new()).await?;
            writeln!(out, "{}", alert.told())?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

async fn list(history: bool, server: &ServerArgs, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let mut cursor = None;
    loop {
        let mut query = vec![("state", if history { "history" } else { "open" }.to_owned())];
        query.extend(cursor.map(|cursor: u64| ("cursor", cursor.to_string())));
        let page: Page = ask(server, (Method::GET, "/api/v1/alerts"), query).await?;
        for alert in page.alerts {
            writeln!(out, "{}", alert.told())?;
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(ExitCode::SUCCESS);
        }
    }
}

async fn ask<T: DeserializeOwned>(
    server: &ServerArgs,
    (method, path): (Method, &str),
    query: Vec<(&'static str, String)>,
) -> anyhow::Result<T> {
    let client = Client::new(server, Retry::BRIEF)?;
    let request = Request { method, path, query, content_type: "application/json", body: String::new() };
    let answer = client.send(&request, say_again).await?;
    ensure!(answer.status.is_success(), answer.problem());
    Ok(serde_json::from_value(answer.body)?)
}
