//! What a screen asks for itself: who it is, a code to be approved by, and its credential.

use std::net::{IpAddr, Ipv4Addr};

use axum::body::Bytes;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};

use crate::auth::{Cost, Payer, Secret};
use crate::model::Text;
use crate::screens::{Known, Program, Screen};

use super::super::assets::build_id;
use super::super::error::Problem;
use super::super::listen::Peer;
use super::super::state::AppState;
use super::super::tokens::written;
use super::cookie;
use super::problem::ScreenProblem;

/// Where a code is approved.
const APPROVAL: &str = "/ops/screens";

/// Who a screen is.
#[derive(Debug, Serialize)]
struct Own {
    /// `approved`, `revoked`, or `unpaired`: nobody knows it.
    state: &'static str,
    /// What it shows, once it is approved.
    #[serde(skip_serializing_if = "Option::is_none")]
    screen: Option<OwnScreen>,
    /// Names the newest page.
    build: String,
    /// Whose local times are meant.
    timezone: String,
}

#[derive(Debug, Serialize)]
struct OwnScreen {
    id: Text,
    name: Text,
    unit: Text,
    show: Program,
}

fn answer(state: &AppState, word: &'static str, screen: Option<&Screen>) -> Response {
    let screen = screen.map(|screen| OwnScreen {
        id: screen.id.clone(),
        name: screen.name.clone(),
        unit: screen.unit.clone(),
        show: screen.show.clone(),
    });
    let timezone = state.zone.name().to_owned();
    Json(Own { state: word, screen, build: build_id().unwrap_or_default(), timezone }).into_response()
}

/// Who the screen is that asks. Its cookie is given anew, so that it doesn't end as long as the screen is used.
pub(super) async fn own(State(state): State<AppState>, headers: HeaderMap) -> Result<Response, Problem> {
    let Some(secret) = cookie::secret(&headers) else { return Ok(answer(&state, "unpaired", None)) };
    match state.displays.list().by_hash(&secret.hash()) {
        Known::Unknown => Ok(answer(&state, "unpaired", None)),
        Known::Revoked => Ok(answer(&state, "revoked", None)),
        Known::Good(screen) => {
            let mut screen = *screen;
            if screen.claim.take().is_some() {
                // It has arrived: nobody fetches it again.
                put(&state, screen.clone()).await?;
            }
            let mut response = answer(&state, "approved", Some(&screen));
            response.headers_mut().insert(header::SET_COOKIE, cookie::given(&secret, screen.is_secure));
            Ok(response)
        }
    }
}

async fn put(state: &AppState, screen: Screen) -> Result<(), Problem> {
    let keeper = state.displays.clone();
    written(move || keeper.put(&screen)).await
}

/// As RFC 8628, 3.2 has it.
#[derive(Debug, Serialize)]
pub(super) struct Code {
    device_code: String,
    user_code: String,
    verification_uri: String,
    verification_uri_complete: String,
    expires_in: i64,
    interval: i64,
}

/// A code for a screen that nobody knows yet.
pub(super) async fn code(
    State(state): State<AppState>,
    peer: Option<Extension<ConnectInfo<Peer>>>,
    headers: HeaderMap,
) -> Result<Json<Code>, Problem> {
    let address = peer.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |Extension(ConnectInfo(peer))| peer.0);
    state.rates.pay(Payer::Peer(address), Cost::Pairing)?;
    let device = Secret::of(rand::random());
    let begun = state.displays.pairings().begin(device.hash(), rand::random(), (state.wall)());
    let begun = begun.map_err(ScreenProblem::from)?;
    let place = format!("{}{APPROVAL}", cookie::origin(&headers));
    Ok(Json(Code {
        device_code: device.tell().to_owned(),
        user_code: begun.code.to_string(),
        verification_uri_complete: format!("{place}?code={}", begun.code),
        verification_uri: place,
        expires_in: begun.expires_s,
        interval: begun.interval_s,
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    device_code: String,
}

/// The credential, once somebody approved the code. Asked for again, because an answer was lost, there is another one
/// and the former is worth nothing; from its first use on there is none.
pub(super) async fn token(State(state): State<AppState>, headers: HeaderMap, body: Bytes) -> Result<Response, Problem> {
    let bad = |error: serde_json::Error| Problem::BadParameter { reason: format!("the body can't be read: {error}") };
    let asked: Asked = serde_json::from_slice(&body).map_err(bad)?;
    let now = (state.wall)();
    let hash = Secret::read(&asked.device_code).map(|device| device.hash()).unwrap_or_default();
    let Some(mut screen) = state.displays.list().by_claim(&hash, now) else {
        return Err(ScreenProblem::Waiting(state.displays.pairings().poll(&hash, now)).into());
    };
    let secret = Secret::of(rand::random());
    screen.hash = Some(secret.hash());
    screen.is_secure = cookie::origin(&headers).starts_with("https://");
    put(&state, screen.clone()).await?;
    let mut response = answer(&state, "approved", Some(&screen));
    response.headers_mut().insert(header::SET_COOKIE, cookie::given(&secret, screen.is_secure));
    Ok(response)
}
