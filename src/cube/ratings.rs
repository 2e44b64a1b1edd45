//! Ratings by their answer, by unit and day: measures know how many are satisfied, walls also show how much.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::kpi::Window;
use crate::model::{Day, RatingState, Zone};
use crate::units::{Hierarchy, UnitId};

use super::view::View;

/// How many ratings there are of each score, from 1 to 5.
pub type Answers = [i64; 5];

/// Ratings of one unit by day and score.
#[derive(Clone, Debug, Default)]
pub(super) struct AnswerDays {
    days: BTreeMap<Day, Answers>,
}

impl AnswerDays {
    /// Adds (1) or takes away (-1) a rating on the day of its newest score.
    pub(super) fn add(days: &mut Arc<AnswerDays>, state: &RatingState, zone: &Zone, sign: i64) {
        let (Some(score), Some(at)) = (state.score.get(), state.score.at()) else { return };
        let place = usize::from(score.clamp(1, 5)) - 1;
        Arc::make_mut(days).days.entry(zone.day(at)).or_default()[place] += sign;
    }

    fn add_to(&self, sums: &mut Answers, window: Window) {
        for (_, answers) in self.days.range(window.first..=window.last) {
            for (sum, count) in sums.iter_mut().zip(answers) {
                *sum += count;
            }
        }
    }
}

impl View {
    /// The ratings of a unit with everything below it by their score, from 1 to 5: as it is now. They add up
    /// to `ratings`, the last two to `ratings_satisfied`.
    pub fn answers(&self, unit: UnitId, window: Window) -> Answers {
        let tree = self.tree(Hierarchy::Now);
        let mut sums = Answers::default();
        for owner in tree.below(unit).flat_map(|below| tree.owners(below)) {
            self.counters.answers[owner.place()].add_to(&mut sums, window);
        }
        sums
    }
}
