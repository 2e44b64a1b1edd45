//! Real screens on a real socket.

mod devices;

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json, value::RawValue};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use super::super::tests::{NOW, World};
use super::super::{BoundedListener, router};
use super::{LiveLimits, Screens};
use crate::topics::{Tiles, TopicKey};

/// A running server.
struct Server {
    world: World,
    address: SocketAddr,
}

impl Server {
    async fn start(limits: LiveLimits) -> Server {
        let world = World::new(limits);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let listener = BoundedListener::new(listener, 64);
        let app = router(world.state.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Server { world, address }
    }

    fn screens(&self) -> &Screens {
        &self.world.state.screens
    }

    /// A screen that has been greeted and pinged.
    async fn screen(&self) -> Screen {
        let stream = TcpStream::connect(self.address).await.unwrap();
        let mut screen = self.upgrade(stream, None).await.unwrap();
        assert_eq!(screen.next().await["op"], "hello");
        assert_eq!(screen.next().await["op"], "ping");
        screen
    }

    async fn upgrade(&self, stream: TcpStream, origin: Option<&str>) -> Result<Screen, Error> {
        self.upgrade_with(stream, origin, None).await
    }

    async fn upgrade_with(
        &self,
        stream: TcpStream,
        origin: Option<&str>,
        cookie: Option<&str>,
    ) -> Result<Screen, Error> {
        let mut request = format!("ws://{}/api/v1/live", self.address).into_client_request()?;
        if let Some(cookie) = cookie {
            request.headers_mut().insert("cookie", cookie.parse().unwrap());
        }
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().unwrap());
        }
        Ok(Screen { socket: client_async(request, stream).await?.0 })
    }

    /// Publishes for unit 17.
    fn publish(&self, tiles: Value) {
        let raw = |value: &Value| RawValue::from_string(value.to_string()).unwrap();
        let tiles: Tiles = tiles.as_object().unwrap().iter().map(|(id, value)| (id.clone(), raw(value))).collect();
        let key = TopicKey::new("province", "17");
        assert!(self.world.state.topics.publish(&key, 1, "2024-08-02T08:00:00.000+07:00", tiles).unwrap());
    }
}

/// A connected screen.
struct Screen {
    socket: WebSocketStream<TcpStream>,
}

impl Screen {
    async fn say(&mut self, frame: Value) {
        self.socket.send(Message::text(frame.to_string())).await.unwrap();
    }

    async fn subscribe(&mut self, board: &str, unit: &str) {
        self.say(json!({"op": "subscribe", "board": board, "unit": unit})).await;
    }

    /// The next frame; null when the connection ended.
    async fn next(&mut self) -> Value {
        let deadline = Duration::from_secs(20);
        loop {
            match tokio::time::timeout(deadline, self.socket.next()).await.expect("a frame in time") {
                Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).unwrap(),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                _ => return Value::Null,
            }
        }
    }

    /// The next frame that isn't a ping.
    async fn hear(&mut self) -> Value {
        loop {
            let frame = self.next().await;
            if frame["op"] != "ping" {
                return frame;
            }
        }
    }
}

/// `op`, `from`, `version` and the tiles of a frame.
fn gist(frame: &Value) -> (&str, Option<u64>, u64, &Value) {
    (frame["op"].as_str().unwrap(), frame["from"].as_u64(), frame["version"].as_u64().unwrap(), &frame["tiles"])
}

#[tokio::test]
async fn a_screen_is_greeted_and_pinged_at_once() {
    let server = Server::start(LiveLimits::default()).await;
    server.world.state.pulse.stamp(NOW.plus_ms(-1500));
    let stream = TcpStream::connect(server.address).await.unwrap();
    let mut screen = server.upgrade(stream, None).await.unwrap();
    assert_eq!(
        screen.next().await,
        json!({"op": "hello", "session": "e1-1", "epoch": "e1", "ping_ms": 5000, "clock": "frozen",
            "build": crate::http::assets::build_id().unwrap_or_default()})
    );
    assert_eq!(
        screen.next().await,
        json!({"op": "ping", "time": "2024-08-02T08:00:00.000+07:00", "live_at": "2024-08-02T07:59:58.500+07:00",
            "now": "2024-08-02T08:00:00.000+07:00", "catalogue": server.world.state.catalogues.now().version()})
    );
}

#[tokio::test]
async fn t3_a_screen_hears_a_snapshot_then_updates_and_another_snapshot_when_it_asks_again() {
    let server = Server::start(LiveLimits::default()).await;
    let mut screen = server.screen().await;
    screen.subscribe("province", "17").await;
    server.world.state.topics.wanted().await;
    server.publish(json!({"a": 1, "b": 1}));
    assert_eq!(gist(&screen.hear().await), ("snapshot", None, 1, &json!({"a": 1, "b": 1})));
    server.publish(json!({"a": 1, "b": 2}));
    assert_eq!(gist(&screen.hear().await), ("update", Some(1), 2, &json!({"b": 2})));
    screen.subscribe("province", "17").await;
    assert_eq!(gist(&screen.hear().await), ("snapshot", None, 2, &json!({"a": 1, "b": 2})));

    let mut joining = server.screen().await;
    joining.subscribe("province", "17").await;
    assert_eq!(gist(&joining.hear().await), ("snapshot", None, 2, &json!({"a": 1, "b": 2})));
}

#[tokio::test]
async fn an_unsubscribed_screen_hears_no_more() {
    let server = Server::start(LiveLimits::default()).await;
    let mut screen = server.screen().await;
    screen.subscribe("province", "17").await;
    server.world.state.topics.wanted().await;
    server.publish(json!({"a": 1}));
    assert_eq!(gist(&screen.hear().await).2, 1);
    screen.say(json!({"op": "unsubscribe", "board": "province", "unit": "17"})).await;
    // The answer to this one shows that the former one was heard.
    screen.subscribe("nothing", "17").await;
    assert_eq!(screen.hear().await["code"], "unknown_board");
    server.publish(json!({"a": 2}));
    screen.subscribe("province", "17").await;
    assert_eq!(gist(&screen.hear().await), ("snapshot", None, 2, &json!({"a": 2})));
}

#[tokio::test]
async fn what_cannot_be_shown_is_said_with_a_code_and_the_screen_goes_on() {
    let server = Server::start(LiveLimits { topics_per_socket_max: 1, ..LiveLimits::default() }).await;
    let mut screen = server.screen().await;
    screen.subscribe("nothing", "17").await;
    assert_eq!(
        screen.hear().await,
        json!({"op": "error", "code": "unknown_board", "message": "there is no board \"nothing\"",
            "topic": "nothing/17"})
    );
    screen.subscribe("province", "99").await;
    assert_eq!(screen.hear().await["code"], "unknown_unit");
    for broken in [json!({"op": "sing"}), json!({"op": "subscribe"}), json!([1]), json!("x")] {
        screen.say(broken).await;
        assert_eq!(screen.hear().await["code"], "bad_frame");
    }
    screen.subscribe("province", "17").await;
    screen.subscribe("province", "158").await;
    assert_eq!(screen.hear().await["code"], "too_many");
    screen.subscribe("province", "17").await;
    screen.say(json!({"op": "unsubscribe", "board": "province", "unit": "17"})).await;
    screen.subscribe("province", "158").await;
    screen.subscribe("province", "17").await;
    assert_eq!(screen.hear().await["topic"], "province/17", "the one place is taken by the other unit");
}

#[tokio::test]
async fn a_screen_that_comes_before_the_figures_is_served_when_they_are_ready() {
    let server = Server::start(LiveLimits::default()).await;
    let view = server.world.views.send_replace(None);
    let mut screen = server.screen().await;
    screen.subscribe("province", "17").await;
    screen.subscribe("province", "99").await;
    screen.subscribe("nothing", "17").await;
    assert_eq!(screen.hear().await["code"], "unknown_board", "this is known already");
    server.world.views.send_replace(view);
    assert_eq!(screen.hear().await["code"], "unknown_unit");
    server.world.state.topics.wanted().await;
    server.publish(json!({"a": 1}));
    assert_eq!(gist(&screen.hear().await), ("snapshot", None, 1, &json!({"a": 1})));
}

#[tokio::test]
async fn only_a_page_of_this_server_is_connected() {
    let server = Server::start(LiveLimits::default()).await;
    let own = format!("http://{}", server.address);
    for (origin, is_served) in [(own.as_str(), true), ("https://evil.example", false), ("null", false)] {
        let stream = TcpStream::connect(server.address).await.unwrap();
        match server.upgrade(stream, Some(origin)).await {
            Ok(_) => assert!(is_served, "{origin}"),
            Err(Error::Http(response)) => assert_eq!((response.status().as_u16(), is_served), (403, false), "{origin}"),
            Err(error) => panic!("{origin}: {error}"),
        }
    }
}

#[tokio::test]
async fn screens_are_bounded_and_one_that_leaves_frees_its_place() {
    let server = Server::start(LiveLimits { sockets_max: 1, ..LiveLimits::default() }).await;
    let screen = server.screen().await;
    let stream = TcpStream::connect(server.address).await.unwrap();
    let Err(Error::Http(refused)) = server.upgrade(stream, None).await else { panic!("one too many was let in") };
    assert_eq!(refused.status(), 503);
    let problem: Value = serde_json::from_slice(refused.body().as_deref().unwrap_or_default()).unwrap();
    assert_eq!(problem["code"], "too_many_screens");
    drop(screen);
    server.screens().all_left().await;
    server.screen().await;
}

#[tokio::test]
async fn a_screen_that_says_goodbye_is_answered() {
    let server = Server::start(LiveLimits::default()).await;
    let mut screen = server.screen().await;
    screen.socket.close(None).await.unwrap();
    assert!(matches!(screen.socket.next().await, Some(Ok(Message::Close(_)))));
    assert!(screen.socket.next().await.is_none());
    server.screens().all_left().await;
}

#[tokio::test]
async fn a_frame_too_long_ends_the_connection() {
    let server = Server::start(LiveLimits::default()).await;
    let mut screen = server.screen().await;
    screen.say(json!({"op": "subscribe", "board": "x".repeat(5000), "unit": "17"})).await;
    let end = screen.hear().await;
    assert_eq!((&end["op"], &end["code"]), (&json!("bye"), &json!("bad_frame")));
    server.screens().all_left().await;
}

#[tokio::test]
async fn a_screen_that_talks_too_much_is_cut() {
    let limits = LiveLimits { client_frames_per_ping_max: 10, ping_ms: 60_000, ..LiveLimits::default() };
    let server = Server::start(limits).await;
    let mut screen = server.screen().await;
    for _ in 0..=10 {
        screen.say(json!({"op": "pong"})).await;
    }
    let bye = screen.hear().await;
    assert_eq!((&bye["op"], &bye["code"]), (&json!("bye"), &json!("too_many")));
    server.screens().all_left().await;
}

#[tokio::test]
async fn a_screen_that_answers_no_ping_is_cut_and_one_that_does_stays() {
    let server = Server::start(LiveLimits { ping_ms: 30, ..LiveLimits::default() }).await;
    let mut silent = server.screen().await;
    let mut lively = server.screen().await;
    let listen = async {
        for _ in 0..12 {
            assert_eq!(lively.next().await["op"], "ping");
            lively.say(json!({"op": "pong"})).await;
        }
    };
    let (bye, ()) = tokio::join!(silent.hear(), listen);
    assert_eq!((&bye["op"], &bye["code"]), (&json!("bye"), &json!("no_pong")));
}

#[tokio::test]
async fn p3_every_screen_hears_bye_at_the_stop_and_none_is_let_in() {
    let server = Server::start(LiveLimits::default()).await;
    let mut screens = [server.screen().await, server.screen().await, server.screen().await];
    server.screens().stop();
    let mut retries = Vec::new();
    for screen in &mut screens {
        let bye = screen.hear().await;
        assert_eq!((&bye["op"], &bye["code"]), (&json!("bye"), &json!("stopping")));
        retries.push(bye["retry_ms"].as_u64().unwrap());
        assert!(screen.next().await.is_null(), "then it is closed");
    }
    retries.dedup();
    assert_eq!(retries.len(), 3, "they don't all come back at once");
    server.screens().all_left().await;
    let stream = TcpStream::connect(server.address).await.unwrap();
    let Err(Error::Http(refused)) = server.upgrade(stream, None).await else { panic!("one was let in") };
    assert_eq!(refused.status(), 503);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t2_a_screen_that_does_not_read_is_cut_while_another_hears_every_version() {
    let limits = LiveLimits { write_timeout_ms: 200, bye_timeout_ms: 50, ping_ms: 60_000, ..LiveLimits::default() };
    let server = Server::start(limits).await;
    let small = TcpSocket::new_v4().unwrap();
    small.set_recv_buffer_size(4096).unwrap();
    let mut slow = server.upgrade(small.connect(server.address).await.unwrap(), None).await.unwrap();
    slow.subscribe("province", "17").await;
    server.world.state.topics.wanted().await;
    let mut fast = server.screen().await;
    fast.subscribe("province", "17").await;

    let padding = "x".repeat(400_000);
    let mut versions = 0;
    let until_cut = async {
        // The slow one holds its place until it is cut; the fast one goes on hearing each version meanwhile.
        while versions == 0 || server.screens().connected() == 2 {
            versions += 1;
            server.publish(json!({"a": versions, "pad": format!("{versions}{padding}")}));
            let frame = fast.hear().await;
            let expected = if versions == 1 { ("snapshot", None) } else { ("update", Some(versions - 1)) };
            let (op, from, version, tiles) = gist(&frame);
            assert_eq!(((op, from), version, &tiles["a"]), (expected, versions, &json!(versions)));
        }
    };
    tokio::time::timeout(Duration::from_secs(30), until_cut).await.expect("the slow one is cut");
    assert_eq!(server.world.state.topics.encoded_versions(), versions, "encoded once for both");

    let mut shown = 0;
    loop {
        let frame = slow.hear().await;
        match frame["version"].as_u64() {
            Some(version) => {
                assert!(version > shown, "a version never goes back");
                assert!(frame["op"] == "snapshot" || frame["from"] == shown, "an update fits what is shown");
                shown = version;
            }
            None if frame["op"] == "hello" => {}
            None => break,
        }
    }
    assert!(shown < versions, "it missed the newest");
}

#[tokio::test]
async fn t2_a_screen_that_falls_behind_gets_the_newest_snapshot_instead_of_what_it_missed() {
    let server = Server::start(LiveLimits::default()).await;
    let mut screen = server.screen().await;
    screen.subscribe("province", "17").await;
    server.world.state.topics.wanted().await;
    // One thread serves all: the connection gets no turn between these.
    for count in 1..=50 {
        server.publish(json!({"a": count, "b": 0}));
    }
    assert_eq!(gist(&screen.hear().await), ("snapshot", None, 50, &json!({"a": 50, "b": 0})));
    for count in 51..=60 {
        server.publish(json!({"a": count, "b": 0}));
    }
    assert_eq!(gist(&screen.hear().await), ("snapshot", None, 60, &json!({"a": 60, "b": 0})));
    server.publish(json!({"a": 61, "b": 0}));
    assert_eq!(gist(&screen.hear().await), ("update", Some(60), 61, &json!({"a": 61})));
}
