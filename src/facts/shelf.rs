//! A named place for rows of one type.

use std::fmt;
use std::marker::PhantomData;

use redb::TableDefinition;

/// Rows of one type, by key. Each shelf is a constant of the module whose rows it holds.
pub struct Shelf<T> {
    name: &'static str,
    rows: PhantomData<fn() -> T>,
}

impl<T> Shelf<T> {
    /// The shelf of this name; a name belongs to one type for good.
    pub const fn new(name: &'static str) -> Shelf<T> {
        Shelf { name, rows: PhantomData }
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        self.name
    }
}

impl<T> Clone for Shelf<T> {
    fn clone(&self) -> Shelf<T> {
        *self
    }
}

impl<T> Copy for Shelf<T> {}

impl<T> fmt::Debug for Shelf<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Shelf({})", self.name)
    }
}

/// How a shelf is kept: keys and rows as bytes.
pub(super) fn table(name: &'static str) -> TableDefinition<'static, &'static [u8], &'static [u8]> {
    TableDefinition::new(name)
}

/// A number as a key: keys stand in the order of the numbers.
pub fn number_key(number: u64) -> [u8; 8] {
    number.to_be_bytes()
}

/// The number of such a key; none for a key of another form.
pub fn key_number(key: &[u8]) -> Option<u64> {
    Some(u64::from_be_bytes(key.try_into().ok()?))
}
