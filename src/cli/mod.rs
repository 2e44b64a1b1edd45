//! The commands.

mod client;
mod unresolved;
pub mod check;
pub mod dashboards;
pub mod serve;
pub mod demo;
pub mod import;
pub mod rejects;
pub mod units;
pub mod period;
pub mod sources;
pub mod reconcile;
pub mod indicators;
pub mod procedures;
pub mod migrate;
pub mod token;
pub mod verify;
pub mod simulate;
pub mod watch;
pub mod engine;
