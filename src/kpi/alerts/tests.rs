use super::*;
use crate::kpi::{Catalogue, Fault, FaultReason};

const RULE: &str = r#"
[[alert]]
id = "overdue"
version = "1"
level = "severe"
label = { vi = "v", en = "e" }
sentence = { vi = "{unit}: {value}", en = "{unit}: {value} over {threshold}" }
kind = "measure"
measure = "in_progress_overdue"
reach = "direct_sub_units"
above = 20
clear = 15
for = "30m"
quiet = ["18:00-07:00", "11:30-13:00"]
weekdays = ["mon", "tue", "wed", "thu", "fri"]
"#;

fn read(text: &str) -> Result<Catalogue, Vec<String>> {
    let read = Catalogue::embedded().unwrap().with_alerts(SourceFile { name: "alerts.toml", text });
    read.map_err(|faults| faults.0.iter().map(Fault::to_string).collect())
}

fn rule(text: &str) -> AlertRule {
    read(text).unwrap().alerts().iter().next().unwrap().clone()
}

#[test]
fn the_programs_own_rules_are_whole() {
    let (catalogue, mut faults) = (Catalogue::embedded().unwrap(), Vec::new());
    let rules = super::read(ALERTS, &catalogue, &mut faults);
    assert_eq!(faults, [] as [Fault; 0]);
    assert_eq!(&rules, catalogue.alerts());
    assert!(rules.iter().count() >= 3 && rules.iter().all(|rule| rule.deliver.is_empty()));
}

#[test]
fn every_fault_is_named_with_line_and_key() {
    let with = |from: &str, to: &str| read(&RULE.replace(from, to)).unwrap_err();
    let cases = [
        (
            "measure = \"in_progress_overdue\"",
            "measure = \"x\"",
            "alerts.toml:9: alert.measure: no measure is called `x`",
        ),
        ("above = 20", "above = 20\nbelow = 1", "alerts.toml:3: alert.above: has exactly one of above and below"),
        ("clear = 15", "clear = 21", "alerts.toml:12: alert.clear: must lie on the good side of the threshold"),
        (
            "for = \"30m\"",
            "for = \"30\"",
            "alerts.toml:13: alert.for: `30` is no duration: write it as 90s, 30m, 2h or 1d, at most 31d",
        ),
        (
            "for = \"30m\"",
            "for = \"32d\"",
            "alerts.toml:13: alert.for: `32d` is no duration: write it as 90s, 30m, 2h or 1d, at most 31d",
        ),
        (
            "18:00-07:00",
            "18:00-18:00",
            "alerts.toml:14: alert.quiet: `18:00-18:00` is no span of the day: write it as 18:00-07:00",
        ),
        (
            "18:00-07:00",
            "13:00-11:30",
            "alerts.toml:14: alert.quiet: nobody would ever be told: the quiet hours are the whole day",
        ),
        (
            "\"mon\"",
            "\"monday\"",
            "alerts.toml:15: alert.weekdays: `monday` is none of mon, tue, wed, thu, fri, sat, sun",
        ),
        (
            "{value} over",
            "{number} over",
            "alerts.toml:7: alert.sentence: `{number}` is none of {unit}, {value}, {threshold}, {source}",
        ),
        (
            "direct_sub_units\"",
            "districts\"",
            "alerts.toml:10: alert.reach: `districts` is none of top, direct_sub_units",
        ),
        (
            "reach = \"direct_sub_units\"",
            "reach = \"top\"\nunits = [\"17\"]",
            "alerts.toml:3: alert.reach: has more than one of reach, units, unit_kind (and none of them when it is of kind silent)",
        ),
        (
            "severe",
            "grave",
            "alerts.toml:5: level: unknown variant `grave`, expected one of `notice`, `warning`, `severe`",
        ),
        ("version = \"1\"", "colour = \"red\"", "alerts.toml:4: colour: unknown field `colour`"),
    ];
    for (from, to, wanted) in cases {
        let found = with(from, to);
        assert!(found.iter().any(|fault| fault.starts_with(wanted)), "{to}: {found:#?}");
    }
    let twice = read(&format!("{RULE}{RULE}")).unwrap_err();
    assert_eq!(twice, ["alerts.toml:18: alert.id: `overdue` stands here twice"]);
    let silent = RULE.replace("kind = \"measure\"", "kind = \"silent\"").replace("reach = \"direct_sub_units\"\n", "");
    assert!(read(&silent).unwrap_err()[0].ends_with(&FaultReason::NoLine.to_string()));
}

#[test]
fn other_kpis_than_the_programs_own_leave_its_rules_out_and_other_rules_are_another_catalogue() {
    let (own, other) = (Catalogue::embedded().unwrap(), read(RULE).unwrap());
    assert_ne!(own.version(), other.version());
    assert_eq!(other.alerts().iter().map(|rule| rule.id.as_str()).collect::<Vec<_>>(), ["overdue"]);
}

fn until(rule: &AlertRule, at: &str) -> Option<String> {
    let zone = Zone::named("Asia/Ho_Chi_Minh").unwrap();
    let at = zone.instant(at.parse().unwrap());
    rule.quiet_until(at, &zone).map(|end| end.to_rfc3339(&zone)[..16].to_owned())
}

#[test]
fn quiet_hours_end_at_the_next_minute_on_which_people_are_told() {
    let rule = rule(RULE);
    // 2024-08-02 was a Friday.
    assert_eq!(until(&rule, "2024-08-02T10:00:00"), None);
    assert_eq!(until(&rule, "2024-08-02T11:30:00").as_deref(), Some("2024-08-02T13:00"));
    assert_eq!(until(&rule, "2024-08-02T13:00:00"), None);
    assert_eq!(until(&rule, "2024-08-01T23:00:00").as_deref(), Some("2024-08-02T07:00"));
    assert_eq!(until(&rule, "2024-08-02T18:00:00").as_deref(), Some("2024-08-05T07:00"), "over the weekend");
    assert_eq!(until(&rule, "2024-08-04T12:00:00").as_deref(), Some("2024-08-05T07:00"));
    let always = AlertRule { quiet: Vec::new(), weekdays: Vec::new(), ..rule };
    assert_eq!(until(&always, "2024-08-04T03:00:00"), None);
}

proptest::proptest! {
    #[test]
    fn quiet_hours_delay_and_lose_nothing(minute in 0..100_000_i64, from in 0..1_440_u16, to in 0..1_440_u16, weekday in 1..8_u8) {
        let text = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
        proptest::prop_assume!(from != to);
        let base = rule(&RULE.replace("18:00-07:00\", \"11:30-13:00", &format!("{}-{}", text(from), text(to))));
        let rule = AlertRule { weekdays: vec![weekday], ..base };
        let zone = Zone::named("Asia/Ho_Chi_Minh").unwrap();
        let now = zone.start("2024-08-02".parse().unwrap()).plus_ms(minute * 60_000);
        if let Some(end) = rule.quiet_until(now, &zone) {
            proptest::prop_assert!(now < end && end.0 - now.0 <= 8 * 86_400_000);
            proptest::prop_assert_eq!(rule.quiet_until(end, &zone), None);
            proptest::prop_assert!(rule.quiet_until(end.plus_ms(-1), &zone).is_some());
        }
    }
}
