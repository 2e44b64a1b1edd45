//! The newest value of each board's tiles, encoded once.
