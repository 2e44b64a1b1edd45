use super::*;

const GOOD: &str = r#"{"source":"motcua","system":"Một cửa điện tử","units":["17","148","17"],"cadence_minutes":15,
    "hours":[["07:30","11:30"],["13:30","24:00"]],"weekdays":["fri","mon"],"coverage_start":"2024-01-01",
    "contact":"Văn phòng UBND tỉnh"}"#;

#[test]
fn a_list_of_sources_is_read() {
    let batch = read_sources(format!("[{GOOD}, {{\"source\":\"b\"}}]").as_bytes(), Instant(7)).unwrap();
    assert_eq!((batch.received, batch.rejections.len()), (2, 0), "{:?}", batch.rejections);
    let profile = &batch.sources[0].profile;
    assert_eq!(profile.units, ["148".into(), "17".into()]);
    assert_eq!((profile.hours.as_slice(), profile.weekdays.as_slice()), (&[(450, 690), (810, 1_440)][..], &[1, 5][..]));
    assert_eq!(profile.coverage_start.unwrap().to_string(), "2024-01-01");
    assert_eq!(batch.sources[1].profile, SourceProfile::default());
}

#[test]
fn i2_each_faulty_source_is_refused_with_its_place_and_reason() {
    for (source, pointer, code) in [
        ("1", "", Code::NotAnObject),
        ("{}", "", Code::BadValue),
        (r#"{"source":""}"#, "/source", Code::BadValue),
        (r#"{"source":"a","person":"x"}"#, "", Code::BadValue),
        (r#"{"source":"a","system":""}"#, "/system", Code::Empty),
        (r#"{"source":"a","units":[""]}"#, "/units/0", Code::BadValue),
        (r#"{"source":"a","cadence_minutes":0}"#, "/cadence_minutes", Code::OutOfRange),
        (r#"{"source":"a","cadence_minutes":99999}"#, "/cadence_minutes", Code::OutOfRange),
        (r#"{"source":"a","hours":[["7:30","11:30"]]}"#, "/hours/0", Code::BadValue),
        (r#"{"source":"a","hours":[["07:30","24:01"]]}"#, "/hours/0", Code::BadValue),
        (r#"{"source":"a","hours":[["08:00","09:00"],["08:30","10:00"]]}"#, "/hours/1", Code::BadValue),
        (r#"{"source":"a","hours":[["08:00","08:05"]]}"#, "/hours", Code::OutOfRange),
        (r#"{"source":"a","weekdays":["monday"]}"#, "/weekdays/0", Code::BadValue),
        (r#"{"source":"a","coverage_start":"2024-13-01"}"#, "/coverage_start", Code::BadValue),
        (r#"{"source":"a","contact":""}"#, "/contact", Code::Empty),
    ] {
        let batch = read_sources(format!("[{GOOD},{source}]").as_bytes(), Instant(7)).unwrap();
        let rejection = &batch.rejections[0];
        assert_eq!((rejection.line, rejection.pointer.as_str(), rejection.code), (2, pointer, code), "{source}");
        assert_eq!(batch.sources.len(), 1);
    }
    let twice = read_sources(format!("[{GOOD},{GOOD}]").as_bytes(), Instant(7)).unwrap();
    assert_eq!(twice.rejections[0].code, Code::Contradiction);
    assert!(matches!(read_sources(b"{}", Instant(7)), Err(EnvelopeError::BadArray { .. })));
}
