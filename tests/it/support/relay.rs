//! A relay between a server and its ClickHouse that can be in any mood: what networks, proxies and databases do on bad
//! days.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::serve::Listener;
use futures_util::stream;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

/// What the relay does with the next requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mood {
    /// Nothing of its own.
    Pass,
    /// Every connection is reset at once.
    Away,
    /// Requests are taken and never answered.
    Silent,
    /// Answers come so much later.
    Slow(Duration),
    /// The request is handed on, the answer broken off in the middle.
    HalfAnswers,
    /// Inserts are answered with an error of ClickHouse, everything else passes.
    Refuses(u32),
    /// Inserts are answered by something that isn't ClickHouse.
    Page,
    /// Inserts of more than so many bytes are refused with `MEMORY_LIMIT_EXCEEDED`.
    OutOfMemoryAbove(usize),
    /// Inserts whose data hold these words are refused for the data (`INCORRECT_DATA`).
    Dislikes(&'static str),
    /// Every insert is refused for the data, as after a change of the table.
    DislikesAll,
}

/// A running relay; it ends with the test's runtime.
pub struct Relay {
    /// `http://127.0.0.1:PORT`.
    pub url: String,
    shared: Arc<Shared>,
}

struct Shared {
    upstream: String,
    mood: Mutex<Mood>,
    /// Inserts that came, whatever became of them.
    inserts: Mutex<usize>,
    http: reqwest::Client,
}

impl Relay {
    /// A relay in front of a ClickHouse.
    pub async fn start(upstream: &str) -> Relay {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared {
            upstream: upstream.to_owned(),
            mood: Mutex::new(Mood::Pass),
            inserts: Mutex::new(0),
            http: reqwest::Client::new(),
        });
        let router = Router::new().fallback(relay).with_state(shared.clone());
        let listener = Moody { listener, shared: shared.clone() };
        tokio::spawn(async { axum::serve(listener, router).await.unwrap() });
        Relay { url, shared }
    }

    /// The address with a user and the engine's key.
    pub fn url_with_key(&self, key: &str) -> String {
        self.url.replace("http://", &format!("http://default:{key}@"))
    }

    /// From now on.
    pub fn set(&self, mood: Mood) {
        *self.shared.mood.lock().unwrap() = mood;
    }

    /// How many inserts came so far.
    pub fn inserts(&self) -> usize {
        *self.shared.inserts.lock().unwrap()
    }
}

/// Resets new connections while the mood says so.
struct Moody {
    listener: TcpListener,
    shared: Arc<Shared>,
}

impl Listener for Moody {
    type Io = TcpStream;
    type Addr = std::net::SocketAddr;

    async fn accept(&mut self) -> (TcpStream, std::net::SocketAddr) {
        loop {
            let accepted = Listener::accept(&mut self.listener).await;
            if *self.shared.mood.lock().unwrap() != Mood::Away {
                return accepted;
            }
            // Without lingering a close is a reset.
            accepted.0.set_zero_linger().unwrap();
        }
    }

    fn local_addr(&self) -> std::io::Result<std::net::SocketAddr> {
        self.listener.local_addr()
    }
}

async fn relay(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    let is_insert = parts.uri.query().is_some_and(|query| query.contains("INSERT") && query.contains("records"));
    if is_insert {
        *shared.inserts.lock().unwrap() += 1;
    }
    let mood = shared.mood.lock().unwrap().clone();
    match mood {
        Mood::Away => return broken(),
        Mood::Silent => std::future::pending::<()>().await,
        Mood::Slow(delay) => drop(timeout(delay, std::future::pending::<()>()).await),
        Mood::Refuses(code) if is_insert => return refusal(code),
        Mood::Page if is_insert => return page(),
        Mood::OutOfMemoryAbove(bytes) if is_insert && body.len() > bytes => return refusal(241),
        Mood::Dislikes(words) if is_insert && holds(&body, words) => return refusal(117),
        Mood::DislikesAll if is_insert => return refusal(117),
        _ => {}
    }
    let url = format!("{}{}", shared.upstream, parts.uri);
    let mut headers = parts.headers;
    for name in [header::HOST, header::CONTENT_LENGTH, header::TRANSFER_ENCODING] {
        headers.remove(name);
    }
    let Ok(answer) = shared.http.request(parts.method, url).headers(headers).body(body).send().await else {
        return broken();
    };
    let (status, mut headers) = (answer.status(), answer.headers().clone());
    let Ok(bytes) = answer.bytes().await else { return broken() };
    if mood == Mood::HalfAnswers {
        return broken();
    }
    headers.remove(header::TRANSFER_ENCODING);
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

fn holds(body: &Bytes, words: &str) -> bool {
    body.windows(words.len()).any(|window| window == words.as_bytes())
}

/// An answer that begins well and ends with the connection.
fn broken() -> Response {
    let pieces: [Result<Bytes, std::io::Error>; 2] =
        [Ok(Bytes::from_static(b"\x01\x01")), Err(std::io::Error::other("broken off on purpose"))];
    Response::new(Body::from_stream(stream::iter(pieces)))
}

fn refusal(code: u32) -> Response {
    let mut response = Response::new(Body::from(format!("Code: {code}. DB::Exception: on purpose. (SOME_NAME)\n")));
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response.headers_mut().insert("x-clickhouse-exception-code", HeaderValue::from(code));
    response
}

fn page() -> Response {
    let mut response = Response::new(Body::from("<html>502 Bad Gateway (last error: Code: 117.)</html>"));
    *response.status_mut() = StatusCode::BAD_GATEWAY;
    response
}
