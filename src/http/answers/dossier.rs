//! `GET /api/v1/dossiers/{source}/{id}`: every register, what follows from them, and why it counts as it does.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::model::{
    Class, Derived, DossierState, Instant, Pause, Register, Stage, Status, Text, Verdict, Zone, verdict,
};
use crate::units::Perspective;

use super::provenance::Provenance;
use super::{Figures, node_name};
use crate::cube::DossierView;

/// One dossier with its verdict.
#[derive(Debug, Serialize)]
pub struct DossierAnswer<'a> {
    source: &'a str,
    id: &'a str,
    as_of: String,
    seq: u64,
    node: &'a str,
    /// The unit it counts under, as it is now and processed.
    unit: UnitRow<'a>,
    /// The units it counts under, by hierarchy and role.
    units: BTreeMap<&'static str, BTreeMap<&'static str, UnitRow<'a>>>,
    verdict: Verdict,
    derived: DerivedRow,
    registers: Registers,
}

#[derive(Debug, Serialize)]
struct UnitRow<'a> {
    /// Its code.
    unit: &'a str,
    name: &'a str,
    /// Its code had ended and was read as the last unit it named.
    stale_code: bool,
}

/// What follows from the registers; null is "none".
#[derive(Debug, Serialize)]
struct DerivedRow {
    void: bool,
    accepted: bool,
    taken_on: Option<String>,
    reopened: Option<String>,
    finish: Option<String>,
    finish_raised: bool,
    given_up: bool,
    class: Option<&'static str>,
    /// Of one in progress, at `as_of`.
    stage: Option<&'static str>,
    nearly_late: bool,
    pauses: Vec<Interval>,
    due_stated: Option<String>,
    /// Null also while an open pause moves it: see `due_moves`.
    due: Option<String>,
    due_moves: bool,
    second_request: Option<String>,
    overdue_from: Option<String>,
    nearly_late_from: Option<String>,
    rescheduled: Option<String>,
    waiting_acceptance: Option<Interval>,
    sent_back: Option<String>,
    delivered: Option<String>,
    newest_status: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct Interval {
    from: Option<String>,
    /// Null is open.
    to: Option<String>,
}

#[derive(Debug, Serialize)]
struct Registers {
    status: Vec<StatusRow>,
    due_at: Vec<Write>,
    pauses: Vec<PauseRow>,
    /// The plain fields that were ever given, by name; one cleared by null has a null value.
    #[serde(flatten)]
    fields: BTreeMap<&'static str, Write>,
}

/// One write of a register: its winner.
#[derive(Debug, Serialize)]
struct Write {
    value: Value,
    at: String,
    /// The sending system.
    source: String,
    /// Sequence number of the least record that wrote this; null as long as it isn't stored.
    seq: Option<u64>,
    /// The node that received that record, when it isn't the one that answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    node: Option<String>,
}

#[derive(Debug, Serialize)]
struct StatusRow {
    status: &'static str,
    /// Least `at`.
    first: Write,
    /// Greatest `at`.
    last: Write,
}

#[derive(Debug, Serialize)]
struct PauseRow {
    id: String,
    #[serde(flatten)]
    fields: BTreeMap<&'static str, Write>,
}

/// One dossier, judged at the view's instant.
pub fn dossier<'a>(figures: Figures<'a>, found: &'a DossierView, provenance: &Provenance) -> DossierAnswer<'a> {
    let (view, key) = (figures.view, &found.key);
    let unit_row = |perspective| {
        let label = view.units().label(found.placement.unit(perspective));
        UnitRow { unit: label.code, name: label.name, stale_code: found.placement.stale_code(perspective) }
    };
    let mut units = BTreeMap::<_, BTreeMap<_, _>>::new();
    for perspective in Perspective::ALL {
        let of_hierarchy = units.entry(perspective.hierarchy.as_str()).or_default();
        of_hierarchy.insert(perspective.role.as_str(), unit_row(perspective));
    }
    let writer = Writer { zone: view.zone(), source: &key.source, node: figures.node, provenance };
    DossierAnswer {
        source: &key.source,
        id: &key.id,
        as_of: view.now().to_rfc3339(view.zone()),
        seq: view.seq(),
        node: figures.node,
        unit: unit_row(Perspective::default()),
        units,
        verdict: verdict(&found.state, &found.derived, view.now(), view.zone()),
        derived: derived_row(&found.derived, view.now(), view.zone()),
        registers: writer.registers(&found.state),
    }
}

fn derived_row(derived: &Derived, now: Instant, zone: &Zone) -> DerivedRow {
    let bounded = |at: Option<Instant>| at.filter(|at| *at != Instant::FOREVER).map(|at| at.to_rfc3339(zone));
    let interval = |(from, to): (Instant, Instant)| Interval { from: bounded(Some(from)), to: bounded(Some(to)) };
    let is_open = derived.taken_on.is_some() && derived.finish.is_none() && !derived.void;
    let stage = is_open.then(|| derived.stage(now));
    DerivedRow {
        void: derived.void,
        accepted: derived.accepted,
        taken_on: bounded(derived.taken_on),
        reopened: bounded(derived.reopened),
        finish: bounded(derived.finish),
        finish_raised: derived.finish_raised,
        given_up: derived.given_up,
        class: derived.class.filter(|_| derived.taken_on.is_some()).map(class_name),
        stage: stage.map(stage_name),
        nearly_late: stage == Some(Stage::Within { nearly_late: true }),
        pauses: derived.pauses.iter().copied().map(interval).collect(),
        due_stated: bounded(derived.due_stated),
        due: bounded(derived.due),
        due_moves: derived.due == Some(Instant::FOREVER),
        second_request: bounded(derived.second_request),
        overdue_from: bounded(derived.overdue_from),
        nearly_late_from: bounded(derived.nearly_late_from),
        rescheduled: bounded(derived.rescheduled),
        waiting_acceptance: derived.waiting_acceptance.map(interval),
        sent_back: bounded(derived.sent_back),
        delivered: bounded(derived.delivered),
        newest_status: derived.newest.map(Status::as_str),
    }
}

pub(super) fn class_name(class: Class) -> &'static str {
    match class {
        Class::Withdrawn => "withdrawn",
        Class::Late => "late",
        Class::Undated => "undated",
        Class::Early => "early",
        Class::OnTime => "on_time",
    }
}

pub(super) fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::Overdue => "overdue",
        Stage::Waiting => "waiting",
        Stage::Undated => "undated",
        Stage::Within { .. } => "within",
    }
}

/// Writes registers down.
struct Writer<'a> {
    zone: &'a Zone,
    source: &'a Text,
    node: &'a str,
    provenance: &'a Provenance,
}

impl Writer<'_> {
    fn registers(&self, state: &DossierState) -> Registers {
        let text = |text: &Text| Value::from(text.as_str());
        let instant = |at: &Instant| Value::from(at.to_rfc3339(self.zone));
        let flag = |flag: &bool| Value::from(*flag);
        let fields = [
            ("unit", self.field("unit", &state.unit, text)),
            ("procedure", self.field("procedure", &state.procedure, text)),
            ("field", self.field("field", &state.field, text)),
            ("channel", self.field("channel", &state.channel, |channel| Value::from(channel.as_str()))),
            ("received_by", self.field("received_by", &state.received_by, text)),
            ("holder", self.field("holder", &state.holder, text)),
            ("filed_at", self.field("filed_at", &state.filed_at, instant)),
            ("received_at", self.field("received_at", &state.received_at, instant)),
            ("finished_at", self.field("finished_at", &state.finished_at, instant)),
            ("digitised", self.field("digitised", &state.digitised, flag)),
            ("electronic_result", self.field("electronic_result", &state.electronic_result, flag)),
            ("reused_data", self.field("reused_data", &state.reused_data, flag)),
            ("payable", self.field("payable", &state.payable, flag)),
            ("paid_online", self.field("paid_online", &state.paid_online, flag)),
            ("late_cause", self.field("late_cause", &state.late_cause, text)),
            ("void", self.field("void", &state.void, text)),
        ];
        let due = |(at, value): &(Instant, Option<Instant>)| {
            self.write("due_at", *at, value.as_ref().map_or(Value::Null, instant))
        };
        Registers {
            status: Status::ALL.into_iter().filter_map(|status| self.status(state, status)).collect(),
            due_at: state.due.iter().map(due).collect(),
            pauses: state.pauses.iter().map(|(id, pause)| self.pause(id, pause)).collect(),
            fields: given(fields),
        }
    }

    fn status(&self, state: &DossierState, status: Status) -> Option<StatusRow> {
        let name = format!("status.{}", status.as_str());
        let seen = |at: Instant| self.write(&name, at, Value::from(status.as_str()));
        Some(StatusRow {
            status: status.as_str(),
            first: seen(state.statuses.least(status)?),
            last: seen(state.statuses.greatest(status)?),
        })
    }

    fn pause(&self, id: &Text, pause: &Pause) -> PauseRow {
        let instant = |at: &Instant| Value::from(at.to_rfc3339(self.zone));
        let name = |field: &str| format!("pauses.{id}.{field}");
        let fields = [
            ("kind", self.field(&name("kind"), &pause.kind, |kind| Value::from(kind.as_str()))),
            ("from", self.field(&name("from"), &pause.from, instant)),
            ("to", self.field(&name("to"), &pause.to, instant)),
        ];
        PauseRow { id: id.to_string(), fields: given(fields) }
    }

    /// The winner of a register; none when it was never written.
    fn field<T: Ord>(&self, name: &str, register: &Register<T>, value: impl Fn(&T) -> Value) -> Option<Write> {
        Some(self.write(name, register.at()?, register.value().map_or(Value::Null, value)))
    }

    fn write(&self, name: &str, at: Instant, value: Value) -> Write {
        let origin = self.provenance.get(&(name.to_owned(), at));
        Write {
            value,
            at: at.to_rfc3339(self.zone),
            source: self.source.to_string(),
            seq: origin.map(|origin| origin.seq),
            node: origin.map(|origin| node_name(origin.node)).filter(|node| node != self.node),
        }
    }
}

fn given<const N: usize>(fields: [(&'static str, Option<Write>); N]) -> BTreeMap<&'static str, Write> {
    fields.into_iter().filter_map(|(name, write)| Some((name, write?))).collect()
}
