use std::io::Write as _;

use super::*;
use crate::model::Zone;

fn mapping(extra: &str) -> Mapping {
    let text = format!(
        "type = \"dossier\"\nsource = \"s\"\n{extra}\n[fields]\nat = \"no\"\nid = \"when\"\nunit = {{ const = \"17\" }}\n"
    );
    Mapping::parse(&text, &Zone::named("Asia/Ho_Chi_Minh").unwrap()).unwrap()
}

type Read = (u64, Result<Vec<String>, Code>);

fn rows(name: &str, bytes: &[u8], extra: &str) -> Result<Vec<Read>, TableError> {
    let mut table = Table::open(name, io::Cursor::new(bytes.to_vec()), &mapping(extra))?;
    let mut rows = Vec::new();
    while let Some(row) = table.next_row()? {
        let text = |cells: Vec<Option<String>>| cells.into_iter().map(|cell| cell.unwrap_or("-".to_owned())).collect();
        rows.push((row.line, row.cells.map(text).map_err(|fault| fault.code)));
    }
    Ok(rows)
}

fn check(name: &str, text: &str, extra: &str, expected: &[(u64, &[&str])]) {
    let expected: Vec<_> = expected
        .iter()
        .map(|(line, cells)| (*line, Ok(cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>())))
        .collect();
    assert_eq!(rows(name, text.as_bytes(), extra).unwrap(), expected, "{text:?}");
}

#[test]
fn cells_come_in_the_mappings_order_with_the_rows_line() {
    check(
        "a.csv",
        "when,x,no\n1,2,3\n\n4,\"a\nb\",6\n7,8,\"\"\n",
        "",
        &[(2, &["3", "1"]), (4, &["6", "4"]), (6, &["-", "7"])],
    );
    check("a.CSV", "\u{feff}no,when\r\n\"1,\"\"2\",3\r\n4,5", "", &[(2, &["1,\"2", "3"]), (3, &["4", "5"])]);
    check("a.tsv", "no\twhen\na\tb\n", "", &[(2, &["a", "b"])]);
    check("a.txt", "no;when\na;b\n", "delimiter = \";\"", &[(2, &["a", "b"])]);
    check("a.csv", "Report of\n\nno,when\na,b\n", "header_row = 3", &[(4, &["a", "b"])]);
    let json = "{\"no\":1.50,\"x\":[]}\n\n{\"when\":\"b\",\"no\":null}\r\n{\"no\":true,\"when\":\"\"}";
    check("a.ndjson", json, "", &[(1, &["1.50", "-"]), (3, &["-", "b"]), (4, &["true", "-"])]);
}

#[test]
fn a_packed_table_reads_as_the_plain_one() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(b"no,when\na,b\n").unwrap();
    let packed = gzip.finish().unwrap();
    assert_eq!(rows("a.csv.gz", &packed, "").unwrap().len(), 1);
    assert!(matches!(rows("a.csv.gz", &packed[..20], ""), Err(TableError::NoHeader(_) | TableError::Io { .. })));
}

#[test]
fn faulty_rows_are_told_and_reading_goes_on() {
    let found = rows("a.csv", b"no,when\na\n\xff,b\nc,d\n", "").unwrap();
    assert_eq!(found[0], (2, Err(Code::RaggedRow)));
    assert_eq!(found[1], (3, Err(Code::BadUtf8)));
    assert_eq!(found[2], (4, Ok(vec!["c".to_owned(), "d".to_owned()])));
    let found = rows("a.jsonl", b"[1]\n{\n{\"no\":{}}\n{\"no\":\"a\"}", "").unwrap();
    let codes: Vec<_> = found.iter().map(|(_, cells)| cells.as_ref().err().copied()).collect();
    assert_eq!(codes, [Some(Code::NotAnObject), Some(Code::BadJson), Some(Code::WrongType), None]);
}

#[test]
fn what_cannot_be_read_is_said() {
    let error = |name: &str, text: &str| rows(name, text.as_bytes(), "").unwrap_err().to_string();
    assert!(error("a.xlsx", "").starts_with("no workbook that can be read"));
    assert!(error("a.pdf", "").contains(".ndjson"));
    assert_eq!(error("a.csv", ""), "no header in UTF-8 on line 1");
    assert_eq!(error("a.csv", "no,day\n"), "fields.id: the table has no column `when`; it has no, day");
}

#[test]
fn p2_a_row_has_a_bound() {
    let open_quote = format!("no,when\n\"{}", "x\n".repeat(ROW_BYTES_MAX));
    assert!(matches!(rows("a.csv", open_quote.as_bytes(), ""), Err(TableError::Io { line: 1, .. })));
    let long = format!("{{\"no\":\"{}\"}}", "x".repeat(ROW_BYTES_MAX));
    assert!(matches!(rows("a.ndjson", long.as_bytes(), ""), Err(TableError::Io { .. })));
}
