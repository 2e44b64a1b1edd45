//! One screen's connection, from hello to bye.

use std::time::Duration;

use axum::Error;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use futures_util::future::{pending, select_all};
use metrics::counter;
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::auth::Caller;
use crate::topics::{SubscribeError, Subscription, TopicKey};

use super::super::assets::build_id;
use super::super::error::Problem;
use super::super::screens::only_its_own;
use super::super::sight::visible_unit;
use super::super::state::AppState;
use super::device::Device;
use super::doubts::Doubts;
use super::screens::{LiveLimits, Seat};
use super::wire::{ByeCode, ClientFrame, ErrorCode, ServerFrame};

/// Why a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// The screen left, or the line broke.
    Gone,
    /// The server ends it.
    Bye(ByeCode),
}

impl End {
    /// The name in metrics.
    fn name(self) -> &'static str {
        match self {
            End::Gone => "gone",
            End::Bye(code) => code.as_str(),
        }
    }
}

/// What woke the connection.
enum Event {
    Stop,
    PingDue,
    TopicChanged,
    FiguresReady,
    TokenDoubtful,
    ScreenChanged,
    Received(Option<Result<Message, Error>>),
}

/// A topic that the screen shows.
struct Shown {
    subscription: Subscription,
    /// The version that was sent last; none when a snapshot is owed.
    version: Option<u64>,
}

/// One connection.
struct Connection {
    socket: WebSocket,
    state: AppState,
    caller: Caller,
    limits: LiveLimits,
    seat: Seat,
    shown: Vec<Shown>,
    /// Asked for before the figures were ready: whether the units exist isn't known yet.
    waiting: Vec<TopicKey>,
    client_frames_left: u32,
    pings_unanswered: u32,
    /// The screen that it is; none of anybody else.
    device: Option<Device>,
}

/// Talks to a screen until either side ends it.
pub(super) async fn serve(socket: WebSocket, state: AppState, caller: Caller, seat: Seat) {
    let limits = state.screens.limits();
    let session = seat.session;
    let device = Device::of(&state, &caller);
    let mut connection = Connection {
        socket,
        state,
        caller,
        limits,
        seat,
        shown: Vec::new(),
        waiting: Vec::new(),
        client_frames_left: limits.client_frames_per_ping_max,
        pings_unanswered: 0,
        device,
    };
    tracing::debug!(screen.session = session, "a screen connected");
    let end = match connection.talk().await {
        Err(end) => end,
        Ok(never) => match never {},
    };
    tracing::debug!(screen.session = session, screen.end = ?end, "a screen left");
    counter!("opcentre_screens_ended_total", "reason" => end.name()).increment(1);
    if let End::Bye(code) = end {
        connection.say_bye(code).await;
    }
}

impl Connection {
    async fn talk(&mut self) -> Result<std::convert::Infallible, End> {
        let epoch = self.state.topics.epoch().to_owned();
        let hello = ServerFrame::Hello {
            session: format!("{epoch}-{}", self.seat.session),
            epoch: &epoch,
            ping_ms: self.limits.ping_ms,
            clock: self.state.clock_kind,
            build: build_id().unwrap_or_default(),
        };
        self.send(hello.encode()).await?;
        let mut pings = interval(Duration::from_millis(self.limits.ping_ms));
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut doubts = Doubts::of(&self.state, &self.caller);
        loop {
            let event = tokio::select! {
                () = doubts.next() => Event::TokenDoubtful,
                () = Device::changed(&mut self.device) => Event::ScreenChanged,
                _ = self.seat.is_stopping.wait_for(|is_stopping| *is_stopping) => Event::Stop,
                _ = pings.tick() => Event::PingDue,
                () = any_changed(&mut self.shown) => Event::TopicChanged,
                ready = self.state.view.wait_for(Option::is_some), if !self.waiting.is_empty() => match ready {
                    Ok(_) => Event::FiguresReady,
                    // Whoever made the figures is gone: there will be none.
                    Err(_) => Event::Stop,
                },
                received = self.socket.recv() => Event::Received(received),
            };
            match event {
                Event::Stop => return Err(End::Bye(ByeCode::Stopping)),
                Event::PingDue => self.ping().await?,
                Event::TokenDoubtful => self.check_token()?,
                Event::ScreenChanged => self.tell_screen().await?,
                Event::TopicChanged => self.send_changed().await?,
                Event::FiguresReady => {
                    for key in std::mem::take(&mut self.waiting) {
                        self.subscribe(key).await?;
                    }
                }
                Event::Received(None) => return Err(End::Gone),
                Event::Received(Some(received)) => self.hear(received).await?,
            }
        }
    }

    /// Whether the screen's token is still good.
    fn check_token(&self) -> Result<(), End> {
        let checked = self.state.gate.tokens().map(|tokens| tokens.check(&self.caller, (self.state.wall)()));
        checked.unwrap_or(Ok(())).map_err(|_| End::Bye(ByeCode::Unauthorized))
    }

    /// Sends a ping, unless too many were not answered.
    async fn ping(&mut self) -> Result<(), End> {
        if self.pings_unanswered >= self.limits.pings_unanswered_max {
            return Err(End::Bye(ByeCode::NoPong));
        }
        self.pings_unanswered += 1;
        self.client_frames_left = self.limits.client_frames_per_ping_max;
        let zone = &self.state.zone;
        let ping = ServerFrame::Ping {
            time: (self.state.wall)().to_rfc3339(zone),
            live_at: self.state.pulse.live_at().to_rfc3339(zone),
            now: (self.state.clock)().to_rfc3339(zone),
            catalogue: self.state.catalogues.now().version().to_owned(),
        };
        self.send(ping.encode()).await?;
        let Some(device) = &mut self.device else { return Ok(()) };
        let newest = |shown: &Shown| shown.subscription.frames.borrow().as_ref().map_or(0, |frame| frame.version);
        let shown = self.shown.iter().map(|shown| (&shown.subscription.key, newest(shown)));
        for key in device.at_ping(&self.state, &self.caller, shown) {
            self.forget(&key);
            let message = format!("this screen doesn't show board {:?} any more", &*key.board);
            self.refuse(ErrorCode::UnknownBoard, message, Some(&key)).await?;
        }
        Ok(())
    }

    /// Says what is new about the screen that this is, or goodbye.
    async fn tell_screen(&mut self) -> Result<(), End> {
        let Some(device) = &mut self.device else { return Ok(()) };
        for frame in device.news(&self.state).map_err(End::Bye)? {
            self.send(frame.encode()).await?;
        }
        Ok(())
    }

    /// Hears what a screen says of itself.
    async fn hear_screen(&mut self, frame: ClientFrame) -> Result<(), End> {
        // Whoever takes itself for a screen and isn't one (any more) is to know.
        let device = self.device.as_mut().ok_or(End::Bye(ByeCode::Revoked))?;
        match frame {
            ClientFrame::Screen { build, width, height } => {
                device.introduce(&self.state, &build, (width, height));
                self.tell_screen().await?;
            }
            ClientFrame::Shown { board, unit, version } => {
                let key = board.map(|board| TopicKey::new(&board, &unit));
                let shown = self.shown.iter().find(|shown| Some(&shown.subscription.key) == key.as_ref());
                let newest = shown.and_then(|shown| shown.subscription.frames.borrow().clone());
                device.shows(&self.state, key.as_ref(), version, newest.map_or(0, |frame| frame.version));
            }
            ClientFrame::Ack { id } => device.acknowledges(&self.state, &id),
            _ => {}
        }
        Ok(())
    }

    async fn hear(&mut self, received: Result<Message, Error>) -> Result<(), End> {
        let text = match received {
            Ok(Message::Text(text)) => text,
            Ok(Message::Ping(_) | Message::Pong(_)) => return self.count_client_frame(),
            // The next read answers it and then finds the end.
            Ok(Message::Close(_)) => return Ok(()),
            // Too long, not text, or the line broke: in the last case the goodbye just fails.
            Ok(Message::Binary(_)) | Err(_) => return Err(End::Bye(ByeCode::BadFrame)),
        };
        self.count_client_frame()?;
        match serde_json::from_str(&text) {
            Ok(ClientFrame::Pong) => {
                self.pings_unanswered = 0;
                Ok(())
            }
            Ok(ClientFrame::Auth { .. }) => {
                self.refuse(ErrorCode::BadFrame, "nobody asked for a token".to_owned(), None).await
            }
            Ok(ClientFrame::Subscribe { board, unit }) => self.subscribe(TopicKey::new(&board, &unit)).await,
            Ok(ClientFrame::Unsubscribe { board, unit }) => {
                self.forget(&TopicKey::new(&board, &unit));
                Ok(())
            }
            Ok(frame) => self.hear_screen(frame).await,
            Err(error) => self.refuse(ErrorCode::BadFrame, error.to_string(), None).await,
        }
    }

    fn count_client_frame(&mut self) -> Result<(), End> {
        let left = self.client_frames_left.checked_sub(1);
        self.client_frames_left = left.ok_or(End::Bye(ByeCode::TooMany))?;
        Ok(())
    }

    /// Adds a topic; one that is shown already starts again with a snapshot.
    async fn subscribe(&mut self, key: TopicKey) -> Result<(), End> {
        self.forget(&key);
        if let Err((code, message)) = self.judge(&key) {
            return self.refuse(code, message, Some(&key)).await;
        }
        if self.state.view.borrow().is_none() {
            self.waiting.push(key);
            return Ok(());
        }
        match self.state.topics.subscribe(key.clone()) {
            Ok(subscription) => {
                self.shown.push(Shown { subscription, version: None });
                self.send_newest(self.shown.len() - 1).await
            }
            Err(error @ SubscribeError::TooMany { .. }) => {
                self.refuse(ErrorCode::TooMany, error.to_string(), Some(&key)).await
            }
        }
    }

    /// Whether the topic may be shown.
    fn judge(&self, key: &TopicKey) -> Result<(), (ErrorCode, String)> {
        let topics_max = self.limits.topics_per_socket_max;
        if self.shown.len() + self.waiting.len() >= topics_max {
            return Err((ErrorCode::TooMany, format!("a screen shows at most {topics_max} topics")));
        }
        if self.state.catalogues.now().board(&key.board).is_none() {
            return Err((ErrorCode::UnknownBoard, format!("there is no board {:?}", &*key.board)));
        }
        self.see(key)?;
        let Some(view) = self.state.view.borrow().clone() else { return Ok(()) };
        only_its_own(&self.state, &self.caller, &view, (&key.board, &key.unit)).map_err(|problem| {
            let is_board = matches!(problem, Problem::UnknownBoard { .. });
            (if is_board { ErrorCode::UnknownBoard } else { ErrorCode::UnknownUnit }, problem.to_string())
        })
    }

    /// Whether the topic's unit is the screen's to see (H-1).
    fn see(&self, key: &TopicKey) -> Result<(), (ErrorCode, String)> {
        let Some(view) = self.state.view.borrow().clone() else { return Ok(()) };
        match visible_unit(&view, &self.caller.scope, &key.unit, view.today()) {
            Ok(_) => Ok(()),
            Err(problem) => Err((ErrorCode::UnknownUnit, problem.to_string())),
        }
    }

    fn forget(&mut self, key: &TopicKey) {
        self.shown.retain(|shown| shown.subscription.key != *key);
        self.waiting.retain(|waiting| waiting != key);
    }

    async fn send_changed(&mut self) -> Result<(), End> {
        let mut place = 0;
        while place < self.shown.len() {
            let key = self.shown[place].subscription.key.clone();
            // A unit may have moved out of the scope since it was subscribed to (H-1).
            if let Err((code, message)) = self.see(&key) {
                self.forget(&key);
                self.refuse(code, message, Some(&key)).await?;
                continue;
            }
            self.send_newest(place).await?;
            place += 1;
        }
        Ok(())
    }

    /// Brings one topic of the screen to its newest version.
    async fn send_newest(&mut self, place: usize) -> Result<(), End> {
        let shown = &mut self.shown[place];
        let Some(frame) = shown.subscription.frames.borrow_and_update().clone() else { return Ok(()) };
        let Some(bytes) = frame.bytes_for(shown.version) else { return Ok(()) };
        let kind = match shown.version {
            Some(version) => {
                let skipped = frame.version.saturating_sub(version + 1);
                counter!("opcentre_frames_skipped_total").increment(skipped);
                if skipped == 0 { "update" } else { "snapshot" }
            }
            None => "snapshot",
        };
        shown.version = Some(frame.version);
        self.send(bytes).await?;
        counter!("opcentre_frames_sent_total", "kind" => kind).increment(1);
        Ok(())
    }

    async fn refuse(&mut self, code: ErrorCode, message: String, topic: Option<&TopicKey>) -> Result<(), End> {
        let error = ServerFrame::Error { code, message, topic: topic.map(ToString::to_string) };
        self.send(error.encode()).await
    }

    /// Sends a frame, within the time a screen has for it.
    async fn send(&mut self, frame: Utf8Bytes) -> Result<(), End> {
        let within = Duration::from_millis(self.limits.write_timeout_ms);
        match timeout(within, self.socket.send(Message::Text(frame))).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(End::Gone),
            Err(_) => Err(End::Bye(ByeCode::Slow)),
        }
    }

    /// Says why it ends, if the screen still listens, and closes.
    async fn say_bye(mut self, code: ByeCode) {
        // The places in front of the topics are free from here on, whatever the screen does.
        self.shown.clear();
        let bye = ServerFrame::Bye { code, retry_ms: self.state.screens.retry_ms(self.seat.session) };
        let close = CloseFrame { code: close_code_of(code), reason: Utf8Bytes::from_static("") };
        let farewell = async {
            self.socket.send(Message::Text(bye.encode())).await?;
            self.socket.send(Message::Close(Some(close))).await?;
            // What the screen sent meanwhile is taken, or the closing would tear the goodbye away.
            while let Some(Ok(_)) = self.socket.recv().await {}
            Ok::<(), Error>(())
        };
        let within = Duration::from_millis(self.limits.bye_timeout_ms);
        if !matches!(timeout(within, farewell).await, Ok(Ok(()))) {
            tracing::debug!(screen.session = self.seat.session, "a screen didn't take the goodbye");
        }
    }
}

fn close_code_of(code: ByeCode) -> u16 {
    match code {
        ByeCode::Stopping => close_code::AWAY,
        ByeCode::Slow | ByeCode::NoPong => close_code::AGAIN,
        ByeCode::BadFrame | ByeCode::TooMany | ByeCode::Unauthorized | ByeCode::Revoked => close_code::POLICY,
    }
}

/// Waits until a topic has a new version; for ever when none is shown.
async fn any_changed(shown: &mut [Shown]) {
    if shown.is_empty() {
        return pending().await;
    }
    let changes = shown.iter_mut().map(|shown| Box::pin(shown.subscription.frames.changed()));
    // An error would mean that the registry is gone, which every connection keeps alive.
    let (_, _, _) = select_all(changes).await;
}
