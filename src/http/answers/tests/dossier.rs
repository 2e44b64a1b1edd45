//! One dossier: its registers, where they come from, its verdict.

use super::*;

fn dossier_answer(view: &View, id: &str, provenance: &Provenance) -> Value {
    let catalogue = Catalogue::embedded().unwrap();
    let key = DossierKey { source: "motcua".into(), id: id.into() };
    let figures = Figures { view, catalogue: &catalogue, node: "n1", scope: &Scope::all() };
    serde_json::to_value(dossier(figures, &view.dossier(&key).unwrap(), provenance)).unwrap()
}

#[test]
fn a_dossier_shows_every_register_with_its_at_and_the_verdict() {
    let view = world([
        event("1", "158", "2024-07-01 08:00", |event| {
            event.status = Some(Status::Accepted);
            event.due_at = Field::Value(t("2024-07-05 10:00"));
            event.digitised = Field::Value(true);
            event.holder = Field::Null;
        }),
        event("1", "158", "2024-07-03 10:00", |event| {
            event.pauses.push(PauseEvent {
                id: "p".into(),
                kind: Field::Value(PauseKind::Supplement),
                from: Field::Value(t("2024-07-03 10:00")),
                to: Field::Absent,
            });
        }),
    ]);
    let origin = ("pauses.p.from".to_owned(), t("2024-07-03 10:00"));
    let answer = dossier_answer(&view, "1", &Provenance::from([(origin, Origin { seq: 42, node: 0x17 })]));
    let registers = &answer["registers"];
    let accepted = json!({"value": "accepted", "at": "2024-07-01T08:00:00.000+07:00", "source": "motcua", "seq": null});
    assert_eq!(registers["status"], json!([{"status": "accepted", "first": accepted, "last": accepted}]));
    assert_eq!(
        registers["due_at"],
        json!([{"value": "2024-07-05T10:00:00.000+07:00", "at": "2024-07-01T08:00:00.000+07:00", "source": "motcua", "seq": null}])
    );
    assert_eq!((&registers["digitised"]["value"], &registers["holder"]["value"]), (&json!(true), &Value::Null));
    assert_eq!(registers.get("received_at"), None);
    assert_eq!(registers["unit"]["at"], "2024-07-03T10:00:00.000+07:00");
    let pause = &registers["pauses"][0];
    assert_eq!(
        (&pause["id"], &pause["kind"]["value"], &pause["from"]["seq"], &pause["from"]["node"]),
        (&json!("p"), &json!("supplement"), &json!(42), &json!("0000000000000017"))
    );
    assert_eq!(pause.get("to"), None);
    let derived = &answer["derived"];
    assert_eq!(
        (&derived["stage"], &derived["due"], &derived["due_moves"]),
        (&json!("waiting"), &Value::Null, &json!(true))
    );
    assert_eq!(derived["pauses"], json!([{"from": "2024-07-03T10:00:00.000+07:00", "to": null}]));
    assert_eq!(
        answer["verdict"],
        json!({
            "code": "in_progress_waiting",
            "vi": "Đang giải quyết, chờ bổ sung từ 03/07/2024 10:00",
            "en": "In progress, waiting for papers since 2024-07-03 10:00",
            "rules": ["R-11", "R-17"],
        })
    );
    assert_eq!(answer["unit"], json!({"unit": "158", "name": "Huyện 158", "stale_code": false}));
}

#[test]
fn an_unknown_dossier_is_not_found() {
    let error = AnswerError::UnknownDossier { source_id: "motcua".into(), id: "1".into() };
    assert_eq!((error.code(), error.is_not_found()), ("unknown_dossier", true));
}

/// The records' events in the order of their numbers, from 1, and what became of them.
fn origins_of(records: &[Record]) -> Vec<(String, u64)> {
    let mut state = DossierState::default();
    let mut history = Vec::new();
    for (seq, record) in (1..).zip(records) {
        let Record::Dossier(event) = record else { panic!("{record:?}") };
        state.apply(event);
        history.push(HistoryEntry { node: 7, seq, received_at: event.at, event: (**event).clone() });
    }
    history.reverse();
    let origins = provenance(&history, &state);
    origins.into_iter().map(|((name, at), origin)| (format!("{name} {at}"), origin.seq)).collect()
}

#[test]
fn s3_each_register_names_the_least_record_that_wrote_what_stands_there() {
    let pause = |from: Field<Instant>, to: Field<Instant>| PauseEvent { id: "p".into(), kind: Field::Absent, from, to };
    let due = |at: &str, value: &str| event("1", "17", at, |event| event.due_at = Field::Value(t(value)));
    let origins = origins_of(&[
        event("1", "17", "2024-07-01 08:00", |event| {
            event.status = Some(Status::Accepted);
            event.holder = Field::Value("first".into());
            event.digitised = Field::Value(true);
            event.pauses.push(pause(Field::Value(t("2024-07-01 07:00")), Field::Absent));
        }),
        event("1", "17", "2024-07-02 08:00", |event| {
            event.status = Some(Status::Accepted);
            event.holder = Field::Null;
            event.pauses.push(pause(Field::Absent, Field::Value(t("2024-07-01 09:00"))));
        }),
        // The same again, and something that loses at an equal instant.
        event("1", "17", "2024-07-02 08:00", |event| {
            event.status = Some(Status::Accepted);
            event.holder = Field::Null;
            event.digitised = Field::Absent;
        }),
        event("1", "16", "2024-07-02 08:00", |event| event.status = Some(Status::Accepted)),
        due("2024-07-01 12:00", "2024-07-09 08:00"),
        due("2024-07-01 12:00", "2024-07-08 08:00"),
        due("2024-07-01 13:00", "2024-07-09 08:00"),
    ]);
    let expected = [
        ("digitised 2024-07-01T01:00:00.000Z", 1),
        ("due_at 2024-07-01T05:00:00.000Z", 5),
        ("due_at 2024-07-01T06:00:00.000Z", 7),
        ("holder 2024-07-02T01:00:00.000Z", 2),
        ("pauses.p.from 2024-07-01T01:00:00.000Z", 1),
        ("pauses.p.to 2024-07-02T01:00:00.000Z", 2),
        ("status.accepted 2024-07-01T01:00:00.000Z", 1),
        ("status.accepted 2024-07-02T01:00:00.000Z", 2),
        ("unit 2024-07-02T01:00:00.000Z", 2),
    ];
    assert_eq!(origins, expected.map(|(name, seq)| (name.to_owned(), seq)));
}

#[test]
fn a_register_without_its_record_has_no_origin_yet() {
    let view = world([accepted("1", "17", "2024-07-01 08:00"), done("1", "17", "2024-07-02 08:00")]);
    let key = DossierKey { source: "motcua".into(), id: "1".into() };
    let Record::Dossier(first) = accepted("1", "17", "2024-07-01 08:00") else { unreachable!() };
    let stored = [HistoryEntry { node: 7, seq: 1, received_at: first.at, event: *first }];
    let origins = provenance(&stored, &view.dossier(&key).unwrap().state);
    assert_eq!(origins.keys().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["status.accepted"]);
}
