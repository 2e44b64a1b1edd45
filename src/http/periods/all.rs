//! `GET /api/v1/periods`: all closings of a unit.

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use serde::Serialize;

use crate::auth::{Caller, Role};
use crate::kpi::Window;
use crate::units::Hierarchy;

use super::super::answers::{AnswerError, ClosedQuestion, Figures, asked_unit};
use super::super::drill::{Asked, Places};
use super::super::error::Problem;
use super::super::extract::QueryOf;
use super::super::guard::require;
use super::super::json::json;
use super::super::state::AppState;
use super::{Listing, OfUnit, listing};

/// Periods that were ever closed for a unit.
#[derive(Serialize)]
struct AllClosings {
    unit: String,
    name: String,
    /// The period that ended last first.
    periods: Vec<Listing>,
}

/// The closings of a unit, of all schemes and periods.
pub(super) async fn all(
    State(state): State<AppState>,
    (Extension(caller), Extension(places)): (Extension<Caller>, Extension<Places>),
    QueryOf(OfUnit { unit }): QueryOf<OfUnit>,
) -> Result<Response, Problem> {
    require(&caller, Role::View)?;
    let closings = state.closings.clone();
    let work = move |figures: Figures<'_>, code: &str| {
        let view = figures.view;
        let today = Window { first: view.today(), last: view.today() };
        let seen = asked_unit(figures, code, today, Hierarchy::Now)?;
        let mut periods = Vec::new();
        for (scheme, period, unit) in closings.closed_of(code)? {
            // As it is asked for one by one: a code is read on the period's day, and may have been another unit's then.
            match ClosedQuestion::of_period(figures, code, (&scheme, &period.to_string())) {
                Ok(question) if question.unit == unit => periods.push(listing(figures, &closings, question)?),
                Ok(_) => {}
                // Not the caller's to see then, or of a scheme that is no longer there.
                Err(AnswerError::UnknownUnit(_) | AnswerError::UnknownScheme { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        periods.sort_by_key(|listing| std::cmp::Reverse((listing.window.last, listing.window.first)));
        let label = view.units().label(seen.id());
        json(&AllClosings { unit: label.code.to_owned(), name: label.name.to_owned(), periods })
    };
    Asked::of(state, &caller, &unit)?.answer(&places, work).await
}
