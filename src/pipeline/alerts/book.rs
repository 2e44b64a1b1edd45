//! What is open and what was: in memory for whoever asks, among the small facts for the next start.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use serde::{Deserialize, Serialize};

use crate::alert::{Phase, Sighting, Step};
use crate::facts::{Change, Facts, FactsError, Shelf, key_number, number_key};
use crate::kpi::{AlertRule, Level, Lines, Side, Words};
use crate::model::{Decimal, Instant};
use crate::pipeline::outbox::Outbox;
use crate::units::UnitId;

use super::messages::{Occasion, drafts};
use super::sight::Watched;
use super::{Figure, Key, Phases, Steps, Subject, day_of};

/// Open alerts, by number.
const OPEN: Shelf<Alert> = Shelf::new("alerts_open");
/// Alerts that are over, by number.
const OVER: Shelf<Alert> = Shelf::new("alerts_over");
/// Where each subject stands, by its key as JSON.
const PHASES: Shelf<PhaseRow> = Shelf::new("alert_phases");

/// More alerts that are over aren't kept: the oldest go first, whatever their age.
const OVER_MAX: usize = 20_000;
/// More aren't kept open at once: who has so many has another trouble, and is told so in the log.
const OPEN_MAX: usize = 2_000;
const DAY_MS: i64 = 86_400_000;

#[derive(Serialize, Deserialize)]
struct PhaseRow {
    key: Key,
    phase: Phase<Figure>,
}

/// Who saw an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledged {
    /// The label of the token, or `local`.
    pub by: String,
    /// When, by the clock of the figures.
    pub at: Instant,
}

/// How an alert came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The figure is good again.
    Cleared,
    /// It is no longer watched.
    Withdrawn,
}

/// The end of an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cleared {
    /// When.
    pub at: Instant,
    /// How.
    pub how: Ending,
    /// The figure then; none when it is no longer watched.
    pub figure: Option<Figure>,
    /// Sequence of the view in which it was seen.
    pub seq: u64,
}

/// One alert, from its raising to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// Its number in this data dir.
    pub id: u64,
    /// Of which rule and of what.
    pub key: Key,
    /// What the unit or source was called.
    pub name: String,
    /// Version of the rule's definition.
    pub version: String,
    /// How grave.
    pub level: Level,
    /// The rule's name.
    pub label: Words,
    /// The sentence with its placeholders.
    pub sentence: Words,
    /// Where the bad side is, the threshold and the line at which it is over; none of a silent source.
    pub side: Option<Side>,
    /// See `side`.
    pub threshold: Option<Decimal>,
    /// See `side`.
    pub clear: Option<Decimal>,
    /// Whether it may take over a wall.
    pub takeover: bool,
    /// Since when the figure is past the threshold.
    pub since: Instant,
    /// When it was raised.
    pub raised_at: Instant,
    /// The end of the quiet hours in which it was raised.
    pub told_from: Option<Instant>,
    /// The figure when it was raised.
    pub raised: Figure,
    /// Sequence of the view in which it was raised.
    pub seq: u64,
    /// By whom it was seen.
    pub acknowledged: Option<Acknowledged>,
    /// Its end.
    pub cleared: Option<Cleared>,
    /// The newest figure that is known, while it is open; what is known no more is none.
    #[serde(skip)]
    pub newest: Option<Figure>,
}

impl Alert {
    /// The figure that its sentence tells: the newest one, else that of its raising.
    pub fn figure(&self) -> Figure {
        self.newest.unwrap_or(self.raised)
    }

    /// The lines it was raised by.
    pub fn lines(&self) -> Option<Lines> {
        Some(Lines { side: self.side?, threshold: self.threshold?, clear: self.clear? })
    }
}

#[derive(Default)]
struct Book {
    open: BTreeMap<u64, Arc<Alert>>,
    over: BTreeMap<u64, Arc<Alert>>,
}

/// All alerts of a data dir. Clones are handles on the same ones.
#[derive(Clone)]
pub struct Alerts {
    facts: Facts,
    kept_ms: i64,
    node: Arc<str>,
    /// Held while the disk is waited for, so that reading never waits for it.
    writing: Arc<Mutex<()>>,
    book: Arc<RwLock<Book>>,
}

impl fmt::Debug for Alerts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Alerts").field("open", &self.read().open.len()).finish_non_exhaustive()
    }
}

impl Alerts {
    /// Reads what is kept; what is over stays for so many days. `node` names this data dir in messages.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn open(facts: Facts, kept_days: u64, node: &str) -> Result<Alerts, FactsError> {
        let read = |shelf| -> Result<BTreeMap<u64, Arc<Alert>>, FactsError> {
            let rows = facts.page(shelf, None, usize::MAX)?.into_iter();
            Ok(rows.filter_map(|(key, alert)| Some((key_number(&key)?, Arc::new(alert)))).collect())
        };
        let book = Book { open: read(OPEN)?, over: read(OVER)? };
        let kept_ms = i64::try_from(kept_days).unwrap_or(i64::MAX).saturating_mul(DAY_MS);
        Ok(Alerts { facts, kept_ms, node: node.into(), writing: Arc::default(), book: Arc::new(RwLock::new(book)) })
    }

    /// Where each subject stood.
    pub(super) fn phases(&self) -> Result<Phases, FactsError> {
        let rows = self.facts.page(PHASES, None, usize::MAX)?;
        Ok(rows.into_iter().map(|(_, row)| (row.key, row.phase)).collect())
    }

    /// All that is open, by number.
    pub fn open_alerts(&self) -> Vec<Arc<Alert>> {
        self.read().open.values().cloned().collect()
    }

    /// All that is over, the newest number first.
    pub fn over_alerts(&self) -> Vec<Arc<Alert>> {
        self.read().over.values().rev().cloned().collect()
    }

    /// One alert, open or over.
    pub fn get(&self, id: u64) -> Option<Arc<Alert>> {
        let book = self.read();
        book.open.get(&id).or_else(|| book.over.get(&id)).cloned()
    }

    /// Somebody saw an alert; who saw it first stays. None when it isn't open. Waits for the disk.
    ///
    /// # Errors
    /// When it can't be written down.
    pub fn acknowledge(&self, id: u64, by: &str, at: Instant) -> Result<Option<Arc<Alert>>, FactsError> {
        let _writing = self.lock();
        let Some(alert) = self.read().open.get(&id).cloned() else { return Ok(None) };
        if alert.acknowledged.is_some() {
            return Ok(Some(alert));
        }
        let seen = Alert { acknowledged: Some(Acknowledged { by: by.to_owned(), at }), ..Alert::clone(&alert) };
        let mut change = Change::default();
        change.put(OPEN, &number_key(id), &seen)?;
        self.facts.commit(change)?;
        let seen = Arc::new(seen);
        self.write().open.insert(id, seen.clone());
        Ok(Some(seen))
    }

    /// Writes down what happened, and the messages about it, in one step.
    ///
    /// # Errors
    /// When it can't be written down: then nothing of it was.
    pub(super) fn note(
        &self,
        watched: Watched<'_>,
        seen: &BTreeMap<Key, Sighting<Figure>>,
        (before, after): (&Phases, &Phases),
        (steps, outbox, wall): (&Steps, &Outbox, Instant),
    ) -> Result<(), FactsError> {
        let _writing = self.lock();
        let mut change = Change::default();
        write_phases(&mut change, before, after)?;
        let mut next = self.newest(seen);
        let mut messages = Vec::new();
        for (key, step) in steps {
            let told = match step {
                Step::Raised { since, at, figure } => self.raise(&mut next, watched, (key, *since, *at, *figure)),
                Step::Cleared { at, figure } => end(&mut next, key, (*at, Ending::Cleared, Some(*figure)), watched),
                Step::Withdrawn { at } => end(&mut next, key, (*at, Ending::Withdrawn, None), watched),
            };
            let Some((id, occasion)) = told else { continue };
            let (shelf, alert) = match occasion {
                Occasion::Raised => (OPEN, &next.open[&id]),
                Occasion::Over => (OVER, &next.over[&id]),
            };
            if occasion == Occasion::Over {
                change.remove(OPEN, &number_key(id));
            }
            change.put(shelf, &number_key(id), &**alert)?;
            messages.extend(drafts(alert, occasion, watched, (&self.node, wall)));
        }
        if !steps.is_empty() {
            self.forget_old(&mut next, &mut change, watched.view.now());
        }
        let prepared = outbox.prepare(&mut change, messages, wall)?;
        self.facts.commit(change)?;
        outbox.accept(prepared);
        *self.write() = next;
        Ok(())
    }

    /// All alerts with the figures that are known now.
    fn newest(&self, seen: &BTreeMap<Key, Sighting<Figure>>) -> Book {
        let book = self.read();
        let open = book.open.iter().map(|(id, alert)| {
            let figure = seen.get(&alert.key).and_then(|sighting| sighting.figure).map(|(_, figure)| figure);
            let newest = figure.or(alert.newest);
            let is_same = newest == alert.newest;
            (*id, if is_same { alert.clone() } else { Arc::new(Alert { newest, ..Alert::clone(alert) }) })
        });
        Book { open: open.collect(), over: book.over.clone() }
    }

    fn raise(
        &self,
        book: &mut Book,
        watched: Watched<'_>,
        (key, since, at, figure): (&Key, Instant, Instant, Figure),
    ) -> Option<(u64, Occasion)> {
        let rule = watched.catalogue.alerts().get(&key.rule)?;
        if book.open.len() >= OPEN_MAX {
            tracing::error!(alert.rule = rule.id, alerts.open = OPEN_MAX, "too many alerts are open: one is not kept");
            return None;
        }
        let last = [&book.open, &book.over].into_iter().filter_map(|all| all.keys().next_back()).max();
        let id = last.map_or(1, |last| last + 1);
        let alert = raised(id, rule, watched, (key, since, at, figure));
        tracing::info!(alert.id = id, alert.rule = rule.id, alert.level = rule.level.as_str(), "an alert was raised");
        book.open.insert(id, Arc::new(alert));
        Some((id, Occasion::Raised))
    }

    fn forget_old(&self, book: &mut Book, change: &mut Change, now: Instant) {
        let is_old = |alert: &Alert| {
            alert.cleared.as_ref().is_some_and(|cleared| now.0.saturating_sub(cleared.at.0) > self.kept_ms)
        };
        let too_many = book.over.len().saturating_sub(OVER_MAX);
        // The greatest number stays, so that none is given twice.
        let last = book.over.keys().next_back().copied();
        let old = book
            .over
            .iter()
            .enumerate()
            .filter(|(place, (id, alert))| Some(**id) != last && (*place < too_many || is_old(alert)));
        let old: Vec<u64> = old.map(|(_, (id, _))| *id).collect();
        for id in old {
            book.over.remove(&id);
            change.remove(OVER, &number_key(id));
        }
    }

    fn lock(&self) -> MutexGuard<'_, ()> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    // The book is replaced as a whole, so a poisoned lock is read all the same.
    fn read(&self) -> RwLockReadGuard<'_, Book> {
        self.book.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Book> {
        self.book.write().unwrap_or_else(PoisonError::into_inner)
    }
}

fn raised(
    id: u64,
    rule: &AlertRule,
    watched: Watched<'_>,
    (key, since, at, figure): (&Key, Instant, Instant, Figure),
) -> Alert {
    let view = watched.view;
    Alert {
        id,
        key: key.clone(),
        name: name_of(watched, &key.subject),
        version: rule.version.clone(),
        level: rule.level,
        label: rule.label.clone(),
        sentence: rule.sentence.clone(),
        side: rule.lines.map(|lines| lines.side),
        threshold: rule.lines.map(|lines| lines.threshold),
        clear: rule.lines.map(|lines| lines.clear),
        takeover: rule.takeover,
        since,
        raised_at: at,
        told_from: rule.quiet_until(view.now(), view.zone()),
        raised: figure,
        seq: view.seq(),
        acknowledged: None,
        cleared: None,
        newest: Some(figure),
    }
}

/// The end of the open alert of a subject.
fn end(
    book: &mut Book,
    key: &Key,
    (at, how, figure): (Instant, Ending, Option<Figure>),
    watched: Watched<'_>,
) -> Option<(u64, Occasion)> {
    let (id, alert) = book.open.iter().find(|(_, alert)| alert.key == *key).map(|(id, alert)| (*id, alert.clone()))?;
    book.open.remove(&id);
    let cleared = Some(Cleared { at, how, figure, seq: watched.view.seq() });
    book.over.insert(id, Arc::new(Alert { cleared, newest: figure, ..Alert::clone(&alert) }));
    tracing::info!(alert.id = id, alert.rule = key.rule, "an alert is over");
    Some((id, Occasion::Over))
}

/// What people call a subject.
fn name_of(watched: Watched<'_>, subject: &Subject) -> String {
    let view = watched.view;
    match subject {
        Subject::Unit { code, .. } => {
            let unit = view.units().ask(code, view.today()).unit;
            if unit == UnitId::UNRESOLVED { code.to_string() } else { view.units().label(unit).short_name.to_owned() }
        }
        Subject::Source(source) => {
            // As boards and the list of sources call it.
            let named = watched.catalogue.boards().find_map(|board| board.sources.get(source.as_str()));
            let system = view.sources().get(source).and_then(|fact| fact.profile.system.as_deref());
            named.map(|source| source.name.vi.as_str()).or(system).unwrap_or(source).to_owned()
        }
    }
}

/// The unit that an alert is about, as it stands in a view; none of a source, and of a code that nobody knows.
pub(super) fn unit_of(view: &crate::cube::View, alert: &Alert) -> Option<UnitId> {
    let Subject::Unit { code, .. } = &alert.key.subject else { return None };
    let unit = view.units().ask(code, day_of(view, alert.raised_at)).unit;
    (unit != UnitId::UNRESOLVED).then_some(unit)
}

/// Rows of phases that differ in what is kept: a figure that is seen again past its line is no change.
fn write_phases(change: &mut Change, before: &Phases, after: &Phases) -> Result<(), FactsError> {
    let kept = |phase: Option<&Phase<Figure>>| match phase {
        None => (0, None),
        Some(Phase::Pending { since, .. }) => (1, Some(*since)),
        Some(Phase::Raised { calm }) => (2, calm.as_ref().map(|(since, _)| *since)),
    };
    let bytes = |key: &Key| serde_json::to_vec(key).map_err(|cause| FactsError::Row { shelf: PHASES.name(), cause });
    for (key, phase) in after {
        if kept(before.get(key)) != kept(Some(phase)) {
            change.put(PHASES, &bytes(key)?, &PhaseRow { key: key.clone(), phase: phase.clone() })?;
        }
    }
    for key in before.keys().filter(|key| !after.contains_key(key)) {
        change.remove(PHASES, &bytes(key)?);
    }
    Ok(())
}
