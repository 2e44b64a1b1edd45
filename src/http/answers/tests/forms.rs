//! Official forms: their identities in random worlds, and the workbook cell by cell.

use std::io::Cursor;

use calamine::{Dimensions, Reader, Xlsx};
use proptest::prelude::*;

use super::drill::{CODES, PERSPECTIVES, asked, worlds};
use super::*;
use crate::model::{Channel, Zone};

const ROWS: [&str; 3] = ["field", "unit", "procedure"];
const PERIODS: [&str; 4] =
    ["2024-07-22..2024-07-27", "2024-08&scheme=calendar", "2024-08&scheme=report", "2024-H2&scheme=report"];

fn form_of<T>(view: &View, code: &str, query: &str, take: impl FnOnce(&FormAnswer<'_>) -> T) -> Result<T, AnswerError> {
    let catalogue = Catalogue::embedded().unwrap();
    let figures = Figures { view, catalogue: &catalogue, node: "n1", scope: &Scope::all() };
    current_form(figures, ("ii06a", code), &asked(query), |form| Ok(take(form)))
}

fn json_of(view: &View, code: &str, query: &str) -> Value {
    form_of(view, code, query, |form| serde_json::to_value(form).unwrap()).unwrap()
}

/// The columns of some counts.
fn columns(counts: &Value) -> Vec<i64> {
    (3..=13).map(|column| counts[column.to_string()].as_i64().unwrap()).collect()
}

/// 3 = 4 + 5 + 6, 7 = 8 + 9 + 10, 11 = 12 + 13, 3 = 7 + 11.
fn check_identities(counts: &Value, what: &str) {
    let column = |number: u8| counts[number.to_string()].as_i64().unwrap();
    assert_eq!(column(3), column(4) + column(5) + column(6), "{what}");
    assert_eq!(column(7), column(8) + column(9) + column(10), "{what}");
    assert_eq!(column(11), column(12) + column(13), "{what}");
    assert_eq!(column(3), column(7) + column(11), "{what}");
}

fn summed<'a>(parts: impl Iterator<Item = &'a Value>) -> Vec<i64> {
    parts.fold(vec![0; 11], |sum, part| sum.iter().zip(columns(part)).map(|(left, right)| left + right).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn c4_the_forms_identities_hold_and_its_rows_add_up(view in worlds()) {
        for code in CODES.into_iter().filter(|code| *code != "99") {
            for (period, perspective) in PERIODS.into_iter().zip(PERSPECTIVES) {
                let query = format!("period={period}{perspective}");
                let forms = ROWS.map(|rows| json_of(&view, code, &format!("{query}&rows={rows}")));
                for form in &forms {
                    let groups = form["groups"].as_array().unwrap();
                    prop_assert_eq!(summed(groups.iter().map(|group| &group["counts"])), columns(&form["total"]));
                    check_identities(&form["total"], &query);
                    for group in groups {
                        let rows = group["rows"].as_array().unwrap();
                        prop_assert_eq!(summed(rows.iter().map(|row| &row["counts"])), columns(&group["counts"]));
                        rows.iter().for_each(|row| check_identities(&row["counts"], &query));
                    }
                    prop_assert_eq!(&form["total"], &forms[0]["total"]);
                }
                // The same numbers as the figures of the unit; where these are null the form has nothing to count.
                let scheme = if period.contains("scheme") { "" } else { "&scheme=report" };
                let asked_kpis: KpisQuery = asked(&format!("window={period}{scheme}{perspective}"));
                let figures = answer(&view, code, &asked_kpis).unwrap();
                prop_assert_eq!(&figures["window"], &forms[0]["window"]);
                for (column, measure) in [("3", "taken_on"), ("6", "carried_over"), ("7", "resolved"), ("8", "resolved_early"), ("11", "in_progress")] {
                    let figure = figures["measures"][measure].as_i64().unwrap_or(0);
                    prop_assert_eq!(figure, forms[0]["total"][column].as_i64().unwrap(), "{} {}", measure, query);
                }
            }
        }
    }
}

/// A district and a commune below it with a case for each column.
fn sample() -> View {
    let case = |id: &str, unit: &str, received: &str, finished: Option<&str>, change: fn(&mut DossierEvent)| {
        event(id, unit, "2024-07-20 08:00", |event| {
            event.status = Some(if finished.is_some() { Status::Done } else { Status::Processing });
            event.received_at = Field::Value(t(received));
            event.finished_at = finished.map_or(Field::Absent, |finished| Field::Value(t(finished)));
            event.due_at = Field::Value(t("2024-07-10 17:00"));
            event.field = Field::Value("Đất đai".into());
            change(event);
        })
    };
    world([
        case("early", "158", "2024-06-20 08:00", Some("2024-07-08 08:00"), |event| {
            event.channel = Field::Value(Channel::Online)
        }),
        case("on_day", "158", "2024-06-20 08:00", Some("2024-07-10 08:00"), |_| {}),
        case("late", "158", "2024-06-01 08:00", Some("2024-07-11 08:00"), |_| {}),
        case("withdrawn", "05000", "2024-06-20 08:00", Some("2024-07-09 08:00"), |event| {
            event.status = Some(Status::Withdrawn)
        }),
        case("undated", "05000", "2024-06-20 08:00", Some("2024-07-09 08:00"), |event| {
            event.due_at = Field::Absent;
            event.field = Field::Value("=1+1".into());
        }),
        case("overdue", "05000", "2024-06-20 08:00", None, |event| event.field = Field::Absent),
        // After the period of June 15 to July 14.
        case("next", "05000", "2024-07-15 00:00", None, |_| {}),
    ])
}

#[test]
fn a_form_says_of_whom_when_and_how() {
    let form = json_of(&sample(), "158", "period=2024-07");
    assert_eq!(columns(&form["total"]), [6, 1, 4, 1, 5, 1, 3, 1, 1, 0, 1]);
    assert_eq!(
        (&form["scheme"], &form["window"]),
        (&json!("report"), &json!({"from": "2024-06-15", "to": "2024-07-14"}))
    );
    assert_eq!(
        (&form["receiver"], &form["ended"], &form["version"]),
        (&json!("Huyện 17"), &json!(true), &json!("current"))
    );
    assert_eq!(
        (&form["seq"], &form["as_of"], &form["closed"]),
        (&json!(7), &json!("2024-08-02T08:00:00.000+07:00"), &Value::Null)
    );
    assert_eq!(
        form["footnotes"],
        json!([
            "Cột (5) Trực tiếp, dịch vụ bưu chính: Trực tiếp + Bưu chính công ích",
            "Cột (9) Đúng hạn: Đúng hạn + Rút, dừng + Không có hạn",
            "Cột (12) Trong hạn: Trong hạn + Chờ bổ sung / nghĩa vụ tài chính + Không có hạn",
        ])
    );
    // All units of this world are districts, whatever stands below what.
    let rows = &form["groups"][0]["rows"];
    let names: Vec<&str> = rows.as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert_eq!((form["groups"].as_array().unwrap().len(), names), (1, vec!["=1+1", "Đất đai", "Không ghi lĩnh vực"]));
    let units = json_of(&sample(), "17", "period=2024-07&rows=unit");
    let own: Vec<Value> = units["groups"][0]["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| json!([row["key"], row["counts"]["3"]]))
        .collect();
    assert_eq!(own, [json!(["17", 0]), json!(["148", 0]), json!(["158", 3]), json!(["05000", 3])]);
    assert_eq!(json_of(&sample(), "17", "period=2024-07")["receiver"], "Văn phòng Chính phủ");
}

#[test]
fn what_cant_be_asked_of_a_form_is_refused() {
    let code = |query: &str| form_of(&sample(), "158", query, |_| ()).unwrap_err().code();
    assert_eq!(code("period=2024-13"), "bad_window");
    assert_eq!(code("scheme=lunar"), "bad_scheme");
    assert_eq!(code("rows=age"), "bad_rows");
    assert_eq!(version(Some("draft")).unwrap_err().code(), "bad_version");
    assert_eq!(form_of(&sample(), "99", "", |_| ()).unwrap_err().code(), "unknown_unit");
}

/// A workbook's cells that have anything, as text, and the ranges that are merged.
struct ReadBack {
    cells: Vec<(u32, u32, String)>,
    merged: Vec<Dimensions>,
}

impl ReadBack {
    fn of(bytes: &[u8]) -> ReadBack {
        let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes.to_vec())).unwrap();
        let merged = workbook.merge_cells_by_sheet_name("ii06a").unwrap();
        let sheet = workbook.worksheet_range("ii06a").unwrap();
        let (top, left) = sheet.start().unwrap();
        let place = |from: u32, by: usize| from + u32::try_from(by).unwrap();
        let cells =
            sheet.used_cells().map(|(row, column, value)| (place(top, row), place(left, column), value.to_string()));
        ReadBack { cells: cells.filter(|(.., text)| !text.is_empty()).collect(), merged }
    }

    fn at(&self, row: u32, column: u32) -> &str {
        self.cells.iter().find(|cell| (cell.0, cell.1) == (row, column)).map_or("", |cell| &cell.2)
    }

    fn row(&self, row: u32) -> Vec<&str> {
        (0..13).map(|column| self.at(row, column)).collect()
    }
}

fn workbook_of(query: &str) -> Vec<u8> {
    let zone = Zone::named("Asia/Ho_Chi_Minh").unwrap();
    form_of(&sample(), "158", query, |form| workbook(form, &zone).unwrap()).unwrap()
}

#[test]
fn the_workbook_is_the_form_cell_by_cell() {
    let bytes = workbook_of("period=2024-07");
    assert_eq!(bytes, workbook_of("period=2024-07"), "the same figures, the same bytes");
    let sheet = ReadBack::of(&bytes);
    let (at, row) = (|row, column| sheet.at(row, column), |row| sheet.row(row));
    assert_eq!(
        (at(0, 0), at(1, 0)),
        ("Biểu số II.06a/VPCP/KSTT", "Ban hành theo Thông tư số 01/2020/TT-VPCP ngày 21/10/2020")
    );
    assert!(at(0, 2).starts_with("TÌNH HÌNH, KẾT QUẢ GIẢI QUYẾT TTHC"), "{}", at(0, 2));
    assert_eq!((at(0, 9), at(1, 9)), ("Đơn vị báo cáo: Huyện 158", "Đơn vị nhận báo cáo: Huyện 17"));
    assert_eq!(at(3, 0), "Kỳ báo cáo: Tháng 7/2024 (từ ngày 15/06/2024 đến ngày 14/07/2024)");
    assert_eq!((at(4, 0), at(5, 0)), ("Số liệu hiện thời", "Đơn vị tính: Số hồ sơ TTHC"));
    let headings = row(6);
    assert_eq!(
        (headings[0], headings[1], headings[2]),
        ("STT", "Lĩnh vực, công việc giải quyết theo cấp", "Số hồ sơ nhận giải quyết")
    );
    assert_eq!((headings[6], headings[10]), ("Số hồ sơ đã giải quyết", "Số hồ sơ đang giải quyết"));
    assert_eq!(
        row(7),
        ["", "", "Tổng số", "Trong đó", "", "", "Tổng số", "Trong đó", "", "", "Tổng số", "Trong đó", ""]
    );
    assert_eq!(
        row(8),
        [
            "",
            "",
            "",
            "Trực tuyến",
            "Trực tiếp, dịch vụ bưu chính",
            "Từ kỳ trước",
            "",
            "Trước hạn",
            "Đúng hạn",
            "Quá hạn",
            "",
            "Trong hạn",
            "Quá hạn"
        ]
    );
    assert_eq!(
        row(9),
        [
            "(1)",
            "(2)",
            "(3)=(4)+(5)+(6)",
            "(4)",
            "(5)",
            "(6)",
            "(7)=(8)+(9)+(10)",
            "(8)",
            "(9)",
            "(10)",
            "(11)=(12)+(13)",
            "(12)",
            "(13)"
        ]
    );
}

#[test]
fn the_workbook_has_the_figures_the_convention_and_who_signs() {
    let sheet = ReadBack::of(&workbook_of("period=2024-07"));
    let (at, row) = (|row, column| sheet.at(row, column), |row| sheet.row(row));
    assert_eq!(row(10), ["I", "Cấp huyện", "6", "1", "4", "1", "5", "1", "3", "1", "1", "0", "1"]);
    // A text that looks like a formula is a text.
    assert_eq!(row(11), ["1", "=1+1", "1", "0", "1", "0", "1", "0", "1", "0", "0", "0", "0"]);
    assert_eq!(row(12), ["2", "Đất đai", "4", "1", "2", "1", "4", "1", "2", "1", "0", "0", "0"]);
    assert_eq!(row(13), ["3", "Không ghi lĩnh vực", "1", "0", "1", "0", "0", "0", "0", "0", "1", "0", "1"]);
    assert_eq!(row(14), ["", "Tổng cộng", "6", "1", "4", "1", "5", "1", "3", "1", "1", "0", "1"]);
    assert_eq!((at(16, 0), at(18, 0)), ("Ghi chú:", "- Cột (9) Đúng hạn: Đúng hạn + Rút, dừng + Không có hạn."));
    assert_eq!(at(20, 0), "- Số liệu lúc 08:00 ngày 02/08/2024, số thứ tự bản ghi 7.");
    assert_eq!((at(23, 0), at(23, 8)), ("Người lập biểu", "Thủ trưởng cơ quan, đơn vị"));
}

#[test]
fn headings_of_the_workbook_are_merged_and_no_two_ranges_meet() {
    let merged = ReadBack::of(&workbook_of("period=2024-07")).merged;
    for (start, end) in [
        ((6, 0), (8, 0)),
        ((6, 1), (8, 1)),
        ((6, 2), (6, 5)),
        ((7, 2), (8, 2)),
        ((7, 3), (7, 5)),
        ((6, 6), (6, 9)),
        ((7, 7), (7, 9)),
        ((6, 10), (6, 12)),
        ((7, 10), (8, 10)),
        ((7, 11), (7, 12)),
    ] {
        assert!(merged.contains(&Dimensions { start, end }), "{start:?} to {end:?} in {merged:?}");
    }
    let meet = |a: &Dimensions, b: &Dimensions| {
        a.start.0 <= b.end.0 && b.start.0 <= a.end.0 && a.start.1 <= b.end.1 && b.start.1 <= a.end.1
    };
    for (place, one) in merged.iter().enumerate() {
        assert!(merged[place + 1..].iter().all(|other| !meet(one, other)), "{one:?}");
    }
}

#[test]
fn a_table_has_the_whole_then_each_block_with_its_rows() {
    let table = form_of(&sample(), "158", "period=2024-07", |form| form.table()).unwrap();
    let parts: Vec<String> = table.rows.iter().map(|row| format!("{:?} {:?}", row[8], row[12])).collect();
    let part =
        |name: &str, count: u8| format!("{:?} {:?}", Cell::Text(name.to_owned()), Cell::Number(count.to_string()));
    assert_eq!(parts, [part("total", 6), part("group", 6), part("row", 1), part("row", 4), part("row", 1)]);
    assert!(table.rows.iter().all(|row| row.len() == table.header.len()));
}
