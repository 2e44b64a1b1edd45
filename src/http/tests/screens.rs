//! Screens on the wire: how one is let in, what it may see, how it is taken back.

use super::*;
use crate::auth::Tokens;

/// Where everybody shows something, or may see nothing.
fn closed() -> World {
    let mut world = world();
    world.state.gate = Gate::Required(Tokens::new([], []));
    world
}

impl World {
    async fn send(&self, method: Method, path: &str, body: Value) -> Answer {
        self.with_cookie(method, path, body, None).await
    }

    async fn with_cookie(&self, method: Method, path: &str, body: Value, cookie: Option<&str>) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("host", "localhost:8080");
        if let Some(cookie) = cookie {
            request = request.header("cookie", format!("other=1; {cookie}"));
        }
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        self.ask(request.body(body).unwrap()).await
    }

    async fn poll(&self, device_code: &str) -> Answer {
        self.send(Method::POST, "/api/v1/screen/token", json!({"device_code": device_code})).await
    }

    /// What the route says to a screen with this cookie.
    async fn own(&self, cookie: &str) -> Value {
        self.with_cookie(Method::GET, "/api/v1/screen", Value::Null, Some(cookie)).await.json()
    }

    fn pass(&self, seconds: i64) {
        self.wall.fetch_add(seconds * 1_000, Ordering::Relaxed);
    }
}

fn cookie_of(answer: &Answer) -> String {
    answer.header("set-cookie").split(';').next().unwrap().to_owned()
}

/// A code and the device code behind it.
async fn code(world: &World) -> (String, String) {
    let begun = world.send(Method::POST, "/api/v1/screen/code", Value::Null).await.json();
    let text = |name: &str| begun[name].as_str().unwrap().to_owned();
    assert_eq!((&begun["expires_in"], &begun["interval"]), (&json!(900), &json!(5)));
    assert_eq!(text("verification_uri"), "http://localhost:8080/ops/screens");
    assert_eq!(
        text("verification_uri_complete"),
        format!("http://localhost:8080/ops/screens?code={}", text("user_code"))
    );
    (text("user_code"), text("device_code"))
}

async fn approve(world: &World, code: &str, unit: &str) -> Answer {
    let wanted = json!({"code": code, "name": "Sảnh", "unit": unit, "board": "province"});
    world.send(Method::POST, "/api/v1/screens", wanted).await
}

/// Id and cookie of a screen of a unit.
async fn paired(world: &World, unit: &str) -> (String, String) {
    let (code, device) = code(world).await;
    let id = approve(world, &code, unit).await.json()["screens"][0]["id"].as_str().unwrap().to_owned();
    (id, cookie_of(&world.poll(&device).await))
}

#[tokio::test]
async fn a_screen_is_let_in_by_its_code_and_its_credential_is_a_cookie_of_its_own() {
    let world = world();
    let (code, device) = code(&world).await;
    let refused = world.poll(&device).await;
    assert_eq!(refused.problem(), (400, "authorization_pending".into()));
    assert_eq!(refused.json()["error"], "authorization_pending");
    let early = world.poll(&device).await;
    assert_eq!((early.problem(), &early.json()["interval"]), ((400, "slow_down".into()), &json!(10)));
    let approved = approve(&world, &code.to_lowercase(), "17").await;
    assert_eq!((approved.status.as_u16(), &approved.json()["screens"][0]["state"]), (201, &json!("waiting")));
    assert_eq!(approve(&world, &code, "17").await.problem(), (404, "unknown_code".into()), "a code is good once");
    let first = world.poll(&device).await;
    let second = world.poll(&device).await;
    let set = second.header("set-cookie").to_owned();
    for part in ["opcentre_screen=oct_", "; Path=/api/v1;", "; HttpOnly", "; SameSite=Strict", "; Max-Age=34560000"] {
        assert!(set.contains(part), "{part} in {set}");
    }
    assert!(!set.contains("Secure") && !second.json().to_string().contains("oct_"), "no script reads it");
    assert_eq!(world.own(&cookie_of(&first)).await["state"], "unpaired", "an answer that was lost is worth nothing");
    let own = world.own(&cookie_of(&second)).await;
    assert_eq!((&own["state"], &own["screen"]["unit"]), (&json!("approved"), &json!("17")));
    assert_eq!(world.poll(&device).await.problem(), (400, "expired_token".into()), "once used nobody fetches it again");
    let listed = world.get("/api/v1/screens").await.json();
    assert_eq!((&listed["screens"][0]["state"], &listed["boards"]), (&json!("good"), &json!(["province"])));
}

#[tokio::test]
async fn a_code_ends_and_a_refused_screen_hears_so() {
    let world = world();
    let (old, old_device) = code(&world).await;
    world.pass(900);
    assert_eq!(approve(&world, &old, "17").await.problem(), (404, "unknown_code".into()));
    assert_eq!(world.poll(&old_device).await.problem(), (400, "expired_token".into()));
    let (code, device) = code(&world).await;
    let denied = world.send(Method::POST, "/api/v1/screens/deny", json!({"code": code})).await;
    assert_eq!(denied.status, StatusCode::NO_CONTENT);
    assert_eq!(world.poll(&device).await.problem(), (400, "access_denied".into()));
    assert_eq!(world.poll("nonsense").await.problem(), (400, "expired_token".into()));
}

#[tokio::test]
async fn what_a_screen_is_to_be_is_checked_before_its_code_is_used_up() {
    let world = world();
    let (code, _) = code(&world).await;
    let with = |key: &str, value: Value| {
        let mut wanted = json!({"code": code, "name": "Sảnh", "unit": "17", "board": "province"});
        wanted[key] = value;
        wanted
    };
    for (wanted, problem) in [
        (with("unit", json!("99")), (404, "unknown_unit")),
        (with("board", json!("none")), (404, "unknown_board")),
        (with("board", json!(null)), (400, "bad_parameter")),
        (with("name", json!("")), (400, "bad_parameter")),
        (with("rotation", json!([])), (400, "bad_parameter")),
        (with("night", json!({"from": "18:00", "to": "18:00"})), (400, "bad_parameter")),
        (with("distance_m", json!(0)), (400, "bad_parameter")),
        (with("colour", json!("red")), (400, "bad_parameter")),
    ] {
        let answer = world.send(Method::POST, "/api/v1/screens", wanted.clone()).await;
        assert_eq!(answer.problem(), (problem.0, problem.1.to_owned()), "{wanted}");
    }
    assert_eq!(approve(&world, &code, "17").await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn h1_a_screen_sees_the_boards_of_its_program_at_its_unit_and_nothing_else() {
    let mut world = world();
    let (id, cookie) = paired(&world, "158").await;
    world.state.gate = Gate::Required(Tokens::new([], []));
    let get = async |path: &str| world.with_cookie(Method::GET, path, Value::Null, Some(&cookie)).await;
    for path in ["/api/v1/boards/province?unit=158", "/api/v1/boards/province"] {
        assert_eq!(get(path).await.json()["unit"]["code"], "158", "{path}");
    }
    for unit in ["17", "99", "unresolved"] {
        let foreign = get(&format!("/api/v1/boards/province?unit={unit}")).await;
        assert_eq!(foreign.problem(), (404, "unknown_unit".into()), "{unit}");
    }
    for path in ["/api/v1/units/158/kpis", "/api/v1/units", "/api/v1/screens", "/api/v1/freshness", "/metrics"] {
        assert_eq!(get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let mut screen = world.state.displays.list().get(&id).unwrap().screen;
    screen.show = crate::screens::Program::of_board("another");
    world.state.displays.put(&screen).unwrap();
    assert_eq!(get("/api/v1/boards/province").await.problem(), (404, "unknown_board".into()));
    let order = crate::screens::Order::Go { board: "province".to_owned() };
    let sent = crate::screens::Command::new(order, Some(60), 1, (world.state.wall)()).unwrap();
    world.state.displays.list().command(&screen.id, sent);
    assert_eq!(get("/api/v1/boards/province").await.status, StatusCode::OK, "it was sent there");
    world.pass(60);
    assert_eq!(get("/api/v1/boards/province").await.problem(), (404, "unknown_board".into()), "for a minute");
}

#[tokio::test]
async fn a_screen_that_was_taken_back_is_nobody_and_is_forgotten_when_it_is_asked_for() {
    let mut world = world();
    let (id, cookie) = paired(&world, "17").await;
    let path = format!("/api/v1/screens/{id}");
    let revoked = world.send(Method::DELETE, &path, Value::Null).await.json();
    assert_eq!(revoked["screens"][0]["state"], "revoked");
    assert_eq!(world.own(&cookie).await["state"], "revoked");
    let changed = world.send(Method::PUT, &path, json!({"board": "province"})).await;
    assert_eq!(changed.problem(), (409, "screen_revoked".into()));
    let told = world.send(Method::POST, &format!("{path}/command"), json!({"do": "identify"})).await;
    assert_eq!(told.problem(), (409, "screen_revoked".into()));
    let open = world.state.gate.clone();
    world.state.gate = Gate::Required(Tokens::new([], []));
    let asked = world.with_cookie(Method::GET, "/api/v1/boards/province", Value::Null, Some(&cookie)).await;
    assert_eq!(asked.problem(), (401, "no_token".into()));
    world.state.gate = open;
    assert_eq!(world.send(Method::DELETE, &path, Value::Null).await.json()["screens"], json!([]));
    assert_eq!(world.own(&cookie).await["state"], "unpaired");
    assert_eq!(world.send(Method::DELETE, &path, Value::Null).await.problem(), (404, "unknown_screen".into()));
}

#[tokio::test]
async fn a_screen_is_changed_in_parts_and_stays_at_its_unit() {
    let world = world();
    let (id, _) = paired(&world, "17").await;
    let change = async |wanted: Value| world.send(Method::PUT, &format!("/api/v1/screens/{id}"), wanted).await;
    let slots = json!([{"board": "province", "dwell_s": 60, "from": "07:00", "to": "17:00", "weekdays": [1, 5]}]);
    let night = json!({"from": "18:00", "to": "06:00", "theme": "dark"});
    let row = change(json!({"rotation": slots, "night": night, "diagonal_inch": 55})).await.json();
    assert_eq!((&row["screens"][0]["show"]["slots"], &row["screens"][0]["show"]["night"]), (&slots, &night));
    let row = change(json!({"name": "Hội trường"})).await.json();
    let row = &row["screens"][0];
    assert_eq!(
        (&row["name"], &row["show"]["night"], &row["diagonal_inch"]),
        (&json!("Hội trường"), &night, &json!(55.0))
    );
    let row = change(json!({"night": null})).await.json();
    assert_eq!(row["screens"][0]["show"]["night"], Value::Null);
    assert_eq!(change(json!({"unit": "158"})).await.problem(), (400, "bad_parameter".into()));
    assert_eq!(change(json!({"unit": "17"})).await.status, StatusCode::OK);
}

#[tokio::test]
async fn screens_and_when_they_were_heard_outlive_the_process() {
    let facts = Facts::in_memory().unwrap();
    let keeper = ScreenKeeper::open(facts.clone()).unwrap();
    let screen = {
        let mut world = world();
        world.state.displays = keeper.clone();
        let (id, _) = paired(&world, "17").await;
        keeper.list().get(&id).unwrap().screen
    };
    keeper.list().hear(&screen.id, None, NOW);
    keeper.write_heard().unwrap();
    let again = ScreenKeeper::open(facts.clone()).unwrap();
    let seen = again.list().get(&screen.id).unwrap();
    assert_eq!((seen.screen, seen.presence.seen), (screen.clone(), Some(NOW)));
    again.forget(&screen.id).unwrap();
    assert_eq!(ScreenKeeper::open(facts).unwrap().list().list(), []);
}

#[tokio::test]
async fn p2_codes_are_asked_for_only_so_often() {
    let world = closed();
    let mut asked = 0;
    let often = loop {
        let answer = world.send(Method::POST, "/api/v1/screen/code", Value::Null).await;
        if answer.status != StatusCode::OK {
            break answer;
        }
        asked += 1;
        assert!(asked < 256, "there is a bound");
    };
    assert_eq!(often.problem(), (429, "too_often".into()));
    assert!(!often.header("retry-after").is_empty());
}
