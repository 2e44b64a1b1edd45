//! The opcentre binary: chooses a command and reports its exit code.

use std::io::{ErrorKind, Write as _, stderr, stdout};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use opcentre::cli;
use opcentre::serve::system_now;
use opcentre::telemetry::Logs;

#[derive(Debug, Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Take in records and show live figures.
    Serve(cli::serve::ServeArgs),
    /// Look for faults in configuration, catalogue, boards and lists of units.
    Check(cli::check::CheckArgs),
    /// What is shown and how: definitions, targets, boards, forms, indicators, indices.
    #[command(subcommand)]
    Dashboards(cli::dashboards::DashboardsCommand),
    /// Compare the live figures of a running server with ClickHouse.
    Verify(cli::verify::VerifyArgs),
    /// Show a made-up province with live traffic.
    Demo(cli::demo::DemoArgs),
    /// Send a table through a mapping.
    Import(cli::import::ImportArgs),
    /// The hierarchy of units.
    #[command(subcommand)]
    Units(cli::units::UnitsCommand),
    /// Periods: closing them, opening them again, what was closed.
    #[command(subcommand)]
    Period(cli::period::PeriodCommand),
    /// Sources: what they say how many dossiers they have of their days, beside ours.
    #[command(subcommand)]
    Sources(cli::sources::SourcesCommand),
    /// Compare another system's form or list of dossiers with our figures.
    Reconcile(cli::reconcile::ReconcileArgs),
    /// What offices report of a period: a workbook to fill in, sending, submitting and approving it.
    #[command(subcommand)]
    Indicators(cli::indicators::IndicatorsCommand),
    /// Procedures and how long they may take.
    #[command(subcommand)]
    Procedures(cli::procedures::ProceduresCommand),
    /// Working hours, holidays and swapped days.
    #[command(subcommand)]
    Calendar(cli::procedures::CalendarCommand),
    /// Who may do what: bearer tokens.
    #[command(subcommand)]
    Token(cli::token::TokenCommand),
    /// What was refused, and checking it again.
    #[command(subcommand)]
    Rejects(cli::rejects::RejectsCommand),
    /// Send made-up dossiers to a running server.
    Simulate(cli::simulate::SimulateArgs),
    /// Show a board in the terminal.
    Watch(cli::watch::WatchArgs),
    /// Bring the schema of a ClickHouse server up to date.
    Migrate(cli::migrate::MigrateArgs),
    /// Run the embedded ClickHouse alone.
    Engine(cli::engine::EngineArgs),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // `serve` logs as its configuration says.
    if !matches!(arguments.command, Command::Serve(_)) {
        Logs::of_environment().start();
    }
    let outcome = match arguments.command {
        Command::Engine(args) => cli::engine::run(&args),
        Command::Serve(args) => on_runtime(cli::serve::run(args)),
        Command::Check(args) => cli::check::run(args, system_now(), &mut stdout()),
        Command::Dashboards(command) => cli::dashboards::run(&command, &mut stdout()),
        Command::Demo(args) => on_runtime(cli::demo::run(args)),
        Command::Import(args) => on_runtime(async move { cli::import::run(&args, system_now(), &mut stdout()).await }),
        Command::Units(command) => on_runtime(async move { cli::units::run(&command, &mut stdout()).await }),
        Command::Period(command) => on_runtime(async move { cli::period::run(&command, &mut stdout()).await }),
        Command::Sources(command) => on_runtime(async move { cli::sources::run(&command, &mut stdout()).await }),
        Command::Reconcile(args) => on_runtime(async move { cli::reconcile::run(&args, &mut stdout()).await }),
        Command::Indicators(command) => on_runtime(async move { cli::indicators::run(&command, &mut stdout()).await }),
        Command::Procedures(command) => {
            on_runtime(async move { cli::procedures::load_procedures(&command, &mut stdout()).await })
        }
        Command::Calendar(command) => {
            on_runtime(async move { cli::procedures::load_calendar(&command, &mut stdout()).await })
        }
        Command::Token(command) => {
            on_runtime(async move { cli::token::run(&command, system_now(), &mut stdout()).await })
        }
        Command::Rejects(command) => on_runtime(async move { cli::rejects::run(&command, &mut stdout()).await }),
        Command::Migrate(args) => on_runtime(cli::migrate::run(args)),
        Command::Simulate(args) => on_runtime(async move { cli::simulate::run(&args, &mut stdout()).await }),
        Command::Watch(args) => on_runtime(async move { cli::watch::run(&args, &mut stdout()).await }),
        Command::Verify(args) => on_runtime(cli::verify::run(args)),
    };
    outcome.unwrap_or_else(|error| {
        // Nobody reads what a closed pipe would have carried, and there may be nobody to be told.
        if !error.chain().any(is_closed_pipe) {
            writeln!(stderr(), "opcentre: {error:#}").ok();
        }
        ExitCode::FAILURE
    })
}

fn is_closed_pipe(cause: &(dyn std::error::Error + 'static)) -> bool {
    cause.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}

fn on_runtime(command: impl Future<Output = anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    tokio::runtime::Runtime::new()?.block_on(command)
}
