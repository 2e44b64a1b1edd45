//! Verify: two independent implementations of one truth, brought to the same sequence and compared.
//!
//! The cube copies its figures at (seq S, instant T); the sink stores exactly up to S and holds; SQL computes every
//! measure of every unit and day from the state tables at T, the same figures for whole windows straight from the
//! rules, the place of every unit, and folds the raw records again. They must agree exactly.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::{Mutex, mpsc, oneshot, watch};
use tokio::time::{Instant as Timer, timeout};

use crate::cube::View;
use crate::kpi::{Window, WindowChoice};
use crate::model::{Day, Zone};
use crate::store::{Store, StoreError, UnitKey};
use crate::units::{Hierarchy, Perspective, TERRITORY, UNRESOLVED, UnitId};

use super::live::SnapshotRequest;
use super::sink::HoldRequest;

/// Differences listed in a report; more are only counted.
const DIFFERENCES_LISTED_MAX: usize = 1_000;

/// Why nothing could be compared.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// One at a time.
    #[error("another verification is running")]
    Busy,
    /// Still starting, or stopping.
    #[error("the figures are not ready")]
    NotReady,
    /// ClickHouse is away.
    #[error("ClickHouse is away")]
    Away,
    /// The sink didn't get there in time.
    #[error("ClickHouse did not store everything up to sequence {seq} within {waited_s} s")]
    Behind {
        /// What was to be stored.
        seq: u64,
        /// How long it was given.
        waited_s: u64,
    },
    /// The comparison took longer than the sink may be held.
    #[error("the comparison took longer than the {hold_s} s for which ClickHouse may be held")]
    TooLong {
        /// How long the sink was held.
        hold_s: u64,
    },
    /// ClickHouse refused a query.
    #[error("ClickHouse did not answer")]
    Store(#[from] StoreError),
}

/// What was compared and what differs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    /// Nothing differs.
    pub agree: bool,
    /// Both sides stood at this sequence.
    pub seq: u64,
    /// The instant the figures are about, RFC 3339.
    pub instant: String,
    /// This node.
    pub node: String,
    /// How many figures were compared.
    pub compared: u64,
    /// How long it took, milliseconds.
    pub took_ms: u64,
    /// How many figures differ.
    pub difference_count: u64,
    /// The first thousand of them.
    pub differences: Vec<Difference>,
}

/// One figure that differs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Difference {
    /// Which comparison: `day`, `window`, `unit` or `raw`.
    pub check: String,
    /// Code of the unit (and the first day of its version), or the key of the record.
    pub unit: String,
    /// Day or window.
    pub when: String,
    /// Name of the measure or register.
    pub measure: String,
    /// What the cube has, or the state table in check `raw`.
    pub cube: String,
    /// What SQL makes of it, or the raw records in check `raw`.
    pub sql: String,
}

/// Runs verifications, one at a time.
#[derive(Clone)]
pub struct Verifier {
    /// To the live stage.
    pub snapshots: mpsc::Sender<SnapshotRequest>,
    /// To the sink.
    pub holds: mpsc::Sender<HoldRequest>,
    /// The store, while ClickHouse answers.
    pub stores: watch::Receiver<Option<Store>>,
    /// The zone of local days.
    pub zone: Zone,
    /// This node.
    pub node: String,
    /// How long the sink may be held.
    pub hold_max: Duration,
    /// Guards that only one runs: the sink can be held only once.
    pub running: Arc<Mutex<()>>,
}

impl Verifier {
    /// Compares everything at one sequence and instant.
    ///
    /// # Errors
    /// When nothing could be compared; differences are no error.
    pub async fn verify(&self) -> Result<Report, VerifyError> {
        let _alone = self.running.try_lock().map_err(|_| VerifyError::Busy)?;
        let begun = Timer::now();
        let store = self.stores.borrow().clone().ok_or(VerifyError::Away)?;
        let (view, release) = self.align().await?;
        let (compared, differences) = compare(&store, &view, &self.zone).await?;
        if release.is_closed() {
            // The sink went on by itself: what SQL saw may be past the figures.
            return Err(VerifyError::TooLong { hold_s: self.hold_max.as_secs() });
        }
        drop(release);
        Ok(Report {
            agree: differences.is_empty(),
            seq: view.seq(),
            instant: view.now().to_rfc3339(&self.zone),
            node: self.node.clone(),
            compared,
            took_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
            difference_count: differences.len() as u64,
            differences: differences.into_iter().take(DIFFERENCES_LISTED_MAX).collect(),
        })
    }

    /// Stops the sink, copies the figures, lets the sink store exactly up to them.
    async fn align(&self) -> Result<(Arc<View>, oneshot::Sender<()>), VerifyError> {
        let (paused, is_paused) = oneshot::channel();
        let (target, target_given) = oneshot::channel();
        let (reached, is_reached) = oneshot::channel();
        let (release, released) = oneshot::channel();
        let hold = HoldRequest { paused, target: target_given, reached, release: released, hold_max: self.hold_max };
        let behind = |seq| VerifyError::Behind { seq, waited_s: self.hold_max.as_secs() };
        self.holds.send(hold).await.map_err(|_| VerifyError::NotReady)?;
        match timeout(self.hold_max, is_paused).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return Err(VerifyError::NotReady),
            Err(_) => return Err(behind(0)),
        }
        let (answer, snapshot) = oneshot::channel();
        self.snapshots.send(answer).await.map_err(|_| VerifyError::NotReady)?;
        let view = match timeout(self.hold_max, snapshot).await {
            Ok(Ok(view)) => view,
            _ => return Err(VerifyError::NotReady),
        };
        target.send(view.seq()).map_err(|_| behind(view.seq()))?;
        match timeout(self.hold_max, is_reached).await {
            Ok(Ok(reached)) if reached == view.seq() => Ok((view, release)),
            _ => Err(behind(view.seq())),
        }
    }
}

/// How many figures were compared, and those that differ.
pub type Compared = (u64, Vec<Difference>);

/// Compares a view with a store that holds exactly the view's records.
///
/// # Errors
/// When ClickHouse doesn't answer.
pub async fn compare(store: &Store, view: &Arc<View>, zone: &Zone) -> Result<Compared, VerifyError> {
    let mut compared = 0;
    let mut differences = Vec::new();
    for (count, found) in [
        compare_days(store, view, zone).await?,
        compare_windows(store, view, zone).await?,
        compare_units(store, view, zone).await?,
        compare_raw(store).await?,
    ] {
        compared += count;
        differences.extend(found);
    }
    Ok((compared, differences))
}

/// Every measure of every unit's own on every local day. Any window is a sum of these, so all windows agree when
/// these do.
async fn compare_days(store: &Store, view: &Arc<View>, zone: &Zone) -> Result<Compared, VerifyError> {
    let mut sides: BTreeMap<(UnitKey, Day, String), (i64, i64)> = BTreeMap::new();
    for change in view.changes(Perspective::default()) {
        let unit = unit_key(view, change.unit);
        sides.entry((unit, change.day, change.measure.to_owned())).or_default().0 += change.by;
    }
    store
        .verify_figures(zone, view.now(), |row| {
            sides.entry((row.unit, row.day, row.measure)).or_default().1 += row.delta;
        })
        .await?;
    let difference = |((unit, day, measure), (cube, sql))| difference("day", &unit, day, measure, (cube, sql));
    Ok((sides.len() as u64, sides.into_iter().filter(|(_, (cube, sql))| cube != sql).map(difference).collect()))
}

/// Every measure of every unit with all below it over windows that people look at: the check of the summing itself,
/// since SQL judges each dossier for the whole window.
async fn compare_windows(store: &Store, view: &Arc<View>, zone: &Zone) -> Result<Compared, VerifyError> {
    let windows = windows(view);
    let pairs: Vec<(Day, Day)> = windows.iter().map(|window| (window.first, window.last)).collect();
    let mut sides: BTreeMap<(usize, UnitKey, String), (i64, i64)> = BTreeMap::new();
    for (number, window) in windows.iter().enumerate() {
        for unit in view.tree(Hierarchy::Now).ids() {
            for (measure, value) in
                view.measures(unit, *window, Perspective::default()).iter().filter(|(_, value)| *value != 0)
            {
                sides.entry((number, unit_key(view, unit), measure.to_owned())).or_default().0 = value;
            }
        }
    }
    for row in store.verify_windows(zone, view.now(), &pairs).await? {
        sides.entry((row.window, row.unit, row.measure)).or_default().1 = row.total;
    }
    let difference = |((number, unit, measure), (cube, sql)): ((usize, UnitKey, String), (i64, i64))| {
        let window = windows.get(number).map(|window| format!("{}..{}", window.first, window.last));
        difference("window", &unit, window.unwrap_or_default(), measure, (cube, sql))
    };
    Ok((sides.len() as u64, sides.into_iter().filter(|(_, (cube, sql))| cube != sql).map(difference).collect()))
}

/// The windows of `verify`: today, this week, month, quarter and year, last month, last year, and all there is.
fn windows(view: &View) -> Vec<Window> {
    let today = view.today();
    let mut windows: Vec<Window> = ["today", "week", "month", "quarter", "year"]
        .iter()
        .filter_map(|name| name.parse::<WindowChoice>().ok())
        .flat_map(|choice| [choice.on(today), choice.previous(today)])
        .collect();
    let days = || view.changes(Perspective::default()).map(|change| change.day);
    if let (Some(first), Some(last)) = (days().min(), days().max()) {
        windows.push(Window { first, last });
    }
    windows.sort_unstable();
    windows.dedup();
    windows
}

/// The way up of every unit.
async fn compare_units(store: &Store, view: &Arc<View>, zone: &Zone) -> Result<Compared, VerifyError> {
    let mut sides: BTreeMap<UnitKey, (String, String)> = BTreeMap::new();
    let words = |path: Vec<UnitKey>| path.iter().map(unit_words).collect::<Vec<_>>().join(" < ");
    for unit in view.tree(Hierarchy::Now).ids() {
        if view.units().fact(unit).is_some_and(|fact| &*fact.tree != TERRITORY) {
            continue;
        }
        let path = view.tree(Hierarchy::Now).path(unit).map(|above| unit_key(view, above)).collect();
        sides.entry(unit_key(view, unit)).or_default().0 = words(path);
    }
    for row in store.verify_units(zone, view.now()).await? {
        if let Some(unit) = row.path.first().cloned() {
            sides.entry(unit).or_default().1 = words(row.path);
        }
    }
    let difference = |(unit, (cube, sql)): (UnitKey, (String, String))| {
        difference("unit", &unit, view.today(), "path".to_owned(), (cube, sql))
    };
    Ok((sides.len() as u64, sides.into_iter().filter(|(_, (cube, sql))| cube != sql).map(difference).collect()))
}

/// The raw records, folded again by other means, against the state tables.
async fn compare_raw(store: &Store) -> Result<Compared, VerifyError> {
    let differences: Vec<Difference> = store
        .verify_refold()
        .await?
        .into_iter()
        .map(|row| Difference {
            check: "raw".to_owned(),
            unit: format!("{} {}", row.r#type, row.key.join("/")),
            when: String::new(),
            measure: row.register,
            cube: row.from_state,
            sql: row.from_records,
        })
        .collect();
    Ok((0, differences))
}

fn difference(
    check: &str,
    unit: &UnitKey,
    when: impl ToString,
    measure: String,
    (cube, sql): (impl ToString, impl ToString),
) -> Difference {
    Difference {
        check: check.to_owned(),
        unit: unit_words(unit),
        when: when.to_string(),
        measure,
        cube: cube.to_string(),
        sql: sql.to_string(),
    }
}

fn unit_key(view: &View, unit: UnitId) -> UnitKey {
    match view.units().fact(unit) {
        None => UnitKey::Unresolved,
        Some(fact) => UnitKey::Version { code: fact.code.clone(), valid_from: fact.valid_from },
    }
}

fn unit_words(unit: &UnitKey) -> String {
    match unit {
        UnitKey::Unresolved => UNRESOLVED.to_owned(),
        UnitKey::Version { code, valid_from: None } => code.to_string(),
        UnitKey::Version { code, valid_from: Some(from) } => format!("{code} from {from}"),
    }
}
