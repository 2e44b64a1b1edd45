//! The state of a dossier: its registers and how they join.

use super::kind::{Channel, PauseKind, Status};
use super::record::{DossierEvent, Field, PauseEvent};
use super::register::{First, Register};
use super::text::Text;
use super::time::Instant;

/// How many due dates (by least `at`) and how many pauses (by least id) a dossier keeps.
pub const SET_SIZE_MAX: usize = 64;

/// One pause of a dossier: three registers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pause {
    /// Supplement or payment.
    pub kind: Register<PauseKind>,
    /// When it began.
    pub from: Register<Instant>,
    /// When it ended.
    pub to: Register<Instant>,
}

/// Least and greatest `at` of every status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusTimes {
    least: [Instant; 10],
    greatest: [Instant; 10],
}

impl Default for StatusTimes {
    fn default() -> Self {
        StatusTimes { least: [Instant::FOREVER; 10], greatest: [Instant::NEVER; 10] }
    }
}

impl StatusTimes {
    /// Notes that the status was seen at this instant.
    pub fn offer(&mut self, status: Status, at: Instant) {
        let position = status.position();
        self.least[position] = self.least[position].min(at);
        self.greatest[position] = self.greatest[position].max(at);
    }

    fn join(&mut self, other: &StatusTimes) {
        for position in 0..Status::ALL.len() {
            self.least[position] = self.least[position].min(other.least[position]);
            self.greatest[position] = self.greatest[position].max(other.greatest[position]);
        }
    }

    /// The least `at` of a status, if it was ever seen.
    pub fn least(&self, status: Status) -> Option<Instant> {
        Some(self.least[status.position()]).filter(|at| *at != Instant::FOREVER)
    }

    /// The greatest `at` of a status, if it was ever seen.
    pub fn greatest(&self, status: Status) -> Option<Instant> {
        Some(self.greatest[status.position()]).filter(|at| *at != Instant::NEVER)
    }

    /// The newest status: greatest (`at`, position).
    pub fn newest(&self) -> Option<Status> {
        let seen = Status::ALL.into_iter().filter(|status| self.greatest(*status).is_some());
        seen.max_by_key(|status| (self.greatest(*status), status.position()))
    }
}

/// All registers of one dossier.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DossierState {
    /// Processing unit, newest.
    pub unit: Register<Text>,
    /// Processing unit, first (as it was).
    pub unit_first: First<Text>,
    /// When which status was seen.
    pub statuses: StatusTimes,
    /// Code of the administrative procedure.
    pub procedure: Register<Text>,
    /// Field of work.
    pub field: Register<Text>,
    /// How it was filed.
    pub channel: Register<Channel>,
    /// Receiving unit, newest.
    pub received_by: Register<Text>,
    /// Receiving unit, first ever given.
    pub received_by_first: First<Text>,
    /// The office that holds it.
    pub holder: Register<Text>,
    /// When it was filed.
    pub filed_at: Register<Instant>,
    /// When it was received.
    pub received_at: Register<Instant>,
    /// When processing ended.
    pub finished_at: Register<Instant>,
    /// Due dates by `at`, one each, ascending.
    pub due: Vec<(Instant, Option<Instant>)>,
    /// Pauses by id, ascending by bytes.
    pub pauses: Vec<(Text, Pause)>,
    /// Its papers are digitised.
    pub digitised: Register<bool>,
    /// Its result is electronic.
    pub electronic_result: Register<bool>,
    /// Data digitised before was used again.
    pub reused_data: Register<bool>,
    /// Something is to be paid.
    pub payable: Register<bool>,
    /// It was paid online.
    pub paid_online: Register<bool>,
    /// Why it is late.
    pub late_cause: Register<Text>,
    /// Why it counts nowhere.
    pub void: Register<Text>,
}

impl DossierState {
    /// The state after one event and nothing else.
    pub fn of(event: &DossierEvent) -> DossierState {
        let mut state = DossierState::default();
        state.apply(event);
        state
    }

    /// Writes an event into the registers.
    pub fn apply(&mut self, event: &DossierEvent) {
        let at = event.at;
        if !event.unit.is_empty() {
            self.unit.offer(at, Some(event.unit.clone()));
            self.unit_first.offer(at, event.unit.clone());
        }
        if let Some(status) = event.status {
            self.statuses.offer(status, at);
        }
        offer(&mut self.procedure, at, &event.procedure);
        offer(&mut self.field, at, &event.field);
        offer(&mut self.channel, at, &event.channel);
        offer(&mut self.received_by, at, &event.received_by);
        if let Field::Value(code) = &event.received_by {
            self.received_by_first.offer(at, code.clone());
        }
        offer(&mut self.holder, at, &event.holder);
        offer(&mut self.filed_at, at, &event.filed_at);
        offer(&mut self.received_at, at, &event.received_at);
        offer(&mut self.finished_at, at, &event.finished_at);
        if let Some(due) = event.due_at.write() {
            self.offer_due(at, due.copied());
        }
        for pause in &event.pauses {
            self.offer_pause(at, pause);
        }
        offer(&mut self.digitised, at, &event.digitised);
        offer(&mut self.electronic_result, at, &event.electronic_result);
        offer(&mut self.reused_data, at, &event.reused_data);
        offer(&mut self.payable, at, &event.payable);
        offer(&mut self.paid_online, at, &event.paid_online);
        offer(&mut self.late_cause, at, &event.late_cause);
        offer(&mut self.void, at, &event.void);
    }

    /// Joins another state of the same dossier.
    pub fn join(&mut self, other: DossierState) {
        self.unit.join(other.unit);
        self.unit_first.join(other.unit_first);
        self.statuses.join(&other.statuses);
        self.procedure.join(other.procedure);
        self.field.join(other.field);
        self.channel.join(other.channel);
        self.received_by.join(other.received_by);
        self.received_by_first.join(other.received_by_first);
        self.holder.join(other.holder);
        self.filed_at.join(other.filed_at);
        self.received_at.join(other.received_at);
        self.finished_at.join(other.finished_at);
        for (at, value) in other.due {
            self.offer_due(at, value);
        }
        for (id, pause) in other.pauses {
            self.with_pause(&id, |kept| {
                kept.kind.join(pause.kind);
                kept.from.join(pause.from);
                kept.to.join(pause.to);
            });
        }
        self.digitised.join(other.digitised);
        self.electronic_result.join(other.electronic_result);
        self.reused_data.join(other.reused_data);
        self.payable.join(other.payable);
        self.paid_online.join(other.paid_online);
        self.late_cause.join(other.late_cause);
        self.void.join(other.void);
    }

    /// Adds a due date to the set: one per `at` (the winner by R-3), the least 64 kept.
    pub fn offer_due(&mut self, at: Instant, value: Option<Instant>) {
        match self.due.binary_search_by_key(&at, |entry| entry.0) {
            Ok(place) => self.due[place].1 = self.due[place].1.max(value),
            Err(place) if place < SET_SIZE_MAX => {
                self.due.insert(place, (at, value));
                self.due.truncate(SET_SIZE_MAX);
            }
            Err(_) => {}
        }
    }

    fn offer_pause(&mut self, at: Instant, event: &PauseEvent) {
        self.with_pause(&event.id, |pause| {
            offer(&mut pause.kind, at, &event.kind);
            offer(&mut pause.from, at, &event.from);
            offer(&mut pause.to, at, &event.to);
        });
    }

    fn with_pause(&mut self, id: &Text, change: impl FnOnce(&mut Pause)) {
        let place = match self.pauses.binary_search_by(|entry| entry.0.cmp(id)) {
            Ok(place) => place,
            Err(place) if place < SET_SIZE_MAX => {
                self.pauses.insert(place, (id.clone(), Pause::default()));
                self.pauses.truncate(SET_SIZE_MAX);
                place
            }
            Err(_) => return,
        };
        change(&mut self.pauses[place].1);
    }
}

/// Writes a field of an event into its register, unless it is absent.
pub(super) fn offer<T: Ord + Clone>(register: &mut Register<T>, at: Instant, field: &Field<T>) {
    if let Some(value) = field.write() {
        register.offer(at, value.cloned());
    }
}
