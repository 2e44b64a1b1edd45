//! A closed period over HTTP: its official answers are the same bytes whatever arrives later and after a restart, what
//! changed since is listed by measure and dossier, and reopening keeps what was closed.

use std::process::Command;

use serde_json::{Value, json};

use crate::support::engine::OPCENTRE;
use crate::support::server::Server;

const NOW: &str = "2024-08-02T08:00:00+07:00";
const UNITS: &str = "code,parent,kind,category,name_vi\n17,,province,tỉnh,Hòa Bình\n148,17,district,cấp huyện,TP Hòa \
                     Bình\n158,17,district,cấp huyện,Yên Thủy\n05000,158,commune,xã,Bảo Hiệu\n";
const PERIOD: &str = "/api/v1/periods/report/2024-07";

/// Received on a day of June or July at 8:00, and finished or not.
fn dossier(id: &str, unit: &str, received: &str, finished: Option<&str>) -> Value {
    let mut record = json!({
        "type": "dossier", "id": id, "unit": unit, "at": "2024-07-20T08:00:00+07:00", "field": "Đất đai",
        "received_at": format!("2024-{received}T08:00:00+07:00"), "due_at": "2024-07-10",
        "status": if finished.is_some() { "done" } else { "processing" },
    });
    if let Some(finished) = finished {
        record["finished_at"] = json!(format!("2024-{finished}T08:00:00+07:00"));
    }
    record
}

async fn load(server: &Server) {
    server.put_units(UNITS).await;
    server.until("/api/v1/units/05000", |unit| unit["unit"]["code"] == "05000").await;
}

async fn send(server: &Server, records: &[Value]) {
    let body = records.iter().map(|record| format!("{record}\n")).collect();
    let (status, answer) = server.post("motcua", body).await.unwrap();
    assert_eq!(status, 202, "{answer}");
    server.reach("17", answer["seq"].as_u64().unwrap()).await;
}

/// Every official answer there is, as bytes.
async fn official(server: &Server) -> Vec<Vec<u8>> {
    let mut answers = Vec::new();
    for unit in ["17", "148", "158", "05000"] {
        let kpis = format!("/api/v1/units/{unit}/kpis?window=2024-07&scheme=report&version=official");
        let form = |asked: &str| format!("/api/v1/units/{unit}/forms/ii06a?period=2024-07&version=official{asked}");
        let forms = ["", "&rows=unit", "&rows=procedure", "&format=csv", "&format=xlsx"].map(form);
        let report = |path: &str| format!("/api/v1/units/{unit}/{path}?period=2024-07&version=official");
        let reports = ["indicators", "indices/qd766"].map(report);
        for path in [kpis].into_iter().chain(forms).chain(reports) {
            let answer = reqwest::get(format!("{}{path}", server.url)).await.unwrap();
            assert_eq!(answer.status(), 200, "{path}");
            answers.push(answer.bytes().await.unwrap().to_vec());
        }
    }
    answers
}

async fn close(server: &Server, unit: &str) -> (u16, Value) {
    server.post_to(&format!("{PERIOD}/close"), json!({"unit": unit}).to_string()).await
}

fn reported(code: &str, day: &str, counts: [u32; 2]) -> Value {
    let at = format!("2024-{day}T08:00:00+07:00");
    json!({"type": "indicator", "code": code, "unit": "148", "period": "2024-07", "at": at, "numerator": counts[0],
        "denominator": counts[1]})
}

fn first_month() -> [Value; 5] {
    [
        dossier("early", "158", "06-20", Some("07-08")),
        dossier("open", "05000", "06-20", None),
        dossier("carried", "05000", "06-01", None),
        dossier("gone", "148", "07-14", None),
        // On the first day of the next period.
        dossier("next", "148", "07-15", None),
    ]
}

#[tokio::test]
async fn a_closed_period_stays_the_same_bytes_and_differences_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path(), &["--now", NOW]).await;
    load(&server).await;
    send(&server, &first_month()).await;
    send(&server, &[reported("qd766.online_services", "07-20", [30, 40])]).await;
    let before = server.get("/api/v1/units/17/forms/ii06a?period=2024-07").await.1;

    assert_eq!(server.get(&format!("{PERIOD}/difference?unit=17")).await.1["code"], "not_closed");
    let (status, closed) = close(&server, "17").await;
    assert_eq!((status, &closed["official"]["version"], &closed["official"]["by"]), (201, &json!(1), &json!("local")));
    assert_eq!(closed["window"], json!({"from": "2024-06-15", "to": "2024-07-14"}));
    assert_eq!((&closed["versions"][0]["units"], &closed["versions"][0]["members"]), (&json!(5), &json!(4)));
    let kept = official(&server).await;
    let official_form: Value = serde_json::from_slice(&kept[1]).unwrap();
    assert_eq!((&official_form["total"], &official_form["groups"]), (&before["total"], &before["groups"]));
    assert_eq!((&official_form["version"], &official_form["closed"]["version"]), (&json!("official"), &json!(1)));
    let nothing = server.get(&format!("{PERIOD}/difference?unit=17")).await.1;
    assert_eq!((&nothing["rows"], &nothing["measures"]), (&json!([]), &json!([])));
    assert_eq!((&nothing["indicators"], &nothing["indices"]), (&json!([]), &json!([])));

    // One more, one void, one whose end is told late, one that moved to another unit.
    let mut moved = dossier("carried", "148", "06-01", None);
    moved["at"] = json!("2024-07-21T08:00:00+07:00");
    let mut ended = dossier("open", "05000", "06-20", Some("07-11"));
    ended["at"] = json!("2024-07-21T08:00:00+07:00");
    let mut void = dossier("gone", "148", "07-14", None);
    void["void"] = json!("entered twice");
    let corrected = reported("qd766.online_services", "08-01", [36, 40]);
    send(&server, &[dossier("late", "05000", "07-01", None), void, ended, moved, corrected]).await;
    assert_eq!(official(&server).await, kept);
    let found = server.get(&format!("{PERIOD}/difference?unit=17")).await.1;
    check_difference(&found);
    check_paging(&server, &found).await;
    check_reports(&found);
    // Below the commune one came, one was classed differently and one went to the other district.
    let below = server.get(&format!("{PERIOD}/difference?unit=158")).await.1;
    assert_eq!((&below["missing"], &below["added"], &below["changed"]), (&json!(1), &json!(1), &json!(1)), "{below:#}");

    assert_eq!(server.stop(), Some(0));
    let server = Server::start(dir.path(), &["--now", NOW]).await;
    assert_eq!(official(&server).await, kept);
    check_reopening(&server, &kept).await;
}

fn check_difference(found: &Value) {
    assert_eq!((&found["missing"], &found["added"], &found["changed"]), (&json!(1), &json!(1), &json!(2)), "{found:#}");
    let rows: Vec<Value> = found["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| json!([row["id"], row["change"], row["from"]["unit"], row["to"]["unit"]]))
        .collect();
    assert_eq!(
        rows,
        [
            json!(["carried", "changed", "05000", "148"]),
            json!(["gone", "missing", "148", null]),
            json!(["late", "added", null, "05000"]),
            json!(["open", "changed", "05000", "05000"]),
        ]
    );
    let open = found["rows"].as_array().unwrap().last().unwrap();
    let has = |side: &str, measure: &str| open[side]["measures"].as_array().unwrap().contains(&json!(measure));
    assert!(has("from", "in_progress_overdue") && !has("from", "resolved_late"), "{open}");
    assert!(has("to", "resolved_late") && !has("to", "in_progress_overdue"), "{open}");
    // What the dossiers say adds up to what the measures say.
    for row in found["measures"].as_array().unwrap().iter().filter(|row| row["judged_now"] == false) {
        let measure = row["measure"].as_str().unwrap();
        if ["received", "taken_on", "resolved", "in_progress", "resolved_hours_sum"].contains(&measure) {
            continue;
        }
        let counts = |side: &Value| {
            let listed = side["measures"].as_array().map(|listed| listed.contains(&json!(measure)));
            i64::from(listed.unwrap_or_default())
        };
        let sum: i64 =
            found["rows"].as_array().unwrap().iter().map(|row| counts(&row["to"]) - counts(&row["from"])).sum();
        assert_eq!(row["difference"], sum, "{measure}");
    }
}

fn check_reports(found: &Value) {
    let rows = found["indicators"].as_array().unwrap();
    assert_eq!(rows.len(), 1, "{found:#}");
    let side =
        |side: &str| json!([rows[0]["code"], rows[0][side]["value"], rows[0][side]["num"], rows[0][side]["den"]]);
    assert_eq!(side("official"), json!(["qd766.online_services", 75, 30, 40]));
    assert_eq!(side("current"), json!(["qd766.online_services", 90, 36, 40]));
    let scores = found["indices"].as_array().unwrap();
    assert_eq!((scores.len(), &scores[0]["index"]), (1, &json!("qd766")), "{found:#}");
    assert_ne!(scores[0]["official"]["score"], scores[0]["current"]["score"]);
}

async fn check_paging(server: &Server, whole: &Value) {
    let mut rows = Vec::new();
    let mut cursor = String::new();
    loop {
        let url = format!("{}{PERIOD}/difference", server.url);
        let query = [("unit", "17"), ("limit", "1"), ("cursor", &cursor)];
        let asked = &query[..if cursor.is_empty() { 2 } else { 3 }];
        let url = reqwest::Url::parse_with_params(&url, asked).unwrap();
        let page: Value = reqwest::get(url).await.unwrap().json().await.unwrap();
        rows.extend(page["rows"].as_array().unwrap().clone());
        let Some(next) = page["cursor"].as_str() else { break };
        cursor = next.to_owned();
    }
    assert_eq!(json!(rows), whole["rows"]);
}

async fn check_reopening(server: &Server, kept: &[Vec<u8>]) {
    let (status, twice) = close(server, "17").await;
    assert_eq!((status, &twice["code"]), (409, &json!("already_closed")));
    assert_eq!(reopen(server, "17", " ").await.0, 400);
    assert_eq!(reopen(server, "148", "not closed by itself").await.0, 404);
    let (status, opened) = reopen(server, "17", "a source was late").await;
    assert_eq!((status, &opened["official"]), (200, &Value::Null));
    assert_eq!(opened["versions"][0]["reopened"]["reason"], "a source was late");
    let (status, none) = server.get("/api/v1/units/148/kpis?window=2024-07&scheme=report&version=official").await;
    assert_eq!((status, &none["code"]), (404, &json!("not_closed")));

    let (status, again) = close(server, "17").await;
    assert_eq!((status, again["versions"].as_array().unwrap().len()), (201, 2));
    assert_eq!(
        (&again["versions"][0]["seq"], &again["official"]["version"]),
        (&opened["versions"][0]["seq"], &json!(2))
    );
    assert_ne!(official(server).await, kept);
    check_older(server, kept).await;
    let now = server.get(&format!("{PERIOD}/difference?unit=17")).await.1;
    assert_eq!((&now["rows"], &now["closed"]["version"]), (&json!([]), &json!(2)));
}

/// The first closing can be asked for by its number, and says the same.
async fn check_older(server: &Server, kept: &[Vec<u8>]) {
    let of_province = kept.len() / 4;
    let paths = [
        (0, "kpis?window=2024-07&scheme=report"),
        (1, "forms/ii06a?period=2024-07"),
        (of_province - 2, "indicators?period=2024-07"),
        (of_province - 1, "indices/qd766?period=2024-07"),
    ];
    for (place, path) in paths {
        let ask = async |version: &str| {
            let url = format!("{}/api/v1/units/17/{path}&version={version}", server.url);
            reqwest::get(url).await.unwrap().bytes().await.unwrap().to_vec()
        };
        assert_eq!(ask("1").await, kept[place], "{path}");
        assert_eq!(ask("2").await, ask("official").await, "{path}");
        let unknown: Value = serde_json::from_slice(&ask("3").await).unwrap();
        assert_eq!((&unknown["status"], &unknown["code"]), (&json!(404), &json!("unknown_version")), "{path}");
        let bad: Value = serde_json::from_slice(&ask("0").await).unwrap();
        assert_eq!((&bad["status"], &bad["code"]), (&json!(400), &json!("bad_version")), "{path}");
    }
}

async fn reopen(server: &Server, unit: &str, reason: &str) -> (u16, Value) {
    server.post_to(&format!("{PERIOD}/reopen"), json!({"unit": unit, "reason": reason}).to_string()).await
}

#[tokio::test]
async fn only_a_period_that_is_over_can_be_closed_and_the_command_does_it() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path(), &["--now", "2024-07-14T23:59:59+07:00"]).await;
    load(&server).await;
    let (status, early) = close(&server, "17").await;
    assert_eq!((status, &early["code"]), (409, &json!("not_ended")), "{early}");
    assert_eq!(early["detail"], "2024-07 lasts until 2024-07-14: it can be closed from the day after on");
    assert_eq!(server.post_to("/api/v1/periods/report/year/close", json!({"unit": "17"}).to_string()).await.0, 404);
    assert_eq!(server.post_to("/api/v1/periods/lunar/2024-06/close", json!({"unit": "17"}).to_string()).await.0, 400);
    let run = |arguments: &[&str]| {
        let output = Command::new(OPCENTRE).args(arguments).args(["--url", &server.url]).output().unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        (output.status.code(), said)
    };
    let of = ["--unit", "158", "--period", "2024-06"];
    let (code, said) = run(&[&["period", "close"], &of[..]].concat());
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.starts_with(
            "2024-06 of 158 (Yên Thủy) by scheme report, 2024-05-15 to 2024-06-14\n1  closed by local at 2024-07-14"
        ),
        "{said}"
    );
    let (code, said) = run(&[&["period", "close"], &of[..]].concat());
    assert!(code == Some(1) && said.contains("(already_closed)"), "{said}");
    // All periods of the unit that were ever closed, the newest first; of others none.
    let quarter = ["--unit", "158", "--period", "2024-Q1", "--scheme", "calendar"];
    assert_eq!(run(&[&["period", "close"], &quarter[..]].concat()).0, Some(0));
    let (code, said) = run(&["period", "list", "--unit", "158"]);
    let heads: Vec<&str> = said.lines().filter(|line| line.contains("by scheme")).collect();
    assert_eq!(
        (code, heads),
        (
            Some(0),
            vec![
                "2024-06 of 158 (Yên Thủy) by scheme report, 2024-05-15 to 2024-06-14",
                "2024-Q1 of 158 (Yên Thủy) by scheme calendar, 2024-01-01 to 2024-03-31"
            ]
        )
    );
    let (_, said) = run(&["period", "list", "--unit", "158", "--scheme", "calendar"]);
    assert!(said.starts_with("2024-Q1 of 158") && !said.contains("2024-06 of"), "{said}");
    let (code, said) = run(&["period", "list", "--unit", "148"]);
    assert_eq!((code, said.as_str()), (Some(0), "no period of 148 (TP Hòa Bình) was ever closed\n"));
    let (code, said) = run(&[&["period", "reopen", "--reason", "sai số"], &of[..]].concat());
    assert!(code == Some(0) && said.contains("reopened by local") && said.contains("sai số"), "{said}");
}
