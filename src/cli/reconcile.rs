//! `opcentre reconcile FILE --unit U --window P`: the existing system's form II.06a or list of dossiers beside our own, cell
//! by cell and id by id, with what is behind each difference.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use reqwest::{Method, StatusCode};
use serde::Deserialize;
use serde_json::Value;

use super::client::{Client, Request, Retry, ServerArgs, say_again};
use crate::ingest::statement::{FormRow, ListedDossier, Statement, read_statement};
use crate::model::Text;
use crate::model::plain::plain;

/// Wrong usage.
const EXIT_USAGE: u8 = 2;
/// Differences that are printed; all of them go to `--out`.
const PRINTED_MAX: usize = 60;
/// How long an answer may take.
const ANSWER_WAIT: Duration = Duration::from_mins(2);
/// Rows of a page.
const PAGE_ROWS: &str = "1000";

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

#[derive(Deserialize)]
struct Form {
    seq: u64,
    window: Days,
    columns: Vec<FormColumn>,
    total: BTreeMap<u8, i64>,
    groups: Vec<Group>,
}

#[derive(Deserialize)]
struct Days {
    from: String,
    to: String,
}

#[derive(Deserialize)]
struct FormColumn {
    number: u8,
    measures: Vec<String>,
}

#[derive(Deserialize)]
struct Group {
    heading: Heading,
    counts: BTreeMap<u8, i64>,
    rows: Vec<OwnRow>,
}

#[derive(Deserialize)]
struct Heading {
    vi: String,
}

#[derive(Deserialize)]
struct OwnRow {
    key: Option<String>,
    name: String,
    counts: BTreeMap<u8, i64>,
}

/// A page of dossiers.
#[derive(Deserialize)]
struct Page {
    seq: u64,
    rows: Vec<OwnDossier>,
    cursor: Option<String>,
}

#[derive(Clone, Deserialize)]
struct OwnDossier {
    source: String,
    id: String,
    status: Option<String>,
    received: Option<String>,
    due: Option<String>,
    finish: Option<String>,
    reason_vi: String,
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
        format!("/api/v1/units/{}/{rest}", self.args.unit)
    }

    async fn form(&self, theirs: &[FormRow], out: &mut impl Write) -> anyhow::Result<Compared> {
        let query = vec![
            ("period", self.args.window.clone()),
            ("scheme", self.args.scheme.clone()),
            ("rows", self.args.rows.clone()),
        ];
        let (status, body) = self.get(&self.unit_path("forms/ii06a"), query).await?;
        ensure!(status.is_success(), "the server has no form of {} for {}: {body}", self.args.unit, self.args.window);
        let ours: Form = serde_json::from_value(body)?;
        writeln!(
            out,
            "II.06a of {}, {} to {}, up to record {}",
            self.args.unit, ours.window.from, ours.window.to, ours.seq
        )?;
        Ok(self.cells(theirs, &ours))
    }

    /// Their rows beside ours: a row by its name or key within its block, the blocks by their headings, the first of all the
    /// total.
    fn cells(&self, theirs: &[FormRow], ours: &Form) -> Compared {
        let mut compared = Compared::default();
        let mut block: Option<&Group> = None;
        let mut seen = BTreeSet::new();
        for (place, row) in theirs.iter().enumerate() {
            let names: Vec<String> = row.names.iter().map(|name| folded(name)).collect();
            let is = |name: &str| names.contains(&folded(name));
            let is_total =
                place == 0 && names.iter().all(|name| ours.groups.iter().all(|of| folded(&of.heading.vi) != *name));
            let shown = row.names.last().cloned().unwrap_or_default();
            if is_total || names.iter().any(|name| name.starts_with("tong so") || name.starts_with("tong cong")) {
                compared.row(self, row, (&shown, None), &ours.total, &ours.columns);
                continue;
            }
            let own =
                |group: &Group| group.rows.iter().position(|of| is(&of.name) || of.key.as_deref().is_some_and(is));
            let headed = ours
                .groups
                .iter()
                .find(|group| row.names.last().is_some_and(|name| folded(name) == folded(&group.heading.vi)));
            if let Some(group) = headed {
                block = Some(group);
                compared.row(self, row, (&shown, None), &group.counts, &ours.columns);
                continue;
            }
            // Without blocks a row is looked for in all of them.
            let mut groups: Vec<&Group> = block.into_iter().collect();
            if groups.is_empty() {
                groups.extend(&ours.groups);
            }
            let found = groups.into_iter().find_map(|group| Some((group, own(group)?)));
            if let Some((group, at)) = found {
                seen.insert((group.heading.vi.as_str(), at));
                let key = group.rows[at].key.as_deref();
                compared.row(self, row, (&shown, key), &group.rows[at].counts, &ours.columns);
            } else if row.counts.values().any(|count| *count != 0) {
                let why = "no such row here".to_owned();
                let theirs = row.counts.get(&3).map(i64::to_string).unwrap_or_default();
                compared.differences.push(Difference {
                    row: Some(row.row),
                    what: shown,
                    of: "row".to_owned(),
                    theirs,
                    ours: "-".to_owned(),
                    why,
                });
            }
        }
        for group in &ours.groups {
            let unseen =
                group.rows.iter().enumerate().filter(|(at, _)| !seen.contains(&(group.heading.vi.as_str(), *at)));
            for (_, row) in unseen.filter(|(_, row)| theirs.len() > 1 && row.counts.values().any(|count| *count != 0)) {
                let ours = row.counts.get(&3).map(i64::to_string).unwrap_or_default();
                let why = format!("no such row there; here under {}", group.heading.vi);
                compared.differences.push(Difference {
                    row: None,
                    what: row.name.clone(),
                    of: "row".to_owned(),
                    theirs: "-".to_owned(),
                    ours,
                    why,
                });
            }
        }
        compared
    }

    async fn list(&self, theirs: &[ListedDossier], out: &mut impl Write) -> anyhow::Result<Compared> {
        let (ours, seqs) = self.taken_on().await?;
        writeln!(
            out,
            "dossiers of {} taken on in {}, source {}: {} there, {} here, up to record {}",
            self.args.unit,
            self.args.window,
            self.args.source,
            theirs.len(),
            ours.len(),
            seqs.last().copied().unwrap_or_default()
        )?;
        if seqs.len() > 1 {
            writeln!(
                out,
                "note: records came in meanwhile ({} to {})",
                seqs.first().copied().unwrap_or_default(),
                seqs.last().copied().unwrap_or_default()
            )?;
        }
        let mut compared = Compared::default();
        let mut listed: BTreeMap<Text, &ListedDossier> = BTreeMap::new();
        for one in theirs {
            if let Some(before) = listed.insert(Text::new(&one.id), one) {
                compared.add(one, "id", "twice", "-", &format!("the file has it in row {}, too", before.row));
            }
        }
        for (id, one) in &listed {
            match ours.get(id.as_str()) {
                Some(own) => compared.dossier(one, own),
                None => {
                    let why = self.why_not(id).await?;
                    compared.add(one, "dossier", "there", "missing here", &why);
                }
            }
        }
        for (id, own) in ours.iter().filter(|(id, _)| !listed.contains_key(&Text::new(id))) {
            let ours = "here".to_owned();
            let (of, theirs) = ("dossier".to_owned(), "missing there".to_owned());
            compared.differences.push(Difference {
                row: None,
                what: id.clone(),
                of,
                theirs,
                ours,
                why: own.reason_vi.clone(),
            });
        }
        Ok(compared)
    }

    /// Every dossier taken on in the window, of the source, by id; and the sequences at which the pages stood.
    async fn taken_on(&self) -> anyhow::Result<(BTreeMap<String, OwnDossier>, Vec<u64>)> {
        let (mut ours, mut seqs, mut cursor) = (BTreeMap::new(), BTreeSet::new(), None::<String>);
        loop {
            let mut query = vec![
                ("measure", "taken_on".to_owned()),
                ("window", self.args.window.clone()),
                ("scheme", self.args.scheme.clone()),
                ("limit", PAGE_ROWS.to_owned()),
            ];
            query.extend(cursor.take().map(|cursor| ("cursor", cursor)));
            let (status, body) = self.get(&self.unit_path("dossiers"), query).await?;
            ensure!(status.is_success(), "the server knows no unit {}: {body}", self.args.unit);
            let page: Page = serde_json::from_value(body)?;
            seqs.insert(page.seq);
            let of_source = page.rows.into_iter().filter(|row| row.source == self.args.source);
            ours.extend(of_source.map(|row| (row.id.clone(), row)));
            cursor = page.cursor;
            if cursor.is_none() {
                return Ok((ours, seqs.into_iter().collect()));
            }
        }
    }

    /// Why a dossier isn't among those taken on.
    async fn why_not(&self, id: &str) -> anyhow::Result<String> {
        let (source, id) = (percent(&self.args.source), percent(id));
        let (status, body) = self.get(&format!("/api/v1/dossiers/{source}/{id}"), Vec::new()).await?;
        if status == StatusCode::NOT_FOUND {
            return Ok("never sent here, or not by this source".to_owned());
        }
        let derived = &body["derived"];
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let unit = text(&body["unit"]["unit"]).unwrap_or_default();
        Ok(if derived["void"] == true {
            "void here: out of all figures".to_owned()
        } else if derived["accepted"] == false {
            format!(
                "not taken on here, its status is {}",
                text(&derived["newest_status"]).unwrap_or_else(|| "unknown".to_owned())
            )
        } else {
            let (taken_on, finish) = (text(&derived["taken_on"]).unwrap_or_default(), text(&derived["finish"]));
            let finish = finish.map(|finish| format!(", finished {finish}")).unwrap_or_default();
            format!("here under unit {unit}, taken on {taken_on}{finish}: another unit or outside the window")
        })
    }
}

impl Compared {
    fn row(
        &mut self,
        asking: &Asking<'_>,
        row: &FormRow,
        (name, key): (&str, Option<&str>),
        ours: &BTreeMap<u8, i64>,
        columns: &[FormColumn],
    ) {
        for (number, theirs) in &row.counts {
            let own = ours.get(number).copied().unwrap_or(0);
            if own == *theirs {
                self.agree += 1;
                continue;
            }
            let measures =
                columns.iter().find(|column| column.number == *number).map(|column| column.measures.join(","));
            let filter =
                key.filter(|_| asking.args.rows != "unit").map(|key| format!("&{}={}", asking.args.rows, percent(key)));
            let unit = key.filter(|_| asking.args.rows == "unit").unwrap_or(&asking.args.unit);
            let why = format!(
                "see /api/v1/units/{}/dossiers?measure={}&window={}&scheme={}{}",
                percent(unit),
                measures.unwrap_or_default(),
                asking.args.window,
                asking.args.scheme,
                filter.unwrap_or_default(),
            );
            self.differences.push(Difference {
                row: Some(row.row),
                what: name.to_owned(),
                of: format!("column {number}"),
                theirs: theirs.to_string(),
                ours: own.to_string(),
                why,
            });
        }
    }

    /// What the list says of a dossier beside what is known here.
    fn dossier(&mut self, one: &ListedDossier, own: &OwnDossier) {
        let before = self.differences.len();
        if let (Some(theirs), Some(ours)) = (one.status, own.status.as_deref())
            && theirs != ours
        {
            self.add(one, "status", theirs, ours, &own.reason_vi);
        }
        for (name, ours) in [("received_at", &own.received), ("due_at", &own.due), ("finished_at", &own.finish)] {
            let Some(theirs) = one.times.get(name) else { continue };
            let ours = ours.as_deref().and_then(|time| time.get(..10)).unwrap_or("-");
            if day(theirs).is_some_and(|day| day != ours) {
                self.add(one, name, theirs, ours, &own.reason_vi);
            }
        }
        if self.differences.len() == before {
            self.agree += 1;
        }
    }

    fn add(&mut self, one: &ListedDossier, of: &str, theirs: &str, ours: &str, why: &str) {
        let [of, theirs, ours, why] = [of, theirs, ours, why].map(str::to_owned);
        self.differences.push(Difference { row: Some(one.row), what: one.id.clone(), of, theirs, ours, why });
    }
}

/// The day of a time as it stands in a list: `dd/mm/yyyy`, ISO 8601, or the portal's digits; none when it is another form.
fn day(text: &str) -> Option<String> {
    let date = text.split([' ', 'T']).find(|part| part.contains('/') || part.contains('-') || part.len() >= 8)?;
    if let [day, month, year] = date.split('/').collect::<Vec<_>>()[..] {
        return Some(format!("{year:0>4}-{month:0>2}-{day:0>2}"));
    }
    if date.len() >= 10 && date.as_bytes()[4] == b'-' {
        return date.get(..10).map(str::to_owned);
    }
    let digits = date.get(..8).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    Some(format!("{}-{}-{}", &digits[..4], &digits[4..6], &digits[6..]))
}

/// A name without accents, capitals and needless spaces.
fn folded(name: &str) -> String {
    let plain = plain(name);
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn percent(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            let is_plain = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
            if is_plain { char::from(byte).to_string() } else { format!("%{byte:02X}") }
        })
        .collect()
}
