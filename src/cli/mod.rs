//! The commands.

pub mod engine;
