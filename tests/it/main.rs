//! One integration binary; a file per behaviour.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod support;

mod engine;
