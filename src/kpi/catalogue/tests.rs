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
fn target(targets: &str, on: &str) -> TargetFigures {
    let catalogue = read(KPI, targets).unwrap();
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
            "on_time_rate",
            "online_payment_rate",
            "online_rate",
            "overdue_rate",
            "satisfaction_rate"
        ]
    );
    let kpi = catalogue.kpi("on_time_rate", day("2024-08-02")).unwrap();
    let counted = [(Slot::ResolvedEarly, 60), (Slot::ResolvedOnTime, 20), (Slot::ResolvedLate, 10)];
    let figure = catalogue.figure(kpi, &measures(&counted), DISTRICT, day("2024-08-02"));
    assert_eq!((figure.num, figure.den, figure.band), (80, 90, Some(Band::Below)));
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
