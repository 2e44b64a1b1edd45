//! Small facts beside the journal: what this data dir knows that isn't a record and changes no figure.
//!
//! Tokens, rejects, quarantined records, screens and accounts each have a [`Shelf`]: rows of one type by key, in the
//! order of their keys. [`Facts`] is the one embedded store (redb, one file) that holds all shelves; a data dir's is
//! opened once, by `serve` or by a command while no server runs. It knows nothing of what the rows mean.
//!
//! - A [`Change`] of any number of rows on any shelves is made whole or not at all, and is on disk when
//!   [`Facts::commit`] returns. It waits for the disk: in async code call it where blocking is allowed.
//! - Rows are JSON, so a later version reads what an earlier one wrote when new fields have defaults.
//! - A number as a key goes through [`number_key`], so that keys stand in the order of the numbers.
//!
//! ```
//! use opcentre::facts::{Change, Facts, Shelf, number_key};
//!
//! const NOTES: Shelf<String> = Shelf::new("notes");
//! let facts = Facts::in_memory().unwrap();
//! let mut change = Change::default();
//! change.put(NOTES, &number_key(7), &"seven".to_owned()).unwrap();
//! facts.commit(change).unwrap();
//! assert_eq!(facts.get(NOTES, &number_key(7)).unwrap().as_deref(), Some("seven"));
//! assert_eq!(facts.page(NOTES, None, 10).unwrap().len(), 1);
//! ```

mod change;
mod error;
mod shelf;
mod store;
#[cfg(test)]
mod tests;

pub use change::Change;
pub use error::FactsError;
pub use shelf::{Shelf, key_number, number_key};
pub use store::Facts;
