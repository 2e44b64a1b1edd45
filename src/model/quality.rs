//! What is doubtful about a dossier as its source reports it: marks that don't change any figure, so that a source can be
//! asked to mend what it sends.

use super::derive::Derived;
use super::dossier::DossierState;
use super::kind::Status;
use super::time::Instant;

/// One kind of doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mark {
    /// Accepted without a `received_at`: taken on by its statuses.
    NoReceivedDate,
    /// Done or delivered without a `finished_at`: finished by its statuses.
    DoneWithoutDate,
    /// Finished before it was taken on; the finish is raised.
    FinishedBeforeReceived,
    /// Taken on later than now.
    ReceivedInFuture,
    /// Finished later than now.
    FinishedInFuture,
    /// Neither due date nor limit.
    NoDueDate,
    /// Due before it was taken on.
    DueBeforeReceived,
    /// A due date came after the former one had passed.
    DueMovedTooLate,
    /// Delivered, though never done.
    DeliveredNotDone,
    /// Its code of the unit had ended.
    StaleUnit,
    /// No unit explains its code.
    UnknownUnit,
    /// Taken out of all figures by its source.
    Void,
}

impl Mark {
    /// All of them.
    pub const ALL: [Mark; 12] = [
        Mark::NoReceivedDate,
        Mark::DoneWithoutDate,
        Mark::FinishedBeforeReceived,
        Mark::ReceivedInFuture,
        Mark::FinishedInFuture,
        Mark::NoDueDate,
        Mark::DueBeforeReceived,
        Mark::DueMovedTooLate,
        Mark::DeliveredNotDone,
        Mark::StaleUnit,
        Mark::UnknownUnit,
        Mark::Void,
    ];

    /// The name in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Mark::NoReceivedDate => "no_received_date",
            Mark::DoneWithoutDate => "done_without_date",
            Mark::FinishedBeforeReceived => "finished_before_received",
            Mark::ReceivedInFuture => "received_in_future",
            Mark::FinishedInFuture => "finished_in_future",
            Mark::NoDueDate => "no_due_date",
            Mark::DueBeforeReceived => "due_before_received",
            Mark::DueMovedTooLate => "due_moved_too_late",
            Mark::DeliveredNotDone => "delivered_not_done",
            Mark::StaleUnit => "stale_unit",
            Mark::UnknownUnit => "unknown_unit",
            Mark::Void => "void",
        }
    }

    /// The mark of a name.
    pub fn named(name: &str) -> Option<Mark> {
        Mark::ALL.into_iter().find(|mark| mark.as_str() == name)
    }
}

/// How a dossier's unit was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnitRead {
    /// Its code had ended.
    pub stale: bool,
    /// No unit explains its code.
    pub unknown: bool,
}

/// The marks of a dossier at an instant, in their order. A void one has no other; one that was never accepted only those of
/// its unit.
pub fn marks(state: &DossierState, derived: &Derived, unit: UnitRead, now: Instant) -> impl Iterator<Item = Mark> {
    let seen = |status: Status| state.statuses.greatest(status).is_some();
    let received = state.received_at.value();
    let judged = derived.accepted.then_some(derived.taken_on).flatten();
    let has = move |mark: Mark| match (mark, judged) {
        (Mark::Void, _) => derived.void,
        _ if derived.void => false,
        (Mark::StaleUnit, _) => unit.stale,
        (Mark::UnknownUnit, _) => unit.unknown,
        (_, None) => false,
        (Mark::NoReceivedDate, _) => received.is_none(),
        (Mark::DoneWithoutDate, _) => {
            derived.finish.is_some() && !derived.given_up && state.finished_at.value().is_none()
        }
        (Mark::FinishedBeforeReceived, _) => derived.finish_raised,
        (Mark::ReceivedInFuture, Some(taken_on)) => taken_on > now,
        (Mark::FinishedInFuture, _) => derived.finish.is_some_and(|finish| finish > now),
        (Mark::NoDueDate, _) => derived.due.is_none(),
        (Mark::DueBeforeReceived, Some(taken_on)) => derived.due_stated.is_some_and(|due| due < taken_on),
        (Mark::DueMovedTooLate, _) => derived.rescheduled.is_some(),
        (Mark::DeliveredNotDone, _) => seen(Status::Delivered) && !seen(Status::Done),
    };
    Mark::ALL.into_iter().filter(move |mark| has(*mark))
}

#[cfg(test)]
mod tests;
