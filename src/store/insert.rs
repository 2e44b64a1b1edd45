//! Inserts, and how far a node's sequence is stored.

use clickhouse::Row;
use clickhouse::query::Query;
use serde::Deserialize;
use tokio::time::timeout;

use crate::model::{Instant, Record};

use super::row::RecordRow;
use super::{Store, StoreError};

/// Rows of one insert at most: fewer than one block of the engine, so that an insert that is cut off leaves nothing.
pub const ROWS_MAX: usize = 500_000;

const LAST_SEQ: &str = include_str!("../../sql/queries/node_last_seq.sql");

/// A journalled record with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sequenced {
    /// Its number in the node's journal, from 1.
    pub seq: u64,
    /// When the node received it.
    pub received_at: Instant,
    /// The record.
    pub record: Record,
}

/// How far a node's sequence is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Row, Deserialize)]
pub struct LastSeq {
    /// All of 1 to this number are stored; 0 when 1 isn't.
    pub dense: u64,
    /// The greatest number stored; 0 when none is.
    pub greatest: u64,
}

impl Store {
    /// Inserts a batch of one node's records as one statement; its states are joined by the same statement. The caller
    /// keeps the rows until this has returned without an error; after any error it may send them again.
    ///
    /// # Errors
    /// [`StoreError::TooManyRows`]; else see [`StoreError::fault`].
    pub async fn insert(&self, node: u64, batch: &[Sequenced]) -> Result<(), StoreError> {
        if batch.len() > ROWS_MAX {
            return Err(StoreError::TooManyRows { rows: batch.len(), max: ROWS_MAX });
        }
        if batch.is_empty() {
            return Ok(());
        }
        self.in_time(async {
            let mut insert = self.client.insert::<RecordRow<'_>>("records").await?;
            for sequenced in batch {
                let mut row = RecordRow::of(&sequenced.record);
                row.node = node;
                row.seq = sequenced.seq;
                row.received_at = sequenced.received_at.0;
                insert.write(&row).await?;
            }
            Ok(insert.end().await?)
        })
        .await
    }

    /// How far the node's sequence is stored.
    ///
    /// # Errors
    /// As any query.
    pub async fn last_seq(&self, node: u64) -> Result<LastSeq, StoreError> {
        self.in_time(async { Ok(self.query(LAST_SEQ).param("node", node).fetch_one().await?) }).await
    }

    /// Asks whether ClickHouse answers.
    ///
    /// # Errors
    /// As any query.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let ping = self.outside.query_raw(include_str!("../../sql/queries/store_ping.sql")).execute();
        self.in_time(async { Ok(ping.await?) }).await
    }

    /// What it gives, unless it takes longer than one request may.
    pub(super) async fn in_time<T>(
        &self,
        request: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        timeout(self.timeout, request).await.unwrap_or(Err(StoreError::TimedOut(self.timeout)))
    }

    /// A statement from `sql/`, its values still to be bound.
    pub(super) fn query(&self, text: &str) -> Query {
        self.client.query_raw(text)
    }
}
