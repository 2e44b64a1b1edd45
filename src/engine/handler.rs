//! Requests: who may ask, how many at once, which way each goes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request as HttpRequest, State};
use axum::http::{HeaderMap, Method, header, request::Parts};
use axum::response::Response;
use axum::routing::get;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::departure::departure;
use super::failure::{Failure, Refusal};
use super::insert::{self, Feed};
use super::key::Key;
use super::reply;
use super::request::{self, Request};
use super::select::{self, Message};
use super::session::{self, Sessions};
use super::statement::{Shape, shape};

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

    /// The key comes as the crate's password or its access token.
    fn is_known(&self, headers: &HeaderMap) -> bool {
        let password = headers.get("x-clickhouse-key").map(axum::http::HeaderValue::as_bytes);
        let token = || headers.get(header::AUTHORIZATION)?.as_bytes().strip_prefix(b"Bearer ");
        password.or_else(token).is_some_and(|shown| self.key.is(shown))
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
        Err(failure) if drain(body).await => reply::failed(&failure),
        Err(failure) => reply::closing(reply::failed(&failure)),
    }
}

/// Reads what is left of a body, up to a bound; true when it came to its end. A client that is still sending would
/// see a broken pipe in place of the answer, and so would the next request on its connection.
async fn drain(mut body: Body) -> bool {
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
    if !shared.is_known(&parts.headers) {
        return Err(Refusal::Key.into());
    }
    if parts.uri.path() != "/" {
        return Err(Refusal::Path(parts.uri.path().to_owned()).into());
    }
    request::refuse_encoded(&parts.headers)?;
    let mut request = Request::from_uri(&parts.uri)?;
    if parts.method != Method::POST {
        request.settings.push(("readonly".to_owned(), "2".to_owned()));
    }
    let turn = shared.turn().await?;
    if let Some(boundary) = request::multipart_boundary(&parts.headers) {
        let collected = collect(body).await?;
        request.add_multipart(boundary, &collected)?;
    }
    let query_id = request.query_id.clone();
    let response = match request.query.take() {
        Some(query) => match shape(query.as_bytes())? {
            Shape::Insert { sql, format, inline } => {
                let statement =
                    Insert { sql: sql.to_owned(), format: format.to_owned(), inline: Bytes::copy_from_slice(inline) };
                statement.answer(shared, request, body, turn).await?
            }
            Shape::Other { .. } => {
                let rest = collect(body).await?;
                let text = if rest.is_empty() { query.into_bytes() } else { [query.as_bytes(), &rest].join(&b'\n') };
                whole_text(shared, request, text.into(), turn).await?
            }
        },
        None => {
            let text = collect(body).await?;
            whole_text(shared, request, text, turn).await?
        }
    };
    Ok(reply::with_query_id(response, query_id))
}

async fn collect(body: &mut Body) -> Result<Bytes, Failure> {
    match Limited::new(body, TEXT_BYTES_MAX).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Refusal::TextLength.into()),
        Err(error) => Err(Refusal::Body(error.to_string()).into()),
    }
}

/// A text that is there to its end, with the data behind it if it is an insert.
async fn whole_text(
    shared: &Arc<Shared>,
    request: Request,
    text: Bytes,
    turn: OwnedSemaphorePermit,
) -> Result<Response, Failure> {
    match shape(&text)? {
        Shape::Insert { sql, format, inline } => {
            let statement = Insert { sql: sql.to_owned(), format: format.to_owned(), inline: text.slice_ref(inline) };
            statement.answer(shared, request, &mut Body::empty(), turn).await
        }
        Shape::Other { sql, format } => {
            let (sql, format) = (sql.to_owned(), format.map(str::to_owned));
            Ok(statement(shared, request, (sql, format), turn).await)
        }
    }
}

async fn statement(
    shared: &Arc<Shared>,
    request: Request,
    (sql, format): (String, Option<String>),
    turn: OwnedSemaphorePermit,
) -> Response {
    let sessions = shared.sessions.clone();
    let handle = shared.next_handle();
    let (departure, running) = departure(sessions.clone(), handle.clone());
    let (sender, results) = mpsc::channel(PIECES_MAX);
    tokio::task::spawn_blocking(move || {
        let _until_closed = (turn, running);
        let outcome = sessions
            .open(&request, &handle)
            .and_then(|mut connection| select::run(&mut connection, &request, (&sql, format.as_deref()), &sender));
        // The receiver is gone when the client is: nobody to tell.
        sender.blocking_send(outcome.map_or_else(Message::Failed, Message::End)).ok();
    });
    reply::result(results, departure).await
}

/// An insert of data.
struct Insert {
    sql: String,
    format: String,
    /// Data that came with the statement.
    inline: Bytes,
}

impl Insert {
    async fn answer(
        self,
        shared: &Arc<Shared>,
        request: Request,
        body: &mut Body,
        turn: OwnedSemaphorePermit,
    ) -> Result<Response, Failure> {
        let sessions = shared.sessions.clone();
        let handle = shared.next_handle();
        let (mut departure, running) = departure(sessions.clone(), handle.clone());
        let (sender, mut pieces) = mpsc::channel(PIECES_MAX);
        let worker = tokio::task::spawn_blocking(move || {
            let _until_closed = (turn, running);
            let mut connection = sessions.open(&request, &handle)?;
            insert::run(&mut connection, &request, (&self.sql, &self.format), &mut pieces)
        });
        feed(self.inline, body, sender).await?;
        let outcome = worker.await.map_err(|_| Refusal::Vanished)?;
        departure.arrived();
        Ok(reply::whole(Bytes::new(), &outcome?))
    }
}

/// Hands the data on. A body that breaks off drops the sender without the closing word, which cancels the insert; an
/// insert that takes no more has failed and tells why itself.
async fn feed(inline: Bytes, body: &mut Body, sender: mpsc::Sender<Feed>) -> Result<(), Failure> {
    if !inline.is_empty() && sender.send(Feed::Bytes(inline)).await.is_err() {
        return Ok(());
    }
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Refusal::Body(error.to_string()))?;
        if let Ok(bytes) = frame.into_data()
            && sender.send(Feed::Bytes(bytes)).await.is_err()
        {
            return Ok(());
        }
    }
    sender.send(Feed::End).await.ok();
    Ok(())
}
