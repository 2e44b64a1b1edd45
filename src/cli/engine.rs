//! `opcentre engine`: the embedded ClickHouse as a process of its own, alone or as a child.

use std::fs;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread::available_parallelism;

use anyhow::Context;
use clap::Args;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::engine::{self, Cause, Key, Notice, OpenError, ReleaseError, Server, ServerOptions, default_library};

use super::serve::refuse;

/// Largest share of the machine's memory that is taken without being asked for, in percent.
const MEMORY_PERCENT: u64 = 40;
/// Most memory that is taken without being asked for, bytes.
const MEMORY_BYTES_MAX: u64 = 8 << 30;
/// Fewest queries at once: a reader that takes its time holds its place.
const QUERIES_MIN: u32 = 8;

/// Runs the embedded ClickHouse on loopback until SIGTERM or SIGINT.
#[derive(Debug, Args)]
pub struct EngineArgs {
    /// Folder of the tables.
    #[arg(long, value_name = "DIR", env = "OPCENTRE_ENGINE_DATA_DIR")]
    pub data_dir: PathBuf,
    /// Address on loopback; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8123", value_parser = loopback)]
    pub listen: SocketAddr,
    /// File whose first line is the key that clients show (as password of any user, or as bearer token). Without it
    /// a key is made and printed.
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// The pinned libchdb.so, if not where `make build` puts it.
    #[arg(long, value_name = "FILE", env = "OPCENTRE_ENGINE_LIBRARY")]
    pub library: Option<PathBuf>,
    /// Memory that all queries may use together [default: the smaller of 40 % of the machine's and 8 GiB].
    #[arg(long, value_name = "BYTES", env = "OPCENTRE_ENGINE_MEMORY_BYTES_MAX")]
    pub memory_bytes_max: Option<u64>,
    /// Queries that run at once [default: twice the cores, at least 8].
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub queries_max: Option<u32>,
    /// As another process's child: a free port, a key made up, one line `{"port":..,"key":".."}` on standard output,
    /// the end when standard input ends or the parent dies.
    #[arg(long, conflicts_with_all = ["listen", "key_file"])]
    pub child: bool,
}

/// Runs the command. As a child it also says on standard output, in one line of JSON, why it could not start.
///
/// # Errors
/// What kept the engine from starting.
pub fn run(args: &EngineArgs) -> anyhow::Result<ExitCode> {
    if args.child {
        // Before anything else: from here on this process can't outlive its parent.
        engine::die_with_parent().context("the kernel can't bind this process to its parent")?;
    }
    let outcome = start(args);
    if let (true, Err(error)) = (args.child, &outcome) {
        let failed = error.downcast_ref::<OpenError>().map_or(Cause::Unknown, Cause::from);
        say(&serde_json::to_string(&Notice::Failed { failed, reason: format!("{error:#}") })?)?;
    }
    match outcome {
        Err(error) if is_newer(&error) => Ok(refuse(&error)),
        outcome => outcome,
    }
}

/// Data of a later release: a matter of which program is run on which folder.
fn is_newer(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(OpenError::Release(ReleaseError::Newer { .. })))
}

fn start(args: &EngineArgs) -> anyhow::Result<ExitCode> {
    let key = match &args.key_file {
        Some(path) => read_key(path)?,
        None => Key::random(),
    };
    let server = Server::open(&options(args))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("no runtime")?;
    runtime.block_on(serve(args, server, key))?;
    // The engine's own threads can't be joined: leave them as they are.
    engine::leave(0)
}

/// The engine reads and writes this user's files: it's for this machine only.
fn loopback(text: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr = text.parse().map_err(|_| "not an address with a port".to_owned())?;
    if address.ip().is_loopback() { Ok(address) } else { Err(format!("{address} is not on loopback")) }
}

async fn serve(args: &EngineArgs, server: Server, key: Key) -> anyhow::Result<()> {
    let address = if args.child { SocketAddr::from(([127, 0, 0, 1], 0)) } else { args.listen };
    let listener = TcpListener::bind(address).await.with_context(|| format!("can't listen on {address}"))?;
    let address = listener.local_addr().context("the listener has no address")?;
    let mut terminate = signal(SignalKind::terminate()).context("SIGTERM can't be heard")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("SIGINT can't be heard")?;
    say(&announcement(args, &server, address, &key)?)?;
    let stop = async {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            () = end_of_input(), if args.child => {}
        }
    };
    server.run(listener, key, stop).await.context("the listener failed")
}

fn announcement(args: &EngineArgs, server: &Server, address: SocketAddr, key: &Key) -> anyhow::Result<String> {
    if args.child {
        let notice = Notice::Ready { port: address.port(), key: key.text().to_owned() };
        return Ok(serde_json::to_string(&notice)?);
    }
    let whose = match &args.key_file {
        Some(path) => format!("the key is in {}", path.display()),
        None => format!("key {}", key.text()),
    };
    Ok(format!("chDB {} answers at http://{address}, {whose}", server.release()))
}

fn options(args: &EngineArgs) -> ServerOptions {
    let cores = available_parallelism().map_or(1, |cores| u32::try_from(cores.get()).unwrap_or(1));
    ServerOptions {
        data_dir: args.data_dir.clone(),
        library: args.library.clone().unwrap_or_else(default_library),
        memory_bytes_max: args.memory_bytes_max.unwrap_or_else(memory_share),
        queries_max: args.queries_max.unwrap_or_else(|| (2 * cores).max(QUERIES_MIN)),
    }
}

/// The smaller of a share of the machine's memory and a fixed size; the fixed size where the first isn't known.
fn memory_share() -> u64 {
    let text = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kilobytes =
        text.lines().find_map(|line| line.strip_prefix("MemTotal:")?.trim().strip_suffix(" kB")?.parse().ok());
    kilobytes.map_or(MEMORY_BYTES_MAX, |kilobytes: u64| (kilobytes * 1024 / 100 * MEMORY_PERCENT).min(MEMORY_BYTES_MAX))
}

fn read_key(path: &Path) -> anyhow::Result<Key> {
    let text = fs::read_to_string(path).with_context(|| format!("key file {} can't be read", path.display()))?;
    Key::new(text.lines().next().unwrap_or_default().trim()).with_context(|| {
        format!("key file {} needs 16 or more visible ASCII characters in its first line", path.display())
    })
}

/// Returns when the parent closes the pipe, on purpose or because it is gone.
async fn end_of_input() {
    let mut input = tokio::io::stdin();
    let mut buffer = [0; 64];
    while input.read(&mut buffer).await.is_ok_and(|read| read > 0) {}
}

/// One line on standard output, for whoever started this process.
fn say(line: &str) -> io::Result<()> {
    let mut output = io::stdout().lock();
    writeln!(output, "{line}")?;
    output.flush()
}
