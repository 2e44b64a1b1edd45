//! The data directory: this node's id, the mark of a demo, the places of journal and database.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};

use crate::config::ConfigError;

/// An opened data directory.
#[derive(Clone, Debug)]
pub(super) struct DataDir {
    /// The directory itself.
    pub(super) path: PathBuf,
    /// A random id, made with the directory: every row carries it (S-3).
    pub(super) node: u64,
    /// Everything in it is made up, for good.
    pub(super) demo: bool,
}

impl DataDir {
    /// Opens the directory, making it if need be. A directory with data keeps its mark: a demo never becomes
    /// real, and real data never a demo. It keeps its time zone, since every figure's days are cut by it.
    pub(super) fn open(path: &Path, demo: bool, zone: &str) -> anyhow::Result<DataDir> {
        fs::create_dir_all(path).with_context(|| format!("can't make the data dir {}", path.display()))?;
        // The entry of the directory itself must outlive a power cut, or all that is synced in it goes with it.
        let above = path.canonicalize().ok().and_then(|path| path.parent().map(Path::to_owned));
        if let Some(above) = above.and_then(|above| fs::File::open(above).ok()) {
            above.sync_all().with_context(|| format!("can't sync the folder of {}", path.display()))?;
        }
        let node_file = path.join("node");
        let is_new = !node_file.exists();
        let demo_file = path.join("DEMO");
        if is_new {
            if demo {
                write_durably(&demo_file, "everything in this directory is made up\n")?;
            }
            write_durably(&path.join("timezone"), &format!("{zone}\n"))?;
            write_durably(&node_file, &format!("{:016x}\n", rand::random::<u64>()))?;
        }
        let node = fs::read_to_string(&node_file).with_context(|| format!("can't read {}", node_file.display()))?;
        let node = u64::from_str_radix(node.trim(), 16)
            .with_context(|| format!("{} holds no node id", node_file.display()))?;
        let made_for = fs::read_to_string(path.join("timezone")).context("the data dir has no file `timezone`")?;
        if made_for.trim() != zone {
            let (dir, made_for) = (path.display().to_string(), made_for.trim().to_owned());
            bail!(ConfigError::OtherZone { dir, made_for, wanted: zone.to_owned() });
        }
        let marked = demo_file.exists();
        ensure!(
            marked || !demo,
            "{} holds real data; the demo never writes to it: give it another --data-dir",
            path.display()
        );
        Ok(DataDir { path: path.to_owned(), node, demo: marked })
    }

    pub(super) fn journal(&self) -> PathBuf {
        self.path.join("journal")
    }

    pub(super) fn quarantine(&self) -> PathBuf {
        self.path.join("quarantine")
    }

    /// The store of small facts.
    pub(super) fn facts(&self) -> PathBuf {
        facts_in(&self.path)
    }

    /// The files of reports that were made by themselves.
    pub(super) fn reports(&self) -> PathBuf {
        self.path.join("reports")
    }

    pub(super) fn engine(&self) -> PathBuf {
        self.path.join("engine")
    }
}

/// Where a data dir keeps its small facts.
pub(super) fn facts_in(data_dir: &Path) -> PathBuf {
    data_dir.join("facts.redb")
}

fn write_durably(path: &Path, content: &str) -> anyhow::Result<()> {
    let write = || {
        let next = path.with_extension("next");
        let mut file = fs::File::create(&next)?;
        file.write_all(content.as_bytes())?;
        file.sync_all()?;
        fs::rename(&next, path)?;
        fs::File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
    };
    write().with_context(|| format!("can't write {}", path.display()))
}
