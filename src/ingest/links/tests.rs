use super::*;

const NOW: Instant = Instant(1_751_302_800_000);

fn successions(body: &str, content_type: &str) -> List<Succession> {
    read_successions(body.as_bytes(), Some(content_type), NOW, &Limits::default()).unwrap()
}

fn refused(rejections: &[Rejection]) -> Vec<(u64, &str, &str)> {
    rejections.iter().map(|refused| (refused.line, refused.code.as_str(), refused.pointer.as_str())).collect()
}

#[test]
fn a_succession_is_the_same_in_csv_and_json() {
    let expected = Succession {
        at: NOW,
        old: "17".into(),
        new: "25".into(),
        effective: "2025-07-01".parse().unwrap(),
        share: "0.5".parse().unwrap(),
        is_default: true,
    };
    let csv = "\u{feff}old,new,share,effective,default\r\n17,25,0.5,2025-07-01,true\r\n";
    assert_eq!(successions(csv, "text/csv").rows, [Row { line: 2, fact: expected.clone() }]);
    let json = r#"{"old":"17","new":"25","share":0.5,"effective":"2025-07-01","default":true}"#;
    assert_eq!(successions(json, "application/x-ndjson").rows, [Row { line: 1, fact: expected.clone() }]);
    assert_eq!(successions(&format!("[{json}]"), "application/json").rows, [Row { line: 1, fact: expected }]);
    let short = successions("old,new,share,effective\n17,25,1,2025-07-01\n", "text/csv");
    assert!(!short.rows[0].fact.is_default);
}

#[test]
fn i1_cells_of_successions_are_checked() {
    let rows = "old,new,share,effective,default\n\
                ,25,1,2025-07-01,\n\
                17,25,,2025-07-01,\n\
                17,25,1.1,2025-07-01,\n\
                17,25,1,tomorrow,\n\
                17,25,1,2025-07-01,perhaps\n";
    let list = successions(rows, "text/csv");
    assert_eq!(
        refused(&list.rejections),
        [
            (2, "missing_field", "/old"),
            (3, "missing_field", "/share"),
            (4, "out_of_range", "/share"),
            (5, "bad_value", "/effective"),
            (6, "bad_value", "/default")
        ]
    );
    let list = successions(r#"{"old":"17","new":"25","share":"1","effective":"2025-07-01"}"#, "application/x-ndjson");
    assert_eq!(refused(&list.rejections), [(1, "wrong_type", "/share")]);
    let error = read_successions(b"old,new\n", Some("text/csv"), NOW, &Limits::default()).unwrap_err();
    assert_eq!(error.to_string(), "column `share` is missing");
}

#[test]
fn successions_are_checked_as_a_whole() {
    let rows = "old,new,share,effective,default\n\
                17,25,1,2025-07-01,\n\
                17,25,1,2025-07-01,\n\
                26,25,1,2025-07-01,\n\
                4,25,0.5,2025-07-01,true\n\
                4,9,0.5,2025-07-01,true\n\
                4,8,0.5,2025-07-01,\n\
                5,25,0,2025-07-01,true\n";
    let list = successions(rows, "text/csv");
    let rejections = check_successions(&list.rows, |code, _| code != "26" && code != "9");
    assert_eq!(
        refused(&rejections),
        [
            (3, "duplicate_row", "/old"),
            (4, "unknown_unit", "/old"),
            (6, "unknown_unit", "/new"),
            (6, "contradiction", "/default"),
            (7, "out_of_range", "/share")
        ]
    );
}

#[test]
fn aliases_are_read_and_checked() {
    let rows =
        "source,raw,unit\none-stop,HB-01,148\none-stop,HB-02,\none-stop,HB-01,150\nkiosk,HB-01,nowhere\n,x,148\n";
    let list = read_aliases(rows.as_bytes(), Some("text/csv"), NOW, &Limits::default()).unwrap();
    assert_eq!(refused(&list.rejections), [(6, "missing_field", "/source")]);
    let units: Vec<Option<&str>> = list.rows.iter().map(|row| row.fact.unit.as_deref()).collect();
    assert_eq!(units, [Some("148"), None, Some("150"), Some("nowhere")]);
    let rejections = check_aliases(&list.rows, |code| code != "nowhere");
    assert_eq!(refused(&rejections), [(4, "duplicate_row", "/raw"), (5, "unknown_unit", "/unit")]);
}
