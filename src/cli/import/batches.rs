//! `opcentre import batches` and `import undo BATCH`: what was imported, and taking it back.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail};
use reqwest::Method;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::super::client::{Client, Request, Retry, ServerArgs, say_again};
use crate::ingest::mapping::Mapping;

/// How long taking an import back may take.
const UNDO_TIMEOUT: Duration = Duration::from_secs(360);
/// Ids that are printed.
const PRINTED_MAX: usize = 20;

/// What is done with imports.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum ImportAction {
    /// List what was imported, the newest first
    #[command(alias = "list")]
    Batches {
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap would show it as the command's own text")]
        server: ServerArgs,
    },
    /// Take an import back, as far as nothing else is known of its dossiers
    Undo {
        /// Its number
        batch: u64,
        /// Say what that would do, change nothing
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        #[expect(missing_docs, reason = "clap would show it as the command's own text")]
        server: ServerArgs,
    },
}

/// Runs the command and reports to `out`. Exit codes: 0 done, 1 refused, or something of the import stays.
///
/// # Errors
/// When the server can't be reached.
pub(super) async fn run(action: &ImportAction, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    match action {
        ImportAction::Batches { server } => list(&Client::new(server, Retry::BRIEF)?, out).await,
        ImportAction::Undo { batch, dry_run, server } => {
            let client = Client::waiting(server, Retry::DEFAULT, UNDO_TIMEOUT)?;
            undo(&client, *batch, *dry_run, out).await
        }
    }
}

#[derive(Deserialize)]
struct Listed {
    imports: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    id: u64,
    source: String,
    file: String,
    sha256: String,
    begun_at: String,
    received: u64,
    accepted: u64,
    state: String,
    undone_at: Option<String>,
}

async fn list(client: &Client, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let path = "/api/v1/imports";
    let request =
        Request { method: Method::GET, path, query: Vec::new(), content_type: "application/json", body: String::new() };
    let answer = client.send(&request, say_again).await?;
    if !answer.status.is_success() {
        bail!("{}", answer.problem());
    }
    for row in Listed::deserialize(&answer.body).context("the server's list can't be read")?.imports {
        let Row { id, source, file, sha256, begun_at, received, accepted, state, undone_at } = row;
        let state = undone_at.map_or(state, |at| format!("undone {at}"));
        let hash = sha256.get(..12).unwrap_or(&sha256);
        writeln!(out, "{id}\t{source}\t{file}\t{begun_at}\t{received} rows, {accepted} accepted\t{state}\t{hash}")?;
    }
    Ok(ExitCode::SUCCESS)
}

#[derive(Deserialize)]
struct Undone {
    source: String,
    dossiers: Outcome,
    ratings: Outcome,
    indicators: Outcome,
    set_aside: u64,
    complete: bool,
}

#[derive(Deserialize)]
struct Outcome {
    known: u64,
    undone: u64,
    already: u64,
    kept: u64,
    kept_list: Vec<Kept>,
}

#[derive(Deserialize)]
struct Kept {
    id: String,
    records: u64,
    imports: Vec<u64>,
}

async fn undo(client: &Client, id: u64, dry_run: bool, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let path = format!("/api/v1/imports/{id}/undo");
    let query = if dry_run { vec![("dry_run", "true".to_owned())] } else { Vec::new() };
    let request =
        Request { method: Method::POST, path: &path, query, content_type: "application/json", body: String::new() };
    let answer = client.send(&request, say_again).await?;
    if !answer.status.is_success() {
        bail!("{}", answer.problem());
    }
    let undone = Undone::deserialize(&answer.body).context("the server's answer can't be read")?;
    let outcomes = [("dossiers", &undone.dossiers), ("ratings", &undone.ratings), ("indicators", &undone.indicators)];
    for (name, outcome) in outcomes.into_iter().filter(|(_, outcome)| outcome.known > 0) {
        let Outcome { known, undone, already, kept, .. } = outcome;
        writeln!(out, "{known} {name}: {undone} taken out of all figures, {already} were already, {kept} stay")?;
        for kept in outcome.kept_list.iter().take(PRINTED_MAX) {
            writeln!(out, "  {} stays: {}", kept.id, kept.told())?;
        }
        if *kept > PRINTED_MAX as u64 {
            writeln!(out, "  … and {} more", *kept - PRINTED_MAX as u64)?;
        }
    }
    if undone.set_aside > 0 {
        writeln!(out, "{} records that ClickHouse refuses are part of it: see `opcentre verify`", undone.set_aside)?;
    }
    let kind = if dry_run { " (dry run: nothing was changed)" } else { "" };
    if undone.complete {
        writeln!(out, "import {id} of source {}: undone{kind}", undone.source)?;
        return Ok(ExitCode::SUCCESS);
    }
    writeln!(
        out,
        "import {id} of source {}: undone in part; what stays keeps what the import said of it{kind}",
        undone.source
    )?;
    Ok(ExitCode::FAILURE)
}

impl Kept {
    fn told(&self) -> String {
        let imports: Vec<String> = self.imports.iter().map(|id| format!("import {id}")).collect();
        match imports.as_slice() {
            [] => format!("also known from other sending, {} records", self.records),
            imports => format!("also known from {}, {} records", imports.join(", "), self.records),
        }
    }
}

/// An import under way.
pub(super) struct Batch {
    pub(super) id: u64,
    same_file: Vec<u64>,
}

#[derive(Deserialize)]
struct Begun {
    id: u64,
    #[serde(default)]
    same_file: Vec<u64>,
}

impl Batch {
    /// Tells the server that a file is coming.
    pub(super) async fn begin(client: &Client, mapping: &Mapping, file: &Path) -> anyhow::Result<Batch> {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let sha256 = hash(file).with_context(|| format!("{} can't be read", file.display()))?;
        let body = serde_json::json!({"source": mapping.source(), "file": name, "sha256": sha256}).to_string();
        let path = "/api/v1/imports";
        let request = Request { method: Method::POST, path, query: Vec::new(), content_type: "application/json", body };
        let answer = client.send(&request, say_again).await?;
        if !answer.status.is_success() {
            bail!("{}", answer.problem());
        }
        let Begun { id, same_file } = Begun::deserialize(&answer.body).context("the server's answer can't be read")?;
        Ok(Batch { id, same_file })
    }

    /// Its number, and whether the file had been sent before.
    pub(super) fn say(&self, out: &mut impl Write) -> std::io::Result<()> {
        if !self.same_file.is_empty() {
            let before: Vec<String> = self.same_file.iter().map(|id| format!("import {id}")).collect();
            writeln!(out, "the same file was imported before, as {}", before.join(", "))?;
        }
        writeln!(out, "import {}; to take it back: opcentre import undo {}", self.id, self.id)
    }
}

fn hash(file: &Path) -> std::io::Result<String> {
    let (mut input, mut hasher) = (File::open(file)?, Sha256::new());
    let mut buffer = vec![0; 64 << 10];
    loop {
        match input.read(&mut buffer)? {
            0 => break,
            read => hasher.update(&buffer[..read]),
        }
    }
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Which accepted records count nowhere, and which dossiers count again.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Standing {
    #[serde(default)]
    void: Voided,
    #[serde(default)]
    revived: Option<Revived>,
}

#[derive(Debug, Default, Deserialize)]
struct Voided {
    records: u64,
    dossiers: u64,
    ids: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Revived {
    dossiers: u64,
    kept_void: u64,
    kept_void_list: Vec<KeptVoid>,
}

#[derive(Debug, Deserialize)]
struct KeptVoid {
    id: String,
    differs: Vec<String>,
}

impl Standing {
    /// Adds what another request's answer says.
    pub(super) fn add(&mut self, other: Standing) {
        self.void.records += other.void.records;
        self.void.dossiers += other.void.dossiers;
        self.void.ids.extend(other.void.ids);
        if let Some(revived) = other.revived {
            let sum = self.revived.get_or_insert_default();
            sum.dossiers += revived.dossiers;
            sum.kept_void += revived.kept_void;
            sum.kept_void_list.extend(revived.kept_void_list);
        }
    }

    /// Says it; whether every accepted record counts.
    pub(super) fn say(&self, out: &mut impl Write) -> std::io::Result<bool> {
        let Voided { records, dossiers, ids } = &self.void;
        if let Some(revived) = &self.revived {
            writeln!(out, "{} dossiers count again, whose import had been taken back", revived.dossiers)?;
            for kept in revived.kept_void_list.iter().take(PRINTED_MAX) {
                writeln!(
                    out,
                    "  {} stays void: what was taken back would still show in {}",
                    kept.id,
                    kept.differs.join(", ")
                )?;
            }
            if revived.kept_void > 0 {
                let count = revived.kept_void;
                writeln!(
                    out,
                    "{count} dossiers stay void; import them as another source, or send them as new dossiers"
                )?;
            }
        }
        if *records == 0 {
            return Ok(true);
        }
        writeln!(out, "NOT COUNTED: {records} accepted rows are of {dossiers} dossiers that are void, in no figure:")?;
        writeln!(out, "  {}", ids.iter().take(PRINTED_MAX).cloned().collect::<Vec<_>>().join(", "))?;
        if self.revived.is_none() {
            writeln!(out, "  if their import was taken back: import again with --revive")?;
        }
        Ok(false)
    }
}
