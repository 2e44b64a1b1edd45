//! Journals spoilt in any way: a recovery and a reader end, sequences are in order, and nothing is made up.
#![no_main]

use std::collections::BTreeMap;
use std::io::{Error, ErrorKind, Result};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Waker};

use libfuzzer_sys::fuzz_target;
use opcentre::journal::{Disk, DiskFile, Journal, Options, Writer, open};

const OPTIONS: Options = Options {
    segment_bytes_max: 512,
    journal_bytes_max: 1 << 20,
    append_bytes_max: 512,
    queue_appends_max: 16,
    queue_bytes_max: 4096,
};

type Content = Arc<Mutex<Vec<u8>>>;

#[derive(Clone, Default)]
struct Memory(Arc<Mutex<BTreeMap<String, Content>>>);
struct MemoryFile(Content);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("one thread")
}

impl Disk for Memory {
    fn list(&self) -> Result<Vec<String>> {
        Ok(lock(&self.0).keys().cloned().collect())
    }
    fn create(&self, name: &str) -> Result<Arc<dyn DiskFile>> {
        let content = Content::default();
        match lock(&self.0).insert(name.to_owned(), content.clone()) {
            None => Ok(Arc::new(MemoryFile(content))),
            Some(_) => Err(ErrorKind::AlreadyExists.into()),
        }
    }
    fn open(&self, name: &str) -> Result<Arc<dyn DiskFile>> {
        let content = lock(&self.0).get(name).cloned().ok_or(Error::from(ErrorKind::NotFound))?;
        Ok(Arc::new(MemoryFile(content)))
    }
    fn remove(&self, name: &str) -> Result<()> {
        lock(&self.0).remove(name);
        Ok(())
    }
    fn rename(&self, from: &str, to: &str) -> Result<()> {
        let content = lock(&self.0).remove(from).ok_or(Error::from(ErrorKind::NotFound))?;
        lock(&self.0).insert(to.to_owned(), content);
        Ok(())
    }
    fn sync_dir(&self) -> Result<()> {
        Ok(())
    }
}

impl DiskFile for MemoryFile {
    fn size(&self) -> Result<u64> {
        Ok(lock(&self.0).len() as u64)
    }
    fn read_exact_at(&self, offset: u64, into: &mut [u8]) -> Result<()> {
        let content = lock(&self.0);
        let part = content.get(offset as usize..offset as usize + into.len());
        into.copy_from_slice(part.ok_or(Error::from(ErrorKind::UnexpectedEof))?);
        Ok(())
    }
    fn write_all_at(&self, offset: u64, bytes: &[u8]) -> Result<()> {
        let mut content = lock(&self.0);
        let end = offset as usize + bytes.len();
        let length = content.len().max(end);
        content.resize(length, 0);
        content[offset as usize..end].copy_from_slice(bytes);
        Ok(())
    }
    fn truncate(&self, size: u64) -> Result<()> {
        lock(&self.0).resize(size as usize, 0);
        Ok(())
    }
    fn sync(&self) -> Result<()> {
        Ok(())
    }
}

/// Appends and closes; the number of records that were taken.
fn append(journal: &Journal, writer: Writer, sizes: &[u8]) -> u64 {
    let mut taken = 0;
    let mut waiting = Vec::new();
    for size in sizes.iter().take(OPTIONS.queue_appends_max) {
        let payloads = vec![vec![*size; usize::from(*size)].into(); 1 + usize::from(size % 3)];
        let journal = journal.clone();
        waiting.push(Box::pin(async move { journal.append(payloads, i64::from(*size)).await }));
    }
    let mut context = Context::from_waker(Waker::noop());
    waiting.retain_mut(|append| append.as_mut().poll(&mut context).is_pending());
    journal.close();
    writer.run().expect("memory never fails");
    for append in waiting {
        if let std::task::Poll::Ready(Ok(appended)) = pin!(append).poll(&mut context) {
            taken += appended.records;
        }
    }
    taken
}

/// Reads everything: in order, each sequence a record or in a gap.
fn read(journal: &Journal) -> usize {
    let usage = journal.usage();
    let mut reader = journal.reader(usage.first_seq - 1);
    let mut next = usage.first_seq;
    let mut records = 0;
    loop {
        let batch = reader.next(7, 300).expect("memory never fails");
        if batch.is_empty() {
            assert_eq!(next, usage.last_seq + 1, "J-2: the reader came to the end");
            return records;
        }
        let mut seqs: Vec<u64> = batch.records.iter().map(|record| record.seq).collect();
        seqs.extend(batch.gaps.iter().flat_map(|gap| gap.first_seq..=gap.last_seq));
        seqs.sort_unstable();
        for seq in seqs {
            assert_eq!(seq, next, "J-2: dense");
            next += 1;
        }
        for record in batch.records {
            assert!(record.payload.iter().all(|byte| usize::from(*byte) == record.payload.len()), "J-4: made up");
            records += 1;
        }
    }
}

/// Cuts, flips, doubles or fills a part of a segment.
fn spoil(memory: &Memory, step: &[u8]) {
    let files: Vec<Content> = lock(&memory.0).values().cloned().collect();
    let mut content = lock(&files[usize::from(step[0]) % files.len()]);
    let place = usize::from(u16::from_le_bytes([step[1], step[2]])) % (content.len() + 1);
    let end = (place + usize::from(step[4])).min(content.len());
    match step[3] % 5 {
        0 => content.truncate(place),
        1 if place < content.len() => content[place] ^= step[4],
        2 => content[place..end].fill(0),
        3 => {
            let part = content[place..end].to_vec();
            content.extend(part);
        }
        _ => {
            content.drain(place..end);
        }
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((&count, rest)) = data.split_first() else { return };
    let (sizes, mut rest) = rest.split_at(usize::from(count % 16).min(rest.len()));
    let memory = Memory::default();
    let mut last_seq = 0;
    loop {
        let (journal, writer, recovery) = open(Arc::new(memory.clone()), OPTIONS, last_seq, 7).expect("it opens");
        assert!(recovery.last_seq >= last_seq, "J-2");
        read(&journal);
        let taken = append(&journal, writer, sizes);
        last_seq = journal.usage().last_seq;
        assert_eq!(last_seq, recovery.last_seq + taken, "J-2");
        assert!(read(&journal) as u64 >= taken, "J-1");
        if rest.len() < 5 {
            return;
        }
        let (step, behind) = rest.split_at(5);
        spoil(&memory, step);
        rest = behind;
    }
});
