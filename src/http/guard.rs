//! Lets in only whom `auth` admits.

use axum::extract::{Request, State};
use axum::http::{HeaderName, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::auth::{Caller, RequestFacts, Role};

use super::error::Problem;
use super::state::AppState;

/// Admits the request and notes its [`Caller`] for the handlers, or refuses it. It stands before
/// every route, the pages and the WebSocket too.
pub(super) async fn admit(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let caller = state.mode.admit(&facts(&request))?;
    request.extensions_mut().insert(caller);
    Ok(next.run(request).await)
}

/// Whether the caller has the role that a handler needs.
pub(super) fn require(caller: &Caller, role: Role) -> Result<(), Problem> {
    if caller.may(role) { Ok(()) } else { Err(Problem::Forbidden { role: role.as_str() }) }
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
        headers: request.headers().keys().map(HeaderName::as_str).collect(),
    }
}
