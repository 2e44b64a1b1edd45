mod bodies;
mod random;

use std::io::Write as _;

use proptest::prelude::*;

use super::*;
use crate::model::{
    Channel, Decimal, DossierEvent, DossierKey, Field, IndicatorKey, IndicatorReport, PauseEvent, PauseKind, Rating,
    Status,
};

fn context() -> Context {
    Context {
        source: Text::new("test"),
        now: at("2024-08-02T08:00:00+07:00"),
        zone: Zone::named("Asia/Ho_Chi_Minh").unwrap(),
        limits: Limits::default(),
    }
}

fn at(text: &str) -> Instant {
    Instant(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
}

fn read(body: &str) -> Batch {
    let batch = read_batch(body.as_bytes(), None, None, &context()).unwrap();
    assert_eq!(batch.received, batch.records.len() + batch.rejected);
    batch
}

/// A dossier with more fields, written as JSON after a comma.
fn dossier(fields: &str) -> Record {
    accepted(&format!(r#"{{"type":"dossier","id":"a","unit":"17","at":"2024-08-01T08:00:00+07:00"{fields}}}"#))
}

fn event(fields: &str) -> DossierEvent {
    match dossier(fields) {
        Record::Dossier(event) => *event,
        other => panic!("{other:?}"),
    }
}

fn accepted(line: &str) -> Record {
    let mut batch = read(line);
    assert_eq!(batch.rejections, vec![], "{line}");
    assert_eq!(batch.records.len(), 1, "{line}");
    batch.records.remove(0)
}

fn rejection(line: &str) -> Rejection {
    let mut batch = read(line);
    assert_eq!((batch.received, batch.rejected), (1, 1), "{line}: {batch:?}");
    batch.rejections.remove(0)
}

/// One line is refused with this code at this place and says this.
fn refused(line: &str, code: &str, pointer: &str, says: &str) {
    let rejection = rejection(line);
    assert_eq!((rejection.code.as_str(), rejection.pointer.as_str()), (code, pointer), "{line}: {rejection:?}");
    assert!(rejection.reason.contains(says), "{line}: {}", rejection.reason);
}

fn refused_dossier(fields: &str, code: &str, pointer: &str, says: &str) {
    let line = format!(r#"{{"type":"dossier","id":"a","unit":"17","at":"2024-08-01T08:00:00+07:00"{fields}}}"#);
    refused(&line, code, pointer, says);
}

fn refused_rating(fields: &str, code: &str, pointer: &str, says: &str) {
    let line = format!(r#"{{"type":"rating","id":"a","unit":"17","at":"2024-08-01T08:00:00+07:00"{fields}}}"#);
    refused(&line, code, pointer, says);
}

fn key() -> DossierKey {
    DossierKey { source: "test".into(), id: "a".into() }
}

#[test]
fn a_whole_dossier_is_read() {
    let read = event(
        r#","status":"done","procedure":"1.002835","field":"đất đai","channel":"online","received_by":"17.tt",
        "holder":"h","filed_at":"2024-07-01T08:00:00Z","received_at":"2024-07-01 09:00:00+07:00","due_at":"2024-07-31",
        "finished_at":"2024-08-01T01:00:00Z","pauses":[{"id":"1","kind":"supplement","from":"2024-07-02T00:00:00Z","to":null},
        {"id":"2","from":null}],"digitised":true,"electronic_result":false,"reused_data":null,"payable":true,
        "paid_online":false,"late_cause":"c","void":"twice""#
            .replace('\n', "")
            .as_str(),
    );
    let pause = |id: &str| PauseEvent { id: id.into(), kind: Field::Absent, from: Field::Absent, to: Field::Absent };
    let expected = DossierEvent {
        status: Some(Status::Done),
        procedure: Field::Value("1.002835".into()),
        field: Field::Value("đất đai".into()),
        channel: Field::Value(Channel::Online),
        received_by: Field::Value("17.tt".into()),
        holder: Field::Value("h".into()),
        filed_at: Field::Value(at("2024-07-01T08:00:00Z")),
        received_at: Field::Value(at("2024-07-01T02:00:00Z")),
        due_at: Field::Value(at("2024-07-31T16:59:59.999Z")),
        finished_at: Field::Value(at("2024-08-01T01:00:00Z")),
        pauses: vec![
            PauseEvent {
                kind: Field::Value(PauseKind::Supplement),
                from: Field::Value(at("2024-07-02T00:00:00Z")),
                to: Field::Null,
                ..pause("1")
            },
            PauseEvent { from: Field::Null, ..pause("2") },
        ],
        digitised: Field::Value(true),
        electronic_result: Field::Value(false),
        reused_data: Field::Null,
        payable: Field::Value(true),
        paid_online: Field::Value(false),
        late_cause: Field::Value("c".into()),
        void: Field::Value("twice".into()),
        ..DossierEvent::new(key(), "17".into(), at("2024-08-01T01:00:00Z"))
    };
    assert_eq!(read, expected);
}

#[test]
fn r3_absent_and_null_stay_apart() {
    assert_eq!(event(""), DossierEvent::new(key(), "17".into(), at("2024-08-01T01:00:00Z")));
    assert_eq!(event(r#","holder":null"#).holder, Field::Null);
    assert_eq!(event(r#","due_at":null"#).due_at, Field::Null);
    assert_eq!(event(r#","pauses":[]"#).pauses, vec![]);
}

#[test]
fn r2_what_cannot_be_null_is_refused_as_null() {
    for name in ["status", "pauses"] {
        refused_dossier(&format!(r#","{name}":null"#), "null_not_allowed", &format!("/{name}"), name);
    }
    for name in ["id", "unit", "at"] {
        let line = r#"{"type":"dossier","id":"a","unit":"17","at":"2024-08-01T08:00:00Z"}"#;
        let value = if name == "id" {
            "\"a\""
        } else if name == "unit" {
            "\"17\""
        } else {
            "\"2024-08-01T08:00:00Z\""
        };
        let null = line.replace(&format!("\"{name}\":{value}"), &format!("\"{name}\":null"));
        refused(&null, "null_not_allowed", &format!("/{name}"), name);
        let absent = line.replace(&format!("\"{name}\":{value}"), &format!("\"{name}\":1"));
        refused(&absent, "wrong_type", &format!("/{name}"), "not a number");
    }
    refused_dossier(r#","pauses":[{"id":null}]"#, "null_not_allowed", "/pauses/0/id", "id");
    refused(r#"{"type":"dossier","unit":"17","at":"2024-08-01T08:00:00Z"}"#, "missing_field", "/id", "`id` is missing");
}

#[test]
fn unknown_and_duplicate_fields_are_refused_by_name() {
    refused_dossier(r#","citizen_name":"Nguyễn""#, "unknown_field", "/citizen_name", "`citizen_name`");
    refused_dossier(r#","a/b~c":1"#, "unknown_field", "/a~1b~0c", "a/b~c");
    refused_dossier(r#","score":1"#, "unknown_field", "/score", "a dossier has type, id, unit");
    refused_dossier(r#","source":"x""#, "unknown_field", "/source", "source");
    refused_dossier(r#","id":"b""#, "duplicate_field", "/id", "twice");
    refused_dossier(r#","\u0069d":"b""#, "duplicate_field", "/id", "twice");
    refused_dossier(
        r#","pauses":[{"id":"1"},{"id":"2","until":1}]"#,
        "unknown_field",
        "/pauses/1/until",
        "a pause has id, kind",
    );
    refused_rating(r#","status":"done""#, "unknown_field", "/status", "a rating has");
}

#[test]
fn a_refused_line_keeps_no_value_of_an_unknown_field() {
    let line =
        r#"{"type":"dossier","id":"a1","unit":{"x":"secret1"},"at":"1/2/24","citizen":"secret2","score":"secret3",
        "pauses":[{"id":"1","who":"secret4"},"secret5"]}"#
            .replace('\n', "");
    let refused = rejection(&line);
    assert_eq!(refused.unknown, ["citizen", "score"]);
    assert_eq!(refused.kept, r#"{"type":"dossier","id":"a1","at":"1/2/24","pauses":[{"id":"1"}]}"#);
    assert_eq!(refused.withheld, ["unit", "pauses"]);
    assert!(!format!("{refused:?}").contains("secret"), "{refused:?}");
    let unknown = rejection(r#"{"type":"person","unit":"17","name":"secret","holder":"secret"}"#);
    assert_eq!((unknown.kept.as_str(), unknown.unknown), (r#"{"unit":"17"}"#, vec!["name".into(), "holder".into()]));
    let broken = rejection(r#"{"type":"dossier","name":"secret""#);
    assert!(!format!("{broken:?}").contains("secret"));
}

/// In a line that is wrong a person may stand in any field.
#[test]
fn a_refused_line_keeps_no_value_in_which_a_person_can_stand() {
    for (field, value) in [
        ("type", "Nguyễn Văn A"),
        ("status", "Nguyễn Văn A"),
        ("id", "Nguyễn Văn A"),
        ("id", "Nguyen"),
        ("id", "012345678901"),
        ("unit", "0912 345 678"),
        ("unit", "Nguyễn Văn A 17"),
        ("procedure", "nguyen.van.a@example.vn"),
        ("received_by", "Nguyễn"),
        ("holder", "Nguyen1"),
        ("field", "A1"),
        ("late_cause", "A1"),
        ("void", "A1"),
        ("channel", "Nguyễn"),
        ("at", "Nguyễn"),
        ("due_at", "0912345678"),
    ] {
        let mut line = serde_json::json!({"type": "dossier", "id": "a-1", "unit": "17", "at": "2024-07-01T08:00:00+07:00",
            "status": "done", "digitised": "wrong"});
        line[field] = value.into();
        let refused = rejection(&line.to_string());
        assert!(!refused.kept.contains(value), "{field}: {}", refused.kept);
        assert_eq!(refused.withheld.iter().filter(|name| *name == field).count(), 1, "{field}: {:?}", refused.withheld);
        assert!(!refused.kept_reason.contains(value), "{field}: {}", refused.kept_reason);
    }
    let whole = r#"{"type":"dossier","id":"H12.01-240701/0001","unit":"17","at":"2024-07-01T08:00:00+07:00","status":"done","procedure":"1.001234","due_at":"2024-07-09","received_by":"148","digitised":true,"pauses":[{"id":"1","kind":"payment","from":"2024-07-02 08:00:00+07:00","to":null}],"channel":null}"#;
    let line = whole.replace(r#""status":"done""#, r#""status":null"#);
    let refused = rejection(&line);
    assert_eq!((refused.kept.len(), refused.withheld.len(), refused.unknown.len()), (line.len(), 0, 0), "{refused:?}");
}

#[test]
fn a_refused_line_is_told_as_line_pointer_code_reason_and_hashed() {
    let refused = rejection("\n\n  {}");
    assert_eq!(
        serde_json::to_string(&refused).unwrap(),
        r#"{"line":3,"pointer":"/type","code":"missing_field","reason":"`type` is missing"}"#
    );
    assert_eq!(refused.hash.to_string(), "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
}

#[test]
fn what_is_no_record_is_refused() {
    refused("{", "bad_json", "", "column 1");
    refused(r#"{"type":"dossier"} x"#, "bad_json", "", "column");
    refused("5", "not_an_object", "", "object");
    refused("\"x\"", "not_an_object", "", "object");
    refused(r#"{"type":"person"}"#, "unknown_type", "/type", "dossier, rating, indicator");
    refused(r#"{"type":5}"#, "wrong_type", "/type", "not a number");
    refused(r#"{"type":"unit","code":"1"}"#, "unknown_type", "/type", "`unit`");
    refused_dossier(r#","holder":"\ud800""#, "bad_json", "/holder", "escape");
    let mut body = br#"{"type":"dossier","id":"a"#.to_vec();
    body.extend(b"\xff\"}");
    let batch = read_batch(&body, None, None, &context()).unwrap();
    assert_eq!(batch.rejections[0].code, Code::BadUtf8);
}

#[test]
fn r1_times_are_kept_within_their_range() {
    let line = |at: &str| format!(r#"{{"type":"dossier","id":"a","unit":"17","at":"{at}"}}"#);
    accepted(&line("2000-01-01T00:00:00Z"));
    refused(&line("1999-12-31T23:59:59.999Z"), "out_of_range", "/at", "2000-01-01T00:00:00.000Z");
    accepted(&line("2024-08-02T08:10:00.000+07:00"));
    refused(&line("2024-08-02T08:10:00.001+07:00"), "out_of_range", "/at", "2024-08-02T01:10:00.000Z");
    refused(&line("2024-08-02"), "bad_instant", "/at", "only `due_at`");
    refused(&line("2024-08-02T08:00:00"), "bad_instant", "/at", "no offset");
    refused(&line("yesterday"), "bad_instant", "/at", "`yesterday`");
    for name in ["received_at", "filed_at", "finished_at"] {
        refused_dossier(
            &format!(r#","{name}":"2024-08-03T00:00:00Z""#),
            "out_of_range",
            &format!("/{name}"),
            "between",
        );
    }
    refused_dossier(
        r#","pauses":[{"id":"1","from":"2024-08-03T00:00:00Z"}]"#,
        "out_of_range",
        "/pauses/0/from",
        "between",
    );
    assert_eq!(event(r#","due_at":"2059-01-01T00:00:00Z""#).due_at, Field::Value(at("2059-01-01T00:00:00Z")));
    refused_dossier(r#","due_at":"2101-01-01T00:00:00Z""#, "out_of_range", "/due_at", "2100");
    refused_dossier(r#","due_at":"1999-12-31""#, "out_of_range", "/due_at", "`1999-12-31`");
}

#[test]
fn r2_text_is_brought_to_nfc_and_measured_after_it() {
    assert_eq!(event(",\"holder\":\"Ho\u{300}a\"").holder, Field::Value("Hòa".into()));
    // 64 bytes in NFC, more before.
    let composed = "é".repeat(32);
    let decomposed = "e\u{301}".repeat(32);
    let line = |id: &str| format!(r#"{{"type":"rating","id":"{id}","unit":"17","at":"2024-08-01T08:00:00Z"}}"#);
    match accepted(&line(&decomposed)) {
        Record::Rating(rating) => assert_eq!(rating.key.id.as_str(), composed),
        other => panic!("{other:?}"),
    }
    refused(&line(&format!("{composed}x")), "too_long", "/id", "65 bytes, at most 64");
    refused(&line(""), "empty", "/id", "empty");
    refused_dossier(&format!(r#","holder":"{}""#, "x".repeat(257)), "too_long", "/holder", "257 bytes, at most 256");
    refused_dossier(r#","void":"""#, "empty", "/void", "reason");
}

#[test]
fn any_character_survives_in_every_text_field() {
    let odd = "a\n\n\"'\t\0\u{1F600}\\\u{7f}\u{2028} b";
    let json = serde_json::Value::from(odd).to_string();
    for name in ["procedure", "field", "received_by", "holder", "late_cause", "void"] {
        let kept = to_line(&dossier(&format!(",\"{name}\":{json}"))).unwrap();
        let kept: serde_json::Value = serde_json::from_str(&kept).unwrap();
        assert_eq!(kept[name], odd);
    }
    for name in ["id", "unit"] {
        let line = r#"{"type":"rating","id":"a","unit":"a","at":"2024-08-01T08:00:00Z"}"#;
        let line = line.replace(&format!("\"{name}\":\"a\""), &format!("\"{name}\":{json}"));
        let kept: serde_json::Value = serde_json::from_str(&to_line(&accepted(&line)).unwrap()).unwrap();
        assert_eq!(kept[name], odd);
    }
}

#[test]
fn words_are_refused_with_the_list_of_the_right_ones() {
    refused_dossier(r#","status":"Done""#, "bad_value", "/status", "delivered");
    refused_dossier(r#","channel":"zalo""#, "bad_value", "/channel", "counter, online, post");
    refused_dossier(r#","digitised":"yes""#, "wrong_type", "/digitised", "true or false, not a text");
    refused_dossier(r#","pauses":{}"#, "wrong_type", "/pauses", "a list of pauses, not an object");
    refused_dossier(r#","pauses":[5]"#, "not_an_object", "/pauses/0", "object");
    refused_dossier(r#","pauses":[{"id":"1","kind":"rest"}]"#, "bad_value", "/pauses/0/kind", "payment, supplement");
    refused_rating(r#","channel":"counter""#, "bad_value", "/channel", "kiosk, web, app, sms, zalo, hotline");
}

#[test]
fn r21_a_score_is_a_number_or_an_answer() {
    let score = |fields: &str| {
        let line = format!(r#"{{"type":"rating","id":"a","unit":"17","at":"2024-08-01T08:00:00Z"{fields}}}"#);
        match accepted(&line) {
            Record::Rating(rating) => rating.score,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(score(""), Field::Absent);
    assert_eq!(score(r#","score":null"#), Field::Null);
    assert_eq!(score(r#","answer":null"#), Field::Null);
    assert_eq!(score(r#","score":5"#), Field::Value(5));
    assert_eq!(score(r#","answer":"very_dissatisfied""#), Field::Value(1));
    assert_eq!(score(r#","answer":"satisfied","score":4"#), Field::Value(4));
    refused_rating(r#","answer":"satisfied","score":5"#, "contradiction", "/answer", "contradict");
    refused_rating(r#","answer":"satisfied","score":null"#, "contradiction", "/answer", "contradict");
    refused_rating(r#","answer":"good""#, "bad_value", "/answer", "very_satisfied, satisfied");
    for score in ["0", "6", "4.5", "5.0", "1e0", "-1", "300"] {
        refused_rating(&format!(r#","score":{score}"#), "bad_value", "/score", "1 to 5");
    }
    refused_rating(r#","score":"5""#, "wrong_type", "/score", "whole number");
}

#[test]
fn indicator_numbers_are_read_exactly() {
    let value = |number: &str| {
        let line = format!(
            r#"{{"type":"indicator","code":"c","unit":"17","period":"2023-H1","at":"2024-08-01T08:00:00Z","value":{number}}}"#
        );
        let batch = read(&line);
        batch.records.into_iter().next().map(|record| match record {
            Record::Indicator(report) => match report.value {
                Field::Value(value) => value.to_string(),
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        })
    };
    for (number, expected) in [
        ("69.45", "69.45"),
        ("-0", "0"),
        ("999999999999.999999", "999999999999.999999"),
        ("0.1", "0.1"),
        ("1e3", "1000"),
        ("-12.5e+1", "-125"),
        ("1e-06", "0.000001"),
        ("0e30", "0"),
    ] {
        assert_eq!(value(number).as_deref(), Some(expected), "{number}");
    }
    for number in ["1000000000000", "0.0000001", "1e12", "1.5E-6", "1e99", "1e-99999999999"] {
        assert_eq!(value(number), None, "{number}");
    }
    let line = r#"{"type":"indicator","code":"c","unit":"17","period":"2023-13","at":"2024-08-01T08:00:00Z"}"#;
    refused(line, "bad_value", "/period", "2023-13");
}
