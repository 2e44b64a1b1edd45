//! Refused lines through the real server: kept without personal data, listed, mended, checked again, over a restart.

use std::process::Command;

use serde_json::{Value, json};

use crate::support::engine::OPCENTRE;
use crate::support::server::Server;

const NOW: &str = "2024-08-02T08:00:00+07:00";
const UNITS: &str = "code,parent,kind,category,name_vi\n17,,province,tỉnh,Hòa Bình\n";

fn line(id: &str, at: &str, status: &str) -> String {
    json!({"type": "dossier", "id": id, "unit": "17", "at": at, "status": status}).to_string()
}

fn rejects(server: &Server, arguments: &[&str]) -> String {
    let output = Command::new(OPCENTRE).arg("rejects").args(arguments).args(["--url", &server.url]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

async fn listed(server: &Server, query: &str) -> Vec<Value> {
    let (status, answer) = server.get(&format!("/api/v1/rejects{query}")).await;
    assert_eq!(status, 200, "{answer}");
    answer["rejects"].as_array().unwrap().clone()
}

#[tokio::test]
async fn i2_refused_lines_are_kept_listed_mended_and_taken_when_they_pass() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path(), &["--now", NOW]).await;
    server.put_units(UNITS).await;
    let body = [
        line("d1", "2024-08-02T07:00:00+07:00", "done"),
        line("d2", "2024-08-03T07:00:00+07:00", "done"),
        line("d3", "2024-08-02T07:00:00+07:00", "Nguyễn Văn Mười"),
        r#"{"type":"dossier","id":"d4","unit":"17","at":"2024-08-02T07:00:00+07:00","citizen":"Nguyễn Văn Mười"}"#
            .into(),
    ];
    let (status, answer) = server.post("a", body.join("\n")).await.unwrap();
    assert_eq!((status, &answer["accepted"], &answer["rejected"]), (202, &json!(1), &json!(3)));
    let (status, _) = server.post("b", line("d9", "2024-08-03T07:00:00+07:00", "done")).await.unwrap();
    assert_eq!(status, 422);
    let all = listed(&server, "").await;
    assert_eq!(
        all.iter().map(|one| &one["code"]).collect::<Vec<_>>(),
        ["out_of_range", "bad_value", "unknown_field", "out_of_range"]
    );
    assert!(!Value::from(all.clone()).to_string().contains("Nguy"), "{all:#?}");
    assert_eq!((&all[1]["withheld"], &all[1]["whole"]), (&json!(["status"]), &json!(false)));
    assert_eq!(all[2]["unknown"], json!(["citizen"]));
    assert_eq!(listed(&server, "?source=b").await.len(), 1);
    assert_eq!(listed(&server, "?cursor=2").await.len(), 2);
    let shown = rejects(&server, &["list", "--source", "a"]);
    assert_eq!(shown.lines().count(), 3, "{shown}");
    assert!(shown.contains("a line 3: /status bad_value") && !shown.contains("Nguy"), "{shown}");

    let path = format!("/api/v1/rejects/{}", all[1]["id"]);
    let (status, problem) = server.post_to(&path, line("d3", "2024-08-02T07:00:00+07:00", "finished")).await;
    assert_eq!((status, &problem["rejections"][0]["code"]), (422, &json!("bad_value")), "{problem}");
    let (status, mended) = server.post_to(&path, line("d3", "2024-08-02T07:00:00+07:00", "done")).await;
    assert_eq!((status, &mended["seq"]), (202, &json!(3)), "{mended}");
    assert_eq!(server.post_to(&path, String::new()).await.0, 404, "it is mended");
    server.reach("17", 3).await;
    assert_eq!(server.get("/api/v1/dossiers/a/d3?provenance=false").await.0, 200, "under the line's source");
    assert_eq!(rejects(&server, &["replay"]), "0 lines taken, 2 still refused, 1 of which not all is kept\n");
    assert_eq!(server.stop(), Some(0));

    // A day later what was too early is not.
    let server = Server::start(dir.path(), &["--now", "2024-08-03T08:00:00+07:00"]).await;
    assert_eq!(
        rejects(&server, &["replay", "--source", "b"]),
        "1 lines taken, 0 still refused, 0 of which not all is kept\n"
    );
    assert_eq!(rejects(&server, &["replay"]), "1 lines taken, 0 still refused, 1 of which not all is kept\n");
    assert_eq!(listed(&server, "").await.len(), 1);
    server.reach("17", 5).await;
    assert_eq!(server.kpis("17", "2024-08").await["measures"]["received"], 4);
    server.verified().await;
}
