//! What can go wrong between us and ClickHouse, and the one place that tells passing trouble from bad data (S-5).
//!
//! Codes are those of ClickHouse's `ErrorCodes.cpp`, with their names beside them.

use std::time::Duration;

/// Codes that speak of the very data sent: sending it again can't help. Everything else is retried.
/// Deliberately not here: 33 (`CANNOT_READ_ALL_DATA`), which a connection that breaks off also gives, and 53
/// (`TYPE_MISMATCH`), which speaks of columns, not of values.
const PERMANENT_CODES: [u32; 16] = [
    6,   // CANNOT_PARSE_TEXT
    25,  // CANNOT_PARSE_ESCAPE_SEQUENCE
    26,  // CANNOT_PARSE_QUOTED_STRING
    27,  // CANNOT_PARSE_INPUT_ASSERTION_FAILED
    38,  // CANNOT_PARSE_DATE
    41,  // CANNOT_PARSE_DATETIME
    69,  // ARGUMENT_OUT_OF_BOUND
    70,  // CANNOT_CONVERT_TYPE
    72,  // CANNOT_PARSE_NUMBER
    117, // INCORRECT_DATA
    128, // TOO_LARGE_ARRAY_SIZE
    131, // TOO_LARGE_STRING_SIZE
    321, // VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE
    349, // CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN
    407, // DECIMAL_OVERFLOW
    469, // VIOLATED_CONSTRAINT
];

/// `MEMORY_LIMIT_EXCEEDED`: fewer rows at once need less.
const OUT_OF_MEMORY: u32 = 241;

/// Codes of passing trouble with what to do about it, for the one who runs the program.
const ADVICE: [(&[u32], &str); 9] = [
    // NOT_ENOUGH_SPACE, CANNOT_WRITE_TO_FILE_DESCRIPTOR, CANNOT_WRITE_TO_OSTREAM
    (
        &[243, 75, 24],
        "ClickHouse has no room on its disk or can't write to it: free space there, or give it a larger disk",
    ),
    (&[OUT_OF_MEMORY], "ClickHouse is out of memory: give it more, or end what else uses it"),
    // TOO_MANY_PARTS
    (&[252], "ClickHouse has too many unmerged parts: its disks are too slow for its merges, or merges are stopped"),
    // READONLY, TABLE_IS_READ_ONLY
    (&[164, 242], "ClickHouse is read-only for us: see its disk, its Keeper and the rights of our user"),
    // UNKNOWN_USER, WRONG_PASSWORD, REQUIRED_PASSWORD, ACCESS_DENIED, AUTHENTICATION_FAILED
    (&[192, 193, 194, 497, 516], "ClickHouse doesn't let us in or forbids writing: see user, password and grants"),
    // NO_SUCH_COLUMN_IN_TABLE, TYPE_MISMATCH, UNKNOWN_TABLE, UNKNOWN_DATABASE
    (
        &[16, 53, 60, 81],
        "our tables in ClickHouse are gone or were altered: restore them, then start this server again",
    ),
    // TIMEOUT_EXCEEDED, TOO_SLOW, SOCKET_TIMEOUT
    (&[159, 160, 209], "ClickHouse is too slow for its own time limits: see what else it is doing"),
    // TOO_MANY_SIMULTANEOUS_QUERIES, ABORTED, QUERY_WAS_CANCELLED
    (&[202, 236, 394], "ClickHouse is busy or restarting: see what else it is doing if this lasts"),
    // NETWORK_ERROR, NO_ZOOKEEPER, ALL_CONNECTION_TRIES_FAILED, TOO_FEW_LIVE_REPLICAS,
    // UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE, UNKNOWN_STATUS_OF_INSERT, KEEPER_EXCEPTION
    (&[210, 225, 279, 285, 286, 319, 999], "ClickHouse's replicas or its Keeper can't be reached: see the cluster"),
];

/// What an error of an insert means for its rows (S-5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The data itself: of a single record it means to set it aside, of several to look for that record.
    Data,
    /// It passes, and sooner with fewer rows at once.
    TooMuch,
    /// It passes.
    Passing,
}

/// Why the store couldn't do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No answer, or one that broke off: away, restarting, or slower than the time limit.
    #[error("clickhouse can't be reached")]
    Unreachable(#[source] clickhouse::error::Error),
    /// No answer within our time limit; it may still do what it was asked.
    #[error("clickhouse gave no answer within {} s", .0.as_secs_f32())]
    TimedOut(Duration),
    /// ClickHouse answered with an error.
    #[error("clickhouse refused with code {}: {message}", code.map_or_else(|| "unknown".to_owned(), |code| code.to_string()))]
    Refused {
        /// The number behind `Code:`.
        code: Option<u32>,
        /// Its words; not for people outside (H-2).
        message: String,
    },
    /// Rows and columns don't fit: another version of the schema, or a fault of ours.
    #[error("rows don't fit the tables")]
    Mismatch(#[source] clickhouse::error::Error),
    /// More rows in one insert than stay together when it is cut off.
    #[error("{rows} rows in one insert, at most {max} are allowed")]
    TooManyRows {
        /// Rows given.
        rows: usize,
        /// The bound.
        max: usize,
    },
    /// A stored row that no record or state can be made of.
    #[error("stored row of {table} can't be read: column {column}")]
    Unreadable {
        /// Where.
        table: &'static str,
        /// In which column.
        column: &'static str,
    },
    /// A setting that we rely on isn't obeyed.
    #[error("setting {name} is to be {wanted}, clickhouse has {}", got.as_deref().unwrap_or("no such setting"))]
    Setting {
        /// Its name.
        name: String,
        /// What we sent.
        wanted: String,
        /// What it reads back; none when it doesn't exist.
        got: Option<String>,
    },
    /// A table that isn't kept as durably as it should.
    #[error("table {table} is to have {wanted}, its engine is {got}")]
    Table {
        /// Its name.
        table: String,
        /// The setting, with its value.
        wanted: &'static str,
        /// Its engine and settings.
        got: String,
    },
    /// A migration that was done with another text than ours (S-4).
    #[error("migration {number} was done as {name} with checksum {done}, this program has {ours}")]
    MigrationChanged {
        /// Its number.
        number: u32,
        /// The name it was done under.
        name: String,
        /// The checksum it was done with.
        done: String,
        /// The checksum of this program's text.
        ours: String,
    },
    /// A migration that this program doesn't know: the database belongs to a later one.
    #[error("migration {number} ({name}) was done by a later program")]
    MigrationUnknown {
        /// Its number.
        number: u32,
        /// Its name.
        name: String,
    },
}

impl StoreError {
    /// The one place that tells the faults of an insert apart (S-5).
    pub fn fault(&self) -> Fault {
        match self {
            StoreError::Refused { code: Some(code), .. } if PERMANENT_CODES.contains(code) => Fault::Data,
            StoreError::Refused { code: Some(OUT_OF_MEMORY), .. } | StoreError::TimedOut(_) => Fault::TooMuch,
            _ => Fault::Passing,
        }
    }

    /// Whether the data itself is at fault.
    pub fn is_permanent(&self) -> bool {
        self.fault() == Fault::Data
    }

    /// ClickHouse's number for the error, if it is one of its own.
    pub fn code(&self) -> Option<u32> {
        match self {
            StoreError::Refused { code, .. } => *code,
            _ => None,
        }
    }

    /// What is wrong and what to do, in words for the one who runs the program; ClickHouse's own words stay in the
    /// log (H-2).
    pub fn advice(&self) -> String {
        let known =
            self.code().and_then(|code| ADVICE.iter().find(|(codes, _)| codes.contains(&code)).map(|(_, w)| *w));
        match (self, known) {
            (_, Some(words)) => format!("{words} (code {})", self.code().unwrap_or_default()),
            (StoreError::Unreachable(_), None) => {
                "ClickHouse can't be reached or breaks off: see whether it runs and the network to it".to_owned()
            }
            (StoreError::TimedOut(limit), None) => format!(
                "ClickHouse gives no answer within {} s: see whether it hangs or is overloaded",
                limit.as_secs_f32()
            ),
            (StoreError::Refused { code: Some(code), .. }, None) => {
                format!("ClickHouse refuses with code {code}: the log has its words")
            }
            (StoreError::Refused { code: None, .. }, None) => {
                "something answers in ClickHouse's place, or without a code: see what stands at its address".to_owned()
            }
            (StoreError::MigrationUnknown { .. }, None) => {
                "the database belongs to a later version of this program: run that one".to_owned()
            }
            (StoreError::Setting { .. } | StoreError::Table { .. } | StoreError::MigrationChanged { .. }, None) => {
                format!("ClickHouse isn't set up as this program needs it: {self}")
            }
            _ => "our tables in ClickHouse don't fit this program: the log says more".to_owned(),
        }
    }
}

impl From<clickhouse::error::Error> for StoreError {
    fn from(error: clickhouse::error::Error) -> Self {
        use clickhouse::error::Error;
        match error {
            Error::BadResponse(message) => StoreError::Refused { code: code_of(&message), message },
            Error::Network(_) | Error::TimedOut | Error::Decompression(_) => StoreError::Unreachable(error),
            _ => StoreError::Mismatch(error),
        }
    }
}

/// The first number behind `Code: ` at the beginning; some messages have none, and what stands further behind may be
/// anybody's words (the page of a proxy, a value that is quoted).
pub(super) fn code_of(message: &str) -> Option<u32> {
    let rest = message.trim_start().strip_prefix("Code: ")?;
    let digits = rest.find(|character: char| !character.is_ascii_digit()).unwrap_or(rest.len());
    rest[..digits].parse().ok()
}
