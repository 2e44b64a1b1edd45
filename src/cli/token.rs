//! `opcentre token create|list|revoke`: bearer tokens, of a running server or of a data dir that no server runs on.
//!
//! The very first admin token is made on the data dir, before the server starts: nobody could ask it for one.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, anyhow, bail, ensure};
use clap::ValueEnum;
use reqwest::Method;
use serde_json::{Value, json};

use crate::auth::{Role, TokenOrder};
use crate::facts::FactsError;
use crate::http::{TokenKeeper, TokenRow, token_expiry};
use crate::model::{Instant, Text};
use crate::serve::{tokens_in, zone_of};

use super::client::{Client, Request, Retry, ServerArgs};

const ROUTE: &str = "/api/v1/tokens";

/// What is done with tokens.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum TokenCommand {
    /// Make a token; its secret is shown once
    Create(CreateArgs),
    /// List all tokens
    List(ListArgs),
    /// Take a token back
    Revoke(RevokeArgs),
}

/// Whose tokens, and how they are printed.
#[derive(Clone, Debug, clap::Args)]
pub struct Place {
    #[command(flatten)]
    server: ServerArgs,
    /// Instead of asking a server: the data dir itself, while no server runs on it
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// How the answer is printed
    #[arg(long, value_enum, default_value = "csv")]
    format: Format,
}

/// How an answer is printed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Format {
    /// A table with a header.
    Csv,
    /// A list of objects.
    Json,
}

/// A role as it is written.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum RoleName {
    /// Send records of one source, read nothing
    Ingest,
    /// See figures
    View,
    /// View and ingest, and look into dossiers; without a unit also load units, import, verify
    Operate,
    /// Everything, and tokens
    Admin,
}

/// What the token is to be.
#[derive(Clone, Debug, clap::Args)]
pub struct CreateArgs {
    #[command(flatten)]
    place: Place,
    /// What it may do
    #[arg(long, value_enum)]
    role: RoleName,
    /// What it is for
    #[arg(long)]
    label: String,
    /// The unit that it sees, with all below; without one it sees everything
    #[arg(long, value_name = "CODE", conflicts_with = "each_child_of")]
    unit: Option<String>,
    /// One token for each unit directly below this one
    #[arg(long, value_name = "CODE")]
    each_child_of: Option<String>,
    /// The source of its records; with --each-child-of, `SOURCE-CODE` for each
    #[arg(long)]
    source: Option<String>,
    /// Until when it is good: a day (its last one) or an instant
    #[arg(long, value_name = "WHEN")]
    expires: Option<String>,
}

/// Which tokens.
#[derive(Clone, Debug, clap::Args)]
pub struct ListArgs {
    #[command(flatten)]
    place: Place,
}

/// Which token.
#[derive(Clone, Debug, clap::Args)]
pub struct RevokeArgs {
    #[command(flatten)]
    place: Place,
    /// Id of the token, as listed
    id: String,
}

/// Runs the command at a real time and prints to `out`. Exit codes: 0 done, 1 refused.
///
/// # Errors
/// When it is refused, or the server can't be reached.
pub async fn run(command: &TokenCommand, now: Instant, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let (place, rows) = match command {
        TokenCommand::Create(args) => (&args.place, create(args, now).await?),
        TokenCommand::List(args) => (&args.place, list(&args.place, now).await?),
        TokenCommand::Revoke(args) => (&args.place, revoke(args, now).await?),
    };
    print(&rows, place.format, out)?;
    Ok(ExitCode::SUCCESS)
}

async fn create(args: &CreateArgs, now: Instant) -> anyhow::Result<Vec<Value>> {
    let Some(dir) = &args.place.data_dir else {
        let body = json!({"label": args.label, "role": role(args.role).as_str(), "unit": args.unit,
            "each_child_of": args.each_child_of, "source": args.source, "expires": args.expires});
        return ask(&args.place, Method::POST, Vec::new(), body.to_string()).await;
    };
    if args.unit.is_some() || args.each_child_of.is_some() {
        bail!("which units there are only a running server knows: start it, then ask it with --url and an admin token");
    }
    let (keeper, zone) = (kept_in(dir)?, zone_of(dir)?);
    let order = TokenOrder {
        label: Text::new(&args.label),
        role: role(args.role),
        bound: None,
        source: args.source.as_deref().map(crate::ingest::check_source).transpose()?,
        expires: args
            .expires
            .as_deref()
            .map(|text| token_expiry(text, &zone))
            .transpose()
            .map_err(|why| anyhow!(why))?,
    };
    let (token, secret) = order.issue(now, rand::random(), rand::random())?;
    keeper.put(std::slice::from_ref(&token))?;
    let mut row = serde_json::to_value(TokenRow::of(token, None, now, &zone))?;
    row["token"] = json!(secret.tell());
    Ok(vec![row])
}

async fn list(place: &Place, now: Instant) -> anyhow::Result<Vec<Value>> {
    let Some(dir) = &place.data_dir else { return ask(place, Method::GET, Vec::new(), String::new()).await };
    let (keeper, zone) = (kept_in(dir)?, zone_of(dir)?);
    let rows = keeper.tokens().list().into_iter().map(|(token, used)| TokenRow::of(token, used, now, &zone));
    Ok(rows.map(serde_json::to_value).collect::<Result<_, _>>()?)
}

async fn revoke(args: &RevokeArgs, now: Instant) -> anyhow::Result<Vec<Value>> {
    let Some(dir) = &args.place.data_dir else {
        return ask(&args.place, Method::DELETE, vec![("id", args.id.clone())], String::new()).await;
    };
    let (keeper, zone) = (kept_in(dir)?, zone_of(dir)?);
    let token = keeper.revoke(&args.id, now)?.with_context(|| format!("there is no token {:?}", args.id))?;
    Ok(vec![serde_json::to_value(TokenRow::of(token, None, now, &zone))?])
}

/// The tokens of a data dir, unless a server holds them.
fn kept_in(dir: &Path) -> anyhow::Result<TokenKeeper> {
    tokens_in(dir).map_err(|error| match error.downcast_ref() {
        Some(FactsError::Locked { .. }) => anyhow!(
            "a running server holds {}: ask it instead, without --data-dir but with --url and an admin token in --token \
             or OPCENTRE_TOKEN; if there is no admin token yet, stop the server, make one with --data-dir, start it again",
            dir.display()
        ),
        _ => error,
    })
}

async fn ask(
    place: &Place,
    method: Method,
    query: Vec<(&'static str, String)>,
    body: String,
) -> anyhow::Result<Vec<Value>> {
    let client = Client::new(&place.server, Retry::BRIEF)?;
    let request = Request { method, path: ROUTE, query, content_type: "application/json", body };
    let waiting = |why: &str, wait: std::time::Duration| eprintln!("{why}; again in {:.1} s", wait.as_secs_f32());
    let answer = client.send(&request, waiting).await?;
    ensure!(answer.status.is_success(), answer.problem());
    match answer.body.get("tokens") {
        Some(Value::Array(rows)) => Ok(rows.clone()),
        _ => bail!("the server's answer has no list of tokens"),
    }
}

fn role(name: RoleName) -> Role {
    match name {
        RoleName::Ingest => Role::Ingest,
        RoleName::View => Role::View,
        RoleName::Operate => Role::Operate,
        RoleName::Admin => Role::Admin,
    }
}

/// The columns of a table, in their order.
const COLUMNS: [&str; 12] = [
    "id",
    "label",
    "role",
    "unit",
    "bound_on",
    "source",
    "state",
    "created_at",
    "expires_at",
    "revoked_at",
    "last_used_at",
    "token",
];

fn print(rows: &[Value], format: Format, out: &mut impl Write) -> anyhow::Result<()> {
    match format {
        Format::Json => writeln!(out, "{}", serde_json::to_string_pretty(rows)?)?,
        Format::Csv => {
            let mut table = csv::Writer::from_writer(out);
            table.write_record(COLUMNS)?;
            for row in rows {
                table.write_record(COLUMNS.map(|column| row[column].as_str().unwrap_or_default()))?;
            }
            table.flush()?;
        }
    }
    Ok(())
}
