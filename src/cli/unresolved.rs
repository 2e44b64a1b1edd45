//! `opcentre units unresolved`: what sources sent as codes that name no unit, with the units that may be meant, and a list
//! of aliases for a person to go through.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use reqwest::Method;
use serde::Deserialize;

use super::client::{Client, Request, Retry, ServerArgs, say_again};

/// Values that are printed; all of them go to `--out`.
const PRINTED_MAX: usize = 100;
/// Values that a dry run asks about.
const ASKED_MAX: usize = 20;

/// Which values, and where the list goes
#[derive(Clone, Debug, clap::Args)]
pub struct UnresolvedArgs {
    /// Only those of this source
    #[arg(long)]
    pub source: Option<String>,
    /// Write a list of aliases to this CSV file (source, raw, unit), without a unit where none is likely: correct it and
    /// fill it in, then `units aliases FILE`; a line without a unit stays unresolved
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub server: ServerArgs,
}

/// The server's list.
#[derive(Debug, Deserialize)]
pub(super) struct Unresolved {
    pub(super) counted: u64,
    pub(super) values: Vec<Value>,
    more: u64,
}

/// One raw value.
#[derive(Debug, Deserialize)]
pub(super) struct Value {
    source: String,
    pub(super) raw: String,
    dossiers: u64,
    ratings: u64,
    reports: u64,
    first_at: String,
    last_at: String,
    reason: String,
    pub(super) suggestions: Vec<Suggestion>,
    alias: Option<Alias>,
}

/// A unit that may be meant.
#[derive(Debug, Deserialize)]
pub(super) struct Suggestion {
    unit: String,
    name: String,
    parent_name: Option<String>,
    score: u32,
    reason: String,
    valid: bool,
}

#[derive(Debug, Deserialize)]
struct Alias {
    unit: String,
}

impl Suggestion {
    /// In one line, with why.
    pub(super) fn told(&self) -> String {
        let above = self.parent_name.as_ref().map(|name| format!(", {name}")).unwrap_or_default();
        let valid = if self.valid { "" } else { "; not valid on all of these days" };
        let why = match self.reason.as_str() {
            "leading_zeros" => "its code without zeros at the front",
            "punctuation" => "its code with other punctuation",
            "same_name" => "its name",
            "code_inside" => "its code is in the text",
            "other_kind" => "its name, of another kind",
            _ => "a similar name",
        };
        format!("{} {}{above} ({why}{valid}; {} of 100)", self.unit, self.name, self.score)
    }
}

/// Asks for the values behind `unresolved`; or for one of them, also one that nobody has sent.
pub(super) async fn ask(client: &Client, source: Option<&str>, raw: Option<&str>) -> anyhow::Result<Unresolved> {
    let given = [("source", source), ("raw", raw)];
    let query = given.into_iter().filter_map(|(name, text)| Some((name, text?.to_owned()))).collect();
    let path = "/api/v1/unresolved";
    let request = Request { method: Method::GET, path, query, content_type: "application/json", body: String::new() };
    let answer = client.send(&request, say_again).await?;
    if !answer.status.is_success() {
        bail!("{}", answer.problem());
    }
    Unresolved::deserialize(&answer.body).context("the server's list can't be read")
}

/// What is known of raw values that were just sent, or, in a dry run, would have been: that leaves nothing behind, so the
/// first ones are asked about one by one. Nothing when the caller may not ask.
pub(super) async fn likely(client: &Client, source: &str, raws: &[&str], dry_run: bool) -> Vec<Value> {
    if !dry_run {
        return ask(client, Some(source), None).await.map_or(Vec::new(), |asked| asked.values);
    }
    let mut values = Vec::new();
    for raw in raws.iter().take(ASKED_MAX) {
        let Ok(asked) = ask(client, Some(source), Some(raw)).await else { break };
        values.extend(asked.values);
    }
    values
}

/// Prints them and writes the list. Exit codes: 0 nothing is unresolved, 1 something is.
pub(super) async fn run(args: &UnresolvedArgs, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let client = Client::new(&args.server, Retry::BRIEF)?;
    let found = ask(&client, args.source.as_deref(), None).await?;
    for value in found.values.iter().take(PRINTED_MAX) {
        print(value, out)?;
    }
    let printed = found.values.len().min(PRINTED_MAX);
    if let Some(rest) =
        (found.values.len() - printed).checked_add(usize::try_from(found.more)?).filter(|rest| *rest > 0)
    {
        writeln!(out, "… and {rest} more values")?;
    }
    if let Some(path) = &args.out {
        let written = write_aliases(path, &found.values)?;
        let without = found.values.len() - written;
        writeln!(out, "{}: {written} lines with a likely unit, {without} without one", path.display())?;
        writeln!(
            out,
            "check each unit and fill in those that are missing (without one it stays unresolved), then: opcentre units aliases {}",
            path.display()
        )?;
    }
    writeln!(out, "{} dossiers count under `unresolved`, by {} values", found.counted, found.values.len())?;
    Ok(if found.values.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print(value: &Value, out: &mut impl Write) -> std::io::Result<()> {
    let Value { source, raw, dossiers, ratings, reports, first_at, last_at, reason, suggestions, .. } = value;
    let mut counts = vec![format!("{dossiers} dossiers")];
    counts.extend((*ratings > 0).then(|| format!("{ratings} ratings")));
    counts.extend((*reports > 0).then(|| format!("{reports} reports")));
    let day = |at: &str| at.split('T').next().unwrap_or_default().to_owned();
    let counts = counts.join(", ");
    writeln!(out, "{source} {raw:?}: {counts}, {} to {}: {reason}", day(first_at), day(last_at))?;
    for suggestion in suggestions {
        writeln!(out, "    {}", suggestion.told())?;
    }
    if suggestions.is_empty() {
        writeln!(out, "    no unit is like it")?;
    }
    Ok(())
}

/// Writes a line for each value; how many have a unit. One without says nothing until a person fills it in.
fn write_aliases(path: &Path, values: &[Value]) -> anyhow::Result<usize> {
    let cannot = || format!("{} can't be written", path.display());
    let mut file = csv::Writer::from_path(path).with_context(cannot)?;
    file.write_record(["source", "raw", "unit"])?;
    for value in values {
        let unit = value.alias.as_ref().map_or("", |alias| &alias.unit);
        file.write_record([&value.source, &value.raw, unit])?;
    }
    file.flush().with_context(cannot)?;
    Ok(values.iter().filter(|value| value.alias.is_some()).count())
}
