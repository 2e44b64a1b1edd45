//! The stage over views of a real cube with a clock that is set by hand: each period once, over downtimes and failures.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};

use super::*;
use crate::cube::Cube;
use crate::delivery::{Destination, Folder};
use crate::facts::Facts;
use crate::kpi::SourceFile;
use crate::model::Zone;
use crate::pipeline::worlds::unit;

const MINUTE: i64 = MINUTE_MS;
const HEAD: &str = "title = { vi = \"T\", en = \"T\" }\nname = { vi = \"N\", en = \"N\" }\noffice = { vi = \"UBND\", en = \"\" }\n\
    locale = \"vi\"\nformat = \"a4\"\n";
const SECTION: &str = "[[section]]\nid = \"a\"\npage = 1\nkind = \"stack\"\ngrid = { x = 0, y = 0, w = 12, h = 3 }\n";
const DAILY: &str = "cron = \"0 7 * * *\"\nworking_days = true\nreach = [\"top\", \"direct_sub_units\"]\n\
    deliver_to = [\"box\"]\nkeep_days = 10\n";

fn t(text: &str) -> Instant {
    let timestamp: jiff::Timestamp = format!("{}:00+07:00", text.replace(' ', "T")).parse().unwrap();
    Instant(timestamp.as_millisecond())
}

/// Prints what it was asked for, and fails as often as it is told to.
#[derive(Clone, Default)]
struct Press {
    printed: Arc<Mutex<Vec<String>>>,
    failures: Arc<Mutex<BTreeMap<String, u32>>>,
    /// Where so many prints wait for one another.
    meeting: Option<Arc<tokio::sync::Barrier>>,
    at_work: Arc<AtomicI64>,
}

impl Press {
    fn fail(&self, period: &str, times: u32) {
        self.failures.lock().unwrap().insert(period.to_owned(), times);
    }
}

impl Printer for Press {
    fn at_once(&self) -> usize {
        2
    }

    async fn print(&self, order: Order) -> Result<Print, String> {
        let what = format!("{} {} {}", order.report.id, order.unit, order.period);
        if let Some(left) = self.failures.lock().unwrap().get_mut(&what).filter(|left| **left > 0) {
            *left -= 1;
            return Err("the paper is out".to_owned());
        }
        let at_work = self.at_work.fetch_add(1, Ordering::Relaxed) + 1;
        assert!(at_work <= 2, "{at_work} are printed at once");
        if let Some(meeting) = &self.meeting {
            meeting.wait().await;
            tokio::task::yield_now().await;
        }
        self.at_work.fetch_sub(1, Ordering::Relaxed);
        self.printed.lock().unwrap().push(what.clone());
        Ok(Print {
            pages: vec![what.clone().into_bytes(), vec![2]],
            workbook: vec![3],
            text: what,
            title: "t".to_owned(),
            window: ("2024-08-01".to_owned(), "2024-08-01".to_owned()),
            seq: order.view.seq(),
            closing: None,
        })
    }
}

struct World {
    cube: Cube,
    catalogue: Catalogue,
    facts: Facts,
    folder: tempfile::TempDir,
    time: Arc<AtomicI64>,
    press: Press,
    views: watch::Sender<Option<Arc<View>>>,
    stage: ReportStage<Press>,
    backfills: Backfills,
}

fn catalogue(schedules: &[(&str, &str, &str)]) -> Catalogue {
    let files: Vec<(String, String)> = schedules
        .iter()
        .map(|(id, every, plan)| {
            (format!("reports/{id}.toml"), format!("{HEAD}every = \"{every}\"\n[schedule]\n{plan}{SECTION}"))
        })
        .collect();
    let files: Vec<SourceFile<'_>> = files.iter().map(|(name, text)| SourceFile { name, text }).collect();
    Catalogue::embedded().unwrap().with_reports(&files).unwrap()
}

fn stage_of(
    (facts, folder): (&Facts, &Path),
    (catalogue, views): (&Catalogue, &watch::Sender<Option<Arc<View>>>),
    (press, backfills): (&Press, &Backfills),
    time: &Arc<AtomicI64>,
) -> ReportStage<Press> {
    let shown = time.clone();
    let to = Destination::Folder(Folder { path: folder.join("box") });
    let outbox = Outbox::open(facts.clone(), BTreeMap::from([("box".to_owned(), to)])).unwrap();
    let runs = ReportRuns::open(facts.clone(), folder.join("reports"), "n1").unwrap();
    ReportStage::new(
        press.clone(),
        (Catalogues::of(catalogue.clone()), views.subscribe()),
        (runs, outbox),
        (backfills.clone(), None),
        Arc::new(move || Instant(shown.load(Ordering::Relaxed))),
    )
}

impl World {
    /// A province with two districts.
    fn new(now: Instant, schedules: &[(&str, &str, &str)]) -> World {
        let mut cube = Cube::new(Zone::named("Asia/Ho_Chi_Minh").unwrap(), now);
        cube.apply([unit("17", None), unit("A", Some("17")), unit("B", Some("17"))], 3);
        cube.settle();
        let (facts, folder) = (Facts::in_memory().unwrap(), tempfile::tempdir().unwrap());
        let (time, views) = (Arc::new(AtomicI64::new(now.0)), watch::Sender::new(None));
        let shown = time.clone();
        let wall: Clock = Arc::new(move || Instant(shown.load(Ordering::Relaxed)));
        let backfills = Backfills::open(facts.clone(), Duration::from_secs(7_200), wall).unwrap();
        let (catalogue, press) = (catalogue(schedules), Press::default());
        let stage = stage_of((&facts, folder.path()), (&catalogue, &views), (&press, &backfills), &time);
        World { cube, catalogue, facts, folder, time, press, views, stage, backfills }
    }

    fn restart(&mut self) {
        let disk = (&self.facts, self.folder.path());
        self.stage = stage_of(disk, (&self.catalogue, &self.views), (&self.press, &self.backfills), &self.time);
    }

    /// What the stage does at an instant.
    async fn at(&mut self, now: Instant) {
        self.show(now);
        while self.stage.look().await.unwrap() {}
    }

    fn show(&mut self, now: Instant) {
        self.time.store(now.0, Ordering::Relaxed);
        self.cube.tick(now);
        self.views.send_replace(Some(Arc::new(self.cube.view())));
    }

    /// Looks again and again between two instants.
    async fn between(&mut self, from: &str, to: &str, step_ms: i64) {
        let mut now = t(from);
        while now <= t(to) {
            self.at(now).await;
            now = now.plus_ms(step_ms);
        }
    }

    /// All runs, the oldest first.
    fn runs(&self) -> Vec<ReportRun> {
        let mut runs = self.stage.runs.page(u64::MAX, 1_000, |_| true).unwrap().runs;
        runs.reverse();
        runs
    }

    fn shown(&self) -> Vec<String> {
        let row = |run: &ReportRun| {
            let late = if run.made.as_ref().is_some_and(|made| made.is_late) { " late" } else { "" };
            format!("{} {} {} {:?}{late}", run.report, run.unit, run.period, run.state)
        };
        self.runs().iter().map(row).collect()
    }
}

#[tokio::test]
async fn in_a_month_with_downtime_each_report_unit_and_period_is_made_once_and_what_was_missed_is_late() {
    // On Thursdays the week has had its report.
    let weekly = "cron = \"30 7 * * 1,4\"\n";
    let monthly = "cron = \"0 8 15 * *\"\nworking_days = true\n";
    let plans = [("daily", "day", DAILY), ("monthly", "month", monthly), ("weekly", "week", weekly)];
    let mut world = World::new(t("2024-08-01 00:00"), &plans);
    // Ever again it is started anew, also while runs wait to be tried again.
    world.press.fail("daily A 2024-08-01", 2);
    world.press.fail("weekly 17 2024-W33", u32::MAX);
    let step = 20 * MINUTE;
    world.between("2024-08-01 00:00", "2024-08-02 07:00", step).await;
    assert!(world.shown().contains(&"daily A 2024-08-01 Waiting".to_owned()), "{:?}", world.shown());
    world.restart();
    world.between("2024-08-02 07:20", "2024-08-12 05:00", step).await;
    // Four days without anybody there.
    world.restart();
    world.between("2024-08-16 09:20", "2024-08-23 00:00", step).await;
    world.restart();
    world.between("2024-08-23 00:20", "2024-08-31 23:40", step).await;

    let shown = world.shown();
    let of = |start: &str| shown.iter().filter(|row| row.starts_with(start)).cloned().collect::<Vec<_>>();
    let days = ["07-31"].into_iter().map(|day| format!("2024-{day}"));
    let days = days.chain((1..=29).map(|day| format!("2024-08-{day:02}")));
    let off = ["03", "04", "10", "11", "17", "18", "24", "25"].map(|day| format!("2024-08-{day}"));
    let days: Vec<String> = days.filter(|day| !off.contains(day)).collect();
    assert_eq!(days.len(), 22);
    let missed = ["09", "12", "13", "14", "15"].map(|day| format!("2024-08-{day}"));
    for unit in ["17", "A", "B"] {
        // What failed at seven was made twenty minutes later, and says so.
        let late = |day: &String| missed.contains(day) || (unit == "A" && day == "2024-08-01");
        let row = |day: &String| format!("daily {unit} {day} Made{}", if late(day) { " late" } else { "" });
        assert_eq!(of(&format!("daily {unit} ")), days.iter().map(row).collect::<Vec<_>>());
    }
    assert_eq!(of("monthly"), ["monthly 17 2024-08 Made late"]);
    let weeks = ["2024-W30 Made", "2024-W31 Made", "2024-W32 Made late", "2024-W33 Failed", "2024-W34 Made"];
    assert_eq!(of("weekly"), weeks.map(|week| format!("weekly 17 {week}")));
    assert_eq!(shown.len(), 66 + 1 + 5);
    let printed = world.press.printed.lock().unwrap();
    assert_eq!(printed.len(), printed.iter().collect::<BTreeSet<_>>().len(), "nothing was printed twice: {printed:?}");
    let failed = world.runs().into_iter().find(|run| run.state == RunState::Failed).unwrap();
    assert_eq!((failed.tries, failed.why.as_deref()), (TRIES_MAX, Some("the paper is out")));
    assert_eq!(world.stage.outbox.waiting(), 66, "each daily one is to be sent once");
}

#[tokio::test]
async fn what_was_printed_and_not_written_down_is_printed_anew_and_has_one_run() {
    let mut world = World::new(t("2024-08-01 00:00"), &[("daily", "day", DAILY)]);
    world.at(t("2024-08-01 06:59")).await;
    world.show(t("2024-08-01 07:00"));
    // As far as it comes before the process is killed: the run is known, its files are there, more of them than needed.
    world.stage.runs.plan(&world.cube.view(), &world.catalogue).unwrap();
    let run = world.stage.runs.due(t("2024-08-01 07:00"), 1).unwrap().remove(0);
    let print = Print {
        pages: vec![vec![1]; 4],
        workbook: vec![],
        text: String::new(),
        title: String::new(),
        window: (String::new(), String::new()),
        seq: 0,
        closing: None,
    };
    world.stage.runs.files().write(run.number, &print).unwrap();
    world.restart();
    world.at(t("2024-08-01 07:05")).await;
    assert_eq!(world.shown(), ["17", "A", "B"].map(|unit| format!("daily {unit} 2024-07-31 Made")));
    assert_eq!(world.stage.outbox.waiting(), 3);
    let names = |folder: &Path| {
        let mut names: Vec<String> =
            std::fs::read_dir(folder).unwrap().map(|one| one.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    let folder = world.folder.path().join("reports").join(run.number.to_string());
    assert_eq!(names(&folder), ["1.png", "2.png", "figures.xlsx", "text.txt"]);
    assert_eq!(std::fs::read(folder.join("1.png")).unwrap(), b"daily 17 2024-07-31");
}

#[tokio::test]
async fn files_are_deleted_after_their_days_and_the_run_stays_in_the_history() {
    let mut world = World::new(t("2024-08-01 00:00"), &[("daily", "day", DAILY)]);
    world.between("2024-08-01 06:59", "2024-08-01 07:01", MINUTE).await;
    let folder = world.folder.path().join("reports/1");
    world.at(t("2024-08-11 07:00")).await;
    assert!(folder.join("2.png").is_file(), "ten days are not over");
    world.restart();
    world.at(t("2024-08-11 07:01")).await;
    assert!(!folder.exists());
    let run = world.stage.runs.get(1).unwrap().unwrap();
    let made = run.made.unwrap();
    assert_eq!((run.state, made.is_kept, made.pages), (RunState::Made, false, 2));
    assert!(world.folder.path().join("reports/4").is_dir(), "what was made later is kept");
}

#[tokio::test]
async fn it_waits_for_old_data_and_then_says_whose_it_is() {
    let mut world = World::new(t("2024-08-01 00:00"), &[("daily", "day", "cron = \"0 7 * * *\"\n")]);
    world.at(t("2024-08-01 06:59")).await;
    let source = Text::new("motcua");
    world.backfills.begin(&source, t("2024-08-01 06:59")).unwrap();
    world.at(t("2024-08-01 07:00")).await;
    let run = world.runs().remove(0);
    assert_eq!((run.state, run.tries), (RunState::Waiting, 0));
    assert_eq!(run.why.as_deref(), Some("old data is being sent by motcua"));
    world.backfills.end(&source).unwrap();
    world.at(t("2024-08-01 07:02")).await;
    assert_eq!(world.shown(), ["daily 17 2024-07-31 Made"]);
    // Of old data that never ends nobody waits for ever.
    let mut hour = 23;
    while hour <= 46 {
        world.at(t("2024-08-01 00:00").plus_ms(hour * 60 * MINUTE)).await;
        world.backfills.begin(&source, t("2024-08-02 06:00")).unwrap();
        hour += 1;
    }
    let run = world.runs().remove(1);
    let made = run.made.unwrap();
    assert_eq!((made.at, made.is_late, made.backfill), (t("2024-08-02 19:00"), true, vec![source]));
}

#[tokio::test]
async fn what_cannot_be_made_is_stated_as_failed() {
    let plan = "cron = \"0 7 * * *\"\nunits = [\"A\", \"X\"]\n";
    let mut world = World::new(t("2024-08-01 00:00"), &[("daily", "day", plan)]);
    world.at(t("2024-08-01 06:59")).await;
    world.press.fail("daily A 2024-07-31", 1);
    world.at(t("2024-08-01 07:00")).await;
    assert_eq!(world.shown(), ["daily A 2024-07-31 Waiting", "daily X 2024-07-31 Failed"]);
    assert_eq!(world.runs()[1].why.as_deref(), Some("no unit has the code `X`"));
    world.catalogue = catalogue(&[]);
    world.restart();
    world.at(t("2024-08-01 07:01")).await;
    let run = world.runs().remove(0);
    assert_eq!((run.state, run.why.as_deref()), (RunState::Failed, Some("the report has no schedule any more")));
    // A schedule that comes back begins anew: nobody missed what wasn't to be made.
    world.catalogue = catalogue(&[("daily", "day", plan)]);
    world.restart();
    world.at(t("2024-08-20 12:00")).await;
    assert_eq!(world.shown().len(), 2, "{:?}", world.shown());
}

#[tokio::test]
async fn what_was_given_up_is_told_for_a_week_or_until_it_is_tried_anew() {
    let plan = "cron = \"0 7 * * *\"\nunits = [\"A\", \"X\"]\ndeliver_to = [\"box\"]\n";
    let mut world = World::new(t("2024-08-01 00:00"), &[("daily", "day", plan)]);
    world.at(t("2024-08-01 06:59")).await;
    world.press.fail("daily A 2024-07-31", TRIES_MAX);
    world.between("2024-08-01 07:00", "2024-08-01 07:40", MINUTE).await;
    assert_eq!(world.shown(), ["daily A 2024-07-31 Failed", "daily X 2024-07-31 Failed"]);
    let told = |world: &World| world.stage.runs.given_up().into_iter().map(|one| one.what).collect::<Vec<_>>();
    let of_a = "run 1, daily of A, 2024-07-31: the paper is out";
    let of_x = "run 2, daily of X, 2024-07-31: no unit has the code `X`";
    assert_eq!(told(&world), [of_x, of_a]);
    world.restart();
    assert_eq!(told(&world), [of_x, of_a]);
    let now = t("2024-08-01 08:00");
    let runs = world.stage.runs.clone();
    assert_eq!((runs.retry(9, now).unwrap(), runs.retry(1, now).unwrap()), (None, Some(true)));
    assert_eq!(runs.retry(1, now).unwrap(), Some(false), "it waits already");
    assert_eq!(told(&world), [of_x]);
    world.at(now).await;
    assert_eq!(world.shown()[0], "daily A 2024-07-31 Made late");
    assert_eq!(runs.retry(1, now).unwrap(), Some(false), "it was made, and is made no second time");
    let made = world.runs().remove(0).made.unwrap();
    let fate = world.stage.outbox.fate(made.messages["box"]).unwrap().unwrap();
    assert_eq!(fate.state, crate::pipeline::outbox::FateState::Waiting);
    world.at(t("2024-08-08 07:00")).await;
    assert!(told(&world).contains(&of_x.to_owned()));
    world.at(t("2024-08-08 07:41")).await;
    assert!(!told(&world).contains(&of_x.to_owned()), "{:?}", told(&world));
}

#[tokio::test]
async fn as_many_are_made_at_once_as_may_be() {
    let plan = "cron = \"0 7 * * *\"\nunits = [\"A\", \"B\"]\n";
    let mut world = World::new(t("2024-08-01 00:00"), &[("daily", "day", plan), ("weekly", "week", plan)]);
    world.at(t("2024-08-01 06:59")).await;
    world.press.meeting = Some(Arc::new(tokio::sync::Barrier::new(2)));
    world.restart();
    // One after the other they would wait for ever.
    tokio::time::timeout(Duration::from_secs(10), world.at(t("2024-08-01 07:00"))).await.unwrap();
    assert_eq!(world.shown().len(), 4);
    assert!(world.shown().iter().all(|row| row.ends_with("Made")), "{:?}", world.shown());
}

#[tokio::test]
async fn pages_of_the_history_join() {
    let mut world = World::new(t("2024-08-01 00:00"), &[("daily", "day", DAILY)]);
    world.between("2024-08-01 06:40", "2024-08-09 08:00", 20 * MINUTE).await;
    let all: Vec<u64> = world.runs().iter().rev().map(|run| run.number).collect();
    let of_a = |run: &ReportRun| run.unit.as_str() == "A";
    let expected: Vec<u64> = world.runs().iter().rev().filter(|run| of_a(run)).map(|run| run.number).collect();
    assert_eq!((all.len(), expected.len()), (21, 7));
    let (mut joined, mut before) = (Vec::new(), Some(u64::MAX));
    while let Some(cursor) = before {
        let page = world.stage.runs.page(cursor, 3, of_a).unwrap();
        assert!(page.runs.len() <= 3);
        joined.extend(page.runs.iter().map(|run| run.number));
        before = page.next;
    }
    assert_eq!(joined, expected);
}

#[tokio::test]
async fn a_schedule_that_is_changed_makes_no_period_again_and_others_are_made_for_units_that_had_none() {
    let mut world = World::new(t("2024-08-01 00:00"), &[("daily", "day", "cron = \"0 7 * * *\"\n")]);
    world.between("2024-08-01 06:40", "2024-08-01 08:00", 20 * MINUTE).await;
    assert_eq!(world.shown(), ["daily 17 2024-07-31 Made"]);
    world.catalogue = catalogue(&[("daily", "day", "cron = \"0 9 * * *\"\nunits = [\"17\", \"B\"]\n")]);
    world.restart();
    world.between("2024-08-01 08:20", "2024-08-01 10:00", 20 * MINUTE).await;
    assert_eq!(world.shown(), ["daily 17 2024-07-31 Made", "daily B 2024-07-31 Made"]);
}
