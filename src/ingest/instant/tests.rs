use super::*;

fn check(text: &str, expected: Result<&str, NoInstant>) {
    assert_eq!(read(text), expected.map(|text| Instant(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())));
}

#[test]
fn r1_instants_are_read_with_t_or_space_and_any_offset() {
    check("2024-08-02T08:00:00+07:00", Ok("2024-08-02T01:00:00Z"));
    check("2024-08-02 08:00:00-05:30", Ok("2024-08-02T13:30:00Z"));
    check("2024-08-02t08:00:00z", Ok("2024-08-02T08:00:00Z"));
    check("2016-12-31T23:59:60Z", Ok("2016-12-31T23:59:59Z"));
}

#[test]
fn r1_instants_are_cut_to_milliseconds() {
    check("2024-08-02T08:00:00.1239999999Z", Ok("2024-08-02T08:00:00.123Z"));
    check("2024-08-02T08:00:00.5Z", Ok("2024-08-02T08:00:00.5Z"));
    check("2024-08-02T08:00:00.999999+00:00", Ok("2024-08-02T08:00:00.999Z"));
}

#[test]
fn what_is_no_instant_is_told_apart() {
    check("2024-08-02", Err(NoInstant::Date(Day::from_date(civil::date(2024, 8, 2)))));
    check("2024-08-02T08:00:00", Err(NoInstant::Local(civil::datetime(2024, 8, 2, 8, 0, 0, 0))));
    for text in [
        "",
        "x",
        "2024-8-2",
        "2024-02-30",
        "2024-08-02T",
        "2024-08-02T08:00Z",
        "2024-08-02T24:00:00Z",
        "2024-08-02T08:61:00Z",
        "2024-08-02T08:00:00+0700",
        "2024-08-02T08:00:00+24:00",
        "2024-08-02T08:00:00.Z",
        "2024-08-02T08:00:00Z ",
        "+2024-08-02T08:00:00Z",
        "2024-08-02T08:00:00Zé",
        "٢٠٢٤-08-02",
    ] {
        check(text, Err(NoInstant::Malformed));
    }
}

#[test]
fn r1_bounds_are_those_of_the_years_named() {
    assert_eq!(INSTANT_MIN.to_string(), "2000-01-01T00:00:00.000Z");
    assert_eq!(DUE_MAX.to_string(), "2100-12-31T23:59:59.999Z");
}
