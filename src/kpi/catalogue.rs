//! The KPI catalogue: definitions, targets, limits and boards, read from `dashboards/`.

use std::collections::BTreeMap;

use crate::model::{Day, Decimal};

use super::board::{self, Board};
use super::fault::{CatalogueError, SourceFile};
use super::figure::{Band, Better, KpiFigure, TargetFigures, Words, band, ratio};
use super::index::{self, Index};
use super::indicator::{self, Indicators};
use super::measure::{Measure, Measures};

pub(in crate::kpi) mod read;
#[cfg(test)]
mod tests;

/// The catalogue files that the program carries.
const KPIS: SourceFile<'_> =
    SourceFile { name: "dashboards/kpis.toml", text: include_str!("../../dashboards/kpis.toml") };
const TARGETS: SourceFile<'_> =
    SourceFile { name: "dashboards/targets.toml", text: include_str!("../../dashboards/targets.toml") };
const INDICATORS: SourceFile<'_> =
    SourceFile { name: "dashboards/indicators.toml", text: include_str!("../../dashboards/indicators.toml") };
const INDICES: [SourceFile<'_>; 1] =
    [SourceFile { name: "dashboards/indices/qd766.toml", text: include_str!("../../dashboards/indices/qd766.toml") }];

#[derive(rust_embed::RustEmbed)]
#[folder = "dashboards/boards/"]
struct BoardFiles;

/// One version of a KPI's definition.
#[derive(Clone, Debug, PartialEq)]
pub struct Kpi {
    /// Id, such as `on_time_rate`.
    pub id: String,
    /// Version of the definition.
    pub version: String,
    /// First and last day on which this version holds.
    pub valid: (Option<Day>, Option<Day>),
    /// Full name.
    pub label: Words,
    /// Name on a tile.
    pub short: Words,
    /// What is divided by what, in words.
    pub definition: Words,
    /// Measures summed above the line.
    pub numerator: Vec<Measure>,
    /// Measures summed below the line.
    pub denominator: Vec<Measure>,
    /// Measures to be shown beside it, such as those that it leaves out.
    pub beside: Vec<Measure>,
    /// Which way is better.
    pub better: Better,
    /// How far from the target is still near.
    pub near_margin: Option<Decimal>,
    /// Smallest denominator with a band.
    pub den_min: i64,
    /// Smallest denominator with a rank.
    pub ranking_den_min: i64,
}

impl Kpi {
    /// Numerator and denominator.
    pub fn sums(&self, measures: &Measures) -> (i64, i64) {
        let sum = |of: &[Measure]| of.iter().map(|measure| measures.get(*measure)).sum();
        (sum(&self.numerator), sum(&self.denominator))
    }

    /// The measures it is made of and those shown beside it, by name.
    pub fn measures(&self, measures: &Measures) -> BTreeMap<&'static str, i64> {
        let all = self.numerator.iter().chain(&self.denominator).chain(&self.beside);
        all.map(|measure| (measure.name(), measures.get(*measure))).collect()
    }

    /// Whether any measure that it is made of is a level.
    pub fn has_level(&self) -> bool {
        self.numerator.iter().chain(&self.denominator).any(|measure| measure.is_level())
    }

    fn holds_on(&self, day: Day) -> bool {
        self.valid.0.is_none_or(|from| from <= day) && self.valid.1.is_none_or(|to| day <= to)
    }
}

/// Which units and year something was decided for; the narrower wins, a unit before a category, a year before none.
#[derive(Clone, Debug, PartialEq)]
struct Reach {
    unit: Option<String>,
    category: Option<String>,
    year: Option<i16>,
}

impl Reach {
    /// How narrowly it covers a unit in a year; none when it doesn't.
    fn covers(&self, unit: UnitScope<'_>, year: i16) -> Option<(bool, bool, bool)> {
        let fits = self.unit.as_deref().is_none_or(|code| code == unit.code)
            && self.category.as_deref().is_none_or(|category| category == unit.category)
            && self.year.is_none_or(|of| of == year);
        fits.then_some((self.unit.is_some(), self.category.is_some(), self.year.is_some()))
    }
}

#[derive(Clone, Debug, PartialEq)]
struct Target {
    reach: Reach,
    value: Option<Decimal>,
    near: Option<Decimal>,
    goal: Option<Decimal>,
    goal_year: Option<i16>,
    /// Plan by day, ascending; linear between.
    path: Vec<(Day, Decimal)>,
}

#[derive(Clone, Debug, PartialEq)]
struct Limit {
    reach: Reach,
    limit: i64,
}

/// What a unit is called by targets and limits.
#[derive(Clone, Copy, Debug)]
pub struct UnitScope<'a> {
    /// Its code.
    pub code: &'a str,
    /// Its category.
    pub category: &'a str,
}

impl<'a> From<crate::units::UnitLabel<'a>> for UnitScope<'a> {
    fn from(label: crate::units::UnitLabel<'a>) -> UnitScope<'a> {
        UnitScope { code: label.code, category: label.category }
    }
}

/// Definitions, targets, limits and boards. Immutable; a reload makes a new one.
#[derive(Clone, Debug)]
pub struct Catalogue {
    words: BTreeMap<&'static str, Words>,
    kpis: BTreeMap<String, Vec<Kpi>>,
    targets: BTreeMap<String, Vec<Target>>,
    limits: BTreeMap<&'static str, Vec<Limit>>,
    boards: BTreeMap<String, Board>,
    indicators: Indicators,
    indices: BTreeMap<String, Index>,
}

impl Catalogue {
    /// The catalogue that the program carries.
    ///
    /// # Errors
    /// When a file that it was built with is faulty; a test of the project keeps that from happening.
    pub fn embedded() -> Result<Catalogue, CatalogueError> {
        let files: Vec<(String, String)> = BoardFiles::iter()
            .filter(|name| name.ends_with(".toml"))
            .filter_map(|name| {
                let file = BoardFiles::get(&name)?;
                Some((format!("dashboards/boards/{name}"), String::from_utf8_lossy(&file.data).into_owned()))
            })
            .collect();
        let boards: Vec<SourceFile<'_>> = files.iter().map(|(name, text)| SourceFile { name, text }).collect();
        Catalogue::read(KPIS, TARGETS, &boards)
    }

    /// Reads and checks catalogue files: `kpis.toml`, `targets.toml`, and one file for each board, beside the
    /// program's own indicators and indices.
    ///
    /// # Errors
    /// All faults that are found, each with its file, line and key.
    pub fn read(
        kpis: SourceFile<'_>,
        targets: SourceFile<'_>,
        boards: &[SourceFile<'_>],
    ) -> Result<Catalogue, CatalogueError> {
        Catalogue::read_with(kpis, targets, (INDICATORS, &INDICES), boards)
    }

    /// The same with other indicators (`indicators.toml`) and indices (`indices/*.toml`).
    ///
    /// # Errors
    /// All faults that are found, each with its file, line and key.
    pub fn read_with(
        kpis: SourceFile<'_>,
        targets: SourceFile<'_>,
        (indicators, indices): (SourceFile<'_>, &[SourceFile<'_>]),
        boards: &[SourceFile<'_>],
    ) -> Result<Catalogue, CatalogueError> {
        let mut faults = Vec::new();
        let (words, kpis) = read::kpis(kpis, &mut faults);
        let mut catalogue = Catalogue {
            words,
            kpis,
            targets: BTreeMap::new(),
            limits: BTreeMap::new(),
            boards: BTreeMap::new(),
            indicators: indicator::read(indicators, &mut faults),
            indices: BTreeMap::new(),
        };
        for file in indices {
            if let Some(index) = index::read(*file, &catalogue.indicators, &mut faults) {
                catalogue.indices.insert(index.id.clone(), index);
            }
        }
        (catalogue.targets, catalogue.limits) = read::targets(targets, &catalogue, &mut faults);
        for file in boards {
            if let Some(board) = board::read(*file, &catalogue, &mut faults) {
                catalogue.boards.insert(board.id.clone(), board);
            }
        }
        if faults.is_empty() { Ok(catalogue) } else { Err(CatalogueError(faults)) }
    }

    /// What offices report.
    pub fn indicators(&self) -> &Indicators {
        &self.indicators
    }

    /// The index of an id: its file's name without `.toml`.
    pub fn index(&self, id: &str) -> Option<&Index> {
        self.indices.get(id)
    }

    /// The board of an id: its file's name without `.toml`.
    pub fn board(&self, id: &str) -> Option<&Board> {
        self.boards.get(id)
    }

    /// All boards, by id.
    pub fn boards(&self) -> impl Iterator<Item = &Board> {
        self.boards.values()
    }

    /// All ids of KPIs.
    pub fn kpi_ids(&self) -> impl Iterator<Item = &str> {
        self.kpis.keys().map(String::as_str)
    }

    /// The version of a KPI that holds on a day.
    pub fn kpi(&self, id: &str, day: Day) -> Option<&Kpi> {
        self.kpis.get(id)?.iter().find(|kpi| kpi.holds_on(day))
    }

    /// Whether any version of a KPI is known.
    pub fn knows(&self, id: &str) -> bool {
        self.kpis.contains_key(id)
    }

    /// The words for a measure.
    pub fn measure_words(&self, measure: Measure) -> Option<&Words> {
        self.words.get(measure.name())
    }

    /// The figure of a KPI; `day` is the day that its definition, target and plan are read on.
    pub fn figure<'a>(&self, kpi: &'a Kpi, measures: &Measures, unit: UnitScope<'_>, day: Day) -> KpiFigure<'a> {
        let (num, den) = kpi.sums(measures);
        let targets = self.target(kpi, unit, day);
        KpiFigure {
            num,
            den,
            value: ratio(num, den),
            band: band(num, den, &targets, kpi.better).filter(|_| den >= kpi.den_min),
            target: targets.target.map(Decimal::to_f64),
            near: targets.near.map(Decimal::to_f64),
            goal: targets.goal.map(Decimal::to_f64),
            goal_year: targets.goal_year,
            unit: "ratio",
            better: kpi.better,
            den_min: kpi.den_min,
            definition: &kpi.definition,
            version: &kpi.version,
        }
    }

    /// All KPIs that hold on a day, by id.
    pub fn figures<'a>(
        &'a self,
        measures: &Measures,
        unit: UnitScope<'_>,
        day: Day,
    ) -> BTreeMap<&'a str, KpiFigure<'a>> {
        let held = self.kpis.keys().filter_map(|id| Some((id.as_str(), self.kpi(id, day)?)));
        held.map(|(id, kpi)| (id, self.figure(kpi, measures, unit, day))).collect()
    }

    /// What a unit is held against on a day: the narrowest target that covers it.
    pub fn target(&self, kpi: &Kpi, unit: UnitScope<'_>, day: Day) -> TargetFigures {
        let targets = self.targets.get(&kpi.id).map(Vec::as_slice).unwrap_or_default();
        let Some(decided) = narrowest(targets, |target| &target.reach, unit, day) else {
            return TargetFigures::default();
        };
        let target = plan(&decided.path, day).or(decided.value);
        let near = decided.near.or_else(|| {
            let (target, margin) = (target?.millionths(), kpi.near_margin?.millionths());
            let near = match kpi.better {
                Better::Higher => target - margin,
                Better::Lower => target + margin,
            };
            Decimal::from_millionths(near).ok()
        });
        let goal = decided.goal.or_else(|| decided.path.last().map(|(_, value)| *value));
        let goal_year = decided.goal_year.or_else(|| decided.path.last().map(|(day, _)| day.date().year()));
        TargetFigures { target, near, goal, goal_year }
    }

    /// The limit of a count of a unit on a day, and whether the count is over it.
    pub fn limit(
        &self,
        measure: Measure,
        measures: &Measures,
        unit: UnitScope<'_>,
        day: Day,
    ) -> Option<(i64, Option<Band>)> {
        let limits = self.limits.get(measure.name())?;
        let limit = narrowest(limits, |limit| &limit.reach, unit, day)?.limit;
        Some((limit, (measures.get(measure) > limit).then_some(Band::Over)))
    }
}

fn narrowest<'a, T>(all: &'a [T], reach: fn(&T) -> &Reach, unit: UnitScope<'_>, day: Day) -> Option<&'a T> {
    let year = day.date().year();
    let covering = all.iter().filter_map(|one| Some((reach(one).covers(unit, year)?, one)));
    covering.max_by_key(|(narrowness, _)| *narrowness).map(|(_, one)| one)
}

/// The plan of a day: linear between two days of the path, rounded down to a millionth; before the first and after
/// the last day those.
pub(super) fn plan(path: &[(Day, Decimal)], day: Day) -> Option<Decimal> {
    let after = path.partition_point(|(on, _)| *on <= day);
    let (Some(before), Some(next)) = (path[..after].last(), path.get(after)) else {
        return path.get(after.saturating_sub(1)).map(|(_, value)| *value);
    };
    let (passed, whole) = (i64::from(day.0 - before.0.0), i64::from(next.0.0 - before.0.0));
    let (from, to) = (before.1.millionths(), next.1.millionths());
    let moved = i128::from(to - from) * i128::from(passed);
    let moved = i64::try_from(moved.div_euclid(i128::from(whole))).expect("no more than the way between the two");
    Decimal::from_millionths(from + moved).ok()
}
