//! The stages between journal, cube, topics and store.

pub mod tiles;
