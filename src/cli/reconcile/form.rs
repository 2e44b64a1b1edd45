//! Their form beside ours, cell by cell.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use anyhow::ensure;
use serde::Deserialize;

use super::{Asking, Compared, Difference, percent};
use crate::ingest::statement::FormRow;
use crate::model::plain::plain;

#[derive(Deserialize)]
struct Form {
    seq: u64,
    window: Days,
    columns: Vec<FormColumn>,
    total: BTreeMap<u8, i64>,
    groups: Vec<Group>,
}

#[derive(Deserialize)]
struct Days {
    from: String,
    to: String,
}

#[derive(Deserialize)]
struct FormColumn {
    number: u8,
    measures: Vec<String>,
}

#[derive(Deserialize)]
struct Group {
    heading: Heading,
    counts: BTreeMap<u8, i64>,
    rows: Vec<OwnRow>,
}

#[derive(Deserialize)]
struct Heading {
    vi: String,
}

#[derive(Deserialize)]
struct OwnRow {
    key: Option<String>,
    name: String,
    counts: BTreeMap<u8, i64>,
}

impl Asking<'_> {
    pub(super) async fn form(&self, theirs: &[FormRow], out: &mut impl Write) -> anyhow::Result<Compared> {
        let query = vec![
            ("period", self.args.window.clone()),
            ("scheme", self.args.scheme.clone()),
            ("rows", self.args.rows.clone()),
        ];
        let (status, body) = self.get(&self.unit_path("forms/ii06a"), query).await?;
        ensure!(status.is_success(), "the server has no form of {} for {}: {body}", self.args.unit, self.args.window);
        let ours: Form = serde_json::from_value(body)?;
        writeln!(
            out,
            "II.06a of {}, {} to {}, up to record {}",
            self.args.unit, ours.window.from, ours.window.to, ours.seq
        )?;
        Ok(self.cells(theirs, &ours))
    }

    /// Their rows beside ours. A total says that it is one; a row below a block's heading is of that block, and is known by
    /// its code, else by its name: of two with one name the first is the first.
    fn cells(&self, theirs: &[FormRow], ours: &Form) -> Compared {
        let mut compared = Compared::default();
        let mut block: Option<&Group> = None;
        let (mut seen, mut has_rows) = (BTreeSet::new(), false);
        for row in theirs {
            let shown = row.names.last().cloned().unwrap_or_default();
            let name = folded(&shown);
            if is_total(row, &name) {
                compared.row(self, row, (&shown, None), &ours.total, &ours.columns);
                continue;
            }
            if let Some(group) = ours.groups.iter().find(|group| name == folded(&group.heading.vi)) {
                block = Some(group);
                compared.row(self, row, (&shown, None), &group.counts, &ours.columns);
                continue;
            }
            has_rows = true;
            // Without blocks a row is looked for in all of them.
            let groups = ours.groups.iter().filter(|group| block.is_none_or(|block| std::ptr::eq(block, *group)));
            let found = groups.into_iter().find_map(|group| Some((group, group.row_of(row, &name, &seen)?)));
            if let Some((group, at)) = found {
                seen.insert((group.heading.vi.as_str(), at));
                let own = &group.rows[at];
                compared.row(self, row, (&shown, own.key.as_deref()), &own.counts, &ours.columns);
            } else if row.counts.values().any(|count| *count != 0) {
                let theirs = row.counts.get(&3).map(i64::to_string).unwrap_or_default();
                compared.lone_row(Some(row.row), shown, [theirs, "-".to_owned()], "no such row here".to_owned());
            }
        }
        // A form of totals alone says nothing of rows.
        for group in ours.groups.iter().filter(|_| has_rows) {
            let counted = |row: &OwnRow| row.counts.values().any(|count| *count != 0);
            let is_unseen = |at: usize| !seen.contains(&(group.heading.vi.as_str(), at));
            for (_, row) in group.rows.iter().enumerate().filter(|(at, row)| is_unseen(*at) && counted(row)) {
                let ours = row.counts.get(&3).map(i64::to_string).unwrap_or_default();
                let why = format!("no such row there; here under {}", group.heading.vi);
                compared.lone_row(None, row.name.clone(), ["-".to_owned(), ours], why);
            }
        }
        compared
    }
}

/// The total of a form: its name or its part says so.
fn is_total(row: &FormRow, name: &str) -> bool {
    let is_part = row.names.iter().any(|cell| cell == "total");
    is_part || name == "tong" || name.starts_with("tong so") || name.starts_with("tong cong")
}

impl Group {
    /// The row that one of theirs is: that of its code, else the first of its name that wasn't seen before.
    fn row_of(&self, row: &FormRow, name: &str, seen: &BTreeSet<(&str, usize)>) -> Option<usize> {
        let code = row.names.iter().rev().nth(1);
        let by_code = self.rows.iter().position(|own| own.key.is_some() && own.key.as_ref() == code);
        let is_unseen = |at: usize| !seen.contains(&(self.heading.vi.as_str(), at));
        let named = |(at, own): (usize, &OwnRow)| is_unseen(at) && folded(&own.name) == name;
        by_code.or_else(|| self.rows.iter().enumerate().position(named))
    }
}

impl Compared {
    /// A row that only one side has, with its column 3 on both.
    fn lone_row(&mut self, row: Option<u64>, what: String, [theirs, ours]: [String; 2], why: String) {
        self.differences.push(Difference { row, what, of: "row".to_owned(), theirs, ours, why });
    }

    fn row(
        &mut self,
        asking: &Asking<'_>,
        row: &FormRow,
        (name, key): (&str, Option<&str>),
        ours: &BTreeMap<u8, i64>,
        columns: &[FormColumn],
    ) {
        for (number, theirs) in &row.counts {
            let own = ours.get(number).copied().unwrap_or(0);
            if own == *theirs {
                self.agree += 1;
                continue;
            }
            let measures =
                columns.iter().find(|column| column.number == *number).map(|column| column.measures.join(","));
            let filter =
                key.filter(|_| asking.args.rows != "unit").map(|key| format!("&{}={}", asking.args.rows, percent(key)));
            let unit = key.filter(|_| asking.args.rows == "unit").unwrap_or(&asking.args.unit);
            let why = format!(
                "see /api/v1/units/{}/dossiers?measure={}&window={}&scheme={}{}",
                percent(unit),
                measures.unwrap_or_default(),
                asking.args.window,
                asking.args.scheme,
                filter.unwrap_or_default(),
            );
            self.differences.push(Difference {
                row: Some(row.row),
                what: name.to_owned(),
                of: format!("column {number}"),
                theirs: theirs.to_string(),
                ours: own.to_string(),
                why,
            });
        }
    }
}

/// A name without accents, capitals and needless spaces.
fn folded(name: &str) -> String {
    let plain = plain(name);
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}
