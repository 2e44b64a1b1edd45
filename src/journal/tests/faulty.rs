//! A disk in memory that forgets what wasn't synced, and fails when told to.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, MutexGuard};

use crate::journal::{Disk, DiskFile};

/// What survives a power loss or doesn't, by itself. Smaller than on any real medium: more can go wrong.
const SECTOR_BYTES: usize = 64;

/// What a process that can't reach the disk any more leaves to look at, before it dies.
type Witness = Box<dyn FnOnce() + Send>;

/// Handles share the disk; `killed` and `power_lost` give a disk that the former process can't reach any more.
#[derive(Clone, Default)]
pub(super) struct FaultyDisk {
    state: Arc<Mutex<State>>,
    /// If set, every sync of a file first waits for a message here.
    gate: Arc<Mutex<Option<Receiver<()>>>>,
    /// Called right before a planned death.
    witness: Arc<Mutex<Option<Witness>>>,
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
    planned: Option<Planned>,
    is_dead: bool,
    /// Changes tried since a planned fault that isn't lack of room.
    changes_after_fault: Option<usize>,
}

#[derive(Clone, Default)]
struct Content {
    now: Vec<u8>,
    synced: Vec<u8>,
    /// The content after each change since the last sync.
    since: Vec<Vec<u8>>,
}

/// What is to happen at one change of the disk (create, remove, rename, write, truncate, any sync), whichever it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Planned {
    /// How many changes go well before.
    pub(super) changes_before: usize,
    pub(super) what: What,
    /// If the change is a write: how many bytes of it are written.
    pub(super) written: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// The process ends: this change and all further ones fail.
    Death,
    /// An I/O error, once.
    Fault,
    /// No room, once; only for a change that takes room.
    NoRoom,
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

    /// Plans what is to happen, in place of what was planned before.
    pub(super) fn plan(&self, planned: Option<Planned>) {
        self.lock().planned = planned;
    }

    /// Has something looked at right before a planned death.
    pub(super) fn set_witness(&self, witness: impl FnOnce() + Send + 'static) {
        *self.witness.lock().unwrap() = Some(Box::new(witness));
    }

    /// How many changes were tried after a planned fault; None if there was none.
    pub(super) fn changes_after_fault(&self) -> Option<usize> {
        self.lock().changes_after_fault
    }

    /// Flips a bit on the medium and in the kernel.
    pub(super) fn flip(&self, name: &str, place: usize, bit: u8) {
        let mut state = self.lock();
        let file = state.names[name];
        let content = &mut state.files[file];
        for version in content.since.iter_mut().chain([&mut content.now, &mut content.synced]) {
            if let Some(byte) = version.get_mut(place) {
                *byte ^= 1 << bit;
            }
        }
    }

    /// Told of every change before it is made: how much of it is made if it fails, and how.
    fn meet(&self, takes_room: bool) -> Option<(usize, io::Error)> {
        let mut state = self.lock();
        if let Some(changes) = &mut state.changes_after_fault {
            *changes += 1;
        }
        if state.is_dead {
            return Some((0, fault(ErrorKind::Other)));
        }
        let planned = state.planned.as_mut()?;
        if planned.changes_before > 0 {
            planned.changes_before -= 1;
            return None;
        }
        let Planned { what, written, .. } = state.planned.take()?;
        match what {
            What::NoRoom => takes_room.then(|| (written, fault(ErrorKind::StorageFull))),
            What::Fault => {
                state.changes_after_fault = Some(0);
                Some((written, fault(ErrorKind::Other)))
            }
            What::Death => {
                state.is_dead = true;
                drop(state);
                if let Some(witness) = self.witness.lock().unwrap().take() {
                    witness();
                }
                Some((written, fault(ErrorKind::Other)))
            }
        }
    }

    fn meet_whole(&self, takes_room: bool) -> io::Result<()> {
        self.meet(takes_room).map_or(Ok(()), |(_, error)| Err(error))
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
        state.files[file].sync();
        result
    }

    pub(super) fn content(&self, name: &str) -> Vec<u8> {
        let state = self.lock();
        state.files[state.names[name]].now.clone()
    }

    /// The process was killed: the kernel still has everything, synced or not.
    pub(super) fn killed(&self) -> FaultyDisk {
        let state = State {
            faults: Faults::default(),
            planned: None,
            is_dead: false,
            changes_after_fault: None,
            ..self.lock().clone()
        };
        FaultyDisk { state: Arc::new(Mutex::new(state)), ..FaultyDisk::default() }
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
                let left = after_power_loss(&content, &mut choose);
                Content { now: left.clone(), synced: left, since: Vec::new() }
            })
            .collect();
        let state = State { files, names_synced: names.clone(), names, ..State::default() };
        FaultyDisk { state: Arc::new(Mutex::new(state)), ..FaultyDisk::default() }
    }
}

impl Content {
    fn sync(&mut self) {
        self.synced = self.now.clone();
        self.since.clear();
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

/// Any length there was since the last sync or between; each sector as it was at any time since then, or nothing of it
/// but what was synced. A choice of 0 is the least length and the newest content.
fn after_power_loss(content: &Content, choose: &mut impl FnMut(usize) -> usize) -> Vec<u8> {
    let Content { synced, since, .. } = content;
    let lengths = since.iter().chain([synced]).map(Vec::len);
    let (least, most) = lengths.fold((usize::MAX, 0), |(least, most), length| (least.min(length), most.max(length)));
    let more = if most > least { choose(most - least + 1) } else { 0 };
    let mut left = vec![0; least + more];
    for begin in (0..left.len()).step_by(SECTOR_BYTES) {
        let end = (begin + SECTOR_BYTES).min(left.len());
        let sector = &mut left[begin..end];
        copy_part(sector, synced, begin);
        let choice = if since.is_empty() { 0 } else { choose(since.len() + 1) };
        if let Some(newest_first) = since.len().checked_sub(1 + choice) {
            copy_part(sector, &since[newest_first], begin);
        }
    }
    left
}

/// As much of `into` as `from` holds at this place.
fn copy_part(into: &mut [u8], from: &[u8], begin: usize) {
    let part = &from[begin.min(from.len())..(begin + into.len()).min(from.len())];
    into[..part.len()].copy_from_slice(part);
}

impl Disk for FaultyDisk {
    fn list(&self) -> io::Result<Vec<String>> {
        Ok(self.lock().names.keys().cloned().collect())
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn DiskFile>> {
        self.meet_whole(true)?;
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
        self.meet_whole(false)?;
        let mut state = self.lock();
        state.names.get(name).ok_or(fault(ErrorKind::NotFound))?;
        state.change(NameChange::Remove(name.to_owned()));
        Ok(())
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.meet_whole(false)?;
        let mut state = self.lock();
        state.names.get(from).ok_or(fault(ErrorKind::NotFound))?;
        state.change(NameChange::Rename(from.to_owned(), to.to_owned()));
        Ok(())
    }

    fn sync_dir(&self) -> io::Result<()> {
        self.meet_whole(false)?;
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
        let met = self.disk.meet(true);
        let mut state = self.disk.lock();
        let state = &mut *state;
        let used: usize = state.names.values().map(|&file| state.files[file].now.len()).sum();
        let room = state.faults.bytes_max.map_or(usize::MAX, |bytes_max| bytes_max.saturating_sub(used));
        let told = state.faults.write.take().map(|(written, kind)| (written, fault(kind)));
        let (written, error) = match met.or(told) {
            Some((written, error)) => (written.min(bytes.len()), Some(error)),
            None if bytes.len() > room => (room, Some(fault(ErrorKind::StorageFull))),
            None => (bytes.len(), None),
        };
        let Content { now, since, .. } = &mut state.files[self.file];
        let begin = offset as usize;
        now.resize(now.len().max(begin + written), 0);
        now[begin..begin + written].copy_from_slice(&bytes[..written]);
        since.push(now.clone());
        error.map_or(Ok(()), Err)
    }

    fn truncate(&self, size: u64) -> io::Result<()> {
        self.disk.meet_whole(false)?;
        let mut state = self.disk.lock();
        if std::mem::take(&mut state.faults.truncate) {
            return Err(fault(ErrorKind::Other));
        }
        let Content { now, since, .. } = &mut state.files[self.file];
        now.resize(size as usize, 0);
        since.push(now.clone());
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        self.disk.meet_whole(false)?;
        if let Some(gate) = &*self.disk.gate.lock().unwrap() {
            gate.recv().unwrap();
        }
        let mut state = self.disk.lock();
        state.syncs += 1;
        if std::mem::take(&mut state.faults.sync) {
            return Err(fault(ErrorKind::Other));
        }
        state.files[self.file].sync();
        Ok(())
    }
}
