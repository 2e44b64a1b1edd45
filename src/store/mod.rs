//! Everything that speaks SQL (S-1): the schema, inserts, the seed of the live figures, history, and the second
//! implementation of every figure that `verify` compares with the cube.
//!
//! One code path, two engines: the embedded one behind ClickHouse's HTTP interface on loopback, or a server. The text of
//! every statement is a file under `sql/`; values are bound as parameters, never written into it.
//!
//! What holds here:
//! - S-3: every raw row carries (node, seq). Inserting the same rows again, in any order or split, changes nothing: raw
//!   rows fold by (node, seq), states by joins that are commutative, associative and idempotent (I-3). So a failed or
//!   doubtful batch is simply sent again, without any window of de-duplication.
//! - The caller keeps the rows until [`Store::insert`] has answered; one call is one insert statement.
//! - Readers fold with the same joins themselves and never trust merges.
//! - S-4: migrations only go forward; each is known by the checksum of its text.
//! - S-5: [`StoreError::fault`] is the one place that tells an error of the data from all else.
//! - Everything that we rely on and that could differ between servers is sent with each request and read back at the
//!   start ([`Store::check_settings`]).
//!
//! Not here: who inserts when, retries and their pace (`pipeline`).

mod error;
mod settings;
mod migrate;
mod row;
mod scores;
mod insert;
mod seed;
mod history;
mod verify;
mod indicators;
mod imports;

#[cfg(test)]
mod tests;

use std::time::Duration;

use clickhouse::{Client, Compression};

pub use error::{Fault, StoreError};
pub use history::HistoryEntry;
pub use imports::{ImportedDossier, ImportedIndicator, ImportedRating, ImportedRecords};
pub use indicators::IndicatorFigureRow;
pub use insert::{LastSeq, ROWS_MAX, Sequenced};
pub use scores::{ScoreInput, ScoreRow};
pub use seed::Seeded;
pub use verify::{Difference, FigureRow, KeySlice, REFOLD_KEYS, UnitKey, UnitPath, Verdict, WindowRow};

/// Where ClickHouse is and who we are there.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// `http://host:port`.
    pub url: String,
    /// User name.
    pub user: String,
    /// Its password, or the key of the embedded engine's start.
    pub key: String,
    /// The database that holds our tables: letters, digits, `_`.
    pub database: String,
}

impl std::fmt::Debug for Endpoint {
    /// Without the key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}@{}/{}", self.user, self.url, self.database)
    }
}

/// How long one request of the sink may take, unless the configuration says otherwise.
pub const TIMEOUT: Duration = Duration::from_secs(120);

/// A client of one database; cheap to clone.
#[derive(Clone)]
pub struct Store {
    client: Client,
    /// For what must run before the database is there.
    outside: Client,
    database: String,
    /// How long an insert, a ping, a question for the last sequence may take.
    timeout: Duration,
}

impl Store {
    /// A client of the endpoint. Nothing is sent yet; connections are opened and reopened as needed.
    pub fn connect(endpoint: &Endpoint) -> Store {
        // On loopback compression only costs.
        let mut outside = Client::default()
            .with_url(&endpoint.url)
            .with_user(&endpoint.user)
            .with_password(&endpoint.key)
            .with_compression(Compression::None);
        for (name, value) in settings::SENT {
            outside = outside.with_setting(*name, *value);
        }
        Store {
            client: outside.clone().with_database(&endpoint.database),
            outside,
            database: endpoint.database.clone(),
            timeout: TIMEOUT,
        }
    }

    /// The same with another time limit for one request.
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Store {
        Store { timeout, ..self }
    }

    /// How long one request may take.
    pub fn timeout(&self) -> Duration {
        self.timeout
    }
}
