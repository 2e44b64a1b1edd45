//! The comparison itself: a view's figures beside what SQL makes of the records.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::cube::View;
use crate::kpi::{Cadence, Catalogue, Measure, Window, WindowChoice};
use crate::model::{Day, Period, Zone};
use crate::store::{FigureRow, KeySlice, REFOLD_KEYS, Store, UnitKey};
use crate::units::{Hierarchy, Perspective, TERRITORY, UNRESOLVED, UnitId, UnitRole};

use super::indicators::compare_indicators;
use super::same_day::compare_same_day;
use super::scores::{compare_kpis, compare_scores};
use super::{DIFFERENCES_LISTED_MAX, Difference, VerifyError};

/// Windows compared beside those that people look at.
const RANDOM_WINDOWS: u64 = 5;

/// Dossiers times windows judged by SQL at most, but never fewer than all there is, whole periods and one more: bounds how long the sink is held.
const JUDGED_MAX: usize = 10_000_000;

/// How many figures were compared, and those that differ.
pub type Compared = (u64, Vec<Difference>);

/// What SQL made of the windows that were compared, and what is made of it in turn.
pub(super) struct Windows {
    /// The windows; the last one holds everything there is, unless there is nothing.
    pub(super) windows: Vec<Window>,
    /// Places of windows that are the whole of a period, whose scores are compared.
    pub(super) periods: Vec<(usize, Period)>,
    /// Every measure that isn't 0 by its name, by place of the window, perspective and unit.
    pub(super) measures: HashMap<(usize, Perspective, UnitKey), HashMap<String, i64>>,
}

/// Compares a view with a store that holds exactly the view's records: measures, units, raw records, and what a catalogue
/// makes of them.
///
/// # Errors
/// When ClickHouse doesn't answer.
pub async fn compare(
    store: &Store,
    view: &Arc<View>,
    zone: &Zone,
    catalogue: &Catalogue,
) -> Result<Compared, VerifyError> {
    let (compared, mut differences) = compare_figures(store, view, zone, catalogue).await?;
    differences.extend(compare_raw(store, &suspected(store).await?).await?);
    Ok((compared, differences))
}

/// Compares a view's figures with those that SQL makes of the states of a store that holds exactly the view's records.
///
/// # Errors
/// When ClickHouse doesn't answer.
pub(super) async fn compare_figures(
    store: &Store,
    view: &Arc<View>,
    zone: &Zone,
    catalogue: &Catalogue,
) -> Result<Compared, VerifyError> {
    let days = compare_days(store, view, zone).await?;
    let (of_windows, windows) = compare_windows(store, view, zone).await?;
    let same_day = compare_same_day(store, view, zone, windows.windows[0]).await?;
    let units = compare_units(store, view, zone).await?;
    let (of_indicators, reports) = compare_indicators(store, view, zone, catalogue.indicators()).await?;
    let kpis = compare_kpis(view, catalogue, &windows);
    let scores = compare_scores(store, view, catalogue, (&windows, &reports)).await?;
    let mut compared = 0;
    let mut differences = Vec::new();
    for (count, found) in [days, of_windows, same_day, units, of_indicators, kpis, scores] {
        compared += count;
        differences.extend(found);
    }
    Ok((compared, differences))
}

/// Every measure of every unit's own on every local day in every perspective. Any window is a sum of these, so all
/// windows agree when these do.
async fn compare_days(store: &Store, view: &Arc<View>, zone: &Zone) -> Result<Compared, VerifyError> {
    let mut days = Days { view, units: units_by_key(view), cube: HashMap::new(), compared: 0, differences: Vec::new() };
    let mut perspectives = Perspective::ALL.into_iter();
    let mut current = perspectives.next();
    days.begin(current);
    store
        .verify_figures(zone, view.now(), |row| {
            while let Some(perspective) = current.filter(|perspective| *perspective != row.perspective) {
                days.end(perspective);
                current = perspectives.next();
                days.begin(current);
            }
            days.take(row);
        })
        .await?;
    while let Some(perspective) = current {
        days.end(perspective);
        current = perspectives.next();
        days.begin(current);
    }
    Ok((days.compared, days.differences))
}

/// The days of one perspective after the other, in the order in which SQL gives them: only one is in memory.
struct Days<'a> {
    view: &'a View,
    units: HashMap<UnitKey, UnitId>,
    /// What the cube has and SQL has not named yet.
    cube: HashMap<(UnitId, Day, Measure), i64>,
    compared: u64,
    differences: Vec<Difference>,
}

impl Days<'_> {
    fn begin(&mut self, perspective: Option<Perspective>) {
        let Some(perspective) = perspective else { return };
        for change in self.view.changes(perspective) {
            let measure = Measure::named(change.measure).expect("a change is of a measure");
            *self.cube.entry((change.unit, change.day, measure)).or_default() += change.by;
        }
    }

    fn take(&mut self, row: FigureRow) {
        self.compared += 1;
        let known = self.units.get(&row.unit).copied().zip(Measure::named(&row.measure));
        let cube = known.and_then(|(unit, measure)| self.cube.remove(&(unit, row.day, measure))).unwrap_or(0);
        if cube != row.delta {
            let unit = unit_words(&row.unit);
            self.add(row.perspective, (unit, row.day, &row.measure), (cube, row.delta));
        }
    }

    /// What is left SQL doesn't have.
    fn end(&mut self, perspective: Perspective) {
        let left: BTreeSet<_> = self.cube.drain().filter(|(_, cube)| *cube != 0).collect();
        self.compared += left.len() as u64;
        for ((unit, day, measure), cube) in left {
            let unit = unit_words(&unit_key(self.view, unit));
            self.add(perspective, (unit, day, measure.name()), (cube, 0));
        }
    }

    fn add(&mut self, of: Perspective, (unit, day, measure): (String, Day, &str), sides: (i64, i64)) {
        self.differences.push(difference("day", unit, within(day, of), measure.to_owned(), sides));
    }
}

/// Every measure of every unit with all below it in every perspective over windows that people look at, and some that
/// nobody does: the check of the summing itself, since SQL judges each dossier for the whole window.
async fn compare_windows(store: &Store, view: &Arc<View>, zone: &Zone) -> Result<(Compared, Windows), VerifyError> {
    let periods = scored_periods(view);
    let windows = windows(view, &periods);
    let pairs: Vec<(Day, Day)> = windows.iter().map(|window| (window.first, window.last)).collect();
    let mut sides: BTreeMap<(usize, Perspective, UnitKey, String), (i64, i64)> = BTreeMap::new();
    for (number, window) in windows.iter().enumerate() {
        for perspective in Perspective::ALL {
            for unit in view.tree(perspective.hierarchy).ids() {
                let measures = view.measures(unit, *window, perspective);
                for (measure, value) in measures.iter().filter(|(_, value)| *value != 0) {
                    let key = (number, perspective, unit_key(view, unit), measure.to_owned());
                    sides.entry(key).or_default().0 = value;
                }
            }
        }
    }
    let mut measures: HashMap<_, HashMap<String, i64>> = HashMap::new();
    for row in store.verify_windows(zone, view.now(), &pairs, false).await? {
        let of = (row.window, row.perspective, row.unit.clone());
        measures.entry(of).or_default().insert(row.measure.clone(), row.total);
        sides.entry((row.window, row.perspective, row.unit, row.measure)).or_default().1 = row.total;
    }
    let compared = sides.len() as u64;
    let differs = sides.into_iter().filter(|(_, (cube, sql))| cube != sql);
    let differences = differs.map(|((number, perspective, unit, measure), sides)| {
        let window = windows.get(number).map(|window| format!("{}..{}", window.first, window.last));
        let when = within(window.unwrap_or_default(), perspective);
        difference("window", unit_words(&unit), when, measure, sides)
    });
    let differences = differences.collect();
    let place = |period: &Period| windows.iter().position(|window| *window == Window::of(*period));
    let periods = periods.iter().filter_map(|period| Some((place(period)?, *period))).collect();
    Ok(((compared, differences), Windows { windows, periods, measures }))
}

/// The running year, and the period that most is reported of.
fn scored_periods(view: &View) -> Vec<Period> {
    let mut reports: BTreeMap<Period, usize> = BTreeMap::new();
    for (_, period, ..) in view.indicator_reports() {
        *reports.entry(period).or_default() += 1;
    }
    let most = reports.into_iter().max_by_key(|(period, count)| (*count, *period)).map(|(period, _)| period);
    let mut periods = vec![Cadence::Year.around(view.today())];
    periods.extend(most.filter(|period| *period != periods[0]));
    periods
}

/// The windows of `verify`: all there is, whole periods, today, this and the last week, month, quarter and year, and a few
/// drawn by the sequence number. Of very many dossiers only some of them, others each time.
fn windows(view: &View, periods: &[Period]) -> Vec<Window> {
    let today = view.today();
    let mut windows: Vec<Window> = ["today", "week", "month", "quarter", "year"]
        .iter()
        .filter_map(|name| name.parse::<WindowChoice>().ok())
        .flat_map(|choice| [choice.on(today), choice.previous(today)])
        .collect();
    let mut kept: Vec<Window> = periods.iter().map(|period| Window::of(*period)).collect();
    let days = || Perspective::ALL.into_iter().flat_map(|of| view.changes(of)).map(|change| change.day);
    if let (Some(first), Some(last)) = (days().min(), days().max()) {
        let whole = Window { first, last };
        kept.retain(|window| *window != whole);
        kept.push(whole);
        windows.extend((0..RANDOM_WINDOWS).map(|number| random_window((first, last), view.seq(), number)));
    }
    windows.sort_unstable();
    windows.dedup();
    windows.retain(|window| !kept.contains(window));
    let turn = usize::try_from(view.seq() % windows.len().max(1) as u64).unwrap_or(0);
    windows.rotate_left(turn);
    windows.truncate((JUDGED_MAX / view.dossier_count().max(1)).saturating_sub(kept.len()).max(1));
    windows.extend(kept);
    windows
}

/// A window between two days, always the same one for a sequence number and its own number.
fn random_window((first, last): (Day, Day), seq: u64, number: u64) -> Window {
    let count = u64::from(last.0.abs_diff(first.0)) + 1;
    let draw = |place: u64| {
        // splitmix64
        let mut mixed = seq.wrapping_mul(2 * RANDOM_WINDOWS).wrapping_add(place).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        first.plus(i32::try_from((mixed ^ (mixed >> 31)) % count).expect("fewer days than an i32 has"))
    };
    let (one, other) = (draw(2 * number), draw(2 * number + 1));
    Window { first: one.min(other), last: one.max(other) }
}

/// The way up of every unit of every tree in both hierarchies.
async fn compare_units(store: &Store, view: &Arc<View>, zone: &Zone) -> Result<Compared, VerifyError> {
    let mut sides: BTreeMap<(Hierarchy, UnitKey), (String, String)> = BTreeMap::new();
    let words = |path: &[UnitKey]| path.iter().map(unit_words).collect::<Vec<_>>().join(" < ");
    for hierarchy in [Hierarchy::Now, Hierarchy::Was] {
        let tree = view.tree(hierarchy);
        for unit in tree.ids() {
            let path: Vec<UnitKey> = tree.path(unit).map(|above| unit_key(view, above)).collect();
            sides.entry((hierarchy, unit_key(view, unit))).or_default().0 = words(&path);
        }
    }
    for row in store.verify_units(zone, view.now()).await? {
        if let Some(unit) = row.path.first() {
            sides.entry((row.hierarchy, unit.clone())).or_default().1 = words(&row.path);
        }
    }
    let compared = sides.len() as u64;
    let differs = sides.into_iter().filter(|(_, (cube, sql))| cube != sql);
    let differences = differs.map(|((hierarchy, unit), sides)| {
        let of = Perspective { hierarchy, role: UnitRole::default() };
        difference("unit", unit_words(&unit), within(view.today(), of), "path".to_owned(), sides)
    });
    Ok((compared, differences.collect()))
}

/// The raw records of some slices, folded again by other means, against the state tables.
pub(super) async fn compare_raw(store: &Store, slices: &[KeySlice]) -> Result<Vec<Difference>, VerifyError> {
    let mut differences = Vec::new();
    for slice in slices {
        differences.extend(store.verify_refold(slice).await?.into_iter().map(|row| {
            let key = format!("{} {}", row.r#type, row.key.join("/"));
            difference("raw", key, String::new(), row.register, (row.from_state, row.from_records))
        }));
        if differences.len() >= DIFFERENCES_LISTED_MAX {
            break;
        }
    }
    Ok(differences)
}

/// The slices in which raw records and states differ while the sink goes on: an insert under way can show in the one and
/// not yet in the other, so these are looked at again while it is held.
pub(super) async fn suspected(store: &Store) -> Result<Vec<KeySlice>, VerifyError> {
    let mut suspected = Vec::new();
    for slice in store.verify_slices(REFOLD_KEYS).await? {
        if !store.verify_refold(&slice).await?.is_empty() {
            suspected.push(slice);
        }
    }
    Ok(suspected)
}

pub(super) fn difference(
    check: &str,
    unit: String,
    when: String,
    measure: String,
    (cube, sql): (impl ToString, impl ToString),
) -> Difference {
    Difference { check: check.to_owned(), unit, when, measure, cube: cube.to_string(), sql: sql.to_string() }
}

/// A day or window with the perspective, which the usual one doesn't need to say.
pub(super) fn within(when: impl ToString, of: Perspective) -> String {
    if of == Perspective::default() {
        return when.to_string();
    }
    format!("{} ({}, {})", when.to_string(), of.hierarchy.as_str(), of.role.as_str())
}

fn units_by_key(view: &View) -> HashMap<UnitKey, UnitId> {
    view.tree(Hierarchy::Now).ids().map(|unit| (unit_key(view, unit), unit)).collect()
}

pub(super) fn unit_key(view: &View, unit: UnitId) -> UnitKey {
    match view.units().fact(unit) {
        None => UnitKey::Unresolved,
        Some(fact) => {
            UnitKey::Version { tree: fact.tree.clone(), code: fact.code.clone(), valid_from: fact.valid_from }
        }
    }
}

pub(super) fn unit_words(unit: &UnitKey) -> String {
    match unit {
        UnitKey::Unresolved => UNRESOLVED.to_owned(),
        UnitKey::Version { tree, code, valid_from } => {
            let from = valid_from.map(|from| format!(" from {from}")).unwrap_or_default();
            let within = if &**tree == TERRITORY { String::new() } else { format!(" in {tree}") };
            format!("{code}{from}{within}")
        }
    }
}
