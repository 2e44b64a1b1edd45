//! One integration binary; a file per behaviour.
#![allow(clippy::unwrap_used, unreachable_pub, reason = "tests")]

mod support;

mod boston;
mod crash;
mod engine;
mod store;
mod tidy;
mod verify_sql;
