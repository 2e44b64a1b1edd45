//! `opcentre serve`: the program itself.

use std::io::{Write, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

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

/// Runs until SIGTERM or SIGINT.
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
    match serve::run(config, listener, asked_to_stop()?, say_address).await {
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

/// Resolves at SIGTERM or SIGINT.
pub(super) fn asked_to_stop() -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
    let mut terminate = signal(SignalKind::terminate()).context("can't listen to SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("can't listen to SIGINT")?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
