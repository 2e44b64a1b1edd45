//! All runs: what waits in memory, everything among the small facts.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::cube::View;
use crate::facts::{Change, Facts, FactsError, Shelf, key_number, number_key};
use crate::kpi::{Catalogue, Report};
use crate::model::{Instant, Period, Text};
use crate::pipeline::outbox::{Draft, Outbox};

use super::files::Folders;
use super::given_up::{GIVEN_UP, GivenUp};
use super::planned::{due, units};
use super::run::{Made, ReportRun, RunState};
use super::scheduled;

/// Every run, by number.
const RUNS: Shelf<ReportRun> = Shelf::new("report_runs");
/// Which run a report, a unit and a period have.
const RUN_OF: Shelf<u64> = Shelf::new("report_run_of");
/// Those that wait, with when they are tried next.
const WAITING: Shelf<Instant> = Shelf::new("report_waiting");
/// Those whose files are kept, with how long.
const KEPT: Shelf<Instant> = Shelf::new("report_kept");
/// Up to when the runs of a report are known.
const SINCE: Shelf<Instant> = Shelf::new("report_since");
/// The last number.
const LAST: Shelf<u64> = Shelf::new("report_last");
const LAST_KEY: &[u8] = b"last";

/// Rows that are read at once.
const CHUNK_ROWS: usize = 200;
/// Rows that a question looks at (P-2); the next page goes on from there.
const SCANNED_MAX: usize = 5_000;

#[derive(Default)]
struct Index {
    waiting: BTreeMap<u64, Instant>,
    kept: BTreeMap<u64, Instant>,
    given_up: BTreeMap<u64, GivenUp>,
    since: BTreeMap<String, Instant>,
    last: u64,
}

/// A page of the history.
#[derive(Debug)]
pub struct Page {
    /// The newest first.
    pub runs: Vec<ReportRun>,
    /// Before which number the next page begins; none: there is none.
    pub next: Option<u64>,
}

/// All runs of a data dir. Clones are handles on the same ones.
#[derive(Clone)]
pub struct ReportRuns {
    facts: Facts,
    folders: Folders,
    node: Arc<str>,
    /// Only one changes runs at a time: it is held while the disk is waited for.
    changing: Arc<Mutex<()>>,
    /// Guards the index; held for look-ups and changes of memory only.
    index: Arc<Mutex<Index>>,
}

impl fmt::Debug for ReportRuns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReportRuns").field("waiting", &self.waiting()).finish_non_exhaustive()
    }
}

impl ReportRuns {
    /// Reads what waits and what is kept; files are below `folder`. `node` names this data dir in messages.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn open(facts: Facts, folder: PathBuf, node: &str) -> Result<ReportRuns, FactsError> {
        let numbers = |shelf| -> Result<BTreeMap<u64, Instant>, FactsError> {
            let rows = facts.page(shelf, None, usize::MAX)?.into_iter();
            Ok(rows.filter_map(|(key, at)| Some((key_number(&key)?, at))).collect())
        };
        let since = facts.page(SINCE, None, usize::MAX)?.into_iter();
        let given_up = facts.page(GIVEN_UP, None, usize::MAX)?.into_iter();
        let index = Index {
            waiting: numbers(WAITING)?,
            kept: numbers(KEPT)?,
            given_up: given_up.filter_map(|(key, row)| Some((key_number(&key)?, row))).collect(),
            since: since.map(|(id, at)| (String::from_utf8_lossy(&id).into_owned(), at)).collect(),
            last: facts.get(LAST, LAST_KEY)?.unwrap_or(0),
        };
        Ok(ReportRuns {
            facts,
            folders: Folders::new(folder),
            node: node.into(),
            changing: Arc::default(),
            index: Arc::new(Mutex::new(index)),
        })
    }

    /// How many wait.
    pub fn waiting(&self) -> usize {
        self.index().waiting.len()
    }

    /// Those that were given up in the last days and not tried anew since, the newest last.
    pub fn given_up(&self) -> Vec<GivenUp> {
        let mut all: Vec<GivenUp> = self.index().given_up.values().cloned().collect();
        all.sort_by_key(|one| one.at);
        all
    }

    /// Up to when the runs of a report are known; none before its schedule was seen.
    pub fn since(&self, report: &str) -> Option<Instant> {
        self.index().since.get(report).copied()
    }

    /// One run. Waits for the disk.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn get(&self, number: u64) -> Result<Option<ReportRun>, FactsError> {
        self.facts.get(RUNS, &number_key(number))
    }

    /// At most so many runs before a number that are wanted, the newest first. Waits for the disk.
    ///
    /// # Errors
    /// When they can't be read.
    pub fn page(&self, before: u64, rows: usize, wanted: impl Fn(&ReportRun) -> bool) -> Result<Page, FactsError> {
        let (mut runs, mut before, mut scanned) = (Vec::new(), before, 0);
        while scanned < SCANNED_MAX {
            let chunk = self.facts.page_back(RUNS, (&number_key(0), &number_key(before)), CHUNK_ROWS)?;
            let is_last = chunk.len() < CHUNK_ROWS;
            scanned += chunk.len();
            for (_, run) in chunk {
                before = run.number;
                if !wanted(&run) {
                    continue;
                }
                if runs.len() == rows {
                    return Ok(Page { runs, next: Some(before + 1) });
                }
                runs.push(run);
            }
            if is_last {
                return Ok(Page { runs, next: None });
            }
        }
        Ok(Page { runs, next: Some(before) })
    }

    /// Where a file of a run is; none when no file has this name.
    pub fn file(&self, number: u64, name: &str) -> Option<PathBuf> {
        self.folders.path(number, name)
    }

    pub(super) fn files(&self) -> &Folders {
        &self.folders
    }

    pub(super) fn node(&self) -> &str {
        &self.node
    }

    /// Writes down what has come due, each report, unit and period once. A schedule that is seen for the first time
    /// begins now, also one that was taken away in between.
    pub(super) fn plan(&self, view: &View, catalogue: &Catalogue) -> Result<(), FactsError> {
        let _changing = self.changing();
        let now = view.now();
        let mut change = Change::default();
        let (mut since, mut last) = (BTreeMap::new(), self.index().last);
        let (mut waiting, mut given_up) = (BTreeMap::new(), BTreeMap::new());
        for report in catalogue.reports() {
            let Some(plan) = &report.plan else { continue };
            let known = self.index().since.get(&report.id).copied();
            let runs = known.map_or(Vec::new(), |known| due(view, catalogue, report, plan, known));
            let units = if runs.is_empty() { BTreeMap::new() } else { units(view, plan) };
            // As long as no unit is known nothing can be made, and nothing is left out.
            if known.is_some() && (runs.is_empty() || units.is_empty()) {
                continue;
            }
            for (run, (unit, name)) in runs.iter().flat_map(|run| units.iter().map(move |unit| (run, unit))) {
                let key = run_key(report, unit, run.period)?;
                if self.facts.get(RUN_OF, &key)?.is_some() {
                    continue;
                }
                last += 1;
                change.put(RUN_OF, &key, &last)?;
                let row = waiting_run(last, report, (unit, name), (run.period, run.at));
                change.put(RUNS, &number_key(last), &row)?;
                if row.state == RunState::Waiting {
                    change.put(WAITING, &number_key(last), &row.next_at)?;
                    waiting.insert(last, row.next_at);
                } else {
                    let told = GivenUp::of(&row, now);
                    change.put(GIVEN_UP, &number_key(last), &told)?;
                    given_up.insert(last, told);
                }
            }
            change.put(SINCE, report.id.as_bytes(), &now)?;
            since.insert(report.id.clone(), now);
        }
        let gone: Vec<String> = {
            let index = self.index();
            index.since.keys().filter(|id| scheduled(catalogue, id).is_none()).cloned().collect()
        };
        for id in &gone {
            change.remove(SINCE, id.as_bytes());
        }
        if change.is_empty() {
            return Ok(());
        }
        change.put(LAST, LAST_KEY, &last)?;
        self.facts.commit(change)?;
        let mut index = self.index();
        index.waiting.extend(waiting);
        index.given_up.extend(given_up);
        index.since.extend(since);
        index.since.retain(|id, _| !gone.contains(id));
        index.last = last;
        Ok(())
    }

    /// At most so many runs whose time has come, the first ones first.
    pub(super) fn due(&self, now: Instant, runs_max: usize) -> Result<Vec<ReportRun>, FactsError> {
        let mut due: Vec<(Instant, u64)> = {
            let index = self.index();
            let due = index.waiting.iter().filter(|(_, at)| **at <= now);
            due.map(|(number, at)| (*at, *number)).collect()
        };
        due.sort_unstable();
        due.truncate(runs_max);
        let runs = due.into_iter().map(|(_, number)| self.get(number));
        runs.filter_map(Result::transpose).collect()
    }

    /// A run that was given up is tried anew; none when there is no such run, false when it wasn't given up. Waits for
    /// the disk.
    ///
    /// # Errors
    /// When it can't be read or written down.
    pub fn retry(&self, number: u64, now: Instant) -> Result<Option<bool>, FactsError> {
        let _changing = self.changing();
        let Some(run) = self.get(number)? else { return Ok(None) };
        if run.state != RunState::Failed {
            return Ok(Some(false));
        }
        self.wait(&ReportRun { state: RunState::Waiting, tries: 0, next_at: now, ..run })?;
        Ok(Some(true))
    }

    /// A run is tried later.
    pub(super) fn put_off(&self, run: &ReportRun, why: String, next_at: Instant) -> Result<(), FactsError> {
        let _changing = self.changing();
        self.wait(&ReportRun { why: Some(why), next_at, ..run.clone() })
    }

    fn wait(&self, run: &ReportRun) -> Result<(), FactsError> {
        let mut change = Change::default();
        change.put(RUNS, &number_key(run.number), run)?;
        change.put(WAITING, &number_key(run.number), &run.next_at)?;
        change.remove(GIVEN_UP, &number_key(run.number));
        self.facts.commit(change)?;
        let mut index = self.index();
        index.waiting.insert(run.number, run.next_at);
        index.given_up.remove(&run.number);
        Ok(())
    }

    /// A run is given up.
    pub(super) fn give_up(&self, run: &ReportRun, why: String, now: Instant) -> Result<(), FactsError> {
        let _changing = self.changing();
        let run = ReportRun { state: RunState::Failed, why: Some(why), next_at: now, ..run.clone() };
        let mut change = Change::default();
        change.put(RUNS, &number_key(run.number), &run)?;
        change.remove(WAITING, &number_key(run.number));
        let told = GivenUp::of(&run, now);
        change.put(GIVEN_UP, &number_key(run.number), &told)?;
        self.facts.commit(change)?;
        {
            let mut index = self.index();
            index.waiting.remove(&run.number);
            index.given_up.insert(run.number, told);
        }
        // What a full disk left of it is nobody's.
        self.folders.remove(run.number).unwrap_or_else(|error| tracing::warn!(%error, "files of a failed report stay"));
        Ok(())
    }

    /// A run was made, and the messages about it are to be sent: one step.
    pub(super) fn made(
        &self,
        (run, made): (&ReportRun, Made),
        kept_until: Instant,
        (messages, outbox, wall): (Vec<Draft>, &Outbox, Instant),
    ) -> Result<(), FactsError> {
        let _changing = self.changing();
        let key = number_key(run.number);
        let mut change = Change::default();
        let prepared = outbox.prepare(&mut change, messages, wall)?;
        let made = Made { messages: prepared.numbers().clone(), ..made };
        let run = ReportRun { state: RunState::Made, why: None, made: Some(made), ..run.clone() };
        change.put(RUNS, &key, &run)?;
        change.put(KEPT, &key, &kept_until)?;
        change.remove(WAITING, &key);
        self.facts.commit(change)?;
        outbox.accept(prepared);
        let mut index = self.index();
        index.waiting.remove(&run.number);
        index.kept.insert(run.number, kept_until);
        Ok(())
    }

    /// Deletes the files that were kept long enough, and tells no longer of what was given up days ago; the runs stay in
    /// the history.
    pub(super) fn forget_old(&self, now: Instant) -> Result<(), FactsError> {
        let _changing = self.changing();
        self.forget_given_up(now)?;
        let old: Vec<u64> = {
            let index = self.index();
            index.kept.iter().filter(|(_, until)| **until < now).map(|(number, _)| *number).collect()
        };
        for number in old {
            if let Err(error) = self.folders.remove(number) {
                tracing::error!(report.run = number, %error, "old files of a report can't be deleted");
                continue;
            }
            let mut change = Change::default();
            change.remove(KEPT, &number_key(number));
            if let Some(mut run) = self.get(number)? {
                run.made = run.made.map(|made| Made { is_kept: false, ..made });
                change.put(RUNS, &number_key(number), &run)?;
            }
            self.facts.commit(change)?;
            self.index().kept.remove(&number);
        }
        Ok(())
    }

    fn forget_given_up(&self, now: Instant) -> Result<(), FactsError> {
        let mut change = Change::default();
        for (number, _) in self.index().given_up.iter().filter(|(_, row)| row.is_old(now)) {
            change.remove(GIVEN_UP, &number_key(*number));
        }
        if change.is_empty() {
            return Ok(());
        }
        self.facts.commit(change)?;
        self.index().given_up.retain(|_, row| !row.is_old(now));
        Ok(())
    }

    fn changing(&self) -> MutexGuard<'_, ()> {
        self.changing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn index(&self) -> MutexGuard<'_, Index> {
        // The index is whole after every statement, also after one that panicked.
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// By what a run is the only one.
fn run_key(report: &Report, unit: &Text, period: Period) -> Result<Vec<u8>, FactsError> {
    let key = (&report.id, unit, period.to_string());
    serde_json::to_vec(&key).map_err(|cause| FactsError::Row { shelf: RUN_OF.name(), cause })
}

/// A run as it begins; one of a code that no unit has is over at once.
fn waiting_run(
    number: u64,
    report: &Report,
    (unit, name): (&Text, &Option<String>),
    (period, at): (Period, Instant),
) -> ReportRun {
    let (state, why) = match name {
        Some(_) => (RunState::Waiting, None),
        None => (RunState::Failed, Some(format!("no unit has the code `{unit}`"))),
    };
    ReportRun {
        number,
        report: report.id.clone(),
        title: report.title.clone(),
        unit: unit.clone(),
        name: name.clone().unwrap_or_else(|| unit.to_string()),
        period,
        at,
        state,
        tries: 0,
        why,
        next_at: at,
        made: None,
    }
}
