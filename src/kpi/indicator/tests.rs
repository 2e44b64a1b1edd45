use super::*;
use crate::kpi::SourceFile;
use crate::model::{IndicatorKey, IndicatorReport};

const FILE: &str = r#"
[systems]
s = { vi = "H", en = "S" }

[[indicator]]
code = "a.ratio"
label = { vi = "a", en = "a" }
definition = { vi = "a", en = "a" }
system = "s"
kind = "ratio"
roll_up = "weighted"
cadence = "half"
deadline_days = 15
reported_by = ["district"]

[[indicator]]
code = "a.count"
label = { vi = "b", en = "b" }
definition = { vi = "b", en = "b" }
system = "s"
kind = "count"
roll_up = "sum"
cadence = "month"
deadline_days = 5
measured_in = { vi = "hồ sơ", en = "dossiers" }
reported_by = ["province"]

[[reference]]
indicator = "a.count"
unit = "17"
period = "2024-05"
source = "x"
"#;

fn read_text(text: &str) -> (Indicators, Vec<String>) {
    let mut faults = Vec::new();
    let read = read(SourceFile { name: "indicators.toml", text }, &mut faults);
    (read, faults.iter().map(ToString::to_string).collect())
}

#[test]
fn indicators_are_read_in_the_order_of_the_file() {
    let (indicators, faults) = read_text(FILE);
    assert_eq!(faults, Vec::<String>::new());
    let ratio = indicators.get("a.ratio").unwrap();
    assert_eq!((ratio.measured_in.vi.as_str(), ratio.roll_up), ("%", RollUp::Weighted));
    assert_eq!(indicators.iter().map(|one| one.code.as_str()).collect::<Vec<_>>(), ["a.ratio", "a.count"]);
    let may = "2024-05".parse().unwrap();
    assert!(indicators.get("a.count").unwrap().reference("17", may).is_some());
    assert_eq!(ratio.deadline("2024-H1".parse().unwrap()).to_string(), "2024-07-15");
}

#[test]
fn every_fault_is_named_with_file_line_and_key() {
    let first = |from: &str, to: &str| read_text(&FILE.replacen(from, to, 1)).1.first().cloned().unwrap_or_default();
    assert_eq!(
        first("\"a.count\"\nlabel", "\"a.ratio\"\nlabel"),
        "indicators.toml:17: indicator.code: `a.ratio` stands here twice"
    );
    assert_eq!(
        first("\"weighted\"", "\"sum\""),
        "indicators.toml:11: indicator.roll_up: a ratio is rolled up weighted, and only a ratio is"
    );
    assert_eq!(
        first("system = \"s\"", "system = \"t\""),
        "indicators.toml:9: indicator.system: no system is called `t`"
    );
    assert_eq!(
        first("deadline_days = 15", "deadline_days = -1"),
        "indicators.toml:13: indicator.deadline_days: a deadline is 0 to 366 days after the period's end"
    );
    assert_eq!(first("[\"district\"]", "[]"), "indicators.toml:14: indicator.reported_by: is empty");
    assert_eq!(
        first("measured_in = { vi = \"hồ sơ\", en = \"dossiers\" }\n", ""),
        "indicators.toml:17: indicator.measured_in: an indicator that is no ratio needs it"
    );
    assert_eq!(
        first("\"2024-05\"", "\"2024-13\"").split(": ").take(2).collect::<Vec<_>>(),
        ["indicators.toml:31", "reference.period"]
    );
}

fn reported(fields: &[(&str, &str)]) -> Reported {
    let number = |name: &str| {
        let found = fields.iter().find(|(field, _)| *field == name);
        found.map_or(crate::model::Field::Absent, |(_, text)| crate::model::Field::Value(text.parse().unwrap()))
    };
    let mut state = IndicatorState::default();
    state.apply(&IndicatorReport {
        source: "s".into(),
        key: IndicatorKey { code: "c".into(), unit: "1".into(), period: "2024".parse().unwrap() },
        at: Instant(fields.len() as i64),
        numerator: number("num"),
        denominator: number("den"),
        value: number("value"),
        declared: number("declared"),
    });
    Reported::of(&state)
}

#[test]
fn row_3_computes_69_03_percent_though_69_45_is_printed() {
    let of = reported(&[("num", "9990"), ("den", "14471"), ("declared", "69.45")]);
    let value = of.value(IndicatorKind::Ratio).unwrap();
    assert_eq!(value.rounded().to_string(), "69.034621");
    assert!(!value.prints_as(of.declared.unwrap()));
}

#[test]
fn ratios_are_weighted_by_their_denominators_and_never_averaged() {
    let all = [reported(&[("num", "1"), ("den", "1")]), reported(&[("num", "0"), ("den", "99")])];
    let sum = RollUp::Weighted.of(&all).unwrap();
    assert_eq!(sum.value(IndicatorKind::Ratio).unwrap().rounded().to_string(), "1");
    // A percentage without counts can't be weighed.
    let alone = RollUp::Weighted.of(&[reported(&[("value", "98")]), reported(&[("value", "91")])]).unwrap();
    assert_eq!(alone.value(IndicatorKind::Ratio), None);
    assert_eq!(reported(&[("value", "98")]).value(IndicatorKind::Ratio).unwrap().rounded().to_string(), "98");
}

#[test]
fn nothing_reported_is_null_and_not_0() {
    for of in [RollUp::Sum, RollUp::Latest, RollUp::Weighted, RollUp::None] {
        assert_eq!(of.of(&[]), None);
    }
    let zero = RollUp::Sum.of(&[reported(&[("value", "0")])]).unwrap();
    assert_eq!(zero.value(IndicatorKind::Count).unwrap().rounded(), Amount::ZERO);
    assert_eq!(reported(&[("num", "0"), ("den", "0")]).value(IndicatorKind::Ratio), None);
}

#[test]
fn values_are_added_the_newest_taken_or_nothing_made() {
    let (older, newer) = (reported(&[("value", "5")]), reported(&[("value", "2"), ("declared", "1")]));
    let value = |of: RollUp| {
        of.of(&[newer, older]).and_then(|sum| sum.value(IndicatorKind::Gauge)).map(|of| of.rounded().to_string())
    };
    assert_eq!(value(RollUp::Sum).as_deref(), Some("7"));
    assert_eq!(value(RollUp::Latest).as_deref(), Some("2"));
    assert_eq!(value(RollUp::None), None);
}

#[test]
fn a_cadence_names_the_period_that_ended_last() {
    let day = |text: &str| text.parse::<Day>().unwrap();
    let last = |cadence: Cadence, on: &str| cadence.last_ended(day(on)).to_string();
    assert_eq!(last(Cadence::Half, "2024-08-02"), "2024-H1");
    assert_eq!(last(Cadence::Half, "2024-06-30"), "2023-H2");
    assert_eq!(last(Cadence::Month, "2024-08-01"), "2024-07");
    assert_eq!(last(Cadence::Year, "2024-12-31"), "2023");
    assert_eq!(last(Cadence::NineMonths, "2024-10-01"), "2024-9M");
    assert_eq!(last(Cadence::NineMonths, "2024-09-30"), "2023-9M");
    assert_eq!(last(Cadence::Week, "2024-08-02"), "2024-W30");
    assert_eq!(last(Cadence::Quarter, "2024-08-02"), "2024-Q2");
    assert_eq!(last(Cadence::Day, "2024-08-02"), "2024-08-01");
}
