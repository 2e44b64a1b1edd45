use super::*;

const HEAD: &str = "type = \"dossier\"\nsource = \"s\"\ntimezone = \"America/New_York\"\n[fields]\n";
const KEYED: &str = "id = \"id\"\nunit = \"unit\"\nat = \"import\"\n";

fn parse(text: &str) -> Result<Mapping, MappingError> {
    Mapping::parse(text, &Zone::named("Asia/Ho_Chi_Minh").unwrap())
}

/// Maps `id`, `unit` and the cells of `x` (and `y`) by these fields; the line without its first three fields.
fn line(fields: &str, cells: &[(&str, &str)]) -> Result<String, RowFault> {
    let mapping = parse(&format!("{HEAD}{KEYED}{fields}")).unwrap();
    let cell = |column: &String| {
        let fixed = [("id", "a"), ("unit", "17")];
        let found = cells.iter().chain(&fixed).find(|(name, _)| name == column);
        found.map(|(_, text)| (*text).to_owned()).filter(|text| !text.is_empty())
    };
    let cells: Vec<Option<String>> = mapping.columns().iter().map(cell).collect();
    mapping.line(&cells, Instant(0))
}

fn check(fields: &str, cell: &str, expected: &str) {
    let line = line(fields, &[("x", cell)]).unwrap();
    let wanted: serde_json::Value = serde_json::from_str(&format!(
        r#"{{"type":"dossier","id":"a","unit":"17","at":"1970-01-01T00:00:00.000Z"{expected}}}"#
    ))
    .unwrap();
    assert_eq!(serde_json::from_str::<serde_json::Value>(&line).unwrap(), wanted, "{fields} {cell}");
}

fn refused(fields: &str, cell: &str, code: Code, says: &str) {
    let fault = line(fields, &[("x", cell)]).unwrap_err();
    assert_eq!((fault.code, fault.column.as_str()), (code, "x"), "{fault:?}");
    assert!(fault.reason.contains(says), "{fault:?}");
}

fn fault(text: &str, says: &str) {
    let message = parse(text).unwrap_err().to_string();
    assert!(message.contains(says), "{message}");
}

#[test]
fn texts_pass_as_they_are_and_empty_ones_are_absent() {
    check("holder = \"x\"", "a \"b\"\n\u{1F600}", r#","holder":"a \"b\"\n😀""#);
    check("holder = \"x\"", " ", "");
    check("holder = { column = \"x\", nulls = [\"NA\"] }", "NA", "");
    check("holder = { column = \"x\", pad = 5 }", "789", r#","holder":"00789""#);
    check("holder = { const = \"h\" }", "", r#","holder":"h""#);
    check("digitised = { const = true }", "", r#","digitised":true"#);
}

#[test]
fn columns_are_joined() {
    let fields = "holder = { join = [\"x\", \"y\"], sep = \"/\" }";
    assert!(line(fields, &[("x", "1"), ("y", "2")]).unwrap().contains(r#""holder":"1/2""#));
    assert!(line(fields, &[("x", "1"), ("y", "")]).unwrap().contains(r#""holder":"1/""#));
    assert!(!line(fields, &[("x", ""), ("y", "")]).unwrap().contains("holder"));
}

#[test]
fn mapped_values_take_the_default_or_are_refused() {
    let status = "status = { column = \"x\", map = { Open = \"processing\", Closed = \"done\" } }";
    check(status, "Closed", r#","status":"done""#);
    check(status, "", "");
    refused(status, "Shut", Code::UnmappedValue, "`Shut` is not in `map`, which has Closed, Open");
    let channel = "channel = { column = \"x\", map = { Web = \"online\" }, default = \"counter\" }";
    check(channel, "Web", r#","channel":"online""#);
    check(channel, "Fax", r#","channel":"counter""#);
    check(channel, "", r#","channel":"counter""#);
}

#[test]
fn local_times_take_the_earlier_of_two_and_the_later_of_none() {
    let time = "received_at = { column = \"x\", format = \"%Y-%m-%d %H:%M:%S\" }";
    check(time, "2011-07-01 01:32:33", r#","received_at":"2011-07-01T05:32:33.000Z""#);
    check(time, "2011-11-06 01:30:00", r#","received_at":"2011-11-06T05:30:00.000Z""#);
    check(time, "2011-03-13 02:30:00", r#","received_at":"2011-03-13T07:30:00.000Z""#);
    refused(time, "01/07/2011", Code::BadInstant, "%Y-%m-%d");
    check("received_at = \"x\"", "2011-07-01 01:32:33", r#","received_at":"2011-07-01T05:32:33.000Z""#);
    check("received_at = \"x\"", "2011-07-01T01:32:33.1239+07:00", r#","received_at":"2011-06-30T18:32:33.123Z""#);
    let offset = "received_at = { column = \"x\", format = \"%d/%m/%Y %H:%M %z\" }";
    check(offset, "01/07/2011 08:00 +0700", r#","received_at":"2011-07-01T01:00:00.000Z""#);
}

#[test]
fn r1_only_a_due_date_may_be_a_date_alone() {
    let date = |field: &str| format!("{field} = {{ column = \"x\", format = \"%d/%m/%Y\" }}");
    check(&date("due_at"), "31/07/2011", r#","due_at":"2011-08-01T03:59:59.999Z""#);
    check("due_at = \"x\"", "2011-07-31", r#","due_at":"2011-08-01T03:59:59.999Z""#);
    let two = "due_at = { column = \"x\", format = [\"%d/%m/%Y %H:%M\", \"%d/%m/%Y\"] }";
    check(two, "31/07/2011 08:00", r#","due_at":"2011-07-31T12:00:00.000Z""#);
    check(two, "31/07/2011", r#","due_at":"2011-08-01T03:59:59.999Z""#);
    refused(two, "7/2011", Code::BadInstant, "is not in the format `%d/%m/%Y %H:%M`");
    // The serial number of a day, as it comes from a cell that isn't formatted as a date.
    check(&date("due_at"), "40755", r#","due_at":"2011-08-01T03:59:59.999Z""#);
    check(&date("received_at"), "40755", r#","received_at":"2011-07-31T04:00:00.000Z""#);
    let timed = "received_at = { column = \"x\", format = \"%d/%m/%Y\", time_of_day = \"07:30\" }";
    for cell in ["31/07/2011", "2011-07-31", "40755"] {
        check(timed, cell, r#","received_at":"2011-07-31T11:30:00.000Z""#);
    }
    check(timed, "2011-07-31T08:00:00.000", r#","received_at":"2011-07-31T12:00:00.000Z""#);
    refused(&date("received_at"), "31/07/2011", Code::BadInstant, "no time of day");
    refused("received_at = \"x\"", "2011-07-31", Code::BadInstant, "no time of day");
}

#[test]
fn at_is_the_latest_of_other_times_or_now() {
    let text = format!(
        "{HEAD}at = {{ latest = [\"received_at\", \"finished_at\"] }}\nid = \"id\"\nunit = \"id\"\n\
                        received_at = \"r\"\nfinished_at = \"f\"\n"
    );
    let mapping = parse(&text).unwrap();
    let line = |received: &str, finished: &str| {
        let cell = |column: &String| match column.as_str() {
            "r" => received,
            "f" => finished,
            _ => "a",
        };
        let cells: Vec<_> = mapping.columns().iter().map(|name| Some(cell(name).to_owned())).collect();
        mapping.line(&cells, Instant(0)).unwrap()
    };
    assert!(line("2024-01-02T00:00:00Z", "2024-01-01T00:00:00Z").contains(r#""at":"2024-01-02T00:00:00.000Z""#));
    assert!(line("2024-01-02T00:00:00Z", "2024-01-03T00:00:00Z").contains(r#""at":"2024-01-03T00:00:00.000Z""#));
    assert!(line("2024-01-02T00:00:00Z", "").contains(r#""at":"2024-01-02T00:00:00.000Z""#));
    assert!(!line("", "").contains("\"at\""));
    assert_eq!((mapping.column_of("/at"), mapping.column_of("/due_at")), ("r, f".to_owned(), "due_at".to_owned()));
}

#[test]
fn numbers_are_kept_exactly_with_either_point() {
    let text = "type = \"indicator\"\nsource = \"s\"\ndecimal_comma = true\n[fields]\ncode = \"a\"\nunit = \"a\"\n\
                period = \"a\"\nat = \"import\"\nvalue = \"x\"\n";
    let value = |text: &str, cell: &str| {
        let line = parse(text).unwrap().line(&[Some("c".to_owned()), Some(cell.to_owned())], Instant(0));
        line.map(|line| line.split("\"value\":").last().unwrap_or_default().to_owned())
    };
    assert_eq!(value(text, "1.234.567,45").unwrap(), "1234567.45}");
    assert_eq!(value(&text.replace("true", "false"), "-69.450000").unwrap(), "-69.45}");
    assert_eq!(value(&text.replace("true", "false"), "1,5").unwrap_err().code, Code::BadValue);
}

#[test]
fn a_mapping_that_cannot_work_names_its_key() {
    fault("type = \"dossier\"\nsource = \"s\"\ncolour = 1\n[fields]", "colour");
    fault(&format!("{HEAD}{KEYED}holder = {{ colum = \"x\" }}"), "colum");
    fault(&format!("{HEAD}{KEYED}holder = 5"), "a column's name or a table");
    fault(&format!("{HEAD}{KEYED}holdr = \"x\""), "fields.holdr: dossier has no such field; it has id, unit");
    fault(&format!("{HEAD}{KEYED}type = \"x\""), "fields.type");
    fault(&format!("{HEAD}id = \"x\"\nunit = \"x\""), "fields.at is missing");
    fault(&format!("{HEAD}{KEYED}holder = {{ column = \"x\", const = 1 }}"), "fields.holder: give one of");
    fault(&format!("{HEAD}{KEYED}pauses = \"x\""), "fields.pauses: lists");
    fault(
        &format!("{HEAD}{KEYED}status = {{ column = \"x\", map = {{ A = \"doen\" }} }}"),
        "fields.status.map.A: `doen` is none of registered",
    );
    fault(&format!("{HEAD}{KEYED}channel = {{ column = \"x\", default = \"zalo\" }}"), "fields.channel.default");
    fault(&format!("{HEAD}{KEYED}digitised = {{ const = \"yes\" }}"), "fields.digitised.const");
    fault(&format!("{HEAD}{KEYED}holder = {{ column = \"x\", format = \"%Y\" }}"), "fields.holder.format");
    fault(
        &format!("{HEAD}{KEYED}due_at = {{ column = \"x\", time_of_day = \"8\" }}"),
        "fields.due_at.time_of_day: write it as 08:00",
    );
    fault(&format!("{HEAD}{KEYED}due_at = {{ latest = [\"holder\"] }}"), "fields.due_at.latest: `holder`");
    fault(
        &format!("{HEAD}{KEYED}due_at = {{ latest = [\"received_at\"] }}"),
        "fields.due_at.latest: `received_at` is not mapped",
    );
    fault(&HEAD.replace("America/New_York", "Mars/Base"), "timezone: `Mars/Base`");
    fault(&HEAD.replace("timezone = \"America/New_York\"", "encoding = \"tcvn3\""), "encoding: `tcvn3` is not read");
    fault(&HEAD.replace("timezone = \"America/New_York\"", "delimiter = \"ab\""), "delimiter: give one");
    fault(&HEAD.replace("dossier", "person"), "type: `person` is none of dossier");
    fault(&HEAD.replace("\"s\"", "\"\""), "source: a source's name is empty");
}
