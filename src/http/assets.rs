//! The pages: the wall's index and its assets, embedded in the program.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use rust_embed::{Embed, EmbeddedFile};

use super::error::Problem;
use super::extract::PathOf;
use super::state::AppState;

/// What `make build` leaves; empty when the page was not built before the program.
#[derive(Embed)]
#[folder = "dashboards/web/dist"]
#[allow_missing = true]
struct Pages;

const INDEX: &str = "index.html";

/// Names under `/assets` carry a hash of their content.
const CACHE_ASSET: &str = "public, max-age=31536000, immutable";

/// The index may be kept, and is asked for again each time.
const CACHE_INDEX: &str = "no-cache";

const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>opcentre</title>\
    <h1>The wall page is not in this program</h1>\
    <p>It was built without its pages. Run <code>make build</code>, then start it again.</p>\
    <p>The figures are there all the same: <a href=\"/readyz\">/readyz</a>, <a href=\"/api/v1/units\">/api/v1/units</a>.";

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/", get(|| async { Redirect::temporary("/wall/province") }))
        .route("/wall/{board}", get(wall))
        .route("/assets/{*path}", get(asset))
}

/// Names the pages in this program: another one after every change of them. None when they were not built.
pub(super) fn build_id() -> Option<String> {
    Pages::get(INDEX).map(|index| hash_of(&index)[..16].to_owned())
}

async fn wall(headers: HeaderMap) -> Response {
    match Pages::get(INDEX) {
        Some(index) => file(INDEX, index, &headers, CACHE_INDEX),
        None => (StatusCode::SERVICE_UNAVAILABLE, Html(NOT_BUILT)).into_response(),
    }
}

async fn asset(PathOf(path): PathOf<String>, headers: HeaderMap) -> Result<Response, Problem> {
    let name = format!("assets/{path}");
    match Pages::get(&name) {
        Some(found) => Ok(file(&name, found, &headers, CACHE_ASSET)),
        None => Err(Problem::NoSuchPath { path: format!("/{name}") }),
    }
}

fn file(name: &str, file: EmbeddedFile, headers: &HeaderMap, cache: &'static str) -> Response {
    // Weak: the same content goes out packed and unpacked.
    let tag = format!("W/\"{}\"", &hash_of(&file)[..32]);
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let is_known = known.flat_map(|tags| tags.split(',')).any(|known| matches(known.trim(), &tag));
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = Body::from(file.data.into_owned()).into_response();
        let kind = mime(name, file.metadata.mimetype());
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        response
    };
    let answer = response.headers_mut();
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    answer.insert(header::ETAG, HeaderValue::try_from(tag).expect("hexadecimal digits and quotes are visible ASCII"));
    response
}

/// Weak comparison of tags (RFC 9110, 8.8.3.2).
fn matches(known: &str, tag: &str) -> bool {
    known == "*" || known.trim_start_matches("W/") == tag.trim_start_matches("W/")
}

fn mime(name: &str, guessed: &str) -> HeaderValue {
    let with_charset = match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        _ => guessed,
    };
    HeaderValue::from_str(with_charset).unwrap_or(HeaderValue::from_static("application/octet-stream"))
}

fn hash_of(file: &EmbeddedFile) -> String {
    file.metadata.sha256_hash().iter().map(|byte| format!("{byte:02x}")).collect()
}
