//! One integration binary; a file per behaviour.
#![allow(clippy::print_stdout, clippy::unwrap_used, unreachable_pub, reason = "tests")]

mod support;

mod agree;
mod alerts;
mod apart;
mod bad_days;
mod boston;
mod catalogue;
mod clients;
mod coverage;
mod crash;
mod engine;
mod guards;
mod hierarchy;
mod indicators;
mod kit;
mod malformed;
mod operate;
mod periods;
mod portal;
mod portal_order;
mod reconcile;
mod report_runs;
mod reports;
mod procedures;
mod rejects;
mod returns;
mod start;
mod stop;
mod store;
mod suggest;
mod text;
mod tidy;
mod undo;
mod unresolved;
mod verify_finds;
mod verify_random;
mod verify_sql;
mod verify_units;
