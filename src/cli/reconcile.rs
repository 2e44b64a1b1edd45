//! `opcentre reconcile FILE --unit U --window P`: the existing system's form II.06a or list of dossiers beside our own, cell
//! by cell and id by id, with what is behind each difference. The server compares, from one view.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use reqwest::{Method, StatusCode};
use serde::Deserialize;

use super::client::{Client, Request, Retry, ServerArgs, say_again};

/// Wrong usage.
const EXIT_USAGE: u8 = 2;
/// Differences that are printed, and those that go to `--out`.
const PRINTED_MAX: usize = 60;
const WRITTEN_MAX: usize = 100_000;
/// Bytes of a file: what the server takes.
const FILE_BYTES_MAX: u64 = 64 << 20;
/// Bytes of an answer with as many differences as go to a file.
const ANSWER_BYTES_MAX: usize = 128 << 20;
/// How long an answer may take.
const ANSWER_WAIT: Duration = Duration::from_secs(150);

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
    /// Of a list: whose dossiers they are; without it the one source that has any there
    #[arg(long)]
    pub source: Option<String>,
    /// Write every difference to this CSV file
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "clap would show it as the command's own text")]
    pub server: ServerArgs,
}

/// What the server compared.
#[derive(Deserialize)]
struct Compared {
    kind: String,
    unit: String,
    window: Days,
    seq: u64,
    source: Option<String>,
    theirs: u64,
    ours: Option<u64>,
    agree: u64,
    differ: u64,
    differences: Vec<Difference>,
}

#[derive(Deserialize)]
struct Days {
    from: String,
    to: String,
}

#[derive(Deserialize)]
struct Difference {
    /// The row of the file; none of what it doesn't have.
    row: Option<u64>,
    /// The row's name, or the dossier's id.
    what: String,
    /// The column, or what is compared.
    of: String,
    theirs: String,
    ours: String,
    reason: String,
    why: String,
}

/// Has the server compare and reports to `out`. Exit codes: 0 everything agrees, 1 something differs, 2 the file can't be
/// used, or it isn't clear whose list it is.
///
/// # Errors
/// When the file can't be read, or the server can't be reached or refuses.
pub async fn run(args: &ReconcileArgs, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let shown = args.file.display();
    let bytes = std::fs::metadata(&args.file).with_context(|| format!("{shown} can't be read"))?.len();
    ensure!(bytes <= FILE_BYTES_MAX, "{shown} has {bytes} bytes, the server takes {FILE_BYTES_MAX}");
    let bytes = std::fs::read(&args.file).with_context(|| format!("{shown} can't be read"))?;
    let name = args.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let limit = if args.out.is_some() { WRITTEN_MAX } else { PRINTED_MAX };
    let mut query = vec![
        ("unit", args.unit.clone()),
        ("window", args.window.clone()),
        ("scheme", args.scheme.clone()),
        ("rows", args.rows.clone()),
        ("limit", limit.to_string()),
        ("file", ending(&name)),
    ];
    query.extend(args.source.clone().map(|source| ("source", source)));
    let (path, content_type) = ("/api/v1/reconcile", "application/octet-stream");
    let request = Request { method: Method::POST, path, query, content_type, body: String::new() };
    let client = Client::waiting(&args.server, Retry::BRIEF, ANSWER_WAIT)?.answered_by(ANSWER_BYTES_MAX);
    let answer = client.send_bytes(&request, bytes, say_again).await?;
    let code = answer.body.get("code").and_then(serde_json::Value::as_str);
    if answer.status == StatusCode::UNPROCESSABLE_ENTITY || code == Some("source_needed") {
        let here = if code == Some("source_needed") { " (here: --source NAME)" } else { "" };
        writeln!(out, "{shown}: {}{here}", answer.problem())?;
        return Ok(ExitCode::from(EXIT_USAGE));
    }
    ensure!(answer.status.is_success(), answer.problem());
    let compared: Compared = serde_json::from_value(answer.body)?;
    report(args, &compared, out)?;
    Ok(if compared.differ == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A name that says of what form the file is, and nothing else.
fn ending(name: &str) -> String {
    let lower = name.to_lowercase();
    let (plain, packed) = lower.strip_suffix(".gz").map_or((lower.as_str(), ""), |plain| (plain, ".gz"));
    let ending = plain.rsplit_once('.').map_or("", |(_, ending)| ending);
    format!("statement.{ending}{packed}")
}

fn head(compared: &Compared, out: &mut impl Write) -> std::io::Result<()> {
    let Compared { kind, unit, window: Days { from, to }, seq, source, theirs, ours, .. } = compared;
    if kind == "form" {
        return writeln!(out, "II.06a of {unit}, {from} to {to}, up to record {seq}");
    }
    let (source, ours) = (source.as_deref().unwrap_or("none is known"), ours.unwrap_or(0));
    let counts = format!("{theirs} there, {ours} here, up to record {seq}");
    writeln!(out, "dossiers of {unit} taken on in {from} to {to}, source {source}: {counts}")?;
    if ours == 0 && *theirs > 0 {
        writeln!(out, "note: source {source} has none here; --source says whose list it is")?;
    }
    Ok(())
}

fn report(args: &ReconcileArgs, compared: &Compared, out: &mut impl Write) -> anyhow::Result<()> {
    head(compared, out)?;
    let Compared { agree, differ, differences, .. } = compared;
    for one in differences.iter().take(PRINTED_MAX) {
        let row = one.row.map_or_else(|| "-".to_owned(), |row| row.to_string());
        writeln!(out, "row {row}  {}  {}: theirs {}, ours {}  {}", one.what, one.of, one.theirs, one.ours, one.why)?;
    }
    let more = differ.saturating_sub(PRINTED_MAX as u64);
    if more > 0 {
        writeln!(out, "and {more} more; --out FILE writes them, up to {WRITTEN_MAX}")?;
    }
    match differ {
        0 => writeln!(out, "khớp: {agree} agree, none differs")?,
        differ => writeln!(out, "lệch {differ}: {agree} agree, {differ} differ")?,
    }
    if let Some(path) = &args.out {
        let mut file = csv::Writer::from_path(path).with_context(|| format!("{} can't be written", path.display()))?;
        file.write_record(["row", "what", "of", "theirs", "ours", "reason", "why"])?;
        for one in differences {
            let row = one.row.map(|row| row.to_string()).unwrap_or_default();
            file.write_record([&row, &one.what, &one.of, &one.theirs, &one.ours, &one.reason, &one.why])?;
        }
        file.flush()?;
        let written = differences.len() as u64;
        if written < *differ {
            writeln!(out, "{}: the first {written} of {differ}", path.display())?;
        }
    }
    Ok(())
}
