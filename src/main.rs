//! The opcentre binary: chooses a command and reports its exit code.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use opcentre::cli;

#[derive(Debug, Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the embedded ClickHouse alone.
    Engine(cli::engine::EngineArgs),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Engine(args) => cli::engine::run(&args),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("opcentre: {error:#}");
        ExitCode::FAILURE
    })
}
