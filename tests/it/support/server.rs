//! A real `opcentre serve` process with its real engine, in a folder of its own.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use reqwest::Url;
use serde_json::Value;
use tokio::time::{interval, timeout};

use super::engine::OPCENTRE;

/// How long a server may take until it answers with figures.
const READY_TIMEOUT: Duration = Duration::from_secs(90);

/// A running server; killed when dropped.
pub struct Server {
    child: Child,
    /// `http://127.0.0.1:PORT`.
    pub url: String,
    http: reqwest::Client,
}

impl Server {
    /// Starts a server on a data dir and waits until it is ready.
    pub async fn start(data_dir: &Path, arguments: &[&str]) -> Server {
        let server = Server::spawn(data_dir, arguments);
        server.ready().await;
        server
    }

    /// Starts a server; it listens when this returns, but need not be ready.
    pub fn spawn(data_dir: &Path, arguments: &[&str]) -> Server {
        Server::spawn_logging(data_dir, arguments, Stdio::inherit())
    }

    /// The same with its log elsewhere.
    pub fn spawn_logging(data_dir: &Path, arguments: &[&str], log: impl Into<Stdio>) -> Server {
        Server::spawn_with(data_dir, arguments, &[], log)
    }

    /// The same with something in its environment.
    pub fn spawn_with(
        data_dir: &Path,
        arguments: &[&str],
        environment: &[(&str, &Path)],
        log: impl Into<Stdio>,
    ) -> Server {
        let mut child = Command::new(OPCENTRE)
            .envs(environment.iter().copied())
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(data_dir)
            .args(arguments)
            .env("OPCENTRE_LOG", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("the binary was built");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.starts_with("http://"), "the server didn't start: {line:?}");
        Server { child, url: line.trim().to_owned(), http: reqwest::Client::new() }
    }

    /// Waits until everything is ready, ClickHouse included.
    pub async fn ready(&self) {
        let poll = async {
            let mut ticks = interval(Duration::from_millis(50));
            loop {
                ticks.tick().await;
                if let Ok(answer) = self.http.get(format!("{}/readyz", self.url)).send().await
                    && answer.status().is_success()
                    && answer
                        .json::<Value>()
                        .await
                        .is_ok_and(|ready| ready["components"]["clickhouse"]["state"] == "ok")
                {
                    return;
                }
            }
        };
        timeout(READY_TIMEOUT, poll).await.expect("the server got ready");
    }

    /// Ends the process with SIGKILL.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks the process to stop and waits for its end.
    pub fn stop(self) -> Option<i32> {
        signal(self.child.id(), "TERM");
        self.ended()
    }

    /// Waits until the process ends by itself.
    pub fn ended(mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }

    /// The server's process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The engine's process, if there is one at the moment.
    pub fn engine_pid(&self) -> Option<u32> {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.child.id())).ok()?;
        let children = tasks.flatten().filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok());
        children
            .flat_map(|list| list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<u32>>())
            .next()
    }

    /// Waits until an answer is as asked.
    pub async fn until(&self, path: &str, is_so: impl Fn(&Value) -> bool) {
        let poll = async {
            let mut ticks = interval(Duration::from_millis(50));
            while !is_so(&self.get(path).await.1) {
                ticks.tick().await;
            }
        };
        timeout(READY_TIMEOUT, poll).await.expect("the answer became as asked");
    }

    /// GETs JSON; the status and the body.
    pub async fn get(&self, path: &str) -> (u16, Value) {
        let answer = self.http.get(format!("{}{path}", self.url)).send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap_or(Value::Null))
    }

    /// GETs text.
    pub async fn text(&self, path: &str) -> String {
        self.http.get(format!("{}{path}", self.url)).send().await.unwrap().text().await.unwrap()
    }

    /// Waits until a text is as asked.
    pub async fn until_text(&self, path: &str, is_so: impl Fn(&str) -> bool) {
        let poll = async {
            let mut ticks = interval(Duration::from_millis(50));
            while !is_so(&self.text(path).await) {
                ticks.tick().await;
            }
        };
        timeout(READY_TIMEOUT, poll).await.expect("the text became as asked");
    }

    /// GETs JSON from below a path whose parts may have any characters.
    pub async fn get_at(&self, parts: &[&str]) -> (u16, Value) {
        // Written by hand: the URL type drops tabs and line feeds.
        let path: String = parts.iter().flat_map(|part| ["/".to_owned(), percent(part)]).collect();
        self.get(&path).await
    }

    /// Sends NDJSON; the status and the answer. None when the server didn't answer.
    pub async fn post(&self, source: &str, body: String) -> Option<(u16, Value)> {
        let url = Url::parse_with_params(&format!("{}/api/v1/events", self.url), [("source", source)]).unwrap();
        let request = self.http.post(url).header("content-type", "application/x-ndjson").body(body);
        let answer = request.send().await.ok()?;
        let status = answer.status().as_u16();
        Some((status, answer.json().await.ok()?))
    }

    /// Posts a text to a path; the status and the answer.
    pub async fn post_to(&self, path: &str, body: String) -> (u16, Value) {
        let answer = self.http.post(format!("{}{path}", self.url)).body(body).send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap_or(Value::Null))
    }

    /// PUTs units as CSV; they must be taken. They are in the figures when this returns.
    pub async fn put_units(&self, csv: &str) {
        let request = self.http.put(format!("{}/api/v1/units", self.url)).header("content-type", "text/csv");
        let answer = request.body(csv.to_owned()).send().await.unwrap();
        let status = answer.status();
        let answer: Value = answer.json().await.unwrap();
        assert!(status.is_success(), "units refused: {status} {answer}");
        // A list without rows has no sequence.
        let seq = answer["seq"].as_u64().unwrap_or(0);
        self.until("/api/v1/units/unresolved/kpis?window=today", |figures| {
            figures["seq"].as_u64().is_some_and(|reached| reached >= seq)
        })
        .await;
    }

    /// The figures of a unit and window.
    pub async fn kpis(&self, unit: &str, window: &str) -> Value {
        let (status, answer) = self.get(&format!("/api/v1/units/{}/kpis?window={window}", percent(unit))).await;
        assert_eq!(status, 200, "{answer}");
        answer
    }

    /// Waits until the figures have reached a sequence.
    pub async fn reach(&self, unit: &str, seq: u64) {
        let poll = async {
            let mut ticks = interval(Duration::from_millis(20));
            while self.kpis(unit, "today").await["seq"].as_u64().unwrap() < seq {
                ticks.tick().await;
            }
        };
        timeout(READY_TIMEOUT, poll).await.expect("the figures reached the sequence");
    }

    /// The verify report.
    pub async fn report(&self) -> Value {
        let answer = self.http.post(format!("{}/api/v1/verify", self.url)).send().await.unwrap();
        let status = answer.status().as_u16();
        let report: Value = answer.json().await.unwrap();
        assert_eq!(status, 200, "{report}");
        report
    }

    /// The verify report; it must agree.
    pub async fn verified(&self) -> Value {
        let report = self.report().await;
        assert_eq!(report["agree"], true, "{report:#}");
        assert!(report["compared"].as_u64().unwrap() > 0, "something was compared");
        report
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already; nothing is owed then.
        let _ended = self.child.kill();
        let _waited = self.child.wait();
    }
}

fn percent(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// Sends a signal by name to a process that is there.
pub fn signal(pid: u32, name: &str) {
    assert!(signalled(pid, name), "no signal {name} to {pid}");
}

/// Sends a signal by name; whether the process was there.
pub fn signalled(pid: u32, name: &str) -> bool {
    Command::new("kill").args([&format!("-{name}"), &pid.to_string()]).status().unwrap().success()
}
