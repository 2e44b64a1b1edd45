//! The one file that holds all shelves.

use std::fmt;
use std::ops::Bound;
use std::path::Path;
use std::sync::Arc;

use redb::backends::InMemoryBackend;
use redb::{Builder, Database, DatabaseError, ReadOnlyTable, ReadableDatabase, ReadableTableMetadata, TableError};
use serde::de::DeserializeOwned;

use super::change::Change;
use super::error::FactsError;
use super::shelf::{Shelf, table};

/// Memory for pages that were read; the facts are small.
const CACHE_BYTES_MAX: usize = 8 << 20;

/// All small facts of a data dir. Clones are handles on the same store.
#[derive(Clone)]
pub struct Facts {
    database: Arc<Database>,
}

impl fmt::Debug for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Facts")
    }
}

/// The table of one shelf; none as long as nothing was put on it.
type Read = Option<ReadOnlyTable<&'static [u8], &'static [u8]>>;

impl Facts {
    /// Opens the store in this file, making it if need be.
    ///
    /// # Errors
    /// When another process holds it, or it can't be opened.
    pub fn open(path: &Path) -> Result<Facts, FactsError> {
        let opened = Builder::new().set_cache_size(CACHE_BYTES_MAX).create(path);
        let database = opened.map_err(|cause| match cause {
            DatabaseError::DatabaseAlreadyOpen => FactsError::Locked { path: path.to_owned() },
            cause => FactsError::Unopened { path: path.to_owned(), cause },
        })?;
        Ok(Facts { database: Arc::new(database) })
    }

    /// A store that ends with the process, for tests.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn in_memory() -> Result<Facts, FactsError> {
        let made = Builder::new().set_cache_size(CACHE_BYTES_MAX).create_with_backend(InMemoryBackend::new());
        Ok(Facts { database: Arc::new(made.map_err(FactsError::failed)?) })
    }

    /// Makes a change whole; it is on disk when this returns.
    ///
    /// # Errors
    /// When it can't be written: then nothing of it was.
    pub fn commit(&self, change: Change) -> Result<(), FactsError> {
        if change.is_empty() {
            return Ok(());
        }
        let transaction = self.database.begin_write().map_err(FactsError::failed)?;
        for step in change.steps {
            let mut rows = transaction.open_table(table(step.shelf)).map_err(FactsError::failed)?;
            match step.row {
                Some(row) => rows.insert(step.key.as_slice(), row.as_slice()).map_err(FactsError::failed)?,
                None => rows.remove(step.key.as_slice()).map_err(FactsError::failed)?,
            };
        }
        transaction.commit().map_err(FactsError::failed)
    }

    /// One row.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn get<T: DeserializeOwned>(&self, shelf: Shelf<T>, key: &[u8]) -> Result<Option<T>, FactsError> {
        let Some(rows) = self.read(shelf)? else { return Ok(None) };
        match rows.get(key).map_err(FactsError::failed)? {
            Some(row) => row_of(shelf, row.value()).map(Some),
            None => Ok(None),
        }
    }

    /// At most `rows_max` rows with their keys, in the order of the keys, from behind the key `after` on.
    ///
    /// # Errors
    /// When they can't be read.
    pub fn page<T: DeserializeOwned>(
        &self,
        shelf: Shelf<T>,
        after: Option<&[u8]>,
        rows_max: usize,
    ) -> Result<Vec<(Vec<u8>, T)>, FactsError> {
        let Some(rows) = self.read(shelf)? else { return Ok(Vec::new()) };
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let range = rows.range::<&[u8]>((from, Bound::Unbounded)).map_err(FactsError::failed)?;
        let read = range.take(rows_max).map(|row| {
            let (key, row) = row.map_err(FactsError::failed)?;
            Ok((key.value().to_vec(), row_of(shelf, row.value())?))
        });
        read.collect()
    }

    /// At most `rows_max` rows with their keys from `from` up to, and without, `before`: the greatest key first.
    ///
    /// # Errors
    /// When they can't be read.
    pub fn page_back<T: DeserializeOwned>(
        &self,
        shelf: Shelf<T>,
        (from, before): (&[u8], &[u8]),
        rows_max: usize,
    ) -> Result<Vec<(Vec<u8>, T)>, FactsError> {
        let Some(rows) = self.read(shelf)? else { return Ok(Vec::new()) };
        let range = rows.range::<&[u8]>(from..before).map_err(FactsError::failed)?;
        let read = range.rev().take(rows_max).map(|row| {
            let (key, row) = row.map_err(FactsError::failed)?;
            Ok((key.value().to_vec(), row_of(shelf, row.value())?))
        });
        read.collect()
    }

    /// How many rows a shelf has.
    ///
    /// # Errors
    /// When they can't be counted.
    pub fn count<T>(&self, shelf: Shelf<T>) -> Result<u64, FactsError> {
        self.read(shelf)?.map_or(Ok(0), |rows| rows.len().map_err(FactsError::failed))
    }

    fn read<T>(&self, shelf: Shelf<T>) -> Result<Read, FactsError> {
        let transaction = self.database.begin_read().map_err(FactsError::failed)?;
        match transaction.open_table(table(shelf.name())) {
            Ok(rows) => Ok(Some(rows)),
            Err(TableError::TableDoesNotExist(_)) => Ok(None),
            Err(cause) => Err(FactsError::failed(cause)),
        }
    }
}

fn row_of<T: DeserializeOwned>(shelf: Shelf<T>, bytes: &[u8]) -> Result<T, FactsError> {
    serde_json::from_slice(bytes).map_err(|cause| FactsError::Row { shelf: shelf.name(), cause })
}
