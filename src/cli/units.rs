//! `opcentre units load FILE`: a list of units to a running server, taken whole or not at all.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use reqwest::Method;
use serde::Deserialize as _;

use super::client::{Client, ListedRejection, Request, Retry, ServerArgs, say_again};
use super::unresolved::{self, UnresolvedArgs};

/// Bytes of a list: what the server takes.
const LIST_BYTES_MAX: u64 = 16 << 20;

/// What is done with units.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum UnitsCommand {
    /// Load a list of units (CSV, NDJSON or JSON)
    Load {
        /// The list
        file: PathBuf,
        /// Which unit goes on as which: a list with the columns old, new, share, effective, default
        #[arg(long, value_name = "FILE")]
        successions: Option<PathBuf>,
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap would show it as the command's own text")]
        server: ServerArgs,
    },
    /// Load a list of aliases (source, raw, unit): what sources mean by their codes
    Aliases {
        /// The list
        file: PathBuf,
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap would show it as the command's own text")]
        server: ServerArgs,
    },
    /// Show what sources sent as codes that name no unit, with the units that may be meant
    Unresolved(UnresolvedArgs),
}

/// Runs the command and reports to `out`. Exit codes: 0 loaded, 1 refused.
///
/// # Errors
/// When the file can't be read or the server can't be reached.
pub async fn run(command: &UnitsCommand, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    match command {
        UnitsCommand::Load { file, successions, server } => {
            let client = Client::new(server, Retry::DEFAULT)?;
            let loaded = load(file, &UNITS, &client, out).await?;
            match successions {
                Some(file) if loaded => load(file, &SUCCESSIONS, &client, out).await.map(exit_code),
                _ => Ok(exit_code(loaded)),
            }
        }
        UnitsCommand::Aliases { file, server } => {
            let client = Client::new(server, Retry::DEFAULT)?;
            let loaded = load(file, &ALIASES, &client, out).await?;
            if loaded {
                tell_aliases(&std::fs::read_to_string(file)?, content_type(file), out)?;
            }
            Ok(exit_code(loaded))
        }
        UnitsCommand::Unresolved(args) => unresolved::run(args, out).await,
    }
}

/// Says of each line of a list of aliases what was taken; of a list as JSON how many there are was said.
fn tell_aliases(text: &str, content_type: &str, out: &mut impl Write) -> anyhow::Result<()> {
    if content_type != "text/csv" {
        return Ok(());
    }
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let names = reader.headers()?.clone();
    let place = |wanted: &str| names.iter().position(|name| name == wanted);
    let places = ["source", "raw", "unit"].map(place);
    let (mut aliases, mut without) = (0, 0);
    for record in reader.records() {
        let record = record?;
        let line = record.position().map_or(0, csv::Position::line);
        let [source, raw, unit] = places.map(|place| place.and_then(|place| record.get(place)).unwrap_or_default());
        if unit.is_empty() {
            without += 1;
            writeln!(out, "line {line}: {source} {raw:?} has no unit: no alias")?;
        } else {
            aliases += 1;
            writeln!(out, "line {line}: {source} {raw:?} is {unit}")?;
        }
    }
    writeln!(out, "{aliases} aliases, {without} lines without a unit")?;
    Ok(())
}

pub(super) fn exit_code(loaded: bool) -> ExitCode {
    if loaded { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// A kind of list: where it goes, and what its rows are called.
pub(super) struct Kind {
    pub(super) path: &'static str,
    pub(super) rows: &'static str,
}

const UNITS: Kind = Kind { path: "/api/v1/units", rows: "unit" };
const ALIASES: Kind = Kind { path: "/api/v1/aliases", rows: "line" };
const SUCCESSIONS: Kind = Kind { path: "/api/v1/successions", rows: "succession" };

/// Sends a list; whether it was taken.
pub(super) async fn load(file: &Path, kind: &Kind, client: &Client, out: &mut impl Write) -> anyhow::Result<bool> {
    let shown = file.display();
    let bytes = std::fs::metadata(file).with_context(|| format!("{shown} can't be read"))?.len();
    if bytes > LIST_BYTES_MAX {
        bail!("{shown} has {bytes} bytes, a list has at most {LIST_BYTES_MAX}");
    }
    let body = std::fs::read_to_string(file).with_context(|| format!("{shown} can't be read as UTF-8"))?;
    let request =
        Request { method: Method::PUT, path: kind.path, query: Vec::new(), content_type: content_type(file), body };
    let waiting = |why: &str, wait: std::time::Duration| {
        say_again(why, wait);
    };
    let answer = client.send(&request, waiting).await?;
    for rejection in answer.body.get("rejections").and_then(|list| Vec::deserialize(list).ok()).into_iter().flatten() {
        let ListedRejection { line, pointer, code, reason, .. } = rejection;
        let column = pointer.trim_start_matches('/');
        let place = if column.is_empty() { String::new() } else { format!(", {column}") };
        writeln!(out, "line {line}{place}: {code}: {reason}")?;
    }
    if !answer.status.is_success() {
        writeln!(out, "{shown}: {}; no {} was loaded", answer.problem(), kind.rows)?;
        return Ok(false);
    }
    match answer.body.get("accepted").and_then(serde_json::Value::as_u64) {
        Some(accepted) => writeln!(out, "{shown}: {accepted} {}s loaded", kind.rows)?,
        None => writeln!(out, "{shown}: loaded")?,
    }
    Ok(true)
}

pub(super) fn content_type(file: &Path) -> &'static str {
    match file.extension().and_then(|ending| ending.to_str()) {
        Some("ndjson" | "jsonl") => "application/x-ndjson",
        Some("json") => "application/json",
        _ => "text/csv",
    }
}

#[cfg(test)]
mod tests;
