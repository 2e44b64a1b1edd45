//! The stage over views of a real cube: what it raises, what it is silent about, what outlives the process.

use std::sync::atomic::{AtomicI64, Ordering};

use super::*;
use crate::cube::Cube;
use crate::delivery::{Destination, Folder};
use crate::facts::Facts;
use crate::kpi::SourceFile;
use crate::model::{
    Contact, DossierEvent, DossierKey, Field, Instant, Record, SourceFact, SourceProfile, Status, Zone,
};
use crate::pipeline::feeds::Feeds;
use crate::pipeline::worlds::unit;
use crate::units::Scope;

/// 2024-08-02T08:00:00+07:00, a Friday.
const NOW: Instant = Instant(1_722_560_400_000);
const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 86_400_000;

const RULES: &str = r#"
[[alert]]
id = "overdue"
version = "7"
level = "severe"
label = { vi = "Hồ sơ quá hạn", en = "Overdue" }
sentence = { vi = "{unit}: hồ sơ quá hạn {value}, vượt ngưỡng {threshold}", en = "{unit}: {value} overdue, over {threshold}" }
kind = "measure"
measure = "in_progress_overdue"
reach = "direct_sub_units"
above = 2
clear = 1
for = "10m"
clear_for = "5m"
quiet = ["18:00-07:00"]
takeover = true
deliver = ["box"]

[[alert]]
id = "share"
version = "1"
level = "notice"
label = { vi = "Tỷ lệ quá hạn", en = "Overdue rate" }
sentence = { vi = "{unit}: {value}", en = "{unit}: {value}" }
kind = "kpi"
kpi = "overdue_rate"
above = 0.5
den_min = 4

[[alert]]
id = "silent"
version = "1"
level = "warning"
label = { vi = "Nguồn im lặng", en = "Silent source" }
sentence = { vi = "Nguồn {source} không gửi số liệu {value}", en = "Source {source} has sent nothing {value}" }
kind = "silent"
"#;

struct World {
    cube: Cube,
    seq: u64,
    facts: Facts,
    folder: tempfile::TempDir,
    time: Arc<AtomicI64>,
    stage: AlertStage,
}

/// An open dossier of a unit that was due yesterday; or one that is done.
fn dossier(id: u32, unit: &str, is_done: bool) -> Record {
    let mut event = DossierEvent::new(
        DossierKey { source: "motcua".into(), id: id.to_string().as_str().into() },
        unit.into(),
        Instant(NOW.0 - MINUTE_MS),
    );
    event.received_at = Field::Value(Instant(NOW.0 - 5 * DAY_MS));
    event.due_at = Field::Value(Instant(NOW.0 - DAY_MS));
    event.status = Some(Status::Processing);
    if is_done {
        event.at = Instant(NOW.0);
        event.status = Some(Status::Done);
        event.finished_at = Field::Value(Instant(NOW.0 - MINUTE_MS));
    }
    Record::Dossier(Box::new(event))
}

fn stage_on(facts: &Facts, folder: &tempfile::TempDir, time: &Arc<AtomicI64>) -> AlertStage {
    let catalogue =
        Catalogue::embedded().unwrap().with_alerts(SourceFile { name: "alerts.toml", text: RULES }).unwrap();
    let shown = time.clone();
    let wall: Clock = Arc::new(move || Instant(shown.load(Ordering::Relaxed)));
    let to = Destination::Folder(Folder { path: folder.path().to_owned() });
    let outbox = Outbox::open(facts.clone(), BTreeMap::from([("box".to_owned(), to)])).unwrap();
    let alerts = Alerts::open(facts.clone(), 400, "n1").unwrap();
    let backfills = Backfills::open(facts.clone(), Duration::from_secs(900), wall.clone()).unwrap();
    let catalogues = Catalogues::of(catalogue);
    AlertStage::open((catalogues, watch::channel(None).1), (alerts, outbox), (backfills, None), wall).unwrap()
}

impl World {
    /// A province with two districts; its source is expected every hour and was just heard.
    fn new() -> World {
        let mut cube = Cube::new(Zone::named("Asia/Ho_Chi_Minh").unwrap(), NOW);
        let profile = SourceProfile { cadence_minutes: Some(60), ..SourceProfile::default() };
        let source = Record::Source(Box::new(SourceFact { source: "motcua".into(), at: Instant(1), profile }));
        cube.apply([unit("17", None), unit("A", Some("17")), unit("B", Some("17")), source], 4);
        cube.settle();
        let (facts, folder) = (Facts::in_memory().unwrap(), tempfile::tempdir().unwrap());
        let time = Arc::new(AtomicI64::new(NOW.0));
        let stage = stage_on(&facts, &folder, &time);
        let mut world = World { cube, seq: 4, facts, folder, time, stage };
        world.hear(0);
        world
    }

    fn hear(&mut self, minute: i64) {
        self.cube.apply_contact(Contact { source: "motcua".into(), at: NOW.plus_ms(minute * MINUTE_MS) });
    }

    fn send(&mut self, records: impl IntoIterator<Item = Record>) {
        self.seq += 1;
        self.cube.apply(records, self.seq);
        self.cube.settle();
    }

    fn view_at(&mut self, minute: i64) -> View {
        let now = NOW.plus_ms(minute * MINUTE_MS);
        self.time.store(now.0, Ordering::Relaxed);
        self.cube.tick(now);
        self.cube.view()
    }

    /// Looks every ten seconds from the last look to a minute, and gives the open alerts: rule and subject.
    fn look(&mut self, from: i64, to: i64) -> Vec<String> {
        let mut at = from * MINUTE_MS;
        while at <= to * MINUTE_MS {
            self.time.store(NOW.0 + at, Ordering::Relaxed);
            self.cube.tick(NOW.plus_ms(at));
            let view = self.cube.view();
            self.stage.look(&view).unwrap();
            at += 10_000;
        }
        self.open()
    }

    fn open(&self) -> Vec<String> {
        self.stage.alerts.open_alerts().iter().map(|alert| format!("{} {}", alert.key.rule, alert.name)).collect()
    }

    fn restart(&mut self) {
        self.stage = stage_on(&self.facts, &self.folder, &self.time);
    }
}

fn three_overdue() -> Vec<Record> {
    (1..=3).map(|id| dossier(id, "A", false)).collect()
}

#[test]
fn an_alert_is_raised_after_its_duration_told_once_and_cleared_past_the_other_line() {
    let mut world = World::new();
    world.send(three_overdue());
    assert_eq!(world.look(0, 9), [""; 0]);
    assert_eq!(world.look(10, 11), ["overdue A"]);
    let alert = world.stage.alerts.open_alerts().remove(0);
    assert_eq!((alert.since, alert.raised_at), (NOW, NOW.plus_ms(10 * MINUTE_MS)));
    assert_eq!((alert.raised.num, alert.version.as_str(), alert.seq, alert.told_from), (3, "7", 5, None));
    let zone = Zone::named("Asia/Ho_Chi_Minh").unwrap();
    assert_eq!(sentence(&alert, &alert.figure(), &zone).vi, "A: hồ sơ quá hạn 3, vượt ngưỡng 2");
    assert_eq!(world.stage.outbox.waiting(), 1);

    // Two are not past the threshold, and not past the line at which it is over either.
    world.send([dossier(1, "A", true)]);
    assert_eq!(world.look(11, 30), ["overdue A"]);
    assert_eq!(world.stage.alerts.open_alerts()[0].figure().num, 2, "the sentence tells the newest figure");
    world.send([dossier(2, "A", true)]);
    assert_eq!(world.look(30, 34), ["overdue A"]);
    assert_eq!(world.look(34, 35), [""; 0]);
    let over = world.stage.alerts.over_alerts().remove(0);
    let end = over.cleared.as_ref().unwrap();
    assert_eq!((end.how, end.at, end.figure.unwrap().num), (Ending::Cleared, NOW.plus_ms(35 * MINUTE_MS), 1));
    assert_eq!(world.stage.outbox.waiting(), 2);
    assert_eq!(world.look(35, 40), [""; 0]);
    assert_eq!(world.stage.outbox.waiting(), 2);
}

#[test]
fn open_alerts_and_durations_outlive_the_process() {
    let mut world = World::new();
    world.send(three_overdue());
    world.look(0, 6);
    world.restart();
    assert_eq!(world.look(7, 10), ["overdue A"], "the four minutes that were left");
    assert_eq!(world.stage.alerts.open_alerts()[0].since, NOW);
    world.stage.alerts.acknowledge(1, "trực ban", NOW.plus_ms(11 * MINUTE_MS)).unwrap().unwrap();
    world.restart();
    assert_eq!(world.look(12, 20), ["overdue A"]);
    assert_eq!(world.stage.alerts.open_alerts()[0].acknowledged.as_ref().unwrap().by, "trực ban");
    assert_eq!(
        world.stage.alerts.acknowledge(1, "other", NOW).unwrap().unwrap().acknowledged.as_ref().unwrap().by,
        "trực ban"
    );
    assert_eq!(world.stage.outbox.waiting(), 1, "raised once, told once");
    world.send([dossier(1, "A", true), dossier(2, "A", true), dossier(3, "A", true)]);
    world.look(20, 26);
    world.restart();
    assert_eq!(world.stage.alerts.over_alerts().len(), 1);
    world.send((11..=13).map(|id| dossier(id, "A", false)));
    assert_eq!(world.look(30, 41), ["overdue A"]);
    assert_eq!(world.stage.alerts.open_alerts()[0].id, 2, "no number twice");
}

#[test]
fn a_late_source_raises_nothing_clears_nothing_and_is_an_alert_itself() {
    let mut world = World::new();
    // In time until 66 minutes after it was heard.
    assert_eq!(world.look(0, 65), [""; 0]);
    world.send(three_overdue());
    assert_eq!(world.look(66, 90), ["silent Một cửa điện tử"], "three are overdue, but who knows");
    world.hear(90);
    assert_eq!(world.look(90, 101), ["overdue A"], "known again, and past the threshold for ten minutes");
    world.look(101, 157);
    world.send((1..=3).map(|id| dossier(id, "A", true)));
    assert_eq!(world.look(157, 200), ["overdue A", "silent Một cửa điện tử"], "a stale figure clears nothing");
    world.hear(200);
    assert_eq!(world.look(200, 206), [""; 0]);
    let said = world.stage.alerts.over_alerts().iter().map(|alert| alert.raised.unit).collect::<Vec<_>>();
    assert_eq!(said, [FigureUnit::SilentSince, FigureUnit::Count, FigureUnit::SilentSince]);
}

#[test]
fn old_data_on_its_way_raises_nothing_and_clears_nothing() {
    let mut world = World::new();
    world.stage.backfills.begin(&"motcua".into(), NOW).unwrap();
    world.send(three_overdue());
    assert_eq!(world.look(0, 14), [""; 0]);
    world.stage.backfills.end(&"motcua".into()).unwrap();
    assert_eq!(world.look(14, 24), ["overdue A"]);
    world.stage.backfills.begin(&"motcua".into(), NOW).unwrap();
    world.send((1..=3).map(|id| dossier(id, "A", true)));
    assert_eq!(world.look(24, 34), ["overdue A"]);
    world.stage.backfills.end(&"motcua".into()).unwrap();
    assert_eq!(world.look(34, 39), [""; 0]);
}

#[test]
fn a_share_of_too_few_is_no_alert_and_no_source_is_no_figure() {
    let mut world = World::new();
    world.send((1..=2).map(|id| dossier(id, "A", false)));
    assert_eq!(world.look(0, 1), [""; 0], "two of two, with a least denominator of four");
    world.send((3..=4).map(|id| dossier(id, "B", false)));
    assert_eq!(world.look(1, 2), ["share 17"]);
    let mut cube = Cube::new(Zone::named("Asia/Ho_Chi_Minh").unwrap(), NOW);
    cube.apply([unit("17", None), unit("A", Some("17"))].into_iter().chain(three_overdue()), 9);
    cube.settle();
    let (view, catalogue) = (cube.view(), world.stage.catalogues.now());
    let watched =
        Watched { view: &view, catalogue: &catalogue, feeds: &Feeds::default(), backfills: &world.stage.backfills };
    assert!(sightings(watched).values().all(|seen| seen.figure.is_none()), "nobody was ever heard");
}

#[test]
fn quiet_hours_delay_what_is_told_and_what_takes_over_not_what_is_raised() {
    let mut world = World::new();
    let night = 12 * 60;
    world.hear(night);
    world.send(three_overdue());
    assert_eq!(world.look(night, night + 11), ["overdue A"]);
    let alert = world.stage.alerts.open_alerts().remove(0);
    let morning = NOW.plus_ms(23 * 60 * MINUTE_MS);
    assert_eq!(alert.told_from, Some(morning));
    let shown = |world: &mut World, minute| {
        let view = world.view_at(minute);
        let all = Scope::all();
        let sight = all.on(view.units(), view.hierarchies(), crate::units::Hierarchy::Now);
        let top = sight.unit("17", view.today()).unwrap();
        let feeds = Feeds::default();
        let of = &world.stage.alerts;
        (ticker(of, &view, &feeds, top).len(), takeover(of, &view, &feeds, top).len())
    };
    assert_eq!(shown(&mut world, night + 11), (1, 0));
    assert_eq!(shown(&mut world, 23 * 60 - 1), (1, 0));
    assert_eq!(shown(&mut world, 23 * 60), (1, 1));
    world.stage.alerts.acknowledge(alert.id, "local", NOW).unwrap();
    assert_eq!(shown(&mut world, 23 * 60), (1, 0), "the ticker goes on until it is over");
}

#[test]
fn a_wall_shows_what_is_of_its_unit_and_below_the_gravest_first() {
    let mut world = World::new();
    world.send((1..=4).map(|id| dossier(id, "A", false)));
    world.look(0, 10);
    let view = world.view_at(70);
    world.stage.look(&view).unwrap();
    let of = |code: &str| {
        let unit = view.units().read(code, view.today()).unit;
        let alerts = shown(&world.stage.alerts, &view, &Feeds::default(), unit);
        alerts.iter().map(|alert| alert.key.rule.clone()).collect::<Vec<_>>()
    };
    assert_eq!(of("17"), ["overdue", "silent", "share"]);
    assert_eq!(of("A"), ["overdue", "silent"]);
    assert_eq!(of("B"), ["silent"]);
}

#[test]
fn a_rule_that_is_gone_withdraws_its_alert_and_says_so() {
    let mut world = World::new();
    world.send(three_overdue());
    world.look(0, 10);
    world.stage.catalogues = Catalogues::of(Catalogue::embedded().unwrap());
    assert_eq!(world.look(10, 11), [""; 0]);
    let over = world.stage.alerts.over_alerts().remove(0);
    assert_eq!(over.cleared.as_ref().map(|end| (end.how, end.figure)), Some((Ending::Withdrawn, None)));
}
