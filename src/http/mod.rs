//! The edge: HTTP and WebSocket for screens, desks and senders.
//!
//! [`router`] is a function of [`AppState`]: each area has a file that gives its own router, here they are merged and
//! wrapped. No area knows another. Every request passes the guard (`auth` decides, `guard` carries out), every error
//! is a [`Problem`] whose internal text stays inside (H-2), unit data is read only through the caller's scope (H-1),
//! every body, wait and number of screens has a named bound (P-2). Nothing here starts a task or reads a clock.

pub mod error;
pub mod state;
pub mod readiness;
pub mod bounds;
pub mod extract;
mod address;
pub mod answers;
mod json;
mod meter;
pub mod openapi;
pub mod listen;
mod routes;
mod guard;
mod sight;
mod headers;
mod health;
mod adapters;
mod assets;
mod events;
mod backfill;
mod schema;
mod guide;
mod rejects;
mod units_load;
mod verify;
mod reload;
mod tokens;
mod units;
mod links;
mod boards;
mod form;
mod figures;
mod drill;
mod official;
mod periods;
mod sources;
mod procedures;
mod indicators;
mod geometry;
mod totals;
mod reconcile;
mod unresolved;
mod alerts;
mod imports;
mod returns;
mod reports;
mod screens;
pub mod live;
#[cfg(test)]
mod tests;

use axum::extract::DefaultBodyLimit;
use axum::http::Uri;
use axum::{Extension, Router, middleware};
use tower_http::compression::CompressionLayer;

pub use address::in_address;
pub use answers::node_name;
pub use error::Problem;
pub use imports::Imports;
pub use listen::{BoundedListener, Peer};
pub use live::{LiveLimits, Screens};
pub use periods::Closings;
pub use readiness::{Condition, Readiness};
pub use reports::{Printing, ReportPrinter, RunProblem};
pub use returns::{ReturnProblem, Returns};
pub use routes::{Need, ROUTES, Route};
pub use screens::{ScreenKeeper, ScreenProblem};
pub use state::{AppState, ClockKind};
pub use tokens::{TokenKeeper, TokenRow, token_expiry};

/// Everything the server answers.
pub fn router(state: AppState) -> Router {
    let places = state.printing.places().clone();
    let areas = Router::new()
        .merge(health::router())
        .merge(meter::router())
        .merge(openapi::router())
        .merge(schema::router())
        .merge(guide::router())
        .merge(assets::router())
        .merge(units::router())
        .merge(links::router())
        .merge(boards::router())
        .merge(figures::router(places.clone()))
        .merge(tokens::router())
        .merge(drill::router(places.clone()))
        .merge(sources::router(places.clone()))
        .merge(reload::router())
        .merge(alerts::router())
        .merge(procedures::router())
        .merge(indicators::router(places.clone()))
        .merge(unresolved::router(places.clone()))
        .merge(geometry::router())
        .merge(totals::router(places.clone()))
        .merge(returns::router(places.clone()))
        .merge(screens::router())
        .merge(reports::router())
        .layer(middleware::from_fn(bounds::within_request_timeout))
        // Areas with longer waits or larger bodies bring their own bounds.
        .merge(live::router())
        .merge(events::router(&state))
        .merge(rejects::router())
        .merge(imports::router())
        .merge(reconcile::router(places.clone()))
        .merge(units_load::router())
        .merge(verify::router())
        .merge(periods::router());
    areas
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(Extension(places))
        .layer(DefaultBodyLimit::max(bounds::BODY_BYTES_MAX))
        .layer(CompressionLayer::new().gzip(true))
        .layer(middleware::from_fn_with_state(state.clone(), guard::admit))
        .layer(middleware::map_response(headers::protect))
        .layer(middleware::from_fn_with_state(state.clone(), meter::measure))
        .with_state(state)
}

async fn not_found(uri: Uri) -> Problem {
    Problem::NoSuchPath { path: uri.path().to_owned() }
}

async fn method_not_allowed(uri: Uri) -> Problem {
    Problem::MethodNotAllowed { path: uri.path().to_owned() }
}
