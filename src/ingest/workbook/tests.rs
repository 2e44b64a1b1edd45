use rust_xlsxwriter::{ExcelDateTime, Format};

use crate::ingest::mapping::Mapping;
use crate::ingest::table::Table;
use crate::model::{Instant, Zone};

/// An ugly sheet: a title, an empty line, the header in row 4, numbers for codes, dates as dates, as serial numbers and as
/// text, an empty row, and a broken formula.
fn ugly() -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    book.add_worksheet().set_name("Bìa").unwrap().write(0, 0, "not this one").unwrap();
    let sheet = book.add_worksheet().set_name("Hồ sơ").unwrap();
    sheet.write(0, 0, "BÁO CÁO HỒ SƠ").unwrap();
    for (column, name) in ["STT", " Mã hồ sơ ", "Đơn vị", "Ngày tiếp nhận", "Hạn trả", "Trạng thái"].iter().enumerate()
    {
        sheet.write(3, column as u16, *name).unwrap();
    }
    let date = Format::new().set_num_format("dd/mm/yyyy hh:mm");
    let moment = ExcelDateTime::from_ymd(2024, 8, 2).unwrap().and_hms(8, 30, 0).unwrap();
    sheet.write(4, 0, 1).unwrap();
    sheet.write(4, 1, "H28.1-240802-0001").unwrap();
    sheet.write(4, 2, 4_903).unwrap();
    sheet.write_datetime_with_format(4, 3, &moment, &date).unwrap();
    sheet.write_datetime_with_format(4, 4, ExcelDateTime::from_ymd(2024, 8, 9).unwrap(), &date).unwrap();
    sheet.write(4, 5, "Xong").unwrap();
    sheet.write(6, 1, 77).unwrap();
    sheet.write(6, 2, "UBND xã Tu Lý").unwrap();
    sheet.write(6, 3, 45_506.354_166_666_664).unwrap();
    sheet.write(6, 5, "Xong").unwrap();
    sheet.write(7, 1, "x").unwrap();
    sheet.write(7, 2, "04903").unwrap();
    sheet.write(7, 3, "02/08/2024 08:30").unwrap();
    sheet.write(7, 5, "Xong").unwrap();
    book.save_to_buffer().unwrap()
}

fn mapping(extra: &str) -> Mapping {
    let text = format!(
        r#"
        type = "dossier"
        source = "motcua"
        header_row = 4
        {extra}
        [fields]
        id = "Mã hồ sơ"
        unit = {{ column = "Đơn vị", pad = 5 }}
        received_at = {{ column = "Ngày tiếp nhận", format = "%d/%m/%Y %H:%M" }}
        due_at = "Hạn trả"
        at = {{ latest = ["received_at"] }}
        status = {{ column = "Trạng thái", map = {{ Xong = "done" }} }}
        "#
    );
    Mapping::parse(&text, &Zone::named("Asia/Ho_Chi_Minh").unwrap()).unwrap()
}

#[test]
fn an_ugly_sheet_becomes_lines_with_the_rows_numbers() {
    let mapping = mapping(r#"sheet = "Hồ sơ""#);
    let mut table = Table::open("ugly.XLSX", std::io::Cursor::new(ugly()), &mapping).unwrap();
    let mut read = Vec::new();
    while let Some(row) = table.next_row().unwrap() {
        let line = row.cells.and_then(|cells| mapping.line(&cells, Instant(0))).unwrap();
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        let of = |name: &str| line[name].as_str().unwrap_or("-").to_owned();
        read.push((row.line, [of("id"), of("unit"), of("received_at"), of("due_at")].join(" ")));
    }
    let expected = [
        (5, "H28.1-240802-0001 04903 2024-08-02T01:30:00.000Z 2024-08-09T16:59:59.999Z"),
        (7, "77 UBND xã Tu Lý 2024-08-02T01:30:00.000Z -"),
        (8, "x 04903 2024-08-02T01:30:00.000Z -"),
    ];
    assert_eq!(read, expected.map(|(line, text)| (line, text.to_owned())));
}

#[test]
fn what_cannot_be_read_is_said() {
    let error = |extra: &str, bytes: Vec<u8>| {
        let Err(error) = Table::open("a.xlsx", std::io::Cursor::new(bytes), &mapping(extra)) else { panic!() };
        error.to_string()
    };
    assert_eq!(error("sheet = \"Khác\"", ugly()), "no sheet `Khác`; the workbook has `Bìa`, `Hồ sơ`");
    // The first sheet has no row 4.
    assert_eq!(error("", ugly()), "no header in UTF-8 on line 4");
    assert!(error("", b"no workbook".to_vec()).starts_with("no workbook that can be read"));
}
