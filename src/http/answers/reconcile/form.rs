//! Their form beside ours, cell by cell.

use std::collections::{BTreeMap, BTreeSet};

use crate::ingest::statement::FormRow as TheirRow;
use crate::model::plain::plain;

use super::super::super::address::in_address;
use super::super::form_rows::{FormRow, GroupAnswer};
use super::super::official::{FormAnswer, FormQuery, current_form};
use super::super::{AnswerError, Figures};
use super::{Compared, Difference, Reason, ReconcileAnswer, ReconcileQuery};

/// The form that is compared.
const FORM: &str = "ii06a";

pub(super) fn compare<T, E: From<AnswerError>>(
    figures: Figures<'_>,
    query: &ReconcileQuery,
    (theirs, mut compared): (&[TheirRow], Compared),
    answer: impl FnOnce(&ReconcileAnswer<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let asked = FormQuery {
        period: Some(query.window.clone()),
        scheme: query.scheme.clone(),
        rows: query.rows.clone(),
        ..FormQuery::default()
    };
    current_form(figures, (FORM, &query.unit), &asked, |form| {
        Cells { form, query, compared: &mut compared }.compare(theirs);
        answer(&ReconcileAnswer {
            kind: "form",
            unit: form.unit,
            name: form.name,
            window: form.window,
            scheme: form.scheme,
            as_of: form.as_of.to_owned(),
            seq: form.seq,
            node: figures.node,
            source: None,
            theirs: theirs.len(),
            ours: None,
            agree: compared.agree,
            differ: compared.differences(),
            more: compared.differences() - compared.differences.len(),
            reasons: compared.reasons,
            differences: compared.differences,
        })
    })
}

struct Cells<'c, 'f> {
    form: &'c FormAnswer<'f>,
    query: &'c ReconcileQuery,
    compared: &'c mut Compared,
}

impl<'f> Cells<'_, 'f> {
    /// Their rows beside ours. A total says that it is one; a row below a block's heading is of that block, and is known by
    /// its code, else by its name: of two with one name the first is the first.
    fn compare(&mut self, theirs: &[TheirRow]) {
        let form = self.form;
        let mut block: Option<usize> = None;
        let (mut seen, mut has_rows) = (BTreeSet::new(), false);
        for row in theirs {
            let shown = row.names.last().cloned().unwrap_or_default();
            let name = folded(&shown);
            if is_total(row, &name) {
                self.row(row, (&shown, None), &form.total);
                continue;
            }
            let headed = form.groups.iter().position(|group| name == folded(&group.heading.vi));
            if let Some(group) = headed {
                block = headed;
                self.row(row, (&shown, None), &form.groups[group].counts);
                continue;
            }
            has_rows = true;
            // Without blocks a row is looked for in all of them.
            let groups = form.groups.iter().enumerate().filter(|(at, _)| block.is_none_or(|block| block == *at));
            let found =
                groups.into_iter().find_map(|(at, group)| Some((at, place_of((at, group), row, &name, &seen)?)));
            if let Some((group, at)) = found {
                seen.insert((group, at));
                let own = &form.groups[group].rows[at];
                self.row(row, (&shown, own.key), &own.counts);
            } else if row.counts.values().any(|count| *count != 0) {
                self.missing_here(row, shown);
            }
        }
        // A form of totals alone says nothing of rows.
        for (group, of) in form.groups.iter().enumerate().filter(|_| has_rows) {
            let counted = |row: &FormRow<'_>| row.counts.values().any(|count| *count != 0);
            let unseen = of.rows.iter().enumerate().filter(|(at, row)| !seen.contains(&(group, *at)) && counted(row));
            for (_, row) in unseen {
                self.compared.differ(Reason::RowMissingThere, || Difference {
                    row: None,
                    what: row.name.to_owned(),
                    of: "row".to_owned(),
                    theirs: "-".to_owned(),
                    ours: row.counts.get(&3).map(i64::to_string).unwrap_or_default(),
                    reason: Reason::RowMissingThere,
                    why: format!("no such row there; here under {}", of.heading.vi),
                });
            }
        }
    }

    fn missing_here(&mut self, row: &TheirRow, what: String) {
        let folded: usize = self.form.groups.iter().flat_map(|group| &group.rows).filter_map(|row| row.others).sum();
        self.compared.differ(Reason::RowMissingHere, || Difference {
            row: Some(row.row),
            what,
            of: "row".to_owned(),
            theirs: row.counts.get(&3).map(i64::to_string).unwrap_or_default(),
            ours: "-".to_owned(),
            reason: Reason::RowMissingHere,
            why: match folded {
                0 => "no such row here".to_owned(),
                rows => format!("no such row here, or one of the {rows} that our form has as one"),
            },
        });
    }

    fn row(&mut self, row: &TheirRow, (name, key): (&str, Option<&str>), ours: &BTreeMap<u8, i64>) {
        for (number, theirs) in &row.counts {
            let own = ours.get(number).copied().unwrap_or(0);
            if own == *theirs {
                self.compared.agree += 1;
                continue;
            }
            let why = self.dossiers_of(*number, key);
            self.compared.differ(Reason::Cell, || Difference {
                row: Some(row.row),
                what: name.to_owned(),
                of: format!("column {number}"),
                theirs: theirs.to_string(),
                ours: own.to_string(),
                reason: Reason::Cell,
                why,
            });
        }
    }

    /// Where the dossiers of a cell are.
    fn dossiers_of(&self, number: u8, key: Option<&str>) -> String {
        let rows = self.query.rows.as_deref().unwrap_or("field");
        let filter = key.filter(|_| rows != "unit").map(|key| format!("&{rows}={}", in_address(key)));
        let unit = key.filter(|_| rows == "unit").unwrap_or(&self.query.unit);
        format!(
            "see /api/v1/units/{}/dossiers?measure={}&window={}&scheme={}{}",
            in_address(unit),
            self.measures(number),
            self.query.window,
            self.form.scheme,
            filter.unwrap_or_default(),
        )
    }

    fn measures(&self, number: u8) -> String {
        let totals = &self.form.official.totals;
        if let Some(total) = totals.iter().find(|total| total.column == number) {
            return total.measure.name().to_owned();
        }
        let column = totals.iter().flat_map(|total| &total.columns).find(|column| column.number == number);
        let names = column.map(|column| column.measures.iter().map(|measure| measure.name()).collect::<Vec<_>>());
        names.unwrap_or_default().join(",")
    }
}

/// The total of a form: its name or its part says so.
fn is_total(row: &TheirRow, name: &str) -> bool {
    let is_part = row.names.iter().any(|cell| cell == "total");
    is_part || name == "tong" || name.starts_with("tong so") || name.starts_with("tong cong")
}

/// The row that one of theirs is: that of its code, else the first of its name that wasn't seen before.
fn place_of(
    (at, group): (usize, &GroupAnswer<'_>),
    row: &TheirRow,
    name: &str,
    seen: &BTreeSet<(usize, usize)>,
) -> Option<usize> {
    let code = row.names.iter().rev().nth(1).map(String::as_str);
    let by_code = group.rows.iter().position(|own| own.key.is_some() && own.key == code);
    let named = |(place, own): (usize, &FormRow<'_>)| !seen.contains(&(at, place)) && folded(own.name) == name;
    by_code.or_else(|| group.rows.iter().enumerate().position(named))
}

/// A name without accents, capitals and needless spaces.
fn folded(name: &str) -> String {
    let plain = plain(name);
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}
