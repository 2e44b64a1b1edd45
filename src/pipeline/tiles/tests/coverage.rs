//! Before the first day that a source covers there is no data.

use super::*;
use crate::model::{Day, IndicatorKey, IndicatorReport, SourceFact, SourceProfile};

fn source(name: &str, coverage_start: &str) -> Record {
    let profile = SourceProfile {
        units: vec!["17".into()],
        coverage_start: Some(Day::from_date(coverage_start.parse().unwrap())),
        ..SourceProfile::default()
    };
    Record::Source(Box::new(SourceFact { at: t("2024-08-01 08:00"), source: name.into(), profile }))
}

/// Received counts of the weeks of a trend, the first days beside them.
fn weeks(view: &View) -> Vec<(String, Value)> {
    let tile = tile(view, "trend");
    let points = tile["series"][0]["points"].as_array().unwrap().clone();
    points.iter().map(|point| (point["from"].as_str().unwrap().to_owned(), point["value"].clone())).collect()
}

#[test]
fn weeks_that_no_source_covers_as_a_whole_are_gaps_and_the_tile_says_since_when_it_counts() {
    // One came along of a week that only its last day covers, and one of a week that nobody covers.
    let mut records = finished("148", 40, 0);
    records.extend(dossier("stray", "148", "2024-06-03", Some("2024-06-04"), "2024-06-05"));
    records.extend(dossier("sunday", "148", "2024-06-30", Some("2024-06-30"), "2024-07-05"));
    records.push(Record::Contact(Contact { source: "motcua".into(), at: t("2024-08-02 07:59") }));
    let open = world(records.clone());
    assert_eq!(tile(&open, "on_time").get("covered_from"), None);
    assert_eq!(weeks(&open)[21], ("2024-07-01".to_owned(), json!(0)), "a week without a dossier");

    records.push(source("motcua", "2024-06-30"));
    let cut = world(records.clone());
    let values = weeks(&cut);
    assert!(values[..21].iter().all(|(_, value)| value.is_null()), "{values:?}");
    assert_eq!(
        values[21..24],
        [("2024-07-01", 0), ("2024-07-08", 0), ("2024-07-15", 0)].map(|(day, n)| (day.to_owned(), json!(n)))
    );
    for id in ["on_time", "counts", "ranking", "trend"] {
        assert_eq!(tile(&cut, id)["covered_from"], "2024-06-30", "{id}");
    }
    let sparkline = tile(&cut, "on_time")["trend"].as_array().unwrap().clone();
    assert!(sparkline[..21].iter().all(|point| point["value"].is_null()), "{sparkline:?}");
    assert_eq!(sparkline[25]["value"], 1.0);

    // Who only reports indicators covers no dossiers, listed or not, until its first dossier comes.
    let report = IndicatorReport {
        source: "baocao".into(),
        key: IndicatorKey { code: "x".into(), unit: "17".into(), period: "2024-06".parse().unwrap() },
        at: t("2024-07-01 08:00"),
        numerator: Field::Absent,
        denominator: Field::Absent,
        value: Field::Value("1".parse().unwrap()),
        declared: Field::Absent,
    };
    let contact = Record::Contact(Contact { source: "baocao".into(), at: t("2024-08-02 07:59") });
    let reported = [records.clone(), vec![Record::Indicator(report), contact]].concat();
    assert_eq!(weeks(&world(reported.clone())), values);
    let listed = [reported, vec![source("baocao", "2020-01-01")]].concat();
    assert_eq!(weeks(&world(listed.clone())), values);
    let [mut own, _] = dossier("own", "148", "2024-07-22", None, "2024-07-23");
    if let Record::Dossier(event) = &mut own {
        event.key.source = "baocao".into();
    }
    assert_eq!(weeks(&world([listed, vec![own]].concat()))[19].1, 0);

    // A second one begins later: what is counted between is shown, and isn't whole before.
    records.push(source("kiosk", "2024-07-15"));
    let two = world(records);
    assert_eq!(weeks(&two)[21].1, 0);
    assert_eq!(tile(&two, "counts")["covered_from"], "2024-07-15");
}

#[test]
fn on_its_first_day_a_source_has_no_yesterday_and_before_it_no_zero() {
    let contact = || Record::Contact(Contact { source: "motcua".into(), at: t("2024-08-02 07:59") });
    let late = || dossier("1", "148", "2024-07-22", None, "2024-07-23").to_vec();
    let overdue = |start: &str| {
        let records = [late(), vec![contact(), source("motcua", start)]].concat();
        tile(&world(records), "counts")["today"]["in_progress_overdue"].clone()
    };
    assert_eq!(overdue("2024-08-01"), 0);
    assert_eq!(overdue("2024-08-02"), Value::Null);
    // The year to date is over before it begins to be covered: zeros are none.
    let counts =
        |start: &str| tile(&world([contact(), source("motcua", start)]), "counts")["measures"]["received"].clone();
    assert_eq!((counts("2024-08-02"), counts("2024-08-03")), (json!(0), Value::Null));
}

#[test]
fn a_year_that_is_covered_in_part_is_no_year_to_compare_with() {
    let mut records = finished("148", 40, 0);
    records.extend(dossier("old", "148", "2023-01-02", Some("2023-01-03"), "2023-01-04"));
    let compared = |start: &str| {
        let view = world([records.clone(), vec![source("motcua", start)]].concat());
        let before = |id: &str| tile(&view, id)["compare"].clone();
        (before("on_time")["same_period_last_year"]["den"].clone(), before("counts")["received"]["change"].clone())
    };
    assert_eq!(compared("2023-01-01"), (json!(1), json!(39.0)));
    assert_eq!(compared("2023-01-02"), (Value::Null, Value::Null));
}
