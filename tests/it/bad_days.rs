//! Bad days of ClickHouse: whatever it answers, or doesn't, nothing acknowledged is lost, the figures go on, `/readyz`
//! says what is wrong, and all is well again by itself (S-2, S-5).

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::support::engine::TestEngine;
use crate::support::relay::{Mood, Relay};
use crate::support::server::Server;

const NOW: &str = "2024-08-02T08:00:00+07:00";
const UNITS: &str = "code,parent,kind,category,name_vi\n17,,province,tỉnh,Hòa Bình\n";
/// What marks the one record that ClickHouse is made to refuse.
const MARK: &str = "refuse-me";

/// A server whose ClickHouse is behind a relay.
struct World {
    engine: TestEngine,
    relay: Relay,
    dir: TempDir,
    server: Option<Server>,
}

impl World {
    async fn start() -> World {
        let world = World::empty().await;
        world.server().put_units(UNITS).await;
        world.server().verified().await;
        world
    }

    /// With nothing stored yet.
    async fn empty() -> World {
        let engine = TestEngine::start();
        let relay = Relay::start(engine.url()).await;
        let mut world = World { engine, relay, dir: tempfile::tempdir().unwrap(), server: None };
        world.spawn();
        world.server().ready().await;
        world
    }

    fn spawn(&mut self) {
        let url = self.relay.url_with_key(self.engine.key());
        let arguments = ["--now", NOW, "--clickhouse-url", &url, "--clickhouse-timeout-s", "2"];
        self.server = Some(Server::spawn(self.dir.path(), &arguments));
    }

    fn server(&self) -> &Server {
        self.server.as_ref().unwrap()
    }

    async fn restart(&mut self) {
        assert_eq!(self.server.take().unwrap().stop(), Some(0));
        self.spawn();
        self.server().ready().await;
    }

    async fn send(&self, ids: std::ops::Range<usize>) {
        let lines: Vec<String> = ids.map(|id| line(&format!("d{id}"))).collect();
        let (status, answer) = self.server().post("s", lines.join("\n")).await.unwrap();
        assert_eq!((status, &answer["accepted"]), (202, &json!(lines.len())), "{answer}");
    }

    async fn received(&self, count: usize) {
        let path = "/api/v1/units/17/kpis?window=2024-07";
        self.server().until(path, |answer| answer["measures"]["received"] == count).await;
    }

    /// Waits for the sink's words.
    async fn says(&self, words: &str) {
        let said = |ready: &Value| ready["degraded"]["sink"].as_str().is_some_and(|why| why.contains(words));
        self.server().until("/readyz", said).await;
        let (status, ready) = self.server().get("/readyz").await;
        assert_eq!((status, &ready["ready"]), (200, &json!(true)), "intake and figures go on: {ready}");
    }

    async fn settled(&self) {
        self.server().until("/readyz", |ready| ready["degraded"] == json!({})).await;
    }
}

fn line(id: &str) -> String {
    json!({"type": "dossier", "id": id, "unit": "17", "at": "2024-07-01T08:00:00+07:00", "status": "done"}).to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s2_whatever_clickhouse_answers_figures_go_on_and_all_is_stored_in_the_end() {
    let world = World::start().await;
    let moods = [
        (Mood::Away, "can't be reached"),
        (Mood::Silent, "no answer within 2 s"),
        (Mood::HalfAnswers, "can't be reached or breaks off"),
        (Mood::Page, "something answers in ClickHouse's place"),
        (Mood::Refuses(243), "no room on its disk"),
        (Mood::Refuses(252), "unmerged parts"),
        (Mood::Refuses(242), "read-only"),
        (Mood::Refuses(241), "out of memory"),
        (Mood::Refuses(516), "doesn't let us in"),
        (Mood::Refuses(999), "Keeper"),
        (Mood::Refuses(7777), "code 7777"),
    ];
    for (number, (mood, words)) in moods.into_iter().enumerate() {
        world.relay.set(mood);
        world.send(number * 10..number * 10 + 10).await;
        world.received(number * 10 + 10).await;
        world.says(words).await;
        world.relay.set(Mood::Pass);
        world.settled().await;
    }
    world.relay.set(Mood::Slow(Duration::from_millis(300)));
    world.send(110..120).await;
    world.received(120).await;
    world.settled().await;
    world.relay.set(Mood::Pass);
    let report = world.server().verified().await;
    assert_eq!((&report["seq"], &report["quarantined"]), (&json!(121), &json!([])), "units and 120 dossiers");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s5_only_the_record_at_fault_is_set_aside_named_and_stored_when_it_can_be() {
    let mut world = World::start().await;
    world.relay.set(Mood::Dislikes(MARK));
    let mut lines: Vec<String> = (0..3_000).map(|id| line(&format!("d{id}"))).collect();
    lines.insert(1_234, line(MARK));
    let (status, answer) = world.server().post("s", lines.join("\n")).await.unwrap();
    assert_eq!((status, &answer["accepted"]), (202, &json!(3_001)));
    let before = world.relay.inserts();
    world.says("refuses 1 records for good").await;
    assert!(world.relay.inserts() - before < 60, "found by halving: {}", world.relay.inserts() - before);
    // Its number: the unit is 1.
    world.says("1236 (code 117)").await;
    world.received(3_001).await;

    // It is kept, and in the figures, over a restart; ClickHouse refuses it still.
    for _ in 0..2 {
        world.restart().await;
        world.received(3_001).await;
        world.says("1236 (code 117)").await;
    }
    let files = || std::fs::read_dir(world.dir.path().join("quarantine")).unwrap().flatten();
    let names: BTreeSet<_> = files().map(|file| file.file_name().into_string().unwrap()).collect();
    assert!(names.contains(&format!("{:020}.json", 1236)), "{names:?}");
    let report = world.server().report().await;
    assert_eq!(report["agree"], false, "the tables lack what the figures have: {report}");
    assert_eq!(report["quarantined"][0]["seq"], 1236);
    assert_eq!(report["quarantined"].as_array().unwrap().len(), 1);

    world.relay.set(Mood::Pass);
    world.restart().await;
    world.settled().await;
    world.received(3_001).await;
    let report = world.server().verified().await;
    assert_eq!(report["quarantined"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s5_when_every_record_is_refused_for_its_data_it_is_not_the_records() {
    // With a record that was taken before, and with none: then the others of the batch tell.
    for (world, stored) in [(World::start().await, 1), (World::empty().await, 0)] {
        world.relay.set(Mood::DislikesAll);
        world.send(0..500).await;
        world.says("refuses records that are right").await;
        world.relay.set(Mood::Pass);
        world.settled().await;
        let report = world.server().verified().await;
        assert_eq!((&report["seq"], &report["quarantined"]), (&json!(stored + 500), &json!([])));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s2_a_batch_too_large_for_its_memory_is_stored_in_pieces() {
    let world = World::start().await;
    world.relay.set(Mood::OutOfMemoryAbove(1_000_000));
    world.send(0..20_000).await;
    world.received(20_000).await;
    world.settled().await;
    assert_eq!(world.server().verified().await["seq"], 20_001, "while it has no more memory than before");
}

/// Some seconds in every run of the tests, 15 minutes by `make soak`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s2_clickhouse_away_under_load_with_a_restart_in_the_middle_loses_nothing() {
    let is_full = std::env::var("OPCENTRE_SOAK").is_ok_and(|soak| soak == "full");
    let away_s = if is_full { 15 * 60 } else { 10 };
    let mut world = World::start().await;
    let mut sent = 0;
    for half in 0..2 {
        world.relay.set(Mood::Away);
        let load = async {
            let mut pace = interval(Duration::from_millis(50));
            pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                pace.tick().await;
                world.send(sent..sent + 20).await;
                sent += 20;
            }
        };
        assert!(timeout(Duration::from_secs(away_s / 2), load).await.is_err(), "the load goes on until it is stopped");
        // A batch cut off may be taken or not: the next one sent is that one again.
        world.says("can't be reached").await;
        if half == 0 {
            // Without ClickHouse there are no figures after a start, but the intake is open.
            assert_eq!(world.server.take().unwrap().stop(), Some(0));
            world.spawn();
            assert_eq!(world.server().get("/readyz").await.0, 503);
            world.send(sent..sent + 20).await;
            sent += 20;
            world.relay.set(Mood::Pass);
            world.server().ready().await;
        }
    }
    world.send(sent..sent + 20).await;
    sent += 20;
    world.received(sent).await;
    world.relay.set(Mood::Pass);
    world.settled().await;
    world.received(sent).await;
    world.server().verified().await;
    world.restart().await;
    world.received(sent).await;
    println!("ClickHouse away for {away_s} s: {sent} dossiers, none lost");
}
