//! The commands.

pub mod client;
pub mod import;
pub mod units;
