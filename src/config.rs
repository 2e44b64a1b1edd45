//! Configuration: text from arguments, environment and file, then its meaning, checked as a whole.
//!
//! There is one table of keys ([`KEYS`]); the configuration file, `OPCENTRE_*` and `serve`'s options are read by it.
//! Bounds that hang together are checked against one another here, and every fault is told, not only the first.

mod deliveries;
mod example;
mod keys;
mod settings;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

use crate::auth::Mode;
use crate::delivery::Destination;
use crate::ingest::Limits;
use crate::journal;
use crate::kpi::CatalogueError;
use crate::model::{Clock, Instant, Zone};
use crate::telemetry::{LogFormat, Logs};

/// The zone of local days where nothing else is said.
pub const ZONE_DEFAULT: &str = "Asia/Ho_Chi_Minh";

pub use example::example;
pub use keys::{KEYS, Key, Kind};
pub use settings::{Fault, Settings};

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
#[derive(Clone, PartialEq, Eq)]
pub enum Database {
    /// The child process `opcentre engine`.
    Embedded {
        /// The library, if not in its usual place.
        library: Option<PathBuf>,
        /// Memory that all queries may use together, if not the usual share.
        memory_bytes_max: Option<u64>,
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
    /// Where to listen; loopback in open mode.
    pub listen: SocketAddr,
    /// Who is let in.
    pub auth: Mode,
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
    /// The folder of KPIs, targets and boards; none: the program's own.
    pub dashboards_dir: Option<PathBuf>,
    /// Whether everything shown is made up; a data dir once marked stays so.
    pub demo: bool,
    /// For tests: while this file exists the live stage stands still.
    pub fault_live_hang: Option<PathBuf>,
    /// How long `verify` may hold the sink.
    pub verify_hold: Duration,
    /// After which time without a batch of old data a source's backfill is over.
    pub backfill_quiet: Duration,
    /// How long a stop waits for the sink.
    pub stop_flush: Duration,
    /// Bounds of the journal.
    pub journal: journal::Options,
    /// Bounds of bodies and lines.
    pub limits: Limits,
    /// Where messages go, by name.
    pub deliveries: BTreeMap<String, Destination>,
    /// How many days an alert that is over is kept.
    pub alert_history_days: u64,
    /// How many screens may be connected.
    pub screens_max: usize,
    /// How many connections are held, screens included.
    pub connections_max: usize,
    /// What is logged and how.
    pub logs: Logs,
}

/// What is wrong with the settings; the program exits with 64.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Everything that is wrong with what was written.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Faults(Vec<Fault>),
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
    /// KPIs, targets or boards of the folder are faulty.
    #[error("the catalogue of KPIs, targets and boards is faulty\n{0}")]
    Catalogue(#[from] CatalogueError),
    /// The embedded database belongs to a later program.
    #[error(transparent)]
    NewerData(#[from] crate::engine::ReleaseError),
}

/// Connections beside those of screens, at the least.
const CONNECTIONS_SPARE_MIN: u64 = 64;
/// A segment of the journal, at the least.
const SEGMENT_BYTES_MIN: u64 = 64 << 20;

impl Config {
    /// Reads the settings' meaning. Nothing is opened.
    ///
    /// # Errors
    /// Every setting that makes no sense, with its place and key.
    pub fn of(settings: Settings) -> Result<Config, ConfigError> {
        let mut read = Reader { faults: settings.faults.clone(), settings };
        let auth = read.auth();
        let listen = read.parsed("listen", |text| listen(text, auth));
        let zone = read.parsed("timezone", |name| {
            Zone::named(name).map_err(|_| format!("`{name}` is not in the IANA time zone database"))
        });
        let clock = read.clock();
        let database = read.database();
        let (limits, journal) = (read.limits(), read.journal());
        let (screens_max, connections_max) = read.connections();
        let logs = read.logs();
        let clickhouse_timeout = Duration::from_secs(read.whole("clickhouse_timeout_s"));
        let verify_hold = Duration::from_secs(read.whole("verify_hold_s"));
        let stop_flush = Duration::from_secs(read.whole("stop_flush_s"));
        let backfill_quiet = Duration::from_secs(60 * read.whole("backfill_minutes"));
        let deliveries = read.deliveries();
        let alert_history_days = read.whole("alert_history_days");
        let data_dir = read.parsed("data_dir", |path| match path {
            "" => Err("is empty".to_owned()),
            path => Ok(PathBuf::from(path)),
        });
        let dashboards_dir = read.text("dashboards_dir").map(PathBuf::from);
        let fault_live_hang = read.text("fault_live_hang").map(PathBuf::from);
        match (listen, zone, data_dir, database, logs) {
            (Some(listen), Some(zone), Some(data_dir), Some(database), Some(logs)) if read.faults.is_empty() => {
                Ok(Config {
                    listen,
                    auth,
                    data_dir,
                    database,
                    clickhouse_timeout,
                    zone,
                    clock,
                    dashboards_dir,
                    demo: false,
                    fault_live_hang,
                    verify_hold,
                    backfill_quiet,
                    stop_flush,
                    journal,
                    limits,
                    deliveries,
                    alert_history_days,
                    screens_max,
                    connections_max,
                    logs,
                })
            }
            _ => Err(ConfigError::Faults(read.faults)),
        }
    }
}

/// Reads one key after the other and keeps what is wrong.
struct Reader {
    settings: Settings,
    faults: Vec<Fault>,
}

impl Reader {
    /// What is written for a key, or its default.
    fn text(&self, name: &'static str) -> Option<String> {
        let given = self.settings.given.get(name).map(|given| given.text.clone());
        given.or_else(|| Key::named(name)?.default.map(str::to_owned))
    }

    fn is_given(&self, name: &str) -> bool {
        self.settings.given.contains_key(name)
    }

    fn fault(&mut self, name: &str, reason: String) {
        let place = self.settings.given.get(name).map_or("default", |given| &given.place).to_owned();
        self.faults.push(Fault { place, key: name.to_owned(), reason });
    }

    /// The meaning of a key's text; none when it is absent or wrong.
    fn parsed<T>(&mut self, name: &'static str, meaning: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let text = self.text(name)?;
        meaning(&text).map_err(|reason| self.fault(name, reason)).ok()
    }

    /// A whole number within the table's bounds; 0 when it is absent or wrong.
    fn whole(&mut self, name: &'static str) -> u64 {
        self.whole_if_given(name).unwrap_or_default()
    }

    fn whole_if_given(&mut self, name: &'static str) -> Option<u64> {
        let Some(Key { kind: Kind::Whole { least, most }, .. }) = Key::named(name) else {
            unreachable!("{name} is a whole number in the table of keys")
        };
        self.parsed(name, |text| match text.parse::<u64>() {
            Ok(number) if (*least..=*most).contains(&number) => Ok(number),
            Ok(number) => Err(format!("must be from {least} to {most}, not {number}")),
            Err(_) => Err(format!("must be a whole number from {least} to {most}, not `{text}`")),
        })
    }

    fn whole_usize(&mut self, name: &'static str) -> usize {
        usize::try_from(self.whole(name)).unwrap_or(usize::MAX)
    }

    /// What can't be read is required: whoever wrote something else than open meant it.
    fn auth(&mut self) -> Mode {
        let named = |name: &str| Mode::named(name).ok_or_else(|| format!("`{name}` must be open or required"));
        self.parsed("auth_mode", named).unwrap_or(Mode::Required)
    }

    fn clock(&mut self) -> DomainClock {
        let now = self.parsed("now", instant);
        let from = self.parsed("clock_from", instant);
        if self.is_given("now") && self.is_given("clock_from") {
            self.fault("clock_from", "can't be set together with `now`: a clock stands still or runs".to_owned());
        }
        match (now, from) {
            (Some(now), _) => DomainClock::Frozen(now),
            (None, Some(from)) => DomainClock::From(from),
            (None, None) => DomainClock::System,
        }
    }

    fn database(&mut self) -> Option<Database> {
        let memory_bytes_max = self.whole_if_given("engine_memory_bytes_max");
        if !self.is_given("clickhouse_url") {
            let library = self.text("engine_library").map(PathBuf::from);
            return Some(Database::Embedded { library, memory_bytes_max });
        }
        for name in ["engine_library", "engine_memory_bytes_max"] {
            if self.is_given(name) {
                self.fault(name, "is of the embedded ClickHouse, and `clickhouse_url` names another".to_owned());
            }
        }
        self.parsed("clickhouse_url", server)
    }

    fn deliveries(&mut self) -> BTreeMap<String, Destination> {
        let Reader { settings, faults } = self;
        settings.deliveries.read(faults)
    }

    fn limits(&mut self) -> Limits {
        let (body_bytes_max, line_bytes_max) = (self.whole_usize("body_bytes_max"), self.whole_usize("line_bytes_max"));
        if line_bytes_max > body_bytes_max && body_bytes_max > 0 {
            self.fault("line_bytes_max", format!("{line_bytes_max} is more than body_bytes_max = {body_bytes_max}"));
        }
        Limits { body_bytes_max, line_bytes_max, ..Limits::default() }
    }

    /// A body can take twice its bytes in the journal and a little more, in its worst form.
    fn journal(&mut self) -> journal::Options {
        let body_bytes_max = self.text("body_bytes_max").and_then(|text| text.parse::<u64>().ok()).unwrap_or_default();
        let append_bytes_max = (body_bytes_max.saturating_mul(4)).clamp(1 << 20, 1 << 31);
        let segment_bytes_max = append_bytes_max.max(SEGMENT_BYTES_MIN);
        let journal_bytes_max = self.whole("journal_bytes_max");
        if journal_bytes_max > 0 && journal_bytes_max < segment_bytes_max * 2 {
            let least = segment_bytes_max * 2;
            let reason = format!(
                "must be at least {least} with body_bytes_max = {body_bytes_max} (two segments), not {journal_bytes_max}"
            );
            self.fault("journal_bytes_max", reason);
        }
        let queue_bytes_max = append_bytes_max.saturating_mul(2);
        let queue_appends_max = journal::Options::default().queue_appends_max;
        journal::Options { segment_bytes_max, journal_bytes_max, append_bytes_max, queue_appends_max, queue_bytes_max }
    }

    fn connections(&mut self) -> (usize, usize) {
        let (screens, connections) = (self.whole("screens_max"), self.whole("connections_max"));
        let least = screens + CONNECTIONS_SPARE_MIN;
        if screens > 0 && connections > 0 && connections < least {
            let reason = format!("must be at least {least} with screens_max = {screens}, not {connections}");
            self.fault("connections_max", reason);
        }
        let count = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        (count(screens), count(connections))
    }

    fn logs(&mut self) -> Option<Logs> {
        let filter = self.parsed("log", |text| match Logs::is_filter(text) {
            true => Ok(text.to_owned()),
            false => Err(format!("`{text}` is no filter: write it as info or info,opcentre::http=debug")),
        });
        let format = self.parsed("log_format", |text| match text {
            "text" => Ok(LogFormat::Text),
            "json" => Ok(LogFormat::Json),
            other => Err(format!("`{other}` must be text or json")),
        });
        Some(Logs { filter: filter?, format: format? })
    }
}

fn listen(text: &str, auth: Mode) -> Result<SocketAddr, String> {
    let address: SocketAddr =
        text.parse().map_err(|_| format!("`{text}` is no address: write it as 127.0.0.1:8080"))?;
    if auth == Mode::Required || address.ip().is_loopback() {
        return Ok(address);
    }
    Err(format!(
        "`{address}` is reachable from other machines: that needs auth_mode = \"required\" (and a token: `opcentre token \
         create --data-dir`), or listen on loopback (127.0.0.1 or [::1])"
    ))
}

fn instant(text: &str) -> Result<Instant, String> {
    match text.parse::<Timestamp>() {
        Ok(timestamp) => Ok(Instant(timestamp.as_millisecond())),
        Err(_) => Err(format!("`{text}` is no instant: write it as 2024-08-02T08:00:00+07:00")),
    }
}

fn server(url: &str) -> Result<Database, String> {
    // The address isn't repeated: a password may stand in it.
    let wrong = || "is no address: write it as http://host:8123 or http://user:password@host:8123".to_owned();
    let parsed = reqwest::Url::parse(url).map_err(|_| wrong())?;
    let host = parsed.host_str().ok_or_else(wrong)?;
    if !matches!(parsed.scheme(), "http" | "https") {
        return Err(wrong());
    }
    let port = parsed.port().map(|port| format!(":{port}")).unwrap_or_default();
    let text = |part: &str| Some(part.to_owned()).filter(|part| !part.is_empty());
    Ok(Database::Server {
        url: format!("{}://{host}{port}", parsed.scheme()),
        user: text(parsed.username()),
        password: parsed.password().and_then(text),
    })
}
