//! The commands.

pub mod engine;
pub mod demo;
