//! Screens that are devices: what they are told, and how they go dark.

use super::*;
use crate::auth::{Gate, Secret, Tokens};
use crate::model::Text;
use crate::screens::{Command, Order, Place, Program};

/// A server with an approved screen at unit 17, and the screen's cookie; with tokens asked for or not.
async fn centre(is_required: bool) -> (Server, String) {
    let limits = LiveLimits { ping_ms: 50, ..LiveLimits::default() };
    let mut world = World::new(limits);
    if is_required {
        world.state.gate = Gate::Required(Tokens::new([], []));
    }
    let secret = Secret::of([7; 32]);
    let screen = crate::screens::Screen {
        id: Text::new("s1"),
        name: Text::new("Sảnh"),
        unit: Text::new("17"),
        day: 19_937,
        show: Program::of_board("province"),
        place: Place::default(),
        hash: Some(secret.hash()),
        claim: None,
        is_secure: false,
        approved_ms: NOW.0,
        approved_by: None,
        revoked_ms: None,
    };
    world.state.displays.put(&screen).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let listener = BoundedListener::new(listener, 64);
    let app = router(world.state.clone());
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    (Server { world, address }, format!("opcentre_screen={}", secret.tell()))
}

impl Server {
    async fn with_cookie(&self, cookie: &str) -> Screen {
        let stream = TcpStream::connect(self.address).await.unwrap();
        let mut screen = self.upgrade_with(stream, None, Some(cookie)).await.unwrap();
        assert_eq!(screen.hear().await["op"], "hello");
        screen
    }

    /// A screen that said that it is one, and heard which.
    async fn device(&self, cookie: &str) -> Screen {
        let mut screen = self.with_cookie(cookie).await;
        screen.say(json!({"op": "screen", "build": "b1", "width": 1920, "height": 1080})).await;
        let told = screen.hear().await;
        assert_eq!((&told["op"], &told["name"], &told["unit"]), (&json!("screen"), &json!("Sảnh"), &json!("17")));
        screen
    }

    fn seen(&self) -> crate::screens::Seen {
        self.world.state.displays.list().get("s1").unwrap()
    }

    fn revoke(&self) {
        let screen = crate::screens::Screen { revoked_ms: Some(NOW.0), ..self.seen().screen };
        self.world.state.displays.put(&screen).unwrap();
    }

    fn order(&self, id: u64, order: Order) {
        let command = Command::new(order, Some(60), id, NOW).unwrap();
        assert!(self.world.state.displays.list().command(&Text::new("s1"), command));
    }
}

impl Screen {
    /// The next ping, and then what it says to it.
    async fn answer(&mut self, shown: Value) {
        while self.next().await["op"] != "ping" {}
        self.say(shown).await;
        self.say(json!({"op": "pong"})).await;
    }
}

#[tokio::test]
async fn a_screen_is_told_what_it_is_and_every_change_of_it() {
    for is_required in [false, true] {
        let (server, cookie) = centre(is_required).await;
        let mut screen = server.device(&cookie).await;
        assert_eq!((server.seen().presence.links, server.seen().presence.told.unwrap().width), (1, 1920));
        let changed = crate::screens::Screen { name: Text::new("Hội trường"), ..server.seen().screen };
        server.world.state.displays.put(&changed).unwrap();
        assert_eq!(screen.hear().await["name"], "Hội trường");
        drop(screen);
        // Its end is noticed at the latest when a ping can't be written.
        while server.seen().presence.links > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

#[tokio::test]
async fn a_screen_hears_the_newest_command_and_says_that_it_did_it() {
    let (server, cookie) = centre(true).await;
    server.order(1, Order::Identify);
    server.order(2, Order::Message { text: "Họp".to_owned() });
    let mut screen = server.device(&cookie).await;
    let told = screen.hear().await;
    assert_eq!(
        (&told["op"], &told["id"], &told["do"], &told["text"], &told["left_ms"]),
        (&json!("command"), &json!("2"), &json!("message"), &json!("Họp"), &json!(60_000))
    );
    screen.say(json!({"op": "ack", "id": "2"})).await;
    server.order(3, Order::Blank);
    assert_eq!(screen.hear().await["id"], "3", "pushed, not asked for");
    assert_eq!(server.seen().command.unwrap().acknowledged, None);
    screen.say(json!({"op": "ack", "id": "3"})).await;
    screen.say(json!({"op": "subscribe", "board": "province", "unit": "99"})).await;
    assert_eq!(screen.hear().await["code"], "unknown_unit");
    assert_eq!(server.seen().command.unwrap().acknowledged, Some(NOW));
}

#[tokio::test]
async fn a_screen_that_was_taken_back_hears_goodbye_at_once_and_no_other_does() {
    for is_required in [false, true] {
        let (server, cookie) = centre(is_required).await;
        let mut device = server.device(&cookie).await;
        let mut wall = server.with_cookie(&cookie).await;
        server.revoke();
        assert_eq!(device.hear().await["code"], "revoked");
        assert!(device.hear().await.is_null());
        if is_required {
            assert_eq!(wall.hear().await["code"], "revoked", "its cookie let it in");
        } else {
            wall.subscribe("none", "17").await;
            assert_eq!(wall.hear().await["code"], "unknown_board", "anybody may look here");
        }
        // One that comes back afterwards is a stranger.
        let stream = TcpStream::connect(server.address).await.unwrap();
        let mut stranger = server.upgrade_with(stream, None, Some(&cookie)).await.unwrap();
        stranger.say(json!({"op": "screen", "build": "", "width": 1, "height": 1})).await;
        let mut said = Vec::new();
        loop {
            match stranger.hear().await {
                Value::Null => break,
                frame => said.push(frame["code"].as_str().unwrap_or_default().to_owned()),
            }
        }
        let wanted = if is_required { vec!["unauthorized", "unauthorized"] } else { vec!["", "revoked"] };
        assert_eq!(said, wanted);
    }
}

#[tokio::test]
async fn h1_a_screen_shows_its_own_board_at_its_own_unit() {
    let (server, cookie) = centre(true).await;
    let mut screen = server.device(&cookie).await;
    for (board, unit, code) in [("province", "158", "unknown_unit"), ("none", "17", "unknown_board")] {
        screen.subscribe(board, unit).await;
        assert_eq!(screen.hear().await["code"], code, "{board} {unit}");
    }
    screen.subscribe("province", "17").await;
    server.publish(json!({"a": 1}));
    assert_eq!(screen.hear().await["op"], "snapshot");
    // Its program changes: it is given the time to change boards, not more.
    let screen_now = crate::screens::Screen { show: Program::of_board("another"), ..server.seen().screen };
    server.world.state.displays.put(&screen_now).unwrap();
    assert_eq!(screen.hear().await["op"], "screen");
    let mut pings = 0;
    loop {
        let frame = screen.next().await;
        match frame["op"].as_str() {
            Some("ping") => {
                pings += 1;
                screen.say(json!({"op": "pong"})).await;
            }
            _ => {
                assert_eq!((&frame["code"], &frame["topic"]), (&json!("unknown_board"), &json!("province/17")));
                break;
            }
        }
    }
    assert_eq!(pings, 3);
}

#[tokio::test]
async fn it_is_known_whether_a_screen_shows_the_newest_version() {
    let (server, cookie) = centre(true).await;
    let mut screen = server.device(&cookie).await;
    screen.subscribe("province", "17").await;
    server.publish(json!({"a": 1}));
    let first = screen.hear().await["version"].as_u64().unwrap();
    let shown = |version: u64| json!({"op": "shown", "board": "province", "unit": "17", "version": version});
    let told = || server.seen().presence.told.unwrap();
    // The ping behind the answer is asked for after it was heard.
    screen.answer(shown(first)).await;
    screen.answer(shown(first)).await;
    assert_eq!((told().board.as_deref(), told().versions_behind, told().behind_since), (Some("province"), 0, None));
    server.publish(json!({"a": 2}));
    for _ in 0..3 {
        screen.answer(shown(first)).await;
    }
    assert_eq!((told().versions_behind, told().behind_since), (1, Some(NOW)));
    for _ in 0..2 {
        screen.answer(shown(first + 1)).await;
    }
    assert_eq!((told().versions_behind, told().behind_since), (0, None));
}
