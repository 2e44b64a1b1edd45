//! What is to be written, on any shelves, in one step.

use serde::Serialize;

use super::error::FactsError;
use super::shelf::Shelf;

/// One row to be put or removed.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) shelf: &'static str,
    pub(super) key: Vec<u8>,
    /// None removes the row.
    pub(super) row: Option<Vec<u8>>,
}

/// Rows to be put and removed together.
#[derive(Debug, Default)]
pub struct Change {
    pub(super) steps: Vec<Step>,
}

impl Change {
    /// Puts a row in its place, over any former one.
    ///
    /// # Errors
    /// When the row can't be written as JSON.
    pub fn put<T: Serialize>(&mut self, shelf: Shelf<T>, key: &[u8], row: &T) -> Result<(), FactsError> {
        let row = serde_json::to_vec(row).map_err(|cause| FactsError::Row { shelf: shelf.name(), cause })?;
        self.steps.push(Step { shelf: shelf.name(), key: key.to_vec(), row: Some(row) });
        Ok(())
    }

    /// Takes a row away; nothing happens when there is none.
    pub fn remove<T>(&mut self, shelf: Shelf<T>, key: &[u8]) {
        self.steps.push(Step { shelf: shelf.name(), key: key.to_vec(), row: None });
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}
