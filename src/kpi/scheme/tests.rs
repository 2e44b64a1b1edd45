use super::*;

const FILE: SourceFile<'_> =
    SourceFile { name: "periods.toml", text: include_str!("../../../dashboards/periods.toml") };

fn schemes() -> Schemes {
    let mut faults = Vec::new();
    let read = Schemes::read(FILE, &mut faults);
    assert_eq!(faults, []);
    read.unwrap()
}

fn days(scheme: &str, period: &str) -> String {
    let schemes = schemes();
    let window = schemes.named(scheme).unwrap().window(period.parse().unwrap());
    format!("{}..{}", window.first, window.last)
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

#[test]
fn the_report_scheme_is_that_of_the_field() {
    for (period, expected) in [
        ("2023-06", "2023-05-15..2023-06-14"),
        ("2023-01", "2022-12-15..2023-01-14"),
        ("2024-03", "2024-02-15..2024-03-14"),
        ("2023-Q1", "2022-12-15..2023-03-14"),
        ("2023-Q2", "2023-03-15..2023-06-14"),
        ("2023-H1", "2022-12-15..2023-06-14"),
        ("2023-H2", "2023-06-15..2023-12-14"),
        ("2023-9M", "2022-12-15..2023-09-14"),
        ("2023", "2022-12-15..2023-12-14"),
        ("2023-W23", "2023-06-05..2023-06-11"),
        ("2023-06-05", "2023-06-05..2023-06-05"),
    ] {
        assert_eq!(days("report", period), expected, "{period}");
    }
    assert_eq!(schemes().of_forms().id(), "report");
}

#[test]
fn the_calendar_scheme_is_the_calendar() {
    for period in ["2023", "2023-H1", "2023-H2", "2023-9M", "2023-Q4", "2024-02", "2023-12", "2020-W53", "2024-02-29"] {
        let (first, last) = period.parse::<Period>().unwrap().days();
        assert_eq!(days("calendar", period), format!("{first}..{last}"), "{period}");
    }
    assert_eq!(schemes().of_walls().id(), "calendar");
}

#[test]
fn months_of_a_scheme_abut_and_each_day_lies_in_the_running_one() {
    let schemes = schemes();
    for scheme in ["calendar", "report"].map(|id| schemes.named(id).unwrap()) {
        let mut next = None;
        for (year, month) in (2022..2026).flat_map(|year| (1..=12).map(move |month| (year, month))) {
            let window = scheme.window(Period::Month(year, month));
            assert!(next.is_none_or(|next| next == window.first), "{year}-{month}");
            next = Some(window.last.plus(1));
            for today in (window.first.0..=window.last.0).map(Day) {
                let running = scheme.on(WindowChoice::Running(Running::Month), today);
                assert_eq!((running.first, running.last), (window.first, today), "{} on {today}", scheme.id());
            }
        }
    }
}

#[test]
fn running_periods_turn_on_the_15th() {
    let schemes = schemes();
    let report = schemes.of_forms();
    let on = |choice: &str, today: &str| {
        let window = report.on(choice.parse().unwrap(), day(today));
        format!("{}..{}", window.first, window.last)
    };
    assert_eq!(on("month", "2024-06-14"), "2024-05-15..2024-06-14");
    assert_eq!(on("month", "2024-06-15"), "2024-06-15..2024-06-15");
    assert_eq!(on("quarter", "2024-06-14"), "2024-03-15..2024-06-14");
    assert_eq!(on("year", "2024-12-14"), "2023-12-15..2024-12-14");
    assert_eq!(on("year", "2024-12-15"), "2024-12-15..2024-12-15");
    assert_eq!(on("week", "2024-08-02"), "2024-07-29..2024-08-02");
    assert_eq!(on("2024-01-01..2024-08-02", "2024-12-15"), "2024-01-01..2024-08-02");
}

#[test]
fn a_period_is_called_as_on_paper() {
    let words = |choice: &str| period_words(choice.parse().unwrap());
    assert_eq!(words("2023-Q2").as_deref(), Some("Quý II/2023"));
    assert_eq!(words("2023-H1").as_deref(), Some("6 tháng đầu năm 2023"));
    assert_eq!(words("2023-06").as_deref(), Some("Tháng 6/2023"));
    assert_eq!(words("2023-06-05").as_deref(), Some("Ngày 05/06/2023"));
    assert_eq!(words("month"), None);
    let english = |choice: &str| super::period_words_en(choice.parse().unwrap());
    let periods = ["2023-Q2", "2023-H1", "2023-9M", "2023-06", "2023-W07", "2023-06-05", "2023"];
    let names = periods.map(|choice| english(choice).unwrap());
    let expected =
        ["Quarter 2 of 2023", "First half of 2023", "First nine months of 2023", "June 2023", "Week 7 of 2023"];
    assert_eq!(names[..5], expected);
    assert_eq!(names[5..], ["05/06/2023", "Year 2023"]);
}

#[test]
fn a_faulty_file_is_refused_with_line_and_key() {
    let refused = |text: &str| {
        let mut faults = Vec::new();
        assert_eq!(Schemes::read(SourceFile { name: "periods.toml", text }, &mut faults), None);
        faults.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let text = FILE.text.replace("first_day = 15", "first_day = 31").replace("forms = \"report\"", "forms = \"other\"");
    assert_eq!(
        refused(&text),
        [
            "periods.toml:18: scheme.first_day: 31 isn't from 1 to 28",
            "periods.toml:7: forms: no scheme of periods is called `other`",
        ]
    );
}
