//! Figures by ISO week.

use serde::Serialize;

use crate::kpi::{Kpi, Measure, Series, Window, Words, figure, window::weeks_to};
use crate::units::Perspective;

use super::{Base, Reading};

/// Half a year of weeks.
const WEEKS: usize = 26;

#[derive(Serialize)]
pub(super) struct RatioPoint {
    #[serde(flatten)]
    window: Window,
    num: i64,
    den: i64,
    value: Option<f64>,
    /// The running week.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    partial: bool,
}

#[derive(Serialize)]
pub(super) struct TrendTile<'a> {
    #[serde(flatten)]
    base: Base<'a>,
    series: Vec<SeriesRow<'a>>,
    /// Since when the unit's hierarchy isn't that of the first week any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    across: Option<String>,
}

#[derive(Serialize)]
struct SeriesRow<'a> {
    id: &'a str,
    title: &'a Words,
    kind: SeriesKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<f64>,
    /// The plan week by week, where it moves.
    #[serde(skip_serializing_if = "Option::is_none")]
    plan: Option<Vec<Option<f64>>>,
    /// The values 52 weeks before, where the board asks for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<Vec<Option<f64>>>,
    points: Points,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum SeriesKind {
    Count,
    Ratio,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Points {
    Counts(Vec<CountPoint>),
    Ratios(Vec<RatioPoint>),
}

#[derive(Serialize)]
struct CountPoint {
    #[serde(flatten)]
    window: Window,
    value: Option<i64>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    partial: bool,
}

impl<'a> Reading<'a> {
    pub(super) fn trend(&self) -> TrendTile<'a> {
        let rows = self.panel.series.iter().filter_map(|series| match series {
            Series::Measure(measure) => self.count_row(*measure),
            Series::Kpi(id) => self.ratio_row(id),
        });
        let across = self.weeks().next().and_then(|week| self.across(week.first));
        TrendTile { base: self.base(), series: rows.collect(), across }
    }

    fn count_row(&self, measure: Measure) -> Option<SeriesRow<'a>> {
        let title = self.catalogue.measure_words(measure)?;
        // A unit without any figure whose sources send has nothing since today.
        let begun = self
            .view
            .first_day(self.unit, Perspective::default())
            .or_else(|| (self.is_heard() && !self.has_no_data(self.window())).then(|| self.view.today()));
        let points = self.weeks().map(|week| CountPoint {
            window: week,
            // Before anything was known there is a gap, not a zero.
            value: begun
                .filter(|begun| *begun <= week.last && !self.is_cut(week))
                .map(|_| self.measures(week).get(measure)),
            partial: self.is_partial(week),
        });
        let points = Points::Counts(points.collect());
        let kind = SeriesKind::Count;
        Some(SeriesRow { id: measure.name(), title, kind, target: None, plan: None, before: None, points })
    }

    fn ratio_row(&self, id: &'a str) -> Option<SeriesRow<'a>> {
        let kpi = self.catalogue.kpi(id, self.day())?;
        let target = self.catalogue.target(kpi, self.scope(), self.day()).target;
        Some(SeriesRow {
            id,
            title: &kpi.short,
            kind: SeriesKind::Ratio,
            target: target.map(crate::model::Decimal::to_f64),
            plan: self.plan(kpi),
            before: self.panel.last_year.then(|| self.ratios_before(kpi)),
            points: Points::Ratios(self.ratio_points(kpi)),
        })
    }

    pub(super) fn ratio_points(&self, kpi: &Kpi) -> Vec<RatioPoint> {
        let points = self.weeks().map(|week| {
            let (num, den) = kpi.sums(&self.measures(week));
            let value = figure::ratio(num, den).filter(|_| !self.is_cut(week));
            RatioPoint { window: week, num, den, value, partial: self.is_partial(week) }
        });
        points.collect()
    }

    /// Whether a week begins before any source covers the unit: what came along of it is no week.
    pub(super) fn is_cut(&self, week: Window) -> bool {
        self.coverage.is_some_and(|coverage| week.first < coverage.from)
    }

    pub(super) fn weeks(&self) -> impl Iterator<Item = Window> + use<> {
        weeks_to(self.day(), WEEKS).into_iter()
    }

    fn is_partial(&self, week: Window) -> bool {
        week.first <= self.view.today() && self.view.today() <= week.first.plus(6)
    }
}
