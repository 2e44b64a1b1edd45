//! Finding `libchdb.so` and making sure it is the pinned one before it is loaded.
//!
//! The loader doesn't check: a truncated file ends the process with SIGBUS. So length and SHA-256 come first. Hashing
//! half a gigabyte takes about a second, therefore a full check leaves a stamp beside the library
//! (`libchdb.so.checked`: digest, length, modification and change time, device and inode); as long as all of them
//! are the same the hash is taken as read. Whoever can write the stamp could replace the library beside it, so it
//! opens no new door; where the folder can't be written the hash is computed at every start.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// The pinned release of the npm package `@chdb/lib-linux-x64-gnu`.
pub const LIBRARY_RELEASE: &str = "26.7.3-stable.1";
/// Length of that release's `libchdb.so`, in bytes.
pub const LIBRARY_BYTES: u64 = 566_330_096;
/// SHA-256 of that release's `libchdb.so`.
pub const LIBRARY_SHA256: &str = "36ad4e999882821ef13cf2d0f52c93f48e6ee1b4498b35a201c23ce4b8d15bf5";

/// Why the library can't be trusted.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// Nothing there.
    #[error("{} is missing: run `make build`, it fetches it", path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// It can't be read.
    #[error("{} can't be read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// Cut short, or another release.
    #[error("{} has {found} bytes instead of {LIBRARY_BYTES}: remove it and run `make build`", path.display())]
    Length {
        /// The file.
        path: PathBuf,
        /// Its length, bytes.
        found: u64,
    },
    /// Right length, other content.
    #[error("{} has SHA-256 {found}, not that of release {LIBRARY_RELEASE}: remove it and run `make build`", path.display())]
    Digest {
        /// The file.
        path: PathBuf,
        /// Its digest.
        found: String,
    },
}

/// Why a library that was checked can't be used all the same.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The loader refuses it.
    #[error("{} can't be loaded", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// The loader's reason.
        source: libloading::Error,
    },
    /// It is not the release it should be.
    #[error("{} has no function {name}", path.display())]
    Symbol {
        /// The file.
        path: PathBuf,
        /// What was looked for.
        name: &'static str,
        /// The loader's reason.
        source: libloading::Error,
    },
}

/// Where `make build` puts the library: `$XDG_CACHE_HOME` or `$HOME/.cache`, then `opcentre/engine/RELEASE`.
pub fn default_library() -> PathBuf {
    let cache = std::env::var_os("XDG_CACHE_HOME")
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache")))
        .unwrap_or_default();
    cache.join("opcentre/engine").join(LIBRARY_RELEASE).join("libchdb.so")
}

/// Returns once the file at `path` is known to be the pinned release.
pub(super) fn check(path: &Path) -> Result<(), LibraryError> {
    let unreadable = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => LibraryError::Missing { path: path.to_owned() },
        _ => LibraryError::Read { path: path.to_owned(), source },
    };
    let mut file = File::open(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    if metadata.len() != LIBRARY_BYTES {
        return Err(LibraryError::Length { path: path.to_owned(), found: metadata.len() });
    }
    let stamp = stamp_of(&metadata);
    let stamp_path = path.with_added_extension("checked");
    if fs::read_to_string(&stamp_path).is_ok_and(|kept| kept == stamp) {
        return Ok(());
    }
    let found = digest(&mut file).map_err(unreadable)?;
    if found != LIBRARY_SHA256 {
        return Err(LibraryError::Digest { path: path.to_owned(), found });
    }
    if let Err(source) = keep(&stamp_path, &stamp) {
        tracing::debug!(error = %source, "the check of the engine's library is not remembered");
    }
    Ok(())
}

fn stamp_of(metadata: &fs::Metadata) -> String {
    format!(
        "{LIBRARY_SHA256} bytes={} modified={}.{} changed={}.{} device={} inode={}\n",
        metadata.len(),
        metadata.mtime(),
        metadata.mtime_nsec(),
        metadata.ctime(),
        metadata.ctime_nsec(),
        metadata.dev(),
        metadata.ino()
    )
}

fn digest(file: &mut File) -> io::Result<String> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect());
        }
        hasher.update(&buffer[..read]);
    }
}

/// Written beside and renamed, so that engines that start together see a whole stamp or none.
fn keep(stamp_path: &Path, stamp: &str) -> io::Result<()> {
    let temporary = stamp_path.with_added_extension(std::process::id().to_string());
    let mut file = File::create(&temporary)?;
    file.write_all(stamp.as_bytes())?;
    fs::rename(&temporary, stamp_path)
}
