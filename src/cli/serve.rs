//! `opcentre serve`: the program itself.

use std::io::{Write, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

use crate::config::{Config, ConfigError, Settings};
use crate::serve;
use crate::telemetry::Logs;

/// Exit code of a configuration that makes no sense.
pub(super) const EXIT_CONFIG: u8 = 64;

/// Takes in records and shows live figures.
#[derive(Debug, clap::Args)]
pub struct ServeArgs {
    /// File with the same keys as the options, in TOML; options and environment win.
    #[arg(long, env = "OPCENTRE_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    #[command(flatten)]
    settings: Settings,
}

/// Runs until SIGTERM or SIGINT; a second one ends it at once.
///
/// # Errors
/// What ended it, other than being told to.
pub async fn run(args: ServeArgs) -> anyhow::Result<ExitCode> {
    let config = match read(args.config.as_deref(), args.settings) {
        Ok(config) => config,
        Err(error) => {
            Logs::of_environment().start();
            return Ok(refuse(&error));
        }
    };
    config.logs.start();
    let listener = bind(&config).await?;
    let (first, asked) = oneshot::channel();
    let ended = tokio::select! {
        ended = serve::run(config, listener, first_of(asked), say_address) => ended,
        () = Signals::listen()?.twice(first) => end_at_once(),
    };
    match ended {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(error) if error.is::<ConfigError>() => Ok(refuse(&error)),
        Err(error) => Err(error),
    }
}

/// The first line on standard output is where it listens, for people and for programs that chose port 0.
pub(super) fn say_address(started: serve::Started) -> anyhow::Result<()> {
    writeln!(stdout(), "http://{}", started.address).context("can't say where it listens on standard output")
}

/// Takes the address.
pub(super) async fn bind(config: &Config) -> anyhow::Result<TcpListener> {
    TcpListener::bind(config.listen).await.with_context(|| format!("can't listen on {}", config.listen))
}

/// Says why the configuration is refused.
pub(super) fn refuse(error: &anyhow::Error) -> ExitCode {
    tracing::error!("configuration refused: {error:#}");
    ExitCode::from(EXIT_CONFIG)
}

/// The configuration of a file, completed and overruled by what was said elsewhere.
pub(super) fn read(file: Option<&Path>, mut settings: Settings) -> anyhow::Result<Config> {
    if let Some(file) = file {
        let text = std::fs::read_to_string(file).with_context(|| format!("can't read {}", file.display()))?;
        settings = settings.or(Settings::of_file(&file.display().to_string(), &text));
    }
    Ok(Config::of(settings)?)
}

/// SIGTERM and SIGINT: the first asks for an orderly end, the second for one at once.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Listens from here on.
    pub(super) fn listen() -> anyhow::Result<Signals> {
        let terminate = signal(SignalKind::terminate()).context("can't listen to SIGTERM")?;
        let interrupt = signal(SignalKind::interrupt()).context("can't listen to SIGINT")?;
        Ok(Signals { terminate, interrupt })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    /// Says the first signal and resolves at the second.
    pub(super) async fn twice(mut self, first: oneshot::Sender<()>) {
        self.next().await;
        // Nobody listening means that the server has ended by itself.
        first.send(()).ok();
        self.next().await;
    }
}

/// Ends without waiting for anything: what was acknowledged is on disk, the engine's process ends with this one.
pub(super) fn end_at_once() -> ! {
    tracing::warn!("ended at once by a second signal; what was acknowledged is on disk");
    std::process::exit(1)
}

/// Resolves when the first signal has come.
pub(super) async fn first_of(asked: oneshot::Receiver<()>) {
    if asked.await.is_err() {
        std::future::pending().await
    }
}
