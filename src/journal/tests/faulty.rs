//! A disk in memory that forgets what wasn't synced, and fails when told to.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, MutexGuard};

use crate::journal::{Disk, DiskFile};

const SECTOR_BYTES: usize = 512;

/// Handles share the disk; `killed` and `power_lost` give a disk that the former process can't reach any more.
#[derive(Clone, Default)]
pub(super) struct FaultyDisk {
    state: Arc<Mutex<State>>,
    /// If set, every sync of a file first waits for a message here.
    gate: Arc<Mutex<Option<Receiver<()>>>>,
}

#[derive(Clone, Default)]
struct State {
    files: Vec<Content>,
    /// Names as the process sees them, and as they are on the medium.
    names: BTreeMap<String, usize>,
    names_synced: BTreeMap<String, usize>,
    unsynced: Vec<NameChange>,
    faults: Faults,
    syncs: usize,
}

#[derive(Clone, Default)]
struct Content {
    now: Vec<u8>,
    synced: Vec<u8>,
}

#[derive(Clone)]
enum NameChange {
    Create(String, usize),
    Remove(String),
    Rename(String, String),
}

/// What is to fail. One-shot faults disarm themselves.
#[derive(Clone, Default)]
pub(super) struct Faults {
    /// The next write of a file stops after so many bytes with this error.
    pub(super) write: Option<(usize, ErrorKind)>,
    /// The next sync of a file fails.
    pub(super) sync: bool,
    /// The next sync of the directory fails.
    pub(super) sync_dir: bool,
    /// The next truncation fails.
    pub(super) truncate: bool,
    /// Room for this many bytes in all files together (lasts).
    pub(super) bytes_max: Option<usize>,
    /// No further file can be created (lasts).
    pub(super) no_new_files: bool,
}

fn fault(kind: ErrorKind) -> io::Error {
    io::Error::new(kind, "injected")
}

impl FaultyDisk {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub(super) fn inject(&self, change: impl FnOnce(&mut Faults)) {
        change(&mut self.lock().faults);
    }

    pub(super) fn gate_syncs(&self, gate: Receiver<()>) {
        *self.gate.lock().unwrap() = Some(gate);
    }

    /// How often a file was synced.
    pub(super) fn syncs(&self) -> usize {
        self.lock().syncs
    }

    /// The bytes of a file, to look at or to spoil (on the medium, too).
    pub(super) fn spoil<T>(&self, name: &str, change: impl FnOnce(&mut Vec<u8>) -> T) -> T {
        let mut state = self.lock();
        let file = state.names[name];
        let result = change(&mut state.files[file].now);
        state.files[file].synced = state.files[file].now.clone();
        result
    }

    pub(super) fn content(&self, name: &str) -> Vec<u8> {
        let state = self.lock();
        state.files[state.names[name]].now.clone()
    }

    /// The process was killed: the kernel still has everything, synced or not.
    pub(super) fn killed(&self) -> FaultyDisk {
        let state = State { faults: Faults::default(), ..self.lock().clone() };
        FaultyDisk { state: Arc::new(Mutex::new(state)), gate: Arc::default() }
    }

    /// The power went: of what wasn't synced any part may be there. `choose(n)` decides, giving a number below n.
    pub(super) fn power_lost(&self, mut choose: impl FnMut(usize) -> usize) -> FaultyDisk {
        let before = self.lock().clone();
        let mut names = before.names_synced;
        for change in before.unsynced {
            if choose(2) == 1 {
                apply(&mut names, &change);
            }
        }
        let files = before
            .files
            .into_iter()
            .map(|content| {
                let left = after_power_loss(content, &mut choose);
                Content { now: left.clone(), synced: left }
            })
            .collect();
        let state = State { files, names_synced: names.clone(), names, ..State::default() };
        FaultyDisk { state: Arc::new(Mutex::new(state)), gate: Arc::default() }
    }
}

fn apply(names: &mut BTreeMap<String, usize>, change: &NameChange) {
    match change {
        NameChange::Create(name, file) => {
            names.insert(name.clone(), *file);
        }
        NameChange::Remove(name) => {
            names.remove(name);
        }
        NameChange::Rename(from, to) => {
            if let Some(file) = names.remove(from) {
                names.insert(to.clone(), file);
            }
        }
    }
}

/// Of an unsynced extension any prefix is there, in which one sector may be missing; of another change all or nothing.
fn after_power_loss(content: Content, choose: &mut impl FnMut(usize) -> usize) -> Vec<u8> {
    let Content { now, synced } = content;
    if !now.starts_with(&synced) {
        return if choose(2) == 1 { now } else { synced };
    }
    let mut left = now;
    left.truncate(synced.len() + choose(left.len() - synced.len() + 1));
    if left.len() > synced.len() && choose(2) == 1 {
        let first = synced.len() / SECTOR_BYTES;
        let last = (left.len() - 1) / SECTOR_BYTES;
        let begin = (first + choose(last - first + 1)) * SECTOR_BYTES;
        let end = (begin + SECTOR_BYTES).min(left.len());
        left[begin.max(synced.len())..end].fill(0);
    }
    left
}

impl Disk for FaultyDisk {
    fn list(&self) -> io::Result<Vec<String>> {
        Ok(self.lock().names.keys().cloned().collect())
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn DiskFile>> {
        let mut state = self.lock();
        if state.faults.no_new_files {
            return Err(fault(ErrorKind::StorageFull));
        }
        if state.names.contains_key(name) {
            return Err(fault(ErrorKind::AlreadyExists));
        }
        let file = state.files.len();
        state.files.push(Content::default());
        state.change(NameChange::Create(name.to_owned(), file));
        Ok(Arc::new(FaultyFile { disk: self.clone(), file }))
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn DiskFile>> {
        let file = *self.lock().names.get(name).ok_or(fault(ErrorKind::NotFound))?;
        Ok(Arc::new(FaultyFile { disk: self.clone(), file }))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let mut state = self.lock();
        state.names.get(name).ok_or(fault(ErrorKind::NotFound))?;
        state.change(NameChange::Remove(name.to_owned()));
        Ok(())
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut state = self.lock();
        state.names.get(from).ok_or(fault(ErrorKind::NotFound))?;
        state.change(NameChange::Rename(from.to_owned(), to.to_owned()));
        Ok(())
    }

    fn sync_dir(&self) -> io::Result<()> {
        let mut state = self.lock();
        if std::mem::take(&mut state.faults.sync_dir) {
            return Err(fault(ErrorKind::Other));
        }
        state.names_synced = state.names.clone();
        state.unsynced.clear();
        Ok(())
    }
}

impl State {
    fn change(&mut self, change: NameChange) {
        apply(&mut self.names, &change);
        self.unsynced.push(change);
    }
}

struct FaultyFile {
    disk: FaultyDisk,
    file: usize,
}

impl DiskFile for FaultyFile {
    fn size(&self) -> io::Result<u64> {
        Ok(self.disk.lock().files[self.file].now.len() as u64)
    }

    fn read_exact_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        let state = self.disk.lock();
        let begin = offset as usize;
        let bytes = state.files[self.file].now.get(begin..begin + into.len());
        into.copy_from_slice(bytes.ok_or(fault(ErrorKind::UnexpectedEof))?);
        Ok(())
    }

    fn write_all_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.disk.lock();
        let state = &mut *state;
        let used: usize = state.names.values().map(|&file| state.files[file].now.len()).sum();
        let room = state.faults.bytes_max.map_or(usize::MAX, |bytes_max| bytes_max.saturating_sub(used));
        let (written, error) = match state.faults.write.take() {
            Some((written, kind)) => (written.min(bytes.len()), Some(kind)),
            None if bytes.len() > room => (room, Some(ErrorKind::StorageFull)),
            None => (bytes.len(), None),
        };
        let now = &mut state.files[self.file].now;
        let begin = offset as usize;
        now.resize(now.len().max(begin + written), 0);
        now[begin..begin + written].copy_from_slice(&bytes[..written]);
        error.map_or(Ok(()), |kind| Err(fault(kind)))
    }

    fn truncate(&self, size: u64) -> io::Result<()> {
        let mut state = self.disk.lock();
        if std::mem::take(&mut state.faults.truncate) {
            return Err(fault(ErrorKind::Other));
        }
        state.files[self.file].now.truncate(size as usize);
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        if let Some(gate) = &*self.disk.gate.lock().unwrap() {
            gate.recv().unwrap();
        }
        let mut state = self.disk.lock();
        state.syncs += 1;
        if std::mem::take(&mut state.faults.sync) {
            return Err(fault(ErrorKind::Other));
        }
        let content = &mut state.files[self.file];
        content.synced = content.now.clone();
        Ok(())
    }
}
