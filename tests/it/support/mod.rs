//! What tests stand on.

pub mod engine;
pub mod records;
pub mod server;
pub mod worlds;
