//! Taking an import back.
//!
//! Registers are maxima: what was joined can't be taken out again. So a dossier of which this import brought every record
//! is made void, by a record that writes no other register: it has the `at` and the unit of a record that is there (the
//! import's first one, or the one that wrote `void` last). A dossier of which anything else is known keeps what the import
//! said of it, and is named. A rating's score and an indicator's numbers are cleared a millisecond after their newest
//! write, because at equal `at` a value beats null. Doing it again finds nothing left to do.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use tokio::time::timeout;

use crate::facts::FactsError;
use crate::model::codec::encode;
use crate::model::{DossierEvent, DossierKey, Field, IndicatorKey, IndicatorReport, Instant, Rating, Record, Text};
use crate::store::{ImportedDossier, ImportedIndicator, ImportedRating, ImportedRecords, Store, StoreError};

use super::super::error::Problem;
use super::super::state::AppState;
use super::super::units_load::caught_up;
use super::keeper::{Import, add_range};
use super::{kept, reason};

/// How long ClickHouse may take to store what was journalled before.
const STORED_WAIT: Duration = Duration::from_secs(30);
/// Records of one append.
const APPEND_RECORDS_MAX: usize = 5_000;
/// Things that are listed because they stay; more are only counted.
const LISTED_MAX: usize = 1_000;

/// What became of an import.
#[derive(Debug, Default, Serialize)]
pub(super) struct Undone {
    id: u64,
    source: String,
    dry_run: bool,
    dossiers: Outcome,
    ratings: Outcome,
    indicators: Outcome,
    /// Records that ClickHouse refuses for good: what they belong to isn't known.
    set_aside: usize,
    /// Whether nothing of the import is left in any figure.
    complete: bool,
    /// Sequence of the last record written; null when there was nothing to do.
    seq: Option<u64>,
    node: String,
}

#[derive(Debug, Default, Serialize)]
struct Outcome {
    /// Of how many the import brought records.
    known: usize,
    /// Taken out of all figures by this call (or to be, in a dry run).
    undone: usize,
    /// Out of all figures already.
    already: usize,
    /// Left as they are, because something else is known of them.
    kept: usize,
    /// The first thousand of those.
    kept_list: Vec<Kept>,
}

/// What stays, and from where else it is known.
#[derive(Debug, Serialize)]
struct Kept {
    id: String,
    /// Records from elsewhere.
    records: u64,
    /// Imports that brought them, as far as they are among the first twenty.
    imports: Vec<u64>,
}

/// Takes an import back, or says what that would do.
pub(super) async fn undo(state: &AppState, id: u64, import: Import, dry_run: bool) -> Result<Undone, Problem> {
    let _alone = state.imports.requests.write().await;
    let now = (state.clock)();
    if !dry_run && import.undone_ms.is_none() {
        // First, so that no request of the import is taken in behind it.
        change(state, id, move |import| import.undone_ms = Some(now.0)).await?;
    }
    let (import, all) = kept(state, move |imports| Ok((imports.get(id)?, imports.all()?))).await?;
    let import = import.ok_or(Problem::UnknownImport { id })?;
    let store = stored(state).await?;
    let records = ImportedRecords {
        source: import.source.to_string(),
        node: u64::from_str_radix(&state.node, 16).map_err(Problem::internal)?,
        undone: undone_ranges(id, &all),
        ranges: import.ranges.clone(),
    };
    let mut plan = Plan { id, source: import.source.clone(), all, records: Vec::new() };
    let mut undone = Undone { id, source: records.source.clone(), dry_run, ..Undone::default() };
    let found = found(&store, &records).await.map_err(unread)?;
    undone.dossiers = plan.take_dossiers(found.0, records.node);
    undone.ratings = plan.take_ratings(&found.1);
    undone.indicators = plan.take_indicators(&found.2)?;
    let within = |seq: u64| import.ranges.iter().any(|(first, last)| (*first..=*last).contains(&seq));
    undone.set_aside = state.verifier.sink.borrow().quarantined.iter().filter(|one| within(one.seq)).count();
    let outcomes = [&undone.dossiers, &undone.ratings, &undone.indicators];
    undone.complete = undone.set_aside == 0 && outcomes.iter().all(|outcome| outcome.kept == 0);
    undone.node = state.node.to_string();
    if !dry_run && !plan.records.is_empty() {
        undone.seq = append(state, id, &plan.records).await?;
        let spared = plan.spare(&look_again(state, &records).await?, &mut undone.dossiers, records.node);
        undone.seq = append(state, id, &spared).await?.or(undone.seq);
        undone.complete &= spared.is_empty();
    }
    Ok(undone)
}

/// The dossiers once more, when the figures have what was written: whatever was journalled before without its sender
/// hearing that it counts nowhere is stored now.
async fn look_again(state: &AppState, records: &ImportedRecords) -> Result<Vec<ImportedDossier>, Problem> {
    caught_up(state).await?;
    let store = stored(state).await?;
    store.imported_dossiers(records).await.map_err(unread)
}

fn unread(error: StoreError) -> Problem {
    tracing::warn!(error = &error as &dyn std::error::Error, "the records of an import can't be read");
    Problem::StoreAway
}

/// ClickHouse, once it has everything journalled so far.
async fn stored(state: &AppState) -> Result<Store, Problem> {
    let synced = *state.journal.synced().borrow();
    let mut sink = state.verifier.sink.clone();
    match timeout(STORED_WAIT, sink.wait_for(|sink| sink.stored_seq >= synced)).await {
        Ok(Ok(_)) => state.stores.borrow().clone().ok_or(Problem::StoreAway),
        _ => Err(Problem::StoreAway),
    }
}

/// Records that count as having come in no way: of imports that were taken back, and by which they were.
fn undone_ranges(id: u64, all: &[(u64, Import)]) -> Vec<(u64, u64)> {
    let others = all.iter().filter(|(other, import)| *other != id && import.undone_ms.is_some());
    let own = all.iter().filter(|(other, _)| *other == id);
    let of_others = others.flat_map(|(_, import)| import.ranges.iter().chain(&import.undo_ranges));
    of_others.chain(own.flat_map(|(_, import)| &import.undo_ranges)).copied().collect()
}

type Found = (Vec<ImportedDossier>, Vec<ImportedRating>, Vec<ImportedIndicator>);

async fn found(store: &Store, records: &ImportedRecords) -> Result<Found, StoreError> {
    if records.ranges.is_empty() {
        return Ok(Found::default());
    }
    let dossiers = store.imported_dossiers(records).await?;
    let ratings = store.imported_ratings(records).await?;
    Ok((dossiers, ratings, store.imported_indicators(records).await?))
}

/// What is to be written.
struct Plan {
    id: u64,
    source: Text,
    all: Vec<(u64, Import)>,
    records: Vec<Record>,
}

impl Plan {
    fn take_dossiers(&mut self, found: Vec<ImportedDossier>, node: u64) -> Outcome {
        let mut outcome = Outcome { known: found.len(), ..Outcome::default() };
        for dossier in found {
            let ImportedDossier { id, first, voided, others, other_records } = dossier;
            if voided.1 == 1 {
                outcome.already += 1;
            } else if others > 0 {
                let imports = self.imports_of(&other_records, node);
                outcome.keep(Kept { id, records: others, imports });
            } else {
                outcome.undone += 1;
                // At the `at` of a record that is there and with its unit, no register but `void` changes.
                let (at, unit) = if voided.0 >= first.0 { (voided.0, voided.3) } else { first };
                let key = DossierKey { source: self.source.clone(), id: Text::new(&id) };
                let mut event = DossierEvent::new(key, Text::new(&unit), Instant(at));
                event.void = Field::Value(Text::new(&reason(self.id)));
                self.records.push(Record::Dossier(Box::new(event)));
            }
        }
        outcome
    }

    /// Lets dossiers count again of which something else came while they were made void.
    fn spare(&self, again: &[ImportedDossier], outcome: &mut Outcome, node: u64) -> Vec<Record> {
        let voided = self.records.iter().filter_map(|record| match record {
            Record::Dossier(event) => Some((event.key.id.as_str(), event.as_ref())),
            _ => None,
        });
        let voided: BTreeMap<&str, &DossierEvent> = voided.collect();
        let late = again.iter().filter(|dossier| dossier.others > 0 && dossier.voided.1 == 1);
        let late = late.filter_map(|dossier| Some((dossier, *voided.get(dossier.id.as_str())?)));
        let mut spared = Vec::new();
        for (dossier, event) in late {
            outcome.undone -= 1;
            let imports = self.imports_of(&dossier.other_records, node);
            outcome.keep(Kept { id: dossier.id.clone(), records: dossier.others, imports });
            let mut clearing = DossierEvent::new(event.key.clone(), event.unit.clone(), event.at.plus_ms(1));
            clearing.void = Field::Null;
            spared.push(Record::Dossier(Box::new(clearing)));
        }
        spared
    }

    fn take_ratings(&mut self, found: &[ImportedRating]) -> Outcome {
        let mut outcome = Outcome { known: found.len(), ..Outcome::default() };
        for rating in found {
            if rating.score.1 == 0 {
                outcome.already += 1;
            } else if rating.others > 0 {
                outcome.keep(Kept { id: rating.id.clone(), records: rating.others, imports: Vec::new() });
            } else {
                outcome.undone += 1;
                self.records.push(Record::Rating(Rating {
                    key: DossierKey { source: self.source.clone(), id: Text::new(&rating.id) },
                    unit: Text::new(&rating.unit),
                    at: Instant(rating.score.0).plus_ms(1),
                    score: Field::Null,
                    dossier: Field::Absent,
                    channel: Field::Absent,
                }));
            }
        }
        outcome
    }

    fn take_indicators(&mut self, found: &[ImportedIndicator]) -> Result<Outcome, Problem> {
        let mut outcome = Outcome { known: found.len(), ..Outcome::default() };
        for report in found {
            let cleared = |place: usize| match report.held.get(place) {
                Some(1) => Field::Null,
                _ => Field::Absent,
            };
            if !report.held.contains(&1) {
                outcome.already += 1;
            } else if report.others > 0 {
                let id = format!("{} {} {}", report.code, report.unit, report.period);
                outcome.keep(Kept { id, records: report.others, imports: Vec::new() });
            } else {
                outcome.undone += 1;
                let period = report.period.parse().map_err(|_| {
                    Problem::internal(format!("the period {:?} of a report can't be read", report.period))
                })?;
                self.records.push(Record::Indicator(IndicatorReport {
                    source: self.source.clone(),
                    key: IndicatorKey { code: Text::new(&report.code), unit: Text::new(&report.unit), period },
                    at: Instant(report.last_at).plus_ms(1),
                    numerator: cleared(0),
                    denominator: cleared(1),
                    value: cleared(2),
                    declared: cleared(3),
                }));
            }
        }
        Ok(outcome)
    }

    /// The imports that brought some of these records of this node.
    fn imports_of(&self, records: &[(u64, u64)], node: u64) -> Vec<u64> {
        let has = |import: &Import, seq: u64| import.ranges.iter().any(|(first, last)| (*first..=*last).contains(&seq));
        let brought = |import: &Import| records.iter().any(|(of, seq)| *of == node && has(import, *seq));
        self.all.iter().filter(|(_, import)| brought(import)).map(|(id, _)| *id).collect()
    }
}

impl Outcome {
    fn keep(&mut self, kept: Kept) {
        self.kept += 1;
        if self.kept_list.len() < LISTED_MAX {
            self.kept_list.push(kept);
        }
    }
}

/// Journals what takes the import back; the last sequence.
async fn append(state: &AppState, id: u64, records: &[Record]) -> Result<Option<u64>, Problem> {
    let mut seq = None;
    for some in records.chunks(APPEND_RECORDS_MAX) {
        let payloads = some.iter().map(|record| encode(record).into()).collect();
        let appended = state.journal.append(payloads, (state.clock)().0).await?;
        let range = (appended.last_seq + 1 - appended.records, appended.last_seq);
        change(state, id, move |import| add_range(&mut import.undo_ranges, range)).await?;
        seq = Some(appended.last_seq);
    }
    Ok(seq)
}

async fn change(state: &AppState, id: u64, change: impl FnOnce(&mut Import) + Send + 'static) -> Result<(), Problem> {
    kept(state, move |imports: Arc<super::Imports>| -> Result<(), FactsError> { imports.change(id, change) }).await
}
