use super::*;

fn targets(target: &str, near: &str) -> TargetFigures<'static> {
    TargetFigures { target: Some(target.parse().unwrap()), near: Some(near.parse().unwrap()), ..Default::default() }
}

#[test]
fn bands_are_compared_exactly_on_and_beside_the_line() {
    let on_time = targets("0.98", "0.95");
    let of = |num, den| band(num, den, &on_time, Better::Higher);
    assert_eq!(of(98, 100), Some(Band::Met));
    assert_eq!(of(979_999_999, 1_000_000_000), Some(Band::Near));
    assert_eq!(of(95, 100), Some(Band::Near));
    assert_eq!(of(949_999_999, 1_000_000_000), Some(Band::Below));
    assert_eq!(of(0, 100), Some(Band::Below));
    assert_eq!(of(0, 0), None);
    // In floats 0.07 * 100 is 7.000000000000001: seven of a hundred would miss a target of 0.07.
    assert_eq!(band(7, 100, &targets("0.07", "0.05"), Better::Higher), Some(Band::Met));
}

#[test]
fn where_less_is_better_more_than_both_lines_is_over() {
    let overdue = targets("0.02", "0.05");
    let of = |num| band(num, 100, &overdue, Better::Lower);
    assert_eq!([of(2), of(3), of(5), of(6)], [Band::Met, Band::Near, Band::Near, Band::Over].map(Some));
}

#[test]
fn without_a_target_there_is_no_band_and_without_a_denominator_no_value() {
    assert_eq!(band(1, 2, &TargetFigures::default(), Better::Higher), None);
    assert_eq!(ratio(0, 0), None);
    assert_eq!(ratio(0, 5), Some(0.0));
}

#[test]
fn what_is_only_known_to_be_above_a_limit_is_over_every_line_up_to_it() {
    let of = |target: &str, near: &str| band_above(720, &targets(target, near), Better::Lower);
    assert_eq!(of("240", "720"), Some(Band::Over));
    assert_eq!(of("240", "720.000001"), None, "it may still be near");
    assert_eq!(of("1000", "2000"), None);
}
