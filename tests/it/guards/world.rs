//! A server that asks for tokens, the units around one, and a token of each kind.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::engine::OPCENTRE;
use crate::support::server::Server;

pub const NOW: &str = "2024-08-02T08:00:00+07:00";
/// The unit that tokens are bound to.
pub const OWN: &str = "own-1";
pub const CHILD: &str = "child-1";
pub const SIBLING: &str = "FOREIGN-SIBLING";
pub const FOREIGN: &str = "FOREIGN-XYZ";
pub const UNKNOWN: &str = "nowhere";
/// What nobody bound to [`OWN`] may ever read: names, and counts of dossiers that nothing else has.
pub const MARKS: [&str; 6] = ["FOREIGN", "foreign-source", "Foreign Commune", "7919", "104729", "Top Province"];

const UNITS: &str = "code,parent,kind,category,name_vi\n\
    top,,province,tỉnh,Top Province\n\
    own-1,top,district,huyện,Own District\n\
    child-1,own-1,commune,xã,Child Commune\n\
    FOREIGN-SIBLING,top,district,huyện,FOREIGN Sibling\n\
    FOREIGN-XYZ,FOREIGN-SIBLING,commune,xã,Foreign Commune\n";

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    None,
    Ingest,
    View,
    Operate,
    /// Operate for everything.
    Whole,
    Admin,
    Expired,
    Revoked,
}

impl Who {
    pub const ALL: [Who; 8] =
        [Who::None, Who::Ingest, Who::View, Who::Operate, Who::Whole, Who::Admin, Who::Expired, Who::Revoked];
}

pub struct World {
    pub server: Server,
    pub http: reqwest::Client,
    log: PathBuf,
    tokens: Vec<(Who, Value)>,
    _folder: tempfile::TempDir,
}

/// Runs `opcentre token` and reads the rows that it prints.
pub fn token_command(arguments: &[&str]) -> Result<Vec<Value>, String> {
    let output = Command::new(OPCENTRE).arg("token").args(arguments).args(["--format", "json"]).output().unwrap();
    if output.status.success() {
        Ok(serde_json::from_slice(&output.stdout).unwrap())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

/// What the owner of the very first token does: makes it before the server starts.
pub fn first_token(dir: &Path) -> Value {
    let dir = dir.to_str().unwrap();
    let made = token_command(&["create", "--data-dir", dir, "--role", "admin", "--label", "first"]).unwrap();
    made.into_iter().next().unwrap()
}

impl World {
    pub async fn start() -> World {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("data");
        let admin = first_token(&dir);
        let log = folder.path().join("log");
        let arguments = ["--now", NOW, "--auth-mode", "required"];
        let server = Server::spawn_logging(&dir, &arguments, File::create(&log).unwrap());
        let mut world =
            World { server, http: reqwest::Client::new(), log, tokens: vec![(Who::Admin, admin)], _folder: folder };
        // The reasons are told only to those whom they concern.
        world
            .until("/readyz", |ready| ready["ready"] == true && ready["components"]["clickhouse"]["state"] == "ok")
            .await;
        world.fill().await;
        world.make_tokens().await;
        world
    }

    async fn fill(&self) {
        let units = self.ask(Who::Admin, Method::PUT, "/api/v1/units").header("content-type", "text/csv").body(UNITS);
        assert_eq!(units.send().await.unwrap().status(), StatusCode::OK);
        for (source, unit, count) in [
            ("own-source", OWN, 3),
            ("own-source", CHILD, 2),
            ("foreign-source", SIBLING, 7919),
            ("foreign-source", FOREIGN, 5),
        ] {
            let line = |id: usize| {
                json!({"type": "dossier", "id": format!("{unit}-{id}"), "unit": unit, "at": "2024-07-01T08:00:00+07:00",
                    "status": "processing", "received_at": "2024-07-01T08:00:00+07:00"})
            };
            let body: String = (0..count).map(|id| format!("{}\n", line(id))).collect();
            let path = format!("/api/v1/events?source={source}");
            let sent = self.ask(Who::Admin, Method::POST, &path).header("content-type", "application/x-ndjson");
            let answer = sent.body(body).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::ACCEPTED, "{}", answer.text().await.unwrap());
        }
        let all_in = |answer: &Value| answer["measures"]["received"] == 3 + 2 + 7919 + 5;
        self.until("/api/v1/units/top/kpis?window=2024-07", all_in).await;
    }

    /// Waits until the admin is answered so.
    pub async fn until(&self, path: &str, is_so: impl Fn(&Value) -> bool) {
        let poll = async {
            let mut ticks = tokio::time::interval(std::time::Duration::from_millis(100));
            loop {
                ticks.tick().await;
                let answer = self.ask(Who::Admin, Method::GET, path).send().await.unwrap();
                if is_so(&answer.json().await.unwrap_or_default()) {
                    return;
                }
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(60), poll).await.expect("the answer became as asked");
    }

    async fn make_tokens(&mut self) {
        for (who, role, unit, source) in [
            (Who::Ingest, "ingest", Some(OWN), Some("own-source")),
            (Who::View, "view", Some(OWN), None),
            (Who::Operate, "operate", Some(OWN), Some("own-source")),
            (Who::Whole, "operate", None, None),
            (Who::Expired, "view", Some(OWN), None),
            (Who::Revoked, "view", Some(OWN), None),
        ] {
            let asked = json!({"label": format!("{who:?}"), "role": role, "unit": unit, "source": source});
            let made = self.create(&asked).await;
            self.tokens.push((who, made));
        }
        // The one who sends for the foreign unit: it binds the source's name.
        self.create(&json!({"label": "FOREIGN", "role": "ingest", "unit": SIBLING, "source": "foreign-source"})).await;
        let soon = jiff::Timestamp::now() + jiff::SignedDuration::from_millis(1_500);
        let asked = json!({"label": "soon over", "role": "view", "unit": OWN, "expires": soon.to_string()});
        let expired = self.create(&asked).await;
        self.replace(Who::Expired, expired);
        let id = self.token(Who::Revoked)["id"].as_str().unwrap().to_owned();
        let answer = self.ask(Who::Admin, Method::DELETE, &format!("/api/v1/tokens?id={id}")).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        let is_over = |answer: &Value| {
            let rows = answer["tokens"].as_array().unwrap();
            rows.iter().any(|row| row["state"] == "expired")
        };
        self.until("/api/v1/tokens", is_over).await;
    }

    fn replace(&mut self, who: Who, token: Value) {
        self.tokens.retain(|(known, _)| *known != who);
        self.tokens.push((who, token));
    }

    /// Makes one token.
    pub async fn create(&self, asked: &Value) -> Value {
        let request = self.ask(Who::Admin, Method::POST, "/api/v1/tokens").json(asked);
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let body: Value = answer.json().await.unwrap();
        assert_eq!(status, StatusCode::CREATED, "{body}");
        body["tokens"][0].clone()
    }

    /// The row of somebody's token; null for nobody.
    pub fn token(&self, who: Who) -> &Value {
        self.tokens.iter().find(|(known, _)| *known == who).map_or(&Value::Null, |(_, token)| token)
    }

    /// The secret of somebody's token.
    pub fn secret(&self, who: Who) -> Option<&str> {
        self.token(who)["token"].as_str()
    }

    /// A request of somebody.
    pub fn ask(&self, who: Who, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.server.url));
        match self.secret(who) {
            Some(secret) => request.bearer_auth(secret),
            None => request,
        }
    }

    /// Everything that the server logged so far.
    pub fn logged(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    /// No secret may be in the log.
    pub fn assert_no_secret_logged(&self) {
        let log = self.logged();
        for (who, token) in &self.tokens {
            let secret = token["token"].as_str().unwrap();
            assert!(!log.contains(secret), "the secret of {who:?} was logged");
        }
        assert!(!log.contains("oct_"), "{log}");
    }
}
