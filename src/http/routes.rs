//! Every route with what it takes to use it: the one table that the gate goes by.
//!
//! | role | may |
//! | --- | --- |
//! | (none) | the pages and their assets, `/healthz`, whether `/readyz` is ready |
//! | ingest | send records of its own source, read nothing |
//! | display | show the boards of one screen at its unit; what a screen's cookie gives, no token |
//! | view | see figures, walls and units of its subtree |
//! | operate | view and ingest, look into dossiers of its subtree, approve and command its screens; what concerns all units (loading units, sources, the catalogue, verifying) only with a token for everything |
//! | admin | everything, and tokens; always for everything |
//!
//! A route without a row is served to nobody, so that a new one can't be forgotten here.

use axum::extract::{MatchedPath, Request};
use axum::http::Method;

use crate::auth::{Cost, Role};

/// What a caller needs for a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Nothing: there is no data of anybody in it.
    Anyone,
    /// A role. Units are seen as far as the caller's scope goes.
    Role(Role),
    /// A role and a scope of every unit: it concerns them all.
    Whole(Role),
    /// A role, shown with the request or in the first frame of the socket.
    Socket(Role),
}

/// One route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// The method; HEAD goes with GET.
    pub method: &'static str,
    /// The path as the router knows it.
    pub path: &'static str,
    /// What it takes.
    pub need: Need,
}

const fn get(path: &'static str, need: Need) -> Route {
    Route { method: "GET", path, need }
}

const fn with(method: &'static str, path: &'static str, need: Need) -> Route {
    Route { method, path, need }
}

/// Every route, in the order of the areas.
pub const ROUTES: &[Route] = &[
    get("/", Need::Anyone),
    get("/wall/{board}", Need::Anyone),
    get("/ops", Need::Anyone),
    get("/ops/sources", Need::Anyone),
    get("/ops/alerts", Need::Anyone),
    get("/ops/reports", Need::Anyone),
    get("/ops/units/{code}", Need::Anyone),
    get("/ops/dossiers/{source}/{id}", Need::Anyone),
    get("/ops/screens", Need::Anyone),
    get("/screen", Need::Anyone),
    get("/assets/{*path}", Need::Anyone),
    get("/healthz", Need::Anyone),
    get("/readyz", Need::Anyone),
    get("/api/openapi.json", Need::Anyone),
    get("/api/schemas/records.json", Need::Anyone),
    get("/guide/{page}", Need::Anyone),
    get("/guide/examples/{file}", Need::Anyone),
    get("/metrics", Need::Whole(Role::Operate)),
    get("/api/v1/units", Need::Role(Role::View)),
    get("/api/v1/units/{code}", Need::Role(Role::View)),
    get("/api/v1/units/{code}/geometry", Need::Role(Role::Display)),
    get("/api/v1/units/{code}/kpis", Need::Role(Role::View)),
    get("/api/v1/units/{code}/breakdown", Need::Role(Role::View)),
    get("/api/v1/units/{code}/dossiers", Need::Role(Role::Operate)),
    get("/api/v1/units/{code}/forms/{form}", Need::Role(Role::View)),
    get("/api/v1/periods", Need::Role(Role::View)),
    get("/api/v1/periods/{scheme}/{period}", Need::Role(Role::View)),
    get("/api/v1/periods/{scheme}/{period}/difference", Need::Role(Role::Operate)),
    with("POST", "/api/v1/periods/{scheme}/{period}/close", Need::Role(Role::Operate)),
    with("POST", "/api/v1/periods/{scheme}/{period}/reopen", Need::Role(Role::Operate)),
    get("/api/v1/units/{code}/quality", Need::Role(Role::Operate)),
    get("/api/v1/units/{code}/indicators", Need::Role(Role::View)),
    get("/api/v1/units/{code}/indicators/template", Need::Role(Role::View)),
    get("/api/v1/units/{code}/indicators/returns/{period}", Need::Role(Role::Operate)),
    with("PUT", "/api/v1/units/{code}/indicators/returns/{period}", Need::Role(Role::Operate)),
    with("POST", "/api/v1/units/{code}/indicators/returns/{period}/submit", Need::Role(Role::Operate)),
    with("POST", "/api/v1/units/{code}/indicators/returns/{period}/approve", Need::Role(Role::Operate)),
    with("POST", "/api/v1/units/{code}/indicators/returns/{period}/reject", Need::Role(Role::Operate)),
    get("/api/v1/units/{code}/indices/{index}", Need::Role(Role::View)),
    get("/api/v1/indicators", Need::Role(Role::View)),
    get("/api/v1/indicators/missing", Need::Role(Role::View)),
    get("/reports/{file}", Need::Role(Role::View)),
    get("/api/v1/sources", Need::Role(Role::View)),
    get("/api/v1/freshness", Need::Role(Role::View)),
    get("/api/v1/procedures", Need::Role(Role::View)),
    get("/api/v1/calendar", Need::Role(Role::View)),
    get("/api/v1/successions", Need::Role(Role::View)),
    get("/api/v1/aliases", Need::Role(Role::Operate)),
    get("/api/v1/unresolved", Need::Whole(Role::Operate)),
    get("/api/v1/alerts", Need::Role(Role::View)),
    get("/api/v1/reports", Need::Role(Role::View)),
    get("/api/v1/reports/{run}/{file}", Need::Role(Role::View)),
    with("POST", "/api/v1/reports/{run}/retry", Need::Role(Role::Operate)),
    with("POST", "/api/v1/alerts/{id}/acknowledge", Need::Role(Role::Operate)),
    get("/api/v1/boards/{board}", Need::Role(Role::Display)),
    get("/api/v1/live", Need::Socket(Role::Display)),
    get("/api/v1/screen", Need::Anyone),
    with("POST", "/api/v1/screen/code", Need::Anyone),
    with("POST", "/api/v1/screen/token", Need::Anyone),
    get("/api/v1/screens", Need::Role(Role::Operate)),
    with("POST", "/api/v1/screens", Need::Role(Role::Operate)),
    with("POST", "/api/v1/screens/deny", Need::Role(Role::Operate)),
    with("PUT", "/api/v1/screens/{id}", Need::Role(Role::Operate)),
    with("DELETE", "/api/v1/screens/{id}", Need::Role(Role::Operate)),
    with("POST", "/api/v1/screens/{id}/command", Need::Role(Role::Operate)),
    get("/api/v1/dossiers/{source}/{id}", Need::Role(Role::Operate)),
    with("POST", "/api/v1/events", Need::Role(Role::Ingest)),
    with("POST", "/api/v1/adapters/dvcqg", Need::Role(Role::Ingest)),
    get("/api/v1/imports", Need::Role(Role::Ingest)),
    with("POST", "/api/v1/imports", Need::Role(Role::Ingest)),
    with("POST", "/api/v1/imports/{id}/undo", Need::Role(Role::Ingest)),
    with("PUT", "/api/v1/units", Need::Whole(Role::Operate)),
    with("PUT", "/api/v1/sources", Need::Whole(Role::Operate)),
    get("/api/v1/sources/{source}/totals", Need::Whole(Role::Operate)),
    with("PUT", "/api/v1/sources/{source}/totals", Need::Role(Role::Ingest)),
    get("/api/v1/totals", Need::Whole(Role::Operate)),
    with("POST", "/api/v1/reconcile", Need::Role(Role::Operate)),
    with("PUT", "/api/v1/procedures", Need::Whole(Role::Operate)),
    with("PUT", "/api/v1/calendar", Need::Whole(Role::Operate)),
    with("PUT", "/api/v1/successions", Need::Whole(Role::Operate)),
    with("PUT", "/api/v1/aliases", Need::Whole(Role::Operate)),
    with("PUT", "/api/v1/geometry", Need::Whole(Role::Operate)),
    get("/api/v1/rejects", Need::Whole(Role::Operate)),
    with("POST", "/api/v1/rejects/replay", Need::Whole(Role::Operate)),
    with("POST", "/api/v1/rejects/{id}", Need::Whole(Role::Operate)),
    with("POST", "/api/v1/verify", Need::Whole(Role::Operate)),
    with("POST", "/api/v1/reload", Need::Whole(Role::Operate)),
    get("/api/v1/tokens", Need::Whole(Role::Admin)),
    with("POST", "/api/v1/tokens", Need::Whole(Role::Admin)),
    with("DELETE", "/api/v1/tokens", Need::Whole(Role::Admin)),
];

/// What the table says of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// This row.
    Route(Route),
    /// The router has no such path, or not with this method: there is nothing to be had.
    Nothing,
    /// The router has the path, the table doesn't.
    Forgotten,
}

/// Which row a request asks for.
pub(super) fn find(request: &Request) -> Found {
    let Some(matched) = request.extensions().get::<MatchedPath>() else { return Found::Nothing };
    let mut rows = ROUTES.iter().filter(|route| route.path == matched.as_str()).peekable();
    if rows.peek().is_none() {
        return Found::Forgotten;
    }
    let method = if request.method() == Method::HEAD { "GET" } else { request.method().as_str() };
    rows.find(|route| route.method == method).map_or(Found::Nothing, |route| Found::Route(*route))
}

impl Route {
    /// What a request costs its sender.
    pub(super) fn cost(&self) -> Cost {
        if matches!(self.need, Need::Role(Role::Ingest)) { Cost::Batch } else { Cost::Question }
    }
}
