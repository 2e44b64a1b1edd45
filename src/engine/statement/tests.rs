#![allow(clippy::unwrap_used, reason = "a test may panic")]

use super::{Shape, shape};

fn insert(body: &[u8]) -> (&str, &str, &[u8]) {
    match shape(body).unwrap() {
        Shape::Insert { sql, format, inline } => (sql, format, inline),
        other @ Shape::Other { .. } => panic!("not an insert of data: {other:?}"),
    }
}

fn output(sql: &str) -> Option<&str> {
    match shape(sql.as_bytes()).unwrap() {
        Shape::Other { format, .. } => format,
        other @ Shape::Insert { .. } => panic!("an insert: {other:?}"),
    }
}

#[test]
fn an_insert_is_cut_at_its_format_clause() {
    let cases: [(&[u8], &str, &str, &[u8]); 9] = [
        (b"INSERT INTO t FORMAT CSV", "INSERT INTO t ", "CSV", b""),
        (b"insert into t(a, `format`) format RowBinary\n\n\n", "insert into t(a, `format`) ", "RowBinary", b"\n\n"),
        (b"INSERT INTO format FORMAT CSV \r\n1", "INSERT INTO format ", "CSV", b"1"),
        (
            b"INSERT INTO db.format (a) SETTINGS x = 1 FORMAT TSV\n\xff\x0a\x0a",
            "INSERT INTO db.format (a) SETTINGS x = 1 ",
            "TSV",
            b"\xff\x0a\x0a",
        ),
        (
            b"/* FORMAT X /* y */ */ INSERT -- FORMAT Z\n INTO t FORMAT Native;\n",
            "/* FORMAT X /* y */ */ INSERT -- FORMAT Z\n INTO t ",
            "Native",
            b"",
        ),
        (
            b"INSERT INTO FUNCTION null('a format CSV') FORMAT CSV 1",
            "INSERT INTO FUNCTION null('a format CSV') ",
            "CSV",
            b"1",
        ),
        (b"INSERT INTO t VALUES", "INSERT INTO t ", "Values", b""),
        (b"INSERT INTO t (a) ;", "INSERT INTO t (a) ", "Values", b""),
        (
            b"INSERT INTO `a'b` FORMAT JSONEachRow\n{}\n\nDROP TABLE t",
            "INSERT INTO `a'b` ",
            "JSONEachRow",
            b"{}\n\nDROP TABLE t",
        ),
    ];
    for (body, sql, format, inline) in cases {
        assert_eq!(insert(body), (sql, format, inline), "{}", String::from_utf8_lossy(body));
    }
}

#[test]
fn an_insert_of_rows_or_of_a_select_is_one_statement() {
    for sql in [
        "INSERT INTO t VALUES ('FORMAT CSV')",
        "INSERT INTO t SELECT 1 FORMAT CSV",
        "INSERT INTO t WITH 1 AS x SELECT x",
    ] {
        assert_eq!(shape(sql.as_bytes()).unwrap(), Shape::Other { sql, format: None });
    }
}

#[test]
fn the_output_format_is_the_one_of_the_closing_clause() {
    let cases = [
        ("SELECT 1", None),
        ("SELECT format FROM t", None),
        ("SELECT 1 FORMAT JSON", Some("JSON")),
        ("SELECT 1\n FORMAT Native;", Some("Native")),
        ("SELECT (SELECT 'FORMAT CSV') format TSV SETTINGS max_threads = 1", Some("TSV")),
        ("SELECT 1 -- FORMAT CSV", None),
        ("SELECT $x$ FORMAT CSV$x$", None),
        ("SELECT ' FORMAT CSV", None),
        ("", None),
    ];
    for (sql, format) in cases {
        assert_eq!(output(sql), format, "{sql}");
    }
}
