//! Requests: who may ask, how many at once, which way each goes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request as HttpRequest, State};
use axum::http::{HeaderMap, Method, header, request::Parts};
use axum::response::Response;
use axum::routing::get;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::departure::departure;
use super::encoding::Encoding;
use super::failure::{Failure, Refusal};
use super::key::Key;
use super::reply;
use super::request::{self, Request};
use super::select::Message;
use super::session::{self, Sessions};
use super::work::{self, Feed};

/// Longest statement, in bytes; data of an insert that come in the same body count as well.
pub(super) const TEXT_BYTES_MAX: usize = 64 << 20;
/// Queries that may wait for their turn.
pub(super) const QUERIES_WAITING_MAX: usize = 256;
/// Read of the body of a request that has failed already, in bytes, so that its client hears of it.
const DRAINED_BYTES_MAX: usize = 64 << 20;
/// Pieces of a body or a result underway between the connection and the thread that runs the query.
const PIECES_MAX: usize = 4;

/// What all requests share.
pub(super) struct Shared {
    sessions: Sessions,
    key: Key,
    queries_max: u32,
    running: Arc<Semaphore>,
    waiting: Semaphore,
    queries: AtomicU64,
    is_stopping: AtomicBool,
}

impl Shared {
    pub(super) fn new(sessions: Sessions, key: Key, queries_max: u32) -> Self {
        Self {
            sessions,
            key,
            queries_max,
            running: Arc::new(Semaphore::new(queries_max as usize)),
            waiting: Semaphore::new(QUERIES_WAITING_MAX),
            queries: AtomicU64::new(0),
            is_stopping: AtomicBool::new(false),
        }
    }

    pub(super) fn sessions(&self) -> &Sessions {
        &self.sessions
    }

    /// From now on every request is refused, also those that wait.
    pub(super) fn refuse_new(&self) {
        self.is_stopping.store(true, Ordering::Relaxed);
    }

    /// Returns once no query runs.
    pub(super) async fn idle(&self) {
        let all = self.running.acquire_many(self.queries_max).await;
        all.expect("the semaphore is never closed").forget();
    }

    async fn turn(&self) -> Result<OwnedSemaphorePermit, Failure> {
        let _place = self.waiting.try_acquire().map_err(|_| Refusal::Busy)?;
        let turn = Arc::clone(&self.running).acquire_owned().await.map_err(|_| Refusal::Stopping)?;
        if self.is_stopping.load(Ordering::Relaxed) { Err(Refusal::Stopping.into()) } else { Ok(turn) }
    }

    /// The key comes as ClickHouse's header, as a bearer token, as the password of any user, or in the URL.
    fn is_known(&self, headers: &HeaderMap, in_url: Option<String>) -> bool {
        let in_header = headers.get("x-clickhouse-key").map(|value| value.as_bytes().to_vec());
        let authorized = || {
            let value = headers.get(header::AUTHORIZATION)?.as_bytes();
            match value.strip_prefix(b"Basic ") {
                None => Some(value.strip_prefix(b"Bearer ")?.to_vec()),
                Some(packed) => {
                    let pair = BASE64_STANDARD.decode(packed.trim_ascii()).ok()?;
                    let colon = pair.iter().position(|byte| *byte == b':')?;
                    Some(pair[colon + 1..].to_vec())
                }
            }
        };
        let shown = in_header.or_else(authorized).or_else(|| in_url.map(String::into_bytes));
        shown.is_some_and(|shown| self.key.is(&shown))
    }

    fn next_handle(&self) -> String {
        session::handle(self.queries.fetch_add(1, Ordering::Relaxed))
    }
}

/// Every path of the interface.
pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new().route("/ping", get(async || reply::ping())).fallback(answer).with_state(shared)
}

async fn answer(State(shared): State<Arc<Shared>>, http: HttpRequest) -> Response {
    let (parts, mut body) = http.into_parts();
    match dispatch(&shared, &parts, &mut body).await {
        Ok(response) => response,
        Err(failure) if drain(&mut body).await => reply::failed(&failure),
        Err(failure) => reply::closing(reply::failed(&failure)),
    }
}

/// Reads what is left of a body, up to a bound; true when it came to its end. A client that is still sending would
/// see a broken pipe in place of the answer, and so would the next request on its connection.
async fn drain(body: &mut Body) -> bool {
    let mut drained_bytes = 0;
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return false };
        drained_bytes += frame.data_ref().map_or(0, Bytes::len);
        if drained_bytes > DRAINED_BYTES_MAX {
            return false;
        }
    }
    true
}

async fn dispatch(shared: &Arc<Shared>, parts: &Parts, body: &mut Body) -> Result<Response, Failure> {
    let mut request = Request::from_uri(&parts.uri);
    let password = request.as_mut().ok().and_then(|request| request.password.take());
    if !shared.is_known(&parts.headers, password) {
        return Err(Refusal::Key.into());
    }
    let mut request = request?;
    if parts.uri.path() != "/" {
        return Err(Refusal::Path(parts.uri.path().to_owned()).into());
    }
    if parts.method != Method::POST {
        if request.query.is_none() && body.is_end_stream() {
            return Ok(reply::ping());
        }
        request.settings.push(("readonly".to_owned(), "2".to_owned()));
    }
    let mut encoding = Encoding::of_body(&parts.headers)?;
    let turn = shared.turn().await?;
    if let Some(boundary) = request::multipart_boundary(&parts.headers) {
        if encoding.take().is_some() {
            return Err(Refusal::Compression("a packed multipart body").into());
        }
        let collected = collect(body).await?;
        request.add_multipart(boundary, &collected)?;
    }
    run(shared, request, (parts, encoding), body, turn).await
}

/// Runs the request on a thread of its own and hands its body on meanwhile.
async fn run(
    shared: &Arc<Shared>,
    request: Request,
    (parts, encoding): (&Parts, Option<Encoding>),
    body: &mut Body,
    turn: OwnedSemaphorePermit,
) -> Result<Response, Failure> {
    let sessions = shared.sessions.clone();
    let handle = shared.next_handle();
    let query_id = request.query_id.clone().unwrap_or_else(|| handle.clone());
    let reply_encoding = Encoding::accepted(&parts.headers).filter(|_| request.packs_reply);
    let (departure, running) = departure(sessions.clone(), handle.clone());
    let (sender, results) = mpsc::channel(PIECES_MAX);
    let (feeder, pieces) = mpsc::channel(PIECES_MAX);
    tokio::task::spawn_blocking(move || {
        let _until_closed = (turn, running);
        let input = work::Body { feed: pieces, piece: Bytes::new(), has_ended: false };
        let outcome = work::run(&sessions, (request, &handle), (input, encoding), &sender);
        // The receiver is gone when the client is: nobody to tell.
        sender.blocking_send(outcome.map_or_else(Message::Failed, Message::End)).ok();
    });
    let is_read = feed(body, feeder).await? || drain(body).await;
    let response = reply::with_query_id(reply::result(results, departure, reply_encoding).await, query_id);
    Ok(if is_read { response } else { reply::closing(response) })
}

async fn collect(body: &mut Body) -> Result<Bytes, Failure> {
    match Limited::new(body, TEXT_BYTES_MAX).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Refusal::TextLength.into()),
        Err(error) => Err(Refusal::Body(error.to_string()).into()),
    }
}

/// Hands the body on; false when nobody takes the rest of it. A body that breaks off drops the sender without the
/// closing word, which cancels the insert; a request that takes no more has failed and tells why itself.
async fn feed(body: &mut Body, sender: mpsc::Sender<Feed>) -> Result<bool, Failure> {
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Refusal::Body(error.to_string()))?;
        if let Ok(bytes) = frame.into_data()
            && sender.send(Feed::Bytes(bytes)).await.is_err()
        {
            return Ok(false);
        }
    }
    sender.send(Feed::End).await.ok();
    Ok(true)
}
