//! The test vectors of DOMAIN.md, section 7, for index 766, and what no source delivers.

use super::*;
use crate::kpi::measure::{Slot, Sums};
use crate::kpi::{Catalogue, SourceFile};
use crate::model::Instant;

/// What is known of a unit: counts of measures, numerator and denominator of ratios, values.
struct Case {
    measures: Measures,
    unsourced: BTreeSet<Measure>,
    indicators: BTreeMap<String, Reported>,
    kind: UnitKind,
}

impl Case {
    fn new(counts: &[(Slot, i64)], ratios: &[(&str, i64, i64)]) -> Case {
        let mut sums = Sums::ZERO;
        for (slot, count) in counts {
            sums.slots[slot.place()] = *count;
        }
        let ratio = |(code, num, den): &(&str, i64, i64)| {
            let (num, den) = (Some(Amount::of_count(*num)), Some(Amount::of_count(*den)));
            (format!("qd766.{code}"), Reported { num, den, ..Reported::default() })
        };
        Case {
            measures: Measures::of(&sums),
            unsourced: BTreeSet::new(),
            indicators: ratios.iter().map(ratio).collect(),
            kind: UnitKind::Province,
        }
    }

    fn value(mut self, code: &str, value: i64) -> Case {
        let given = Some((Instant(0), Amount::of_count(value)));
        self.indicators.insert(format!("qd766.{code}"), Reported { given, ..Reported::default() });
        self
    }

    /// Score, state and points of each part by its id; the whole is `total`.
    fn scores(&self) -> BTreeMap<String, (Option<String>, Option<ScoreState>, Points)> {
        let catalogue = Catalogue::embedded().unwrap();
        let version = catalogue.index("qd766").unwrap().version("2024-08-02".parse().unwrap()).unwrap();
        let found = Found {
            kind: Some(self.kind),
            measures: &self.measures,
            unsourced: &self.unsourced,
            indicators: &self.indicators,
            is_over: false,
        };
        let score = version.score(&found);
        let told = |points: Points| points.score.map(|score| score.to_string());
        let mut scores = BTreeMap::from([("total".to_owned(), (told(score.points), None, score.points))]);
        for group in &score.groups {
            scores.insert(group.group.id.clone(), (told(group.points), None, group.points));
            for one in &group.criteria {
                scores.insert(one.criterion.id.clone(), (told(one.points), Some(one.state), one.points));
            }
        }
        scores
    }

    fn check(&self, expected: &[(&str, &str)]) {
        let scores = self.scores();
        for (id, score) in expected {
            assert_eq!(scores[*id].0.as_deref(), Some(*score), "{id}");
        }
    }
}

#[test]
fn the_maxima_are_those_of_the_decision_and_add_up_to_100() {
    let catalogue = Catalogue::embedded().unwrap();
    let version = catalogue.index("qd766").unwrap().version("2024-08-02".parse().unwrap()).unwrap();
    let maxima: Vec<String> = version.groups.iter().map(|group| group.max.to_string()).collect();
    assert_eq!(maxima, ["18", "20", "12", "10", "22", "18"]);
    assert_eq!(version.max.to_string(), "100");
}

#[test]
fn online_is_8_55_of_12() {
    // Of 100 procedures under authority 30 are partly and 40 fully online.
    let ratios = [("online_services", 30 + 40, 100), ("online_services_used", 35, 70)];
    let case = Case::new(&[(Slot::ReceivedOnline, 400), (Slot::ReceivedCounter, 600)], &ratios);
    case.check(&[("3.1", "1.75"), ("3.2", "2"), ("3.3", "4.8"), ("3a", "8.55")]);
}

#[test]
fn payment_is_3_and_1_5_and_the_third_is_capped_at_its_maximum_of_2() {
    let ratios = [("paid_procedures", 24, 40), ("payable_procedures", 36, 40)];
    let case = Case::new(&[(Slot::PaidOnline, 300), (Slot::Payable, 600)], &ratios);
    // The published fit of the third has no cap: 2.5 x 0.9 = 2.25. The stated maximum is 2 and the group's is 10, so it
    // is capped here; to be checked against the legal annex.
    case.check(&[("3.6", "3"), ("3.5b", "1.5"), ("3.5", "2"), ("3b", "6.5")]);
}

#[test]
fn satisfaction_of_880_in_1000_is_5_8667() {
    let counts = [(Slot::ReceivedCounter, 1_000), (Slot::ResolvedLate, 100), (Slot::ResolvedEarly, 900)];
    let case = Case::new(&counts, &[]).value("dossiers_disliked", 20);
    // 6 x 0.88 / 0.9 to six places.
    case.check(&[("5.4", "5.866667")]);
}

#[test]
fn no_petitions_are_6_and_6_points_where_a_source_said_that_there_were_none() {
    let none = [("petitions_on_time", 0, 0), ("petitions_satisfied", 0, 0)];
    Case::new(&[], &none).check(&[("5.2", "6"), ("5.3", "6")]);
}

#[test]
fn petitions_that_nobody_reports_give_no_free_points() {
    let counts = [(Slot::ReceivedOnline, 100), (Slot::ResolvedEarly, 100)];
    let scores = Case::new(&counts, &[]).scores();
    for id in ["5.2", "5.3", "5.4"] {
        assert_eq!((&scores[id].0, scores[id].1), (&None, Some(ScoreState::NoSource)), "{id}");
    }
    assert_eq!((scores["5"].0.as_deref(), scores["5"].2.measurable), (None, Amount::ZERO));
    // Progress, dossiers online, electronic results, reused data; payment has nothing to divide by.
    assert_eq!(scores["total"].2.measurable.to_string(), "34");
    assert_eq!(scores["3.6"].1, Some(ScoreState::Empty));
}

#[test]
fn no_dossiers_are_0_points_of_satisfaction() {
    Case::new(&[], &[]).value("dossiers_disliked", 0).check(&[("5.4", "0")]);
}

#[test]
fn a_measure_that_no_source_delivers_gives_no_points_and_isnt_measurable() {
    let counts = [(Slot::ReceivedOnline, 10), (Slot::ResolvedEarly, 10)];
    let mut case = Case::new(&counts, &[]);
    case.check(&[("4.1", "0"), ("4.3", "0")]);
    case.unsourced.extend([Measure::ElectronicResult, Measure::ReusedData]);
    let scores = case.scores();
    assert_eq!((&scores["4.1"].0, scores["4.1"].1), (&None, Some(ScoreState::NoSource)));
    assert_eq!((&scores["4"].0, scores["4"].2.measurable), (&None, Amount::ZERO));
}

#[test]
fn progress_counts_all_taken_on_that_is_not_late() {
    // The example of section 7: 120 taken on, 10 resolved late, 8 open and overdue; what is carried over comes as levels.
    let counts = [
        (Slot::ReceivedCounter, 120),
        (Slot::ResolvedEarly, 60),
        (Slot::ResolvedOnTime, 20),
        (Slot::ResolvedLate, 10),
        (Slot::InProgressWithin, 22),
        (Slot::InProgressOverdue, 8),
    ];
    // 1 − 18/120 = 85 %.
    Case::new(&counts, &[]).check(&[("2.1", "17")]);
}

#[test]
fn lost_points_are_recoverable_only_where_a_missed_case_can_be_made_good() {
    let counts = [(Slot::ReceivedCounter, 10), (Slot::ResolvedLate, 5), (Slot::ResolvedEarly, 5)];
    let scores = Case::new(&counts, &[("online_services", 40, 100)]).scores();
    let points = |id: &str| (scores[id].2.lost.to_string(), scores[id].2.recoverable.to_string());
    assert_eq!(points("2.1"), ("10".to_owned(), "0".to_owned()));
    assert_eq!(points("3.1"), ("1".to_owned(), "1".to_owned()));
}

#[test]
fn what_doesnt_apply_to_a_commune_gives_it_full_points() {
    let mut case = Case::new(&[], &[]);
    case.kind = UnitKind::Commune;
    let scores = case.scores();
    assert_eq!((scores["1.1"].0.as_deref(), scores["1.1"].1), (Some("6"), Some(ScoreState::NotApplicable)));
    assert_eq!(scores["1"].2.measurable.to_string(), "10");
}

#[test]
fn faults_of_an_index_are_named_with_file_line_and_key() {
    let text = include_str!("../../../dashboards/indices/qd766.toml");
    let catalogue = Catalogue::embedded().unwrap();
    let faults = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        let (text, mut faults) = (text.replacen(from, to, 1), Vec::new());
        read(SourceFile { name: "indices/qd766.toml", text: &text }, catalogue.indicators(), &mut faults);
        let told: Vec<String> = faults.iter().map(|fault| format!("{}: {}", fault.key, fault.reason)).collect();
        assert!(faults.iter().all(|fault| fault.file == "indices/qd766.toml" && fault.line > 1));
        told
    };
    assert_eq!(
        faults("max = 18", "max = 17"),
        ["version.group.max: the maxima below it add up to 18", "version.max: the maxima below it add up to 99",]
    );
    assert_eq!(
        faults("\"-resolved_late\"", "\"-late\""),
        ["version.group.criterion.numerator: no measure is called `late`"]
    );
    assert_eq!(
        faults("\"qd766.dossier_sync\"", "\"qd766.sync\""),
        ["version.group.criterion.indicator: no indicator is called `qd766.sync`"]
    );
    assert_eq!(faults("id = \"1.2\"", "id = \"1.1\""), ["version.group.criterion.id: `1.1` stands here twice"]);
    assert_eq!(
        faults("rule = { scaled = { at = 0.80", "rule = { scaled = { at = 0")[0],
        "version.group.criterion.rule.at: must be above 0, with at most six places"
    );
}
