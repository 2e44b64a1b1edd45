//! The settings that every request carries, and their reading back.

use clickhouse::Row;
use serde::Deserialize;

use super::{Store, StoreError};

/// Name and value. Sent with every request, so that neither another default of a release nor a profile of the server
/// changes what we rely on.
pub(super) const SENT: &[(&str, &str)] = &[
    // An insert is done when it is on disk, not when it is in a buffer (on by default since 26.3).
    ("async_insert", "0"),
    // The joins make repeated rows harmless; no block may ever be dropped for looking like an earlier one.
    // The second has overruled the first since it exists and is on by default.
    ("insert_deduplicate", "0"),
    ("deduplicate_insert", "disable"),
    ("deduplicate_blocks_in_dependent_materialized_views", "0"),
    // An insert that a view can't take fails as a whole.
    ("materialized_views_ignore_errors", "0"),
    // A server answers only when the insert, with its views, is done.
    ("wait_end_of_query", "1"),
    // What the queries are written for.
    ("join_use_nulls", "0"),
    ("group_by_use_nulls", "0"),
    ("transform_null_in", "0"),
    ("aggregate_functions_null_for_empty", "0"),
    ("data_type_default_nullable", "0"),
    ("cast_keep_nullable", "0"),
    ("use_variant_as_common_type", "0"),
    ("enable_analyzer", "1"),
    ("decimal_check_overflow", "1"),
    ("session_timezone", ""),
];

/// Not a setting of the engine but of its HTTP interface: it is obeyed, yet not listed.
const UNLISTED: &[&str] = &["wait_end_of_query"];

/// What every table of ours is made with.
const TABLE_SETTINGS: [&str; 2] = ["fsync_after_insert = 1", "fsync_part_directory = 1"];

const STORE_SETTINGS: &str = include_str!("../../sql/queries/store_settings.sql");
const STORE_TABLES: &str = include_str!("../../sql/queries/store_tables.sql");

#[derive(Row, Deserialize)]
struct SettingRow {
    name: String,
    value: String,
}

#[derive(Row, Deserialize)]
struct TableRow {
    name: String,
    engine_full: String,
}

impl Store {
    /// Reads back the settings that every request sends and those that our tables are made with.
    ///
    /// # Errors
    /// [`StoreError::Setting`] or [`StoreError::Table`] with what was wanted and what there is; else as any query.
    pub async fn check_settings(&self) -> Result<(), StoreError> {
        let listed = SENT.iter().filter(|(name, _)| !UNLISTED.contains(name));
        let names: Vec<&str> = listed.clone().map(|(name, _)| *name).collect();
        let rows: Vec<SettingRow> = self.query(STORE_SETTINGS).param("names", names).fetch_all().await?;
        for (name, wanted) in listed {
            let got = rows.iter().find(|row| row.name == *name).map(|row| row.value.clone());
            if got.as_deref() != Some(*wanted) {
                return Err(StoreError::Setting { name: (*name).to_owned(), wanted: (*wanted).to_owned(), got });
            }
        }
        let tables: Vec<TableRow> = self.query(STORE_TABLES).fetch_all().await?;
        for table in tables {
            for wanted in TABLE_SETTINGS {
                if !table.engine_full.contains(wanted) {
                    return Err(StoreError::Table { table: table.name, wanted, got: table.engine_full });
                }
            }
        }
        Ok(())
    }
}
