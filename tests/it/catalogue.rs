//! The catalogue of a folder: read at the start, read anew by request and by SIGHUP, refused as a whole when faulty.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

use crate::support::engine::OPCENTRE;
use crate::support::server::{Server, signal};

const NOW: &str = "2024-08-02T08:00:00+07:00";
const UNITS: &str =
    "code,parent,kind,category,name_vi\n17,,province,tỉnh,Hòa Bình\n148,17,district,huyện,TP Hòa Bình\n";

/// The files of the program in a folder of their own.
fn copy_dashboards(to: &Path) {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("dashboards");
    fs::create_dir_all(to.join("boards")).unwrap();
    for name in ["kpis.toml", "targets.toml", "boards/province.toml"] {
        fs::copy(from.join(name), to.join(name)).unwrap();
    }
}

/// Replaces a part of a file.
fn edit(file: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(file).unwrap();
    assert!(text.contains(from), "{from}");
    fs::write(file, text.replacen(from, to, 1)).unwrap();
}

/// Received 100 (50 early, 15 on the day, 7 late, 22 within, 6 overdue), carried over 20 (10, 5, 3; 2 overdue).
fn vector() -> String {
    let kinds = [
        ("a", 50, "07-02", "07-12", Some("07-11")),
        ("b", 15, "07-02", "07-12", Some("07-12")),
        ("c", 7, "07-02", "07-12", Some("07-13")),
        ("d", 22, "07-02", "08-30", None),
        ("e", 6, "07-02", "07-12", None),
        ("f", 10, "06-20", "07-12", Some("07-11")),
        ("g", 5, "06-20", "07-12", Some("07-12")),
        ("h", 3, "06-20", "07-12", Some("07-13")),
        ("i", 2, "06-20", "07-12", None),
    ];
    let lines = kinds.iter().flat_map(|(kind, count, received, due, finish)| {
        (0..*count).map(move |number| {
            json!({"type": "dossier", "id": format!("{kind}{number}"), "unit": "148",
                "at": format!("2024-{}T10:00:00+07:00", finish.unwrap_or(received)),
                "received_at": format!("2024-{received}T09:00:00+07:00"), "due_at": format!("2024-{due}"),
                "status": if finish.is_some() { "done" } else { "processing" }})
            .to_string()
        })
    });
    lines.collect::<Vec<_>>().join("\n")
}

type Socket = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

/// The next frame that is as asked.
async fn frame(screen: &mut Socket, is_so: impl Fn(&Value) -> bool) -> Value {
    let found = async {
        loop {
            let Message::Text(text) = screen.next().await.unwrap().unwrap() else { continue };
            let frame: Value = serde_json::from_str(&text).unwrap();
            if frame["op"] == "ping" {
                screen.send(Message::Text(json!({"op": "pong"}).to_string().into())).await.unwrap();
            }
            if is_so(&frame) {
                return frame;
            }
        }
    };
    timeout(Duration::from_secs(90), found).await.expect("the frame came")
}

#[tokio::test]
async fn a_changed_catalogue_is_taken_without_a_restart_and_a_faulty_one_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("dashboards");
    copy_dashboards(&folder);
    let arguments = ["--now", NOW, "--dashboards-dir", folder.to_str().unwrap()];
    let server = Server::start(&dir.path().join("data"), &arguments).await;
    server.put_units(UNITS).await;
    let (status, answer) = server.post("motcua", vector()).await.unwrap();
    assert_eq!(status, 202, "{answer}");
    server.reach("17", answer["seq"].as_u64().unwrap()).await;

    // The test vector of the four definitions, as records over HTTP.
    let before = server.kpis("17", "2024-07").await;
    let pair = |kpis: &Value, id: &str| json!([kpis["kpis"][id]["num"], kpis["kpis"][id]["den"]]);
    let ids = ["ontime.resolved", "ontime.workload", "ontime.cohort", "ontime.766"];
    let vector = [json!([80, 90]), json!([102, 120]), json!([87, 100]), json!([102, 120])];
    assert_eq!(ids.map(|id| pair(&before, id)), vector);
    assert_eq!(before["kpis"]["on_time_rate"]["band"], "below");
    let version = before["catalogue"].as_str().unwrap().to_owned();
    assert_eq!(server.get("/readyz").await.1["catalogue"], version);

    let address = format!("{}/api/v1/live", server.url.replacen("http", "ws", 1));
    let (mut screen, _) = tokio_tungstenite::connect_async(address).await.unwrap();
    let subscribe = json!({"op": "subscribe", "board": "province", "unit": "17"}).to_string();
    screen.send(Message::Text(subscribe.into())).await.unwrap();
    let shown = frame(&mut screen, |frame| frame["op"] == "snapshot").await;
    assert_eq!(shown["tiles"]["on_time"]["kpis"]["on_time_rate"]["target"], 0.98);

    // A target, a definition and a panel change: the answer, the tile and the board follow.
    edit(&folder.join("targets.toml"), "value = 0.98\nnear = 0.95", "value = 0.88\nnear = 0.85");
    // A panel is named where it is told and in each layout.
    for name in ["id = \"satisfaction\"", "\nsatisfaction = {", "\nsatisfaction = {"] {
        edit(&folder.join("boards/province.toml"), name, &name.replace("satisfaction", "contentment"));
    }
    let (status, reloaded) = server.post_to("/api/v1/reload", String::new()).await;
    assert_eq!(
        (status, &reloaded["changed"], &reloaded["origin"]),
        (200, &json!(true), &json!("folder")),
        "{reloaded}"
    );
    let after = server.kpis("17", "2024-07").await;
    assert_eq!((&after["catalogue"], &after["kpis"]["on_time_rate"]["band"]), (&reloaded["catalogue"], &json!("met")));
    let is_new = |frame: &Value| frame["tiles"]["on_time"]["kpis"]["on_time_rate"]["target"] == 0.88;
    let shown = frame(&mut screen, is_new).await;
    assert_eq!(shown["op"], "snapshot", "a panel went: an update can't take its tile away");
    assert!(shown["tiles"]["contentment"].is_object() && shown["tiles"].get("satisfaction").is_none());
    let board = server.get("/api/v1/boards/province?unit=17").await.1;
    assert!(board["panels"].as_array().unwrap().iter().any(|panel| panel["id"] == "contentment"));
    let ping = frame(&mut screen, |frame| frame["op"] == "ping" && frame["catalogue"] != json!(version)).await;
    assert_eq!(ping["catalogue"], reloaded["catalogue"], "so that a screen asks for its board anew");

    // Two faults: refused with both, and everything stays as it was.
    edit(&folder.join("kpis.toml"), "numerator = [\"digitised\"]", "numerator = [\"digitized\"]");
    edit(&folder.join("boards/province.toml"), "kind = \"counts\"", "kind = \"sums\"");
    let (status, problem) = server.post_to("/api/v1/reload", String::new()).await;
    assert_eq!((status, &problem["code"]), (422, &json!("faulty_catalogue")), "{problem}");
    let faults = problem["faults"].as_array().unwrap();
    let told = |place: usize| json!([faults[place]["file"], faults[place]["key"], faults[place]["reason"]]);
    assert_eq!(faults.len(), 2, "{problem}");
    assert_eq!(told(0), json!(["kpis.toml", "kpi.numerator", "no measure is called `digitized`"]));
    assert_eq!(told(1), json!(["boards/province.toml", "panel.kind", "no kind of panel is called `sums`"]));
    assert!(faults[0]["line"].as_u64().unwrap() > 40, "{problem}");
    assert_eq!(server.kpis("17", "2024-07").await["catalogue"], reloaded["catalogue"]);

    by_hangup(&server, &folder, &mut screen, &reloaded["catalogue"]).await;
    server.verified().await;
    assert_eq!(server.stop(), Some(0));
}

/// SIGHUP does the same, and says in the metrics what it did.
async fn by_hangup(server: &Server, folder: &Path, screen: &mut Socket, in_force: &Value) {
    signal(server.pid(), "HUP");
    let refused = |count: u32| format!("opcentre_catalogue_reloads_total{{outcome=\"refused\"}} {count}");
    server.until_text("/metrics", |metrics| metrics.contains(&refused(2))).await;
    assert_eq!(server.get("/readyz").await.1["catalogue"], *in_force, "the old one stays");
    edit(&folder.join("kpis.toml"), "numerator = [\"digitized\"]", "numerator = [\"digitised\"]");
    fs::rename(folder.join("boards/province.toml"), folder.join("boards/other.toml")).unwrap();
    edit(&folder.join("boards/other.toml"), "kind = \"sums\"", "kind = \"counts\"");
    edit(&folder.join("boards/other.toml"), "id = \"province\"", "id = \"other\"");
    signal(server.pid(), "HUP");
    server.until("/readyz", |ready| ready["catalogue"] != *in_force).await;
    assert_eq!(server.get("/api/v1/boards/province?unit=17").await.0, 404);
    let gone = frame(screen, |frame| frame["op"] == "snapshot").await;
    assert_eq!(gone["tiles"], json!({}), "a board that is gone shows nothing as if it were live");
}

#[test]
fn a_server_does_not_start_on_a_faulty_catalogue_and_check_names_the_fault() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("dashboards");
    copy_dashboards(&folder);
    edit(&folder.join("kpis.toml"), "better = \"higher\"", "better = \"highest\"");
    let (data, folder) = (dir.path().join("data"), folder.to_str().unwrap());
    let serve = ["serve", "--listen", "127.0.0.1:0", "--dashboards-dir", folder, "--data-dir", data.to_str().unwrap()];
    let run = |arguments: &[&str]| Command::new(OPCENTRE).args(arguments).output().unwrap();
    let refused = run(&serve);
    let log = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(64), "{log}");
    assert!(log.contains("kpis.toml:") && log.contains("better"), "{log}");
    let checked = run(&["check", "--dashboards-dir", folder]);
    let told = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert_eq!(checked.status.code(), Some(1), "{told}");
    assert!(told.starts_with(&format!("{folder}/kpis.toml:")) && told.contains(": better: "), "{told}");
}

#[tokio::test]
async fn exported_files_are_the_programs_own_and_indicators_in_them_are_in_force_after_a_reload() {
    let dir = tempfile::tempdir().unwrap();
    let files = dir.path().join("dashboards");
    let export = || {
        let output = Command::new(OPCENTRE).args(["dashboards", "export"]).arg(&files).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    assert_eq!(export().0, Some(0));
    let (code, said) = export();
    assert!(code == Some(1) && said.contains("kpis.toml is there already"), "{said}");
    let config = dir.path().join("opcentre.toml");
    fs::write(&config, format!("dashboards_dir = {files:?}\n")).unwrap();
    let data = dir.path().join("data");
    let server = Server::start(&data, &["--now", NOW, "--config", config.to_str().unwrap()]).await;
    server.put_units(UNITS).await;
    server.until("/api/v1/units/148", |unit| unit["unit"]["code"] == "148").await;
    let indicators = files.join("indicators.toml");
    edit(&indicators, "code = \"centre.hotline_calls\"", "code = \"centre.calls\"");
    let (status, answer) = server.post_to("/api/v1/reload", String::new()).await;
    assert_eq!(status, 200, "{answer}");
    let (_, answer) = server.get("/api/v1/indicators").await;
    let codes: Vec<&Value> = answer["indicators"].as_array().unwrap().iter().map(|row| &row["code"]).collect();
    assert!(codes.contains(&&json!("centre.calls")) && !codes.contains(&&json!("centre.hotline_calls")), "{answer}");
    edit(&indicators, "code = \"centre.calls\"", "code = \"centre.calls\"\nsystems = \"none\"");
    let (status, answer) = server.post_to("/api/v1/reload", String::new()).await;
    let fault = &answer["faults"][0];
    assert_eq!(answer["faults"].as_array().unwrap().len(), 1, "{answer}");
    assert_eq!(
        (status, &fault["file"], &fault["key"]),
        (422, &json!("indicators.toml"), &json!("systems")),
        "{answer}"
    );
}
