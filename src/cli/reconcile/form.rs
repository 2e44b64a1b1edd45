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

    /// Their rows beside ours: a row by its name or key within its block, the blocks by their headings, the first of all the
    /// total.
    fn cells(&self, theirs: &[FormRow], ours: &Form) -> Compared {
        let mut compared = Compared::default();
        let mut block: Option<&Group> = None;
        let mut seen = BTreeSet::new();
        for (place, row) in theirs.iter().enumerate() {
            let names: Vec<String> = row.names.iter().map(|name| folded(name)).collect();
            let is = |name: &str| names.contains(&folded(name));
            let is_total =
                place == 0 && names.iter().all(|name| ours.groups.iter().all(|of| folded(&of.heading.vi) != *name));
            let shown = row.names.last().cloned().unwrap_or_default();
            if is_total || names.iter().any(|name| name.starts_with("tong so") || name.starts_with("tong cong")) {
                compared.row(self, row, (&shown, None), &ours.total, &ours.columns);
                continue;
            }
            let own =
                |group: &Group| group.rows.iter().position(|of| is(&of.name) || of.key.as_deref().is_some_and(is));
            let headed = ours
                .groups
                .iter()
                .find(|group| row.names.last().is_some_and(|name| folded(name) == folded(&group.heading.vi)));
            if let Some(group) = headed {
                block = Some(group);
                compared.row(self, row, (&shown, None), &group.counts, &ours.columns);
                continue;
            }
            // Without blocks a row is looked for in all of them.
            let mut groups: Vec<&Group> = block.into_iter().collect();
            if groups.is_empty() {
                groups.extend(&ours.groups);
            }
            let found = groups.into_iter().find_map(|group| Some((group, own(group)?)));
            if let Some((group, at)) = found {
                seen.insert((group.heading.vi.as_str(), at));
                let key = group.rows[at].key.as_deref();
                compared.row(self, row, (&shown, key), &group.rows[at].counts, &ours.columns);
            } else if row.counts.values().any(|count| *count != 0) {
                let why = "no such row here".to_owned();
                let theirs = row.counts.get(&3).map(i64::to_string).unwrap_or_default();
                compared.differences.push(Difference {
                    row: Some(row.row),
                    what: shown,
                    of: "row".to_owned(),
                    theirs,
                    ours: "-".to_owned(),
                    why,
                });
            }
        }
        for group in &ours.groups {
            let unseen =
                group.rows.iter().enumerate().filter(|(at, _)| !seen.contains(&(group.heading.vi.as_str(), *at)));
            for (_, row) in unseen.filter(|(_, row)| theirs.len() > 1 && row.counts.values().any(|count| *count != 0)) {
                let ours = row.counts.get(&3).map(i64::to_string).unwrap_or_default();
                let why = format!("no such row there; here under {}", group.heading.vi);
                compared.differences.push(Difference {
                    row: None,
                    what: row.name.clone(),
                    of: "row".to_owned(),
                    theirs: "-".to_owned(),
                    ours,
                    why,
                });
            }
        }
        compared
    }
}

impl Compared {
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
