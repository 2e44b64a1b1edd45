//! `opcentre indicators template|send|submit|approve|reject|show`: what an office reports of a period, by a workbook.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, ensure};
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::ingest::read_return_sheet;
use crate::ingest::workbook::WORKBOOK_BYTES_MAX;

use super::client::{Answer, Client, Request, Retry, ServerArgs, say_again};

/// What is done with the indicators of an office.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum IndicatorsCommand {
    /// Write the workbook that a unit fills in
    Template {
        /// Where to
        #[arg(long)]
        out: PathBuf,
        /// The scheme by whose days the unit counts: they are printed on the sheet
        #[arg(long)]
        scheme: Option<String>,
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap would show it as the command's own text")]
        of: OfUnit,
    },
    /// Send a workbook that was filled in: it becomes a draft, and what is striking about it is listed
    Send {
        /// The workbook; unit and period stand in it
        file: PathBuf,
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap would show it as the command's own text")]
        server: ServerArgs,
    },
    /// Hand the draft in for approval
    Submit(StepOf),
    /// Turn what somebody else submitted into reported numbers
    Approve(StepOf),
    /// Send what was submitted back
    Reject {
        /// Why
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap would show it as the command's own text")]
        step: StepOf,
    },
    /// Show what was filled in, by whom, and what is striking about it
    Show(OfUnit),
}

/// A unit and a period.
#[derive(Clone, Debug, clap::Args)]
pub struct OfUnit {
    /// Code of the unit
    #[arg(long)]
    pub unit: String,
    /// The period: 2024, 2024-H1, 2024-9M, 2024-Q2, 2024-06, 2024-W23 or 2024-06-05
    #[arg(long)]
    pub period: String,
    #[command(flatten)]
    #[expect(missing_docs, reason = "clap would show it as the command's own text")]
    pub server: ServerArgs,
}

/// A step, and the name of the person who takes it.
#[derive(Clone, Debug, clap::Args)]
pub struct StepOf {
    /// Name of who does it
    #[arg(long)]
    pub by: String,
    #[command(flatten)]
    #[expect(missing_docs, reason = "clap would show it as the command's own text")]
    pub of: OfUnit,
}

#[derive(Deserialize)]
struct Returns {
    unit: String,
    name: String,
    period: String,
    expected: u64,
    filled_in: u64,
    differences: Vec<Difference>,
    versions: Vec<Version>,
}

#[derive(Deserialize)]
struct Difference {
    cell: String,
    indicator: String,
    period: String,
    is: Value,
    filled_in: Value,
    reason: String,
}

#[derive(Deserialize)]
struct Version {
    version: u64,
    state: String,
    drafted: Act,
    submitted: Option<Act>,
    approved: Option<Act>,
    rejected: Option<Act>,
}

#[derive(Deserialize)]
struct Act {
    by: String,
    at: String,
    reason: Option<String>,
}

#[derive(Deserialize)]
struct Fault {
    cell: String,
    indicator: String,
    reason: String,
}

/// Runs the command and reports to `out`.
///
/// # Errors
/// When a file can't be read or written, or the server can't be reached or refuses.
pub async fn run(command: &IndicatorsCommand, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let answer = match command {
        IndicatorsCommand::Template { out: path, scheme, of } => {
            let query = [("period", Some(&of.period)), ("scheme", scheme.as_ref())];
            let query = query.into_iter().filter_map(|(name, text)| Some((name, text?.clone()))).collect();
            let request = request(Method::GET, &of.unit, "indicators/template", query)?;
            let bytes = Client::new(&of.server, Retry::BRIEF)?.download(&request.as_ref()).await?;
            fs::write(path, bytes).with_context(|| format!("{} can't be written", path.display()))?;
            writeln!(out, "{} to be filled in for {} of {}", path.display(), of.period, of.unit)?;
            return Ok(ExitCode::SUCCESS);
        }
        IndicatorsCommand::Send { file, server } => {
            let shown = file.display();
            let bytes = fs::metadata(file).with_context(|| format!("{shown} can't be read"))?.len();
            ensure!(bytes <= WORKBOOK_BYTES_MAX, "{shown}: {bytes} bytes are more than {WORKBOOK_BYTES_MAX}");
            let bytes = fs::read(file).with_context(|| format!("{shown} can't be read"))?;
            let sheet = read_return_sheet(&bytes).with_context(|| format!("{shown} is no filled-in template"))?;
            let of = OfUnit { unit: sheet.unit, period: sheet.period, server: server.clone() };
            ask(&of, Method::PUT, "", &json!({"rows": sheet.rows})).await?
        }
        IndicatorsCommand::Submit(StepOf { by, of }) => ask(of, Method::POST, "/submit", &json!({"by": by})).await?,
        IndicatorsCommand::Approve(StepOf { by, of }) => ask(of, Method::POST, "/approve", &json!({"by": by})).await?,
        IndicatorsCommand::Reject { reason, step: StepOf { by, of } } => {
            ask(of, Method::POST, "/reject", &json!({"by": by, "reason": reason})).await?
        }
        IndicatorsCommand::Show(of) => ask(of, Method::GET, "", &Value::Null).await?,
    };
    if !answer.status.is_success() {
        let faults: Vec<Fault> = serde_json::from_value(answer.body["faults"].clone()).unwrap_or_default();
        for Fault { cell, indicator, reason } in faults {
            writeln!(out, "{cell}  {indicator}: {reason}")?;
        }
        anyhow::bail!(answer.problem());
    }
    tell(&serde_json::from_value(answer.body)?, out)?;
    Ok(ExitCode::SUCCESS)
}

fn tell(returns: &Returns, out: &mut impl Write) -> std::io::Result<()> {
    let Returns { unit, name, period, expected, filled_in, differences, versions } = returns;
    writeln!(out, "{period} of {unit} ({name}): {filled_in} of {expected} indicators filled in")?;
    for Version { version, state, drafted, submitted, approved, rejected } in versions {
        writeln!(out, "{version}  {state}: filled in by {} at {}", drafted.by, drafted.at)?;
        for (what, act) in [("submitted", submitted), ("approved", approved), ("rejected", rejected)] {
            let Some(Act { by, at, reason }) = act else { continue };
            let why = reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
            writeln!(out, "   {what} by {by} at {at}{why}")?;
        }
    }
    for Difference { cell, indicator, period, is, filled_in, reason } in differences {
        writeln!(out, "{cell}  {indicator}: {filled_in} beside {is} of {period}: {reason}")?;
    }
    Ok(())
}

/// A request with a path of its own.
struct Owned {
    method: Method,
    path: String,
    query: Vec<(&'static str, String)>,
    body: String,
}

impl Owned {
    fn as_ref(&self) -> Request<'_> {
        let (method, query, body) = (self.method.clone(), self.query.clone(), self.body.clone());
        Request { method, path: &self.path, query, content_type: "application/json", body }
    }
}

fn request(method: Method, unit: &str, rest: &str, query: Vec<(&'static str, String)>) -> anyhow::Result<Owned> {
    ensure!(!unit.is_empty() && !unit.contains(['/', '?', '#', '%']), "{unit:?} is no code of a unit");
    Ok(Owned { method, path: format!("/api/v1/units/{unit}/{rest}"), query, body: String::new() })
}

async fn ask(of: &OfUnit, method: Method, step: &str, body: &Value) -> anyhow::Result<Answer> {
    let is_name = of.period.chars().all(|sign| sign.is_ascii_alphanumeric() || sign == '-');
    ensure!(is_name && !of.period.is_empty(), "{:?} is no period", of.period);
    let mut request = request(method, &of.unit, &format!("indicators/returns/{}{step}", of.period), Vec::new())?;
    if !body.is_null() {
        request.body = body.to_string();
    }
    Client::new(&of.server, Retry::BRIEF)?.send(&request.as_ref(), say_again).await
}
