//! Bearer tokens.

use serde_json::json;

use super::routes::{any_of, text};
use super::{Route, get_of, route};

pub(super) fn routes() -> Vec<Route> {
    let asked = json!({"type": "object", "required": ["label", "role"], "properties": {
        "label": text(), "role": any_of(&["ingest", "view", "operate", "admin"]), "unit": text(), "each_child_of": text(),
        "source": text(), "expires": text()}});
    vec![
        get_of("/api/v1/tokens", "tokens", "All tokens, without their secrets").json(200, "By id", "Tokens"),
        route("post", "/api/v1/tokens", "tokens", "Makes a token, or one for each unit below another")
            .body(&[("application/json", asked, json!({"label": "a wall", "role": "view", "unit": "17"}))])
            .json(201, "With the secrets, which are told this once", "Tokens")
            .problem(400, &["bad_parameter"])
            .problem(404, &["unknown_unit"])
            .problem(413, &["too_large"])
            .of_figures(),
        route("delete", "/api/v1/tokens", "tokens", "Takes a token back")
            .query("id", "Its id", &text())
            .json(200, "As it stands now", "Tokens")
            .problem(404, &["unknown_token"]),
    ]
}
