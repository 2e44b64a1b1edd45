//! Random appends, crashes, full disks and reopens: everything acknowledged is there, in order, dense.

use std::collections::BTreeMap;
use std::io::ErrorKind;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone)]
enum Action {
    /// Appends queued together, each by the sizes of its payloads.
    Append(Vec<Vec<usize>>),
    /// The same, but the disk is full in the middle of the write.
    AppendWithoutRoom(Vec<Vec<usize>>, usize),
    /// The same, but the process dies with the write or the sync half done.
    AppendAndDie(Vec<Vec<usize>>, Death),
    Kill,
    LosePower(u64),
}

#[derive(Debug, Clone)]
enum Death {
    InWrite { written: usize, seed: u64 },
    InSync { seed: u64 },
}

fn appends() -> impl Strategy<Value = Vec<Vec<usize>>> {
    vec(vec(0..60usize, 1..5), 1..6)
}

fn actions() -> impl Strategy<Value = Vec<Action>> {
    let death = prop_oneof![
        (0..900usize, any::<u64>()).prop_map(|(written, seed)| Death::InWrite { written, seed }),
        any::<u64>().prop_map(|seed| Death::InSync { seed }),
    ];
    let action = prop_oneof![
        4 => appends().prop_map(Action::Append),
        1 => (appends(), 0..900usize).prop_map(|(appends, room)| Action::AppendWithoutRoom(appends, room)),
        2 => (appends(), death).prop_map(|(appends, death)| Action::AppendAndDie(appends, death)),
        1 => Just(Action::Kill),
        1 => any::<u64>().prop_map(Action::LosePower),
    ];
    vec(action, 1..12)
}

/// Decides by a seed what a power loss leaves.
fn chooser(mut seed: u64) -> impl FnMut(usize) -> usize {
    move |n| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % n
    }
}

const OPTIONS: Options = Options { journal_bytes_max: 1 << 20, ..SMALL };

struct Model {
    disk: FaultyDisk,
    world: World,
    /// What was acknowledged or, after a recovery, served.
    safe: BTreeMap<u64, Bytes>,
    /// Sequences that a reader was told are lost; none of them was ever acknowledged.
    lost: Vec<Gap>,
    payloads_made: u8,
}

impl Model {
    fn act(&mut self, action: Action) {
        match action {
            Action::Append(appends) => {
                let answers = self.queue(appends);
                self.world.turn().unwrap();
                self.settle(answers);
            }
            Action::AppendWithoutRoom(appends, room) => {
                let answers = self.queue(appends);
                self.disk.inject(|faults| faults.write = Some((room, ErrorKind::StorageFull)));
                self.world.turn().unwrap();
                self.disk.inject(|faults| faults.write = None);
                self.settle(answers);
            }
            Action::AppendAndDie(appends, death) => {
                let answers = self.queue(appends);
                self.disk.inject(|faults| match death {
                    Death::InWrite { written, .. } => faults.write = Some((written, ErrorKind::Other)),
                    Death::InSync { .. } => faults.sync = true,
                });
                self.world.turn().unwrap_err();
                // Those of an earlier segment may have been acknowledged.
                self.settle(answers);
                let (Death::InWrite { seed, .. } | Death::InSync { seed }) = death;
                self.reopen(self.disk.power_lost(chooser(seed)));
            }
            Action::Kill => self.reopen(self.disk.killed()),
            Action::LosePower(seed) => self.reopen(self.disk.power_lost(chooser(seed))),
        }
        self.check();
    }

    fn queue(&mut self, appends: Vec<Vec<usize>>) -> Vec<(Vec<Bytes>, Answer)> {
        appends
            .into_iter()
            .map(|sizes| {
                self.payloads_made = self.payloads_made.wrapping_add(1);
                let payloads: Vec<Vec<u8>> = sizes.iter().map(|&size| vec![self.payloads_made; size]).collect();
                let slices: Vec<&[u8]> = payloads.iter().map(Vec::as_slice).collect();
                let answer = self.world.queue(&slices, NOW_MS);
                (payloads.into_iter().map(Bytes::from).collect(), answer)
            })
            .collect()
    }

    /// After a failed turn those whose frame wasn't synced are without an answer until the writer is dropped.
    fn settle(&mut self, answers: Vec<(Vec<Bytes>, Answer)>) {
        for (payloads, answer) in answers {
            if let Some(Ok(appended)) = answer.now_or_never() {
                assert_eq!(appended.records, payloads.len() as u64);
                for (seq, payload) in appended.seqs().zip(payloads) {
                    assert_eq!(self.safe.insert(seq, payload), None, "J-2: {seq} was given twice");
                }
            }
        }
    }

    fn reopen(&mut self, disk: FaultyDisk) {
        self.world = World::open(&disk, OPTIONS);
        self.disk = disk;
        // What recovery serves without having been acknowledged counts as safe from now on.
        let (records, gaps) = read_all(&self.world);
        for record in records {
            self.safe.entry(record.seq).or_insert(record.payload);
        }
        for gap in &gaps {
            assert!(self.safe.range(gap.first_seq..=gap.last_seq).next().is_none(), "J-1: {gap:?} was acknowledged");
        }
        self.lost = gaps;
    }

    fn check(&self) {
        let (records, gaps) = read_all(&self.world);
        let read: BTreeMap<u64, Bytes> = records.iter().map(|record| (record.seq, record.payload.clone())).collect();
        assert_eq!(read, self.safe);
        assert_eq!(gaps, self.lost);
        let lost: u64 = gaps.iter().map(|gap| gap.last_seq - gap.first_seq + 1).sum();
        let last_seq = self.world.journal.usage().last_seq;
        assert_eq!(records.len() as u64 + lost, last_seq, "J-2: dense");
        assert!(records.is_sorted_by_key(|record| record.seq));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn j1_j2_j4_everything_acknowledged_is_there_after_any_crashes(actions in actions()) {
        let disk = FaultyDisk::default();
        let world = World::open(&disk, OPTIONS);
        let mut model = Model { disk, world, safe: BTreeMap::new(), lost: vec![], payloads_made: 0 };
        for action in actions {
            model.act(action);
        }
    }
}
