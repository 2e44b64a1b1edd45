//! Who may look at which topic, and for how long.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::world::{CHILD, FOREIGN, MARKS, OWN, SIBLING, UNKNOWN, Who, World};

struct Screen {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Screen {
    async fn connect(world: &World, bearer: Option<&str>, origin: Option<&str>) -> Result<Screen, Error> {
        let url = format!("{}/api/v1/live", world.server.url.replace("http://", "ws://"));
        let mut request = url.into_client_request()?;
        if let Some(secret) = bearer {
            request.headers_mut().insert("authorization", format!("Bearer {secret}").parse().unwrap());
        }
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().unwrap());
        }
        Ok(Screen { socket: connect_async(request).await?.0 })
    }

    async fn say(&mut self, frame: Value) {
        self.socket.send(Message::text(frame.to_string())).await.unwrap();
    }

    /// The next frame that isn't a ping; null when the connection ended.
    async fn hear(&mut self) -> Value {
        let next = async {
            loop {
                match self.socket.next().await {
                    Some(Ok(Message::Text(text))) => {
                        let frame: Value = serde_json::from_str(&text).unwrap();
                        if frame["op"] != "ping" {
                            return frame;
                        }
                        self.socket.send(Message::text(json!({"op": "pong"}).to_string())).await.unwrap();
                    }
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    _ => return Value::Null,
                }
            }
        };
        timeout(Duration::from_secs(20), next).await.expect("a frame in time")
    }

    /// A screen that said who it is in its first frame.
    async fn known(world: &World, who: Who) -> Screen {
        let mut screen = Screen::connect(world, None, None).await.unwrap();
        screen.say(json!({"op": "auth", "token": world.secret(who).unwrap()})).await;
        assert_eq!(screen.hear().await["op"], "hello", "{who:?}");
        screen
    }

    async fn subscribe(&mut self, unit: &str) -> Value {
        self.say(json!({"op": "subscribe", "board": "province", "unit": unit})).await;
        self.hear().await
    }
}

#[tokio::test]
async fn h1_a_screen_sees_the_topics_of_its_units_and_no_others() {
    let world = World::start().await;
    for who in [Who::View, Who::Operate] {
        let mut screen = Screen::known(&world, who).await;
        for unit in [OWN, CHILD] {
            let shown = screen.subscribe(unit).await;
            assert_eq!((&shown["op"], &shown["topic"]), (&json!("snapshot"), &json!(format!("province/{unit}"))));
            let text = shown.to_string();
            let leaked: Vec<&&str> = MARKS.iter().filter(|mark| text.contains(**mark)).collect();
            assert!(leaked.is_empty(), "{leaked:?} in {text}");
            assert!(text.contains("own-source"), "its own source is named");
            screen.say(json!({"op": "unsubscribe", "board": "province", "unit": unit})).await;
        }
        let mut said = Vec::new();
        for unit in [SIBLING, FOREIGN, "top", "unresolved", UNKNOWN] {
            let refused = screen.subscribe(unit).await;
            assert_eq!(refused["code"], "unknown_unit", "{unit}: {refused}");
            let told = refused["message"].as_str().unwrap().replace(unit, "{}");
            assert_eq!(refused["topic"], format!("province/{unit}"));
            said.push(told);
        }
        said.dedup();
        assert_eq!(said.len(), 1, "a foreign unit is like none: {said:?}");
    }
    let mut screen = Screen::known(&world, Who::Whole).await;
    for unit in [OWN, CHILD, SIBLING, FOREIGN, "top", "unresolved"] {
        assert_eq!(screen.subscribe(unit).await["op"], "snapshot", "{unit}");
    }
    let top = screen.subscribe("top").await.to_string();
    assert!(top.contains("7924") || top.contains("7929"), "who sees everything does: {top}");
    world.assert_no_secret_logged();
}

#[tokio::test]
async fn a_screen_says_who_it_is_in_time_or_leaves() {
    let world = World::start().await;
    for frame in [
        json!({"op": "auth", "token": "oct_nothing"}),
        json!({"op": "auth", "token": format!("oct_{}", "0".repeat(64))}),
        json!({"op": "auth", "token": world.secret(Who::Expired).unwrap()}),
        json!({"op": "auth", "token": world.secret(Who::Revoked).unwrap()}),
        json!({"op": "auth", "token": world.secret(Who::Ingest).unwrap()}),
        json!({"op": "subscribe", "board": "province", "unit": OWN}),
        json!("x"),
    ] {
        let mut screen = Screen::connect(&world, None, None).await.unwrap();
        screen.say(frame.clone()).await;
        assert_eq!(screen.hear().await["code"], "unauthorized", "{frame}");
        let bye = screen.hear().await;
        assert_eq!((&bye["op"], &bye["code"]), (&json!("bye"), &json!("unauthorized")), "{frame}");
        assert!(screen.hear().await.is_null());
    }
    let mut silent = Screen::connect(&world, None, None).await.unwrap();
    let (error, bye) =
        timeout(Duration::from_secs(8), async { (silent.hear().await, silent.hear().await) }).await.unwrap();
    assert_eq!((&error["code"], &bye["op"]), (&json!("unauthorized"), &json!("bye")));
    // A program shows its token with the request.
    let mut program = Screen::connect(&world, world.secret(Who::View), None).await.unwrap();
    assert_eq!(program.hear().await["op"], "hello");
    for who in [Who::Ingest, Who::Expired, Who::Revoked] {
        let refused = Screen::connect(&world, world.secret(who), None).await;
        let Err(Error::Http(response)) = refused else { panic!("{who:?} was let in") };
        assert_eq!(response.status().as_u16(), if who == Who::Ingest { 403 } else { 401 }, "{who:?}");
    }
    let own = world.server.url.clone();
    for (origin, is_served) in [(own.as_str(), true), ("https://evil.example", false), ("null", false)] {
        assert_eq!(Screen::connect(&world, None, Some(origin)).await.is_ok(), is_served, "{origin}");
    }
    world.assert_no_secret_logged();
}

#[tokio::test]
async fn a_screen_whose_token_ends_hears_bye_within_five_seconds() {
    let world = World::start().await;
    let soon = jiff::Timestamp::now() + jiff::SignedDuration::from_millis(2_500);
    let expiring = world.create(&json!({"label": "e", "role": "view", "unit": OWN, "expires": soon.to_string()})).await;
    let revoked = world.create(&json!({"label": "r", "role": "view", "unit": OWN})).await;
    let mut screens = Vec::new();
    for token in [&expiring, &revoked] {
        let mut screen = Screen::connect(&world, token["token"].as_str(), None).await.unwrap();
        assert_eq!(screen.hear().await["op"], "hello");
        assert_eq!(screen.subscribe(OWN).await["op"], "snapshot");
        screens.push(screen);
    }
    let id = revoked["id"].as_str().unwrap();
    let answer = world.ask(Who::Admin, Method::DELETE, &format!("/api/v1/tokens?id={id}")).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    for screen in &mut screens {
        let bye = timeout(Duration::from_secs(5), async {
            loop {
                let frame = screen.hear().await;
                if frame["op"] == "bye" {
                    return frame;
                }
            }
        });
        assert_eq!(bye.await.expect("in time")["code"], "unauthorized");
        assert!(screen.hear().await.is_null());
    }
    let mut other = Screen::known(&world, Who::View).await;
    assert_eq!(other.subscribe(OWN).await["op"], "snapshot", "others stay");
}
