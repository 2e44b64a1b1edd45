//! What lies before the first day that a source covers is no data, and not 0.

use serde_json::{Value, json};

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
    let line =
        json!({"type": "dossier", "id": "1", "unit": "148", "at": "2024-07-03T08:00:00+07:00", "status": "accepted"});
    let (status, answer) = server.post("motcua", line.to_string()).await.unwrap();
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
        assert_eq!(after["compare"]["previous"], Value::Null, "June is no 0 to be compared with");
        let cut = server.kpis(unit, "2024").await;
        assert_eq!((&cut["measures"]["received"], &cut["covered_from"]), (&json!(1), &json!("2024-07-01")));
    }
    // Nobody covers it, and nobody said so.
    assert_eq!(server.kpis("150", "2024-05").await["measures"]["received"], 0);
    // Of two the first begins the data, the last makes it whole.
    let both = json!([{"source": "motcua", "units": ["148"], "coverage_start": "2024-07-01"},
        {"source": "cu", "units": ["17"], "coverage_start": "2024-04-01"}]);
    put_sources(&server, both).await;
    let between = server.kpis("148", "2024-05").await;
    assert_eq!((&between["measures"]["received"], &between["covered_from"]), (&json!(0), &json!("2024-07-01")));
    assert_eq!(server.kpis("148", "2024-03").await["measures"]["received"], Value::Null);
    server.verified().await;
}
