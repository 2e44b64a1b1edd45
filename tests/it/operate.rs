//! What the one who runs it relies on: `check`, metrics, logs without secrets, `simulate`, `watch`, `import` into a pipe.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use crate::support::engine::OPCENTRE;
use crate::support::server::Server;

const NOW: &str = "2024-08-02T08:00:00+07:00";
const UNITS: &str =
    "code,parent,kind,category,name_vi\n17,,province,tỉnh,Hòa Bình\n148,17,district,huyện,TP Hòa Bình\n";

fn opcentre(arguments: &[&str]) -> Output {
    Command::new(OPCENTRE).args(arguments).stdin(Stdio::null()).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn check_names_every_fault_and_opens_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let whole = opcentre(&["check"]);
    // Before it there may be the warning that the holidays of the year after this one aren't known yet.
    let told = text(&whole.stdout);
    assert_eq!((whole.status.code(), told.lines().last()), (Some(0), Some("no fault found")), "{told}");

    let example = opcentre(&["check", "--print-default"]);
    fs::write(path("opcentre.toml"), &example.stdout).unwrap();
    let checked = opcentre(&["check", "--config", &path("opcentre.toml")]);
    assert_eq!(checked.status.code(), Some(0), "{}", text(&checked.stdout));

    let config = "listen = \"127.0.0.1:0\"\nscreens_max = 0\nlisten_on = \"x\"\ndata_dir = \"D\"\n";
    fs::write(path("bad.toml"), config.replace('D', &path("data"))).unwrap();
    fs::write(path("units.csv"), "code,parent,kind,category,name_vi\n17,99,province,tỉnh,A\n18,,county,x,B\n").unwrap();
    let bad = opcentre(&["check", "--config", &path("bad.toml"), "--units", &path("units.csv")]);
    let told = text(&bad.stdout);
    assert_eq!(bad.status.code(), Some(64), "{told}");
    for fault in
        ["bad.toml:2: screens_max: must be from 1", "bad.toml:3: listen_on: is no key", "units.csv:3: kind: bad_value"]
    {
        assert!(told.contains(fault), "{fault} in {told}");
    }
    assert!(told.ends_with("faults\n") && !Path::new(&path("data")).exists());

    fs::create_dir_all(path("dashboards/boards")).unwrap();
    for name in ["kpis.toml", "targets.toml"] {
        fs::copy(
            Path::new(env!("CARGO_MANIFEST_DIR")).join("dashboards").join(name),
            path(&format!("dashboards/{name}")),
        )
        .unwrap();
    }
    fs::write(path("dashboards/boards/one.toml"), "title = { vi = \"a\", en = \"b\" }\n[[panel]]\nid = \"x\"\nkind = \"pie\"\ntitle = { vi = \"a\", en = \"b\" }\n").unwrap();
    let board = opcentre(&["check", "--dashboards", &path("dashboards")]);
    assert_eq!(board.status.code(), Some(1), "{}", text(&board.stdout));
    assert!(
        text(&board.stdout).contains("boards/one.toml:4: panel.kind: no kind of panel is called `pie`"),
        "{}",
        text(&board.stdout)
    );

    fs::create_dir_all(path("dashboards/forms")).unwrap();
    fs::remove_file(path("dashboards/boards/one.toml")).unwrap();
    for (name, old, new) in [
        ("periods.toml", "months_before = 1", "months_before = 2"),
        ("forms/ii06a.toml", "\"resolved_withdrawn\", ", ""),
    ] {
        let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("dashboards").join(name);
        fs::write(path(&format!("dashboards/{name}")), fs::read_to_string(own).unwrap().replace(old, new)).unwrap();
    }
    let told = text(&opcentre(&["check", "--dashboards", &path("dashboards")]).stdout);
    for fault in [
        "periods.toml:19: scheme.months_before: 2 isn't from 0 to 1",
        "forms/ii06a.toml:23: column.measures: `resolved_withdrawn` is a part of resolved and stands in none of its columns",
    ] {
        assert!(told.contains(fault), "{fault} in {told}");
    }
}

#[tokio::test]
async fn metrics_count_what_happened_and_name_no_unit() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path(), &["--now", NOW]).await;
    server.put_units(UNITS).await;
    let good =
        json!({"type": "dossier", "id": "d1", "unit": "148", "at": "2024-07-01T08:00:00+07:00", "status": "done"});
    let bad = json!({"type": "dossier", "id": "d2", "unit": "148", "at": "yesterday", "status": "odd"});
    let (status, answer) = server.post("secret-source", format!("{good}\n{bad}\n")).await.unwrap();
    assert_eq!(status, 202, "{answer}");
    // All that is wrong with the line is told at once.
    assert_eq!(answer["rejections"][0]["pointer"], "/at");
    assert_eq!(answer["rejections"][0]["further"][0]["pointer"], "/status", "{answer}");
    server.reach("17", answer["seq"].as_u64().unwrap()).await;
    let metrics = server.text("/metrics").await;
    for line in [
        "opcentre_ingest_records_total{type=\"dossier\"} 1",
        "opcentre_ingest_rejected_total{code=\"bad_instant\"} 1",
        "opcentre_journal_records_total 3",
        "opcentre_cube_dossiers 1",
        "opcentre_cube_lag_records 0",
        "opcentre_clickhouse_up 1",
        "opcentre_engine_starts_total 1",
        "opcentre_screens 0",
        "opcentre_http_requests_total{route=\"/api/v1/events\",method=\"POST\",status=\"202\"} 1",
        "opcentre_component_ready{component=\"figures\"} 1",
    ] {
        assert!(metrics.lines().any(|other| other == line), "{line} in\n{metrics}");
    }
    for metric in
        ["opcentre_journal_fsync_seconds_bucket", "opcentre_http_request_seconds_sum", "opcentre_resident_bytes"]
    {
        assert!(metrics.contains(metric), "{metric}");
    }
    // A label may hold neither; a value may be any number, one with the unit's digits, too.
    let names: String = metrics.lines().filter_map(|line| line.rsplit_once(' ')).map(|(name, _)| name).collect();
    assert!(!names.contains("148") && !names.contains("secret-source"), "{metrics}");
}

#[tokio::test]
async fn a_log_holds_no_body_token_name_or_id_whatever_is_sent() {
    const MARK: &str = "Nguyen-Bi-Mat-0912345678";
    let dir = tempfile::tempdir().unwrap();
    let log_path = dir.path().join("log");
    let arguments = ["--now", NOW, "--log", "trace,hyper=off,h2=off", "--log-format", "json"];
    let server = Server::spawn_logging(dir.path(), &arguments, File::create(&log_path).unwrap());
    server.ready().await;
    server.put_units(UNITS).await;
    let http = reqwest::Client::new();
    let line = json!({"type": "dossier", "id": MARK, "unit": MARK, "at": "2024-07-01T08:00:00+07:00", "holder": MARK, "status": "done"});
    let bodies = [
        line.to_string(),
        json!({"type": "dossier", "name": MARK}).to_string(),
        MARK.to_owned(),
        format!("[{line}, {MARK}"),
    ];
    let openapi = server.get("/api/openapi.json").await.1;
    let mut asked = 0;
    for (path, item) in openapi["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            // A comparison takes a while, and has no body.
            let tried = if path.ends_with("/verify") { 1 } else { bodies.len() };
            for body in &bodies[..tried] {
                let address = format!(
                    "{}{}?source={MARK}&unit={MARK}&token={MARK}&window={MARK}",
                    server.url,
                    filled(path, MARK)
                );
                let request = http.request(method.to_uppercase().parse().unwrap(), address).body(body.clone());
                let request = request.header("authorization", format!("Bearer {MARK}")).header("cookie", MARK);
                let request = request
                    .header("user-agent", MARK)
                    .header("x-request-id", MARK)
                    .header("content-type", "application/json");
                let answer = request.send().await.unwrap();
                assert!(!answer.headers()["x-request-id"].to_str().unwrap().contains(MARK));
                assert!(
                    answer.status().as_u16() < 500 || answer.status() == 503,
                    "{method} {path}: {}",
                    answer.status()
                );
                asked += 1;
            }
        }
    }
    assert!(asked > 40, "{asked}");
    let (status, _) = server.post(MARK, bodies[0].clone()).await.unwrap();
    assert_eq!(status, 202);
    server.verified().await;
    assert_eq!(server.stop(), Some(0));
    let log = fs::read_to_string(&log_path).unwrap();
    assert!(
        log.lines().filter(|line| line.contains("request.id") || line.contains("request_id")).count() > 40,
        "{log}"
    );
    let leaks: Vec<&str> = log.lines().filter(|line| line.contains(MARK)).collect();
    assert_eq!(leaks, Vec::<&str>::new());
    assert!(log.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "every line is an object");
}

/// A path with its parts filled.
fn filled(path: &str, part: &str) -> String {
    let parts = path.split('/').map(|step| if step.starts_with('{') { part } else { step });
    parts.collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn simulate_and_watch_are_clients_like_any_other() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path(), &["--now", NOW]).await;
    server.put_units(UNITS).await;
    let url = server.url.clone();
    let simulated = opcentre(&["simulate", "--rate", "200", "--seconds", "2", "--url", &url]);
    let told = text(&simulated.stdout);
    assert_eq!(simulated.status.code(), Some(0), "{told}{}", text(&simulated.stderr));
    assert!(told.starts_with("400 sent, 400 accepted, 0 not") && told.contains("p99"), "{told}");
    assert!(server.text("/metrics").await.contains("opcentre_ingest_records_total{type=\"rating\"}"));
    let report = server.verified().await;
    assert!(report["seq"].as_u64().unwrap() > 400);
    let answer = server.kpis("17", "year").await;
    let received = answer["measures"]["received"].as_i64().unwrap();
    assert!(received > 50, "{received}");

    let watched = opcentre(&["watch", "province", "--unit", "17", "--once", "--json", "--url", &url]);
    assert_eq!(watched.status.code(), Some(0), "{}", text(&watched.stderr));
    let board: Value = serde_json::from_slice(&watched.stdout).unwrap();
    assert_eq!(board["state"], "live");
    let counts =
        board["tiles"].as_object().unwrap().values().find(|tile| tile["measures"]["received"].is_i64()).unwrap();
    assert_eq!(counts["measures"]["received"], received, "the same number as the answer's");
    let drawn = opcentre(&["watch", "province", "--unit", "17", "--once", "--url", &url]);
    assert!(text(&drawn.stdout).starts_with("province / 17   live\n"), "{}", text(&drawn.stdout));
    let unknown = opcentre(&["watch", "province", "--unit", "99", "--once", "--url", &url]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(text(&unknown.stderr).contains("unknown_unit"), "{}", text(&unknown.stderr));

    let remote = opcentre(&["simulate", "--rate", "1", "--seconds", "1", "--url", "http://198.51.100.7:8080"]);
    assert_eq!(remote.status.code(), Some(2), "{}", text(&remote.stdout));
    assert!(text(&remote.stdout).contains("--allow-remote"));
}

#[tokio::test]
async fn import_into_a_closed_pipe_ends_in_order_and_unknown_units_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(&dir.path().join("data"), &["--now", NOW]).await;
    server.put_units(UNITS).await;
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    fs::write(
        path("map.toml"),
        "type = \"dossier\"\nsource = \"s\"\n[fields]\nid = \"id\"\nunit = \"unit\"\nat = { column = \"at\", format = \"%d/%m/%Y %H:%M\" }\nstatus = { const = \"done\" }\n",
    )
    .unwrap();
    fs::write(path("t.csv"), "id,unit,at\na,148,01/07/2024 08:00\nb,nowhere,01/07/2024 08:00\nc,148,2024-07-01\n")
        .unwrap();
    let (file, mapping) = (path("t.csv"), path("map.toml"));
    let arguments = ["import", &file, "--mapping", &mapping, "--url", &server.url];
    let imported = opcentre(&arguments);
    let told = text(&imported.stdout);
    assert_eq!(imported.status.code(), Some(1), "{told}");
    assert!(told.contains("`2024-07-01` is not in the format `%d/%m/%Y %H:%M`, such as `02/08/2024 13:45`"), "{told}");
    assert!(
        told.contains("1 accepted rows name units that the server doesn't know") && told.contains("nowhere: 1"),
        "{told}"
    );
    assert!(!told.contains("strptime"), "{told}");

    let mut closed = Command::new(OPCENTRE)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop((closed.stdout.take(), closed.stderr.take()));
    assert_eq!(closed.wait().unwrap().code(), Some(1));
}

#[tokio::test]
async fn a_wall_that_does_not_exist_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(dir.path(), &["--now", NOW]).await;
    let answer = reqwest::get(format!("{}/wall/<b>nope?unit=17", server.url)).await.unwrap();
    assert_eq!(answer.status().as_u16(), 404);
    let page = answer.text().await.unwrap();
    assert!(page.contains("&lt;b&gt;nope") && page.contains("/wall/province"), "{page}");
}
