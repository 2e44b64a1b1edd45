//! A server that is told of limits and days off: due dates, figures, words, and the same again after a start.

use serde_json::{Value, json};

use crate::support::engine::OPCENTRE;
use crate::support::server::Server;

/// Friday 9 August 2024, 09:00 in Hanoi.
const NOW: &str = "2024-08-09T09:00:00+07:00";

const PROCEDURES: &str = "code,name_vi,limit,limit_unit,level,fee\n\
    1.000001.000.00.00.H28,Năm ngày làm việc,5,working_days,full,true\n\
    1.000002,Trong ngày,,same_day,partial,false\n\
    1.000003,Tám giờ,8,working_hours,information,\n\
    1.000004,Chưa có hồ sơ,10,calendar_days,full,true\n";

/// Monday the 12th is off, Saturday the 10th is worked on for it.
const CALENDAR: &str = "kind,date,name\nholiday,2024-08-12,Nghỉ\nworking,2024-08-10,Làm bù\n";

fn load(server: &Server, what: &str, list: &str) -> (i32, String) {
    let file = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
    std::fs::write(file.path(), list).unwrap();
    let mut command = std::process::Command::new(OPCENTRE);
    command.args([what, "load"]).arg(file.path()).args(["--url", &server.url]);
    let output = command.output().unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

/// Received on Tuesday the 6th at 08:00, none with a due date.
fn records() -> String {
    let of = |id: &str, procedure: &str, more: Value| {
        let mut record = json!({"type": "dossier", "id": id, "unit": "17", "at": "2024-08-06T08:00:00+07:00",
            "status": "accepted", "received_at": "2024-08-06T08:00:00+07:00", "procedure": procedure,
            "channel": "online"});
        record.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        record.to_string()
    };
    [
        of("five", "1.000001", json!({})),
        of("day", "1.000002.H28", json!({"paid_online": true})),
        of("hours", "1.000003", json!({"channel": "counter"})),
        of("unknown", "9", json!({})),
        of("dated", "1.000001.000.00.00.H28", json!({"due_at": "2024-08-20", "paid_online": true})),
    ]
    .join("\n")
}

async fn measures(server: &Server, query: &str) -> Value {
    server.get(&format!("/api/v1/units/17/kpis?window=2024-08{query}")).await.1["measures"].clone()
}

#[tokio::test]
async fn r12_r17_limits_and_days_off_that_come_late_judge_every_dossier_again() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &["--now", NOW]).await;
    server.put_units("code,parent,kind,category,name_vi\n17,,province,tỉnh,Hòa Bình\n").await;
    let (status, answer) = server.post("motcua", records()).await.unwrap();
    assert_eq!(status, 202, "{answer}");
    server.reach("17", answer["seq"].as_u64().unwrap()).await;
    let before = measures(&server, "").await;
    assert_eq!((&before["in_progress_undated"], &before["in_progress_within"]), (&json!(4), &json!(1)));

    let (code, said) = load(&server, "procedures", PROCEDURES);
    assert_eq!((code, said.contains("4 procedures loaded")), (0, true), "{said}");
    server
        .until("/api/v1/procedures", |answer| answer["pending"] == false && answer["procedures"][0] != Value::Null)
        .await;
    let kpis = "/api/v1/units/17/kpis?window=2024-08";
    server.until(kpis, |answer| answer["measures"]["in_progress_undated"] == 1).await;
    // Five working days end on Tuesday the 13th, the same day and eight hours are over.
    let five = "/api/v1/dossiers/motcua/five?provenance=false";
    let (_, dossier) = server.get(five).await;
    let words = &dossier["verdict"];
    assert_eq!(
        (&words["vi"], &words["en"]),
        (
            &json!("Đang giải quyết, trong hạn: hạn 13/08/2024 23:59, theo thời hạn 5 ngày làm việc của thủ tục"),
            &json!("In progress, within time: due 2024-08-13 23:59, by the procedure's limit of 5 working days"),
        )
    );
    let judged = measures(&server, "").await;
    assert_eq!((&judged["in_progress_overdue"], &judged["in_progress_within"]), (&json!(2), &json!(2)));
    assert_eq!(judged["nearly_late"], 0);

    // The swapped Saturday is the fourth, Tuesday the fifth working day: the same day; nearly late from Saturday on.
    let (code, said) = load(&server, "calendar", CALENDAR);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("2 calendar lines loaded") && said.contains("no holiday of 2025"), "{said}");
    assert!(!said.contains("no holiday of 2024"), "{said}");
    // 4 days: due on Monday without the calendar, which is then off: Saturday, and nearly late from Friday.
    let four = "code,name_vi,limit,limit_unit\n1.000001,Bốn ngày làm việc,4,working_days\n";
    assert_eq!(load(&server, "procedures", four).0, 0);
    server.until(kpis, |answer| answer["measures"]["nearly_late"] == 1).await;
    let (_, dossier) = server.get(five).await;
    assert!(dossier["verdict"]["en"].as_str().unwrap().contains("due soon: due 2024-08-10 23:59"), "{dossier}");

    without_same_day(&server).await;
    level_two_filed_online(&server).await;
    server.verified().await;

    let shown = measures(&server, "").await;
    server.stop();
    let server = Server::start(folder.path(), &["--now", NOW]).await;
    assert_eq!(measures(&server, "").await, shown, "after a start");
    let (_, calendar) = server.get("/api/v1/calendar?year=2024").await;
    assert_eq!(calendar["entries"].as_array().unwrap().len(), 3);
    assert_eq!(calendar["entries"][0]["hours"], "07:30-11:30 13:30-17:00");
}

/// A procedure is judged as it was on the day of taking on: its version of level 2 ended with the 6th.
async fn level_two_filed_online(server: &Server) {
    let versions = "code,name_vi,level,valid_from,valid_to\n1.000005,Chỉ thông tin,information,,2024-08-06\n\
        1.000005,Toàn trình,full,2024-08-07,\n";
    assert_eq!(load(server, "procedures", versions).0, 0);
    let filed = |id: &str, day: &str, channel: &str| {
        let at = format!("{day}T08:00:00+07:00");
        json!({"type": "dossier", "id": id, "unit": "17", "at": at, "status": "accepted", "received_at": at,
            "due_at": "2024-08-30", "procedure": "1.000005.H28", "channel": channel})
        .to_string()
    };
    let lines = [
        filed("told", "2024-08-06", "online"),
        filed("offered", "2024-08-07", "online"),
        filed("desk", "2024-08-06", "counter"),
    ];
    let (status, answer) = server.post("cong", lines.join("\n")).await.unwrap();
    assert_eq!(status, 202, "{answer}");
    let quality = "/api/v1/units/17/quality?window=2024-08";
    server.until(quality, |answer| answer["rows"][0]["marks"]["online_not_offered"] == 1).await;
    let (_, answer) = server.get(quality).await;
    assert_eq!((&answer["rows"][0]["source"], &answer["rows"][0]["dossiers"]), (&json!("cong"), &json!(3)), "{answer}");
    assert_eq!(answer["labels"]["online_not_offered"]["vi"], "thủ tục mức độ 2 nhưng nộp trực tuyến");
    let behind = "/api/v1/units/17/dossiers?window=2024-08&mark=online_not_offered";
    let (_, list) = server.get(behind).await;
    assert_eq!((&list["total"], &list["rows"][0]["id"]), (&json!(1), &json!("told")), "{list}");
}

/// One of the five is of a procedure done on the same day.
async fn without_same_day(server: &Server) {
    let (all, some) = (measures(server, "").await, measures(server, "&same_day=exclude").await);
    assert_eq!((&all["received"], &some["received"]), (&json!(5), &json!(4)));
    assert_eq!((&all["in_progress_overdue"], &some["in_progress_overdue"]), (&json!(2), &json!(1)));
    let unit = "/api/v1/units/17";
    let (_, rows) = server.get(&format!("{unit}/breakdown?by=procedure&window=2024-08&same_day=exclude")).await;
    assert_eq!(rows["measures"]["received"], 4);
    let (_, list) = server.get(&format!("{unit}/dossiers?measure=received&window=2024-08&same_day=exclude")).await;
    assert_eq!((&list["total"], &list["count"]), (&json!(4), &json!(4)));
    assert_eq!(server.get(&format!("{unit}/kpis?same_day=only")).await.0, 400);
}

#[test]
fn check_warns_when_next_years_holidays_are_missing() {
    let file = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
    let check = |list: &str| {
        std::fs::write(file.path(), list).unwrap();
        let output = std::process::Command::new(OPCENTRE).args(["check", "--calendar"]).arg(file.path()).output();
        let output = output.unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, said) = check("kind,date\nholiday,2001-01-01\n");
    assert_eq!((code, said.contains("warning: the calendars given have no holiday of")), (0, true), "{said}");
    let all: String = (2026..2100).map(|year| format!("holiday,{year}-01-01\n")).collect();
    let (code, said) = check(&format!("kind,date\n{all}"));
    assert_eq!((code, said.contains("warning")), (0, false), "{said}");
    let (code, said) = check("kind,date\nholiday,2026-13-01\n");
    assert_eq!((code, said.contains(".csv:2: date: bad_value")), (1, true), "{said}");
}
