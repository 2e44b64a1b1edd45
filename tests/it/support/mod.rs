//! What tests stand on.

pub mod engine;
pub mod receivers;
pub mod records;
pub mod relay;
pub mod server;
pub mod worlds;
