//! `opcentre import FILE --mapping MAP.toml`: a foreign table as records, through the same door as any other sender.
//!
//! Rows become wire lines here and are checked by the server; both kinds of fault are reported with row, column, code
//! and reason. A text is read as it is sent: memory doesn't grow with it. Importing the same file again changes
//! nothing (I-3), so an import that broke off is simply started again. Each import has a number by which it can be taken
//! back (`batches`).

mod batches;
mod sender;
mod suggest;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Deserialize;

use super::client::{Client, ListedRejection, Retry, ServerArgs};
use super::unresolved;
use crate::ingest::mapping::Mapping;
use crate::ingest::table::{Table, TableError};
use crate::model::{Instant, Zone};

pub use batches::ImportAction;
use batches::{Batch, Standing};
use sender::BACKFILL;

/// Lines of one request.
const BATCH_LINES_MAX: usize = 5_000;
/// Bytes of one request; a quarter of what the server takes.
const BATCH_BYTES_MAX: usize = 4 << 20;
/// Refused rows that are printed; all of them go to `--rejects`.
const PRINTED_MAX: u64 = 20;
/// Unknown units that are printed.
const UNRESOLVED_PRINTED_MAX: usize = 50;
/// Wrong usage.
const EXIT_USAGE: u8 = 2;

/// Import a table (CSV, TSV, NDJSON, also .gz; XLSX, XLS, ODS) as records
#[derive(Clone, Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct ImportArgs {
    /// In place of a table: what was imported, and taking it back
    #[command(subcommand)]
    pub action: Option<ImportAction>,
    /// The table
    #[arg(required = true)]
    pub file: Option<PathBuf>,
    /// How its columns become fields (TOML)
    #[arg(long, value_name = "MAP.toml", required_unless_present = "suggest")]
    pub mapping: Option<PathBuf>,
    /// Propose a mapping for the table instead; needs no server
    #[arg(long, conflicts_with_all = ["mapping", "dry_run", "revive", "rejects"])]
    pub suggest: bool,
    /// Where the proposal goes; not over a file that is there
    #[arg(long, value_name = "MAP.toml", requires = "suggest")]
    pub out: Option<PathBuf>,
    /// The sending system, for the proposal
    #[arg(long, value_name = "NAME", requires = "suggest")]
    pub source: Option<String>,
    /// Check everything, store nothing
    #[arg(long)]
    pub dry_run: bool,
    /// It is old data: figures of the units it concerns are marked until all of it is in
    #[arg(long, conflicts_with = "dry_run")]
    pub backfill: bool,
    /// Let dossiers count again whose import was taken back
    #[arg(long)]
    pub revive: bool,
    /// Write every refused row to this CSV file: row, column, code, reason
    #[arg(long, value_name = "FILE")]
    pub rejects: Option<PathBuf>,
    /// Time zone of local times when the mapping names none
    #[arg(long, env = "OPCENTRE_TIMEZONE", default_value = "Asia/Ho_Chi_Minh")]
    pub timezone: String,
    #[command(flatten)]
    #[expect(missing_docs, reason = "clap would show it as the command's own text")]
    pub server: ServerArgs,
}

/// Imports a table and reports to `out`; `now` is the `at` of mappings that say `at = "import"`.
///
/// Exit codes: 0 every row was accepted, 1 a row was refused, 2 the file or mapping can't be used.
///
/// # Errors
/// When reading fails midway, or the server can't be reached or refuses the request as a whole.
pub async fn run(args: &ImportArgs, now: Instant, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    match &args.action {
        Some(action) => batches::run(action, out).await,
        None if args.suggest => suggest::run(args, out),
        None => run_with(args, now, out, Retry::DEFAULT).await,
    }
}

async fn run_with(args: &ImportArgs, now: Instant, out: &mut impl Write, retry: Retry) -> anyhow::Result<ExitCode> {
    let bar = ProgressBar::no_length();
    let (mapping, mut table) = match open(args, &bar)? {
        Ok(opened) => opened,
        Err(usage) => {
            writeln!(out, "{usage}")?;
            return Ok(ExitCode::from(EXIT_USAGE));
        }
    };
    let report = Report {
        out,
        bar,
        mapping: &mapping,
        file: rejects_file(args.rejects.as_deref())?,
        tally: Tally::default(),
        unresolved: BTreeMap::new(),
        standing: Standing::default(),
    };
    let client = Client::new(&args.server, retry)?;
    let batch = if args.dry_run { None } else { Some(Batch::begin(&client, &mapping, shown_file(args)).await?) };
    let sender = Sender { client, query: query(&mapping, args, batch.as_ref()) };
    let mut import = Import { sender, report, lines: Lines::default() };
    while let Some(row) = table.next_row()? {
        import.report.tally.rows += 1;
        match row.cells.and_then(|cells| mapping.line(&cells, now)) {
            Ok(line) => import.add(row.line, &line).await?,
            Err(fault) => import.report.refused(row.line, &fault.column, fault.code.as_str(), &fault.reason)?,
        }
    }
    import.flush().await?;
    let Import { sender, mut report, .. } = import;
    if args.backfill {
        sender.end_backfill(&report.bar).await?;
    }
    report.bar.finish_and_clear();
    report.say_unresolved(&sender.client, args.dry_run).await?;
    let all_count = report.standing.say(report.out)?;
    let all_accepted = report.end(args, batch.as_ref())?;
    Ok(if all_accepted && all_count { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

type Opened = Result<(Mapping, Table), String>;

/// Opens mapping and table; the inner error is one of usage.
fn open(args: &ImportArgs, bar: &ProgressBar) -> anyhow::Result<Opened> {
    let Ok(zone) = Zone::named(&args.timezone) else {
        return Ok(Err(format!("--timezone {}: no such time zone", args.timezone)));
    };
    let (file, map) = (shown_file(args), args.mapping.as_deref().unwrap_or(Path::new("")));
    let shown = map.display();
    let text = std::fs::read_to_string(map).with_context(|| format!("{shown} can't be read"))?;
    let mapping = match Mapping::parse(&text, &zone) {
        Ok(mapping) => mapping,
        Err(error) => return Ok(Err(format!("{shown}: {error}"))),
    };
    let input = File::open(file).with_context(|| format!("{} can't be read", file.display()))?;
    bar.set_length(input.metadata().map_or(0, |metadata| metadata.len()));
    bar.set_style(ProgressStyle::with_template("{bar:32} {percent:>3}% {bytes}/{total_bytes} {msg} {eta}")?);
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    match Table::open(&name, bar.wrap_read(input), &mapping) {
        Ok(table) => Ok(Ok((mapping, table))),
        Err(TableError::Mapping(error)) => Ok(Err(format!("{shown}: {error}"))),
        Err(error @ TableError::Io { .. }) => Err(error).with_context(|| file.display().to_string()),
        Err(error) => Ok(Err(error.to_string())),
    }
}

/// The table; clap asks for it.
fn shown_file(args: &ImportArgs) -> &Path {
    args.file.as_deref().unwrap_or(Path::new(""))
}

fn query(mapping: &Mapping, args: &ImportArgs, batch: Option<&Batch>) -> Vec<(&'static str, String)> {
    let mut query = vec![("source", mapping.source().to_string())];
    query.extend(args.dry_run.then(|| ("dry_run", "true".to_owned())));
    query.extend((args.backfill && !args.dry_run).then(|| (BACKFILL, "true".to_owned())));
    query.extend(args.revive.then(|| ("revive", "true".to_owned())));
    query.extend(batch.map(|batch| ("batch", batch.id.to_string())));
    query
}

fn rejects_file(path: Option<&Path>) -> anyhow::Result<Option<csv::Writer<File>>> {
    let Some(path) = path else { return Ok(None) };
    let mut file = csv::Writer::from_path(path).with_context(|| format!("{} can't be written", path.display()))?;
    file.write_record(["row", "column", "code", "reason"])?;
    Ok(Some(file))
}

/// Lines on their way and the rows that they came from.
#[derive(Default)]
struct Lines {
    rows: Vec<u64>,
    body: String,
}

/// What the server says about a body of records.
#[derive(Debug, Deserialize)]
struct Verdict {
    accepted: u64,
    rejected: u64,
    rejections: Vec<ListedRejection>,
    /// Codes of units that the server doesn't know.
    #[serde(default)]
    unresolved: Vec<Unresolved>,
    #[serde(flatten)]
    standing: Standing,
}

#[derive(Debug, Deserialize)]
struct Unresolved {
    unit: String,
    records: u64,
}

struct Import<'a, W: Write> {
    sender: Sender,
    report: Report<'a, W>,
    lines: Lines,
}

impl<W: Write> Import<'_, W> {
    async fn add(&mut self, row: u64, line: &str) -> anyhow::Result<()> {
        let full = self.lines.rows.len() == BATCH_LINES_MAX || self.lines.body.len() + line.len() >= BATCH_BYTES_MAX;
        if full {
            self.flush().await?;
        }
        self.lines.rows.push(row);
        self.lines.body.push_str(line);
        self.lines.body.push('\n');
        Ok(())
    }

    async fn flush(&mut self) -> anyhow::Result<()> {
        let Lines { mut rows, mut body } = std::mem::take(&mut self.lines);
        if rows.is_empty() {
            return Ok(());
        }
        let sent = rows.len();
        let mut verdict = self.sender.send(body.clone(), &self.report.bar, false).await?;
        self.report.tally.accepted += verdict.accepted;
        for unresolved in std::mem::take(&mut verdict.unresolved) {
            *self.report.unresolved.entry(unresolved.unit).or_default() += unresolved.records;
        }
        self.report.standing.add(std::mem::take(&mut verdict.standing));
        loop {
            let listed = u64::try_from(verdict.rejections.len()).unwrap_or(u64::MAX);
            for rejection in &verdict.rejections {
                let row =
                    rejection.line.checked_sub(1).and_then(|index| rows.get(usize::try_from(index).ok()?).copied());
                let row = row.with_context(|| format!("the server names line {} of {sent} sent", rejection.line))?;
                let column = self.report.mapping.column_of(&rejection.pointer);
                self.report.refused(row, &column, &rejection.code, &rejection.reason)?;
                for further in &rejection.further {
                    let column = self.report.mapping.column_of(&further.pointer);
                    self.report.also(row, &column, &further.code, &further.reason)?;
                }
            }
            if verdict.rejected <= listed {
                break;
            }
            // The answer lists only the first: ask about the lines after the last one listed, storing nothing.
            let Some(last) = verdict.rejections.last() else {
                bail!("{} rows refused without a reason", verdict.rejected)
            };
            let told = usize::try_from(last.line).unwrap_or(usize::MAX).min(rows.len());
            rows.drain(..told);
            body = body.split_inclusive('\n').skip(told).collect();
            verdict = self.sender.send(body.clone(), &self.report.bar, true).await?;
        }
        self.report.bar.set_message(self.report.tally.shown());
        Ok(())
    }
}

struct Sender {
    client: Client,
    query: Vec<(&'static str, String)>,
}

#[derive(Default)]
struct Tally {
    rows: u64,
    accepted: u64,
    refused: u64,
}

impl Tally {
    fn shown(&self) -> String {
        format!("{} accepted, {} refused", self.accepted, self.refused)
    }
}

/// What the person in front of it sees.
struct Report<'a, W: Write> {
    out: &'a mut W,
    bar: ProgressBar,
    mapping: &'a Mapping,
    file: Option<csv::Writer<File>>,
    tally: Tally,
    /// Records by unknown unit.
    unresolved: BTreeMap<String, u64>,
    /// Records that count nowhere, and dossiers that count again.
    standing: Standing,
}

impl<W: Write> Report<'_, W> {
    fn refused(&mut self, row: u64, column: &str, code: &str, reason: &str) -> anyhow::Result<()> {
        self.tally.refused += 1;
        self.also(row, column, code, reason)
    }

    /// One more fault of a row.
    fn also(&mut self, row: u64, column: &str, code: &str, reason: &str) -> anyhow::Result<()> {
        if let Some(file) = &mut self.file {
            file.write_record([&row.to_string(), column, code, reason])?;
        }
        let out = &mut self.out;
        let place = if column.is_empty() { String::new() } else { format!(", {column}") };
        if self.tally.refused <= PRINTED_MAX {
            self.bar.suspend(|| writeln!(out, "row {row}{place}: {code}: {reason}"))?;
        }
        Ok(())
    }

    /// Records of units that nobody loaded are accepted and count under `unresolved`: not to be overlooked.
    async fn say_unresolved(&mut self, client: &Client, dry_run: bool) -> std::io::Result<()> {
        if self.unresolved.is_empty() {
            return Ok(());
        }
        let records: u64 = self.unresolved.values().sum();
        writeln!(
            self.out,
            "{records} accepted rows name units that the server doesn't know; they count under `unresolved`:"
        )?;
        let mut units: Vec<(&String, &u64)> = self.unresolved.iter().collect();
        units.sort_by_key(|(unit, records)| (std::cmp::Reverse(**records), *unit));
        let raws: Vec<&str> = units.iter().map(|(unit, _)| unit.as_str()).collect();
        let likely = unresolved::likely(client, self.mapping.source(), &raws, dry_run).await;
        for (unit, records) in units.iter().take(UNRESOLVED_PRINTED_MAX) {
            let known = likely.iter().find(|value| value.raw == **unit);
            let told = known.and_then(|value| value.suggestions.first()).map(|one| format!(": perhaps {}", one.told()));
            writeln!(self.out, "  {unit}: {records}{}", told.unwrap_or_default())?;
        }
        if units.len() > UNRESOLVED_PRINTED_MAX {
            writeln!(self.out, "  … and {} more", units.len() - UNRESOLVED_PRINTED_MAX)?;
        }
        writeln!(
            self.out,
            "`opcentre units unresolved --out aliases.csv` lists them with the units that may be meant"
        )?;
        Ok(())
    }

    /// The last lines; whether every row was accepted.
    fn end(mut self, args: &ImportArgs, batch: Option<&Batch>) -> anyhow::Result<bool> {
        if let Some(file) = &mut self.file {
            file.flush()?;
        }
        let Tally { rows, refused, .. } = self.tally;
        if refused > PRINTED_MAX {
            let rest = refused - PRINTED_MAX;
            match &args.rejects {
                Some(path) => writeln!(self.out, "… and {rest} more refused rows, all of them in {}", path.display())?,
                None => writeln!(self.out, "… and {rest} more refused rows; --rejects FILE writes them all")?,
            }
        }
        if let Some(batch) = batch {
            batch.say(self.out)?;
        }
        let kind = if args.dry_run { " (dry run: nothing was stored)" } else { "" };
        writeln!(self.out, "{rows} rows of source {}: {}{kind}", self.mapping.source(), self.tally.shown())?;
        Ok(refused == 0)
    }
}

#[cfg(test)]
mod tests;
