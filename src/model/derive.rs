//! What follows from the registers of one dossier.
//!
//! A pure function of the registers, the rules (limits and working days) and the zone; the clock comes in only where a rule asks for it, as an argument.
//! Where a rule can be read in two ways the reading is named here and kept in SQL alike.

use super::dossier::DossierState;
use super::kind::{PauseKind, Status};
use super::procedure::Limit;
use super::rules::Rules;
use super::time::{Instant, Zone};

const HOUR_MS: i64 = 3_600_000;

/// The class of a finished dossier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Refused after acceptance, withdrawn or stopped.
    Withdrawn,
    /// Finished after it had become overdue.
    Late,
    /// Neither due date nor limit.
    Undated,
    /// On a day before the due day.
    Early,
    /// On the due day, in time.
    OnTime,
}

/// The stage of a dossier in progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Past its due instant.
    Overdue,
    /// In a pause.
    Waiting,
    /// Neither due date nor limit.
    Undated,
    /// In time.
    Within {
        /// From the last working day before the due day on.
        nearly_late: bool,
    },
}

/// Everything derived from the registers of one dossier.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Derived {
    /// Taken out of every figure.
    pub void: bool,
    ///
    pub accepted: bool,
    /// R-8; only accepted dossiers are taken on.
    pub taken_on: Option<Instant>,
    /// the greatest `at` of a non-terminal status.
    pub reopened: Option<Instant>,
    ///
    pub finish: Option<Instant>,
    /// The finish lay before taken on and was raised to it: a mark of quality.
    pub finish_raised: bool,
    ///
    pub given_up: bool,
    /// merged, with length, ascending; an open one ends at [`Instant::FOREVER`].
    pub pauses: Vec<(Instant, Instant)>,
    /// `FOREVER` while an open pause moves it; none is undated.
    pub due: Option<Instant>,
    /// the last due date that counted, before any pause moved it; without one the end of the limit.
    pub due_stated: Option<Instant>,
    /// the procedure's limit, when it gave the due instant for want of a due date.
    pub limit: Option<Limit>,
    /// the first due date that came too late.
    pub rescheduled: Option<Instant>,
    ///
    pub second_request: Option<Instant>,
    /// none when undated and without a second request.
    pub overdue_from: Option<Instant>,
    /// 00:00 of the last working day before the local day of `overdue_from`.
    pub nearly_late_from: Option<Instant>,
    /// R-15, of a finished one.
    pub class: Option<Class>,
    /// from and to; open is `FOREVER`. Empty intervals are none.
    pub waiting_acceptance: Option<(Instant, Instant)>,
    ///
    pub sent_back: Option<Instant>,
    /// the greatest `at` of delivered, when not before reopened.
    pub delivered: Option<Instant>,
    ///
    pub newest: Option<Status>,
}

impl Derived {
    /// The stage at an instant, whether or not the dossier is in progress then.
    pub fn stage(&self, at: Instant) -> Stage {
        if self.overdue_from.is_some_and(|from| at > from) {
            return Stage::Overdue;
        }
        if self.pauses.iter().any(|(from, to)| *from <= at && at < *to) {
            return Stage::Waiting;
        }
        if self.due.is_none() {
            return Stage::Undated;
        }
        Stage::Within { nearly_late: self.nearly_late_from.is_some_and(|from| at >= from) }
    }

    /// the whole hours from taken on to the finish, without the pauses between; none while it is open.
    pub fn processing_hours(&self) -> Option<i64> {
        let (taken_on, finish) = (self.taken_on?, self.finish?);
        let paused = self.pauses.iter().map(|(from, to)| ((*to).min(finish).0 - (*from).max(taken_on).0).max(0));
        Some((finish.0 - taken_on.0 - paused.sum::<i64>()).div_euclid(HOUR_MS))
    }

    /// The instants at which [`Derived::stage`] or waiting for acceptance changes, in no order: from each of them on
    /// the new state holds.
    pub fn turns(&self) -> impl Iterator<Item = Instant> + '_ {
        let overdue = self.overdue_from.map(|from| from.plus_ms(1));
        let acceptance = self.waiting_acceptance.iter().flat_map(|(from, to)| [*from, *to]);
        let pauses = self.pauses.iter().flat_map(|(from, to)| [*from, *to]);
        overdue.into_iter().chain(self.nearly_late_from).chain(acceptance).chain(pauses)
    }
}

/// Derives everything from the registers.
pub fn derive(state: &DossierState, zone: &Zone, rules: &Rules) -> Derived {
    let statuses = &state.statuses;
    let newest = statuses.newest();
    let accepted = accepted(state, newest);
    let taken_on = accepted.then(|| taken_on(state)).flatten();
    let reopened = Status::ALL
        .into_iter()
        .filter(|status| status.is_non_terminal())
        .filter_map(|status| statuses.greatest(status))
        .max();
    let mut finish = finish(state, reopened);
    let finish_raised = taken_on.is_some_and(|taken_on| finish.is_some_and(|finish| finish < taken_on));
    if finish_raised {
        finish = taken_on;
    }
    let given_up = finish.is_some() && matches!(newest, Some(Status::Refused | Status::Withdrawn | Status::Stopped));
    let pauses = pauses(state, finish);
    let Walk { mut due, stated: mut due_stated, rescheduled } = walk_due(&state.due, &pauses);
    let mut limit = None;
    if due.is_none()
        && let Some(taken_on) = taken_on
    {
        limit = state.procedure.value().and_then(|code| rules.limit(code, zone.day(taken_on)));
        due_stated = limit.map(|limit| rules.due(limit, taken_on, zone));
        due = due_stated.map(|due| pauses.iter().fold(due, |due, (from, to)| moved(due, *from, *to)));
    }
    let second_request = second_request(state, finish);
    let overdue_from = [due, second_request].into_iter().flatten().min();
    let mut derived = Derived {
        void: state.void.value().is_some(),
        accepted,
        taken_on,
        reopened,
        finish,
        finish_raised,
        given_up,
        pauses,
        due,
        due_stated,
        limit,
        rescheduled: rescheduled.filter(|_| taken_on.is_some()),
        second_request,
        overdue_from,
        nearly_late_from: nearly_late_from(overdue_from, zone, rules),
        class: None,
        waiting_acceptance: waiting_acceptance(state, newest, accepted, taken_on),
        sent_back: statuses.greatest(Status::Refused).filter(|_| !accepted && newest == Some(Status::Refused)),
        delivered: statuses.greatest(Status::Delivered).filter(|at| not_before(*at, reopened)),
        newest,
    };
    derived.class = finish.map(|finish| class(&derived, finish, zone));
    derived
}

///
fn accepted(state: &DossierState, newest: Option<Status>) -> bool {
    use Status::{Accepted, Delivered, Done, PaymentRequested, Processing, Stopped, SupplementRequested, Withdrawn};
    let seen = |status| state.statuses.greatest(status).is_some();
    let received = state.received_at.value().is_some();
    [Accepted, Processing, SupplementRequested, PaymentRequested, Stopped, Done, Delivered].into_iter().any(seen)
        || (seen(Withdrawn) && received)
        || (received && newest.is_none())
}

/// R-8, of an accepted dossier.
fn taken_on(state: &DossierState) -> Option<Instant> {
    let by_status = || {
        let statuses = Status::ALL.into_iter().filter(|status| !matches!(status, Status::Registered | Status::Refused));
        statuses.filter_map(|status| state.statuses.least(status)).min()
    };
    state.received_at.get().or_else(by_status)
}

fn not_before(at: Instant, reopened: Option<Instant>) -> bool {
    reopened.is_none_or(|reopened| at >= reopened)
}

/// the first that stands.
fn finish(state: &DossierState, reopened: Option<Instant>) -> Option<Instant> {
    let stated = || {
        let value = state.finished_at.get()?;
        let written_after = match (state.finished_at.at(), reopened) {
            (Some(at), Some(reopened)) => at > reopened,
            _ => true,
        };
        (not_before(value, reopened) || written_after).then_some(value)
    };
    let by_status = |status: Status| {
        let least = state.statuses.least(status)?;
        let greatest = state.statuses.greatest(status)?;
        [least, greatest].into_iter().find(|at| not_before(*at, reopened))
    };
    let by_end = || {
        let ends = [Status::Refused, Status::Withdrawn, Status::Stopped];
        let greatest = ends.into_iter().filter_map(|status| state.statuses.greatest(status)).max();
        greatest.filter(|at| not_before(*at, reopened))
    };
    stated().or_else(|| by_status(Status::Done)).or_else(|| by_status(Status::Delivered)).or_else(by_end)
}

/// the pauses that begin before the finish, as intervals of length, merged.
fn pauses(state: &DossierState, finish: Option<Instant>) -> Vec<(Instant, Instant)> {
    let end_of_all = finish.unwrap_or(Instant::FOREVER);
    let mut intervals: Vec<(Instant, Instant)> = state
        .pauses
        .iter()
        .filter_map(|(_, pause)| {
            let from = pause.from.get()?;
            let to = pause.to.get().unwrap_or(Instant::FOREVER).min(end_of_all);
            (from < to).then_some((from, to))
        })
        .collect();
    intervals.sort_unstable();
    let mut merged: Vec<(Instant, Instant)> = Vec::with_capacity(intervals.len());
    for (from, to) in intervals {
        match merged.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => merged.push((from, to)),
        }
    }
    merged
}

/// A due instant moved by a pause, or by the rest of one, if that begins strictly before it.
fn moved(due: Instant, from: Instant, to: Instant) -> Instant {
    if from >= due {
        due
    } else if to == Instant::FOREVER {
        Instant::FOREVER
    } else {
        due.plus_ms(to.0 - from.0)
    }
}

/// The end of the walk of R-12.
#[derive(Default)]
struct Walk {
    /// The due instant, moved by the pauses.
    due: Option<Instant>,
    /// The last due date that counted, unmoved.
    stated: Option<Instant>,
    /// When the first due date came that was too late.
    rescheduled: Option<Instant>,
}

///
fn walk_due(dues: &[(Instant, Option<Instant>)], pauses: &[(Instant, Instant)]) -> Walk {
    let Some(((_, first), later)) = dues.split_first() else { return Walk::default() };
    let (mut due, mut last, mut rescheduled) = (*first, *first, None);
    let mut waiting = pauses.iter().peekable();
    for (at, value) in later {
        while let Some((from, to)) = waiting.next_if(|(from, _)| from <= at) {
            due = due.map(|due| moved(due, *from, *to));
        }
        if *value == last {
            continue;
        }
        if due.is_some_and(|due| *at > due) {
            rescheduled = rescheduled.or(Some(*at));
            continue;
        }
        let in_progress = pauses.iter().find(|(from, to)| from <= at && at < to);
        last = *value;
        due = value.map(|value| in_progress.map_or(value, |(_, to)| moved(value, *at, *to)));
    }
    for (from, to) in waiting {
        due = due.map(|due| moved(due, *from, *to));
    }
    Walk { due, stated: last, rescheduled }
}

/// the second least from of the supplement pauses, also of those without length.
fn second_request(state: &DossierState, finish: Option<Instant>) -> Option<Instant> {
    let mut requests: Vec<Instant> = state
        .pauses
        .iter()
        .filter(|(_, pause)| pause.kind.get() == Some(PauseKind::Supplement))
        .filter_map(|(_, pause)| pause.from.get())
        .filter(|from| finish.is_none_or(|finish| *from < finish))
        .collect();
    requests.sort_unstable();
    requests.get(1).copied()
}

fn nearly_late_from(overdue_from: Option<Instant>, zone: &Zone, rules: &Rules) -> Option<Instant> {
    let overdue_from = overdue_from.filter(|from| *from != Instant::FOREVER)?;
    Some(zone.start(rules.calendar().working_day_before(zone.day(overdue_from))))
}

///
fn class(derived: &Derived, finish: Instant, zone: &Zone) -> Class {
    if derived.given_up {
        return Class::Withdrawn;
    }
    if derived.overdue_from.is_some_and(|from| finish > from) {
        return Class::Late;
    }
    match derived.due {
        None => Class::Undated,
        Some(due) if zone.day(finish) < zone.day(due) => Class::Early,
        Some(_) => Class::OnTime,
    }
}

///
fn waiting_acceptance(
    state: &DossierState,
    newest: Option<Status>,
    accepted: bool,
    taken_on: Option<Instant>,
) -> Option<(Instant, Instant)> {
    let from = state.statuses.least(Status::Registered)?;
    let to = match newest {
        _ if accepted => taken_on.unwrap_or(Instant::FOREVER),
        Some(Status::Refused | Status::Withdrawn) => {
            let ends = [Status::Refused, Status::Withdrawn];
            ends.into_iter().filter_map(|status| state.statuses.greatest(status)).max().unwrap_or(Instant::FOREVER)
        }
        _ => Instant::FOREVER,
    };
    (from < to).then_some((from, to))
}
