//! The one I/O trait, and the real disk: a directory with a lock file.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Error;

const LOCK_FILE: &str = "lock";

/// A flat directory of files, as much of one as the journal needs. Names are plain file names.
///
/// What was created, removed or renamed is safe only after `sync_dir`; what was written only after the file's `sync`.
pub trait Disk: Send + Sync + 'static {
    /// Names of all files, in any order.
    fn list(&self) -> io::Result<Vec<String>>;
    /// Makes an empty file; fails if there is one of this name.
    fn create(&self, name: &str) -> io::Result<Arc<dyn DiskFile>>;
    /// Opens a file for reading and writing.
    fn open(&self, name: &str) -> io::Result<Arc<dyn DiskFile>>;
    /// Removes a file; those who have it open may go on reading.
    fn remove(&self, name: &str) -> io::Result<()>;
    /// Gives a file another name, at once and in place of the file that had it.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;
    /// Makes the directory's entries durable.
    fn sync_dir(&self) -> io::Result<()>;
}

/// An open file of a [`Disk`].
pub trait DiskFile: Send + Sync + 'static {
    /// Length in bytes.
    fn size(&self) -> io::Result<u64>;
    /// Fills `into` from `offset`; an error if the file ends before.
    fn read_exact_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()>;
    /// Writes all of `bytes` at `offset`; after an error any part of them may have been written.
    fn write_all_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()>;
    /// Cuts the file to `size` bytes, or fills it up to them with zeros.
    fn truncate(&self, size: u64) -> io::Result<()>;
    /// Makes content and length durable (fdatasync).
    fn sync(&self) -> io::Result<()>;
}

/// A directory of the file system, held by this process alone.
#[derive(Debug)]
pub struct RealDisk {
    dir: PathBuf,
    /// Locked while it is open.
    _lock: File,
}

impl RealDisk {
    /// Makes the directory if need be and takes its lock.
    ///
    /// # Errors
    /// [`Error::Locked`] if another process (or another `RealDisk` of this one) has it, [`Error::Disk`] otherwise.
    pub fn open(dir: &Path) -> Result<RealDisk, Error> {
        let fault = |doing, source| Error::Disk { doing, file: dir.display().to_string(), source };
        create_dir_durably(dir).map_err(|source| fault("create directory", source))?;
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(dir.join(LOCK_FILE))
            .map_err(|source| fault("open the lock of", source))?;
        match lock.try_lock() {
            Ok(()) => Ok(RealDisk { dir: dir.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(Error::Locked { dir: dir.to_owned() }),
            Err(TryLockError::Error(source)) => Err(fault("lock", source)),
        }
    }
}

/// A synced file in a directory whose own name isn't synced would be lost with it.
fn create_dir_durably(dir: &Path) -> io::Result<()> {
    let missing: Vec<&Path> =
        dir.ancestors().take_while(|path| !path.as_os_str().is_empty() && !path.exists()).collect();
    fs::create_dir_all(dir)?;
    for made in missing {
        let parent = made.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(parent)?.sync_all()?;
    }
    Ok(())
}

impl Disk for RealDisk {
    fn list(&self) -> io::Result<Vec<String>> {
        // A name that isn't UTF-8 isn't one of ours.
        fs::read_dir(&self.dir)?
            .filter_map(|entry| entry.map(|entry| entry.file_name().into_string().ok()).transpose())
            .collect()
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn DiskFile>> {
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(self.dir.join(name))?;
        Ok(Arc::new(file))
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn DiskFile>> {
        let file = OpenOptions::new().read(true).write(true).open(self.dir.join(name))?;
        Ok(Arc::new(file))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.dir.join(name))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.dir.join(from), self.dir.join(to))
    }

    fn sync_dir(&self) -> io::Result<()> {
        File::open(&self.dir)?.sync_all()
    }
}

impl DiskFile for File {
    fn size(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn read_exact_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        FileExt::read_exact_at(self, into, offset)
    }

    fn write_all_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        FileExt::write_all_at(self, bytes, offset)
    }

    fn truncate(&self, size: u64) -> io::Result<()> {
        self.set_len(size)
    }

    fn sync(&self) -> io::Result<()> {
        self.sync_data()
    }
}
