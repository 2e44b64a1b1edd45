//! What is done to a journal, at random.

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::HOUR_MS;
use super::super::faulty::{Planned, What};

/// A step and what goes wrong in it.
#[derive(Debug, Clone)]
pub(super) struct Action {
    pub(super) step: Step,
    pub(super) planned: Option<Planned>,
    /// What a power loss leaves, should there be one.
    pub(super) seed: u64,
    /// Whether a crash takes the power with it, or only the process.
    pub(super) power_goes: bool,
}

#[derive(Debug, Clone)]
pub(super) enum Step {
    /// Appends queued together by several senders, each by the sizes of its payloads.
    Append(Vec<Vec<usize>>),
    /// The sink has stored a share of what is synced.
    MoveCursor(u8),
    /// Time passes and the sink prunes.
    Prune(i64),
    /// A bit of some segment turns over under the open journal.
    Flip(usize, u8),
    /// The process ends here, and another one begins.
    Reopen,
}

pub(super) fn actions() -> impl Strategy<Value = Vec<Action>> {
    let step = prop_oneof![
        6 => vec(vec(0..60usize, 1..5), 1..6).prop_map(Step::Append),
        2 => prop_oneof![any::<u8>(), Just(255)].prop_map(Step::MoveCursor),
        2 => (0..HOUR_MS * 3).prop_map(Step::Prune),
        1 => (any::<usize>(), 0..8u8).prop_map(|(place, bit)| Step::Flip(place, bit)),
        2 => Just(Step::Reopen),
    ];
    let what = prop_oneof![4 => Just(What::Death), 1 => Just(What::Fault), 2 => Just(What::NoRoom)];
    let planned = (0..8usize, what, 0..600usize).prop_map(|(changes_before, what, written)| Planned {
        changes_before,
        what,
        written,
    });
    let action = (step, proptest::option::weighted(0.4, planned), any::<u64>(), any::<bool>())
        .prop_map(|(step, planned, seed, power_goes)| Action { step, planned, seed, power_goes });
    vec(action, 1..16)
}

/// Decides by a seed what a power loss leaves: often nothing, often all, often this and that.
pub(super) fn chooser(mut seed: u64) -> impl FnMut(usize) -> usize {
    let kind = seed % 4;
    move |n| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        match kind {
            0 => 0,
            1 => n - 1,
            _ => (seed >> 33) as usize % n,
        }
    }
}
