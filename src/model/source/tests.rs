use super::*;

fn t(text: &str) -> Instant {
    let timestamp: jiff::Timestamp = format!("{}:00+07:00", text.replace(' ', "T")).parse().unwrap();
    Instant(timestamp.as_millisecond())
}

fn office(cadence_minutes: u32) -> SourceProfile {
    SourceProfile {
        cadence_minutes: Some(cadence_minutes),
        hours: vec![(450, 690), (810, 1_020)],
        weekdays: vec![1, 2, 3, 4, 5],
        ..SourceProfile::default()
    }
}

#[test]
fn a_source_is_expected_by_its_own_hours() {
    let zone = Zone::named("Asia/Ho_Chi_Minh").unwrap();
    let cases = [
        // Friday 2 August 2024; hours 07:30 to 11:30 and 13:30 to 17:00.
        (15, "2024-08-02 08:00", "2024-08-02 08:15"),
        (15, "2024-08-02 11:20", "2024-08-02 13:35"),
        (15, "2024-08-02 11:15", "2024-08-02 11:30"),
        (15, "2024-08-02 12:00", "2024-08-02 13:45"),
        (15, "2024-08-02 16:50", "2024-08-05 07:35"),
        (15, "2024-08-02 23:00", "2024-08-05 07:45"),
        (15, "2024-08-03 10:00", "2024-08-05 07:45"),
        (450, "2024-08-02 08:00", "2024-08-05 08:00"),
    ];
    for (cadence, heard, by) in cases {
        let expected = office(cadence).expected(t(heard), &zone).unwrap();
        assert_eq!(expected.by.to_rfc3339(&zone), t(by).to_rfc3339(&zone), "{heard} + {cadence} min");
        assert!(expected.late_from > expected.by);
    }
    let late = office(15).expected(t("2024-08-02 16:44"), &zone).unwrap().late_from;
    assert_eq!(
        late.to_rfc3339(&zone),
        "2024-08-05T07:30:30.000+07:00",
        "a minute and a half, half a minute of it today"
    );
}

#[test]
fn without_hours_every_minute_counts_and_without_a_cadence_none_is_expected() {
    let zone = Zone::named("Asia/Ho_Chi_Minh").unwrap();
    let always = SourceProfile { cadence_minutes: Some(60), ..SourceProfile::default() };
    assert_eq!(always.expected(t("2024-08-03 23:30"), &zone).unwrap().by, t("2024-08-04 00:30"));
    assert_eq!(SourceProfile::default().expected(t("2024-08-03 23:30"), &zone), None);
}

#[test]
fn a_profile_is_read_back_from_its_text_and_the_greatest_wins() {
    let profile =
        SourceProfile {
            system: Some("Một cửa \"điện tử\"".into()), coverage_start: Some(Day(19_000)), ..office(15)
        };
    assert_eq!(SourceProfile::of_text(&profile.text()).unwrap(), profile);
    let fact =
        |at, profile: &SourceProfile| SourceFact { at: Instant(at), source: "s".into(), profile: profile.clone() };
    assert!(fact(2, &office(15)).wins_over(&fact(1, &profile)));
    let (left, right) = (fact(1, &office(15)), fact(1, &profile));
    assert_ne!(left.wins_over(&right), right.wins_over(&left));
    assert!(!left.wins_over(&left));
}
