//! What an operator does with screens: list, approve, refuse, change, take back, command.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};

use crate::auth::{Caller, Cost, Payer, Role};
use crate::model::{Day, Text};
use crate::screens::{Claim, Command, Language, Night, Order, Place, Program, Screen, Seen, Slot, Theme, UserCode};

use super::super::assets::build_id;
use super::super::error::Problem;
use super::super::extract::PathOf;
use super::super::guard::require;
use super::super::sight::visible_unit;
use super::super::state::AppState;
use super::super::tokens::written;
use super::problem::ScreenProblem;
use super::rows::{CommandRow, ScreenRow};

/// How many digits an id has: enough that none comes twice.
const ID_DIGITS: usize = 16;

#[derive(Debug, Serialize)]
pub(super) struct Listing {
    screens: Vec<ScreenRow>,
    /// Ids of the boards that a screen can show.
    boards: Vec<String>,
}

/// What a screen is to be. In a change everything may be absent: it stays as it is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    code: Option<String>,
    name: Option<String>,
    unit: Option<String>,
    /// One board, always; or several in turn.
    board: Option<String>,
    rotation: Option<Vec<Slot>>,
    lang: Option<Language>,
    theme: Option<Theme>,
    /// Null: it is never night.
    #[serde(default, deserialize_with = "given")]
    night: Option<Option<Night>>,
    diagonal_inch: Option<f64>,
    distance_m: Option<f64>,
}

/// Tells a null from nothing.
fn given<'de, D: serde::Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(from).map(Some)
}

fn read<'b, T: Deserialize<'b>>(body: &'b Bytes) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|error| refused(format!("the body can't be read: {error}")))
}

fn refused(reason: impl ToString) -> Problem {
    Problem::BadParameter { reason: reason.to_string() }
}

impl Wanted {
    /// The program that is asked for, on the ground of a former one.
    fn program(&self, state: &AppState, former: Option<Program>) -> Result<Program, Problem> {
        let slots = match (&self.board, &self.rotation) {
            (Some(_), Some(_)) => return Err(refused("board and rotation can't both be given")),
            (Some(board), None) => Some(Program::of_board(board).slots),
            (None, rotation) => rotation.clone(),
        };
        let mut program = match (slots, former) {
            (None, None) => return Err(refused("what is it to show? give a board or a rotation")),
            (None, Some(former)) => former,
            (Some(slots), former) => Program { slots, ..former.unwrap_or_else(|| Program::of_board("")) },
        };
        program.lang = self.lang.unwrap_or(program.lang);
        program.theme = self.theme.unwrap_or(program.theme);
        program.night = self.night.clone().unwrap_or(program.night);
        let catalogue = state.catalogues.now();
        let unknown = program.boards().find(|board| catalogue.board(board).is_none()).map(str::to_owned);
        unknown.map_or(Ok(program), |board| Err(Problem::UnknownBoard { board }))
    }
}

fn row(state: &AppState, seen: Seen) -> ScreenRow {
    ScreenRow::of(seen, &build_id().unwrap_or_default(), (state.wall)(), &state.zone)
}

fn answer(state: &AppState, status: StatusCode, screens: Vec<Seen>) -> Response {
    let boards = state.catalogues.now().boards().map(|board| board.id.to_string()).collect();
    let screens = screens.into_iter().map(|seen| row(state, seen)).collect();
    (status, Json(Listing { screens, boards })).into_response()
}

/// Whether a screen is of a unit of the caller's.
fn is_seen(state: &AppState, caller: &Caller, screen: &Screen) -> Result<bool, Problem> {
    if caller.scope.is_all() {
        return Ok(true);
    }
    let view = state.view()?;
    Ok(visible_unit(&view, &caller.scope, &screen.unit, Day(screen.day)).is_ok())
}

/// A screen of a unit of the caller's; another one looks like none.
fn find(state: &AppState, caller: &Caller, id: &str) -> Result<Seen, Problem> {
    require(caller, Role::Operate)?;
    let unknown = || Problem::from(ScreenProblem::UnknownScreen { id: id.chars().take(ID_DIGITS * 4).collect() });
    let seen = state.displays.list().get(id).ok_or_else(unknown)?;
    if is_seen(state, caller, &seen.screen)? { Ok(seen) } else { Err(unknown()) }
}

/// A screen that may still show something.
fn find_good(state: &AppState, caller: &Caller, id: &str) -> Result<Seen, Problem> {
    let seen = find(state, caller, id)?;
    match seen.screen.is_revoked() {
        true => Err(ScreenProblem::Revoked { id: id.to_owned() }.into()),
        false => Ok(seen),
    }
}

/// All screens of the caller's units.
pub(super) async fn list(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
) -> Result<Response, Problem> {
    require(&caller, Role::Operate)?;
    let mut screens = Vec::new();
    for seen in state.displays.list().list() {
        if is_seen(&state, &caller, &seen.screen)? {
            screens.push(seen);
        }
    }
    Ok(answer(&state, StatusCode::OK, screens))
}

/// The hash of the device code behind a code that somebody typed, and until when it is good. Guesses are counted.
fn device_behind(state: &AppState, caller: &Caller, code: Option<&str>) -> Result<(UserCode, String, i64), Problem> {
    let text = code.ok_or_else(|| refused("which screen? give the code that it shows"))?;
    let found = UserCode::read(text).and_then(|code| {
        let (hash, until) = state.displays.pairings().find(code, (state.wall)())?;
        Some((code, hash, until.0))
    });
    match found {
        Some(found) => Ok(found),
        None => {
            let payer =
                caller.token().map_or(Payer::Peer(std::net::Ipv4Addr::LOCALHOST.into()), |id| Payer::Token(id.clone()));
            state.rates.pay(payer, Cost::Failure)?;
            Err(ScreenProblem::UnknownCode.into())
        }
    }
}

/// Approves the screen that shows a code.
pub(super) async fn approve(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    body: Bytes,
) -> Result<Response, Problem> {
    require(&caller, Role::Operate)?;
    let wanted: Wanted = read(&body)?;
    let (Some(name), Some(unit)) = (&wanted.name, &wanted.unit) else {
        return Err(refused("a screen needs a name and the code of a unit"));
    };
    let view = state.view()?;
    visible_unit(&view, &caller.scope, unit, view.today())?;
    let screen = Screen {
        id: Text::new(&format!("{:0ID_DIGITS$x}", rand::random::<u64>())),
        name: Text::new(name.trim()),
        unit: Text::new(unit),
        day: view.today().0,
        show: wanted.program(&state, None)?,
        place: Place { diagonal_inch: wanted.diagonal_inch, distance_m: wanted.distance_m },
        hash: None,
        claim: None,
        is_secure: false,
        approved_ms: (state.wall)().0,
        approved_by: caller.token().cloned(),
        revoked_ms: None,
    };
    screen.check().map_err(refused)?;
    // Last, so that a faulty question is no guess and leaves the code as it is.
    let (_, hash, until_ms) = device_behind(&state, &caller, wanted.code.as_deref())?;
    let screen = Screen { claim: Some(Claim { hash: hash.clone(), until_ms }), ..screen };
    let (keeper, kept) = (state.displays.clone(), screen.clone());
    let is_kept = written(move || Ok(keeper.make_room()? && keeper.put(&kept).map(|()| true)?)).await?;
    if !is_kept {
        return Err(ScreenProblem::Full.into());
    }
    state.displays.pairings().remove(&hash);
    tracing::info!(screen.id = %screen.id, screen.by = caller.token().map(|id| id.as_str()), "screen approved");
    let seen = find(&state, &caller, &screen.id)?;
    Ok(answer(&state, StatusCode::CREATED, vec![seen]))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Denied {
    code: String,
}

/// Refuses the screen that shows a code.
pub(super) async fn deny(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    require(&caller, Role::Operate)?;
    let denied: Denied = read(&body)?;
    let (code, ..) = device_behind(&state, &caller, Some(&denied.code))?;
    state.displays.pairings().deny(code, (state.wall)());
    Ok(StatusCode::NO_CONTENT)
}

/// Changes what a screen is called and shows.
pub(super) async fn change(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    PathOf(id): PathOf<String>,
    body: Bytes,
) -> Result<Response, Problem> {
    let mut screen = find_good(&state, &caller, &id)?.screen;
    let wanted: Wanted = read(&body)?;
    if wanted.code.is_some() || wanted.unit.as_deref().is_some_and(|unit| *unit != *screen.unit) {
        return Err(refused("a screen is bound to its unit: revoke it and approve it anew for another one"));
    }
    screen.show = wanted.program(&state, Some(screen.show))?;
    screen.name = wanted.name.map_or(screen.name, |name| Text::new(name.trim()));
    screen.place.diagonal_inch = wanted.diagonal_inch.or(screen.place.diagonal_inch);
    screen.place.distance_m = wanted.distance_m.or(screen.place.distance_m);
    screen.check().map_err(refused)?;
    let keeper = state.displays.clone();
    written(move || keeper.put(&screen)).await?;
    let seen = find(&state, &caller, &id)?;
    Ok(answer(&state, StatusCode::OK, vec![seen]))
}

/// Takes a screen back: it goes dark within seconds. One that was taken back already is forgotten.
pub(super) async fn revoke(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    PathOf(id): PathOf<String>,
) -> Result<Response, Problem> {
    let mut seen = find(&state, &caller, &id)?;
    let keeper = state.displays.clone();
    if seen.screen.is_revoked() {
        let id = seen.screen.id.clone();
        written(move || keeper.forget(&id)).await?;
        return Ok(answer(&state, StatusCode::OK, Vec::new()));
    }
    seen.screen.revoked_ms = Some((state.wall)().0);
    seen.screen.claim = None;
    let screen = seen.screen.clone();
    written(move || keeper.put(&screen)).await?;
    tracing::info!(screen.id = %seen.screen.id, screen.by = caller.token().map(|id| id.as_str()), "screen revoked");
    Ok(answer(&state, StatusCode::OK, vec![seen]))
}

#[derive(Debug, Deserialize)]
struct Ordered {
    #[serde(flatten)]
    order: Order,
    seconds: Option<u32>,
}

/// Tells a screen to do something. It does it as soon as it is connected, while the command holds.
pub(super) async fn command(
    State(state): State<AppState>,
    Extension(caller): Extension<Caller>,
    PathOf(id): PathOf<String>,
    body: Bytes,
) -> Result<Response, Problem> {
    let seen = find_good(&state, &caller, &id)?;
    let ordered: Ordered = read(&body)?;
    if let Order::Go { board } = &ordered.order {
        state.catalogues.now().board(board).ok_or_else(|| Problem::UnknownBoard { board: board.clone() })?;
    }
    // Small enough for a number of JavaScript, though it travels as text.
    let number = rand::random::<u64>() >> 11;
    let command = Command::new(ordered.order, ordered.seconds, number, (state.wall)()).map_err(refused)?;
    state.displays.list().command(&seen.screen.id, command.clone());
    Ok((StatusCode::ACCEPTED, Json(CommandRow::of(command, &state.zone))).into_response())
}
