//! What messages are sent to: a real webhook and a real mail server.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use opcentre::delivery::signature;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::time::{interval, timeout};

/// The webhook's secret.
pub const SECRET: &str = "hook-geheim";
/// An address of loopback that nothing else of the tests listens on.
pub const MAIL_HOST: &str = "127.0.0.77";
/// More than a report's pages have.
const BODY_BYTES_MAX: usize = 32 << 20;

/// What came to the webhook: whether it was taken, the id, the body.
pub type Came = Arc<Mutex<Vec<(bool, String, Value)>>>;

/// Answers 500 once and then 200; a wrong signature is never taken.
async fn hook(State(came): State<Came>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    let (id, at) = (header("webhook-id"), header("webhook-timestamp").parse().unwrap());
    assert_eq!(header("webhook-signature"), signature(SECRET.as_bytes(), &id, at, &body), "anybody can check it");
    let mut came = came.lock().unwrap();
    let is_taken = !came.is_empty();
    came.push((is_taken, id, serde_json::from_slice(&body).unwrap()));
    if is_taken { StatusCode::OK } else { StatusCode::INTERNAL_SERVER_ERROR }
}

/// A webhook that takes nothing at first.
pub async fn start_hook() -> (String, Came) {
    let (came, listener) = (Came::default(), TcpListener::bind("127.0.0.1:0").await.unwrap());
    let url = format!("http://{}/hook?token=geheim", listener.local_addr().unwrap());
    let router =
        Router::new().route("/hook", post(hook)).layer(DefaultBodyLimit::max(BODY_BYTES_MAX)).with_state(came.clone());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (url, came)
}

/// The mail server of tests/mail; killed when dropped.
pub struct MailServer(Child);

impl MailServer {
    /// One that answers its first messages so.
    pub fn start(port: u16, folder: &Path, codes: &[&str]) -> MailServer {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mail/server");
        let mut child = Command::new(program)
            .args([MAIL_HOST, &port.to_string()])
            .arg(folder)
            .args(codes)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "listening\n");
        MailServer(child)
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ended = self.0.kill();
        let _waited = self.0.wait();
    }
}

/// The mails that were taken, by their number.
pub fn mails(folder: &Path) -> Vec<String> {
    (1..).map_while(|number| fs::read_to_string(folder.join(format!("{number}.eml"))).ok()).collect()
}

/// Waits until something is so.
pub async fn until(what: &str, is_so: impl Fn() -> bool) {
    let poll = async {
        let mut ticks = interval(Duration::from_millis(50));
        while !is_so() {
            ticks.tick().await;
        }
    };
    timeout(Duration::from_secs(60), poll).await.unwrap_or_else(|_| panic!("{what}"));
}

/// A port of the mail server that nobody listens on.
pub fn free_mail_port() -> u16 {
    std::net::TcpListener::bind((MAIL_HOST, 0)).unwrap().local_addr().unwrap().port()
}
