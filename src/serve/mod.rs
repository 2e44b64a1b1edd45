//! The process: starts, watches and stops tasks (P-1), and is the only place that reads the clock.
//!
//! **Start**: recover the journal -> read the sink's cursor -> open the intake -> wait for ClickHouse -> seed the
//! cube from it -> replay the journal from the cursor -> ready. With ClickHouse away the intake is open and figures
//! answer 503.
//!
//! **Stop** (P-3), in this order and each under a deadline: sockets are told and closed and the intake refuses; the
//! journal's writer finishes what is queued and syncs; the live figures end and the sink stores what is
//! synced; the engine ends. A task that ends early leads into the same stop.

mod alerts;
mod clock;
mod data_dir;
mod database;
mod keepers;
mod portal;
mod reload;
mod reports;
mod seed;
mod sink;
mod stop;
mod tasks;
mod tokens;

pub use clock::{running_from, system_now};
pub use database::server_endpoint;
pub use portal::portal_of;
pub use tokens::{tokens_in, zone_of};

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc, oneshot, watch};

use crate::auth::{Gate, Rates};
use crate::config::{Config, ConfigError, Database, DomainClock};
use crate::cube::View;
use crate::engine::{self, EngineState};
use crate::facts::Facts;
use crate::http;
use crate::http::{AppState, ClockKind, Condition, LiveLimits, Peer, Readiness, Screens as Sockets, TokenKeeper};
use crate::ingest::Portal;
use crate::ingest::rejects::Rejects;
use crate::journal::{self, Cursor, Disk, Journal, RealDisk};
use crate::model::Clock;
use crate::pipeline::alerts::Alerts;
use crate::pipeline::backfill::Backfills;
use crate::pipeline::catalogues::Catalogues;
use crate::pipeline::live::{Live, SNAPSHOT_REQUESTS_MAX, SnapshotRequest};
use crate::pipeline::outbox::Outbox;
use crate::pipeline::reports::ReportRuns;
use crate::pipeline::screens::Screens;
use crate::pipeline::sink::{HOLD_REQUESTS_MAX, HoldRequest, Quarantine, SinkState};
use crate::pipeline::stopped;
use crate::pipeline::verify::Verifier;
use crate::store::{Sequenced, Store};
use crate::telemetry::start_metrics;
use crate::topics::{LivePulse, Topics, TopicsLimits};

use data_dir::DataDir;
use seed::Known;
use stop::{Stops, until_stopped};
use tasks::{Tasks, blocking};

/// How often histograms are folded when nobody asks for metrics: their samples wait in memory until then.
const METRICS_UPKEEP: Duration = Duration::from_secs(5);

/// Told to whoever started the process once it listens.
#[derive(Clone, Copy, Debug)]
pub struct Started {
    /// Where it listens.
    pub address: SocketAddr,
}

/// What the tasks share.
struct Parts {
    config: Config,
    data_dir: DataDir,
    journal: Journal,
    disk: Arc<dyn Disk>,
    cursor: Option<Cursor>,
    recovered_seq: u64,
    /// What ClickHouse refused for good, as it was at the start.
    set_aside: Vec<Sequenced>,
    facts: Facts,
    gate: Gate,
    tokens: TokenKeeper,
    displays: http::ScreenKeeper,
    rejects: Rejects,
    backfills: Backfills,
    closings: http::Closings,
    alerts: Alerts,
    outbox: Outbox,
    runs: ReportRuns,
    clock: Clock,
    wall: Clock,
    readiness: Readiness,
    topics: Topics,
    sockets: Sockets,
    pulse: LivePulse,
    catalogues: Catalogues,
    portal: Arc<Portal>,
    views: watch::Sender<Option<Arc<View>>>,
    stores: watch::Receiver<Option<Store>>,
    sink_state: watch::Sender<SinkState>,
    metrics: PrometheusHandle,
}

/// Runs until `shutdown` resolves; `started` is told when it listens, before it is ready.
///
/// # Errors
/// What kept it from starting, or the task that ended before it was told to (P-1).
pub async fn run(
    config: Config,
    listener: TcpListener,
    shutdown: impl Future<Output = ()>,
    started: impl FnOnce(Started) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let address = listener.local_addr().context("the listener has no address")?;
    let data_dir = open_data_dir(&config)?;
    let (facts, tokens, displays, rejects) = open_facts(&data_dir)?;
    let gate = Gate::on(config.auth, address, tokens.tokens().clone())?;
    let (clock, wall) = (clock::domain(&config.clock), clock::system());
    let (alerts, outbox) = alerts::open(&facts, &config, data_dir.node)?;
    let metrics = start_metrics().context("metrics can't be counted")?;
    let (disk, cursor, recovered_seq, journal, writer) = open_journal(&data_dir, config.journal, &clock)?;
    let quarantine = Quarantine::load(Arc::new(RealDisk::open(&data_dir.quarantine())?))?;
    let catalogues = Catalogues::open(config.dashboards_dir.clone()).map_err(ConfigError::from)?;
    let portal = Arc::new(portal_of(config.dashboards_dir.as_deref()).map_err(ConfigError::from)?);
    let hangups = reload::hangups()?;

    let mut tasks = Tasks::default();
    let (http, http_stopped) = watch::channel(false);
    let (stages, stages_stopped) = watch::channel(false);
    let (engine, engine_stopped) = watch::channel(false);
    let stops = Stops { http, stages, engine };
    let (store_sender, stores) = watch::channel(None);
    let (snapshot_sender, snapshots) = mpsc::channel(SNAPSHOT_REQUESTS_MAX);
    let (hold_sender, holds) = mpsc::channel(HOLD_REQUESTS_MAX);
    let parts = Arc::new(Parts {
        runs: reports::open(&facts, &data_dir)?,
        closings: http::Closings::open(facts.clone())?,
        backfills: Backfills::open(facts.clone(), config.backfill_quiet, wall.clone())?,
        readiness: Readiness::starting(&["clickhouse", "figures"]),
        topics: Topics::new(&format!("{:016x}", rand::random::<u64>()), TopicsLimits::default()),
        pulse: LivePulse::new(),
        sockets: Sockets::new(LiveLimits { sockets_max: config.screens_max, ..LiveLimits::default() }),
        views: watch::Sender::new(None),
        sink_state: watch::Sender::new(SinkState::default()),
        config,
        data_dir,
        journal,
        disk,
        cursor,
        recovered_seq,
        set_aside: quarantine.records().cloned().collect(),
        facts,
        gate,
        tokens,
        displays,
        rejects,
        alerts,
        outbox,
        clock,
        wall,
        catalogues,
        portal,
        stores,
        metrics,
    });

    tasks.watch("journal", blocking("journal", move || writer.run().map_err(Into::into)));
    start_database(&mut tasks, &parts, store_sender, engine_stopped);
    let (seeded_sender, seeded) = oneshot::channel();
    tasks.spawn("live", run_live(parts.clone(), snapshots, seeded_sender, stages_stopped.clone()));
    tasks.spawn("sink", sink::run(parts.clone(), (holds, quarantine), seeded, stages_stopped.clone()));
    let state = app_state(&parts, verifier(&parts, snapshot_sender, hold_sender));
    keepers::start(&mut tasks, &parts, (hangups, state.clone()), stages_stopped)?;
    tasks.spawn("http", serve_http(listener, state, parts.config.connections_max, http_stopped));
    tracing::info!(http.address = %address, data_dir = %parts.data_dir.path.display(), "listening");
    until_stopped(tasks, &parts, stops, (started(Started { address }), shutdown)).await
}

/// The data dir, unless its tables were written by a later engine than ours.
fn open_data_dir(config: &Config) -> anyhow::Result<DataDir> {
    let data_dir = DataDir::open(&config.data_dir, config.demo, config.zone.name())?;
    if let Database::Embedded { .. } = config.database {
        engine::refuse_newer(&data_dir.engine()).map_err(ConfigError::from)?;
    }
    Ok(data_dir)
}

/// The small facts, and what is kept among them.
fn open_facts(data_dir: &DataDir) -> anyhow::Result<(Facts, TokenKeeper, http::ScreenKeeper, Rejects)> {
    let facts = Facts::open(&data_dir.facts())?;
    let (tokens, rejects) = (TokenKeeper::open(facts.clone())?, Rejects::open(facts.clone())?);
    let displays = http::ScreenKeeper::open(facts.clone())?;
    Ok((facts, tokens, displays, rejects))
}

/// The embedded engine, if it is to run here, and the connection to ClickHouse.
fn start_database(
    tasks: &mut Tasks,
    parts: &Parts,
    stores: watch::Sender<Option<Store>>,
    stopped: watch::Receiver<bool>,
) {
    let (states, engine) = watch::channel(EngineState::Starting);
    let (database, dir) = (parts.config.database.clone(), parts.data_dir.engine());
    tasks.spawn("engine", database::run_engine(database.clone(), dir, states, stopped.clone()));
    let (readiness, timeout) = (parts.readiness.clone(), parts.config.clickhouse_timeout);
    tasks
        .spawn("store", database::keep_store(database, engine, database::Kept { stores, readiness, timeout }, stopped));
}

type OpenedJournal = (Arc<dyn Disk>, Option<Cursor>, u64, Journal, journal::Writer);

fn open_journal(data_dir: &DataDir, options: journal::Options, clock: &Clock) -> anyhow::Result<OpenedJournal> {
    let disk: Arc<dyn Disk> = Arc::new(RealDisk::open(&data_dir.journal())?);
    let cursor = Cursor::load(&*disk)?;
    let floor = cursor.map_or(0, |cursor| cursor.seq);
    let (journal, writer, recovery) = journal::open(disk.clone(), options, floor, clock().0)?;
    tracing::info!(
        journal.last_seq = recovery.last_seq,
        journal.segments = recovery.segments,
        journal.bytes = recovery.bytes,
        journal.torn_bytes = recovery.torn_bytes,
        journal.damaged = recovery.damage_count,
        "journal recovered"
    );
    for damage in &recovery.damage {
        tracing::error!(?damage, "the journal is damaged");
    }
    Ok((disk, cursor, recovery.last_seq, journal, writer))
}

/// Seeds the cube and tells the sink from where on to store, then keeps the figures live.
async fn run_live(
    parts: Arc<Parts>,
    requests: mpsc::Receiver<SnapshotRequest>,
    seeded: oneshot::Sender<u64>,
    stop: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let (node, set_aside) = (parts.data_dir.node, parts.set_aside.clone());
    let known = Known { node, cursor: parts.cursor, last_seq: parts.recovered_seq, set_aside };
    let read = seed::seed(parts.stores.clone(), &known, &parts.config.zone, &parts.clock, stop.clone()).await?;
    let Some((cube, from_seq)) = read else { return Ok(()) };
    let first_seq = parts.journal.usage().first_seq;
    if first_seq > from_seq + 1 {
        // The intake stays open: what comes is safe. But figures without the lost records would be wrong.
        let reason = format!(
            "ClickHouse lacks the records {} to {} of this node, and the journal no longer has them: restore ClickHouse",
            from_seq + 1,
            first_seq - 1
        );
        tracing::error!("{reason}");
        parts.readiness.set("figures", Condition::not_ready(reason));
        let mut stop = stop;
        stopped(&mut stop).await;
        return Ok(());
    }
    tracing::info!(seed.dossiers = cube.view().dossier_count(), journal.from_seq = from_seq, "figures read");
    let live = Live {
        cube,
        reader: parts.journal.reader(from_seq),
        synced: parts.journal.synced(),
        clock: parts.clock.clone(),
        views: parts.views.clone(),
        requests,
        screens: screens(&parts),
        fault_hang: parts.config.fault_live_hang.clone(),
        replay_to: *parts.journal.synced().borrow(),
        replayed: false,
    };
    if seeded.send(from_seq).is_err() {
        // The sink is gone: the process is stopping.
        return Ok(());
    }
    // The cube's work would hold up the sockets: it has a thread of its own. Its timers are its own too, so that they
    // don't end under it should it be the last to stop.
    let timers = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let live = blocking("live", move || timers.block_on(live.run(stop)).map_err(Into::into));
    let ready = async {
        let mut views = parts.views.subscribe();
        if views.wait_for(Option::is_some).await.is_ok() {
            parts.readiness.set("figures", Condition::Ok);
        }
        std::future::pending().await
    };
    tokio::select! {
        ended = live => ended,
        never = ready => never,
    }
}

fn screens(parts: &Parts) -> Screens {
    let screens = Screens::new(parts.catalogues.clone(), parts.topics.clone(), parts.pulse.clone(), parts.wall.clone());
    let screens = screens.marking(parts.backfills.clone()).warning(parts.alerts.clone());
    let screens = screens.closing(parts.closings.closed().clone());
    match parts.gate.tokens() {
        Some(tokens) => screens.naming_by(tokens),
        None => screens,
    }
}

fn verifier(parts: &Parts, snapshots: mpsc::Sender<SnapshotRequest>, holds: mpsc::Sender<HoldRequest>) -> Verifier {
    Verifier {
        snapshots,
        holds,
        stores: parts.stores.clone(),
        zone: parts.config.zone.clone(),
        catalogues: parts.catalogues.clone(),
        node: http::node_name(parts.data_dir.node),
        sink: parts.sink_state.subscribe(),
        hold_max: parts.config.verify_hold,
        running: Arc::new(Mutex::new(())),
    }
}

fn app_state(parts: &Parts, verifier: Verifier) -> AppState {
    let is_frozen = matches!(parts.config.clock, DomainClock::Frozen(_));
    AppState {
        clock: parts.clock.clone(),
        clock_kind: if is_frozen { ClockKind::Frozen } else { ClockKind::Running },
        wall: parts.wall.clone(),
        zone: Arc::new(parts.config.zone.clone()),
        view: parts.views.subscribe(),
        topics: parts.topics.clone(),
        pulse: parts.pulse.clone(),
        readiness: parts.readiness.clone(),
        gate: parts.gate.clone(),
        rates: Rates::default(),
        tokens: parts.tokens.clone(),
        screens: parts.sockets.clone(),
        demo: parts.data_dir.demo,
        catalogues: parts.catalogues.clone(),
        limits: parts.config.limits,
        metrics: parts.metrics.clone(),
        started_at: (parts.wall)(),
        journal: parts.journal.clone(),
        node: crate::model::Text::new(&http::node_name(parts.data_dir.node)),
        verifier,
        stores: parts.stores.clone(),
        rejects: parts.rejects.clone(),
        backfills: parts.backfills.clone(),
        alerts: parts.alerts.clone(),
        outbox: parts.outbox.clone(),
        runs: parts.runs.clone(),
        printing: http::Printing::default(),
        portal: parts.portal.clone(),
        closings: parts.closings.clone(),
        imports: http::Imports::new(parts.facts.clone()),
        displays: parts.displays.clone(),
        returns: http::Returns::new(parts.facts.clone()),
        facts: parts.facts.clone(),
    }
}

/// Folds histograms for ever.
async fn keep_metrics(metrics: PrometheusHandle) -> anyhow::Result<()> {
    loop {
        tokio::time::sleep(METRICS_UPKEEP).await;
        metrics.run_upkeep();
    }
}

/// Serves until told to stop; then screens are told, and requests under way are finished.
async fn serve_http(
    listener: TcpListener,
    state: AppState,
    connections_max: usize,
    mut stop: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let sockets = state.screens.clone();
    let screens = sockets.clone();
    let told = async move {
        stopped(&mut stop).await;
        sockets.stop();
    };
    let mut listener = http::BoundedListener::new(listener, connections_max);
    if state.gate.is_required() {
        listener = listener.per_peer(http::listen::CONNECTIONS_PER_PEER_MAX);
    }
    let router = http::router(state).into_make_service_with_connect_info::<Peer>();
    axum::serve(listener, router).with_graceful_shutdown(told).await.context("the HTTP server ended")?;
    // Screens are no requests any more: their `bye` is waited for apart.
    screens.all_left().await;
    Ok(())
}
