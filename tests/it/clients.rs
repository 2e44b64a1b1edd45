//! Clients that nobody here wrote against the engine: what they do is in `tests/clients`.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::support::engine::TestEngine;

/// Where `.ci/clients` puts them.
fn folder() -> PathBuf {
    let named = std::env::var_os("OPCENTRE_CLIENTS").map(PathBuf::from);
    named.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/clients"))
}

/// Runs a script; its own words are shown when it fails.
fn run(mut command: Command, checks: usize) {
    let engine = TestEngine::start();
    let port = engine.url().rsplit(':').next().unwrap().to_owned();
    let output = command.args([&port, engine.key()]).stdin(Stdio::null()).output();
    let output = output.unwrap_or_else(|error| panic!("{command:?}: {error}; .ci/clients brings what it needs"));
    let (words, faults) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{words}\n{faults}\n(.ci/clients brings the clients)");
    assert_eq!(words.lines().filter(|line| line.starts_with("ok ")).count(), checks, "{words}");
    println!("{words}");
}

#[test]
fn clickhouse_connect_works_with_the_engine() {
    let mut command = Command::new(folder().join("venv/bin/python"));
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/clients/strangers.py"));
    run(command, 9);
}

#[test]
fn the_client_for_javascript_works_with_the_engine() {
    let mut command = Command::new("node");
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/clients/strangers.mjs")).arg(folder());
    run(command, 8);
}
