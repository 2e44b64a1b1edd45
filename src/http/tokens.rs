//! `POST, GET, DELETE /api/v1/tokens`: bearer tokens, for those who administer.

mod keeper;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Json, Router};
use serde::{Deserialize, Serialize};

use crate::auth::{Bound, Caller, Denied, Role, Secret, TOKENS_MAX, Token, TokenOrder};
use crate::cube::View;
use crate::ingest;
use crate::model::{Instant, Text, Zone};
use crate::units::{Hierarchy, TERRITORY, UnitId};

use super::error::Problem;
use super::extract::QueryOf;
use super::guard::require;
use super::sight::visible_unit;
use super::state::AppState;

pub use keeper::TokenKeeper;
pub(super) use keeper::written;

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/api/v1/tokens", get(list).post(create).delete(revoke))
}

/// What is asked for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    label: String,
    role: Role,
    unit: Option<String>,
    /// One token for each unit directly below this one.
    each_child_of: Option<String>,
    source: Option<String>,
    /// An instant, or a day that is the last one.
    expires: Option<String>,
}

/// A token as people and programs read it. Its secret is in the answer that made it and nowhere else.
#[derive(Debug, Serialize)]
pub struct TokenRow {
    id: Text,
    label: Text,
    role: Role,
    unit: Option<Text>,
    /// The day on which the unit's code is read.
    bound_on: Option<String>,
    source: Option<Text>,
    /// `good`, `expired` or `revoked`.
    state: &'static str,
    created_at: String,
    expires_at: Option<String>,
    revoked_at: Option<String>,
    last_used_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

#[derive(Debug, Serialize)]
struct Listing {
    tokens: Vec<TokenRow>,
}

impl TokenRow {
    /// A token at a real time, used last at another.
    pub fn of(token: Token, used: Option<Instant>, now: Instant, zone: &Zone) -> TokenRow {
        let text = |ms: i64| Instant(ms).to_rfc3339(zone);
        TokenRow {
            state: match token.check(now) {
                Ok(()) => "good",
                Err(Denied::Revoked) => "revoked",
                Err(_) => "expired",
            },
            bound_on: token.bound.as_ref().map(|bound| bound.root().bound.to_string()),
            unit: token.bound.map(|bound| bound.unit),
            id: token.id,
            label: token.label,
            role: token.role,
            source: token.source,
            created_at: text(token.created_ms),
            expires_at: token.expires_ms.map(text),
            revoked_at: token.revoked_ms.map(text),
            last_used_at: used.map(|used| used.to_rfc3339(zone)),
            token: None,
        }
    }
}

/// Makes one token, or one for each unit directly below another; all or none.
async fn create(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    body: Bytes,
) -> Result<Response, Problem> {
    require(&caller, Role::Admin)?;
    let bad = |error: serde_json::Error| Problem::BadParameter { reason: format!("the body can't be read: {error}") };
    let asked: Asked = serde_json::from_slice(&body).map_err(bad)?;
    let orders = orders(&state, &caller, &asked)?;
    if state.tokens.tokens().count() + orders.len() > TOKENS_MAX {
        return Err(Problem::BadParameter { reason: format!("there are {TOKENS_MAX} tokens already") });
    }
    let now = (state.wall)();
    let mut made: Vec<(Token, Secret)> = Vec::new();
    for order in orders {
        let issued = order.issue(now, rand::random(), rand::random());
        made.push(issued.map_err(|fault| Problem::BadParameter { reason: fault.to_string() })?);
    }
    let keeper = state.tokens.clone();
    let tokens: Vec<Token> = made.iter().map(|(token, _)| token.clone()).collect();
    written(move || keeper.put(&tokens)).await?;
    tracing::info!(tokens.made = made.len(), tokens.by = caller.token().map(|id| id.as_str()), "tokens made");
    let rows = made.into_iter().map(|(token, secret)| {
        let told = Some(secret.tell().to_owned());
        TokenRow { token: told, ..TokenRow::of(token, None, now, &state.zone) }
    });
    Ok((StatusCode::CREATED, Json(Listing { tokens: rows.collect() })).into_response())
}

fn orders(state: &AppState, caller: &Caller, asked: &Asked) -> Result<Vec<TokenOrder>, Problem> {
    let refused = |reason: String| Problem::BadParameter { reason };
    let source = asked.source.as_deref().map(ingest::check_source).transpose();
    let source = source.map_err(|error| refused(error.to_string()))?;
    let expires = asked.expires.as_deref().map(|text| token_expiry(text, &state.zone)).transpose().map_err(refused)?;
    let order = TokenOrder { label: Text::new(&asked.label), role: asked.role, bound: None, source, expires };
    let (code, is_each) = match (&asked.unit, &asked.each_child_of) {
        (None, None) => return Ok(vec![order]),
        (Some(_), Some(_)) => return Err(refused("unit and each_child_of can't both be given".to_owned())),
        (Some(code), None) => (code, false),
        (None, Some(code)) => (code, true),
    };
    let view = state.view()?;
    let unit = visible_unit(&view, &caller.scope, code, view.today())?;
    let day = view.today().0;
    if !is_each {
        return Ok(vec![TokenOrder { bound: Some(Bound { unit: Text::new(code), day }), ..order }]);
    }
    let children = children(&view, unit.id());
    if children.is_empty() {
        return Err(refused(format!("no unit stands directly below {code:?}")));
    }
    let child = |(code, name): (Text, Text)| TokenOrder {
        label: Text::new(&format!("{}: {name}", asked.label)),
        source: match (&order.source, asked.role) {
            (Some(source), _) => Some(Text::new(&format!("{source}-{code}"))),
            (None, Role::Ingest) => Some(code.clone()),
            (None, _) => None,
        },
        bound: Some(Bound { unit: code, day }),
        ..order.clone()
    };
    Ok(children.into_iter().map(child).collect())
}

/// Code and name of the units that stand directly below another one today.
fn children(view: &View, unit: UnitId) -> Vec<(Text, Text)> {
    let facts = view.tree(Hierarchy::Now).node(unit).children.iter().filter_map(|child| view.units().fact(*child));
    let today = view.today();
    let of_today = facts.filter(|fact| {
        let has_begun = fact.valid_from.is_none_or(|from| from <= today);
        &*fact.tree == TERRITORY && has_begun && fact.valid_to.is_none_or(|to| today <= to)
    });
    of_today.map(|fact| (fact.code.clone(), fact.name_vi.clone())).collect()
}

/// The instant at which a token ends: as written, or the end of a local day.
///
/// # Errors
/// When it is neither; in words.
pub fn token_expiry(text: &str, zone: &Zone) -> Result<Instant, String> {
    if let Ok(day) = text.parse::<crate::model::Day>() {
        return Ok(zone.start(day.plus(1)));
    }
    text.parse::<jiff::Timestamp>().map(|at| Instant(at.as_millisecond())).map_err(|_| {
        format!("expires={text:?} is neither a day such as 2027-06-30 nor an instant such as 2027-06-30T17:00:00+07:00")
    })
}

/// All tokens, without their secrets.
async fn list(State(state): State<AppState>, Extension(caller): Extension<Caller>) -> Result<Json<Listing>, Problem> {
    require(&caller, Role::Admin)?;
    let now = (state.wall)();
    let rows =
        state.tokens.tokens().list().into_iter().map(|(token, used)| TokenRow::of(token, used, now, &state.zone));
    Ok(Json(Listing { tokens: rows.collect() }))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Which {
    id: String,
}

/// Takes a token back; sockets that it opened end within seconds.
async fn revoke(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    QueryOf(which): QueryOf<Which>,
) -> Result<Json<Listing>, Problem> {
    require(&caller, Role::Admin)?;
    let now = (state.wall)();
    let (keeper, id) = (state.tokens.clone(), which.id.clone());
    let revoked = written(move || keeper.revoke(&id, now)).await?;
    let token = revoked.ok_or(Problem::UnknownToken { id: which.id })?;
    tracing::info!(token.id = %token.id, token.by = caller.token().map(|id| id.as_str()), "token revoked");
    Ok(Json(Listing { tokens: vec![TokenRow::of(token, None, now, &state.zone)] }))
}
