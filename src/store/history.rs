//! The records behind one dossier.

use crate::model::{DossierEvent, Instant};

use super::row::RecordRow;
use super::{Store, StoreError};

const HISTORY: &str = include_str!("../../sql/queries/history_dossier.sql");

/// One record of a dossier and where it stands in which journal (S-3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryEntry {
    /// The node that received it.
    pub node: u64,
    /// Its number in that node's journal.
    pub seq: u64,
    /// When it was received.
    pub received_at: Instant,
    /// What it said.
    pub event: DossierEvent,
}

impl Store {
    /// Every record of a dossier, by `at`, each once: who set which register.
    ///
    /// # Errors
    /// As any query; [`StoreError::Unreadable`] when a row holds a name that this program doesn't know.
    pub async fn history(&self, source: &str, id: &str) -> Result<Vec<HistoryEntry>, StoreError> {
        let query = self.query(HISTORY).param("source", source).param("id", id);
        let mut cursor = query.fetch::<RecordRow<'_>>()?;
        let mut entries = Vec::new();
        while let Some(row) = cursor.next().await? {
            entries.push(HistoryEntry {
                node: row.node,
                seq: row.seq,
                received_at: Instant(row.received_at),
                event: row.dossier()?,
            });
        }
        Ok(entries)
    }
}
