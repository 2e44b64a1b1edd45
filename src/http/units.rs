//! `GET /api/v1/units` and `/api/v1/units/{code}`: the hierarchy as it stands on a day.

use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use serde::{Deserialize, Serialize};

use crate::auth::{Caller, Role, Scope};
use crate::cube::View;
use crate::model::{Day, Decimal, Text, UnitFact};
use crate::units::{Hierarchies, Hierarchy, Reading, UNRESOLVED, UnitId};

use super::answers::{Table, Tabular, of_rows};
use super::error::Problem;
use super::extract::{PathOf, QueryOf};
use super::form::{self, Form};
use super::guard::require;
use super::json::json;
use super::state::AppState;

/// The longest code of a unit.
const CODE_BYTES_MAX: usize = 64;

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/api/v1/units", get(list)).route("/api/v1/units/{code}", get(one))
}

/// What a code names on a day, if the caller may see it (H-1); an unknown unit and a foreign one look the same.
pub(super) fn visible_unit(view: &View, scope: &Scope, code: &str, on: Day) -> Result<Reading, Problem> {
    let reading = view.units().ask(code, on);
    let is_known = reading.unit != UnitId::UNRESOLVED || code == UNRESOLVED;
    if is_known && code.len() <= CODE_BYTES_MAX && scope.covers(code) {
        return Ok(reading);
    }
    // Cut, so that an answer isn't longer than the question was allowed to be.
    Err(Problem::UnknownUnit { code: code.chars().take(CODE_BYTES_MAX).collect(), on: on.to_string() })
}

/// Code of the unit at the top of the tree today; none while no unit is known.
pub(super) fn root_code(view: &View) -> Option<String> {
    let root = view.tree(Hierarchy::Now).node(UnitId::UNRESOLVED).parent?;
    view.units().fact(root).map(|fact| fact.code.to_string())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OnDay {
    on: Option<String>,
    /// Of a table as text: begins with a byte order mark.
    #[serde(default)]
    bom: bool,
}

impl OnDay {
    /// The day asked for; today by the figures' clock when none is.
    fn day(&self, view: &View) -> Result<Day, Problem> {
        let Some(text) = &self.on else { return Ok(view.today()) };
        text.parse().map_err(|_| Problem::BadParameter { reason: format!("on={text:?} is no day such as 2024-08-02") })
    }
}

/// A unit, in the fields in which units are loaded.
#[derive(Serialize)]
struct Row<'a> {
    code: &'a str,
    parent: Option<&'a str>,
    kind: &'static str,
    category: &'a str,
    name_vi: &'a str,
    name_en: Option<&'a str>,
    short_name: Option<&'a str>,
    sort_order: i32,
    valid_from: Option<String>,
    valid_to: Option<String>,
    lat: Option<f64>,
    lon: Option<f64>,
    tree: &'a str,
}

impl<'a> Row<'a> {
    fn of(fact: &'a UnitFact) -> Row<'a> {
        Row {
            code: &fact.code,
            parent: fact.parent.as_deref(),
            kind: fact.kind.as_str(),
            category: &fact.category,
            name_vi: &fact.name_vi,
            name_en: fact.name_en.as_deref(),
            short_name: fact.short_name.as_deref(),
            sort_order: fact.sort_order,
            valid_from: fact.valid_from.map(|day| day.to_string()),
            valid_to: fact.valid_to.map(|day| day.to_string()),
            lat: fact.lat.map(Decimal::to_f64),
            lon: fact.lon.map(Decimal::to_f64),
            tree: &fact.tree,
        }
    }
}

#[derive(Serialize)]
struct Listing<'a> {
    on: String,
    seq: u64,
    units: Vec<Row<'a>>,
}

/// The columns in which units are loaded.
const COLUMNS: [&str; 13] = [
    "code",
    "parent",
    "kind",
    "category",
    "name_vi",
    "name_en",
    "short_name",
    "sort_order",
    "valid_from",
    "valid_to",
    "lat",
    "lon",
    "tree",
];

impl Tabular for Listing<'_> {
    fn table(&self) -> Table {
        of_rows(&COLUMNS, &self.units)
    }
}

/// All units that exist on a day, by code.
async fn list(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    QueryOf(query): QueryOf<OnDay>,
    accepted: Form,
) -> Result<Response, Problem> {
    require(&caller, Role::View)?;
    let view = state.view()?;
    let on = query.day(&view)?;
    let facts = view.units().versions().map(|(_, fact)| fact);
    let visible = facts.filter(|fact| exists(fact, on) && caller.scope.covers(&fact.code));
    let listing = Listing { on: on.to_string(), seq: view.seq(), units: visible.map(|fact| Row::of(fact)).collect() };
    form::answer(accepted, query.bom, &listing)
}

fn exists(fact: &UnitFact, on: Day) -> bool {
    fact.valid_from.is_none_or(|from| from <= on) && fact.valid_to.is_none_or(|to| on <= to)
}

#[derive(Serialize)]
struct Found<'a> {
    on: String,
    seq: u64,
    /// The code had ended on that day; this is the last unit it named.
    stale_code: bool,
    unit: Row<'a>,
    /// Those above it, from the nearest to the root.
    above: Vec<Row<'a>>,
    /// Those directly below it, in protocol order.
    children: Vec<Row<'a>>,
}

/// What a code names on a day, with the units above and directly below it.
async fn one(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    PathOf(code): PathOf<String>,
    QueryOf(query): QueryOf<OnDay>,
) -> Result<Response, Problem> {
    require(&caller, Role::View)?;
    let view = state.view()?;
    let on = query.day(&view)?;
    let code = Text::new(&code);
    let reading = visible_unit(&view, &caller.scope, &code, on)?;
    let unknown = || Problem::UnknownUnit { code: code.to_string(), on: on.to_string() };
    let fact = view.units().fact(reading.unit).ok_or_else(unknown)?;
    let of_that_day;
    let tree = if on == view.today() {
        view.tree(Hierarchy::Now)
    } else {
        of_that_day = Hierarchies::build(view.units(), on);
        of_that_day.tree(Hierarchy::Now)
    };
    let rows = |ids: &mut dyn Iterator<Item = UnitId>| {
        let facts = ids.filter_map(|id| tree.node(id).fact.as_deref());
        facts.filter(|fact| caller.scope.covers(&fact.code)).map(Row::of).collect::<Vec<_>>()
    };
    let found = Found {
        on: on.to_string(),
        seq: view.seq(),
        stale_code: reading.stale_code,
        unit: Row::of(fact),
        above: rows(&mut tree.path(reading.unit).skip(1)),
        children: rows(&mut tree.node(reading.unit).children.iter().copied()),
    };
    json(&found)
}
