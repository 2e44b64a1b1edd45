//! Reports by schedule through the real server: made once over a kill and a downtime, with the API's figures, sent over
//! failures to a real webhook, a real mail server and a folder, and shown only to whom their unit concerns.

use std::collections::BTreeSet;
use std::fs;
use std::io::Cursor;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use calamine::{Data, Reader, Xlsx};
use opcentre::kpi::Catalogue;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::{interval, timeout};

use crate::support::engine::OPCENTRE;
use crate::support::receivers::{MAIL_HOST, MailServer, SECRET, free_mail_port, mails, start_hook, until};
use crate::support::server::Server;

const UNITS: &str = "code,parent,kind,category,name_vi\n17,,province,tỉnh,Tỉnh Một\nA,17,district,huyện,Huyện A\n\
    B,17,district,huyện,Huyện B\n";
/// A Thursday, on which the schedule is seen for the first time; then the days after it.
const FIRST: &str = "2024-08-01T08:00:00+07:00";
const NIGHT: &str = "2024-08-02T00:30:00+07:00";
const NEXT: &str = "2024-08-02T07:00:30+07:00";
const LATER: &str = "2024-08-02T10:00:00+07:00";
const RUNS: &str = "/api/v1/reports";

const TO_ALL: &str = "reach = [\"top\", \"direct_sub_units\"]\ndeliver_to = [\"hook\", \"mail\", \"files\"]";

struct World {
    folder: tempfile::TempDir,
    config: PathBuf,
    /// Which mail servers are believed.
    authority: PathBuf,
    http: reqwest::Client,
    admin: String,
}

impl World {
    fn new(hook_url: &str, mail_port: u16, plan: &str) -> World {
        let folder = tempfile::tempdir().unwrap();
        let dashboards = folder.path().join("dashboards");
        for (name, text) in Catalogue::files() {
            let path = dashboards.join(&name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            let own = format!("[schedule]\ncron = \"0 7 * * *\"\n{plan}\n\n[[section]]");
            // Of the others nothing comes due here.
            let text = match (name.ends_with("reports/daily.toml"), text.split_once("[schedule]")) {
                (true, Some((head, rest))) => {
                    head.to_owned() + &rest[rest.find("[[section]]").unwrap()..].replacen("[[section]]", &own, 1)
                }
                _ => text,
            };
            fs::write(path, text).unwrap();
        }
        let config = folder.path().join("opcentre.toml");
        let text = format!(
            "auth_mode = \"required\"\ndashboards_dir = {dashboards:?}\n\
             [delivery.hook]\nkind = \"webhook\"\nurl = \"{hook_url}\"\nsecret = \"{SECRET}\"\n\
             [delivery.mail]\nkind = \"smtp\"\nhost = \"{MAIL_HOST}\"\nport = {mail_port}\ntls = \"starttls\"\n\
             from = \"Trung tâm <opcentre@example.vn>\"\nto = [\"lanh-dao@example.vn\"]\n\
             [delivery.files]\nkind = \"folder\"\npath = {:?}\n",
            folder.path().join("box")
        );
        fs::write(&config, text).unwrap();
        let data = folder.path().join("data");
        let of = ["--data-dir", data.to_str().unwrap(), "--role", "admin"];
        let admin = token(&of, "first");
        let authority = folder.path().join("inbox/ca.pem");
        World { folder, config, authority, http: reqwest::Client::new(), admin }
    }

    async fn serve(&self, from: &str) -> Server {
        let log = fs::OpenOptions::new().create(true).append(true).open(self.folder.path().join("log")).unwrap();
        let arguments = ["--config", self.config.to_str().unwrap(), "--clock-from", from];
        let data = self.folder.path().join("data");
        let server = Server::spawn_with(&data, &arguments, &[("SSL_CERT_FILE", &self.authority)], log);
        self.until(&server, "/readyz", |ready| ready["ready"] == true).await;
        server
    }

    async fn bytes(&self, server: &Server, token: &str, path: &str) -> (u16, Vec<u8>) {
        let answer = self.http.get(format!("{}{path}", server.url)).bearer_auth(token).send().await.unwrap();
        (answer.status().as_u16(), answer.bytes().await.unwrap().to_vec())
    }

    async fn get(&self, server: &Server, token: &str, path: &str) -> Value {
        serde_json::from_slice(&self.bytes(server, token, path).await.1).unwrap_or_default()
    }

    async fn until(&self, server: &Server, path: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let last = Mutex::new(Value::Null);
        let poll = async {
            let mut ticks = interval(Duration::from_millis(50));
            loop {
                ticks.tick().await;
                let answer = self.get(server, &self.admin, path).await;
                if is_so(&answer) {
                    return answer;
                }
                *last.lock().unwrap() = answer;
            }
        };
        match timeout(Duration::from_secs(90), poll).await {
            Ok(answer) => answer,
            Err(_) => panic!("{path} never became as asked: {:#}", last.lock().unwrap()),
        }
    }

    async fn send(&self, server: &Server, (method, path, kind): (Method, &str, &str), body: String) {
        let request = self.http.request(method, format!("{}{path}", server.url)).bearer_auth(&self.admin);
        let answer = request.header("content-type", kind).body(body).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
    }

    async fn fill(&self, server: &Server) {
        self.send(server, (Method::PUT, "/api/v1/units", "text/csv"), UNITS.to_owned()).await;
        self.until(server, "/api/v1/units", |units| units["units"].as_array().is_some_and(|all| all.len() == 3)).await;
        self.dossiers(server, 1..=10).await;
    }

    async fn dossiers(&self, server: &Server, ids: RangeInclusive<u32>) {
        let last = *ids.end();
        let line = |id: u32| {
            json!({"type": "dossier", "id": id.to_string(), "unit": if id.is_multiple_of(3) { "B" } else { "A" },
                "at": "2024-08-01T07:30:00+07:00", "status": "done", "received_at": "2024-08-01T07:00:00+07:00",
                "due_at": "2024-08-05", "finished_at": "2024-08-01T07:30:00+07:00", "field": "Đất đai"})
            .to_string()
        };
        let body = ids.map(line).collect::<Vec<_>>().join("\n");
        self.send(server, (Method::POST, "/api/v1/events?source=motcua", "application/x-ndjson"), body).await;
        self.until(server, "/api/v1/units/17/kpis?window=2024-08-01", |kpis| kpis["measures"]["received"] == last)
            .await;
    }
}

fn token(arguments: &[&str], label: &str) -> String {
    let output = Command::new(OPCENTRE)
        .args(["token", "create", "--format", "json", "--label", label])
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let made: Value = serde_json::from_slice(&output.stdout).unwrap();
    made[0]["token"].as_str().unwrap().to_owned()
}

/// Runs by unit: its number and whether it is late.
fn made(answer: &Value) -> Vec<(String, u64, bool)> {
    let runs = answer["runs"].as_array().into_iter().flatten().filter(|run| run["state"] == "made");
    let row = |run: &Value| {
        let unit = run["unit"].as_str().unwrap().to_owned();
        (unit, run["run"].as_u64().unwrap(), run["made"]["late"].as_bool().unwrap())
    };
    let mut rows: Vec<_> = runs.map(row).collect();
    rows.sort();
    rows
}

/// A count of the workbook's sheet of figures, by the name of its measure.
fn in_workbook(bytes: &[u8], measure: &str) -> f64 {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let sheet = book.worksheet_range("Chỉ tiêu").unwrap();
    let row = sheet.rows().find(|row| row[1] == Data::String(measure.to_owned())).expect("the measure has a row");
    match row[2] {
        Data::Float(number) => number,
        ref other => panic!("{measure} is {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_period_has_one_report_over_a_kill_and_it_is_delivered_and_seen_by_its_own() {
    let ((hook_url, came), mail_port) = (start_hook().await, free_mail_port());
    let world = World::new(&hook_url, mail_port, TO_ALL);
    let inbox = world.folder.path().join("inbox");
    fs::create_dir(&inbox).unwrap();
    let _mail = MailServer::start(mail_port, &inbox, &["starttls", "451", "451"]);
    let server = world.serve(FIRST).await;
    world.fill(&server).await;
    let of_a = token(&["--url", &server.url, "--token", &world.admin, "--role", "view", "--unit", "A"], "a");
    let none = world.until(&server, RUNS, |answer| answer["schedules"][0]["since"].is_string()).await;
    assert_eq!(none["runs"], json!([]), "a schedule that is seen for the first time begins now");
    let next: Vec<&Value> = none["schedules"].as_array().unwrap().iter().map(|one| &one["next"]).collect();
    assert_eq!(next[0], "2024-08-02T07:00:00.000+07:00");
    server.kill();

    // The day is over and closed; what comes then is in no report of it.
    let server = world.serve(NIGHT).await;
    let close = json!({"unit": "17"}).to_string();
    world.send(&server, (Method::POST, "/api/v1/periods/report/2024-08-01/close", "application/json"), close).await;
    world.dossiers(&server, 11..=11).await;
    server.kill();

    // Killed as soon as the first is made: the others are made afterwards, and say that they are late.
    let server = world.serve(NEXT).await;
    let first = world.until(&server, RUNS, |answer| !made(answer).is_empty()).await;
    server.kill();
    let before = made(&first);
    assert!(before.iter().all(|(_, _, is_late)| !is_late), "{first:#}");
    let server = world.serve(LATER).await;
    let all = world.until(&server, RUNS, |answer| made(answer).len() == 3).await;
    assert_eq!(all["runs"].as_array().unwrap().len(), 3, "{all:#}");
    let after = made(&all);
    assert_eq!(after.iter().map(|(unit, ..)| unit.as_str()).collect::<Vec<_>>(), ["17", "A", "B"]);
    for row in &before {
        assert!(after.contains(row), "what was made stays: {before:?} {after:?}");
    }
    for run in all["runs"].as_array().unwrap() {
        assert_eq!((&run["period"], &run["made"]["closing"]), (&json!("2024-08-01"), &json!(1)), "{run:#}");
    }

    let take = || {
        came.lock().unwrap().iter().filter(|(taken, ..)| *taken).map(|(_, id, _)| id.clone()).collect::<BTreeSet<_>>()
    };
    until("the webhook took all", || take().len() == 3).await;
    until("the mail server took all", || mails(&inbox).len() >= 3).await;
    world.until(&server, RUNS, |answer| answer["runs"].as_array().unwrap().iter().all(was_taken)).await;
    check_seen(&world, &server, (&of_a, &after)).await;
    let of_top = after.iter().find(|(unit, ..)| unit == "17").unwrap().1;
    let body = came.lock().unwrap().iter().find(|(taken, _, body)| *taken && body["run"] == of_top).unwrap().2.clone();
    check_delivered(&world, &server, (of_top, &body), &mails(&inbox)).await;
    assert_eq!(server.stop(), Some(0));
}

/// Every destination took a run, and the history says since when.
fn was_taken(run: &Value) -> bool {
    let deliveries = run["made"]["deliveries"].as_array().unwrap();
    let taken = |one: &&Value| one["state"] == "delivered" && one["at"].is_string() && one["why"].is_null();
    let to: Vec<&Value> = deliveries.iter().filter(taken).map(|one| &one["to"]).collect();
    to == [&json!("hook"), &json!("mail"), &json!("files")]
}

/// Only those of the unit, in the list and by their address.
async fn check_seen(world: &World, server: &Server, (of_a, runs): (&str, &[(String, u64, bool)])) {
    let seen = world.get(server, of_a, RUNS).await;
    assert_eq!(made(&seen), runs.iter().filter(|(unit, ..)| unit == "A").cloned().collect::<Vec<_>>());
    for (unit, run, _) in runs {
        for file in ["1.png", "figures.xlsx", "text.txt"] {
            let path = format!("{RUNS}/{run}/{file}");
            let status = world.bytes(server, of_a, &path).await.0;
            assert_eq!(status, if unit == "A" { 200 } else { 404 }, "{unit} {file}");
        }
        assert_eq!(world.bytes(server, &world.admin, &format!("{RUNS}/{run}/9.png")).await.0, 404);
    }
    let of_unit = world.get(server, &world.admin, &format!("{RUNS}?unit=B&report=daily")).await;
    assert_eq!(made(&of_unit).len(), 1);
    assert_eq!(world.get(server, &world.admin, &format!("{RUNS}?report=weekly")).await["runs"], json!([]));
}

/// The same page, figures and words everywhere, and the figures those of the API.
async fn check_delivered(world: &World, server: &Server, (run, body): (u64, &Value), mails: &[String]) {
    let page = world.bytes(server, &world.admin, &format!("{RUNS}/{run}/1.png")).await.1;
    let workbook = world.bytes(server, &world.admin, &format!("{RUNS}/{run}/figures.xlsx")).await.1;
    let words =
        String::from_utf8(world.bytes(server, &world.admin, &format!("{RUNS}/{run}/text.txt")).await.1).unwrap();
    assert_eq!(&page[..4], b"\x89PNG");
    assert_eq!((&body["kind"], &body["report"], &body["unit"]), (&json!("report"), &json!("daily"), &json!("17")));
    let file = |place: usize| STANDARD.decode(body["files"][place]["bytes"].as_str().unwrap()).unwrap();
    assert!(file(0) == page && file(1) == workbook && body["text"] == words, "the webhook has the same files");
    assert!(body["files"][0].get("file").is_none(), "and not where they are kept");

    let kpis =
        world.get(server, &world.admin, "/api/v1/units/17/kpis?window=2024-08-01&scheme=report&version=official").await;
    assert_eq!(body["seq"], kpis["seq"]);
    for measure in ["received", "resolved", "in_progress", "in_progress_overdue"] {
        assert_eq!(Some(in_workbook(&workbook, measure)), kpis["measures"][measure].as_f64(), "{measure}");
    }
    assert_eq!(Some(in_workbook(&workbook, "on_time_rate")), kpis["kpis"]["on_time_rate"]["num"].as_f64());
    assert!(words.contains("10 hồ sơ"), "{words}");

    let id = body["id"].as_str().unwrap();
    let mail = mails.iter().find(|mail| mail.contains(&format!("<{id}@example.vn>"))).expect("a mail of the same run");
    let has = |part: &str| assert!(mail.contains(part), "{part} isn't in {}", &mail[..mail.len().min(4_000)]);
    has("Content-ID: <page-1>");
    has("Content-Disposition: inline; filename=\"daily_17_2024-08-01_1.png\"");
    has("Content-Disposition: attachment; filename=\"daily_17_2024-08-01.xlsx\"");
    has("multipart/related");
    let flat: String = mail.split_whitespace().collect();
    assert!(flat.contains(&STANDARD.encode(&page)), "the page is in the mail as it is kept");
    assert!(flat.contains(&STANDARD.encode(&workbook)), "and the workbook");

    let folder = world.folder.path().join("box");
    let put = |name: &str| fs::read(folder.join(format!("{id}-daily_17_2024-08-01{name}"))).unwrap();
    assert!(put("_1.png") == page && put(".xlsx") == workbook && put(".txt") == words.as_bytes());
    assert_no_part(&folder);
}

/// Whoever looks sees whole files only.
fn assert_no_part(folder: &Path) {
    let names = fs::read_dir(folder).unwrap().map(|one| one.unwrap().file_name().into_string().unwrap());
    assert_eq!(names.filter(|name| name.ends_with(".part")).count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_given_up_is_told_to_its_own_and_tried_anew_and_a_mail_server_of_a_foreign_authority_gets_nothing() {
    let (mail_port, other_port) = (free_mail_port(), free_mail_port());
    let plan = "units = [\"A\", \"X\"]\ndeliver_to = [\"mail\"]";
    let mut world = World::new("http://127.0.0.1:1/hook", mail_port, plan);
    let (inbox, other) = (world.folder.path().join("inbox"), world.folder.path().join("other"));
    fs::create_dir(&inbox).unwrap();
    fs::create_dir(&other).unwrap();
    let _mail = MailServer::start(mail_port, &inbox, &["starttls"]);
    drop(MailServer::start(other_port, &other, &["starttls"]));
    world.authority = other.join("ca.pem");
    let server = world.serve(FIRST).await;
    world.fill(&server).await;
    world.until(&server, RUNS, |answer| answer["schedules"][0]["since"].is_string()).await;
    server.kill();
    let server = world.serve(NEXT).await;
    let told = world.until(&server, RUNS, |answer| made(answer).len() == 1).await;
    let of = |unit: &str| {
        let runs = told["runs"].as_array().unwrap();
        runs.iter().find(|run| run["unit"] == unit).unwrap()["run"].as_u64().unwrap()
    };
    assert_eq!(told["runs"].as_array().unwrap().iter().filter(|run| run["state"] == "failed").count(), 1, "{told:#}");

    let role =
        |role: &str| token(&["--url", &server.url, "--token", &world.admin, "--role", role, "--unit", "A"], role);
    let (operator, viewer) = (role("operate"), role("view"));
    let reason = async |who: &str| world.get(&server, who, "/readyz").await["degraded"]["reports"].to_string();
    assert!(reason(&world.admin).await.contains("daily of X, 2024-08-01: no unit has the code `X`"));
    let seen = reason(&operator).await;
    assert!(seen.contains("given up in the last days: 1;") && !seen.contains('X'), "{seen}");

    let retry = async |who: &str, run: u64| {
        let request = world.http.post(format!("{}{RUNS}/{run}/retry", server.url)).bearer_auth(who);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    for (who, run, status, code) in [
        (&operator, of("X"), 404, "unknown_run"),
        (&viewer, of("A"), 403, "forbidden"),
        (&operator, of("A"), 409, "run_not_failed"),
    ] {
        let (told, problem) = retry(who, run).await;
        assert_eq!((told, &problem["code"]), (status, &json!(code)), "{problem}");
    }
    world
        .send(&server, (Method::PUT, "/api/v1/units", "text/csv"), format!("{UNITS}X,17,district,huyện,Huyện X\n"))
        .await;
    world.until(&server, "/api/v1/units", |units| units["units"].as_array().is_some_and(|all| all.len() == 4)).await;
    let (status, again) = retry(&world.admin, of("X")).await;
    assert_eq!((status, &again["state"], &again["tries"]), (200, &json!("waiting"), &json!(0)), "{again}");
    world.until(&server, RUNS, |answer| made(answer).len() == 2).await;
    assert_eq!(reason(&world.admin).await, "null");

    // The certificate isn't believed: nothing is sent, and only those who operate hear why.
    let delivery = |answer: &Value| {
        let run = answer["runs"].as_array().unwrap().iter().find(|run| run["unit"] == "A").unwrap();
        run["made"]["deliveries"][0].clone()
    };
    let tried = world.until(&server, RUNS, |answer| delivery(answer)["tries"].as_u64() > Some(0)).await;
    let delivery_ = delivery(&tried);
    assert_eq!((&delivery_["to"], &delivery_["state"]), (&json!("mail"), &json!("waiting")));
    assert!(delivery_["why"].as_str().unwrap().contains("certificate"), "{delivery_}");
    assert_eq!(delivery(&world.get(&server, &viewer, RUNS).await)["why"], Value::Null);
    assert_eq!(mails(&inbox).len(), 0);
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn check_names_the_destinations_of_schedules_that_are_not_configured() {
    let world = World::new("http://127.0.0.1:1/hook", 2525, TO_ALL);
    let check = || {
        let output = Command::new(OPCENTRE).args(["check", "--config"]).arg(&world.config).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, out) = check();
    assert!(code == Some(0) && out.ends_with("no fault found\n"), "{code:?} {out}");
    let path = world.folder.path().join("dashboards/reports/daily.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("\"files\"", "\"fax\"")).unwrap();
    let (code, out) = check();
    let line = text.lines().position(|line| line.starts_with("deliver_to")).unwrap() + 1;
    let expected = format!("reports/daily.toml:{line}: schedule.deliver_to: `fax` isn't configured as a destination");
    assert!(code == Some(1) && out.contains(&expected), "{code:?} {out}");
    fs::write(&path, text.replace("0 7 * * *", "0 7 * *")).unwrap();
    let (code, out) = check();
    assert!(code == Some(1) && out.contains("schedule.cron: `0 7 * *` is no cron pattern"), "{code:?} {out}");
}
