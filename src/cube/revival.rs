//! The way back of a dossier that was made void: only where it counts as its new records alone say.

use crate::model::{Derived, DossierEvent, DossierKey, DossierState, Field, Text, derive};

use super::view::View;

/// What becomes of a void dossier for which new records come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Revival {
    /// With this record behind them it counts exactly as they alone say.
    Clear(Box<DossierEvent>),
    /// It would count otherwise, because something of its former records would show: in these fields.
    Differs(Vec<&'static str>),
}

impl View {
    /// Whether a dossier is void.
    pub fn is_void(&self, key: &DossierKey) -> bool {
        self.void_state(key).is_some()
    }

    /// The registers of a dossier that is void; none of another one.
    fn void_state(&self, key: &DossierKey) -> Option<&DossierState> {
        let entry = self.places.get(key).and_then(|place| self.dossiers.get(*place as usize))?;
        Some(&entry.state).filter(|state| state.void.value().is_some())
    }

    /// Why a dossier is void; none of another one.
    pub fn void_reason(&self, key: &DossierKey) -> Option<&Text> {
        self.void_state(key)?.void.value()
    }

    /// How a void dossier would count with new records of it, its `void` cleared behind the write that set it; none of a
    /// dossier that isn't void, or without records.
    pub fn revival<'e>(
        &self,
        key: &DossierKey,
        events: impl Iterator<Item = &'e DossierEvent> + Clone,
    ) -> Option<Revival> {
        let known = self.void_state(key)?;
        let at = known.void.at()?;
        let newest = events.clone().map(|event| event.at).max()?;
        // Without a unit: it says nothing but that the dossier counts again.
        let mut clearing = DossierEvent::new(key.clone(), Text::default(), newest.max(at.plus_ms(1)));
        clearing.void = Field::Null;
        let (mut joined, mut fresh) = (known.clone(), DossierState::default());
        for event in events {
            joined.apply(event);
            fresh.apply(event);
        }
        joined.apply(&clearing);
        let differs = self.differs(key, &joined, &fresh);
        Some(if differs.is_empty() { Revival::Clear(Box::new(clearing)) } else { Revival::Differs(differs) })
    }

    /// In what a dossier would count otherwise by one state of its registers than by another: nothing when every figure is
    /// the same, whenever it is asked for.
    fn differs(&self, key: &DossierKey, one: &DossierState, other: &DossierState) -> Vec<&'static str> {
        let judged = |state: &DossierState| derive(state, &self.zone, self.rules());
        let (a, b): (Derived, Derived) = (judged(one), judged(other));
        let reader = self.counters.reader(&self.zone);
        let same = [
            ("unit", reader.dossier(key, one) == reader.dossier(key, other)),
            ("status", (a.accepted, a.given_up, a.newest) == (b.accepted, b.given_up, b.newest)),
            ("received_at", a.taken_on == b.taken_on),
            ("finished_at", (a.finish, a.delivered) == (b.finish, b.delivered)),
            ("due_at", (a.due, a.overdue_from, a.rescheduled) == (b.due, b.overdue_from, b.rescheduled)),
            ("nearly_late", a.nearly_late_from == b.nearly_late_from),
            ("pauses", (&a.pauses, a.second_request) == (&b.pauses, b.second_request)),
            ("class", (a.class, a.void) == (b.class, b.void)),
            ("waiting_acceptance", a.waiting_acceptance == b.waiting_acceptance),
            ("sent_back", a.sent_back == b.sent_back),
            ("procedure", one.procedure.value() == other.procedure.value()),
            ("field", one.field.value() == other.field.value()),
            ("channel", one.channel.get() == other.channel.get()),
            ("holder", one.holder.value() == other.holder.value()),
            ("digitised", one.digitised.get() == other.digitised.get()),
            ("electronic_result", one.electronic_result.get() == other.electronic_result.get()),
            ("reused_data", one.reused_data.get() == other.reused_data.get()),
            ("payable", one.payable.get() == other.payable.get()),
            ("paid_online", one.paid_online.get() == other.paid_online.get()),
        ];
        same.into_iter().filter(|(_, same)| !same).map(|(name, _)| name).collect()
    }
}
