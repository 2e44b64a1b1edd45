//! A model beside the journal: random appends, damage, prunes and cursor moves, with a crash or a fault at any change of
//! the disk. What must be found afterwards is reckoned in `expected` and must be found exactly.

mod actions;
mod expected;

use std::sync::Mutex;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::faulty::{Planned, What};
use super::*;
use crate::journal::record::Place;
use crate::journal::{Cursor, segment};
use actions::{Action, Step, actions, chooser};
use expected::{Expected, Files, Frame, Standing, all_of, files};

/// Some runs use the whole budget up.
const OPTIONS: Options = Options { journal_bytes_max: 3072, ..SMALL };

struct Model {
    disk: FaultyDisk,
    world: World,
    /// Everything that may be on the disk, in no order.
    frames: Vec<Frame>,
    /// The last sequence given, and the length and newest time of each segment.
    last_seq: u64,
    segments: std::collections::BTreeMap<u64, (u64, i64)>,
    /// Every segment there ever was, to tell which ones a prune took.
    names: std::collections::BTreeSet<u64>,
    cursor: Cursor,
    /// Whether any bit was ever flipped.
    is_flipped: bool,
    now_ms: i64,
    /// Receiving time of what is appended: the clock goes forth and is set back.
    at_ms: i64,
    payloads_made: u64,
    /// A reader that follows, and the last sequence it was given.
    reader: Reader,
    reader_seq: u64,
}

impl Model {
    fn new() -> Model {
        let disk = FaultyDisk::default();
        let world = World::open(&disk, OPTIONS);
        let reader = world.journal.reader(0);
        Model {
            disk,
            world,
            frames: vec![],
            last_seq: 0,
            segments: [(1, (0, i64::MIN))].into(),
            names: [1].into(),
            cursor: Cursor { seq: 0, at_ms: 0 },
            is_flipped: false,
            now_ms: NOW_MS,
            at_ms: NOW_MS,
            payloads_made: 0,
            reader,
            reader_seq: 0,
        }
    }

    fn act(&mut self, action: Action) {
        let Action { step, planned, seed, power_goes } = action;
        let seen: Arc<Mutex<Vec<Record>>> = Arc::default();
        let (journal, seen_there) = (self.world.journal.clone(), seen.clone());
        self.disk.set_witness(move || {
            let mut reader = journal.reader(journal.usage().first_seq - 1);
            *seen_there.lock().unwrap() = read_on(&mut reader).0;
        });
        self.disk.plan(planned);
        let is_reopened = matches!(step, Step::Reopen);
        let goes_on = match step {
            Step::Append(appends) => self.append(appends, planned),
            Step::MoveCursor(share) => self.move_cursor(share),
            Step::Prune(passed_ms) => self.prune(passed_ms),
            Step::Flip(place, bit) => self.flip(place, bit),
            Step::Reopen => false,
        };
        if goes_on {
            self.disk.plan(None);
        } else {
            let seen = std::mem::take(&mut *seen.lock().unwrap());
            self.reopen(is_reopened.then_some(planned).flatten(), seed, power_goes, &seen);
        }
        self.check();
    }

    /// J-1, J-2, J-6, J-7. False when the process must end.
    fn append(&mut self, appends: Vec<Vec<usize>>, planned: Option<Planned>) -> bool {
        self.at_ms = self.now_ms - (self.payloads_made % 3) as i64 * HOUR_MS / 2;
        let before: u64 = files(&self.disk).values().map(|bytes| bytes.len() as u64).sum();
        let queued: Vec<(Vec<Bytes>, Answer)> = appends.iter().map(|sizes| self.queue(sizes)).collect();
        let wanted: u64 = queued.iter().map(|(payloads, _)| frame_bytes(payloads)).sum();
        let ended = self.world.turn();
        assert!(ended.is_ok() || self.disk.changes_after_fault().unwrap_or(0) == 0, "J-7: it went on after a fault");
        let mut unsure = Vec::new();
        for (payloads, mut answer) in queued {
            match answer.as_mut().now_or_never() {
                Some(Ok(appended)) => {
                    assert_eq!(unsure.len(), 0, "a later one is taken before an earlier one is answered");
                    assert_eq!(appended.records, payloads.len() as u64);
                    assert_eq!(appended.seqs().start, self.last_seq + 1, "J-2: dense and never given twice");
                    self.acknowledge(payloads);
                }
                Some(Err(AppendError::Full { bytes_used, bytes_max, bytes_wanted })) => {
                    assert_eq!((bytes_max, bytes_wanted), (OPTIONS.journal_bytes_max, frame_bytes(&payloads)));
                    assert!(bytes_used + bytes_wanted > bytes_max && bytes_used >= before, "J-6: there was room");
                    assert!(before + wanted > bytes_max, "J-6: there was room for all");
                }
                Some(Err(AppendError::DiskFull { .. })) => {
                    assert_eq!(planned.map(|planned| planned.what), Some(What::NoRoom), "J-6: the disk had room");
                    self.refuse(payloads);
                }
                None | Some(Err(AppendError::Failed)) => unsure.push(payloads),
                Some(Err(other)) => panic!("{other:?}"),
            }
        }
        assert!(ended.is_err() || unsure.is_empty(), "J-1: an append without an answer");
        self.never_answered(unsure);
        let used: u64 = self.segments.values().map(|(bytes, _)| bytes).sum();
        assert!(used <= OPTIONS.journal_bytes_max, "J-6: {used} bytes used");
        ended.is_ok()
    }

    fn queue(&mut self, sizes: &[usize]) -> (Vec<Bytes>, Answer) {
        self.payloads_made += 1;
        let mark = self.payloads_made.to_le_bytes();
        let payloads: Vec<Vec<u8>> =
            sizes.iter().map(|&size| mark.iter().copied().cycle().take(size).collect()).collect();
        let slices: Vec<&[u8]> = payloads.iter().map(Vec::as_slice).collect();
        let answer = self.world.queue(&slices, self.at_ms);
        (payloads.into_iter().map(Bytes::from).collect(), answer)
    }

    /// The segment and length where the next frame belongs; a new segment as soon as there is one of this name.
    fn end(&mut self, bytes: u64) -> Place {
        let (&segment, &(length, _)) = self.segments.last_key_value().expect("a segment");
        if length > 0 && length + bytes > OPTIONS.segment_bytes_max {
            self.segments.insert(self.last_seq + 1, (0, i64::MIN));
            return Place { segment: self.last_seq + 1, offset: 0 };
        }
        Place { segment, offset: length }
    }

    fn acknowledge(&mut self, payloads: Vec<Bytes>) {
        // What was refused before lies under this one, or was cut off behind it.
        self.frames.retain(|frame| frame.standing != Standing::Sent);
        let place = self.end(frame_bytes(&payloads));
        let frame = Frame::new(place, self.last_seq + 1, self.at_ms, payloads, Standing::Safe);
        self.segments.insert(place.segment, (frame.end(), self.newest(place.segment).max(self.at_ms)));
        self.last_seq = frame.end_seq() - 1;
        self.frames.push(frame);
    }

    fn newest(&self, segment: u64) -> i64 {
        self.segments.get(&segment).map_or(i64::MIN, |(_, newest)| *newest)
    }

    /// Refused for want of room and cut off again: it may be there after a crash, behind others refused with it.
    fn refuse(&mut self, payloads: Vec<Bytes>) {
        let segment = *files(&self.disk).range(..=self.last_seq + 1).next_back().expect("a segment").0;
        let offset = self.segments.get(&segment).map_or(0, |(length, _)| *length);
        let mut places = vec![(offset, self.last_seq + 1)];
        let sent = self.frames.iter().filter(|frame| frame.standing == Standing::Sent);
        places.extend(sent.map(|frame| (frame.end(), frame.end_seq())));
        for (offset, first_seq) in places {
            let place = Place { segment, offset };
            self.frames.push(Frame::new(place, first_seq, self.at_ms, payloads.clone(), Standing::Sent));
        }
        // The roll is done even if nothing was written to the new segment.
        self.segments.entry(segment).or_insert((0, i64::MIN));
    }

    /// The process ended before it could answer these; all of them belong to one group.
    fn never_answered(&mut self, unsure: Vec<Vec<Bytes>>) {
        let segment = *files(&self.disk).range(..=self.last_seq + 1).next_back().expect("a segment").0;
        let mut offset = self.segments.get(&segment).map_or(0, |(length, _)| *length);
        let mut first_seq = self.last_seq + 1;
        for payloads in unsure {
            let frame = Frame::new(Place { segment, offset }, first_seq, self.at_ms, payloads, Standing::Sent);
            (offset, first_seq) = (frame.end(), frame.end_seq());
            self.frames.push(frame);
        }
    }

    /// After a crash in the middle it is the former cursor or the new one.
    fn move_cursor(&mut self, share: u8) -> bool {
        let span = self.last_seq - self.cursor.seq;
        let seq = self.cursor.seq + span * u64::from(share) / 255;
        let wanted = Cursor { seq, at_ms: self.now_ms };
        let stored = wanted.store(&self.disk);
        if stored.is_ok() {
            self.cursor = wanted;
        }
        stored.is_ok()
    }

    /// J-5: exactly the segments that are stored and an hour old, or the first of them if something goes wrong.
    fn prune(&mut self, passed_ms: i64) -> bool {
        self.now_ms += passed_ms;
        let cursor = Cursor { at_ms: self.now_ms - passed_ms / 2, ..self.cursor };
        let oldest_kept = cursor.at_ms - HOUR_MS;
        let names: Vec<u64> = self.segments.keys().copied().collect();
        let behind = names.windows(2).take_while(|pair| pair[1] <= cursor.seq + 1);
        let gone = behind.take_while(|pair| self.newest(pair[0]) <= oldest_kept).count();
        let pruned = self.world.journal.prune(cursor, self.now_ms);
        let left: Vec<u64> = files(&self.disk).into_keys().collect();
        assert!(names.ends_with(&left) && left.len() >= names.len() - gone, "J-5: {names:?} became {left:?}");
        if let Ok(pruned) = &pruned {
            assert_eq!((pruned.segments, left.len()), (gone, names.len() - gone), "J-5");
        }
        self.forget_before(names[gone]);
        pruned.is_ok()
    }

    /// Segments that may go are owed no more, whether they went or not.
    fn forget_before(&mut self, first: u64) {
        let left = files(&self.disk);
        self.segments.retain(|name, _| *name >= first || left.contains_key(name));
        for frame in self.frames.iter_mut().filter(|frame| frame.place.segment < first) {
            frame.standing = Standing::Sent;
        }
    }

    fn flip(&mut self, place: usize, bit: u8) -> bool {
        let sizes: Vec<(u64, usize)> = files(&self.disk).iter().map(|(&name, bytes)| (name, bytes.len())).collect();
        let Some(mut place) = place.checked_rem(sizes.iter().map(|(_, bytes)| bytes).sum()) else { return true };
        self.is_flipped = true;
        for (name, bytes) in sizes {
            if place < bytes {
                self.disk.flip(&segment::name(name), place, bit);
                let is_hit = |frame: &&mut Frame| {
                    frame.place.segment == name && (frame.place.offset..frame.end()).contains(&(place as u64))
                };
                for frame in self.frames.iter_mut().filter(is_hit).filter(|frame| frame.standing == Standing::Safe) {
                    frame.standing = Standing::Spoilt;
                }
                // A reader may have read it before.
                self.reader = self.world.journal.reader(self.reader_seq);
                return true;
            }
            place -= bytes;
        }
        true
    }

    /// Whatever was left on the disk, a recovery finds exactly what is whole, and says exactly what isn't.
    fn reopen(&mut self, planned: Option<Planned>, seed: u64, power_goes: bool, seen: &[Record]) {
        let left = |disk: &FaultyDisk| if power_goes { disk.power_lost(chooser(seed)) } else { disk.killed() };
        self.disk = left(&self.disk);
        self.mark_seen(seen);
        if let Some(planned) = planned {
            // The crash comes in the middle of the recovery.
            self.disk.plan(Some(planned));
            self.load_cursor();
            let disk: Arc<dyn Disk> = Arc::new(self.disk.clone());
            drop(open(disk, OPTIONS, self.cursor.seq, self.now_ms));
            self.disk = left(&self.disk);
        }
        self.load_cursor();
        let found = files(&self.disk);
        let names: Vec<u64> = self.names.iter().copied().collect();
        let left: Vec<u64> = names.iter().copied().filter(|name| found.contains_key(name)).collect();
        assert!(names.ends_with(&left), "J-5: of {names:?} a crash left {left:?}");
        let expected = Expected::of(&self.frames, &found, self.cursor.seq, self.now_ms);
        self.check_nothing_is_lost(&found, &expected);
        assert!(self.is_flipped || expected.bad_ends == 0, "J-4: damage that nobody did");
        self.world = World::open_at(&self.disk, OPTIONS, self.cursor.seq, self.now_ms);
        let recovery = &self.world.recovery;
        assert_eq!(recovery.damage, expected.damage, "J-4");
        assert_eq!(recovery.damage_count, expected.damage.len() as u64, "J-4");
        assert_eq!(recovery.torn_bytes, expected.torn_bytes, "J-4");
        assert_eq!(recovery.last_seq, expected.last_seq, "J-2");
        self.take_over(expected);
    }

    fn load_cursor(&mut self) {
        if let Some(cursor) = Cursor::load(&self.disk).expect("J-2: the cursor is whole after any crash") {
            assert!(cursor.seq >= self.cursor.seq, "the cursor goes back");
            self.cursor = cursor;
        }
    }

    /// What a reader has seen at the moment of the crash is as good as acknowledged (J-4).
    fn mark_seen(&mut self, seen: &[Record]) {
        for frame in self.frames.iter_mut().filter(|frame| frame.standing == Standing::Sent) {
            let is_seen = |record: &Record| record.seq == frame.first_seq && record.payload == frame.payloads[0];
            if seen.iter().any(is_seen) && frame.place.segment >= *self.segments.first_key_value().unwrap().0 {
                frame.standing = Standing::Safe;
            }
        }
    }

    /// J-1, J-4: what was acknowledged or seen is there, unless a flipped bit took it; then it is in a gap, or in the
    /// torn tail that recovery names.
    fn check_nothing_is_lost(&self, found: &Files, expected: &Expected) {
        let missing = expected.missing();
        for frame in self.frames.iter().filter(|frame| !frame.is_whole(found)) {
            assert_ne!(frame.standing, Standing::Safe, "J-1: lost {}", frame.first_seq);
            // A recovery that didn't live to tell has cut it already.
            let is_cut = found.last_key_value().is_some_and(|(_, bytes)| frame.end() > bytes.len() as u64);
            let is_named = missing.contains(&frame.first_seq) || expected.torn_bytes > 0 || is_cut;
            assert!(frame.standing != Standing::Spoilt || is_named, "J-4: not named {}", frame.first_seq);
        }
    }

    /// What is found is safe from now on: recovery has synced it.
    fn take_over(&mut self, expected: Expected) {
        let found = files(&self.disk);
        let served = |frame: &Frame| {
            expected.records.iter().any(|record| record.seq == frame.first_seq && record.payload == frame.payloads[0])
        };
        self.frames.retain(|frame| frame.is_whole(&found) || frame.standing == Standing::Spoilt);
        self.frames
            .retain(|frame| found.get(&frame.place.segment).is_some_and(|bytes| bytes.len() as u64 >= frame.end()));
        for frame in &mut self.frames {
            frame.standing = match frame.is_whole(&found) && served(frame) {
                true => Standing::Safe,
                false => Standing::Spoilt,
            };
        }
        self.last_seq = expected.last_seq;
        self.segments = expected.segments;
        if self.segments.is_empty() {
            self.segments.insert(expected.first_seq, (0, i64::MIN));
        }
        self.reader_seq = self.reader_seq.min(self.last_seq);
        self.reader = self.world.journal.reader(self.reader_seq);
    }

    /// Every reader is given exactly what is whole, and told exactly what isn't.
    fn check(&mut self) {
        let found = files(&self.disk);
        let expected = Expected::of(&self.frames, &found, self.cursor.seq, self.now_ms);
        let first_seq = self.world.journal.usage().first_seq;
        assert_eq!((first_seq, self.world.journal.usage().last_seq), (expected.first_seq, self.last_seq), "J-2");
        let expected_records: Vec<_> =
            expected.records.into_iter().filter(|record| record.seq <= self.last_seq).collect();
        let (records, gaps) = read_on(&mut self.world.journal.reader(first_seq - 1));
        assert_eq!(records, expected_records, "J-4");
        let readable: std::collections::BTreeSet<u64> = records.iter().map(|record| record.seq).collect();
        let missing: Vec<u64> = (first_seq..=self.last_seq).filter(|seq| !readable.contains(seq)).collect();
        assert_eq!(all_of(&gaps), missing, "J-4: every gap is named");
        assert_eq!(files(&self.disk).len(), self.segments.len());
        self.names.extend(self.segments.keys());
        self.follow(first_seq, &records);
    }

    fn follow(&mut self, first_seq: u64, records: &[Record]) {
        if self.reader_seq + 1 < first_seq && self.last_seq > self.reader_seq {
            // It was pruned away, unless the reader holds the file open.
            self.reader_seq = first_seq - 1;
            self.reader = self.world.journal.reader(self.reader_seq);
        }
        let batch = self.reader.next(2, 100).expect("the reader goes on");
        for record in &batch.records {
            assert!(records.contains(record) && record.seq > self.reader_seq, "a reader goes back at {}", record.seq);
        }
        let mut given: Vec<u64> = batch.records.iter().map(|record| record.seq).chain(all_of(&batch.gaps)).collect();
        given.sort_unstable();
        let dense: Vec<u64> = (self.reader_seq + 1..).take(given.len()).collect();
        assert_eq!(given, dense, "a reader leaves something out");
        assert!(!given.is_empty() || self.reader_seq >= self.last_seq, "a reader stands still");
        self.reader_seq += given.len() as u64;
    }
}

fn cases() -> u32 {
    if std::env::var("OPCENTRE_SOAK").is_ok_and(|soak| soak == "full") { 100_000 } else { 3_000 }
}

#[test]
fn j1_to_j7_the_journal_does_what_the_model_says() {
    let cases = cases();
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let done = TestRunner::new(config).run(&actions(), |actions| {
        let mut model = Model::new();
        for action in actions {
            model.act(action);
        }
        Ok(())
    });
    done.unwrap_or_else(|failure| panic!("{failure}"));
    println!("{cases} runs of the model, with a crash or a fault at any change of the disk");
}
