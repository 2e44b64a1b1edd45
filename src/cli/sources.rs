//! `opcentre sources totals`: what a source says how many dossiers it has of its days, beside what the server knows.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail, ensure};
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::{Client, Request, Retry, ServerArgs, say_again};
use crate::http::in_address;
use crate::model::Day;

/// Bytes of a list of totals: what the server takes.
const LIST_BYTES_MAX: u64 = 1 << 20;

/// What is done with sources.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum SourcesCommand {
    /// State a source's own counts by day, and compare them and those stated before with what is known
    Totals(TotalsArgs),
}

/// Whose days, and which.
#[derive(Clone, Debug, clap::Args)]
pub struct TotalsArgs {
    /// The source's own counts (CSV: day, received, finished; an empty cell is not stated); without a file those that were
    /// stated before are compared
    pub file: Option<PathBuf>,
    /// The source
    #[arg(long)]
    pub source: String,
    /// First day that is compared; with a file its first one
    #[arg(long)]
    pub from: Option<String>,
    /// Last day that is compared; with a file its last one
    #[arg(long)]
    pub to: Option<String>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "clap would show it as the command's own text")]
    pub server: ServerArgs,
}

#[derive(Deserialize)]
struct Totals {
    seq: u64,
    agreeing: u64,
    differing: u64,
    days: Vec<DayTotals>,
}

#[derive(Deserialize)]
struct DayTotals {
    day: String,
    received: Beside,
    finished: Beside,
}

#[derive(Deserialize)]
struct Beside {
    theirs: Option<u64>,
    ours: Option<u64>,
    verdict: Option<String>,
}

impl Beside {
    fn told(&self, what: &str) -> Option<String> {
        let theirs = self.theirs?;
        Some(match (self.ours, &self.verdict) {
            (Some(ours), Some(verdict)) => format!("{what} {verdict} (theirs {theirs}, ours {ours})"),
            _ => format!("{what} not compared (theirs {theirs}, before the source's coverage start)"),
        })
    }
}

/// Compares and reports to `out`. Exit codes: 0 everything agrees, 1 something differs, or nothing was ever stated.
///
/// # Errors
/// When the file can't be read, or the server can't be reached or refuses.
pub async fn run(command: &SourcesCommand, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let SourcesCommand::Totals(args) = command;
    let client = Client::new(&args.server, Retry::BRIEF)?;
    let (mut from, mut to) = (args.from.clone(), args.to.clone());
    if let Some(path) = &args.file {
        let days = read(path)?;
        let ends = days.iter().map(|day| day["day"].as_str().unwrap_or_default().to_owned()).collect::<BTreeSet<_>>();
        from = from.or_else(|| ends.first().cloned());
        to = to.or_else(|| ends.last().cloned());
        let answer = ask(&client, args, Method::PUT, (Vec::new(), Value::Array(days).to_string())).await?;
        writeln!(out, "{}: {} days of {} stated", path.display(), answer["days"], args.source)?;
    }
    let query = [("from", from), ("to", to)];
    let query = query.into_iter().filter_map(|(name, day)| Some((name, day?))).collect();
    let answer = ask(&client, args, Method::GET, (query, String::new())).await?;
    let Totals { seq, agreeing, differing, days } = Totals::deserialize(&answer)?;
    for DayTotals { day, received, finished } in &days {
        let told: Vec<String> = [received.told("received"), finished.told("finished")].into_iter().flatten().collect();
        writeln!(out, "{day}  {}", if told.is_empty() { "nothing stated".to_owned() } else { told.join(", ") })?;
    }
    if days.is_empty() {
        writeln!(out, "{} stated nothing of these days", args.source)?;
        return Ok(ExitCode::FAILURE);
    }
    let verdict = if differing == 0 { "khớp".to_owned() } else { format!("lệch {differing}") };
    writeln!(out, "{verdict}: {agreeing} days agree, {differing} differ, up to record {seq}")?;
    Ok(if differing == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn ask(
    client: &Client,
    args: &TotalsArgs,
    method: Method,
    (query, body): (Vec<(&'static str, String)>, String),
) -> anyhow::Result<Value> {
    let path = format!("/api/v1/sources/{}/totals", in_address(&args.source));
    let request = Request { method, path: &path, query, content_type: "application/json", body };
    let answer = client.send(&request, say_again).await?;
    ensure!(answer.status.is_success(), answer.problem());
    Ok(answer.body)
}

/// The days of a file; a fault names its row.
fn read(path: &Path) -> anyhow::Result<Vec<Value>> {
    let shown = path.display();
    let bytes = std::fs::metadata(path).with_context(|| format!("{shown} can't be read"))?.len();
    ensure!(bytes <= LIST_BYTES_MAX, "{shown} has {bytes} bytes, a list has at most {LIST_BYTES_MAX}");
    let text = std::fs::read_to_string(path).with_context(|| format!("{shown} can't be read as UTF-8"))?;
    days(&text).with_context(|| format!("{shown} is no list of day, received, finished"))
}

fn days(text: &str) -> anyhow::Result<Vec<Value>> {
    let text = text.trim_start_matches('\u{feff}');
    // As spreadsheets write it, where a comma stands in numbers.
    let head = text.lines().next().unwrap_or_default();
    let delimiter = if head.contains(';') { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).trim(csv::Trim::All).from_reader(text.as_bytes());
    let names = reader.headers()?.clone();
    let place = |wanted: &str| names.iter().position(|name| name == wanted);
    let (Some(day), received, finished) = (place("day"), place("received"), place("finished")) else {
        bail!("there is no column `day`, there are {}", names.iter().collect::<Vec<_>>().join(", "))
    };
    if let Some(other) = names.iter().find(|name| !["day", "received", "finished"].contains(name)) {
        bail!("a list has the columns day, received and finished, not {other:?}");
    }
    ensure!(received.is_some() || finished.is_some(), "there is neither a column `received` nor one `finished`");
    let (mut seen, mut days) = (BTreeSet::new(), Vec::new());
    for record in reader.records() {
        let record = record?;
        let row = record.position().map_or(0, csv::Position::line);
        let of = record.get(day).unwrap_or_default();
        if record.iter().all(str::is_empty) {
            continue;
        }
        let of = date(of).with_context(|| format!("row {row}: {of:?} is no day such as 2024-07-01 or 01/07/2024"))?;
        ensure!(seen.insert(of), "row {row}: {of} stands there twice");
        let count = |place: Option<usize>| match place.and_then(|place| record.get(place)).unwrap_or_default() {
            "" => Ok(None),
            digits => digits.parse::<u64>().map(Some).with_context(|| format!("row {row}: {digits:?} is no count")),
        };
        days.push(json!({"day": of.to_string(), "received": count(received)?, "finished": count(finished)?}));
    }
    ensure!(!days.is_empty(), "there is no day in it");
    Ok(days)
}

fn date(text: &str) -> Option<Day> {
    if let [day, month, year] = text.split('/').collect::<Vec<_>>()[..] {
        return format!("{year:0>4}-{month:0>2}-{day:0>2}").parse().ok();
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_as_spreadsheets_write_it() {
        let expected = vec![
            json!({"day": "2024-07-01", "received": 2, "finished": null}),
            json!({"day": "2024-07-02", "received": null, "finished": 0}),
        ];
        let plain = "day,received,finished\n2024-07-01,2,\n2024-07-02,,0\n";
        assert_eq!(days(plain).unwrap(), expected);
        let printed = "\u{feff}day;finished;received\r\n1/7/2024;;2\r\n02/07/2024;0;\r\n;;\r\n";
        assert_eq!(days(printed).unwrap(), expected);
    }

    #[test]
    fn a_fault_names_its_row() {
        let fault = |text: &str| format!("{:#}", days(text).unwrap_err());
        assert!(fault("day,received\n2024-07-01,two\n").starts_with("row 2: \"two\" is no count"));
        assert!(fault("day,received\n2024-07-01,1\n2024-07-01,2\n").contains("row 3: 2024-07-01 stands there twice"));
        assert!(fault("day,received\n2024-13-01,1\n").contains("row 2: \"2024-13-01\" is no day"));
        assert!(fault("date,received\n").contains("no column `day`"));
        assert!(fault("day,received,open\n").contains("\"open\""));
        assert!(fault("day\n2024-07-01\n").contains("neither"));
        assert!(fault("day,received\n").contains("no day in it"));
    }
}
