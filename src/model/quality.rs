//! What is doubtful about a dossier as its source reports it: marks that don't change any figure, so that a source can be
//! asked to mend what it sends.

use super::derive::Derived;
use super::dossier::DossierState;
use super::kind::{Channel, Status};
use super::procedure::Level;
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
    /// Filed online, though its procedure was only told about online on the day of taking on (level 2).
    OnlineNotOffered,
    /// Its code of the unit had ended.
    StaleUnit,
    /// No unit explains its code.
    UnknownUnit,
    /// Taken out of all figures by its source.
    Void,
}

impl Mark {
    /// All of them.
    pub const ALL: [Mark; 13] = [
        Mark::NoReceivedDate,
        Mark::DoneWithoutDate,
        Mark::FinishedBeforeReceived,
        Mark::ReceivedInFuture,
        Mark::FinishedInFuture,
        Mark::NoDueDate,
        Mark::DueBeforeReceived,
        Mark::DueMovedTooLate,
        Mark::DeliveredNotDone,
        Mark::OnlineNotOffered,
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
            Mark::OnlineNotOffered => "online_not_offered",
            Mark::StaleUnit => "stale_unit",
            Mark::UnknownUnit => "unknown_unit",
            Mark::Void => "void",
        }
    }

    /// What it says, Vietnamese and English.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Mark::NoReceivedDate => ("không có ngày tiếp nhận", "no received date"),
            Mark::DoneWithoutDate => ("đã xử lý xong nhưng không có ngày kết thúc", "done without a finish date"),
            Mark::FinishedBeforeReceived => ("kết thúc trước khi tiếp nhận", "finished before it was received"),
            Mark::ReceivedInFuture => ("ngày tiếp nhận ở tương lai", "received in the future"),
            Mark::FinishedInFuture => ("ngày kết thúc ở tương lai", "finished in the future"),
            Mark::NoDueDate => ("không có hạn", "no due date"),
            Mark::DueBeforeReceived => ("hạn trước ngày tiếp nhận", "due before it was received"),
            Mark::DueMovedTooLate => ("hạn đặt lại sau khi hạn trước đã qua", "due date moved after it had passed"),
            Mark::DeliveredNotDone => ("đã trả kết quả nhưng chưa xử lý xong", "delivered, though never done"),
            Mark::OnlineNotOffered => ("thủ tục mức độ 2 nhưng nộp trực tuyến", "level-2 procedure filed online"),
            Mark::StaleUnit => ("mã đơn vị đã hết hiệu lực", "its unit's code had ended"),
            Mark::UnknownUnit => ("không xác định được đơn vị", "unknown unit"),
            Mark::Void => ("nguồn đã huỷ, không tính vào số liệu", "taken out of all figures by its source"),
        }
    }

    /// The mark of a name.
    pub fn named(name: &str) -> Option<Mark> {
        Mark::ALL.into_iter().find(|mark| mark.as_str() == name)
    }
}

/// How the codes of a dossier were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodesRead {
    /// The code of its unit had ended.
    pub stale: bool,
    /// No unit explains that code.
    pub unknown: bool,
    /// How far its procedure could be done online on the day of taking on; none: nobody said.
    pub level: Option<Level>,
}

/// The marks of a dossier at an instant, in their order. A void one has no other; one that was never accepted only those of
/// its unit.
pub fn marks(state: &DossierState, derived: &Derived, read: CodesRead, now: Instant) -> impl Iterator<Item = Mark> {
    let seen = |status: Status| state.statuses.greatest(status).is_some();
    let received = state.received_at.value();
    let judged = derived.accepted.then_some(derived.taken_on).flatten();
    let has = move |mark: Mark| match (mark, judged) {
        (Mark::Void, _) => derived.void,
        _ if derived.void => false,
        (Mark::StaleUnit, _) => read.stale,
        (Mark::UnknownUnit, _) => read.unknown,
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
        (Mark::OnlineNotOffered, _) => {
            read.level == Some(Level::Information) && state.channel.get() == Some(Channel::Online)
        }
    };
    Mark::ALL.into_iter().filter(move |mark| has(*mark))
}

#[cfg(test)]
mod tests;
