use super::*;
use crate::kpi::Slot;
use crate::kpi::measure::Sums;

fn measures(slots: &[(Slot, i64)]) -> Measures {
    let mut sums = Sums::ZERO;
    for (slot, value) in slots {
        sums.slots[slot.place()] = *value;
    }
    Measures::of(&sums)
}

/// So many early ones with processing times in these buckets.
fn resolved(buckets: &[(Slot, i64)]) -> Measures {
    let all = buckets.iter().map(|(_, count)| count).sum();
    measures(&[buckets, &[(Slot::ResolvedEarly, all)]].concat())
}

#[test]
fn a_percentile_is_the_least_limit_that_holds_for_so_many() {
    use Slot::{ResolvedHoursGt720, ResolvedHoursLe4, ResolvedHoursLe24, ResolvedHoursLe720};
    let of = |share, buckets: &[(Slot, i64)]| {
        let counted = Formula::Percentile(share).count(&resolved(buckets));
        (counted.exact.map(|(hours, _)| hours), counted.above, counted.num, counted.den)
    };
    // Exactly half of them in the first bucket: its limit holds for half. One less: it doesn't.
    assert_eq!(
        of(50, &[(ResolvedHoursLe4, 5), (ResolvedHoursLe24, 5)]),
        (Some(4), None, Some(5), Some(10)),
        "at the limit"
    );
    assert_eq!(of(50, &[(ResolvedHoursLe4, 4), (ResolvedHoursLe24, 5)]), (Some(24), None, Some(9), Some(9)));
    assert_eq!(
        of(50, &[(ResolvedHoursLe4, 499), (ResolvedHoursLe24, 501)]),
        (Some(24), None, Some(1_000), Some(1_000))
    );
    assert_eq!(of(90, &[(ResolvedHoursLe4, 9), (ResolvedHoursGt720, 1)]), (Some(4), None, Some(9), Some(10)));
    // Nine of a hundred and one are less than nine tenths: what is known is that it took more than 720 hours.
    assert_eq!(
        of(90, &[(ResolvedHoursLe720, 90), (ResolvedHoursGt720, 11)]),
        (None, Some(720), Some(90), Some(101)),
        "in the open bucket"
    );
    assert_eq!(of(50, &[]), (None, None, Some(0), Some(0)), "null when none was resolved");
}

#[test]
fn the_buckets_begin_one_hour_after_the_limit_before() {
    let name = |hours| Slot::of_hours(hours).name();
    assert_eq!(
        [name(0), name(4), name(5), name(720), name(721)],
        [
            "resolved_hours_le_4",
            "resolved_hours_le_4",
            "resolved_hours_le_8",
            "resolved_hours_le_720",
            "resolved_hours_gt_720"
        ]
    );
}

#[test]
fn terms_have_signs_and_nothing_is_made_without_a_source() {
    let measures = measures(&[(Slot::ReceivedCounter, 10), (Slot::ResolvedLate, 3)]);
    let terms: Vec<Term> = ["taken_on", "-resolved_late"].map(|text| Term::named(text).unwrap()).into();
    assert_eq!((sum_of(&terms, &measures), terms[1].name().as_str()), (7, "-resolved_late"));
    assert_eq!((Term::named("--resolved_late"), Term::named("-"), Term::named("late")), (None, None, None));
    assert_eq!(Formula::NoSource.count(&measures), Counted::default());
    let mean = Formula::Quotient { num: terms, den: RESOLVED.into(), unit: ValueUnit::Hours };
    assert_eq!((mean.count(&measures).value(), mean.count(&Measures::ZERO).value()), (Some(7.0 / 3.0), None));
}
