//! Configuration: text from arguments, environment and file, then its meaning, checked as a whole.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;

use crate::model::{Clock, Instant, Zone};

/// Settings as they are written: `serve`'s arguments, or keys of the configuration file.
#[derive(Clone, Debug, Default, clap::Args, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Address to listen on; only loopback, as long as there are no tokens [default: 127.0.0.1:8080].
    #[arg(long, env = "OPCENTRE_LISTEN", value_name = "ADDRESS")]
    pub listen: Option<String>,
    /// Where journal, embedded database and this node's id live [default: opcentre-data].
    #[arg(long, env = "OPCENTRE_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// A ClickHouse server's HTTP address, with user and password if need be
    /// (`http://user:password@host:8123`); without it the embedded one runs.
    #[arg(long, env = "OPCENTRE_CLICKHOUSE_URL", value_name = "URL")]
    pub clickhouse_url: Option<String>,
    /// Seconds that ClickHouse may take to store a batch; one that takes longer is sent again, in smaller pieces
    /// [default: 120].
    #[arg(long, env = "OPCENTRE_CLICKHOUSE_TIMEOUT_S", value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub clickhouse_timeout_s: Option<u64>,
    /// IANA time zone of local days, due dates and periods; a data dir keeps the one it was made with [default:
    /// Asia/Ho_Chi_Minh].
    #[arg(long, env = "OPCENTRE_TIMEZONE", value_name = "ZONE")]
    pub timezone: Option<String>,
    /// Freezes the clock of records and figures at this instant (RFC 3339).
    #[arg(long, env = "OPCENTRE_NOW", value_name = "INSTANT", conflicts_with = "clock_from")]
    pub now: Option<String>,
    /// Lets the clock of records and figures run on from this instant (RFC 3339).
    #[arg(long, env = "OPCENTRE_CLOCK_FROM", value_name = "INSTANT")]
    pub clock_from: Option<String>,
    /// The pinned libchdb.so, if not where `make build` puts it.
    #[arg(long, env = "OPCENTRE_ENGINE_LIBRARY", value_name = "FILE")]
    pub engine_library: Option<PathBuf>,
    /// For tests: while this file exists the live stage stands still.
    #[arg(long, hide = true, value_name = "FILE")]
    #[serde(skip)]
    pub fault_live_hang: Option<PathBuf>,
    /// Seconds that `verify` may hold the sink at most.
    #[arg(long, hide = true, value_name = "S")]
    #[serde(skip)]
    pub verify_hold_s: Option<u64>,
}

impl Settings {
    /// These settings, completed by others where they say nothing.
    #[must_use]
    pub fn or(self, others: Settings) -> Settings {
        Settings {
            listen: self.listen.or(others.listen),
            data_dir: self.data_dir.or(others.data_dir),
            clickhouse_url: self.clickhouse_url.or(others.clickhouse_url),
            clickhouse_timeout_s: self.clickhouse_timeout_s.or(others.clickhouse_timeout_s),
            timezone: self.timezone.or(others.timezone),
            now: self.now.or(others.now),
            clock_from: self.clock_from.or(others.clock_from),
            engine_library: self.engine_library.or(others.engine_library),
            fault_live_hang: self.fault_live_hang.or(others.fault_live_hang),
            verify_hold_s: self.verify_hold_s.or(others.verify_hold_s),
        }
    }
}

/// Which clock records and figures go by.
#[derive(Clone)]
pub enum DomainClock {
    /// The system's.
    System,
    /// Standing still.
    Frozen(Instant),
    /// Running on from an instant at the start.
    From(Instant),
    /// One that is running already.
    Given(Clock),
}

/// Where ClickHouse is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    /// The child process `opcentre engine`.
    Embedded {
        /// The library, if not in its usual place.
        library: Option<PathBuf>,
    },
    /// A server or cluster.
    Server {
        /// Address without credentials.
        url: String,
        /// User, if one was given.
        user: Option<String>,
        /// Password, if one was given.
        password: Option<String>,
    },
}

/// The whole meaning of the settings.
#[derive(Clone)]
pub struct Config {
    /// Where to listen; loopback.
    pub listen: SocketAddr,
    /// Where everything lives.
    pub data_dir: PathBuf,
    /// Where ClickHouse is.
    pub database: Database,
    /// How long it may take to store a batch.
    pub clickhouse_timeout: Duration,
    /// The zone of local days.
    pub zone: Zone,
    /// Which clock records and figures go by.
    pub clock: DomainClock,
    /// Whether everything shown is made up; a data dir once marked stays so.
    pub demo: bool,
    /// For tests: while this file exists the live stage stands still.
    pub fault_live_hang: Option<PathBuf>,
    /// How long `verify` may hold the sink.
    pub verify_hold: Duration,
}

/// What is wrong with the settings; the program exits with 64.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Not an address.
    #[error("listen = `{0}` is no address: write it as 127.0.0.1:8080")]
    Listen(String),
    /// Open mode is for loopback only.
    #[error(
        "listen = `{0}` is reachable from other machines; this version knows no callers and so listens on loopback only \
         (127.0.0.1 or [::1])"
    )]
    NotLoopback(SocketAddr),
    /// No such zone.
    #[error("timezone = `{0}` is not in the IANA time zone database")]
    Zone(String),
    /// Not an instant.
    #[error("{key} = `{text}` is no instant: write it as 2024-08-02T08:00:00+07:00")]
    Instant {
        /// `now` or `clock_from`.
        key: &'static str,
        /// What was written.
        text: String,
    },
    /// Frozen and running at once.
    #[error("now and clock_from can't both be set")]
    TwoClocks,
    /// The days of a data dir were cut by another zone.
    #[error(
        "{dir} was made for the time zone {made_for}; with {wanted} every day of every figure would be cut anew: give \
         timezone = `{made_for}` or another data dir"
    )]
    OtherZone {
        /// The data dir.
        dir: String,
        /// Its zone.
        made_for: String,
        /// The one configured now.
        wanted: String,
    },
    /// The embedded database belongs to a later program.
    #[error(transparent)]
    NewerData(#[from] crate::engine::ReleaseError),
    /// None or too long.
    #[error("clickhouse_timeout_s = {0} makes no sense: give 1 to 3600 seconds")]
    Timeout(u64),
    /// Not an HTTP address.
    #[error("clickhouse_url is no address: write it as http://host:8123 or http://user:password@host:8123")]
    DatabaseUrl,
}

impl Config {
    /// Reads the settings' meaning. Nothing is opened.
    ///
    /// # Errors
    /// The first setting that makes no sense, by its key.
    pub fn of(settings: Settings) -> Result<Config, ConfigError> {
        let listen_text = settings.listen.unwrap_or_else(|| "127.0.0.1:8080".to_owned());
        let listen: SocketAddr = listen_text.parse().map_err(|_| ConfigError::Listen(listen_text))?;
        if !listen.ip().is_loopback() {
            return Err(ConfigError::NotLoopback(listen));
        }
        let zone_name = settings.timezone.unwrap_or_else(|| "Asia/Ho_Chi_Minh".to_owned());
        let zone = Zone::named(&zone_name).map_err(|_| ConfigError::Zone(zone_name))?;
        let clock = match (settings.now, settings.clock_from) {
            (Some(_), Some(_)) => return Err(ConfigError::TwoClocks),
            (Some(text), None) => DomainClock::Frozen(instant("now", text)?),
            (None, Some(text)) => DomainClock::From(instant("clock_from", text)?),
            (None, None) => DomainClock::System,
        };
        let database = match settings.clickhouse_url {
            None => Database::Embedded { library: settings.engine_library },
            Some(url) => server(&url)?,
        };
        let clickhouse_timeout = match settings.clickhouse_timeout_s {
            None => crate::store::TIMEOUT,
            Some(seconds @ 1..=3600) => Duration::from_secs(seconds),
            Some(seconds) => return Err(ConfigError::Timeout(seconds)),
        };
        Ok(Config {
            listen,
            data_dir: settings.data_dir.unwrap_or_else(|| PathBuf::from("opcentre-data")),
            database,
            clickhouse_timeout,
            zone,
            clock,
            demo: false,
            fault_live_hang: settings.fault_live_hang,
            verify_hold: Duration::from_secs(settings.verify_hold_s.unwrap_or(60)),
        })
    }
}

fn instant(key: &'static str, text: String) -> Result<Instant, ConfigError> {
    match text.parse::<Timestamp>() {
        Ok(timestamp) => Ok(Instant(timestamp.as_millisecond())),
        Err(_) => Err(ConfigError::Instant { key, text }),
    }
}

fn server(url: &str) -> Result<Database, ConfigError> {
    let parsed = reqwest::Url::parse(url).map_err(|_| ConfigError::DatabaseUrl)?;
    let host = parsed.host_str().ok_or(ConfigError::DatabaseUrl)?;
    if !matches!(parsed.scheme(), "http" | "https") {
        return Err(ConfigError::DatabaseUrl);
    }
    let port = parsed.port().map(|port| format!(":{port}")).unwrap_or_default();
    let text = |part: &str| Some(part.to_owned()).filter(|part| !part.is_empty());
    Ok(Database::Server {
        url: format!("{}://{host}{port}", parsed.scheme()),
        user: text(parsed.username()),
        password: parsed.password().and_then(text),
    })
}
