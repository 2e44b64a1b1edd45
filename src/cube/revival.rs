//! Whether a dossier would count alike by some of its records alone.

use crate::model::{Derived, DossierKey, DossierState, derive};

use super::view::View;

impl View {
    /// Whether a dossier is void.
    pub fn is_void(&self, key: &DossierKey) -> bool {
        self.void_state(key).is_some()
    }

    /// The registers of a dossier that is void; none of another one. For what its own source sends of it.
    pub fn void_state(&self, key: &DossierKey) -> Option<&DossierState> {
        let entry = self.places.get(key).and_then(|place| self.dossiers.get(*place as usize))?;
        Some(&entry.state).filter(|state| state.void.value().is_some())
    }

    /// In what a dossier would count otherwise by one state of its registers than by another: nothing when every figure is
    /// the same, whenever it is asked for.
    pub fn differs(&self, key: &DossierKey, one: &DossierState, other: &DossierState) -> Vec<&'static str> {
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
