//! Counters of one unit by local day, cheap to share and to change.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::kpi::measure::Sums;
use crate::kpi::{Slot, Window};
use crate::model::Day;

/// Days in a block: what is copied at once when a shared block changes.
const BLOCK_DAYS: i32 = 32;

/// One day. Hours add up beyond 32 bits, counts don't.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Row {
    counts: [i32; Slot::COUNT],
    hours: i64,
}

impl Row {
    const ZERO: Row = Row { counts: [0; Slot::COUNT], hours: 0 };

    fn add(&mut self, slot: Slot, by: i64) {
        if slot == Slot::ResolvedHoursSum {
            self.hours += by;
        } else {
            self.counts[slot.place()] += i32::try_from(by).expect("one dossier or rating adds little");
        }
    }

    fn get(&self, slot: Slot) -> i64 {
        if slot == Slot::ResolvedHoursSum { self.hours } else { i64::from(self.counts[slot.place()]) }
    }

    fn is_zero(&self) -> bool {
        *self == Row::ZERO
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Block {
    rows: [Row; BLOCK_DAYS as usize],
    total: [i64; Slot::COUNT],
}

/// Changes of one unit by day and slot, in blocks of [`BLOCK_DAYS`] that views share.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Days {
    blocks: BTreeMap<i32, Arc<Block>>,
}

impl Days {
    /// Adds to one day and slot.
    pub(super) fn add(&mut self, day: Day, slot: Slot, by: i64) {
        let block = self
            .blocks
            .entry(day.0.div_euclid(BLOCK_DAYS))
            .or_insert_with(|| Arc::new(Block { rows: [Row::ZERO; BLOCK_DAYS as usize], total: [0; Slot::COUNT] }));
        let block = Arc::make_mut(block);
        let row = usize::try_from(day.0.rem_euclid(BLOCK_DAYS)).expect("not negative");
        block.rows[row].add(slot, by);
        block.total[slot.place()] += by;
    }

    /// Adds to the sums of a window: counts within it, levels at its last day, and what was carried into it.
    pub(super) fn add_to(&self, sums: &mut Sums, Window { first, last }: Window) {
        let mut at_start = [0_i64; Slot::COUNT];
        let (first_block, last_block) = (first.0.div_euclid(BLOCK_DAYS), last.0.div_euclid(BLOCK_DAYS));
        for (number, block) in self.blocks.range(..=last_block) {
            if *number < first_block {
                add_totals(&mut at_start, &block.total);
                continue;
            }
            // Wholly inside: its total saves reading its rows, which keeps long windows cheap.
            if first_block < *number && *number < last_block {
                add_totals(&mut sums.slots, &block.total);
                continue;
            }
            for (offset, row) in (0..).zip(&block.rows) {
                let day = Day(number * BLOCK_DAYS + offset);
                if day < first {
                    add_row(&mut at_start, row);
                } else if day <= last {
                    add_row(&mut sums.slots, row);
                }
            }
        }
        for slot in Slot::ALL.into_iter().filter(|slot| slot.is_level()) {
            sums.carry_in(slot, at_start[slot.place()]);
        }
    }

    /// The first day with any change.
    pub(super) fn first(&self) -> Option<Day> {
        self.blocks.iter().find_map(|(number, block)| {
            let row = block.rows.iter().position(|row| !row.is_zero())?;
            Some(Day(number * BLOCK_DAYS + i32::try_from(row).expect("fewer than the days of a block")))
        })
    }

    /// Every change that isn't 0, by day.
    pub(super) fn changes(&self) -> impl Iterator<Item = (Day, Slot, i64)> + '_ {
        self.blocks.iter().flat_map(|(number, block)| {
            (0..).zip(&block.rows).flat_map(move |(offset, row)| {
                let day = Day(number * BLOCK_DAYS + offset);
                Slot::ALL.into_iter().filter_map(move |slot| {
                    let by = row.get(slot);
                    (by != 0).then_some((day, slot, by))
                })
            })
        })
    }
}

fn add_row(sums: &mut [i64; Slot::COUNT], row: &Row) {
    for (sum, value) in sums.iter_mut().zip(&row.counts) {
        *sum += i64::from(*value);
    }
    sums[Slot::ResolvedHoursSum.place()] += row.hours;
}

fn add_totals(sums: &mut [i64; Slot::COUNT], totals: &[i64; Slot::COUNT]) {
    for (sum, value) in sums.iter_mut().zip(totals) {
        *sum += value;
    }
}
