//! All of ClickHouse: the only SQL.
