//! Their list of dossiers beside ours, id by id.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use crate::cube::{DossierView, ItemKind, Placement, Selection, View};
use crate::ingest::statement::ListedDossier;
use crate::kpi::Measure;
use crate::model::{Derived, DossierKey, DossierState, Instant, Status, Text, verdict};
use crate::units::{Hierarchy, Perspective, UnitRole};

use super::super::question::Question;
use super::super::{AnswerError, Figures};
use super::{Compared, Difference, Reason, ReconcileAnswer, ReconcileQuery, asked};

/// Sources that are named when one is asked for.
const SOURCES_NAMED_MAX: usize = 20;

/// A dossier taken on here.
type Own<'v> = (&'v DossierState, &'v Derived);

/// Those of a source by their ids.
type Owns<'v> = BTreeMap<&'v Text, Own<'v>>;

pub(super) fn compare<'a>(
    figures: Figures<'a>,
    query: &ReconcileQuery,
    (theirs, mut compared): (&[ListedDossier], Compared),
) -> Result<ReconcileAnswer<'a>, AnswerError> {
    let view = figures.view;
    let Question { seen, scheme, selection } = asked(figures, query)?;
    let mut known = taken_on(view, &selection);
    let source = whose(figures, query.source.as_deref(), &known)?;
    let ours = source.as_ref().and_then(|source| known.remove(source)).unwrap_or_default();
    let mut listed: BTreeMap<Text, &ListedDossier> = BTreeMap::new();
    for one in theirs {
        match listed.entry(Text::new(&one.id)) {
            Entry::Vacant(place) => drop(place.insert(one)),
            Entry::Occupied(before) => {
                let why = || format!("the file has it in row {}, too", before.get().row);
                compared.add(one, Reason::Twice, ("id", "twice", "-"), why);
            }
        }
    }
    let of_others = of_others(figures, source.as_ref(), &listed);
    let absent = Absent { figures, selection: &selection, source: source.as_ref(), of_others };
    for (id, one) in &listed {
        match ours.get(id) {
            Some(own) => compared.dossier(view, one, *own),
            None => {
                let (reason, why) = absent.why(id);
                compared.add(one, reason, ("dossier", "there", "missing here"), || why);
            }
        }
    }
    for (id, own) in ours.iter().filter(|(id, _)| !listed.contains_key(**id)) {
        compared.differ(Reason::MissingThere, || Difference {
            row: None,
            what: id.to_string(),
            of: "dossier".to_owned(),
            theirs: "missing there".to_owned(),
            ours: "here".to_owned(),
            reason: Reason::MissingThere,
            why: verdict(own.0, own.1, view.now(), view.zone()).vi,
        });
    }
    let label = view.units().label(seen.id());
    Ok(ReconcileAnswer {
        kind: "list",
        unit: label.code,
        name: label.name,
        window: selection.window,
        scheme,
        as_of: view.now().to_rfc3339(view.zone()),
        seq: view.seq(),
        node: figures.node,
        source,
        theirs: theirs.len(),
        ours: Some(ours.len()),
        agree: compared.agree,
        differ: compared.differences(),
        more: compared.differences() - compared.differences.len(),
        reasons: compared.reasons,
        differences: compared.differences,
    })
}

/// Every dossier taken on in the window, by source.
fn taken_on<'v>(view: &'v View, selection: &Selection) -> BTreeMap<Text, Owns<'v>> {
    let mut known: BTreeMap<Text, Owns<'v>> = BTreeMap::new();
    view.visit(selection, |item| {
        let ItemKind::Dossier(state, derived) = item.kind else { return };
        if item.measures().get(Measure::TakenOn) != 0 {
            known.entry(item.key.source.clone()).or_default().insert(&item.key.id, (state, derived));
        }
    });
    known
}

/// Whose dossiers a list has: the source named; else the only one that has any there; else, where none has any, the only
/// one that is known at all.
fn whose(
    figures: Figures<'_>,
    named: Option<&str>,
    known: &BTreeMap<Text, Owns<'_>>,
) -> Result<Option<Text>, AnswerError> {
    if let Some(name) = named {
        return Ok(Some(Text::new(name)));
    }
    // Of other units' sources a caller bound to some hears nothing.
    let heard = figures.view.contacts().keys().filter(|_| figures.scope.is_all()).cloned();
    let sources: BTreeSet<Text> = if known.is_empty() { heard.collect() } else { known.keys().cloned().collect() };
    match sources.len() {
        0 => Ok(None),
        1 => Ok(sources.into_iter().next()),
        _ => {
            let names: Vec<String> = sources.iter().take(SOURCES_NAMED_MAX).map(Text::to_string).collect();
            Err(AnswerError::SourceNeeded { sources: names.join(", ") })
        }
    }
}

/// Listed dossiers that another source sent, with the first such source: in one walk, however many are listed and sources
/// there are.
fn of_others<'v>(
    figures: Figures<'v>,
    source: Option<&Text>,
    listed: &BTreeMap<Text, &ListedDossier>,
) -> BTreeMap<&'v Text, &'v Text> {
    let mut found: BTreeMap<&Text, &Text> = BTreeMap::new();
    let is_other = |key: &DossierKey| Some(&key.source) != source && listed.contains_key(&key.id);
    for dossier in figures.view.dossiers().filter(|dossier| is_other(dossier.key) && sees(figures, dossier.placement)) {
        let first = found.entry(&dossier.key.id).or_insert(&dossier.key.source);
        *first = (*first).min(&dossier.key.source);
    }
    found
}

/// Whether a dossier under these units is the caller's to see: by who processes or by who received it.
fn sees(Figures { view, scope, .. }: Figures<'_>, placement: Placement) -> bool {
    let sight = scope.on(view.units(), view.hierarchies(), Hierarchy::Now);
    let unit = |role| placement.unit(Perspective { hierarchy: Hierarchy::Now, role });
    sight.covers(unit(UnitRole::Processing)) || sight.covers(unit(UnitRole::Receiving))
}

/// What isn't among those taken on.
struct Absent<'c, 'v> {
    figures: Figures<'v>,
    selection: &'c Selection,
    source: Option<&'c Text>,
    of_others: BTreeMap<&'v Text, &'v Text>,
}

impl Absent<'_, '_> {
    fn why(&self, id: &Text) -> (Reason, String) {
        let Figures { view, .. } = self.figures;
        let found = self.source.and_then(|source| self.seen(source, id));
        let Some(found) = found else { return self.elsewhere(id) };
        let derived = &found.derived;
        let zone = view.zone();
        if derived.void {
            return (Reason::Void, "void here: out of all figures".to_owned());
        }
        let Some(taken_on) = derived.taken_on.filter(|_| derived.accepted) else {
            let status = derived.newest.map_or("unknown", Status::as_str);
            return (Reason::NotTakenOn, format!("not taken on here, its status is {status}"));
        };
        let unit = view.units().label(found.unit).code;
        let finish = derived.finish.map(|finish| format!(", finished {}", finish.to_rfc3339(zone)));
        let told =
            format!("here under unit {unit}, taken on {}{}", taken_on.to_rfc3339(zone), finish.unwrap_or_default());
        let tree = view.tree(self.selection.perspective.hierarchy);
        match tree.covers(self.selection.unit, found.unit) {
            true => (Reason::OutsideWindow, format!("{told}: outside the window")),
            false => (Reason::AnotherUnit, format!("{told}: another unit")),
        }
    }

    /// One that isn't there, or not the caller's to see (H-1): both are told in the same words.
    fn elsewhere(&self, id: &Text) -> (Reason, String) {
        match self.of_others.get(id) {
            Some(source) => (Reason::AnotherSource, format!("never sent here by this source, but by {source}")),
            None => (Reason::Unknown, "never sent here, or not by this source".to_owned()),
        }
    }

    fn seen(&self, source: &Text, id: &Text) -> Option<DossierView> {
        let found = self.figures.view.dossier(&DossierKey { source: source.clone(), id: id.clone() })?;
        sees(self.figures, found.placement).then_some(found)
    }
}

impl Compared {
    /// What the list says of a dossier beside what is known here.
    fn dossier(&mut self, view: &View, one: &ListedDossier, (state, derived): Own<'_>) {
        let before = self.differences();
        let why = || verdict(state, derived, view.now(), view.zone()).vi;
        if let (Some(theirs), Some(ours)) = (one.status, derived.newest.map(Status::as_str))
            && theirs != ours
        {
            self.add(one, Reason::Status, ("status", theirs, ours), why);
        }
        let times = [
            (Reason::ReceivedAt, "received_at", derived.taken_on),
            (Reason::DueAt, "due_at", derived.due),
            (Reason::FinishedAt, "finished_at", derived.finish),
        ];
        for (reason, name, ours) in times {
            let Some(theirs) = one.times.get(name) else { continue };
            let ours = ours.filter(|at| *at != Instant::FOREVER).map(|at| view.zone().day(at).to_string());
            let ours = ours.as_deref().unwrap_or("-");
            if day(theirs).is_some_and(|day| day != ours) {
                self.add(one, reason, (name, theirs, ours), why);
            }
        }
        if self.differences() == before {
            self.agree += 1;
        }
    }

    fn add(
        &mut self,
        one: &ListedDossier,
        reason: Reason,
        (of, theirs, ours): (&str, &str, &str),
        why: impl FnOnce() -> String,
    ) {
        self.differ(reason, || {
            let [of, theirs, ours] = [of, theirs, ours].map(str::to_owned);
            Difference { row: Some(one.row), what: one.id.clone(), of, theirs, ours, reason, why: why() }
        });
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
