use serde_json::json;

use super::*;
use crate::kpi::measure::Sums;
use crate::kpi::{Fault, Slot};

const KPI: &str = r#"
[measures]
received = { vi = "Tiếp nhận mới", en = "Received" }

[[kpi]]
id = "share"
version = "1"
valid_to = "2024-06-30"
label = { vi = "v", en = "e" }
short = { vi = "v", en = "e" }
definition = { vi = "v", en = "e" }
numerator = ["digitised"]
denominator = ["received"]
better = "higher"
near_margin = 0.03
den_min = 10
ranking_den_min = 30

[[kpi]]
id = "share"
version = "2"
valid_from = "2024-07-01"
label = { vi = "v", en = "e" }
short = { vi = "v", en = "e" }
definition = { vi = "v", en = "e" }
numerator = ["digitised"]
denominator = ["received_online"]
better = "higher"
den_min = 1
ranking_den_min = 30
"#;

fn read(kpis: &str, targets: &str) -> Result<Catalogue, CatalogueError> {
    let file = |name, text| SourceFile { name, text };
    Catalogue::read(file("kpis.toml", kpis), file("targets.toml", targets), &[])
}

fn faults(kpis: &str, targets: &str) -> Vec<String> {
    read(kpis, targets).unwrap_err().0.iter().map(Fault::to_string).collect()
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn measures(slots: &[(Slot, i64)]) -> Measures {
    let mut sums = Sums { slots: [0; Slot::COUNT], carried_over: 0 };
    for (slot, value) in slots {
        sums.slots[slot.place()] = *value;
    }
    Measures::of(&sums)
}

const DISTRICT: UnitScope<'static> = UnitScope { code: "158", category: "huyện" };

/// The target of `share` for a district on a day.
fn target(targets: &str, on: &str) -> TargetFigures<'static> {
    let catalogue = Box::leak(Box::new(read(KPI, targets).unwrap()));
    catalogue.target(catalogue.kpi("share", day("2024-01-01")).unwrap(), DISTRICT, day(on))
}

#[test]
fn the_embedded_catalogue_is_sound_and_holds_the_first_kpis() {
    let catalogue = Catalogue::embedded().unwrap();
    let ids: Vec<&str> = catalogue.kpi_ids().collect();
    assert_eq!(
        ids,
        [
            "digitisation_rate",
            "electronic_result_rate",
            "full_process_rate",
            "on_time_rate",
            "online_payment_rate",
            "online_rate",
            "ontime.766",
            "ontime.cohort",
            "ontime.resolved",
            "ontime.workload",
            "overdue_rate",
            "processing_hours_mean",
            "processing_hours_median",
            "processing_hours_p90",
            "reuse_rate",
            "satisfaction_rate",
            "sent_back_rate"
        ]
    );
    let kpi = catalogue.kpi("on_time_rate", day("2024-08-02")).unwrap();
    let counted = [(Slot::ResolvedEarly, 60), (Slot::ResolvedOnTime, 20), (Slot::ResolvedLate, 10)];
    let figure = catalogue.figure(kpi, &measures(&counted), DISTRICT, day("2024-08-02"));
    assert_eq!((figure.num, figure.den, figure.band), (Some(80), Some(90), Some(Band::Below)));
    assert_eq!((figure.target, figure.near), (Some(0.98), Some(0.95)));
}

#[test]
fn a_kpi_has_the_version_of_the_day() {
    let catalogue = read(KPI, "").unwrap();
    let version = |on| catalogue.kpi("share", day(on)).map(|kpi| kpi.version.as_str());
    assert_eq!([version("2024-06-30"), version("2024-07-01")], [Some("1"), Some("2")]);
}

#[test]
fn without_a_denominator_a_figure_is_null_and_under_the_least_it_has_no_band() {
    let catalogue = read(KPI, "[[target]]\nkpi = \"share\"\nvalue = 0.5\n").unwrap();
    let kpi = catalogue.kpi("share", day("2024-01-01")).unwrap();
    let of = |digitised, received| {
        let counted = [(Slot::Digitised, digitised), (Slot::ReceivedCounter, received)];
        let figure = catalogue.figure(kpi, &measures(&counted), DISTRICT, day("2024-01-01"));
        (figure.value, figure.band)
    };
    assert_eq!(of(0, 0), (None, None));
    assert_eq!(of(9, 9), (Some(1.0), None));
    assert_eq!(of(5, 10), (Some(0.5), Some(Band::Met)));
    assert_eq!(of(0, 10), (Some(0.0), Some(Band::Below)));
}

#[test]
fn the_narrower_target_wins_and_near_follows_from_the_margin() {
    let targets = r#"
[[target]]
kpi = "share"
value = 0.5
[[target]]
kpi = "share"
year = 2024
value = 0.6
[[target]]
kpi = "share"
category = "huyện"
value = 0.7
near = 0.4
[[target]]
kpi = "share"
unit = "150"
value = 0.9
"#;
    let of = target(targets, "2024-05-01");
    assert_eq!((of.target.unwrap().to_string(), of.near.unwrap().to_string()), ("0.7".into(), "0.4".into()));
    let without_category = targets.replace("\"huyện\"", "\"sở\"");
    let of = target(&without_category, "2024-05-01");
    assert_eq!((of.target.unwrap().to_string(), of.near.unwrap().to_string()), ("0.6".into(), "0.57".into()));
    assert_eq!(target(&without_category, "2025-05-01").target.unwrap().to_string(), "0.5");
}

#[test]
fn a_plan_is_linear_between_its_days_and_its_last_day_is_the_goal() {
    let path = "[[target]]\nkpi = \"share\"\npath = [{ on = \"2024-01-01\", value = 0.6 }, { on = \"2024-01-11\", value = 0.7 }]\n";
    let on = |text| target(path, text).target.unwrap().to_string();
    assert_eq!(
        [on("2023-01-01"), on("2024-01-01"), on("2024-01-06"), on("2024-01-11"), on("2024-05-01")],
        ["0.6", "0.6", "0.65", "0.7", "0.7"]
    );
    let of = target(path, "2024-01-06");
    assert_eq!(
        (of.goal.unwrap().to_string(), of.goal_year, of.near.unwrap().to_string()),
        ("0.7".into(), Some(2024), "0.62".into())
    );
}

#[test]
fn a_count_above_its_limit_is_over_and_on_it_is_not() {
    let catalogue = read(KPI, "[[limit]]\nmeasure = \"in_progress_overdue\"\nunit = \"158\"\nlimit = 140\n").unwrap();
    let of = |overdue| {
        let measures = measures(&[(Slot::InProgressOverdue, overdue)]);
        catalogue.limit(Measure::InProgressOverdue, &measures, DISTRICT, day("2024-01-01"))
    };
    assert_eq!([of(140), of(141)], [Some((140, None)), Some((140, Some(Band::Over)))]);
}

#[test]
fn every_fault_is_named_with_file_line_and_key() {
    let broken = KPI.replace("[\"received_online\"]", "[\"recieved\"]").replace("2024-07-01", "2024-06-01");
    let targets = "[[target]]\nkpi = \"shared\"\n[[limit]]\nmeasure = \"overdue\"\nlimit = 1\n";
    assert_eq!(
        faults(&broken, targets),
        [
            "kpis.toml:27: kpi.denominator: no measure is called `recieved`",
            "kpis.toml:20: kpi.id: `share` stands here twice",
            "targets.toml:2: target.kpi: no kpi is called `shared`",
            "targets.toml:2: target.value: a target without a path needs it",
            "targets.toml:4: limit.measure: no measure is called `overdue`",
        ]
    );
}

#[test]
fn unknown_keys_and_wrong_types_are_faults_of_their_line() {
    let unknown = KPI.replace("den_min = 10", "den_minimum = 10");
    let [fault] = &faults(&unknown, "")[..] else { panic!("one fault") };
    assert!(fault.starts_with("kpis.toml:16: den_minimum: unknown field `den_minimum`"), "{fault}");
    let targets = "[[target]]\nkpi = 1\n[[target]]\nkpi = \"share\"\nvalue = 0.5\n[[target]]\nkpi = \"share\"\nyear = \"x\"\nvalue = 1\n";
    let all = faults(KPI, targets);
    let places: Vec<&str> = all.iter().map(|fault| fault.split(": ").next().unwrap()).collect();
    assert_eq!(places, ["targets.toml:2", "targets.toml:8"], "every block's fault is told: {all:?}");
    let wrong = "[[target]]\nkpi = \"share\"\nvalue = \"much\"\n";
    let [fault] = &faults(KPI, wrong)[..] else { panic!("one fault") };
    assert!(fault.starts_with("targets.toml:3: value: invalid type"), "{fault}");
}

#[test]
fn a_path_that_goes_back_and_a_bad_day_are_faults() {
    let path = |first: &str, second: &str| {
        format!(
            "[[target]]\nkpi = \"share\"\npath = [{{ on = \"{first}\", value = 0.6 }}, {{ on = \"{second}\", value = 0.7 }}]\n"
        )
    };
    assert_eq!(
        faults(KPI, &path("2024-02-01", "2024-01-01")),
        ["targets.toml:3: target.path: the days don't go forward"]
    );
    assert_eq!(
        faults(KPI, &path("2024-02-01", "2024-02-31")),
        ["targets.toml:3: target.path: `2024-02-31` is no day such as 2024-08-02"]
    );
}

/// A KPI of these lines.
fn kpi_of(lines: &str) -> String {
    let head = KPI.split("[[kpi]]").next().unwrap();
    let words = "label = { vi = \"v\", en = \"e\" }\nshort = { vi = \"v\", en = \"e\" }\ndefinition = { vi = \"v\", en = \"e\" }";
    format!(
        "{head}[[kpi]]\nid = \"k\"\nversion = \"1\"\n{words}\nbetter = \"lower\"\nden_min = 1\nranking_den_min = 1\n{lines}\n"
    )
}

#[test]
fn a_kpi_is_made_in_one_way_and_a_percentile_is_held_against_a_limit_of_its_buckets() {
    let told = |lines: &str, targets: &str| faults(&kpi_of(lines), targets);
    assert_eq!(told("", "").len(), 2, "neither numerator nor denominator: {:?}", told("", ""));
    assert_eq!(told("numerator = [\"received\"]", ""), ["kpis.toml:6: kpi.denominator: a kpi needs it"]);
    assert_eq!(
        told("percentile = 100\nno_source = true", ""),
        [
            "kpis.toml:6: kpi.id: has more than one of numerator with denominator, percentile, no_source",
            "kpis.toml:14: kpi.percentile: 100 isn't from 1 to 99"
        ]
    );
    assert_eq!(
        told("numerator = [\"-recieved\"]\ndenominator = [\"received\"]", ""),
        ["kpis.toml:14: kpi.numerator: no measure is called `-recieved`"]
    );
    let off = told("percentile = 50", "[[target]]\nkpi = \"k\"\nvalue = 50\nnear = 72\n");
    let reason = "a percentile is held against one of 4, 8, 24, 48, 72, 120, 240, 480, 720 hours";
    assert_eq!(off, [format!("targets.toml:2: target.value: {reason}")]);
}

#[test]
fn the_figure_of_a_percentile_says_what_is_known_and_no_more() {
    let catalogue = read(&kpi_of("percentile = 90"), "[[target]]\nkpi = \"k\"\nvalue = 240\nnear = 720\n").unwrap();
    let kpi = catalogue.kpi("k", day("2024-01-01")).unwrap();
    let of = |slots: &[(Slot, i64)]| {
        let all: i64 = slots.iter().map(|(_, count)| count).sum();
        let measures = measures(&[slots, &[(Slot::ResolvedEarly, all)]].concat());
        let figure = catalogue.figure(kpi, &measures, DISTRICT, day("2024-01-01"));
        (figure.value, figure.above, figure.band)
    };
    assert_eq!(
        of(&[(Slot::ResolvedHoursLe240, 9), (Slot::ResolvedHoursGt720, 1)]),
        (Some(240.0), None, Some(Band::Met))
    );
    assert_eq!(of(&[(Slot::ResolvedHoursLe480, 10)]), (Some(480.0), None, Some(Band::Near)));
    assert_eq!(of(&[(Slot::ResolvedHoursLe4, 8), (Slot::ResolvedHoursGt720, 2)]), (None, Some(720), Some(Band::Over)));
    assert_eq!(of(&[]), (None, None, None));
}

#[test]
fn what_has_no_source_is_null_in_every_part() {
    let catalogue = read(&kpi_of("no_source = true"), "[[target]]\nkpi = \"k\"\nvalue = 0.7\n").unwrap();
    let kpi = catalogue.kpi("k", day("2024-01-01")).unwrap();
    let figure = catalogue.figure(kpi, &measures(&[(Slot::ReceivedOnline, 5)]), DISTRICT, day("2024-01-01"));
    let told = serde_json::to_value(&figure).unwrap();
    assert_eq!(
        (&told["num"], &told["den"], &told["value"], &told["band"], &told["no_source"]),
        (&json!(null), &json!(null), &json!(null), &json!(null), &json!(true))
    );
}

#[test]
fn a_target_tells_its_decision_and_by_when_the_path_comes_to_the_goal() {
    let path = "[[target]]\nkpi = \"share\"\ndecision = \"QĐ 12/QĐ-UBND\"\npath = [{ on = \"2024-01-01\", value = 0.6 }, { on = \"2030-01-31\", value = 0.9 }, { on = \"2031-01-31\", value = 0.9 }]\n";
    let of = target(path, "2024-01-01");
    assert_eq!((of.decision, of.goal_by.unwrap().to_string()), (Some("QĐ 12/QĐ-UBND"), "2030-01-31".to_owned()));
    let year = target("[[target]]\nkpi = \"share\"\nvalue = 0.8\ngoal = 0.9\ngoal_year = 2030\n", "2024-01-01");
    assert_eq!(year.goal_by.unwrap().to_string(), "2030-12-31");
    assert_eq!(target("[[target]]\nkpi = \"share\"\nvalue = 0.8\n", "2024-01-01").goal_by, None);
}

#[test]
fn the_version_names_the_texts() {
    let version = |targets: &str| read(KPI, targets).unwrap().version().to_owned();
    assert_eq!(version(""), version(""));
    assert_ne!(version(""), version("# another\n"));
    // One part for KPIs, targets, indicators, indices and boards, one for schemes and forms.
    assert_eq!(version("").split('-').map(str::len).collect::<Vec<_>>(), [12, 12]);
}
