//! Migrations: only forward, each known by its number and the checksum of its text (S-4).

use clickhouse::Row;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Store, StoreError};

/// Name and text, in order of their numbers, which are the first four digits of the name. A migration that was ever released is never edited:
/// changes come as the next one (expand, move, contract).
const MIGRATIONS: &[(&str, &str)] = &[
    ("0001_records", include_str!("../../sql/migrations/0001_records.sql")),
    ("0002_dossier_state", include_str!("../../sql/migrations/0002_dossier_state.sql")),
    ("0003_rating_state", include_str!("../../sql/migrations/0003_rating_state.sql")),
    ("0004_indicator_state", include_str!("../../sql/migrations/0004_indicator_state.sql")),
    ("0005_unit_state", include_str!("../../sql/migrations/0005_unit_state.sql")),
    ("0006_source_contact", include_str!("../../sql/migrations/0006_source_contact.sql")),
    ("0007_successions_aliases", include_str!("../../sql/migrations/0007_successions_aliases.sql")),
    ("0008_unit_trees", include_str!("../../sql/migrations/0008_unit_trees.sql")),
    ("0009_rating_unit_first", include_str!("../../sql/migrations/0009_rating_unit_first.sql")),
    ("0010_procedures", include_str!("../../sql/migrations/0010_procedures.sql")),
    ("0011_calendar", include_str!("../../sql/migrations/0011_calendar.sql")),
    ("0020_sources", include_str!("../../sql/migrations/0020_sources.sql")),
    ("0021_unit_not_named", include_str!("../../sql/migrations/0021_unit_not_named.sql")),
];

const DATABASE: &str = include_str!("../../sql/queries/migrate_database.sql");
const LEDGER: &str = include_str!("../../sql/queries/migrate_ledger.sql");
const DONE: &str = include_str!("../../sql/queries/migrate_done.sql");

#[derive(Row, Serialize, Deserialize)]
struct LedgerRow {
    number: u32,
    name: String,
    sha256: String,
}

impl Store {
    /// Makes the database and brings its schema up to this program's. Returns the names of the migrations done now.
    /// Harmless to repeat; a migration that was cut off is done again from its beginning.
    ///
    /// # Errors
    /// [`StoreError::MigrationChanged`], [`StoreError::MigrationUnknown`]; else as any query.
    pub async fn migrate(&self) -> Result<Vec<&'static str>, StoreError> {
        self.outside.query_raw(DATABASE).param("database", self.database.as_str()).execute().await?;
        self.query(LEDGER).execute().await?;
        let done: Vec<LedgerRow> = self.query(DONE).fetch_all().await?;
        for row in &done {
            check(row)?;
        }
        let mut applied = Vec::new();
        for (name, text) in MIGRATIONS {
            let number = number(name);
            if done.iter().any(|row| row.number == number) {
                continue;
            }
            for statement in statements(text) {
                self.query(statement).execute().await?;
            }
            let mut ledger = self.client.insert::<LedgerRow>("migrations").await?;
            ledger.write(&LedgerRow { number, name: (*name).to_owned(), sha256: checksum(text) }).await?;
            ledger.end().await?;
            applied.push(*name);
        }
        Ok(applied)
    }
}

/// The number of a migration's name; a test of the project keeps them ascending.
fn number(name: &str) -> u32 {
    name.get(..4).and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

fn check(row: &LedgerRow) -> Result<(), StoreError> {
    let Some((_, text)) = MIGRATIONS.iter().find(|(name, _)| number(name) == row.number) else {
        return Err(StoreError::MigrationUnknown { number: row.number, name: row.name.clone() });
    };
    let ours = checksum(text);
    if ours == row.sha256 {
        return Ok(());
    }
    Err(StoreError::MigrationChanged { number: row.number, name: row.name.clone(), done: row.sha256.clone(), ours })
}

/// The statements of a migration: each ends with a semicolon at the end of a line that isn't a comment.
fn statements(text: &str) -> Vec<&str> {
    let mut statements = Vec::new();
    let (mut begin, mut end) = (0, 0);
    for line in text.split_inclusive('\n') {
        end += line.len();
        if !line.starts_with("--") && line.trim_end().ends_with(';') {
            statements.push(text[begin..end].trim_end().trim_end_matches(';'));
            begin = end;
        }
    }
    statements
}

fn checksum(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}
