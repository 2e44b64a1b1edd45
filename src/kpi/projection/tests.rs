use super::*;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn goal(value: &str) -> Goal {
    Goal { value: value.parse().unwrap(), by: Some(day("2030-01-31")), better: Better::Higher, den_min: 30 }
}

/// Months to a day with so many of a thousand each.
fn months(counts: &[i64; 12]) -> Vec<(Window, Counted)> {
    let windows = months_to(day("2024-08-02"), day("2024-08-02"));
    let counted = |num: i64| Counted { num: Some(num), den: Some(1_000), exact: Some((num, 1_000)), above: None };
    windows.into_iter().zip(counts.map(counted)).collect()
}

#[test]
fn the_months_are_whole_and_end_before_the_running_one() {
    let span = |on: &str, today: &str| {
        let months = months_to(day(on), day(today));
        (months.len(), months[0].first.to_string(), months[11].last.to_string())
    };
    assert_eq!(span("2024-08-02", "2024-08-02"), (12, "2023-08-01".into(), "2024-07-31".into()));
    assert_eq!(span("2024-08-31", "2024-08-31"), (12, "2023-08-01".into(), "2024-07-31".into()), "it still runs");
    assert_eq!(span("2024-08-31", "2024-09-01"), (12, "2023-09-01".into(), "2024-08-31".into()));
    assert_eq!(span("2024-01-15", "2024-09-01"), (12, "2023-01-01".into(), "2023-12-31".into()));
}

#[test]
fn a_line_reaches_its_goal_in_a_whole_month() {
    // Two thousandths a month from 0.74 in August 2023: 0.762 in July 2024, 0.9 sixty-nine months later.
    let counts: [i64; 12] = std::array::from_fn(|place| 740 + 2 * i64::try_from(place).unwrap());
    let projected = project(goal("0.9"), &months(&counts));
    assert_eq!((projected.trend, projected.months), (Trend::Reaches, 12));
    assert_eq!(projected.reaches.unwrap().to_string(), "2030-04");
    assert_eq!(projected.planned.unwrap().to_string(), "2030-01");
    assert_eq!(serde_json::to_value(&projected).unwrap()["reaches"], "2030-04");
    // Just over a month's step: the next month.
    assert_eq!(project(goal("0.7621"), &months(&counts)).reaches.unwrap().to_string(), "2024-08");
    assert_eq!(project(goal("0.764001"), &months(&counts)).reaches.unwrap().to_string(), "2024-09");
}

#[test]
fn flat_or_the_wrong_way_or_too_far_never_reaches() {
    let of = |counts: &[i64; 12], goal: Goal| {
        let projected = project(goal, &months(counts));
        (projected.trend, projected.reaches)
    };
    assert_eq!(of(&[800; 12], goal("0.9")), (Trend::Misses, None));
    let falling: [i64; 12] = std::array::from_fn(|place| 800 - i64::try_from(place).unwrap());
    assert_eq!(of(&falling, goal("0.9")), (Trend::Misses, None));
    let lower = Goal { better: Better::Lower, ..goal("0.78") };
    assert_eq!(of(&falling, lower).0, Trend::Reaches);
    let slow = [800, 800, 800, 800, 800, 800, 800, 800, 800, 800, 800, 801];
    assert_eq!(of(&slow, goal("0.9")), (Trend::Misses, None), "in more than fifty years");
    assert_eq!(of(&[900; 12], goal("0.9")), (Trend::Reached, None));
}

#[test]
fn with_few_months_nothing_is_said() {
    let mut rising = months(&std::array::from_fn(|place| 740 + 2 * i64::try_from(place).unwrap()));
    for month in &mut rising[..6] {
        month.1 = Counted { num: Some(29), den: Some(29), exact: Some((29, 29)), above: None };
    }
    assert_eq!(project(goal("0.9"), &rising).reaches.unwrap().to_string(), "2030-04", "small months say nothing");
    rising[6].1 = Counted::default();
    let projected = project(goal("0.9"), &rising);
    assert_eq!((projected.trend, projected.months, projected.per_month), (Trend::TooLittle, 5, None));
}
