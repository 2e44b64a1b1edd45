//! What a province reports that no dossier tells (`section0.ndjson`: rows 1 to 14 of what Hòa Bình reported), through a
//! real server with its real engine.

use serde_json::{Value, json};

use crate::support::server::Server;

const HOA_BINH: &str = include_str!("../../dashboards/units/hoa-binh.csv");
const FIXTURE: &str = include_str!("../fixtures/section0.ndjson");
/// The province had ten districts then.
const NOW: &str = "2025-06-02T08:00:00+07:00";

async fn post(server: &Server, source: &str, lines: &[Value]) -> u64 {
    let body: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let (status, answer) = server.post(source, body).await.unwrap();
    assert_eq!((status, &answer["rejected"]), (202, &json!(0)), "{answer}");
    answer["seq"].as_u64().unwrap()
}

async fn row(server: &Server, unit: &str, code: &str, query: &str) -> Value {
    let (status, answer) = server.get(&format!("/api/v1/units/{unit}/indicators?{query}")).await;
    assert_eq!(status, 200, "{answer}");
    let rows = answer["indicators"].as_array().unwrap();
    rows.iter().find(|row| row["code"] == code).unwrap_or_else(|| panic!("no row {code}")).clone()
}

fn part(index: &Value, id: &str) -> Value {
    let groups = index["groups"].as_array().unwrap();
    let criteria = groups.iter().flat_map(|group| group["criteria"].as_array().unwrap());
    groups.iter().chain(criteria).find(|part| part["id"] == id).unwrap().clone()
}

#[tokio::test]
async fn what_hoa_binh_reported_is_held_explained_and_verified() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &["--now", NOW]).await;
    server.put_units(HOA_BINH).await;
    let lines: Vec<Value> = FIXTURE.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let seq = post(&server, "bao-cao", &lines).await;
    server.reach("17", seq).await;

    // Row 3: computed beside printed, marked.
    let digitised = row(&server, "148", "dossiers.digitised", "").await;
    assert_eq!((&digitised["num"], &digitised["den"]), (&json!(9990), &json!(14471)), "{digitised}");
    assert_eq!((&digitised["value"], &digitised["declared"]), (&json!(69.034621), &json!(69.45)));
    assert_eq!((&digitised["difference"], &digitised["differs"]), (&json!(0.415379), &json!(true)));
    assert_eq!((&digitised["period"], &digitised["made_from"]), (&json!("2024-H1"), &json!("own")));
    // The province has it from its districts: one of ten reported.
    let above = row(&server, "17", "dossiers.digitised", "period=2024-H1").await;
    assert_eq!((&above["value"], &above["made_from"]), (&json!(69.034621), &json!("below")), "{above}");
    assert_eq!((&above["reported"], &above["expected"]), (&json!(1), &json!(10)));
    assert_eq!((&above["declared"], &above["differs"]), (&json!(69.45), &json!(true)));
    // A former period stands beside, with what changed; nothing reported is null.
    let modernisation = row(&server, "17", "modernisation.score", "").await;
    assert_eq!((&modernisation["value"], &modernisation["change"]), (&json!(92.48), &json!(2.44)));
    assert_eq!(modernisation["previous"], json!({"period": "2020", "value": 90.04, "adjacent": false}));
    assert_eq!(row(&server, "17", "par.score", "period=2023").await["differs"], json!(true));
    let sipas = row(&server, "17", "sipas.score", "").await;
    assert_eq!((&sipas["value"], &sipas["reference"]["rank"]), (&json!(84.08), &json!(25)), "{sipas}");
    let post_office = row(&server, "17", "post.received", "period=2024-07").await;
    assert_eq!((&post_office["value"], &post_office["made_from"]), (&Value::Null, &Value::Null));
    // What is known of an indicator below isn't what is known of a sibling.
    assert_eq!(row(&server, "150", "dossiers.digitised", "").await["value"], Value::Null);
    let (_, missing) = server.get("/api/v1/indicators/missing?period=2024-H1").await;
    let late = missing["missing"].as_array().unwrap().iter().filter(|row| row["code"] == "dossiers.digitised");
    assert_eq!(late.count(), 9, "{missing}");
    assert_eq!(missing["missing"][0]["overdue"], json!(true));
    let report = server.verified().await;
    assert_eq!(report["agree"], json!(true));
}

#[tokio::test]
async fn sub_units_are_added_up_weighted_and_never_averaged() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &["--now", NOW]).await;
    server.put_units(HOA_BINH).await;
    let report = |unit: &str, code: &str, fields: Value| {
        let mut record =
            json!({"type": "indicator", "code": code, "unit": unit, "period": "2024-H1", "at": "2024-07-05T08:00:00Z"});
        record.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        record
    };
    let lines = [
        report("148", "dossiers.digitised", json!({"numerator": 1, "denominator": 1})),
        report("150", "dossiers.digitised", json!({"numerator": 0, "denominator": 99})),
        report("148", "portals.active", json!({"value": 20})),
        report("150", "portals.active", json!({"value": 3.5})),
        report("148", "reform.rank", json!({"value": 1})),
        // The report of a district stands for its communes.
        report("04789", "portals.active", json!({"value": 1000})),
        report("nobody-knows", "portals.active", json!({"value": 7})),
    ];
    let seq = post(&server, "bao-cao", &lines).await;
    server.reach("17", seq).await;
    for hierarchy in ["now", "was"] {
        let query = format!("period=2024-H1&hierarchy={hierarchy}");
        assert_eq!(row(&server, "17", "dossiers.digitised", &query).await["value"], json!(1));
        let portals = row(&server, "17", "portals.active", &query).await;
        assert_eq!((&portals["value"], &portals["below"]["units"]), (&json!(30.5), &json!(3)), "{portals}");
        assert_eq!(row(&server, "17", "reform.rank", &query).await["value"], Value::Null);
    }
}

#[tokio::test]
async fn index_766_shows_measurable_points_and_both_scores() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &["--now", NOW]).await;
    server.put_units(HOA_BINH).await;
    let dossier = |id: usize, unit: &str, online: bool| {
        json!({"type": "dossier", "id": format!("D{id}"), "unit": unit, "at": "2025-05-05T08:00:00+07:00",
            "status": "accepted", "received_at": "2025-05-05T08:00:00+07:00", "due_at": "2025-05-20",
            "channel": if online { "online" } else { "counter" }})
    };
    // Of 100 dossiers 40 came online; all are overdue.
    let mut lines: Vec<Value> =
        (0..100).map(|id| dossier(id, if id < 50 { "148" } else { "150" }, id % 5 < 2)).collect();
    let report = |unit: &str, code: &str, fields: Value| {
        let mut record = json!({"type": "indicator", "code": code, "unit": unit, "period": "2025-05", "at": "2025-06-01T08:00:00+07:00"});
        record.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        record
    };
    lines.extend([
        report("148", "qd766.online_services", json!({"numerator": 30, "denominator": 40})),
        report("150", "qd766.online_services", json!({"numerator": 40, "denominator": 60})),
        report("17", "qd766.online_services_used", json!({"numerator": 35, "denominator": 70})),
        report("17", "qd766.official.total", json!({"value": 71.5})),
    ]);
    let seq = post(&server, "motcua", &lines).await;
    server.reach("17", seq).await;
    let ask = async |unit: &str| {
        let (status, index) = server.get(&format!("/api/v1/units/{unit}/indices/qd766?period=2025-05")).await;
        assert_eq!(status, 200, "{index}");
        index
    };
    let index = ask("17").await;
    // Parents from summed counters: 70 of 100.
    assert_eq!((&part(&index, "3.1")["num"], &part(&index, "3.1")["score"]), (&json!(70), &json!(1.75)));
    assert_eq!(part(&index, "3a")["score"], json!(8.55), "{index}");
    assert_eq!(part(&index, "2.1")["score"], json!(0));
    let petitions = part(&index, "5.2");
    assert_eq!((&petitions["score"], &petitions["state"]), (&Value::Null, &json!("no_source")));
    // Progress 20 and online services 12: nothing else has a source.
    assert_eq!((&index["score"], &index["measurable"], &index["max"]), (&json!(8.55), &json!(32), &json!(100)));
    assert_eq!((&index["official"], &index["difference"]), (&json!(71.5), &json!(-62.95)));
    assert_eq!(index["rank"], Value::Null);
    let city = ask("148").await;
    assert_eq!(
        (&city["rank"]["rank"], &city["rank"]["of"], &city["rank"]["count"]),
        (&json!(1), &json!(2), &json!(10))
    );
    assert_eq!(part(&city, "1.1")["state"], json!("not_applicable"));
    let (status, problem) = server.get("/api/v1/units/17/indices/qd999").await;
    assert_eq!((status, &problem["code"]), (404, &json!("unknown_index")));
    let (status, problem) = server.get("/api/v1/units/17/indices/qd766?period=soon").await;
    assert_eq!((status, &problem["code"]), (400, &json!("bad_period")));
}
