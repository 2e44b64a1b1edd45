//! `verify` through the running server finds what is wrong in ClickHouse, and says by which comparison.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::engine::TestEngine;
use crate::support::server::Server;

const NOW: &str = "2024-08-02T08:00:00+07:00";
const UNITS: &str = "code,parent,kind,category,name_vi\n17,,province,tỉnh,Hòa Bình\n";

fn line(id: &str) -> String {
    json!({
        "type": "dossier", "id": id, "unit": "17", "at": "2024-07-01T08:00:00+07:00", "status": "accepted",
        "received_at": "2024-07-01T08:00:00+07:00", "due_at": "2024-08-16"
    })
    .to_string()
}

/// Which comparisons found something, and about what.
fn found(report: &Value) -> (BTreeSet<&str>, BTreeSet<&str>) {
    let differences = report["differences"].as_array().unwrap();
    let of = |name: &'static str| differences.iter().map(move |found| found[name].as_str().unwrap());
    (of("check").collect(), of("unit").collect())
}

#[tokio::test]
async fn what_is_lost_from_records_or_added_to_states_is_found() {
    let (dir, engine) = (tempfile::tempdir().unwrap(), TestEngine::start());
    let url = engine.url().replace("http://", &format!("http://default:{}@", engine.key()));
    let server = Server::start(dir.path(), &["--now", NOW, "--clickhouse-url", &url]).await;
    server.put_units(UNITS).await;
    let (status, answer) = server.post("s", ["d1", "d2", "d3"].map(line).join("\n")).await.unwrap();
    assert_eq!((status, &answer["accepted"]), (202, &json!(3)), "{answer}");
    server.verified().await;

    let client = engine.database("opcentre").await;
    let run = async |sql: &str| client.query_raw(sql).execute().await.unwrap();
    run("ALTER TABLE records DELETE WHERE key = 'd1' SETTINGS mutations_sync = 1").await;
    let report = server.report().await;
    assert_eq!(report["agree"], false, "{report}");
    assert_eq!(found(&report), (["raw"].into(), ["dossier s/d1"].into()), "{report:#}");

    run("INSERT INTO dossier_state (source, id, done_first, done_last) VALUES ('s', 'd2', 1722470400000, 1722470400000)")
        .await;
    let report = server.report().await;
    let (checks, about) = found(&report);
    assert_eq!(checks, ["day", "kpi", "raw", "window"].into(), "{report:#}");
    assert_eq!(about, ["17", "dossier s/d1", "dossier s/d2"].into(), "{report:#}");
    assert_eq!(server.stop(), Some(0));
}
