//! What tests stand on.

pub mod engine;
