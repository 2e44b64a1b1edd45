//! Registers: the smallest pieces of state, each with a join that is commutative, associative and idempotent.

use super::time::Instant;

/// A last-writer register: the write with the greatest `at` wins; at equal `at` a value beats null, then the
/// greater value. "Never written" is below every write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Register<T> {
    at: Instant,
    value: Option<T>,
}

impl<T> Default for Register<T> {
    fn default() -> Self {
        Register { at: Instant::NEVER, value: None }
    }
}

impl<T: Ord> Register<T> {
    /// A register that was written once; `None` is a clearing null.
    pub fn written(at: Instant, value: Option<T>) -> Register<T> {
        Register { at, value }
    }

    /// Offers a write; the winner stays.
    pub fn offer(&mut self, at: Instant, value: Option<T>) {
        if (at, &value) > (self.at, &self.value) {
            *self = Register { at, value };
        }
    }

    /// Joins another state of the same register.
    pub fn join(&mut self, other: Register<T>) {
        self.offer(other.at, other.value);
    }

    /// The value, if one was given and not cleared.
    pub fn value(&self) -> Option<&T> {
        self.value.as_ref()
    }

    /// When the winning write happened; `None` when nothing was ever written.
    pub fn at(&self) -> Option<Instant> {
        (self.at != Instant::NEVER).then_some(self.at)
    }
}

impl<T: Ord + Copy> Register<T> {
    /// The value by copy.
    pub fn get(&self) -> Option<T> {
        self.value
    }
}

/// A first-writer register (R-22, as it was): the least (`at`, value) ever given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct First<T>(Option<(Instant, T)>);

impl<T> Default for First<T> {
    fn default() -> Self {
        First(None)
    }
}

impl<T: Ord> First<T> {
    /// Offers a write; the least stays.
    pub fn offer(&mut self, at: Instant, value: T) {
        if self.0.as_ref().is_none_or(|least| (at, &value) < (least.0, &least.1)) {
            self.0 = Some((at, value));
        }
    }

    /// Joins another state of the same register.
    pub fn join(&mut self, other: First<T>) {
        if let Some((at, value)) = other.0 {
            self.offer(at, value);
        }
    }

    /// The least write.
    pub fn get(&self) -> Option<(Instant, &T)> {
        self.0.as_ref().map(|(at, value)| (*at, value))
    }
}
