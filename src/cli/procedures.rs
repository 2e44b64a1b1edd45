//! `opcentre procedures load FILE` and `opcentre calendar load FILE`: lists to a running server, taken whole or not at all.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use reqwest::Method;

use super::client::{Client, Request, Retry, ServerArgs, say_again};
use super::units::{Kind, exit_code, load};

const PROCEDURES: Kind = Kind { path: "/api/v1/procedures", rows: "procedure" };
const CALENDAR: Kind = Kind { path: "/api/v1/calendar", rows: "calendar line" };

/// What is done with procedures.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum ProceduresCommand {
    /// Load a list of procedures with their limits (CSV, NDJSON or JSON)
    Load {
        /// The list
        file: PathBuf,
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap would show it as the command's own text")]
        server: ServerArgs,
    },
}

/// What is done with the calendar.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum CalendarCommand {
    /// Load working hours, holidays and swapped days (CSV, NDJSON or JSON)
    Load {
        /// The list
        file: PathBuf,
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap would show it as the command's own text")]
        server: ServerArgs,
    },
}

/// Loads procedures and reports to `out`. Exit codes: 0 loaded, 1 refused.
///
/// # Errors
/// When the file can't be read or the server can't be reached.
pub async fn load_procedures(command: &ProceduresCommand, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let ProceduresCommand::Load { file, server } = command;
    let client = Client::new(server, Retry::DEFAULT)?;
    Ok(exit_code(load(file, &PROCEDURES, &client, out).await?))
}

/// Loads a calendar and reports to `out`, also the years whose holidays are still missing. Exit codes: 0 loaded, 1 refused.
///
/// # Errors
/// When the file can't be read or the server can't be reached.
pub async fn load_calendar(command: &CalendarCommand, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let CalendarCommand::Load { file, server } = command;
    let client = Client::new(server, Retry::DEFAULT)?;
    let loaded = load(file, &CALENDAR, &client, out).await?;
    if loaded {
        let path = CALENDAR.path;
        let request = Request { method: Method::GET, path, query: Vec::new(), content_type: "", body: String::new() };
        let answer = client.send(&request, say_again).await?;
        for year in answer.body.get("years_missing").and_then(|years| years.as_array()).into_iter().flatten() {
            writeln!(out, "no holiday of {year} is known yet: due dates of that year will be wrong")?;
        }
    }
    Ok(exit_code(loaded))
}
