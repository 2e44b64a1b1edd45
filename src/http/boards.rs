//! `GET /api/v1/boards/{board}?unit=`: what a wall shows, joined with the names of the unit and the page's build.

use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use serde::{Deserialize, Serialize};

use crate::auth::{Caller, Role};
use crate::kpi::{Layouts, Panel, Words};
use crate::model::{Text, UnitFact};
use crate::units::UNRESOLVED;

use super::assets::build_id;
use super::error::Problem;
use super::extract::{PathOf, QueryOf};
use super::guard::require;
use super::json::json;
use super::screens::only_its_own;
use super::sight::{default_unit, root_code, visible_unit};
use super::state::AppState;

#[cfg(test)]
mod tests;

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/api/v1/boards/{board}", get(board))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfUnit {
    unit: Option<String>,
}

#[derive(Serialize)]
struct Definition<'a> {
    id: &'a str,
    /// Another one after every change of the page; empty when it isn't in this program.
    build: String,
    title: &'a Words,
    unit: Named<'a>,
    demo: bool,
    timezone: &'a str,
    panels: &'a [Panel],
    /// Where they stand on screens that aren't 16:9.
    layouts: &'a Layouts,
}

#[derive(Serialize)]
struct Named<'a> {
    code: &'a str,
    name: &'a str,
    short_name: &'a str,
    office: Words,
}

/// The definition of a board for a unit; without one for the top of the tree.
async fn board(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    PathOf(id): PathOf<String>,
    QueryOf(query): QueryOf<OfUnit>,
) -> Result<Response, Problem> {
    let catalogue = state.catalogues.now();
    let board = catalogue.board(&id).ok_or(Problem::UnknownBoard { board: id })?;
    require(&caller, Role::Display)?;
    let view = state.view()?;
    let asked = query.unit.filter(|code| !code.is_empty()).or_else(|| default_unit(&view, &caller.scope));
    let code = Text::new(asked.as_deref().unwrap_or(UNRESOLVED));
    only_its_own(&state, &caller, &view, (&board.id, &code))?;
    // While no unit is known at all none is a wrong one: its wall stands there already, without figures.
    let unit = if root_code(&view).is_none() && caller.scope.is_all() {
        Named { code: &code, name: &code, short_name: &code, office: centre() }
    } else {
        let seen = visible_unit(&view, &caller.scope, &code, view.today())?;
        let label = view.units().label(seen.id());
        let office = view.units().fact(seen.id()).map_or_else(centre, |fact| office(fact));
        Named { code: label.code, name: label.name, short_name: label.short_name, office }
    };
    let definition = Definition {
        id: &board.id,
        build: build_id().unwrap_or_default(),
        title: &board.title,
        unit,
        demo: state.demo,
        timezone: state.zone.name(),
        panels: &board.panels,
        layouts: &board.layouts,
    };
    json(&definition)
}

const CENTRE_VI: &str = "Trung tâm điều hành thông minh";
const CENTRE_EN: &str = "Smart operation centre";

/// With what the name of a territory begins that has a People's Committee.
const TERRITORIES: [&str; 9] =
    ["Tỉnh ", "Thành phố ", "Huyện ", "Quận ", "Thị xã ", "Thị trấn ", "Xã ", "Phường ", "Đặc khu "];

fn centre() -> Words {
    Words { vi: CENTRE_VI.to_owned(), en: CENTRE_EN.to_owned() }
}

/// Whose wall it is: the People's Committee of a territory, else the unit itself.
fn office(fact: &UnitFact) -> Words {
    let name_en = fact.name_en.as_deref().unwrap_or(&fact.name_vi);
    let (vi, en) = match TERRITORIES.iter().find(|word| fact.name_vi.starts_with(*word)) {
        Some(word) => {
            let name = &fact.name_vi[word.len()..];
            (format!("UBND {}{name}", word.to_lowercase()), format!("People's Committee of {name_en}"))
        }
        None => (fact.name_vi.to_string(), name_en.to_owned()),
    };
    Words { vi: format!("{vi} · {CENTRE_VI}"), en: format!("{en} · {CENTRE_EN}") }
}
