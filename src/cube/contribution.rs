//! What one dossier or rating adds to the days of its unit.

use crate::kpi::Slot;
use crate::model::{Channel, Class, Day, Derived, DossierState, Instant, RatingState, Stage, Zone};

/// Additions to one unit: day, slot, how many.
pub type Contribution = Vec<(Day, Slot, i64)>;

/// What a dossier adds, judged at `now`.
pub(super) fn of_dossier(state: &DossierState, derived: &Derived, now: Instant, zone: &Zone) -> Contribution {
    let mut additions = Contribution::new();
    add_dossier(&mut additions, (state, derived), now, zone);
    additions
}

/// Puts what a dossier adds, judged at `now`, behind what is there.
pub(super) fn add_dossier(
    additions: &mut Contribution,
    (state, derived): (&DossierState, &Derived),
    now: Instant,
    zone: &Zone,
) {
    if derived.void {
        return;
    }
    add_before_acceptance(additions, derived, now, zone);
    let Some(taken_on) = derived.taken_on else { return };
    let first = zone.day(taken_on);
    let last = derived.finish.map(|finish| zone.day(finish));
    add_received(additions, state, first);
    if let Some(at) = derived.rescheduled {
        additions.push((zone.day(at), Slot::Rescheduled, 1));
    }
    match (derived.class, last) {
        (Some(class), Some(last)) => add_resolved(additions, state, derived, class, (first, last), zone),
        _ => {
            if matches!(derived.stage(now), Stage::Within { .. } | Stage::Waiting) {
                additions.push((first, Slot::ReceivedOpenWithin, 1));
            }
        }
    }
    add_stages(additions, derived, (first, last), now, zone);
}

/// What a rating adds: on the local day of its newest score.
pub(super) fn of_rating(state: &RatingState, zone: &Zone) -> Contribution {
    let (Some(score), Some(at)) = (state.score.get(), state.score.at()) else { return Contribution::new() };
    let day = zone.day(at);
    let mut additions = vec![(day, Slot::Ratings, 1), (day, Slot::RatingScoreSum, i64::from(score))];
    if score >= 4 {
        additions.push((day, Slot::RatingsSatisfied, 1));
    }
    additions
}

/// levels begin and end when the clock has passed them, counts stand on their day.
fn add_before_acceptance(additions: &mut Contribution, derived: &Derived, now: Instant, zone: &Zone) {
    if let Some((from, to)) = derived.waiting_acceptance {
        if from <= now {
            additions.push((zone.day(from), Slot::WaitingAcceptance, 1));
        }
        if to <= now {
            additions.push((zone.day(to), Slot::WaitingAcceptance, -1));
        }
    }
    if let Some(at) = derived.sent_back {
        additions.push((zone.day(at), Slot::SentBack, 1));
    }
}

fn add_received(additions: &mut Contribution, state: &DossierState, first: Day) {
    let channel = match state.channel.get() {
        Some(Channel::Online) => Slot::ReceivedOnline,
        Some(Channel::Post) => Slot::ReceivedPost,
        Some(Channel::Counter) | None => Slot::ReceivedCounter,
    };
    additions.push((first, channel, 1));
    let flags = [
        (&state.digitised, Slot::Digitised),
        (&state.reused_data, Slot::ReusedData),
        (&state.payable, Slot::Payable),
        (&state.paid_online, Slot::PaidOnline),
    ];
    for (register, slot) in flags {
        if register.get() == Some(true) {
            additions.push((first, slot, 1));
        }
    }
}

fn add_resolved(
    additions: &mut Contribution,
    state: &DossierState,
    derived: &Derived,
    class: Class,
    (first, last): (Day, Day),
    zone: &Zone,
) {
    let (resolved, of_received) = match class {
        Class::Withdrawn => (Slot::ResolvedWithdrawn, Some(Slot::ReceivedWithdrawn)),
        Class::Late => (Slot::ResolvedLate, None),
        Class::Undated => (Slot::ResolvedUndated, None),
        Class::Early => (Slot::ResolvedEarly, Some(Slot::ReceivedOnTime)),
        Class::OnTime => (Slot::ResolvedOnTime, Some(Slot::ReceivedOnTime)),
    };
    additions.push((last, resolved, 1));
    if let Some(hours) = derived.processing_hours() {
        additions.push((last, Slot::of_hours(hours), 1));
        additions.push((last, Slot::ResolvedHoursSum, hours));
    }
    if let Some(slot) = of_received {
        additions.push((first, slot, 1));
    }
    if state.electronic_result.get() == Some(true) {
        additions.push((last, Slot::ElectronicResult, 1));
    }
    let delivered = derived.delivered.map(|at| zone.day(at));
    if class != Class::Withdrawn && delivered.is_none_or(|delivered| delivered > last) {
        additions.push((last, Slot::Uncollected, 1));
        if let Some(delivered) = delivered {
            additions.push((delivered, Slot::Uncollected, -1));
        }
    }
}

/// the stage at the J of every day from the first to before the last, as changes. J is the last millisecond
/// of a past day, and `now` from today on, so only turns that the clock has passed change anything.
fn add_stages(
    additions: &mut Contribution,
    derived: &Derived,
    (first, last): (Day, Option<Day>),
    now: Instant,
    zone: &Zone,
) {
    if last.is_some_and(|last| last <= first) {
        return;
    }
    let today = zone.day(now);
    let stage_on = |day: Day| derived.stage(if day < today { zone.end(day) } else { now });
    let mut days: Vec<Day> = derived
        .turns()
        .filter(|turn| *turn <= now)
        .map(|turn| zone.day(turn))
        .filter(|day| *day > first && last.is_none_or(|last| *day < last))
        .collect();
    days.sort_unstable();
    days.dedup();
    let mut stage = stage_on(first);
    add_stage(additions, first, stage, 1);
    for day in days {
        let next = stage_on(day);
        if next != stage {
            add_stage(additions, day, stage, -1);
            add_stage(additions, day, next, 1);
            stage = next;
        }
    }
    if let Some(last) = last {
        add_stage(additions, last, stage, -1);
    }
}

fn add_stage(additions: &mut Contribution, day: Day, stage: Stage, by: i64) {
    let slot = match stage {
        Stage::Overdue => Slot::InProgressOverdue,
        Stage::Waiting => Slot::InProgressWaiting,
        Stage::Undated => Slot::InProgressUndated,
        Stage::Within { .. } => Slot::InProgressWithin,
    };
    additions.push((day, slot, by));
    if stage == (Stage::Within { nearly_late: true }) {
        additions.push((day, Slot::NearlyLate, by));
    }
}
