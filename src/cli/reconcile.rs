//! `opcentre reconcile FILE --unit U --window P`: the existing system's form II.06a or list of dossiers beside our own, cell
//! by cell and id by id, with what is behind each difference.

mod form;
mod list;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use reqwest::{Method, StatusCode};
use serde_json::Value;

use super::client::{Client, Request, Retry, ServerArgs, say_again};
use crate::ingest::statement::{Statement, read_statement};

/// Wrong usage.
const EXIT_USAGE: u8 = 2;
/// Differences that are printed; all of them go to `--out`.
const PRINTED_MAX: usize = 60;
/// How long an answer may take.
const ANSWER_WAIT: Duration = Duration::from_mins(2);

/// Compare another system's form II.06a (CSV, XLSX) or list of dossiers with our figures
#[derive(Clone, Debug, clap::Args)]
pub struct ReconcileArgs {
    /// The other system's form, or list with a column of ids
    pub file: PathBuf,
    /// Code of the unit
    #[arg(long)]
    pub unit: String,
    /// A period such as 2024-06, or FROM..TO
    #[arg(long)]
    pub window: String,
    /// The scheme that its days are read by
    #[arg(long, default_value = "report")]
    pub scheme: String,
    /// Of a form: what its rows are (field, unit, procedure)
    #[arg(long, default_value = "field")]
    pub rows: String,
    /// Of a list: whose dossiers they are
    #[arg(long, default_value = "local")]
    pub source: String,
    /// Write every difference to this CSV file
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "clap would show it as the command's own text")]
    pub server: ServerArgs,
}

/// A difference, ready to be written.
struct Difference {
    /// The row of the file; none of what it doesn't have.
    row: Option<u64>,
    /// The row's name, or the dossier's id.
    what: String,
    /// The column, or what is compared.
    of: String,
    theirs: String,
    ours: String,
    why: String,
}

/// What was compared.
#[derive(Default)]
struct Compared {
    agree: usize,
    differences: Vec<Difference>,
}

/// Compares and reports to `out`. Exit codes: 0 everything agrees, 1 something differs, 2 the file can't be used.
///
/// # Errors
/// When the server can't be reached or refuses.
pub async fn run(args: &ReconcileArgs, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let bytes = std::fs::read(&args.file).with_context(|| format!("{} can't be read", args.file.display()))?;
    let name = args.file.file_name().unwrap_or_default().to_string_lossy();
    let statement = match read_statement(&name, &bytes) {
        Ok(statement) => statement,
        Err(error) => {
            writeln!(out, "{}: {error}", args.file.display())?;
            return Ok(ExitCode::from(EXIT_USAGE));
        }
    };
    let asking = Asking { client: Client::waiting(&args.server, Retry::BRIEF, ANSWER_WAIT)?, args };
    let compared = match statement {
        Statement::Form(rows) => asking.form(&rows, out).await?,
        Statement::List(listed) => asking.list(&listed, out).await?,
    };
    report(args, &compared, out)?;
    Ok(if compared.differences.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn report(args: &ReconcileArgs, compared: &Compared, out: &mut impl Write) -> anyhow::Result<()> {
    for one in compared.differences.iter().take(PRINTED_MAX) {
        let row = one.row.map_or_else(|| "-".to_owned(), |row| row.to_string());
        writeln!(out, "row {row}  {}  {}: theirs {}, ours {}  {}", one.what, one.of, one.theirs, one.ours, one.why)?;
    }
    let more = compared.differences.len().saturating_sub(PRINTED_MAX);
    if more > 0 {
        writeln!(out, "and {more} more; --out FILE writes all of them")?;
    }
    match compared.differences.len() {
        0 => writeln!(out, "khớp: {} agree, none differs", compared.agree)?,
        differ => writeln!(out, "lệch {differ}: {} agree, {differ} differ", compared.agree)?,
    }
    if let Some(path) = &args.out {
        let mut file = csv::Writer::from_path(path).with_context(|| format!("{} can't be written", path.display()))?;
        file.write_record(["row", "what", "of", "theirs", "ours", "why"])?;
        for one in &compared.differences {
            let row = one.row.map(|row| row.to_string()).unwrap_or_default();
            file.write_record([&row, &one.what, &one.of, &one.theirs, &one.ours, &one.why])?;
        }
        file.flush()?;
    }
    Ok(())
}

/// Questions to the server.
struct Asking<'a> {
    client: Client,
    args: &'a ReconcileArgs,
}

impl Asking<'_> {
    async fn get(&self, path: &str, query: Vec<(&'static str, String)>) -> anyhow::Result<(StatusCode, Value)> {
        let request =
            Request { method: Method::GET, path, query, content_type: "application/json", body: String::new() };
        let answer = self.client.send(&request, say_again).await?;
        let known = answer.status.is_success() || answer.status == StatusCode::NOT_FOUND;
        ensure!(known, answer.problem());
        Ok((answer.status, answer.body))
    }

    fn unit_path(&self, rest: &str) -> String {
        format!("/api/v1/units/{}/{rest}", percent(&self.args.unit))
    }
}

fn percent(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            let is_plain = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
            if is_plain { char::from(byte).to_string() } else { format!("%{byte:02X}") }
        })
        .collect()
}
