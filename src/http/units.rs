//! `GET /api/v1/units` and `/api/v1/units/{code}`: the hierarchy as it stands on a day.

use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use serde::{Deserialize, Serialize};

use crate::auth::{Caller, Role};
use crate::cube::View;
use crate::model::{Day, Decimal, Text, UnitFact};
use crate::units::{Hierarchies, Hierarchy, Sight, Tree, UnitId};

use super::answers::{Table, Tabular, of_rows};
use super::error::Problem;
use super::extract::{PathOf, QueryOf};
use super::form::{self, Form};
use super::guard::require;
use super::json::json;
use super::sight::{unknown_unit, visible_unit};
use super::state::AppState;

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/api/v1/units", get(list)).route("/api/v1/units/{code}", get(one))
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
    /// A visible unit; the code of one above it that may not be seen is left out.
    fn seen(fact: &'a UnitFact, unit: UnitId, tree: &Tree, sight: &Sight<'_>) -> Row<'a> {
        let row = Row::of(fact);
        let is_hidden = tree.node(unit).parent.is_some_and(|above| !sight.covers(above));
        if is_hidden { Row { parent: None, ..row } } else { row }
    }

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
    let sight = caller.scope.on(view.units(), view.hierarchies(), Hierarchy::Now);
    let visible = view.units().versions().filter(|(id, fact)| exists(fact, on) && sight.covers(*id));
    let units = visible.map(|(id, fact)| Row::seen(fact, id, view.tree(Hierarchy::Now), &sight)).collect();
    let listing = Listing { on: on.to_string(), seq: view.seq(), units };
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
    let seen = visible_unit(&view, &caller.scope, &code, on)?;
    let fact = view.units().fact(seen.id()).ok_or_else(|| unknown_unit(&code, on))?;
    let of_that_day;
    let hierarchies = if on == view.today() {
        view.hierarchies()
    } else {
        of_that_day = Hierarchies::build(view.units(), on);
        &of_that_day
    };
    let tree = hierarchies.tree(Hierarchy::Now);
    let sight = caller.scope.on(view.units(), hierarchies, Hierarchy::Now);
    let rows = |ids: &mut dyn Iterator<Item = UnitId>| {
        let visible = ids.filter(|id| sight.covers(*id));
        let facts = visible.filter_map(|id| Some((id, tree.node(id).fact.as_deref()?)));
        facts.map(|(id, fact)| Row::seen(fact, id, tree, &sight)).collect::<Vec<_>>()
    };
    let found = Found {
        on: on.to_string(),
        seq: view.seq(),
        stale_code: seen.stale_code(),
        unit: Row::seen(fact, seen.id(), tree, &sight),
        above: rows(&mut tree.path(seen.id()).skip(1)),
        children: rows(&mut tree.node(seen.id()).children.iter().copied()),
    };
    json(&found)
}
