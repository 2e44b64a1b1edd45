//! `opcentre rejects list|replay`: what a running server refused, and checking it again.

use std::io::Write;
use std::process::ExitCode;

use anyhow::ensure;
use reqwest::Method;
use serde::Deserialize;

use super::client::{Client, Request, Retry, ServerArgs};

/// What is done with refused lines.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum RejectsCommand {
    /// List refused lines, oldest first
    List {
        /// Only those of this source
        #[arg(long)]
        source: Option<String>,
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap would show it as the command's own text")]
        server: ServerArgs,
    },
    /// Check refused lines again by the rules of today and take those that pass
    Replay {
        /// Only those of this source
        #[arg(long)]
        source: Option<String>,
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap would show it as the command's own text")]
        server: ServerArgs,
    },
}

#[derive(Deserialize)]
struct Page {
    rejects: Vec<Listed>,
    next: Option<u64>,
}

#[derive(Deserialize)]
struct Listed {
    id: u64,
    source: String,
    refused_at: String,
    times: u64,
    line: u64,
    pointer: String,
    code: String,
    reason: String,
    whole: bool,
}

#[derive(Deserialize)]
struct Replayed {
    replayed: u64,
    refused: u64,
    incomplete: u64,
}

/// Runs the command and reports to `out`.
///
/// # Errors
/// When the server can't be reached or refuses.
pub async fn run(command: &RejectsCommand, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    match command {
        RejectsCommand::List { source, server } => list(source.as_ref(), server, out).await,
        RejectsCommand::Replay { source, server } => replay(source.as_ref(), server, out).await,
    }
}

async fn list(source: Option<&String>, server: &ServerArgs, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let mut cursor = None;
    loop {
        let mut query = of_source(source);
        query.extend(cursor.map(|cursor: u64| ("cursor", cursor.to_string())));
        let page: Page = ask(server, (Method::GET, "/api/v1/rejects"), query).await?;
        for reject in page.rejects {
            let Listed { id, source, refused_at, times, line, pointer, code, reason, whole } = reject;
            let often = if times > 1 { format!(", {times} times") } else { String::new() };
            let mend = if whole { "" } else { "; not all of it is kept: mend it or send it again" };
            writeln!(out, "{id}  {refused_at}  {source} line {line}{often}: {pointer} {code}: {reason}{mend}")?;
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(ExitCode::SUCCESS);
        }
    }
}

async fn replay(source: Option<&String>, server: &ServerArgs, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let path = (Method::POST, "/api/v1/rejects/replay");
    let Replayed { replayed, refused, incomplete } = ask(server, path, of_source(source)).await?;
    writeln!(out, "{replayed} lines taken, {refused} still refused, {incomplete} of which not all is kept")?;
    Ok(ExitCode::SUCCESS)
}

fn of_source(source: Option<&String>) -> Vec<(&'static str, String)> {
    source.map(|source| ("source", source.clone())).into_iter().collect()
}

async fn ask<T: for<'de> Deserialize<'de>>(
    server: &ServerArgs,
    (method, path): (Method, &'static str),
    query: Vec<(&'static str, String)>,
) -> anyhow::Result<T> {
    let client = Client::new(server, Retry::BRIEF)?;
    let request = Request { method, path, query, content_type: "application/json", body: String::new() };
    let answer = client.send(&request, |why, wait| eprintln!("{why}; again in {:.1} s", wait.as_secs_f32())).await?;
    ensure!(answer.status.is_success(), answer.problem());
    Ok(serde_json::from_value(answer.body)?)
}
