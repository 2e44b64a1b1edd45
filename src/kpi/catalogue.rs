//! The KPI catalogue: definitions, targets, limits, boards and reports, read from `dashboards/`.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::model::{Day, Decimal};

use super::alerts::{self, AlertRules};
use super::board::{self, Board};
use super::fault::{CatalogueError, SourceFile};
use super::figure::{Band, Better, KpiFigure, TargetFigures, Words, band, band_above};
use super::formula::{Counted, Formula, ValueUnit};
use super::index::{self, Index};
use super::indicator::{self, Indicators};
use super::measure::{Measure, Measures};
use super::official::OfficialForm;
use super::projection::{Goal, Projection, project};
use super::report::Report;
use super::scheme::Schemes;
use super::window::Window;

pub(in crate::kpi) mod read;
mod own;
mod reporting;
mod reports;
mod targets;
#[cfg(test)]
mod tests;

pub use own::{INDICATORS, INDICES};
use own::{KPIS, TARGETS};
pub use reporting::Reporting;
pub(in crate::kpi) use targets::plan;
use targets::{Limit, Target, narrowest};

/// Digits of a catalogue's version: enough to tell any two apart.
const VERSION_DIGITS: usize = 12;

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
    /// What else is to be known of it.
    pub note: Option<Words>,
    /// How it is made.
    pub formula: Formula,
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
    /// What it counts, exactly.
    pub fn count(&self, measures: &Measures) -> Counted {
        self.formula.count(measures)
    }

    /// Numerator and denominator of a ratio; 0 and 0 without a source.
    pub fn sums(&self, measures: &Measures) -> (i64, i64) {
        let counted = self.count(measures);
        (counted.num.unwrap_or_default(), counted.den.unwrap_or_default())
    }

    /// The measures it is made of and those shown beside it, by name.
    pub fn measures(&self, measures: &Measures) -> BTreeMap<&'static str, i64> {
        let terms = self.formula.num().iter().chain(self.formula.den()).map(|term| term.measure);
        terms.chain(self.beside.iter().copied()).map(|measure| (measure.name(), measures.get(measure))).collect()
    }

    /// Whether any measure that it is made of is a level.
    pub fn has_level(&self) -> bool {
        self.formula.num().iter().chain(self.formula.den()).any(|term| term.measure.is_level())
    }

    /// Whether its values are shares.
    pub fn is_ratio(&self) -> bool {
        self.formula.unit() == ValueUnit::Ratio
    }

    fn holds_on(&self, day: Day) -> bool {
        self.valid.0.is_none_or(|from| from <= day) && self.valid.1.is_none_or(|to| day <= to)
    }
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
    reports: BTreeMap<String, Report>,
    version: String,
    reporting: Reporting,
    indicators: Indicators,
    indices: BTreeMap<String, Index>,
    alerts: AlertRules,
}

impl Catalogue {
    /// The catalogue that the program carries.
    ///
    /// # Errors
    /// When a file that it was built with is faulty; a test of the project keeps that from happening.
    pub fn embedded() -> Result<Catalogue, CatalogueError> {
        let files = own::boards();
        let boards: Vec<SourceFile<'_>> = files.iter().map(|(name, text)| SourceFile { name, text }).collect();
        Catalogue::read(KPIS, TARGETS, &boards)?.with_all_own_reports()
    }

    /// The schemes of periods.
    pub fn schemes(&self) -> &Schemes {
        &self.reporting.schemes
    }

    /// The official form of an id.
    pub fn form(&self, id: &str) -> Option<&OfficialForm> {
        self.reporting.forms.get(id)
    }

    /// All official forms, by id.
    pub fn forms(&self) -> impl Iterator<Item = &OfficialForm> {
        self.reporting.forms.values()
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
        let base = version([kpis, targets, indicators].iter().chain(indices).chain(boards));
        let (words, kpis) = read::kpis(kpis, &mut faults);
        let reporting = Reporting::embedded()?;
        let (targets_read, limits, no_boards) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let mut catalogue = Catalogue {
            words,
            kpis,
            targets: targets_read,
            limits,
            boards: no_boards,
            reports: BTreeMap::new(),
            version: format!("{base}-{}", reporting.version()),
            reporting,
            indicators: indicator::read(indicators, &mut faults),
            indices: BTreeMap::new(),
            alerts: AlertRules::default(),
        };
        // Without indicators, everything that names one would be a fault of its own.
        if !faults.is_empty() && catalogue.indicators.iter().next().is_none() {
            return Err(CatalogueError(faults));
        }
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
        if !faults.is_empty() {
            return Err(CatalogueError(faults));
        }
        // The program's own, as far as these KPIs have what they watch.
        catalogue.alerts = alerts::read(alerts::ALERTS, &catalogue, &mut Vec::new());
        Ok(catalogue)
    }

    /// The same with other schemes of periods and forms: `periods.toml`, and one file for each form.
    ///
    /// # Errors
    /// All faults that are found, each with its file, line and key.
    pub fn with_reporting(
        self,
        periods: SourceFile<'_>,
        forms: &[SourceFile<'_>],
    ) -> Result<Catalogue, CatalogueError> {
        let reporting = Reporting::read(periods, forms)?;
        let base = self.version.split('-').next().unwrap_or_default();
        let version = format!("{base}-{}", reporting.version());
        Ok(Catalogue { reporting, version, ..self })
    }

    /// What offices report.
    pub fn indicators(&self) -> &Indicators {
        &self.indicators
    }

    /// The index of an id: its file's name without `.toml`.
    pub fn index(&self, id: &str) -> Option<&Index> {
        self.indices.get(id)
    }

    /// All indices, by id.
    pub fn indices(&self) -> impl Iterator<Item = &Index> {
        self.indices.values()
    }

    /// Names what it was read from: the same for the same texts, on every node.
    pub fn version(&self) -> &str {
        &self.version
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

    /// All versions of a KPI.
    pub fn versions(&self, id: &str) -> &[Kpi] {
        self.kpis.get(id).map(Vec::as_slice).unwrap_or_default()
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
    pub fn figure<'a>(&'a self, kpi: &'a Kpi, measures: &Measures, unit: UnitScope<'_>, day: Day) -> KpiFigure<'a> {
        let counted = kpi.count(measures);
        let targets = self.target(kpi, unit, day);
        let judged = match (counted.exact, counted.above) {
            (Some((num, den)), _) => band(num, den, &targets, kpi.better),
            (None, Some(above)) => band_above(above, &targets, kpi.better),
            (None, None) => None,
        };
        KpiFigure {
            num: counted.num,
            den: counted.den,
            value: counted.value(),
            above: counted.above,
            no_source: kpi.formula == Formula::NoSource,
            band: judged.filter(|_| counted.den.is_some_and(|den| den >= kpi.den_min)),
            target: targets.target.map(Decimal::to_f64),
            near: targets.near.map(Decimal::to_f64),
            goal: targets.goal.map(Decimal::to_f64),
            goal_year: targets.goal_year,
            decision: targets.decision,
            projection: None,
            unit: kpi.formula.unit(),
            better: kpi.better,
            den_min: kpi.den_min,
            definition: &kpi.definition,
            note: kpi.note.as_ref(),
            version: &kpi.version,
        }
    }

    /// When a unit reaches what a KPI is to reach, from what was counted in each of the last months; none when nothing
    /// is to be reached, and of percentiles, whose values are steps.
    pub fn projection(
        &self,
        kpi: &Kpi,
        unit: UnitScope<'_>,
        day: Day,
        months: &[(Window, Measures)],
    ) -> Option<Projection> {
        if !matches!(kpi.formula, Formula::Quotient { .. }) {
            return None;
        }
        let targets = self.target(kpi, unit, day);
        let value = targets.goal.or(targets.target)?;
        let goal = Goal { value, by: targets.goal_by, better: kpi.better, den_min: kpi.den_min };
        let counted: Vec<(Window, Counted)> =
            months.iter().map(|(month, measures)| (*month, kpi.count(measures))).collect();
        Some(project(goal, &counted))
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
    pub fn target(&self, kpi: &Kpi, unit: UnitScope<'_>, day: Day) -> TargetFigures<'_> {
        let targets = self.targets.get(&kpi.id).map(Vec::as_slice).unwrap_or_default();
        let Some(decided) = narrowest(targets, |target| &target.reach, unit, day) else {
            return TargetFigures::default();
        };
        decided.on(kpi, day)
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

/// The first digits of the hash of all names and texts.
fn version<'a>(files: impl Iterator<Item = &'a SourceFile<'a>>) -> String {
    let mut hash = Sha256::new();
    for file in files {
        let name = file.name.rsplit(['/', '\\']).next().unwrap_or(file.name);
        for part in [name, file.text] {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part);
        }
    }
    let digits: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    digits[..VERSION_DIGITS].to_owned()
}
