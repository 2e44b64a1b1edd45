//! Talking to a running server: one request at a time, sent again while the server can't take it.
//!
//! Sending again is harmless: every record joins into the same registers (I-3).

use std::io::Write as _;
use std::time::Duration;

use anyhow::{Context as _, bail};
use bytes::Bytes;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Method, StatusCode, Url};
use serde::Deserialize;

/// How long one request may take.
const REQUEST_S_MAX: u64 = 60;
/// Bytes of an answer; the server lists at most 1,000 rejections.
const ANSWER_BYTES_MAX: usize = 16 << 20;

/// Where the server is.
#[derive(Clone, Debug, clap::Args)]
pub struct ServerArgs {
    /// Address of the running server
    #[arg(long, env = "OPCENTRE_URL", default_value = "http://127.0.0.1:8080")]
    pub url: String,
    /// Token of the caller, where the server asks for one
    #[arg(long, env = "OPCENTRE_TOKEN", hide_env_values = true)]
    pub token: Option<String>,
}

/// How often and how patiently a request is sent again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Retry {
    pub(super) attempts_max: u32,
    /// The first wait; each further one is twice as long, up to `wait_ms_max`.
    pub(super) wait_ms: u64,
    pub(super) wait_ms_max: u64,
}

impl Retry {
    /// About a minute in all.
    pub(super) const DEFAULT: Retry = Retry { attempts_max: 8, wait_ms: 500, wait_ms_max: 30_000 };

    /// For a question that a person waits for.
    pub(super) const BRIEF: Retry = Retry { attempts_max: 4, wait_ms: 500, wait_ms_max: 2_000 };

    /// The wait before a further attempt: doubled each time, and up to half of it more at random so that several
    /// senders don't come back at once.
    fn wait(self, attempt: u32, asked_s: Option<u64>) -> Duration {
        let doubled = self.wait_ms.saturating_mul(1 << attempt.min(20));
        let asked = asked_s.map_or(0, |seconds| seconds.saturating_mul(1_000));
        let wait_ms = doubled.max(asked).min(self.wait_ms_max);
        Duration::from_millis(wait_ms + rand::random_range(0..=wait_ms / 2))
    }
}

/// A request to a server.
pub(super) struct Request<'p> {
    pub(super) method: Method,
    pub(super) path: &'p str,
    pub(super) query: Vec<(&'static str, String)>,
    pub(super) content_type: &'static str,
    pub(super) body: String,
}

/// What the server said.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: serde_json::Value,
}

impl Answer {
    /// What went wrong, in one line.
    pub(super) fn problem(&self) -> String {
        let field = |name: &str| self.body.get(name).and_then(serde_json::Value::as_str);
        let said = field("detail").or_else(|| field("title")).unwrap_or("no reason given");
        let code = field("code").map(|code| format!(" ({code})")).unwrap_or_default();
        format!("the server answered {}{code}: {said}", self.status.as_u16())
    }
}

/// A rejection as the server lists it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct ListedRejection {
    pub(super) line: u64,
    #[serde(default)]
    pub(super) pointer: String,
    pub(super) code: String,
    pub(super) reason: String,
    /// What else is wrong with the line.
    #[serde(default)]
    pub(super) further: Vec<ListedFault>,
}

/// One more fault of a line.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct ListedFault {
    #[serde(default)]
    pub(super) pointer: String,
    pub(super) code: String,
    pub(super) reason: String,
}

/// Tells whoever waits why it takes longer; nobody may be listening.
pub(super) fn say_again(why: &str, wait: Duration) {
    writeln!(std::io::stderr(), "{why}; sending again in {:.1} s", wait.as_secs_f32()).ok();
}

/// The way to one server.
pub(super) struct Client {
    http: reqwest::Client,
    base: Url,
    token: Option<String>,
    retry: Retry,
    answer_bytes_max: usize,
}

impl Client {
    pub(super) fn new(server: &ServerArgs, retry: Retry) -> anyhow::Result<Client> {
        Client::waiting(server, retry, Duration::from_secs(REQUEST_S_MAX))
    }

    /// A way on which one answer may take as long as this.
    pub(super) fn waiting(server: &ServerArgs, retry: Retry, timeout: Duration) -> anyhow::Result<Client> {
        let base = Url::parse(&server.url).with_context(|| format!("--url {}: no address", server.url))?;
        let http = reqwest::Client::builder().timeout(timeout).build()?;
        Ok(Client { http, base, token: server.token.clone(), retry, answer_bytes_max: ANSWER_BYTES_MAX })
    }

    /// The same with answers of up to so many bytes.
    pub(super) fn answered_by(self, answer_bytes_max: usize) -> Client {
        Client { answer_bytes_max, ..self }
    }

    /// Sends until there is an answer other than "not now"; `waiting` hears why and how long it waits.
    pub(super) async fn send(&self, request: &Request<'_>, waiting: impl Fn(&str, Duration)) -> anyhow::Result<Answer> {
        self.send_bytes(request, request.body.clone(), waiting).await
    }

    /// The same with the bytes of a file as body.
    pub(super) async fn send_bytes(
        &self,
        request: &Request<'_>,
        body: impl Into<Bytes>,
        waiting: impl Fn(&str, Duration),
    ) -> anyhow::Result<Answer> {
        let body = body.into();
        let mut attempt = 0;
        loop {
            let (why, asked_s) = match self.attempt(request, body.clone()).await {
                Ok(response) if is_not_now(response.status()) => {
                    let asked = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
                    (self.answer(response).await?.problem(), asked)
                }
                Ok(response) => return self.answer(response).await,
                Err(error) if error.is_builder() => return Err(error).context("the request can't be made"),
                Err(error) => (
                    format!("{} can't be reached, is `opcentre serve` running there? {}", self.base, innermost(&error)),
                    None,
                ),
            };
            attempt += 1;
            if attempt >= self.retry.attempts_max {
                bail!("{why}; given up after {attempt} attempts");
            }
            let wait = self.retry.wait(attempt - 1, asked_s);
            waiting(&why, wait);
            tokio::time::sleep(wait).await;
        }
    }

    /// A file that the server makes; asked for again while the server can't.
    pub(super) async fn download(&self, request: &Request<'_>) -> anyhow::Result<Vec<u8>> {
        let mut attempt = 0;
        loop {
            let body = request.body.clone().into();
            let response =
                self.attempt(request, body).await.with_context(|| format!("{} can't be reached", self.base))?;
            attempt += 1;
            match response.status() {
                status if status.is_success() => return self.body(response).await,
                status if is_not_now(status) && attempt < self.retry.attempts_max => {}
                _ => bail!(self.answer(response).await?.problem()),
            }
            tokio::time::sleep(self.retry.wait(attempt - 1, None)).await;
        }
    }

    async fn attempt(&self, request: &Request<'_>, body: Bytes) -> Result<reqwest::Response, reqwest::Error> {
        let mut url = self.base.clone();
        url.set_path(request.path);
        url.query_pairs_mut().clear().extend_pairs(&request.query);
        let mut sending = self.http.request(request.method.clone(), url);
        sending = sending.header(CONTENT_TYPE, request.content_type).body(body);
        if let Some(token) = &self.token {
            sending = sending.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        sending.send().await
    }

    async fn body(&self, mut response: reqwest::Response) -> anyhow::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.context("the answer broke off; what was sent may be stored")? {
            if bytes.len() + chunk.len() > self.answer_bytes_max {
                bail!("the answer has more than {} bytes", self.answer_bytes_max);
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }

    async fn answer(&self, response: reqwest::Response) -> anyhow::Result<Answer> {
        let status = response.status();
        // A proxy in between may answer with a page; the status says enough then.
        let body = serde_json::from_slice(&self.body(response).await?).unwrap_or_default();
        Ok(Answer { status, body })
    }
}

fn is_not_now(status: StatusCode) -> bool {
    matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE)
}

fn innermost(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}
