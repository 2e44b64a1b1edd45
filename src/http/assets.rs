//! The pages: the wall's index and its assets, embedded in the program.

use std::borrow::Cow;
use std::collections::BTreeMap;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Extension, Router};
use bytes::Bytes;
use rust_embed::Embed;

use crate::auth::{Caller, Scope};

use super::address::in_address;
use super::error::Problem;
use super::extract::{PathOf, QueryOf};
use super::sight::default_unit;
use super::state::AppState;

#[cfg(test)]
mod tests;

/// What `make build` leaves; empty when the page was not built before the program.
#[derive(Embed)]
#[folder = "dashboards/web/dist"]
#[allow_missing = true]
struct Pages;

/// One of them.
struct Page {
    content: Bytes,
    /// Hexadecimal.
    hash: String,
    mime: String,
}

impl Page {
    fn find(name: &str) -> Option<Page> {
        let file = Pages::get(name)?;
        let content = match file.data {
            Cow::Borrowed(bytes) => Bytes::from_static(bytes),
            Cow::Owned(bytes) => Bytes::from(bytes),
        };
        let hash: String = file.metadata.sha256_hash().iter().map(|byte| format!("{byte:02x}")).collect();
        let content = if name == INDEX { with_build(&content, &hash) } else { content };
        Some(Page { content, hash, mime: mime(name, file.metadata.mimetype()).to_owned() })
    }
}

/// The wall's page with the name of its build in it, so that it knows which one it is.
fn with_build(index: &[u8], hash: &str) -> Bytes {
    let index = String::from_utf8_lossy(index);
    Bytes::from(index.replace(NO_BUILD, &format!("name=\"build\" content=\"{}\"", short(hash))))
}

/// Enough of a page's hash to tell any two apart.
fn short(hash: &str) -> &str {
    hash.get(..16).unwrap_or(hash)
}

/// Where the page has the name of its build.
const NO_BUILD: &str = "name=\"build\" content=\"\"";

const INDEX: &str = "index.html";
const DESK: &str = "ops.html";
/// Keeps the page of screens in the browser.
const WORKER: &str = "assets/sw.js";

/// For files whose name carries a hash of their content.
const CACHE_FOR_GOOD: &str = "public, max-age=31536000, immutable";

/// For other files: they may be kept, and are asked for again each time.
const CACHE_ASK_AGAIN: &str = "no-cache";

/// A screen that names no unit asks again after this time, until one is known.
const REFRESH_S: u32 = 3;

/// How much of an unknown board's id its page repeats.
const BOARD_SHOWN_CHARS_MAX: usize = 64;

const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>opcentre</title>\
    <h1>The wall page is not in this program</h1>\
    <p>It was built without its pages. Run <code>make build</code>, then start it again.</p>\
    <p>The figures are there all the same: <a href=\"/readyz\">/readyz</a>, \
    <a href=\"/api/v1/units\">/api/v1/units</a>.";

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/", get(|| async { Redirect::temporary("/wall/province") }))
        .route("/wall/{board}", get(wall))
        .route("/ops", get(desk_of_root))
        .route("/ops/alerts", get(desk))
        .route("/ops/reports", get(desk))
        .route("/ops/screens", get(desk))
        .route("/screen", get(screen))
        .route("/ops/sources", get(desk))
        .route("/ops/units/{code}", get(desk))
        .route("/ops/dossiers/{source}/{id}", get(desk))
        .route("/assets/{*path}", get(asset))
}

/// Names the pages in this program: another one after every change of them. None when they were not built.
pub(super) fn build_id() -> Option<String> {
    Page::find(INDEX).map(|index| short(&index.hash).to_owned())
}

/// The wall's page, the same for every board and unit. Without a unit it goes on to the top of the tree.
async fn wall(
    State(state): State<AppState>,
    PathOf(board): PathOf<String>,
    QueryOf(query): QueryOf<BTreeMap<String, String>>,
    caller: Option<Extension<Caller>>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    if state.catalogues.now().board(&board).is_none() {
        return no_board(&state, &board);
    }
    let Some(index) = Page::find(INDEX) else {
        return (StatusCode::SERVICE_UNAVAILABLE, Html(NOT_BUILT)).into_response();
    };
    if query.get("unit").is_some_and(|unit| !unit.is_empty()) {
        return serve(index, &headers, CACHE_ASK_AGAIN);
    }
    match caller {
        Some(Extension(caller)) => to_root(&state, &caller.scope, &board, &uri),
        // Which units there are isn't told to somebody unknown: the page asks for a token first.
        None => serve(index, &headers, CACHE_ASK_AGAIN),
    }
}

/// Says that there is no such board, and which there are.
fn no_board(state: &AppState, board: &str) -> Response {
    let link = |id: &str| format!("<a href=\"/wall/{}\">{}</a>", in_address(id), escaped(id));
    let boards: Vec<String> = state.catalogues.now().boards().map(|board| link(&board.id)).collect();
    let page = format!(
        "<!doctype html><html lang=\"vi\"><meta charset=\"utf-8\"><title>opcentre</title>\
         <h1>Không có màn hình này</h1><p>There is no board <code>{}</code>. Có / there are: {}.",
        escaped(&board.chars().take(BOARD_SHOWN_CHARS_MAX).collect::<String>()),
        boards.join(", ")
    );
    (StatusCode::NOT_FOUND, Html(page)).into_response()
}

/// Text in a page.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The desk's page, the same for every unit and dossier: what it shows stands in its address.
/// The page of a screen, approved or not: the wall's, which finds out which it is.
async fn screen(headers: HeaderMap) -> Response {
    match Page::find(INDEX) {
        Some(page) => serve(page, &headers, CACHE_ASK_AGAIN),
        None => (StatusCode::SERVICE_UNAVAILABLE, Html(NOT_BUILT)).into_response(),
    }
}

async fn desk(headers: HeaderMap) -> Response {
    match Page::find(DESK) {
        Some(page) => serve(page, &headers, CACHE_ASK_AGAIN),
        None => (StatusCode::SERVICE_UNAVAILABLE, Html(NOT_BUILT)).into_response(),
    }
}

/// Sends a desk that names no unit to the top of what the caller may see.
async fn desk_of_root(
    State(state): State<AppState>,
    caller: Option<Extension<Caller>>,
    headers: HeaderMap,
) -> Response {
    // Which units there are isn't told to somebody unknown: the page asks for a token first.
    let Some(Extension(caller)) = caller else { return desk(headers).await };
    match state.view().map(|view| default_unit(&view, &caller.scope)) {
        Ok(Some(root)) => Redirect::temporary(&format!("/ops/units/{}", in_address(&root))).into_response(),
        other => waiting(other.is_ok()),
    }
}

/// Sends a screen that names no unit to the top of the tree; while there is none, it is told so and asks again.
fn to_root(state: &AppState, scope: &Scope, board: &str, uri: &Uri) -> Response {
    match state.view().map(|view| default_unit(&view, scope)) {
        Ok(Some(root)) => {
            let rest = uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
            let rest: String = rest.filter(|pair| !pair.starts_with("unit=")).map(|pair| format!("&{pair}")).collect();
            let place = format!("/wall/{}?unit={}{rest}", in_address(board), in_address(&root));
            Redirect::temporary(&place).into_response()
        }
        other => waiting(other.is_ok()),
    }
}

/// What is said while there is no unit to go to.
fn waiting(is_ready: bool) -> Response {
    let reason = match is_ready {
        true => "Chưa có đơn vị nào. No units are known yet: load them with <code>opcentre units load FILE</code>.",
        false => "Đang khởi động. The figures are being put together.",
    };
    let page = format!("<!doctype html><meta charset=\"utf-8\"><title>opcentre</title><p>{reason}");
    let refresh = [(header::REFRESH, HeaderValue::from(REFRESH_S))];
    (StatusCode::SERVICE_UNAVAILABLE, refresh, Html(page)).into_response()
}

async fn asset(PathOf(path): PathOf<String>, headers: HeaderMap) -> Result<Response, Problem> {
    let name = format!("assets/{path}");
    match Page::find(&name) {
        Some(found) if name == WORKER => {
            // It looks after the page of screens, which isn't below its own folder.
            let scope = HeaderName::from_static("service-worker-allowed");
            let mut response = serve(found, &headers, CACHE_ASK_AGAIN);
            response.headers_mut().insert(scope, HeaderValue::from_static("/screen"));
            Ok(response)
        }
        Some(found) if has_hash(&name) => Ok(serve(found, &headers, CACHE_FOR_GOOD)),
        Some(found) => Ok(serve(found, &headers, CACHE_ASK_AGAIN)),
        None => Err(Problem::NoSuchPath { path: format!("/{name}") }),
    }
}

/// Whether a name is as the build makes it: `index-CiT0nImV.js`.
fn has_hash(name: &str) -> bool {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let Some((before, hash)) = stem.len().checked_sub(8).and_then(|at| stem.split_at_checked(at)) else { return false };
    let is_hash = hash.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    before.ends_with('-') && is_hash
}

fn serve(page: Page, headers: &HeaderMap, cache: &'static str) -> Response {
    // Weak: the same content goes out packed and unpacked.
    let tag = format!("W/\"{}\"", page.hash);
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let is_known = known.flat_map(|tags| tags.split(',')).any(|known| is_same(known.trim(), &tag));
    let mut response =
        if is_known { StatusCode::NOT_MODIFIED.into_response() } else { Body::from(page.content).into_response() };
    let answer = response.headers_mut();
    if !is_known {
        let octets = HeaderValue::from_static("application/octet-stream");
        answer.insert(header::CONTENT_TYPE, HeaderValue::from_str(&page.mime).unwrap_or(octets));
    }
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    answer.insert(header::ETAG, HeaderValue::try_from(tag).expect("hexadecimal digits and quotes are visible ASCII"));
    response
}

/// Weak comparison of tags (RFC 9110, 8.8.3.2).
fn is_same(known: &str, tag: &str) -> bool {
    known == "*" || known.trim_start_matches("W/") == tag.trim_start_matches("W/")
}

fn mime<'a>(name: &str, guessed: &'a str) -> &'a str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        _ => guessed,
    }
}
