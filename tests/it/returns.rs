//! What an office fills in: the template, what is refused and what is listed, and that only somebody else's approval turns
//! it into numbers.

use std::io::Cursor;
use std::path::Path;
use std::process::Command;

use calamine::{Data, Reader, Xlsx};
use serde_json::{Value, json};

use crate::support::engine::OPCENTRE;
use crate::support::server::Server;

const NOW: &str = "2024-08-14T08:00:00+07:00";
const UNITS: &str = "code,parent,kind,category,name_vi\n17,,province,tỉnh,Hòa Bình\n148,17,district,cấp huyện,TP Hòa \
                     Bình\n05000,148,commune,xã,Bảo Hiệu\n";
const RETURN: &str = "/api/v1/units/148/indicators/returns/2024-07";

fn report(unit: &str, code: &str, period: &str, fields: Value) -> Value {
    let at = "2024-08-01T08:00:00+07:00";
    let mut record = json!({"type": "indicator", "code": code, "unit": unit, "period": period, "at": at});
    record.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    record
}

async fn started(dir: &Path) -> Server {
    let server = Server::start(dir, &["--now", NOW]).await;
    server.put_units(UNITS).await;
    server.until("/api/v1/units/05000", |unit| unit["unit"]["code"] == "05000").await;
    let records = [
        report("148", "qd766.online_services", "2024-07", json!({"numerator": 20, "denominator": 40})),
        report("05000", "qd766.online_services", "2024-07", json!({"numerator": 10, "denominator": 40})),
        report("148", "qd766.dossiers_disliked", "2024-06", json!({"value": 5})),
    ];
    let body = records.iter().map(|record| format!("{record}\n")).collect();
    let (_, answer) = server.post("bao-cao", body).await.unwrap();
    server.reach("17", answer["seq"].as_u64().unwrap()).await;
    server
}

fn run(server: &Server, arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(OPCENTRE).args(arguments).args(["--url", &server.url]).output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.code(), said)
}

/// The cells of the template, by rows from A1 on.
fn cells(path: &Path) -> Vec<Vec<String>> {
    let mut book = Xlsx::new(Cursor::new(std::fs::read(path).unwrap())).unwrap();
    let range = book.worksheet_range("Chỉ tiêu").unwrap();
    assert_eq!(range.start(), Some((0, 0)));
    range.rows().map(|row| row.iter().map(Data::to_string).collect()).collect()
}

/// Writes the template anew with some cells filled in: (code, column, number).
fn fill(template: &[Vec<String>], to: &Path, filled: &[(&str, u16, &str)]) {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in (0..).zip(template) {
        for (column, text) in (0..).zip(cells).filter(|(_, text)| !text.is_empty()) {
            sheet.write_string(row, column, text).unwrap();
        }
        for (_, column, text) in filled.iter().filter(|(code, ..)| *code == cells[0]) {
            match text.parse::<f64>() {
                Ok(number) => sheet.write_number(row, *column, number).unwrap(),
                Err(_) => sheet.write_string(row, *column, *text).unwrap(),
            };
        }
    }
    book.save(to).unwrap();
}

async fn row(server: &Server, code: &str) -> Value {
    let (_, answer) = server.get("/api/v1/units/148/indicators?period=2024-07").await;
    answer["indicators"].as_array().unwrap().iter().find(|row| row["code"] == code).unwrap().clone()
}

async fn step(server: &Server, step: &str, body: Value) -> (u16, Value) {
    server.post_to(&format!("{RETURN}/{step}"), body.to_string()).await
}

#[tokio::test]
async fn only_what_somebody_else_approved_is_reported() {
    let dir = tempfile::tempdir().unwrap();
    let server = started(&dir.path().join("data")).await;
    let (template, filled) = (dir.path().join("t.xlsx"), dir.path().join("f.xlsx"));
    let (path, sent) = (template.to_str().unwrap(), filled.to_str().unwrap());
    let of = ["--unit", "148", "--period", "2024-07"];
    let (code, said) = run(&server, &[&["indicators", "template", "--out", path], &of[..]].concat());
    assert_eq!(code, Some(0), "{said}");
    let rows = cells(&template);
    assert_eq!(rows[1][..3], ["unit", "148", "TP Hòa Bình"]);
    assert_eq!(rows[2][..3], ["period", "2024-07", "từ ngày 01/07/2024 đến ngày 31/07/2024"]);
    // Of an office that counts by the days of its reports.
    let (code, said) =
        run(&server, &[&["indicators", "template", "--scheme", "report", "--out", sent], &of[..]].concat());
    assert_eq!((code, cells(&filled)[2][2].as_str()), (Some(0), "từ ngày 15/06/2024 đến ngày 14/07/2024"), "{said}");
    let of_code = |code: &str| rows.iter().position(|row| row[0] == code);
    let disliked = of_code("qd766.dossiers_disliked").unwrap();
    assert_eq!((rows[disliked][7].as_str(), rows[disliked][8].as_str()), ("5 (2024-06)", "2024-08-10"));
    // Of the province, and of half a year.
    assert_eq!((of_code("qd766.publish_on_time"), of_code("portals.active")), (None, None));
    let online = of_code("qd766.online_services").unwrap() + 1;

    check_faults(&server, &rows, &filled, online).await;
    let numbers = [
        ("qd766.online_services", 3, "30"),
        ("qd766.online_services", 4, "40"),
        ("qd766.online_services", 6, "75.2"),
        ("qd766.dossiers_disliked", 5, "12"),
    ];
    fill(&rows, &filled, &numbers);
    let (code, said) = run(&server, &["indicators", "send", sent]);
    assert_eq!(code, Some(0), "{said}");
    check_differences(&server.get(RETURN).await.1, online, disliked + 1);
    check_steps(&server).await;

    // Kept over a restart.
    let before = server.get(RETURN).await.1["versions"].clone();
    assert_eq!(server.stop(), Some(0));
    let server = Server::start(&dir.path().join("data"), &["--now", NOW]).await;
    assert_eq!(server.get(RETURN).await.1["versions"], before);
    assert_eq!(row(&server, "qd766.online_services").await["value"], json!(75));
    let report = server.verified().await;
    assert_eq!(report["agree"], json!(true));
}

async fn check_faults(server: &Server, rows: &[Vec<String>], filled: &Path, online: usize) {
    let wrong = [
        ("qd766.online_services", 3, "50"),
        ("qd766.online_services", 4, "40"),
        ("qd766.dossiers_disliked", 5, "nhiều"),
        ("qd766.dossier_sync", 3, "-1"),
    ];
    fill(rows, filled, &wrong);
    let (code, said) = run(server, &["indicators", "send", filled.to_str().unwrap()]);
    assert_eq!(code, Some(1), "{said}");
    for fault in [&format!("E{online}  qd766.online_services: the whole is less"), "is less than 0", "nhiều"] {
        assert!(said.contains(fault), "{said}");
    }
    assert!(said.contains("(faulty_return): 4 cells are faulty"), "{said}");
    assert_eq!(server.get(RETURN).await.1["versions"], json!([]));
}

fn check_differences(answer: &Value, online: usize, disliked: usize) {
    let found: Vec<Value> = answer["differences"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| json!([row["cell"], row["against"], row["period"], row["is"], row["filled_in"]]))
        .collect();
    let mut expected = vec![
        json!([format!("D{online}"), "reported", "2024-07", 50, 75]),
        json!([format!("D{online}"), "below", "2024-07", 25, 75]),
        json!([format!("G{online}"), "declared", "2024-07", 75, 75.2]),
        json!([format!("F{disliked}"), "previous", "2024-06", 5, 12]),
    ];
    if disliked < online {
        expected.rotate_right(1);
    }
    assert_eq!(found, expected, "{answer:#}");
}

async fn check_steps(server: &Server) {
    let missing = async |field: &str| {
        let (_, answer) = server.get("/api/v1/indicators/missing?period=2024-07").await;
        let rows = answer["missing"].as_array().unwrap();
        let is_it = |row: &&Value| row["unit"] == "148" && row["code"] == "qd766.dossiers_disliked";
        rows.iter().find(is_it).map(|row| row[field].clone())
    };
    assert_eq!((missing("state").await, missing("overdue_days").await), (Some(json!("draft")), Some(json!(4))));
    // Neither a draft nor what is submitted counts.
    assert_eq!(step(server, "approve", json!({"by": "Trần Thị B"})).await.1["code"], "return_state");
    assert_eq!(step(server, "submit", json!({"by": " "})).await.0, 400);
    assert_eq!(step(server, "submit", json!({"by": "Nguyễn Văn A"})).await.0, 200);
    assert_eq!(row(server, "qd766.online_services").await["value"], json!(50));
    assert_eq!(row(server, "qd766.dossiers_disliked").await["value"], Value::Null);
    assert_eq!(missing("state").await, Some(json!("submitted")));
    let index = "/api/v1/units/148/indices/qd766?period=2024-07";
    let before = server.get(index).await.1["score"].clone();
    let (status, same) = step(server, "approve", json!({"by": " nguyễn văn  a"})).await;
    assert_eq!((status, &same["code"]), (409, &json!("same_person")));
    assert_eq!(step(server, "reject", json!({"by": "Trần Thị B"})).await.0, 400);
    let (_, back) = step(server, "reject", json!({"by": "Trần Thị B", "reason": "thiếu một xã"})).await;
    assert_eq!(
        (&back["versions"][0]["state"], &back["versions"][0]["rejected"]["reason"]),
        (&json!("rejected"), &json!("thiếu một xã"))
    );
    // Filled in anew: the first one stays in the history.
    let entries = json!({"rows": [
        {"row": 9, "code": "qd766.online_services", "numerator": "30", "denominator": "40"},
        {"row": 10, "code": "qd766.dossiers_disliked", "value": "12"},
    ]});
    let url = format!("{}{RETURN}", server.url);
    let put = async || reqwest::Client::new().put(&url).body(entries.to_string()).send().await.unwrap();
    assert_eq!(put().await.status(), 200);
    assert_eq!(step(server, "submit", json!({"by": "Nguyễn Văn A"})).await.0, 200);
    assert_eq!(put().await.status(), 409);
    let (status, approved) = step(server, "approve", json!({"by": "Trần Thị B"})).await;
    assert_eq!(status, 200, "{approved}");
    let versions = &approved["versions"];
    assert_eq!((&versions[0]["state"], &versions[1]["state"]), (&json!("rejected"), &json!("approved")));
    assert_eq!(
        (&versions[1]["submitted"]["by"], &versions[1]["approved"]["by"]),
        (&json!("Nguyễn Văn A"), &json!("Trần Thị B"))
    );
    server.reach("17", versions[1]["seq"].as_u64().unwrap()).await;
    // Once more changes nothing.
    assert_eq!(step(server, "approve", json!({"by": "Trần Thị B"})).await.1["versions"], *versions);
    let online = row(server, "qd766.online_services").await;
    assert_eq!((&online["value"], &online["num"], &online["made_from"]), (&json!(75), &json!(30), &json!("own")));
    assert_eq!(row(server, "qd766.dossiers_disliked").await["value"], json!(12));
    assert_ne!(server.get(index).await.1["score"], before);
    assert_eq!(missing("state").await, None);
    check_calendar(server).await;
}

/// Where a calendar is loaded, a deadline on a Saturday is kept on the Monday after.
async fn check_calendar(server: &Server) {
    let list = "kind,date,name\nholiday,2024-09-02,Quốc khánh\n";
    let put = reqwest::Client::new().put(format!("{}/api/v1/calendar", server.url));
    assert_eq!(put.header("content-type", "text/csv").body(list).send().await.unwrap().status(), 200);
    let path = "/api/v1/indicators/missing?period=2024-07";
    let is_moved = |answer: &Value| {
        answer["missing"].as_array().is_some_and(|rows| {
            rows.iter().any(|row| row["code"] == "qd766.dossier_sync" && row["deadline"] == "2024-08-12")
        })
    };
    server.until(path, is_moved).await;
    let (_, answer) = server.get(path).await;
    let row = answer["missing"].as_array().unwrap().iter().find(|row| row["code"] == "qd766.dossier_sync").unwrap();
    assert_eq!((&row["overdue"], &row["overdue_days"], &row["state"]), (&json!(true), &json!(2), &Value::Null));
}

/// A report may be ten minutes ahead of the clock, also one of another code that names the unit: what was approved after it
/// came is what counts.
#[tokio::test]
async fn an_approval_is_newer_than_what_was_reported_ahead_of_the_clock() {
    let dir = tempfile::tempdir().unwrap();
    let server = started(&dir.path().join("data")).await;
    let aliases = reqwest::Client::new().put(format!("{}/api/v1/aliases", server.url));
    let aliases = aliases.header("content-type", "text/csv").body("source,raw,unit\nbao-cao,TPHB,148\n");
    assert_eq!(aliases.send().await.unwrap().status(), 200);
    let ahead = |unit: &str, at: &str, value: u32| {
        json!({"type": "indicator", "code": "qd766.dossiers_disliked", "unit": unit, "period": "2024-07", "at": at, "value": value})
            .to_string()
    };
    let entries =
        |value: &str| json!({"rows": [{"row": 7, "code": "qd766.dossiers_disliked", "value": value}]}).to_string();
    let approved = async |value: &str| {
        let put = reqwest::Client::new().put(format!("{}{RETURN}", server.url)).body(entries(value));
        assert_eq!(put.send().await.unwrap().status(), 200);
        assert_eq!(step(&server, "submit", json!({"by": "Nguyễn Văn A"})).await.0, 200);
        let (status, answer) = step(&server, "approve", json!({"by": "Trần Thị B"})).await;
        assert_eq!(status, 200, "{answer}");
        let seq = answer["versions"].as_array().unwrap().last().unwrap()["seq"].as_u64().unwrap();
        server.reach("17", seq).await;
        row(&server, "qd766.dossiers_disliked").await["value"].clone()
    };
    let reports = [ahead("148", "2024-08-14T08:09:00+07:00", 1), ahead("TPHB", "2024-08-14T08:09:59+07:00", 2)];
    assert_eq!(server.post("bao-cao", reports.join("\n")).await.unwrap().0, 202);
    assert_eq!(approved("12").await, json!(12));
    // A correction approved in the same instant of a clock that stands still is newer than the one before.
    assert_eq!(approved("11").await, json!(11));
}
