//! The table of keys: each is a line of the configuration file, an environment variable and an option of `serve`.

/// One key.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Its name in the file.
    pub name: &'static str,
    /// The option that says the same.
    pub flag: &'static str,
    /// The environment variable that says the same.
    pub env: &'static str,
    /// What its value may be.
    pub kind: Kind,
    /// What holds when nobody says anything, as it would be written.
    pub default: Option<&'static str>,
    /// A value as one may be written, where there is no default to show.
    pub sample: &'static str,
    /// What it is for, in a sentence or two.
    pub about: &'static str,
    /// Whether it is for tests only.
    pub hidden: bool,
}

/// What a value may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A text.
    Text,
    /// A text that may hold a password: never repeated.
    Secret,
    /// A whole number within bounds, both included.
    Whole {
        /// The least.
        least: u64,
        /// The greatest.
        most: u64,
    },
    /// One of a few words.
    Choice(&'static [&'static str]),
}

const fn key(name: &'static str, flag: &'static str, env: &'static str, about: &'static str) -> Key {
    Key { name, flag, env, kind: Kind::Text, default: None, sample: "", about, hidden: false }
}

impl Key {
    const fn default(self, default: &'static str) -> Key {
        Key { default: Some(default), ..self }
    }

    const fn sample(self, sample: &'static str) -> Key {
        Key { sample, ..self }
    }

    const fn secret(self) -> Key {
        Key { kind: Kind::Secret, ..self }
    }

    const fn whole(self, least: u64, most: u64) -> Key {
        Key { kind: Kind::Whole { least, most }, ..self }
    }

    const fn one_of(self, words: &'static [&'static str]) -> Key {
        Key { kind: Kind::Choice(words), ..self }
    }

    const fn hidden(self) -> Key {
        Key { hidden: true, ..self }
    }

    /// The key of this name.
    pub fn named(name: &str) -> Option<&'static Key> {
        KEYS.iter().find(|key| key.name == name)
    }

    /// The key as an option of a command.
    pub(super) fn argument(&self) -> clap::Arg {
        let help = match self.default {
            Some(default) => format!("{} [default: {default}]", self.about),
            None => self.about.to_owned(),
        };
        clap::Arg::new(self.name)
            .long(self.flag)
            .env(self.env)
            .hide_env_values(self.kind == Kind::Secret)
            .hide(self.hidden)
            .value_name(self.value_name())
            .help(help)
    }

    fn value_name(&self) -> &'static str {
        match self.kind {
            Kind::Text => "TEXT",
            Kind::Secret => "URL",
            Kind::Whole { .. } => "NUMBER",
            Kind::Choice(_) => "WORD",
        }
    }
}

const MIB: u64 = 1 << 20;

/// Every key, in the order of the example file.
pub const KEYS: &[Key] = &[
    key(
        "listen",
        "listen",
        "OPCENTRE_LISTEN",
        "Address to listen on; without tokens (auth_mode) only loopback (127.0.0.1 or [::1]).",
    )
    .default("127.0.0.1:8080"),
    key(
        "auth_mode",
        "auth-mode",
        "OPCENTRE_AUTH_MODE",
        "Who is let in: anyone at this machine, or only who shows a token (see `opcentre token`). In a file also `mode` under [auth].",
    )
    .one_of(&["open", "required"])
    .default("open"),
    key("data_dir", "data-dir", "OPCENTRE_DATA_DIR", "Where journal, embedded database and this node's id live.")
        .default("opcentre-data"),
    key(
        "clickhouse_url",
        "clickhouse-url",
        "OPCENTRE_CLICKHOUSE_URL",
        "A ClickHouse server's HTTP address, with user and password if need be; without it the embedded one runs.",
    )
    .secret()
    .sample("http://user:password@clickhouse.example:8123"),
    key(
        "clickhouse_timeout_s",
        "clickhouse-timeout-s",
        "OPCENTRE_CLICKHOUSE_TIMEOUT_S",
        "Seconds that ClickHouse may take to store a batch; one that takes longer is sent again, in smaller pieces.",
    )
    .whole(1, 3600)
    .default("120"),
    key(
        "timezone",
        "timezone",
        "OPCENTRE_TIMEZONE",
        "IANA time zone of local days, due dates and periods; a data dir keeps the one it was made with.",
    )
    .default(super::ZONE_DEFAULT),
    key(
        "now",
        "now",
        "OPCENTRE_NOW",
        "Freezes the clock of records and figures at this instant (RFC 3339); to look at a past day, never in service.",
    )
    .sample("2024-08-02T08:00:00+07:00"),
    key(
        "clock_from",
        "clock-from",
        "OPCENTRE_CLOCK_FROM",
        "Lets the clock of records and figures run on from this instant (RFC 3339); not together with `now`.",
    )
    .sample("2024-08-02T08:00:00+07:00"),
    key(
        "dashboards_dir",
        "dashboards-dir",
        "OPCENTRE_DASHBOARDS_DIR",
        "Folder with kpis.toml, targets.toml and boards/*.toml, instead of those in the program; read anew at SIGHUP and \
         by `POST /api/v1/reload`.",
    )
    .sample("/etc/opcentre/dashboards"),
    key(
        "engine_library",
        "engine-library",
        "OPCENTRE_ENGINE_LIBRARY",
        "The pinned libchdb.so, if not where `make build` puts it; not together with `clickhouse_url`.",
    )
    .sample("/opt/opcentre/libchdb.so"),
    key(
        "engine_memory_bytes_max",
        "engine-memory-bytes-max",
        "OPCENTRE_ENGINE_MEMORY_BYTES_MAX",
        "Memory that all queries of the embedded ClickHouse may use together; a share of the machine's when absent. \
         Not together with `clickhouse_url`.",
    )
    .whole(512 * MIB, 1 << 42)
    .sample("2147483648"),
    key(
        "journal_bytes_max",
        "journal-bytes-max",
        "OPCENTRE_JOURNAL_BYTES_MAX",
        "Disk that the journal may take; senders are refused beyond it. It holds what ClickHouse hasn't stored yet and \
         the last hour: reckon some 400 bytes a record. At least two segments of the journal, which grow with \
         `body_bytes_max`.",
    )
    .whole(128 * MIB, 1 << 44)
    .default("8589934592"),
    key(
        "body_bytes_max",
        "body-bytes-max",
        "OPCENTRE_BODY_BYTES_MAX",
        "Longest body of records after unpacking. A server works on up to 16 at once: memory is a few times 16 of them.",
    )
    .whole(64 << 10, 64 * MIB)
    .default("16777216"),
    key(
        "line_bytes_max",
        "line-bytes-max",
        "OPCENTRE_LINE_BYTES_MAX",
        "Longest record; at most `body_bytes_max`.",
    )
    .whole(1 << 10, MIB)
    .default("16384"),
    key(
        "screens_max",
        "screens-max",
        "OPCENTRE_SCREENS_MAX",
        "Screens that may be connected at once; each takes some 100 kB.",
    )
    .whole(1, 20_000)
    .default("256"),
    key(
        "connections_max",
        "connections-max",
        "OPCENTRE_CONNECTIONS_MAX",
        "Connections held at once, screens included; further ones wait. At least 64 more than `screens_max`, so that \
         screens never shut senders out.",
    )
    .whole(65, 40_000)
    .default("1024"),
    key(
        "verify_hold_s",
        "verify-hold-s",
        "OPCENTRE_VERIFY_HOLD_S",
        "Seconds for which `verify` may keep the stored records still while it compares.",
    )
    .whole(1, 3_600)
    .default("60"),
    key(
        "backfill_minutes",
        "backfill-minutes",
        "OPCENTRE_BACKFILL_MINUTES",
        "Minutes without a further batch of old data (`POST /api/v1/events?backfill=true`) after which a source's \
         backfill is over; until then the figures of the units it feeds are marked.",
    )
    .whole(1, 1_440)
    .default("15"),
    key(
        "alert_history_days",
        "alert-history-days",
        "OPCENTRE_ALERT_HISTORY_DAYS",
        "Days for which an alert that is over is kept; at most 20,000 of them.",
    )
    .whole(1, 3_660)
    .default("400"),
    key(
        "stop_flush_s",
        "stop-flush-s",
        "OPCENTRE_STOP_FLUSH_S",
        "Seconds that a stop waits for ClickHouse to store the rest; what is left is stored after the next start.",
    )
    .whole(0, 600)
    .default("10"),
    key(
        "log",
        "log",
        "OPCENTRE_LOG",
        "What is logged: error, warn, info, debug, trace, or a filter such as `info,opcentre::http=debug`.",
    )
    .default("info"),
    key(
        "log_format",
        "log-format",
        "OPCENTRE_LOG_FORMAT",
        "How it is logged, to standard error: text for people, json (an object a line) for programs.",
    )
    .one_of(&["text", "json"])
    .default("text"),
    key(
        "fault_live_hang",
        "fault-live-hang",
        "OPCENTRE_FAULT_LIVE_HANG",
        "For tests: while this file exists the live stage stands still.",
    )
    .hidden(),
];
