//! The second implementation of every figure, by SQL alone and written from the rules, and the refolding of the raw
//! records beside the states.

use clickhouse::Row;
use clickhouse::query::Query;
use serde::Deserialize;

use crate::model::{Day, Instant, Text, Zone};

use crate::units::{Hierarchy, Perspective};

use super::{Store, StoreError};

const FIGURES: &str = concat!(
    include_str!("../../sql/queries/verify_hierarchy.sql"),
    include_str!("../../sql/queries/verify_rules.sql"),
    include_str!("../../sql/queries/verify_figures.sql")
);
const UNITS: &str = concat!(
    include_str!("../../sql/queries/verify_hierarchy.sql"),
    include_str!("../../sql/queries/verify_paths.sql"),
    include_str!("../../sql/queries/verify_units.sql")
);
const WINDOWS: &str = concat!(
    include_str!("../../sql/queries/verify_hierarchy.sql"),
    include_str!("../../sql/queries/verify_rules.sql"),
    include_str!("../../sql/queries/verify_paths.sql"),
    include_str!("../../sql/queries/verify_windows.sql")
);
const VERDICTS: &str = concat!(
    include_str!("../../sql/queries/verify_hierarchy.sql"),
    include_str!("../../sql/queries/verify_rules.sql"),
    include_str!("../../sql/queries/verify_verdicts.sql")
);
const REFOLD: &str = include_str!("../../sql/queries/verify_refold.sql");
const KEYS: &str = include_str!("../../sql/queries/verify_keys.sql");

/// About how many keys are best refolded at once; bounds the memory of a refold.
pub const REFOLD_KEYS: u64 = 100_000;

/// Differences returned by [`Store::verify_refold`] at most.
const DIFFERENCES_MAX: usize = 1_000;

/// Which unit a figure belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UnitKey {
    /// The child of the root for codes that no unit explains.
    Unresolved,
    /// A unit version.
    Version {
        /// The tree it stands in.
        tree: Text,
        /// Its code.
        code: Text,
        /// Its first day; none: it always existed.
        valid_from: Option<Day>,
    },
}

impl UnitKey {
    /// `unresolved` has no tree; a unit always has one.
    pub(super) fn of((tree, code, from): UnitWire<'_>) -> UnitKey {
        if tree.is_empty() {
            return UnitKey::Unresolved;
        }
        let valid_from = (from != i32::MIN).then_some(Day(from));
        UnitKey::Version { tree: Text::new(tree), code: Text::new(code), valid_from }
    }
}

/// A unit as the queries write it: tree, code, first day.
type UnitWire<'a> = (&'a str, &'a str, i32);

/// By how much a measure of what a unit itself handles changes from one local day to the next. A flow's window is the sum
/// of its days, a stock at a day the sum of all days up to it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FigureRow {
    /// From where it is looked at.
    pub perspective: Perspective,
    /// The unit, without those below it.
    pub unit: UnitKey,
    /// The local day.
    pub day: Day,
    /// Name of a measure that isn't a sum of others.
    pub measure: String,
    /// Never 0.
    pub delta: i64,
}

/// The way up from a unit of any tree to its root as of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitPath {
    /// At which time units are read.
    pub hierarchy: Hierarchy,
    /// The unit itself first, its root last.
    pub path: Vec<UnitKey>,
}

/// A measure of a unit with all below it over a window; zeroes are left out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WindowRow {
    /// Place of the window in the windows asked for.
    pub window: usize,
    /// From where it is looked at.
    pub perspective: Perspective,
    /// The unit.
    pub unit: UnitKey,
    /// Name of the measure, sums of others included.
    pub measure: String,
    /// Never 0.
    pub total: i64,
}

/// What the rules say of one dossier that isn't void.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Its id within the source asked for.
    pub id: String,
    /// Its unit in each perspective, by [`Perspective::place`].
    pub units: Vec<UnitKey>,
    ///
    pub accepted: bool,
    ///
    pub taken_on: Option<Instant>,
    ///
    pub finish: Option<Instant>,
    /// R-12; [`Instant::FOREVER`] while a pause that moves it is open, none when undated.
    pub due: Option<Instant>,
    /// R-14; none when nothing makes it overdue.
    pub overdue_from: Option<Instant>,
    /// The instant of the due date that came too late.
    pub rescheduled_at: Option<Instant>,
    /// R-15, as the measure it counts in; none while it is open.
    pub class: Option<String>,
}

/// Neighbouring keys that are refolded at once: those behind `after` up to and with `upto` (none when empty).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySlice {
    after: String,
    upto: String,
}

/// A register that reads otherwise in the state tables than the raw records say.
#[derive(Clone, Debug, PartialEq, Eq, Row, Deserialize)]
pub struct Difference {
    /// Type of record.
    pub r#type: String,
    /// The parts of its key.
    pub key: Vec<String>,
    /// Name of the register.
    pub register: String,
    /// What the raw records say, as (at in ms, value); empty when they don't have the key.
    pub from_records: String,
    /// What the state says; empty when it doesn't have the key.
    pub from_state: String,
}

#[derive(Row, Deserialize)]
struct FigureWire<'a> {
    perspective: u8,
    unit_tree: &'a str,
    unit_key: &'a str,
    unit_from: i32,
    day: i32,
    measure: &'a str,
    delta: i64,
}

#[derive(Row, Deserialize)]
struct PathWire<'a> {
    hierarchy: u8,
    #[serde(borrow)]
    path: Vec<UnitWire<'a>>,
}

#[derive(Row, Deserialize)]
struct WindowWire<'a> {
    window: u64,
    perspective: u8,
    unit_tree: &'a str,
    unit_key: &'a str,
    unit_from: i32,
    measure: &'a str,
    total: i64,
}

#[derive(Row, Deserialize)]
struct VerdictWire<'a> {
    id: &'a str,
    #[serde(borrow)]
    units: Vec<UnitWire<'a>>,
    accepted: bool,
    taken_on: i64,
    finish: i64,
    due: i64,
    due_open: bool,
    overdue_from: i64,
    rescheduled_at: i64,
    finish_class: &'a str,
}

impl Store {
    /// Every measure that isn't a sum of others, of every unit version's own in every perspective, by local day at the
    /// instant `now`; rows come in order of perspective, unit and day, one at a time.
    ///
    /// # Errors
    /// As any query.
    pub async fn verify_figures(
        &self,
        zone: &Zone,
        now: Instant,
        mut take: impl FnMut(FigureRow),
    ) -> Result<(), StoreError> {
        let mut cursor = self.at(FIGURES, zone, now).fetch::<FigureWire<'_>>()?;
        while let Some(row) = cursor.next().await? {
            take(FigureRow {
                perspective: perspective(row.perspective)?,
                unit: UnitKey::of((row.unit_tree, row.unit_key, row.unit_from)),
                day: Day(row.day),
                measure: row.measure.to_owned(),
                delta: row.delta,
            });
        }
        Ok(())
    }

    /// The way up of every unit version of every tree and of `unresolved` in both hierarchies, parents read as
    /// of the local day of `now`.
    ///
    /// # Errors
    /// As any query.
    pub async fn verify_units(&self, zone: &Zone, now: Instant) -> Result<Vec<UnitPath>, StoreError> {
        let mut cursor = self.at(UNITS, zone, now).fetch::<PathWire<'_>>()?;
        let mut paths = Vec::new();
        while let Some(row) = cursor.next().await? {
            let hierarchy = if row.hierarchy == 0 { Hierarchy::Now } else { Hierarchy::Was };
            paths.push(UnitPath { hierarchy, path: row.path.into_iter().map(UnitKey::of).collect() });
        }
        Ok(paths)
    }

    /// Every measure of every unit of every tree with all below it in every perspective over windows of whole local
    /// days, both included, straight from the rules dossier by dossier: the check of summing day deltas and of adding up
    /// units. On request without dossiers of procedures that are done on the same day, and without their ratings.
    ///
    /// # Errors
    /// As any query.
    pub async fn verify_windows(
        &self,
        zone: &Zone,
        now: Instant,
        windows: &[(Day, Day)],
        without_same_day: bool,
    ) -> Result<Vec<WindowRow>, StoreError> {
        let first_days: Vec<i32> = windows.iter().map(|(first, _)| first.0).collect();
        let last_days: Vec<i32> = windows.iter().map(|(_, last)| last.0).collect();
        let query = self.at(WINDOWS, zone, now).param("first_days", first_days).param("last_days", last_days);
        let query = query.param("without_same_day", without_same_day);
        let mut cursor = query.fetch::<WindowWire<'_>>()?;
        let mut rows = Vec::new();
        while let Some(row) = cursor.next().await? {
            rows.push(WindowRow {
                window: usize::try_from(row.window).unwrap_or(usize::MAX),
                perspective: perspective(row.perspective)?,
                unit: UnitKey::of((row.unit_tree, row.unit_key, row.unit_from)),
                measure: row.measure.to_owned(),
                total: row.total,
            });
        }
        Ok(rows)
    }

    /// What the rules say of every dossier of a source that isn't void, by id: for finding the one behind a difference.
    ///
    /// # Errors
    /// As any query.
    pub async fn verify_verdicts(&self, zone: &Zone, now: Instant, source: &str) -> Result<Vec<Verdict>, StoreError> {
        let mut cursor = self.at(VERDICTS, zone, now).param("source", source).fetch::<VerdictWire<'_>>()?;
        let some = |ms: i64| (ms != -1).then_some(Instant(ms));
        let mut verdicts = Vec::new();
        while let Some(row) = cursor.next().await? {
            verdicts.push(Verdict {
                id: row.id.to_owned(),
                units: row.units.into_iter().map(UnitKey::of).collect(),
                accepted: row.accepted,
                taken_on: some(row.taken_on),
                finish: some(row.finish),
                due: if row.due_open { Some(Instant::FOREVER) } else { some(row.due) },
                overdue_from: some(row.overdue_from),
                rescheduled_at: some(row.rescheduled_at),
                class: (!row.finish_class.is_empty()).then(|| row.finish_class.to_owned()),
            });
        }
        Ok(verdicts)
    }

    /// Slices of about so many keys, at least a hundred, that together hold every key there is or comes to be.
    ///
    /// # Errors
    /// As any query.
    pub async fn verify_slices(&self, keys: u64) -> Result<Vec<KeySlice>, StoreError> {
        let bounds: Vec<String> = self.query(KEYS).param("keys", keys.max(100)).fetch_one().await?;
        let starts = std::iter::once(String::new()).chain(bounds.iter().cloned());
        let ends = bounds.iter().cloned().chain(std::iter::once(String::new()));
        Ok(starts.zip(ends).map(|(after, upto)| KeySlice { after, upto }).collect())
    }

    /// Folds the raw records of a slice again, by other means than the state tables, and lists what differs, at most 1,000
    /// registers.
    ///
    /// # Errors
    /// As any query.
    pub async fn verify_refold(&self, slice: &KeySlice) -> Result<Vec<Difference>, StoreError> {
        let query = self.query(REFOLD).param("after", &slice.after).param("upto", &slice.upto);
        let mut differences = query.fetch_all::<Difference>().await?;
        differences.truncate(DIFFERENCES_MAX);
        Ok(differences)
    }

    fn at(&self, text: &str, zone: &Zone, now: Instant) -> Query {
        self.query(text).param("tz", zone.name()).param("now", now.0)
    }
}

/// The perspective that the queries write as its place.
fn perspective(place: u8) -> Result<Perspective, StoreError> {
    let unreadable = StoreError::Unreadable { table: "verify", column: "perspective" };
    Perspective::ALL.get(usize::from(place)).copied().ok_or(unreadable)
}
