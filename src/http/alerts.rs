//! `GET /api/v1/alerts` and `POST /api/v1/alerts/{id}/acknowledge`: what is open and what was, of the caller's units.

use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use serde::{Deserialize, Serialize};

use crate::auth::{Caller, Role};
use crate::cube::View;
use crate::kpi::{Side, Words};
use crate::model::Zone;
use crate::pipeline::alerts::{Alert, Ending, Figure, FigureUnit, Subject, number, sentence};
use crate::pipeline::feeds::Feeds;
use crate::units::Hierarchy;

use super::answers::{self, Figures};
use super::error::Problem;
use super::extract::{PathOf, QueryOf};
use super::guard::require;
use super::json::json;
use super::state::AppState;
use super::tokens::written;

/// Alerts of one page.
const PAGE_ROWS: usize = 100;
/// Who acknowledges without a token.
const LOCAL: &str = "local";

/// The area's routes.
pub(super) fn router() -> Router<AppState> {
    Router::new().route("/api/v1/alerts", get(list)).route("/api/v1/alerts/{id}/acknowledge", post(acknowledge))
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Which {
    /// Raised and not over.
    #[default]
    Open,
    /// Over.
    History,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    #[serde(default)]
    state: Which,
    /// The greatest number that is wanted no more: where the page before ended.
    cursor: Option<u64>,
}

#[derive(Serialize)]
struct ListAnswer<'a> {
    as_of: String,
    seq: u64,
    node: &'a str,
    state: Which,
    alerts: Vec<AlertAnswer>,
    /// To be given as `cursor` for the next page; null when there is none.
    next: Option<u64>,
}

#[derive(Serialize)]
struct AlertAnswer {
    id: u64,
    rule: String,
    version: String,
    level: &'static str,
    label: Words,
    sentence: Words,
    unit: Option<String>,
    source: Option<String>,
    name: String,
    side: Option<Side>,
    threshold: Option<f64>,
    clear: Option<f64>,
    /// The newest figure that is known; of one that is over that of its end.
    figure: FigureAnswer,
    /// The figure when it was raised.
    raised: FigureAnswer,
    since: String,
    raised_at: String,
    /// The end of the quiet hours in which it was raised.
    told_from: Option<String>,
    acknowledged: Option<AcknowledgedAnswer>,
    cleared: Option<ClearedAnswer>,
    seq: u64,
}

#[derive(Serialize)]
struct FigureAnswer {
    num: i64,
    den: i64,
    value: Option<f64>,
    counted_in: FigureUnit,
    words: Words,
    seq: u64,
}

#[derive(Serialize)]
struct AcknowledgedAnswer {
    by: String,
    at: String,
}

#[derive(Serialize)]
struct ClearedAnswer {
    at: String,
    how: Ending,
    seq: u64,
}

/// What is open, the newest first; or what is over. Of foreign units and sources nothing is shown.
async fn list(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    QueryOf(query): QueryOf<ListQuery>,
) -> Result<Response, Problem> {
    require(&caller, Role::View)?;
    let view = state.view()?;
    let seen = Seen::of(&state, &view, &caller);
    let mut all = match query.state {
        Which::Open => state.alerts.open_alerts(),
        Which::History => state.alerts.over_alerts(),
    };
    all.sort_by_key(|alert| std::cmp::Reverse(alert.id));
    let before = query.cursor.unwrap_or(u64::MAX);
    let mut page = all.iter().filter(|alert| alert.id < before && seen.shows(alert));
    let alerts: Vec<AlertAnswer> = page.by_ref().take(PAGE_ROWS).map(|alert| answer(alert, view.zone())).collect();
    let next = page.next().and_then(|_| alerts.last().map(|alert| alert.id));
    json(&ListAnswer {
        as_of: view.now().to_rfc3339(view.zone()),
        seq: view.seq(),
        node: &state.node,
        state: query.state,
        alerts,
        next,
    })
}

/// Says who saw an alert; who saw it first stays.
async fn acknowledge(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    PathOf(id): PathOf<u64>,
) -> Result<Json<AlertAnswer>, Problem> {
    require(&caller, Role::Operate)?;
    let view = state.view()?;
    let seen = Seen::of(&state, &view, &caller);
    let known = state.alerts.get(id).filter(|alert| seen.shows(alert)).ok_or(Problem::UnknownAlert { id })?;
    if known.cleared.is_some() {
        return Err(Problem::AlertOver { id });
    }
    let label = caller.token().and_then(|id| state.tokens.tokens().get(id)).map(|token| token.label.to_string());
    let by = label.unwrap_or_else(|| LOCAL.to_owned());
    let (alerts, at) = (state.alerts.clone(), (state.clock)());
    let noted = written(move || alerts.acknowledge(id, &by, at)).await?;
    // It may have come to its end in the meantime.
    let alert = noted.ok_or(Problem::AlertOver { id })?;
    let by = alert.acknowledged.as_ref().map(|acknowledged| acknowledged.by.as_str());
    tracing::info!(alert.id = id, alert.by = by, "an alert was acknowledged");
    Ok(Json(answer(&alert, view.zone())))
}

/// Which alerts a caller may see (H-1): those about its units, and about sources that feed them.
struct Seen<'a> {
    state: &'a AppState,
    view: &'a View,
    caller: &'a Caller,
    feeds: Feeds,
}

impl<'a> Seen<'a> {
    fn of(state: &'a AppState, view: &'a View, caller: &'a Caller) -> Seen<'a> {
        Seen { state, view, caller, feeds: Feeds::of(state.tokens.tokens()) }
    }

    fn shows(&self, alert: &Alert) -> bool {
        let (view, scope) = (self.view, &self.caller.scope);
        match &alert.key.subject {
            Subject::Unit { code, .. } => {
                let sight = scope.on(view.units(), view.hierarchies(), Hierarchy::Now);
                // A code that nobody knows any more is shown only to whom nothing is foreign.
                scope.is_all() || sight.unit(code, view.zone().day(alert.raised_at)).is_some()
            }
            Subject::Source(source) => {
                let catalogue = self.state.catalogues.now();
                let figures = Figures { view, catalogue: &catalogue, node: &self.state.node, scope };
                answers::shows_source(figures, &self.feeds, source)
            }
        }
    }
}

fn answer(alert: &Alert, zone: &Zone) -> AlertAnswer {
    let (unit, source) = match &alert.key.subject {
        Subject::Unit { code, .. } => (Some(code.to_string()), None),
        Subject::Source(source) => (None, Some(source.to_string())),
    };
    let told = |figure: Figure| FigureAnswer {
        num: figure.num,
        den: figure.den,
        value: figure.value(),
        counted_in: figure.unit,
        words: number(&figure, alert.lines().as_ref(), zone),
        seq: figure.seq,
    };
    let figure = alert.cleared.as_ref().map_or_else(|| alert.figure(), |end| end.figure.unwrap_or(alert.raised));
    AlertAnswer {
        id: alert.id,
        rule: alert.key.rule.clone(),
        version: alert.version.clone(),
        level: alert.level.as_str(),
        label: alert.label.clone(),
        // Of one that is over: what it was raised with.
        sentence: sentence(alert, if alert.cleared.is_some() { &alert.raised } else { &figure }, zone),
        unit,
        source,
        name: alert.name.clone(),
        side: alert.side,
        threshold: alert.threshold.map(|line| line.to_f64()),
        clear: alert.clear.map(|line| line.to_f64()),
        figure: told(figure),
        raised: told(alert.raised),
        since: alert.since.to_rfc3339(zone),
        raised_at: alert.raised_at.to_rfc3339(zone),
        told_from: alert.told_from.map(|at| at.to_rfc3339(zone)),
        acknowledged: alert
            .acknowledged
            .as_ref()
            .map(|seen| AcknowledgedAnswer { by: seen.by.clone(), at: seen.at.to_rfc3339(zone) }),
        cleared: alert.cleared.as_ref().map(|end| ClearedAnswer {
            at: end.at.to_rfc3339(zone),
            how: end.how,
            seq: end.seq,
        }),
        seq: alert.seq,
    }
}
