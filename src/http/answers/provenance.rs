//! Which record gave a register its value: the records of a dossier beside what became of them.

use std::collections::BTreeMap;

use crate::model::{DossierState, Instant, Register, Status};
use crate::store::HistoryEntry;

/// The record that gave a register its value: of those that wrote the same, the one with the least number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// Its sequence number in the journal of the node that received it (S-3).
    pub seq: u64,
    /// That node.
    pub node: u64,
}

/// Origins by the register's name as it stands in the answer (`received_at`, `status.done`, `due_at`,
/// `pauses.ID.from`) and the `at` of the write. The cube doesn't keep them; the store knows.
pub type Provenance = BTreeMap<(String, Instant), Origin>;

/// The origins of all registers whose winning write is among the records; the others have none yet.
pub fn provenance(history: &[HistoryEntry], state: &DossierState) -> Provenance {
    let mut provenance = Provenance::new();
    for entry in history {
        let origin = Origin { seq: entry.seq, node: entry.node };
        // What a record alone makes of a dossier shows, register by register, whether it wrote what stands there now.
        for name in written(&DossierState::of(&entry.event), state) {
            let least = provenance.entry(name).or_insert(origin);
            *least = origin.min(*least);
        }
    }
    provenance
}

/// The registers that hold the same write in both states.
fn written(alone: &DossierState, joined: &DossierState) -> Vec<(String, Instant)> {
    let fields = [
        ("unit", same(&alone.unit, &joined.unit)),
        ("procedure", same(&alone.procedure, &joined.procedure)),
        ("field", same(&alone.field, &joined.field)),
        ("channel", same(&alone.channel, &joined.channel)),
        ("received_by", same(&alone.received_by, &joined.received_by)),
        ("holder", same(&alone.holder, &joined.holder)),
        ("filed_at", same(&alone.filed_at, &joined.filed_at)),
        ("received_at", same(&alone.received_at, &joined.received_at)),
        ("finished_at", same(&alone.finished_at, &joined.finished_at)),
        ("digitised", same(&alone.digitised, &joined.digitised)),
        ("electronic_result", same(&alone.electronic_result, &joined.electronic_result)),
        ("reused_data", same(&alone.reused_data, &joined.reused_data)),
        ("payable", same(&alone.payable, &joined.payable)),
        ("paid_online", same(&alone.paid_online, &joined.paid_online)),
        ("late_cause", same(&alone.late_cause, &joined.late_cause)),
        ("void", same(&alone.void, &joined.void)),
    ];
    let mut found: Vec<(String, Instant)> =
        fields.into_iter().filter_map(|(name, at)| Some((name.to_owned(), at?))).collect();
    for status in Status::ALL {
        let ends = [joined.statuses.least(status), joined.statuses.greatest(status)];
        let at = alone.statuses.least(status).filter(|at| ends.contains(&Some(*at)));
        found.extend(at.map(|at| (format!("status.{}", status.as_str()), at)));
    }
    found.extend(alone.due.iter().filter(|due| joined.due.contains(due)).map(|(at, _)| ("due_at".to_owned(), *at)));
    for (id, pause) in &alone.pauses {
        let Ok(place) = joined.pauses.binary_search_by(|(kept, _)| kept.cmp(id)) else { continue };
        let (_, kept) = &joined.pauses[place];
        let fields = [
            ("kind", same(&pause.kind, &kept.kind)),
            ("from", same(&pause.from, &kept.from)),
            ("to", same(&pause.to, &kept.to)),
        ];
        found.extend(fields.into_iter().filter_map(|(name, at)| Some((format!("pauses.{id}.{name}"), at?))));
    }
    found
}

/// When the one write of a record happened, if it is the one that stands in the joined register.
fn same<T: Ord>(alone: &Register<T>, joined: &Register<T>) -> Option<Instant> {
    alone.at().filter(|_| alone == joined)
}
