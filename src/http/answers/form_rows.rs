//! The rows of a form: blocks by category of unit, and within them by field, unit or procedure. They always add up.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::kpi::{Measure, Measures, OfficialForm, Words};

use super::AnswerError;
use super::ledger::Ledger;
use super::question::shown;

/// Rows of a block; what is more is one row with what is left, so that the block stays exact.
const GROUP_ROWS_MAX: usize = 1_000;
/// What that row is called.
const OTHERS: &str = "Khác";

/// By what the rows of a form are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RowsBy {
    /// A row for each field of work.
    Field,
    /// A row for each unit, of what it handles itself.
    Unit,
    /// A row for each procedure.
    Procedure,
}

impl RowsBy {
    /// # Errors
    /// When there are no such rows.
    pub(super) fn named(name: Option<&str>) -> Result<RowsBy, AnswerError> {
        match name {
            None | Some("field") => Ok(RowsBy::Field),
            Some("unit") => Ok(RowsBy::Unit),
            Some("procedure") => Ok(RowsBy::Procedure),
            Some(other) => Err(AnswerError::UnknownRows(shown(other))),
        }
    }

    /// What a row without a value is called.
    fn nothing(self) -> &'static str {
        match self {
            RowsBy::Field => "Không ghi lĩnh vực",
            RowsBy::Unit => "",
            RowsBy::Procedure => "Không ghi thủ tục",
        }
    }
}

/// A block of rows; they add up to its counts.
#[derive(Clone, Debug, Serialize)]
pub(super) struct GroupAnswer<'a> {
    pub(super) heading: &'a Words,
    pub(super) counts: BTreeMap<u8, i64>,
    pub(super) rows: Vec<FormRow<'a>>,
}

/// One row.
#[derive(Clone, Debug, Serialize)]
pub(super) struct FormRow<'a> {
    /// Code of the unit, field or procedure; null for what has none.
    pub(super) key: Option<&'a str>,
    pub(super) name: &'a str,
    /// How many further values are in this row together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) others: Option<usize>,
    pub(super) counts: BTreeMap<u8, i64>,
}

/// A row before it is written.
pub(super) struct RowSum<'a> {
    key: Option<&'a str>,
    name: &'a str,
    /// It stands there also with nothing to count.
    stands: bool,
    pub(super) measures: Measures,
}

/// What rows stand in the order of: as they are sorted, place of the unit, the value itself.
type Order<'a> = (String, usize, Option<&'a str>);

/// The rows of each block, in their order.
pub(super) fn block_sums<'a>(official: &OfficialForm, ledger: &'a Ledger, by: RowsBy) -> Vec<Vec<RowSum<'a>>> {
    let mut blocks: Vec<BTreeMap<Order<'a>, RowSum<'a>>> = Vec::new();
    blocks.resize_with(official.groups.len(), BTreeMap::new);
    let group_of = |unit: usize| official.group_of(&ledger.units[unit].category);
    if by == RowsBy::Unit {
        // Who has nothing to report stands there too.
        for (place, unit) in ledger.units.iter().enumerate().filter(|(_, unit)| unit.existed) {
            let (group, key) = (group_of(place), Some(&*unit.key.code));
            if !official.groups[group].categories.is_empty() {
                let row = RowSum { key, name: &unit.name, stands: true, measures: Measures::ZERO };
                blocks[group].insert((String::new(), place, key), row);
            }
        }
    }
    for entry in &ledger.entries {
        let unit = &ledger.units[entry.unit];
        let (key, name) = match by {
            RowsBy::Unit => (Some(&*unit.key.code), &*unit.name),
            RowsBy::Field => (entry.field.as_deref(), entry.field.as_deref().unwrap_or(by.nothing())),
            RowsBy::Procedure => (entry.procedure.as_deref(), entry.procedure.as_deref().unwrap_or(by.nothing())),
        };
        // What has no value stands last.
        let order = match (by, key) {
            (RowsBy::Unit, _) => (String::new(), entry.unit, key),
            (_, None) => ("\u{10ffff}".to_owned(), 1, None),
            (_, Some(name)) => (sorted_by(name), 0, key),
        };
        let new = RowSum { key, name, stands: false, measures: Measures::ZERO };
        let row = blocks[group_of(entry.unit)].entry(order).or_insert(new);
        row.measures = row.measures.plus(&entry.measures());
    }
    let counts = |measures: &Measures| official.counts(measures).values().any(|count| *count != 0);
    let is_kept = |row: &RowSum<'_>| row.stands || counts(&row.measures);
    blocks.into_iter().map(|rows| rows.into_values().filter(is_kept).collect()).collect()
}

/// By what names are sorted: without accents, `đ` as `d`.
fn sorted_by(name: &str) -> String {
    let letters = name.nfd().filter(|letter| !is_combining_mark(*letter));
    letters.flat_map(char::to_lowercase).map(|letter| if letter == 'đ' { 'd' } else { letter }).collect()
}

pub(super) fn block<'a>(official: &OfficialForm, heading: &'a Words, sums: Vec<RowSum<'a>>) -> GroupAnswer<'a> {
    let all = |rows: &[RowSum<'a>]| rows.iter().fold(Measures::ZERO, |sum, row| sum.plus(&row.measures));
    let whole = all(&sums);
    let (kept, folded) = bounded(sums);
    let row = |row: RowSum<'a>| FormRow {
        key: row.key,
        name: row.name,
        others: None,
        counts: official.counts(&row.measures),
    };
    let mut rows: Vec<FormRow<'a>> = kept.into_iter().map(row).collect();
    if !folded.is_empty() {
        let counts = official.counts(&all(&folded));
        rows.push(FormRow { key: None, name: OTHERS, others: Some(folded.len()), counts });
    }
    GroupAnswer { heading, counts: official.counts(&whole), rows }
}

/// The rows that a block has room for, those with the most taken on, and the others.
fn bounded(sums: Vec<RowSum<'_>>) -> (Vec<RowSum<'_>>, Vec<RowSum<'_>>) {
    if sums.len() <= GROUP_ROWS_MAX {
        return (sums, Vec::new());
    }
    let weight = |row: &RowSum<'_>| row.measures.get(Measure::TakenOn);
    let mut weights: Vec<(Reverse<i64>, usize)> =
        sums.iter().enumerate().map(|(place, row)| (Reverse(weight(row)), place)).collect();
    weights.sort_unstable();
    let last = weights[GROUP_ROWS_MAX - 1];
    let mut place = 0..;
    sums.into_iter().partition(|row| (Reverse(weight(row)), place.next().unwrap_or_default()) <= last)
}
