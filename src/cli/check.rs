//! `opcentre check`: every fault of configuration, catalogue, boards, lists of units and calendars, and no port opened.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::config::{ConfigError, Settings, example};
use crate::ingest::{Limits, Rejection, check_units, read_units};
use crate::kpi::{Catalogue, Fault};
use crate::model::Instant;
use crate::pipeline::catalogues::read_folder;
use crate::serve::portal_of;

mod calendar;

use super::serve::{EXIT_CONFIG, read};

/// The instant given to what must bear one and isn't kept.
const NO_INSTANT: Instant = Instant(0);

/// Looks for faults; exit code 0 when there are none, 64 when the configuration has some, else 1.
#[derive(Debug, clap::Args)]
pub struct CheckArgs {
    /// Configuration file (TOML).
    #[arg(long, env = "OPCENTRE_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Folder with kpis.toml, targets.toml and boards/*.toml (and periods.toml with
    /// forms/*.toml, adapters/dvcqg.toml), instead of those of the
    /// configuration.
    #[arg(long, value_name = "DIR")]
    pub dashboards: Option<PathBuf>,
    /// A list of units (CSV, NDJSON or JSON); can be given more than once.
    #[arg(long, value_name = "FILE")]
    pub units: Vec<PathBuf>,
    /// A calendar (CSV, NDJSON or JSON), instead of those in the program; can be given more than once. That next year's
    /// holidays are missing is a warning.
    #[arg(long, value_name = "FILE")]
    pub calendar: Vec<PathBuf>,
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
pub fn run(args: CheckArgs, now: Instant, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    if args.print_default {
        write!(out, "{}", example())?;
        return Ok(ExitCode::SUCCESS);
    }
    let (mut configured, mut destinations) = (None, None);
    let config_faults = match read(args.config.as_deref(), args.settings) {
        Ok(config) => {
            configured = config.dashboards_dir;
            destinations = Some(config.deliveries.into_keys().collect::<BTreeSet<_>>());
            Vec::new()
        }
        Err(error) => match error.downcast::<ConfigError>() {
            Ok(ConfigError::Faults(faults)) => faults.iter().map(ToString::to_string).collect(),
            Ok(other) => vec![other.to_string()],
            Err(other) => vec![format!("{other:#}")],
        },
    };
    let mut data_faults = Vec::new();
    catalogue(args.dashboards.or(configured).as_deref(), destinations.as_ref(), &mut data_faults);
    for list in &args.units {
        units(list, &mut data_faults);
    }
    let warning = calendar::check(&args.calendar, now, &mut data_faults);
    for fault in config_faults.iter().chain(&data_faults) {
        writeln!(out, "{fault}")?;
    }
    if let Some(warning) = warning {
        writeln!(out, "warning: {warning}")?;
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
fn catalogue(dashboards: Option<&Path>, destinations: Option<&BTreeSet<String>>, faults: &mut Vec<String>) {
    let read = match dashboards {
        None => Catalogue::embedded(),
        Some(folder) => read_folder(folder),
    };
    let told = |fault: &Fault| match dashboards {
        None => fault.to_string(),
        Some(folder) => format!("{}/{fault}", folder.display().to_string().trim_end_matches('/')),
    };
    let portal = portal_of(dashboards);
    if let (Ok(catalogue), Some(known)) = (&read, destinations) {
        let unknown = catalogue.alerts().destinations().into_iter().filter(|(name, _)| !known.contains(*name));
        let told = |(name, rule)| format!("alerts.toml: alert {rule} is to be sent to {name}, which isn't configured");
        faults.extend(unknown.map(told));
        let unknown = catalogue.report_addressees().filter(|to| !known.contains(&to.name));
        faults.extend(unknown.map(|to| format!("{}: `{}` isn't configured as a destination", to.place, to.name)));
    }
    faults.extend(read.err().iter().chain(portal.err().iter()).flat_map(|error| &error.0).map(told));
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
            faults.extend(batch.rejections.iter().chain(&unfit).map(|rejection| in_words(&name, rejection)));
        }
    }
}

/// A refused row of a file: file, line, column, what must be.
fn in_words(file: &impl std::fmt::Display, rejection: &Rejection) -> String {
    let column = rejection.pointer.trim_start_matches('/');
    format!("{file}:{}: {column}: {}: {}", rejection.line, rejection.code, rejection.reason)
}
