//! The commands.

pub mod serve;
pub mod demo;
pub mod verify;
pub mod engine;
