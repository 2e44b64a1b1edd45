//! `opcentre demo`: a server of its own with the simulated province, fed through its own public interface.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, ensure};
use reqwest::Client;
use tokio::sync::{oneshot, watch};
use tokio::time::{MissedTickBehavior, interval};

use crate::config::{Config, DomainClock, Settings};
use crate::journal::RealDisk;
use crate::model::{Clock, Instant};
use crate::pipeline::stopped;
use crate::serve::{self, Started, running_from};

use super::super::serve::{Signals, bind, end_at_once, first_of, refuse};
use super::{Event, History, Lists, Scenario, Traffic};

/// Lines of one request.
const BATCH_LINES_MAX: usize = 5_000;
/// Bytes of one request.
const BATCH_BYTES_MAX: usize = 4 << 20;
/// How often live traffic is sent.
const TRAFFIC_EVERY_MS: u64 = 1_000;

/// Shows a province with a made-up past and live traffic.
#[derive(Debug, clap::Args)]
pub struct DemoArgs {
    /// The province: 17 (Hòa Bình in 2024, with districts) or 25 (Phú Thọ at the end of 2025, after three became one).
    #[arg(long, value_name = "CODE", default_value = "17", value_parser = Scenario::of)]
    pub unit: &'static Scenario,
    /// Address to listen on; only loopback.
    #[arg(long, env = "OPCENTRE_LISTEN", value_name = "ADDRESS")]
    pub listen: Option<String>,
    /// Where the demonstration lives; it begins anew at every start [default: a folder of the system's for
    /// temporary files].
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// The pinned libchdb.so, if not where `make build` puts it.
    #[arg(long, env = "OPCENTRE_ENGINE_LIBRARY", value_name = "FILE")]
    pub engine_library: Option<PathBuf>,
}

/// Runs until SIGTERM or SIGINT.
///
/// # Errors
/// What ended it, other than being told to.
pub async fn run(args: DemoArgs) -> anyhow::Result<ExitCode> {
    let data_dir = args.data_dir.clone().unwrap_or_else(|| std::env::temp_dir().join("opcentre-demo"));
    let mut config = match Config::of(settings(&args, &data_dir)) {
        Ok(config) => config,
        Err(error) => return Ok(refuse(&error.into())),
    };
    config.demo = true;
    let listener = bind(&config).await?;
    clear(&data_dir)?;
    let clock = running_from(args.unit.start);
    config.clock = DomainClock::Given(clock.clone());
    let (started, has_started) = oneshot::channel();
    let signals = Signals::listen()?;
    let (first, asked) = oneshot::channel();
    let (stopping, mut is_stopping) = watch::channel(false);
    let shutdown = async move {
        first_of(asked).await;
        stopping.send_replace(true);
    };
    let server = serve::run(config, listener, shutdown, |begun| {
        // Nobody waiting means that the feeder has failed, which ends the program below.
        started.send(begun).ok();
        Ok(())
    });
    let feeder = async {
        let Ok(Started { address }) = has_started.await else { std::future::pending().await };
        let url = format!("http://{address}");
        let failed = tokio::select! {
            outcome = feed(&url, args.unit, clock) => outcome,
            () = stopped(&mut is_stopping) => Ok(()),
        };
        // A request that a stopping server cuts off is no failure; the server's own end is the program's.
        if *is_stopping.borrow() { std::future::pending().await } else { failed }
    };
    tokio::select! {
        outcome = server => outcome.map(|()| ExitCode::SUCCESS),
        outcome = feeder => outcome.map(|()| ExitCode::SUCCESS),
        () = signals.twice(first) => end_at_once(),
    }
}

fn settings(args: &DemoArgs, data_dir: &Path) -> Settings {
    let said = [
        ("listen", args.listen.clone()),
        ("data_dir", Some(data_dir.display().to_string())),
        ("engine_library", args.engine_library.as_ref().map(|path| path.display().to_string())),
    ];
    let said = said.into_iter().filter_map(|(name, text)| Some((name, text?)));
    said.fold(Settings::default(), |settings, (name, text)| settings.with(name, text))
}

/// A demonstration begins anew; only a folder that is one is ever emptied.
fn clear(data_dir: &PathBuf) -> anyhow::Result<()> {
    if !data_dir.exists() {
        return Ok(());
    }
    let is_empty = std::fs::read_dir(data_dir)?.next().is_none();
    ensure!(
        is_empty || data_dir.join("DEMO").exists(),
        "{} holds something that is no demonstration: give another --data-dir",
        data_dir.display()
    );
    // Another demonstration that runs there holds the journal's lock.
    drop(RealDisk::open(&data_dir.join("journal")).context("another demonstration runs there")?);
    std::fs::remove_dir_all(data_dir).with_context(|| format!("can't empty {}", data_dir.display()))
}

/// Sends units, the past, and then what happens, for ever.
#[expect(clippy::print_stdout, reason = "the command's answer")]
async fn feed(url: &str, scenario: &'static Scenario, clock: Clock) -> anyhow::Result<()> {
    let client = Client::new();
    println!("preparing the demonstration: {} ...", scenario.about);
    let history = tokio::task::spawn_blocking(move || History::generate(scenario, scenario.seed)).await?;
    until(&client, &format!("{url}/readyz"), |answer| answer["components"]["figures"]["state"] == "ok").await?;
    put_lists(&client, url, &(scenario.lists)()).await?;
    let count = history.events_count();
    let mut batch = Batch::default();
    let mut last_seq = 0;
    for event in history.events() {
        if let Some((source, body)) = batch.push(&event) {
            last_seq = post(&client, url, source, body).await?;
        }
    }
    for (source, body) in batch.rest() {
        last_seq = post(&client, url, source, body).await?;
    }
    let figures = format!("{url}/api/v1/units/{}/kpis?window=today", scenario.unit);
    until(&client, &figures, |answer| answer["seq"].as_u64() >= Some(last_seq)).await?;
    println!("{count} records of the past are in; the wall: {url}/wall/province?unit={}", scenario.unit);
    let mut traffic = history.into_traffic();
    let mut ticks = interval(Duration::from_millis(TRAFFIC_EVERY_MS));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        send_traffic(&client, url, &mut traffic, clock()).await?;
    }
}

async fn send_traffic(client: &Client, url: &str, traffic: &mut Traffic, now: Instant) -> anyhow::Result<()> {
    let mut batch = Batch::default();
    for event in traffic.advance(now) {
        if let Some((source, body)) = batch.push(&event) {
            post(client, url, source, body).await?;
        }
    }
    for source in [super::ONE_STOP, super::PORTAL, super::RATINGS] {
        // An empty batch is a sign of life: the system is there, it has nothing to say.
        batch.lines.entry(source).or_default();
    }
    for (source, body) in batch.rest() {
        post(client, url, source, body).await?;
    }
    Ok(())
}

/// Lines by source until they make a request.
#[derive(Default)]
struct Batch {
    lines: BTreeMap<&'static str, (usize, String)>,
}

impl Batch {
    /// Adds a line; gives back the request of its source when that is full.
    fn push(&mut self, event: &Event) -> Option<(&'static str, String)> {
        let (count, body) = self.lines.entry(event.source).or_default();
        body.push_str(&event.line);
        body.push('\n');
        *count += 1;
        if *count < BATCH_LINES_MAX && body.len() < BATCH_BYTES_MAX {
            return None;
        }
        let (_, body) = self.lines.remove(event.source)?;
        Some((event.source, body))
    }

    fn rest(self) -> impl Iterator<Item = (&'static str, String)> {
        self.lines.into_iter().map(|(source, (_, body))| (source, body))
    }
}

async fn put_lists(client: &Client, url: &str, lists: &Lists) -> anyhow::Result<()> {
    let units = lists.units.iter().map(|list| ("units", list));
    for (what, list) in units.chain(lists.successions.iter().map(|list| ("successions", list))) {
        let request = client.put(format!("{url}/api/v1/{what}")).header("content-type", "text/csv");
        let answer =
            request.body(list.to_string()).send().await.with_context(|| format!("the {what} can't be sent"))?;
        let status = answer.status();
        ensure!(status.is_success(), "{what} refused: {status} {}", answer.text().await?);
    }
    Ok(())
}

async fn post(client: &Client, url: &str, source: &str, body: String) -> anyhow::Result<u64> {
    let request = client.post(format!("{url}/api/v1/events?source={source}"));
    let request = request.header("content-type", "application/x-ndjson").body(body);
    let answer = request.send().await.context("records can't be sent")?;
    let status = answer.status();
    ensure!(status.is_success(), "records refused: {status} {}", answer.text().await?);
    let answer: serde_json::Value = answer.json().await?;
    ensure!(answer["rejected"] == 0, "records refused: {}", answer["rejections"]);
    answer["seq"].as_u64().context("the answer names no sequence")
}

/// Waits until an answer of the server is as asked.
async fn until(client: &Client, url: &str, is_so: impl Fn(&serde_json::Value) -> bool) -> anyhow::Result<()> {
    let mut ticks = interval(Duration::from_millis(50));
    loop {
        ticks.tick().await;
        let answer = client.get(url).send().await.context("the server doesn't answer")?;
        if is_so(&answer.json().await?) {
            return Ok(());
        }
    }
}
