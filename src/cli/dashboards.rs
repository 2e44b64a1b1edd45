//! `opcentre dashboards export`: the catalogue that the program carries, as files to begin with.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, ensure};

use crate::kpi::Catalogue;

/// What is done with the program's own dashboards.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum DashboardsCommand {
    /// Write them into a folder that has none of them, for `dashboards_dir`
    Export {
        /// The folder; made when there is none
        dir: PathBuf,
    },
}

/// Runs the command and reports to `out`.
///
/// # Errors
/// When a file is there already, so that nothing is written over, or one can't be written.
pub fn run(command: &DashboardsCommand, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let DashboardsCommand::Export { dir } = command;
    let files = Catalogue::files();
    let there = files.iter().find(|(name, _)| dir.join(name).exists());
    ensure!(
        there.is_none(),
        "{} is there already: name another folder",
        shown(dir, there.map_or("", |(name, _)| name))
    );
    for (name, text) in &files {
        write(&dir.join(name), text).with_context(|| format!("{} can't be written", shown(dir, name)))?;
    }
    writeln!(out, "{} files in {}: edit them and serve with `dashboards_dir`", files.len(), dir.display())?;
    Ok(ExitCode::SUCCESS)
}

fn shown(dir: &Path, name: &str) -> String {
    dir.join(name).display().to_string()
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(text.as_bytes())
}
