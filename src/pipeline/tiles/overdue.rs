//! How long what is overdue has been: by class of age, and by field of work.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::cube::{Dimension, Selection};
use crate::kpi::{Band, Measure, RowsBy};
use crate::units::Perspective;

use super::{Base, Reading};

/// The classes, each of one or two of those that a breakdown by age has; the last one is the oldest.
const CLASSES: [(&str, &[&str]); 4] = [
    ("le_5", &["overdue_le_1", "overdue_le_5"]),
    ("le_10", &["overdue_le_10"]),
    ("le_30", &["overdue_le_30"]),
    ("gt_30", &["overdue_gt_30"]),
];

/// Rows of fields; what is of further ones is one row more.
const FIELDS_MAX: usize = 6;

#[derive(Serialize)]
pub(super) struct OverdueTile<'a> {
    #[serde(flatten)]
    base: Base<'a>,
    /// In progress and overdue; null while nobody knows that it is 0.
    total: Option<i64>,
    /// By how much it changed since yesterday's end.
    today: Option<i64>,
    limit: Option<i64>,
    band: Option<Band>,
    classes: Vec<Class>,
    /// Fields with most of it first.
    #[serde(skip_serializing_if = "Option::is_none")]
    fields: Option<Vec<Field<'a>>>,
    /// What is of all further fields.
    #[serde(skip_serializing_if = "Option::is_none")]
    others: Option<Others>,
}

#[derive(Serialize)]
struct Class {
    id: &'static str,
    count: Option<i64>,
}

#[derive(Serialize)]
struct Field<'a> {
    /// Null: no field was given.
    field: Option<&'a str>,
    count: i64,
    /// Of it in the oldest class.
    oldest: i64,
}

#[derive(Serialize)]
struct Others {
    fields: usize,
    count: i64,
    oldest: i64,
}

/// What is overdue, counted once for all that shows it.
pub(super) struct Overdue<'a> {
    pub(super) classes: [i64; CLASSES.len()],
    /// By field: how much, and how much of it in the oldest class.
    pub(super) fields: BTreeMap<Option<&'a str>, (i64, i64)>,
}

impl Overdue<'_> {
    pub(super) fn total(&self) -> i64 {
        self.classes.iter().sum()
    }
}

impl<'a> Reading<'a> {
    pub(super) fn overdue(&self) -> Overdue<'a> {
        let selection = Selection {
            perspective: Perspective::default(),
            unit: self.unit,
            own: false,
            window: self.window(),
            filters: Vec::new(),
            without_same_day: false,
        };
        let mut found = Overdue { classes: [0; CLASSES.len()], fields: BTreeMap::new() };
        self.view.visit_open(&selection, |item| {
            let Some(age) = item.value(Dimension::Age) else { return };
            let Some(class) = CLASSES.iter().position(|(_, ages)| ages.contains(&age)) else { return };
            found.classes[class] += 1;
            let (count, oldest) = found.fields.entry(item.value(Dimension::Field)).or_default();
            *count += 1;
            *oldest += i64::from(class == CLASSES.len() - 1);
        });
        found
    }

    pub(super) fn overdue_age(&self) -> OverdueTile<'a> {
        let found = self.overdue();
        let measures = self.measures(self.window());
        let measure = Measure::InProgressOverdue;
        let limit = self.catalogue.limit(measure, &measures, self.scope(), self.day());
        let known = self.is_known(found.total() != 0 || !measures.is_zero());
        let classes = CLASSES.iter().zip(found.classes);
        let (fields, others) = if self.panel.by == Some(RowsBy::Field) { by_field(&found) } else { (None, None) };
        OverdueTile {
            base: self.base(),
            total: known.then(|| found.total()),
            today: self.yesterday().filter(|_| known).map(|before| found.total() - before.get(measure)),
            limit: limit.map(|(limit, _)| limit),
            band: limit.and_then(|(_, band)| band).filter(|_| known),
            classes: classes.map(|((id, _), count)| Class { id, count: known.then_some(count) }).collect(),
            fields,
            others,
        }
    }
}

fn by_field<'a>(found: &Overdue<'a>) -> (Option<Vec<Field<'a>>>, Option<Others>) {
    let rows =
        found.fields.iter().map(|(field, (count, oldest))| Field { field: *field, count: *count, oldest: *oldest });
    let mut rows: Vec<Field<'a>> = rows.collect();
    // The map's order decides between equals.
    rows.sort_by_key(|row| std::cmp::Reverse(row.count));
    if rows.len() <= FIELDS_MAX {
        return (Some(rows), None);
    }
    let rest = rows.split_off(FIELDS_MAX - 1);
    let sum = |of: fn(&Field<'_>) -> i64| rest.iter().map(of).sum();
    let others = Others { fields: rest.len(), count: sum(|row| row.count), oldest: sum(|row| row.oldest) };
    (Some(rows), Some(others))
}
