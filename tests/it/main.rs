//! One integration binary; a file per behaviour.
#![allow(clippy::print_stdout, clippy::unwrap_used, unreachable_pub, reason = "tests")]

mod support;

mod agree;
mod boston;
mod crash;
mod engine;
mod hierarchy;
mod start;
mod store;
mod text;
mod tidy;
mod verify_sql;
mod verify_units;
