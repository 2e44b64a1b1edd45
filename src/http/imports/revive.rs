//! Records that come for dossiers that are void: told to their sender, and the way back for dossiers whose import was
//! taken back.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::cube::{Revival, View};
use crate::model::{DossierKey, Field, Record, Text};

/// Ids that are listed; more are only counted.
const LISTED_MAX: usize = 100;

/// Accepted records that count nowhere, because their dossiers are void.
#[derive(Debug, Default, Serialize)]
pub(in crate::http) struct Voided {
    /// Records.
    records: usize,
    /// Dossiers.
    dossiers: usize,
    /// The first hundred of them, by id.
    ids: Vec<Text>,
}

impl Voided {
    /// How many records.
    pub(in crate::http) fn records(&self) -> usize {
        self.records
    }

    /// Whether there is none.
    pub(in crate::http) fn is_empty(&self) -> bool {
        self.records == 0
    }
}

/// What came back.
#[derive(Debug, Default, Serialize)]
pub(in crate::http) struct Revived {
    /// Dossiers that count again.
    dossiers: usize,
    /// Dossiers that stay void: with what the import that was taken back said of them they would not count as by these
    /// records alone.
    kept_void: usize,
    /// The first hundred of those, with what differs.
    kept_void_list: Vec<KeptVoid>,
}

#[derive(Debug, Serialize)]
struct KeptVoid {
    id: Text,
    differs: Vec<&'static str>,
}

/// Which of the records belong to dossiers that are void and don't say anything about that themselves.
pub(in crate::http) fn voided<'r>(view: &View, records: impl Iterator<Item = &'r Record> + Clone) -> Voided {
    let mut found: BTreeMap<&Text, usize> = BTreeMap::new();
    let back = records.clone().filter_map(|record| match record {
        Record::Dossier(event) if event.void == Field::Null => Some(&event.key),
        _ => None,
    });
    let back: std::collections::BTreeSet<&DossierKey> = back.collect();
    for record in records {
        let Record::Dossier(event) = record else { continue };
        if event.void.is_absent() && view.is_void(&event.key) && !back.contains(&event.key) {
            *found.entry(&event.key.id).or_default() += 1;
        }
    }
    Voided {
        records: found.values().sum(),
        dossiers: found.len(),
        ids: found.into_keys().take(LISTED_MAX).cloned().collect(),
    }
}

/// Lets dossiers count again that an undo made void, where these records alone say how: their `void` is cleared, behind
/// the write that set it. One that would count otherwise, because of what is left of the import that was taken back,
/// stays void. Also the records that clear it.
pub(in crate::http) fn revive(view: &View, records: &[Record]) -> (Revived, Vec<Record>) {
    let mut of_key: BTreeMap<DossierKey, Vec<usize>> = BTreeMap::new();
    for (place, record) in records.iter().enumerate() {
        if let Record::Dossier(event) = record
            && event.void.is_absent()
            && view.is_void(&event.key)
        {
            of_key.entry(event.key.clone()).or_default().push(place);
        }
    }
    let (mut revived, mut clearings) = (Revived::default(), Vec::new());
    for (key, places) in of_key {
        if !view.void_reason(&key).is_some_and(|reason| is_of_undo(reason)) {
            continue;
        }
        let events = places.iter().filter_map(|place| match &records[*place] {
            Record::Dossier(event) => Some(event.as_ref()),
            _ => None,
        });
        match view.revival(&key, events) {
            Some(Revival::Clear(clearing)) => {
                revived.dossiers += 1;
                clearings.push(Record::Dossier(clearing));
            }
            Some(Revival::Differs(differs)) => {
                revived.kept_void += 1;
                if revived.kept_void_list.len() < LISTED_MAX {
                    revived.kept_void_list.push(KeptVoid { id: key.id, differs });
                }
            }
            None => {}
        }
    }
    (revived, clearings)
}

/// Whether that is why an undo makes a dossier void.
fn is_of_undo(reason: &str) -> bool {
    let number = reason.strip_prefix("import ").and_then(|rest| rest.strip_suffix(" undone"));
    number.is_some_and(|number| number.parse::<u64>().is_ok_and(|id| super::reason(id) == reason))
}
