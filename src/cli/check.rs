//! `opcentre check`: every fault of configuration, catalogue, boards and lists of units, and no port opened.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;

use crate::config::{ConfigError, Settings, example};
use crate::ingest::{Limits, Rejection, check_units, read_units};
use crate::kpi::{Catalogue, Reporting, SourceFile};
use crate::model::Instant;

use super::serve::{EXIT_CONFIG, read};

/// The instant given to what must bear one and isn't kept.
const NO_INSTANT: Instant = Instant(0);

/// Looks for faults; exit code 0 when there are none, 64 when the configuration has some, else 1.
#[derive(Debug, clap::Args)]
pub struct CheckArgs {
    /// Configuration file (TOML).
    #[arg(long, env = "OPCENTRE_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Folder with kpis.toml, targets.toml and boards/*.toml (and periods.toml and forms/*.toml), instead of those in the
    /// program.
    #[arg(long, value_name = "DIR")]
    pub dashboards: Option<PathBuf>,
    /// A list of units (CSV, NDJSON or JSON); can be given more than once.
    #[arg(long, value_name = "FILE")]
    pub units: Vec<PathBuf>,
    /// Prints an example of the configuration file with every key, and checks nothing.
    #[arg(long)]
    pub print_default: bool,
    #[command(flatten)]
    settings: Settings,
}

/// Checks and reports to `out`, a line for each fault: file, line, key, what must be.
///
/// # Errors
/// When `out` can't be written.
pub fn run(args: CheckArgs, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    if args.print_default {
        write!(out, "{}", example())?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut data_faults = Vec::new();
    catalogue(args.dashboards.as_deref(), &mut data_faults);
    for list in &args.units {
        units(list, &mut data_faults);
    }
    let config_faults = match read(args.config.as_deref(), args.settings) {
        Ok(_) => Vec::new(),
        Err(error) => match error.downcast::<ConfigError>() {
            Ok(ConfigError::Faults(faults)) => faults.iter().map(ToString::to_string).collect(),
            Ok(other) => vec![other.to_string()],
            Err(other) => vec![format!("{other:#}")],
        },
    };
    for fault in config_faults.iter().chain(&data_faults) {
        writeln!(out, "{fault}")?;
    }
    match (config_faults.len(), data_faults.len()) {
        (0, 0) => writeln!(out, "no fault found")?,
        (config, data) => writeln!(out, "{} faults", config + data)?,
    }
    Ok(match (config_faults.is_empty(), data_faults.is_empty()) {
        (false, _) => ExitCode::from(EXIT_CONFIG),
        (true, false) => ExitCode::FAILURE,
        (true, true) => ExitCode::SUCCESS,
    })
}

/// The catalogue of a folder, or the program's own.
fn catalogue(dashboards: Option<&Path>, faults: &mut Vec<String>) {
    let read = match dashboards {
        None => Catalogue::embedded().map(|_| ()).map_err(|error| error.to_string()),
        Some(folder) => of_folder(folder).unwrap_or_else(|error| Err(format!("{error:#}"))),
    };
    faults.extend(read.err().iter().flat_map(|text| text.lines()).map(str::to_owned));
}

fn of_folder(folder: &Path) -> anyhow::Result<Result<(), String>> {
    let (kpis, targets) = (text_of(&folder.join("kpis.toml"))?, text_of(&folder.join("targets.toml"))?);
    let boards = files_of(&folder.join("boards"))?;
    let boards: Vec<SourceFile<'_>> = boards.iter().map(source).collect();
    let mut faults: Vec<String> = Vec::new();
    faults.extend(Catalogue::read(source(&kpis), source(&targets), &boards).err().map(|error| error.to_string()));
    // Without them the program's own hold.
    if folder.join("periods.toml").exists() {
        let periods = text_of(&folder.join("periods.toml"))?;
        let forms = files_of(&folder.join("forms"))?;
        let forms: Vec<SourceFile<'_>> = forms.iter().map(source).collect();
        faults.extend(Reporting::read(source(&periods), &forms).err().map(|error| error.to_string()));
    }
    Ok(if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) })
}

fn source((name, text): &(String, String)) -> SourceFile<'_> {
    SourceFile { name, text }
}

/// The TOML files of a folder, by name.
fn files_of(folder: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("can't read {}", folder.display()))?;
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut paths: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|ending| ending == "toml")).collect();
    paths.sort();
    paths.iter().map(|path| text_of(path)).collect()
}

/// A file's name and text.
fn text_of(path: &Path) -> anyhow::Result<(String, String)> {
    let text = std::fs::read_to_string(path).with_context(|| format!("can't read {}", path.display()))?;
    Ok((path.display().to_string(), text))
}

fn units(list: &Path, faults: &mut Vec<String>) {
    let name = list.display();
    let body = match std::fs::read(list) {
        Ok(body) => body,
        Err(error) => return faults.push(format!("{name}: can't be read: {error}")),
    };
    // Any instant: it is that of the loading, which is not now.
    match read_units(&body, Some(super::units::content_type(list)), NO_INSTANT, &Limits::default()) {
        Err(error) => faults.push(format!("{name}: {error}")),
        Ok(batch) => {
            let unfit = check_units(&batch.units, &[]);
            let line = |rejection: &Rejection| {
                let column = rejection.pointer.trim_start_matches('/');
                format!("{name}:{}: {column}: {}: {}", rejection.line, rejection.code, rejection.reason)
            };
            faults.extend(batch.rejections.iter().chain(&unfit).map(line));
        }
    }
}
