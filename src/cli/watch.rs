//! `opcentre watch BOARD --unit U`: a wall in the terminal, over the same WebSocket as the screens.
//!
//! It judges by the same rules as a wall: figures are stale when nobody vouches for them any more (the last sign of life
//! of the cube is older than ten seconds, or no ping came in two and a half periods), and a lost line is said at once.

mod draw;
mod screen;
#[cfg(test)]
mod tests;

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail};
use futures_util::{SinkExt as _, StreamExt as _};
use reqwest::Url;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::{Instant as Timer, interval, sleep, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::client::ServerArgs;
use screen::{Heard, Screen, State};

/// How often the state is judged when nothing comes.
const JUDGE_EVERY: Duration = Duration::from_millis(500);
/// How long a connection may take, and `--once` in all.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const ONCE_TIMEOUT: Duration = Duration::from_secs(30);
/// Wait before a new connection, when the server names none.
const RETRY: Duration = Duration::from_secs(1);
/// Longest wait that a server may ask for.
const RETRY_MAX: Duration = Duration::from_secs(30);

/// Show a board in the terminal
#[derive(Clone, Debug, clap::Args)]
pub struct WatchArgs {
    /// Id of a board, such as province
    pub board: String,
    /// Code of a unit
    #[arg(long)]
    pub unit: String,
    /// Print the figures once and end
    #[arg(long)]
    pub once: bool,
    /// A JSON object a line instead of tiles
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    #[expect(missing_docs, reason = "clap would show it as the command's own text")]
    pub server: ServerArgs,
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Shows the board until it is ended, or once. Exit codes: 0 shown, 1 the server doesn't have it or isn't there.
///
/// # Errors
/// When `out` can't be written, the address is none, or the server refuses the board.
pub async fn run(args: &WatchArgs, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let mut watch = Watch { args, out, screen: Screen::new(&args.board, &args.unit), drawn: None };
    if args.once {
        let shown = timeout(ONCE_TIMEOUT, watch.connection()).await;
        let Ok(shown) = shown else { bail!("no figures within {} s", ONCE_TIMEOUT.as_secs()) };
        shown?;
        return Ok(ExitCode::SUCCESS);
    }
    loop {
        let retry = match watch.connection().await {
            Ok(retry) => retry,
            Err(error) if error.is::<Refused>() || error.is::<std::io::Error>() => return Err(error),
            Err(error) => {
                tracing::debug!("the connection ended: {error:#}");
                RETRY
            }
        };
        watch.screen.lost();
        watch.show()?;
        sleep(retry).await;
    }
}

/// The server has no such board or unit: waiting doesn't help.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Refused(String);

struct Watch<'a, W: Write> {
    args: &'a WatchArgs,
    out: &'a mut W,
    screen: Screen,
    /// What was shown last.
    drawn: Option<String>,
}

impl<W: Write> Watch<'_, W> {
    /// One connection, until it ends; the wait before the next one.
    async fn connection(&mut self) -> anyhow::Result<Duration> {
        let address = address(&self.args.server.url)?;
        let connected =
            timeout(CONNECT_TIMEOUT, connect_async(address.as_str())).await.context("no connection in time")?;
        let (mut socket, _) = connected.with_context(|| format!("{address} can't be reached"))?;
        if let Some(token) = &self.args.server.token {
            say(&mut socket, &json!({"op": "auth", "token": token})).await?;
        }
        self.subscribe(&mut socket).await?;
        let mut judged = interval(JUDGE_EVERY);
        loop {
            tokio::select! {
                _ = judged.tick() => {}
                received = socket.next() => {
                    let Some(received) = received else { bail!("the server closed the connection") };
                    if let Some(retry) = self.hear(&mut socket, received?).await? {
                        return Ok(retry);
                    }
                }
            }
            self.screen.judge(Timer::now());
            self.show()?;
            if self.args.once && self.screen.is_whole() {
                return Ok(Duration::ZERO);
            }
        }
    }

    async fn subscribe(&self, socket: &mut Socket) -> anyhow::Result<()> {
        say(socket, &json!({"op": "subscribe", "board": self.args.board, "unit": self.args.unit})).await
    }

    /// Takes a frame; a wait when the server says goodbye.
    async fn hear(&mut self, socket: &mut Socket, message: Message) -> anyhow::Result<Option<Duration>> {
        let Message::Text(text) = message else { return Ok(None) };
        let frame: Value = serde_json::from_str(&text).context("the server sent what is no frame")?;
        match self.screen.hear(&frame, Timer::now()) {
            Heard::Taken => Ok(None),
            Heard::Ping => say(socket, &json!({"op": "pong"})).await.map(|()| None),
            Heard::Missed => self.subscribe(socket).await.map(|()| None),
            Heard::Refused(message) => bail!(Refused(message)),
            Heard::Bye { retry } => Ok(Some(retry.unwrap_or(RETRY).min(RETRY_MAX))),
        }
    }

    /// Shows what has changed; with `--once` only when all of it is there.
    fn show(&mut self) -> std::io::Result<()> {
        if self.args.once && !self.screen.is_whole() {
            return Ok(());
        }
        let text = if self.args.json { self.screen.json().to_string() + "\n" } else { draw::board(&self.screen) };
        if self.drawn.as_ref() == Some(&text) {
            return Ok(());
        }
        if !self.args.json && !self.args.once && std::io::stdout().is_terminal() {
            // To the upper left, and all that stands there away.
            self.out.write_all(b"\x1b[H\x1b[2J")?;
        }
        self.out.write_all(text.as_bytes())?;
        self.out.flush()?;
        self.drawn = Some(text);
        Ok(())
    }
}

async fn say(socket: &mut Socket, frame: &Value) -> anyhow::Result<()> {
    socket.send(Message::text(frame.to_string())).await.context("the connection broke off")
}

/// The WebSocket of a server's address.
fn address(url: &str) -> anyhow::Result<Url> {
    let mut address = Url::parse(url).with_context(|| format!("--url {url}: no address"))?;
    let scheme = match address.scheme() {
        "http" => "ws",
        "https" => "wss",
        other => bail!("--url {url}: {other} is neither http nor https"),
    };
    if address.set_scheme(scheme).is_err() {
        bail!("--url {url}: no address of a server");
    }
    address.set_path("/api/v1/live");
    Ok(address)
}

impl State {
    /// As it stands on the screen.
    fn words(self) -> &'static str {
        match self {
            State::Connecting => "connecting",
            State::Live => "live",
            State::Stale => "STALE: nobody vouches for these figures",
            State::Lost => "CONNECTION LOST: these figures stand still",
        }
    }
}
