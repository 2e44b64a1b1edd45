//! What an import brought, and what else is known of the same things: what taking it back needs.

use clickhouse::Row;
use clickhouse::query::Query;
use serde::Deserialize;

use super::{Store, StoreError};

const DOSSIERS: &str = include_str!("../../sql/queries/import_dossiers.sql");
const RATINGS: &str = include_str!("../../sql/queries/import_ratings.sql");
const INDICATORS: &str = include_str!("../../sql/queries/import_indicators.sql");

/// Which records are an import's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportedRecords {
    /// Its source.
    pub source: String,
    /// The node that took them in.
    pub node: u64,
    /// First and last sequences of its records.
    pub ranges: Vec<(u64, u64)>,
    /// Those of imports that were taken back, and of the records by which they were.
    pub undone: Vec<(u64, u64)>,
}

/// A dossier of an import.
#[derive(Clone, Debug, PartialEq, Eq, Row, Deserialize)]
pub struct ImportedDossier {
    /// Its id.
    pub id: String,
    /// The least (`at`, unit) of the import's records, in milliseconds.
    pub first: (i64, String),
    /// The newest write of `void`: its `at` (0 without one), whether it holds, its reason, its record's unit.
    pub voided: (i64, u8, String, String),
    /// How many of its records came in another way.
    pub others: u64,
    /// The first of them: node and sequence.
    pub other_records: Vec<(u64, u64)>,
}

/// A rating of an import.
#[derive(Clone, Debug, PartialEq, Eq, Row, Deserialize)]
pub struct ImportedRating {
    /// Its id.
    pub id: String,
    /// Its newest unit.
    pub unit: String,
    /// The newest write of its score: its `at` (0 without one), whether there is one.
    pub score: (i64, u8),
    /// How many of its records came in another way.
    pub others: u64,
}

/// An indicator, unit and period of an import.
#[derive(Clone, Debug, PartialEq, Eq, Row, Deserialize)]
pub struct ImportedIndicator {
    /// Code of the indicator.
    pub code: String,
    /// Code of the unit.
    pub unit: String,
    /// The period, as it is written.
    pub period: String,
    /// The greatest `at` of all its reports, in milliseconds.
    pub last_at: i64,
    /// Which of numerator, denominator, value and declared hold something.
    pub held: Vec<u8>,
    /// How many of its reports came in another way.
    pub others: u64,
}

impl Store {
    /// Every dossier of which an import brought records, by id.
    ///
    /// # Errors
    /// As any query.
    pub async fn imported_dossiers(&self, of: &ImportedRecords) -> Result<Vec<ImportedDossier>, StoreError> {
        Ok(of.asked(self.query(DOSSIERS)).param("source", &of.source).fetch_all().await?)
    }

    /// Every rating of which an import brought records, by id.
    ///
    /// # Errors
    /// As any query.
    pub async fn imported_ratings(&self, of: &ImportedRecords) -> Result<Vec<ImportedRating>, StoreError> {
        Ok(of.asked(self.query(RATINGS)).param("source", &of.source).fetch_all().await?)
    }

    /// Every indicator, unit and period of which an import brought reports.
    ///
    /// # Errors
    /// As any query.
    pub async fn imported_indicators(&self, of: &ImportedRecords) -> Result<Vec<ImportedIndicator>, StoreError> {
        Ok(of.asked(self.query(INDICATORS)).fetch_all().await?)
    }
}

impl ImportedRecords {
    fn asked(&self, query: Query) -> Query {
        let (firsts, lasts): (Vec<u64>, Vec<u64>) = self.ranges.iter().copied().unzip();
        let (undone_firsts, undone_lasts): (Vec<u64>, Vec<u64>) = self.undone.iter().copied().unzip();
        let query = query.param("node", self.node).param("firsts", firsts).param("lasts", lasts);
        query.param("undone_firsts", undone_firsts).param("undone_lasts", undone_lasts)
    }
}
