use super::*;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn printed(window: Window) -> String {
    format!("{}..{}", window.first, window.last)
}

/// The window, the same a year before, the one before: on a day.
fn check(choice: &str, today: &str, expected: [&str; 3]) {
    let read: WindowChoice = choice.parse().unwrap();
    let today = day(today);
    let all = [read.on(today), read.same_period_last_year(today), read.previous(today)].map(printed);
    assert_eq!(all, expected, "{choice} on {today}");
    assert_eq!(read.to_string(), choice);
}

#[test]
fn r16_running_periods_end_today_and_are_compared_with_as_many_days() {
    check("today", "2024-08-02", ["2024-08-02..2024-08-02", "2023-08-02..2023-08-02", "2024-08-01..2024-08-01"]);
    check("week", "2024-08-02", ["2024-07-29..2024-08-02", "2023-07-31..2023-08-04", "2024-07-22..2024-07-26"]);
    check("month", "2024-08-02", ["2024-08-01..2024-08-02", "2023-08-01..2023-08-02", "2024-07-01..2024-07-02"]);
    check("quarter", "2023-08-02", ["2023-07-01..2023-08-02", "2022-07-01..2022-08-02", "2023-04-01..2023-05-03"]);
}

#[test]
fn r16_a_year_to_date_after_29_february_is_compared_with_as_many_days() {
    check("year", "2024-08-02", ["2024-01-01..2024-08-02", "2023-01-01..2023-08-03", "2023-01-01..2023-08-03"]);
    check("2024", "2024-08-02", ["2024-01-01..2024-12-31", "2023-01-01..2023-08-03", "2023-01-01..2023-08-03"]);
    check("year", "2024-12-31", ["2024-01-01..2024-12-31", "2023-01-01..2023-12-31", "2023-01-01..2023-12-31"]);
    check("year", "2024-12-30", ["2024-01-01..2024-12-30", "2023-01-01..2023-12-31", "2023-01-01..2023-12-31"]);
}

#[test]
fn r16_ended_periods_are_compared_as_a_whole() {
    check("2024-02", "2024-08-02", ["2024-02-01..2024-02-29", "2023-02-01..2023-02-28", "2024-01-01..2024-01-31"]);
    check("2024-H1", "2024-08-02", ["2024-01-01..2024-06-30", "2023-01-01..2023-06-30", "2023-07-01..2023-12-31"]);
    check("2023-9M", "2024-08-02", ["2023-01-01..2023-09-30", "2022-01-01..2022-09-30", "2022-01-01..2022-09-30"]);
    check("2020-W53", "2024-08-02", ["2020-12-28..2021-01-03", "2019-12-23..2019-12-29", "2020-12-21..2020-12-27"]);
    check("2024-02-29", "2024-08-02", ["2024-02-29..2024-02-29", "2023-02-28..2023-02-28", "2024-02-28..2024-02-28"]);
}

#[test]
fn r16_a_range_includes_both_days_and_keeps_its_number_of_days() {
    let days = "2024-02-29..2024-03-02";
    check(days, "2024-08-02", [days, "2023-02-28..2023-03-02", "2024-02-26..2024-02-28"]);
    assert_eq!(days.parse::<WindowChoice>().unwrap().on(day("2024-08-02")).days(), 3);
}

#[test]
fn what_names_no_window_is_refused_with_its_reason() {
    let reason = |text: &str| text.parse::<WindowChoice>().unwrap_err();
    assert_eq!(reason("decade"), WindowError::Unknown("decade".into()));
    assert_eq!(reason(""), WindowError::Unknown(String::new()));
    assert_eq!(reason("2024-01-01.."), WindowError::Day(String::new()));
    assert_eq!(reason("2024-02-30..2024-03-01"), WindowError::Day("2024-02-30".into()));
    assert_eq!(reason("2024-W01..2024-03-01"), WindowError::Day("2024-W01".into()));
    let reversed = WindowError::Reversed { first: day("2024-02-02"), last: day("2024-02-01") };
    assert_eq!(reason("2024-02-02..2024-02-01"), reversed);
    assert_eq!(reversed.to_string(), "the window ends on 2024-02-01, before it begins on 2024-02-02");
}

#[test]
fn weeks_begin_on_monday_and_the_running_one_ends_today() {
    let weeks = weeks_to(day("2024-08-02"), 3);
    assert_eq!(
        weeks.into_iter().map(printed).collect::<Vec<_>>(),
        ["2024-07-15..2024-07-21", "2024-07-22..2024-07-28", "2024-07-29..2024-08-02"]
    );
}

#[test]
fn a_window_is_written_as_from_and_to() {
    let window = Window { first: day("2024-01-01"), last: day("2024-08-02") };
    assert_eq!(serde_json::to_string(&window).unwrap(), r#"{"from":"2024-01-01","to":"2024-08-02"}"#);
}
