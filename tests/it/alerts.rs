//! Alerts through the real server: raised from figures, seen only by whom they concern, acknowledged, delivered over
//! failures and a kill to a real webhook and a real mail server, each once.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use opcentre::kpi::Catalogue;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::{interval, timeout};

use crate::support::engine::OPCENTRE;
use crate::support::receivers::{MAIL_HOST, MailServer, SECRET, free_mail_port, mails, start_hook, until};
use crate::support::server::Server;

const NOW: &str = "2024-08-02T08:00:00+07:00";
const UNITS: &str = "code,parent,kind,category,name_vi\n17,,province,tỉnh,Tỉnh Một\nA,17,district,huyện,Huyện A\n\
    B,17,district,huyện,Huyện B\n";
const RULES: &str = r#"
[[alert]]
id = "overdue"
version = "3"
level = "severe"
label = { vi = "Hồ sơ quá hạn", en = "Overdue" }
sentence = { vi = "{unit}: hồ sơ quá hạn {value}, vượt ngưỡng {threshold}", en = "{unit}: {value} overdue, over {threshold}" }
kind = "measure"
measure = "in_progress_overdue"
reach = "direct_sub_units"
above = 2
clear = 1
takeover = true
deliver = ["hook", "mail"]
"#;

/// Everything around the server.
struct World {
    folder: tempfile::TempDir,
    config: PathBuf,
    /// Tokens by what they may see.
    tokens: Vec<(&'static str, String)>,
    http: reqwest::Client,
}

impl World {
    fn new(hook_url: &str, mail_port: u16) -> World {
        let folder = tempfile::tempdir().unwrap();
        let dashboards = folder.path().join("dashboards");
        for (name, text) in Catalogue::files() {
            let path = dashboards.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        fs::write(dashboards.join("alerts.toml"), RULES).unwrap();
        let config = folder.path().join("opcentre.toml");
        let text = format!(
            "now = \"{NOW}\"\nauth_mode = \"required\"\ndashboards_dir = {dashboards:?}\n\
             [delivery.hook]\nkind = \"webhook\"\nurl = \"{hook_url}\"\nsecret = \"{SECRET}\"\n\
             [delivery.mail]\nkind = \"smtp\"\nhost = \"{MAIL_HOST}\"\nport = {mail_port}\ntls = \"none\"\n\
             from = \"Trung tâm <opcentre@example.vn>\"\nto = [\"truc-ban@example.vn\"]\n"
        );
        fs::write(&config, text).unwrap();
        let http = reqwest::Client::new();
        World { folder, config, tokens: Vec::new(), http }
    }

    fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn token(&mut self, name: &'static str, arguments: &[&str]) {
        let output = Command::new(OPCENTRE)
            .args(["token", "create", "--format", "json", "--label", name])
            .args(arguments)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let made: Value = serde_json::from_slice(&output.stdout).unwrap();
        self.tokens.push((name, made[0]["token"].as_str().unwrap().to_owned()));
    }

    fn secret(&self, name: &str) -> &str {
        &self.tokens.iter().find(|(known, _)| *known == name).unwrap().1
    }

    async fn serve(&self) -> Server {
        let log = fs::OpenOptions::new().create(true).append(true).open(self.folder.path().join("log")).unwrap();
        let server = Server::spawn_logging(&self.data_dir(), &["--config", self.config.to_str().unwrap()], log);
        self.until(&server, "/readyz", |ready| ready["ready"] == true).await;
        server
    }

    async fn ask(&self, server: &Server, who: &str, method: Method, path: &str) -> (u16, Value) {
        let request = self.http.request(method, format!("{}{path}", server.url)).bearer_auth(self.secret(who));
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap_or(Value::Null))
    }

    async fn until(&self, server: &Server, path: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let poll = async {
            let mut ticks = interval(Duration::from_millis(100));
            loop {
                ticks.tick().await;
                let (_, answer) = self.ask(server, "all", Method::GET, path).await;
                if is_so(&answer) {
                    return answer;
                }
            }
        };
        timeout(Duration::from_secs(60), poll).await.unwrap_or_else(|_| panic!("{path} never became as asked"))
    }

    /// Sends a body that must be taken.
    async fn send(&self, server: &Server, (method, path, kind): (Method, &str, &str), body: String) {
        let request = self.http.request(method, format!("{}{path}", server.url)).bearer_auth(self.secret("all"));
        let answer = request.header("content-type", kind).body(body).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
    }

    async fn dossiers(&self, server: &Server, status: &str) {
        let line = |id: u32| {
            let at = if status == "done" { "2024-08-02T07:30:00+07:00" } else { "2024-08-02T07:00:00+07:00" };
            json!({"type": "dossier", "id": id.to_string(), "unit": "A", "at": at, "status": status,
                "received_at": "2024-07-20T08:00:00+07:00", "due_at": "2024-08-01"})
            .to_string()
        };
        let body = (1..=3).map(line).collect::<Vec<_>>().join("\n");
        self.send(server, (Method::POST, "/api/v1/events?source=motcua", "application/x-ndjson"), body).await;
    }

    fn alerts(&self, server: &Server, arguments: &[&str]) -> String {
        let output = Command::new(OPCENTRE)
            .arg("alerts")
            .args(arguments)
            .args(["--url", &server.url, "--token", self.secret("all")])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

const OPEN: &str = "/api/v1/alerts";
const HISTORY: &str = "/api/v1/alerts?state=history";

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_is_raised_told_once_over_failures_and_a_kill_seen_by_its_own_and_cleared() {
    let ((hook_url, came), mail_port) = (start_hook().await, free_mail_port());
    let mut world = World::new(&hook_url, mail_port);
    let (data, inbox) = (world.data_dir(), world.folder.path().join("inbox"));
    fs::create_dir(&inbox).unwrap();
    world.token("all", &["--data-dir", data.to_str().unwrap(), "--role", "admin"]);
    let server = world.serve().await;
    world.send(&server, (Method::PUT, "/api/v1/units", "text/csv"), UNITS.to_owned()).await;
    world.until(&server, "/api/v1/units", |units| units["units"].as_array().is_some_and(|all| all.len() == 3)).await;
    let (url, admin) = (server.url.clone(), world.secret("all").to_owned());
    for (name, role, unit) in [("a-view", "view", "A"), ("a-duty", "operate", "A"), ("b-duty", "operate", "B")] {
        world.token(name, &["--url", &url, "--token", &admin, "--role", role, "--unit", unit]);
    }
    world.dossiers(&server, "processing").await;
    let open = world.until(&server, OPEN, |answer| answer["alerts"][0]["id"] == 1).await;
    let alert = &open["alerts"][0];
    assert_eq!(alert["sentence"]["vi"], "Huyện A: hồ sơ quá hạn 3, vượt ngưỡng 2");
    assert_eq!((&alert["unit"], &alert["version"], &alert["raised"]["num"]), (&json!("A"), &json!("3"), &json!(3)));
    assert_eq!(
        (&alert["threshold"], &alert["acknowledged"], &alert["cleared"]),
        (&json!(2.0), &Value::Null, &Value::Null)
    );

    // Nobody listens for mail, and the webhook failed once: both are tried again.
    until("the webhook took it", || came.lock().unwrap().iter().any(|(is_taken, ..)| *is_taken)).await;
    world
        .until(&server, "/readyz", |ready| {
            ready["degraded"]["delivery"].as_str().is_some_and(|why| why.starts_with("mail: "))
        })
        .await;

    // Only those whom it concerns see it, and only they can say that they saw it.
    let seen = async |who: &str| world.ask(&server, who, Method::GET, OPEN).await.1["alerts"].as_array().unwrap().len();
    assert_eq!((seen("a-view").await, seen("a-duty").await, seen("b-duty").await), (1, 1, 0));
    let ack = "/api/v1/alerts/1/acknowledge";
    assert_eq!(world.ask(&server, "b-duty", Method::POST, ack).await.0, 404);
    assert_eq!(world.ask(&server, "a-view", Method::POST, ack).await.0, 403);
    let (status, seen) = world.ask(&server, "a-duty", Method::POST, ack).await;
    assert_eq!((status, &seen["acknowledged"]["by"]), (200, &json!("a-duty")), "{seen}");
    let again = world.alerts(&server, &["ack", "1"]);
    assert!(again.contains("seen by a-duty at 2024-08-02T08:00:00"), "who saw it first stays: {again}");

    // Killed with a mail that waits: what was raised, seen and told stays so.
    server.kill();
    let _mail = MailServer::start(mail_port, &inbox, &["451", "554"]);
    let server = world.serve().await;
    assert!(world.alerts(&server, &["list"]).contains("severe overdue: Huyện A: hồ sơ quá hạn 3"));
    until("the mail server took it", || mails(&inbox).len() == 1).await;
    world.until(&server, "/readyz", |ready| ready["components"]["delivery"]["state"] == "ok").await;

    world.dossiers(&server, "done").await;
    let over = world.until(&server, HISTORY, |answer| answer["alerts"][0]["id"] == 1).await;
    assert_eq!(over["alerts"][0]["cleared"]["how"], "cleared");
    assert_eq!((&over["alerts"][0]["raised"]["num"], &over["alerts"][0]["figure"]["num"]), (&json!(3), &json!(0)));
    assert_eq!(world.ask(&server, "all", Method::POST, ack).await.0, 409);
    until("both heard that it is over", || mails(&inbox).len() == 2 && came.lock().unwrap().len() == 3).await;
    assert_eq!(server.stop(), Some(0));

    let came = came.lock().unwrap();
    let (raised, cleared) = (came[0].1.clone(), came[2].1.clone());
    assert!(raised.ends_with("-1-raised") && cleared.ends_with("-1-cleared"), "{raised} {cleared}");
    assert_eq!(
        came.iter().map(|(is_taken, id, _)| (*is_taken, id.as_str())).collect::<Vec<_>>(),
        [(false, raised.as_str()), (true, raised.as_str()), (true, cleared.as_str()),]
    );
    assert_eq!(
        (&came[1].2["event"], &came[1].2["num"], &came[1].2["id"]),
        (&json!("raised"), &json!(3), &json!(raised))
    );
    let mails = mails(&inbox);
    for (mail, id) in mails.iter().zip([&raised, &cleared]) {
        assert!(mail.contains(&format!("Message-ID: <{id}@example.vn>")), "{mail}");
    }
    let log = fs::read_to_string(world.folder.path().join("log")).unwrap();
    assert!(!log.contains("geheim"), "no secret in the log: {log}");
}

#[test]
fn check_names_faults_of_rules_and_of_destinations_without_their_secrets() {
    let mut world = World::new("http://127.0.0.1:1/hook", 2525);
    let check = |world: &World| {
        let output = Command::new(OPCENTRE).args(["check", "--config"]).arg(&world.config).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, out) = check(&world);
    assert!(code == Some(0) && out.ends_with("no fault found\n"), "{code:?} {out}");
    let rules = world.folder.path().join("dashboards/alerts.toml");
    fs::write(&rules, RULES.replace("\"mail\"", "\"pager\"").replace("above = 2", "above = 2\nabove_all = 1")).unwrap();
    let (code, out) = check(&world);
    assert!(code == Some(1) && out.contains("alerts.toml:12: above_all: unknown field"), "{code:?} {out}");
    fs::write(&rules, RULES.replace("\"mail\"", "\"pager\"")).unwrap();
    let (code, out) = check(&world);
    assert!(
        code == Some(1) && out.contains("alert overdue is to be sent to pager, which isn't configured"),
        "{code:?} {out}"
    );
    fs::write(&rules, RULES).unwrap();
    let text = fs::read_to_string(&world.config).unwrap();
    let wrong = text.replace("tls = \"none\"", "tls = \"no\"\npasswort = \"geheim\"").replace("http://", "ftp://");
    world.config = world.folder.path().join("wrong.toml");
    fs::write(&world.config, wrong).unwrap();
    let (code, out) = check(&world);
    let faults =
        ["delivery.hook.url: is no address", "delivery.mail.passwort: is no key", "delivery.mail.tls: `no` must be"];
    assert!(code == Some(64) && faults.iter().all(|fault| out.contains(fault)), "{code:?} {out}");
    assert!(!out.contains("geheim"), "{out}");
}
