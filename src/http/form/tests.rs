use super::*;

#[test]
fn the_form_of_greatest_weight_is_taken_and_json_of_equal_ones() {
    for (accept, form) in [
        ("", Some(Form::Json)),
        ("*/*", Some(Form::Json)),
        ("application/json", Some(Form::Json)),
        ("text/csv", Some(Form::Csv)),
        ("TEXT/CSV;charset=utf-8", Some(Form::Csv)),
        ("text/*", Some(Form::Csv)),
        ("text/csv, application/json", Some(Form::Json)),
        ("application/json;q=0.5, text/csv;q=0.51", Some(Form::Csv)),
        ("text/csv;q=0, */*", Some(Form::Json)),
        ("application/json;q=0, */*;q=0.1", Some(Form::Csv)),
        ("text/html,application/xhtml+xml,*/*;q=0.8", Some(Form::Json)),
        ("text/html", None),
        ("application/json;q=0", None),
        ("text/csv;q=x", None),
    ] {
        assert_eq!(Form::read(accept), form, "{accept}");
    }
}

#[test]
fn a_table_is_read_back_as_it_was_and_no_cell_is_a_formula() {
    let texts = ["a", "", "a,b", "a\"b", "a\r\nb", " a", "=1+1", "+84", "-5", "@x", "\t=1", "Hòa Bình"];
    let mut row: Vec<Cell> = texts.iter().map(|text| Cell::Text((*text).to_owned())).collect();
    row.extend([Cell::Nothing, Cell::Number("-5".to_owned()), Cell::Number("0.25".to_owned())]);
    let header: Vec<String> = (0..row.len()).map(|place| format!("c{place}")).collect();
    let written = csv(&Table { header: header.clone(), rows: vec![row] }, false);
    let mut reader = ::csv::Reader::from_reader(written.as_bytes());
    assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>(), header);
    let read = reader.records().next().unwrap().unwrap();
    let expected =
        ["a", "", "a,b", "a\"b", "a\r\nb", " a", "'=1+1", "'+84", "'-5", "'@x", "'\t=1", "Hòa Bình", "", "-5", "0.25"];
    assert_eq!(read.iter().collect::<Vec<_>>(), expected);
    // Null and an empty text can be told apart.
    assert!(written.contains("a,\"\",") && written.contains("Hòa Bình,,-5,0.25\r\n"), "{written}");
}

#[test]
fn a_byte_order_mark_comes_only_when_asked_for() {
    let table = Table { header: vec!["a".to_owned()], rows: Vec::new() };
    assert_eq!((csv(&table, false).as_str(), csv(&table, true).as_str()), ("a\r\n", "\u{feff}a\r\n"));
}
