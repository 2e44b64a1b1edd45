//! `opcentre simulate --rate R --seconds S`: made-up dossiers through the public interface of a running server.
//!
//! Bounded in rate, time and requests under way; only for a server on this machine unless told otherwise, since what is
//! made up can't be told from real records afterwards but by its source.

use std::collections::{BTreeMap, VecDeque};
use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use jiff::Timestamp;
use reqwest::Url;
use serde_json::{Value, json};
use tokio::time::{Instant as Timer, MissedTickBehavior, interval};

use super::client::ServerArgs;
use super::demo::rng::Rng;

/// How often a request is made.
const TICKS_PER_S: u64 = 10;
/// Lines of one request.
const BATCH_LINES_MAX: u64 = 5_000;
/// Requests under way; when none of them is answered, nothing more is sent.
const REQUESTS_MAX: usize = 16;
/// How long one request may take.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);
/// Dossiers that are begun and not yet done.
const OPEN_MAX: usize = 2_000;
/// Wrong usage.
const EXIT_USAGE: u8 = 2;
/// Kinds of units that handle dossiers themselves.
const HANDLING: [&str; 4] = ["district", "commune", "department", "office"];
const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// Send made-up dossiers and ratings to a running server
#[derive(Clone, Debug, clap::Args)]
pub struct SimulateArgs {
    /// Records a second
    #[arg(long, value_name = "RECORDS", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub rate: u32,
    /// For how long
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..=3_600))]
    pub seconds: u32,
    /// The source that they are of
    #[arg(long, default_value = "simulate")]
    pub source: String,
    /// Also to a server that isn't on this machine
    #[arg(long)]
    pub allow_remote: bool,
    #[command(flatten)]
    #[expect(missing_docs, reason = "clap would show it as the command's own text")]
    pub server: ServerArgs,
}

/// Sends and reports to `out`. Exit codes: 0 everything was accepted, 1 something wasn't, 2 usage.
///
/// # Errors
/// When the server can't be asked for its units and its clock.
pub async fn run(args: &SimulateArgs, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let url = Url::parse(&args.server.url).with_context(|| format!("--url {}: no address", args.server.url))?;
    if !is_loopback(&url) && !args.allow_remote {
        writeln!(out, "{url} is another machine; --allow-remote sends made-up records there all the same")?;
        return Ok(ExitCode::from(EXIT_USAGE));
    }
    let http = reqwest::Client::builder().timeout(REQUEST_TIMEOUT).build()?;
    let sender = Sender { http, url, token: args.server.token.clone(), source: args.source.clone() };
    let target = sender.target().await?;
    // All of it lies in the server's past, also when its clock stands still.
    let first_at_ms = target.now_ms - i64::from(args.seconds) * 1_000;
    let mut made = Made::new(rand::random(), target.units);
    let tally = send_all(&sender, args, |elapsed_ms| made.line(first_at_ms + elapsed_ms)).await;
    tally.report(out)?;
    Ok(if tally.accepted == tally.sent { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// What is needed of the server before anything is sent.
struct Target {
    units: Vec<String>,
    /// Its clock of records.
    now_ms: i64,
}

struct Sender {
    http: reqwest::Client,
    url: Url,
    token: Option<String>,
    source: String,
}

/// What became of one request.
struct Outcome {
    lines: u64,
    accepted: u64,
    took: Duration,
    /// How it was refused, or why there was no answer.
    refusal: Option<String>,
}

impl Sender {
    fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        let mut url = self.url.clone();
        url.set_path(path);
        url.set_query(None);
        if method == reqwest::Method::POST {
            url.query_pairs_mut().append_pair("source", &self.source);
        }
        let request = self.http.request(method, url);
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    async fn get(&self, path: &str) -> anyhow::Result<Value> {
        let answer = self.request(reqwest::Method::GET, path).send().await;
        let answer =
            answer.with_context(|| format!("{} can't be reached, is `opcentre serve` running there?", self.url))?;
        let status = answer.status();
        let body: Value = answer.json().await.unwrap_or_default();
        ensure!(status.is_success(), "{path}: {status} {}", body["detail"].as_str().unwrap_or_default());
        Ok(body)
    }

    async fn target(&self) -> anyhow::Result<Target> {
        let listing = self.get("/api/v1/units").await?;
        let rows = listing["units"].as_array().map(Vec::as_slice).unwrap_or_default();
        let code = |row: &Value| row["code"].as_str().map(str::to_owned);
        let handling = rows.iter().filter(|row| row["kind"].as_str().is_some_and(|kind| HANDLING.contains(&kind)));
        let mut units: Vec<String> = handling.filter_map(code).collect();
        if units.is_empty() {
            units = rows.iter().filter_map(code).collect();
        }
        let first = units.first().context("no units are known there: load them with `opcentre units load FILE`")?;
        // As a part of a path: codes are any text.
        let mut path = Url::parse("http://localhost/api/v1/units")?;
        path.path_segments_mut().map_err(|()| anyhow::anyhow!("no path"))?.extend([first, "kpis"]);
        let figures = self.get(path.path()).await?;
        let as_of: Timestamp = figures["as_of"].as_str().context("the figures have no instant")?.parse()?;
        Ok(Target { units, now_ms: as_of.as_millisecond() })
    }

    async fn send(&self, lines: u64, body: String) -> Outcome {
        let begun = Timer::now();
        let request = self.request(reqwest::Method::POST, "/api/v1/events");
        let answer = request.header("content-type", "application/x-ndjson").body(body).send().await;
        let (accepted, refusal) = match answer {
            Err(error) if error.is_timeout() => (0, Some("no answer in time".to_owned())),
            Err(_) => (0, Some("no answer".to_owned())),
            Ok(answer) => {
                let status = answer.status();
                let answer: Value = answer.json().await.unwrap_or_default();
                let accepted = answer["accepted"].as_u64().filter(|_| status.is_success()).unwrap_or(0);
                (accepted, (accepted < lines).then(|| refusal(status.as_u16(), &answer)))
            }
        };
        Outcome { lines, accepted, took: begun.elapsed(), refusal }
    }
}

fn refusal(status: u16, answer: &Value) -> String {
    let code = answer["code"].as_str().or_else(|| answer["rejections"][0]["code"].as_str()).unwrap_or("no reason");
    format!("{status} {code}")
}

/// Sends at the rate and for the time that was asked for; a server that is too slow for it is sent less.
async fn send_all(sender: &Sender, args: &SimulateArgs, mut line: impl FnMut(i64) -> String) -> Tally {
    let begun = Timer::now();
    let mut tally = Tally::default();
    let mut ticks = interval(Duration::from_millis(1_000 / TICKS_PER_S));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut under_way = FuturesUnordered::new();
    let all = u64::from(args.rate) * u64::from(args.seconds);
    let end = Duration::from_secs(u64::from(args.seconds));
    loop {
        let elapsed = begun.elapsed().min(end);
        let is_over = elapsed >= end || tally.sent >= all;
        if is_over && under_way.is_empty() {
            tally.took = begun.elapsed();
            return tally;
        }
        tokio::select! {
            Some(outcome) = under_way.next(), if !under_way.is_empty() => tally.add(outcome),
            _ = ticks.tick(), if !is_over && under_way.len() < REQUESTS_MAX => {
                let elapsed_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
                let due = (u64::from(args.rate) * (elapsed_ms + 1_000 / TICKS_PER_S) / 1_000).min(all);
                let lines = due.saturating_sub(tally.sent).min(BATCH_LINES_MAX);
                if lines > 0 {
                    let at_ms = i64::try_from(elapsed_ms).unwrap_or(i64::MAX);
                    let body: String = (0..lines).map(|_| line(at_ms) + "\n").collect();
                    tally.sent += lines;
                    under_way.push(sender.send(lines, body));
                }
            }
        }
    }
}

/// What became of everything.
#[derive(Default)]
struct Tally {
    sent: u64,
    accepted: u64,
    took: Duration,
    latencies: Vec<Duration>,
    refusals: BTreeMap<String, u64>,
}

impl Tally {
    fn add(&mut self, outcome: Outcome) {
        self.accepted += outcome.accepted;
        self.latencies.push(outcome.took);
        if let Some(refusal) = outcome.refusal {
            *self.refusals.entry(refusal).or_default() += outcome.lines - outcome.accepted;
        }
    }

    fn report(&self, out: &mut impl Write) -> std::io::Result<()> {
        let Tally { sent, accepted, .. } = self;
        let seconds = self.took.as_secs_f64().max(0.001);
        writeln!(out, "{sent} sent, {accepted} accepted, {} not, in {seconds:.1} s", sent - accepted)?;
        writeln!(out, "{:.0} records/s in {} requests", *accepted as f64 / seconds, self.latencies.len())?;
        let mut latencies = self.latencies.clone();
        latencies.sort();
        let at = |share: f64| {
            let place = ((latencies.len() as f64 * share).ceil() as usize).clamp(1, latencies.len().max(1)) - 1;
            latencies.get(place).map_or(0.0, |took| took.as_secs_f64() * 1_000.0)
        };
        writeln!(
            out,
            "a request: p50 {:.1} ms, p90 {:.1} ms, p99 {:.1} ms, longest {:.1} ms",
            at(0.5),
            at(0.9),
            at(0.99),
            at(1.0)
        )?;
        for (refusal, count) in &self.refusals {
            writeln!(out, "not accepted: {count} by {refusal}")?;
        }
        Ok(())
    }
}

/// Dossiers on their way: registered, accepted, worked on, done and rated, most of them in time.
struct Made {
    rng: Rng,
    run: u64,
    units: Vec<String>,
    next: u64,
    open: VecDeque<Open>,
}

struct Open {
    id: String,
    unit: String,
    step: u8,
}

impl Made {
    fn new(run: u64, units: Vec<String>) -> Made {
        Made { rng: Rng::new(run, 0), run: run & 0xFFFF_FFFF, units, next: 0, open: VecDeque::new() }
    }

    /// The next record, as it happens at an instant.
    fn line(&mut self, at_ms: i64) -> String {
        let goes_on = !self.open.is_empty() && (self.open.len() >= OPEN_MAX || self.rng.chance(0.7));
        let record = if goes_on { self.further(at_ms) } else { self.begun(at_ms) };
        record.to_string()
    }

    fn begun(&mut self, at_ms: i64) -> Value {
        self.next += 1;
        let id = format!("sim-{:08x}-{}", self.run, self.next);
        let place = self.rng.between(0, self.units.len() as i64 - 1);
        let unit = self.units[usize::try_from(place).unwrap_or(0)].clone();
        let received_ms = at_ms - self.rng.between(0, 20 * DAY_MS);
        let due_ms = received_ms + self.rng.between(5, 30) * DAY_MS;
        let online = self.rng.chance(0.6);
        let record = json!({
            "type": "dossier", "id": id, "unit": unit, "at": instant(received_ms), "status": "accepted",
            "channel": if online { "online" } else { "counter" }, "field": "dat-dai", "received_at": instant(received_ms),
            "due_at": instant(due_ms), "digitised": self.rng.chance(0.7)
        });
        self.open.push_back(Open { id, unit, step: 0 });
        record
    }

    fn further(&mut self, at_ms: i64) -> Value {
        let Some(Open { id, unit, step }) = self.open.pop_front() else { return self.begun(at_ms) };
        let at = instant(at_ms);
        let record = match step {
            0 => json!({"type": "dossier", "id": id, "unit": unit, "at": at, "status": "processing"}),
            1 => json!({
                "type": "dossier", "id": id, "unit": unit, "at": at, "status": "done", "finished_at": at,
                "electronic_result": self.rng.chance(0.5)
            }),
            _ => {
                let score = if self.rng.chance(0.9) { 5 } else { self.rng.between(1, 4) };
                json!({"type": "rating", "id": format!("r-{id}"), "unit": unit, "at": at, "score": score, "dossier": id})
            }
        };
        if step < 2 {
            self.open.push_back(Open { id, unit, step: step + 1 });
        }
        record
    }
}

fn instant(at_ms: i64) -> String {
    Timestamp::from_millisecond(at_ms).map(|at| at.to_string()).unwrap_or_default()
}
