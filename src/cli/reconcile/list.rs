//! Their list of dossiers beside ours, id by id.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use anyhow::ensure;
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use super::{Asking, Compared, Difference, percent};
use crate::ingest::statement::ListedDossier;
use crate::model::Text;

/// Rows of a page.
const PAGE_ROWS: &str = "1000";

/// A page of dossiers.
#[derive(Deserialize)]
struct Page {
    seq: u64,
    rows: Vec<OwnDossier>,
    cursor: Option<String>,
}

#[derive(Clone, Deserialize)]
struct OwnDossier {
    source: String,
    id: String,
    status: Option<String>,
    received: Option<String>,
    due: Option<String>,
    finish: Option<String>,
    reason_vi: String,
}

impl Asking<'_> {
    pub(super) async fn list(&self, theirs: &[ListedDossier], out: &mut impl Write) -> anyhow::Result<Compared> {
        let (ours, seqs) = self.taken_on().await?;
        if ours.is_empty() && !theirs.is_empty() {
            writeln!(out, "note: source {} has none here; --source says whose list it is", self.args.source)?;
        }
        writeln!(
            out,
            "dossiers of {} taken on in {}, source {}: {} there, {} here, up to record {}",
            self.args.unit,
            self.args.window,
            self.args.source,
            theirs.len(),
            ours.len(),
            seqs.last().copied().unwrap_or_default()
        )?;
        if seqs.len() > 1 {
            writeln!(
                out,
                "note: records came in meanwhile ({} to {})",
                seqs.first().copied().unwrap_or_default(),
                seqs.last().copied().unwrap_or_default()
            )?;
        }
        let mut compared = Compared::default();
        let mut listed: BTreeMap<Text, &ListedDossier> = BTreeMap::new();
        for one in theirs {
            match listed.entry(Text::new(&one.id)) {
                Entry::Vacant(place) => drop(place.insert(one)),
                Entry::Occupied(before) => {
                    compared.add(one, "id", "twice", "-", &format!("the file has it in row {}, too", before.get().row));
                }
            }
        }
        for (id, one) in &listed {
            match ours.get(id.as_str()) {
                Some(own) => compared.dossier(one, own),
                None => {
                    let why = self.why_not(id).await?;
                    compared.add(one, "dossier", "there", "missing here", &why);
                }
            }
        }
        for (id, own) in ours.iter().filter(|(id, _)| !listed.contains_key(&Text::new(id))) {
            let ours = "here".to_owned();
            let (of, theirs) = ("dossier".to_owned(), "missing there".to_owned());
            compared.differences.push(Difference {
                row: None,
                what: id.clone(),
                of,
                theirs,
                ours,
                why: own.reason_vi.clone(),
            });
        }
        Ok(compared)
    }

    /// Every dossier taken on in the window, of the source, by id; and the sequences at which the pages stood.
    async fn taken_on(&self) -> anyhow::Result<(BTreeMap<String, OwnDossier>, Vec<u64>)> {
        let (mut ours, mut seqs, mut cursor) = (BTreeMap::new(), BTreeSet::new(), None::<String>);
        loop {
            let mut query = vec![
                ("measure", "taken_on".to_owned()),
                ("window", self.args.window.clone()),
                ("scheme", self.args.scheme.clone()),
                ("limit", PAGE_ROWS.to_owned()),
            ];
            query.extend(cursor.take().map(|cursor| ("cursor", cursor)));
            let (status, body) = self.get(&self.unit_path("dossiers"), query).await?;
            ensure!(status.is_success(), "the server knows no unit {}: {body}", self.args.unit);
            let page: Page = serde_json::from_value(body)?;
            seqs.insert(page.seq);
            let of_source = page.rows.into_iter().filter(|row| row.source == self.args.source);
            ours.extend(of_source.map(|row| (row.id.clone(), row)));
            cursor = page.cursor;
            if cursor.is_none() {
                return Ok((ours, seqs.into_iter().collect()));
            }
        }
    }

    /// Why a dossier isn't among those taken on.
    async fn why_not(&self, id: &str) -> anyhow::Result<String> {
        let (source, id) = (percent(&self.args.source), percent(id));
        let (status, body) = self.get(&format!("/api/v1/dossiers/{source}/{id}"), Vec::new()).await?;
        if status == StatusCode::NOT_FOUND {
            return Ok("never sent here, or not by this source".to_owned());
        }
        let derived = &body["derived"];
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let unit = text(&body["unit"]["unit"]).unwrap_or_default();
        Ok(if derived["void"] == true {
            "void here: out of all figures".to_owned()
        } else if derived["accepted"] == false {
            format!(
                "not taken on here, its status is {}",
                text(&derived["newest_status"]).unwrap_or_else(|| "unknown".to_owned())
            )
        } else {
            let (taken_on, finish) = (text(&derived["taken_on"]).unwrap_or_default(), text(&derived["finish"]));
            let finish = finish.map(|finish| format!(", finished {finish}")).unwrap_or_default();
            format!("here under unit {unit}, taken on {taken_on}{finish}: another unit or outside the window")
        })
    }
}

impl Compared {
    /// What the list says of a dossier beside what is known here.
    fn dossier(&mut self, one: &ListedDossier, own: &OwnDossier) {
        let before = self.differences.len();
        if let (Some(theirs), Some(ours)) = (one.status, own.status.as_deref())
            && theirs != ours
        {
            self.add(one, "status", theirs, ours, &own.reason_vi);
        }
        for (name, ours) in [("received_at", &own.received), ("due_at", &own.due), ("finished_at", &own.finish)] {
            let Some(theirs) = one.times.get(name) else { continue };
            let ours = ours.as_deref().and_then(|time| time.get(..10)).unwrap_or("-");
            if day(theirs).is_some_and(|day| day != ours) {
                self.add(one, name, theirs, ours, &own.reason_vi);
            }
        }
        if self.differences.len() == before {
            self.agree += 1;
        }
    }

    fn add(&mut self, one: &ListedDossier, of: &str, theirs: &str, ours: &str, why: &str) {
        let [of, theirs, ours, why] = [of, theirs, ours, why].map(str::to_owned);
        self.differences.push(Difference { row: Some(one.row), what: one.id.clone(), of, theirs, ours, why });
    }
}

/// The day of a time as it stands in a list: `dd/mm/yyyy`, ISO 8601, or the portal's digits; none when it is another form.
fn day(text: &str) -> Option<String> {
    let date = text.split([' ', 'T']).find(|part| part.contains('/') || part.contains('-') || part.len() >= 8)?;
    if let [day, month, year] = date.split('/').collect::<Vec<_>>()[..] {
        return Some(format!("{year:0>4}-{month:0>2}-{day:0>2}"));
    }
    if date.len() >= 10 && date.as_bytes()[4] == b'-' {
        return date.get(..10).map(str::to_owned);
    }
    let digits = date.get(..8).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    Some(format!("{}-{}-{}", &digits[..4], &digits[4..6], &digits[6..]))
}
