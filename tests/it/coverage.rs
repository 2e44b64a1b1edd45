//! What lies before the first day that a source covers is no data, and not 0.

use std::process::Command;

use serde_json::{Value, json};

use crate::support::engine::OPCENTRE;
use crate::support::server::Server;

/// Friday 2 August 2024, 08:00 in Hanoi.
const NOW: &str = "2024-08-02T08:00:00+07:00";
const UNITS: &str = "code,parent,kind,category,name_vi\n17,,province,tỉnh,Hòa Bình\n148,17,district,huyện,Thành phố\n\
    150,17,district,huyện,Lạc Thủy\n";

async fn put_sources(server: &Server, sources: Value) {
    let http = reqwest::Client::new();
    let put = http.put(format!("{}/api/v1/sources", server.url)).header("content-type", "application/json");
    let answer = put.body(sources.to_string()).send().await.unwrap();
    let (status, answer) = (answer.status(), answer.json::<Value>().await.unwrap());
    assert!(status.is_success(), "{answer}");
    server.reach("17", answer["seq"].as_u64().unwrap()).await;
}

#[tokio::test]
async fn before_a_sources_first_day_there_is_no_data_and_nothing_is_compared() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &["--now", NOW]).await;
    server.put_units(UNITS).await;
    // One of June came along with the first of July.
    let of = |id: &str, at: &str| {
        json!({"type": "dossier", "id": id, "unit": "148", "at": at, "status": "accepted"}).to_string()
    };
    let lines = [of("0", "2024-06-20T08:00:00+07:00"), of("1", "2024-07-03T08:00:00+07:00")].join("\n");
    let (status, answer) = server.post("motcua", lines).await.unwrap();
    assert_eq!(status, 202, "{answer}");
    server.reach("17", answer["seq"].as_u64().unwrap()).await;
    // While nobody said since when it covers, a zero is a zero.
    assert_eq!(server.kpis("148", "2024-05").await["measures"]["received"], 0);

    put_sources(&server, json!([{"source": "motcua", "units": ["148"], "coverage_start": "2024-07-01"}])).await;
    for unit in ["148", "17"] {
        let before = server.kpis(unit, "2024-05").await;
        assert_eq!(
            (&before["measures"]["received"], &before["covered_from"]),
            (&Value::Null, &json!("2024-07-01")),
            "{unit}"
        );
        assert_eq!(before["kpis"]["on_time_rate"]["value"], Value::Null);
        let after = server.kpis(unit, "2024-07").await;
        assert_eq!((&after["measures"]["received"], &after["covered_from"]), (&json!(1), &Value::Null), "{unit}");
        assert_eq!(after["compare"]["previous"], Value::Null, "a part of June is no June");
        let cut = server.kpis(unit, "2024").await;
        assert_eq!((&cut["measures"]["received"], &cut["covered_from"]), (&json!(2), &json!("2024-07-01")));
    }
    // A unit below without a record is no zero either, in rows and as text; the rows add up all the same.
    let rows = server.kpis("17", "2024-05").await;
    assert!(
        rows["children"]
            .as_array()
            .unwrap()
            .iter()
            .any(|row| row["unit"] == "148" && row["measures"]["received"].is_null())
    );
    assert!(
        rows["children"].as_array().unwrap().iter().any(|row| row["unit"] == "150" && row["measures"]["received"] == 0)
    );
    let (_, broken) = server.get("/api/v1/units/17/breakdown?by=unit&window=2024").await;
    assert_eq!(
        (&broken["covered_from"], &broken["rows"][1]["measures"]["received"]),
        (&json!("2024-07-01"), &json!(2))
    );
    // Nobody covers it, and nobody said so.
    assert_eq!(server.kpis("150", "2024-05").await["measures"]["received"], 0);
    // Of two the first begins the data, the last makes it whole.
    let both = json!([{"source": "motcua", "units": ["148"], "coverage_start": "2024-07-01"},
        {"source": "cu", "units": ["17"], "coverage_start": "2024-04-01"}]);
    put_sources(&server, both).await;
    let between = server.kpis("148", "2024-05").await;
    assert_eq!((&between["measures"]["received"], &between["covered_from"]), (&json!(0), &json!("2024-07-01")));
    assert_eq!(server.kpis("148", "2024-03").await["measures"]["received"], Value::Null);
    // A month that is covered in part is nothing to be compared with either.
    put_sources(&server, json!([{"source": "motcua", "units": ["148"], "coverage_start": "2024-06-15"}])).await;
    assert_eq!(server.kpis("148", "2024-07").await["compare"]["previous"], Value::Null);
    // Closed like that, it says so for ever.
    let close = server.post_to("/api/v1/periods/calendar/2024-06/close", json!({"unit": "148"}).to_string()).await;
    assert_eq!(close.0, 201, "{}", close.1);
    put_sources(&server, json!([{"source": "motcua", "units": ["148"], "coverage_start": "2024-06-01"}])).await;
    let of = |version: &str| format!("/api/v1/units/148/kpis?window=2024-06&scheme=calendar&version={version}");
    assert_eq!(server.get(&of("official")).await.1["covered_from"], "2024-06-15");
    assert_eq!(server.get(&of("current")).await.1["covered_from"], Value::Null);
    assert_eq!(server.kpis("148", "2024-07").await["compare"]["previous"]["measures"]["received"], 1);
    server.verified().await;
}

#[tokio::test]
async fn what_a_source_says_of_its_days_stands_beside_what_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &["--now", NOW]).await;
    server.put_units(UNITS).await;
    let of = |id: &str, at: &str, status: &str| {
        json!({"type": "dossier", "id": id, "unit": "148", "at": format!("{at}T23:30:00+07:00"), "status": status})
            .to_string()
    };
    let lines = [
        of("1", "2024-07-01", "accepted"),
        of("2", "2024-07-01", "accepted"),
        of("1", "2024-07-02", "done"),
        of("3", "2024-07-03", "registered"),
        // One that counts nowhere.
        json!({"type": "dossier", "id": "4", "unit": "148", "at": "2024-07-01T08:00:00+07:00", "status": "done", "void": "twice"})
            .to_string(),
    ];
    let (status, answer) = server.post("motcua", lines.join("\n")).await.unwrap();
    assert_eq!(status, 202, "{answer}");
    assert_eq!(server.post("another", of("1", "2024-07-01", "accepted")).await.unwrap().0, 202);
    let http = reqwest::Client::new();
    let path = format!("{}/api/v1/sources/motcua/totals", server.url);
    let put = |body: Value| http.put(&path).header("content-type", "application/json").body(body.to_string()).send();
    let stated = json!([{"day": "2024-07-01", "received": 2, "finished": 0}, {"day": "2024-07-02", "received": 3},
        {"day": "2024-07-03", "received": 9}]);
    assert_eq!(put(stated).await.unwrap().status(), 200);
    // Said again: the last one counts.
    assert_eq!(put(json!([{"day": "2024-07-03", "received": 0}])).await.unwrap().status(), 200);
    assert_eq!(put(json!([{"day": "yesterday"}])).await.unwrap().status(), 400);
    let (_, told) = server.get("/api/v1/sources/motcua/totals").await;
    let beside = |theirs: Value, ours: u64, by: Value, verdict: Value| json!({"theirs": theirs, "ours": ours, "difference": by, "verdict": verdict});
    let (none, agrees) = (Value::Null, json!("khớp"));
    let at = "2024-08-02T08:00:00.000+07:00";
    assert_eq!(
        told["days"],
        json!([
            {"day": "2024-07-01", "stated_at": at, "received": beside(json!(2), 2, json!(0), agrees.clone()),
             "finished": beside(json!(0), 0, json!(0), agrees.clone())},
            {"day": "2024-07-02", "stated_at": at, "received": beside(json!(3), 0, json!(-3), json!("lệch 3")),
             "finished": beside(none.clone(), 1, none.clone(), none.clone())},
            {"day": "2024-07-03", "stated_at": at, "received": beside(json!(0), 0, json!(0), agrees), "finished": beside(none.clone(), 0, none.clone(), none)},
        ])
    );
    assert_eq!((&told["agreeing"], &told["differing"]), (&json!(2), &json!(1)));
    let (_, one) = server.get("/api/v1/sources/motcua/totals?from=2024-07-02&to=2024-07-02").await;
    assert_eq!(one["days"].as_array().unwrap().len(), 1);
    is_in_sight(&server, &told).await;
    // Before the first day that it covers nothing is compared.
    put_sources(&server, json!([{"source": "motcua", "units": ["148"], "coverage_start": "2024-07-03"}])).await;
    let (_, told) = server.get("/api/v1/sources/motcua/totals").await;
    let first = &told["days"][0]["received"];
    assert_eq!((&first["theirs"], &first["ours"], &first["verdict"]), (&json!(2), &Value::Null, &Value::Null));
    assert_eq!((&told["agreeing"], &told["differing"]), (&json!(1), &json!(0)));
}

/// Without being asked again: where each source stands.
async fn is_in_sight(server: &Server, told: &Value) {
    let http = reqwest::Client::new();
    put_sources(server, json!([{"source": "motcua", "units": ["148"], "contact": "Sở Nội vụ"}])).await;
    let (_, all) = server.get("/api/v1/totals?days=2").await;
    assert_eq!(all["sources"].as_array().unwrap().len(), 1, "only one stated anything: {all}");
    let newest = &all["sources"][0];
    assert_eq!(newest["days"], json!([told["days"][1], told["days"][2]]));
    assert_eq!(
        (&newest["agreeing"], &newest["differing"], &newest["contact"]),
        (&json!(1), &json!(1), &json!("Sở Nội vụ"))
    );
    for place in ["/api/v1/sources", "/api/v1/freshness"] {
        let (_, answer) = server.get(place).await;
        let rows = answer["sources"].as_array().unwrap();
        let of = |source: &str| rows.iter().find(|row| row["source"] == source).map(|row| &row["totals"]);
        let brief = of("motcua").unwrap();
        assert_eq!((&brief["day"], &brief["received"]["verdict"]), (&json!("2024-07-03"), &json!("khớp")), "{place}");
        assert_eq!((&brief["agreeing"], &brief["differing"]), (&json!(2), &json!(1)), "{place}");
        assert!(of("another").is_none_or(Value::is_null), "{place}: it stated nothing");
    }
    // One that states totals and never sent anything isn't overlooked.
    let silent = format!("{}/api/v1/sources/im-lang/totals", server.url);
    let put_silent =
        http.put(silent).header("content-type", "application/json").body(r#"[{"day":"2024-07-01","received":7}]"#);
    assert_eq!(put_silent.send().await.unwrap().status(), 200);
    let (_, fresh) = server.get("/api/v1/freshness").await;
    let rows = fresh["sources"].as_array().unwrap();
    let row = rows.iter().find(|row| row["source"] == "im-lang").unwrap();
    assert_eq!((&row["state"], &row["totals"]["received"]["verdict"]), (&json!("never"), &json!("lệch 7")));
}

/// Runs `sources totals` for the source `motcua`; its exit code and what it said.
fn totals(server: &Server, more: &[&str]) -> (i32, String) {
    let mut command = Command::new(OPCENTRE);
    command.args(["sources", "totals", "--source", "motcua", "--url", &server.url]).args(more);
    let output = command.output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(said).unwrap())
}

#[tokio::test]
async fn the_command_states_a_sources_own_counts_and_tells_day_by_day_what_differs() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder.path().join("data"), &["--now", NOW]).await;
    server.put_units(UNITS).await;
    let of = |id: &str, at: &str| {
        json!({"type": "dossier", "id": id, "unit": "148", "at": at, "status": "accepted"}).to_string()
    };
    let lines = [of("1", "2024-07-01T08:00:00+07:00"), of("2", "2024-07-02T08:00:00+07:00")].join("\n");
    assert_eq!(server.post("motcua", lines).await.unwrap().0, 202);
    let (code, said) = totals(&server, &[]);
    assert_eq!((code, said.as_str()), (1, "motcua stated nothing of these days\n"));

    let list = folder.path().join("totals.csv");
    std::fs::write(&list, "day;received;finished\n01/07/2024;1;0\n02/07/2024;3;\n").unwrap();
    let (code, said) = totals(&server, &[list.to_str().unwrap()]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("2 days of motcua stated"), "{said}");
    assert!(
        said.contains("2024-07-01  received khớp (theirs 1, ours 1), finished khớp (theirs 0, ours 0)\n"),
        "{said}"
    );
    assert!(said.contains("2024-07-02  received lệch 2 (theirs 3, ours 1)\n"), "{said}");
    assert!(said.contains("lệch 1: 1 days agree, 1 differ, up to record "), "{said}");
    // What was stated stays: it is compared again without a file, once the missing ones have come.
    let late = [of("3", "2024-07-02T09:00:00+07:00"), of("4", "2024-07-02T10:00:00+07:00")].join("\n");
    assert_eq!(server.post("motcua", late).await.unwrap().0, 202);
    let (code, said) = totals(&server, &[]);
    assert_eq!((code, said.contains("khớp: 2 days agree, 0 differ")), (0, true), "{said}");
    let (code, said) = totals(&server, &["--from", "2024-07-02", "--to", "2024-07-31"]);
    assert_eq!((code, said.contains("2024-07-01"), said.contains("khớp: 1 days agree")), (0, false, true), "{said}");
    // A faulty list states nothing.
    std::fs::write(&list, "day,received\n2024-07-01,9\nyesterday,1\n").unwrap();
    let (code, said) = totals(&server, &[list.to_str().unwrap()]);
    assert_eq!((code, said.contains("row 3: \"yesterday\" is no day")), (1, true), "{said}");
    assert_eq!(totals(&server, &[]).0, 0);
}
