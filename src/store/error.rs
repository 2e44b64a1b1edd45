//! What can go wrong between us and ClickHouse, and the one place that tells passing trouble from bad data (S-5).

/// Codes of ClickHouse that speak of the very data sent: sending it again can't help. Everything else is retried.
/// Deliberately not here: 33 (`CANNOT_READ_ALL_DATA`), which a connection that breaks off also gives.
const PERMANENT_CODES: [u32; 17] = [
    6,   // CANNOT_PARSE_TEXT
    25,  // CANNOT_PARSE_ESCAPE_SEQUENCE
    26,  // CANNOT_PARSE_QUOTED_STRING
    27,  // CANNOT_PARSE_INPUT_ASSERTION_FAILED
    38,  // CANNOT_PARSE_DATE
    41,  // CANNOT_PARSE_DATETIME
    53,  // TYPE_MISMATCH
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

/// Why the store couldn't do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No answer, or one that broke off: away, restarting, or slower than the time limit.
    #[error("clickhouse can't be reached")]
    Unreachable(#[source] clickhouse::error::Error),
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
    /// Whether the data itself is at fault (S-5): of a single record this means to set it aside, of a batch to look for
    /// that record. Everything else is to be tried again.
    pub fn is_permanent(&self) -> bool {
        matches!(self, StoreError::Refused { code: Some(code), .. } if PERMANENT_CODES.contains(code))
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

/// The first number behind `Code: `; some messages have none.
pub(super) fn code_of(message: &str) -> Option<u32> {
    let rest = &message[message.find("Code: ")? + "Code: ".len()..];
    let digits = rest.find(|character: char| !character.is_ascii_digit()).unwrap_or(rest.len());
    rest[..digits].parse().ok()
}
