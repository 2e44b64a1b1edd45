//! What sources said of their days, as it is kept in the data dir.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::facts::{Change, Facts, FactsError, Shelf};
use crate::http::answers::{StatedDays, StatedTotals};
use crate::model::{Day, Instant, Text};

/// Sources of which totals are kept at most are few; more aren't looked at.
const SOURCES_MAX: usize = 10_000;

/// What a source says of a day, by source and day.
const TOTALS: Shelf<Row> = Shelf::new("source_totals");

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    received: Option<u64>,
    finished: Option<u64>,
    /// When it was said, in milliseconds since 1970; older rows haven't it.
    #[serde(default)]
    at_ms: Option<i64>,
}

impl From<Row> for StatedTotals {
    fn from(Row { received, finished, at_ms }: Row) -> StatedTotals {
        StatedTotals { received, finished, at: at_ms.map(Instant) }
    }
}

/// Keys of a source begin with its name and this; no name has it.
const END: u8 = 0;

fn prefix(source: &str) -> Vec<u8> {
    [source.as_bytes(), &[END]].concat()
}

/// What is behind every key of a source, and before those of the next one.
fn behind(source: &str) -> Vec<u8> {
    [source.as_bytes(), &[END + 1]].concat()
}

fn key(source: &str, day: Day) -> Vec<u8> {
    [prefix(source), day.to_string().into_bytes()].concat()
}

fn of_key(key: &[u8]) -> Option<(&str, Day)> {
    let at = key.iter().position(|byte| *byte == END)?;
    let text = |bytes| std::str::from_utf8(bytes).ok();
    Some((text(&key[..at])?, text(&key[at + 1..])?.parse().ok()?))
}

/// Keeps what a source said; said again, the last one counts.
pub(super) fn keep(facts: &Facts, source: &str, days: &StatedDays) -> Result<(), FactsError> {
    let mut change = Change::default();
    for (day, StatedTotals { received, finished, at }) in days {
        let row = Row { received: *received, finished: *finished, at_ms: at.map(|at| at.0) };
        change.put(TOTALS, &key(source, *day), &row)?;
    }
    facts.commit(change)
}

/// What a source said of its days from the first to the last, of the newest of them.
pub(super) fn stated(
    facts: &Facts,
    source: &str,
    (first, last): (Option<Day>, Option<Day>),
    days_max: usize,
) -> Result<StatedDays, FactsError> {
    let from = first.map_or_else(|| prefix(source), |day| key(source, day));
    let before = last.map_or_else(|| behind(source), |day| key(source, day.plus(1)));
    if before <= from {
        return Ok(StatedDays::new());
    }
    let rows = facts.page_back(TOTALS, (&from, &before), days_max)?;
    Ok(rows.into_iter().filter_map(|(key, row)| Some((of_key(&key)?.1, row.into()))).collect())
}

/// The newest days of every source that ever said anything.
pub(in crate::http) fn newest(facts: &Facts, days_max: usize) -> Result<BTreeMap<Text, StatedDays>, FactsError> {
    let mut all = BTreeMap::new();
    let mut after: Option<Vec<u8>> = None;
    while let Some((key, _)) = facts.page(TOTALS, after.as_deref(), 1)?.pop() {
        if all.len() == SOURCES_MAX {
            break;
        }
        let Some((source, _)) = of_key(&key) else {
            after = Some(key);
            continue;
        };
        all.insert(Text::new(source), stated(facts, source, (None, None), days_max)?);
        after = Some(behind(source));
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_days_of_each_source_are_found_among_those_of_others() {
        let facts = Facts::in_memory().unwrap();
        let of = |count| StatedTotals { received: Some(count), finished: None, at: Some(Instant(7)) };
        let days =
            |from: u64, to: u64| (from..=to).map(|day| (Day(19_000 + i32::try_from(day).unwrap()), of(day))).collect();
        for (source, from, to) in [("a", 1, 5), ("a-b", 2, 3), ("ab", 4, 4)] {
            keep(&facts, source, &days(from, to)).unwrap();
        }
        let all = newest(&facts, 2).unwrap();
        let seen: Vec<(&str, Vec<u64>)> = all
            .iter()
            .map(|(source, days)| (source.as_str(), days.values().filter_map(|day| day.received).collect()))
            .collect();
        assert_eq!(seen, [("a", vec![4, 5]), ("a-b", vec![2, 3]), ("ab", vec![4])]);
        let some = |day| Some(Day(19_000 + day));
        assert_eq!(stated(&facts, "a", (some(2), some(3)), 9).unwrap(), days(2, 3));
        assert_eq!(stated(&facts, "a", (some(3), some(2)), 9).unwrap(), StatedDays::new());
        assert_eq!(stated(&facts, "nobody", (None, None), 9).unwrap(), StatedDays::new());
    }

    #[test]
    fn rows_without_a_time_are_read() {
        let row: Row = serde_json::from_str(r#"{"received":3,"finished":null}"#).unwrap();
        assert_eq!(StatedTotals::from(row), StatedTotals { received: Some(3), finished: None, at: None });
    }
}
