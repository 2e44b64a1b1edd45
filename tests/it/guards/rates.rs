//! Tokens by command, and how often one may guess.

use std::process::Command;

use reqwest::Method;
use serde_json::{Value, json};

use super::world::{NOW, OWN, Who, World, first_token, token_command};
use crate::support::engine::OPCENTRE;
use crate::support::server::Server;

#[tokio::test]
async fn tokens_are_made_listed_and_taken_back_by_command() {
    let world = World::start().await;
    let url = world.server.url.clone();
    let admin = world.secret(Who::Admin).unwrap().to_owned();
    let command = |arguments: &[&str]| {
        let all = [arguments, &["--url", &url, "--token", &admin]].concat();
        token_command(&all)
    };
    let each = ["create", "--each-child-of", "top", "--role", "ingest", "--label", "one-stop", "--source", "hb"];
    let made = command(&[&each[..], &["--expires", "2099-12-31"]].concat()).unwrap();
    let of = |row: &Value| (row["unit"].as_str().unwrap().to_owned(), row["source"].as_str().unwrap().to_owned());
    let mut made_for: Vec<_> = made.iter().map(of).collect();
    made_for.sort();
    let pair = |unit: &str| (unit.to_owned(), format!("hb-{unit}"));
    assert_eq!(made_for, [pair("FOREIGN-SIBLING"), pair(OWN)]);
    assert!(made.iter().all(|row| row["expires_at"] == "2100-01-01T00:00:00.000+07:00"), "{made:?}");
    let secret = made[0]["token"].as_str().unwrap().to_owned();
    assert!(secret.starts_with("oct_") && secret.len() == 68, "{secret}");

    let send = |secret: String, source: &str| {
        let path = format!("{url}/api/v1/events?source={source}");
        world.http.post(path).bearer_auth(secret).header("content-type", "application/x-ndjson").body("")
    };
    let own = made[0]["source"].as_str().unwrap().to_owned();
    assert_eq!(send(secret.clone(), &own).send().await.unwrap().status(), 202);
    let listed = command(&["list"]).unwrap();
    let row = listed.iter().find(|row| row["id"] == made[0]["id"]).unwrap().clone();
    assert!(row["last_used_at"].is_string() && row.get("token").is_none(), "{row}");
    assert_eq!((&row["state"], &row["bound_on"]), (&json!("good"), &json!("2024-08-02")));

    let id = made[0]["id"].as_str().unwrap();
    assert_eq!(command(&["revoke", id]).unwrap()[0]["state"], "revoked");
    assert_eq!(send(secret, &own).send().await.unwrap().status(), 401);
    assert!(command(&["revoke", "nothing"]).unwrap_err().contains("unknown_token"));
    for (arguments, words) in [
        (vec!["create", "--role", "ingest", "--label", "x"], "needs a source"),
        (vec!["create", "--role", "admin", "--label", "x", "--unit", OWN], "can't be bound"),
        (vec!["create", "--role", "view", "--label", "", "--unit", OWN], "a label has"),
        (vec!["create", "--role", "view", "--label", "x", "--unit", "nowhere"], "unknown_unit"),
        (vec!["create", "--role", "view", "--label", "x", "--expires", "soon"], "neither a day"),
        (vec!["create", "--role", "view", "--label", "x", "--expires", "2020-01-01"], "passed already"),
    ] {
        let refused = command(&arguments).unwrap_err();
        assert!(refused.contains(words), "{arguments:?}: {refused}");
    }
    world.assert_no_secret_logged();
}

#[tokio::test]
async fn a_data_dir_is_asked_only_while_no_server_holds_it_and_tokens_outlive_a_start() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("data");
    let admin = first_token(&dir);
    let at = dir.to_str().unwrap();
    let server = Server::spawn(&dir, &["--now", NOW, "--auth-mode", "required"]);
    let refused = token_command(&["list", "--data-dir", at]).unwrap_err();
    assert!(refused.contains("a running server holds") && refused.contains("--url"), "{refused}");
    let list = |server: &Server| {
        let secret = admin["token"].as_str().unwrap();
        reqwest::Client::new().get(format!("{}/api/v1/tokens", server.url)).bearer_auth(secret).send()
    };
    let listed: Value = list(&server).await.unwrap().json().await.unwrap();
    assert_eq!(listed["tokens"].as_array().unwrap().len(), 1);
    assert_eq!(server.stop(), Some(0));

    let rows = token_command(&["list", "--data-dir", at]).unwrap();
    assert!(rows[0]["last_used_at"].is_string(), "it was written down at the stop: {rows:?}");
    let stored = std::fs::read(dir.join("facts.redb")).unwrap();
    let secret = admin["token"].as_str().unwrap().as_bytes();
    assert!(!stored.windows(secret.len()).any(|bytes| bytes == secret), "only the hash is stored");
    token_command(&["revoke", "--data-dir", at, rows[0]["id"].as_str().unwrap()]).unwrap();
    let server = Server::spawn(&dir, &["--now", NOW, "--auth-mode", "required"]);
    assert_eq!(list(&server).await.unwrap().status(), 401, "it was taken back while the server was down");
}

#[test]
fn other_addresses_than_loopback_need_tokens() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("opcentre.toml");
    std::fs::write(&file, "listen = \"0.0.0.0:0\"\n[auth]\nmode = \"open\"\n").unwrap();
    let output = Command::new(OPCENTRE).args(["serve", "--config", file.to_str().unwrap()]).output().unwrap();
    assert_eq!(output.status.code(), Some(64), "{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test]
async fn p2_who_guesses_tokens_is_told_when_to_come_back() {
    let world = World::start().await;
    let guess = || {
        let secret = format!("oct_{}", "ab".repeat(32));
        world.http.get(format!("{}/api/v1/units", world.server.url)).bearer_auth(secret).send()
    };
    let mut said = Vec::new();
    for _ in 0..30 {
        let answer = guess().await.unwrap();
        let retry = answer.headers().get("retry-after").map(|value| value.to_str().unwrap().parse::<u32>().unwrap());
        said.push((answer.status().as_u16(), retry));
    }
    assert_eq!(said[0], (401, None));
    let (status, retry) = said[29];
    assert!(status == 429 && retry.unwrap() >= 1, "{said:?}");
    // A good token from the same address isn't held up by them.
    assert_eq!(world.ask(Who::View, Method::GET, "/api/v1/units").send().await.unwrap().status(), 200);
}
