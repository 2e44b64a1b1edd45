//! `opcentre migrate`: brings the schema of a ClickHouse server up to this program's, as `serve` does at its start.

use std::process::ExitCode;

use anyhow::{Context, bail};

use crate::config::{Config, Database, Settings};
use crate::serve::server_endpoint;
use crate::store::Store;

/// Makes the database and its tables; harmless to repeat.
#[derive(Debug, clap::Args)]
pub struct MigrateArgs {
    /// The ClickHouse server's HTTP address, with user and password if need be.
    #[arg(long, env = "OPCENTRE_CLICKHOUSE_URL", value_name = "URL")]
    pub clickhouse_url: String,
}

/// Migrates and says what was done.
///
/// # Errors
/// When the server can't be reached or its schema is of a later program.
#[expect(clippy::print_stdout, reason = "the command's answer")]
pub async fn run(args: MigrateArgs) -> anyhow::Result<ExitCode> {
    let settings = Settings::default().with("clickhouse_url", args.clickhouse_url);
    let config = match Config::of(settings) {
        Ok(config) => config,
        Err(error) => return Ok(super::serve::refuse(&error.into())),
    };
    let Database::Server { url, user, password } = &config.database else { bail!("no server was named") };
    let store = Store::connect(&server_endpoint(url, user.as_deref(), password.as_deref()));
    let applied = store.migrate().await.with_context(|| format!("can't migrate {url}"))?;
    store.check_settings().await?;
    match applied.as_slice() {
        [] => println!("{url} is up to date"),
        names => println!("{url}: {}", names.join(", ")),
    }
    Ok(ExitCode::SUCCESS)
}
