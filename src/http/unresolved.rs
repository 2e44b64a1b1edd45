//! `GET /api/v1/unresolved`: what sources sent as codes of units that name none, with the units that may be meant.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use serde::{Deserialize, Serialize};

use crate::auth::{Caller, Role};
use crate::cube::{UnresolvedValue, View};
use crate::model::{Day, Text};
use crate::units::{Hierarchy, Likeness, Lookalikes, TERRITORY, Units};

use super::drill::{Asked, Places};
use super::error::Problem;
use super::extract::QueryOf;
use super::guard::require;
use super::json::json;
use super::state::AppState;
use super::units_load::caught_up;

/// The least score of a unit that an alias is proposed for: its code, or its whole name. A similar name is only shown.
const ALIAS_SCORE_MIN: u32 = 65;
/// Values that are listed; more are only counted.
const VALUES_MAX: usize = 1_000;

pub(super) fn router(places: Places) -> Router<AppState> {
    Router::new().route("/api/v1/unresolved", get(unresolved)).layer(Extension(places))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct UnresolvedQuery {
    source: Option<String>,
    /// One value only, also one that nobody has sent yet.
    raw: Option<String>,
}

#[derive(Serialize)]
struct UnresolvedAnswer<'a> {
    as_of: String,
    seq: u64,
    node: &'a str,
    /// Newer units or aliases are known, under which the dossiers are still being counted.
    units_pending: bool,
    /// Dossiers that count under `unresolved` as it is now and processed: the sum over all values.
    counted: u64,
    values: Vec<ValueRow<'a>>,
    /// Further values that aren't listed.
    more: usize,
}

#[derive(Serialize)]
struct ValueRow<'a> {
    source: &'a str,
    raw: &'a str,
    dossiers: u64,
    counted: u64,
    ratings: u64,
    reports: u64,
    first_at: String,
    last_at: String,
    /// `unknown_code`, `not_yet_valid`, `alias_unknown` or `alias_not_yet_valid`.
    why: &'static str,
    /// The same in words.
    reason: String,
    suggestions: Vec<Suggestion<'a>>,
    /// The line of a list of aliases that would settle it; null when no unit is likely.
    alias: Option<AliasLine<'a>>,
}

/// A unit that may be meant.
#[derive(Serialize)]
struct Suggestion<'a> {
    unit: &'a str,
    name: &'a str,
    kind: &'static str,
    parent: Option<&'a str>,
    parent_name: Option<&'a str>,
    score: u32,
    reason: &'static str,
    /// Whether the code names this unit on the first and on the last of the value's days.
    valid: bool,
}

#[derive(Serialize)]
struct AliasLine<'a> {
    source: &'a str,
    raw: &'a str,
    unit: Text,
}

/// All raw values behind `unresolved`, those with most dossiers first.
async fn unresolved(
    State(state): State<AppState>,
    (Extension(caller), Extension(places)): (Extension<Caller>, Extension<Places>),
    QueryOf(query): QueryOf<UnresolvedQuery>,
) -> Result<Response, Problem> {
    require(&caller, Role::Operate)?;
    // Whoever asks after an import or an alias means what came of it.
    caught_up(&state).await?;
    let asked = Asked::of(state, &caller, "")?;
    asked.answer(&places, move |figures, _| listed(figures.view, figures.node, &query)).await
}

fn listed(view: &View, node: &str, query: &UnresolvedQuery) -> Result<Response, Problem> {
    let mut values = view.unresolved();
    let fits = |asked: &Option<String>, known: &Text| asked.as_ref().is_none_or(|asked| Text::new(asked) == *known);
    values.retain(|value| fits(&query.source, &value.source) && fits(&query.raw, &value.raw));
    if values.is_empty()
        && let Some(raw) = &query.raw
    {
        values.extend(view.unsent(query.source.as_deref().unwrap_or_default(), raw));
    }
    values.sort_by_key(|value| std::cmp::Reverse((value.counted, value.dossiers)));
    let lookalikes = Lookalikes::of(view.units());
    json(&UnresolvedAnswer {
        as_of: view.now().to_rfc3339(view.zone()),
        seq: view.seq(),
        node,
        units_pending: view.units_pending(),
        counted: values.iter().map(|value| value.counted).sum(),
        values: values.iter().take(VALUES_MAX).map(|value| row(view, &lookalikes, value)).collect(),
        more: values.len().saturating_sub(VALUES_MAX),
    })
}

fn row<'a>(view: &'a View, lookalikes: &Lookalikes<'_>, value: &'a UnresolvedValue) -> ValueRow<'a> {
    let zone = view.zone();
    let days = (zone.day(value.first_at), zone.day(value.last_at));
    let tree = view.tree(Hierarchy::Now);
    let is_near = |unit| value.province.is_none_or(|province| tree.covers(province, unit));
    let found = lookalikes.find(&value.raw, days, is_near);
    let (why, reason) = why(view.units(), value, days.0);
    let best = match found.as_slice() {
        // Of two that are equally likely neither is taken.
        [first, second, ..] if first.score == second.score => None,
        [first, ..] if first.score >= ALIAS_SCORE_MIN => Some(first.code.clone()),
        _ => None,
    };
    let mut seen = BTreeSet::new();
    ValueRow {
        source: &value.source,
        raw: &value.raw,
        dossiers: value.dossiers,
        counted: value.counted,
        ratings: value.ratings,
        reports: value.reports,
        first_at: value.first_at.to_rfc3339(zone),
        last_at: value.last_at.to_rfc3339(zone),
        why,
        reason,
        suggestions: found
            .iter()
            .filter(|one| seen.insert(one.code.clone()))
            .filter_map(|one| suggestion(view, one))
            .collect(),
        alias: best.map(|unit| AliasLine { source: &value.source, raw: &value.raw, unit }),
    }
}

fn suggestion<'a>(view: &'a View, found: &Likeness) -> Option<Suggestion<'a>> {
    let fact = view.units().fact(found.unit)?;
    let parent = view.tree(Hierarchy::Was).node(found.unit).parent;
    let parent = parent.and_then(|parent| view.units().fact(parent));
    Some(Suggestion {
        unit: &fact.code,
        name: &fact.name_vi,
        kind: fact.kind.as_str(),
        parent: parent.map(|parent| parent.code.as_str()),
        parent_name: parent.map(|parent| parent.name_vi.as_str()),
        score: found.score,
        reason: found.reason.as_str(),
        valid: found.is_valid,
    })
}

/// Why a value names no unit, for programs and in words.
fn why(units: &Units, value: &UnresolvedValue, first: Day) -> (&'static str, String) {
    let meant = units.meant(&value.source, &value.raw);
    let is_alias = *meant != value.raw;
    let of_code = units.versions().filter(|(_, fact)| fact.code == *meant && &*fact.tree == TERRITORY);
    let begins = of_code.filter_map(|(_, fact)| fact.valid_from).min();
    match (begins, is_alias) {
        (Some(from), false) => ("not_yet_valid", format!("{meant} is valid from {from}, it was sent of {first} on")),
        (Some(from), true) => {
            ("alias_not_yet_valid", format!("its alias {meant} is valid from {from}, it was sent of {first} on"))
        }
        (None, false) => ("unknown_code", "no unit has this code".to_owned()),
        (None, true) => ("alias_unknown", format!("no unit has the code of its alias, {meant}")),
    }
}
