//! The independent model: measures counted dossier by dossier, as say it.

use super::*;

/// The measures of what a unit handles itself, counted dossier by dossier as say it.
pub(super) fn counted(
    view: &View,
    records: &[Record],
    (unit, perspective): (UnitId, Perspective),
    window: Window,
) -> Measures {
    let mut sums = Sums { slots: [0; Slot::COUNT], carried_over: 0 };
    for id in 0..6 {
        let key = DossierKey { source: "s".into(), id: id.to_string().as_str().into() };
        if let Some(dossier) =
            view.dossier(&key).filter(|it| it.placement.unit(perspective) == unit && !it.derived.void)
        {
            count(&mut sums, &dossier, view, window);
        }
    }
    for id in 0..4 {
        let id = id.to_string();
        let mut state = crate::model::RatingState::default();
        for record in records {
            if let Record::Rating(rating) = record
                && *rating.key.id == *id
            {
                state.apply(rating);
            }
        }
        let of = |at| view.zone().day(at);
        let written = match perspective.hierarchy {
            Hierarchy::Now => state.unit.value().zip(state.unit.at()),
            Hierarchy::Was => state.unit_first.get().map(|(at, code)| (code, at)),
        };
        let (Some((code, at)), Some(score)) = (written, state.score.get()) else { continue };
        let day = of(state.score.at().unwrap());
        let under = view.hierarchies().place(view.units(), perspective.hierarchy, "k", (code, of(at))).unit;
        if under == unit && window.first <= day && day <= window.last {
            sums.slots[Slot::Ratings.place()] += 1;
            sums.slots[Slot::RatingsSatisfied.place()] += i64::from(score >= 4);
            sums.slots[Slot::RatingScoreSum.place()] += i64::from(score);
        }
    }
    Measures::of(&sums)
}

/// The time between two instants that lies in no pause, piece by piece.
fn worked_ms(from: i64, to: i64, pauses: &[(Instant, Instant)]) -> i64 {
    let mut edges: Vec<i64> = pauses.iter().flat_map(|(from, to)| [from.0, to.0]).collect();
    edges.extend([from, to]);
    edges.sort_unstable();
    let pieces = edges.windows(2).filter(|piece| from <= piece[0] && piece[1] <= to);
    let worked = pieces.filter(|piece| !pauses.iter().any(|(begin, end)| begin.0 <= piece[0] && piece[0] < end.0));
    worked.map(|piece| piece[1] - piece[0]).sum()
}

fn count(sums: &mut Sums, dossier: &DossierView, view: &View, window: Window) {
    let (derived, state, zone, now) = (&dossier.derived, &dossier.state, view.zone(), view.now());
    let mut add = |slot: Slot, counts: bool| sums.slots[slot.place()] += i64::from(counts);
    let within = |at: Instant| window.first <= zone.day(at) && zone.day(at) <= window.last;
    let judged = zone.end(window.last).min(now);
    add(Slot::WaitingAcceptance, derived.waiting_acceptance.is_some_and(|(from, to)| from <= judged && judged < to));
    add(Slot::SentBack, derived.sent_back.is_some_and(within));
    let Some(taken_on) = derived.taken_on else { return };
    add(Slot::Rescheduled, derived.rescheduled.is_some_and(within));
    let received = within(taken_on);
    add(Slot::ReceivedOnline, received && state.channel.get() == Some(Channel::Online));
    add(Slot::ReceivedPost, received && state.channel.get() == Some(Channel::Post));
    add(Slot::ReceivedCounter, received && matches!(state.channel.get(), None | Some(Channel::Counter)));
    add(Slot::Digitised, received && state.digitised.get() == Some(true));
    add(Slot::ReusedData, received && state.reused_data.get() == Some(true));
    add(Slot::Payable, received && state.payable.get() == Some(true));
    add(Slot::PaidOnline, received && state.paid_online.get() == Some(true));
    let open_within = matches!(derived.stage(now), Stage::Within { .. } | Stage::Waiting);
    add(Slot::ReceivedOnTime, received && matches!(derived.class, Some(Class::Early | Class::OnTime)));
    add(Slot::ReceivedOpenWithin, received && derived.finish.is_none() && open_within);
    add(Slot::ReceivedWithdrawn, received && derived.class == Some(Class::Withdrawn));
    let resolved = derived.class.filter(|_| derived.finish.is_some_and(within));
    add(Slot::ResolvedEarly, resolved == Some(Class::Early));
    add(Slot::ResolvedOnTime, resolved == Some(Class::OnTime));
    add(Slot::ResolvedLate, resolved == Some(Class::Late));
    add(Slot::ResolvedUndated, resolved == Some(Class::Undated));
    add(Slot::ResolvedWithdrawn, resolved == Some(Class::Withdrawn));
    add(Slot::ElectronicResult, resolved.is_some() && state.electronic_result.get() == Some(true));
    let hours = derived
        .finish
        .filter(|finish| within(*finish))
        .map_or(0, |finish| worked_ms(taken_on.0, finish.0, &derived.pauses) / HOUR_MS);
    add(Slot::of_hours(hours), resolved.is_some());
    sums.slots[Slot::ResolvedHoursSum.place()] += hours;
    let mut add = |slot: Slot, counts: bool| sums.slots[slot.place()] += i64::from(counts);
    let by = |at: Option<Instant>, day: Day| at.is_some_and(|at| zone.day(at) <= day);
    let collected = by(derived.delivered, window.last);
    add(Slot::Uncollected, by(derived.finish, window.last) && !derived.given_up && !collected);
    let in_progress_at_end = |day: Day| by(Some(taken_on), day) && !by(derived.finish, day);
    let stage = in_progress_at_end(window.last).then(|| derived.stage(judged));
    add(Slot::InProgressOverdue, stage == Some(Stage::Overdue));
    add(Slot::InProgressWaiting, stage == Some(Stage::Waiting));
    add(Slot::InProgressUndated, stage == Some(Stage::Undated));
    add(Slot::InProgressWithin, matches!(stage, Some(Stage::Within { .. })));
    add(Slot::NearlyLate, stage == Some(Stage::Within { nearly_late: true }));
    sums.carried_over += i64::from(in_progress_at_end(window.first.plus(-1)));
}
