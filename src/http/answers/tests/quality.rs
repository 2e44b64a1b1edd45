//! Marks of quality: counted by source, and the dossiers behind each.

use super::*;

#[test]
fn marks_of_quality_are_counted_by_source_and_open_into_their_dossiers() {
    let view = world([
        accepted("1", "148", "2024-07-22 08:00"),
        event("2", "05000", "2024-07-23 08:00", |event| {
            event.status = Some(Status::Accepted);
            event.received_at = Field::Value(t("2024-07-23 08:00"));
            event.due_at = Field::Value(t("2024-07-30 08:00"));
        }),
        event("3", "151", "2024-07-24 08:00", |event| {
            event.status = Some(Status::Done);
            event.received_at = Field::Value(t("2024-07-24 09:00"));
            event.due_at = Field::Value(t("2024-07-24 07:00"));
        }),
        accepted("4", "99", "2024-06-30 23:59"),
    ]);
    let catalogue = Catalogue::embedded().unwrap();
    let scope = Scope::all();
    let figures = Figures { view: &view, catalogue: &catalogue, node: "n", scope: &scope };
    let query: QualityQuery = serde_json::from_value(json!({"window": "2024-07"})).unwrap();
    let answer = serde_json::to_value(quality(figures, "17", &query).unwrap()).unwrap();
    let row = &answer["rows"][0];
    assert_eq!((&row["source"], &row["dossiers"]), (&json!("motcua"), &json!(3)), "{answer}");
    assert_eq!((&row["marked"], &row["marks"]["no_received_date"]), (&json!(2), &json!(1)), "{answer}");
    let mut found = 0;
    for unit in ["17", "unresolved"] {
        let query: QualityQuery = serde_json::from_value(json!({"window": "year"})).unwrap();
        let answer = serde_json::to_value(quality(figures, unit, &query).unwrap()).unwrap();
        for (mark, count) in answer["rows"][0]["marks"].as_object().unwrap() {
            let query = json!({"window": "year", "mark": mark, "source": "motcua"});
            let query: DossiersQuery = serde_json::from_value(query).unwrap();
            let list = serde_json::to_value(dossiers(figures, unit, &query).unwrap()).unwrap();
            assert_eq!(
                (&list["total"], list["rows"].as_array().unwrap().len() as u64),
                (count, count.as_u64().unwrap())
            );
            found += list["count"].as_u64().unwrap();
        }
    }
    assert!(found >= 6, "{found}");
    let wrong: DossiersQuery = serde_json::from_value(json!({"mark": "void", "measure": "received"})).unwrap();
    assert!(matches!(dossiers(figures, "17", &wrong), Err(AnswerError::UnknownMeasure(_))));
    let wrong: DossiersQuery = serde_json::from_value(json!({"mark": "dirt"})).unwrap();
    assert!(matches!(dossiers(figures, "17", &wrong), Err(AnswerError::UnknownMark(_))));
}
