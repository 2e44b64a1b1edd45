//! Screens as devices.

use serde_json::{Value, json};

use super::routes::{any_of, text};
use super::schemas::object;
use super::{Route, get_of, route};

pub(super) fn routes() -> Vec<Route> {
    let page = |path| {
        get_of(path, "pages", "The page of a screen, or of those who look after screens")
            .answer(200, "The page", "text/html", &text())
            .empty(304, "The page that the browser has is the newest")
            .answer(503, "Not in this program", "text/html", &text())
            .problem(503, &["timeout"])
    };
    let mut all = vec![page("/screen"), page("/ops/screens")];
    all.extend(device());
    all.extend(operator());
    all
}

/// What a screen asks for itself.
fn device() -> Vec<Route> {
    let asked = json!({"type": "object", "required": ["device_code"], "additionalProperties": false,
        "properties": {"device_code": text()}});
    vec![
        get_of("/api/v1/screen", "screens", "Who the screen is whose cookie is shown; gives the cookie anew")
            .json(200, "The screen, or that nobody knows it", "OwnScreen")
            .problem(503, &["timeout"]),
        route("post", "/api/v1/screen/code", "screens", "A code for a screen that nobody knows yet (RFC 8628, 3.1)")
            .json(200, "The code to be shown, and how often to ask", "ScreenCode")
            .problem(503, &["too_many_pairings", "timeout"]),
        route(
            "post",
            "/api/v1/screen/token",
            "screens",
            "The screen's credential, as a cookie, once its code is approved",
        )
        .body(&[("application/json", asked, json!({"device_code": "oct_0"}))])
        .json(200, "Approved", "OwnScreen")
        .problem(400, &["bad_parameter", "authorization_pending", "slow_down", "access_denied", "expired_token"])
        .problem(413, &["too_large"])
        .problem(503, &["timeout"]),
    ]
}

/// What an operator does with screens.
fn operator() -> Vec<Route> {
    let known = |route: Route| {
        route
            .problem(403, &["forbidden"])
            .problem(404, &["unknown_screen"])
            .problem(503, &["not_ready", "timeout"])
            .problem(413, &["too_large"])
    };
    let example = json!({"code": "WDJB-MJHT", "name": "Sảnh tầng 1", "unit": "17", "board": "province"});
    let denied =
        json!({"type": "object", "required": ["code"], "additionalProperties": false, "properties": {"code": text()}});
    vec![
        known(get_of("/api/v1/screens", "screens", "The screens of the caller's units")).json(
            200,
            "By id, with what is known of each at the moment",
            "Screens",
        ),
        known(route("post", "/api/v1/screens", "screens", "Approves the screen that shows a code"))
            .body(&[("application/json", wanted(), example)])
            .json(201, "The screen, which fetches its credential now", "Screens")
            .problem(400, &["bad_parameter"])
            .problem(404, &["unknown_code", "unknown_unit", "unknown_board"])
            .problem(409, &["screens_full"]),
        known(route("post", "/api/v1/screens/deny", "screens", "Refuses the screen that shows a code"))
            .body(&[("application/json", denied, json!({"code": "WDJB-MJHT"}))])
            .empty(204, "Refused")
            .problem(400, &["bad_parameter"])
            .problem(404, &["unknown_code"]),
        known(route("put", "/api/v1/screens/{id}", "screens", "Changes what a screen is called and shows"))
            .part("id", "Its id", "0")
            .body(&[("application/json", wanted(), json!({"board": "digital"}))])
            .json(200, "As it is now", "Screens")
            .problem(400, &["bad_parameter"])
            .problem(404, &["unknown_board"])
            .problem(409, &["screen_revoked"]),
        known(route("delete", "/api/v1/screens/{id}", "screens", "Revokes a screen; one that is revoked is forgotten"))
            .part("id", "Its id", "0")
            .json(200, "As it is now; none when it was forgotten", "Screens"),
        known(route("post", "/api/v1/screens/{id}/command", "screens", "Tells a screen to do something"))
            .part("id", "Its id", "0")
            .body(&[("application/json", order(), json!({"do": "identify"}))])
            .json(202, "Done as soon as the screen is connected, while the command holds", "ScreenCommand")
            .problem(400, &["bad_parameter"])
            .problem(404, &["unknown_board"])
            .problem(409, &["screen_revoked"]),
    ]
}

fn slot() -> Value {
    json!({"type": "object", "required": ["board", "dwell_s"], "additionalProperties": false, "properties": {
        "board": text(), "dwell_s": {"type": "integer", "minimum": 5, "maximum": 86400}, "from": text(), "to": text(),
        "weekdays": {"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 7}}
    }})
}

fn night() -> Value {
    json!({"type": ["object", "null"], "required": ["from", "to"], "additionalProperties": false,
        "properties": {"from": text(), "to": text(), "theme": theme()}})
}

fn theme() -> Value {
    any_of(&["dark", "light"])
}

fn wanted() -> Value {
    json!({"type": "object", "additionalProperties": false, "properties": {
        "code": text(), "name": text(), "unit": text(), "board": text(),
        "rotation": {"type": "array", "minItems": 1, "maxItems": 24, "items": slot()},
        "lang": any_of(&["vi", "en"]), "theme": theme(), "night": night(),
        "diagonal_inch": {"type": "number", "minimum": 5, "maximum": 600},
        "distance_m": {"type": "number", "minimum": 0.3, "maximum": 100}
    }})
}

fn order() -> Value {
    json!({"type": "object", "required": ["do"], "properties": {
        "do": any_of(&["identify", "reload", "go", "blank", "message", "resume"]), "board": text(), "text": text(),
        "seconds": {"type": "integer", "minimum": 1, "maximum": 86400}
    }})
}

fn maybe(mut schema: Value) -> Value {
    schema["type"] = json!([schema["type"], "null"]);
    schema
}

pub(super) fn schemas() -> Value {
    let moment = json!({"type": "string", "format": "date-time"});
    let count = json!({"type": "integer", "minimum": 0});
    let program = json!({"type": "object", "required": ["slots", "lang", "theme"], "properties": {
        "slots": {"type": "array", "items": slot()}, "lang": any_of(&["vi", "en"]), "theme": theme(), "night": night()
    }});
    let command = json!({"type": "object", "required": ["id", "do", "given_at", "until", "acknowledged_at"],
        "properties": {"id": text(), "do": text(), "board": text(), "text": text(), "given_at": moment,
            "until": moment, "acknowledged_at": maybe(moment.clone())}});
    let reading = json!({"type": ["object", "null"], "required": ["figure_mm", "needed_mm", "is_enough"], "properties": {
        "figure_mm": {"type": "number"}, "needed_mm": {"type": "number"}, "is_enough": {"type": "boolean"}}});
    let size = maybe(json!({"type": "number"}));
    let row = object(json!({
        "id": text(), "name": text(), "unit": text(), "state": any_of(&["waiting", "good", "revoked"]),
        "show": {"$ref": "#/components/schemas/ScreenProgram"}, "online": {"type": "boolean"},
        "last_seen_at": maybe(moment.clone()), "board": maybe(text()), "build": maybe(text()),
        "is_newest_build": maybe(json!({"type": "boolean"})), "width": maybe(count.clone()),
        "height": maybe(count.clone()), "versions_behind": maybe(count.clone()), "behind_s": maybe(count.clone()),
        "diagonal_inch": size.clone(), "distance_m": size, "reading": reading, "approved_at": moment.clone(),
        "approved_by": maybe(text()), "revoked_at": maybe(moment),
        "command": {"oneOf": [{"$ref": "#/components/schemas/ScreenCommand"}, {"type": "null"}]}
    }));
    let own = json!({"type": "object", "required": ["state", "build", "timezone"], "properties": {
        "state": any_of(&["approved", "revoked", "unpaired"]), "build": text(), "timezone": text(),
        "screen": object(json!({"id": text(), "name": text(), "unit": text(),
            "show": {"$ref": "#/components/schemas/ScreenProgram"}}))
    }});
    json!({
        "ScreenProgram": program,
        "ScreenCommand": command,
        "Screens": object(json!({
            "screens": {"type": "array", "items": row}, "boards": {"type": "array", "items": text()}
        })),
        "OwnScreen": own,
        "ScreenCode": object(json!({"device_code": text(), "user_code": text(), "verification_uri": text(),
            "verification_uri_complete": text(), "expires_in": count, "interval": count}))
    })
}
