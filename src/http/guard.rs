//! Lets in only whom `auth` admits, to what the table of routes says.

use std::net::{IpAddr, Ipv4Addr};

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderName, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::auth::{Caller, Cost, Denied, Entry, Payer, RequestFacts, Role};

use super::error::Problem;
use super::listen::Peer;
use super::routes::{self, Found, Need};
use super::screens::entry_at;
use super::state::AppState;

/// Admits the request and notes its [`Caller`] for the handlers, or refuses it. It stands before
/// every route, the pages and the WebSocket too.
pub(super) async fn admit(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let entry = state.gate.admit(&facts(&request), (state.wall)())?;
    let entry = entry_at(&state, entry, request.headers());
    let (need, cost) = match routes::find(&request) {
        Found::Route(route) => (Some(route.need), route.cost()),
        Found::Nothing => (None, Cost::Question),
        Found::Forgotten => return Err(Problem::internal(format!("{} is not in the table", request.uri().path()))),
    };
    let caller = judge(&state, entry, need, peer(&request), cost)?;
    if let Some(caller) = caller {
        request.extensions_mut().insert(caller);
    }
    Ok(next.run(request).await)
}

/// Who is let in; none where nobody needs to be known.
fn judge(
    state: &AppState,
    entry: Entry,
    need: Option<Need>,
    peer: IpAddr,
    cost: Cost,
) -> Result<Option<Caller>, Problem> {
    if state.gate.is_required() {
        let payer = match &entry {
            Entry::Caller(caller) => payer(caller),
            Entry::Nobody | Entry::Denied(_) => None,
        };
        state.rates.pay(payer.unwrap_or(Payer::Peer(peer)), cost)?;
    }
    let caller = match entry {
        Entry::Caller(caller) => caller,
        Entry::Nobody | Entry::Denied(_) if need == Some(Need::Anyone) => return Ok(None),
        Entry::Nobody if matches!(need, Some(Need::Socket(_))) => return Ok(None),
        Entry::Nobody => return Err(Problem::NoToken),
        Entry::Denied(denied) => {
            // Who has had a token isn't guessing.
            if denied == Denied::Unknown {
                state.rates.pay(Payer::Peer(peer), Cost::Failure)?;
            }
            return Err(Problem::BadToken(denied));
        }
    };
    match need {
        None | Some(Need::Anyone) => {}
        Some(Need::Role(role) | Need::Socket(role)) => require(&caller, role)?,
        Some(Need::Whole(role)) => {
            require(&caller, role)?;
            if !caller.scope.is_all() {
                return Err(Problem::NeedsWhole);
            }
        }
    }
    Ok(Some(caller))
}

/// Whose rate it is; none of somebody without anything to show.
fn payer(caller: &Caller) -> Option<Payer> {
    let token = caller.token().cloned().map(Payer::Token);
    token.or_else(|| caller.screen().cloned().map(Payer::Screen))
}

/// Whether the caller has the role that a handler needs.
pub(super) fn require(caller: &Caller, role: Role) -> Result<(), Problem> {
    if caller.may(role) { Ok(()) } else { Err(Problem::Forbidden { role: role.as_str() }) }
}

/// From where a request comes; this machine when nobody says.
pub(super) fn peer(request: &Request) -> IpAddr {
    let known = request.extensions().get::<ConnectInfo<Peer>>();
    known.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |ConnectInfo(peer)| peer.0)
}

fn facts(request: &Request) -> RequestFacts<'_> {
    // Text that isn't visible ASCII can't be right: it becomes a name that is refused.
    let texts = |name: HeaderName| {
        let values = request.headers().get_all(name).into_iter();
        values.map(|value| value.to_str().unwrap_or("(not text)")).collect::<Vec<_>>()
    };
    let mut hosts = texts(header::HOST);
    hosts.extend(request.uri().authority().map(|authority| authority.as_str()));
    RequestFacts {
        hosts,
        origins: texts(header::ORIGIN),
        authorization: texts(header::AUTHORIZATION),
        headers: request.headers().keys().map(HeaderName::as_str).collect(),
    }
}
