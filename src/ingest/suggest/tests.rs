use super::*;
use crate::ingest::mapping::Mapping;
use crate::model::Zone;

fn of(name: &str, text: &str) -> Suggestion {
    suggest(name, text.as_bytes(), Some("motcua")).unwrap()
}

fn parsed(toml: &str) -> Result<Mapping, String> {
    Mapping::parse(toml, &Zone::named("Asia/Ho_Chi_Minh").unwrap()).map_err(|error| error.to_string())
}

const PEOPLE: [&str; 6] = ["Nguyễn Văn An", "Trần Thị Bình", "0912345678", "017090001234", "an@thu.vn", "12 Trần Phú"];

/// Columns of people with known and unknown headers.
fn table() -> String {
    let mut text =
        "\u{feff}Sổ theo dõi hồ sơ;;;;;;;;;\n\nSố hồ sơ;Họ và tên;Cột lạ;SĐT;Số CCCD;Thư;Nơi ở hiện nay;Đơn vị;\
        Ngày tiếp nhận;Trạng thái\n"
            .to_owned();
    for number in 0..20 {
        let name = PEOPLE[number % 2];
        let status = if number == 7 { "Tạm dừng" } else { "Đã trả kết quả" };
        text += &format!(
            "H28.{number};{name};{name};{};{};{};{};{};{:02}/08/2024;{status}\n",
            PEOPLE[2],
            PEOPLE[3],
            PEOPLE[4],
            PEOPLE[5],
            4_903 + number % 2,
            number % 12 + 1
        );
    }
    text
}

#[test]
fn an_unknown_value_keeps_the_mapping_from_being_taken_until_a_person_decides() {
    let found = of("a.csv", &table());
    assert_eq!((found.todos, found.rows), (1, 20), "{}", found.toml);
    assert!(found.toml.contains("\"Đã trả kết quả\" = \"delivered\"   # 19 rows"), "{}", found.toml);
    let error = parsed(&found.toml).unwrap_err();
    assert!(error.starts_with("fields.status.map.Tạm dừng: `TODO` is none of"), "{error}");
    let mapping = parsed(&found.toml.replace("\"Tạm dừng\" = \"TODO\"", "\"Tạm dừng\" = \"stopped\"")).unwrap();
    assert_eq!((mapping.layout().header_row, mapping.layout().delimiter), (3, Some(b';')));
    assert!(found.toml.contains("unit = { column = \"Đơn vị\", pad = 5 }"), "{}", found.toml);
    assert!(found.toml.contains("AMBIGUOUS"), "{}", found.toml);
    let without = suggest("a.csv", table().as_bytes(), None).unwrap();
    let decided = without.toml.replace("\"TODO\"", "\"stopped\"");
    assert_eq!(parsed(&decided).unwrap_err(), "source: a source's name is empty");
}

#[test]
fn no_value_of_a_person_is_in_a_proposal() {
    let found = of("a.csv", &table());
    assert_eq!(found.personal, ["Họ và tên", "Cột lạ", "SĐT", "Số CCCD", "Thư", "Nơi ở hiện nay"]);
    let seen: Vec<&&str> = PEOPLE.iter().filter(|value| found.toml.contains(**value)).collect();
    assert!(seen.is_empty(), "{seen:?} in {}", found.toml);
    // Nor one that strayed into a column of statuses, nor an id.
    let stray = of("a.csv", &table().replace("Tạm dừng", "Nguyễn Văn An"));
    assert!(!stray.toml.contains("Nguyễn") && stray.toml.contains("1 rows hold what looks like"), "{}", stray.toml);
    assert!(!found.toml.contains("H28.1") && found.toml.contains("written as A00.0 or A00.00"), "{}", found.toml);
}

#[test]
fn what_is_missing_is_said() {
    let found = of("a.tsv", "Mã\tTên gì đó\n1\tx\n");
    assert_eq!((found.todos, found.fields.len()), (3, 0), "{}", found.toml);
    assert_eq!(parsed(&found.toml).unwrap_err(), "fields.id is missing");
    let found = of("a.ndjson", "{\"id\":\"a\",\"unit\":\"17\",\"received_at\":\"2024-08-02T08:00:00+07:00\"}\n");
    assert_eq!((found.todos, &*found.fields), (0, &["id", "unit", "received_at"][..]), "{}", found.toml);
    parsed(&found.toml).unwrap();
    let error = |bytes: &[u8]| suggest("a.csv", bytes, None).unwrap_err().to_string();
    assert_eq!(error(b""), "there is no header and no row in the file");
    assert_eq!(
        error(&[0xff, 0xfe, 0x00, 0xd8, 0x41, 0x00]),
        "line 1 is neither UTF-8 nor UTF-16 nor windows-1258: save the file as CSV UTF-8"
    );
}

#[test]
fn a_text_of_another_encoding_is_recognised_and_read() {
    // As that encoding has it: the tone behind its letter.
    let text = "Ma\u{303} h\u{f4}\u{300} s\u{1a1},\u{110}\u{1a1}n vi\u{323},Ng\u{e0}y ti\u{ea}\u{301}p nh\u{e2}\u{323}n\n1,17,02/08/2024 08:00\n";
    let (bytes, _, failed) = encoding_rs::WINDOWS_1258.encode(text);
    assert!(!failed);
    let found = suggest("a.csv", &*bytes, Some("s")).unwrap();
    assert_eq!(found.fields, ["id", "unit", "received_at"], "{}", found.toml);
    let mapping = parsed(&found.toml).unwrap();
    let mut table =
        crate::ingest::table::Table::open("a.csv", std::io::Cursor::new(bytes.into_owned()), &mapping).unwrap();
    let cells = table.next_row().unwrap().unwrap().cells.unwrap();
    let line = mapping.line(&cells, crate::model::Instant(0)).unwrap();
    assert!(line.contains("\"received_at\":\"2024-08-02T01:00:00.000Z\""), "{line}");
}
