//! Which release of chDB wrote a data folder: a newer program opens older data, an older one never newer data.
//!
//! ClickHouse reads what earlier releases wrote, not what later ones did; it would notice at best when a part with a
//! format of tomorrow is read. So the folder holds the release of whoever opened it last, written before it is opened.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use super::library::LIBRARY_RELEASE;

/// In the data folder, beside what ClickHouse puts there.
const FILE: &str = "opcentre-release";

/// Why a data folder isn't opened.
#[derive(Debug, thiserror::Error)]
pub enum ReleaseError {
    /// Written by a later release.
    #[error(
        "data folder {dir} was written by chDB {written}, this program has {LIBRARY_RELEASE}, which is older and could \
         misread it: run the newer program, or give another data dir"
    )]
    Newer {
        /// The folder.
        dir: String,
        /// The release that wrote it.
        written: String,
    },
    /// The mark can't be read or written.
    #[error("data folder {dir}: its file {FILE} can't be read or written")]
    Disk {
        /// The folder.
        dir: String,
        /// The reason.
        source: io::Error,
    },
}

/// Refuses a folder that a later release wrote. Nothing is changed.
///
/// # Errors
/// [`ReleaseError::Newer`]; a mark that no program of ours wrote counts as one of tomorrow.
pub fn refuse_newer(data_dir: &Path) -> Result<(), ReleaseError> {
    match written(data_dir)? {
        Some(written) if is_newer(&written, LIBRARY_RELEASE) => {
            Err(ReleaseError::Newer { dir: data_dir.display().to_string(), written })
        }
        _ => Ok(()),
    }
}

/// The same, and marks the folder as ours from now on; older data are noted in the log.
pub(super) fn take_over(data_dir: &Path) -> Result<(), ReleaseError> {
    refuse_newer(data_dir)?;
    let before = written(data_dir)?;
    if before.as_deref() == Some(LIBRARY_RELEASE) {
        return Ok(());
    }
    if let Some(before) = before {
        tracing::warn!(
            engine.before = before,
            engine.release = LIBRARY_RELEASE,
            "the data folder is taken over from an older release: the older program can't open it any more"
        );
    }
    write(data_dir).map_err(|source| ReleaseError::Disk { dir: data_dir.display().to_string(), source })
}

fn written(data_dir: &Path) -> Result<Option<String>, ReleaseError> {
    match fs::read_to_string(data_dir.join(FILE)) {
        Ok(text) => Ok(Some(text.trim().to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(ReleaseError::Disk { dir: data_dir.display().to_string(), source }),
    }
}

fn write(data_dir: &Path) -> io::Result<()> {
    let next = data_dir.join(format!("{FILE}.next"));
    let mut file = File::create(&next)?;
    writeln!(file, "{LIBRARY_RELEASE}")?;
    file.sync_all()?;
    fs::rename(&next, data_dir.join(FILE))?;
    File::open(data_dir)?.sync_all()
}

/// By numbers: 26.10 is newer than 26.7. What has none is of tomorrow.
fn is_newer(written: &str, ours: &str) -> bool {
    match (numbers(written), numbers(ours)) {
        (Some(written), Some(ours)) => written > ours,
        _ => true,
    }
}

/// `26.7.3-stable.1` is 26, 7, 3, 1.
fn numbers(release: &str) -> Option<Vec<u32>> {
    let parts = release.split(['.', '-']).filter(|part| part.starts_with(|c: char| c.is_ascii_digit()));
    let numbers: Vec<u32> = parts.map(str::parse).collect::<Result<_, _>>().ok()?;
    (numbers.len() >= 2).then_some(numbers)
}

#[cfg(test)]
mod tests;
