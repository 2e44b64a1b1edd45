//! Lists of dossiers beside what is known: whose they are, what is counted, and what a caller bound to a unit hears.

use super::*;
use crate::ingest::statement::{ListedDossier, Statement};
use crate::model::Contact;
use crate::units::ScopeRoot;

fn query(unit: &str, limit: Option<usize>) -> ReconcileQuery {
    let window = "2024-07-01..2024-07-31".to_owned();
    ReconcileQuery { unit: unit.into(), window, scheme: None, rows: None, source: None, file: None, limit }
}

fn list(ids: &[&str]) -> Statement {
    let listed =
        (2..).zip(ids).map(|(row, id)| ListedDossier { row, id: (*id).to_owned(), ..ListedDossier::default() });
    Statement::List(listed.collect())
}

fn compared(records: Vec<Record>, scope: &Scope, query: &ReconcileQuery, ids: &[&str]) -> Result<Value, AnswerError> {
    let view = world(records);
    let catalogue = Catalogue::embedded().unwrap();
    let figures = Figures { view: &view, catalogue: &catalogue, node: "n1", scope };
    reconcile(figures, query, &list(ids), |answer| Ok(serde_json::to_value(answer).unwrap()))
}

fn of_source(source: &str, id: &str, unit: &str) -> Record {
    let key = DossierKey { source: source.into(), id: id.into() };
    let mut event = DossierEvent::new(key, unit.into(), t("2024-07-03 08:00"));
    event.status = Some(Status::Accepted);
    Record::Dossier(Box::new(event))
}

fn july() -> Vec<Record> {
    let heard = |source: &str| Record::Contact(Contact { source: source.into(), at: t("2024-07-03 08:00") });
    let dossiers = [("A", "148"), ("B", "148"), ("C", "158")].map(|(id, unit)| of_source("motcua", id, unit));
    dossiers.into_iter().chain(["motcua", "cu"].map(heard)).collect()
}

fn reasons(answer: &Value) -> Vec<(&str, &str)> {
    let rows = answer["differences"].as_array().unwrap();
    rows.iter().map(|row| (row["what"].as_str().unwrap(), row["reason"].as_str().unwrap())).collect()
}

#[test]
fn everything_is_counted_and_the_first_differences_are_listed() {
    let answer = compared(july(), &Scope::all(), &query("148", Some(2)), &["A", "A", "C", "X", "Y"]).unwrap();
    assert_eq!((&answer["kind"], &answer["source"]), (&json!("list"), &json!("motcua")), "the only one there is meant");
    assert_eq!((&answer["theirs"], &answer["ours"], &answer["agree"]), (&json!(5), &json!(2), &json!(1)));
    assert_eq!((&answer["differ"], &answer["more"]), (&json!(5), &json!(3)));
    assert_eq!(answer["reasons"], json!({"twice": 1, "another_unit": 1, "unknown": 2, "missing_there": 1}));
    assert_eq!(reasons(&answer), [("A", "twice"), ("C", "another_unit")]);
}

#[test]
fn of_two_sources_one_is_asked_for_by_name() {
    let records = || [july(), vec![of_source("cu", "A", "148")]].concat();
    let asked = query("148", None);
    let refused = compared(records(), &Scope::all(), &asked, &["A"]).unwrap_err();
    assert_eq!(refused, AnswerError::SourceNeeded { sources: "cu, motcua".to_owned() });
    let named = ReconcileQuery { source: Some("cu".into()), ..asked };
    let answer = compared(records(), &Scope::all(), &named, &["A", "B"]).unwrap();
    assert_eq!((&answer["agree"], reasons(&answer)), (&json!(1), vec![("B", "another_source")]));
}

#[test]
fn a_caller_bound_to_a_unit_hears_nothing_of_dossiers_of_others() {
    let bound = ScopeRoot { code: "148".into(), bound: "2024-07-01".parse().unwrap() };
    let scope = Scope::subtrees([bound]);
    let answer = compared(july(), &scope, &query("148", None), &["A", "B", "C", "X"]).unwrap();
    let told = |place: usize| answer["differences"][place]["why"].clone();
    assert_eq!(reasons(&answer), [("C", "unknown"), ("X", "unknown")]);
    assert_eq!(told(0), told(1), "one of another unit is as good as none");
    // Of another source it hears what is its own, too, and nothing else.
    let named = ReconcileQuery { source: Some("cu".into()), ..query("148", None) };
    let answer = compared(july(), &scope, &named, &["A", "C"]).unwrap();
    assert_eq!(reasons(&answer), [("A", "another_source"), ("C", "unknown")]);
    assert_eq!(compared(july(), &scope, &query("158", None), &["C"]), Err(AnswerError::UnknownUnit("158".to_owned())));
}
