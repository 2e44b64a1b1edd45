//! The schema against the parser, over many lines.

use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::ingest::{Context, Limits, Text, Zone, read_batch};
use crate::model::Instant;

fn validator() -> Validator {
    jsonschema::draft202012::new(&record_schema()).expect("it is a schema")
}

fn context() -> Context {
    let now = "2024-08-02T08:00:00+07:00".parse::<jiff::Timestamp>().unwrap();
    Context {
        source: Text::new("test"),
        now: Instant(now.as_millisecond()),
        zone: Zone::named("Asia/Ho_Chi_Minh").unwrap(),
        limits: Limits::default(),
    }
}

/// How a line stands: the parser's code, if it refuses it, and whether the schema takes it.
fn judged(validator: &Validator, line: &str) -> (Option<Code>, bool) {
    let batch = read_batch(line.as_bytes(), Some("application/x-ndjson"), None, &context()).unwrap();
    assert_eq!(batch.received, 1, "{line}");
    let code = batch.rejections.first().map(|rejection| rejection.code);
    // What no reader of JSON takes is not valid by any schema.
    let valid = serde_json::from_str::<Value>(line).is_ok_and(|value| validator.is_valid(&value));
    (code, valid)
}

/// Schema and parser agree but for what the schema says it can't.
fn agree(validator: &Validator, line: &str) -> (Option<Code>, bool) {
    let (code, valid) = judged(validator, line);
    match (code, valid) {
        (None, false) => panic!("accepted, but not valid by the schema: {line}"),
        (Some(code), true) => assert!(STRICTER.contains(&code), "valid, but refused as {code}: {line}"),
        _ => {}
    }
    (code, valid)
}

fn example(of: &str) -> Value {
    let at = "2024-08-01T08:00:00+07:00";
    match of {
        "indicator" => json!({"type": "indicator", "code": "A.1", "unit": "17", "period": "2024-06", "at": at}),
        other => json!({"type": other, "id": "a", "unit": "17", "at": at}),
    }
}

/// Texts that are good for some shape, and others that nearly are.
const TEXTS: &[&str] = &[
    "",
    " ",
    "x",
    "17",
    "đất đai",
    "dossier",
    "rating",
    "indicator",
    "pause",
    "nothing",
    "done",
    "DONE",
    "online",
    "kiosk",
    "satisfied",
    "supplement",
    "true",
    "2024",
    "2024-H1",
    "2024-H3",
    "2024-9M",
    "2024-Q2",
    "2024-Q5",
    "2024-06",
    "2024-13",
    "2024-W23",
    "2024-W54",
    "2023-W53",
    "2024-06-05",
    "2024-02-30",
    "1899",
    "3000",
    "24",
    "2024-06\n",
    "2024-08-01T08:00:00+07:00",
    "2024-08-01 08:00:00.123456789z",
    "2024-08-01t23:59:60Z",
    "2024-08-01T08:00:00",
    "2024-08-01T24:00:00Z",
    "2024-08-01T08:00:00+24:00",
    "2024-08-01T08:00:00.Z",
    "1999-12-31T23:00:00-05:00",
    "1999-12-31T23:00:00Z",
    "2024-08-02T08:20:00+07:00",
    "2024-02-30T08:00:00Z",
    "2100-12-31",
    "2101-01-01",
    "2024-8-1",
    "0000-01-01",
    "2024-08-01T08:00:00Z\n",
    "٢٠٢٤",
];

/// Values of every kind, good ones of every shape among them.
fn values() -> Vec<Value> {
    let long = |text: &str, count: usize| Value::from(text.repeat(count));
    let mut values = vec![
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(1),
        json!(5),
        json!(6),
        json!(-1),
        json!(3.0),
        json!(4.5),
        json!(12.000_001),
        json!(0.000_000_1),
        json!(1e13),
        json!(-1e12),
        json!(1e300),
        json!([]),
        json!({}),
        json!([null]),
        json!([{}]),
        json!([{"id": "1"}]),
        json!([{"id": ""}]),
        json!([{"id": "1", "x": 1}]),
        json!([{"id": "1", "kind": "supplement", "from": "2024-07-02T00:00:00Z", "to": null}]),
        json!([{"id": "1", "kind": "other"}]),
        json!([{"id": "1", "from": "2024-07-02"}]),
        json!([{"id": null}]),
    ];
    values.extend(TEXTS.iter().map(|text| Value::from(*text)));
    for (text, bytes) in [("a", 1), ("đ", 2), ("ế", 3), ("u\u{308}\u{304}", 2), ("\u{3b9}\u{308}\u{301}", 2)] {
        for max in [ID_BYTES_MAX, TEXT_BYTES_MAX] {
            values.extend([long(text, max / bytes), long(text, max / bytes + 1), long(text, max * 2)]);
        }
    }
    values
}

#[test]
fn schema_and_parser_agree_on_every_field_with_every_kind_of_value() {
    let validator = validator();
    let (mut accepted, mut refused, mut stricter) = (0, 0, std::collections::BTreeSet::new());
    for of in ["dossier", "rating", "indicator"] {
        // Every name there is, also those of other types, and some that there aren't.
        let names = Name::ALL.iter().map(|name| name.as_str()).chain(["", "Id", "name", "full_name", "type "]);
        for name in names {
            for value in values() {
                let mut record = example(of);
                record[name] = value;
                match agree(&validator, &record.to_string()) {
                    (None, _) => accepted += 1,
                    (Some(_), false) => refused += 1,
                    (Some(code), true) => {
                        stricter.insert(code);
                    }
                }
            }
            let mut record = example(of);
            record.as_object_mut().unwrap().remove(name);
            agree(&validator, &record.to_string());
        }
    }
    assert!(accepted > 500 && refused > 5_000, "{accepted} accepted, {refused} refused by both");
    let seen = [Code::TooLong, Code::BadInstant, Code::OutOfRange, Code::BadValue];
    assert!(seen.iter().all(|code| stricter.contains(code)), "{stricter:?}");
}

#[test]
fn every_code_in_which_the_parser_is_stricter_is_met_and_told() {
    let validator = validator();
    let head = r#"{"type":"rating","id":"a","unit":"17","at":"2024-08-01T08:00:00+07:00""#;
    let long = "x".repeat(65);
    let lines = [
        (Code::DuplicateField, format!(r#"{head},"id":"a"}}"#)),
        (Code::TooLong, format!(r#"{head},"dossier":"{long}"}}"#)),
        (Code::BadInstant, head.replace("08-01T", "02-30T") + "}"),
        (Code::OutOfRange, head.replace("2024", "1990") + "}"),
        (Code::BadValue, format!(r#"{head},"score":4.0}}"#)),
        (Code::Contradiction, format!(r#"{head},"score":4,"answer":"neutral"}}"#)),
        (Code::LineTooLong, format!("{head}{}}}", " ".repeat(16 << 10))),
    ];
    for (code, line) in &lines {
        assert_eq!(agree(&validator, line), (Some(*code), true), "{line}");
    }
    // A broken escape is no JSON to any reader; the code is named since the schema can't be asked.
    assert_eq!(judged(&validator, &format!(r#"{head},"dossier":"\ud800"}}"#)), (Some(Code::BadJson), false));
    let met: Vec<Code> = lines.iter().map(|(code, _)| *code).chain([Code::BadJson]).collect();
    assert_eq!(met, STRICTER);
    assert!(STRICTER.iter().all(|code| STRICTER_WORDS.contains(&format!("{code} ("))), "each is told in words");
}

#[test]
fn lines_that_are_no_record_are_refused_by_both() {
    let validator = validator();
    let lines =
        ["1", "null", "[]", "\"x\"", "{}", "{", "{\"type\":1}", "{\"type\":\"unit\"}", "{\"type\":null}", "nul"];
    for line in lines {
        assert!(matches!(agree(&validator, line), (Some(_), false)), "{line}");
    }
}

#[test]
fn every_field_has_words_and_no_other() {
    for (of, names) in TYPES {
        let mut there: Vec<&str> = WORDS[of].keys().map(String::as_str).collect();
        let mut wanted: Vec<&str> = names.iter().map(|name| name.as_str()).collect();
        there.sort_unstable();
        wanted.sort_unstable();
        assert_eq!(there, wanted, "{of}");
    }
    assert_eq!(WORDS.len(), TYPES.len());
    assert_eq!(field_rows().len(), TYPES.iter().map(|(_, names)| names.len()).sum::<usize>());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn schema_and_parser_agree_on_random_records(
        of in prop::sample::select(vec!["dossier", "rating", "indicator"]),
        fields in prop::collection::vec((0..Name::ALL.len(), any::<prop::sample::Index>()), 0..6),
    ) {
        let (validator, values) = (validator(), values());
        let mut record = example(of);
        for (name, value) in fields {
            record[Name::ALL[name].as_str()] = value.get(&values).clone();
        }
        agree(&validator, &record.to_string());
    }
}
