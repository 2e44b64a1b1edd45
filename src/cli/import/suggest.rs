//! `opcentre import FILE --suggest`: a mapping proposed for a table.

use std::fs::File;
use std::io::Write;
use std::process::ExitCode;

use anyhow::Context as _;

use super::{EXIT_USAGE, ImportArgs, shown_file};
use crate::ingest::mapping::Mapping;
use crate::ingest::suggest::{SuggestError, Suggestion, suggest};
use crate::model::Zone;

/// Proposes a mapping and writes it to `--out`, or prints it. Exit codes: 0 proposed, 2 the file can't be used.
pub(super) fn run(args: &ImportArgs, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let file = shown_file(args);
    let Ok(zone) = Zone::named(&args.timezone) else {
        writeln!(out, "--timezone {}: no such time zone", args.timezone)?;
        return Ok(ExitCode::from(EXIT_USAGE));
    };
    let input = File::open(file).with_context(|| format!("{} can't be read", file.display()))?;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let proposal = match suggest(&name, input, args.source.as_deref()) {
        Ok(proposal) => proposal,
        Err(SuggestError::Io(error)) => return Err(error).with_context(|| file.display().to_string()),
        Err(error) => {
            writeln!(out, "{error}")?;
            return Ok(ExitCode::from(EXIT_USAGE));
        }
    };
    let Some(path) = &args.out else {
        out.write_all(proposal.toml.as_bytes())?;
        return Ok(ExitCode::SUCCESS);
    };
    let cannot = || format!("{} can't be written; it must not be there yet", path.display());
    let mut written = File::create_new(path).with_context(cannot)?;
    written.write_all(proposal.toml.as_bytes()).with_context(cannot)?;
    say(&proposal, &path.display().to_string(), &zone, out)?;
    Ok(ExitCode::SUCCESS)
}

fn say(proposal: &Suggestion, path: &str, zone: &Zone, out: &mut impl Write) -> std::io::Result<()> {
    let Suggestion { toml, todos, rows, fields, personal } = proposal;
    writeln!(out, "{path}: {} fields from {rows} rows: {}", fields.len(), fields.join(", "))?;
    if !personal.is_empty() {
        writeln!(out, "not taken, personal: {}", personal.join(", "))?;
    }
    match Mapping::parse(toml, zone) {
        Ok(_) => writeln!(out, "go through it, then: opcentre import FILE --mapping {path} --dry-run"),
        Err(error) => writeln!(out, "{todos} lines marked TODO are yours to decide; until then: {error}"),
    }
}
