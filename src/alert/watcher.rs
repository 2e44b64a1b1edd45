//! The phases of everything that is watched.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::kpi::Place;
use crate::model::Instant;

/// What was seen holds for at most this long; views come several times a second.
const GAP_MS_MAX: i64 = 60_000;

/// How long a figure has to be where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// Past the threshold, to raise.
    pub for_ms: i64,
    /// On the good side of the other line, to clear.
    pub clear_for_ms: i64,
}

/// What is seen of one subject at one instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting<F> {
    /// How long it has to last.
    pub timing: Timing,
    /// Where the figure stands, and the figure; none: nothing is known of it.
    pub figure: Option<(Place, F)>,
}

/// How a subject stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "phase", rename_all = "snake_case")]
pub enum Phase<F> {
    /// Past the threshold, not yet for long enough.
    Pending {
        /// Since when.
        since: Instant,
        /// The figure that was seen last.
        figure: F,
    },
    /// Raised.
    Raised {
        /// Since when it is on the good side of the other line, and the figure there.
        calm: Option<(Instant, F)>,
    },
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step<F> {
    /// An alert is raised.
    Raised {
        /// Since when the figure is past the threshold.
        since: Instant,
        /// When its duration was over.
        at: Instant,
        /// The figure that was seen last by then.
        figure: F,
    },
    /// It is over.
    Cleared {
        /// When the duration on the good side was over.
        at: Instant,
        /// The figure that was seen last by then.
        figure: F,
    },
    /// It is no longer watched: the rule, the unit or the source is gone.
    Withdrawn {
        /// When that was seen.
        at: Instant,
    },
}

/// The phases of all subjects. `K` names one, `F` is a figure as it is kept with what happened.
#[derive(Clone, Debug)]
pub struct Watcher<K, F> {
    phases: BTreeMap<K, Phase<F>>,
    /// When it was looked last; none since the start.
    last: Option<Instant>,
}

impl<K: Ord + Clone, F: Clone> Watcher<K, F> {
    /// Goes on from phases that were kept.
    pub fn new(phases: BTreeMap<K, Phase<F>>) -> Watcher<K, F> {
        Watcher { phases, last: None }
    }

    /// All phases; who is in none has nothing to be told of.
    pub fn phases(&self) -> &BTreeMap<K, Phase<F>> {
        &self.phases
    }

    /// Everything that is watched, as it is seen at an instant; what happened since the last time, each subject's in
    /// the order of time.
    pub fn step(&mut self, seen: &BTreeMap<K, Sighting<F>>, now: Instant) -> Vec<(K, Step<F>)> {
        let held = self.last.is_some_and(|last| last <= now && now.0 - last.0 <= GAP_MS_MAX);
        self.last = Some(now);
        let mut steps = Vec::new();
        let gone: Vec<K> = self.phases.keys().filter(|key| !seen.contains_key(key)).cloned().collect();
        for key in gone {
            if let Some(Phase::Raised { .. }) = self.phases.remove(&key) {
                steps.push((key, Step::Withdrawn { at: now }));
            }
        }
        for (key, sighting) in seen {
            let mut phase = self.phases.remove(key);
            let told = advance(&mut phase, sighting, now, held);
            steps.extend(told.into_iter().map(|step| (key.clone(), step)));
            if let Some(phase) = phase {
                self.phases.insert(key.clone(), phase);
            }
        }
        steps
    }
}

/// Moves one subject on. First what the figure seen before has brought about by now, if it held; then what is seen now.
fn advance<F: Clone>(phase: &mut Option<Phase<F>>, seen: &Sighting<F>, now: Instant, held: bool) -> Vec<Step<F>> {
    let mut steps = Vec::new();
    if held {
        elapse(phase, seen.timing, now, &mut steps);
    }
    observe(phase, seen, now);
    elapse(phase, seen.timing, now, &mut steps);
    steps
}

/// Durations that are over by now.
fn elapse<F: Clone>(phase: &mut Option<Phase<F>>, timing: Timing, now: Instant, steps: &mut Vec<Step<F>>) {
    match phase {
        Some(Phase::Pending { since, figure }) if since.plus_ms(timing.for_ms) <= now => {
            steps.push(Step::Raised { since: *since, at: since.plus_ms(timing.for_ms), figure: figure.clone() });
            *phase = Some(Phase::Raised { calm: None });
        }
        Some(Phase::Raised { calm: Some((since, figure)) }) if since.plus_ms(timing.clear_for_ms) <= now => {
            steps.push(Step::Cleared { at: since.plus_ms(timing.clear_for_ms), figure: figure.clone() });
            *phase = None;
        }
        _ => {}
    }
}

/// What is seen now.
fn observe<F: Clone>(phase: &mut Option<Phase<F>>, seen: &Sighting<F>, now: Instant) {
    let place = seen.figure.as_ref().map(|(place, _)| *place);
    let figure = seen.figure.as_ref().map(|(_, figure)| figure.clone());
    *phase = match (phase.take(), place, figure) {
        (Some(Phase::Raised { calm }), Some(Place::Calm), Some(figure)) => {
            let since = calm.map_or(now, |(since, _)| since);
            Some(Phase::Raised { calm: Some((since, figure)) })
        }
        (Some(Phase::Raised { .. }), ..) => Some(Phase::Raised { calm: None }),
        (Some(Phase::Pending { since, .. }), Some(Place::Beyond), Some(figure)) => {
            Some(Phase::Pending { since, figure })
        }
        (None, Some(Place::Beyond), Some(figure)) => Some(Phase::Pending { since: now, figure }),
        _ => None,
    };
}
