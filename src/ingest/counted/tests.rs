use super::*;

fn check(text: &str, expected: &[u64]) {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(Counted::new(text.as_bytes()));
    let mut row = csv::ByteRecord::new();
    let mut lines = Vec::new();
    while reader.read_byte_record(&mut row).unwrap() {
        let offset = row.position().unwrap().byte();
        lines.push(reader.get_mut().line_at(offset));
    }
    assert_eq!(lines, expected, "{text:?}");
}

#[test]
fn lines_are_those_of_an_editor() {
    check("a\nb\nc", &[1, 2, 3]);
    check("a\r\nb\r\nc\r\n", &[1, 2, 3]);
    check("a\r\n\r\nb\n\n\nc\n", &[1, 3, 6]);
    check("a,\"1\n2\"\nb\r\n\"x\r\ny\"\r\nc", &[1, 3, 4, 6]);
    check("a\rb\r\rc\r\nd\n\re", &[1, 2, 4, 5, 7]);
    check("a,\"1\r2\"\rb", &[1, 3]);
    check("\u{feff}a\n\nb", &[1, 3]);
}
