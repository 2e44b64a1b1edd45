//! The commands.

pub mod engine;
pub mod serve;
pub mod verify;
