//! `opcentre screen list|approve|deny|set|revoke|send`: the screens of a running server.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail, ensure};
use clap::ValueEnum;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::screens::{Program, Slot};

use super::client::{Answer, Client, Request, Retry, ServerArgs};

const ROUTE: &str = "/api/v1/screens";

/// What is done with screens.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum ScreenCommand {
    /// List all screens: who is there, what each shows, since when one is behind
    List(ListArgs),
    /// Approve the screen that shows a code
    Approve(ApproveArgs),
    /// Refuse the screen that shows a code
    Deny(DenyArgs),
    /// Change what a screen is called and shows
    Set(SetArgs),
    /// Take a screen back: it goes dark within seconds; one that was taken back already is forgotten
    Revoke(RevokeArgs),
    /// Tell a screen to do something
    Send(SendArgs),
}

/// How an answer is printed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Format {
    /// A table with a header.
    Csv,
    /// A list of objects.
    Json,
}

/// Which server, and how its answer is printed.
#[derive(Clone, Debug, clap::Args)]
pub struct ListArgs {
    #[command(flatten)]
    server: ServerArgs,
    /// How the answer is printed
    #[arg(long, value_enum, default_value = "csv")]
    format: Format,
}

/// What a screen shows, and where it hangs.
#[derive(Clone, Debug, clap::Args)]
pub struct Shows {
    /// The board that it shows
    #[arg(long, conflicts_with = "rotation")]
    board: Option<String>,
    /// Several boards in turn: a TOML file of `[[slot]]` with board, dwell_s, from, to, weekdays (1 is Monday)
    #[arg(long, value_name = "FILE")]
    rotation: Option<PathBuf>,
    /// In which language
    #[arg(long, value_parser = ["vi", "en"])]
    lang: Option<String>,
    /// Its ground by day
    #[arg(long, value_parser = ["dark", "light"])]
    theme: Option<String>,
    /// When it is night, for a dark ground at 70 % brightness; `none`: never
    #[arg(long, value_name = "18:00-06:00")]
    night: Option<String>,
    /// Its diagonal in inches
    #[arg(long, value_name = "INCHES")]
    diagonal: Option<f64>,
    /// From how many metres it is looked at
    #[arg(long, value_name = "METRES")]
    distance: Option<f64>,
}

/// Which code, and what its screen is to be.
#[derive(Clone, Debug, clap::Args)]
pub struct ApproveArgs {
    /// The code that the screen shows
    code: String,
    /// Its name
    #[arg(long)]
    name: String,
    /// Code of the unit that it is bound to
    #[arg(long)]
    unit: String,
    #[command(flatten)]
    shows: Shows,
    #[command(flatten)]
    to: ListArgs,
}

/// Which code.
#[derive(Clone, Debug, clap::Args)]
pub struct DenyArgs {
    /// The code that the screen shows
    code: String,
    #[command(flatten)]
    server: ServerArgs,
}

/// Which screen, and what it is to be.
#[derive(Clone, Debug, clap::Args)]
pub struct SetArgs {
    /// Id or name of the screen
    screen: String,
    /// Its new name
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    shows: Shows,
    #[command(flatten)]
    to: ListArgs,
}

/// Which screen.
#[derive(Clone, Debug, clap::Args)]
pub struct RevokeArgs {
    /// Id or name of the screen
    screen: String,
    #[command(flatten)]
    to: ListArgs,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum What {
    /// Show its name large
    Identify,
    /// Load the page anew
    Reload,
    /// Show a board, whatever is due
    Go,
    /// Show nothing
    Blank,
    /// Show a sentence
    Message,
    /// Go on as if nothing had been said
    Resume,
}

/// Which screen, and what it is to do.
#[derive(Clone, Debug, clap::Args)]
pub struct SendArgs {
    /// Id or name of the screen
    screen: String,
    /// What it is to do
    #[arg(value_enum)]
    what: What,
    /// The board to go to, or the sentence
    with: Option<String>,
    /// For how long; without, as long as is usual
    #[arg(long)]
    seconds: Option<u32>,
    #[command(flatten)]
    server: ServerArgs,
}

/// Runs the command and prints to `out`. Exit codes: 0 done, 1 refused.
///
/// # Errors
/// When it is refused, or the server can't be reached.
pub async fn run(command: &ScreenCommand, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    match command {
        ScreenCommand::List(args) => {
            let answer = ask(&args.server, Method::GET, ROUTE, Value::Null).await?;
            print(&answer, args.format, out)?;
        }
        ScreenCommand::Approve(args) => {
            let mut body = args.shows.body()?;
            (body["code"], body["name"], body["unit"]) = (json!(args.code), json!(args.name), json!(args.unit));
            let answer = ask(&args.to.server, Method::POST, ROUTE, body).await?;
            print(&answer, args.to.format, out)?;
        }
        ScreenCommand::Deny(args) => {
            ask(&args.server, Method::POST, &format!("{ROUTE}/deny"), json!({"code": args.code})).await?;
            writeln!(out, "refused")?;
        }
        ScreenCommand::Set(args) => {
            let mut body = args.shows.body()?;
            if let Some(name) = &args.name {
                body["name"] = json!(name);
            }
            let path = path_of(&args.to.server, &args.screen).await?;
            let answer = ask(&args.to.server, Method::PUT, &path, body).await?;
            print(&answer, args.to.format, out)?;
        }
        ScreenCommand::Revoke(args) => {
            let path = path_of(&args.to.server, &args.screen).await?;
            let answer = ask(&args.to.server, Method::DELETE, &path, Value::Null).await?;
            print(&answer, args.to.format, out)?;
        }
        ScreenCommand::Send(args) => {
            let path = path_of(&args.server, &args.screen).await?;
            let answer = ask(&args.server, Method::POST, &format!("{path}/command"), order(args)?).await?;
            writeln!(out, "{}", serde_json::to_string_pretty(&answer.body)?)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A rotation as a file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RotationFile {
    slot: Vec<Slot>,
}

impl Shows {
    /// What is asked for, without what isn't.
    fn body(&self) -> anyhow::Result<Value> {
        let mut body = json!({});
        if let Some(file) = &self.rotation {
            body["rotation"] = serde_json::to_value(read_rotation(file)?)?;
        }
        let texts = [("board", &self.board), ("lang", &self.lang), ("theme", &self.theme)];
        for (name, text) in texts.into_iter().filter_map(|(name, text)| Some((name, text.as_ref()?))) {
            body[name] = json!(text);
        }
        let numbers = [("diagonal_inch", self.diagonal), ("distance_m", self.distance)];
        for (name, number) in numbers.into_iter().filter_map(|(name, number)| Some((name, number?))) {
            body[name] = json!(number);
        }
        match self.night.as_deref().map(|night| night.split_once('-').ok_or(night)) {
            None => {}
            Some(Ok((from, to))) => body["night"] = json!({"from": from.trim(), "to": to.trim()}),
            Some(Err("none")) => body["night"] = Value::Null,
            Some(Err(night)) => bail!("--night {night:?} is neither a span such as 18:00-06:00 nor none"),
        }
        Ok(body)
    }
}

fn read_rotation(file: &Path) -> anyhow::Result<Vec<Slot>> {
    let text = std::fs::read_to_string(file).with_context(|| format!("can't read {}", file.display()))?;
    let read: RotationFile = toml::from_str(&text).with_context(|| format!("{} is no rotation", file.display()))?;
    let program = Program { slots: read.slot, ..Program::of_board("") };
    program.check().with_context(|| format!("{} can't be shown", file.display()))?;
    Ok(program.slots)
}

fn order(args: &SendArgs) -> anyhow::Result<Value> {
    let name = args.what.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
    let mut order = json!({"do": name, "seconds": args.seconds});
    match (args.what, &args.with) {
        (What::Go, Some(board)) => order["board"] = json!(board),
        (What::Message, Some(text)) => order["text"] = json!(text),
        (What::Go, None) => bail!("which board is it to go to?"),
        (What::Message, None) => bail!("which sentence is it to show?"),
        (_, Some(with)) => bail!("{name} takes nothing further, not {with:?}"),
        (_, None) => {}
    }
    Ok(order)
}

/// The route of a screen: of this id, or the only one of this name.
async fn path_of(server: &ServerArgs, screen: &str) -> anyhow::Result<String> {
    let answer = ask(server, Method::GET, ROUTE, Value::Null).await?;
    let rows = rows(&answer)?;
    let is = |row: &&Value, key: &str| row[key].as_str() == Some(screen);
    let found: Vec<&Value> = match rows.iter().find(|row| is(row, "id")) {
        Some(row) => vec![row],
        None => rows.iter().filter(|row| is(row, "name")).collect(),
    };
    match found.as_slice() {
        [row] => Ok(format!("{ROUTE}/{}", row["id"].as_str().unwrap_or_default())),
        [] => bail!("there is no screen {screen:?}"),
        several => bail!("{} screens are called {screen:?}: name one by its id", several.len()),
    }
}

async fn ask(server: &ServerArgs, method: Method, path: &str, body: Value) -> anyhow::Result<Answer> {
    let client = Client::new(server, Retry::BRIEF)?;
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let request = Request { method, path, query: Vec::new(), content_type: "application/json", body };
    let waiting = |why: &str, wait: std::time::Duration| eprintln!("{why}; again in {:.1} s", wait.as_secs_f32());
    let answer = client.send(&request, waiting).await?;
    ensure!(answer.status.is_success(), answer.problem());
    Ok(answer)
}

fn rows(answer: &Answer) -> anyhow::Result<&Vec<Value>> {
    answer.body["screens"].as_array().context("the server's answer has no list of screens")
}

/// The columns of a table, in their order.
const COLUMNS: [&str; 11] = [
    "id",
    "name",
    "unit",
    "state",
    "online",
    "last_seen_at",
    "board",
    "is_newest_build",
    "width",
    "height",
    "behind_s",
];

fn print(answer: &Answer, format: Format, out: &mut impl Write) -> anyhow::Result<()> {
    let rows = rows(answer)?;
    match format {
        Format::Json => writeln!(out, "{}", serde_json::to_string_pretty(rows)?)?,
        Format::Csv => {
            let mut table = csv::Writer::from_writer(out);
            table.write_record(COLUMNS)?;
            for row in rows {
                let cell = |column| match &row[column] {
                    Value::Null => String::new(),
                    Value::String(text) => text.clone(),
                    other => other.to_string(),
                };
                table.write_record(COLUMNS.map(cell))?;
            }
            table.flush()?;
        }
    }
    Ok(())
}
